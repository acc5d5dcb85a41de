"""Sweeps: a study at every combination of some values, one run folder a point, resumable."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import runs
from .core import tomlfile
from .core.errors import InputError
from .core.runfolder import hash_of, is_run, manifest
from .inheritance import find, inherited
from .report import tables
from .study import StudyFile, from_data

POINTS = 10_000
MARK = "sweep.txt"


@dataclass(frozen=True)
class Point:
    """One point of a sweep.

    Attributes
    ----------
    values
        (key, value) of what was varied.
    status
        Name of a status in small letters, or ``refused`` where the values cannot be used.
    body
        The flat JSON of the run; for a refused point its reason.
    """

    values: tuple[tuple[str, Any], ...]
    status: str
    body: dict[str, Any]
    folder: str = ""


def axis(text: str) -> tuple[str, tuple[Any, ...]]:
    """Read one ``--vary`` argument: a dotted key and its values, separated by commas.

    Examples
    --------
    >>> axis("film.ligand=OGB,DDAB")
    ('film.ligand', ('OGB', 'DDAB'))
    >>> axis("protocol[0].drain=['-1 V', '-2 V'],['-5 V']")[1]
    (['-1 V', '-2 V'], ['-5 V'])
    """
    key, equals, rest = text.partition("=")
    values = [v for v in _split(rest) if v.strip()]
    if not equals or not key.strip() or not values:
        allowed = "KEY=VALUE,VALUE,..., for example film.ligand=OGB,DDAB"
        raise InputError("--vary", text, allowed, "quote values with blanks")
    return key.strip(), tuple(tomlfile.scalar(v) for v in values)


def _split(text: str) -> list[str]:
    """Split at commas outside of brackets and quotes."""
    parts, depth, quote = [""], 0, ""
    for c in text:
        if quote:
            quote = "" if c == quote else quote
        elif c in "'\"":
            quote = c
        depth += (c in "[{") - (c in "]}") if not quote else 0
        if c == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += c
    return parts


def sweep(
    path: str | Path,
    vary: Sequence[tuple[str, Sequence[Any]]],
    output: str | Path,
    *,
    draws: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[Point, ...]:
    """Run a study at every combination of `vary`; points already run are read, not run again.

    Parameters
    ----------
    path
        A study file, or the id of a shipped study.
    vary
        (dotted key, values) for each axis.
    output
        Folder of the sweep: one run folder a point, ``table.csv`` and ``table.json``.

    Raises
    ------
    InputError
        If the study itself, a key, or the folder cannot be used, or no point can. A single point
        that cannot be run becomes a row with its reason.
    """
    where = find(path)
    data = inherited(tomlfile.read(where), where.parent)
    base = from_data(data, where.parent)
    grid = list(itertools.islice(itertools.product(*(v for _, v in vary)), POINTS + 1))
    if not vary or len(grid) > POINTS:
        allowed = f"1 to {POINTS} points"
        raise InputError("--vary", f"{len(grid)} points", allowed, "vary fewer values")
    keys = [key for key, _ in vary]
    points = [tuple(zip(keys, values, strict=True)) for values in grid]
    files = [_point(data, where.parent, p, draws) for p in points]
    if all(isinstance(f, InputError) for f in files):
        raise next(f for f in files if isinstance(f, InputError))
    identity = hash_of(base.identity, repr(points), repr(draws))
    folder = _folder(output)
    found = []
    for index, (point, file) in enumerate(zip(points, files, strict=True)):
        if progress is not None:
            progress(", ".join(str(v) for _, v in point), index, len(points))
        found.append(_run(point, file, folder))
    _write(found, folder, identity)
    return tuple(found)


def _folder(output: str | Path) -> Path:
    """The folder of the sweep: new, empty, or one of an earlier sweep."""
    folder = Path(output)
    try:
        if folder.exists() and not folder.is_dir():
            raise InputError("output folder", str(output), "a folder", "choose another name")
        if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
            allowed = "a new name, an empty folder, or the folder of an earlier sweep"
            raise InputError("output folder", str(output), allowed, "choose another name with -o")
        (folder / "points").mkdir(parents=folder.parent.is_dir(), exist_ok=True)
        (folder / MARK).write_text("halodot sweep 1\n", encoding="utf-8")
    except OSError as e:
        allowed = "a place in an existing folder that can be written"
        raise InputError("output folder", str(output), allowed, str(e.strerror)) from None
    return folder


def _point(
    data: dict[str, Any], beside: Path, point: Sequence[tuple[str, Any]], draws: int | None
) -> StudyFile | InputError:
    try:
        for key, value in point:
            data = tomlfile.override(data, key, value)
        file = from_data(data, beside)
        return file if draws is None else runs.with_draws(file, draws)
    except InputError as e:
        return e


def _run(point: tuple[tuple[str, Any], ...], file: StudyFile | InputError, folder: Path) -> Point:
    if isinstance(file, InputError):
        return Point(point, "refused", {"status_text": str(file)})
    name = _name(point, file)
    target = folder / "points" / name
    try:
        if not (is_run(target) and manifest(target)["identity"] == file.identity):
            runs.run(file, target)
    except (InputError, ArithmeticError) as e:
        return Point(point, "refused", {"status_text": str(e)})
    body = json.loads((target / "results.json").read_text(encoding="utf-8"))
    return Point(point, body["status"], body, f"points/{name}")


def _name(point: Sequence[tuple[str, Any]], file: StudyFile) -> str:
    words = "_".join(re.sub(r"[^A-Za-z0-9.+-]+", "-", str(v)).strip("-.")[:24] for _, v in point)
    return f"{words}_{file.identity[:8]}"


def _write(points: Sequence[Point], folder: Path, identity: str) -> None:
    figures = list(dict.fromkeys(k for p in points for k, v in p.body.items() if _is_figure(v)))
    columns = [c for f in figures for c in (f, f"{f}_low", f"{f}_high")]
    keys = [key for key, _ in points[0].values]
    head = [*keys, "status", "folder", *columns, "reason"]
    _put(folder, "table.csv", tables.as_csv(head, [_row(p, figures) for p in points]))
    rows = [_json_row(p, figures) for p in points]
    body = {"identity": identity, "points": rows}
    _put(folder, "table.json", json.dumps(body, indent=1, ensure_ascii=False) + "\n")
    for kind, svg in _pictures(points, folder):
        _put(folder, f"{kind}.svg", svg)


def _pictures(points: Sequence[Point], folder: Path) -> Iterator[tuple[str, str]]:
    """One picture for each kind of record, with the records of the points laid over another."""
    from .device import storage
    from .report.pictures import MOST_SERIES
    from .report.plots.traces import overlay

    traces = []
    for point in (p for p in points if p.folder):
        label = ", ".join(str(v) for _, v in point.values)
        for path in sorted((folder / point.folder / "traces").glob("*.nc")):
            trace = storage.load(path)
            own = f"{label}: {trace.label}" if trace.label else label
            traces.append(replace(trace, label=own))
    for kind in dict.fromkeys(t.kind for t in traces):
        same = [t for t in traces if t.kind == kind][:MOST_SERIES]
        svg = overlay(same, kind, f"sweep-{kind}")
        if svg is not None:
            yield kind, svg


def _put(folder: Path, name: str, text: str) -> None:
    temporary = folder / f".{name}.tmp"
    temporary.write_text(text, encoding="utf-8", newline="\n")
    temporary.replace(folder / name)


def _is_figure(value: object) -> bool:
    return isinstance(value, dict) and "basis" in value


def _json_row(point: Point, figures: Sequence[str]) -> dict[str, Any]:
    body = {**dict(point.values), "status": point.status, "folder": point.folder}
    body |= {f: point.body[f] for f in figures if f in point.body}
    return body | ({"reason": point.body["status_text"]} if point.status == "refused" else {})


def _row(point: Point, figures: Sequence[str]) -> list[str]:
    cells: list[Any] = [v for _, v in point.values] + [point.status, point.folder]
    for name in figures:
        q = point.body.get(name, {})
        cells += ["" if q.get(k) is None else q[k] for k in ("value", "low", "high")]
    reason = " ".join(point.body["status_text"].split()) if point.status == "refused" else ""
    return [str(c) for c in (*cells, reason)]
