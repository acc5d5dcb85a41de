"""What the benchmarks measure with: processor time and the largest memory held."""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable


def cpu_seconds(work: Callable[[], object], repetitions: int) -> float:
    """Median CPU seconds of the process."""
    spent = []
    for _ in range(repetitions):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return statistics.median(spent)


def peak_mb(work: Callable[[], object]) -> float:
    """Largest memory that Python and NumPy held at one time."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6
