"""One gate sweep of a transistor and the straight lines through its two regimes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .tools import intercept_on_axis, straight_line

Array = NDArray[np.float64]


LEAK = 0.1  # |Ig| over |Id| above which the drain current is no current of the channel


@dataclass(frozen=True)
class Sweep:
    """One gate sweep, gate voltage rising toward the on state; `over` = sign * Vg."""

    over: Array
    current: Array
    drain: float
    forward: bool
    gate_current: Array | None
    signed: Array


@dataclass(frozen=True)
class Fit:
    """A straight line through the rows of one regime; `steepest` is its largest local slope."""

    slope: float
    slope_error: float
    threshold: float
    threshold_error: float
    steepest: float
    points: int
    rows: NDArray[np.bool_]


def at_largest(sweeps: list[Sweep]) -> list[Sweep]:
    """Sweeps of the largest drain voltage: a spread over biases is none of the device."""
    top = max((s.drain for s in sweeps if math.isfinite(s.drain)), default=math.nan)
    return [s for s in sweeps if s.drain >= 0.98 * top] or sweeps


def leak_share(sweep: Sweep, rows: NDArray[np.bool_] | None = None) -> float:
    """Median |Ig| over |Id| in `rows`, or where the device is on; 0 where Ig is not known."""
    if sweep.gate_current is None:
        return 0.0
    if rows is None:
        rows = sweep.current > 0.3 * float(np.max(sweep.current))
    gate, drain = sweep.gate_current[rows], sweep.current[rows]
    known = np.isfinite(gate) & (drain > 0.0)
    return float(np.median(gate[known] / drain[known])) if known.any() else 0.0


def _window(sweep: Sweep, *, linear: bool) -> tuple[NDArray[np.bool_], float]:
    """Rows of the regime and the threshold they give, found together in a few rounds."""
    y = sweep.current if linear else np.sqrt(sweep.current)
    lift = 0.5 * sweep.drain if linear else 0.0
    rows = y > 0.3 * float(np.max(y))
    threshold = math.nan
    for _ in range(8):
        if np.sum(rows) < 5:
            return np.zeros(len(y), bool), math.nan
        slope, cut, _cov = straight_line(sweep.over[rows], y[rows])
        if slope <= 0:
            return np.zeros(len(y), bool), math.nan
        threshold = -cut / slope - lift
        over = sweep.over - threshold
        if linear:
            new = over > max(sweep.drain, 0.15 * float(over[-1]))
        else:
            reach = min(sweep.drain, float(over[-1]))
            new = (over > 0.25 * reach) & (over <= reach)
        if np.array_equal(new, rows):
            break
        rows = new
    return rows, threshold


def fit_of(sweep: Sweep, *, linear: bool) -> Fit | None:
    """Fit the regime's straight line; None where the sweep does not reach it, or is leakage."""
    if not math.isfinite(sweep.drain):
        return None
    rows, threshold = _window(sweep, linear=linear)
    reached = float(sweep.over[-1]) - threshold
    if np.sum(rows) < 5 or np.ptp(sweep.over[rows]) < 0.15 * reached:
        return None
    if leak_share(sweep, rows) > LEAK:
        return None
    x, y = sweep.over[rows], sweep.current[rows]
    y = y if linear else np.sqrt(y)
    slope, cut, cov = straight_line(x, y)
    crossing, error = intercept_on_axis(slope, cut, cov)
    lift = 0.5 * sweep.drain if linear else 0.0
    off = float(sweep.current[0]) < 0.01 * float(np.max(sweep.current))
    if off and crossing - lift < float(sweep.over[0]):
        return None  # on where the device is off: the contacts bend what the line went through
    return Fit(
        slope,
        float(np.sqrt(cov[0, 0])),
        crossing - lift,
        error,
        _steepest(x, y),
        int(rows.sum()),
        rows,
    )


def _steepest(x: Array, y: Array) -> float:
    """Largest slope over runs of a third of the window (at least five points)."""
    width = max(5, len(x) // 3)
    slopes = [
        straight_line(x[k : k + width], y[k : k + width])[0] for k in range(len(x) - width + 1)
    ]
    return max(slopes)
