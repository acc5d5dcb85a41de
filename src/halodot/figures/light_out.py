"""Figures of the light that a device emits in a sweep."""

from __future__ import annotations

import numpy as np

from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .state import Figure

BRIGHT = 1.0  # cd/m2, from which on a device counts as lit


def light_figures(trace: Trace) -> list[Figure]:
    """Turn-on voltage, largest luminance and efficiencies; none below 1 cd/m2.

    Only points at or above 1 cd/m2 count for the efficiencies: below, a ratio of two small numbers
    says nothing. Luminances carry the interval of the outcoupling.

    >>> from halodot.figures.limits import make_trace
    >>> v = np.linspace(0.0, 4.0, 5)
    >>> columns = {"voltage": v, "current": v, "luminance": 0.01 * 100.0 ** (v - 1.0)}
    >>> found = {f.name: f.value.value for f in light_figures(make_trace("iv", columns, {}))}
    >>> print(found["turn_on_voltage"], round(found["luminance_max"]))
    2.0 10000
    """
    luminance = trace.columns.get("luminance")
    if luminance is None or not np.any(luminance >= BRIGHT):
        return []
    voltage = trace.columns.get("source_voltage", trace.columns["voltage"])
    lit = luminance >= BRIGHT
    k = int(np.argmax(luminance))
    first = int(np.argmax(lit))
    share = trace.parameters.get("outcoupling")
    figures = [
        Figure("turn_on_voltage", computed(_turn_on(voltage, luminance, first), "V"),
               "Voltage at which the luminance first reaches 1 cd/m2, between rows in its log."),
        Figure("luminance_max", scaled(float(luminance[k]), "cd/m2", share),
               f"Largest luminance, at {voltage[k]:.4g} V."),
    ]  # fmt: skip
    for column, name, unit in (
        ("external_quantum_efficiency", "external_quantum_efficiency_max", "1"),
        ("current_efficiency", "current_efficiency_max", "cd/A"),
        ("power_efficiency", "power_efficiency_max", "lm/W"),
    ):
        values = trace.columns.get(column)
        if values is None or not np.any(np.isfinite(values[lit])):
            continue
        at = np.flatnonzero(lit)[int(np.nanargmax(values[lit]))]
        text = f"Largest of the points at or above 1 cd/m2, at {voltage[at]:.4g} V."
        figures.append(Figure(name, scaled(float(values[at]), unit, share), text))
    return figures


def _turn_on(voltage: np.ndarray, luminance: np.ndarray, first: int) -> float:
    if first == 0 or luminance[first - 1] <= 0:
        return float(voltage[first])
    a, b = np.log(luminance[first - 1 : first + 1])
    w = (np.log(BRIGHT) - a) / (b - a)
    return float(voltage[first - 1] + w * (voltage[first] - voltage[first - 1]))


def scaled(value: float, unit: str, share: Sourced | None) -> Sourced:
    """Return a value proportional to the outcoupling, with its interval."""
    if share is None or not share.value or share.low is None or share.high is None:
        return computed(value, unit)
    return computed(value, unit, value * share.low / share.value, value * share.high / share.value)
