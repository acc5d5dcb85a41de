"""Figures of an illuminated diode: short-circuit current, open-circuit voltage, fill factor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .gaps import Gaps
from .loops import Array, current_of, voltage_of
from .state import Figure
from .sweeps import split_directions

SC = "Current at zero volts of the first sweep, on the straight line between its neighbours."
OC = "Voltage at which the current of the first sweep is zero, between rows."
FF = "Largest |V I| delivered between zero and the open-circuit voltage over |Isc Voc|, of rows."


def solar_figures(trace: Trace, gaps: Gaps | None = None) -> list[Figure]:
    """Return them where light is on and the current changes sign away from zero volts.

    Only the first run through both zeros counts. Range: steady light; the fill factor of rows is
    too small by a share of the order of (step / Voc)^2.

    >>> from halodot.figures.limits import make_trace
    >>> v = np.linspace(-0.2, 1.2, 141)
    >>> columns = {"voltage": v, "current": np.expm1(v / 0.05) * 1e-9 - 1.0, "light": v * 0 + 1.0}
    >>> found = {f.name: f.value.value for f in solar_figures(make_trace("iv", columns, {}))}
    >>> print(round(found["short_circuit_current"], 6), round(found["open_circuit_voltage"], 3))
    -1.0 1.036
    """
    light = trace.columns.get("light")
    if light is None or not np.all(light > 0):
        return []
    current, unit = current_of(trace)
    v, i, beside = _run(voltage_of(trace), current, gaps)
    if len(v) < 4 or not v[0] <= 0.0 <= v[-1]:
        return []
    short = float(np.interp(0.0, v, i))
    ahead = np.flatnonzero(np.sign(i[:-1]) * np.sign(i[1:]) < 0)
    if short == 0.0 or not len(ahead):
        return []
    k = int(ahead[0])
    open_ = float(v[k] - i[k] * (v[k + 1] - v[k]) / (i[k + 1] - i[k]))
    if open_ == 0.0 or np.sign(open_) == np.sign(short):
        return []  # a device that delivers power has V and I of opposite signs
    between = (v * np.sign(open_) >= 0) & (np.abs(v) <= abs(open_))
    power = float(np.max(np.abs(v * i)[between], initial=0.0))
    few = int(np.sum(between)) < 5
    fill = computed(power / abs(short * open_), "1")
    if few:
        fill = Sourced.unknown("1", "fewer than five rows between zero and open circuit")
    used = (v[:-1] < max(open_, 0.0)) & (v[1:] > min(open_, 0.0)) & beside[:-1] & beside[1:]
    if gaps is not None and used.any():
        return [
            Figure("short_circuit_current", Sourced.unknown(unit, gaps.which), SC),
            Figure("open_circuit_voltage", Sourced.unknown("V", gaps.which), OC),
            Figure("fill_factor", Sourced.unknown("1", gaps.which), FF),
        ]
    near = float(np.ptp(v)) / (len(v) - 1)
    voltage = computed(open_, "V", note=f"rows {near:.2g} V apart on average")
    return [
        Figure("short_circuit_current", computed(short, unit), SC),
        Figure("open_circuit_voltage", voltage, OC),
        Figure("fill_factor", fill, FF),
    ]


def _run(
    voltage: Array, current: Array, gaps: Gaps | None
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """First run in one direction, voltage rising, and which rows stand beside failed points."""
    held = gaps is not None and len(gaps.beside) == len(voltage)
    beside = gaps.beside if gaps is not None and held else np.zeros(len(voltage), bool)
    good = np.isfinite(voltage) & np.isfinite(current)
    v, i, beside = voltage[good], current[good], beside[good]
    runs = split_directions(v)
    for k in np.unique(runs):
        rows = np.flatnonzero(runs == k)
        if k:  # the turning point itself belongs to both runs
            rows = np.concatenate([rows[:1] - 1, rows])
        if v[rows].min() <= 0.0 <= v[rows].max() and np.ptp(np.sign(i[rows])) > 1:
            order = rows[np.argsort(v[rows], kind="stable")]
            return v[order], i[order], beside[order]
    return v[:0], i[:0], beside[:0]
