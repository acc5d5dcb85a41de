"""What the array stage hands over: a crossbar of devices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced
from ..core.status import Status


@dataclass(frozen=True)
class CellModel:
    """What an array needs to know of one device.

    Attributes
    ----------
    conductance_low, conductance_high
        Ends of the programmable conductance [S].
    read_voltage
        [V]
    programming_spread
        Standard deviation of a programmed conductance over the full range [1].
    levels
        Number of states that can be told apart; None for analogue.
    """

    conductance_low: Sourced
    conductance_high: Sourced
    read_voltage: Sourced
    programming_spread: Sourced
    levels: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Array:
    """A crossbar ready to be programmed: word lines driven, bit lines held at 0 V.

    Attributes
    ----------
    word_lines, bit_lines
        Size of one tile.
    wire_resistance
        Per segment [ohm].
    seed
        Root of its random draws (programming errors).
    """

    cell: CellModel
    word_lines: int
    bit_lines: int
    wire_resistance: Sourced
    seed: int
    status: Status = Status.OK
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CrossbarSolution:
    """Currents and node voltages of one crossbar for a batch of inputs.

    Attributes
    ----------
    current
        Into the held end of each bit line [A], shape [batch, bit lines].
    word_voltage, bit_voltage
        Node voltages [V], shape [batch, word lines, bit lines].
    """

    current: NDArray[np.float64]
    word_voltage: NDArray[np.float64]
    bit_voltage: NDArray[np.float64]
    residual: float
    status: Status
