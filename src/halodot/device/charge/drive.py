"""Loops over time: follow a drive with error control, or let a device come to rest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

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
    _local_error,
    _predict,
    _restore_ions,
    attempt,
    copy_state,
    currents,
    ion_error,
    step_coefficients,
)

Array = NDArray[np.float64]
RECORD = 6  # current density, spread over faces, electron, hole, ion parts, ion error


class Drive(NamedTuple):
    """Piecewise linear drive: corner times [s] from 0, contact potentials [kT/q], light [1]."""

    time: Array
    left: Array
    right: Array
    light: Array


@njit(cache=True, error_model="numpy")
def _at(D: Drive, k: int, tau: float) -> tuple:
    """Drive at time `tau` after corner k."""
    w = tau / (D.time[k + 1] - D.time[k])
    return (
        D.light[k] + w * (D.light[k + 1] - D.light[k]),
        D.left[k] + w * (D.left[k + 1] - D.left[k]),
        D.right[k] + w * (D.right[k + 1] - D.right[k]),
    )


@njit(cache=True, error_model="numpy")
def _conserve(P: Problem, X: Array) -> bool:
    """Restore the ion content to round-off; False if it was lost, not merely rounded."""
    error = ion_error(P, X)
    if error > 1e-5:
        return False
    if error > 1e-13:
        _restore_ions(P, X)
    return True


@njit(cache=True, error_model="numpy")
def _record(
    P: Problem, new: State, A: State, B: State, dt: float, d1: float, order: int, row: Array
) -> None:
    a0, c1, c2 = step_coefficients(dt, d1, order)
    n = new.X.shape[1]
    history = np.zeros(n - 1)
    for i in range(n - 1):
        history[i] = c1 * (A.X[PHI, i + 1] - A.X[PHI, i]) + c2 * (B.X[PHI, i + 1] - B.X[PHI, i])
    row[0], row[1], row[2], row[3], row[4] = currents(P, new, a0, history)
    row[5] = ion_error(P, new.X)


@njit(cache=True, error_model="numpy")
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
    guess = np.empty_like(A.X)
    out, steps = 0, 0
    d1, d2 = 1.0, 1.0
    shots = snapshots.shape[0]
    for k in range(D.time.shape[0] - 1):
        span = D.time[k + 1] - D.time[k]
        tau, order = 0.0, 0
        dt = min(first_step, 1e-3 * span)
        swing = max(abs(D.left[k + 1] - D.left[k]), abs(D.right[k + 1] - D.right[k]))
        largest = span if swing < 20.0 else span * 20.0 / swing
        while tau < span * (1.0 - 1e-14):
            target = span
            if out < outputs.shape[0] and outputs[out] - D.time[k] < span * (1.0 + 1e-14):
                target = min(span, outputs[out] - D.time[k])
            wanted = min(dt, largest)
            step = wanted
            left_over = target - tau
            if step > 0.999 * left_over:
                step = left_over
            elif step > 0.5 * left_over:
                step = 0.5 * left_over
            light, pl, pr = _at(D, k, min(tau + step, span))
            if order == 0:
                new.X[:] = A.X
                copy_state(new, A)
            else:
                _predict(new.X, A, B, C, step, d1, d2, order)
                new.trap[:] = A.trap
                new.face[:] = A.face
                guess[:] = new.X
            used = attempt(P, new, A, B, step, d1, max(order, 1), W, light, pl, pr, T)
            error = 0.0
            if used > 0 and order > 0:
                error = _local_error(new.X, guess, T.floor, order, step, d1, d2) / T.step
            steps += 1
            small = step < max(T.smallest_step, 1e-14 * span)
            if used < 0 or (error > 1.0 and not small):
                if small or steps > T.max_steps:
                    status[out:] = NOT_CONVERGED if small else MAX_STEPS
                    return steps
                factor = 0.25 if used < 0 else max(0.2, 0.85 * error ** (-1.0 / (order + 1)))
                dt = step * factor
                continue
            if steps > T.max_steps:
                status[out:] = MAX_STEPS
                return steps
            if not _conserve(P, new.X):
                status[out:] = NOT_CONSERVED
                return steps
            tau = target if step == left_over else tau + step
            if (
                step == left_over
                and out < outputs.shape[0]
                and (abs(outputs[out] - D.time[k] - target) <= 1e-12 * span)
            ):
                _record(P, new, A, B, step, d1, max(order, 1), record[out])
                status[out] = OK
                if outputs.shape[0] - out <= shots:
                    snapshots[shots - (outputs.shape[0] - out)] = new.X
                out += 1
            copy_state(C, B)
            copy_state(B, A)
            copy_state(A, new)
            d2, d1 = d1, step
            growth = 2.0 if error < 1e-6 else min(2.0, 0.9 * error ** (-1.0 / (order + 1)))
            if order == 0:
                growth = 2.0
            if used > 8:
                growth = min(growth, 1.0)
            dt = max(step * max(growth, 0.3), wanted if step < wanted and growth >= 1.0 else 0.0)
            dt = min(dt, 2.3 * step) if order == 2 and step >= wanted else dt
            order = min(order + 1, 2)
    return steps


@njit(cache=True, error_model="numpy")
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

    The last step has the length `duration`, so that what is slower than it is seen at rest. On
    success the first state holds the result and OK is returned, else a failure code.
    """
    A, _, _, new = states
    dt, done, steps = min(first_step, duration), False, 0
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
        if not _conserve(P, new.X):
            return NOT_CONSERVED
        change = np.abs(new.X[PHI] - A.X[PHI]).max()
        copy_state(A, new)
        done = step >= duration and change < 1e-6
        dt = step * (10.0 if used < 8 else 3.0)
    return OK
