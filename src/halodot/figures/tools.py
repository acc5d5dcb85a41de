"""What several figures of merit share: spreads, line fits with their covariance, noise."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .sweeps import split_directions

Array = NDArray[np.float64]
Z90 = 1.6448536269514722
ROUNDING = 1e-13  # of the largest value
ENOUGH = 19  # values whose range holds 90 % of the next
OPTIONS = {
    "area": '--area "1e-4 cm2"',
    "channel_width": '--channel-width "1 mm"',
    "channel_length": '--channel-length "50 um"',
    "gate_capacitance": '--gate-capacitance "10 nF/cm2"',
    "thickness": '--thickness "100 nm"',
    "drain_voltage": '--drain-voltage "-60 V"',
    "read_voltage": '--read-voltage "0.1 V"',
    "illuminated_area": '--illuminated-area "1e-4 cm2"',
    "wavelength": '--wavelength "450 nm"',
}


def spread(values: Sequence[float], unit: str, none: str, note: str = "") -> Sourced:
    """Median over cycles with the interval that the next cycle leaves with 5 % on either side.

    Below 19 cycles that is their range, which holds less than 90 %: (n - 1)/(n + 1) of what comes
    next, a third for two. The note says so. A single cycle has no interval.

    >>> three = spread([1.0, 2.0, 3.0], "V", "no cycle")
    >>> three.value, three.low, three.high, three.note
    (2.0, 1.0, 3.0, 'range of 3, which holds less than 90 %')
    """
    finite = [v for v in values if math.isfinite(v)]
    if not finite:
        return Sourced.unknown(unit, none)
    if len(finite) == 1:
        return computed(finite[0], unit, note=note or "one cycle: no interval")
    low, mid, high = (float(x) for x in np.quantile(finite, (0.05, 0.5, 0.95), method="weibull"))
    if len(finite) < ENOUGH and low < high:
        few = f"range of {len(finite)}, which holds less than 90 %"
        note = f"{note}; {few}" if note else few
    return computed(mid, unit, low, high, note=note)


def known_unless(reason: str, value: Sourced) -> Sourced:
    """Return the value, or unknown with the reason where there is one.

    >>> known_unless("below its error", computed(1.0, "A")).note
    'below its error'
    """
    return Sourced.unknown(value.unit, reason) if reason else value


def error_of(trace: Trace, name: str) -> Array:
    """Return the numerical error of a current, a row: its own column, at least rounding.

    The column ``error`` is that of the current density; measured records have none. Rounding is
    1e-13 of the largest value.

    >>> from halodot.figures.limits import make_trace
    >>> columns = {"current": np.ones(2), "error": np.full(2, 4.0)}
    >>> error_of(make_trace("pulses", columns, {}, area=0.25), "current").tolist()
    [1.0, 1.0]
    """
    y = trace.columns[name]
    floor = np.full(len(y), ROUNDING * float(np.max(np.abs(y[np.isfinite(y)]), initial=0.0)))
    error = trace.columns.get("error")
    area = trace.parameters.get("area")
    if error is None or name not in ("current", "current_density"):
        return floor
    if name == "current" and (area is None or not area.is_known):
        return floor
    scale = float(area) if name == "current" and area is not None else 1.0
    return np.maximum(floor, np.nan_to_num(error) * scale)


def missing(trace: Trace, *names: str) -> str:
    """Name the options that would supply what the record lacks; empty if nothing is missing."""
    lacking = [n for n in names if n not in trace.parameters or not trace.parameters[n].is_known]
    if not lacking:
        return ""
    return (
        "needs "
        + ", ".join(n.replace("_", " ") for n in lacking)
        + ": give "
        + " ".join(OPTIONS[n] for n in lacking)
    )


def straight_line(x: Array, y: Array) -> tuple[float, float, NDArray[np.float64]]:
    """Least-squares slope, intercept and their covariance (scatter of the points).

    >>> slope, intercept, _ = straight_line(np.arange(4.0), 2 * np.arange(4.0) + 1)
    >>> round(slope, 12), round(intercept, 12)
    (2.0, 1.0)
    """
    xm, ym = float(np.mean(x)), float(np.mean(y))
    sxx = float(np.sum((x - xm) ** 2))
    slope = float(np.sum((x - xm) * (y - ym))) / sxx
    residual = y - ym - slope * (x - xm)
    variance = float(np.sum(residual**2)) / max(len(x) - 2, 1)
    v_slope = variance / sxx
    cross = -xm * v_slope
    cov = np.array([[v_slope, cross], [cross, variance / len(x) + xm**2 * v_slope]])
    return slope, ym - slope * xm, cov


def intercept_on_axis(slope: float, intercept: float, cov: Array) -> tuple[float, float]:
    """Where the line crosses zero, and its standard error (first order)."""
    x0 = -intercept / slope
    gradient = np.array([intercept / slope**2, -1.0 / slope])
    return x0, float(np.sqrt(max(gradient @ cov @ gradient, 0.0)))


def with_error(value: float, error: float, unit: str, note: str = "") -> Sourced:
    """Return a computed value with the 90 % interval of a standard error."""
    if not math.isfinite(value):
        return Sourced.unknown(unit, "the fit did not give a finite number")
    return computed(value, unit, value - Z90 * error, value + Z90 * error, note=note)


def noise_of(y: Array) -> float:
    """Standard deviation of the point-to-point noise, from second differences (robust).

    A straight line has none; a smooth curve sampled finely nearly none.

    >>> noise_of(np.linspace(0.0, 1.0, 50)) < 1e-12
    True
    """
    if len(y) < 5:
        return 0.0
    second = np.diff(y, 2) / math.sqrt(6.0)
    return float(1.4826 * np.median(np.abs(second - np.median(second))))


def runs_of(trace: Trace, swept: str) -> list[NDArray[np.int64]]:
    """Rows of each run of column `swept` in one direction, whether the record numbers them or not.

    >>> from halodot.figures.limits import make_trace
    >>> there_and_back = make_trace("output", {"drain_voltage": np.array([0.0, 1, 2, 1, 0])}, {})
    >>> [rows.tolist() for rows in runs_of(there_and_back, "drain_voltage")]
    [[0, 1, 2], [3, 4]]
    """
    found = []
    for rows in sweeps_of(trace):
        direction = split_directions(trace.columns[swept][rows])
        found += [rows[direction == k] for k in np.unique(direction)]
    return found


def sweeps_of(trace: Trace) -> list[NDArray[np.int64]]:
    """Rows of each sweep, in order."""
    return [np.flatnonzero(trace.sweep == k) for k in np.unique(trace.sweep)]
