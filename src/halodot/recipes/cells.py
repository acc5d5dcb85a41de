"""Cells of a campaign's table: which columns there are, and what may stand in them."""

from __future__ import annotations

import math
import re

from ..core.errors import InputError

RECIPE = (
    "method",
    "composition",
    "csbr_umol",
    "cscl_umol",
    "csi_umol",
    "cs_umol",
    "pbbr2_umol",
    "pbcl2_umol",
    "pbi2_umol",
    "pbx2_umol",
    "znbr2_umol",
    "antisolvent",
    "antisolvent_umol",
    "solvent",
    "volume_mL",
    "oa_mL",
    "oam_mL",
    "temperature_C",
    "time_s",
    "fraction",
    "dots_umol",
    "exchange_to",
    "exchange_reagent",
    "exchange_umol",
)
WORDS = ("method", "composition", "antisolvent", "solvent", "fraction", "exchange_to",
         "exchange_reagent")  # fmt: skip
MEASURED = ("measured_pl_peak_nm", "measured_fwhm_meV", "measured_plqy", "failed", "batch", "note")
# Bounds, and what a value outside of them most likely is.
LIMITS = {
    "measured_pl_peak_nm": (300.0, 1000.0, "a wavelength in nm", "1240 / (energy in eV)"),
    "measured_fwhm_meV": (5.0, 1000.0, "a width in meV", "1.24e6 * (width in nm) / (peak in nm)^2"),
    "measured_plqy": (0.0, 1.0, "a fraction of 1", "85 % is 0.85"),
}
_YES, _NO = ("yes", "true", "1", "y", "x"), ("", "no", "false", "0", "n")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")


def number(row: dict[str, str], column: str) -> float | None:
    """Read a cell; None where it is empty. A decimal comma is a comma.

    Raises
    ------
    InputError
        If it is no number, or below zero where that makes no sense.

    Examples
    --------
    >>> number({"volume_mL": " 2,5 "}, "volume_mL")
    2.5
    """
    text = row.get(column, "").strip()
    if not text:
        return None
    where = f"{column} of row {row['id']}" if row.get("id") else column
    if not _NUMBER.fullmatch(text):
        allowed = "a number without unit: the column says its unit"
        raise InputError(where, text, allowed, _without_unit(text))
    value = float(text.replace(",", "."))
    if not math.isfinite(value) or (value < 0.0 and column != "temperature_C"):
        raise InputError(where, text, "a number not below 0", "leave it empty if it is not known")
    return value


def _without_unit(text: str) -> str:
    found = _NUMBER.match(text)
    return found[0] if found else "leave the cell empty"


def said_yes(row: dict[str, str]) -> bool:
    """Whether the synthesis is marked as failed.

    Raises
    ------
    InputError
        If the cell says neither yes nor no.
    """
    word = row.get("failed", "").strip().lower()
    if word not in (*_YES, *_NO):
        raise InputError("failed", word, "yes, no or nothing", "put remarks into the column note")
    return word in _YES


def check_measured(row: dict[str, str]) -> None:
    """Refuse measurements that cannot be in the unit of their column.

    Raises
    ------
    InputError
        Also where a failed synthesis has a peak.
    """
    for column, (low, high, allowed, remedy) in LIMITS.items():
        value = number(row, column)
        if value is not None and not low <= value <= high:
            where = f"{column} of row {row['id']}" if row.get("id") else column
            raise InputError(where, row[column], f"{allowed}, {low:g} to {high:g}", remedy)
    if said_yes(row) and number(row, MEASURED[0]) is not None:
        allowed = "either a peak or failed = yes"
        raise InputError("failed", row["failed"], allowed, "dots of another colour did not fail")
