"""Studies run in processes of their own: one that crashes is a failed one and stops no other.

Each leaves a card when it is finished, so that work that was stopped goes on where it was.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from multiprocessing import connection, get_context
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from .core import codec
from .core.errors import InputError
from .ensemble import die_with_parent
from .study import StudyFile

CARDS = "cards"


def folder_of(output: str | Path, mark: str, kind: str) -> Path:
    """Return a folder for work that is kept: new, empty, or one of earlier work of its kind.

    Parameters
    ----------
    mark
        Name of the file that tells such a folder from any other.
    kind
        What it is of, in words: ``atlas``.

    Raises
    ------
    InputError
        If the folder holds anything else, or cannot be written.
    """
    folder = Path(output)
    try:
        if folder.is_dir() and any(folder.iterdir()) and not (folder / mark).is_file():
            allowed = f"a new name, an empty folder, or the folder of an earlier {kind}"
            raise InputError("output folder", str(output), allowed, "choose another name with -o")
        if folder.parent == Path("runs"):
            folder.parent.mkdir(exist_ok=True)
        folder.mkdir(exist_ok=True)
        (folder / CARDS).mkdir(exist_ok=True)
        (folder / mark).write_text(f"halodot {kind} 1\n", encoding="utf-8")
    except OSError as e:
        allowed = "a place in an existing folder that can be written"
        raise InputError("output folder", str(output), allowed, str(e.strerror)) from None
    return folder


class Card(Protocol):
    """What is kept of a finished study: a frozen dataclass of this package."""

    @property
    def id(self) -> str:
        """Name of the study."""

    @property
    def status(self) -> Any:
        """One word."""

    @property
    def reason(self) -> str:
        """Why it is not ok."""

    @property
    def cpu_s(self) -> float:
        """CPU time of its process [s]."""

    @property
    def identity(self) -> str:
        """Hash of all that decides its results."""


C = TypeVar("C", bound=Card)


@dataclass(frozen=True)
class Progress:
    """Where the work stands: what `watch` is called with."""

    seconds: float
    systems: int
    finished: int
    running: tuple[tuple[str, str, int, int], ...] = ()  # study, step, steps done, steps in all
    last: Any = None  # card finished just now


@dataclass
class _Running:
    """A study that runs: its process, its pipe, and how far it is."""

    process: Any
    pipe: Any
    step: tuple[str, int, int] = ("", 0, 0)


class Work(Generic[C]):
    """Runs the studies that are not finished, the longest first, and takes in their cards.

    Parameters
    ----------
    folder
        With a run folder for each study, and the cards.
    kind
        Class of the cards.
    one
        (name, study, folder, progress) -> card; runs in a process of its own.
    failed
        (name, reason) -> card of a study that did not finish.
    watch
        Called with the `Progress` at least every second.
    jobs
        Processes at a time.
    """

    def __init__(
        self,
        folder: Path,
        kind: type[C],
        one: Callable[[str, StudyFile, Path, Callable[[str, int, int], None]], C],
        failed: Callable[[str, str], C],
        watch: Callable[[Progress], None] | None,
        jobs: int,
    ) -> None:
        self.folder, self.kind, self.one, self.failed = folder, kind, one, failed
        self.watch, self.jobs = watch, jobs
        self.start = time.monotonic()
        self.files: dict[str, StudyFile] = {}
        self.identities: dict[str, str] = {}  # before the work: code may change under it
        self.done: dict[str, C] = {}
        self.running: dict[str, _Running] = {}

    def take(self, files: Mapping[str, StudyFile], done: Mapping[str, C]) -> None:
        """Take on studies, and cards that stand already; what is finished is not run again."""
        self.done |= done
        for name, file in files.items():
            card, self.identities[name] = self.card(name), file.identity
            if card is not None and card.identity == self.identities[name]:
                self.done[name] = card
            else:
                self.files[name] = file

    def card(self, name: str) -> C | None:
        """What is known of a study that finished there, None where nothing is or it is damaged."""
        try:
            text = (self.folder / CARDS / f"{name}.json").read_text(encoding="utf-8")
            found = codec.loads(text)
        except (OSError, ValueError, KeyError, TypeError, ImportError):
            return None
        whole = isinstance(found, self.kind) and (self.folder / name / "report.html").is_file()
        return found if whole else None

    def go(self, size: Callable[[StudyFile], float]) -> dict[str, C]:
        """Work until every study has its card; `size` guesses the work of one never run."""

        def seconds(name: str) -> float:
            card = self.card(name)
            return size(self.files[name]) if card is None else card.cpu_s

        waiting = sorted(self.files, key=seconds)
        self._tell(None)
        try:
            while waiting or self.running:
                while waiting and len(self.running) < self.jobs:
                    name = waiting.pop()
                    self.running[name] = self._started(name)
                self._listen()
        finally:
            for task in self.running.values():  # stopped: nothing runs on
                task.process.terminate()
                task.process.join()
        return self.done

    def _started(self, name: str) -> _Running:
        context: Any = get_context("fork" if "fork" in _methods() else "spawn")
        theirs, mine = context.Pipe()
        (self.folder / CARDS).mkdir(exist_ok=True)
        file, identity = self.files[name], self.identities[name]
        args = (self.one, name, file, self.folder, theirs, os.getpid(), identity)
        process = context.Process(target=_alone, args=args, name=f"halodot {name}")
        process.start()
        theirs.close()
        return _Running(process, mine)

    def _listen(self) -> None:
        """Wait at most a second for words or the end of what runs."""
        pipes = [t.pipe for t in self.running.values()]
        connection.wait([*pipes, *(t.process.sentinel for t in self.running.values())], 1.0)
        ended = None
        for name, task in list(self.running.items()):
            alive = task.process.is_alive()
            try:
                while task.pipe.poll():
                    task.step = task.pipe.recv()
            except (EOFError, OSError):
                pass
            if not alive:
                ended = self.done[name] = self._ended(name, task)
                del self.running[name]
                self._tell(ended)
        if ended is None:
            self._tell(None)

    def _ended(self, name: str, task: _Running) -> C:
        task.process.join()
        task.pipe.close()
        log = _log(self.folder, name)
        card = self.card(name)
        is_new = card is not None and card.identity == self.identities[name]
        if task.process.exitcode == 0 and card is not None and is_new:
            log.unlink(missing_ok=True)
            return card
        return self.failed(name, _last_words(log, task.process.exitcode))

    def _tell(self, last: C | None) -> None:
        if self.watch is not None:
            running = tuple((name, *t.step) for name, t in self.running.items())
            seconds, total = time.monotonic() - self.start, len(self.files) + len(self.done)
            total -= len(self.files.keys() & self.done.keys())
            self.watch(Progress(seconds, total, len(self.done), running, last))


def _methods() -> list[str]:
    import multiprocessing

    return multiprocessing.get_all_start_methods()


def _log(folder: Path, name: str) -> Path:
    return folder / CARDS / f"{name}.log"


def _last_words(log: Path, code: int | None) -> str:
    """The last line that a study wrote before it ended, and how it ended."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    how = f"ended by signal {-code}" if code is not None and code < 0 else f"ended with {code}"
    return f"{lines[-1].strip()} ({how}; see {log.name})" if lines else f"{how}, without a word"


def _alone(
    one: Callable[..., Any], name: str, file: StudyFile, folder: Path, pipe: Any, parent: int,
    identity: str,
) -> None:  # fmt: skip
    """Run one study in a process of its own and leave its card; what it says goes to its log."""
    die_with_parent(parent)
    with _log(folder, name).open("w", encoding="utf-8") as said:
        os.dup2(said.fileno(), 2)
        os.dup2(said.fileno(), 1)
    sys.stderr = sys.stdout = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115

    def progress(step: str, done: int, total: int) -> None:
        pipe.send((step, done, total))

    try:
        found = replace(one(name, file, folder, progress), identity=identity)
    except InputError as e:
        sys.stderr.write(" ".join(str(e).split()) + "\n")
        sys.stderr.flush()
        os._exit(1)
    card = folder / CARDS / f"{name}.json"
    temporary = card.with_suffix(".tmp")
    temporary.write_text(codec.dumps(found), encoding="utf-8")
    temporary.replace(card)
