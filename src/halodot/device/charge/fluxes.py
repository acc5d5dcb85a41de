"""Currents along the edges of the grid, with their derivatives.

Scharfetter-Gummel in the form of the excess chemical potential: with

    psi_n = phi + chi/kT + ln Nc - gamma_n,    psi_p = phi + (chi + Eg)/kT - ln Nv + gamma_p,

the electron and hole currents along an edge of length h are

    J_n = +q mu_n (kT/q)/h [ n_1 B(d psi_n) - n_0 B(-d psi_n) ]
    J_p = -q mu_p (kT/q)/h [ p_1 B(-d psi_p) - p_0 B(d psi_p) ],   B(x) = x/(exp(x) - 1).

They vanish exactly for flat quasi-Fermi levels, whatever the statistics (gamma: see
`statistics.py`). An ion of charge z follows the hole form with psi = z phi - ln(1 - a/a_max) (site
exclusion). Every current is returned over q with its derivatives to phi_0, phi_1, ln x_0, ln x_1.
"""

from __future__ import annotations

import numpy as np

from ...numerics.bernoulli import bernoulli
from ...numerics.compiled import kernel
from .mobility import density_factor, hop_boost, poole_frenkel
from .problem import BOLTZMANN_BAND, ELECTRON, HOLE, ION, PHI, Array, Problem
from .statistics import excess
from .tunnelling import tunnel_edge

FULL = 1e-6  # share of free sites below which crowding grows linearly


@kernel
def flux_pair(x0: float, x1: float, d: float) -> tuple:
    """x_1 B(d) - x_0 B(-d) and its derivatives to x_0, x_1 and d.

    B is evaluated where it is small and the other side follows by B(-x) = B(x) + x, a sum of two
    positive terms: the other way round all digits are lost beyond 36 kT.
    """
    small, slope = bernoulli(abs(d))
    large = small + abs(d)
    if d >= 0.0:
        return x1 * small - x0 * large, -large, small, x1 * slope - x0 * (slope + 1.0)
    return x1 * large - x0 * small, -small, large, x0 * slope - x1 * (slope + 1.0)


@kernel
def crossing_pair(x0: float, x1: float, d: float) -> tuple:
    """The same for a barrier crossed at once: h(x) = 1/(1 + e^x) in the place of B."""
    if d > 0.0:
        e = np.exp(-d)
        down, up = e / (1.0 + e), 1.0 / (1.0 + e)
    else:
        e = np.exp(d)
        down, up = 1.0 / (1.0 + e), e / (1.0 + e)
    return x1 * down - x0 * up, -up, down, -down * up * (x1 + x0)


@kernel
def carrier_edge(
    scale: float,
    exponent: float,
    per_phi: float,
    drop: float,
    band: float,
    x0: float,
    x1: float,
    slope0: float,
    slope1: float,
    sign: float,
) -> tuple:
    """Current of electrons (sign 1) or holes (-1) along an edge inside a layer or across a step.

    Parameters
    ----------
    scale
        mu (kT/q)/h [m/s].
    per_phi
        Field per unit of potential, (kT/q)/h [V/m].
    drop, band
        Change of phi and of the other terms of psi along the edge [kT/q].
    slope0, slope1
        d gamma/d ln x at both nodes.
    """
    f, f0, f1, slope = flux_pair(x0, x1, sign * (drop + band))
    by_phi = slope
    if exponent > 0.0:
        ln_b, rise = poole_frenkel(exponent, drop * per_phi)
        scale *= np.exp(ln_b)
        by_phi += sign * f * rise * per_phi
    y0 = scale * (f0 * x0 + slope * slope0)
    y1 = scale * (f1 * x1 - slope * slope1)
    by_phi *= scale
    return sign * scale * f, -by_phi, by_phi, sign * y0, sign * y1


@kernel
def barrier_edge(
    speed: float,
    left: float,
    right: float,
    length: float,
    mass: float,
    vt: float,
    drop: float,
    band: float,
    x0: float,
    x1: float,
    slope0: float,
    slope1: float,
    sign: float,
) -> tuple:
    """Current of electrons (sign 1) or holes (-1) through a tunnelling layer."""
    f, f0, f1, slope = crossing_pair(x0, x1, sign * (drop + band))
    ln_t, rise = tunnel_edge(left, right, sign * drop * vt, length, mass)
    scale = speed * np.exp(ln_t)
    by_phi = scale * (slope + f * rise * vt)
    y0 = scale * (f0 * x0 + slope * slope0)
    y1 = scale * (f1 * x1 - slope * slope1)
    return sign * scale * f, -by_phi, by_phi, sign * y0, sign * y1


@kernel
def crowding_of(share: float) -> tuple:
    """-ln(1 - share), the excess of an ion that fills `share` of its sites, and its slope to ln a.

    Beyond 1 - `FULL` it goes on as a straight line, so that a layer that fills up meets its limit
    within a few parts in a million and Newton's method never a pole.
    """
    if share < 1.0 - FULL:
        return -np.log1p(-share), share / (1.0 - share)
    return -np.log(FULL) + (share - 1.0 + FULL) / FULL, share / FULL


