"""Residual and Jacobian of the coupled equations, one pass over the edges of the grid.

Finite volumes with Scharfetter-Gummel fluxes. With psi_n = phi + chi/kT + ln Nc and
psi_p = phi + (chi + Eg)/kT - ln Nv the electron and hole currents along an edge of length h are

    J_n = +q mu_n (kT/q)/h [ n_1 B(d psi_n) - n_0 B(-d psi_n) ]
    J_p = -q mu_p (kT/q)/h [ p_1 B(-d psi_p) - p_0 B(d psi_p) ],   B(x) = x/(exp(x) - 1),

and vanish exactly for flat quasi-Fermi levels. An ion of charge z follows the hole form with
psi = z phi - ln(1 - a/a_max) (site exclusion). A trap level of density N_t, occupied to f, obeys

    df/dt = c_n n (1 - f) - c_n n_1 f - c_p p f + c_p p_1 (1 - f);

its f at the new time level is a closed form of the local n and p and is eliminated.
The time derivative of any x at the new level is a0 x + history.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...numerics.bernoulli import bernoulli
from ...numerics.compiled import kernel

Array = NDArray[np.float64]

PHI, ELECTRON, HOLE, ION = 0, 1, 2, 3
CONTACT, SURFACE = 0, 1
TINY = 1e-100


class Problem(NamedTuple):
    """Everything that stays constant while a device is simulated (N nodes, K ion species).

    Densities [m-3], lengths [m], mobilities [m2/Vs], rates in SI, potentials in kT/q.
    """

    thermal_voltage: float
    h: Array  # [N-1] edge lengths
    volume: Array  # [N] control volumes per area
    active: NDArray[np.bool_]  # [1 + K, N] carriers, then each ion species
    band_n: Array  # [N] chi/kT + ln Nc
    band_p: Array  # [N] (chi + Eg)/kT - ln Nv
    ni2: Array  # [N]
    fixed: Array  # [N] fixed charge in units of q
    generation: Array  # [N] at full light
    radiative: Array  # [N]
    trap: Array  # [7, N] N_t, c_n, c_p, n_1, p_1, charge when empty, charge lost when filled
    permittivity: Array  # [N-1] [F/m] over q
    mobility: Array  # [2 + K, N-1]
    field_exponent: Array  # [N-1]
    ion_charge: Array  # [K]
    ion_limit: Array  # [K, N]
    ion_total: Array  # [K] ions per area, conserved
    face: NDArray[np.int64]  # [I] edges that carry interface traps
    face_trap: Array  # [9, I] N_t, c_n, c_p, n_1 and p_1 left, n_1 and p_1 right, two charges
    contact: Array  # [2, 6] S_n, S_p, n_eq, p_eq, image-force length factor, kind


@kernel
def occupation(P: Problem, i: int, n: float, p: float, a0: float, history: float) -> tuple:
    """Filled and empty share of a trap level at the new time, and d(filled)/dn, d(filled)/dp.

    The empty share is computed on its own: 1 - f loses all digits when the level is nearly full.
    """
    cn, cp, n1, p1 = P.trap[1, i], P.trap[2, i], P.trap[3, i], P.trap[4, i]
    if P.trap[6, i] == 0.0:  # a level without charge cannot store: it follows at once
        a0, history = 0.0, 0.0
    bottom = a0 + cn * (n + n1) + cp * (p + p1)
    if bottom <= 0.0:
        return 0.0, 1.0, 0.0, 0.0
    f = (cn * n + cp * p1 - history) / bottom
    e = (cn * n1 + cp * p + a0 + history) / bottom
    return f, e, cn * e / bottom, -cp * f / bottom


@kernel
def face_levels(P: Problem, q: int, X: Array) -> tuple:
    """n_1 and p_1 of an interface trap as seen from the left and the right node.

    The trap sits midway between the two nodes, so its level moves with the mean of their
    potentials; without that a field across the interface would drive a current at equilibrium.
    """
    i = P.face[q]
    t = P.face_trap[:, q]
    tilt = np.exp(0.5 * (X[PHI, i] - X[PHI, i + 1]))
    return t[3] * tilt, t[4] / tilt, t[5] / tilt, t[6] * tilt


@kernel
def face_occupation(P: Problem, q: int, X: Array, a0: float, history: float) -> tuple:
    """Filled and empty share of an interface trap that sees both sides; 1/denominator."""
    i = P.face[q]
    cn, cp = P.face_trap[1, q], P.face_trap[2, q]
    n1l, p1l, n1r, p1r = face_levels(P, q, X)
    if P.face_trap[8, q] == 0.0:
        a0, history = 0.0, 0.0
    fill = cn * (X[ELECTRON, i] + X[ELECTRON, i + 1]) + cp * (p1l + p1r)
    drain = cn * (n1l + n1r) + cp * (X[HOLE, i] + X[HOLE, i + 1])
    bottom = a0 + fill + drain
    if bottom <= 0.0:
        return 0.0, 1.0, 0.0
    return (fill - history) / bottom, (drain + a0 + history) / bottom, 1.0 / bottom


@kernel
def flux_pair(x0: float, x1: float, dpsi: float) -> tuple:
    """x_1 B(d) - x_0 B(-d) and its derivatives to x_0, x_1 and d."""
    b, slope = bernoulli(dpsi)
    back = b + dpsi  # B(-d)
    return x1 * b - x0 * back, -back, b, x1 * slope - x0 * (slope + 1.0)


@kernel
def field_boost(exponent: float, e: float) -> tuple:
    """Poole-Frenkel factor exp(gamma sqrt|E|) and its logarithmic slope to the field E [V/m]."""
    if exponent == 0.0:
        return 1.0, 0.0
    root = (e * e + 1e4) ** 0.25  # rounded off below 100 V/m
    return np.exp(exponent * root), exponent * 0.5 * e / (root * root * root)


@kernel
def carrier_edge(
    scale: float,
    exponent: float,
    per_phi: float,
    drop: float,
    band: float,
    x0: float,
    x1: float,
    charge: float,
) -> tuple:
    """Charge current over q of electrons (charge -1) or holes (+1) along one edge.

    Parameters
    ----------
    scale
        mu (kT/q) / h [m/s].
    per_phi
        Field per unit of potential, (kT/q)/h [V/m].
    drop, band
        Change of phi and of the band term along the edge [kT/q].

    Returns
    -------
    Flux [m-2 s-1] and its derivatives to phi_0, phi_1, ln x_0, ln x_1.
    """
    if charge < 0.0:
        f, f0, f1, slope = flux_pair(x0, x1, drop + band)
    else:
        f, f0, f1, slope = flux_pair(x0, x1, -drop - band)
        f, f0, f1 = -f, -f0, -f1
    boost, rise = field_boost(exponent, drop * per_phi)
    scale *= boost
    slope += f * rise * per_phi
    return scale * f, -scale * slope, scale * slope, scale * f0 * x0, scale * f1 * x1


@kernel
def ion_edge(
    scale: float, z: float, p0: float, p1: float, x0: float, x1: float, top0: float, top1: float
) -> tuple:
    """The same for an ion of charge z with site densities top_0 and top_1."""
    r0, r1 = min(x0 / top0, 1.0 - 1e-9), min(x1 / top1, 1.0 - 1e-9)
    d = z * (p0 - p1) + np.log1p(-r1) - np.log1p(-r0)
    f, f0, f1, slope = flux_pair(x0, x1, d)
    scale *= z
    y0 = f0 * x0 + slope * r0 / (1.0 - r0)
    y1 = f1 * x1 - slope * r1 / (1.0 - r1)
    return -scale * f, -scale * slope * z, scale * slope * z, -scale * y0, -scale * y1


@kernel
def edge_current(P: Problem, i: int, s: int, X: Array) -> tuple:
    """Charge current over q along edge i of carrier or ion `s`, with its derivatives."""
    per_phi = P.thermal_voltage / P.h[i]
    scale = P.mobility[s - 1, i] * per_phi
    p0, p1, x0, x1 = X[PHI, i], X[PHI, i + 1], X[s, i], X[s, i + 1]
    if s == ELECTRON:
        band = P.band_n[i + 1] - P.band_n[i]
        return carrier_edge(scale, P.field_exponent[i], per_phi, p1 - p0, band, x0, x1, -1.0)
    if s == HOLE:
        band = P.band_p[i + 1] - P.band_p[i]
        return carrier_edge(scale, P.field_exponent[i], per_phi, p1 - p0, band, x0, x1, 1.0)
    k = s - ION
    top0, top1 = P.ion_limit[k, i], P.ion_limit[k, i + 1]
    return ion_edge(scale, P.ion_charge[k], p0, p1, x0, x1, top0, top1)


@kernel
def image_force(P: Problem, side: int, X: Array) -> tuple:
    """Shift of the band edges at a contact by the image force [kT/q] and its slope.

    A field that pulls electrons in lowers their barrier by sqrt(q E / 4 pi eps), that is, raises
    the potential of the contact's node; one that pulls holes in lowers it. Both contact densities
    follow the shifted edges, so equilibrium stays equilibrium. The slope is d(shift)/d(phi of the
    inner node); with respect to the contact's node it has the opposite sign.
    """
    c = P.contact[side]
    if c[4] == 0.0:
        return 0.0, 0.0
    n = P.volume.shape[0]
    i, j = (0, 1) if side == 0 else (n - 1, n - 2)
    per_phi = P.thermal_voltage / P.h[min(i, j)]
    e = (X[PHI, j] - X[PHI, i]) * per_phi
    w = np.sqrt(e * e + 1e10)  # rounds the square root off below 1e5 V/m
    root_n, root_p = np.sqrt(0.5 * (w + e)), np.sqrt(0.5 * (w - e))
    shift = c[4] * (root_n - root_p)
    slope = 0.25 * c[4] * ((1.0 + e / w) / root_n + (1.0 - e / w) / root_p) * per_phi
    return shift, slope


@kernel
def _local_terms(
    P: Problem, i: int, X: Array, a0: float, H: Array, light: float, D: Array, R: Array
) -> None:
    """Storage, generation, recombination, traps and charge of node i."""
    v = P.volume[i]
    n, p = X[ELECTRON, i], X[HOLE, i]
    R[i, PHI] += v * P.fixed[i]
    for k in range(P.ion_charge.shape[0]):
        s = ION + k
        if P.active[1 + k, i]:
            z = P.ion_charge[k]
            R[i, PHI] += v * z * X[s, i]
            D[i, PHI, s] += v * z * X[s, i]
            R[i, s] += v * z * (a0 * X[s, i] + H[s, i])
            D[i, s, s] += v * z * a0 * X[s, i]
    if not P.active[0, i]:
        return
    R[i, PHI] += v * (p - n)
    D[i, PHI, ELECTRON] -= v * n
    D[i, PHI, HOLE] += v * p
    pair = P.radiative[i] * (n * p - P.ni2[i]) - light * P.generation[i]
    R[i, ELECTRON] += v * (a0 * n + H[ELECTRON, i] + pair)
    R[i, HOLE] += v * (a0 * p + H[HOLE, i] + pair)
    both = v * P.radiative[i] * n * p
    D[i, ELECTRON, ELECTRON] += v * a0 * n + both
    D[i, ELECTRON, HOLE] += both
    D[i, HOLE, ELECTRON] += both
    D[i, HOLE, HOLE] += v * a0 * p + both
    if P.trap[0, i] > 0.0:
        f, e, fn, fp = occupation(P, i, n, p, a0, H[0, i])
        cn, cp, n1, p1 = P.trap[1, i], P.trap[2, i], P.trap[3, i], P.trap[4, i]
        t, empty, lost = v * P.trap[0, i], P.trap[5, i], P.trap[6, i]
        R[i, PHI] += t * (empty - lost * f)
        D[i, PHI, ELECTRON] -= t * lost * fn * n
        D[i, PHI, HOLE] -= t * lost * fp * p
        R[i, ELECTRON] += t * cn * (n * e - n1 * f)
        R[i, HOLE] += t * cp * (p * f - p1 * e)
        D[i, ELECTRON, ELECTRON] += t * cn * (e - (n + n1) * fn) * n
        D[i, ELECTRON, HOLE] -= t * cn * (n + n1) * fp * p
        D[i, HOLE, ELECTRON] += t * cp * (p + p1) * fn * n
        D[i, HOLE, HOLE] += t * cp * (f + (p + p1) * fp) * p


@kernel
def _face_terms(
    P: Problem, q: int, X: Array, a0: float, history: float, L: Array, D: Array, U: Array, R: Array
) -> None:
    """Traps at an interface: capture from and emission to both sides, charge shared equally."""
    i = P.face[q]
    level = P.face_trap[:, q]
    area, cn, cp = level[0], level[1], level[2]
    n = (X[ELECTRON, i], X[ELECTRON, i + 1])
    p = (X[HOLE, i], X[HOLE, i + 1])
    n1l, p1l, n1r, p1r = face_levels(P, q, X)
    n1, p1 = (n1l, n1r), (p1l, p1r)
    dn1, dp1 = (n1l, -n1r), (-p1l, p1r)  # derivatives to the tilt, half the drop across the face
    f, e, inverse = face_occupation(P, q, X, a0, history)
    fn, fp = cn * e * inverse, -cp * f * inverse
    fu = (e * cp * (dp1[0] + dp1[1]) - f * cn * (dn1[0] + dn1[1])) * inverse
    for j in range(2):
        row = i + j
        R[row, PHI] += 0.5 * area * (level[7] - level[8] * f)
        R[row, ELECTRON] += area * cn * (n[j] * e - n1[j] * f)
        R[row, HOLE] += area * cp * (p[j] * f - p1[j] * e)
        tilt_phi = -0.5 * area * level[8] * fu
        tilt_n = -area * cn * ((n[j] + n1[j]) * fu + dn1[j] * f)
        tilt_p = area * cp * ((p[j] + p1[j]) * fu - dp1[j] * e)
        for m in range(2):
            block = D[row] if m == j else (U[row] if j == 0 else L[row])
            half = 0.5 if m == 0 else -0.5
            block[PHI, PHI] += half * tilt_phi
            block[ELECTRON, PHI] += half * tilt_n
            block[HOLE, PHI] += half * tilt_p
            block[PHI, ELECTRON] -= 0.5 * area * level[8] * fn * n[m]
            block[PHI, HOLE] -= 0.5 * area * level[8] * fp * p[m]
            block[ELECTRON, ELECTRON] -= area * cn * (n[j] + n1[j]) * fn * n[m]
            block[ELECTRON, HOLE] -= area * cn * (n[j] + n1[j]) * fp * p[m]
            block[HOLE, ELECTRON] += area * cp * (p[j] + p1[j]) * fn * n[m]
            block[HOLE, HOLE] += area * cp * (p[j] + p1[j]) * fp * p[m]
        D[row, ELECTRON, ELECTRON] += area * cn * e * n[j]
        D[row, HOLE, HOLE] += area * cp * f * p[j]


@kernel
def _boundary(
    P: Problem, side: int, X: Array, phi_end: float, D: Array, N: Array, r: Array
) -> None:
    """Contact (fixed potential, surface velocities) or free surface (flat band, fixed level)."""
    n_nodes = P.volume.shape[0]
    i = 0 if side == 0 else n_nodes - 1
    c = P.contact[side]
    if c[5] == SURFACE:
        if P.active[0, i]:
            for s, band in ((ELECTRON, P.band_n[i]), (HOLE, P.band_p[i])):
                sign = 1.0 if s == ELECTRON else -1.0
                target = np.exp(min(sign * (X[PHI, i] + band - phi_end), 300.0))
                D[s, :] = 0.0
                N[s, :] = 0.0
                r[s] = X[s, i] - target
                D[s, s] = X[s, i]
                D[s, PHI] = -sign * target
        return
    shift, slope = image_force(P, side, X)
    D[PHI, :] = 0.0
    N[PHI, :] = 0.0
    D[PHI, PHI] = 1.0 + slope
    N[PHI, PHI] = -slope
    r[PHI] = X[PHI, i] - phi_end - shift
    if P.active[0, i]:
        n_eq, p_eq = c[2] * np.exp(shift), c[3] * np.exp(-shift)
        for s, velocity, eq, sign in ((ELECTRON, c[0], n_eq, 1.0), (HOLE, c[1], p_eq, -1.0)):
            r[s] += velocity * (X[s, i] - eq)
            D[s, s] += velocity * X[s, i]
            D[s, PHI] += sign * velocity * eq * slope
            N[s, PHI] -= sign * velocity * eq * slope


@kernel
def assemble(
    P: Problem,
    X: Array,
    a0: float,
    H: Array,
    face_history: Array,
    light: float,
    phi_left: float,
    phi_right: float,
    L: Array,
    D: Array,
    U: Array,
    R: Array,
) -> None:
    """Fill blocks and right-hand side (-residual); unknowns are d phi and d ln(density).

    Parameters
    ----------
    X
        [3 + K, N] potential and densities.
    a0, H, face_history
        d/dt x = a0 x + H; row 0 of H belongs to the bulk traps.
    light
        Fraction of full generation.
    phi_left, phi_right
        Potential of each contact (quasi-Fermi level of a free surface) in kT/q.
    """
    m, n = X.shape
    L[:] = 0.0
    D[:] = 0.0
    U[:] = 0.0
    R[:] = 0.0
    for i in range(n):
        _local_terms(P, i, X, a0, H, light, D, R)
    for i in range(n - 1):
        e = P.permittivity[i] * P.thermal_voltage / P.h[i]
        step = e * (X[PHI, i + 1] - X[PHI, i])
        R[i, PHI] += step
        R[i + 1, PHI] -= step
        D[i, PHI, PHI] -= e
        U[i, PHI, PHI] += e
        D[i + 1, PHI, PHI] -= e
        L[i + 1, PHI, PHI] += e
        for s in range(1, m):
            f, g0, g1, y0, y1 = edge_current(P, i, s, X)
            if f == 0.0 and g0 == 0.0 and y0 == 0.0 and y1 == 0.0:
                continue
            sign = -1.0 if s == ELECTRON else 1.0
            R[i, s] += sign * f
            R[i + 1, s] -= sign * f
            D[i, s, PHI] += sign * g0
            D[i, s, s] += sign * y0
            U[i, s, PHI] += sign * g1
            U[i, s, s] += sign * y1
            L[i + 1, s, PHI] -= sign * g0
            L[i + 1, s, s] -= sign * y0
            D[i + 1, s, PHI] -= sign * g1
            D[i + 1, s, s] -= sign * y1
    for q in range(P.face.shape[0]):
        _face_terms(P, q, X, a0, face_history[q], L, D, U, R)
    _boundary(P, 0, X, phi_left, D[0], U[0], R[0])
    _boundary(P, 1, X, phi_right, D[n - 1], L[n - 1], R[n - 1])
    for i in range(n):
        for s in range(1, m):
            if not P.active[max(0, s - HOLE), i]:
                D[i, s, :] = 0.0
                L[i, s, :] = 0.0
                U[i, s, :] = 0.0
                D[i, s, s] = 1.0
                R[i, s] = 0.0
            else:
                _scale_row(L, D, U, R, i, s, m)
        _scale_row(L, D, U, R, i, PHI, m)
    R *= -1.0


@kernel
def _scale_row(L: Array, D: Array, U: Array, R: Array, i: int, s: int, m: int) -> None:
    """Divide row s of node i by its largest entry, so that pivots compare like with like."""
    big = 0.0
    for c in range(m):
        big = max(big, abs(D[i, s, c]), abs(L[i, s, c]), abs(U[i, s, c]))
    if big > 0.0 and big < np.inf:
        f = 1.0 / big
        for c in range(m):
            D[i, s, c] *= f
            L[i, s, c] *= f
            U[i, s, c] *= f
        R[i, s] *= f
