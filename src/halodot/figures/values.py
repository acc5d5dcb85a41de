"""Figures of a plain list of repeated values: switching voltages, resistances, delays."""

from __future__ import annotations

import numpy as np

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .distributions import statistics_figures
from .state import Figure, Figures
from .tools import spread

COLUMNS = ("value", "voltage", "resistance", "current", "time", "conductance")


def extract_values(trace: Trace) -> Figures:
    """Extract median, variation, the distribution that fits, and cycle against device.

    Each column of a file, or each number in a column ``device``, is one device.

    Raises
    ------
    InputError
        If there are fewer than three values.

    Examples
    --------
    >>> from halodot.figures.limits import make_trace
    >>> x = np.random.default_rng(3).lognormal(0.0, 0.3, 300)
    >>> f = extract_values(make_trace("values", {"voltage": x}, {"voltage": "V"}))
    >>> f["voltage_distribution"].category, bool(abs(f["voltage_cv"].value.value - 0.3) < 0.05)
    ('log-normal', True)
    """
    name = next((n for n in COLUMNS if n in trace.columns), None)
    if name is None or len(trace) < 3:
        raise InputError(trace.label, "fewer than three values", "a column of repeated values", "")
    x, unit = trace.columns[name], trace.units.get(name, "1")
    of = trace.columns.get("device", trace.sweep.astype(float))
    groups = [x[of == k].tolist() for k in np.unique(of[of == of])]
    figures = [
        Figure("values", computed(float(len(x)), "1"), "Values in the list."),
        Figure("devices", computed(float(len(groups)), "1"), "Columns, or numbers of devices."),
        Figure(f"{name}_median", spread(x.tolist(), unit, "none"), "Median of all values."),
        Figure(f"{name}_mean", _mean(x, unit), "Mean of all values with its standard error."),
        *statistics_figures(name, groups),
    ]
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, trace.notes)


def _mean(x: np.ndarray, unit: str) -> Sourced:
    error = 1.645 * float(np.std(x, ddof=1)) / float(np.sqrt(len(x)))
    mean = float(np.mean(x))
    return computed(mean, unit, mean - error, mean + error)
