"""What a user may set of the circuits with a single device."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from ...core.errors import InputError
from ...core.sourced import Sourced
from ...core.spec import Spec, quantity, read_quantity


class GateInput(Spec):
    """One input of a gate: a voltage of the supply, or light; for 0 it stays away.

    Examples
    --------
    >>> GateInput(light=0.5).voltage is None
    True
    """

    voltage: Sourced | None = quantity(
        "V", "voltage of the supply while this input is on", low=-1e3, high=1e3, optional=True
    )
    light: float | None = Field(
        default=None, gt=0, le=1, description="light of this input, of full light"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> GateInput:
        if (self.voltage is None) == (self.light is None):
            given = "nothing" if self.voltage is None else "both voltage and light"
            raise InputError("voltage", given, "either voltage or light", "a = { light = 1.0 }")
        return self


class GateDrive(Spec):
    """How inputs come: which kind each is, and the voltage of the supply without one."""

    label: str = Field(
        default="",
        max_length=60,
        description="shown in tables; where figures are used, that of the protocol it stands for",
    )
    a: GateInput = Field(default_factory=lambda: GateInput(light=0.5), description="input a")
    b: GateInput = Field(default_factory=lambda: GateInput(light=0.5), description="input b")
    bias: Sourced = quantity(
        "V",
        "voltage of the supply while inputs may come, and no input of voltage is on",
        low=-1e3,
        high=1e3,
        default="0.1 V",
        why="a read voltage that disturbs few devices",
    )

    @model_validator(mode="after")
    def _not_too_bright(self) -> GateDrive:
        lit = (self.a.light or 0.0) + (self.b.light or 0.0)
        if lit > 1.0 + 1e-9:
            raise InputError(
                "a.light", f"{lit:g} with both inputs on", "at most full light together",
                "a = { light = 0.5 }, and a brighter [device.light] if need be",
            )  # fmt: skip
        return self


class _Circuit(Spec):
    """What all circuits share: the cells that are tried."""

    cells: int = Field(default=12, ge=4, le=500, description="cells that are scored, one a circuit")
    training_cells: int = Field(
        default=6, ge=2, le=500, description="other cells, on which thresholds are chosen"
    )
    cell_spread: Sourced = quantity(
        "1",
        "relative standard deviation from cell to cell: of the thickness of a cell with dynamics, "
        "of the output of one without",
        low=0.0,
        high=1.0,
        default=0.05,
        interval=(0.02, 0.1),
        why="usual for spun films over a wafer; not measured for this device",
    )
    draws: int = Field(
        default=0,
        ge=0,
        le=200,
        description="draws of what is not known of device and circuit, each with cells of its "
        "own; 0: nominal values alone",
    )
    draw_cells: int = Field(default=2, ge=1, le=500, description="cells that each draw scores")


class PhotonicLogic(_Circuit):
    """Two inputs of light, or of light and voltage, a device, a load and a comparator.

    Examples
    --------
    >>> PhotonicLogic().function
    'best'
    """

    name: Literal["logic"] = Field(
        default="logic",
        description="logic: streams of random bits through gates made of the device, a load "
        "resistor and a comparator",
    )
    model: Literal["auto", "compact", "figures"] = Field(
        default="auto",
        description="compact: the device with its dynamics and its history; figures: the outputs "
        "of its protocols of kind logic, each from rest; auto: the first that there is",
    )
    function: Literal["best", "AND", "OR"] = Field(
        default="best",
        description="which is scored; best: the one that the training cells do better",
    )
    drive: tuple[GateDrive, ...] = Field(
        default_factory=lambda: (GateDrive(),),
        min_length=1,
        max_length=20,
        description="ways to bring the inputs that are tried, each in a table [[task.drive]]",
    )
    light_levels: tuple[float, ...] = Field(
        default=(0.1, 0.3, 1.0),
        min_length=1,
        max_length=20,
        description="factors on the light of the inputs that are tried",
    )
    width: Sourced = quantity(
        "s", "length of the inputs", low=1e-9, high=1e4, default="0.1 s", why="slow light, usual"
    )
    output: Literal["during", "stored"] = Field(
        default="during", description="read at the end of the inputs, or `read_after` them"
    )
    read_voltage: Sourced | None = quantity(
        "V",
        "of the supply at a stored read; by default the bias",
        low=-1e3,
        high=1e3,
        optional=True,
    )
    read_after: Sourced = quantity(
        "s",
        "from the end of the inputs to the stored read",
        low=1e-9,
        high=1e6,
        default="0.1 s",
        why="as long as the inputs by default",
    )
    reset_voltage: Sourced | None = quantity(
        "V",
        "of the supply before each operation, to forget the one before; by default none",
        low=-1e3,
        high=1e3,
        optional=True,
    )
    reset_time: Sourced = quantity(
        "s", "length of the reset", low=1e-9, high=1e6, default="0.1 s", why="as the inputs"
    )
    reset_load: Sourced | None = quantity(
        "ohm",
        "in series during the reset, where a switch bridges the load; by default the load",
        low=1e-3,
        high=1e15,
        optional=True,
    )
    rest: Sourced = quantity(
        "s",
        "in the dark at 0 V between operations",
        low=1e-9,
        high=1e7,
        default="0.1 s",
        why="as long as the inputs by default",
    )
    load: Sourced | None = quantity(
        "ohm",
        "load resistor; by default the geometric mean of the device's resistance for 00 and 11, in "
        "each draw anew",
        low=1e-3,
        high=1e15,
        optional=True,
    )
    threshold: Sourced | None = quantity(
        "V",
        "of the comparator, over the load; by default the best on the training cells",
        low=-1e3,
        high=1e3,
        optional=True,
    )
    hysteresis: Sourced = quantity(
        "V",
        "of the comparator, full width",
        low=0.0,
        high=100.0,
        default="2 mV",
        interval=("0.5 mV", "10 mV"),
        why="usual of comparators; not of a given part",
    )
    noise: Sourced = quantity(
        "V",
        "of the input of the comparator, standard deviation from read to read",
        low=0.0,
        high=100.0,
        default="0.5 mV",
        interval=("0.1 mV", "2 mV"),
        why="usual of comparators with a high-ohmic input; not of a given part",
    )
    offset: Sourced = quantity(
        "V",
        "of the comparator, standard deviation from one to the next",
        low=0.0,
        high=100.0,
        default="3 mV",
        interval=("1 mV", "10 mV"),
        why="usual of comparators; not of a given part",
    )
    decision_time: Sourced = quantity(
        "s",
        "of the comparator",
        low=0.0,
        high=10.0,
        default="1 us",
        interval=("10 ns", "10 us"),
        why="usual of comparators of low power; not of a given part",
    )
    decision_energy: Sourced = quantity(
        "J",
        "of the comparator, for one decision",
        low=0.0,
        high=1.0,
        default="1 pJ",
        interval=("0.05 pJ", "100 pJ"),
        why="a clocked comparator; a packaged part that always runs takes far more",
    )
    emitter_power: Sourced = quantity(
        "W",
        "light that one output can make for the next gates",
        low=0.0,
        high=1e3,
        default="0.1 mW",
        interval=("0.01 mW", "1 mW"),
        why="a small light-emitting diode beside the gate; assumed",
    )
    emitter_efficiency: Sourced = quantity(
        "1",
        "light on the cell over the electrical power of its emitter",
        low=1e-9,
        high=1.0,
        default=0.05,
        interval=(0.005, 0.2),
        why="a light-emitting diode with its coupling; assumed",
    )
    operations: int = Field(default=24, ge=4, le=10000, description="of each cell, random inputs")
    cascade: bool = Field(
        default=True, description="also score a half adder and a tree of three gates"
    )
    repeat_spread: Sourced = quantity(
        "1",
        "relative standard deviation of an output from one operation to the next, for devices "
        "without dynamics of their own",
        low=0.0,
        high=1.0,
        default=0.03,
        interval=(0.01, 0.1),
        why="not measured for this device",
    )
    measured_voltage: Sourced | None = quantity(
        "V",
        "at the device while its logic protocol was recorded; needed where figures are used: up "
        "to there the device is taken as a conductance",
        low=-1e3,
        high=1e3,
        optional=True,
    )
    full_light: Sourced | None = quantity(
        "W/m2",
        "irradiance that a light of 1 stands for, where the model does not say",
        low=0.0,
        high=1e9,
        optional=True,
    )
    area: Sourced | None = quantity(
        "m2",
        "of a cell, where the model does not say",
        low=1e-18,
        high=1.0,
        optional=True,
    )

    @model_validator(mode="after")
    def _fits(self) -> PhotonicLogic:
        wrong = [x for x in self.light_levels if not 0.0 < x <= 1.0]
        if wrong:
            raise InputError("light_levels", wrong[0], "factors above 0, up to 1", "scale a and b")
        labels = [d.label for d in self.drive]
        if len(set(labels)) < len(labels):
            raise InputError("drive.label", labels, "a label of its own for each drive", "add one")
        return self


class TransistorSpec(Spec):
    """A transistor beside the memristor: not part of the study's device, all of it assumed."""

    polarity: Literal["p", "n"] = Field(default="p", description="channel of holes or electrons")
    threshold: Sourced = quantity(
        "V",
        "gate-source voltage at which the channel forms, for the polarity; negative for p",
        low=-200.0,
        high=200.0,
        default="-0.5 V",
        interval=("-0.7 V", "-0.3 V"),
        why="a transistor of low voltage, on a thin oxide; none is described in the review",
    )
    mobility: Sourced = quantity(
        "m2/Vs",
        "of the channel",
        low=1e-12,
        high=10.0,
        default="0.3 cm2/Vs",
        interval=("0.05 cm2/Vs", "2 cm2/Vs"),
        why="organic p channels",
    )
    width: Sourced = quantity(
        "m",
        "of the channel",
        low=1e-9,
        high=10.0,
        default="1 mm",
        interval=("0.5 mm", "2 mm"),
        why="shadow masks",
    )
    length: Sourced = quantity(
        "m",
        "of the channel",
        low=1e-9,
        high=1.0,
        default="50 um",
        interval=("30 um", "100 um"),
        why="shadow masks",
    )
    capacitance: Sourced = quantity(
        "F/m2",
        "of the gate",
        low=1e-8,
        high=10.0,
        default="100 nF/cm2",
        interval=("30 nF/cm2", "300 nF/cm2"),
        why="some ten nanometres of alumina, or an anodised oxide",
    )
    swing: Sourced = quantity(
        "V",
        "below threshold, per decade of current",
        low=0.01,
        high=50.0,
        default="0.15 V",
        interval=("0.1 V", "0.25 V"),
        why="organic transistors of low voltage",
    )
    leakage: Sourced = quantity(
        "A",
        "least drain current",
        low=0.0,
        high=1.0,
        default="1 pA",
        interval=("0.1 pA", "10 pA"),
        why="leakage of small organic transistors",
    )


