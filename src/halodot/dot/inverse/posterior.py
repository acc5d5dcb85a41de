r"""Posterior of the size, given a peak and what the forward model expects of it.

.. math:: p(L | E) \propto p(L) \, N_2(E; E(L), \sigma_-(L), \sigma_+(L)), \qquad p(\ln L) = const

between the smallest and the largest size. N_2 is a normal law with its own width on either side,
each widened by the error of the measured peak. A peak below the bulk limit is read as one at the
limit, since no size gives it: the bound that follows is that of the limit. For platelets the same
over whole monolayers, with the same log-uniform prior, 1/N. Reference: A. Gelman et al., Bayesian
Data Analysis, doi:10.1201/b16018.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .forward import Forward

FloatArray = NDArray[np.float64]

FINE = 600  # sizes of the posterior
OPEN = 0.26  # likelihood at an end over the largest: exp(-1.645^2 / 2), one-sided 95 %


def log_likelihood(table: Forward, size: ArrayLike, peak: float, error: float = 0.0) -> FloatArray:
    """Logarithm of the density of `peak` at `size`, up to a constant.

    >>> from halodot.dot.inverse.forward import Forward
    >>> from halodot.core.sourced import Sourced
    >>> x, e = np.array([1e-9, 1e-8]), Sourced(0.05, "eV")
    >>> flat = Forward(x, x * 0 + 2.0, x * 0 + 1.9, x * 0 + 2.1, e, e, e, x * 0)
    >>> bool(log_likelihood(flat, 2e-9, 2.0) > log_likelihood(flat, 2e-9, 2.1))
    True
    """
    centre, below, above = table.spread_of(size)
    peak = max(peak, float(table.bulk_limit))
    # the narrowest width that is told apart keeps the density finite where the model is exact
    below, above = (np.maximum(np.hypot(s, error), 1e-6) for s in (below, above))
    side = np.where(peak < centre, below, above)
    return np.asarray(-0.5 * ((peak - centre) / side) ** 2 - np.log(below + above))


def over_sizes(table: Forward, peak: float, error: float = 0.0) -> tuple[FloatArray, FloatArray]:
    """Return sizes [m] and the posterior density of ln(size), of integral 1."""
    sizes = np.geomspace(table.sizes[0], table.sizes[-1], FINE)
    log = log_likelihood(table, sizes, peak, error)
    density = np.exp(log - log.max())
    return sizes, density / np.trapezoid(density, np.log(sizes))


def over_counts(table: Forward, peak: float, error: float = 0.0) -> FloatArray:
    """Return the probability of each thickness of `table`, prior 1 / thickness."""
    log = log_likelihood(table, table.sizes, peak, error) - np.log(table.sizes)
    share = np.exp(log - log.max())
    return np.asarray(share / share.sum())


def quantile(sizes: FloatArray, density: FloatArray, share: ArrayLike) -> FloatArray:
    """Return the sizes below which `share` of the posterior lies [m].

    >>> s = np.geomspace(1.0, 100.0, 400)
    >>> [round(float(q), 2) for q in quantile(s, np.full(400, 1.0), [0.0, 0.5, 1.0])]
    [1.0, 10.0, 100.0]
    """
    log = np.log(sizes)
    steps = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(log))])
    wanted = np.asarray(share) * steps[-1]
    return np.asarray(np.exp(np.interp(wanted, steps, log)))


def open_ends(density: FloatArray) -> tuple[bool, bool]:
    """Whether the likelihood has not fallen at the smallest, and at the largest size."""
    top = density.max()
    return bool(density[0] > OPEN * top), bool(density[-1] > OPEN * top)


def modes(density: FloatArray) -> int:
    """Return how many separate maxima stand above a tenth of the largest.

    >>> modes(np.array([0, 1, 0, 0.5, 0])), modes(np.array([0, 1, 0.9, 0]))
    (2, 1)
    """
    high = np.flatnonzero(density > 0.1 * density.max())
    return 1 + int(np.sum(np.diff(high) > 1))
