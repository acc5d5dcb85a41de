"""How a file is laid out: separator, decimal mark, and columns that hold words."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..core.errors import InputError
from .numbers import ambiguous, clean, is_missing, number

SAMPLE = 3000
MARKS = (("\t", ".,"), (";", ".,"), ("|", ".,"), (",", "."), (" ", ".,"))
CANDIDATES = tuple((separator, mark) for separator, marks in MARKS for mark in marks)
NAMES = {"\t": "tab", ";": "semicolon", ",": "comma", "|": "bar", " ": "blanks"}


@dataclass(frozen=True)
class Layout:
    """Separator, decimal mark, positions of text columns, and the tag that marks data rows."""

    separator: str
    decimal: str
    text_columns: frozenset[int] = frozenset()
    tag: str = ""

    def cells(self, line: str) -> list[str]:
        """Split a line into cleaned cells."""
        if self.separator == " ":
            return [clean(c) for c in line.split()]
        if '"' in line:
            parts = next(csv.reader([line], delimiter=self.separator, skipinitialspace=True), [])
            return [clean(c) for c in parts]
        return [clean(c) for c in line.split(self.separator)]

    def row(self, line: str) -> list[float] | None:
        """Return the numbers of a data row, None for any other line."""
        if not self.text_columns and "_" not in line and self.separator != ",":
            fast = line.replace(",", ".") if self.decimal == "," and "." not in line else line
            try:
                return [float(c) for c in self._quick(fast)]
            except ValueError:
                pass
        cells = self.cells(line)
        if self.tag and (not cells or cells[0] != self.tag):
            return None
        values: list[float] = []
        for k, cell in enumerate(cells):
            if k in self.text_columns:
                continue
            value = number(cell, self.decimal)
            if value is None:
                return None
            values.append(value)
        return values if any(v == v for v in values) else None

    def _quick(self, line: str) -> list[str]:
        return line.split() if self.separator == " " else line.split(self.separator)

    def describe(self) -> str:
        """Say the layout in words."""
        mark = "decimal point" if self.decimal == "." else "decimal comma"
        return f"{NAMES[self.separator]}-separated, {mark}"


def detect(name: str, lines: Sequence[str], least: int) -> Layout:
    """Find the layout under which most cells are numbers; `least` columns at least.

    Raises
    ------
    InputError
        If no line holds `least` numbers, or every comma may be decimal or thousands.
    """
    filled = [x for x in lines if x.strip()]
    sample = filled[:SAMPLE] + filled[SAMPLE:][-200:]
    scored = [(_score(Layout(s, d), sample, least), -k) for k, (s, d) in enumerate(CANDIDATES)]
    best, order = max(scored)
    layout = Layout(*CANDIDATES[-order])
    tagged, count = _with_text_columns(sample)
    if tagged is not None and count > best:
        layout = tagged
    elif best == 0:
        raise _no_numbers(name, lines, least)
    _refuse_ambiguous(name, layout, lines)
    return layout


def _score(layout: Layout, sample: Sequence[str], least: int) -> int:
    """Count numeric cells in rows that hold nothing else."""
    total = 0
    widths: Counter[int] = Counter()
    for line in sample:
        values = layout.row(line)
        found = 0 if values is None else sum(v == v for v in values)
        if found >= least and values is not None:
            total += len(values)
            widths[len(values)] += 1
    if least == 1 and widths and layout.separator != " ":
        # one number a line: "12,5" is a decimal comma where the header has a single cell
        heads = [len(layout.cells(x)) for x in sample if layout.row(x) is None]
        if heads and heads[-1] < widths.most_common(1)[0][0]:
            return 0
    return total


def _with_text_columns(sample: Sequence[str]) -> tuple[Layout | None, int]:
    """Find rows that mix words and numbers, such as ``DataValue, 0.1, 2e-9`` or time stamps."""
    best: tuple[Layout | None, int] = (None, 0)
    for separator, decimal in CANDIDATES:
        plain = Layout(separator, decimal)
        shapes: Counter[tuple[int, frozenset[int]]] = Counter()
        tags: Counter[str] = Counter()
        for line in sample:
            cells = plain.cells(line)
            words = frozenset(k for k, c in enumerate(cells) if number(c, decimal) is None)
            numbers = sum(1 for k, c in enumerate(cells) if k not in words and not is_missing(c))
            if words and numbers >= 2 and not line.lstrip().startswith(("#", "%")):
                shapes[(len(cells), words)] += 1
                tags[cells[0]] += words == {0}
        if not shapes:
            continue
        (width, words), count = shapes.most_common(1)[0]
        tag, votes = tags.most_common(1)[0]
        # "DataValue" opens every row of data; a time stamp differs from row to row
        tag = tag if words == {0} and votes > count / 2 else ""
        weight = count * (width - len(words))
        if count >= 3 and weight > best[1]:
            best = (Layout(separator, decimal, words, tag), weight)
    return best


def _refuse_ambiguous(name: str, layout: Layout, lines: Sequence[str]) -> None:
    if layout.separator == "," and not any('"' in x for x in lines[:SAMPLE]):
        return
    first: tuple[int, str] | None = None
    for k, line in enumerate(lines[:SAMPLE]):
        if layout.row(line) is None:
            continue
        for cell in layout.cells(line):
            if layout.decimal == "." and "." in cell:
                return
            if "," in cell:
                if not ambiguous(cell):
                    return
                first = first or (k + 1, cell)
    if first is not None:
        raise InputError(
            name,
            f"line {first[0]}: '{first[1]}' may be {first[1].replace(',', '.')} or "
            f"{first[1].replace(',', '')}",
            "numbers whose decimal mark can be told from a thousands mark",
            "export without thousands marks, or with a decimal point",
        )


def _no_numbers(name: str, lines: Sequence[str], least: int) -> InputError:
    at = next((k for k, x in enumerate(lines) if x.strip()), 0)
    single = [k for k, x in enumerate(lines) if re.fullmatch(r"\s*[-+.,\deE]+\s*", x)]
    found = f"line {at + 1}: '{lines[at].strip()[:50]}' ... no line with {least} numbers"
    if single:
        found = f"line {single[0] + 1}: one column of numbers only"
    return InputError(
        name,
        found,
        f"rows with at least {least} numbers, separated by comma, semicolon, tab, bar or blanks",
        "check the file in a text editor, and that --kind is right",
    )
