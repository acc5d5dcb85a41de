"""What a user may set of the looming task."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ...core.errors import InputError
from ...core.sourced import Sourced
from ...core.spec import Spec, quantity


class Stimulus(Spec):
    """An object on its way to the eye, and what it is compared with."""

    shape: Literal["disc", "square"] = Field(default="disc", description="of the object")
    object_light: Sourced = quantity(
        "1", "radiance of the object as a fraction of full light", low=0, high=1, default=1.0,
        why="a bright object",
    )  # fmt: skip
    background_light: Sourced = quantity(
        "1", "radiance of all that stands behind the object, as a fraction of full light", low=0,
        high=1, default=0.0, why="dark",
    )  # fmt: skip
    shortest: Sourced = quantity(
        "s", "smallest ratio l/v of half size to speed", low=1e-9, high=1e7, default="5 ms",
        why="sweep of the test of locusts",
    )  # fmt: skip
    longest: Sourced = quantity(
        "s", "largest l/v", low=1e-9, high=1e7, default="50 ms",
        why="sweep of the test of locusts",
    )  # fmt: skip
    approaches: int = Field(
        default=8, ge=4, le=64, description="ratios l/v from the smallest to the largest, evenly"
    )
    collision_time: Sourced | None = quantity(
        "s", "from the first moment to the collision, whatever the speed (else `start`)", low=1e-9,
        high=1e9, optional=True,
    )  # fmt: skip
    start: float = Field(
        default=10.0, ge=3.0, le=200.0,
        description="first moment, in l/v before the collision: 10 is an angle of 11 degrees",
    )  # fmt: skip
    closest: float = Field(
        default=0.2, gt=0.0, le=1.0,
        description="last moment, in l/v before the collision: 0.2 is an angle of 157 degrees",
    )  # fmt: skip
    settle: float = Field(
        default=2.0, ge=0.0, le=100.0,
        description="how long the first picture stands under bias before it moves, in l/v",
    )  # fmt: skip
    translating_size: Sourced = quantity(
        "deg", "angular size of the object that passes at a constant distance", low=1, high=170,
        default="40 deg", why="between what a looming object has first and last",
    )  # fmt: skip

    @model_validator(mode="after")
    def _ordered(self) -> Stimulus:
        if not float(self.shortest) < float(self.longest):
            raise InputError(
                "stimulus.longest", f"{float(self.longest):g} s",
                f"above {float(self.shortest):g} s, the smallest l/v", "swap shortest and longest",
            )  # fmt: skip
        if float(self.object_light) == float(self.background_light):
            raise InputError(
                "stimulus.object_light", float(self.object_light),
                "another light than the background's", "an object of the same light cannot be seen",
            )  # fmt: skip
        if self.collision_time is not None:
            least = 3.0 * float(self.longest)
            if float(self.collision_time) < least:
                raise InputError(
                    "stimulus.collision_time", f"{float(self.collision_time):g} s",
                    f"at least {least:g} s, three times the largest l/v", "start from further away",
                )  # fmt: skip
        return self


class EyeSpec(Spec):
    """A compound eye: cells on a hemisphere, at equal steps of azimuth and of elevation."""

    cells: int = Field(
        default=8, ge=3, le=32, description="along azimuth, and as many along elevation"
    )
    acceptance: Sourced | None = quantity(
        "deg", "full width at half maximum of what a cell sees (else 1.5 of the step of cells)",
        low=0.5, high=120, optional=True,
    )  # fmt: skip
    spread: Sourced = quantity(
        "1", "standard deviation of the geometry from cell to cell", low=0, high=0.5,
        default=0.03, why="thickness of a good film from place to place; not measured",
    )  # fmt: skip
    bias_share: float | None = Field(
        default=None, gt=0.0, le=2.0,
        description="as of the neuron, for the cells of the eye (else that of the neuron)",
    )  # fmt: skip
    frames: int = Field(
        default=50, ge=40, le=5000, description="readings of each approach, as of the neuron"
    )
    draws: int = Field(
        default=0, ge=0, le=1000,
        description="draws of what is not known of the device, beside the nominal device",
    )  # fmt: skip
    seeds: int = Field(default=2, ge=2, le=1000, description="histories of chance of each eye")
    directions: int = Field(
        default=9, ge=0, le=180,
        description="approaches from all sides, to be told apart as left, front or right; 0: none",
    )  # fmt: skip


class Neuron(Spec):
    """How a device is driven, read and smoothed."""

    bias: Sourced | None = quantity(
        "V", "of the cell (else a share of its own threshold)", low=-100, high=100, optional=True
    )
    bias_share: float = Field(
        default=0.9, gt=0.0, le=2.0,
        description="bias over the voltage at which the cell switches in the dark, on a ramp as "
        "long as the longest approach, or as one pulse",
    )  # fmt: skip
    pulse: Sourced | None = quantity(
        "s", "the bias stands for this long before each reading, and no voltage between (else it "
        "stands all the time)", low=1e-12, high=1e7, optional=True,
    )  # fmt: skip
    encoding: Literal["light", "rate"] = Field(
        default="light",
        description="what falls on the cell: the light of the scene, or what a differentiator "
        "makes of it, rate_time |d light/dt|, full light at most",
    )
    rate_time: Sourced = quantity(
        "s", "gain of the differentiator", low=1e-9, high=1e9, default="5 ms",
        why="the smallest l/v of the default sweep",
    )  # fmt: skip
    readout: Literal["lit", "dark"] = Field(
        default="lit",
        description="the current that flows under light and bias; or that which a shutter leaves, "
        "which closes for a moment in every frame while the read voltage stands",
    )
    read_voltage: Sourced = quantity(
        "V", "behind the shutter", low=-100, high=100, default="0.1 V", why="small: only looks"
    )
    read_share: float = Field(
        default=0.05, gt=0.0, le=0.5, description="part of each frame for which the shutter closes"
    )
    frames: int = Field(
        default=100, ge=40, le=5000,
        description="readings of each approach, closer together towards the collision, by equal "
        "factors of the time that is left",
    )  # fmt: skip
    every: Sourced | None = quantity(
        "s", "frames of this even length in place of `frames` a time", low=1e-9, high=1e7,
        optional=True,
    )  # fmt: skip
    count_above: Sourced | None = quantity(
        "A", "the response is the number of cells above this current (else their current)",
        low=0, high=10, optional=True,
    )  # fmt: skip
    smoothing: Literal["leaky", "gaussian", "none"] = Field(
        default="leaky",
        description="leaky: a membrane, exp(-t/time) of what was before; gaussian: of this "
        "standard deviation, before and after alike",
    )
    smoothing_time: Sourced | None = quantity(
        "s", "time of the smoothing (else a tenth of the smallest l/v)", low=1e-12, high=1e7,
        optional=True,
    )  # fmt: skip
    floor: Sourced = quantity(
        "A", "smallest current that counts as a response", low=0, high=10, default="10 pA",
        interval=("1 pA", "100 pA"), why="what an amplifier resolves within a frame",
    )  # fmt: skip
    copies: int = Field(
        default=1, ge=1, le=1000,
        description="cells side by side under the same light, whose responses add up",
    )  # fmt: skip
    fall: float = Field(
        default=0.5, gt=0.0, lt=1.0,
        description="share of its rise by which a response has to fall again before the collision "
        "to count as one that rises and falls",
    )  # fmt: skip

    @model_validator(mode="after")
    def _pulsed(self) -> Neuron:
        if self.pulse is None:
            return self
        if self.every is None:
            raise InputError(
                "neuron.every", "nothing (it is missing)",
                "the even length of a frame: pulses that follow faster and faster would know when "
                "the collision is", "add every = ...",
            )  # fmt: skip
        if float(self.pulse) >= float(self.every):
            raise InputError(
                "neuron.pulse", f"{float(self.pulse):g} s", f"shorter than a frame, "
                f"{float(self.every):g} s", "shorten it, or leave it out for a standing bias",
            )  # fmt: skip
        return self


class Reference(Spec):
    """The neuron of locusts: C theta'(t - delay) exp(-alpha theta(t - delay))."""

    threshold_angle: Sourced = quantity(
        "deg", "angular size one delay before its peak", low=1, high=170, default="24 deg",
        interval=("15 deg", "40 deg"), why="published neurons have 15 to 40 degrees",
    )  # fmt: skip
    delay: Sourced = quantity(
        "s", "between threshold angle and peak", low=0, high=1e7, default="27 ms",
        interval=("15 ms", "35 ms"), why="published neurons have 15 to 35 ms",
    )  # fmt: skip


