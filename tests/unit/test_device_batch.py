"""Many jobs over the cores: order, failures as values, dying workers, interrupts, memory."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import numpy as np
import pytest

from halodot.core.status import Status
from halodot.device.charge.batch import AHEAD, Failure, each, run_many
from halodot.device.charge.layers import ChargeContact, ChargeLayer, Stack
from halodot.device.charge.run import Program, follow

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
    while set(multiprocessing.active_children()) - before and time.monotonic() - start < 20.0:
        time.sleep(0.05)  # a process that was ended takes a moment to be gone
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


def conductor(mobility: float) -> Stack:
    layer = ChargeLayer(
        thickness=1e-7,
        relative_permittivity=5.0,
        electron_affinity=4.0,
        band_gap=2.0,
        dos_conduction=1e25,
        dos_valence=1e25,
        electron_mobility=mobility,
        hole_mobility=mobility,
    )
    metal = ChargeContact(work_function=4.1)
    return Stack(layers=(layer,), left=metal, right=metal)


def program() -> Program:
    time = np.array([0.0, 1.0])
    return Program(time, np.array([0.0, 1.0]), np.zeros(2), np.array([0.5, 1.0]))


JOBS = [(conductor(m), program()) for m in (1e-8, 2e-8)]
OPTIONS = {"accuracy": "single", "nodes": 11, "progress": False}


def test_devices_come_out_as_if_they_were_alone():
    found = run_many([*JOBS, ("no stack", program())], workers=2, **OPTIONS)
    for (stack, one), record in zip(JOBS, found, strict=False):
        alone = follow(stack, one, accuracy="single", nodes=11)
        assert np.array_equal(record.current_density, alone.current_density)
        assert all(s.is_good for s in record.status)
    assert isinstance(found[2], Failure)


def test_a_folder_keeps_records_and_gives_them_back(tmp_path):
    first = run_many(JOBS, workers=1, folder=tmp_path, **OPTIONS)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 2
    files[0].write_text(files[0].read_text()[:-40])  # a file cut short is no record
    written = files[1].stat().st_mtime_ns
    second = run_many(JOBS, workers=1, folder=tmp_path, **OPTIONS)
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one.current_density, other.current_density)
        assert one.status == other.status
    assert files[1].stat().st_mtime_ns == written
    assert len(list(tmp_path.iterdir())) == 2


def test_a_record_is_as_small_as_the_page_says():
    (record,) = run_many(JOBS[:1], workers=1, **OPTIONS)
    many = Program(program().time, program().voltage, np.zeros(2), np.linspace(0.0, 1.0, 1001)[1:])
    (long,) = run_many([(JOBS[0][0], many)], workers=1, **OPTIONS)
    grown = len(pickle.dumps(long)) - len(pickle.dumps(record))
    assert grown / 998 < 120  # bytes an output
