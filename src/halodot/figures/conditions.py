"""What a header, a comment or a file name says of the conditions of one curve.

``Id@Vd=-5V``, ``I_D (A) dark``, ``10 mW/cm2``, ``lit_450nm_0.5mWcm-2.csv``: a bias, an irradiance,
a wavelength or a memory state that belongs to one column or one file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .headers import unit_of

_NUMBER = r"(?P<x>[-+\u2212]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+|\s?[x*\u00d7]\s?10\^?[-\u2212]?\d+)?)"
_SPACE = r"[\s_]*"
_PER = r"(?:\s*/\s*|\s*per\s*|[\s_.\u00b7]*)"
_AREA = _PER + r"(?P<d>[cmu\u00b5\u03bc]?m)\s*\^?\s*(?:-?2|-\s?2|\u207b?\u00b2)"
_IRRADIANCE = re.compile(_NUMBER + _SPACE + r"(?P<n>[fpnu\u00b5\u03bcmk]?W)" + _AREA + r"(?![\d.])")
_POWER = re.compile(_NUMBER + _SPACE + r"(?P<n>[fpnu\u00b5\u03bcm]?W)(?![A-Za-z\d/])")
_WAVELENGTH = re.compile(r"(?<![\d.])(?P<x>[2-9]\d\d|1\d{3})" + _SPACE + r"nm(?![A-Za-z])")
_BIAS = re.compile(
    r"(?<![A-Za-z])(?P<who>[VU])_?(?P<t>ds|gs|d|g|drain|gate)\w{0,2}\s*[=:]?\s*" + _NUMBER
    + r"\s*(?P<m>m?)V?(?![A-Za-z])",
    re.IGNORECASE,
)  # fmt: skip
_KELVIN = re.compile(r"(?<![\d.])(?P<x>\d{2,3}(\.\d+)?)" + _SPACE + r"K(?![A-Za-z\d])")
_DARK = re.compile(
    r"(?<![a-z])(dark|dunkel|no[ _]light|(light|laser|led|lamp)[ _]?off|w/?o[ _]light|unlit)"
    r"(?![a-z])"
)
_LIT = re.compile(
    r"(?<![A-Za-z])(light|lit|illum\w*|photo|laser|led|hell|light[ _]on)(?![a-z])", re.IGNORECASE
)
_STATES = (
    ("programmed", re.compile(r"(?<![a-z])(pgm|prog(ram(med)?)?|write|written)(?![a-z])", re.I)),
    ("erased", re.compile(r"(?<![a-z])(ers|eras(e|ed)?)(?![a-z])", re.I)),
    ("initial", re.compile(r"(?<![a-z])(initial|pristine|fresh|virgin)(?![a-z])", re.I)),
)
STATE_CODES = {"initial": 0.0, "programmed": 1.0, "erased": 2.0}


@dataclass(frozen=True)
class Conditions:
    """Biases [V], `light` [W/m2], `light_power` [W], wavelength [m] by name.

    A `light` of NaN is light of unknown strength; `rest` is the text without what was understood.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    rest: str = ""

    @property
    def empty(self) -> bool:
        """Whether the text says nothing."""
        return not self.values


def conditions_of(text: str) -> Conditions:
    """Read the conditions that a piece of text states.

    >>> found = conditions_of("Id@Vd=-5V (A)")
    >>> dict(found.values), found.rest
    ({'drain_voltage': -5.0}, 'Id (A)')
    >>> conditions_of("lit_450nm_0.5mWcm-2").values["light"]
    5.0
    >>> dict(conditions_of("Drain current (nA)").values)
    {}
    """
    found: dict[str, float] = {}
    rest = text
    for bias in list(_BIAS.finditer(rest)):
        if not re.search(r"[=:]", bias.group()) and not bias.group().strip().endswith("V"):
            continue  # "Vd1" numbers a terminal
        name = "drain_voltage" if bias["t"].lower().startswith("d") else "gate_voltage"
        found[name] = _value(bias["x"]) * (1e-3 if bias["m"] else 1.0)
        rest = rest.replace(bias.group(), " ")
    if match := _KELVIN.search(rest):
        found["temperature"] = float(match["x"])
        rest = rest.replace(match.group(), " ")
    rest = _light(rest, found)
    for name, pattern in _STATES:
        if pattern.search(rest):
            found["state"] = STATE_CODES[name]
            rest = pattern.sub(" ", rest)
            break
    return Conditions(found, _tidy(rest))


def _light(text: str, found: dict[str, float]) -> str:
    rest = text
    if match := _IRRADIANCE.search(rest):
        unit = unit_of(f"{match['n']}/{match['d']}2")
        found["light"] = _value(match["x"]) * (unit.factor if unit else math.nan)
        rest = rest.replace(match.group(), " ")
    elif match := _POWER.search(rest):
        unit = unit_of(match["n"])
        found["light_power"] = _value(match["x"]) * (unit.factor if unit else math.nan)
        rest = rest.replace(match.group(), " ")
    if match := _WAVELENGTH.search(rest):
        found["wavelength"] = float(match["x"]) * 1e-9
        rest = rest.replace(match.group(), " ")
    if match := _DARK.search(rest.lower()):
        found["light"] = 0.0
        rest = rest[: match.start()] + " " + rest[match.end() :]
    elif "light" not in found and "light_power" not in found and _LIT.search(rest):
        found["light"] = math.nan
    return rest


def _value(text: str) -> float:
    text = text.replace("\u2212", "-").replace(",", ".").replace(" ", "")
    power = re.match(r"(.*?)[x*\u00d7]10\^?(-?\d+)$", text)
    return float(f"{power[1]}e{power[2]}") if power else float(text)


def _tidy(text: str) -> str:
    """Drop what the conditions leave behind: at signs, empty brackets, signs at the ends."""
    text = re.sub(r"\bat\s*$|@", " ", text)
    text = re.sub(r"[\[({]\s*[,;=]*\s*[\])}]", " ", text)
    return re.sub(r"\s+", " ", text).strip(" ,;:=@|_-\t").strip()


def is_condition_only(text: str) -> bool:
    """Return whether a header names a condition and no quantity, as ``Vd = -5 V`` or ``dark``.

    >>> [is_condition_only(t) for t in ("Vd=-5V", "dark", "0.1 mW/cm2", "Id dark", "Light (W/m2)")]
    [True, True, True, False, False]
    """
    found = conditions_of(text)
    if found.empty:
        return False
    left = _LIT.sub(" ", found.rest) if "light" in found.values else found.rest
    left = re.sub(r"(?<![A-Za-z])(at|under|with|in|p|pin|p_?in|power|density|intensity|irradiance)"
                  r"(?![A-Za-z])", " ", left, flags=re.IGNORECASE)  # fmt: skip
    known = [v for v in found.values.values() if v == v]
    bare = bool(known) or not re.search(r"[\[(]", found.rest)
    return bare and not re.search(r"[A-Za-z]", re.sub(r"[\[(][^\])]*[\])]", " ", left))
