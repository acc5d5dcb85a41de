"""The equations linearised about a state at rest, with the time derivative left open.

Small deviations of (phi, ln density) that grow as e^(s t) obey

    [ J + s M - sum_l  s / (k_l (k_l + s))  a_l b_l^T ] d = -(dR/dV) dV - (dR/dlight) dlight.

J is the Jacobian of the residual at rest, in which the traps follow at once; M holds what is
stored in the densities. Each trap level l answers at its rate k_l = c_n (n + n_1) + c_p (p + p_1):
with g = df/dt, its filling moves by b^T d / (k + s), b = dg/d(phi, ln density), and enters the
residual with a = dR/df. Rank one per level, so the matrix stays block-tridiagonal;
`response.py` solves it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .ends import COMPACT, DRIVEN, KIND, exchange_rate
from .kernel import assemble
from .problem import (
    CLOSED,
    CONTACT,
    ELECTRON,
    HOLE,
    ION,
    PHI,
    SURFACE,
    Array,
    Index,
    Problem,
    Workspace,
    new_workspace,
)
from .reactions import emission_levels, face_levels
from .reference import band_excess


class Linearised(NamedTuple):
    """The linear system of a device at rest (N nodes, m unknowns a node, Q trap levels).

    Attributes
    ----------
    local, lower, upper, out, into, fixed
        [N, m, m] derivatives of the residual at rest to (phi, ln density), split into what flows
        and what is local, and [N, m] rows that are no balance: as `blocktridiagonal.solve` takes
        them.
    storage
        [N, m] derivative of each row to the time derivative of its own unknown.
    push
        [2, N, m] derivative of the residual to the left and the right potential [kT/q].
    shine
        [C, N, m] derivative of the residual to the light of each source.
    place
        [Q] left node of the pair that a trap level touches.
    rate
        [Q] at which it answers [1/s].
    pull, answer
        [Q, 2, m] the vectors a and b of the module's docstring over the two nodes.
    flux
        [N-1, m, 4] derivatives of each edge's current over q [m-2 s-1] to phi left, phi right,
        ln density left, ln density right.
    plates
        [N-1] displacement per rate of change of the drop in potential [m-2].
    blind
        [N-1] edges across which interface traps carry charge too.
    """

    local: Array
    lower: Array
    upper: Array
    out: Array
    into: Array
    fixed: NDArray[np.bool_]
    storage: Array
    push: Array
    shine: Array
    place: Index
    rate: Array
    pull: Array
    answer: Array
    flux: Array
    plates: Array
    blind: NDArray[np.bool_]


def linearise(P: Problem, X: Array, light: Array, left: float, right: float) -> Linearised:
    """Linearise a device without its circuit about `X` at rest.

    Parameters
    ----------
    X
        [3 + K, N] potential [kT/q] and densities [m-3] of a steady state.
    light
        Fraction of full generation of each source.
    left, right
        Potential of the metals [kT/q].
    """
    P, W = P._replace(circuit=np.array([0.0, 0.0, np.inf])), new_workspace(P)
    assemble(P, X, 0.0, light, left, right, DRIVEN, W)
    place, rate, pull, answer = _levels(P, X, W)
    blind = np.zeros(len(P.h), dtype=np.bool_)
    blind[P.face] = True
    return Linearised(
        W.local,
        W.lower,
        W.upper,
        W.out,
        W.into,
        W.fixed,
        _storage(P, X),
        np.array([_push(P, X, side, end) for side, end in enumerate((left, right))]),
        _shine(P),
        place,
        rate,
        pull,
        answer,
        W.flux[:, :, 1:].copy(),
        P.permittivity * P.thermal_voltage / P.h,
        blind,
    )


def _carriers(P: Problem) -> NDArray[np.bool_]:
    """Nodes whose carriers obey a continuity equation."""
    here = P.active[0].copy()
    for side, i in enumerate((0, -1)):
        if P.contact[side, KIND] == SURFACE:
            here[i] = False
    return here


def _storage(P: Problem, X: Array) -> Array:
    """Derivative of each row to d(ln x)/dt of its own unknown; traps stand apart."""
    stored = np.zeros((X.shape[1], X.shape[0]))
    for s in (ELECTRON, HOLE):
        stored[:, s] = np.where(_carriers(P), P.volume * X[s], 0.0)
    for k, charge in enumerate(P.ion_charge):
        stored[:, ION + k] = np.where(P.active[1 + k], P.volume * charge * X[ION + k], 0.0)
    return stored


def _push(P: Problem, X: Array, side: int, end: float) -> Array:
    """Derivative of the residual to the potential of one metal, or the level of a surface."""
    push, i = np.zeros((X.shape[1], X.shape[0])), 0 if side == 0 else X.shape[1] - 1
    if P.contact[side, KIND] == SURFACE:
        if P.active[0, i]:
            push[i, ELECTRON], push[i, HOLE] = X[ELECTRON, i], -X[HOLE, i]
        return push
    if P.contact[side, KIND] == CLOSED:
        if P.supply.shape[1]:
            excess = band_excess(P, X)
            for s, sign in ((ELECTRON, 1.0), (HOLE, -1.0)):
                band = P.band_n if s == ELECTRON else P.band_p
                target = np.exp(np.minimum(sign * (X[PHI] + band - end) - excess[s - 1], 300.0))
                rate = np.where(P.active[0], P.volume * P.supply[s - 1], 0.0)
                push[:, s] = sign * rate * target
        return push
    compact = P.contact[side, COMPACT]
    if compact == np.inf:  # ions that are exchanged see no overpotential
        push[i, PHI] = -1.0
        return push
    push[i, PHI] = compact * P.thermal_voltage
    if P.active[0, i]:  # carriers stand against the metal's level behind the compact layer
        excess = band_excess(P, X)[:, i]
        for s, sign in ((ELECTRON, 1.0), (HOLE, -1.0)):
            barrier = np.exp(sign * (X[PHI, i] - end) - excess[s - 1])
            push[i, s] = P.contact[side, s - 1] * P.contact[side, s + 1] * sign * barrier
    for k in range(len(P.ion_charge)):
        s = ION + k
        if P.exchange[side, k, 0] > 0.0 and P.active[1 + k, i]:
            push[i, s] = -exchange_rate(P, side, k, X[PHI, i], X[s, i], end)[1]
    return push


def _shine(P: Problem) -> Array:
    """Derivative of the residual to the light of each source."""
    sources, n = P.generation.shape
    shine = np.zeros((sources, n, ION + len(P.ion_charge)))
    for s in (ELECTRON, HOLE):
        shine[:, :, s] = np.where(_carriers(P), -P.volume * P.generation, 0.0)
    return shine


def _levels(P: Problem, X: Array, W: Workspace) -> tuple[Index, Array, Array, Array]:
    """Place, rate and the two vectors of every level that stores charge."""
    stores = P.active[0] & (P.trap[:, 0] > 0.0) & (P.trap[:, 6] != 0.0)
    found = [_bulk_level(P, X, int(t), int(i), W.gamma) for t, i in np.argwhere(stores)]
    found += [_face_level(P, X, int(q), W.gamma) for q in np.flatnonzero(P.face_trap[8])]
    m = len(X)
    if not found:
        return np.zeros(0, np.int64), np.zeros(0), np.zeros((0, 2, m)), np.zeros((0, 2, m))
    places, rates, pulls, answers = zip(*found, strict=True)
    place, pull, kept = np.array(places, np.int64), np.array(pulls), _kept(P)
    for j in range(2):
        pull[:, j] *= kept[place + j]
    return place, np.array(rates), pull, np.array(answers)


def _kept(P: Problem) -> NDArray[np.bool_]:
    """Rows [N, m] that are balances: not the potential of a metal, not the level of a surface."""
    kept = np.ones((len(P.volume), ION + len(P.ion_charge)), dtype=np.bool_)
    for side, i in enumerate((0, -1)):
        if P.contact[side, KIND] == SURFACE:
            kept[i, [ELECTRON, HOLE]] = False
        elif P.contact[side, KIND] == CONTACT and P.contact[side, COMPACT] == np.inf:
            kept[i, PHI] = False
    return kept


def _bend(P: Problem, gamma: Array, i: int) -> tuple[float, float]:
    """Slopes of the excess of both bands to the logarithm of their density."""
    return (
        float(gamma[1, i]) if P.statistics[0, i] >= 0 else 0.0,
        float(gamma[3, i]) if P.statistics[1, i] >= 0 else 0.0,
    )


def _bulk_level(
    P: Problem, X: Array, t: int, i: int, gamma: Array
) -> tuple[int, float, Array, Array]:
    amount, cn, cp, _, _, _, lost = P.trap[t, :, i]
    n1, p1 = emission_levels(P, t, i, gamma)
    n, p = X[ELECTRON, i], X[HOLE, i]
    bend_n, bend_p = _bend(P, gamma, i)
    place = min(i, X.shape[1] - 2)
    pull, answer = np.zeros((2, len(X))), np.zeros((2, len(X)))
    rate = cn * (n + n1) + cp * (p + p1)
    filled, empty = (cn * n + cp * p1) / rate, (cn * n1 + cp * p) / rate
    amount *= P.volume[i]
    pull[i - place, PHI] = -amount * lost
    pull[i - place, ELECTRON] = -amount * cn * (n + n1)
    pull[i - place, HOLE] = amount * cp * (p + p1)
    answer[i - place, ELECTRON] = cn * (n * empty + bend_n * n1 * filled)
    answer[i - place, HOLE] = -cp * (p * filled + bend_p * p1 * empty)
    return place, rate, pull, answer


def _face_level(P: Problem, X: Array, q: int, gamma: Array) -> tuple[int, float, Array, Array]:
    i = int(P.face[q])
    amount, cn, cp, lost = *P.face_trap[:3, q], P.face_trap[8, q]
    nl, pl, nr, pr = face_levels(P, q, X, gamma)
    n, p = X[ELECTRON, i : i + 2], X[HOLE, i : i + 2]
    n1, p1 = np.array([nl, nr]), np.array([pl, pr])
    bend = np.array([_bend(P, gamma, i), _bend(P, gamma, i + 1)])
    fill, drain = (cn * n + cp * p1).sum(), (cn * n1 + cp * p).sum()
    rate = fill + drain
    filled, empty = fill / rate, drain / rate
    pull, answer = np.zeros((2, len(X))), np.zeros((2, len(X)))
    present = P.active[0, i : i + 2]
    pull[:, PHI] = -0.5 * amount * lost
    pull[:, ELECTRON] = np.where(present, -amount * cn * (n + n1), 0.0)
    pull[:, HOLE] = np.where(present, amount * cp * (p + p1), 0.0)
    by_n = cn * (n * empty + bend[:, 0] * n1 * filled)
    by_p = -cp * (p * filled + bend[:, 1] * p1 * empty)
    answer[:, ELECTRON] = np.where(present, by_n, 0.0)
    answer[:, HOLE] = np.where(present, by_p, 0.0)
    per_tilt = cp * (pr - pl) * empty - cn * (nl - nr) * filled
    answer[:, PHI] = 0.5 * per_tilt, -0.5 * per_tilt
    return i, rate, pull, answer
