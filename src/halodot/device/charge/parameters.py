"""Numbers of a stack by name: `layers[1].electron_mobility`, `left.work_function`."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

from scipy import constants

from .layers import Stack

KT_ROOM = 300.0 * constants.Boltzmann / constants.elementary_charge

ENERGIES = frozenset(
    {
        "electron_affinity",
        "band_gap",
        "trap_energy",
        "energy",
        "work_function",
        "width_conduction",
        "width_valence",
        "dipole",
    }
)
STEP = 1e-4  # of a difference: relative, or in units of kT
THERMAL_STEP = 1e-6  # relative: energies of many kT stand in exponents

_PART = re.compile(r"(\w+)(?:\[(\d+)\])?")


def value(stack: Stack, name: str) -> float:
    """Return the number that stands at `name`.

    >>> from halodot.device.charge.layers import ChargeContact
    >>> metal = ChargeContact(work_function=4.5)
    >>> value(Stack(layers=(), left=metal, right=metal), "left.work_function")
    4.5
    """
    found: Any = stack
    for field, index in _path(name):
        found = _inside(found, field, index, name)
    if isinstance(found, bool) or not isinstance(found, float | int):
        raise ValueError(f"{name!r} is not a number of the stack but {found!r}")
    return float(found)


def changed(stack: Stack, name: str, new: float) -> Stack:
    """Return the stack with another number at `name`."""
    return _changed(stack, _path(name), new, name)


def step_of(stack: Stack, name: str) -> float:
    """Length of a difference in `name`: short against its effect, long against round-off.

    Raises
    ------
    ValueError
        If the number is 0, where no relative step can be taken.
    """
    field, now = _path(name)[-1][0], value(stack, name)
    if field in ENERGIES:
        return STEP * KT_ROOM
    if now == 0.0:
        raise ValueError(f"{name} is 0: give it a small value to learn its effect")
    return abs(now) * (THERMAL_STEP if field == "temperature" else STEP)


def _path(name: str) -> list[tuple[str, int | None]]:
    parts = []
    for piece in name.split("."):
        match = _PART.fullmatch(piece)
        if match is None:
            raise ValueError(f"{name!r} is no name such as layers[0].electron_mobility")
        parts.append((match[1], None if match[2] is None else int(match[2])))
    return parts


def _inside(owner: Any, field: str, index: int | None, name: str) -> Any:
    known = [f.name for f in fields(owner)] if is_dataclass(owner) else []
    if field not in known:
        raise ValueError(f"{name!r}: {field!r} is not one of {', '.join(known) or 'nothing'}")
    inner = getattr(owner, field)
    if index is None:
        return inner
    if not isinstance(inner, tuple) or index >= len(inner):
        raise ValueError(f"{name!r}: there is no {field}[{index}]")
    return inner[index]


def _changed(owner: Any, path: list[tuple[str, int | None]], new: float, name: str) -> Any:
    (field, index), rest = path[0], path[1:]
    inner = _inside(owner, field, index, name)
    item = _changed(inner, rest, new, name) if rest else new
    if index is None:
        return replace(owner, **{field: item})
    whole = getattr(owner, field)
    return replace(owner, **{field: (*whole[:index], item, *whole[index + 1 :])})
