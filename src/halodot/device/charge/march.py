"""Newton's method and error-controlled time stepping for the coupled equations.

Variable-step BDF2 with a quadratic predictor; the local error is estimated from predictor minus
corrector. Steps land on every output and every kink of the drive, and restart at first order after
a kink. Continuity is linear in densities, so the Newton update is n <- n (1 + d), floored at 0.1 n,
which converges in one or two iterations where a logarithmic update needs ten.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...numerics.blocktridiagonal import solve
from ...numerics.compiled import kernel
from .kernel import (
    ELECTRON,
    HOLE,
    ION,
    PHI,
    SURFACE,
    Problem,
    assemble,
    edge_current,
    face_levels,
    face_occupation,
    occupation,
)

Array = NDArray[np.float64]
CHARGE = 1.602176634e-19

ROUND_OFF = 1e-2  # largest wandering of a density that round-off explains
OK, NOT_CONVERGED, STEP_TOO_SMALL, MAX_STEPS, NOT_CONSERVED = 0, 1, 2, 3, 4


class State(NamedTuple):
    """The solution at one time: unknowns [3 + K, N], trap and interface-trap occupations."""

    X: Array
    trap: Array
    face: Array


class Workspace(NamedTuple):
    """Scratch arrays of one device."""

    lower: Array
    diagonal: Array
    upper: Array
    rhs: Array
    block: Array
    history: Array
    face_history: Array


class Tolerances(NamedTuple):
    """Numerical settings: relative tolerance of a step and of Newton, density floors [m-3], budget.

    Below a floor a density no longer has to be right in relative terms: 1 m-3 carries less than
    1e-14 A/m2 in any field a device survives. `leap` is the largest change of a contact potential
    in one step [kT/q].
    """

    step: float = 1e-4
    newton: float = 1e-8
    floor: float = 1e12
    newton_floor: float = 1.0
    smallest_step: float = 1e-16
    max_steps: int = 20000
    leap: float = 20.0


@kernel
def newton(
    P: Problem,
    X: Array,
    a0: float,
    W: Workspace,
    light: float,
    left: float,
    right: float,
    tolerance: float,
    floor: float,
    limit: int,
) -> int:
    """Solve for X in place. Returns the iterations used, or -1 if they did not suffice.

    Where minority carriers are outnumbered by more than 1/round-off their density wanders in its
    last digits and never meets the tolerance. If the potential stands still and no change gets
    smaller any more, round-off is reached and the state is taken; the equality of the current at
    every face is checked afterwards.
    """
    m, n = X.shape
    least, idle = 1e300, 0
    for iteration in range(limit):
        assemble(
            P,
            X,
            a0,
            W.history,
            W.face_history,
            light,
            left,
            right,
            W.lower,
            W.diagonal,
            W.upper,
            W.rhs,
        )
        if not solve(W.lower, W.diagonal, W.upper, W.rhs, W.block):
            return -1
        worst, still = 0.0, 0.0
        for i in range(n):
            d = W.rhs[i, PHI]
            if not abs(d) < 1e8:
                return -1
            still = max(still, abs(d))
            X[PHI, i] += min(max(d, -40.0), 40.0)
            for s in range(1, m):
                d = W.rhs[i, s]
                if not abs(d) < 1e200:
                    return -1
                x = X[s, i]
                worst = max(worst, abs(d) * x / (x + floor))
                new = max(x * (1.0 + d), 0.1 * x)
                if s >= ION:
                    new = min(new, 0.5 * (x + P.ion_limit[s - ION, i]))
                X[s, i] = min(max(new, 1e-80), 1e40)
        if max(worst, still) < tolerance:
            return iteration + 1
        idle = 0 if worst < 0.5 * least else idle + 1
        least = min(least, worst)
        if idle >= 3 and still < 1e-6 and worst < ROUND_OFF:
            return iteration + 1
    return -1


@kernel
def occupations(P: Problem, S: State, a0: float, W: Workspace) -> None:
    """Update trap occupations of `S` to its densities."""
    for i in range(S.trap.shape[0]):
        if P.trap[0, i] > 0.0 and P.active[0, i]:
            S.trap[i] = occupation(P, i, S.X[ELECTRON, i], S.X[HOLE, i], a0, W.history[PHI, i])[0]
    for q in range(S.face.shape[0]):
        S.face[q] = face_occupation(P, q, S.X, a0, W.face_history[q])[0]


@kernel
def ion_error(P: Problem, X: Array) -> float:
    """Largest relative deviation of the ion content of any species from what was put in."""
    worst = 0.0
    for k in range(P.ion_charge.shape[0]):
        total = 0.0
        for i in range(X.shape[1]):
            if P.active[1 + k, i]:
                total += P.volume[i] * X[ION + k, i]
        if P.ion_total[k] > 0.0:
            worst = max(worst, abs(total / P.ion_total[k] - 1.0))
    return worst


@kernel
def _restore_ions(P: Problem, X: Array) -> None:
    """Remove the round-off drift of the ion content (the scheme conserves it exactly)."""
    for k in range(P.ion_charge.shape[0]):
        total = 0.0
        for i in range(X.shape[1]):
            if P.active[1 + k, i]:
                total += P.volume[i] * X[ION + k, i]
        if total > 0.0:
            f = P.ion_total[k] / total
            for i in range(X.shape[1]):
                if P.active[1 + k, i]:
                    X[ION + k, i] *= f


@kernel
def _set_history(W: Workspace, A: State, B: State, c1: float, c2: float) -> None:
    """History terms c1 x(A) + c2 x(B) of every stored quantity."""
    for s in range(1, A.X.shape[0]):
        W.history[s] = c1 * A.X[s] + c2 * B.X[s]
    W.history[PHI] = c1 * A.trap + c2 * B.trap
    W.face_history[:] = c1 * A.face + c2 * B.face


@kernel
def _face_transfer(P: Problem, S: State, q: int) -> float:
    """Charge carried across an interface by its traps, over q [m-2 s-1]."""
    i = P.face[q]
    t = P.face_trap[:, q]
    f = S.face[q]
    n1l, p1l, n1r, p1r = face_levels(P, q, S.X)
    net = np.zeros(2)
    for j, (n1, p1) in enumerate(((n1l, p1l), (n1r, p1r))):
        un = t[0] * t[1] * (S.X[ELECTRON, i + j] * (1.0 - f) - n1 * f)
        up = t[0] * t[2] * (S.X[HOLE, i + j] * f - p1 * (1.0 - f))
        net[j] = up - un
    return 0.5 * (net[0] - net[1])


@kernel
def currents(P: Problem, S: State, a0: float, dphi_history: Array) -> tuple:
    """Total current density [A/m2] and its spread over the faces of the grid.

    Conduction of all species, displacement and transfer through interface traps; equal at every
    face up to round-off. Drift and diffusion cancel to many digits where carriers are dense, so the
    mean weights each face with its length over the square of the terms that cancel there.

    Returns
    -------
    mean, spread (weighted mean deviation), electron, hole and ion parts of the conduction current
    averaged over the thickness, and the smallest current that the digits resolve.
    """
    m, n = S.X.shape
    total, noise = np.zeros(n - 1), np.zeros(n - 1)
    part = np.zeros(4)
    length = P.h.sum()
    for i in range(n - 1):
        for s in range(1, m):
            f, _, _, y0, y1 = edge_current(P, i, s, S.X)
            total[i] += f
            noise[i] += abs(y0) + abs(y1)
            part[min(s, ION)] += f * P.h[i] / length
        e = P.permittivity[i] * P.thermal_voltage / P.h[i]
        total[i] -= e * (a0 * (S.X[PHI, i + 1] - S.X[PHI, i]) + dphi_history[i])
        noise[i] += e * a0 * abs(S.X[PHI, i])
    for q in range(P.face.shape[0]):
        total[P.face[q]] += _face_transfer(P, S, q)
        noise[P.face[q]] = np.inf  # emission and capture cancel to more digits than there are
    weight = P.h / (noise * noise + 1e-20 * noise.min() ** 2 + 1e-200)
    weight /= weight.sum()
    mean = (total * weight).sum()
    spread = (np.abs(total - mean) * weight).sum()
    resolution = 1e-11 * noise.min()
    return (
        CHARGE * mean,
        CHARGE * spread,
        CHARGE * part[1],
        CHARGE * part[2],
        CHARGE * part[3],
        CHARGE * resolution,
    )


@kernel
def copy_state(target: State, source: State) -> None:
    """Copy every array of `source` into `target`."""
    target.X[:] = source.X
    target.trap[:] = source.trap
    target.face[:] = source.face


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
    new.X[PHI] = wa * A.X[PHI] + wb * B.X[PHI] + wc * C.X[PHI]
    for s in range(1, new.X.shape[0]):
        for i in range(new.X.shape[1]):
            la, lb, lc = np.log(A.X[s, i]), np.log(B.X[s, i]), np.log(C.X[s, i])
            step = wa * la + wb * lb + wc * lc - la
            new.X[s, i] = A.X[s, i] * np.exp(min(max(step, -2.0), 2.0))


@kernel
def local_error(
    P: Problem,
    new: State,
    guess: State,
    floor: float,
    order: int,
    dt: float,
    d1: float,
    d2: float,
) -> float:
    """Size of the local error of the new state given its prediction.

    Potentials count in units of 10 kT/q, densities relative to themselves plus `floor`,
    occupations of charged traps as they are.
    """
    if order >= 2:
        r = dt / d1
        bdf = (r * (1.0 + r)) ** 2 / (6.0 * (1.0 + 2.0 * r)) * d1**3
        extrapolation = dt * (dt + d1) * (dt + d1 + d2) / 6.0
        share = bdf / (bdf + extrapolation)
    else:
        share = 0.5 * dt * dt / (0.5 * dt * dt + 0.5 * dt * (dt + d1))
    worst = 0.0
    for i in range(new.X.shape[1]):
        worst = max(worst, 0.1 * abs(new.X[PHI, i] - guess.X[PHI, i]))
        for s in range(1, new.X.shape[0]):
            worst = max(worst, abs(new.X[s, i] - guess.X[s, i]) / (new.X[s, i] + floor))
        if P.trap[0, i] > 0.0 and P.trap[6, i] > 0.0 and P.active[0, i]:
            worst = max(worst, abs(new.trap[i] - guess.trap[i]))
    for q in range(new.face.shape[0]):
        if P.face_trap[8, q] > 0.0:
            worst = max(worst, abs(new.face[q] - guess.face[q]))
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
    W: Workspace,
    light: float,
    left: float,
    right: float,
    T: Tolerances,
) -> int:
    """Take one implicit step of BDF1 or BDF2 from A (and B) to `new`, whose X is the guess."""
    a0, c1, c2 = step_coefficients(dt, d1, order)
    _set_history(W, A, B, c1, c2)
    used = newton(P, new.X, a0, W, light, left, right, T.newton, T.newton_floor, 20)
    if used > 0:
        occupations(P, new, a0, W)
    return used


@kernel
def equilibrium(P: Problem, S: State, left: float, right: float, limit: int) -> int:
    """Solve Poisson's equation with carriers at Fermi level zero and ions as they stand.

    Damped Newton on the scalar problem; densities and occupations of `S` follow. Returns the
    iterations used or -1.
    """
    n = S.X.shape[1]
    X = S.X
    low, mid, up, rhs = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    for iteration in range(limit):
        low[:] = 0.0
        mid[:] = 0.0
        up[:] = 0.0
        rhs[:] = 0.0
        for i in range(n):
            v = P.volume[i]
            rho, slope = P.fixed[i], 0.0
            for k in range(P.ion_charge.shape[0]):
                if P.active[1 + k, i]:
                    rho += P.ion_charge[k] * X[ION + k, i]
            if P.active[0, i]:
                X[ELECTRON, i] = np.exp(min(max(X[PHI, i] + P.band_n[i], -180.0), 180.0))
                X[HOLE, i] = np.exp(min(max(-X[PHI, i] - P.band_p[i], -180.0), 180.0))
                rho += X[HOLE, i] - X[ELECTRON, i]
                slope -= X[HOLE, i] + X[ELECTRON, i]
                t = P.trap[:, i]
                if t[0] > 0.0:
                    f = X[ELECTRON, i] / (X[ELECTRON, i] + t[3]) if t[3] > 0.0 else 1.0
                    S.trap[i] = f
                    rho += t[0] * (t[5] - t[6] * f)
                    slope -= t[0] * t[6] * f * (1.0 - f)
            rhs[i] += v * rho
            mid[i] += v * slope
        for q in range(P.face.shape[0]):
            t = P.face_trap[:, q]
            n1l, _, n1r, _ = face_levels(P, q, X)
            for j, n1 in enumerate((n1l, n1r)):
                i = P.face[q] + j
                f = X[ELECTRON, i] / (X[ELECTRON, i] + n1) if n1 > 0.0 else 1.0
                S.face[q] = f
                rhs[i] += 0.5 * t[0] * (t[7] - t[8] * f)
                mid[i] -= 0.5 * t[0] * t[8] * f * (1.0 - f)
        for i in range(n - 1):
            e = P.permittivity[i] * P.thermal_voltage / P.h[i]
            d = e * (X[PHI, i + 1] - X[PHI, i])
            rhs[i] += d
            rhs[i + 1] -= d
            mid[i] -= e
            mid[i + 1] -= e
            up[i] += e
            low[i + 1] += e
        for side in range(2):
            if P.contact[side, 5] != SURFACE:
                i = 0 if side == 0 else n - 1
                low[i], up[i], mid[i] = 0.0, 0.0, 1.0
                rhs[i] = X[PHI, i] - (left if side == 0 else right)
        for i in range(1, n):
            f = low[i] / mid[i - 1]
            mid[i] -= f * up[i - 1]
            rhs[i] -= f * rhs[i - 1]
        worst, d = 0.0, 0.0
        for i in range(n - 1, -1, -1):
            d = -(rhs[i] + up[i] * d) / mid[i]
            worst = max(worst, abs(d))
            if not abs(d) < 1e12:
                return -1
            size = abs(d)
            X[PHI, i] += d if size < 1.0 else np.sign(d) * (1.0 + np.log(size))
        if worst < 1e-10:
            return iteration + 1
    return -1
