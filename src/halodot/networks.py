"""A folder of measured files to what a network of that device would reach."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from . import array, measured, runs, task
from .array.spec import ArraySpec
from .array.state import Array, Compact
from .core import tomlfile
from .core.errors import InputError
from .core.runfolder import RunFolder, code_version, hash_of
from .core.spec import Spec, build
from .core.status import Status
from .measured import Device
from .report.model import ReportInput, StatusLine, Variant
from .study import quantities, resolve
from .task.spec import TaskSpec
from .tasks import Row


class Wanted(Spec):
    """What is asked of a measured device."""

    array: ArraySpec = Field(default_factory=ArraySpec, description="the crossbar made of it")
    task: TaskSpec = Field(description="what it has to do")


def on_files(
    path: str | Path,
    name: str = "digits",
    settings: Sequence[tuple[str, Any]] = (),
    output: str | Path | None = None,
    seed: int = 1,
) -> Row:
    """Run a task on an array of a device that was measured.

    Parameters
    ----------
    path
        Folder with measured files; see `measured.read_folder`.
    name
        Of the task.
    settings
        Such as ``("array.word_lines", 32)`` or ``("task.hidden", 16)``.
    output
        Folder for ``report.html`` and ``results.json``; none where None.
    seed
        Root of all random draws.

    Raises
    ------
    InputError
        If no file can be used, or a value is wrong.
    """
    data: dict[str, Any] = {"array": {}, "task": {"name": name}}
    for key, value in settings:
        if key.split(".", 1)[0] not in data:
            raise InputError("--set", key, "a key of array or task", "the files say the rest")
        data = tomlfile.override(data, key, value)
    wanted = build(Wanted, data)
    start = time.process_time()
    device = measured.characterise(path, wanted.array)
    tile = tile_of(device, wanted.array, seed)
    score = task.evaluate(tile, wanted.task)
    status: Literal["ok", "incomplete"] = "ok"
    reason = ""
    if not score.status.is_good or not score.value.is_known:
        status, reason = "incomplete", score.value.note or score.status.value
    title = Path(path).resolve().name
    seconds = time.process_time() - start
    row = Row(title, f"{title}, measured", status, reason, score, "measured files", seconds)
    if output is not None:
        _write(row, tile, device, wanted, Path(output))
    return row


def tile_of(device: Device, spec: ArraySpec, seed: int) -> Array:
    """Return the array of a measured device."""

    @lru_cache(maxsize=1)
    def compact(_: int | None) -> Compact:
        from .array.relaxing import compact_of

        return compact_of(device.cell)

    found = device.records.figures
    return array.build(found[0], spec, seed, cell=device.cell, compact=compact, every=found)


def _write(row: Row, tile: Array, device: Device, wanted: Wanted, output: Path) -> None:
    """Write the page and the numbers; a folder that holds something else is refused."""
    from .report import write as write_page
    from .report.task_page import row_json

    files = (hash_of(r.path.read_bytes().hex()) for r in device.records.used)
    identity = hash_of(tomlfile.dumps(resolve(wanted)), code_version(), *files)
    score = row.score
    assert score is not None
    page = ReportInput(
        row.title,
        runs.slug(row.id),
        (Variant("", figures=device.records.figures, array=tile, score=score),),
        inputs=tuple(quantities(wanted)),
        statuses=tuple(
            StatusLine(r.name, Status.REFUSED, r.reason) for r in device.records.refused
        ),
        resolved_toml=tomlfile.dumps(resolve(wanted)),
        versions=runs.versions(),
        description="Measured files, as they were understood: "
        + "; ".join(f"{r.name}: {', '.join(r.said)}" for r in device.records.used),
    )
    with RunFolder(output, identity, make_parent=output.parent == Path("runs")) as folder:
        folder.write_json("results.json", row_json(replace(row, cpu_s=0.0)))
        folder.write("task.toml", tomlfile.dumps(resolve(wanted)))
        folder.write("report.html", partial(write_page, page))
        folder.finish({"cpu_s": round(row.cpu_s, 3)})