@kernel
def ion_edge(
    scale: float,
    z: float,
    jump: float,
    per_phi: float,
    drop: float,
    x0: float,
    x1: float,
    top0: float,
    top1: float,
) -> tuple:
    """Current of an ion of charge z along an edge, sites `top0` and `top1` at its nodes."""
    (c0, rise0), (c1, rise1) = crowding_of(x0 / top0), crowding_of(x1 / top1)
    d = -z * drop - c1 + c0
    f, f0, f1, slope = flux_pair(x0, x1, d)
    scale *= z
    by_phi = scale * slope * z
    if jump > 0.0:
        ln_b, rise = hop_boost(jump * drop * per_phi)
        boost = np.exp(ln_b)
        scale *= boost
        by_phi = by_phi * boost - scale * f * rise * jump * per_phi
    y0 = scale * (f0 * x0 + slope * rise0)
    y1 = scale * (f1 * x1 - slope * rise1)
    return -scale * f, -by_phi, by_phi, -y0, -y1


@kernel
def _crowd(c: float, exponent: float, middle: float, row: Array) -> None:
    """Multiply a current by what the filling of the states does to the mobility."""
    ln_c, rise = density_factor(c, exponent, middle)
    for j in range(5):
        row[j] *= np.exp(ln_c)
    row[3] += 0.5 * rise * row[0]
    row[4] += 0.5 * rise * row[0]


@kernel
def _carrier_fluxes(P: Problem, X: Array, gamma: Array, F: Array, s: int) -> None:
    """Currents of one carrier along all edges."""
    sign = 1.0 if s == ELECTRON else -1.0
    band = P.band_n if s == ELECTRON else P.band_p
    g, slope = gamma[2 * s - 2], gamma[2 * s - 1]
    h, vt, tunnel, mobility = P.h, P.thermal_voltage, P.tunnel, P.mobility[s - 1]
    exponent, crowding, dos = P.field_exponent[s - 1], P.crowding[s - 1], P.log_dos[s - 1]
    for i in range(h.shape[0]):
        if mobility[i] == 0.0:
            continue
        x0, x1 = X[s, i], X[s, i + 1]
        drop = X[PHI, i + 1] - X[PHI, i]
        step = band[i + 1] - band[i] - sign * (g[i + 1] - g[i])
        row = tunnel[i]
        if row >= 0:
            b = P.barrier[row]
            left, right = (b[0], b[1]) if s == ELECTRON else (b[2], b[3])
            r = barrier_edge(
                b[6], left, right, b[4], b[5], vt, drop, step, x0, x1, slope[i], slope[i + 1], sign
            )
        else:
            per_phi = vt / h[i]
            scale = mobility[i] * per_phi
            r = carrier_edge(
                scale, exponent[i], per_phi, drop, step, x0, x1, slope[i], slope[i + 1], sign
            )
        F[i, s, 0], F[i, s, 1], F[i, s, 2], F[i, s, 3], F[i, s, 4] = r
        if crowding[0, i] != 0.0:
            middle = 0.5 * (np.log(x0) + np.log(x1) - dos[i] - dos[i + 1])
            _crowd(crowding[0, i], crowding[1, i], middle, F[i, s])


@kernel
def _ion_fluxes(P: Problem, X: Array, F: Array, k: int) -> None:
    """Currents of one row of ions along all edges."""
    s, vt = ION + k, P.thermal_voltage
    h, mobility, z, top, jump = (
        P.h,
        P.mobility[s - 1],
        P.ion_charge[k],
        P.ion_limit[k],
        P.ion_jump[k],
    )
    for i in range(h.shape[0]):
        if mobility[i] == 0.0:
            continue
        per_phi = vt / h[i]
        drop = X[PHI, i + 1] - X[PHI, i]
        r = ion_edge(
            mobility[i] * per_phi,
            z[i],
            jump[i],
            per_phi,
            drop,
            X[s, i],
            X[s, i + 1],
            top[i],
            top[i + 1],
        )
        F[i, s, 0], F[i, s, 1], F[i, s, 2], F[i, s, 3], F[i, s, 4] = r


@kernel
def set_fluxes(P: Problem, X: Array, gamma: Array, F: Array) -> None:
    """Charge currents over q of every species along every edge, with their derivatives.

    F [N-1, 3 + K, 5]: current, derivatives to phi_0, phi_1, ln x_0, ln x_1. Row PHI stays empty.
    """
    _carrier_fluxes(P, X, gamma, F, ELECTRON)
    _carrier_fluxes(P, X, gamma, F, HOLE)
    for k in range(P.ion_charge.shape[0]):
        _ion_fluxes(P, X, F, k)


@kernel
def set_excess(P: Problem, X: Array, gamma: Array) -> None:
    """Excess chemical potential [kT] of both carriers at every node, and its slope to ln n."""
    for s in range(2):
        for i in range(X.shape[1]):
            row = P.statistics[s, i]
            if row != BOLTZMANN_BAND:
                value, slope = excess(P.excess[row], np.log(X[s + 1, i]) - P.log_dos[s, i])
                gamma[2 * s, i], gamma[2 * s + 1, i] = value, slope
