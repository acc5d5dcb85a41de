"""The accepted steps of a run, kept so that it can be taken again step by step.

A replay takes the same steps with other parameters: its result is a smooth function of them, where
a new run would choose its steps anew.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.status import Status
from ...numerics.compiled import kernel
from .build import Cell
from .currents import CHARGE, COLUMNS, TOTAL, write_row
from .drive import History
from .ends import BUILT_IN, DRIVEN, OPEN
from .kernel import assemble
from .problem import Array, Problem, State, Workspace, new_workspace
from .run import Program
from .simulate import Simulation, copy_of
from .stepping import Tolerances, attempt, step_coefficients

MEMORY = 64e6  # bytes set aside for the states of one segment before its steps are known
TIGHT = Tolerances(newton=1e-9)


@dataclass(frozen=True)
class Steps:
    """What was decided about time, without the states (S accepted steps, C light sources).

    Attributes
    ----------
    time
        At the end of each step [s].
    length, before
        Of the step and of the one before [s].
    order
        1 or 2.
    voltage, light
        At the end of each step [V], [S, C].
    way
        `ends.OPEN` where the terminals are open, else `ends.DRIVEN` (a clamp is found by `way_of`).
    output
        Index of the output that the step lands on, or -1.
    """

    time: Array
    length: Array
    before: Array
    order: NDArray[np.int64]
    voltage: Array
    light: Array
    way: Array
    output: NDArray[np.int64]


@dataclass(frozen=True)
class Trajectory:
    """A run: its steps, its states with the start (S + 1), and the status of its outputs."""

    steps: Steps
    states: list[State]
    status: tuple[Status, ...]


def run(simulation: Simulation, program: Program, *, ramp: float = 0.0) -> Trajectory:
    """Follow a program from the present state and keep every accepted step.

    Parameters
    ----------
    ramp
        Time [s] in which the first corner is reached from 0 V in the dark; 0: it is there.
    """
    volts, outputs = np.asarray(program.voltage, float), np.asarray(program.outputs, float)
    lights = np.array([simulation.lights(g) for g in program.light])
    corners = [(float(t), float(v), g) for t, v, g in zip(program.time, volts, lights, strict=True)]
    if ramp > 0.0:
        corners.insert(0, (corners[0][0] - ramp, 0.0, 0.0 * lights[0]))
    closed = np.ones(len(corners) - 1, bool)
    if program.closed is not None:
        closed[-len(program.closed) :] = program.closed
    parts, states, status = [], [copy_of(simulation.state)], [Status.SKIPPED] * len(outputs)
    for k, (a, b) in enumerate(itertools.pairwise(corners)):
        here = np.flatnonzero((outputs > a[0]) & (outputs <= b[0]))
        steps, kept, found = _segment(simulation, a, b, bool(closed[k]), outputs, here)
        parts.append(steps)
        states += kept
        for j, one in zip(here, found, strict=True):
            status[j] = one
        if not simulation.status.is_good:
            break
    columns = [[getattr(p, f) for p in parts] for f in Steps.__dataclass_fields__]
    return Trajectory(Steps(*(np.concatenate(c) for c in columns)), states, tuple(status))


def _segment(
    simulation: Simulation,
    a: tuple[float, float, Array],
    b: tuple[float, float, Array],
    closed: bool,
    outputs: Array,
    here: NDArray[np.int64],
) -> tuple[Steps, list[State], tuple[Status, ...]]:
    """One straight piece of a program, in its own time: differences of long times lose digits."""
    span, start = b[0] - a[0], copy_of(simulation.state)
    size = sum(x.nbytes for x in start)
    room, wanted = int(max(64, min(4000, MEMORY / size))), outputs[here] - a[0]
    while True:
        X, trap, face = (np.zeros((room, *x.shape)) for x in start)
        H = History(X, trap, face, np.zeros(room), np.zeros(room, np.int64))
        record = simulation.drive(
            np.array([0.0, span]),
            np.array([a[1], b[1]]),
            np.array([a[2], b[2]]),
            wanted,
            closed=np.array([closed]),
            history=H,
        )
        if record.steps < room:
            break
        room = record.steps + 1
        for target, source in zip(simulation.state, start, strict=True):
            target[:] = source
    n = record.steps
    tau = H.time[: n + 1]
    share, lengths = tau[1:] / span, np.diff(tau)
    number = np.full(n, -1, np.int64)
    for j, t in zip(here, wanted, strict=True):
        number[np.flatnonzero(tau[1:] == t)] = j
    steps = Steps(
        a[0] + tau[1:],
        lengths,
        np.concatenate([[1.0], lengths[:-1]])[:n],
        H.order[1 : n + 1].copy(),
        a[1] + share * (b[1] - a[1]),
        a[2] + share[:, None] * (b[2] - a[2]),
        np.full(n, DRIVEN if closed else OPEN),
        number,
    )
    states = [State(H.X[k], H.trap[k], H.face[k]) for k in range(1, n + 1)]
    return steps, states, record.status


@kernel
def shunt_current(
    P: Problem,
    X: Array,
    a0: float,
    light: Array,
    left: float,
    right: float,
    way: float,
    W: Workspace,
) -> float:
    """Current density through the shunt [A/m2]; the history is that of the workspace."""
    metal = left
    if P.circuit[0] > 0.0:
        assemble(P, X, a0, light, left, right, way, W)
        metal = W.metal[2, 0]
    return (metal + P.contact[0, BUILT_IN]) * P.thermal_voltage * P.circuit[1] * CHARGE


@kernel
def terminal_current(
    P: Problem,
    S: State,
    a0: float,
    light: Array,
    left: float,
    right: float,
    way: float,
    W: Workspace,
    row: Array,
) -> float:
    """Total current density [A/m2], shunt included; the history is that of the workspace."""
    write_row(P, S, a0, W.history[0], right, W, 0.0, row)
    beside = 0.0
    if P.circuit[1] > 0.0:
        beside = shunt_current(P, S.X, a0, light, left, right, way, W)
    return row[TOTAL] + beside


def way_of(cell: Cell, S: State, voltage: float, way: float) -> float:
    """How a converged state is driven: as asked, or by the current at which the source clamps."""
    P = cell.problem
    g, top = P.circuit[0] * P.thermal_voltage, float(P.circuit[2])
    if g == 0.0 or top == np.inf or way != DRIVEN:
        return way
    W, (left, right) = new_workspace(P), cell.potentials(voltage)
    assemble(P, S.X, 0.0, np.zeros(P.generation.shape[0]), left, right, way, W)
    wanted = g * (left - float(W.metal[2, 0]))
    return way if abs(wanted) < top else float(np.copysign(top, wanted))


def replay(
    cell: Cell, start: State, taken: Trajectory, *, voltage: float = 1.0, light: float = 1.0
) -> tuple[Array, list[State]]:
    """Take the same steps with another device: total current of every step [A/m2], and states.

    Parameters
    ----------
    start
        State at the beginning.
    voltage, light
        Factors on the drive.

    Raises
    ------
    ArithmeticError
        If a step does not converge.
    """
    P, s = cell.problem, taken.steps
    W, row = new_workspace(P), np.zeros(COLUMNS)
    states, found = [copy_of(start)], np.zeros(len(s.time))
    for k in range(len(s.time)):
        new, A, B = copy_of(taken.states[k + 1]), states[k], states[max(k - 1, 0)]
        dt, before, order = float(s.length[k]), float(s.before[k]), int(s.order[k])
        volts = voltage * float(s.voltage[k])
        way = way_of(cell, new, volts, float(s.way[k]))
        drive = (light * s.light[k], *cell.potentials(volts), way)
        if attempt(P, new, A, B, dt, before, order, *drive, W, TIGHT) < 0:
            raise ArithmeticError(f"the replay fails at {s.time[k]:g} s")
        states.append(new)
        a0 = step_coefficients(dt, before, order)[0]
        found[k] = terminal_current(P, new, a0, *drive, W, row)
    return found, states
