"""What leaves as a file: CSV, and PDF."""
