"""Run a stack under a program with control of its numerical error.

Space and time are both of second order: halving all intervals, or an eighth of the tolerance of
a time step (BDF2 goes with its cube root), takes an error to a quarter. Every run is made on a
grid of N intervals and, for its error, on N/2 with eight times the tolerance:

    error = |J_N - J_(N/2)| / 3.

While a point misses its target, a run that changes only the tolerance says how much is due to time
and how much to the grid, and whichever matters is refined. A point that still misses the limit
carries the status INACCURATE.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.status import Status
from .build import SOURCE_RESISTANCE, Cell, discretise
from .ends import DRIVEN, OPEN
from .grid import Grid, initial, refined
from .layers import Array, Stack
from .simulate import NOTHING, Record, Simulation
from .stepping import Tolerances

Accuracy = Literal["default", "high", "single"]
Start = Literal["rest", "settled"]

# relative error aimed at; a current below `SMALL` of the median counts as that much
TARGET: dict[str, float] = {"default": 1e-3, "high": 1e-4}
SMALL = 0.1
# relative error at which a point is no longer good, and the share of the largest current below
# which its own size no longer counts
LIMIT, FLOOR = 7e-3, 1e-4
STEP: dict[str, float] = {"default": 1e-3, "high": 3e-5, "single": 1e-3}
BUDGET = 1e7  # nodes times steps of the largest run that is tried, some five CPU seconds
RUNS = 9  # before giving up


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
    _check(program)
    stack = _with_source(stack, program)

    def once(cell: Cell, tolerance: float, keep: int) -> Record:
        simulation = Simulation(cell, Tolerances(step=tolerance))
        return _play(simulation, program, start, keep)

    return _controlled(stack, once, accuracy, nodes, refine, states)


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

    def once(cell: Cell, _: float, __: int) -> Record:
        return Simulation(cell).steady(volts, light=light)

    return _controlled(stack, once, accuracy, nodes, refine, 0)


def _check(program: Program) -> None:
    """Refuse a program that cannot be followed."""
    time, outputs = np.asarray(program.time, float), np.asarray(program.outputs, float)
    corners = len(time)
    for name in ("time", "voltage", "light", "outputs"):
        if not np.all(np.isfinite(getattr(program, name))):
            raise InputError(f"program.{name}", "nan or infinite", "finite numbers", "check it")
    for name in ("voltage", "light"):
        if len(getattr(program, name)) != corners:
            found = len(getattr(program, name))
            raise InputError(f"program.{name}", found, f"{corners} corners", "one for each time")
    if corners < 2 or time[0] != 0.0 or np.any(np.diff(time) <= 0.0):
        raise InputError("program.time", time, "increasing times from 0", "sort and join corners")
    ends = len(outputs) and (outputs[0] <= 0.0 or outputs[-1] > time[-1] * (1.0 + 1e-12))
    if ends or np.any(np.diff(outputs) <= 0.0):
        raise InputError(
            "program.outputs",
            outputs,
            f"increasing times above 0, up to {time[-1]:g} s",
            "the state at time 0 is where the record starts from",
        )
    if program.closed is not None and len(program.closed) != corners - 1:
        raise InputError(
            "program.closed", len(program.closed), f"{corners - 1} segments", "one for each"
        )


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


Once = Callable[[Cell, float, int], Record]


@dataclass
class _Level:
    """How fine a run is: doublings of the first grid, divisions of the tolerance by eight."""

    grid: int
    time: int


class _Control:
    """Runs of one stack at several levels; `best` is the finest of them with its error."""

    def __init__(self, stack: Stack, once: Once, grid: Grid, tolerance: float, states: int) -> None:
        self.stack, self.once, self.grid = stack, once, grid
        self.tolerance, self.states = tolerance, states
        self.runs = 0

    def run(self, level: _Level) -> Record:
        """Make the run of one level."""
        self.runs += 1
        grid = refined(self.stack.layers, self.grid, 2.0**level.grid)
        return self.once(
            discretise(self.stack, grid), self.tolerance / 8.0**level.time, self.states
        )

    def size(self, level: _Level, record: Record) -> float:
        """Cost of the next level in node-steps, two iterations each."""
        nodes = len(self.grid.position) * 2.0**level.grid
        return float(nodes * max(record.steps, len(record.time)))


def _controlled(
    stack: Stack,
    once: Once,
    accuracy: Accuracy,
    nodes: int,
    refine: int,
    states: int,
) -> Record:
    """Make runs until the error of every point meets its target, or the budget is used up."""
    grid = initial(stack.layers, temperature=stack.temperature, nodes=nodes)
    if accuracy == "high":
        grid = refined(stack.layers, grid, 3.0)
    control = _Control(stack, once, grid, STEP[accuracy], states)
    level = _Level(refine, refine)
    fine = control.run(level)
    if accuracy == "single":
        return fine
    target = TARGET[accuracy]
    rough = control.run(_Level(level.grid - 1, level.time - 1))
    error = _apart(fine, rough)
    if _share(fine, error, target) <= 1.0:
        return _judged(fine, error)
    halfway = control.run(_Level(level.grid - 1, level.time))
    by_time, by_grid = _apart(halfway, rough), _apart(fine, halfway)
    while _share(fine, by_time + by_grid, target) > 1.0 and control.runs < RUNS:
        next_level = _Level(
            level.grid + int(_share(fine, by_grid, target) > 0.5),
            level.time + int(_share(fine, by_time, target) > 0.5),
        )
        if control.size(next_level, fine) > BUDGET:
            break
        finer = control.run(next_level)
        change = _apart(finer, fine)
        if next_level.grid == level.grid:
            by_time = change
        elif next_level.time == level.time:
            by_grid = change
        else:
            share = by_grid / np.maximum(by_grid + by_time, 1e-300)
            by_grid, by_time = share * change, (1.0 - share) * change
        fine, level = finer, next_level
    return _judged(fine, by_time + by_grid)


def _apart(fine: Record, rough: Record) -> Array:
    """Error of a run [A/m2] from one of half as many intervals or steps."""
    return np.asarray(np.abs(fine.current_density - rough.current_density) / 3.0)


def _scale(record: Record) -> Array:
    """Current density that an error is measured by [A/m2]: no less than a small share of others."""
    j = np.abs(record.current_density)
    if not np.isfinite(j).any():
        return np.full(len(j), np.nan)
    return np.asarray(np.maximum(j, FLOOR * np.nanmax(j)))


def _resolved(record: Record) -> Array:
    """Error that the digits explain [A/m2]."""
    return np.maximum(np.maximum(record.resolution, record.spread), NOTHING)


def _share(record: Record, error: Array, target: float) -> float:
    """Largest error over what is aimed at; infinite where a point failed."""
    j = np.abs(record.current_density)
    if not (np.all(np.isfinite(error)) and all(s.is_good for s in record.status)):
        return np.inf
    scale = _scale(record)
    aim = np.maximum(target * np.maximum(scale, SMALL * np.median(j)), _resolved(record))
    limit = np.maximum(LIMIT * scale, _resolved(record))
    return float(max(np.max(error / aim), np.max(error / limit)))


def _judged(record: Record, error: Array) -> Record:
    """Attach the error; points beyond the limit are not good."""
    allowed = np.maximum(LIMIT * _scale(record), _resolved(record))
    with np.errstate(invalid="ignore"):
        good = error <= allowed
    status = tuple(
        Status.INACCURATE if s.is_good and not held else s
        for s, held in zip(record.status, good, strict=True)
    )
    return replace(record, error=error, status=status)
