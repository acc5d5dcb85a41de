"""Units at the boundary: text with a unit in, SI floats (energies in eV) inside."""

from __future__ import annotations

import math
import re
import tokenize
from functools import lru_cache
from typing import Any

from .errors import InputError

_EXPONENT = re.compile(r"(?<=[A-Za-zµΩ°])(-?\d+)")
_GROUP = re.compile(r"\)\s*(?:\^|\*\*)\s*\(?(-?\d*\.?\d+)\)?")
_NUMBER = re.compile(r"^\s*([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?)\s*(.*)$", re.DOTALL)
_ALIASES = {
    "": "dimensionless",
    "1": "dimensionless",
    "%": "percent",
    "ML": "dimensionless",
    "C": "degC",
    "°C": "degC",
    "℃": "degC",
    "Ω": "ohm",
    "Å": "angstrom",
    "A^-1": "1/A",
}


@lru_cache(maxsize=1)
def _registry() -> Any:
    import pint

    registry = pint.UnitRegistry(autoconvert_offset_to_baseunit=True, cache_folder=None)
    registry.define("sun = 1000 * watt / meter ** 2")
    registry.define("USD = [currency]")
    return registry


def normalise(unit: str) -> str:
    """Return `unit` in a form that pint reads: ``cm2/Vs`` becomes ``cm**2/(V*s)``."""
    text = unit.strip()
    if text in _ALIASES:
        return _ALIASES[text]
    text = text.replace("²", "2").replace("³", "3").replace("⁻", "-").replace("·", " ")
    text = text.replace("¹", "1").replace("μ", "µ").replace("_per_", "/").replace("Ω", "ohm")
    text = re.sub(r"\bVs\b", "(V*s)", text)
    text = re.sub(r"/dec\b", "", text)  # a decade of current is a number, as a monolayer is
    text = _GROUP.sub(r")~(\1)", text)  # (m/V)^0.5 keeps its power, cm^2 and cm2 are the same
    text = re.sub(r"\^|\*\*", "", text)
    text = _EXPONENT.sub(r"**(\1)", text)
    return re.sub(r"(?<=[\w)])\s+(?=[A-Za-zµ(])", "*", text).replace("~", "**")


@lru_cache(maxsize=4096)
def _factor_offset(source: str, target: str) -> tuple[float, float]:
    registry = _registry()
    zero = registry.Quantity(0.0, normalise(source)).to(normalise(target)).magnitude
    one = registry.Quantity(1.0, normalise(source)).to(normalise(target)).magnitude
    return float(one - zero), float(zero)


def convert(value: float, source: str, target: str) -> float:
    """Convert `value` from unit `source` to unit `target`.

    >>> round(convert(25.0, "degC", "K"), 2)
    298.15
    >>> convert(2.0, "cm2/Vs", "m2/Vs")
    0.0002
    """
    if source == target:
        return value
    factor, offset = _factor_offset(source, target)
    result = value * factor + offset
    return float(f"{result:.15g}")


def is_unit(text: str, like: str) -> bool:
    """Return whether `text` is a unit that converts to `like`."""
    import pint

    try:
        _factor_offset(text, like)
    except (pint.errors.PintError, ValueError, TypeError, SyntaxError, AttributeError, KeyError):
        return False
    except (AssertionError, ZeroDivisionError, OverflowError, RecursionError, tokenize.TokenError):
        return False
    return True


def parse(text: object, unit: str, *, field: str = "value", doc: str = "") -> float:
    """Read `text` such as ``"10 nm"`` as a float in `unit` (SI, or eV for energies).

    Raises
    ------
    InputError
        If the number is missing or not finite, or the unit is missing or of the wrong kind.

    Examples
    --------
    >>> parse("10 nm", "m"), parse("1e-3 (cm/V)^0.5", "(m/V)^0.5")
    (1e-08, 0.0001)
    """
    allowed = f"a number with a unit that converts to {unit}" if unit != "1" else "a number"
    allowed += f" ({doc})" if doc else ""
    example = f"for example '{EXAMPLES.get(unit, '1 ' + unit)}'"
    if isinstance(text, bool) or not isinstance(text, int | float | str):
        raise InputError(field, text, allowed, example)
    if isinstance(text, int | float):
        if unit != "1":
            raise InputError(field, text, allowed, f"give the unit, {example}")
        number, given = float(text), "1"
    else:
        match = _NUMBER.match(text) if len(text) < 200 else None
        if match is None:
            raise InputError(field, text, allowed, example)
        number, given = float(match[1].replace(",", ".")), match[2].strip()
        if not given and unit != "1":
            raise InputError(field, text, allowed, f"give the unit, {example}")
    if not math.isfinite(number):
        raise InputError(field, text, allowed + ", finite", example)
    if not is_unit(given or "1", unit):
        raise InputError(field, text, allowed, example)
    return convert(number, given or "1", unit)


EXAMPLES = {
    "1": "0.5",
    "m": "10 nm",
    "m2": "100 um2",
    "m-2": "1e12 cm-2",
    "m-3": "1e18 cm-3",
    "K": "300 K",
    "s": "10 ms",
    "V": "1.5 V",
    "V/s": "1 V/s",
    "eV": "0.3 eV",
    "m2/Vs": "0.02 cm2/Vs",
    "mol": "0.2 mmol",
    "m3": "5 mL",
    "W/m2": "1 mW/cm2",
    "m/s": "1e5 cm/s",
    "m3/s": "1e-10 cm3/s",
    "m6/s": "1e-28 cm6/s",
    "ohm": "1 ohm",
    "S": "1 uS",
}


def engineering(value: float, unit: str) -> str:
    """Return `value` (in SI `unit`, or eV) as short text in a customary unit.

    >>> engineering(1e-8, "m")
    '10 nm'
    """
    customary = {"m": ("nm", 1e9), "m-3": ("cm-3", 1e-6), "m-2": ("cm-2", 1e-4)}
    customary |= {"m2/Vs": ("cm2/Vs", 1e4), "m2": ("um2", 1e12), "m3": ("mL", 1e6)}
    customary |= {"mol": ("mmol", 1e3), "m/s": ("cm/s", 1e2), "m3/s": ("cm3/s", 1e6)}
    if unit == "m" and abs(value) >= 1e-6:
        customary["m"] = ("um", 1e6) if abs(value) < 1e-3 else ("mm", 1e3)
    name, factor = customary.get(unit, (unit, 1.0))
    return f"{value * factor:.4g}" + ("" if name == "1" else f" {name}")
