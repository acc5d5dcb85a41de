"""What a file cannot say of itself: side-cars, one a file or one a folder.

``NAME.json`` or ``NAME.toml`` beside ``NAME.csv`` holds what is true of that file;
``device.toml`` or ``device.json`` what is true of all, with tables ``[files."PATTERN"]`` for some
of them. Quantities are texts with their unit, as in a study.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core import tomlfile
from ..core.errors import InputError, OutOfRangeError, nearest
from ..core.sourced import Sourced
from ..core.units import parse

QUANTITIES = {
    "read_voltage": ("V", -1e3, 1e3, "voltage at which the device was read"),
    "drain_voltage": ("V", -1e3, 1e3, "voltage across the channel of a transistor"),
    "pulse_voltage": ("V", -1e3, 1e3, "height of the pulses, or of those that potentiate"),
    "depression_voltage": ("V", -1e3, 1e3, "height of the pulses that depress"),
    "pulse_light": ("W/m2", 0.0, 1e9, "irradiance of light pulses"),
    "pulse_width": ("s", 1e-12, 1e6, "length of a pulse"),
    "area": ("m2", 1e-18, 1.0, "area of the electrode"),
    "illuminated_area": ("m2", 1e-18, 1.0, "area that the light falls on"),
    "compliance": ("A", 1e-15, 1e3, "current limit of the instrument"),
    "wavelength": ("m", 1e-7, 1e-4, "of the light"),
    "temperature": ("K", 1.0, 2000.0, "of the device"),
    "thickness": ("m", 1e-10, 1e-2, "of the film"),
    "channel_width": ("m", 1e-9, 10.0, "of a transistor"),
    "channel_length": ("m", 1e-9, 1.0, "of a transistor"),
    "gate_capacitance": ("F/m2", 1e-9, 10.0, "of a transistor"),
    "weight_unit": ("S", 1e-18, 1e3, "what 1 in a column of weights without unit stands for"),
}
WORDS = ("kind", "device", "cycle", "label", "columns", "ignore", "light", "about")
KINDS = ("pulses", "synapse", "retention", "iv", "endurance", "transfer")
NAMES = ("device.toml", "device.json")


@dataclass(frozen=True)
class Side:
    """What side-cars say of one file."""

    quantities: Mapping[str, Sourced] = field(default_factory=dict)
    words: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Kind of the record; empty where it is not said."""
        return str(self.words.get("kind", ""))


@dataclass(frozen=True)
class Common:
    """What the side-car of the folder says: of all files, and of some by their pattern."""

    name: str = ""
    base: Mapping[str, Any] = field(default_factory=dict)
    patterns: tuple[tuple[str, Mapping[str, Any]], ...] = ()


def common_of(folder: Path) -> Common:
    """Read the side-car of a folder, if there is one.

    Raises
    ------
    InputError
        If it cannot be read, or there are two.
    """
    found = [folder / n for n in NAMES if (folder / n).is_file()]
    if not found:
        return Common()
    if len(found) > 1:
        raise InputError(str(folder), "device.toml and device.json", "one of the two", "")
    data = _load(found[0])
    files = data.pop("files", {})
    if not isinstance(files, dict) or not all(isinstance(v, dict) for v in files.values()):
        raise InputError(f"{found[0].name}: files", files, '[files."PATTERN"] tables', "")
    _checked(data, found[0].name)
    for pattern, table in files.items():
        _checked(table, f'{found[0].name}: files."{pattern}"')
    return Common(found[0].name, data, tuple(files.items()))


def side_of(path: Path, name: str, common: Common) -> Side:
    """Return what side-cars say of the file `path`, `name` below the folder; its own wins.

    Raises
    ------
    InputError
        If its own side-car cannot be read.
    """
    data: dict[str, Any] = dict(common.base)
    sources = [common.name] if common.name else []
    for pattern, table in common.patterns:
        if fnmatch.fnmatch(name, pattern) or fnmatch.fnmatch(path.name, pattern):
            data |= table
    for suffix in (".json", ".toml"):
        own = path.with_suffix(suffix)
        if own.is_file() and own != path and own.name not in NAMES:
            loaded = _load(own)
            _checked(loaded, own.name)
            data |= loaded
            sources.append(own.name)
    quantities = {k: _quantity(k, v, sources[-1] if sources else "") for k, v in data.items()
                  if k in QUANTITIES}  # fmt: skip
    words = {k: v for k, v in data.items() if k in WORDS}
    return Side(quantities, words, tuple(sources))


def is_side(path: Path, others: set[Path]) -> bool:
    """Whether a file is a side-car: that of the folder, or of a file of the same name."""
    if path.name in NAMES:
        return True
    if path.suffix not in (".json", ".toml"):
        return False
    return any(p.stem == path.stem and p.parent == path.parent and p != path for p in others
               if p.suffix not in (".json", ".toml"))  # fmt: skip


def _load(path: Path) -> dict[str, Any]:
    if path.suffix == ".toml":
        return tomlfile.read(path)
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as e:
        raise InputError(path.name, str(e), "a JSON object", "check it") from e
    if not isinstance(data, dict):
        raise InputError(path.name, type(data).__name__, "a JSON object", '{"kind": "iv"}')
    return data


def _checked(data: Mapping[str, Any], where: str) -> None:
    known = (*QUANTITIES, *WORDS)
    for key, value in data.items():
        if key not in known:
            raise InputError(f"{where}: {key}", value, ", ".join(known), nearest(key, known))
        if key == "kind" and value not in KINDS:
            raise InputError(f"{where}: kind", value, ", ".join(KINDS), nearest(str(value), KINDS))
        if key == "columns" and not (
            isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
        ):
            allowed = 'roles and columns, {"voltage": "1:mV", "current": "3:uA"}'
            raise InputError(f"{where}: columns", value, allowed, "")
        if key == "ignore" and not isinstance(value, bool):
            raise InputError(f"{where}: ignore", value, "true or false", "")
        if key in QUANTITIES:
            _quantity(key, value, where)


def _quantity(key: str, value: Any, where: str) -> Sourced:
    unit, low, high, doc = QUANTITIES[key]
    number = parse(value, unit, field=f"{where}: {key}", doc=doc)
    if not low <= number <= high:
        raise OutOfRangeError(f"{where}: {key}", value, f"{low:g} to {high:g} {unit} ({doc})",
                              "check the unit")  # fmt: skip
    return Sourced(number, unit, basis="given", note=f"{value} from {where}")
