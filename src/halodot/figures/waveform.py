"""Figures of a record in time under any drive: extremes, and how fast current and light rise."""

from __future__ import annotations

import numpy as np

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .light_out import scaled
from .state import Figure, Figures


def extract_waveform(trace: Trace) -> Figures:
    """Extract the extremes of the current and the charge that passed.

    Raises
    ------
    InputError
        If the record has no current against time.

    Examples
    --------
    >>> from halodot.figures.limits import make_trace
    >>> t = np.linspace(0.0, 1.0, 11)
    >>> f = extract_waveform(make_trace("waveform", {"time": t, "current": 2 * t}, {}))
    >>> f["current_largest"].value.value, round(f["charge"].value.value, 9)
    (2.0, 1.0)
    """
    c = trace.columns
    name = "current" if "current" in c else "drain_current"
    if not {"time", name} <= set(c) or not len(trace):
        raise InputError(trace.label, "no current against time", "columns time and current", "")
    t, i = c["time"], c[name]
    top = int(np.argmax(np.abs(i)))
    figures = [
        Figure(
            "current_largest", computed(float(i[top]), "A"), f"Largest |current|, at {t[top]:.4g} s"
        ),
        Figure("current_last", computed(float(i[-1]), "A"), "Current of the last row."),
        Figure("charge", _charge(t, i), "Integral of the current over the record."),
        Figure(
            "current_rise_time",
            rise_time(t, np.abs(i)),
            "From the start of the record to half of the last |current|, for good.",
        ),
    ]
    if "luminance" in c:
        figures += _of_light(trace, t, c["luminance"])
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, trace.notes)


def _of_light(trace: Trace, t: np.ndarray, light: np.ndarray) -> list[Figure]:
    share = trace.parameters.get("outcoupling")
    return [
        Figure("luminance_last", scaled(float(light[-1]), "cd/m2", share), "Of the last row."),
        Figure(
            "light_rise_time",
            rise_time(t, light),
            "From the start of the record to half of the last luminance, for good.",
        ),
    ]


def rise_time(t: np.ndarray, y: np.ndarray) -> Sourced:
    """Return the time [s] after which `y` stays above half of its last value.

    >>> t = np.array([0.0, 1.0, 2.0, 3.0])
    >>> rise_time(t, np.array([9.0, 0.0, 2.0, 2.0])).value
    1.5
    >>> rise_time(t, np.array([3.0, 3.0, 3.0, 2.0])).note
    'above it from the start of the record'
    """
    half = 0.5 * float(y[-1])
    below = np.flatnonzero(y < half)
    if not half > 0.0:
        return Sourced.unknown("s", "nothing at the end of the record")
    if not len(below):
        early = float(t[0])
        return computed(early, "s", 0.0, early, note="above it from the start of the record")
    k = int(below[-1])
    share = (half - float(y[k])) / float(y[k + 1] - y[k])
    return computed(float(t[k] + share * (t[k + 1] - t[k])), "s")


def _charge(t: np.ndarray, i: np.ndarray) -> Sourced:
    if len(t) < 2:
        return Sourced.unknown("C", "a single row")
    return computed(float(np.trapezoid(i, t)), "C")
