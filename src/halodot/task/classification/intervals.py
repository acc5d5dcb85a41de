r"""Intervals of an accuracy that hold for cells and for images that were not seen.

Repetitions differ in everything that is by chance (split, training, cells, noise), so the next one
is to them as they are to one another. What they share is the pool of N images itself, a sample of
all that could be written: its part, the variance :math:`a(1-a)/N`, is added. (Test sets of n out of
the pool vary by :math:`a(1-a)(1/n - 1/N)` among themselves: with the part of the pool that is
:math:`a(1-a)/n`, the variance for n new images.)
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...core.constants import Z90
from ...core.sourced import Sourced, computed

F = NDArray[np.float64]
ENOUGH = 19  # repetitions whose range holds 90 % of the next, whatever their distribution


def next_one(values: F) -> tuple[float, float]:
    """Return the ends between which the next of such values lies in 90 % of cases.

    The plotting positions p (n + 1) of the sorted values, which suppose nothing of their
    distribution; below 19 values Student's range of a next normal value, as no range of so few
    holds 90 %.

    >>> next_one(np.arange(19.0))
    (0.0, 18.0)
    """
    n = len(values)
    if n >= ENOUGH:
        low, high = np.quantile(values, [0.05, 0.95], method="weibull")
        return float(low), float(high)
    from scipy.stats import t

    half = float(t.ppf(0.95, n - 1)) * float(values.std(ddof=1)) * math.sqrt(1.0 + 1.0 / n)
    return float(values.mean()) - half, float(values.mean()) + half


def mean(values: F, unit: str = "1", note: str = "") -> Sourced:
    """Return the mean of repetitions and the 90 % interval of what many more would average to.

    >>> q = mean(np.array([0.1, 0.2, 0.3]))
    >>> round(q.value, 6), round(q.low, 4), round(q.high, 4)
    (0.2, 0.0314, 0.3686)
    """
    from scipy.stats import t

    n, middle = len(values), float(values.mean())
    half = float(t.ppf(0.95, n - 1)) * float(values.std(ddof=1)) / math.sqrt(n)
    return computed(middle, unit, middle - half, middle + half, note=note)


def end(q: Sourced, which: str) -> float:
    """Return the `low` or `high` end of a known quantity, itself where it is exact."""
    found = getattr(q, which)
    return float(q) if found is None else float(found)


def accuracy(values: F, pool: int, note: str = "") -> Sourced:
    """Return mean and 90 % interval of the accuracy on unseen cells and images.

    Parameters
    ----------
    values
        Accuracies of the repetitions [1].
    pool
        Images that training and test sets were cut from.
    """
    middle = float(values.mean())
    low, high = next_one(values)
    shared = Z90 * math.sqrt(middle * (1.0 - middle) / pool)
    down, up = (math.hypot(max(d, 0.0), shared) for d in (middle - low, high - middle))
    return computed(middle, "1", max(middle - down, 0.0), min(middle + up, 1.0), note=note)


def paired(values: F, unit: str, note: str = "") -> Sourced:
    """Return mean and 90 % range of the next of differences, or of any other number."""
    middle = float(values.mean())
    low, high = next_one(values)
    return computed(middle, unit, min(low, middle), max(high, middle), note=note)
