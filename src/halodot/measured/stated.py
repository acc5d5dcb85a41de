"""What the texts of a file say beside its numbers: read voltage, devices in headers, factors."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..figures.blocks import Block
from ..figures.headers import split_unit
from .kinds import roles_in
from .naming import device_in

_NUMBER = r"(?P<x>[-+\u2212]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?)"
_READ = re.compile(
    r"(?<![a-z])(?:v[_ ]?read|read(?:ing|[ _-]?out)?(?:[ _-]?(?:voltage|bias))?)(?![a-z])"
    r"\s*(?:[\[(/]\s*(?P<key>m?V)\s*[\])]?)?\"?\s*(?:at|@|=|:|,|;|\t|was|of|is)?\s*\"?"
    + _NUMBER + r"\s*(?P<unit>m?V)?(?![A-Za-z\d])", re.IGNORECASE,
)  # fmt: skip
_AT = re.compile(r"(?P<before>.*)@\s*" + _NUMBER + r"\s*(?P<unit>m?V)(?![A-Za-z\d])")
_WRITES = re.compile(r"set|writ|puls|program|eras|prog", re.IGNORECASE)
_COLUMN = re.compile(r"^(v[_ ]?read|read(ing)?[ _-]?(voltage|bias))$", re.IGNORECASE)
_FACTOR = re.compile(
    r"\d\s*[eE]\s*[-+\u2212]\s*\d|10\s*(\^|\*\*)?\s*[-\u2212\u207b]|[x*\u00d7]\s*1"
    r"|(?<![A-Za-z])[fpnu\u00b5\u03bcm]?(A|S|Amps?)(?![A-Za-z])"
)
MOST_BARE = {"current": (1.0, "A"), "drain_current": (1.0, "A"), "conductance": (0.1, "S")}


def read_voltage_in(lines: Sequence[str], blocks: Sequence[Block]) -> Sourced | None:
    """Read voltage [V] that the lines above the numbers or a column state; None where none does.

    Two that differ are none.

    >>> texts = "Read voltage (V),0.1", "read at 50 mV", "read 0,1 V"
    >>> [read_voltage_in([s], ()).value for s in texts]
    [0.1, 0.05, 0.1]
    """
    found: dict[float, str] = {}
    for line in lines:
        hit = _READ.search(line)
        if hit and (unit := hit["unit"] or hit["key"]):
            found[_volts(hit["x"], unit)] = line.strip()
        for cell in re.split(r"[;\t]|,(?!\d)", line):
            at = _AT.search(cell)
            if at and not _WRITES.search(at["before"]):
                found[_volts(at["x"], at["unit"])] = cell.strip()
    for block in blocks:
        for k, column in enumerate(block.columns):
            values = block.data[:, k]
            values = values[np.isfinite(values)]
            known = column.unit is not None and column.unit.si == "V"
            if known and column.unit and _COLUMN.match(column.name.strip()) and len(values):
                level = float(np.median(values))
                if level and float(np.ptp(values)) <= 0.01 * abs(level):
                    found[level * column.unit.factor] = column.text
    if len(found) != 1:
        return None
    value, text = found.popitem()
    return Sourced(value, "V", basis="given", note=f"read from the file: {text[:80]}")


def _volts(number: str, unit: str) -> float:
    value = float(number.replace("\u2212", "-").replace(",", "."))
    return value * 1e-3 if unit.startswith("m") else value


def devices_in_columns(block: Block) -> tuple[str, ...]:
    """Devices that the headers of the measured columns name, one a column; empty where not all do.

    They are ``Device 1 (uS), Device 2 (uS)`` and the like.
    """
    roles = roles_in(block)
    for role in ("conductance", "current", "drain_current", "resistance"):
        columns = roles.get(role, [])
        if len(columns) < 2:
            continue
        named = [device_in(f"{split_unit(block.columns[k].text)[0].replace('/', ' ')}.x")[0]
                 for k in columns]  # fmt: skip
        if all(named) and len(set(named)) == len(named):
            return tuple(named)
    return ()


def check_units(name: str, blocks: Sequence[Block], read: float | None) -> None:
    """Refuse a measured column without a unit whose header holds a factor, or that is too large.

    Raises
    ------
    InputError
        Naming the header, and how its unit is said.
    """
    for block in blocks:
        for role, places in roles_in(block).items():
            if role not in MOST_BARE:
                continue
            most, unit = MOST_BARE[role]
            for k in places:
                column = block.columns[k]
                if column.unit is not None:
                    continue
                how = f"write the unit alone in brackets, or in a side-car: columns = {{ {role} = "
                how += f'"{k + 1}:n{unit}" }}'
                rest = column.text.strip()
                if _FACTOR.search(re.sub(r"@.*$", "", rest)):
                    raise InputError(name, f"a unit that is not understood: {rest}",
                                     f"a unit such as n{unit} or 1e-9 {unit}", how)  # fmt: skip
                top = float(np.nanmax(np.abs(block.data[:, k])))
                large = read and unit == "A" and top / abs(read) > MOST_BARE["conductance"][0]
                if top > most or large:
                    said = f", {top / abs(read or 1.0):.3g} S" if large else ""
                    raise InputError(name, f"{role} without a unit, up to {top:.3g} {unit}{said}",
                                     f"a unit in the header {rest or k + 1}", how)  # fmt: skip
