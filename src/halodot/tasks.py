"""What arrays of devices compute: every shipped task, or one device on one task.

A task is a study with a table ``[task]``. All of them run in processes of their own and make one
table, each beside its baseline. `networks` takes measured files in place of a study.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from . import runs
from .core import tomlfile
from .core.errors import InputError, nearest
from .inheritance import find, inherited, shipped
from .study import Study, StudyFile, from_data, load
from .task.state import Score
from .workers import Progress, Work, folder_of

if TYPE_CHECKING:
    from .task.circuit.spec import PhotonicLogic

FOLDER = "runs/tasks"
MARK = "halodot-tasks.txt"
JOBS = 2
# task -> a shipped study of it; what drives the device in a circuit, in time
DYNAMIC = {
    "reservoir": "n4", "vowels": "n5", "firing": "n6", "looming": "n7", "logic": "n8",
    "gated_memory": "n9",
}  # fmt: skip
Watch = Callable[[Progress], None]


@dataclass(frozen=True)
class Row:
    """One task of the table.

    Attributes
    ----------
    id, title
        Of its study.
    status
        ``ok``, ``incomplete`` (a bad status, or the score is not known) or ``failed``.
    reason
        Why it is not ok.
    score
        None where it failed; of the first variant that has one.
    device
        What it ran on.
    """

    id: str
    title: str
    status: Literal["ok", "incomplete", "failed"]
    reason: str = ""
    score: Score | None = None
    device: str = ""
    cpu_s: float = 0.0
    identity: str = ""


@dataclass(frozen=True)
class Table:
    """All tasks that were asked for."""

    rows: tuple[Row, ...]
    folder: Path

    @property
    def is_whole(self) -> bool:
        """Whether every task is ok."""
        return all(r.status == "ok" for r in self.rows)

    @property
    def page(self) -> Path:
        """The page with the table."""
        return self.folder / "tasks.html"

    def to_json(self) -> dict[str, Any]:
        """Return the table as plain data."""
        from .report.task_page import row_json

        return {"tasks": [row_json(r) for r in self.rows]}


def known() -> dict[str, Path]:
    """Return the shipped studies that hold a task: id -> path."""
    return {k: p for k, p in shipped().items() if k.startswith("n") and "task" in tomlfile.read(p)}


def tasks(
    only: Sequence[str] = (),
    output: str | Path = FOLDER,
    *,
    jobs: int = JOBS,
    watch: Watch | None = None,
    studies: Mapping[str, str | Path] | None = None,
) -> Table:
    """Run tasks, write their table and page, and return them.

    Parameters
    ----------
    only
        Ids such as ``("n7",)``; empty: all.
    output
        Folder with a run folder for each task, ``tasks.json`` and ``tasks.html``. Tasks finished
        there by the same study and code are not run again.
    jobs
        Tasks that run at the same time, each in a process of its own.
    watch
        Called with the `Progress` at least every second.
    studies
        Study files by id, in place of the shipped ones.

    Raises
    ------
    InputError
        If a task is not known or the folder cannot be used.
    """
    from .report.atlas_files import put
    from .report.task_page import render

    paths: Mapping[str, str | Path] = known() if studies is None else studies
    wanted = [word.strip().lower() for word in only if word.strip()]
    for word in wanted:
        if word not in paths:
            allowed = "one of " + ", ".join(paths)
            raise InputError("task", word, allowed, nearest(word, paths))
    if jobs < 1:
        raise InputError("jobs", jobs, "a whole number from 1", "")
    ids = [k for k in paths if not wanted or k in wanted]
    folder = folder_of(output, MARK, "table of tasks")
    work = Work(folder, Row, _one, _failed, watch, jobs)
    work.take({k: load(str(paths[k])) for k in ids}, {})
    done = work.go(_size)
    table = Table(tuple(done[k] for k in ids), folder)
    text = json.dumps(table.to_json(), indent=1, ensure_ascii=False)
    put(folder / "tasks.json", text + "\n")
    put(table.page, render(table))
    return table


def _one(name: str, file: StudyFile, folder: Path, progress: runs.Progress) -> Row:
    start = time.process_time()
    done = runs.run(file, folder / name, progress=progress)
    return row_of(name, done, time.process_time() - start)


def _failed(name: str, reason: str) -> Row:
    return Row(name, name, "failed", reason)


def _size(file: StudyFile) -> float:
    return float(1 + file.study.study.draws)


def row_of(name: str, done: runs.Run, cpu_s: float = 0.0) -> Row:
    """Return the row of a study that was run."""
    scores = [r.score for _, r in done.results if r.score is not None]
    score = scores[0] if scores else None
    refused = next((r.failure for _, r in done.results if r.failure), "")
    reason = refused
    if not done.status.is_good:
        reason = reason or done.status.value
    if score is None:
        reason = reason or "the study has no score"
    elif not score.value.is_known:
        reason = reason or score.value.note
    header = done.file.study.study
    status: Literal["ok", "incomplete"] = "incomplete" if reason else "ok"
    device = stack_of(done.file.study)
    return Row(name, header.title, status, reason, score, device, cpu_s, done.file.identity)


def stack_of(study: Study) -> str:
    """Return the layers of a device in a line, electrodes included."""
    if study.device is None:
        return ""
    ends = [c.electrode or "" for c in (study.device.left, study.device.right) if c is not None]
    layers = [layer.name or layer.material or "" for layer in study.device.layer]
    return " / ".join(x for x in (*ends[:1], *layers, *ends[1:]) if x)


def with_task(path: str | Path, name: str, settings: Sequence[tuple[str, Any]] = ()) -> StudyFile:
    """Return a study with a task by its name, and with values set by their dotted keys.

    Parameters
    ----------
    name
        Of a task; empty: that of the study.
    settings
        Such as ``("task.hidden", 32)``; keys of any table of the study.

    Raises
    ------
    InputError
        If the study has no device that an array can be made of, no task is named, or a value
        cannot be used, or the task needs what no variant of the study has.
    """
    where = find(path)
    data = inherited(tomlfile.read(where), where.parent)
    if name:
        data = data | {"task": {"name": name}}
    if "task" not in data:
        allowed = "a study with [task], or a task by name"
        raise InputError("task", "nothing", allowed, "add --task digits, for example")
    data = data | {"array": data.get("array", {})}
    for key, value in settings:
        data = tomlfile.override(data, key, value)
    file = from_data(data, where.parent)
    lacking = [_lacking(study) for _, study in file.variants]
    if all(e is not None for e in lacking):
        raise next(e for e in lacking if e is not None)
    return file


def _lacking(study: Study) -> InputError | None:
    """Return what a task needs of a study that has not got it: known before anything is run."""
    from .task.circuit.spec import PhotonicLogic
    from .task.reservoir.spec import Firing, Reservoir, Vowels

    spec, device = study.task, study.device
    if spec is None or device is None:
        return None
    moves, said = device.filament is not None, f"{spec.name}, on {study.study.id}"
    if isinstance(spec, PhotonicLogic) and spec.model != "compact":
        return _lacking_gates(study, spec, moves and spec.model == "auto", said)
    if spec.name in DYNAMIC and not moves:
        return InputError(
            "task", said, "a device with a circuit model, that is with [device.filament]",
            f"add it, or take a study that has it: halodot task {DYNAMIC[spec.name]}",
        )  # fmt: skip
    by_light = isinstance(spec, Reservoir | Vowels | Firing) and spec.pulses.drive == "light"
    if (spec.name == "looming" or by_light) and not device.light:
        return InputError(
            "task", said, "a device that light falls on", "add [[device.light]] to the study"
        )  # fmt: skip
    return None


def _lacking_gates(
    study: Study, spec: PhotonicLogic, moves: bool, said: str
) -> InputError | None:  # fmt: skip
    """Return what gates lack: `moves` where the circuit model of the device may be used."""
    if moves:
        return None
    if not any(p.kind == "logic" for p in study.protocol):
        circuit = "" if spec.model == "figures" else "a device with [device.filament], or "
        allowed = f"{circuit}a [[protocol]] of kind logic"
        return InputError("task", said, allowed, "add one, or take: halodot task n8 or n8b")
    if spec.measured_voltage is None or float(spec.measured_voltage) == 0.0:
        return InputError(
            "task.measured_voltage", "not given", "the voltage at which outputs were recorded",
            "--set task.measured_voltage='0.1 V'",
        )  # fmt: skip
    return None
