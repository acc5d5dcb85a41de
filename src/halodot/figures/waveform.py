"""Figures of a record in time under any drive: the extremes, and how fast the current follows."""

from __future__ import annotations

import numpy as np

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..device.state import Trace
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
    if not {"time", "current"} <= set(c) or not len(trace):
        raise InputError(trace.label, "no current against time", "columns time and current", "")
    t, i = c["time"], c["current"]
    top = int(np.argmax(np.abs(i)))
    figures = [
        Figure(
            "current_largest", computed(float(i[top]), "A"), f"Largest |current|, at {t[top]:.4g} s"
        ),
        Figure("current_last", computed(float(i[-1]), "A"), "Current of the last row."),
        Figure("charge", _charge(t, i), "Integral of the current over the record."),
    ]
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, trace.notes)


def _charge(t: np.ndarray, i: np.ndarray) -> Sourced:
    if len(t) < 2:
        return Sourced.unknown("C", "a single row")
    return computed(float(np.trapezoid(i, t)), "C")
