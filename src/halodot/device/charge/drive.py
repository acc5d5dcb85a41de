"""Loops over time and voltage: follow a drive with error control, sweep steady states, rest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...numerics.compiled import kernel
from .currents import write_row
from .ends import asked_way
from .newton import STILL, ion_error, newton_steady, occupations, restore_ions
from .problem import PHI, Array, Index, Problem, State, Workspace
from .stepping import (
    Tolerances,
    attempt,
    copy_state,
    local_error,
    predict,
    step_coefficients,
)

OK, NOT_CONVERGED, STEP_TOO_SMALL, MAX_STEPS = 0, 1, 2, 3
REPEATS, SETTLED = 8, 1.0  # steps of full length; s
FIRST = 1e-4  # first step of a segment, as a share of it
LOST = 1e-5  # relative loss of ions in one step that round-off does not explain


class Drive(NamedTuple):
    """Piecewise linear drive: corner times [s] from 0, left end [kT/q], light [1], way of driving.

    `light` is [corners, sources]; `way` [segments] is `ends.DRIVEN`, or `ends.OPEN` where terminals
    are open.
    """

    time: Array
    left: Array
    right: float
    light: Array
    way: Array


class History(NamedTuple):
    """Accepted steps, if kept: states [steps + 1, m, N] and traps, times, orders. Else empty."""

    X: Array
    trap: Array
    face: Array
    time: Array
    order: Index


@kernel
def _conserve(P: Problem, X: Array) -> float:
    """Restore the ion content where round-off moved it; return by how much it had moved."""
    error = ion_error(P, X)
    if LOST > error > 1e-15:
        restore_ions(P, X)
    return error


@kernel
def _record(
    P: Problem,
    new: State,
    A: State,
    B: State,
    dt: float,
    d1: float,
    order: int,
    W: Workspace,
    loss: float,
    level: float,
    row: Array,
) -> None:
    a0, c1, c2 = step_coefficients(dt, d1, order)
    for i in range(new.X.shape[1]):
        W.history[PHI, i] = c1 * A.X[PHI, i] + c2 * B.X[PHI, i]
    write_row(P, new, a0, W.history[PHI], level, W, loss, row)


@kernel
def _fit(wanted: float, left_over: float) -> float:
    """Shorten a step so that the next output is met without a sliver before it."""
    if wanted > 0.999 * left_over:
        return left_over
    return 0.5 * left_over if wanted > 0.5 * left_over else wanted


@kernel
def _grow(step: float, wanted: float, error: float, order: int, used: int) -> float:
    """Length of the next step; BDF2 stays stable for ratios below 2.4."""
    if order == 0 or error < 1e-6:
        factor = 2.0
    else:
        factor = min(2.0, max(0.3, 0.9 * error ** (-1.0 / (order + 1))))
    if used > 8:
        factor = min(factor, 1.0)
    longer = wanted if step < wanted and factor >= 1.0 else 0.0
    return min(max(step * factor, longer), 2.3 * step)


@kernel
def _keep(H: History, k: int, S: State, time: float, order: int) -> None:
    if k < H.time.shape[0]:
        H.X[k] = S.X
        H.trap[k] = S.trap
        H.face[k] = S.face
        H.time[k] = time
        H.order[k] = order


@kernel
def _shoot(snapshots: Array, left_over: int, S: State) -> None:
    """Keep the unknowns of one of the last outputs, of which `left_over` remain."""
    if left_over <= snapshots.shape[0]:
        snapshots[snapshots.shape[0] - left_over] = S.X


@kernel
def _events(step: float, span: float, way: float, asked: float, switched: int) -> tuple:
    """What follows from a source that asks for another way: next step, way, switches so far.

    A kink is met within a thousandth of the segment, then taken in the other way.
    """
    if step > 1e-3 * span:
        return max(1e-3 * span, 0.1 * step), way, switched
    return step, asked, switched + 1


@kernel
def _length(D: Drive, k: int, T: Tolerances) -> float:
    """Largest step within segment k."""
    span = D.time[k + 1] - D.time[k]
    swing = abs(D.left[k + 1] - D.left[k])
    return span if swing < T.leap else span * T.leap / swing


@kernel
def _try(
    P: Problem,
    states: tuple,
    guess: State,
    W: Workspace,
    D: Drive,
    k: int,
    span: float,
    at: tuple,
    T: Tolerances,
) -> tuple:
    """Take one step of segment k to the last of the four states.

    `at` is the time within the segment, the step, the two before it, the order, and the way of
    driving. Returns the iterations used, the local error over its tolerance, the left potential.
    """
    A, B, C, new = states
    tau, step, d1, d2, order, way = at
    w = min(tau, span) / span
    light = D.light[k] + w * (D.light[k + 1] - D.light[k])
    left = D.left[k] + w * (D.left[k + 1] - D.left[k])
    if order == 0:
        copy_state(new, A)
    else:
        predict(new, A, B, C, step, d1, d2, order)
        copy_state(guess, new)
    used = attempt(P, new, A, B, step, d1, max(order, 1), light, left, D.right, way, W, T)
    error = 0.0
    if used > 0 and order > 0:
        error = local_error(P, new, guess, A, T.floor, order, step, d1, d2) / T.step
    return used, error, left


@kernel
def follow(
    P: Problem,
    states: tuple,
    guess: State,
    W: Workspace,
    D: Drive,
    outputs: Array,
    first_step: float,
    T: Tolerances,
    record: Array,
    status: Index,
    snapshots: Array,
    H: History,
) -> int:
    """Integrate along a drive, record the current at each output; return the steps accepted.

    Parameters
    ----------
    states
        Four states; the first holds the start and, at the end, the last converged state.
    outputs
        Increasing times [s] in (0, D.time[-1]], each after at least one step.
    record, status
        Shape [outputs, COLUMNS] and [outputs]; rows after a failure keep its code.
    snapshots
        Shape [s, 3 + K, N]: unknowns at the last s outputs.
    """
    A, B, C, new = states
    out, steps, taken = 0, 0, 0
    d1, d2, drift, switched = 1.0, 1.0, 0.0, 0
    _keep(H, 0, A, 0.0, 0)
    for k in range(D.time.shape[0] - 1):
        span = D.time[k + 1] - D.time[k]
        tau, order, way = 0.0, 0, D.way[k]
        # of first order and unchecked: far below what follows, and tied to the tolerance
        dt = min(first_step, FIRST * span) * (T.step / 1e-3) ** (1.0 / 3.0)
        largest = _length(D, k, T)
        while tau < span * (1.0 - 1e-14):
            due = outputs[out] - D.time[k] if out < outputs.shape[0] else np.inf
            target = min(span, due)
            step = _fit(min(dt, largest), target - tau)
            at = tau + step, step, d1, d2, order, way
            used, error, left = _try(P, states, guess, W, D, k, span, at, T)
            steps += 1
            small = step < max(T.smallest_step, 1e-14 * span)
            failed = used < 0 or (error > 1.0 and not small)
            asked = way if failed else asked_way(P, left, way, W)
            if asked != way and switched < 4:
                order = 0
                dt, way, switched = _events(step, span, way, asked, switched)
                continue
            switched = 0
            loss = 0.0 if failed else _conserve(P, new.X)
            if not loss < LOST:
                failed, used = True, -1
            if (failed and small) or steps > T.max_steps:
                status[out:] = NOT_CONVERGED if failed and small else MAX_STEPS
                return taken
            if failed:
                dt = step * (0.25 if used < 0 else max(0.2, 0.85 * error ** (-1 / (order + 1))))
                continue
            drift += loss
            landed = step == target - tau
            tau = target if landed else tau + step
            if landed and abs(due - target) <= 1e-12 * span:
                _record(P, new, A, B, step, d1, max(order, 1), W, drift, D.right, record[out])
                status[out] = OK
                _shoot(snapshots, outputs.shape[0] - out, new)
                out += 1
            copy_state(C, B)
            copy_state(B, A)
            copy_state(A, new)
            taken += 1
            _keep(H, taken, A, D.time[k] + tau, max(order, 1))
            d2, d1 = d1, step
            dt = _grow(step, min(dt, largest), error, order, used)
            order = min(order + 1, 2)
    return taken


@kernel
def rest(
    P: Problem,
    states: tuple,
    W: Workspace,
    light: Array,
    left: float,
    right: float,
    way: float,
    duration: float,
    first_step: float,
    T: Tolerances,
) -> int:
    """Let the device come to rest at a fixed drive by implicit Euler steps of growing length.

    Steps of the length `duration` are repeated, at most `REPEATS` times, until the potential stands
    still, or until nothing but regions that hardly any carrier reaches moves after `SETTLED`
    seconds: those are cut off for as long as anybody waits. On success the first state holds the
    result and OK is returned, else a failure code.
    """
    A, _, _, new = states
    dt, elapsed, change = min(first_step, duration), 0.0, np.inf
    repeats, failures, switched = 0, 0, 0
    for _ in range(400):
        step = min(dt, duration)
        copy_state(new, A)
        used = attempt(P, new, A, A, step, 1.0, 1, light, left, right, way, W, T)
        asked = way if used < 0 else asked_way(P, left, way, W)
        if asked != way and switched < 4:
            way, switched = asked, switched + 1
            continue
        switched = 0
        if used < 0 or not _conserve(P, new.X) < LOST:
            failures += 1
            if failures > 3 and elapsed >= SETTLED and change < STILL:
                return OK  # what is left to move takes longer than the digits can follow
            dt = step * 0.1
            if dt < 1e-24:
                return STEP_TOO_SMALL
            continue
        change = np.abs(new.X[PHI] - A.X[PHI]).max()
        copy_state(A, new)
        elapsed += step
        repeats += int(step >= duration)
        if repeats > 0 and (change < 1e-6 or repeats >= REPEATS):
            return OK
        dt = step * (10.0 if used < 8 else 3.0)
    return MAX_STEPS


@kernel
def sweep_steady(
    P: Problem,
    states: tuple,
    W: Workspace,
    light: Array,
    left: Array,
    right: float,
    way: float,
    start: int,
    T: Tolerances,
    record: Array,
) -> int:
    """Steady states at the potentials `left`, from number `start`, each predicted from the last.

    The first state holds the one before `start`. Returns how many were reached; the first state
    holds the last of them.
    """
    A, B, C, new = states
    known = 1 if start > 0 else 0
    none = np.zeros(A.X.shape[1])
    for k in range(start, left.shape[0]):
        order = min(known - 1, 2)
        if order > 0:
            step, d1 = left[k] - left[k - 1], left[k - 1] - left[k - 2]
            d2 = left[k - 2] - left[k - 3] if order > 1 else 1.0
            if step == 0.0 or d1 == 0.0 or d2 == 0.0 or max(abs(step / d1), abs(d1 / d2)) > 4.0:
                order = 0
            else:
                predict(new, A, B, C, step, d1, d2, order)
        if order <= 0:
            copy_state(new, A)
        tries = 0
        while tries < 4:
            tries += 1
            used = newton_steady(
                P, new.X, light, left[k], right, way, W, T.newton, T.newton_floor, 30
            )
            asked = way if used < 0 else asked_way(P, left[k], way, W)
            if used > 0 and asked == way:
                break
            if tries == 4 or (used < 0 and tries > 1):
                return k
            way = asked
            copy_state(new, A)
        occupations(P, new, 0.0, W)
        write_row(P, new, 0.0, none, right, W, ion_error(P, new.X), record[k])
        copy_state(C, B)
        copy_state(B, A)
        copy_state(A, new)
        known += 1
    return left.shape[0]
