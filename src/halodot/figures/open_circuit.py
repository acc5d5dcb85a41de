"""Figures of open terminals: the photovoltage and how it decays."""

from __future__ import annotations

import numpy as np

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .state import Figure, Figures


def extract_open_circuit(trace: Trace) -> Figures:
    """Extract the voltage at the end of the light, and the times of its rise and decay.

    Raises
    ------
    InputError
        If the record has no voltage against time in light.

    Examples
    --------
    >>> from halodot.figures.limits import make_trace
    >>> t = np.linspace(0.01, 2.0, 200)
    >>> v = np.where(t <= 1.0, 1.0, np.exp(-(t - 1.0) / 0.1))
    >>> columns = {"time": t, "voltage": v, "light": np.where(t <= 1.0, 1.0, 0.0)}
    >>> f = extract_open_circuit(make_trace("open_circuit", columns, {"voltage": "V"}))
    >>> f["open_circuit_voltage"].value.value, round(f["decay_half_time"].value.value, 3)
    (1.0, 0.069)
    """
    c = trace.columns
    if not {"time", "voltage", "light"} <= set(c) or not np.any(c["light"] > 0):
        raise InputError(trace.label, "no voltage in light", "columns time, voltage, light", "")
    lit = np.flatnonzero(c["light"] > 0)
    dark = np.flatnonzero(np.arange(len(trace)) > lit[-1])
    end, top = c["time"][lit[-1]], float(c["voltage"][lit[-1]])
    start = c["time"][lit[0]]
    figures = [
        Figure("open_circuit_voltage", computed(top, "V"), "Voltage at the end of the light."),
        Figure(
            "rise_half_time",
            _crossing(c["time"][lit] - start, c["voltage"][lit] / top if top else np.zeros(0)),
            "Time in light until half of the open-circuit voltage is there.",
        ),
        Figure(
            "decay_half_time",
            _crossing(c["time"][dark] - end, 1.0 - c["voltage"][dark] / top if top else dark * 0.0),
            "Time in the dark until half of the open-circuit voltage is lost.",
        ),
    ]
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, trace.notes)


def _crossing(t: np.ndarray, share: np.ndarray) -> Sourced:
    """Time at which a share passes one half, between rows in the share."""
    past = np.flatnonzero(share >= 0.5)
    if not len(past):
        return Sourced.unknown("s", "not reached within the record")
    k = int(past[0])
    if k == 0:
        return Sourced.unknown("s", "passed before the first row")
    w = (0.5 - share[k - 1]) / (share[k] - share[k - 1])
    return computed(float(t[k - 1] + w * (t[k] - t[k - 1])), "s")
