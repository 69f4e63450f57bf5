"""What `python -m benchmarks.scale` is made of."""
