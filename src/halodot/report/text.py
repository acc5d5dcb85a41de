"""Numbers and names as a reader wants to see them."""

from __future__ import annotations

import math

from ..core.sourced import Sourced
from ..core.units import convert

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PREFIXES = tuple((10.0 ** (9 - 3 * k), prefix) for k, prefix in enumerate("GMk mµnpfa"))
PREFIXED = ("A", "V", "s", "W", "J", "S", "ohm", "Hz", "F", "m")
CUSTOMARY = {
    "kg/m2/s": "g/m2/d",
    "kg/m2": "g/m2",
    "kg": "mg",
    "m3": "mL",
    "m2/Vs": "cm2/Vs",
    "m-3": "cm-3",
    "m-2": "cm-2",
    "m-1": "cm-1",
    "1/m": "1/cm",
    "m3/s": "cm3/s",
    "m2/s": "cm2/s",
    "m2": "um2",
    "A/m2": "mA/cm2",
    "W/m2": "mW/cm2",
    "F/m2": "nF/cm2",
    "S/m": "S/cm",
}
PRETTY = {
    "cm2/Vs": "cm²/Vs",
    "m2/Vs": "m²/Vs",
    "um2": "µm²",
    "cm2/s": "cm²/s",
    "cm3/s": "cm³/s",
    "m3/s": "m³/s",
    "mA/cm2": "mA/cm²",
    "mW/cm2": "mW/cm²",
    "nF/cm2": "nF/cm²",
    "(m/V)^0.5": "(m/V)^½",
    "ohm": "Ω",
    "1": "",
}
ABBREVIATIONS = {"pl": "PL", "plqy": "PLQY", "fwhm": "FWHM", "cie": "CIE", "iv": "I–V"}
ABBREVIATIONS |= {"epsc": "EPSC", "ppf": "PPF", "srdp": "SRDP", "rgb": "RGB"}
FRACTIONS = ("plqy", "accuracy", "baseline", "chance", "spread", "fraction")


def superscript(n: int) -> str:
    """Return an integer as superscript characters.

    >>> superscript(-12)
    '⁻¹²'
    """
    return str(n).translate(SUPERSCRIPT)


def pretty_unit(unit: str) -> str:
    """Return a unit with typographic exponents.

    >>> pretty_unit("cm-3"), pretty_unit("ohm")
    ('cm⁻³', 'Ω')
    """
    if unit in PRETTY:
        return PRETTY[unit]
    if unit.endswith(("-1", "-2", "-3")):
        return unit[:-2] + superscript(int(unit[-2:]))
    return unit


def pretty_name(name: str) -> str:
    """Return a field name as words.

    >>> pretty_name("mobility_hole"), pretty_name("pl_fwhm")
    ('mobility hole', 'PL FWHM')
    """
    words = name.replace("_", " ").replace(".", " · ").split(" ")
    return " ".join(ABBREVIATIONS.get(word, word) for word in words)


def number(value: float, digits: int = 3) -> str:
    """Return a number with `digits` significant digits, powers of ten written out.

    >>> number(0.00012), number(1e21), number(42.0)
    ('1.2×10⁻⁴', '10²¹', '42')
    """
    if value == 0.0 or not math.isfinite(value):
        return f"{value:g}".replace("inf", "∞")
    if 1e-3 <= abs(value) < 10 ** max(digits + 1, 4):
        text = f"{value:.{digits}g}"
        return (text if "e" not in text else f"{value:.0f}").replace("-", "−")
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    if mantissa == "1":
        return f"10{superscript(int(exponent))}"
    return f"{mantissa.replace('-', '−')}×10{superscript(int(exponent))}"


def display_scale(largest: float, unit: str) -> tuple[float, str]:
    """Return (factor, unit to show) for values up to `largest` in SI `unit`.

    >>> factor, unit = display_scale(2.2e-8, "A")
    >>> round(2.2e-8 * factor, 6), unit
    (22.0, 'nA')
    """
    if unit in CUSTOMARY:
        return convert(1.0, unit, CUSTOMARY[unit]), pretty_unit(CUSTOMARY[unit])
    if unit == "eV" and 1e-5 < abs(largest) < 0.0999:
        return 1e3, "meV"
    if (unit == "V" and 0.05 <= abs(largest) < 1e4) or (unit == "s" and abs(largest) >= 1):
        return 1.0, unit  # nobody writes 950 mV beside 1.2 V, or kiloseconds
    if unit not in PREFIXED or largest == 0 or not math.isfinite(largest):
        return 1.0, pretty_unit(unit)
    for size, prefix in PREFIXES:
        if abs(largest) >= size * 0.9995:
            return 1.0 / size, prefix.strip() + pretty_unit(unit)
    return 1.0, pretty_unit(unit)


def _scale_of(q: Sourced, name: str) -> tuple[float, str]:
    if q.unit == "1" and any(word in name for word in FRACTIONS):
        return 100.0, "%"
    return display_scale(float(q), q.unit)


def value_text(q: Sourced, name: str = "", digits: int = 3) -> str:
    """Return value, interval and unit of `q`, or "unknown".

    >>> value_text(Sourced(9e-9, "m", 8.1e-9, 9.9e-9))
    '9 nm (8.1 to 9.9)'
    """
    if q.value is None:
        return "unknown"
    factor, unit = _scale_of(q, name)
    text = number(q.value * factor, digits) + (f" {unit}" if unit else "")
    if q.low is None or q.high is None or q.low == q.high:
        return text
    return f"{text} ({number(q.low * factor, digits)} to {number(q.high * factor, digits)})"


def interval_text(q: Sourced, name: str = "") -> str:
    """Return the 90 % interval of `q` with its unit, or why there is none.

    >>> interval_text(Sourced(0.3, "eV", 0.2, 0.5))
    '0.2 to 0.5 eV'
    """
    if q.value is None:
        return "unknown"
    if q.low is None or q.high is None:
        return "taken as exact"
    factor, unit = _scale_of(q, name)
    return f"{number(q.low * factor)} to {number(q.high * factor)} {unit}".rstrip()
