"""Loops over time: follow a drive with error control, or let a device come to rest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...numerics.compiled import kernel
from .kernel import PHI, Problem
from .march import (
    MAX_STEPS,
    NOT_CONSERVED,
    NOT_CONVERGED,
    OK,
    STEP_TOO_SMALL,
    State,
    Tolerances,
    Workspace,
    _restore_ions,
    attempt,
    copy_state,
    currents,
    ion_error,
    local_error,
    predict,
    step_coefficients,
)

Array = NDArray[np.float64]
REPEATS = 8
LOST = 1e-5  # relative loss of ions in one step that round-off does not explain
# current density, spread over faces, electron, hole and ion parts, resolution, ion error
RECORD = 7


class Drive(NamedTuple):
    """Piecewise linear drive: corner times [s] from 0, contact potentials [kT/q], light [1]."""

    time: Array
    left: Array
    right: Array
    light: Array


@kernel
def _at(D: Drive, k: int, tau: float) -> tuple:
    """Drive at time `tau` after corner k."""
    w = tau / (D.time[k + 1] - D.time[k])
    return (
        D.light[k] + w * (D.light[k + 1] - D.light[k]),
        D.left[k] + w * (D.left[k + 1] - D.left[k]),
        D.right[k] + w * (D.right[k + 1] - D.right[k]),
    )


@kernel
def _conserve(P: Problem, X: Array) -> float:
    """Restore the ion content where round-off moved it; return by how much it had moved."""
    error = ion_error(P, X)
    if LOST > error > 1e-13:
        _restore_ions(P, X)
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
    row: Array,
    drift: float,
) -> None:
    a0, c1, c2 = step_coefficients(dt, d1, order)
    n = new.X.shape[1]
    history = np.zeros(n - 1)
    for i in range(n - 1):
        history[i] = c1 * (A.X[PHI, i + 1] - A.X[PHI, i]) + c2 * (B.X[PHI, i + 1] - B.X[PHI, i])
    row[0], row[1], row[2], row[3], row[4], row[5] = currents(P, new, a0, history)
    row[6] = drift


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
def _reason(stuck: bool, budget: bool) -> int:
    if stuck:
        return NOT_CONVERGED
    return MAX_STEPS if budget else NOT_CONSERVED


@kernel
def follow(
    P: Problem,
    states: tuple,
    W: Workspace,
    D: Drive,
    outputs: Array,
    first_step: float,
    T: Tolerances,
    record: Array,
    status: NDArray[np.int64],
    snapshots: Array,
) -> int:
    """Integrate along a drive and record the total current at each output time.

    Parameters
    ----------
    states
        Four states; the first holds the start and, at the end, the last converged state.
    outputs
        Increasing times [s] in (0, D.time[-1]], each after at least one step.
    record, status
        Shape [outputs, RECORD] and [outputs]; rows after a failure keep its code.
    snapshots
        Shape [s, 3 + K, N]: unknowns at the last s outputs.

    Returns
    -------
    int
        Steps taken.
    """
    A, B, C, new = states
    guess = State(np.empty_like(A.X), np.empty_like(A.trap), np.empty_like(A.face))
    out, steps, shots = 0, 0, snapshots.shape[0]
    d1, d2, drift = 1.0, 1.0, 0.0
    for k in range(D.time.shape[0] - 1):
        span = D.time[k + 1] - D.time[k]
        tau, order = 0.0, 0
        dt = min(first_step, 1e-3 * span)
        swing = max(abs(D.left[k + 1] - D.left[k]), abs(D.right[k + 1] - D.right[k]))
        largest = span if swing < T.leap else span * T.leap / swing
        while tau < span * (1.0 - 1e-14):
            due = outputs[out] - D.time[k] if out < outputs.shape[0] else np.inf
            target = min(span, due)
            step = _fit(min(dt, largest), target - tau)
            light, pl, pr = _at(D, k, min(tau + step, span))
            if order == 0:
                copy_state(new, A)
            else:
                predict(new, A, B, C, step, d1, d2, order)
                copy_state(guess, new)
            used = attempt(P, new, A, B, step, d1, max(order, 1), W, light, pl, pr, T)
            error = 0.0
            if used > 0 and order > 0:
                error = local_error(P, new, guess, T.floor, order, step, d1, d2) / T.step
            steps += 1
            small = step < max(T.smallest_step, 1e-14 * span)
            failed = used < 0 or (error > 1.0 and not small)
            loss = 0.0 if failed else _conserve(P, new.X)
            drift += loss
            if (failed and small) or steps > T.max_steps or not loss < LOST:
                status[out:] = _reason(failed and small, steps > T.max_steps)
                return steps
            if failed:
                dt = step * (0.25 if used < 0 else max(0.2, 0.85 * error ** (-1 / (order + 1))))
                continue
            landed = step == target - tau
            tau = target if landed else tau + step
            if landed and abs(due - target) <= 1e-12 * span:
                _record(P, new, A, B, step, d1, max(order, 1), record[out], drift)
                status[out] = OK
                if outputs.shape[0] - out <= shots:
                    snapshots[shots - (outputs.shape[0] - out)] = new.X
                out += 1
            copy_state(C, B)
            copy_state(B, A)
            copy_state(A, new)
            d2, d1 = d1, step
            dt = _grow(step, min(dt, largest), error, order, used)
            order = min(order + 1, 2)
    return steps


@kernel
def rest(
    P: Problem,
    states: tuple,
    W: Workspace,
    light: float,
    left: float,
    right: float,
    duration: float,
    first_step: float,
    T: Tolerances,
) -> int:
    """Let the device come to rest at a fixed drive by implicit Euler steps of growing length.

    Steps of the length `duration` are repeated, at most `REPEATS` times, until the potential stands
    still. On success the first state holds the result and OK is returned, else a failure code.
    """
    A, _, _, new = states
    dt, done, steps, repeats = min(first_step, duration), False, 0, 0
    while not done:
        step = min(dt, duration)
        copy_state(new, A)
        used = attempt(P, new, A, A, step, 1.0, 1, W, light, left, right, T)
        steps += 1
        if steps > 2000:
            return MAX_STEPS
        if used < 0:
            dt = step * 0.1
            if dt < 1e-20:
                return STEP_TOO_SMALL
            continue
        if not _conserve(P, new.X) < LOST:
            return NOT_CONSERVED
        change = np.abs(new.X[PHI] - A.X[PHI]).max()
        copy_state(A, new)
        repeats += int(step >= duration)
        done = repeats > 0 and (change < 1e-6 or repeats >= REPEATS)
        dt = step * (10.0 if used < 8 else 3.0)
    return OK
