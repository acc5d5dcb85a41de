"""What the array stage hands over: a crossbar of devices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced
from ..core.status import Status

if TYPE_CHECKING:
    from .programming import ProgrammedMatrix

NO_SPREAD = Sourced(0.0, "1", basis="given")
NO_TIME = Sourced.unknown("s", "read time not given")
NO_ENERGY = Sourced.unknown("J", "energy of a conversion not given")


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
    conductance_spread
        Standard deviation of a conductance over itself, which programming does not remove [1].
    """

    conductance_low: Sourced
    conductance_high: Sourced
    read_voltage: Sourced
    programming_spread: Sourced
    levels: int | None = None
    notes: tuple[str, ...] = ()
    conductance_spread: Sourced = NO_SPREAD

    @property
    def is_known(self) -> bool:
        """Whether both ends of the conductance and the read voltage are known."""
        needed = (self.conductance_low, self.conductance_high, self.read_voltage)
        return all(q.is_known for q in needed)


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
    read_time
        Of one tile, conversion included [s].
    adc_bits, adc_energy
        Resolution of the converters (None: exact) and energy of one conversion [J].
    """

    cell: CellModel
    word_lines: int
    bit_lines: int
    wire_resistance: Sourced
    seed: int
    status: Status = Status.OK
    notes: tuple[str, ...] = ()
    read_time: Sourced = NO_TIME
    adc_bits: int | None = None
    adc_energy: Sourced = NO_ENERGY

    def program(
        self, weights: NDArray[np.float64], draw: int | None = None, part: int = 0
    ) -> ProgrammedMatrix:
        """Write signed `weights` [inputs, outputs] to tiles; see `array.programming.program`.

        `draw` numbers the programming draw, None writes without any error; `part` numbers the
        matrices of one draw.
        """
        from .programming import program

        return program(self, weights, draw, part)


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
