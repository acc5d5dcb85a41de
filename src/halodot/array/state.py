"""What the array stage hands over: a crossbar of devices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced
from ..core.status import Status
from ..device.state import Compact, Drive, Response
from ..figures.state import Figures

__all__ = [
    "Array", "CellModel", "Compact", "CrossbarSolution", "Decay", "Drive", "Layout", "Readout",
    "Response", "Shape", "Steps", "Update", "Writing",
]  # fmt: skip

if TYPE_CHECKING:
    from .estimates import Estimates
    from .matrix import ProgrammedMatrix, Reading
    from .writing import Way

F = NDArray[np.float64]
NO_AMPLITUDE = Sourced.unknown("V", "not written")
NO_DURATION = Sourced.unknown("s", "not written")
NO_PULSE_ENERGY = Sourced.unknown("J", "voltage and current of the pulse were not recorded")
NO_LIGHT_ENERGY = Sourced.unknown("J", "no light")
NO_SPREAD = Sourced(0.0, "1", basis="given")
NO_TIME = Sourced.unknown("s", "read time not given")
NO_ENERGY = Sourced.unknown("J", "energy of a conversion not given")
NO_OHM = Sourced(0.0, "ohm", basis="given")
AT_ONCE = Sourced(0.0, "s", basis="given")
ROOM = Sourced(300.0, "K", basis="given")
NO_SCALE = Sourced.unknown("A", "no full scale given")
NO_PULSE_TIME = Sourced.unknown("s", "time of a pulse not given")
NO_PULSE_ENERGY = Sourced.unknown("J", "energy of a pulse not given")
NO_CAPACITANCE = Sourced.unknown("F", "capacitance of the lines not given")
NO_AREA = Sourced.unknown("m2", "area of a cell not given")
NO_DRIVER = Sourced.unknown("J", "energy of the drivers not given")


@dataclass(frozen=True)
class Steps:
    """What single pulses did to the conductance, as it was measured, pulse by pulse.

    Attributes
    ----------
    before, change
        Conductance before each pulse and its change [S]; shape [pulses].
    device, cycle
        Which device, and which run through the range, each pulse belongs to; shape [pulses].
    drive
        ``electrical`` or ``optical``.
    amplitude
        Of the pulse: [V], or [W/m2] for light; unknown where it was not written.
    duration
        Of a pulse [s].
    energy
        Of a pulse, electrical [J]; of light, on the cell, apart in `optical_energy`.
    """

    before: F
    change: F
    device: NDArray[np.int64]
    cycle: NDArray[np.int64]
    drive: str = "electrical"
    amplitude: Sourced = NO_AMPLITUDE
    duration: Sourced = NO_DURATION
    energy: Sourced = NO_PULSE_ENERGY
    optical_energy: Sourced = NO_LIGHT_ENERGY


@dataclass(frozen=True)
class Update:
    """How pulses move a cell up and down; a direction that was not measured is None.

    Attributes
    ----------
    further
        Pulses of other amplitudes, or of the other drive, where measured.
    """

    potentiation: Steps | None
    depression: Steps | None
    further: tuple[Steps, ...] = ()


@dataclass(frozen=True)
class Decay:
    """What is left of a written conductance after a time.

    G(t) = G_rest + (G_0 - G_rest) [kept + (1 - kept) exp(-(t/time)^stretch)].

    Attributes
    ----------
    time, stretch, kept
        [s], [1], [1]; `kept` 1 is non-volatile.
    measured
        Longest time of the record [s]: beyond it the law is extrapolated.
    """

    time: Sourced
    stretch: Sourced
    kept: Sourced
    measured: Sourced


@dataclass(frozen=True)
class Shape:
    """Current against voltage of one cell in its low and in its high state.

    Attributes
    ----------
    volts
        Increasing [V], shape [V].
    low, high
        Current over that at the read voltage [1], shape [V]; both are 1 at the read voltage.
    """

    volts: F
    low: F
    high: F


@dataclass(frozen=True)
class CellModel:
    """What an array needs to know of one device.

    Attributes
    ----------
    conductance_low, conductance_high
        Ends of the programmable conductance [S].
    read_voltage
        [V]
    cycle_to_cycle
        Standard deviation of one write (one pulse) between repetitions, over the range [1].
    levels
        Number of states that can be told apart; None for analogue.
    conductance_spread
        Standard deviation of a conductance over itself, which writing does not remove [1].
    device_to_device
        Standard deviation of the ends of the range between cells, over themselves [1].
    stuck_low, stuck_high
        Share of the cells that stay at an end of the range [1].
    update, decay, shape
        Measured or simulated behaviour beyond the range; None where nothing is known of it.
    read_noise
        Standard deviation of a reading over itself, anew at every read [1].
    end_correlation
        Of the logarithms of both ends: in what is not known of them, and between cells [1].
    """

    conductance_low: Sourced
    conductance_high: Sourced
    read_voltage: Sourced
    cycle_to_cycle: Sourced
    levels: int | None = None
    notes: tuple[str, ...] = ()
    conductance_spread: Sourced = NO_SPREAD
    device_to_device: Sourced = NO_SPREAD
    stuck_low: Sourced = NO_SPREAD
    stuck_high: Sourced = NO_SPREAD
    update: Update | None = None
    decay: Decay | None = None
    shape: Shape | None = None
    read_noise: Sourced = NO_SPREAD
    end_correlation: float = 0.5

    @property
    def is_known(self) -> bool:
        """Whether both ends of the conductance and the read voltage are known."""
        needed = (self.conductance_low, self.conductance_high, self.read_voltage)
        return all(q.is_known for q in needed)


@dataclass(frozen=True)
class Writing:
    """How weights become conductances, and how long they must last.

    Attributes
    ----------
    mapping
        ``differential`` (two cells a weight) or ``reference`` (one cell a weight, and one line a
        tile at half the range).
    slices
        Cells that share one magnitude, as digits of base `CellModel.levels`.
    mode
        ``direct`` (one write a cell, with its error), ``open loop`` (as many pulses as the mean
        curve asks for) or ``verify`` (pulse, read, until within the tolerance).
    pulses, nonlinearity_up, nonlinearity_down
        Of the parametric update, where the cell has none measured: pulses through the range, and
        NeuroSim's labels [1].
    tolerance, most_pulses
        Of ``verify``: largest error over the range [1], and pulses after which a cell is given up.
    pulse_time, pulse_energy
        Of the parametric update [s], [J].
    hold, refresh
        Time between writing and reading [s], and period after which all is written again, or None.
    """

    mapping: str = "differential"
    slices: int = 1
    mode: str = "direct"
    pulses: int = 64
    nonlinearity_up: Sourced = NO_SPREAD
    nonlinearity_down: Sourced = NO_SPREAD
    tolerance: float = 0.02
    most_pulses: int = 200
    pulse_time: Sourced = NO_PULSE_TIME
    pulse_energy: Sourced = NO_PULSE_ENERGY
    hold: Sourced = AT_ONCE
    refresh: Sourced | None = None


@dataclass(frozen=True)
class Readout:
    """What stands at the ends of the lines.

    Attributes
    ----------
    cells
        ``linear`` or ``nonlinear`` (follow `CellModel.shape`).
    source_resistance, ground_resistance
        Between driver and word line, and between bit line and 0 V [ohm].
    coding, dac_bits
        How a number drives a word line: ``amplitude``, ``width`` (of one pulse) or ``serial`` (bit
        after bit); and with how many bits of magnitude (None: exact).
    signed
        Whether inputs may be negative.
    adc_range, adc_full_scale
        What the largest code stands for: ``worst case`` (all inputs full), ``calibrated`` (the
        largest of a batch shown before) or ``fixed`` at `adc_full_scale` [A].
    adc_offset, adc_gain
        Standard deviation between converters: over the full scale [1], over itself [1].
    line_noise, temperature
        Whether thermal and shot noise of the currents is added, and at which temperature [K].
    """

    cells: str = "linear"
    source_resistance: Sourced = NO_OHM
    ground_resistance: Sourced = NO_OHM
    coding: str = "amplitude"
    dac_bits: int | None = None
    signed: bool = True
    adc_range: str = "worst case"
    adc_full_scale: Sourced = NO_SCALE
    adc_offset: Sourced = NO_SPREAD
    adc_gain: Sourced = NO_SPREAD
    line_noise: bool = False
    temperature: Sourced = ROOM


@dataclass(frozen=True)
class Layout:
    """What estimates of energy, latency and area need: see `array.estimates`.

    Attributes
    ----------
    line_capacitance
        Of a line, per cell [F].
    cell_area
        Pitch squared [m2].
    driver_energy
        Of one word-line driver per pulse, line capacitance apart [J].
    """

    line_capacitance: Sourced = NO_CAPACITANCE
    cell_area: Sourced = NO_AREA
    driver_energy: Sourced = NO_DRIVER


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
    compact
        Draw (None: nominal values) -> the device as a circuit sees it, with its dynamics; None
        where the device has no such model. Draws differ by what is not known of the device;
        cells of one draw by chance (`Compact.march` seeds) and batch (`Compact.another`).
    figures
        Of all protocols of the device, for tasks that read them.
    writing, readout, layout
        Mapping, pulses and hold; converters and line ends; what estimates need.
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
    compact: Callable[[int | None], Compact] | None = field(default=None, repr=False, compare=False)
    figures: tuple[Figures, ...] = ()
    writing: Writing = Writing()
    readout: Readout = Readout()
    layout: Layout = Layout()

    def program(
        self, weights: NDArray[np.float64], draw: int | None = None, part: int = 0, write: int = 0
    ) -> ProgrammedMatrix:
        """Write signed `weights` [inputs, outputs] to tiles; see `array.programming.program`.

        `draw` numbers the draw of what is uncertain, None writes without any error; `part` numbers
        the matrices of one draw (own cells), `write` the times that the same cells were written.
        """
        from .programming import program

        return program(self, weights, draw, part, write)

    def ways(self, draw: int | None = None) -> tuple[Way | None, Way | None]:
        """Return what a pulse up and a pulse down do; see `array.writing.ways`."""
        from .population import draw_device
        from .writing import ways

        return ways(self.cell, self.writing, draw_device(self, draw))

    def estimate(
        self, matrices: Sequence[ProgrammedMatrix], readings: Sequence[Reading]
    ) -> Estimates:
        """Estimate what one input vector takes; see `array.estimates.inference`."""
        from .estimates import inference

        return inference(self, matrices, readings)


@dataclass(frozen=True)
class CrossbarSolution:
    """Currents and node voltages of one crossbar for a batch of inputs.

    Attributes
    ----------
    current
        Out of each bit line at its terminal [A], shape [batch, bit lines].
    word_voltage, bit_voltage
        Node voltages [V], shape [batch, word lines, bit lines].
    word_current
        Into each word line at its terminal [A], shape [batch, word lines].
    """

    current: NDArray[np.float64]
    word_voltage: NDArray[np.float64]
    bit_voltage: NDArray[np.float64]
    residual: float
    status: Status
    word_current: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
