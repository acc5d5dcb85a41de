"""Many devices at once over the cores: one progress bar, a status for each, bounded memory.

Results come in the order of the jobs. A device that fails is a value among the others: a record
whose status says so, or a `Failure` where there is no record at all. At most `AHEAD` jobs for each
worker are taken from the source before their results are handed on, so that a generator of any
length may be given; what is kept for each device is its record, about 120 bytes an output and 1 kB.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ...core import codec
from ...core.runfolder import code_version, hash_of
from ...core.status import Status
from .layers import Stack

if TYPE_CHECKING:
    from .run import Program
    from .simulate import Record

J = TypeVar("J")
R = TypeVar("R")

AHEAD = 4  # jobs in the hands of each worker or waiting for it


@dataclass(frozen=True)
class Failure:
    """A job without a result: what it says instead."""

    reason: str
    status: Status = Status.REFUSED


def run_many(
    jobs: Iterable[tuple[Stack, Program]],
    *,
    workers: int | None = None,
    progress: bool = True,
    folder: str | Path | None = None,
    **options: Any,
) -> list[Record | Failure]:
    """Follow many devices through their programs, in as many processes as there are cores.

    Parameters
    ----------
    jobs
        Stacks and programs; a generator is read only as far as the workers are.
    workers
        Processes; 1 stays in this one, None takes one for each core.
    folder
        Keep each record here as soon as it is there, and take those of an earlier start of the same
        code; a file is written whole or not at all.
    options
        Of `run.follow`: accuracy, start, nodes.

    Returns
    -------
    list
        One record or failure for each job, in order. Unknowns inside the devices are not kept.
    """
    place = Path(folder) if folder is not None else None
    if place is not None:
        place.mkdir(parents=True, exist_ok=True)
    one = partial(_device, folder=place, options=options)
    return list(each(one, jobs, workers=workers, progress=progress))


def _device(
    job: tuple[Stack, Program], *, folder: Path | None, options: dict[str, Any]
) -> Record | Failure:
    from .run import follow

    stack, program = job
    if folder is None:
        return follow(stack, program, **options)
    words = codec.dumps((stack, program, options))
    path = folder / f"{hash_of(code_version(), words)}.json"
    if path.is_file():
        try:
            found: Record = codec.loads(path.read_text(encoding="utf-8"))
            return found
        except (ValueError, KeyError, TypeError):
            path.unlink()  # damaged: compute it again
    record = follow(stack, program, **options)
    half = path.with_suffix(f".{os.getpid()}.tmp")
    half.write_text(codec.dumps(record), encoding="utf-8")
    half.replace(path)
    return record


def each(
    one: Callable[[J], R],
    jobs: Iterable[J],
    *,
    workers: int | None = None,
    progress: bool = True,
    label: str = "devices",
) -> Iterator[R | Failure]:
    """Yield `one(job)` of every job in order, computed ahead in several processes.

    An exception, or the death of the process, becomes the `Failure` of its own job. Stopping the
    iteration, Ctrl-C included, ends the processes.

    >>> list(each(abs, [-1, 2, "x"], workers=1, progress=False))[:2]
    [1, 2]
    """
    from tqdm import tqdm

    count = workers or os.cpu_count() or 1
    total = len(jobs) if isinstance(jobs, Sized) else None
    failed = 0
    with tqdm(total=total, unit=f" {label}", disable=not progress) as bar:
        for result in _ordered(one, jobs, count):
            failed += not _is_good(result)
            if failed:
                bar.set_postfix(failed=failed, refresh=False)
            bar.update()
            yield result


def _is_good(result: object) -> bool:
    """Whether every status that a result carries is good; what has none is good."""
    status = getattr(result, "status", ())
    return all(s.is_good for s in (status if isinstance(status, tuple) else (status,)))


def _ordered(one: Callable[[J], R], jobs: Iterable[J], count: int) -> Iterator[R | Failure]:
    source = iter(jobs)
    waiting: deque[tuple[J, Future[R]]] = deque()
    crew = _Crew(count)
    try:
        while True:
            for job in islice(source, AHEAD * count - len(waiting)):
                waiting.append((job, crew.start(one, job)))
            if not waiting:
                break
            job, future = waiting.popleft()
            if isinstance(future.exception(), BrokenExecutor):
                # a process died, of this job or of one beside it: this one again, on its own
                crew.dismiss()
                alone = _Crew(1, apart=True)
                future = alone.start(one, job)
                future.exception()
                alone.dismiss()
                crew = _Crew(count)
                waiting = deque((left, crew.start(one, left)) for left, _ in waiting)
            yield _value(future)
    finally:
        crew.dismiss()


def _value(future: Future[Any]) -> Any:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, BrokenExecutor):
        return Failure("the process died", Status.NOT_CONVERGED)
    return Failure(f"{type(error).__name__}: {error}")


class _Crew:
    """The workers: processes where the system can fork, else one thread."""

    def __init__(self, count: int, *, apart: bool = False) -> None:
        self._before = set(multiprocessing.active_children())
        self._pool = _executor(count, apart=apart)

    def start(self, one: Callable[[J], R], job: J) -> Future[R]:
        try:
            return self._pool.submit(one, job)
        except BrokenExecutor as error:
            failed: Future[R] = Future()
            failed.set_exception(error)
            return failed

    def dismiss(self) -> None:
        """End the workers, whatever they are at."""
        children = set(multiprocessing.active_children()) - self._before
        self._pool.shutdown(wait=False, cancel_futures=True)
        for child in children:
            child.terminate()
        for child in children:
            child.join()


def _executor(count: int, *, apart: bool) -> Executor:
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

    if (count == 1 and not apart) or not hasattr(os, "register_at_fork"):
        return ThreadPoolExecutor(1)
    context = multiprocessing.get_context("fork")
    return ProcessPoolExecutor(count, context, _work_for, (os.getpid(),))


def _work_for(parent: int) -> None:
    """Leave Ctrl-C to the parent, and end when it was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
