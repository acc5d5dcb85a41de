"""Currents that a state carries, and how far they can be trusted."""

from __future__ import annotations

import numpy as np

from ...numerics.compiled import kernel
from .fluxes import set_excess, set_fluxes
from .problem import ELECTRON, HOLE, ION, PHI, Array, Problem, State, Workspace
from .reactions import balance_of, face_levels, supplied

CHARGE = 1.602176634e-19
# columns of a record: total current density, its spread over faces, electron, hole and ion parts,
# smallest current that the digits resolve [A/m2], relative loss of ions, light emitted
# [pairs m-2 s-1], potential of the left end [kT/q]
TOTAL, SPREAD, PART_N, PART_P, PART_ION, RESOLUTION, LOSS, EMISSION, POTENTIAL = range(9)
COLUMNS = 9


@kernel
def _face_transfer(P: Problem, S: State, q: int, gamma: Array) -> float:
    """Charge carried across an interface by its traps, over q [m-2 s-1]."""
    i = P.face[q]
    t = P.face_trap[:, q]
    f, e = S.face[0, q], S.face[1, q]
    n1l, p1l, n1r, p1r = face_levels(P, q, S.X, gamma)
    net = np.zeros(2)
    for j, (n1, p1) in enumerate(((n1l, p1l), (n1r, p1r))):
        un = t[0] * t[1] * (S.X[ELECTRON, i + j] * e - n1 * f)
        up = t[0] * t[2] * (S.X[HOLE, i + j] * f - p1 * e)
        net[j] = up - un
    return 0.5 * (net[0] - net[1])


@kernel
def _entered(P: Problem, X: Array, a0: float, history: Array, level: float, gamma: Array) -> Array:
    """Charge over q that entered sideways before each face: from the channel's ends or the gate."""
    n = X.shape[1]
    found = np.zeros(n - 1)
    so_far = 0.0
    for i in range(n - 1):
        if P.supply.shape[1] > 0 and P.active[0, i]:
            for s in range(1, 3):
                if P.supply[s - 1, i] > 0.0:
                    sign = -1.0 if s == ELECTRON else 1.0
                    off = supplied(P, s, i, X[PHI, i], level, gamma) - X[s, i]
                    so_far += sign * P.volume[i] * P.supply[s - 1, i] * off
        if P.gate.shape[1] > 0:
            so_far -= P.volume[i] * P.gate[0, i] * (a0 * X[PHI, i] + history[i])
        found[i] = so_far
    return found


@kernel
def emitted(P: Problem, X: Array, gamma: Array) -> float:
    """Net radiative recombination of the whole stack [pairs m-2 s-1]."""
    total = 0.0
    for i in range(X.shape[1]):
        if P.active[0, i] and P.pairs[0, i] > 0.0:
            n, p = X[ELECTRON, i], X[HOLE, i]
            total += P.volume[i] * P.pairs[0, i] * (n * p - balance_of(P, i, gamma)[0])
    return total


@kernel
def write_row(
    P: Problem,
    S: State,
    a0: float,
    history: Array,
    level: float,
    W: Workspace,
    loss: float,
    row: Array,
) -> None:
    """Fill a row of a record.

    The total is conduction of all species, displacement and transfer through interface traps, equal
    at every face up to round-off. Drift and diffusion cancel to many digits where carriers are
    dense, so the mean weights each face with its length over the square of the terms that cancel
    there. The parts of the conduction current are averaged over the thickness. `history` is that of
    the potential [N], `level` the quasi-Fermi level of the ends of a channel [kT/q]. What enters
    sideways, along a channel or from a gate, is taken off: what is left enters at the left end.
    """
    m, n = S.X.shape
    X, F, gamma, h, vt = S.X, W.flux, W.gamma, P.h, P.thermal_voltage
    permittivity, mobility = P.permittivity, P.mobility
    if P.excess.shape[0] > 0:
        set_excess(P, X, gamma)
    set_fluxes(P, X, gamma, F)
    total, noise = np.zeros(n - 1), np.zeros(n - 1)
    part = np.zeros(4)
    length = P.h.sum()
    for i in range(n - 1):
        for s in range(1, m):
            if mobility[s - 1, i] == 0.0:
                continue
            f = F[i, s, 0]
            total[i] += f
            noise[i] += abs(F[i, s, 3]) + abs(F[i, s, 4])
            part[min(s, ION)] += f * h[i] / length
        e = permittivity[i] * vt / h[i]
        moved = a0 * (X[PHI, i + 1] - X[PHI, i]) + history[i + 1] - history[i]
        total[i] -= e * moved
        noise[i] += e * a0 * abs(X[PHI, i])
    if P.supply.shape[1] > 0 or P.gate.shape[1] > 0:
        total -= _entered(P, X, a0, history, level, gamma)
    for q in range(P.face.shape[0]):
        total[P.face[q]] += _face_transfer(P, S, q, gamma)
        noise[P.face[q]] = np.inf  # emission and capture cancel to more digits than there are
    weight = P.h / (noise * noise + 1e-20 * noise.min() ** 2 + 1e-200)
    weight /= weight.sum()
    mean = (total * weight).sum()
    row[TOTAL] = CHARGE * mean
    row[SPREAD] = CHARGE * (np.abs(total - mean) * weight).sum()
    row[PART_N], row[PART_P], row[PART_ION] = part[1] * CHARGE, part[2] * CHARGE, part[3] * CHARGE
    row[RESOLUTION] = CHARGE * 1e-11 * noise.min()
    row[LOSS] = loss
    row[EMISSION] = emitted(P, S.X, gamma)
    row[POTENTIAL] = W.metal[2, 0] if P.circuit[0] > 0.0 else S.X[PHI, 0]
