"""What a user may set of an array."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.spec import Spec, quantity


class ArraySpec(Spec):
    """A tile of crossbar and how it is programmed and read.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> build(ArraySpec, {"word_lines": 32, "wire_resistance": "2 ohm"}).wire_resistance.value
    2.0
    """

    word_lines: int = Field(default=128, ge=1, le=4096, description="driven lines of one tile")
    bit_lines: int = Field(
        default=128,
        ge=2,
        le=4096,
        description="lines held at 0 V of one tile; a signed weight takes two",
    )
    wire_resistance: Sourced = quantity(
        "ohm",
        "resistance of one wire segment",
        low=0.0,
        high=1e9,
        default="1 ohm",
        interval=("0.3 ohm", "10 ohm"),
        why="metal lines of micrometre width; depends on the layout",
    )
    source_resistance: Sourced = quantity(
        "ohm",
        "resistance between a driver and its word line",
        low=0.0,
        high=1e9,
        default="0 ohm",
        why="ideal drivers",
    )
    ground_resistance: Sourced = quantity(
        "ohm",
        "resistance between a bit line and the 0 V of its converter",
        low=0.0,
        high=1e9,
        default="0 ohm",
        why="ideal virtual ground",
    )
    cells: Literal["linear", "nonlinear"] = Field(
        default="linear",
        description="linear: conductances; nonlinear: current-voltage curve of the device, where "
        "it is known",
    )
    mapping: Literal["differential", "reference"] = Field(
        default="differential",
        description="differential: two cells a signed weight; reference: one cell, and one line a "
        "tile at half the range",
    )
    slices: int = Field(
        default=1,
        ge=1,
        le=16,
        description="cells that share a magnitude as digits of base levels; more than 1 needs "
        "levels",
    )
    levels: int | None = Field(
        default=None,
        ge=2,
        le=65536,
        description="conductance states that can be programmed; analogue if none",
    )
    cycle_to_cycle: Sourced = quantity(
        "1",
        "standard deviation of one write (one pulse) between repetitions, over the full range",
        low=0.0,
        high=1.0,
        default=0.02,
        interval=(0.005, 0.05),
        why="published analogue cells: below 1 % to 5 % a pulse (Chen, Peng, Yu, "
        "doi:10.1109/TCAD.2018.2789723); not measured for this device",
    )
    device_to_device: Sourced = quantity(
        "1",
        "standard deviation of the ends of the range between cells, over themselves; a cell keeps "
        "its own",
        low=0.0,
        high=10.0,
        default=0.0,
        why="one device is known: nothing is said of others",
    )
    conductance_spread: Sourced = quantity(
        "1",
        "standard deviation of a conductance over itself, after programming",
        low=0.0,
        high=1.0,
        default=0.01,
        interval=(0.003, 0.03),
        why="relaxation after writing that verifying does not see; not measured for this device",
    )
    read_noise: Sourced = quantity(
        "1",
        "standard deviation of one reading of a cell over itself, anew at every read",
        low=0.0,
        high=1.0,
        default=0.0,
        why="averaged over the read time; not measured for this device",
    )
    stuck_low: Sourced = quantity(
        "1",
        "share of cells that stay at the low end of their range",
        low=0.0,
        high=1.0,
        default=0.0,
        why="no faulty cell was reported",
    )
    stuck_high: Sourced = quantity(
        "1",
        "share of cells that stay at the high end of their range",
        low=0.0,
        high=1.0,
        default=0.0,
        why="no faulty cell was reported",
    )
    writing: Literal["direct", "open loop", "verify"] = Field(
        default="direct",
        description="direct: one write a cell, cycle_to_cycle its error; open loop: the number of "
        "pulses that the mean curve asks for; verify: pulse and read until within tolerance",
    )
    tolerance: float = Field(
        default=0.02,
        gt=0.0,
        le=1.0,
        description="largest error that verify accepts, over the range",
    )
    most_pulses: int = Field(
        default=200, ge=1, le=100000, description="pulses after which verify gives a cell up"
    )
    pulses: int = Field(
        default=64,
        ge=1,
        le=100000,
        description="pulses through the range, where the device has no measured update",
    )
    nonlinearity_up: Sourced = quantity(
        "1",
        "bend of potentiation, NeuroSim's label, positive where the first pulses move most; where "
        "none was measured",
        low=-10.0,
        high=10.0,
        default=1.0,
        interval=(0.2, 5.0),
        why="usual of filaments and charge traps; not measured for this device",
    )
    nonlinearity_down: Sourced = quantity(
        "1",
        "bend of depression, NeuroSim's label, positive where the first pulses move most; where "
        "none was measured",
        low=-10.0,
        high=10.0,
        default=1.0,
        interval=(0.2, 5.0),
        why="usual of filaments and charge traps; not measured for this device",
    )
    pulse_time: Sourced = quantity(
        "s",
        "length of a write pulse, where no update was measured",
        low=1e-12,
        high=1e5,
        default="1 ms",
        interval=("1 us", "100 ms"),
        why="pulses of published perovskite synapses; not measured for this device",
    )
    pulse_energy: Sourced | None = quantity(
        "J",
        "electrical energy of a write pulse, where no update was measured",
        low=0.0,
        high=1e3,
        optional=True,
    )
    hold: Sourced = quantity(
        "s",
        "time between writing the weights and reading them",
        low=0.0,
        high=1e10,
        default="1 s",
        why="the least that a written array is good for; retention is applied over it",
    )
    refresh: Sourced | None = quantity(
        "s",
        "period after which all cells are written again, for cells that forget",
        low=1e-9,
        high=1e10,
        optional=True,
    )
    read_voltage: Sourced | None = quantity(
        "V", "largest voltage on a word line", low=1e-6, high=100.0, optional=True
    )
    read_time: Sourced = quantity(
        "s",
        "time of one read of a tile, conversion included",
        low=1e-12,
        high=1e3,
        default="100 ns",
        interval=("10 ns", "10 us"),
        why="set by the converters and the line capacitance; not measured",
    )
    cycles: float | None = Field(
        default=None,
        ge=1.0,
        description="write cycles that the cells have seen, for wear by an endurance record",
    )
    coding: Literal["amplitude", "width", "serial"] = Field(
        default="amplitude",
        description="how numbers drive word lines: height of a pulse, its width, or bit after bit",
    )
    dac_bits: int | None = Field(
        default=None, ge=1, le=16, description="bits of the magnitude of an input; exact if none"
    )
    signed_inputs: bool = Field(
        default=True, description="false: inputs are 0 or more, and converters span one sign"
    )
    adc_bits: int | None = Field(
        default=None,
        ge=1,
        le=24,
        description="resolution of the converters at the bit lines; exact if none",
    )
    adc_range: Literal["worst case", "calibrated", "fixed"] = Field(
        default="worst case",
        description="largest current that converters take: that of all inputs full, that of a "
        "calibration batch, or adc_full_scale",
    )
    adc_full_scale: Sourced | None = quantity(
        "A",
        "largest current of a converter, for adc_range fixed",
        low=1e-18,
        high=1e3,
        optional=True,
    )
    adc_offset: Sourced = quantity(
        "1",
        "standard deviation of the offset between converters, over the full scale",
        low=0.0,
        high=1.0,
        default=0.0,
        why="calibrated out",
    )
    adc_gain: Sourced = quantity(
        "1",
        "standard deviation of the gain between converters",
        low=0.0,
        high=1.0,
        default=0.0,
        why="calibrated out",
    )
    adc_energy: Sourced | None = quantity(
        "J",
        "energy of one conversion; from the bits if none",
        low=0.0,
        high=1.0,
        optional=True,
    )
    line_noise: bool = Field(
        default=False, description="add thermal and shot noise of the currents over the read time"
    )
    temperature: Sourced = quantity(
        "K",
        "temperature of the array, for its noise",
        low=1.0,
        high=1000.0,
        default="300 K",
        why="room temperature",
    )
    line_capacitance: Sourced = quantity(
        "F",
        "capacitance of a line, per cell",
        low=0.0,
        high=1e-6,
        default="1 fF",
        interval=("0.2 fF", "20 fF"),
        why="0.2 fF per micrometre of metal line, and the cell; depends on the layout",
    )
    cell_area: Sourced | None = quantity(
        "m2",
        "area of a cell, pitch squared; of the device, or 4 F2, if none",
        low=1e-18,
        high=1.0,
        optional=True,
    )
    feature_size: Sourced = quantity(
        "m",
        "width of a line, for the area where none is given",
        low=1e-9,
        high=1e-2,
        default="1 um",
        interval=("0.1 um", "20 um"),
        why="lithography over solution-processed films; depends on the layout",
    )
    driver_energy: Sourced = quantity(
        "J",
        "energy of one word-line driver and its converter per pulse",
        low=0.0,
        high=1.0,
        default="0.1 pJ",
        interval=("0.01 pJ", "1 pJ"),
        why="order of magnitude of drivers in mature CMOS; not of this array",
    )

    @model_validator(mode="after")
    def _together(self) -> ArraySpec:
        if self.slices > 1 and self.levels is None:
            raise InputError("slices", self.slices, "1 where levels is not set", "levels = 4")
        if self.adc_range == "fixed" and self.adc_full_scale is None:
            raise InputError(
                "adc_full_scale", "nothing", "a current, as adc_range is fixed",
                "adc_full_scale = '10 uA'",
            )  # fmt: skip
        if float(self.stuck_low) + float(self.stuck_high) > 1.0:
            total = float(self.stuck_low) + float(self.stuck_high)
            raise InputError("stuck_high", total, "stuck_low + stuck_high of 1 or less", "")
        if self.coding != "amplitude" and self.dac_bits is None:
            raise InputError(
                "dac_bits", "nothing", f"bits, as coding is {self.coding}", "dac_bits = 8"
            )  # fmt: skip
        return self
