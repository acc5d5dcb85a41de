"""Read a waveform of one's own: a CSV with a head, columns time, voltage and light."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

from ..core.errors import InputError, nearest
from ..core.units import convert, is_unit

_HEAD = re.compile(r"^\s*(?P<name>\w+)\s*(?:[\[(]\s*(?P<unit>[^\])]*)[\])])?\s*$")
_COLUMNS = {"time": ("time", "s"), "voltage": ("voltage", "V"), "light": ("level", "1")}
SIZE_LIMIT = 20_000_000  # bytes
EXAMPLE = "a first line such as: time (ms), voltage (V), light"


def read(path: str | Path) -> dict[str, list[float]]:
    """Return the lists `time` [s], `voltage` [V] and, if it is there, `level` [1] of a CSV.

    Raises
    ------
    InputError
        Names the line that cannot be read, or the head that is missing.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("file", path.name, "a CSV file beside the study", "check the name")
    if path.stat().st_size > SIZE_LIMIT:
        raise InputError("file", path.name, f"at most {SIZE_LIMIT // 10**6} MB", "thin it out")
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    written = [
        (k, line)
        for k, line in enumerate(text.splitlines(), start=1)
        if line.strip(" ,;\t") and not line.lstrip().startswith("#")
    ]
    head = written[0][1] if written else ""
    delimiter = next((d for d in (";", "\t") if d in head), ",")
    lines = [(k, next(csv.reader([line], delimiter=delimiter))) for k, line in written]
    if len(lines) < 3:
        raise InputError("file", path.name, "a head and at least two lines of numbers", EXAMPLE)
    heads = [_head(cell, path.name) for cell in lines[0][1]]
    _complete([name for name, _, _ in heads], path.name)
    columns: dict[str, list[float]] = {name: [] for name, _, _ in heads}
    for k, row in lines[1:]:
        if len(row) != len(heads):
            raise InputError(
                "file", f"{path.name}, line {k}: {len(row)} cells", f"{len(heads)} cells", ""
            )
        for (name, unit, si), cell in zip(heads, row, strict=True):
            columns[name].append(_number(cell, unit, si, f"{path.name}, line {k}"))
    return columns


def _head(cell: str, name: str) -> tuple[str, str, str]:
    """Name of the list, unit written and unit wanted of a column."""
    match = _HEAD.match(cell)
    known = match["name"].lower() if match else cell
    if match is None or known not in _COLUMNS:
        raise InputError("file", f"{name}, head {cell!r}", EXAMPLE, nearest(known, _COLUMNS))
    column, si = _COLUMNS[known]
    unit = (match["unit"] or si).strip()
    if not is_unit(unit, si):
        raise InputError("file", f"{name}, head {cell!r}", f"a unit that converts to {si}", EXAMPLE)
    return column, unit, si


def _complete(names: list[str], file: str) -> None:
    for wanted in ("time", "voltage"):
        if names.count(wanted) != 1:
            raise InputError("file", f"{file}: {names.count(wanted)} columns {wanted}", "one",
                             EXAMPLE)  # fmt: skip


def _number(cell: str, unit: str, si: str, where: str) -> float:
    try:
        return convert(float(cell), unit, si)
    except ValueError:
        raise InputError("file", f"{where}: {cell!r}", "a number", "use a decimal point") from None


def with_files(data: dict[str, Any], folder: str | Path) -> dict[str, Any]:
    """Return the tables of a study with the files of its waveforms read into lists.

    The lists stand in the study from then on, so that a run folder needs no file.

    Raises
    ------
    InputError
        If a file is not there or cannot be read.
    """
    protocols = data.get("protocol")
    if not isinstance(protocols, list):
        return data
    found = [_filled(p, Path(folder), f"protocol[{k}]") for k, p in enumerate(protocols)]
    return {**data, "protocol": found}


def _filled(table: Any, folder: Path, field: str) -> Any:
    if not isinstance(table, dict) or table.get("kind") != "waveform" or not table.get("file"):
        return table
    file = table["file"]
    if table.get("time") and not (folder / str(file)).is_file():
        return table  # a run folder: it was read when the run was started
    if not isinstance(file, str) or Path(file).name != file:
        allowed = "the name of a CSV file in the folder of the study"
        raise InputError(f"{field}.file", file, allowed, "put the file beside the study")
    try:
        return {**table, **read(folder / file)}
    except InputError as e:
        raise InputError(f"{field}.file", e.value, e.allowed, e.remedy) from None
