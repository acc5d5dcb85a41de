"""Which rows stand beside points that did not converge, and what may not be read across them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced
from ..device.state import Trace
from .state import Figure

SHOWN = 5  # points named in a reason
# figures of one voltage, read on loops of one polarity; they hold where that polarity is whole
ONE_SIDED = (
    "set_voltage",
    "reset_voltage",
    "threshold_voltage_switch",
    "hold_voltage",
    "read_voltage",
)
AT_READ = ("on_off_ratio", "resistance_on", "resistance_off", "read_power_on", "read_power_off")
NOT_ACROSS = (
    "switching",
    "cycles",
    "polarity",
    "loop_direction",
    "maximum_window",
    "hysteresis_area",
    "hysteresis_index",
    "rectification_ratio",
    "compliance",
    "set_power",
    "reset_power",
    "on_current",
    "volatile",
)


@dataclass(frozen=True)
class Gaps:
    """Points that failed.

    Attributes
    ----------
    beside
        Whether each row that is left stood next to a failed one.
    which
        Names the failed points, for a reason.
    """

    beside: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    which: str = ""


def gaps_of(trace: Trace, left: NDArray[np.bool_]) -> Gaps:
    """Return the failed points of a record of which the rows `left` are kept.

    >>> from halodot.core.status import Status
    >>> from halodot.figures.limits import make_trace
    >>> t = make_trace("iv", {"voltage": np.arange(4.0), "current": np.arange(4.0)}, {})
    >>> t = replace(t, point_status=(Status.OK, Status.NOT_CONVERGED, Status.OK, Status.OK))
    >>> gaps = gaps_of(t, np.array([True, False, True, True]))
    >>> gaps.beside.tolist(), gaps.which
    ([True, True, False], 'point 2 of 4 (0 to 2 V) did not converge')
    """
    if len(trace.point_status) != len(trace):
        return Gaps()
    failed = np.array([not s.is_good for s in trace.point_status], bool)
    if not failed.any():
        return Gaps()
    kept, beside = np.flatnonzero(left), np.zeros(len(trace), bool)
    for k in np.flatnonzero(failed):
        before, after = kept[kept < k][-1:], kept[kept > k][:1]
        beside[before], beside[after] = True, True
    return Gaps(beside[left], _which(trace, failed, kept))


def _which(trace: Trace, failed: NDArray[np.bool_], kept: NDArray[np.int64]) -> str:
    runs = np.split(np.flatnonzero(failed), np.flatnonzero(np.diff(np.flatnonzero(failed)) > 1) + 1)
    said = []
    for run in runs[:SHOWN]:
        first, last = int(run[0]), int(run[-1])
        name = f"{first + 1}" if first == last else f"{first + 1} to {last + 1}"
        said.append(name + _where(trace, kept, first, last))
    more = f" and {len(runs) - SHOWN} more runs" if len(runs) > SHOWN else ""
    many = "points" if np.sum(failed) > 1 else "point"
    return f"{many} {', '.join(said)}{more} did not converge".replace(
        " (", f" of {len(trace)} (", 1
    )


def _where(trace: Trace, kept: NDArray[np.int64], first: int, last: int) -> str:
    """Voltages between which the failed points lie; their own was not recorded."""
    voltage = trace.columns.get("voltage")
    ends = [*kept[kept < first][-1:], *kept[kept > last][:1]]
    if voltage is None or not ends:
        return " (all)"
    if len(ends) == 1:
        side = "after" if ends[0] < first else "before"
        return f" ({side} {voltage[ends[0]]:.3g} V)"
    return f" ({voltage[ends[0]]:.3g} to {voltage[ends[1]]:.3g} V)"


def without_gaps(figures: list[Figure], lost: set[int], which: str) -> list[Figure]:
    """Return the figures, unknown where they need a polarity on which no whole loop is left.

    Parameters
    ----------
    lost
        Polarities (1, -1) on which points failed and no loop is left without failed points.
    """
    if not which:
        return figures
    read = next((f.value.value for f in figures if f.name == "read_voltage"), None)
    return [_judged(f, lost, which, read) for f in figures]


def _judged(f: Figure, lost: set[int], which: str, read: float | None) -> Figure:
    if f.name not in (*ONE_SIDED, *AT_READ, *NOT_ACROSS):
        return f
    at = read if f.name in AT_READ else f.value.value
    whole = not lost or (f.name not in NOT_ACROSS and at is not None and np.sign(at) not in lost)
    if whole and f.value.is_known:
        said = f"{f.value.note}; " if f.value.note else ""
        return replace(f, value=replace(f.value, note=f"{said}sweeps left out: {which}"))
    if whole and not lost:
        return f
    return Figure(f.name, Sourced.unknown(f.value.unit, which), f.definition)
