"""What a gate stack has been through before it is read: steps of gate voltage and light.

Source and drain stand at 0 V meanwhile, so that every point of the channel has the same history:
one run serves all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .charge.build import Cell
from .charge.simulate import Simulation
from .charge.stepping import Tolerances, copy_state
from .protocols import Level

Array = NDArray[np.float64]
EDGE = 0.01  # share of the shorter step beside it that an edge takes
FIRST_EDGE = 1e-3  # of the first step


def corners(steps: Sequence[Level]) -> tuple[Array, Array, Array]:
    """Corners of a piecewise linear drive through steps from 0 V in the dark.

    Returns
    -------
    time [s], gate voltage [V] and light (fraction of all sources) at the corners. An edge takes a
    hundredth of the shorter step beside it and counts to the later step.

    Raises
    ------
    InputError
        If a step opens the gate.
    """
    time, volts, light = [0.0], [0.0], [0.0]
    last = FIRST_EDGE / EDGE * float(steps[0].duration)
    for k, step in enumerate(steps):
        if step.voltage is None:
            raise InputError(
                f"protocol.before[{k}].voltage",
                "nothing (it is missing)",
                "a gate voltage: the gate of a transistor stays connected",
                "add voltage = '0 V'",
            )
        span, level = float(step.duration), float(step.light or 0.0)
        edge = EDGE * min(span, last)
        start = time[-1]
        time += [start + edge, start + span]
        volts += [float(step.voltage)] * 2
        light += [level] * 2
        last = span
    return np.array(time), np.array(volts), np.array(light)


def write(cell: Cell, steps: Sequence[Level], tolerances: Sequence[Tolerances]) -> Simulation:
    """Take a gate stack from rest through `steps`; shorter time steps where the first fail."""
    time, volts, light = corners(steps)
    shone = np.outer(light, np.ones(cell.problem.generation.shape[0]))
    for numerics in tolerances:
        s = Simulation(cell, numerics)
        s.settle(1e3 * s.ion_time())
        s.drive(time, volts, shone, time[1:])
        if s.status.is_good:
            break
    return s


def taken_up(s: Simulation, start: Simulation) -> None:
    """Put a simulation into the state in which another one of the same cell stands."""
    copy_state(s.state, start.state)
    s.voltage, s.light, s.status = start.voltage, start.light.copy(), start.status
