"""The equations linearised about a state at rest, with the time derivative left open.

Small deviations of (phi, ln density) that grow as e^(s t) obey

    [ J + s M - sum_l  s / (k_l (k_l + s))  a_l b_l^T ] d = -(dR/dV) dV - (dR/dlight) dlight.

J is the Jacobian of the residual at rest, in which the traps follow at once; M holds what is
stored in the densities. Each trap level l answers at its rate k_l = c_n (n + n_1) + c_p (p + p_1):
with g = df/dt, its filling moves by b^T d / (k + s), b = dg/d(phi, ln density), and enters the
residual with a = dR/df. Rank one per level, so the matrix stays block-tridiagonal;
`response.py` solves it.

J and the right-hand sides are complex steps through `reference.residual`: exact to round-off.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...numerics.compiled import kernel
from . import reference
from .kernel import ELECTRON, HOLE, ION, PHI, Problem, edge_current

Array = NDArray[np.float64]

STEP = 1e-30  # of the complex steps
LEFT, RIGHT, LIGHT = 0, 1, 2  # what may be modulated


class Linearised(NamedTuple):
    """The linear system of a device at rest (N nodes, m unknowns a node, Q trap levels).

    Attributes
    ----------
    lower, diagonal, upper
        [N, m, m] derivatives of the residual at rest to (phi, ln density) of the neighbours.
    storage
        [N, m] derivative of each row to the time derivative of its own unknown.
    push
        [3, N, m] derivative of the residual to the left potential, the right one [kT/q], light [1].
    place
        [Q] left node of the pair that a trap level touches.
    rate
        [Q] at which it answers [1/s].
    pull, answer
        [Q, 2, m] the vectors a and b of the module's docstring over the two nodes.
    flux
        [N-1, m, 4] derivatives of each edge's current over q [m-2 s-1] to phi and ln density of its
        left and its right node, in this order: phi left, phi right, left, right.
    plates
        [N-1] displacement per rate of change of the drop in potential [m-2].
    blind
        [N-1] edges across which interface traps carry charge too.
    closed
        [G, 3] unknown, first node and last node + 1 of every region that ions cannot leave.
    """

    lower: Array
    diagonal: Array
    upper: Array
    storage: Array
    push: Array
    place: NDArray[np.int64]
    rate: Array
    pull: Array
    answer: Array
    flux: Array
    plates: Array
    blind: NDArray[np.bool_]
    closed: NDArray[np.int64]


def linearise(P: Problem, X: Array, light: float, left: float, right: float) -> Linearised:
    """Linearise about `X` at rest.

    Parameters
    ----------
    X
        [3 + K, N] potential [kT/q] and densities [m-3] of a steady state.
    light
        Fraction of full generation.
    left, right
        Potential of the contacts [kT/q].
    """
    lower, diagonal, upper = _jacobian(P, X, light, left, right)
    storage, push = _storage(P, X, light, left, right), _push(P, X, light, left, right)
    for row in np.argwhere(~_present(P, X)):
        diagonal[row[0], row[1], row[1]] = 1.0
    place, rate, pull, answer = _levels(P, X)
    blind = np.zeros(len(P.h), dtype=np.bool_)
    blind[P.face] = True
    return Linearised(
        lower,
        diagonal,
        upper,
        storage,
        push,
        place,
        rate,
        pull,
        answer,
        _edges(P, X),
        P.permittivity * P.thermal_voltage / P.h,
        blind,
        _closed(P),
    )


def _closed(P: Problem) -> NDArray[np.int64]:
    """Runs of nodes that hold an ion species."""
    found = []
    for k, present in enumerate(P.active[1:]):
        ends = np.flatnonzero(np.diff(np.concatenate([[False], present, [False]])))
        found += [(ION + k, a, b) for a, b in ends.reshape(-1, 2)]
    return np.array(found, np.int64).reshape(-1, 3)


def _present(P: Problem, X: Array) -> NDArray[np.bool_]:
    """Which unknowns of [N, m] exist."""
    carriers = P.active[0]
    present: NDArray[np.bool_] = np.vstack(
        [np.ones_like(carriers), carriers, carriers, P.active[1:]]
    ).T[:, : len(X)]
    return present


def _jacobian(
    P: Problem, X: Array, light: float, left: float, right: float
) -> tuple[Array, Array, Array]:
    """Blocks of the Jacobian at rest, three nodes apart at a time."""
    m, n = X.shape
    still, faces = np.zeros_like(X), np.zeros(len(P.face))
    blocks = np.zeros((3, n, m, m))  # derivative of row i to node i - 1, i, i + 1
    nodes = np.arange(n)
    for colour in range(3):
        here = nodes[colour::3]
        for c in range(m):
            Z = X.astype(complex)
            Z[c, here] += 1j * STEP * (1.0 if c == PHI else X[c, here])
            slope = reference.residual(P, Z, 0.0, still, faces, light, left, right).imag / STEP
            for k, offset in enumerate((-1, 0, 1)):
                rows = here - offset
                rows = rows[(rows >= 0) & (rows < n)]
                blocks[k, rows, :, c] = slope[:, rows].T
    return blocks[0], blocks[1], blocks[2]


def _storage(P: Problem, X: Array, light: float, left: float, right: float) -> Array:
    """Derivative of each row to d(ln x)/dt of its own unknown; traps stand apart."""
    H = np.zeros(X.shape, dtype=complex)
    H[1:] = 1j * STEP * X[1:]
    faces = np.zeros(len(P.face))
    slope = reference.residual(P, X.astype(complex), 0.0, H, faces, light, left, right).imag / STEP
    stored: Array = np.where(_present(P, X), slope.T, 0.0)
    stored[:, PHI] = 0.0
    return stored


def _push(P: Problem, X: Array, light: float, left: float, right: float) -> Array:
    """Derivatives of the residual to both contact potentials and to the light."""
    still, faces = np.zeros(X.shape), np.zeros(len(P.face))
    Z = X.astype(complex)
    rows = []
    for which in (LEFT, RIGHT, LIGHT):
        d = [1j * STEP if which == k else 0.0 for k in (LEFT, RIGHT, LIGHT)]
        ends: Any = (light + d[2], left + d[0], right + d[1])
        out = reference.residual(P, Z, 0.0, still, faces, *ends)
        rows.append(out.imag.T / STEP)
    return np.array(rows)


def _levels(P: Problem, X: Array) -> tuple[NDArray[np.int64], Array, Array, Array]:
    """Place, rate and the two vectors of every level that stores charge."""
    bulk = [
        _bulk_level(P, X, int(i))
        for i in np.flatnonzero(P.active[0] & (P.trap[0] > 0) & (P.trap[6] != 0))
    ]
    faces = [_face_level(P, X, int(q)) for q in np.flatnonzero(P.face_trap[8] != 0)]
    found = bulk + faces
    m = len(X)
    if not found:
        return np.zeros(0, np.int64), np.zeros(0), np.zeros((0, 2, m)), np.zeros((0, 2, m))
    place, rate, pull, answer = zip(*found, strict=True)
    return np.array(place, np.int64), np.array(rate), np.array(pull), np.array(answer)


def _bulk_level(P: Problem, X: Array, i: int) -> tuple[int, float, Array, Array]:
    amount, cn, cp, n1, p1, _, lost = P.trap[:, i]
    n, p = X[ELECTRON, i], X[HOLE, i]
    place = min(i, X.shape[1] - 2)
    pull, answer = np.zeros((2, len(X))), np.zeros((2, len(X)))
    rate = cn * (n + n1) + cp * (p + p1)
    filled, empty = (cn * n + cp * p1) / rate, (cn * n1 + cp * p) / rate
    amount *= P.volume[i]
    pull[i - place, PHI] = -amount * lost
    pull[i - place, ELECTRON] = -amount * cn * (n + n1)
    pull[i - place, HOLE] = amount * cp * (p + p1)
    answer[i - place, ELECTRON] = cn * n * empty
    answer[i - place, HOLE] = -cp * p * filled
    return place, rate, pull, answer


def _face_level(P: Problem, X: Array, q: int) -> tuple[int, float, Array, Array]:
    i = int(P.face[q])
    amount, cn, cp, nl, pl, nr, pr, _, lost = P.face_trap[:, q]
    tilt = np.exp(0.5 * (X[PHI, i] - X[PHI, i + 1]))
    n, p = X[ELECTRON, i : i + 2], X[HOLE, i : i + 2]
    n1, p1 = np.array([nl * tilt, nr / tilt]), np.array([pl / tilt, pr * tilt])
    fill, drain = (cn * n + cp * p1).sum(), (cn * n1 + cp * p).sum()
    rate = fill + drain
    filled, empty = fill / rate, drain / rate
    pull, answer = np.zeros((2, len(X))), np.zeros((2, len(X)))
    present = P.active[0, i : i + 2]
    pull[:, PHI] = -0.5 * amount * lost
    pull[:, ELECTRON] = np.where(present, -amount * cn * (n + n1), 0.0)
    pull[:, HOLE] = np.where(present, amount * cp * (p + p1), 0.0)
    answer[:, ELECTRON] = np.where(present, cn * n * empty, 0.0)
    answer[:, HOLE] = np.where(present, -cp * p * filled, 0.0)
    per_tilt = cp * (p1[1] - p1[0]) * empty - cn * (n1[0] - n1[1]) * filled
    answer[:, PHI] = 0.5 * per_tilt, -0.5 * per_tilt
    return i, rate, pull, answer


@kernel
def _edges(P: Problem, X: Array) -> Array:
    """Derivatives of the conduction current along every edge."""
    m, n = X.shape
    flux = np.zeros((n - 1, m, 4))
    for i in range(n - 1):
        for s in range(1, m):
            _, g0, g1, y0, y1 = edge_current(P, i, s, X)
            flux[i, s, 0], flux[i, s, 1], flux[i, s, 2], flux[i, s, 3] = g0, g1, y0, y1
    return flux
