"""What happens at one node: storage, generation, recombination, traps, charge.

    dn/dt + ... = g - (B + C_n n + C_p p)(n p - n_i^2 e^(-gamma_n - gamma_p)) - U_n

A trap level of density N_t, occupied to f, obeys

    df/dt = c_n n (1 - f) - c_n n_1 f - c_p p f + c_p p_1 (1 - f);

its f at the new time level is a closed form of the local n and p and is eliminated. Emission is
n_1 e^(-gamma_n), so that detailed balance holds for any statistics. A level without charge cannot
store: it follows at once.

The channel of a transistor is supplied along its length: n follows n_0(phi, level) at a rate k,
the quasi-Fermi level being that of the free surface. A sheet along a channel sees its gate as the
charge c (phi_gate - phi).
"""

from __future__ import annotations

import numpy as np

from ...numerics.compiled import kernel
from .problem import ELECTRON, HOLE, ION, PHI, Array, Problem, Workspace


@kernel
def occupation(
    cn: float,
    cp: float,
    lost: float,
    n: float,
    p: float,
    n1: float,
    p1: float,
    a0: float,
    filled: float,
    empty: float,
) -> tuple:
    """Filled and empty share of a level at the new time, and 1/denominator.

    The empty share is computed on its own: 1 - f loses all digits when the level is nearly full.
    `filled` and `empty` are the histories of both.
    """
    if lost == 0.0:
        a0, filled, empty = 0.0, 0.0, 0.0
    bottom = a0 + cn * (n + n1) + cp * (p + p1)
    if not bottom > 0.0:
        return 0.0, 1.0, 0.0
    inverse = 1.0 / bottom
    f = max(cn * n + cp * p1 - filled, 0.0) * inverse
    return f, max(cn * n1 + cp * p - empty, 0.0) * inverse, inverse


@kernel
def emission_levels(P: Problem, t: int, i: int, gamma: Array) -> tuple:
    """n_1 and p_1 of trap level `t` at node `i`, reduced by the excess of the bands."""
    n1, p1 = P.trap[t, 3, i], P.trap[t, 4, i]
    if P.statistics[0, i] >= 0:
        n1 *= np.exp(-gamma[0, i])
    if P.statistics[1, i] >= 0:
        p1 *= np.exp(-gamma[2, i])
    return n1, p1


@kernel
def _trap_terms(P: Problem, t: int, X: Array, a0: float, W: Workspace) -> None:
    """Capture, emission and charge of one trap level at all nodes."""
    trap, gamma, local, rhs = P.trap[t], W.gamma, W.local, W.rhs
    bands, volume, history, active = P.statistics, P.volume, W.trap_history[t], P.active[0]
    for i in range(X.shape[1]):
        if trap[0, i] == 0.0 or not active[i]:
            continue
        n, p, D, R = X[ELECTRON, i], X[HOLE, i], local[i], rhs[i]
        cn, cp, n1, p1, lost = trap[1, i], trap[2, i], trap[3, i], trap[4, i], trap[6, i]
        slope_n = slope_p = 0.0
        if bands[0, i] >= 0:
            n1 *= np.exp(-gamma[0, i])
            slope_n = gamma[1, i]
        if bands[1, i] >= 0:
            p1 *= np.exp(-gamma[2, i])
            slope_p = gamma[3, i]
        f, e, inverse = occupation(cn, cp, lost, n, p, n1, p1, a0, history[0, i], history[1, i])
        fn = cn * (n * e + f * slope_n * n1) * inverse
        fp = -cp * (p * f + e * slope_p * p1) * inverse
        area = volume[i] * trap[0, i]
        R[PHI] += area * (trap[5, i] - lost * f)
        D[PHI, ELECTRON] -= area * lost * fn
        D[PHI, HOLE] -= area * lost * fp
        R[ELECTRON] += area * cn * (n * e - n1 * f)
        R[HOLE] += area * cp * (p * f - p1 * e)
        D[ELECTRON, ELECTRON] += area * cn * (n * e + slope_n * n1 * f - (n + n1) * fn)
        D[ELECTRON, HOLE] -= area * cn * (n + n1) * fp
        D[HOLE, ELECTRON] += area * cp * (p + p1) * fn
        D[HOLE, HOLE] += area * cp * (p * f + slope_p * p1 * e + (p + p1) * fp)


@kernel
def pair_rate(
    k: float,
    auger_n: float,
    auger_p: float,
    balance: float,
    n: float,
    p: float,
    slope_n: float,
    slope_p: float,
) -> tuple:
    """Net direct and Auger recombination [m-3 s-1] with its derivatives to ln n and ln p.

    `balance` is n p at equilibrium.
    """
    k += auger_n * n + auger_p * p
    off = n * p - balance
    by_n = k * (n * p + slope_n * balance) + auger_n * n * off
    by_p = k * (n * p + slope_p * balance) + auger_p * p * off
    return k * off, by_n, by_p


