r"""Many cells of one batch under the same pulses: working states, yield, and what an array needs.

Each cell of a batch has its own geometry (relative spread of the film's thickness) and its own
history of chance. It is erased and programmed again and again, to several levels by the current
that the source allows, rests, and is read.

Two states can be told apart where the best threshold between them misreads at most a share m of
all reads, pooled over cells and cycles. `working_states` picks, from the lowest upwards, the
largest set of which each neighbours can be told apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core.randomness import generator
from ..core.sourced import Sourced, computed
from ..core.status import Status, worst
from .state import CellModel, Compact, Drive

F = NDArray[np.float64]
EDGE = 0.01  # of a pulse: the time of its edges
LEVEL_SPAN = 30.0  # of the current between the lowest and the highest level


@dataclass(frozen=True)
class Pulses:
    """How a cell is written and read: all in SI.

    Attributes
    ----------
    wait
        At 0 V between writing and reading [s].
    read_noise
        Standard deviation of a reading over itself [1].
    light
        Of the program pulse, a fraction of full light.
    """

    program_voltage: float
    program_time: float
    erase_voltage: float
    erase_time: float
    read_voltage: float
    read_time: float
    wait: float
    light: float = 0.0
    read_noise: float = 0.0


@dataclass(frozen=True)
class Population:
    """What was read of a batch.

    Attributes
    ----------
    off
        Conductance after erasing [S], shape [levels, cells, cycles].
    on
        After programming to each level, from the lowest current to the highest [S], same shape.
    limits
        Current that the source gave [A], shape [levels].
    """

    off: F
    on: F
    limits: F
    status: Status


def measure_cells(
    model: Compact, pulses: Pulses, *, spread: float, cells: int, cycles: int, levels: int,
    seed: int, part: int = 0, quiet: bool = False,
) -> Population:  # fmt: skip
    """Program and erase every cell of a batch, cycle by cycle.

    Parameters
    ----------
    model
        The device; levels above one need its `with_compliance`.
    spread
        Relative standard deviation of the thickness between cells.
    part
        Numbers batches of one seed.
    quiet
        Leave out all chance.
    """
    top = model.parameters.get("compliance")
    limited = model.with_compliance is not None and top is not None and np.isfinite(float(top))
    count = levels if limited else 1
    limits = np.array([np.inf])
    if limited and top is not None:
        limits = float(top) * np.geomspace(1.0 / LEVEL_SPAN if count > 1 else 1.0, 1.0, count)
    drive = _drive(pulses)
    on, off = np.full((count, cells, cycles), np.nan), np.full((count, cells, cycles), np.nan)
    statuses = [Status.OK]
    for cell in range(cells):
        # a cell keeps its own stream whatever the count of cells, and its place in the spread
        own = int(generator(seed, "array.cells", part, cell).integers(2**31 - 1))
        each = model.another(spread, own)
        for k, limit in enumerate(limits):
            made = each.with_compliance(float(limit)) if limited else each  # type: ignore[misc]
            state = made.rest
            for cycle in range(cycles):
                chance = (
                    -1
                    if quiet
                    else int(generator(own, "array.cycle", k, cycle).integers(2**31 - 1))
                )
                found = made.follow(drive, state, chance)
                statuses.append(found.status)
                state = found.end
                on[k, cell, cycle], off[k, cell, cycle] = found.current / pulses.read_voltage
    noise = generator(seed, "array.reads", part)
    off, on = (np.abs(g * (1.0 + pulses.read_noise * noise.standard_normal(g.shape)))
               for g in (off, on))  # fmt: skip
    return Population(off, on, limits, worst(*statuses))


def _drive(p: Pulses) -> Drive:
    """Program, wait, read, erase, wait, read; outputs at the ends of both reads."""
    time, volts, light, reads = [0.0], [0.0], [0.0], []

    def pulse(height: float, length: float, glow: float = 0.0, read: bool = False) -> None:
        edge = EDGE * length
        start = time[-1]
        time.extend([start + edge, start + length, start + length + edge])
        volts.extend([height, height, 0.0])
        light.extend([glow, glow, 0.0])
        if read:
            reads.append(start + length)

    def rest(length: float) -> None:
        time.append(time[-1] + length)
        volts.append(0.0)
        light.append(0.0)

    for height, length, glow in (
        (p.program_voltage, p.program_time, p.light),
        (p.erase_voltage, p.erase_time, 0.0),
    ):
        pulse(height, length, glow)
        rest(p.wait)
        pulse(p.read_voltage, p.read_time, read=True)
    return Drive(np.array(time), np.array(volts), np.array(light), np.array(reads))


def misread(low: F, high: F) -> float:
    """Return the share of reads that the best threshold between two states takes for the other.

    >>> misread(np.array([1.0, 2.0, 3.0]), np.array([2.5, 4.0, 5.0]))
    0.16666666666666666
    """
    low, high = np.sort(low.ravel()), np.sort(high.ravel())
    at = np.concatenate([low, high])
    above = len(low) - np.searchsorted(low, at, side="right")
    below = np.searchsorted(high, at, side="right")
    errors = (above / len(low) + below / len(high)) / 2
    return float(min(errors.min(), 0.5))


def working_states(batch: Population, most: float = 0.01) -> int:
    """Return how many states, off included, can be told apart with at most `most` misread."""
    chosen = batch.off[-1]
    count = 1
    for level in batch.on:
        if misread(chosen, level) <= most:
            count += 1
            chosen = level
    return count


def working_cells(batch: Population, ratio: float = 10.0) -> NDArray[np.bool_]:
    """Return which cells are read `ratio` higher after every write than after any erasing."""
    high, low = batch.on[-1].min(axis=1), batch.off[-1].max(axis=1)
    return np.asarray(high >= ratio * low)


def cell_of(batch: Population, pulses: Pulses, ratio: float = 10.0) -> CellModel:
    """Return what an array needs to know of cells of this batch.

    Ends are medians over cells and cycles; `cycle_to_cycle` is the scatter of a written state
    within a cell over the range, `device_to_device` that of the high end between cells over
    itself; cells that are never read high (low) enough are stuck low (high).
    """
    on, off = batch.on[-1], batch.off[-1]
    low, high = float(np.median(off)), float(np.median(on))
    middle = np.sqrt(low * high)
    stuck_low = (on < middle).mean(axis=1) > 0.5
    stuck_high = (off > middle).mean(axis=1) > 0.5
    free = ~(stuck_low | stuck_high)
    span = max(high - low, 1e-300)
    within, between = 0.0, 0.0
    if free.any():
        kept = on[free]
        if kept.shape[1] > 1:
            within = float(np.sqrt(kept.var(axis=1, ddof=1).mean())) / span
        if len(kept) > 1:
            scatter = kept.mean(axis=1).var(ddof=1) - (within * span) ** 2 / kept.shape[1]
            between = float(np.sqrt(max(scatter, 0.0))) / max(float(kept.mean()), 1e-300)
    known = high > ratio * low
    reason = f"what is written is read {high / max(low, 1e-300):.2g} times higher at most"
    return CellModel(
        computed(low, "S") if known else Sourced.unknown("S", reason),
        computed(high, "S") if known else Sourced.unknown("S", reason),
        Sourced(pulses.read_voltage, "V", basis="given"),
        computed(min(within, 1.0), "1"),
        levels=None,
        device_to_device=computed(min(between, 1.0), "1"),
        stuck_low=computed(float((stuck_low & ~stuck_high).mean()), "1"),
        stuck_high=computed(float(stuck_high.mean()), "1"),
        notes=("read of simulated cells of one batch: ends are medians over cells and cycles",),
    )


def with_states(cell: CellModel, states: int) -> CellModel:
    """Return the cell with so many states, evenly spaced in conductance (an assumption)."""
    return replace(cell, levels=max(states, 2))
