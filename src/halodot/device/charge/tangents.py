"""How one converged time level moves with a parameter: the compiled part of `sensitivity.py`.

`low` and `high` are the problems with the parameter a step `d` lower and higher; `rate` is the
derivative of the history `past` of d/dt x = a0 x + past. What depends on the parameter and on the
history is differenced at fixed unknowns; what depends on the unknowns is exact, since where hardly
a carrier is their logarithms move too much for any difference.
"""

from __future__ import annotations

import numpy as np

from ...numerics.compiled import kernel
from .currents import CHARGE
from .kernel import assemble, full_rhs, set_excess, set_fluxes
from .newton import occupations
from .problem import ELECTRON, HOLE, PHI, Array, Problem, State, Workspace
from .reactions import emission_levels, face_levels, face_occupation, occupation
from .trajectory import shunt_current


@kernel
def set_past(W: Workspace, past: State, rate: State, s: float) -> None:
    """History of the workspace: `past`, a step `s` along its derivative."""
    W.history[:] = past.X + s * rate.X
    W.trap_history[:] = past.trap + s * rate.trap
    W.face_history[:] = past.face + s * rate.face


@kernel
def explicit(
    low: Problem,
    high: Problem,
    d: float,
    X: Array,
    a0: float,
    past: State,
    rate: State,
    light: Array,
    ends: Array,
    ways: Array,
    W: Workspace,
    out: Array,
) -> None:
    """Minus the derivative of the residual at fixed X; `light`, `ends` of both devices."""
    for side in range(2):
        P = high if side == 1 else low
        set_past(W, past, rate, d if side == 1 else -d)
        assemble(P, X, a0, light[side], ends[side, 0], ends[side, 1], ways[side], W)
        full_rhs(W, W.rhs)
        if side == 0:
            out[:] = -W.rhs
        else:
            out[:] = (out + W.rhs) / (2.0 * d)


@kernel
def _bend(P: Problem, s: int, i: int, gamma: Array) -> float:
    """Slope of the excess of a band to the logarithm of its density."""
    return gamma[2 * s + 1, i] if P.statistics[s, i] >= 0 else 0.0


@kernel
def _bulk_along(P: Problem, S: State, t: State, a0: float, W: Workspace) -> None:
    """Add to `t` how bulk occupations follow the densities."""
    for k in range(S.trap.shape[0]):
        for i in range(S.X.shape[1]):
            if P.trap[k, 0, i] == 0.0 or not P.active[0, i]:
                continue
            n, p = S.X[ELECTRON, i], S.X[HOLE, i]
            n1, p1 = emission_levels(P, k, i, W.gamma)
            cn, cp, lost = P.trap[k, 1, i], P.trap[k, 2, i], P.trap[k, 6, i]
            past = W.trap_history[k]
            f, e, inverse = occupation(cn, cp, lost, n, p, n1, p1, a0, past[0, i], past[1, i])
            change = cn * (n * e + f * _bend(P, 0, i, W.gamma) * n1) * t.X[ELECTRON, i] / n
            change -= cp * (p * f + e * _bend(P, 1, i, W.gamma) * p1) * t.X[HOLE, i] / p
            t.trap[k, 0, i] += change * inverse
            t.trap[k, 1, i] -= change * inverse


@kernel
def _faces_along(P: Problem, S: State, t: State, a0: float, W: Workspace) -> None:
    """Add to `t` how the occupations of interfaces follow potential and densities."""
    gamma = W.gamma
    for q in range(P.face.shape[0]):
        i, cn, cp = P.face[q], P.face_trap[1, q], P.face_trap[2, q]
        nl, pl, nr, pr = face_levels(P, q, S.X, gamma)
        past = W.face_history
        f, e, inverse = face_occupation(P, q, S.X, gamma, a0, past[0, q], past[1, q])
        tilt = 0.5 * (t.X[PHI, i] - t.X[PHI, i + 1])
        change = (e * cp * (pr - pl) - f * cn * (nl - nr)) * tilt
        for j in range(2):
            n, p = S.X[ELECTRON, i + j], S.X[HOLE, i + j]
            n1, p1 = (nl, pl) if j == 0 else (nr, pr)
            by_n = n * e + f * _bend(P, 0, i + j, gamma) * n1
            by_p = p * f + e * _bend(P, 1, i + j, gamma) * p1
            change += cn * by_n * t.X[ELECTRON, i + j] / n - cp * by_p * t.X[HOLE, i + j] / p
        t.face[0, q] += change * inverse
        t.face[1, q] -= change * inverse


