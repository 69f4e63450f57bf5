"""What `python -m benchmarks.exports` measures with."""
