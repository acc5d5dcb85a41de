"""Many jobs over the cores: order, failures as values, dying workers, interrupts, memory."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import numpy as np
import pytest

from halodot.core.status import Status
from halodot.device.charge.batch import AHEAD, Failure, each

WORKERS = pytest.mark.parametrize("workers", [1, 2])


def square(x: float) -> float:
    if x < 0:
        raise ValueError(f"{x} is negative")
    return x * x


def slower_first(k: int) -> int:
    time.sleep(0.05 if k == 0 else 0.0)
    return k


def dies(k: int) -> int:
    if k == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return k


@dataclass(frozen=True)
class Point:
    status: tuple[Status, ...]


@WORKERS
def test_results_come_in_the_order_of_the_jobs(workers):
    assert list(each(slower_first, range(20), workers=workers, progress=False)) == list(range(20))


@WORKERS
def test_one_failure_is_a_value_and_the_others_go_on(workers):
    found = list(each(square, [1.0, -2.0, 3.0], workers=workers, progress=False))
    assert found[0] == 1.0
    assert found[2] == 9.0
    assert isinstance(found[1], Failure)
    assert found[1].reason == "ValueError: -2.0 is negative"
    assert not found[1].status.is_good


def test_a_worker_that_dies_takes_only_its_own_job_along():
    found = list(each(dies, range(6), workers=2, progress=False))
    assert [x for x in found if not isinstance(x, Failure)] == [0, 1, 3, 4, 5]
    assert isinstance(found[2], Failure)
    assert found[2].reason == "the process died"


@WORKERS
def test_jobs_are_taken_only_a_few_ahead(workers):
    taken = []

    def source():
        for k in range(1000):
            taken.append(k)
            yield float(k)

    results = each(square, source(), workers=workers, progress=False)
    next(results)
    assert len(taken) <= AHEAD * workers
    results.close()


def test_stopping_early_leaves_no_process_behind():
    before = set(multiprocessing.active_children())
    results = each(time.sleep, [0.0, 60.0, 60.0], workers=2, progress=False)
    assert next(results) is None
    start = time.monotonic()
    results.close()
    assert time.monotonic() - start < 20.0  # not the minute that the jobs would take
    assert set(multiprocessing.active_children()) <= before


def test_nothing_to_do_is_done_at_once():
    assert list(each(square, [], workers=2, progress=False)) == []


def test_the_bar_counts_jobs_and_those_that_failed(capsys):
    good, bad = Point((Status.OK,)), Point((Status.OK, Status.NOT_CONVERGED))
    results = each({0: good, 1: bad}.get, [0, 1], workers=1)
    assert list(results) == [good, bad]
    assert "2/2" in capsys.readouterr().err


INTERRUPTED = """
import sys, time
from halodot.device.charge.batch import each
if __name__ == "__main__":
    results = each(time.sleep, [0.0, 60.0, 60.0, 60.0], workers=2, progress=False)
    next(results)
    sys.stdout.write("started\\n"); sys.stdout.flush()
    try:
        next(results)
    except KeyboardInterrupt:
        sys.stdout.write("stopped\\n")
"""


def test_an_interrupt_ends_the_workers_at_once():
    child = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"started\n"
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)  # jobs of a minute are waiting
    assert out == b"stopped\n"
    assert err == b""
    assert child.returncode == 0


def test_arrays_come_back_whole():
    found = list(each(np.arange, [3, 4], workers=2, progress=False))
    assert [len(x) for x in found if isinstance(x, np.ndarray)] == [3, 4]
