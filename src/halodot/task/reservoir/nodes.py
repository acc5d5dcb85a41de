"""Devices as nodes: where they work, measured on themselves, and what they do with an input.

Nothing here knows what a device is made of: `Compact.follow` is all that is asked.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...array.state import Compact, Drive, Response
from ...core.errors import InputError
from ...core.randomness import generator
from ...core.status import Status, worst
from . import memory
from .encode import EDGE, Point, Train, clock, masks, shares, train, wave
from .spec import Nodes, Pulses

F = NDArray[np.float64]
SHORTEST, LONGEST = 1e-8, 10.0  # s, of writing pulses that are tried
FORGOTTEN = 1e5  # s, a device that still holds its state then does not forget
VISIBLE = 1.05  # ratio of currents that counts as a change
MULTIPLES = (0.5, 1.0, 2.0, 4.0, 8.0)  # of the decay time, tried as period
PILOT_STEPS, PILOT_DEVICES = 160, 4
SHARE = 0.01  # of the period: a pulse, where the device is fast enough
BETWEEN = np.geomspace(1e-3, 1.0, 25)[:-1]  # of the time between pulses, when power is taken


def tune(compact: Compact, pulses: Pulses, nodes: Nodes, base: float, seed: int) -> Point:
    """Return where a device works: what is not given is measured on it.

    Written for as long as it needs at the largest drive, then left alone, the device shows its
    decay time. A pulse after a rest of one period that brings half of the current back is the
    threshold; inputs go from the base voltage to twice that. The period is the multiple of the
    decay time with the largest linear memory, of a few cells under a short random input, and the
    amplifier the one with which it is larger.

    Parameters
    ----------
    base
        Read voltage where `pulses` gives none [V].

    Raises
    ------
    InputError
        If the device does not change its state, or keeps it, and no period is given.
    """
    light = pulses.drive == "light"
    if light and not compact.full_light.is_known:
        raise InputError(
            "pulses.drive", "light", "voltage, for a device that has no light",
            "add [[device.light]] to the study",
        )  # fmt: skip
    base = base if pulses.read_voltage is None else float(pulses.read_voltage)
    top = pulses.brightest if light else compact.largest_voltage
    if not light and pulses.high is not None:
        top = float(pulses.high)
    low = pulses.dimmest if light else base if pulses.low is None else float(pulses.low)
    start = Point(light, low, top, base, 1.0, 2.0, top, np.nan, 0.0, 0.0)
    start = replace(start, rest_current=_resting(compact, start))
    point = _decay(compact, _writing(compact, start))
    if pulses.period is None and not point.decay_time < np.inf:
        raise InputError(
            "pulses.period", "nothing (it is missing)", "a time, for a device that keeps its state "
            f"for {FORGOTTEN:g} s: there is no decay to derive it from", "give period = '...'",
        )  # fmt: skip
    if pulses.period is not None:
        periods = np.array([float(pulses.period)])
    else:
        periods = np.array(MULTIPLES) * point.decay_time
    tried = []
    for period in periods:
        placed = _placed(compact, point, pulses, float(period))
        tried.append(_pilot(compact, placed, pulses, nodes, seed))
    best = max(tried, key=lambda t: t[0])[1]
    return replace(best, memory=tuple((p.period, c) for c, p in tried))


def _resting(compact: Compact, point: Point) -> float:
    drive = wave(Train(np.zeros(0), np.zeros(0), np.zeros(0), 1e-6), point, np.array([1e-6]))
    return float(compact.follow(drive).current[-1])


def _pulse(point: Point, width: float, rest: F, level: float | None = None) -> Drive:
    """One pulse, then reads at the times `rest` after it."""
    level = point.high if level is None else level
    one = Train(np.zeros(1), np.array([width]), np.array([level]), width + float(rest[-1]))
    return wave(one, point, width + rest)


def _writing(compact: Compact, point: Point) -> Point:
    """Find for how long the largest drive has to stand: nine tenths of the largest change."""
    widths = np.geomspace(SHORTEST, LONGEST, 37)
    after = []
    for width in widths:
        drive = _pulse(point, width, np.array([EDGE * width]))
        after.append(float(compact.follow(drive).current[-1]))
    change = np.abs(after) - abs(point.rest_current)
    most = float(change.max())
    if max(np.abs(after)) < VISIBLE * max(abs(point.rest_current), 1e-18):
        raise InputError(
            "pulses.high", f"{point.high:g}", "a drive that changes the state of the device: up to "
            f"{LONGEST:g} s of it leave its current as it was", "use a larger pulse, or another "
            "device",
        )  # fmt: skip
    first = int(np.argmax(change >= 0.9 * most))
    return replace(point, prime_time=float(widths[first]))


def _decay(compact: Compact, point: Point) -> Point:
    """Find the time in which the current that a written device adds falls to 1/e."""
    times = np.geomspace(2.0 * EDGE * point.prime_time, FORGOTTEN, 120)
    current = np.abs(compact.follow(_pulse(point, point.prime_time, times)).current)
    left = current - abs(point.rest_current)
    gone = np.flatnonzero(left < left[0] / np.e)
    decay = float(times[gone[0]]) if len(gone) else np.inf
    return replace(point, decay_time=decay)


def _placed(compact: Compact, point: Point, pulses: Pulses, period: float) -> Point:
    """Give a point its period, and with it width, threshold and largest pulse."""
    room = period / pulses.most if pulses.code == "rate" else period
    width = min(max(SHARE * period, point.prime_time), 0.5 * room)
    if pulses.width is not None:
        width = float(pulses.width)
    elif pulses.code == "rate":
        width = min(SHARE * period, 0.5 * room)
    point = replace(point, width=width, period=period)
    if width > 0.9 * room:
        raise InputError("pulses.width", f"{width:g} s", f"at most {0.9 * room:g} s", "shorten it")
    threshold = _threshold(compact, point)
    high = point.high
    if not point.light and pulses.high is None:
        high = min(2.0 * threshold, high)
    return replace(point, threshold=threshold, high=high)


def _threshold(compact: Compact, point: Point) -> float:
    """Bisect for the pulse that brings half of the current back after a rest of one period."""
    written = compact.follow(
        _pulse(point, point.prime_time, np.array([point.period - point.width, point.period]))
    )
    look = np.array([EDGE * point.width, 0.1 * (point.period - point.width)])

    def after(level: float) -> float:
        drive = _pulse(point, point.width, look, level)
        return abs(float(compact.follow(drive, written.end).current[0]))

    below, above = (0.0 if point.light else point.base), point.high
    left, most = after(below), after(above)
    if most < VISIBLE * left:
        return point.high
    for _ in range(9):
        middle = 0.5 * (below + above)
        below, above = (middle, above) if after(middle) < 0.5 * (left + most) else (below, middle)
    return above


def _pilot(
    compact: Compact, point: Point, pulses: Pulses, nodes: Nodes, seed: int
) -> tuple[float, Point]:
    """Return the linear memory [1] of a few cells, delays 0 to 5, and the point with its sense."""
    few = nodes.model_copy(update={"devices": min(nodes.devices, PILOT_DEVICES), "slots": 1})
    rng = generator(seed, "task.reservoir.pilot")
    weights, offsets = masks(few, 1, rng)
    inputs = rng.uniform(-1.0, 1.0, PILOT_STEPS)
    batch = cells(compact, few, float(nodes.spread), seed)
    states, status = follow(batch, [shares(inputs[:, None], weights, offsets)], point, pulses, seed)
    if not status.is_good:
        return 0.0, point
    targets = np.stack([memory.delayed(inputs, k) for k in range(6)], axis=1)
    tried = []
    for sense in ("linear", "logarithmic") if nodes.sense is None else (nodes.sense,):
        at = replace(point, logarithmic=sense == "logarithmic")
        sensed = Sense.fitted(states, nodes, at, float(nodes.read_noise))(states, rng)[0]
        found, _ = memory.capacities(sensed[10:], targets[10:], 0.01)
        tried.append((float(found.sum()), at))
    return max(tried, key=lambda t: t[0])


def cells(compact: Compact, nodes: Nodes, spread: float, seed: int) -> list[Compact]:
    """Return the devices of one chip."""
    rng = generator(seed, "task.reservoir.cells")
    seeds = rng.integers(2**31 - 1, size=nodes.devices)
    return [compact.another(spread, int(s)) for s in seeds]


def primed(cell: Compact, point: Point, seed: int) -> F:
    """Return the state of a cell written for three times as long as it takes, then left a period.

    Not for longer, as a device in a batch may be slower than the one that was measured.
    """
    drive = _pulse(_at_top(point, cell), 3.0 * point.prime_time, np.array([point.period]))
    return cell.follow(drive, None, seed).end


def _at_top(point: Point, cell: Compact) -> Point:
    """Return the point with the drive that writes: the largest that the device stands."""
    return replace(point, high=max(point.high, 1.0 if point.light else cell.largest_voltage))


def follow(
    batch: list[Compact], sequences: list[F], point: Point, pulses: Pulses, seed: int
) -> tuple[list[F], Status]:
    """Drive all devices with every sequence, each from the same start, and read them.

    Parameters
    ----------
    sequences
        Shares [steps, devices, slots], 0 to 1, each.

    Returns
    -------
    list of arrays [steps, features], status
        Currents [A]; features are devices by slots by reads.
    """
    chance = generator(seed, "task.reservoir.chance")
    found: list[list[F]] = [[] for _ in sequences]
    statuses = []
    for p, cell in enumerate(batch):
        start = primed(cell, point, _one(chance)) if pulses.prime else None
        for k, share in enumerate(sequences):
            slots = share[:, p].ravel()
            times = clock(len(slots), point, pulses)
            drive = wave(train(slots, point, pulses), point, times.ravel())
            answer = cell.follow(drive, start, _one(chance))
            statuses.append(answer.status)
            found[k].append(answer.current.reshape(len(share), -1))
    return [np.concatenate(f, axis=1) for f in found], worst(*statuses)


def follow_trains(
    batch: list[Compact], trains: list[list[Train]], reads: F, point: Point, prime: bool, seed: int
) -> tuple[list[F], Status]:
    """Drive device p with `trains[k][p]` for every k, and read all at the times `reads`.

    Returns
    -------
    list of arrays [reads, devices], status
        Currents [A].
    """
    chance = generator(seed, "task.reservoir.chance")
    found: list[list[F]] = [[] for _ in trains]
    statuses = []
    for p, cell in enumerate(batch):
        start = primed(cell, point, _one(chance)) if prime else None
        for k, each in enumerate(trains):
            answer = cell.follow(wave(each[p], point, reads), start, _one(chance))
            statuses.append(answer.status)
            found[k].append(answer.current)
    return [np.stack(f, axis=1) for f in found], worst(*statuses)


def energy(cell: Compact, given: Train, point: Point, start: F | None) -> tuple[float, float]:
    """Return what a train costs one device: electrical and optical energy [J].

    The integral of voltage and current of the cell, with ten more points in each pulse and
    `BETWEEN` after it, closer together where a written device forgets; light: irradiance times
    area, what the cell does not take included.
    """
    inner = EDGE + (1.0 - 2.0 * EDGE) * np.geomspace(1e-3, 1.0, 10)
    times = (given.start[:, None] + given.width[:, None] * inner[None, :]).ravel()
    corners = wave(given, point, np.array([0.0])).time
    after = np.append(0.0, given.start + given.width)
    gap = np.append(given.start, given.until) - after
    rests = (after[:, None] + gap[:, None] * BETWEEN[None, :])[gap > 0.0].ravel()
    times = np.unique(np.concatenate([times, rests, corners[1:], [given.until]]))
    drive = wave(given, point, times)
    answer: Response = cell.follow(drive, start)
    power = np.abs(answer.voltage * answer.current)
    electrical = float(np.trapezoid(power, drive.outputs)) + float(power[0] * drive.outputs[0])
    if not point.light:
        return electrical, 0.0
    shone = float(np.trapezoid(drive.light, drive.time))
    return electrical, shone * float(cell.full_light) * float(cell.area)


def _one(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31 - 1))


class Sense:
    """Amplifier and converter: currents to features between 0 and 1, with the noise of a reading.

    Full scale is the largest current of the records it is fitted to; a logarithmic one reaches some
    decades below.
    """

    def __init__(self, full: float, decades: float | None, noise: float) -> None:
        self.full, self.decades, self.noise = full, decades, noise

    @classmethod
    def fitted(cls, records: list[F], nodes: Nodes, point: Point, noise: float) -> Sense:
        """Return the converter for records of currents [A]."""
        full = max((float(np.abs(r).max()) for r in records), default=0.0) or 1.0
        return cls(full, nodes.decades if point.logarithmic else None, noise)

    def clean(self, current: F) -> F:
        """Return features without noise, shape of `current`."""
        share = np.clip(np.abs(current) / self.full, 0.0, 1.0)
        if self.decades is None:
            return share
        floor = 10.0**-self.decades
        return np.asarray(1.0 + np.log10(np.maximum(share, floor)) / self.decades)

    def __call__(self, records: list[F], rng: np.random.Generator) -> list[F]:
        """Return the features of each record."""
        return [
            self.clean(r) + self.noise * rng.standard_normal(r.shape) for r in records
        ]  # fmt: skip
