"""Figures of a list of sizes: mean, spread, count, and which distribution they follow."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .state import Figure, Figures

Array = NDArray[np.float64]
FEW = 100


def extract_sizes(trace: Trace) -> Figures:
    """Extract the statistics of measured sizes (a list, or a histogram with counts).

    Mean by Student's t, standard deviation by chi-square, median by order statistics; normal and
    log-normal are compared by their likelihood.

    Raises
    ------
    InputError
        If there are fewer than three sizes.

    Examples
    --------
    >>> from halodot.figures.limits import make_trace
    >>> f = extract_sizes(make_trace("sizes", {"size": np.array([8e-9, 9e-9, 10e-9])}, {}))
    >>> round(f["size_mean"].value.value * 1e9, 6), f["count"].value.value
    (9.0, 3.0)
    """
    size = _list_of(trace)
    n, mean, sd = len(size), float(np.mean(size)), float(np.std(size, ddof=1))
    t, chi_low, chi_high = _quantiles(n)
    low, high = sd * math.sqrt((n - 1) / chi_high), sd * math.sqrt((n - 1) / chi_low)
    skew = float(np.mean((size - mean) ** 3) / sd**3) if sd > 0 else 0.0
    figures = [
        Figure("count", computed(float(n), "1"), "Number of sizes."),
        Figure(
            "size_mean",
            computed(mean, "m", mean - t * sd / n**0.5, mean + t * sd / n**0.5),
            "Arithmetic mean; interval of Student's t.",
        ),
        Figure(
            "size_sd",
            computed(sd, "m", low, high),
            "Standard deviation (n - 1); interval of chi-square.",
        ),
        Figure(
            "size_spread",
            computed(sd / mean, "1", low / mean, high / mean),
            "Standard deviation over mean.",
        ),
        Figure("size_median", _median(size), "Median; interval of order statistics."),
        Figure("size_skewness", computed(skew, "1"), "Third central moment over sd^3."),
        _distribution(size, sd),
    ]
    notes = trace.notes
    if n < FEW:
        notes = (*notes, f"{n} sizes: a spread from fewer than {FEW} dots is uncertain")
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, notes)


def _list_of(trace: Trace) -> Array:
    size = trace.columns["size"]
    if "count" in trace.columns:
        count = trace.columns["count"]
        if np.any(count < 0) or np.any(np.abs(count - np.round(count)) > 1e-6):
            raise InputError(
                trace.label,
                "counts that are no whole numbers",
                "a list of sizes, or whole counts",
                "give the list of sizes itself, or name its column alone with --columns",
            )
        size = np.repeat(size, np.round(count).astype(int))
    size = size[np.isfinite(size)]
    if len(size) < 3 or np.any(size <= 0):
        raise InputError(trace.label, f"{len(size)} sizes", "at least three sizes above zero", "")
    return np.sort(size)


def _quantiles(n: int) -> tuple[float, float, float]:
    from scipy import stats

    t = float(stats.t.ppf(0.95, n - 1))
    return t, float(stats.chi2.ppf(0.05, n - 1)), float(stats.chi2.ppf(0.95, n - 1))


def _median(size: Array) -> Sourced:
    from scipy import stats

    n = len(size)
    low = int(stats.binom.ppf(0.05, n, 0.5))
    value, high = float(np.median(size)), min(n - 1, n - low)
    return computed(value, "m", float(size[max(low - 1, 0)]), float(size[high]))


def _distribution(size: Array, sd: float) -> Figure:
    """Akaike weight of the better of normal and log-normal (both have two parameters)."""
    text = "Of normal and log-normal, the one with the larger likelihood, where its Akaike weight "
    text += "exceeds 0.9; the value is that weight."
    if sd == 0.0:
        return Figure("distribution", Sourced.unknown("1", "all sizes are equal"), text)
    log = np.log(size)
    normal = -len(size) * math.log(float(np.std(size)))
    lognormal = -len(size) * math.log(float(np.std(log))) - float(np.sum(log))
    weight = 1.0 / (1.0 + math.exp(-min(abs(normal - lognormal), 500.0)))
    name = "normal" if normal > lognormal else "log-normal"
    return Figure(
        "distribution", computed(weight, "1"), text, name if weight > 0.9 else "undecided"
    )
