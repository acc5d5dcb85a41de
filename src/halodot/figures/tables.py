"""Tables that are no sweep: repeated values by their names, two states against the cycle."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .headers import SI_OF

Array = NDArray[np.float64]
Piece = tuple[dict[str, Array], NDArray[np.int64]]
_LETTER = {"voltage": "vu", "current": "i", "resistance": "r", "conductance": "g", "time": "t"}
_NUMBERED = re.compile(r"[\s_.-]*(?:(?:d|dev|device|sample|chip|cell|run|no\.?|#)?[\s_]*#?\d+)?$")


def value_name(role: str, header: str) -> str:
    """Name the list under a header: its role and what tells it from other lists of that role.

    A number at the end is that of a device and tells no lists apart.

    >>> [value_name("voltage", h) for h in ("Vset D4", "V_reset", "D1", "Voltage 2")]
    ['voltage_set', 'voltage_reset', 'voltage', 'voltage']
    """
    stem = _NUMBERED.sub("", header.strip().lower())
    if stem[:1] and stem[0] in _LETTER.get(role, "") and not stem.startswith(("reset", role)):
        stem = stem[1:]
    stem = stem.replace(role, " ")
    words = "_".join(re.findall(r"[a-z][a-z0-9]*", stem))
    return f"{role}_{words}" if words and len(words) > 1 else role


def plain_where_alone(pieces: Sequence[Piece]) -> list[Piece]:
    """Give a file's only list the plain name of its role."""
    lists = {k for columns, _ in pieces for k in columns if k != "device"}
    if len(lists) != 1:
        return list(pieces)
    return [({k.split("_")[0]: v for k, v in columns.items()}, sweep) for columns, sweep in pieces]


def unit_of_column(name: str) -> str:
    """Return the SI unit of a column, also of one that `value_name` named.

    >>> unit_of_column("voltage_reset"), unit_of_column("drain_current"), unit_of_column("cycle")
    ('V', 'A', '1')
    """
    return SI_OF.get(name) or SI_OF.get(name.split("_")[0], "1")


def states_of(name: str, pieces: Sequence[Piece]) -> list[Piece]:
    """Turn columns against the cycle into rows of two states: `cycle`, `programmed`, `current`.

    Columns of an on and an off state, of one device or of several; or one column that holds each
    cycle twice. The state of the larger current is the programmed one. Of resistances and
    conductances the current is that at one volt.

    Raises
    ------
    InputError
        If there is no pair of states.
    """
    read = [_signal(columns) for columns, _ in pieces]
    if len(read) == 1:
        return [_long(name, *read[0])]
    if len(read) % 2:
        raise InputError(
            name,
            f"{len(read)} columns of one state each",
            "an on and an off state for each device",
            '--columns "repeat=N,resistance=N", or a file with both states',
        )
    typical = [float(np.nanmedian(y)) for _, y, _ in read]
    order = np.argsort(typical, kind="stable")
    half = len(read) // 2
    low, high = sorted(int(k) for k in order[:half]), sorted(int(k) for k in order[half:])
    found = []
    for number, (on, off) in enumerate(zip(high, low, strict=True)):
        for k, state in ((on, 1.0), (off, 0.0)):
            cycle, y, device = read[k]
            of = np.full(len(y), float(number)) if device is None else device
            columns = {"cycle": cycle, "programmed": np.full(len(y), state), "current": y}
            found.append(({**columns, "device": of}, np.full(len(y), 2 * number + int(state == 0))))
    return found


def _signal(columns: dict[str, Array]) -> tuple[Array, Array, Array | None]:
    """Cycle, current (at one volt where a resistance is given) and device of one column."""
    if "resistance" in columns:
        ohm = columns["resistance"]
        y = np.divide(1.0, ohm, out=np.full(len(ohm), np.nan), where=ohm != 0.0)
    else:
        y = columns["current"] if "current" in columns else columns["conductance"]
    return columns["repeat"], np.abs(y), columns.get("device")


def _long(name: str, cycle: Array, y: Array, device: Array | None) -> Piece:
    """One column in which every cycle stands twice, once in each state."""
    of = np.zeros(len(y)) if device is None else device
    kept, state = [], []
    for k in np.unique(of):
        for n in np.unique(cycle[of == k]):
            rows = np.flatnonzero((of == k) & (cycle == n))
            if len(rows) == 2 and np.all(np.isfinite(y[rows])):
                first = bool(y[rows[0]] >= y[rows[1]])
                kept += [int(r) for r in rows]
                state += [float(first), float(not first)]
    if not kept:
        raise InputError(
            name,
            "one state in each cycle",
            "two columns, of the on and the off state, or two rows for each cycle",
            "--kind values for the spread of one state",
        )
    columns = {"cycle": cycle[kept], "programmed": np.array(state), "current": y[kept]}
    return {**columns, "device": of[kept]}, np.zeros(len(kept), np.int64)
