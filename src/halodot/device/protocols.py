"""What is done to a device: voltage, light and switches over time, or a small signal."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.spec import Spec, quantity
from .protocol_base import LIGHT_DOC, MISSING, RISE_DOC, _Protocol
from .synaptic import Logic, Synapse


class Sweep(_Protocol):
    """A cyclic voltage sweep of a two-terminal device."""

    kind: Literal["sweep"]
    corners: tuple[str | float, ...] = Field(
        min_length=2, max_length=60, description="voltages visited, e.g. ['0 V', '1 V', '0 V']"
    )
    rate: Sourced = quantity("V/s", "sweep rate", low=1e-9, high=1e12)
    step: Sourced = quantity(
        "V",
        "spacing of the record",
        low=1e-6,
        high=10,
        default="20 mV",
        why="usual for a source meter",
    )
    cycles: int = Field(default=1, ge=1, le=1000)
    read_voltage: Sourced | None = quantity(
        "V", "voltage at which the two states are compared", low=-1e3, high=1e3, optional=True
    )
    set_at: Sourced | None = quantity(
        "V",
        "find the light in which a cell with a filament sets at this voltage",
        low=1e-3,
        high=1e3,
        optional=True,
    )


class Steady(_Protocol):
    """Steady currents, ions at rest too: the limit of an infinitely slow sweep."""

    kind: Literal["steady"]
    voltage: tuple[str | float, str | float] = Field(description="start and end, ['0 V', '1 V']")
    points: int = Field(default=41, ge=2, le=2000)


class _Train(Spec):
    width: Sourced = quantity("s", "pulse width", low=1e-12, high=1e6)
    period: Sourced | None = quantity(
        "s", "from pulse to pulse; not needed for a single one", low=1e-12, high=1e7, optional=True
    )
    count: int = Field(default=1, ge=1, le=10_000)
    delay: Sourced = quantity(
        "s", "to the first pulse", low=0, high=1e7, default="0 s", why="at once unless asked for"
    )
    rise: Sourced | None = quantity("s", RISE_DOC, low=1e-15, high=1e6, optional=True)


class ElectricalTrain(_Train):
    """A train of voltage pulses; where trains overlap, their steps from read_voltage add."""

    amplitude: Sourced = quantity("V", "pulse height", low=-1e3, high=1e3)


class OpticalTrain(_Train):
    """A train of light pulses; overlapping trains add, up to full light of their source."""

    light: float = Field(default=1.0, gt=0, le=1, description=LIGHT_DOC)
    source: int = Field(default=0, ge=0, le=9, description="which light source, from 0")


class Pulses(_Protocol):
    """Trains of voltage and light pulses, read between them.

    One electrical train may be written without a table of its own: `amplitude`, `width`,
    `period`, `count`. Further trains, electrical and optical, start `delay` after the baseline.
    """

    kind: Literal["pulses"]
    amplitude: Sourced | None = quantity("V", "pulse height", low=-1e3, high=1e3, optional=True)
    width: Sourced | None = quantity("s", "pulse width", low=1e-12, high=1e6, optional=True)
    period: Sourced | None = quantity(
        "s", "from pulse to pulse", low=1e-12, high=1e7, optional=True
    )
    count: int = Field(default=10, ge=1, le=10000)
    read_voltage: Sourced = quantity("V", "voltage between pulses", low=-1e3, high=1e3)
    electrical: tuple[ElectricalTrain, ...] = Field(
        default=(), max_length=20, description="trains of voltage pulses"
    )
    optical: tuple[OpticalTrain, ...] = Field(
        default=(), max_length=20, description="trains of light pulses"
    )
    baseline: Sourced | None = quantity(
        "s",
        "rest before the trains; by default the longest gap",
        low=1e-12,
        high=1e7,
        optional=True,
    )
    after: Sourced | None = quantity(
        "s",
        "record after the last pulse; by default the longest gap",
        low=1e-12,
        high=1e9,
        optional=True,
    )

    @model_validator(mode="after")
    def _has_a_train(self) -> Pulses:
        short = (self.amplitude, self.width, self.period)
        given = [x is not None for x in short]
        if any(given) and not all(given):
            name = ("amplitude", "width", "period")[given.index(False)]
            raise InputError(
                f"protocol.{name}", MISSING, "amplitude, width and period together", f"add {name}"
            )
        if not (any(given) or self.electrical or self.optical):
            raise InputError(
                "protocol.amplitude",
                MISSING,
                "a train of pulses: amplitude, width, period, or [[protocol.optical]]",
                "add amplitude = '1 V', width = '10 ms' and period = '50 ms'",
            )
        return self


class Retention(_Protocol):
    """A write pulse, then reads at times spaced evenly in log time."""

    kind: Literal["retention"]
    write_voltage: Sourced = quantity("V", "write voltage", low=-1e3, high=1e3)
    write_time: Sourced = quantity("s", "write time", low=1e-12, high=1e6)
    write_light: float | None = Field(
        default=None, ge=0, le=1, description=LIGHT_DOC + " while writing; by default `light`"
    )
    read_voltage: Sourced = quantity("V", "read voltage", low=-1e3, high=1e3)
    duration: Sourced = quantity("s", "span of the record", low=1e-9, high=1e9)
    first: Sourced | None = quantity(
        "s",
        "from the end of the write pulse to the first read; by default a millionth of duration, "
        "or the edge of the pulse if that is shorter",
        low=1e-15,
        high=1e8,
        optional=True,
    )
    points: int = Field(default=40, ge=3, le=2000)
    between: Literal["read", "short", "open"] = Field(
        default="read",
        description="terminals between the reads: at read_voltage, at 0 V, or open",
    )
    read_time: Sourced | None = quantity(
        "s",
        "length of a read, where terminals are not at read_voltage all the time; by default a "
        "tenth of the time to the read",
        low=1e-12,
        high=1e6,
        optional=True,
    )


class Level(Spec):
    """One step of a record: a voltage, and how long it is held."""

    voltage: Sourced | None = quantity(
        "V", "of the source; absent: open terminals", low=-1e3, high=1e3, optional=True
    )
    duration: Sourced = quantity("s", "time on this step", low=1e-12, high=1e9)
    light: float | None = Field(
        default=None, ge=0, le=1, description="fraction of device.light; by default the record's"
    )


class Steps(_Protocol):
    """Voltage and light in steps: a staircase, or any list of steps."""

    kind: Literal["steps"]
    step: tuple[Level, ...] = Field(default=(), max_length=2000, description="the steps in order")
    corners: tuple[str | float, ...] = Field(
        default=(),
        max_length=60,
        description="in place of a list: a staircase through these voltages",
    )
    height: Sourced | None = quantity(
        "V", "of a step of the staircase", low=1e-6, high=100, optional=True
    )
    dwell: Sourced | None = quantity(
        "s", "time on a step of the staircase", low=1e-12, high=1e9, optional=True
    )
    rise: Sourced | None = quantity(
        "s",
        "time of an edge; by default a hundredth of the shorter step beside it",
        low=1e-15,
        high=1e6,
        optional=True,
    )
    points: int = Field(
        default=12, ge=1, le=1000, description="of each step of a list, crowded at its start"
    )
    read_voltage: Sourced | None = quantity(
        "V", "voltage at which the two states are compared", low=-1e3, high=1e3, optional=True
    )

    @model_validator(mode="after")
    def _one_form(self) -> Steps:
        if bool(self.step) == bool(self.corners):
            raise InputError(
                "protocol.step",
                "both" if self.step else MISSING,
                "either a list [[protocol.step]] or corners with height and dwell",
                "write step = [{ voltage = '1 V', duration = '10 s' }]",
            )
        for name in ("height", "dwell"):
            if self.corners and getattr(self, name) is None:
                doc = Steps.model_fields[name].description or ""
                raise InputError(f"protocol.{name}", MISSING, doc, f"add {name} = ...")
        return self


class Endurance(_Protocol):
    """Program and erase again and again; the first cycles are simulated, further ones are not.

    Rows beyond the cycles that were simulated continue the straight line of log |I| against log
    cycle. They are marked `extrapolated`: the model holds no wear, only what ions and traps do.
    """

    kind: Literal["endurance"]
    program_voltage: Sourced = quantity("V", "program voltage", low=-1e3, high=1e3)
    program_time: Sourced = quantity("s", "program time", low=1e-12, high=1e6)
    erase_voltage: Sourced = quantity("V", "erase voltage", low=-1e3, high=1e3)
    erase_time: Sourced = quantity("s", "erase time", low=1e-12, high=1e6)
    read_voltage: Sourced = quantity("V", "read voltage", low=-1e3, high=1e3)
    read_time: Sourced = quantity("s", "from an edge to the read after it", low=1e-12, high=1e6)
    cycles: int = Field(default=20, ge=2, le=2000, description="cycles that are simulated")
    extrapolate_to: float | None = Field(
        default=None, gt=1, le=1e15, description="last cycle of the extrapolated rows; none without"
    )


class OpenCircuit(_Protocol):
    """Open terminals: the photovoltage builds up in light, then decays in the dark."""

    kind: Literal["open_circuit"]
    light: float = Field(default=1.0, ge=0, le=1, description=LIGHT_DOC)
    voltage: Sourced = quantity(
        "V",
        "applied before the terminals open",
        low=-1e3,
        high=1e3,
        default="0 V",
        why="from short circuit unless asked for",
    )
    light_time: Sourced = quantity("s", "time in light", low=1e-12, high=1e8)
    decay_time: Sourced = quantity("s", "time in the dark after it", low=1e-12, high=1e8)
    first: Sourced | None = quantity(
        "s",
        "from the light's edge to the first row of each part; by default a millionth of the part",
        low=1e-15,
        high=1e7,
        optional=True,
    )
    points: int = Field(default=40, ge=3, le=2000, description="of each part, spaced in log time")


class FromFile(_Protocol):
    """Any waveform of your own: a CSV file beside the study, or lists."""

    kind: Literal["waveform"]
    file: str = Field(
        default="",
        max_length=200,
        description="CSV beside the study with heads such as 'time (ms)', 'voltage (V)', 'light'",
    )
    time: tuple[float, ...] = Field(
        default=(), max_length=200_000, description="in place of a file: corners, increasing [s]"
    )
    voltage: tuple[float, ...] = Field(
        default=(), max_length=200_000, description="at the corners, joined by straight lines [V]"
    )
    level: tuple[float, ...] = Field(
        default=(),
        max_length=200_000,
        description="light at the corners, fraction of device.light; by default `light`",
    )
    points: int = Field(
        default=0, ge=0, le=200_000, description="rows, evenly in time; 0: at every corner"
    )


class Impedance(_Protocol):
    """Small-signal impedance against frequency at a bias, by linearisation about rest."""

    kind: Literal["impedance"]
    voltage: Sourced = quantity(
        "V", "bias", low=-1e3, high=1e3, default="0 V", why="no bias unless asked for"
    )
    lowest: Sourced = quantity("Hz", "lowest frequency", low=1e-6, high=1e12)
    highest: Sourced = quantity("Hz", "highest frequency", low=1e-6, high=1e12)
    points: int = Field(default=61, ge=2, le=2000, description="spaced evenly in log frequency")


class Capacitance(_Protocol):
    """Capacitance against bias at one frequency, by linearisation about rest."""

    kind: Literal["capacitance"]
    voltage: tuple[str | float, str | float] = Field(description="start and end, ['-1 V', '1 V']")
    frequency: Sourced = quantity("Hz", "of the small signal", low=1e-6, high=1e12)
    points: int = Field(default=41, ge=2, le=2000)


class _Gated(_Protocol):
    current_floor: Sourced = quantity(
        "A",
        "smallest drain current that is read: leakage and noise",
        low=0,
        high=1e-3,
        default="1 pA",
        interval=("0.1 pA", "10 pA"),
        why="leakage and noise of a usual probe station",
    )


class Transfer(_Gated):
    """Drain current against gate voltage, there and back, at one or more drain voltages."""

    kind: Literal["transfer"]
    gate: tuple[str | float, str | float] = Field(description="start and end, ['20 V', '-60 V']")
    drain: tuple[str | float, ...] = Field(  # type: ignore[assignment]
        min_length=1, max_length=20, description="drain voltages"
    )
    lights: tuple[float, ...] = Field(
        default=(),
        max_length=20,
        description="repeat the curve at each of these fractions of device.light, each from rest; "
        "by default at `light` alone",
    )
    before: tuple[Level, ...] = Field(
        default=(),
        max_length=200,
        description="gate voltage and light in steps before the curve, source and drain at 0 V: "
        "how a memory is written, erased, or left alone",
    )
    rate: Sourced = quantity(
        "V/s",
        "gate sweep rate",
        low=1e-9,
        high=1e12,
        default="1 V/s",
        why="usual for a source meter",
    )
    points: int = Field(default=61, ge=5, le=2000)

    @model_validator(mode="after")
    def _fractions(self) -> Transfer:
        wrong = [x for x in self.lights if not 0.0 <= x <= 1.0]
        if wrong:
            raise InputError(
                "protocol.lights", wrong[0], "0 to 1, fractions of device.light", "scale it"
            )
        return self


class Output(_Gated):
    """Drain current against drain voltage at several gate voltages."""

    kind: Literal["output"]
    drain: tuple[str | float, str | float] = Field(  # type: ignore[assignment]
        description="start and end"
    )
    gate: tuple[str | float, ...] = Field(min_length=1, max_length=20, description="gate voltages")
    rate: Sourced = quantity(
        "V/s",
        "drain sweep rate",
        low=1e-9,
        high=1e12,
        default="1 V/s",
        why="usual for a source meter",
    )
    points: int = Field(default=41, ge=5, le=2000)


def _kind(table: object) -> object:
    return table.get("kind") if isinstance(table, dict) else getattr(table, "kind", None)


# By a function: pydantic accepts no field as discriminator that has a validator before it.
Protocol = Annotated[
    Annotated[Sweep, Tag("sweep")]
    | Annotated[Steady, Tag("steady")]
    | Annotated[Steps, Tag("steps")]
    | Annotated[Pulses, Tag("pulses")]
    | Annotated[Retention, Tag("retention")]
    | Annotated[Endurance, Tag("endurance")]
    | Annotated[OpenCircuit, Tag("open_circuit")]
    | Annotated[FromFile, Tag("waveform")]
    | Annotated[Impedance, Tag("impedance")]
    | Annotated[Capacitance, Tag("capacitance")]
    | Annotated[Synapse, Tag("synapse")]
    | Annotated[Logic, Tag("logic")]
    | Annotated[Transfer, Tag("transfer")]
    | Annotated[Output, Tag("output")],
    Discriminator(_kind),
]

TWO_TERMINAL = (
    "sweep",
    "steady",
    "steps",
    "pulses",
    "retention",
    "endurance",
    "open_circuit",
    "waveform",
    "impedance",
    "capacitance",
    "synapse",
    "logic",
)


def voltages(raw: tuple[str | float, ...], field: str) -> list[float]:
    """Read a list of voltages such as ``['0 V', '1 V']`` as floats [V]."""
    from ..core.units import parse

    values: list[float] = []
    for k, text in enumerate(raw):
        value = parse(text, "V", field=f"{field}[{k}]", doc="voltage")
        if abs(value) > 1e4:
            raise InputError(f"{field}[{k}]", text, "-10 kV to 10 kV", "check the unit")
        values.append(value)
    return values


GATED = ("steps", "pulses", "retention", "endurance", "waveform", "synapse", "logic")


def needs(kind: str) -> tuple[str, ...]:
    """Protocols that a device of `kind` understands."""
    return TWO_TERMINAL if kind == "two_terminal" else ("transfer", "output", *GATED)
