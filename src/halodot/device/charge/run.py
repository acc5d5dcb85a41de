"""Run a stack under a program with control of its numerical error.

Every run is made at least twice: on a grid of N/2 intervals with eight times the tolerance of a
time step, and on N with the tolerance itself. Space and time are both of second order (the step of
BDF2 goes with the cube root of its tolerance), so that the finer current is off by a third of the
difference,

    error = |J_N - J_(N/2)| / 3,

which is reported with every point. While a point misses its target, whatever contributes most
(nodes, found by a run that changes the grid alone, or steps) is refined and the grid is laid where
the solutions bend. A point that still misses the limit carries a bad status.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...core.status import Status, worst
from .adapt import bends, redistributed
from .build import SOURCE_RESISTANCE, Cell, discretise
from .ends import DRIVEN, OPEN
from .grid import Grid, initial, refined
from .layers import Array, Stack
from .simulate import Record, Simulation
from .stepping import Tolerances

Accuracy = Literal["default", "high", "single"]
Start = Literal["rest", "settled"]

# relative error aimed at; a current below `SMALL` of the largest counts as that much
TARGET = {"default": 1e-3, "high": 1e-4}
SMALL = 1e-2
# relative error at which a point is no longer good, and the share of the largest current below
# which its own size no longer counts
LIMIT, FLOOR = 7e-3, 1e-4
STEP = {"default": 1e-3, "high": 3e-5, "single": 1e-3}
MOST_NODES = 6000
RUNS = 6  # refinements before giving up


@dataclass(frozen=True)
class Program:
    """A piecewise linear drive of the source and where it is recorded.

    Attributes
    ----------
    time
        Corners [s], increasing from 0; shape [K].
    voltage
        Of the source at the corners [V].
    light
        Fraction of full light at the corners, shape [K] or [K, sources].
    outputs
        Times of the record [s], increasing, in (0, time[-1]].
    closed
        Per segment [K-1]: False opens the terminals.
    """

    time: Array
    voltage: Array
    light: Array
    outputs: Array
    closed: NDArray[np.bool_] | None = None


def follow(
    stack: Stack,
    program: Program,
    *,
    start: Start = "rest",
    accuracy: Accuracy = "default",
    nodes: int = 0,
    refine: int = 0,
    states: int = 0,
) -> Record:
    """Follow a program, with the numerical error of every point estimated and kept in bounds.

    Parameters
    ----------
    start
        "rest": the dark at 0 V, ions included, and a short ramp to the first corner; "settled": at
        rest at the voltage and light of the first corner.
    accuracy
        "default" aims at 1e-3, "high" at 1e-4; "single" makes one run and no estimate.
    nodes
        Of each layer of the first fine grid; 0: chosen by thickness and Debye length.
    refine
        Further doublings of the grid, each with an eighth of the tolerance of a time step.
    states
        Number of last outputs of which the full solution is kept.

    Returns
    -------
    Record
        Points that failed or whose error stays beyond the limit carry a bad status.
    """
    stack = _with_source(stack, program)

    def once(cell: Cell, tolerance: float, keep: int) -> Record:
        simulation = Simulation(cell, Tolerances(step=tolerance))
        return _play(simulation, program, start, keep)

    return _controlled(stack, once, len(program.outputs), accuracy, nodes, refine, states)


def steady(
    stack: Stack,
    voltages: Array,
    *,
    light: float | Array = 0.0,
    accuracy: Accuracy = "default",
    nodes: int = 0,
    refine: int = 0,
) -> Record:
    """Steady currents at `voltages` [V], ions at rest too, with their numerical error.

    Parameters
    ----------
    light
        Fraction of full light, one number or one for each source.
    accuracy, nodes, refine
        As for `follow`.
    """
    volts = np.asarray(voltages, float)

    def once(cell: Cell, _: float, keep: int) -> Record:
        return Simulation(cell).steady(volts, light=light, snapshots=keep)

    return _controlled(stack, once, len(volts), accuracy, nodes, refine, 0)


def _with_source(stack: Stack, program: Program) -> Stack:
    """A stack whose terminals can be opened, if the program does."""
    circuit = stack.circuit
    if program.closed is None or np.all(program.closed):
        return stack
    series = max(circuit.series_resistance, SOURCE_RESISTANCE)
    return replace(stack, circuit=replace(circuit, series_resistance=series))


def _play(simulation: Simulation, program: Program, start: Start, keep: int) -> Record:
    """One run of a program from its start."""
    volts, light = np.asarray(program.voltage, float), np.asarray(program.light, float)
    if start == "settled":
        way = DRIVEN if program.closed is None or program.closed[0] else OPEN
        simulation.settle(voltage=0.0, light=0.0)
        simulation.settle(voltage=float(volts[0]), light=light[0], way=way)
    else:
        simulation.settle(voltage=0.0, light=0.0)
        if volts[0] != 0.0 or np.any(light[0] != 0.0):
            ramp = np.array([0.0, 1e-3 * min(1.0, float(program.time[-1]))])
            up = np.array([0.0 * light[0], light[0]])
            simulation.drive(ramp, np.array([0.0, volts[0]]), up, ramp[-1:])
    return simulation.drive(
        np.asarray(program.time, float),
        volts,
        light,
        np.asarray(program.outputs, float),
        closed=program.closed,
        snapshots=keep,
    )


def _controlled(stack, once, points, accuracy, nodes, refine, states):  # type: ignore
    tolerance = STEP[accuracy]
    grid = initial(stack.layers, temperature=stack.temperature, nodes=nodes)
    if accuracy == "high":
        grid = refined(stack.layers, grid, 3.2)
    for _ in range(refine):
        grid, tolerance = refined(stack.layers, grid, 2.0), tolerance / 8.0
    if accuracy == "single":
        return once(discretise(stack, grid), tolerance, states)
    coarse_grid = refined(stack.layers, grid, 0.5)
    coarse = once(discretise(stack, coarse_grid), 8.0 * tolerance, points)
    best = None
    for k in range(RUNS):
        fine = once(discretise(stack, grid), tolerance, points)
        error = np.abs(fine.current_density - coarse.current_density) / 3.0
        record = replace(fine, error=error, states=fine.states[points - states :])
        share = _share(record, TARGET[accuracy])
        if share <= 1.0 or len(grid.position) > MOST_NODES / 2:
            break
        coarse = fine
        grid = refined(stack.layers, grid, 2.0)
        tolerance /= 8.0
    return _judged(record)


def _share(record, target):
    j = np.abs(record.current_density)
    if not np.all(np.isfinite(j)):
        return np.inf
    largest = np.max(j)
    a = np.max(record.error / np.maximum(target * np.maximum(j, SMALL * largest), 1e-13))
    b = np.max(record.error / np.maximum(LIMIT * np.maximum(j, FLOOR * largest), 1e-13))
    return max(a, b)


def _judged(record):
    j = np.abs(record.current_density)
    largest = np.nanmax(j) if np.isfinite(j).any() else 0.0
    good = record.error <= np.maximum(LIMIT * np.maximum(j, FLOOR * largest), 1e-13)
    status = tuple(
        s if not s.is_good or g else Status.NOT_CONVERGED for s, g in zip(record.status, good)
    )
    return replace(record, status=status)