class GatedMemory(_Circuit):
    """A memristor and a load divide a voltage that drives the gate of a transistor.

    Examples
    --------
    >>> GatedMemory().transistor.polarity
    'p'
    """

    name: Literal["gated_memory"] = Field(
        default="gated_memory",
        description="gated_memory: random bits written to and read from a transistor whose gate "
        "hangs on a memristor and a load",
    )
    transistor: TransistorSpec = Field(default_factory=TransistorSpec, description="the transistor")
    side: Literal["supply", "ground"] = Field(
        default="supply", description="of the divider, on which the memristor sits"
    )
    load: Sourced | None = quantity(
        "ohm",
        "resistor of the divider; by default the geometric mean of the states of the nominal cell",
        low=1e-3,
        high=1e15,
        optional=True,
    )
    read_voltage: Sourced = quantity(
        "V",
        "over the divider at a read",
        low=-1e3,
        high=1e3,
        default="1 V",
        why="twice the threshold of the transistor",
    )
    source_voltage: Sourced | None = quantity(
        "V",
        "of the source of the transistor at a read; by default the read voltage for a p channel, "
        "0 V for an n channel",
        low=-1e3,
        high=1e3,
        optional=True,
    )
    drain_voltage: Sourced = quantity(
        "V",
        "drain against source at a read",
        low=-1e3,
        high=1e3,
        default="-0.5 V",
        why="about the threshold of the transistor",
    )
    read_time: Sourced = quantity(
        "s", "length of a read", low=1e-9, high=1e4, default="10 ms", why="many times R C of a gate"
    )
    sense_noise: Sourced = quantity(
        "A",
        "of the amplifier that reads, standard deviation, for drain current and memristor alike",
        low=0.0,
        high=1.0,
        default="1 pA",
        interval=("0.1 pA", "10 pA"),
        why="a picoammeter in the time of a read",
    )
    write_voltage: Sourced = quantity(
        "V", "over memristor and write path", low=-1e3, high=1e3, default="1 V", why="usual"
    )
    write_time: Sourced = quantity(
        "s", "length of a write", low=1e-9, high=1e4, default="0.1 s", why="slow cells, usual"
    )
    erase_voltage: Sourced = quantity(
        "V", "over memristor and write path", low=-1e3, high=1e3, default="-1 V", why="usual"
    )
    erase_time: Sourced = quantity(
        "s", "length of an erase", low=1e-9, high=1e4, default="0.1 s", why="slow cells, usual"
    )
    write_resistance: Sourced = quantity(
        "ohm",
        "in series while it is written or erased: a switch bridges the load",
        low=1e-3,
        high=1e15,
        default="1 kohm",
        interval=("100 ohm", "10 kohm"),
        why="a switch on a line; not given",
    )
    light: float = Field(
        default=1.0, ge=0, le=1, description="of an optical write, of full light; 0: none is tried"
    )
    light_voltage: Sourced = quantity(
        "V",
        "over memristor and write path in an optical write, and in its control in the dark",
        low=-1e3,
        high=1e3,
        default="0.1 V",
        why="a read voltage that disturbs few devices",
    )
    light_time: Sourced = quantity(
        "s", "length of an optical write", low=1e-9, high=1e4, default="0.1 s", why="slow, usual"
    )
    cycles: int = Field(default=20, ge=2, le=10000, description="random bits for each cell")
    reads: int = Field(default=1000, ge=1, le=100000, description="reads in a row of each state")
    retention_time: Sourced = quantity(
        "s",
        "for which both states are followed at 0 V",
        low=1e-6,
        high=1e10,
        default="1e4 s",
        why="usual of published records",
    )
    level_resistances: tuple[str | float, ...] = Field(
        default=("1 kohm", "10 kohm", "100 kohm", "1 Mohm"),
        max_length=20,
        description="write paths whose currents write different levels",
    )
    level_separation: float = Field(
        default=2.0,
        gt=0,
        le=10,
        description="two levels are told apart where so many standard deviations (of cells and of "
        "a read) to either side do not meet",
    )

    @field_validator("level_resistances")
    @classmethod
    def _are_resistances(cls, raw: tuple[str | float, ...]) -> tuple[str | float, ...]:
        for text in raw:
            if read_quantity(text, "ohm", field="level_resistances").value == 0.0:
                raise InputError("level_resistances", text, "above 0 ohm", "give a resistance")
        return raw
