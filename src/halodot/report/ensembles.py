"""The table of dots: one line a variant, for studies that compare dots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.sourced import Sourced
from ..dot.state import DotProperties
from .compare import ends
from .model import Variant
from .summary import seen, wavelength
from .text import number

# field, factor to the unit at the head of the column
_COLUMNS = (
    ("size", 1e9),
    ("optical_gap", 1.0),
    ("pl_peak", 1e9),
    ("pl_fwhm", 1e3),
    ("exciton_binding", 1e3),
    ("radiative_lifetime", 1e9),
    ("plqy", 100.0),
)


def rows(variants: Sequence[Variant]) -> list[dict[str, Any]]:
    """Return a row for every variant, none where the study is not about dots.

    A study is about dots where it has no device, and its dots are more than one, or all it has.
    """
    if not any(v.dots for v in variants) or any(v.stack or v.traces for v in variants):
        return []
    return [_row(v) for v in variants]


def _row(v: Variant) -> dict[str, Any]:
    d = v.dots
    if d is None:
        return {"label": v.label, "failure": v.failure or "no dots"}
    cells = [cell(_value(d, name), factor) for name, factor in _COLUMNS]
    return {
        "label": v.label,
        "failure": "",
        "what": " ".join(word for word in (d.formula, d.shape) if word not in v.label),
        "cells": cells,
        "colour": seen(d),
    }


def _value(d: DotProperties, name: str) -> Sourced | None:
    return wavelength(d) if name == "pl_peak" else getattr(d, name)


def cell(q: Sourced | None, factor: float) -> dict[str, str]:
    """Return value and interval as texts, with four digits so that neighbours differ.

    >>> cell(Sourced(9e-9, "m", 8e-9, 1e-8), 1e9)
    {'value': '9', 'interval': '8 to 10'}
    """
    if q is None or q.value is None:
        return {"value": "unknown", "interval": ""}
    low, high = (number(e * factor) for e in ends(q))
    digits = 4 if q.unit == "eV" and factor == 1.0 else 3
    interval = "" if low == high else f"{low} to {high}"
    return {"value": number(q.value * factor, digits), "interval": interval}
