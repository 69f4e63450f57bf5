"""What `python -m benchmarks.writes` measures against."""
