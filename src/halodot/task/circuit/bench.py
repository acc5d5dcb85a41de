"""What stands on the bench of a gate: a device, a load, and what they give for bits of input."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...array.state import Compact
from ...core.errors import InputError
from ...core.randomness import generator
from ...core.status import Status, worst
from .solver import GROUND, Cell, Resistor, Source, Wave, solve
from .spec import GateDrive, PhotonicLogic

F = NDArray[np.float64]
B = NDArray[np.bool_]
EDGE = 1e-3  # of a step, until its voltage and light stand
WITHIN = (0.02, 0.1, 0.3, 0.6)  # of a step: where it is recorded for its energy
LONGEST = 2000  # times of one pass through the solver
COMBINATIONS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.bool_)


@dataclass(frozen=True)
class Answer:
    """What a circuit gave for a stream of bits.

    Attributes
    ----------
    output
        Voltage over the load at the reads, in the sense of the supply [V]; shape [operations].
    electrical, optical
        Energy of an operation from the supply, and of light on the cell [J]; NaN where unknown.
    trace
        Time, supply, light and output of the whole stream, for pictures; shape [4, times].
    """

    output: F
    electrical: float
    optical: float
    status: Status = Status.OK
    trace: F = field(default_factory=lambda: np.zeros((4, 0)))


class Bench(Protocol):
    """A circuit without its comparator, for several settings of its light."""

    @property
    def spec(self) -> PhotonicLogic:
        """The circuit."""
        ...

    @property
    def load(self) -> float:
        """Load resistor [ohm]."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the settings."""
        ...

    def drive(self, setting: int) -> tuple[GateDrive, float] | None:
        """Return how inputs come and the factor on their light, where that is known."""
        ...

    def answer(self, setting: int, bits: B, cell: int, seed: int, /) -> Answer:
        """Return the outputs of cell number `cell` for `bits` [operations, 2]."""
        ...


@dataclass(frozen=True)
class Step:
    """A stretch of time at one voltage of the supply [V] and one light [1], and what it is."""

    span: float
    voltage: float
    light: float
    read: bool = False
    reset: bool = False


def steps_of(spec: PhotonicLogic, drive: GateDrive, level: float, bits: B) -> list[Step]:
    """Return what the supply and the light do for `bits`, one operation after another.

    Rest, reset where there is one and rest again, inputs, and the wait for a stored read.
    """
    stored, read = spec.output == "stored", read_voltage(spec, drive)
    found = []
    for on in bits:
        found.append(Step(float(spec.rest), 0.0, 0.0))
        if spec.reset_voltage is not None:
            found.append(Step(float(spec.reset_time), float(spec.reset_voltage), 0.0, reset=True))
            found.append(Step(float(spec.rest), 0.0, 0.0))
        voltage, light = inputs_of(drive, level, on)
        found.append(Step(float(spec.width), voltage, light, read=not stored))
        if stored:
            found.append(Step(float(spec.read_after), read, 0.0, read=True))
    return found


def read_voltage(spec: PhotonicLogic, drive: GateDrive) -> float:
    """Return the voltage of the supply at a stored read [V]."""
    return float(drive.bias if spec.read_voltage is None else spec.read_voltage)


def inputs_of(drive: GateDrive, level: float, on: B) -> tuple[float, float]:
    """Return voltage of the supply and light while the inputs `on` [2] are there.

    Two inputs of voltage add what each has above the bias.
    """
    voltage, light = float(drive.bias), 0.0
    for given, here in zip((drive.a, drive.b), on, strict=True):
        if not here:
            continue
        if given.light is not None:
            light += level * given.light
        elif given.voltage is not None:
            voltage += float(given.voltage) - float(drive.bias)
    return voltage, light


