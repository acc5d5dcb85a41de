"""Tunnelling through an insulating layer and out of a contact (WKB, parabolic band).

Both routines multiply the two directions of a thermionic current alike; what flows is still the
difference of two densities, and equilibrium stays equilibrium.
"""

from __future__ import annotations

import numpy as np

from ...core.constants import KINETIC
from ...numerics.compiled import kernel

ROUND = 0.01  # eV over which the higher of two band edges is rounded
SOFT = 1e-3  # eV: kappa ~ u/sqrt(u + SOFT) is linear where the barrier vanishes
FIELD = 1e5  # V/m over which the effect of the field on a contact sets in
_ORDER = 32
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(_ORDER)
_V = 0.5 * (_NODES + 1.0)
_CUBE = _V**3  # nodes of the depth: u = u_max v^3, fine where a low field only lets the top through
_SHARE = 0.5 * _WEIGHTS * 3.0 * _V**2


@kernel
def _mean_root(u0: float, u1: float) -> tuple:
    """Mean of sqrt(u) (0 where u < 0) along a straight line from u0 to u1; both derivatives."""
    soft = np.sqrt(SOFT)
    if u0 <= 0.0 and u1 <= 0.0:
        return 0.0, 0.0, 0.0
    if u0 >= 0.0 and u1 >= 0.0:
        a, b = np.sqrt(u0 + SOFT), np.sqrt(u1 + SOFT)
        mean = max((2.0 / 3.0 * (a * a + a * b + b * b) - 2.0 * SOFT) / (a + b), 0.0)
        d0 = (2.0 / 3.0 * (2.0 * a + b) - mean) / (2.0 * a * (a + b))
        d1 = (2.0 / 3.0 * (2.0 * b + a) - mean) / (2.0 * b * (a + b))
        return mean, d0, d1
    high, span = max(u0, u1), abs(u0 - u1)
    a = np.sqrt(high + SOFT)
    step = high / (a + soft)  # a - soft
    mean = 2.0 / 3.0 * step * step * (a + 2.0 * soft) / span
    rise, fall = (high / a - mean) / span, mean / span
    if u0 > u1:
        return mean, rise, fall
    return mean, fall, rise


@kernel
def tunnel_edge(
    barrier_left: float, barrier_right: float, drop: float, thickness: float, mass: float
) -> tuple:
    """WKB transparency of a trapezoidal barrier: ln T <= 0 and d ln T/d drop [1/eV].

    Parameters
    ----------
    barrier_left, barrier_right
        Band edge of the insulator above that of the left and the right neighbour [eV].
    drop
        How much the electrostatic energy of the carrier falls from left to right [eV].
    thickness
        [m]
    mass
        In the insulator [electron masses].

    Notes
    -----
    ln T = -2 int sqrt(2 m u)/hbar dx with u the height of the barrier above the higher of the two
    band edges beside it (the lowest energy with states on both sides), 0 where it is negative:
    direct tunnelling through a trapezium and Fowler-Nordheim tunnelling through a triangle.
    tunnel_edge(a, b, d) = tunnel_edge(b, a, -d). The higher edge is rounded over 10 meV.

    >>> ln_t, slope = tunnel_edge(3.0, 3.0, 0.0, 3e-9, 0.5)
    >>> print(round(ln_t, 1), round(abs(slope), 3))
    -37.6 0.0
    """
    other = barrier_left - barrier_right - drop  # the right band edge above the left one
    root = np.hypot(other, ROUND)
    share = 0.5 * (1.0 + other / root)
    energy = 0.5 * (other + root)
    mean, d0, d1 = _mean_root(barrier_left - energy, barrier_left - drop - energy)
    scale = -2.0 * thickness * np.sqrt(mass / KINETIC)
    return scale * mean, scale * (d0 * share + d1 * (share - 1.0))


@kernel
def _onset(field: float) -> tuple:
    """Root of a field [V/m] that pulls carriers in, with its slope: 0 below 0, C1 at 0."""
    if field <= 0.0:
        return 0.0, 0.0
    r = field / FIELD
    if r > 1e10:
        return np.sqrt(field), 0.5 / np.sqrt(field)
    w = 1.0 + r * r
    quarter = np.sqrt(np.sqrt(w))
    root = np.sqrt(FIELD) * r * r / (quarter * quarter * quarter)
    return root, root * (2.0 - 1.5 * r * r / w) / field


@kernel
def image_lowering(field: float, lowering: float, barrier: float) -> tuple:
    """Lowering of a barrier by the image force [eV], at most the barrier; slope to the field.

    Parameters
    ----------
    field
        [V/m], positive where it pulls the carrier into the film.
    lowering
        sqrt(q/(4 pi eps)) [V per (V/m)^0.5].
    barrier
        [eV]

    >>> print(round(image_lowering(1e8, 1.55e-5, 1.0)[0], 4))
    0.155
    """
    if lowering <= 0.0 or barrier <= 0.0 or field <= 0.0:
        return 0.0, 0.0
    root, rise = _onset(field)
    r = lowering * root / barrier
    if r > 1e20:
        return barrier, 0.0
    w = 1.0 + r**8
    shift = barrier * r * w**-0.125
    return shift, lowering * rise * w**-1.125


@kernel
def contact_boost(field: float, lowering: float, barrier: float, mass: float, vt: float) -> tuple:
    """By how much image force and tunnelling raise emission: ln(boost) >= 0, its slope [m/V].

    Parameters
    ----------
    field
        At the contact [V/m], positive where it pulls the carrier into the film; 0 or less: none.
    lowering
        sqrt(q/(4 pi eps)) [V per (V/m)^0.5]; 0: no image force.
    barrier
        From the Fermi level of the metal to the band edge [eV]; 0 or less: nothing to lower.
    mass
        Of tunnelling [electron masses]; 0: none.
    vt
        kT/q [V].

    Notes
    -----
    boost = exp(D/kT) (1 + 1/kT int_0^(barrier - D) exp(u/kT) T(u) du), D the lowering by the
    image force, T(u) = exp(-4 sqrt(2 m) u^1.5/(3 q hbar F)) the triangle below the top; 32 points
    of Gauss and Legendre in (u/u_max)^(1/3). Never above exp(barrier/kT).

    >>> print([round(contact_boost(f, 1e-5, 0.8, 0.2, 0.02585)[0], 2) for f in (-1e8, 1e8, 1e9)])
    [0.0, 15.19, 30.0]
    """
    if field <= 0.0 or barrier <= 0.0:
        return 0.0, 0.0
    shift, rise = image_lowering(field, lowering, barrier)
    if mass <= 0.0 or field < 1.0:
        return shift / vt, rise / vt
    root, slope = _onset(field)
    depth = max(barrier - shift, 0.0) / vt
    steep = 4.0 / 3.0 * np.sqrt(mass / KINETIC) * vt * np.sqrt(vt) / (root * root)
    most = 0.0  # largest exponent, taken out against overflow
    for i in range(_ORDER):
        s = depth * _CUBE[i]
        most = max(most, s - steep * s * np.sqrt(s))
    total, d_depth, d_steep = 0.0, 0.0, 0.0
    for i in range(_ORDER):
        s = depth * _CUBE[i]
        hard = s * np.sqrt(s)
        part = _SHARE[i] * np.exp(s - steep * hard - most)
        total += part
        d_depth += part * (1.0 + s - 1.5 * steep * hard)
        d_steep -= part * hard
    whole = np.exp(-most) + depth * total
    change = (-d_depth * rise / vt - depth * d_steep * steep * 2.0 * slope / root) / whole
    return shift / vt + most + np.log(whole), rise / vt + change
