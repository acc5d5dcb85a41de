"""One cell of an instrument's file -> a number, a missing value, or text."""

from __future__ import annotations

import math
import re

_MISSING = (
    "nan na n/a #n/a -nan null none -- - --- ---- . inf -inf +inf infinity -infinity overflow "
    "ovfl overld over overload ovrflw overrange out_of_range #num! #div/0! #value! ####"
)
MISSING_WORDS = frozenset(_MISSING.split())
OVERFLOW = 9.0e37
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$")
_COMMA = re.compile(r"[+-]?(\d+(,\d+)?|,\d+)([eEdD][+-]?\d+)?$")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?([eE][+-]?\d+)?$")
_GROUPED_EU = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?([eE][+-]?\d+)?$")
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}$")


def clean(cell: str) -> str:
    """Return the cell without quotes, blanks and typographic minus signs."""
    text = cell.strip().strip("\"'").strip()
    return text.replace("\u2212", "-").replace("\u00a0", "").replace("\ufeff", "")


def is_missing(cell: str) -> bool:
    """Return whether the cell says that nothing was measured (blank, NaN, --, overflow)."""
    return cell == "" or cell.lower() in MISSING_WORDS


def number(cell: str, decimal: str) -> float | None:
    """Return the number in a cleaned cell, NaN where it is missing, None where it is text.

    Keithley writes 9.9E37 for overflow and 9.91E37 for "not a number"; both are missing.

    >>> number("-1,5e-3", ","), number("9.91E+37", "."), number("Forward", ".")
    (-0.0015, nan, None)
    """
    if is_missing(cell):
        return math.nan
    if decimal == "," and _COMMA.match(cell):
        cell = cell.replace(",", ".")
    elif decimal == "," and "," in cell and _GROUPED_EU.match(cell):
        cell = cell.replace(".", "").replace(",", ".")
    elif decimal == "," and "." in cell:
        return None
    elif decimal == "." and "," in cell and _GROUPED.match(cell):
        cell = cell.replace(",", "")
    if not _PLAIN.match(cell):
        return None
    value = float(cell.replace("d", "e").replace("D", "e"))
    return value if abs(value) < OVERFLOW else math.nan


def ambiguous(cell: str) -> bool:
    """Return whether ``1,234`` may be either 1.234 or 1234.

    >>> ambiguous("1,234"), ambiguous("0,234"), ambiguous("1,23")
    (True, False, False)
    """
    return bool(_AMBIGUOUS.match(cell))
