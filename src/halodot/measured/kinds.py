"""What kind of record a table is, told from its columns, its numbers and its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..figures.blocks import Block
from ..figures.headers import role_of
from ..figures.numbers import number
from ..figures.pulses import find_pulses
from ..figures.sweeps import turning_points

F = NDArray[np.float64]
HINTS = (
    ("endurance", re.compile(r"endur|cycling|switching[_ ]?cycles", re.I)),
    ("retention", re.compile(r"retent|\bret\b|_ret(?![a-z])|hold", re.I)),
    ("synapse", re.compile(r"ppf|epsc|ipsc|stp|srdp|sndp|paired", re.I)),
    ("pulses", re.compile(r"ltp|ltd|potent|depress|pulse|weight|update|p[_-]?d[_-]?cycl", re.I)),
    ("transfer", re.compile(r"transfer|id[_-]?vg", re.I)),
    ("iv", re.compile(r"(?<![a-z])i-?v(?![a-z])|sweep|hyst|set[_-]?reset|dc(?![a-z])", re.I)),
)
CURRENTS = ("current", "drain_current", "current_density")
FOREIGN = {"wavelength": "a spectrum", "energy": "a spectrum", "size": "a list of sizes",
           "intensity": "a spectrum or a luminescence decay"}  # fmt: skip
SLOW = 12  # distinct levels of a drive from which it is a sweep and no pulses


@dataclass(frozen=True)
class Seen:
    """A kind and why."""

    kind: str
    why: str


def roles_in(block: Block) -> dict[str, list[int]]:
    """Roles of the columns of a block that hold numbers."""
    found: dict[str, list[int]] = {}
    for k, column in enumerate(block.columns):
        role = role_of(column.name, column.unit) if column.name or column.unit else None
        if role and np.any(np.isfinite(block.data[:, k])):
            found.setdefault(role, []).append(k)
    return found


def kind_of(name: str, blocks: Sequence[Block]) -> Seen:
    """Tell the kind of a record.

    Raises
    ------
    InputError
        If it is none of a memory device, or several are possible; names what a side-car has to
        say.
    """
    block = max(blocks, key=lambda b: b.data.size)
    roles = roles_in(block)
    hint = next((kind for kind, pattern in HINTS if pattern.search(name)), "")
    if not roles:
        return _unnamed(name, block, hint)
    weight = "conductance" in roles
    measured = [r for r in (*CURRENTS, "conductance", "resistance") if r in roles]
    for role, what in FOREIGN.items():
        if role in roles and not measured:
            raise InputError(name, what, "a record of a device: current or conductance", "")
    if "time" in roles and measured:
        seen = _in_time(block, roles, hint)
        if seen.kind == "retention" and (hint == "synapse" or _responds(block, roles, measured)):
            raise InputError(
                name, "a response that rises from a baseline and falls again, without its drive",
                "a written state against time, or a response beside what drove it",
                "add the column of light or voltage that drove it; a record that starts where the "
                "write ended is one of retention",
            )  # fmt: skip
        return seen
    if "gate_voltage" in roles and any(r in roles for r in CURRENTS) and "pulse" not in roles:
        return Seen("transfer", "gate voltage and current")
    swept = roles.get("voltage", roles.get("drain_voltage"))
    if swept and any(r in roles for r in CURRENTS) and "pulse" not in roles:
        return _swept(name, block.data[:, swept[0]], hint)
    if "repeat" in roles and (measured or hint == "endurance") and "pulse" not in roles:
        if hint == "pulses" or _climbs(block, roles, weight):
            return Seen("pulses", "a weight that climbs with its number")
        return Seen("endurance", "states against the cycle")
    if ("pulse" in roles and measured) or weight:
        if hint == "endurance":
            return Seen("endurance", "the file's name, and a count")
        return Seen("pulses", "a weight after each pulse")
    raise _unclear(name, block, hint)


def _climbs(block: Block, roles: dict[str, list[int]], weight: bool) -> bool:
    """Whether one column of weights climbs and falls smoothly, as pulses make it."""
    if not weight or len(roles["conductance"]) > 1 or len(block.data) < 12:
        return False
    y = block.data[:, roles["conductance"][0]]
    y = y[np.isfinite(y)]
    return float(np.median(np.abs(np.diff(y)))) < 0.2 * float(np.ptp(y))


def _in_time(block: Block, roles: dict[str, list[int]], hint: str) -> Seen:
    names = ("light", "voltage", "gate_voltage", "drain_voltage")
    for role in names:
        for k in roles.get(role, ()):
            x = block.data[:, k]
            x = x[np.isfinite(x)]
            if len(x) < 4 or float(np.ptp(x)) <= 1e-6 * float(np.max(np.abs(x))):
                continue
            levels = len(np.unique(np.round(x / float(np.ptp(x)), 2)))
            if role == "voltage" and levels > SLOW and len(turning_points(x)) * SLOW < len(x):
                return Seen("iv", f"{role} that goes up and down in time")
            pulses = len(find_pulses(x))
            restarts = "time" in roles and bool(
                np.any(np.diff(block.data[:, roles["time"][0]]) < 0)
            )
            if pulses >= 4 and not restarts and hint != "synapse":
                return Seen("pulses", f"{pulses} pulses of {role} in time")
            return Seen("synapse", f"responses to {max(pulses, 1)} pulses of {role} in time")
    if "pulse" in roles:
        return Seen("pulses", "a weight after each pulse")
    return Seen("retention", "a state against time, nothing is applied")


def _responds(block: Block, roles: dict[str, list[int]], measured: Sequence[str]) -> bool:
    """Whether a record starts on a baseline, leaves it once and comes back more than half way."""
    y = block.data[:, roles[measured[0]][0]]
    y = y[np.isfinite(y)]
    if len(y) < 12:
        return False
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(y, 3), axis=1)
    first = float(np.median(smooth[: max(len(smooth) // 50, 3)]))
    away = np.abs(smooth - first)
    top, at = float(away.max()), int(np.argmax(away))
    noise = 1.5 * float(np.median(np.abs(np.diff(smooth) - np.median(np.diff(smooth)))))
    if top <= max(10.0 * noise, 0.05 * abs(first)) or not 2 < at < len(smooth) - 3:
        return False
    off = away > 0.5 * top
    once = int(np.sum(off[1:] & ~off[:-1])) == 1 or bool(np.all(off[np.argmax(off) : at]))
    return once and not off[:3].any() and float(np.median(away[-3:])) < 0.5 * top


def _swept(name: str, x: F, hint: str) -> Seen:
    x = x[np.isfinite(x)]
    levels = len(np.unique(np.round(x / max(float(np.ptp(x)), 1e-300), 3)))
    if levels > SLOW or hint == "iv":
        return Seen("iv", "current against a voltage that sweeps")
    if hint in ("pulses", "endurance"):
        return Seen("pulses", "the file's name, and pulses of few heights")
    allowed = f"a sweep of more than {SLOW} voltages, or a record of pulses"
    raise InputError(name, f"current at {levels} voltages, without time", allowed,
                     'say in a side-car: kind = "pulses"')  # fmt: skip


def _unnamed(name: str, block: Block, hint: str) -> Seen:
    """A table without headers is understood by its name, and where a sweep leaves no doubt."""
    columns = [k for k in range(block.data.shape[1]) if np.any(np.isfinite(block.data[:, k]))]
    if len(columns) == 2 and hint in ("iv", "retention"):
        return Seen(hint, "the file's name, over two columns without headers")
    if len(columns) in (1, 2) and hint == "pulses":
        return Seen("pulses", "the file's name, over columns without headers")
    if len(columns) == 2:
        x = block.data[:, columns[0]]
        x = x[np.isfinite(x)]
        if float(np.min(x)) < 0.0 < float(np.max(x)) and turning_points(x):
            return Seen("iv", "a first column that sweeps through zero and turns")
    raise _unclear(name, block, hint)


def _unclear(name: str, block: Block, hint: str) -> InputError:
    titles = ", ".join(c.text or f"column {k + 1}" for k, c in enumerate(block.columns))
    del hint
    return InputError(
        name,
        f"columns {titles}: it is not clear what was recorded",
        "voltage and current; pulse number and conductance; time and current; cycle and states",
        'say in a side-car: kind = "iv" and columns = { voltage = "1:V", current = "2:uA" }',
    )


def is_word(cell: str) -> bool:
    """Whether a cell of a table is no number.

    >>> is_word("A3"), is_word("1e-6")
    (True, False)
    """
    return bool(cell.strip()) and number(cell, ".") is None and number(cell, ",") is None
