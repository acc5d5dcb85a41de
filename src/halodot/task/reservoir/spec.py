"""What a user may set of reservoir tasks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ...core.errors import InputError
from ...core.sourced import Sourced
from ...core.spec import Spec, quantity

SHORTEST_UTTERANCE = 7  # frames, in the set of vowels


class Pulses(Spec):
    """How an input drives a device; what is not given is measured on the device itself."""

    drive: Literal["voltage", "light"] = Field(
        default="voltage", description="pulses of voltage, or of light under a constant voltage"
    )
    code: Literal["amplitude", "width", "rate"] = Field(
        default="amplitude", description="what of a pulse the input sets: how large it is, how "
        "long, or how many there are in a slot"
    )  # fmt: skip
    low: Sourced | None = quantity(
        "V", "pulse of the smallest input; by default the read voltage",
        low=-100, high=100, optional=True,
    )  # fmt: skip
    high: Sourced | None = quantity(
        "V", "pulse of the largest input; by default twice the amplitude that writes the device "
        "half-way", low=-100, high=100, optional=True,
    )  # fmt: skip
    dimmest: float = Field(default=0.0, ge=0, le=1, description="of full light, smallest input")
    brightest: float = Field(default=1.0, gt=0, le=1, description="of full light, largest input")
    read_voltage: Sourced | None = quantity(
        "V", "between pulses, where the device is read, and under light; by default that of the "
        "array's cells", low=-10, high=10, optional=True,
    )  # fmt: skip
    period: Sourced | None = quantity(
        "s", "from one input slot to the next; by default the multiple of the device's decay time "
        "at which it remembers most", low=1e-12, high=1e6, optional=True,
    )  # fmt: skip
    width: Sourced | None = quantity(
        "s", "of a pulse (the longest); by default 1 % of the period, or as long as the device "
        "needs to be written", low=1e-13, high=1e6, optional=True,
    )  # fmt: skip
    most: int = Field(default=5, ge=1, le=100, description="pulses in a slot of the largest input")
    read_in_pulse: bool = Field(default=True, description="read at the end of the pulse as well")
    reads_after: int = Field(
        default=2, ge=1, le=50, description="reads between a pulse and the next, evenly spaced"
    )
    prime: bool = Field(
        default=True, description="write the device once with the largest pulse before each input"
    )

    @model_validator(mode="after")
    def _fits(self) -> Pulses:
        if self.width is not None and self.period is not None:
            room = float(self.period) / (self.most if self.code == "rate" else 1)
            if not float(self.width) <= 0.9 * room:
                allowed = f"at most {0.9 * room:g} s: pulses have to fit in their period"
                raise InputError("pulses.width", f"{float(self.width):g} s", allowed, "shorten it")
        if self.brightest <= self.dimmest:
            raise InputError("pulses.brightest", self.brightest, "above pulses.dimmest", "raise it")
        return self


class Nodes(Spec):
    """The devices of a reservoir, and how their currents are read."""

    devices: int = Field(default=12, ge=1, le=1000, description="devices side by side")
    slots: int = Field(
        default=1, ge=1, le=200, description="virtual nodes: masked copies of an input, in a row"
    )
    hears: Literal["one", "all"] = Field(
        default="one", description="each device takes one input channel, or a random mixture of all"
    )
    bias: float = Field(
        default=0.8, ge=0, le=1, description="scatter of the offset that each node adds to its "
        "input, which is -1 to 1: nodes then have their thresholds at different inputs"
    )  # fmt: skip
    gain: float = Field(default=1.0, gt=0, le=10, description="factor on the input of each node")
    spread: Sourced = quantity(
        "1",
        "standard deviation of the geometry between devices of a batch, over itself",
        low=0,
        high=0.5,
        default=0.03,
        interval=(0.01, 0.06),
        why="thickness of a spin-coated film over a chip; not measured for this device",
    )
    sense: Literal["logarithmic", "linear"] | None = Field(
        default=None, description="amplifier between device and converter; by default the one with "
        "which the device remembers more"
    )  # fmt: skip
    read_noise: Sourced = quantity(
        "1",
        "standard deviation of a reading over the full scale of the converter",
        low=0,
        high=0.5,
        default=2e-3,
        interval=(5e-4, 5e-3),
        why="a converter of 8 to 10 bits behind an amplifier; it keeps a read-out from using what "
        "no instrument resolves",
    )
    decades: float = Field(
        default=5.0, gt=0.5, le=12, description="range of a logarithmic amplifier below full scale"
    )


class _Driven(Spec):
    """What all reservoir tasks share."""

    pulses: Pulses = Field(default_factory=Pulses, description="how an input drives a device")
    nodes: Nodes = Field(default_factory=Nodes, description="devices and their read-out")
    runs: int = Field(
        default=6, ge=3, le=1000, description="repetitions: other devices, chance, inputs, masks"
    )
    draws: bool = Field(
        default=True, description="each run but the first on another draw of what is uncertain "
        "about the device"
    )  # fmt: skip
    seed: int = Field(default=0, ge=0, le=2**31 - 1, description="of inputs, masks and chance")


class Reservoir(_Driven):
    """How much a reservoir remembers, and what it computes.

    Examples
    --------
    >>> Reservoir().name
    'reservoir'
    """

    name: Literal["reservoir"] = Field(
        default="reservoir", description="reservoir: memory capacity, NARMA and information "
        "processing capacity of volatile devices"
    )  # fmt: skip
    steps: int = Field(
        default=1200, ge=200, le=100_000, description="random inputs, a third of them for the test"
    )
    washout: int = Field(default=50, ge=10, le=10_000, description="first steps, not used")
    delays: int = Field(default=20, ge=1, le=500, description="longest delay that is asked for")
    significance: float = Field(
        default=1e-3, gt=0, lt=0.5, description="share of capacities of zero that would count as "
        "some"
    )  # fmt: skip
    rank_sequences: int = Field(
        default=36, ge=4, le=1000, description="input sequences for kernel and generalisation rank"
    )


class Vowels(_Driven):
    """Nine speakers told apart by a spoken vowel.

    Examples
    --------
    >>> Vowels().name
    'vowels'
    """

    name: Literal["vowels"] = Field(
        default="vowels", description="vowels: nine speakers, told apart by twelve cepstra of a "
        "spoken vowel in time"
    )  # fmt: skip
    every: int = Field(
        default=2, ge=1, le=7, description="frames that are averaged before they drive a device"
    )
    segments: int = Field(
        default=3, ge=1, le=7, description="parts of an utterance in which states are averaged"
    )
    on_array: bool = Field(default=False, description="write the read-out to the array as well")

    @model_validator(mode="after")
    def _long_enough(self) -> Vowels:
        steps = -(-SHORTEST_UTTERANCE // self.every)
        if self.segments > steps:
            allowed = f"at most {steps}: the shortest utterance has {SHORTEST_UTTERANCE} frames"
            raise InputError("segments", self.segments, allowed, "ask for fewer, or average less")
        return self


class Firing(_Driven):
    """Four firing patterns of neurons told apart.

    Examples
    --------
    >>> Firing().name
    'firing'
    """

    name: Literal["firing"] = Field(
        default="firing", description="firing: bursting, adapting, tonic and irregular neurons, "
        "told apart by devices that their spikes drive"
    )  # fmt: skip
    trains: int = Field(default=60, ge=8, le=10_000, description="spike trains of each pattern")
    window: Sourced = quantity(
        "s",
        "length of a train, in the time of the neuron",
        low=0.05,
        high=10,
        default="0.4 s",
        interval=("0.3 s", "0.6 s"),
        why="holds several bursts and the adaptation of a cortical neuron",
    )
    stretch: Sourced | None = quantity(
        "1", "seconds of the device for one of the neuron; by default such that the mean interval "
        "of spikes is one period", low=1e-9, high=1e9, optional=True,
    )  # fmt: skip
    reads: int = Field(default=32, ge=1, le=500, description="readings, evenly spaced over a train")
    segments: int = Field(
        default=4, ge=1, le=50, description="parts of a train in which readings are averaged"
    )
    scatter: Sourced = quantity(
        "1",
        "standard deviation of the parameters of neurons of one pattern, over themselves",
        low=0,
        high=0.5,
        default=0.1,
        interval=(0.05, 0.2),
        why="cells of one type differ by about this much",
    )
    on_array: bool = Field(default=False, description="write the read-out to the array as well")

    @model_validator(mode="after")
    def _reads_enough(self) -> Firing:
        if self.segments > self.reads:
            raise InputError("segments", self.segments, f"at most reads, {self.reads}", "read more")
        return self
