"""Mobility of a carrier that drags a cloud of polar phonons: Feynman's large polaron.

Everything polar about the crystal sits in Froehlich's coupling
``alpha = (1/eps_inf - 1/eps_0) sqrt(Ry m / (hbar omega))``. Feynman replaces the phonons by one
mass on a spring, with frequencies v > w (in units of the phonon's omega), and takes the two that
make the free energy ``F = -(A + B + C)`` least (Osaka; Hellwarth and Biaggio), b = hbar omega/kT:

    A = (3/b) [ln(v/w) - ln(2 pi b)/2 - ln(sinh(v b/2) / sinh(w b/2))]
    B = alpha v / sqrt(pi) int_0^(b/2) [exp(-x) + exp(x - b)] / (1 - exp(-b)) / sqrt(D(x)) dx
    D = w^2 x (1 - x/b) + (1 - exp(-v x)) (1 - exp(-v (b - x))) (v^2 - w^2) / (v (1 - exp(-v b)))
    C = (3/4) (v^2 - w^2) / v (coth(v b/2) - 2 / (v b))

and then ``mu = (q / m omega) / R`` with

    R = alpha / (3 sqrt(pi)) b^(5/2) / sinh(b/2) (v/w)^3 K
    K = int_0^inf cos(u) (u^2 + a^2 - c cos(v u))^(-3/2) du
    a^2 = (b/2)^2 + r b coth(v b/2),   c = r b / sinh(v b/2),   r = (v^2 - w^2) / (v w^2)

K is expanded in c/a^2, whose terms are Basset's integrals. Range: one polar mode, parabolic band,
low field, alpha below about 6; it is the mobility of a crystal without defects and acoustic
phonons, hence an upper bound. Reference: Hellwarth and Biaggio, doi:10.1103/PhysRevB.60.299.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.constants import BOLTZMANN, HBAR, RYDBERG

FloatArray = NDArray[np.float64]

ELECTRON_MASS_OVER_CHARGE = 5.685630104e-12  # m0/e [V s2/m2], CODATA 2018

_ORDERS = 6  # of the expansion in c/a^2; the rest is below 1e-5 for b > 0.2
_NODES = 7  # Chebyshev nodes on either axis of the table
_NEWTON = 15


def coupling(
    mass: ArrayLike, optical: ArrayLike, static: ArrayLike, phonon: ArrayLike
) -> FloatArray:
    """Froehlich's coupling constant alpha [1].

    Parameters
    ----------
    mass
        Band mass [electron masses].
    optical, static
        Permittivities without and with the lattice [1].
    phonon
        Longitudinal optical phonon [eV].

    Examples
    --------
    >>> round(float(coupling(0.22, 4.8, 20.5, 0.0192)), 2)
    1.99
    """
    share = 1.0 / np.asarray(optical, float) - 1.0 / np.asarray(static, float)
    root = np.sqrt(RYDBERG * np.asarray(mass, float) / np.asarray(phonon, float))
    # Drawn permittivities may cross; a polar crystal keeps a lattice part.
    return np.asarray(np.maximum(share, 0.01) * root)


def free_energy(v: ArrayLike, w: ArrayLike, alpha: ArrayLike, beta: ArrayLike) -> FloatArray:
    """Variational free energy of the polaron against the free carrier [hbar omega].

    Examples
    --------
    >>> bool(-1.03 < free_energy(3.11, 2.87, 1.0, 60.0) < -0.97)  # Feynman: -1.013 at 0 K
    True
    """
    v, w, alpha, beta = np.broadcast_arrays(*(np.asarray(x, float) for x in (v, w, alpha, beta)))
    a_term = 3.0 / beta * (np.log(v / w) - 0.5 * np.log(2.0 * np.pi * beta))
    a_term = a_term - 3.0 / beta * (_log_sinh(0.5 * v * beta) - _log_sinh(0.5 * w * beta))
    free = -1.5 / beta * np.log(2.0 * np.pi * beta)  # A of the carrier without phonons
    spring = (v * v - w * w) / v
    c_term = 0.75 * spring * (1.0 / np.tanh(0.5 * v * beta) - 2.0 / (v * beta))
    # x = (b/2) s^2 takes the root out of the integrand at x = 0.
    s, weight = _LEGENDRE
    vv, ww, bb, kk = (x[..., None] for x in (v, w, beta, spring))
    x = 0.5 * bb * s * s
    cloud = np.expm1(-vv * x) * np.expm1(-vv * (bb - x)) / -np.expm1(-vv * bb)
    path = ww * ww * x * (1.0 - x / bb) + cloud * kk
    kernel = (np.exp(-x) + np.exp(x - bb)) / -np.expm1(-bb)
    integral = np.sum(weight * kernel * bb * s / np.sqrt(path), axis=-1)
    return np.asarray(-(a_term - free + alpha * v / math.sqrt(math.pi) * integral + c_term))


def variation(alpha: ArrayLike, beta: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the frequencies (v, w) of the least free energy [omega].

    Newton's method on a stencil in ln(w) and ln(v - w), each step kept only where it helps.

    Examples
    --------
    >>> v, w = variation(3.0, 60.0)  # Feynman at 0 K: 3.42 and 2.56
    >>> bool(3.3 < v < 3.6), bool(2.4 < w < 2.7)
    (True, True)
    """
    alpha, beta = np.broadcast_arrays(np.asarray(alpha, float), np.asarray(beta, float))
    # The minimum lies near v = 3 in the cold and v b = 7 in the heat, in a flat valley.
    v = np.hypot(3.0, 7.1 / beta)
    apart = np.minimum(0.1 * alpha * np.minimum(np.sqrt(beta), 1.5), 0.6)
    point = np.stack([np.log(v * (1.0 - apart)), np.log(v * apart)])

    def energy(p: FloatArray) -> FloatArray:
        w = np.exp(p[0])
        return free_energy(w + np.exp(p[1]), w, alpha, beta)

    for _ in range(_NEWTON):
        step = _newton_step(energy, point)
        here = energy(point)
        for share in (1.0, 0.3, 0.05):
            better = energy(point + share * step) < here
            point = np.where(better, point + share * step, point)
            step = np.where(better, 0.0, step)
    w = np.exp(point[0])
    return np.asarray(w + np.exp(point[1])), np.asarray(w)


