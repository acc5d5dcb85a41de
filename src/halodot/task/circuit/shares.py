"""Thresholds, shares and their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...core.sourced import Sourced, computed

F = NDArray[np.float64]
B = NDArray[np.bool_]
CANDIDATES = 240  # thresholds that are tried
LEVEL = 1e-4  # of the best share right: what counts as a plateau


def counted(wrong: int, total: int, note: str = "") -> Sourced:
    """Return a share with its exact 90 % interval (C. J. Clopper, E. S. Pearson).

    doi:10.1093/biomet/26.4.404, as in `figures.logic`; it covers in nine of ten or more. With
    none in n the upper end is 1 - 0.05^(1/n), about 3/n.

    Examples
    --------
    >>> round(float(counted(0, 100).high), 4)
    0.0295
    >>> q = counted(50, 100)
    >>> round(q.low + q.high, 12)
    1.0
    """
    if total <= 0:
        return Sourced.unknown("1", "nothing was counted")
    from scipy.stats import beta

    low = float(beta.ppf(0.05, wrong, total - wrong + 1)) if wrong else 0.0
    high = float(beta.ppf(0.95, wrong + 1, total - wrong)) if wrong < total else 1.0
    return computed(wrong / total, "1", low, high, note=note or f"{wrong} of {total}")


def clustered(
    wrong: Sequence[int], totals: Sequence[int], note: str = "wrong", of: str = "draws"
) -> Sourced:
    """Return a share counted in clusters (cells, draws), with a 90 % interval over other clusters.

    Counts within a cluster are not independent: the interval is that of `counted` for the number of
    independent ones with the same variance between clusters and Student's t for their number
    (E. L. Korn, B. I. Graubard, Survey Methodology 24, 193, 1998). From k clusters none of which
    shows it, a cluster that is wrong throughout is not excluded: the upper end is never below
    1 - 0.05^(1/k), nor the lower end above 0.05^(1/k).

    Parameters
    ----------
    wrong, totals
        Counts of each cluster.
    of
        What the clusters are, for the note.

    Examples
    --------
    >>> q = clustered([0, 0, 0, 0, 0, 0], [12] * 6)
    >>> q.value, q.low, round(q.high, 3)
    (0.0, 0.0, 0.393)
    """
    bad, all_ = np.asarray(wrong, dtype=float), np.asarray(totals, dtype=float)
    total, k = float(all_.sum()), len(all_)
    if total <= 0.0:
        return Sourced.unknown("1", "nothing was counted")
    from scipy.stats import beta, t

    p, alike = float(bad.sum()) / total, float(k)
    if k > 1:
        between = float(np.sum((bad - p * all_) ** 2)) * k / (k - 1) / total**2
        student = (float(t.ppf(0.95, total - 1)) / float(t.ppf(0.95, k - 1))) ** 2
        if between > 0.0:
            alike = p * (1.0 - p) / between * student
        elif 0.0 < p < 1.0:
            alike = total * student
    alike = min(alike, total)
    x, rest = p * alike, (1.0 - p) * alike
    least = 0.05 ** (1.0 / k)
    low = min(float(beta.ppf(0.05, x, rest + 1.0)), least) if x > 0.0 else 0.0
    high = max(float(beta.ppf(0.95, x + 1.0, rest)), 1.0 - least) if rest > 0.0 else 1.0
    said = f"{int(bad.sum())} of {int(total)} {note}; interval over {k} {of}"
    return computed(p, "1", min(low, p), max(high, p), note=said)


def over_cells(
    nominal: Sequence[float], drawn: Sequence[Sequence[float]], unit: str, note: str,
    middle: str = "mean",
) -> Sourced:  # fmt: skip
    """Return the mean (or median) of the nominal device's cells, and the range of the next one.

    The range leaves 5 % on either side, at plotting position p (n + 1), of the cells of all draws
    where there are draws, else of those of the nominal device; what is no number does not count.
    Cells of one draw are alike: below 19 draws (cells, where there are no draws) the note says that
    the range holds less.

    Parameters
    ----------
    nominal, drawn
        Values of the cells of the nominal device, and of those of each draw.

    Examples
    --------
    >>> over_cells([1.0, 2.0, 3.0], [], "V", "cells").value
    2.0
    >>> q = over_cells([1.0], [[0.5, 0.6], [0.7, 0.8]], "1", "cells")
    >>> q.low, q.value, q.high
    (0.5, 1.0, 1.0)
    """
    own = np.asarray(nominal, dtype=float)
    own = own[np.isfinite(own)]
    if not len(own):
        return Sourced.unknown(unit, "no cell gave a value")
    every = np.concatenate([np.asarray(d, dtype=float) for d in drawn]) if drawn else own
    every = every[np.isfinite(every)]
    every = own if not len(every) else every
    low, high = (float(v) for v in np.quantile(every, [0.05, 0.95], method="weibull"))
    value = float(own.mean() if middle == "mean" else np.median(own))
    groups = sum(bool(np.isfinite(d).any()) for d in drawn) if drawn else len(own)
    held = "" if groups >= 19 else ", which holds less than 90 % of the next"
    whose = f"{len(every)} {note} of {len(drawn)} draws" if drawn else f"{len(own)} {note}"
    said = f"{middle} of {len(own)} {note}, range of {whose}{held}"
    return computed(value, unit, min(low, value), max(high, value), note=said)


def balanced(said: B, truth: B) -> float:
    """Return the mean of the share of ones that are right and that of zeros.

    An output that never changes has 1/2, however rare ones are. Where the truth has one kind
    alone it is the share of that.

    Examples
    --------
    >>> balanced(np.array([True, True, True, True]), np.array([True, False, False, False]))
    0.5
    """
    parts = [float(np.mean(said[truth == t] == t)) for t in (True, False) if (truth == t).any()]
    return float(np.mean(parts))


def expected(values: F, truth: B, thresholds: F, noise: float) -> F:
    """Return the balanced share right that is to be expected at each threshold, with noise.

    Parameters
    ----------
    values, truth
        Inputs of the comparator and what should come out; shape [reads].
    noise
        Standard deviation of what the comparator adds [unit of values].
    """
    away = values[None, :] - thresholds[:, None]
    if noise > 0.0:
        from scipy.special import ndtr

        high = ndtr(away / noise)
    else:
        high = (away > 0.0).astype(float)
    parts = []
    if truth.any():
        parts.append(high[:, truth].mean(axis=1))
    if not truth.all():
        parts.append(1.0 - high[:, ~truth].mean(axis=1))
    return np.mean(parts, axis=0)


def thresholds_for(values: F, noise: float) -> F:
    """Return thresholds to try, evenly in log from the noise (or least value) to the largest."""
    top = float(np.max(np.abs(values)))
    positive = np.abs(values[values != 0.0])
    least = max(float(positive.min()) if len(positive) else 1e-30, 1e-3 * noise, 1e-15 * top, 1e-30)
    top = max(top, 4.0 * noise, 1.001 * least)
    return np.geomspace(0.5 * least, 2.0 * top, CANDIDATES)


def best_threshold(values: F, truth: B, noise: float) -> tuple[float, float]:
    """Return the middle (in log) of the widest plateau of best thresholds, and the share there.

    Examples
    --------
    >>> x, one = np.array([1.0, 1.1, 100.0, 110.0]), np.array([False, False, True, True])
    >>> threshold, share = best_threshold(x, one, 0.0)
    >>> bool(5.0 < threshold < 20.0), share
    (True, 1.0)
    """
    tried = thresholds_for(values, noise)
    share = expected(values, truth, tried, noise)
    best = float(share.max())
    start, stop = widest(share >= best - LEVEL)
    return math.sqrt(float(tried[start]) * float(tried[stop])), best


def widest(good: B) -> tuple[int, int]:
    """Return first and last index of the longest run of True; there must be one.

    >>> widest(np.array([True, False, True, True]))
    (2, 3)
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
    starts, stops = edges[::2], edges[1::2]
    k = int(np.argmax(stops - starts))
    return int(starts[k]), int(stops[k]) - 1


def margin(low: float, high: float) -> float:
    """Return (high - low) over the mean of the two: of the smallest 1 and the largest 0.

    The definition of `figures.logic`.

    >>> margin(1.0, 3.0)
    1.0
    """
    mean = 0.5 * (high + low)
    return (high - low) / mean if mean > 0.0 else 0.0