@kernel
def _ion_terms(P: Problem, k: int, X: Array, a0: float, W: Workspace) -> None:
    """Storage and charge of one row of ions."""
    s = ION + k
    volume, charge, active, local, rhs = P.volume, P.ion_charge[k], P.active[1 + k], W.local, W.rhs
    history = W.history[s]
    for i in range(X.shape[1]):
        if active[i]:
            vz, a = volume[i] * charge[i], X[s, i]
            rhs[i, PHI] += vz * a
            local[i, PHI, s] += vz * a
            rhs[i, s] += vz * (a0 * a + history[i])
            local[i, s, s] += vz * a0 * a


@kernel
def balance_of(P: Problem, i: int, gamma: Array) -> tuple:
    """n p at equilibrium of node i and the slopes of its excess to ln n and ln p."""
    balance, slope_n, slope_p = P.ni2[i], 0.0, 0.0
    if P.statistics[0, i] >= 0:
        balance *= np.exp(-gamma[0, i])
        slope_n = gamma[1, i]
    if P.statistics[1, i] >= 0:
        balance *= np.exp(-gamma[2, i])
        slope_p = gamma[3, i]
    return balance, slope_n, slope_p


@kernel
def supplied(P: Problem, s: int, i: int, phi: float, level: float, gamma: Array) -> float:
    """Density of a carrier at node `i` that is in balance with the ends of the channel [m-3]."""
    sign = 1.0 if s == ELECTRON else -1.0
    band = P.band_n[i] if s == ELECTRON else P.band_p[i]
    excess = gamma[2 * s - 2, i] if P.statistics[s - 1, i] >= 0 else 0.0
    return np.exp(min(sign * (phi + band - level) - excess, 300.0))


@kernel
def _lateral_terms(P: Problem, X: Array, level: float, W: Workspace) -> None:
    """Supply along the channel, and the charge that faces a gate beside a sheet."""
    for i in range(P.supply.shape[1]):
        if not P.active[0, i]:
            continue
        D, R = W.local[i], W.rhs[i]
        for s in range(1, 3):
            rate = P.volume[i] * P.supply[s - 1, i]
            if rate == 0.0:
                continue
            sign = 1.0 if s == ELECTRON else -1.0
            slope = W.gamma[2 * s - 1, i] if P.statistics[s - 1, i] >= 0 else 0.0
            target = supplied(P, s, i, X[PHI, i], level, W.gamma)
            R[s] += rate * (X[s, i] - target)
            D[s, s] += rate * (X[s, i] + target * slope)
            D[s, PHI] -= sign * rate * target
    for i in range(P.gate.shape[1]):
        c = P.volume[i] * P.gate[0, i]
        W.rhs[i, PHI] += c * (P.gate[1, i] - X[PHI, i])
        W.local[i, PHI, PHI] -= c


@kernel
def node_terms(P: Problem, X: Array, a0: float, light: Array, level: float, W: Workspace) -> None:
    """Storage, generation, recombination, traps and charge of all nodes.

    `level` is the quasi-Fermi level of the ends of a channel [kT/q].
    """
    volume, fixed, active, pairs, ni2 = P.volume, P.fixed, P.active[0], P.pairs, P.ni2
    bands, gamma, generation = P.statistics, W.gamma, P.generation
    local, rhs, history = W.local, W.rhs, W.history
    for i in range(X.shape[1]):
        v, D, R = volume[i], local[i], rhs[i]
        R[PHI] += v * fixed[i]
        if not active[i]:
            continue
        n, p = X[ELECTRON, i], X[HOLE, i]
        R[PHI] += v * (p - n)
        D[PHI, ELECTRON] -= v * n
        D[PHI, HOLE] += v * p
        balance, slope_n, slope_p = ni2[i], 0.0, 0.0
        if bands[0, i] >= 0:
            balance *= np.exp(-gamma[0, i])
            slope_n = gamma[1, i]
        if bands[1, i] >= 0:
            balance *= np.exp(-gamma[2, i])
            slope_p = gamma[3, i]
        rate, by_n, by_p = pair_rate(
            pairs[0, i], pairs[1, i], pairs[2, i], balance, n, p, slope_n, slope_p
        )
        for c in range(light.shape[0]):
            rate -= light[c] * generation[c, i]
        R[ELECTRON] += v * (a0 * n + history[ELECTRON, i] + rate)
        R[HOLE] += v * (a0 * p + history[HOLE, i] + rate)
        D[ELECTRON, ELECTRON] += v * (a0 * n + by_n)
        D[ELECTRON, HOLE] += v * by_p
        D[HOLE, ELECTRON] += v * by_n
        D[HOLE, HOLE] += v * (a0 * p + by_p)
    for k in range(P.ion_charge.shape[0]):
        _ion_terms(P, k, X, a0, W)
    for t in range(P.trap.shape[0]):
        _trap_terms(P, t, X, a0, W)
    _lateral_terms(P, X, level, W)


