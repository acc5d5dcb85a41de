"""What a user may set of an array."""

from __future__ import annotations

from pydantic import Field

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
    levels: int | None = Field(
        default=None,
        ge=2,
        le=65536,
        description="conductance states that can be programmed; analogue if none",
    )
    programming_spread: Sourced = quantity(
        "1",
        "standard deviation of a programmed conductance over the full range",
        low=0.0,
        high=1.0,
        default=0.02,
        interval=(0.005, 0.05),
        why="write and verify; not measured for this device",
    )
    conductance_spread: Sourced = quantity(
        "1",
        "standard deviation of a conductance over itself, after programming",
        low=0.0,
        high=1.0,
        default=0.01,
        interval=(0.003, 0.03),
        why="read noise and drift that writing does not remove; not measured for this device",
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
    adc_bits: int | None = Field(
        default=None,
        ge=1,
        le=24,
        description="resolution of the converters at the bit lines; exact if none",
    )
    adc_energy: Sourced = quantity(
        "J",
        "energy of one conversion",
        low=0.0,
        high=1.0,
        default="2 pJ",
        interval=("0.5 pJ", "20 pJ"),
        why="order of magnitude of converters of about 8 bit; unverified",
    )