def mobility(
    mass: ArrayLike, alpha: ArrayLike, phonon: ArrayLike, temperature: float
) -> FloatArray:
    """Drift mobility limited by polar optical phonons [m2/Vs].

    Parameters
    ----------
    mass
        Band mass [electron masses].
    alpha
        As from `coupling` [1].
    phonon
        [eV]
    temperature
        Of the lattice [K].

    Notes
    -----
    Many values at once go through a Chebyshev table in ln(alpha) and ln(b) over their range.

    Examples
    --------
    >>> alpha = coupling(0.22, 4.8, 20.5, 0.0192)
    >>> bool(20e-4 < mobility(0.22, alpha, 0.0192, 300.0) < 120e-4)
    True
    """
    # Above 300 the phonons are gone by 130 decades; the Bessel functions leave the floats there.
    beta = np.minimum(np.asarray(phonon, float) / (BOLTZMANN * temperature), 300.0)
    alpha, beta = np.broadcast_arrays(np.asarray(alpha, float), beta)
    friction = alpha * np.exp(_log_friction(np.log(alpha), np.log(beta)))
    free = np.asarray(phonon) / HBAR * np.asarray(mass) * ELECTRON_MASS_OVER_CHARGE
    return np.asarray(1.0 / (free * friction))


def friction(v: ArrayLike, w: ArrayLike, alpha: ArrayLike, beta: ArrayLike) -> FloatArray:
    """The number R of ``mu = (q / m omega) / R`` for given frequencies v and w [1].

    Examples
    --------
    >>> cold = friction(3.01, 3.0, 0.01, 30.0) / (4.0 / 3.0 * 0.01 * 30.0 * np.exp(-30.0))
    >>> bool(0.9 < cold < 1.1)
    True
    """
    v, w, alpha, beta = (np.asarray(x, float) for x in (v, w, alpha, beta))
    r = (v * v - w * w) / (v * w * w)
    a = np.sqrt((0.5 * beta) ** 2 + r * beta / np.tanh(0.5 * v * beta))
    c = r * beta * np.exp(-_log_sinh(0.5 * v * beta))
    front = alpha / (3.0 * math.sqrt(math.pi)) * beta**2.5 * np.exp(-_log_sinh(0.5 * beta))
    return np.asarray(front * (v / w) ** 3 * _memory(a, c, v))


def weak_coupling_mobility(mass: float, alpha: float, phonon: float, temperature: float) -> float:
    """Closed form for alpha to 0: ``R = (2 alpha/3 sqrt(pi)) b^(3/2) K1(b/2) / sinh(b/2)`` [m2/Vs].

    It tends to ``mu = 3 q exp(b) / (4 m omega alpha b)`` in the cold.

    Examples
    --------
    >>> round(weak_coupling_mobility(0.2, 1e-3, 0.02, 300.0) * 1e-3, 4)
    0.0197
    """
    from scipy.special import kv

    b = phonon / (BOLTZMANN * temperature)
    r = 2.0 * alpha / (3.0 * math.sqrt(math.pi)) * b**1.5 * float(kv(1, b / 2)) / math.sinh(b / 2)
    return 1.0 / (phonon / HBAR * mass * ELECTRON_MASS_OVER_CHARGE * r)