@kernel
def face_levels(P: Problem, q: int, X: Array, gamma: Array) -> tuple:
    """n_1 and p_1 of an interface trap as seen from the left and the right node.

    The trap sits midway between the two nodes, so its level moves with the mean of their
    potentials; without that a field across the interface would drive a current at equilibrium.
    """
    i = P.face[q]
    t = P.face_trap[:, q]
    tilt = np.exp(0.5 * (X[PHI, i] - X[PHI, i + 1]))
    nl, pl, nr, pr = t[3] * tilt, t[4] / tilt, t[5] / tilt, t[6] * tilt
    for j in range(2):
        if P.statistics[0, i + j] >= 0:
            g = np.exp(-gamma[0, i + j])
            nl, nr = (nl * g, nr) if j == 0 else (nl, nr * g)
        if P.statistics[1, i + j] >= 0:
            g = np.exp(-gamma[2, i + j])
            pl, pr = (pl * g, pr) if j == 0 else (pl, pr * g)
    return nl, pl, nr, pr


@kernel
def face_occupation(
    P: Problem, q: int, X: Array, gamma: Array, a0: float, filled: float, empty: float
) -> tuple:
    """Filled and empty share of an interface trap that sees both sides; 1/denominator."""
    i = P.face[q]
    cn, cp = P.face_trap[1, q], P.face_trap[2, q]
    n1l, p1l, n1r, p1r = face_levels(P, q, X, gamma)
    if P.face_trap[8, q] == 0.0:
        a0, filled, empty = 0.0, 0.0, 0.0
    fill = cn * (X[ELECTRON, i] + X[ELECTRON, i + 1]) + cp * (p1l + p1r)
    drain = cn * (n1l + n1r) + cp * (X[HOLE, i] + X[HOLE, i + 1])
    bottom = a0 + fill + drain
    if not bottom > 0.0:
        return 0.0, 1.0, 0.0
    return max(fill - filled, 0.0) / bottom, max(drain - empty, 0.0) / bottom, 1.0 / bottom


@kernel
def face_terms(P: Problem, q: int, X: Array, a0: float, W: Workspace) -> None:
    """Traps at an interface: capture from and emission to both sides, charge shared equally."""
    i = P.face[q]
    L, D, U, R, gamma = W.lower, W.local, W.upper, W.rhs, W.gamma
    level = P.face_trap[:, q]
    area, cn, cp = level[0], level[1], level[2]
    n = (X[ELECTRON, i], X[ELECTRON, i + 1])
    p = (X[HOLE, i], X[HOLE, i + 1])
    n1l, p1l, n1r, p1r = face_levels(P, q, X, gamma)
    n1, p1 = (n1l, n1r), (p1l, p1r)
    dn1, dp1 = (n1l, -n1r), (-p1l, p1r)  # derivatives to the tilt, half the drop across the face
    f, e, inverse = face_occupation(P, q, X, gamma, a0, W.face_history[0, q], W.face_history[1, q])
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
            half = 0.5 if m == 0 else -0.5
            slope_n = gamma[1, i + m] if P.statistics[0, i + m] >= 0 else 0.0
            slope_p = gamma[3, i + m] if P.statistics[1, i + m] >= 0 else 0.0
            fn = cn * (n[m] * e + f * slope_n * n1[m]) * inverse
            fp = -cp * (p[m] * f + e * slope_p * p1[m]) * inverse
            # a coupling to the node behind stands in `upper` and, for the solver, in its `local`
            for copy in range(2 if j == 0 and m == 1 else 1):
                block = (
                    D[row]
                    if m == j
                    else (L[row] if j == 1 else (U[row] if copy == 0 else D[row + 1]))
                )
                block[PHI, PHI] += half * tilt_phi
                block[ELECTRON, PHI] += half * tilt_n
                block[HOLE, PHI] += half * tilt_p
                block[PHI, ELECTRON] -= 0.5 * area * level[8] * fn
                block[PHI, HOLE] -= 0.5 * area * level[8] * fp
                block[ELECTRON, ELECTRON] -= area * cn * (n[j] + n1[j]) * fn
                block[ELECTRON, HOLE] -= area * cn * (n[j] + n1[j]) * fp
                block[HOLE, ELECTRON] += area * cp * (p[j] + p1[j]) * fn
                block[HOLE, HOLE] += area * cp * (p[j] + p1[j]) * fp
            if m == j:
                D[row, ELECTRON, ELECTRON] += area * cn * (e * n[j] + f * slope_n * n1[j])
                D[row, HOLE, HOLE] += area * cp * (f * p[j] + e * slope_p * p1[j])