class Scan(Spec):
    """A coarse map of the nominal device over time scale and bias."""

    scales: tuple[float, ...] = Field(
        default=(), max_length=24, description="factors on all l/v; none: no map"
    )
    shares: tuple[float, ...] = Field(
        default=(0.7, 0.8, 0.9, 0.95), min_length=1, max_length=24,
        description="bias over the threshold at that time scale",
    )  # fmt: skip

    @model_validator(mode="after")
    def _positive(self) -> Scan:
        for name in ("scales", "shares"):
            for k, value in enumerate(getattr(self, name)):
                if not 0.0 < value < 1e12:
                    raise InputError(f"scan.{name}[{k}]", value, "above 0", "a factor")
        return self


class Looming(Spec):
    """Collision detection: the peak of a response against l/v, and its controls.

    Examples
    --------
    >>> Looming().stimulus.approaches
    8
    """

    name: Literal["looming"] = Field(
        default="looming",
        description="looming: a device as the neuron that warns of a collision",
    )
    stimulus: Stimulus = Field(default_factory=Stimulus, description="what is seen")
    neuron: Neuron = Field(default_factory=Neuron, description="how the device is driven and read")
    eye: EyeSpec | None = Field(
        default_factory=EyeSpec, description="the compound eye of many cells"
    )
    reference: Reference = Field(default_factory=Reference, description="the neuron of locusts")
    scan: Scan = Field(default_factory=Scan, description="time scales and biases that would do")
    seeds: int = Field(
        default=3, ge=2, le=1000,
        description="histories of chance of each draw; four times as many of the nominal device",
    )  # fmt: skip
    draws: int = Field(
        default=9, ge=0, le=1000,
        description="draws of what is not known of the device, beside the nominal device",
    )  # fmt: skip