def _log_sinh(x: FloatArray) -> FloatArray:
    return np.asarray(x + np.log1p(-np.exp(-2.0 * x)) - math.log(2.0))


def _legendre() -> tuple[FloatArray, FloatArray]:
    x, w = np.polynomial.legendre.leggauss(40)
    return 0.5 * (x + 1.0), 0.5 * w


_LEGENDRE = _legendre()


def _newton_step(energy: object, point: FloatArray, h: float = 0.01) -> FloatArray:
    """Newton step of a function of two variables, downhill where the curvature is not positive."""
    assert callable(energy)
    ex, ey = (np.array(e).reshape(2, *([1] * (point.ndim - 1))) for e in ((h, 0.0), (0.0, h)))
    f0 = energy(point)
    xp, xm, yp, ym = (energy(point + d) for d in (ex, -ex, ey, -ey))
    cross = (energy(point + ex + ey) - energy(point + ex - ey)) / (4 * h * h)
    cross = cross - (energy(point - ex + ey) - energy(point - ex - ey)) / (4 * h * h)
    gx, gy = (xp - xm) / (2 * h), (yp - ym) / (2 * h)
    hx, hy = (xp - 2 * f0 + xm) / h**2, (yp - 2 * f0 + ym) / h**2
    det = hx * hy - cross**2
    bowl = (det > 0.0) & (hx > 0.0)
    safe = np.where(bowl, det, 1.0)
    newton = np.stack([(cross * gy - hy * gx) / safe, (cross * gx - hx * gy) / safe])
    slope = -0.3 * np.stack([gx, gy]) / (np.hypot(gx, gy) + 1e-300)
    return np.asarray(np.clip(np.where(bowl, newton, slope), -0.7, 0.7))


def _memory(a: FloatArray, c: FloatArray, v: FloatArray) -> FloatArray:
    """K as a series in c: cos^n expands in cosines, each of which is a Basset integral."""
    from scipy.special import gammaln, kv

    total = np.zeros(np.broadcast_shapes(a.shape, c.shape, v.shape))
    for n in range(_ORDERS + 1):
        order = n + 1.0
        # binomial(-3/2, n) (-c)^n = Gamma(n + 3/2) / (Gamma(3/2) n!) c^n
        weight = np.exp(gammaln(n + 1.5) - gammaln(1.5) - gammaln(n + 1.0)) * c**n / 2.0**n
        for j in range(n + 1):
            k = np.abs(1.0 + (n - 2 * j) * v)
            basset = (k / (2.0 * a)) ** order * kv(order, k * a)
            basset = basset * math.sqrt(math.pi) / np.exp(gammaln(order + 0.5))
            total = total + weight * math.comb(n, j) * basset
    return np.asarray(total)


def _log_friction(log_alpha: FloatArray, log_beta: FloatArray) -> FloatArray:
    """ln(R / alpha), solved where there are few points, from a table where there are many."""
    if log_alpha.size <= _NODES**2:
        return _solved(log_alpha, log_beta)
    x, x_nodes = _scaled(log_alpha)
    y, y_nodes = _scaled(log_beta)
    grid = np.meshgrid(x_nodes, y_nodes, indexing="ij")
    cheb = np.polynomial.chebyshev
    nodes = cheb.chebpts1(_NODES)
    to_modes = np.linalg.inv(cheb.chebvander(nodes, _NODES - 1))
    modes = to_modes @ _solved(*grid) @ to_modes.T
    return np.asarray(cheb.chebval2d(x, y, modes))


def _scaled(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Values on -1 to 1, and the Chebyshev nodes on their range."""
    low, high = float(values.min()), float(values.max())
    half = max(0.5 * (high - low), 1e-6)
    middle = 0.5 * (high + low)
    return (values - middle) / half, middle + half * np.polynomial.chebyshev.chebpts1(_NODES)


def _solved(log_alpha: FloatArray, log_beta: FloatArray) -> FloatArray:
    alpha, beta = np.exp(log_alpha), np.exp(log_beta)
    v, w = variation(alpha, beta)
    return np.asarray(np.log(friction(v, w, alpha, beta) / alpha))
