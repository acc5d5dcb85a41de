"""Joule heating: the lattice as one body that the current heats and a thermal resistance cools.

    C dT/dt = J V + A - (T - T_0) / R_th

J V is the electric power that the device takes up [W/m2], A what it absorbs of the light. The sign
of J V is kept: power lent to the capacitance of the device comes back and is no heat. All
dependence on temperature is in one place, a function that gives the stack at a temperature. A
lattice of one temperature is a good picture of a film far thinner than its substrate.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.status import Status
from . import run as engine
from .build import discretise
from .grid import Grid, initial
from .layers import Stack
from .run import Accuracy, Program
from .simulate import Record, Simulation

Array = NDArray[np.float64]
StackAt = Callable[[float], Stack]

STRIDE = 0.05  # largest change of the temperature between two looks, relative
LOOKS = 200  # at the power of one voltage
SHORTEST = 1e-9  # piece of a program, relative to the whole
# mean over a piece: Kronrod's rule of seven points with Gauss's rule of three inside it
_KRONROD = np.array([0.960491268708020, 0.774596669241483, 0.434243749346802, 0.0])
_WEIGHT_7 = np.array([0.104656226026467, 0.268488089868333, 0.401397414775962, 0.450916538658474])
_WEIGHT_3 = np.array([0.0, 5.0 / 9.0, 0.0, 8.0 / 9.0])
NODES = 0.5 * (1.0 + np.concatenate([-_KRONROD, _KRONROD[2::-1]]))
SEVEN = 0.5 * np.concatenate([_WEIGHT_7, _WEIGHT_7[2::-1]])
THREE = 0.5 * np.concatenate([_WEIGHT_3, _WEIGHT_3[2::-1]])


@dataclass(frozen=True, kw_only=True)
class Sink:
    """How the heat leaves.

    Attributes
    ----------
    resistance
        From the device to its surroundings [K m2/W].
    capacity
        Of what warms up with the device [J/m2K].
    ambient
        Temperature of the surroundings [K].
    absorbed
        Power of the light at full light that stays in the device as heat or current [W/m2];
        needed where there is light.
    hottest
        Temperature above which a device counts as lost [K].
    """

    resistance: float
    capacity: float = 1.0
    ambient: float = 300.0
    absorbed: float | None = None
    hottest: float = 1000.0

    @property
    def time(self) -> float:
        """Time in which the device cools [s]."""
        return self.resistance * self.capacity

    def light_power(self, light: float) -> float:
        """Power of the light [W/m2]."""
        if light != 0.0 and self.absorbed is None:
            allowed = "the absorbed power of the light [W/m2]"
            raise InputError("sink.absorbed", None, allowed, "give it, or heat in the dark")
        return light * (self.absorbed or 0.0)


@dataclass(frozen=True)
class HotRecord:
    """A run of a device that warms up, one row per output.

    Attributes
    ----------
    time, voltage, light, current_density
        [s], of the source [V], [1], [A/m2]
    temperature
        Of the lattice [K].
    taken, lost
        Heat per area that came in and went out since the start [J/m2]; 0 in a steady sweep.
    status
        One per row.
    runaway
        Rows at which the device had no temperature to rest at below `Sink.hottest`.
    pieces
        Stretches of constant temperature (or looks at the power) that it took.
    """

    time: Array
    voltage: Array
    light: Array
    current_density: Array
    temperature: Array
    taken: Array
    lost: Array
    status: tuple[Status, ...]
    runaway: NDArray[np.bool_]
    pieces: int

    @property
    def reason(self) -> str:
        """What went wrong, "" if nothing did."""
        if self.runaway.any():
            where = f"{self.voltage[int(np.argmax(self.runaway))]:.4g} V"
            return f"thermal runaway from {where} on: no temperature balances the heat"
        bad = [s for s in self.status if not s.is_good]
        return bad[0].value if bad else ""


class _Diverges(Exception):  # noqa: N818
    """The electrical solver gave no good point at a temperature."""

    def __init__(self, status: Status) -> None:
        self.status = status


def steady(
    stack_at: StackAt,
    voltages: Array,
    sink: Sink,
    *,
    light: float = 0.0,
    accuracy: Accuracy = "default",
    tolerance: float = 1e-2,
) -> HotRecord:
    """Return steady currents at `voltages` [V] with the temperatures at which the heat balances.

    Each voltage starts from the temperature of the one before (the first from the surroundings)
    and goes to the next balance in the direction in which the heat drives it, as a slow sweep
    would: where there are two branches, the way back differs from the way up.

    Parameters
    ----------
    stack_at
        The stack at a temperature [K].
    light
        Fraction of full light of the first source.
    accuracy
        Of every current, as in `run.steady`.
    tolerance
        Of the temperature [K].
    """
    rows = np.full((len(voltages), 2), np.nan)
    status: list[Status] = []
    runaway = np.zeros(len(voltages), dtype=bool)
    looks, start = 0, sink.ambient
    for k, v in enumerate(voltages):
        seen: dict[float, float] = {}

        def power(temperature: float, v: float = float(v), seen: dict = seen) -> float:
            stack = stack_at(temperature)
            record = engine.steady(stack, np.array([v]), light=light, accuracy=accuracy)
            if not record.status[0].is_good:
                raise _Diverges(record.status[0])
            seen[temperature] = float(record.current_density[0])
            return seen[temperature] * float(record.voltage[0]) + sink.light_power(light)

        try:
            balance = _balance(power, start, sink, tolerance)
        except _Diverges as e:
            status.append(e.status)
        else:
            runaway[k] = balance is None
            status.append(Status.NOT_CONVERGED if balance is None else Status.OK)
            if balance is not None:
                rows[k] = seen[balance], balance
                start = balance
        looks += len(seen)
    nothing = np.zeros(len(voltages))
    return HotRecord(
        nothing,
        np.asarray(voltages, float),
        np.full(len(voltages), light),
        rows[:, 0],
        rows[:, 1],
        nothing,
        nothing,
        tuple(status),
        runaway,
        looks,
    )


def _balance(
    power: Callable[[float], float], start: float, sink: Sink, tolerance: float
) -> float | None:
    """The next root of f(T) = T_0 + R P(T) - T from `start`; None if there is none up to hottest.

    Steps are those of the secant, which cannot pass the first root of a power that rises ever more
    steeply, and at most `STRIDE`; when f changes sign, the root is closed in.
    """

    def excess(temperature: float) -> float:
        return sink.ambient + sink.resistance * power(temperature) - temperature

    a, fa = start, excess(start)
    b, slope = a, 0.0
    for _ in range(LOOKS):
        step = fa / (1.0 - slope) if slope < 1.0 else math.copysign(math.inf, fa)
        reach = STRIDE * a
        b = a + min(max(step, -reach), reach)
        if b > sink.hottest:
            return None
        fb = excess(b)
        if abs(step) <= tolerance or fb == 0.0:
            return b
        if fa * fb < 0.0:
            return _close_in(excess, (a, fa), (b, fb), tolerance)
        slope = 1.0 + (fb - fa) / (b - a)
        a, fa = b, fb
    raise _Diverges(Status.MAX_STEPS)


def _close_in(
    excess: Callable[[float], float],
    one: tuple[float, float],
    other: tuple[float, float],
    tolerance: float,
) -> float:
    """Root between two temperatures of opposite excess (Illinois' false position)."""
    (a, fa), (b, fb) = one, other
    for _ in range(LOOKS):
        c = b - fb * (b - a) / (fb - fa)
        fc = excess(c)
        if fc * fb < 0.0:
            a, fa = b, fb
        else:
            fa *= 0.5
        moved = abs(c - b)
        b, fb = c, fc
        if moved <= tolerance or fc == 0.0:
            return c
    raise _Diverges(Status.MAX_STEPS)


@dataclass
class _Run:
    """Where a program stands: time, temperature, power and its slope, heat, device, rows."""

    stack_at: StackAt
    sink: Sink
    program: Program
    grid: Grid
    simulation: Simulation
    temperature: float
    now: float = 0.0
    power: float = 0.0
    slope: float = 0.0
    taken: float = 0.0
    lost: float = 0.0
    pieces: int = 0
    rows: list[list[float]] = field(default_factory=list)

    def drive_at(self, t: Array) -> tuple[Array, Array]:
        """Voltage and light."""
        p = self.program
        return np.interp(t, p.time, p.voltage), np.interp(t, p.time, p.light)

    def device(self, temperature: float) -> Simulation:
        """The device at a temperature, always on the same grid."""
        return Simulation(discretise(self.stack_at(temperature), self.grid))

    def cooled(self, temperature: float, power: float, span: float) -> float:
        """Temperature after a time of constant power."""
        rest = self.sink.ambient + self.sink.resistance * power
        return rest + (temperature - rest) * math.exp(-span / self.sink.time)


def follow(
    stack_at: StackAt,
    program: Program,
    sink: Sink,
    *,
    nodes: int = 0,
    tolerance: float = 0.1,
) -> HotRecord:
    """Follow a program of a device that warms up.

    The program is cut into pieces of constant temperature, that of their middle; the densities and
    occupations go on from one piece to the next. Over a piece the mean power decides, and the
    temperature follows it exactly. A piece is repeated shorter where the temperature foreseen
    before it, or a coarser mean of the power, differ by more than `tolerance`.

    Parameters
    ----------
    program
        With closed terminals and one source of light. The device starts at rest at the first
        corner, at the temperature that balances it.
    nodes
        Of each layer; the grid is that of the surroundings' temperature and is not refined.
    tolerance
        Of the temperature over a piece [K].
    """
    time, end = program.time, float(program.time[-1])
    v, g = _first(program)
    begin = steady(stack_at, np.array([v]), sink, light=g, tolerance=0.1 * tolerance)
    status, temperature = begin.status[0], float(begin.temperature[0])
    if not status.is_good:
        return _collected([], status, bool(begin.runaway[0]), program, 0)
    cold = stack_at(sink.ambient)
    grid = initial(cold.layers, temperature=cold.temperature, nodes=nodes)
    device = Simulation(discretise(stack_at(temperature), grid))
    status = device.settle(voltage=0.0, light=0.0)
    if status.is_good:
        status = device.settle(voltage=v, light=g)
    run = _Run(stack_at, sink, program, grid, device, temperature)
    run.power = (temperature - sink.ambient) / sink.resistance
    span = 0.1 * min(sink.time, end)
    while run.now < end and status.is_good and run.temperature <= sink.hottest:
        corner = float(time[np.searchsorted(time, run.now * (1.0 + 1e-12), side="right")])
        left = corner - run.now
        span = left if span >= left else min(span, 0.5 * left)
        error, status = _piece(run, span, tolerance)
        factor = min(2.0, max(0.2, 0.8 * (tolerance / max(error, 1e-30)) ** 0.5))
        if error > tolerance and span * factor < SHORTEST * end:
            status = Status.STEP_TOO_SMALL
        span *= factor
    return _collected(run.rows, status, run.temperature > sink.hottest, program, run.pieces)


def _first(program: Program) -> tuple[float, float]:
    """Voltage and light of the first corner of a program that can be followed here."""
    if program.closed is not None and not np.all(program.closed):
        raise InputError("program.closed", "open", "closed terminals", "follow it without heating")
    if np.ndim(program.light) != 1:
        raise InputError("program.light", np.shape(program.light), "one source of light")
    return float(program.voltage[0]), float(program.light[0])


def _piece(run: _Run, span: float, tolerance: float) -> tuple[float, Status]:
    """Try a piece; take it over if its error [K] is within the tolerance."""
    middle = run.cooled(run.temperature, run.power + 0.25 * span * run.slope, 0.5 * span)
    foreseen = run.cooled(run.temperature, run.power + 0.5 * span * run.slope, span)
    device = _warmed(run, middle)
    time, outputs = run.program.time, run.program.outputs
    corners = time[np.abs(time - run.now - span) < 1e-9 * span]
    end = float(corners[0]) if len(corners) else run.now + span
    inside = outputs[(outputs > run.now) & (outputs <= end)]
    looks = run.now + span * NODES
    times = _apart(np.concatenate([looks, inside, [end]]), 1e-9 * span)
    record = _driven(run, device, times)
    if not all(s.is_good for s in record.status):
        return math.inf, next(s for s in record.status if not s.is_good)
    lights = np.array([run.sink.light_power(g) for g in run.drive_at(times)[1]])
    power = record.current_density * record.voltage + lights
    at_looks = power[_nearest(times, looks)]
    mean, coarse = float(SEVEN @ at_looks), float(THREE @ at_looks)
    new = run.cooled(run.temperature, mean, span)
    share = run.sink.resistance * -math.expm1(-span / run.sink.time)
    error = max(abs(new - foreseen), abs(mean - coarse) * share)
    run.pieces += 1
    if error > tolerance:
        return error, Status.OK
    for t, j in zip(inside, record.current_density[_nearest(times, inside)], strict=True):
        warm = run.cooled(run.temperature, mean, t - run.now)
        so_far = mean * (t - run.now)
        stored = run.sink.capacity * (warm - run.temperature)
        run.rows.append([j, warm, run.taken + so_far, run.lost + so_far - stored])
    run.taken += mean * span
    run.lost += mean * span - run.sink.capacity * (new - run.temperature)
    run.simulation, run.temperature, run.now = device, new, end
    run.power = float(power[-1])
    run.slope = (run.power - float(at_looks[3])) / (0.5 * span)
    if len(corners):  # beyond a corner the drive goes another way
        run.slope = 0.0
    return error, Status.OK


def _apart(times: Array, least: float) -> Array:
    """Times in order without those that lie less than `least` before the next one."""
    times = np.sort(times)
    kept: Array = times[np.append(np.diff(times) > least, True)]
    return kept


def _nearest(times: Array, wanted: Array) -> NDArray[np.intp]:
    """Indices of the times nearest to the wanted ones."""
    return np.asarray(np.abs(times[:, None] - wanted).argmin(axis=0))


def _warmed(run: _Run, temperature: float) -> Simulation:
    """The same densities, potentials in volts and occupations in a device of another warmth."""
    device = run.device(temperature)
    for target, source in zip(device.state, run.simulation.state, strict=True):
        target[:] = source
    before = run.simulation.cell.problem.thermal_voltage
    device.state.X[0] *= before / device.cell.problem.thermal_voltage
    device.voltage, device.light = run.simulation.voltage, run.simulation.light
    return device


def _driven(run: _Run, device: Simulation, times: Array) -> Record:
    ends = np.array([run.now, times[-1]])
    volts, lights = run.drive_at(ends)
    return device.drive(ends - run.now, volts, lights, times - run.now)


def _collected(
    rows: list[list[float]], status: Status, runaway: bool, program: Program, pieces: int
) -> HotRecord:
    outputs, time = np.asarray(program.outputs, float), program.time
    table = np.full((len(outputs), 4), np.nan)
    table[: len(rows)] = np.array(rows).reshape(-1, 4)
    missing = len(outputs) - len(rows)
    why = Status.NOT_CONVERGED if runaway or status.is_good else status
    return HotRecord(
        time=outputs,
        voltage=np.interp(outputs, time, program.voltage),
        light=np.interp(outputs, time, program.light),
        current_density=table[:, 0],
        temperature=table[:, 1],
        taken=table[:, 2],
        lost=table[:, 3],
        status=(Status.OK,) * len(rows) + (why,) * missing,
        runaway=np.arange(len(outputs)) >= (len(rows) if runaway else len(outputs)),
        pieces=pieces,
    )
