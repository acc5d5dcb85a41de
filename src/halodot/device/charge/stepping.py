"""One step of variable-step BDF2, its prediction and its local error."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...numerics.compiled import kernel
from .newton import newton, occupations
from .problem import PHI, Array, Problem, State, Workspace

LEAST_MOVE = 1e-3  # change of the potential in a step below which it counts no further [kT/q]


class Tolerances(NamedTuple):
    """Numerical settings: relative tolerance of a step and of Newton, density floors [m-3], budget.

    A density below `floor` no longer has to be right in relative terms while time is stepped, one
    below `newton_floor` not even in a solution: 1 m-3 carries less than 1e-14 A/m2 in any field a
    device survives. `leap` is the largest change of a contact potential in one step [kT/q].
    """

    step: float = 1e-4
    newton: float = 1e-6
    floor: float = 1e15
    newton_floor: float = 1.0
    smallest_step: float = 1e-16
    max_steps: int = 20000
    leap: float = 20.0


@kernel
def copy_state(target: State, source: State) -> None:
    """Copy every array of `source` into `target`."""
    target.X[:] = source.X
    target.trap[:] = source.trap
    target.face[:] = source.face


@kernel
def set_history(W: Workspace, A: State, B: State, c1: float, c2: float) -> None:
    """History terms c1 x(A) + c2 x(B) of every stored quantity."""
    for s in range(A.X.shape[0]):
        for i in range(A.X.shape[1]):
            W.history[s, i] = c1 * A.X[s, i] + c2 * B.X[s, i]
    for t in range(A.trap.shape[0]):
        for j in range(2):
            for i in range(A.X.shape[1]):
                W.trap_history[t, j, i] = c1 * A.trap[t, j, i] + c2 * B.trap[t, j, i]
    for j in range(2):
        for q in range(A.face.shape[1]):
            W.face_history[j, q] = c1 * A.face[j, q] + c2 * B.face[j, q]


@kernel
def predict(
    new: State, A: State, B: State, C: State, dt: float, d1: float, d2: float, order: int
) -> None:
    """Extrapolate the last states to t + dt: potential and occupations in value, densities in log.

    `d1` and `d2` are the last two steps; `order` 1 uses two states, 2 uses three.
    """
    if order >= 2:
        # nodes at 0, -d1, -(d1 + d2); Lagrange weights at dt
        e = d1 + d2
        wa = (dt + d1) * (dt + e) / (d1 * e)
        wb = -dt * (dt + e) / (d1 * d2)
        wc = dt * (dt + d1) / (e * d2)
    else:
        wa, wb, wc = 1.0 + dt / d1, -dt / d1, 0.0
    new.trap[:] = wa * A.trap + wb * B.trap + wc * C.trap
    new.face[:] = wa * A.face + wb * B.face + wc * C.face
    for i in range(new.X.shape[1]):
        new.X[PHI, i] = wa * A.X[PHI, i] + wb * B.X[PHI, i] + wc * C.X[PHI, i]
    for s in range(1, new.X.shape[0]):
        for i in range(new.X.shape[1]):
            a, b, c = A.X[s, i], B.X[s, i], C.X[s, i]
            # wa + wb + wc = 1, so that a product of powers of ratios is left
            step = wb * np.log(b / a) + (wc * np.log(c / a) if order >= 2 else 0.0)
            new.X[s, i] = a * np.exp(min(max(step, -2.0), 2.0))


@kernel
def local_error(
    P: Problem,
    new: State,
    guess: State,
    last: State,
    floor: float,
    order: int,
    dt: float,
    d1: float,
    d2: float,
) -> float:
    """Size of the local error of the new state given its prediction.

    Potentials count in units of 10 kT/q, or of ten times what any of them changed in the step if
    that is less (a slow ramp drives a displacement current by its rate), densities relative to
    themselves plus `floor`, occupations of charged traps as they are.
    """
    if order >= 2:
        r = dt / d1
        bdf = (r * (1.0 + r)) ** 2 / (6.0 * (1.0 + 2.0 * r)) * d1**3
        extrapolation = dt * (dt + d1) * (dt + d1 + d2) / 6.0
        share = bdf / (bdf + extrapolation)
    else:
        share = 0.5 * dt * dt / (0.5 * dt * dt + 0.5 * dt * (dt + d1))
    worst, moved = 0.0, LEAST_MOVE
    for i in range(new.X.shape[1]):
        moved = max(moved, abs(new.X[PHI, i] - last.X[PHI, i]))
    unit = 10.0 * min(moved, 1.0)
    for i in range(new.X.shape[1]):
        worst = max(worst, abs(new.X[PHI, i] - guess.X[PHI, i]) / unit)
        for s in range(1, new.X.shape[0]):
            worst = max(worst, abs(new.X[s, i] - guess.X[s, i]) / (new.X[s, i] + floor))
        for t in range(P.trap.shape[0]):
            if P.trap[t, 0, i] > 0.0 and P.trap[t, 6, i] > 0.0 and P.active[0, i]:
                worst = max(worst, abs(new.trap[t, 0, i] - guess.trap[t, 0, i]))
    for q in range(new.face.shape[1]):
        if P.face_trap[8, q] > 0.0:
            worst = max(worst, abs(new.face[0, q] - guess.face[0, q]))
    return worst * share


@kernel
def step_coefficients(dt: float, d1: float, order: int) -> tuple:
    """Weights of the new, last and last but one level in the time derivative."""
    if order >= 2:
        r = dt / d1
        return (1 + 2 * r) / ((1 + r) * dt), -(1 + r) / dt, r * r / ((1 + r) * dt)
    return 1.0 / dt, -1.0 / dt, 0.0


@kernel
def attempt(
    P: Problem,
    new: State,
    A: State,
    B: State,
    dt: float,
    d1: float,
    order: int,
    light: Array,
    left: float,
    right: float,
    way: float,
    W: Workspace,
    T: Tolerances,
) -> int:
    """Take one implicit step of BDF1 or BDF2 from A (and B) to `new`, whose X is the guess."""
    a0, c1, c2 = step_coefficients(dt, d1, order)
    set_history(W, A, B, c1, c2)
    used = newton(P, new.X, a0, light, left, right, way, W, T.newton, T.newton_floor, 20)
    if used > 0:
        occupations(P, new, a0, W)
    return used
