"""Newton's method for one time level, for the steady state, and for the dark equilibrium.

Continuity is linear in densities, so the update is n <- n (1 + d), floored at 0.1 n, which
converges in one or two iterations where a logarithmic update needs ten. In the steady state the
content of every ionic region whose ends are blocked is part of the system: one continuity equation
of the region, which the others imply, gives way to

    sum_i V_i a_i = content,

a full row, which is bordered: one more right-hand side for each region.
"""

from __future__ import annotations

import numpy as np

from ...numerics.blocktridiagonal import solve, solve_again
from ...numerics.compiled import kernel
from .kernel import assemble
from .problem import (
    ELECTRON,
    HOLE,
    ION,
    LEAST,
    MOST,
    PHI,
    Array,
    Problem,
    State,
    Workspace,
)
from .reactions import (
    emission_levels,
    face_occupation,
    occupation,
)

# largest wandering that round-off explains: of a density [1], of the potential of a region that
# hardly any carrier reaches [kT/q]
ROUND_OFF, STILL = 1e-2, 1e-3
OUTNUMBERED = 1e-13  # share of the carriers of a node below which one kind has no digits left


@kernel
def apply_update(P: Problem, X: Array, rhs: Array, floor: float, most: float) -> tuple:
    """Add a Newton step to X; return the largest change of a density and of the potential.

    Changes of densities count relative to themselves plus `floor`, carriers that are outnumbered
    beyond round-off relative to that; the potential is changed by at most `most` [kT/q]. A change
    that is not finite is returned as infinite.
    """
    m, n = X.shape
    worst, still = 0.0, 0.0
    for i in range(n):
        d = rhs[i, PHI]
        if not abs(d) < 1e8:
            return np.inf, np.inf
        still = max(still, abs(d))
        X[PHI, i] += min(max(d, -most), most)
        least = floor + OUTNUMBERED * (X[ELECTRON, i] + X[HOLE, i])
        for s in range(1, m):
            d = rhs[i, s]
            if not abs(d) < 1e200:
                return np.inf, np.inf
            x = X[s, i]
            worst = max(worst, abs(d) * x / (x + least))
            new = max(x * (1.0 + d), 0.1 * x)
            if s >= ION:
                top = P.ion_limit[s - ION, i]
                new = min(new, max(0.5 * (x + top), 1.001 * top))
            X[s, i] = min(max(new, LEAST), MOST)
    return worst, still


@kernel
def _solve(W: Workspace) -> bool:
    """Solve the assembled system; `W.rhs` becomes the step."""
    return solve(W.local, W.lower, W.upper, W.out, W.into, W.flow, W.fixed, W.diagonal, W.rhs)


@kernel
def newton(
    P: Problem,
    X: Array,
    a0: float,
    light: Array,
    left: float,
    right: float,
    way: float,
    W: Workspace,
    tolerance: float,
    floor: float,
    limit: int,
) -> int:
    """Solve for X in place. Returns the iterations used, or -1 if they did not suffice.

    The last change is at most `tolerance`; as the method converges quadratically, what is left is
    about its square. Where minority carriers are outnumbered by more than 1/round-off their density
    wanders in its last digits and never meets the tolerance. If the potential stands still and no
    change gets smaller any more, round-off is reached and the state is taken; the equality of the
    current at every face is checked afterwards.
    """
    least, idle = 1e300, 0
    for iteration in range(limit):
        assemble(P, X, a0, light, left, right, way, W)
        if not _solve(W):
            return -1
        worst, still = apply_update(P, X, W.rhs, floor, 40.0)
        if worst == np.inf:
            return -1
        if max(worst, still) < tolerance:
            return iteration + 1
        change = max(worst, still)
        idle = 0 if change < 0.5 * least else idle + 1
        least = min(least, change)
        if idle >= 3 and still < STILL and worst < ROUND_OFF:
            return iteration + 1
    return -1


@kernel
def _pin(P: Problem, X: Array, W: Workspace) -> None:
    """Pin one density of every closed region and prepare the right-hand sides of the border."""
    for r in range(P.region.shape[0]):
        W.border[r] = 0.0
        if not P.region_closed[r]:
            continue
        s, first, last = ION + P.region[r, 0], P.region[r, 1], P.region[r, 2]
        node, most = first, -1.0
        for i in range(first, last + 1):
            if P.volume[i] * X[s, i] > most:
                node, most = i, P.volume[i] * X[s, i]
        W.fixed[node, s] = True
        W.lower[node, s, :] = 0.0
        W.local[node, s, :] = 0.0
        W.upper[node, s, :] = 0.0
        W.local[node, s, s] = 1.0
        W.rhs[node, s] = 0.0
        W.border[r, node, s] = 1.0


@kernel
def _content(P: Problem, X: Array, r: int, change: Array) -> tuple:
    """Ions per area in a region, and the change of that number with d ln a = `change`."""
    s = ION + P.region[r, 0]
    total, moved = 0.0, 0.0
    for i in range(P.region[r, 1], P.region[r, 2] + 1):
        total += P.volume[i] * X[s, i]
        moved += P.volume[i] * X[s, i] * change[i, s]
    return total, moved


