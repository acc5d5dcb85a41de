"""Charge and energy of one event, electrical and optical apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .pulses import LIGHT
from .state import Figure
from .synapse_runs import Run
from .tools import OPTIONS

Array = NDArray[np.float64]


def energy_figures(trace: Trace, run: Run) -> list[Figure]:
    """Charge, electrical and optical energy of the first event of a run.

    Electrical energy is that of the current path: drain voltage of a transistor, else the voltage
    across the device. What charges a gate is not in it. Papers count the electrical part alone,
    mostly as V times the peak current times the width.
    """
    e = run.events[0]
    t, i = run.time, run.value
    name = "conductance" if "current" not in trace.columns else "current"
    if trace.units.get(name, "A") == "S" and "drain_current" not in trace.columns:
        reason = "the record holds a conductance, no current"
        return [*_unknown(reason), _optical(trace, run)]
    rows = np.arange(e.first, e.next)
    peak = float(np.max(np.abs(i[rows])))
    charge = _over(t, np.abs(i), e.start, e.end)
    excess = _over(t, i - run.baseline, e.start, float(t[min(e.next, len(t) - 1)]))
    figures = [
        Figure("charge_per_event", computed(charge, "C"), "Integral of |I| over the pulse."),
        Figure(
            "charge_per_event_response",
            computed(abs(excess), "C"),
            "Integral of the departure from the baseline, from the start of the pulse to the next "
            "one or the end of the record.",
        ),
    ]
    volts = _path_voltage(trace, run)
    if volts is None:
        reason = "needs the voltage across the current path: " + OPTIONS["drain_voltage"]
        return [*figures, *_unknown(reason)[2:], _optical(trace, run)]
    joules = _over(t, np.abs(volts * i), e.start, e.end)
    simple = float(np.max(np.abs(volts[rows]))) * peak * e.width
    return [
        *figures,
        Figure("energy_per_event", computed(joules, "J"), ENERGY),
        Figure("energy_per_event_peak", computed(simple, "J"), PEAK),
        _optical(trace, run),
    ]


ENERGY = "Electrical: integral of |V I| over the pulse; the light is apart."
PEAK = "Electrical, as papers count it: |V| times the largest |I| times the width of the pulse."


def _unknown(reason: str) -> list[Figure]:
    return [
        Figure("charge_per_event", Sourced.unknown("C", reason), "Integral of |I| over the pulse."),
        Figure("charge_per_event_response", Sourced.unknown("C", reason), "Its departure alone."),
        Figure("energy_per_event", Sourced.unknown("J", reason), ENERGY),
        Figure("energy_per_event_peak", Sourced.unknown("J", reason), PEAK),
    ]


def _path_voltage(trace: Trace, run: Run) -> Array | None:
    for name in ("drain_voltage", "voltage"):
        column = trace.columns.get(name)
        if column is not None and np.all(np.isfinite(column[run.rows])):
            return np.asarray(column[run.rows])
    stated = trace.parameters.get("drain_voltage")
    if stated is not None and stated.is_known:
        return np.full(len(run.rows), float(stated))
    return None


def _over(t: Array, y: Array, start: float, end: float) -> float:
    """Integral from `start` to `end`, with the ends between rows."""
    inside = (t > start) & (t < end)
    times = np.concatenate([[start], t[inside], [end]])
    return float(np.trapezoid(np.interp(times, t, y), times))


def _optical(trace: Trace, run: Run) -> Figure:
    text = "Irradiance times area (that of the light, else of the device, else channel width times "
    text += "length) over the pulse."
    channel = next((c for c, _ in run.events[0].heights if c in LIGHT), "")
    if not channel:
        return Figure("optical_energy_per_event", Sourced.unknown("J", "no light pulse"), text)
    light = trace.columns[channel]
    area = 1.0 if channel == "light_power" else _area(trace)
    if area is None:
        reason = f"needs an area: give {OPTIONS['area']}"
        return Figure("optical_energy_per_event", Sourced.unknown("J", reason), text)
    e = run.events[0]
    dose = _over(run.time, light[run.rows], e.start - 0.1 * e.width, e.end + 0.1 * e.width)
    return Figure("optical_energy_per_event", computed(dose * area, "J"), text)


def _area(trace: Trace) -> float | None:
    known = {k: float(v) for k, v in trace.parameters.items() if v.is_known}
    if "illuminated_area" in known:
        return known["illuminated_area"]
    if "area" in known:
        return known["area"]
    if {"channel_width", "channel_length"} <= set(known):
        return known["channel_width"] * known["channel_length"]
    return None