@kernel
def fill_traps(
    P: Problem,
    low: Problem,
    high: Problem,
    d: float,
    S: State,
    t: State,
    a0: float,
    past: State,
    rate: State,
    W: Workspace,
) -> None:
    """Put into `t` the derivative of the occupations: by parameter and history, then by state."""
    near = State(S.X, S.trap.copy(), S.face.copy())
    for side in range(2):
        s = 1.0 if side == 1 else -1.0
        one = high if side == 1 else low
        set_past(W, past, rate, s * d)
        set_excess(one, S.X, W.gamma)
        occupations(one, near, a0, W)
        t.trap[:] += near.trap * (s / (2.0 * d))
        t.face[:] += near.face * (s / (2.0 * d))
    set_past(W, past, rate, 0.0)
    set_excess(P, S.X, W.gamma)
    _bulk_along(P, S, t, a0, W)
    _faces_along(P, S, t, a0, W)


@kernel
def _edge_totals(P: Problem, X: Array, a0: float, W: Workspace) -> Array:
    """Total current over q along every edge but the part that interface traps carry."""
    set_excess(P, X, W.gamma)
    set_fluxes(P, X, W.gamma, W.flux)
    total = np.zeros(P.h.shape[0])
    past = W.history[PHI]
    for i in range(P.h.shape[0]):
        for s in range(1, X.shape[0]):
            if P.mobility[s - 1, i] != 0.0:
                total[i] += W.flux[i, s, 0]
        drop = a0 * (X[PHI, i + 1] - X[PHI, i]) + past[i + 1] - past[i]
        total[i] -= P.permittivity[i] * P.thermal_voltage / P.h[i] * drop
    return total


@kernel
def _along_state(P: Problem, S: State, t: State, a0: float, W: Workspace, noise: Array) -> Array:
    """Change of the currents along the edges with the state; what cancels in them in `noise`."""
    X, F = S.X, W.flux
    change = np.zeros(P.h.shape[0])
    for i in range(P.h.shape[0]):
        e = P.permittivity[i] * P.thermal_voltage / P.h[i]
        change[i] = -e * a0 * (t.X[PHI, i + 1] - t.X[PHI, i])
        noise[i] = e * a0 * abs(X[PHI, i])
        for s in range(1, X.shape[0]):
            if P.mobility[s - 1, i] != 0.0:
                change[i] += F[i, s, 1] * t.X[PHI, i] + F[i, s, 2] * t.X[PHI, i + 1]
                change[i] += F[i, s, 3] * t.X[s, i] / X[s, i]
                change[i] += F[i, s, 4] * t.X[s, i + 1] / X[s, i + 1]
                noise[i] += abs(F[i, s, 3]) + abs(F[i, s, 4])
    for q in range(P.face.shape[0]):
        noise[P.face[q]] = np.inf
    return change


@kernel
def current_slope(
    P: Problem,
    low: Problem,
    high: Problem,
    d: float,
    S: State,
    t: State,
    a0: float,
    past: State,
    rate: State,
    W: Workspace,
) -> float:
    """Derivative of the total current density; edges are weighted as in `currents.write_row`."""
    set_past(W, past, rate, d)
    change = _edge_totals(high, S.X, a0, W)
    set_past(W, past, rate, -d)
    change = (change - _edge_totals(low, S.X, a0, W)) / (2.0 * d)
    set_past(W, past, rate, 0.0)
    _edge_totals(P, S.X, a0, W)
    noise = np.zeros(P.h.shape[0])
    change += _along_state(P, S, t, a0, W, noise)
    weight = P.h / (noise * noise + 1e-20 * noise.min() ** 2 + 1e-200)
    return CHARGE * (weight * change).sum() / weight.sum()


@kernel
def shunt_slope(
    P: Problem,
    low: Problem,
    high: Problem,
    d: float,
    S: State,
    t: State,
    a0: float,
    past: State,
    rate: State,
    light: Array,
    ends: Array,
    ways: Array,
    W: Workspace,
) -> float:
    """Derivative of the current density through the shunt."""
    found = 0.0
    for side in range(2):
        s = 1.0 if side == 1 else -1.0
        one = high if side == 1 else low
        set_past(W, past, rate, s * d)
        left, right = ends[side, 0], ends[side, 1]
        J = shunt_current(one, S.X, a0, light[side], left, right, ways[side], W)
        found += J * s / (2.0 * d)
    if P.circuit[0] > 0.0:
        set_past(W, past, rate, 0.0)
        assemble(P, S.X, a0, light[2], ends[2, 0], ends[2, 1], ways[2], W)
        moved = 0.0
        for r in range(S.X.shape[0]):
            for j in range(2):
                moved += W.metal[j, r] * t.X[r, j] / (S.X[r, j] if r > 0 else 1.0)
        found += moved * P.thermal_voltage * P.circuit[1] * CHARGE
    return found
