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

    Columns whose names differ by a number, or numbers in a column ``device``, are devices of one
    list; columns of other names, such as Vset and Vreset, are lists of their own.

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
    names = [n for n in trace.columns if n.startswith(COLUMNS)]
    longest = max((int(np.sum(np.isfinite(trace.columns[n]))) for n in names), default=0)
    if longest < 3:
        raise InputError(trace.label, "fewer than three values", "a column of repeated values", "")
    figures = [f for n in names for f in _of_list(trace, n, alone=len(names) == 1)]
    notes = trace.notes
    if len(names) > 1:
        notes = (*notes, f"{len(names)} lists of their own: {', '.join(names)}")
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, notes)


def _of_list(trace: Trace, name: str, *, alone: bool) -> list[Figure]:
    """Figures of one list; where there are several, each count bears the name of its list."""
    rows = np.isfinite(trace.columns[name])
    x, unit = trace.columns[name][rows], trace.units.get(name, "1")
    if len(x) < 3:
        few = Sourced.unknown(unit, "fewer than three values")
        return [Figure(f"{name}_median", few, "Median of all values.")]
    of = trace.columns.get("device", trace.sweep.astype(float))[rows]
    groups = [x[of == k].tolist() for k in np.unique(of[of == of])]
    count, devices = ("values", "devices") if alone else (f"{name}_values", f"{name}_devices")
    return [
        Figure(count, computed(float(len(x)), "1"), "Values in the list."),
        Figure(devices, computed(float(len(groups)), "1"), "Columns, or numbers of devices."),
        Figure(f"{name}_median", spread(x.tolist(), unit, "none"), "Median of all values."),
        Figure(f"{name}_mean", _mean(x, unit), "Mean of all values with its standard error."),
        *statistics_figures(name, groups),
    ]


def _mean(x: np.ndarray, unit: str) -> Sourced:
    error = 1.645 * float(np.std(x, ddof=1)) / float(np.sqrt(len(x)))
    mean = float(np.mean(x))
    return computed(mean, unit, mean - error, mean + error)
