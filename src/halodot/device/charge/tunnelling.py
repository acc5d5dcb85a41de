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
SEA, DEEPEST = 13.0, 8.0  # decay lengths and eV below the Fermi level that still tunnel
_SEA_ORDER = 16
_SEA_NODES, _SEA_WEIGHTS = np.polynomial.legendre.leggauss(_SEA_ORDER)
_SEA_V = (0.5 * (_SEA_NODES + 1.0)) ** 2
_SEA_SHARE = 0.5 * _SEA_WEIGHTS * (_SEA_NODES + 1.0)


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
def _action(u: float, shift: float, hard: float) -> tuple:
    """Exponent of tunnelling through a triangle that the image force rounds, with slopes.

    G = hard u^1.5 v(f), f = (shift/u)^2, v = 1 - f + (f ln f)/6 (Forbes, within 0.3 % of the
    elliptic integrals); u is the depth below the unrounded top, G = 0 at u = shift.
    """
    root = np.sqrt(u)
    if shift <= 1e-15 * u:
        return hard * root * u, 1.5 * hard * root, 0.0
    f = (shift / u) ** 2
    log = np.log(f) / 6.0
    v, dv = 1.0 - f + f * log, log - 5.0 / 6.0
    g = max(hard * root * u * v, 0.0)
    return g, hard * root * (1.5 * v - 2.0 * f * dv), 2.0 * hard * root * dv * shift / u


@kernel
def _emission(
    barrier: float, shift: float, hard: float, vt: float, d_shift: float, ln_hard: float
) -> tuple:
    """ln of emission over and through a barrier against that over it; its slope to the field.

    1 + 1/kT int exp(S) ln(1 + exp(u/kT - S)) T(u) du, u the depth below the lowered top, which
    stands S kT above the Fermi level: first down to there, then into the sea of electrons.
    `d_shift` and `ln_hard` are the slopes of `shift` and of ln `hard` to the field.
    """
    top = max(barrier - shift, 0.0) / vt
    d_top = -d_shift / vt
    # largest exponent, taken out against overflow
    most = max(0.0, top - _action(barrier, shift, hard)[0])
    for i in range(_ORDER):
        s = top * _CUBE[i]
        most = max(most, s - _action(shift + s * vt, shift, hard)[0])
    total, change = 0.0, 0.0
    for i in range(_ORDER):
        c = _CUBE[i]
        s = top * c
        g, g_u, g_shift = _action(shift + s * vt, shift, hard)
        z = np.exp(s - top)
        fermi, bend = 1.0, 0.0
        if z > 1e-12:
            log = np.log1p(z)
            fermi, bend = log / z, z / ((1.0 + z) * log) - 1.0
        part = _SHARE[i] * np.exp(s - g - most) * fermi
        dg = g * ln_hard + (g_u * (1.0 - c) + g_shift) * d_shift
        total += top * part
        change += part * d_top + top * part * ((c + bend * (c - 1.0)) * d_top - dg)
    per = 1.5 * hard * np.sqrt(barrier) / SEA
    span = 1.0 / (per + 1.0 / DEEPEST)
    d_span = -span * span * per * ln_hard / vt
    span /= vt
    for i in range(_SEA_ORDER):
        t = span * _SEA_V[i]
        g, g_u, g_shift = _action(barrier + t * vt, shift, hard)
        fermi = t + np.log1p(np.exp(-t))
        part = _SEA_SHARE[i] * np.exp(top - g - most)
        dt = d_span * _SEA_V[i]
        dg = g * ln_hard + g_u * vt * dt + g_shift * d_shift
        total += span * part * fermi
        change += part * (d_span * fermi + span * (fermi * (d_top - dg) + dt / (1.0 + np.exp(-t))))
    whole = np.exp(-most) + total
    return most + np.log(whole), change / whole


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
    boost = exp(D/kT) (1 + 1/kT int T(u) exp(u/kT) du), D the lowering by the image force, u the
    depth below the lowered top, T = exp(-4 sqrt(2 m) u^1.5 v/(3 q hbar F)) of the triangle, which
    the image force rounds (v < 1). Below the Fermi level of the metal the supply of electrons
    takes the place of Boltzmann's factor. 32 points of Gauss and Legendre in (u/u_max)^(1/3) and
    16 below the Fermi level; doi:10.1103/PhysRev.102.1464 (Murphy and Good).

    >>> print([round(contact_boost(f, 1e-5, 0.8, 0.2, 0.02585)[0], 2) for f in (-1e8, 1e8, 1e9)])
    [0.0, 12.38, 33.39]
    """
    if field <= 0.0 or barrier <= 0.0:
        return 0.0, 0.0
    shift, rise = image_lowering(field, lowering, barrier)
    if mass <= 0.0 or field < 1.0:
        return shift / vt, rise / vt
    root, slope = _onset(field)
    hard = 4.0 / 3.0 * np.sqrt(mass / KINETIC) / (root * root)
    value, change = _emission(barrier, shift, hard, vt, rise, -2.0 * slope / root)
    return shift / vt + value, rise / vt + change
