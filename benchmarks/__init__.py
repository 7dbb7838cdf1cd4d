"""Measurements of the press: programs of their own, run with `python -m benchmarks.NAME`."""
