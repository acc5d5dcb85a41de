"""Benchmarks: one file a group, each with ``run() -> list of rows``."""
