"""Read what an instrument wrote into a `Trace`, and say what was understood of it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..device.state import Trace
from .blocks import Block, find_blocks
from .conditions import conditions_of
from .decode import read_lines
from .headers import PER_WIDTH
from .layout import Layout, detect
from .notes import parameters_in
from .roles import CELSIUS, LEAST, RENAME, Record, find_records, kind_need
from .sweeps import split_directions
from .tables import plain_where_alone, states_of, unit_of_column, value_name

SWEPT_KINDS = ("iv", "mechanism", "transfer", "output")
SWEPT = {"iv": "voltage", "mechanism": "voltage", "transfer": "gate_voltage"}
SWEPT |= {"output": "drain_voltage"}
MOST_LEVELS = 60  # of light; a read-back photodiode takes as many values as there are rows
Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Understood:
    """What was understood of a file, for the user to check."""

    encoding: str
    layout: str
    columns: tuple[str, ...]
    sweeps: int
    blocks: int
    rows_kept: int
    rows_dropped: int
    parameters: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A trace and what was understood of its file."""

    trace: Trace
    understood: Understood


def read(
    path: str | Path,
    kind: str,
    *,
    columns: Mapping[str, str] | None = None,
    parameters: Mapping[str, Sourced] | None = None,
    of: str = "",
) -> Reading:
    """Read an instrument's file.

    Parameters
    ----------
    path
        Text file in any usual encoding, separator and decimal mark.
    kind
        iv | transfer | output | pulses | synapse | logic | retention | endurance | spectrum | decay
        | sizes | values | mechanism.
    columns
        Role -> column number (from 1) or header, with an optional unit: ``"3"``, ``"3:uA"``.
        Where given, only these columns are used.
    parameters
        What the file does not hold, in SI; wins over what its header lines state.
    of
        ``pl`` or ``absorption`` of a spectrum, to choose among columns of both.

    Raises
    ------
    InputError
        If the file is no text, holds no numbers, or a column cannot be told; names the line.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = file.write_text("V (V);I (uA)\\n0,0;0,1\\n0,5;1,5\\n1,0;4,2\\n", encoding="utf-8")
    >>> reading = read(file, "iv")
    >>> reading.trace.columns["current"].tolist(), reading.understood.layout
    ([1e-07, 1.5e-06, 4.2e-06], 'semicolon-separated, decimal comma')
    """
    kind_need(kind)
    name = Path(path).name
    lines, encoding = read_lines(path)
    least = LEAST[kind]
    layout = detect(name, lines, least)
    blocks = find_blocks(name, lines, layout, least)
    if not blocks:
        raise InputError(name, "no block of numbers", "rows of numbers", "check the file")
    return _assemble(name, kind, blocks, layout, encoding, columns or {}, parameters or {}, of)


def _assemble(
    name: str,
    kind: str,
    blocks: list[Block],
    layout: Layout,
    encoding: str,
    overrides: Mapping[str, str],
    given: Mapping[str, Sourced],
    of: str,
) -> Reading:
    pieces: list[tuple[Columns, np.ndarray]] = []
    said: dict[str, None] = {}
    stated: dict[str, Sourced] = {}
    of_file = conditions_of(Path(name).stem).values if kind in SWEPT_KINDS else {}
    dropped = offset = 0
    for block in blocks:
        local = parameters_in(block.notes)
        stated = {**local, **stated}
        for record in find_records(name, kind, block, overrides, of):
            columns, lost = _columns(
                kind, block, record, _width_of(name, record, block, stated, given)
            )
            dropped += lost
            if not len(next(iter(columns.values()))):
                continue
            _fill_bias(kind, columns, local)
            _fill_conditions(kind, columns, {**of_file, **record.conditions})
            if kind == "values":
                columns = _named(columns, block, record)
            sweep = _sweeps(kind, columns) + offset
            offset = int(sweep[-1]) + 1
            pieces.append((columns, sweep))
            said |= dict.fromkeys(_said(block, record))
    if not pieces:
        raise InputError(name, "every row has a missing value", "rows with numbers", "")
    if kind == "values":
        pieces = plain_where_alone(pieces)
    if kind == "endurance":
        pieces = states_of(name, pieces)
    parameters = {k: v for k, v in stated.items() if k not in ("gate_voltage",)} | dict(given)
    trace = _join(kind, name, pieces, parameters)
    single = all(len(b.columns) == 1 for b in blocks)
    understood = Understood(
        encoding,
        "one column" if single else layout.describe(),
        tuple(said),
        int(trace.sweep[-1]) + 1,
        len(blocks),
        len(trace),
        dropped,
        tuple(f"{k}: {v.note or 'given'}" for k, v in parameters.items()),
    )
    if layout.text_columns:
        places = ", ".join(str(k + 1) for k in sorted(layout.text_columns))
        understood = replace(understood, notes=(f"columns of words left out: {places}",))
    return Reading(trace, understood)


