"""Lines of a file -> blocks of numbers, each with its header and the notes above it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .conditions import conditions_of, is_condition_only
from .headers import Unit, looks_like_unit, role_of, split_unit, unit_of
from .layout import Layout

_BRACKETED = re.compile(r"[^\s(\[]+(?:\s*[\[(][^\])]*[\])])?")
_NOTE = re.compile(r"^\W*(?P<key>[A-Za-zµ][^=:;\t]*?)\s*[=:;\t]+\s*(?P<value>.*?)\W{0,2}$")
_NOTE_COMMA = re.compile(r"^\W*(?P<key>[A-Za-zµ][^=:;\t,]*?)\s*,\s*(?P<value>.*?)[\s,]*$")


@dataclass(frozen=True)
class Column:
    """A header cell: the name as written, its unit and the conditions, if any were written."""

    text: str
    name: str
    unit: Unit | None
    conditions: Mapping[str, float] = field(default_factory=dict)


def column_of(text: str) -> Column:
    """Read a header cell.

    >>> c = column_of("Id@Vd=-5V (uA)")
    >>> c.name, c.unit.factor, dict(c.conditions)
    ('Id', 1e-06, {'drain_voltage': -5.0})
    """
    found = conditions_of(text)
    if found.empty:
        return Column(text, *split_unit(text))
    if is_condition_only(text):
        return Column(text, "", None, found.values)
    return Column(text, *split_unit(found.rest), found.values)


@dataclass(frozen=True)
class Block:
    """Consecutive data rows of equal width."""

    first_line: int
    columns: tuple[Column, ...]
    data: NDArray[np.float64]
    notes: dict[str, str]


@dataclass
class _Open:
    first_line: int
    header: tuple[Column, ...]
    notes: dict[str, str]
    rows: list[list[float]]


def find_blocks(name: str, lines: Sequence[str], layout: Layout, least: int) -> list[Block]:
    """Split the lines into blocks.

    Raises
    ------
    InputError
        If a row is wider than its header or the rows above it; the line is named.
    """
    opened = list(_walk(name, lines, layout, least, split_at_blank=True))
    if sum(len(b.rows) == 1 for b in opened) > len(opened) / 2:
        opened = list(_walk(name, lines, layout, least, split_at_blank=False))
    longest = max((len(b.rows) for b in opened), default=0)
    # stray numeric lines of the header ("2 3") are no blocks
    return [_close(b) for b in opened if len(b.rows) >= min(3, longest)]


def _walk(
    name: str, lines: Sequence[str], layout: Layout, least: int, *, split_at_blank: bool
) -> Iterator[_Open]:
    gap: list[str] = []
    block: _Open | None = None
    header: tuple[Column, ...] = ()
    notes: dict[str, str] = {}
    fresh = True
    for k, line in enumerate(lines):
        if not line.strip(" \t,;"):
            fresh = fresh or split_at_blank
            continue
        row = layout.row(line)
        if row is None or (len(row) < least and block is None):
            gap.append(line)
            fresh = True
            continue
        if fresh or block is None:
            if block is not None:
                yield block
            # a column of "--" has a header too; a trailing delimiter has none
            header = (
                read_header(name, gap, len(row), layout, k + 1)
                or read_header(name, gap, _width(row), layout, k + 1)
                or header
            )
            notes = {**notes, **read_notes(gap)}
            block = _Open(k + 1, header, notes, [])
            gap, fresh = [], False
        block.rows.append(_fit(name, row, block, k + 1))
    if block is not None:
        yield block


def _width(row: list[float]) -> int:
    """Width without the blanks of trailing delimiters."""
    width = len(row)
    while width > 1 and math.isnan(row[width - 1]):
        width -= 1
    return width


def _fit(name: str, row: list[float], block: _Open, line: int) -> list[float]:
    expected = len(block.rows[0]) if block.rows else max(_width(row), len(block.header))
    if len(row) < expected:
        return row + [math.nan] * (expected - len(row))
    if _width(row) > expected:
        raise InputError(
            name,
            f"line {line}: {_width(row)} cells where the rows above have {expected}",
            "the same number of columns in every row of a block",
            "decimal commas need semicolons or tabs between columns; look for a broken line",
        )
    return row[:expected]


def _close(block: _Open) -> Block:
    data = np.array(block.rows, float)
    data[np.abs(data) >= 9.0e37] = np.nan
    width = data.shape[1]
    header = block.header if len(block.header) == width else ()
    columns = header or tuple(Column("", "", None) for _ in range(width))
    return Block(block.first_line, columns, data, block.notes)


def read_notes(gap: Sequence[str]) -> dict[str, str]:
    """Read ``key = value``, ``key: value`` and ``key, value`` lines above the data."""
    notes = {}
    for line in gap:
        match = _NOTE.match(line.strip().strip('"')) or _NOTE_COMMA.match(line.strip())
        if match:
            notes[match["key"].strip().lower()] = match["value"].strip().strip('"')
    return notes


def read_header(
    name: str, gap: Sequence[str], width: int, layout: Layout, line: int
) -> tuple[Column, ...]:
    """Find the line that names the columns (best recognised, then last), and a units row.

    Raises
    ------
    InputError
        If a comma-separated row has twice the cells of its header: decimal commas.
    """
    best: tuple[float, int, list[str]] = (0.0, -1, [])
    half = 0
    for k, text in enumerate(gap):
        cells = _header_cells(text, width, layout)
        score = _recognised(cells)
        if len(cells) == width and (score, k) > (best[0], best[1]) and score > 0:
            best = (score, k, cells)
        elif layout.separator == "," and score >= len(cells) and width == 2 * len(cells) >= 4:
            half = len(cells)
    if best[1] < 0 and half:
        raise InputError(
            name,
            f"line {line}: {width} cells under {half} headers",
            "decimal commas only where another sign separates the columns",
            "export with semicolons or tabs, or with a decimal point",
        )
    if best[1] < 0:
        best = _conditions_row(gap, width, layout)
    if best[1] < 0:
        return ()
    columns = [column_of(c) for c in best[2]]
    if best[1] + 1 < len(gap) and all(c.unit is None for c in columns):
        cells = _header_cells(gap[best[1] + 1], width, layout)
        if len(cells) == width and sum(looks_like_unit(c) for c in cells) * 2 >= width:
            columns = [_with_unit(c, text) for c, text in zip(columns, cells, strict=True)]
    others = [text for k, text in enumerate(gap) if k != best[1]]
    return tuple(_with_conditions(columns, others, layout))


def _with_unit(column: Column, text: str) -> Column:
    """Unit of a row of units; one that is not understood stays in the text of the column."""
    unit = unit_of(text) if text else None
    lost = unit is None and looks_like_unit(text)
    return replace(column, text=f"{column.text} ({text})" if lost else column.text, unit=unit)


def _conditions_row(gap: Sequence[str], width: int, layout: Layout) -> tuple[float, int, list[str]]:
    """Find a header that names only conditions: a blank cell, ``dark``, ``1 mW/cm2`` ..."""
    for k, text in reversed(list(enumerate(gap))):
        cells = _header_cells(text, width, layout)
        if len(cells) == width >= 2 and all(is_condition_only(c) for c in cells[1:]):
            return 1.0, k, cells
    return 0.0, -1, []


def _with_conditions(
    columns: Sequence[Column], others: Sequence[str], layout: Layout
) -> list[Column]:
    """Add what other lines above the data say: a row of comments, or one line for all columns.

    A blank cell takes what stands to its left, as in a merged cell of a spreadsheet.
    """
    found: list[dict[str, float]] = [dict(c.conditions) for c in columns]
    for text in others:
        cells = [c.strip().strip('"') for c in layout.cells(text.lstrip("#%! "))]
        if layout.separator == " " or (":" in text and len([c for c in cells if c]) <= 2):
            cells = [text]
        if len(cells) > len(columns):
            continue
        stated = [conditions_of(c).values if len(c) <= 60 else {} for c in cells]
        if len([c for c in cells if c]) > 1 and not any(is_condition_only(c) for c in cells):
            continue
        last: Mapping[str, float] = {}
        for k in range(len(columns)):
            if k < len(cells) and cells[k]:
                whole = len(cells) == 1  # "Program: 3.2" above the data is no memory state
                last = {
                    n: v for n, v in stated[k].items() if v == v and not (whole and n == "state")
                }
            for name, value in last.items():
                found[k].setdefault(name, value)
    return [replace(c, conditions=f) for c, f in zip(columns, found, strict=True)]


def _header_cells(text: str, width: int, layout: Layout) -> list[str]:
    """Split a header line, by the separator of the data or by another one that fits."""
    bare = text.strip(" \ufeff").lstrip("#%!").strip(" ")
    own = layout.cells(bare)
    own = [c for k, c in enumerate(own) if k not in layout.text_columns]
    while len(own) > width and own[-1] == "":
        own.pop()
    tries = [own] if layout.separator != " " else []
    tries += [bare.split(s) for s in ("\t", ";", ",")]
    tries += [re.split(r"\s{2,}", bare), _BRACKETED.findall(bare), bare.split()]
    fitting = next((c for c in tries if len(c) == width), own)
    return [c.strip().strip('"').strip() for c in fitting]


def _recognised(cells: Sequence[str]) -> float:
    """Count cells that name a quantity; sentences and assignments do not."""
    score = 0.0
    plain = 0
    for cell in cells:
        column = column_of(cell)
        if len(cell) > 60 or not cell or ("=" in cell and not column.conditions):
            continue
        if cell and not column.name:
            score += 1.0  # a condition, such as "Vd = -5 V" over a column of currents
        elif column.name and role_of(column.name, column.unit) is not None:
            score += 1.0 + 0.5 * (column.unit is not None)
            plain += 1
    return score if plain else 0.0
