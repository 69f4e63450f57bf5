"""What leaves as a file: histories as spreadsheets and as documents."""
