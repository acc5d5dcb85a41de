"""Occupation of bands: excess chemical potential of any density of states, from a table.

With x = n/Nc and the reduced Fermi level eta = (E_F - E_c)/kT, x = F(eta), the excess chemical
potential gamma = eta - ln x is what a real band adds to Boltzmann's law. Densities of states:

    boltzmann      x = exp(eta)
    blakemore      x = 1 / (exp(-eta) + 0.27)
    fermi_dirac    x = 2/sqrt(pi) int_0^inf sqrt(e) / (1 + exp(e - eta)) de
    gaussian       x = int N(e; 0, w) / (1 + exp(e - eta)) de,   w = sigma/kT

The table stands on a uniform grid of t = ln x - ln(1 - x/x_max), which takes the divergence of a
band that fills up out of it: gamma = -ln(1 - x/x_max) + g(t) with a bounded, smooth g.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.errors import InputError
from ...numerics.compiled import kernel

Array = NDArray[np.float64]
Kind = Literal["boltzmann", "blakemore", "fermi_dirac", "gaussian"]

BLAKEMORE = 0.27
NODES = 4096  # of every table
HEAD = 9  # numbers before the nodes: see `excess_table`
TABLE_SIZE = HEAD + 2 * NODES
FULLEST = 1.0 - 1e-5  # share of the sites at which the tables end
WIDEST = 12.0  # largest sigma/kT of a gaussian
_DEGENERATE = 8.0  # ln x at which the Fermi-Dirac table ends (eta = 249)


def filling_limit(kind: Kind) -> float:
    """Return the largest x = n/Nc that the density of states holds.

    >>> filling_limit("gaussian")
    1.0
    """
    _check(kind, 0.0)
    return {"blakemore": 1.0 / BLAKEMORE, "gaussian": 1.0}.get(kind, np.inf)


def density(eta: ArrayLike, kind: Kind, width: float = 0.0) -> Array:
    """Return x = n/Nc at the reduced Fermi level `eta` by quadrature, not from the table.

    Parameters
    ----------
    eta
        (E_F - E_c)/kT; of a gaussian, E_c is its centre.
    width
        sigma/kT of a gaussian.

    Notes
    -----
    Trapezoidal rules, which converge geometrically for these integrands; relative error under
    1e-12 for eta from -60 to 400.

    >>> print(density(0.0, "fermi_dirac").round(6), density(0.0, "gaussian", 4.0).round(6))
    0.765147 0.5
    """
    _check(kind, width)
    level = np.asarray(eta, dtype=np.float64)
    if kind == "boltzmann":
        return np.exp(level)
    if kind == "blakemore":
        return np.asarray(1.0 / (np.exp(-level) + BLAKEMORE))
    return _fermi_dirac(level) if kind == "fermi_dirac" else _gaussian(level, width)


def _check(kind: str, width: float) -> None:
    if kind not in get_args(Kind):
        raise InputError("statistics", kind, f"one of {', '.join(get_args(Kind))}", "choose one")
    if not 0.0 <= width <= WIDEST:
        raise InputError(
            "width", width, f"0 to {WIDEST:g} kT", "describe so wide a band by trap levels"
        )


def _fermi_dirac(eta: Array) -> Array:
    """Trapezoidal rule in u = sqrt(e): the integrand u^2/(1 + exp(u^2 - eta)) is even."""
    from scipy.special import expit

    top = np.sqrt(max(float(np.max(eta)), 0.0) + 45.0)
    u = np.arange(1, int(top / 0.02) + 1) * 0.02
    flat = np.atleast_1d(eta)
    x = 4.0 / np.sqrt(np.pi) * 0.02 * (expit(flat[:, None] - u * u) @ (u * u))
    return np.asarray(x.reshape(eta.shape))


def _gaussian(eta: Array, width: float) -> Array:
    """Trapezoidal rule over the gaussian, from beyond the peak of its Boltzmann tail."""
    from scipy.special import expit

    if width == 0.0:
        return np.asarray(expit(eta))
    step = min(0.5, 0.55 * width)
    e = np.arange(-int((width * width + 8.5 * width) / step), int(8.5 * width / step) + 1) * step
    weight = np.exp(-0.5 * (e / width) ** 2) * step / (width * np.sqrt(2.0 * np.pi))
    x = expit(np.atleast_1d(eta)[:, None] - e) @ weight
    return np.asarray(x.reshape(eta.shape))


def _samples(kind: Kind, width: float) -> tuple[Array, Array]:
    """Exact (t, g) pairs that the table is interpolated from, denser than the curves bend."""
    if kind == "fermi_dirac":
        eta = np.concatenate([np.arange(-24.0, 8.0, 0.1), np.geomspace(8.0, 256.0, 400)])
        t = np.log(density(eta, kind))
        return t, eta - t
    low = -max(width * width + 7.0 * width + 6.0, 0.5 * width * width + 25.0)
    eta = np.linspace(low, 12.0 + 6.0 * width, 900)
    t = np.log(density(eta, kind, width)) - np.log(density(-eta, kind, width))
    return t, eta - t


@lru_cache(maxsize=128)
def excess_table(kind: Kind, width: float = 0.0) -> Array:
    """Return the table that `excess` reads, [TABLE_SIZE], equally long for all kinds; read-only.

    Parameters
    ----------
    kind
        Density of states.
    width
        sigma/kT of a gaussian.

    Notes
    -----
    Layout: 0 whether the table is empty (Boltzmann), 1 first t, 2 nodes per unit of t, 3 g far
    below, 4 1/x_max, 5 last ln x, 6 and 7 gamma and its slope there, 8 g(first t) - g far below;
    then g and its slope times the spacing, in turn. Between nodes cubic Hermite.

    >>> excess_table("boltzmann").shape == excess_table("gaussian", 3.0).shape
    True
    """
    _check(kind, width)
    table = np.zeros(TABLE_SIZE)
    if kind == "boltzmann":
        table.flags.writeable = False
        return table
    top = np.log(FULLEST * filling_limit(kind))
    last = top - np.log1p(-FULLEST) if np.isfinite(top) else _DEGENERATE
    first = -22.0
    if kind == "gaussian":
        table[3] = -0.5 * width * width
        first = -max(0.5 * width * width + 6.5 * width + 3.0, 24.0)
    h = (last - first) / (NODES - 2)
    table[0], table[1], table[2] = 1.0, first, 1.0 / h
    table[4] = 1.0 / filling_limit(kind)
    table[5] = min(top, _DEGENERATE)
    if kind == "fermi_dirac" or width > 0.0:
        from scipy.interpolate import make_interp_spline

        t, g = _samples(kind, width)
        curve = make_interp_spline(t, g, k=7)
        nodes = first + h * np.arange(NODES)
        table[HEAD::2] = curve(nodes)
        table[HEAD + 1 :: 2] = curve(nodes, nu=1) * h
        table[8] = table[HEAD] - table[3]
    table[6], table[7] = excess(table, table[5])
    table.flags.writeable = False
    return table


@kernel
def excess(table: Array, ln_x: float) -> tuple:
    """Excess chemical potential gamma [kT] at ln_x = ln(n/Nc) and d gamma/d ln_x.

    Below the table gamma tends to its limit as exp(t), beyond its end it goes on as a straight
    line in ln x (a band cannot be overfilled by more than (eta - eta_end) 1e-5).

    >>> gamma, slope = excess(excess_table("blakemore"), 0.0)
    >>> print(round(gamma, 6), round(slope, 6))
    0.314711 0.369863
    """
    if table[0] == 0.0:
        return 0.0, 0.0
    past = ln_x - table[5]
    if past > 0.0:
        return table[6] + table[7] * past, table[7]
    filled = np.exp(ln_x) * table[4]
    site = -np.log1p(-filled)
    dt = 1.0 / (1.0 - filled)
    place = (ln_x + site - table[1]) * table[2]
    if not place > 0.0:
        tail = table[8] * np.exp(place / table[2])
        return site + table[3] + tail, dt - 1.0 + tail * dt
    i = min(int(place), NODES - 2)
    s = place - i
    k = HEAD + 2 * i
    g0, d0, g1, d1 = table[k], table[k + 1], table[k + 2], table[k + 3]
    bend = d0 + d1 - 2.0 * (g1 - g0)
    turn = 3.0 * (g1 - g0) - 2.0 * d0 - d1
    g = g0 + s * (d0 + s * (turn + s * bend))
    dg = (d0 + s * (2.0 * turn + 3.0 * s * bend)) * table[2]
    return site + g, dt - 1.0 + dg * dt
