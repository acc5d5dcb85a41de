"""Amounts as chemists write them: moles, masses, volumes of a liquid or solution, equivalents.

A mass becomes moles by the molar mass, ``n = p m / M`` with purity p; a volume of a solution by
its concentration, ``n = c V``, or ``n = c V / M`` where that is a mass per volume; a volume of a
pure liquid by its density, ``n = p rho V / M``; equivalents count the lead of the flask.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import replace

from ..core.errors import InputError, OutOfRangeError
from ..core.sourced import Basis, Sourced
from ..core.spec import read_quantity
from ..core.units import engineering, is_unit

EQUIVALENTS = "eq"
AMOUNTS = ("mol", "kg", "m3", EQUIVALENTS)
CONCENTRATIONS = ("mol/m3", "kg/m3")
_LIMITS = {"mol": 1e3, "kg": 1e3, "m3": 1.0, "eq": 1e5, "mol/m3": 5.6e4, "kg/m3": 3e4}
_EQ = re.compile(r"\b(eq|equiv|equivalents?)\.?\s*$", re.IGNORECASE)
_EXAMPLE = "for example '69 mg', '0.188 mmol', '0.5 mL' or '2 eq' (per lead)"
_WEAKNESS: tuple[Basis, ...] = ("given", "sourced", "computed", "fitted", "assumed")


def read_amount(raw: object, field: str = "amount") -> Sourced:
    """Read an amount in mol, kg, m3 or equivalents, whichever its unit is.

    Parameters
    ----------
    raw
        Text with a unit, or a table with value, low, high, basis, source.

    Raises
    ------
    InputError
        If the unit is of no amount, or the number is negative or absurdly large.

    Examples
    --------
    >>> read_amount("69 mg").unit, read_amount("2 eq").value
    ('kg', 2.0)
    """
    return _read(raw, AMOUNTS, field, "an amount: mass, moles, volume or equivalents", _EXAMPLE)


def read_concentration(raw: object, field: str = "concentration") -> Sourced:
    """Read a concentration in mol/m3 or kg/m3, whichever its unit is.

    Examples
    --------
    >>> read_concentration("0.125 M").value, read_concentration("10 mg/mL").unit
    (125.0, 'kg/m3')
    """
    return _read(
        raw, CONCENTRATIONS, field, "a concentration", "for example '0.125 M' or '10 mg/mL'"
    )


def _read(raw: object, units: tuple[str, ...], field: str, allowed: str, remedy: str) -> Sourced:
    if isinstance(raw, Sourced):
        return raw
    text = raw.get("value") if isinstance(raw, dict) else raw
    if not isinstance(text, str):
        raise InputError(field, text, allowed, remedy)
    suffix = re.sub(r"^\s*[-+]?[0-9.,]*(?:[eE][-+]?\d+)?\s*", "", text)
    unit = _unit_of(suffix, units)
    if unit is None:
        raise InputError(field, text, allowed, remedy)
    if unit == EQUIVALENTS:
        found = replace(read_quantity(_without_eq(raw), "1", field=field), unit=EQUIVALENTS)
    else:
        found = read_quantity(raw, unit, field=field)
    for x in (found.value, found.low, found.high):
        if x is not None and not 0.0 <= x <= _LIMITS[unit]:
            ends = f"0 to {engineering(_LIMITS[unit], unit)}"
            raise OutOfRangeError(field, text, ends, "check the unit")
    return found


def _unit_of(suffix: str, units: tuple[str, ...]) -> str | None:
    if EQUIVALENTS in units and _EQ.fullmatch(suffix.strip()):
        return EQUIVALENTS
    return next((u for u in units if u != EQUIVALENTS and suffix and is_unit(suffix, u)), None)


def _without_eq(raw: object) -> object:
    if isinstance(raw, dict):
        return {k: _without_eq(v) if k in ("value", "low", "high") else v for k, v in raw.items()}
    return _EQ.sub("", raw).strip() if isinstance(raw, str) else raw


def weakest(parts: Iterable[Sourced]) -> Basis:
    """Return the basis of what is made of `parts`: that of the least certain of them.

    Examples
    --------
    >>> weakest([Sourced(1.0, basis="given"), Sourced(1.0, basis="assumed")])
    'assumed'
    """
    known = [p.basis for p in parts if p.basis in _WEAKNESS]
    return max(known, key=_WEAKNESS.index, default="computed")


def product(unit: str, *factors: Sourced, note: str = "") -> Sourced:
    """Return the product of positive quantities; relative errors add in quadrature.

    Examples
    --------
    >>> volume = Sourced(0.4e-6, "m3", 0.38e-6, 0.42e-6, "given")
    >>> round(product("mol", volume, Sourced(125.0, "mol/m3", basis="given")).high * 1e6, 1)
    52.5
    """
    value = math.prod(float(f) for f in factors)
    sources = tuple(dict.fromkeys(s for f in factors for s in f.sources))
    notes = note or "; ".join(dict.fromkeys(f.note for f in factors if f.note))
    ends: tuple[float | None, float | None] = (None, None)
    if value > 0.0 and any(f.low is not None for f in factors):
        down, up = (math.hypot(*(_log_side(f, side) for f in factors)) for side in (0, 1))
        ends = (value * math.exp(-down), value * math.exp(up))
    return Sourced(value, unit, *ends, weakest(factors), sources, notes)


def _log_side(q: Sourced, side: int) -> float:
    """Logarithmic half-width below (0) or above (1); a low end of zero counts as a factor 30."""
    if q.low is None or q.high is None:
        return 0.0
    if side:
        return math.log(q.high / float(q))
    return math.log(float(q) / q.low) if q.low > 0.0 else math.log(30.0)


def total(unit: str, parts: Iterable[Sourced]) -> Sourced:
    """Return the sum of independent quantities; errors add in quadrature.

    Examples
    --------
    >>> total("mol", [Sourced(1.0, "mol", basis="given"), Sourced(2.0, "mol", basis="given")]).value
    3.0
    """
    items = [p for p in parts if float(p) != 0.0]
    value = math.fsum(float(p) for p in items)
    sources = tuple(dict.fromkeys(s for p in items for s in p.sources))
    notes = "; ".join(dict.fromkeys(p.note for p in items if p.note))
    ends: tuple[float | None, float | None] = (None, None)
    if any(p.low is not None for p in items):
        down = math.hypot(*(float(p) - (float(p) if p.low is None else p.low) for p in items))
        up = math.hypot(*((float(p) if p.high is None else p.high) - float(p) for p in items))
        ends = (max(0.0, value - down), value + up)
    return Sourced(value, unit, *ends, weakest(items) if items else "given", sources, notes)
