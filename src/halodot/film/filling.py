"""Carriers in Gaussian levels: how many a Fermi level holds, and how well that many move.

Each dot offers its levels at energies spread by sigma. With s = sigma / kT, energies in kT from
the middle of the levels and a Fermi level eta,

    p(eta) = N  integral dz exp(-z^2/2) / sqrt(2 pi) / (1 + exp(s z - eta)).

Current runs on levels near one transport level e_t = (C - 1/2) s^2, from which carriers find a
neighbour without climbing:

    p mu = N mu_0 f (1 - f),      f = 1 / (1 + exp(e_t - eta)).

Few carriers: mu = mu_0 exp(-C s^2), the disorder factor of `hopping`. No disorder:
mu = mu_0 (1 - p/N), a lattice gas that blocks itself. Between them, a filled tail frees the rest.

Range: s < 6, p < N/2. Within a factor of 3 of the fit to a master equation by W. F. Pasveer et
al., Phys. Rev. Lett. 94, 206601 (2005), doi 10.1103/PhysRevLett.94.206601, for s from 3 to 5 and
p/N up to 0.05. The energy that a second carrier on a dot costs is left out.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
_REACH, _POINTS = 11.0, 89  # steps of 0.25: the sum is exact to 1e-8 up to s = 5
_LIMIT = 700.0  # of exponents


@lru_cache(maxsize=1)
def _levels() -> tuple[Array, Array]:
    z = np.linspace(-_REACH, _REACH, _POINTS)
    weight = np.exp(-0.5 * z**2)
    return z, weight / weight.sum()


def fermi(x: ArrayLike) -> Array:
    """Return 1 / (1 + exp(x)) without overflow [1].

    Examples
    --------
    >>> float(fermi(0.0)), float(fermi(1e4))
    (0.5, 0.0)
    """
    x = np.asarray(x, dtype=float)
    return np.where(x > _LIMIT, 0.0, 1.0 / (1.0 + np.exp(np.minimum(x, _LIMIT))))


def occupation(eta: ArrayLike, s: ArrayLike) -> Array:
    """Return the filled share of Gaussian levels of width `s` [1]; both in kT, same shape.

    Examples
    --------
    >>> round(float(occupation(0.0, 2.0)), 9)
    0.5
    >>> round(float(occupation(-30.0, 2.0) / np.exp(-30.0 + 2.0)), 6)
    1.0
    """
    z, weight = _levels()
    eta, s = np.asarray(eta, dtype=float), np.asarray(s, dtype=float)
    return fermi(s[..., None] * z - eta[..., None]) @ weight


def mobile_share(eta: ArrayLike, s: ArrayLike, exponent: ArrayLike) -> Array:
    """Return f (1 - f) at the transport level: p mu over N mu_0 [1].

    Examples
    --------
    >>> round(float(mobile_share(-20.0, 0.0, 0.44) / occupation(-20.0, 0.0)), 6)
    1.0
    """
    level = (np.asarray(exponent, dtype=float) - 0.5) * np.asarray(s, dtype=float) ** 2
    f = fermi(level - np.asarray(eta, dtype=float))
    return f * (1.0 - f)


def enhancement(share: float, s: float, exponent: float) -> float:
    """Return the mobility at a filling `share` of the levels over that of few carriers [1].

    Examples
    --------
    >>> round(enhancement(1e-9, 2.0, 0.44), 3), enhancement(0.1, 3.0, 0.44) > 2.0
    (1.0, True)
    """
    eta = bisect(lambda e: occupation(e, s) - share, np.array(-120.0), np.array(60.0))
    at = float(mobile_share(eta, s, exponent)) / share
    return at / float(np.exp(-exponent * s**2))


def bisect(miss, low: Array, high: Array, rounds: int = 60) -> Array:  # type: ignore[no-untyped-def]
    """Return where the rising function `miss` of an array changes sign, element by element."""
    for _ in range(rounds):
        middle = 0.5 * (low + high)
        above = miss(middle) > 0.0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return 0.5 * (low + high)