@dataclass(frozen=True)
class DynamicBench:
    """A device with dynamics: every operation finds it as the one before left it."""

    spec: PhotonicLogic
    compact: Compact
    load: float
    seed: int
    made: dict[int, Compact] = field(default_factory=dict, compare=False, repr=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the settings: every drive with every level of light."""
        pairs = [(d.label, level) for d in self.spec.drive for level in self.spec.light_levels]
        return tuple(f"{name}, light {x:g}" if name else f"light {x:g}" for name, x in pairs)

    def drive(self, setting: int) -> tuple[GateDrive, float]:
        """See `Bench`."""
        which, level = divmod(setting, len(self.spec.light_levels))
        return self.spec.drive[which], self.spec.light_levels[level]

    def cell(self, number: int) -> Compact:
        """Return one cell of the batch; below 0 that of nominal geometry."""
        spread = float(self.spec.cell_spread)
        if number < 0 or spread == 0.0:
            return self.compact
        if number not in self.made:  # a cell may take a while to solve
            chosen = int(generator(self.seed, "circuit.cell", number).integers(2**31 - 1))
            self.made[number] = self.compact.another(spread, chosen)
        return self.made[number]

    def answer(self, setting: int, bits: B, cell: int, seed: int) -> Answer:
        """See `Bench`; the stream goes through the solver in parts that carry the state on."""
        compact, steps = self.cell(cell), steps_of(self.spec, *self.drive(setting), bits)
        reset_load = self.load if self.spec.reset_load is None else float(self.spec.reset_load)
        outputs, traces, statuses = [], [], []
        electrical, start, begin = 0.0, None, 0.0
        for number, part in enumerate(_parts(steps, reset_load != self.load)):
            load = reset_load if part[0].reset else self.load
            time, supply, light, reads = waves(part)
            chance = int(generator(seed, "circuit.chance", number).integers(2**31 - 1))
            circuit = (
                Source("supply", "in", GROUND, Wave(time, supply)),
                Cell("cell", "in", "out", compact, Wave(time, light), start, chance),
                Resistor("load", "out", GROUND, load),
            )
            done = solve(circuit, time)
            electrical -= done.energy(circuit, "supply")
            volts, response = done.voltage["out"], done.responses["cell"]
            start = response.end
            outputs.append((np.sign(supply) * volts)[reads])
            traces.append(np.array([time + begin, supply, light, volts]))
            statuses.append(done.status)
            begin += float(time[-1])
        shone = sum(s.light * s.span for s in steps)
        count, c = len(bits), self.compact
        power = math.nan
        if c.full_light.is_known and c.area.is_known:
            power = float(c.full_light) * float(c.area)
        return Answer(
            np.concatenate(outputs), electrical / count, power * shone / count, worst(*statuses),
            np.concatenate(traces, axis=1),
        )  # fmt: skip


def _parts(steps: list[Step], split: bool) -> list[list[Step]]:
    """Cut a stream where the load changes, and at rests where it becomes long."""
    parts: list[list[Step]] = [[]]
    for s in steps:
        last = parts[-1]
        turned = split and bool(last) and last[-1].reset != s.reset
        resting = s.voltage == 0.0 and s.light == 0.0
        if turned or (resting and len(last) * (len(WITHIN) + 2) > LONGEST):
            parts.append([])
        parts[-1].append(s)
    return parts


def waves(steps: list[Step]) -> tuple[F, F, F, NDArray[np.int64]]:
    """Return time [s], supply [V], light [1], and the indices of the reads, at the ends of steps.

    >>> time, supply, light, reads = waves([Step(1.0, 0.0, 0.0), Step(2.0, 1.0, 0.5, read=True)])
    >>> float(time[reads[0]]), float(supply[reads[0]]), float(light[reads[0]])
    (3.0, 1.0, 0.5)
    """
    # a stream of parts begins at rest, or where a part before ended: at 0 V in the dark
    time, supply, light, reads, begin = [0.0], [0.0], [0.0], [], 0.0
    for s in steps:
        for share in (EDGE, *WITHIN, 1.0):
            time.append(begin + share * s.span)
            supply.append(s.voltage)
            light.append(s.light)
        if s.read:
            reads.append(len(time) - 1)
        begin += s.span
    return np.array(time), np.array(supply), np.array(light), np.array(reads, dtype=np.int64)


@dataclass(frozen=True)
class RecordedBench:
    """Outputs of logic protocols, each from rest, of a device taken as a conductance.

    Attributes
    ----------
    conductance
        For 00, 01, 10 and 11 [S]; shape [settings, 4].
    voltage
        Of the supply [V]: what the device had while it was recorded.
    """

    spec: PhotonicLogic
    conductance: F
    labels: tuple[str, ...]
    voltage: float
    load: float
    seed: int

    def drive(self, setting: int) -> tuple[GateDrive, float] | None:
        """See `Bench`: the drive that has the label of the protocol."""
        found = [d for d in self.spec.drive if d.label == self.labels[setting]]
        return (found[0], 1.0) if found else None

    def answer(self, setting: int, bits: B, cell: int, seed: int) -> Answer:
        """See `Bench`; cells and operations scatter as the task states."""
        which = 2 * bits[:, 0].astype(int) + bits[:, 1]
        g = self.conductance[setting][which] * _scatter(self.spec, self.seed, cell)
        g = g * _repeats(self.spec, seed, len(bits))
        share = g * self.load / (1.0 + g * self.load)
        power = abs(self.voltage) ** 2 * g / (1.0 + g * self.load)
        light, known, s = math.nan, self.drive(setting), self.spec
        if known is not None and s.full_light is not None and s.area is not None:
            on = [inputs_of(*known, b)[1] for b in bits]
            light = float(np.mean(on)) * float(s.full_light) * float(s.area) * float(s.width)
        return Answer(
            abs(self.voltage) * share, float(np.mean(power)) * float(self.spec.width), light
        )


@dataclass(frozen=True)
class PlainBench:
    """A photoresistor, linear in light and without memory, in the same circuit.

    Attributes
    ----------
    dark, slope
        Conductance without light, and what light of 1 adds [S].
    voltages
        Of the supply at the read for 00, 01, 10 and 11 [V].
    lights
        At the read for the same [1].
    """

    spec: PhotonicLogic
    dark: float
    slope: float
    voltages: F
    lights: F
    load: float
    seed: int
    labels: tuple[str, ...] = ("photoresistor",)

    def drive(self, _setting: int) -> tuple[GateDrive, float] | None:
        """See `Bench`: lights and voltages are given."""
        return None

    def answer(self, _setting: int, bits: B, cell: int, seed: int) -> Answer:
        """See `Bench`; cells and operations scatter as the task states."""
        which = 2 * bits[:, 0].astype(int) + bits[:, 1]
        g = self.dark + self.slope * self.lights[which]
        g = g * _scatter(self.spec, self.seed, cell) * _repeats(self.spec, seed, len(bits))
        v = self.voltages[which]
        return Answer(np.abs(v) * g * self.load / (1.0 + g * self.load), math.nan, math.nan)


def photoresistor(
    bench: Bench, spec: PhotonicLogic, setting: int, outputs: F, seed: int
) -> PlainBench:  # fmt: skip
    """Return a photoresistor with the device's conductance for 00 and for 11.

    It has no memory and is read while the inputs are there, also where the device is read later.
    Where it is not known how the inputs come, they are two lights of the same strength.

    Parameters
    ----------
    outputs
        Of the device for 00, 01, 10 and 11 [V].
    """
    known = bench.drive(setting)
    lights, voltages = np.array([0.0, 0.5, 0.5, 1.0]), np.ones(4)
    if known is not None:
        pairs = [inputs_of(*known, b) for b in COMBINATIONS]
        voltages, lights = (np.array(x) for x in zip(*pairs, strict=True))
    read = voltages
    if known is not None and spec.output == "stored":
        read = np.full(4, read_voltage(spec, known[0]))
    if isinstance(bench, RecordedBench):
        read = voltages = np.full(4, bench.voltage)
    tops = np.abs(read[[0, 3]])
    shares = np.clip(outputs[[0, 3]] / np.maximum(tops, 1e-300), 0.0, 0.999999)
    dark, lit = shares / (1.0 - shares) / bench.load
    slope = max(float(lit - dark), 0.0) / max(float(lights[3]), 1e-300)
    return PlainBench(spec, float(dark), slope, voltages, lights, bench.load, seed)


def _log_spread(relative: float) -> float:
    return math.sqrt(math.log1p(relative * relative))


def _repeats(spec: PhotonicLogic, seed: int, count: int) -> F:
    """Factors on the conductance from one operation to the next, log-normal; shape [count]."""
    spread = _log_spread(float(spec.repeat_spread))
    return np.exp(spread * generator(seed, "circuit.repeat").standard_normal(count))


def _scatter(spec: PhotonicLogic, seed: int, cell: int) -> float:
    """Factor on the conductance of a cell, log-normal; 1 for numbers below 0."""
    if cell < 0:
        return 1.0
    normal = float(generator(seed, "circuit.cell", cell).standard_normal())
    return math.exp(_log_spread(float(spec.cell_spread)) * normal)


def load_for(spec: PhotonicLogic, compact: Compact) -> float:
    """Return the geometric mean [ohm] of the nominal device's resistance for 00 and for 11.

    In the first drive, at its brightest.

    Raises
    ------
    InputError
        If no current flows at a read, from which no load follows.
    """
    tiny = 1.0
    bench = DynamicBench(spec, compact, tiny, 0)
    brightest = int(np.argmax(spec.light_levels))
    drive, level = bench.drive(brightest)
    found = []
    for bits in (COMBINATIONS[:1], COMBINATIONS[3:]):
        volts = abs(float(bench.answer(brightest, bits, -1, 0).output[0]))
        supply = steps_of(spec, drive, level, bits)[-1].voltage
        if volts <= 0.0 or supply == 0.0:
            raise InputError(
                "task.load", "none given, and none can be chosen: no current at the read",
                "a resistance, or a voltage at the read", "set task.load",
            )  # fmt: skip
        found.append(max(abs(supply) / volts - 1.0, 1e-3) * tiny)
    return math.sqrt(found[0] * found[1])