def _width_of(
    name: str,
    record: Record,
    block: Block,
    stated: Mapping[str, Sourced],
    given: Mapping[str, Sourced],
) -> float:
    """Width [m] that turns a current per width into a current; 1 where no column needs it."""
    per = [p for p in record.columns if p.unit.si == PER_WIDTH]
    width = given.get("channel_width", stated.get("channel_width"))
    if not per:
        return 1.0
    if width is None or not width.is_known:
        column = block.columns[per[0].index].text or f"column {per[0].index + 1}"
        raise InputError(
            name,
            f"{column}: a current per width ({per[0].unit.text}), and no width",
            "the width of the channel, to turn it into a current",
            '--channel-width "1 mm"',
        )
    return float(width)


def _columns(kind: str, block: Block, record: Record, width: float = 1.0) -> tuple[Columns, int]:
    """Convert to SI and drop the rows in which the swept or measured value is missing."""
    names = RENAME.get(kind, {})
    raw = {
        names.get(p.role, p.role): block.data[:, p.index]
        * (p.unit.factor * (width if p.unit.si == PER_WIDTH else 1.0))
        for p in reversed(record.columns)
    }
    for p in record.columns:
        if p.role == "temperature" and CELSIUS.search(block.columns[p.index].text):
            raw["temperature"] = raw["temperature"] + 273.15
    need = kind_need(kind)
    vital = [p for p in record.columns if p.role in (*need.swept, *need.measured)]
    good = np.all([np.isfinite(block.data[:, p.index]) for p in vital[:2]], axis=0)
    shown = np.any(np.isfinite(block.data[:, [p.index for p in vital]]), axis=1)
    lost = int(np.sum(shown & ~good))
    return {k: v[good] for k, v in raw.items()}, lost


def _named(columns: Columns, block: Block, record: Record) -> Columns:
    """Lists of different names are different lists, not devices of one."""
    role, header = record.columns[0].role, block.columns[record.columns[0].index].name
    return {value_name(role, header) if k == role else k: v for k, v in columns.items()}


def _fill_bias(kind: str, columns: Columns, local: Mapping[str, Sourced]) -> None:
    """A bias stated above one block belongs to the rows of that block."""
    beside = {"transfer": "drain_voltage", "output": "gate_voltage"}.get(kind)
    if beside and beside not in columns and beside in local:
        rows = len(next(iter(columns.values())))
        columns[beside] = np.full(rows, float(local[beside]))


def _fill_conditions(kind: str, columns: Columns, stated: Mapping[str, float]) -> None:
    """A bias, an irradiance or a memory state in the header belongs to the rows of its column."""
    rows = len(next(iter(columns.values())))
    beside = {"transfer": "drain_voltage", "output": "gate_voltage"}.get(kind, "")
    if kind not in (*SWEPT_KINDS, "pulses", "retention"):
        return
    wanted = (beside, "light", "light_power", "wavelength", "state", "temperature")
    flags = columns.get("light")
    for name in wanted:
        if name in stated and name not in columns:
            columns[name] = np.full(rows, stated[name])
    if (
        flags is not None
        and stated.get("light", np.nan) > 0
        and set(np.unique(flags)) <= {0.0, 1.0}
    ):
        columns["light"] = flags * stated["light"]


def _sweeps(kind: str, columns: Columns) -> np.ndarray:
    rows = len(next(iter(columns.values())))
    number = np.zeros(rows, np.int64)
    swept = SWEPT.get(kind)
    stepped = {"transfer": "drain_voltage", "output": "gate_voltage"}.get(kind, "repeat")
    edges = [0, rows]
    for name in (stepped, "repeat"):
        if name in columns:
            step = np.abs(np.diff(columns[name]))
            span = float(np.ptp(columns[name]))
            edges += [int(k) + 1 for k in np.flatnonzero(step > max(0.02 * span, 1e-3))]
    for name in ("light", "light_power", "state", "temperature"):
        if name in columns and swept and len(np.unique(columns[name])) <= MOST_LEVELS:
            level = np.nan_to_num(columns[name], nan=-1.0)  # light of unknown strength
            edges += [int(k) + 1 for k in np.flatnonzero(np.diff(level) != 0)]
    if kind in ("synapse", "logic") and "time" in columns:
        edges += [int(k) + 1 for k in np.flatnonzero(np.diff(columns["time"]) < 0)]
    edges = sorted(set(edges))
    for start, end in itertools.pairwise(edges):
        inner = split_directions(columns[swept][start:end]) if swept else np.zeros(end - start)
        number[start:end] = inner + (number[start - 1] + 1 if start else 0)
    return number


def _said(block: Block, record: Record) -> list[str]:
    lines = []
    for p in record.columns:
        title = block.columns[p.index].text or f"column {p.index + 1}"
        how = f" ({p.how})" if p.how else ""
        how = f"{how}, times the channel width" if p.unit.si == PER_WIDTH else how
        lines.append(f"{title} -> {p.role} in {p.unit.text or p.unit.si}{how}")
    return lines


def _join(
    kind: str,
    label: str,
    pieces: list[tuple[Columns, np.ndarray]],
    parameters: dict[str, Sourced],
) -> Trace:
    names = list(dict.fromkeys(k for columns, _ in pieces for k in columns))
    joined = {
        k: np.concatenate([c.get(k, np.full(len(s), np.nan)) for c, s in pieces]) for k in names
    }
    sweep = np.concatenate([s for _, s in pieces])
    units = {k: unit_of_column(k) for k in names}
    return Trace(kind, label, joined, units, sweep, parameters)