@kernel
def _close_border(P: Problem, X: Array, W: Workspace) -> bool:
    """Combine the solutions so that every closed region keeps its content."""
    size = P.region.shape[0]
    A, b = np.zeros((size, size)), np.zeros(size)
    for r in range(size):
        A[r, r] = 1.0
        if not P.region_closed[r]:
            continue
        total, moved = _content(P, X, r, W.rhs)
        b[r] = P.region_total[r] - total - moved
        for q in range(size):
            if P.region_closed[q]:
                A[r, q] = _content(P, X, r, W.border[q])[1]
        scale = 1.0 / P.region_total[r]
        A[r] *= scale
        b[r] *= scale
    for k in range(size):
        pivot = k
        for r in range(k + 1, size):
            if abs(A[r, k]) > abs(A[pivot, k]):
                pivot = r
        if not abs(A[pivot, k]) > 0.0:
            return False
        for c in range(size):
            A[k, c], A[pivot, c] = A[pivot, c], A[k, c]
        b[k], b[pivot] = b[pivot], b[k]
        for r in range(k + 1, size):
            f = A[r, k] / A[k, k]
            A[r] -= f * A[k]
            b[r] -= f * b[k]
    for k in range(size - 1, -1, -1):
        for c in range(k + 1, size):
            b[k] -= A[k, c] * b[c]
        b[k] /= A[k, k]
        W.rhs[:] += b[k] * W.border[k]
    return True


@kernel
def newton_steady(
    P: Problem,
    X: Array,
    light: Array,
    left: float,
    right: float,
    way: float,
    W: Workspace,
    tolerance: float,
    floor: float,
    limit: int,
) -> int:
    """Solve for the steady state in place, ions included. Returns iterations used, or -1."""
    W.history[:] = 0.0
    W.trap_history[:] = 0.0
    W.face_history[:] = 0.0
    least, idle, first = 1e300, 0, 1e300
    for iteration in range(limit):
        assemble(P, X, 0.0, light, left, right, way, W)
        _pin(P, X, W)
        if not _solve(W):
            return -1
        for r in range(P.region.shape[0]):
            if P.region_closed[r]:
                solve_again(W.local, W.lower, W.upper, W.out, W.fixed, W.diagonal, W.border[r])
        if not _close_border(P, X, W):
            return -1
        worst, still = apply_update(P, X, W.rhs, floor, 40.0)
        if worst == np.inf:
            return -1
        if max(worst, still) < tolerance:
            return iteration + 1
        change = max(worst, still)
        idle = 0 if change < 0.5 * least else idle + 1
        least = min(least, change)
        if idle >= 3 and still < STILL and worst < ROUND_OFF:
            return iteration + 1
        first = min(first, still)
        if iteration > 12 and still > 100.0 * first + 1.0:
            return -1
    return -1


@kernel
def occupations(P: Problem, S: State, a0: float, W: Workspace) -> None:
    """Update trap occupations of `S` to its densities."""
    H = W.trap_history
    for t in range(S.trap.shape[0]):
        for i in range(S.X.shape[1]):
            if P.trap[t, 0, i] > 0.0 and P.active[0, i]:
                n1, p1 = emission_levels(P, t, i, W.gamma)
                n, p = S.X[ELECTRON, i], S.X[HOLE, i]
                cn, cp, lost = P.trap[t, 1, i], P.trap[t, 2, i], P.trap[t, 6, i]
                f, e, _ = occupation(cn, cp, lost, n, p, n1, p1, a0, H[t, 0, i], H[t, 1, i])
                S.trap[t, 0, i], S.trap[t, 1, i] = f, e
    F = W.face_history
    for q in range(S.face.shape[1]):
        f, e, _ = face_occupation(P, q, S.X, W.gamma, a0, F[0, q], F[1, q])
        S.face[0, q], S.face[1, q] = f, e


@kernel
def ion_error(P: Problem, X: Array) -> float:
    """Largest relative deviation of the content of a closed ionic region from what was put in."""
    worst = 0.0
    for r in range(P.region.shape[0]):
        if P.region_closed[r]:
            s, total = ION + P.region[r, 0], 0.0
            for i in range(P.region[r, 1], P.region[r, 2] + 1):
                total += P.volume[i] * X[s, i]
            worst = max(worst, abs(total / P.region_total[r] - 1.0))
    return worst


@kernel
def restore_ions(P: Problem, X: Array) -> None:
    """Remove the round-off drift of the ion content (the scheme conserves it exactly)."""
    for r in range(P.region.shape[0]):
        if P.region_closed[r]:
            s, first, last = ION + P.region[r, 0], P.region[r, 1], P.region[r, 2]
            total = 0.0
            for i in range(first, last + 1):
                total += P.volume[i] * X[s, i]
            if total > 0.0:
                for i in range(first, last + 1):
                    X[s, i] *= P.region_total[r] / total
