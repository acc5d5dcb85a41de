"""What a user may set of synapse protocols and of logic with light and voltage."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.spec import Spec, quantity
from .protocol_base import LIGHT_DOC, MISSING, RISE_DOC, _Protocol

Test = Literal[
    "epsc",
    "ppf",
    "srdp",
    "high_pass",
    "sndp",
    "sddp",
    "sidp",
    "stp_ltp",
    "learning",
    "stdp",
    "morse",
]
DELAY_DOC = "from the start of the event, where its parts do not start together"


class ElectricalSpike(Spec):
    """A voltage pulse: of a terminal, or of the gate of a transistor."""

    amplitude: Sourced = quantity("V", "pulse height", low=-1e3, high=1e3)
    width: Sourced = quantity("s", "pulse width", low=1e-12, high=1e6)
    delay: Sourced = quantity("s", DELAY_DOC, low=0, high=1e6, default="0 s", why="at once")
    rise: Sourced | None = quantity("s", RISE_DOC, low=1e-15, high=1e6, optional=True)
    tail_amplitude: Sourced | None = quantity(
        "V",
        "where a tail of other sign follows the pulse: its height at the start",
        low=-1e3,
        high=1e3,
        optional=True,
    )
    tail_time: Sourced | None = quantity(
        "s",
        "time in which the tail returns to read_voltage along a straight line",
        low=1e-12,
        high=1e6,
        optional=True,
    )

    @model_validator(mode="after")
    def _whole_tail(self) -> ElectricalSpike:
        if (self.tail_amplitude is None) != (self.tail_time is None):
            name = "tail_time" if self.tail_time is None else "tail_amplitude"
            raise InputError(name, MISSING, "both values of a tail, or neither", f"add {name}")
        return self


class OpticalSpike(Spec):
    """A light pulse of one source."""

    width: Sourced = quantity("s", "pulse width", low=1e-12, high=1e6)
    light: float = Field(default=1.0, gt=0, le=1, description=LIGHT_DOC)
    source: int = Field(default=0, ge=0, le=9, description="which light source, from 0")
    delay: Sourced = quantity("s", DELAY_DOC, low=0, high=1e6, default="0 s", why="at once")
    rise: Sourced | None = quantity("s", RISE_DOC, low=1e-15, high=1e6, optional=True)


class Synapse(_Protocol):
    """Tests of a synapse, each from rest, with one electrical or optical pulse or both at once.

    What is not given is set by the length of the pulse: see docs/protocols.md.
    """

    kind: Literal["synapse"]
    tests: tuple[Test, ...] = Field(
        default=("epsc", "ppf", "srdp", "stp_ltp"), min_length=1, description="what is tested"
    )
    read_voltage: Sourced = quantity("V", "voltage between pulses", low=-1e3, high=1e3)
    electrical: ElectricalSpike | None = Field(default=None, description="the voltage pulse")
    optical: OpticalSpike | None = Field(default=None, description="the light pulse")
    post: ElectricalSpike | None = Field(
        default=None,
        description="second spike of stdp; by default the voltage pulse with its sign turned",
    )
    response: Literal["auto", "peak", "after"] = Field(
        default="auto",
        description=(
            "where a response is read. peak: largest change from the start of a pulse to the next; "
            "after: between pulses only. auto: after for voltage pulses of two terminals"
        ),
    )
    count: int = Field(default=10, ge=3, le=1000, description="pulses of srdp, high_pass, learning")
    intervals: tuple[str | float, ...] = Field(
        default=(), max_length=30, description="ppf: end of the first pulse to start of the second"
    )
    rates: tuple[str | float, ...] = Field(
        default=(), max_length=30, description="srdp, high_pass: pulses in a second, '10 Hz'"
    )
    numbers: tuple[int, ...] = Field(
        default=(1, 5, 20), min_length=1, max_length=20, description="sndp, stp_ltp: pulses"
    )
    durations: tuple[str | float, ...] = Field(
        default=(), max_length=20, description="sddp: widths of the pulse"
    )
    intensities: tuple[float, ...] = Field(
        default=(0.1, 0.3, 1.0),
        min_length=1,
        max_length=20,
        description="sidp: fractions of the pulse height",
    )
    timings: tuple[str | float, ...] = Field(
        default=(), max_length=40, description="stdp: start of post after start of pre, both signs"
    )
    letters: str = Field(
        default="ETAIN", min_length=1, max_length=36, pattern="^[A-Za-z0-9]*$", description="morse"
    )
    period: Sourced | None = quantity(
        "s",
        "from pulse to pulse in sndp, stp_ltp, learning; by default twice the pulse",
        low=1e-12,
        high=1e7,
        optional=True,
    )
    pause: Sourced | None = quantity(
        "s",
        "learning: rest between the trains; by default ten times the pulse",
        low=1e-12,
        high=1e8,
        optional=True,
    )
    unit: Sourced | None = quantity(
        "s",
        "morse: one unit, a dot; by default the pulse width",
        low=1e-12,
        high=1e6,
        optional=True,
    )
    baseline: Sourced | None = quantity(
        "s", "rest before the first pulse; by default the pulse", low=1e-12, high=1e7, optional=True
    )
    after: Sourced | None = quantity(
        "s",
        "record after the last pulse; by default a hundred times the pulse",
        low=1e-12,
        high=1e9,
        optional=True,
    )
    points: int = Field(
        default=16, ge=4, le=500, description="rows after the last pulse, spaced in log time"
    )

    @model_validator(mode="after")
    def _has_a_stimulus(self) -> Synapse:
        if self.electrical is None and self.optical is None:
            raise InputError(
                "protocol.optical",
                MISSING,
                "a stimulus: optical, electrical, or both",
                "add optical = { width = '10 ms' }",
            )
        if "stdp" in self.tests and self.post is None and self.electrical is None:
            raise InputError(
                "protocol.post",
                MISSING,
                "the second spike of stdp, where the first is of light",
                "add post = { amplitude = '-1 V', width = '10 ms' }",
            )
        return self


class LogicInput(Spec):
    """One input of a gate: a voltage pulse or a light pulse, on for 1 and absent for 0."""

    electrical: ElectricalSpike | None = Field(default=None, description="a voltage pulse")
    optical: OpticalSpike | None = Field(default=None, description="a light pulse")

    @model_validator(mode="after")
    def _one_kind(self) -> LogicInput:
        if (self.electrical is None) == (self.optical is None):
            raise InputError(
                "electrical",
                MISSING if self.electrical is None else "given with optical",
                "either electrical or optical",
                "write a = { optical = { width = '10 ms' } }",
            )
        return self


class Logic(_Protocol):
    """Two inputs and their four combinations, each from rest: which gate the device is.

    The output is the size of the current, at the end of the pulses (`during`) and `read_after`
    them (stored).
    """

    kind: Literal["logic"]
    a: LogicInput = Field(description="input a")
    b: LogicInput = Field(description="input b")
    lag: Sourced = quantity(
        "s", "start of b after that of a", low=0, high=1e7, default="0 s", why="both at once"
    )
    read_voltage: Sourced = quantity("V", "voltage between pulses", low=-1e3, high=1e3)
    read_after: Sourced | None = quantity(
        "s",
        "from the end of the last pulse to the read of the stored output; by default ten times "
        "the pulses",
        low=1e-12,
        high=1e9,
        optional=True,
    )
    threshold: Sourced | None = quantity(
        "A",
        "current above which the output is 1; by default the one that parts the outputs best",
        low=0,
        high=1e3,
        optional=True,
    )
    output: Literal["stored", "during"] = Field(
        default="stored", description="which of the two reads is the output of the gate"
    )
    spread: Sourced | None = quantity(
        "1",
        "relative standard deviation of an output from cycle to cycle, where the device itself "
        "has none",
        low=0,
        high=10,
        optional=True,
    )
    repeats: int = Field(
        default=1,
        ge=1,
        le=1000,
        description="of each combination, for devices that differ from cycle to cycle",
    )
