r"""Spread between devices and between repetitions on one device, kept apart (random effects).

.. math:: y_{ij} = \mu + a_i + e_{ij}, \qquad
          a_i \sim (0, \sigma_d^2), \; e_{ij} \sim (0, \sigma_c^2)

Device means scatter by :math:`\sigma_d^2 + \sigma_c^2/n`: what repetitions do to them is taken off.
Intervals are those of generalised pivots, with both sums of squares drawn from their chi-square,
exact where all devices were repeated equally often. Spread between devices needs three of them.

Reference: S. R. Searle, G. Casella, C. E. McCulloch, Variance Components,
doi:10.1002/9780470316856; S. Weerahandi, J. Am. Stat. Assoc. 88, 899 (1993),
doi:10.1080/01621459.1993.10476355.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.randomness import generator
from ..core.sourced import Sourced

F = NDArray[np.float64]
DRAWS = 20_000
LEAST_DEVICES = 3
EDGES = (0.05, 0.95)


@dataclass(frozen=True)
class OneWay:
    """Mean over devices, standard deviation between devices, and between repetitions on one."""

    mean: Sourced
    between: Sourced
    within: Sourced
    devices: int
    repetitions: int


def one_way(groups: Sequence[F], unit: str) -> OneWay:
    """Split the scatter of repeated values of several devices.

    Parameters
    ----------
    groups
        The values of each device; a device without values is left out.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> found = one_way([10.0 + rng.normal(0, 2) + rng.normal(0, 1, 20) for _ in range(40)], "S")
    >>> found.between.low < 2.0 < found.between.high, found.within.low < 1.0 < found.within.high
    (True, True)
    """
    kept = [np.asarray(g, dtype=np.float64) for g in groups]
    kept = [g[np.isfinite(g)] for g in kept]
    kept = [g for g in kept if len(g)]
    k, total = len(kept), sum(len(g) for g in kept)
    if not k:
        none = Sourced.unknown(unit, "no value")
        return OneWay(none, none, none, 0, 0)
    means = np.array([g.mean() for g in kept])
    inside = float(sum(np.sum((g - g.mean()) ** 2) for g in kept))
    free = total - k
    mean = _mean(means, kept[0], unit)
    within = _within(inside, free, unit)
    return OneWay(mean, _between(means, kept, inside, free, unit), within, k, total)


def _mean(means: F, only: F, unit: str) -> Sourced:
    """Mean of the device means with its interval; of one device, that of its repetitions."""
    from scipy.stats import t

    values, what = (means, "devices") if len(means) > 1 else (only, "repetitions on one device")
    middle, n = float(values.mean()), len(values)
    if n == 1:
        return Sourced(middle, unit, basis="fitted", note="one value: no interval")
    half = float(t.ppf(EDGES[1], n - 1)) * float(values.std(ddof=1)) / math.sqrt(n)
    note = f"mean of {n} {what}"
    return Sourced(middle, unit, middle - half, middle + half, "fitted", (), note)


def _within(inside: float, free: int, unit: str) -> Sourced:
    from scipy.stats import chi2

    if free < 2:
        reason = "no device was run more than once" if free < 1 else "one repetition alone"
        return Sourced.unknown(unit, f"{reason}: no spread between cycles")
    low, high = (math.sqrt(inside / float(chi2.ppf(q, free))) for q in EDGES[::-1])
    value = math.sqrt(inside / free)
    return Sourced(value, unit, low, high, "fitted", (), f"{free} degrees of freedom")


def _between(means: F, kept: Sequence[F], inside: float, free: int, unit: str) -> Sourced:
    from scipy.stats import chi2

    k = len(means)
    if k < LEAST_DEVICES:
        words = "one device" if k == 1 else f"{k} devices"
        return Sourced.unknown(unit, f"{words}: a spread between them needs {LEAST_DEVICES}")
    number = k / float(np.sum([1.0 / len(g) for g in kept]))
    scatter = float(means.var(ddof=1))
    if free < 2:
        high = math.sqrt(scatter * (k - 1) / float(chi2.ppf(EDGES[0], k - 1)))
        note = f"{k} devices, each run once: the spread between cycles is part of it"
        return Sourced(math.sqrt(scatter), unit, 0.0, high, "fitted", (), note)
    noise = inside / free / number
    rng = generator(0, "array.spreads", k, free)
    drawn = scatter * (k - 1) / rng.chisquare(k - 1, DRAWS)
    drawn = drawn - noise * free / rng.chisquare(free, DRAWS)
    low, high = np.quantile(np.sqrt(np.maximum(drawn, 0.0)), EDGES)
    value = math.sqrt(max(scatter - noise, 0.0))
    note = f"{k} devices, {len(kept) and sum(len(g) for g in kept)} values, random effects"
    return Sourced(value, unit, min(float(low), value), max(float(high), value), "fitted", (), note)


def joined(values: F, errors: F, unit: str, what: str) -> tuple[Sourced, Sourced]:
    """Join estimates of several devices with their standard errors: mean, and spread between them.

    One device keeps its own error. Of several the spread is that beyond the errors (DerSimonian
    and Laird), and the interval of the mean is that of Hartung and Knapp, never narrower than the
    errors alone allow.

    Reference: J. Hartung, G. Knapp, Stat. Med. 20, 3875 (2001), doi:10.1002/sim.1009.
    """
    from scipy.stats import norm, t

    n = len(values)
    if n == 1:
        half = float(norm.ppf(EDGES[1])) * float(errors[0])
        value = float(values[0])
        mean = Sourced(value, unit, value - half, value + half, "fitted", (), "one device")
        return mean, Sourced.unknown(unit, "one device")
    variance = np.maximum(errors, 1e-9 * max(float(np.max(np.abs(values))), 1e-300)) ** 2
    weight = 1.0 / variance
    centre = float(np.sum(weight * values) / weight.sum())
    q = float(np.sum(weight * (values - centre) ** 2))
    scale = float(weight.sum() - np.sum(weight**2) / weight.sum())
    between = max((q - (n - 1)) / scale, 0.0) if scale > 0.0 else 0.0
    weight = 1.0 / (variance + between)
    centre = float(np.sum(weight * values) / weight.sum())
    spread = float(np.sum(weight * (values - centre) ** 2)) / (n - 1)
    error = math.sqrt(max(spread, 1.0) / float(weight.sum()))
    half = float(t.ppf(EDGES[1], n - 1)) * math.sqrt(spread / float(weight.sum()))
    half = max(half, float(norm.ppf(EDGES[1])) * min(error, math.sqrt(1.0 / float(weight.sum()))))
    note = f"{what} of {n} devices joined by random effects"
    mean = Sourced(centre, unit, centre - half, centre + half, "fitted", (), note)
    if n < LEAST_DEVICES:
        return mean, Sourced.unknown(unit, f"{n} devices: a spread needs {LEAST_DEVICES}")
    return mean, _spread_of(values, variance, between, unit, note)


def _spread_of(values: F, variance: F, between: float, unit: str, note: str) -> Sourced:
    from scipy.stats import chi2

    n = len(values)
    scatter = float(values.var(ddof=1))
    ends = [scatter * (n - 1) / float(chi2.ppf(q, n - 1)) for q in EDGES[::-1]]
    # errors are taken off the lower end alone: what they are is not that sure either
    low, high = math.sqrt(max(ends[0] - float(variance.mean()), 0.0)), math.sqrt(ends[1])
    value = math.sqrt(between)
    return Sourced(value, unit, min(low, value), max(high, value), "fitted", (), note)
