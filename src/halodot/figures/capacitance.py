"""Figures of capacitance against bias: at zero bias, and its extremes."""

from __future__ import annotations

import numpy as np

from ..core.errors import InputError
from ..core.sourced import computed
from ..device.state import Trace
from .state import Figure, Figures


def extract_capacitance(trace: Trace) -> Figures:
    """Extract the capacitance at zero bias and its extremes.

    Raises
    ------
    InputError
        If the record has no capacitance against voltage.

    Examples
    --------
    >>> from halodot.figures.limits import make_trace
    >>> v = np.linspace(-1.0, 0.5, 16)
    >>> columns = {"voltage": v, "capacitance": 1e-9 / np.sqrt(1.0 - v)}
    >>> f = extract_capacitance(make_trace("capacitance", columns, {"capacitance": "F"}))
    >>> print(f"{f['capacitance_at_zero_bias'].value.value:.4g}")
    1e-09
    """
    if not {"voltage", "capacitance"} <= set(trace.columns) or len(trace) < 2:
        raise InputError(trace.label, "no capacitance against voltage", "columns of the two", "")
    order = np.argsort(trace.columns["voltage"], kind="stable")
    v, c = trace.columns["voltage"][order], trace.columns["capacitance"][order]
    figures = []
    if v[0] <= 0.0 <= v[-1]:
        zero = computed(float(np.interp(0.0, v, c)), "F")
        figures.append(Figure("capacitance_at_zero_bias", zero, "Im Y / omega at 0 V."))
    for name, k in (("largest", int(np.argmax(c))), ("least", int(np.argmin(c)))):
        text = f"The {name} of the record, at {v[k]:.4g} V."
        figures.append(Figure(f"capacitance_{name}", computed(float(c[k]), "F"), text))
    ratio = computed(float(c.max() / c.min()), "1") if c.min() > 0 else None
    if ratio is not None:
        figures.append(Figure("tuning_ratio", ratio, "Largest over least capacitance."))
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, trace.notes)
