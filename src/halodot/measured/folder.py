"""Read a folder of measured files: tell what each is, and say what could not be used."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..core.errors import InputError, shorten
from ..core.sourced import Sourced
from ..device.state import Trace
from ..figures import extract
from ..figures.blocks import Block, find_blocks
from ..figures.decode import read_lines
from ..figures.joining import with_light
from ..figures.layout import Layout, detect
from ..figures.reader import Reading, read
from ..figures.state import Figures
from .kinds import Seen, is_word, kind_of, roles_in
from .naming import cycle_in, device_in
from .records import Record, Records, Refused
from .side import Common, Side, common_of, is_side, side_of
from .stated import check_units, devices_in_columns, read_voltage_in

NOT_DATA = (".png", ".jpg", ".jpeg", ".svg", ".pdf", ".gif", ".tif", ".tiff", ".py", ".m", ".ipynb",
            ".md", ".html", ".zip", ".gz", ".opj", ".opju", ".xlsx", ".xls", ".docx")  # fmt: skip
MOST = {"conductance": (10.0, "S"), "current": (100.0, "A"), "voltage": (1e3, "V")}
LONGEST = 20_000  # readings of pulses of which figures of merit are taken
ORDER = ("iv", "transfer", "endurance", "retention", "pulses", "synapse")
_DEVICE_WORD = re.compile(r"^(device|dev|sample|chip|cell|junction|pad)\b", re.IGNORECASE)


def read_folder(path: str | Path) -> Records:
    """Read every file of a folder and of the folders in it.

    Parameters
    ----------
    path
        Folder with text files of any dialect that `figures.read` takes; see `side` for side-cars.

    Returns
    -------
    Records
        One bad file never takes the others with it: it is listed with its reason.

    Raises
    ------
    InputError
        If the folder or its side-car cannot be read, or no file can be used.
    """
    folder = Path(path)
    if not folder.is_dir():
        found = "a file" if folder.exists() else "no such folder"
        raise InputError(str(path), found, "a folder of measured files", "name the folder")
    files = sorted((p for p in folder.rglob("*") if p.is_file() and not _hidden(p, folder)),
                   key=lambda p: _natural(p.relative_to(folder).as_posix()))  # fmt: skip
    common = common_of(folder)
    every = set(files)
    used: list[Record] = []
    refused: list[Refused] = []
    for file in files:
        name = file.relative_to(folder).as_posix()
        if is_side(file, every):
            continue
        try:
            record = _record(file, name, common)
        except InputError as e:
            refused.append(Refused(name, _reason(e)))
            continue
        except (ArithmeticError, ValueError, IndexError, MemoryError, OSError) as e:
            refused.append(Refused(name, f"it could not be read: {e or type(e).__name__}"))
            continue
        used.append(record) if record else refused.append(Refused(name, "a side-car says ignore"))
    if not used:
        raise _nothing(folder, refused)
    named, devices, notes = _numbered(used)
    return Records(folder, tuple(named), tuple(refused), devices, _figures(named), notes)


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _natural(text: str) -> list[tuple[int, str]]:
    """Order in which file10 stands after file9."""
    return [(int(part), "") if part.isdigit() else (0, part.lower())
            for part in re.split(r"(\d+)", text)]  # fmt: skip


def _reason(e: InputError) -> str:
    words = f"{shorten(e.value, 200)}; needed: {shorten(e.allowed, 200)}"
    return f"{words}; {shorten(e.remedy, 240)}" if e.remedy else words


def _nothing(folder: Path, refused: Sequence[Refused]) -> InputError:
    found = f"{len(refused)} files, none of which can be used" if refused else "an empty folder"
    allowed = "text files with voltage and current, or conductance after each pulse, or a current "
    allowed += "against time"
    listed = "; ".join(f"{r.name}: {r.reason}" for r in refused[:4])
    return InputError(str(folder), found, allowed, listed or "put the files there")


def _record(file: Path, name: str, common: Common) -> Record | None:
    """Read one file; None where a side-car says to leave it out.

    Raises
    ------
    InputError
        If it cannot be told what it is, or it cannot be read as that.
    """
    side = side_of(file, name, common)
    if side.words.get("ignore"):
        return None
    if file.suffix.lower() in NOT_DATA:
        raise InputError(name, f"a {file.suffix} file", "a table of numbers as text",
                         "export it as CSV")  # fmt: skip
    lines, _ = read_lines(file)
    layout = detect(file.name, lines, 1)
    blocks = find_blocks(file.name, lines, layout, 1)
    if not blocks:
        raise InputError(name, "no block of numbers", "rows of numbers", "")
    seen = Seen(side.kind, "a side-car") if side.kind else kind_of(file.name, blocks)
    said = [f"{seen.kind}: {seen.why}"]
    parts = _by_words(lines, layout)
    if parts:
        readings = _read_parts(file, parts, seen.kind, side)
        said.append("devices: named in a column")
    else:
        readings = [("", _read(file, seen.kind, side))]
    traces: list[Trace] = []
    head = [line for line in lines if layout.row(line) is None]
    stated = side.quantities.get("read_voltage") or read_voltage_in(head, blocks)
    if "columns" not in side.words:
        check_units(name, blocks, float(stated) if stated is not None else None)
    beside = devices_in_columns(max(blocks, key=lambda b: b.data.size))
    for word, reading in readings:
        _plausible(name, reading, blocks, side)
        if stated is not None and "read_voltage" not in reading.trace.parameters:
            more = {**reading.trace.parameters, "read_voltage": stated}
            reading = replace(reading, trace=replace(reading.trace, parameters=more))
            said.append(f"read voltage {float(stated):.4g} V: {stated.note}")
        for device, trace in _by_device(_finished(reading.trace, seen.kind, blocks, side), beside):
            label = word or device
            noted = {**trace.parameters}
            if label:
                noted["device"] = Sourced.unknown("1", label)
            traces.append(replace(trace, label=name, parameters=noted))
    first = readings[0][1].understood
    said += [*first.columns, *first.parameters, *first.notes]
    device, where = device_in(name)
    if "device" in side.words:
        device, where = str(side.words["device"]), "a side-car"
    cycle = str(side.words.get("cycle", cycle_in(name)))
    if device:
        said.append(f"device {device}: from {where}")
    if cycle:
        said.append(f"cycle {cycle}: from {'a side-car' if 'cycle' in side.words else 'file name'}")
    return Record(name, file, seen.kind, tuple(traces), device, cycle, tuple(said))


def _read(file: Path, kind: str, side: Side) -> Reading:
    reading = read(file, kind, columns=side.words.get("columns"), parameters=side.quantities)
    if "light" in side.words:
        from ..core.units import parse

        level = parse(side.words["light"], "W/m2", field=f"{file.name}: light")
        reading = replace(reading, trace=with_light(reading.trace, [level]))
    return reading


def _by_words(lines: Sequence[str], layout: Layout) -> dict[str, list[str]]:
    """Split a table by a column that names devices in words; empty where there is none."""
    if not layout.text_columns:
        return {}
    rows = [k for k, line in enumerate(lines) if layout.row(line) is not None]
    if not rows:
        return {}
    head = next((layout.cells(lines[k]) for k in range(rows[0] - 1, -1, -1) if lines[k].strip()),
                [])  # fmt: skip
    wanted = [k for k in layout.text_columns if k < len(head) and _DEVICE_WORD.match(head[k])]
    if not wanted:
        return {}
    found: dict[str, list[str]] = {}
    for k in rows:
        cells = layout.cells(lines[k])
        if wanted[0] < len(cells) and is_word(cells[wanted[0]]):
            found.setdefault(cells[wanted[0]].strip(), list(lines[: rows[0]])).append(lines[k])
    return found


def _read_parts(
    file: Path, parts: Mapping[str, list[str]], kind: str, side: Side
) -> list[tuple[str, Reading]]:
    """Read the rows of each device as a file of their own."""
    out = []
    with tempfile.TemporaryDirectory() as folder:
        for word, lines in parts.items():
            own = Path(folder) / file.name
            own.write_text("\n".join(lines) + "\n", encoding="utf-8")
            out.append((word, _read(own, kind, side)))
    return out


def _plausible(name: str, reading: Reading, blocks: Sequence[Block], side: Side) -> None:
    """Refuse numbers that no device gives: the unit is another one, or there is none.

    Raises
    ------
    InputError
        If a magnitude is impossible, or a weight has no unit.
    """
    trace = reading.trace
    for column, (most, unit) in MOST.items():
        if column in trace.columns:
            size = np.abs(trace.columns[column])
            top = float(np.max(size[np.isfinite(size)], initial=0.0))
            if top > most:
                raise InputError(
                    name, f"{column} up to {top:.3g} {unit}", f"at most {most:g} {unit}",
                    f'write the unit in the header, or in a side-car: columns = {{ {column} = '
                    f'"2:u{unit}" }}',
                )  # fmt: skip
    if "conductance" not in trace.columns or "weight_unit" in side.quantities:
        return
    for block in blocks:
        for k in roles_in(block).get("conductance", ()):
            unit_of = block.columns[k].unit
            bare = unit_of is None and "columns" not in side.words
            top = float(np.nanmax(np.abs(block.data[:, k])))
            if (unit_of is not None and unit_of.si == "1") or (bare and top > 1e-2):
                what = "a weight without a unit" if bare else "a weight in arbitrary units"
                raise InputError(
                    name, f"{what}, up to {top:.3g}", "a conductance in siemens",
                    'in a side-car: weight_unit = "1 uS"',
                )  # fmt: skip


def _finished(trace: Trace, kind: str, blocks: Sequence[Block], side: Side) -> Trace:
    """Add what the kind of a column says: a current that is one at 1 V, weights in their unit."""
    columns, units, parameters = dict(trace.columns), dict(trace.units), dict(trace.parameters)
    unit = side.quantities.get("weight_unit")
    if unit is not None and "conductance" in columns:
        columns["conductance"] = columns["conductance"] * float(unit)
    if kind == "endurance":
        held = {role for block in blocks for role in roles_in(block)}
        units["current"] = "A" if held & {"current", "drain_current"} else "S"
    if kind in ("retention", "pulses") and "resistance" in columns:
        ohm = columns.pop("resistance")
        columns["conductance"] = np.divide(1.0, ohm, out=np.full(len(ohm), np.nan),
                                           where=ohm != 0.0)  # fmt: skip
        units["conductance"] = "S"
    if "voltage" in parameters and "read_voltage" not in parameters:
        parameters["read_voltage"] = parameters["voltage"]
    return replace(trace, columns=columns, units=units, parameters=parameters)


def _by_device(trace: Trace, beside: Sequence[str] = ()) -> list[tuple[str, Trace]]:
    """One trace for each number in a column of devices, or for each column of a device."""
    column = trace.columns.get("device")
    sweeps = np.unique(trace.sweep)
    if column is None and beside and len(sweeps) == len(beside):
        parts = [(d, trace.sweep == k) for d, k in zip(beside, sweeps, strict=True)]
        return [(d, replace(trace, columns={k: v[rows] for k, v in trace.columns.items()},
                            sweep=trace.sweep[rows])) for d, rows in parts]  # fmt: skip
    if column is None or trace.kind == "endurance":
        return [("", trace)]
    out = []
    for number in np.unique(column[np.isfinite(column)]):
        rows = column == number
        columns = {k: v[rows] for k, v in trace.columns.items() if k != "device"}
        out.append((f"{number:g}", replace(trace, columns=columns, sweep=trace.sweep[rows])))
    return out


def _numbered(used: Sequence[Record]) -> tuple[list[Record], tuple[str, ...], tuple[str, ...]]:
    """Number devices in the order in which they appear; files that name none are of one device."""
    names: list[str] = []
    out = []
    nameless = 0

    def number(name: str) -> int:
        if name not in names:
            names.append(name)
        return names.index(name)

    for record in used:
        traces = []
        for trace in record.traces:
            own = trace.parameters.get("device")
            name = own.note if own is not None else record.device
            if trace.kind == "endurance" and "device" in trace.columns and not record.device:
                column = np.array([number(f"{d:g}") for d in trace.columns["device"]], float)
                traces.append(replace(trace, columns={**trace.columns, "device": column}))
                continue
            nameless += not name
            given = {**trace.parameters, "device": Sourced(float(number(name or "1")), "1",
                                                           basis="given")}  # fmt: skip
            columns = {k: v for k, v in trace.columns.items() if k != "device"}
            if record.cycle.isdigit():
                given["cycle"] = Sourced(float(record.cycle), "1", basis="given")
            traces.append(replace(trace, columns=columns, parameters=given))
        out.append(replace(record, traces=tuple(traces)))
    notes = []
    if nameless:
        notes.append(f"{nameless} records name no device and are taken as of device 1")
    return out, tuple(names), tuple(notes)


def _figures(used: Sequence[Record]) -> tuple[Figures, ...]:
    """Figures of merit of every record that has any, those of sweeps first."""
    found = []
    for record in used:
        for trace in record.traces:
            if trace.kind == "pulses" and len(trace) > LONGEST:
                continue  # the list of runs tells the update; figures of it would take long
            try:
                figures = extract(trace)
            except (InputError, ArithmeticError, ValueError):
                continue
            found.append(replace(figures, label=record.name))
    found.sort(key=lambda f: ORDER.index(f.kind) if f.kind in ORDER else len(ORDER))
    return tuple(found) or (Figures(used[0].kind, used[0].name, ()),)
