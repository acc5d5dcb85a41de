"""What the benchmarks measure with: processor time and the largest memory held."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


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


def resident_mb() -> float:
    """Largest resident memory of this process, interpreter and libraries included [MB].

    Where the system tells it, that since the program began: getrusage also counts what the parent
    had when it started us.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        (line,) = [x for x in status.read_text().splitlines() if x.startswith("VmHWM")]
        return float(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@dataclass(frozen=True)
class Child:
    """A process that ran to its end: times [s], what it wrote, exit code."""

    wall_s: float
    cpu_s: float
    output: str
    complaint: str
    code: int


def fresh(*arguments: str, **environment: str) -> Child:
    """Run this Python with `arguments` in a process of its own, interpreter and imports counted."""
    with tempfile.TemporaryFile("w+") as complaints:
        start = time.monotonic()
        child = subprocess.Popen(
            [sys.executable, *arguments],
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            env={**os.environ, **environment},
        )
        assert child.stdout is not None
        with child.stdout:
            output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        complaints.seek(0)
        complaint = complaints.read()
    spent = usage.ru_utime + usage.ru_stime
    return Child(wall, spent, output, complaint, child.returncode)
