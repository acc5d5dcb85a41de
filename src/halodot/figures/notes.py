"""What the lines above the data say about the device: area, channel, bias, compliance."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.units import is_unit, parse
from .numbers import number

PARAMETERS = {
    "area": "m2",
    "channel_width": "m",
    "channel_length": "m",
    "gate_capacitance": "F/m2",
    "thickness": "m",
    "read_voltage": "V",
    "drain_voltage": "V",
    "gate_voltage": "V",
    "compliance": "A",
}
_KEYS = {
    "area": r"^(device|electrode|active|cell|pixel)?[ _]?area$",
    "channel_width": r"^(channel[ _]?)?width$|^w$",
    "channel_length": r"^(channel[ _]?)?length$|^l$",
    "gate_capacitance": r"^(gate|areal|oxide|insulator)[ _]?capacitance|^c_?(i|ox)$",
    "thickness": r"^(film|layer|active layer)?[ _]?thickness$",
    "read_voltage": r"^(v_?read|read[ _]?(voltage|bias))$",
    "drain_voltage": r"^[vu]_?(d|ds|drain)\d*$|^drain[ _-]?(source)?[ _-]?(voltage|bias)$",
    "gate_voltage": r"^[vu]_?(g|gs|gate)\d*$|^gate[ _-]?(source)?[ _-]?(voltage|bias)$",
    "compliance": r"compliance|^i_?(cc|comp|limit)$|current limit",
}
_COMPILED = {name: re.compile(pattern) for name, pattern in _KEYS.items()}
_UNIT_IN_KEY = re.compile(r"^(.*?)\s*[\[(]([^\])]+)[\])]\s*$")


def parameters_in(notes: Mapping[str, str]) -> dict[str, Sourced]:
    """Return the device parameters that the header lines state with a unit.

    A number without a unit is not taken, except volts and amperes.

    >>> parameters_in({"area (cm2)": "1e-4", "w": "300"})["area"].value
    1e-08
    """
    found: dict[str, Sourced] = {}
    for raw_key, text in notes.items():
        key, unit = raw_key, ""
        if bracket := _UNIT_IN_KEY.match(raw_key):
            key, unit = bracket[1], bracket[2]
        for name, pattern in _COMPILED.items():
            if name not in found and pattern.search(key.strip().lower()):
                value = _value(text, unit, PARAMETERS[name])
                if value is not None:
                    note = f"read from the file: {raw_key} = {text}"
                    found[name] = Sourced(value, PARAMETERS[name], basis="given", note=note)
    return found


def _value(text: str, unit: str, si: str) -> float | None:
    text = text.strip().rstrip(";,")
    bare = number(text, ",") if number(text, ".") is None else number(text, ".")
    if bare is not None and bare == bare:
        written = unit or (si if si in ("V", "A") else "")
        if not written or not is_unit(written, si):
            return None
        text = f"{bare!r} {written}"
    try:
        return parse(text, si)
    except InputError:
        return None
