"""Inputs to pulses, and pulses to what a device is driven with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...array.state import Drive
from ...core.errors import InputError
from .spec import Nodes, Pulses

F = NDArray[np.float64]
EDGE = 0.01  # of a pulse: how long it takes to rise, and to fall
LEAST = 1e-3  # of the longest pulse: a shorter one is left out


@dataclass(frozen=True)
class Point:
    """At which pulses a device works.

    Attributes
    ----------
    light
        Whether pulses are of light.
    low, high
        Pulse of the smallest and of the largest input [V], of light as a fraction of full light.
    base
        Voltage between pulses, at which the device is read, and under light [V].
    width, period
        Of a pulse, and from one slot to the next [s].
    threshold
        Pulse of this width that writes the device half-way after a rest of one period.
    decay_time
        In which the current that a written device adds falls to 1/e [s].
    prime_time
        For which the largest pulse writes a device that rests [s].
    rest_current
        At the base voltage, of a device that rests [A].
    logarithmic
        Whether the amplifier is.
    memory
        Periods that were tried [s], with the linear memory found at each.
    """

    light: bool
    low: float
    high: float
    base: float
    width: float
    period: float
    threshold: float
    decay_time: float
    prime_time: float
    rest_current: float
    logarithmic: bool = True
    memory: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Train:
    """Pulses in a row.

    Attributes
    ----------
    start, width
        Of each pulse [s], one after the other.
    level
        Of each pulse: [V] or fraction of full light.
    until
        End of the record [s].
    """

    start: F
    width: F
    level: F
    until: float


def masks(nodes: Nodes, channels: int, rng: np.random.Generator) -> tuple[F, F]:
    """Return weights [devices, slots, channels] and offsets [devices, slots] of the nodes.

    With ``hears = "one"`` device p takes channel p modulo `channels`, with a random sign; with
    ``all`` a random mixture of unit length.
    """
    shape = (nodes.devices, nodes.slots)
    if nodes.hears == "one":
        weights = np.zeros((*shape, channels))
        for p in range(nodes.devices):
            weights[p, :, p % channels] = rng.choice([-1.0, 1.0], nodes.slots)
    else:
        weights = rng.standard_normal((*shape, channels))
        weights /= np.linalg.norm(weights, axis=2, keepdims=True)
    return nodes.gain * weights, rng.uniform(-nodes.bias, nodes.bias, shape)


def shares(inputs: F, weights: F, offsets: F) -> F:
    """Return what each node is driven with, 0 to 1, from inputs of -1 to 1.

    Parameters
    ----------
    inputs
        [steps, channels].

    Returns
    -------
    array [steps, devices, slots]
        (1 + weights . inputs + offset) / 2, cut at 0 and 1.

    Examples
    --------
    >>> shares(np.array([[-1.0], [0.5]]), np.ones((1, 1, 1)), np.zeros((1, 1)))[:, 0, 0].tolist()
    [0.0, 0.75]
    """
    mixed = np.einsum("tc,psc->tps", inputs, weights)
    return np.clip(0.5 * (1.0 + mixed + offsets), 0.0, 1.0)


def train(share: F, point: Point, pulses: Pulses) -> Train:
    """Return the pulses of one device for what drives it, slot by slot.

    Parameters
    ----------
    share
        0 to 1, shape [slots].
    """
    starts: F = point.period * np.arange(len(share), dtype=np.float64)
    until = point.period * len(share)
    if pulses.code == "amplitude":
        level = point.low + (point.high - point.low) * share
        return Train(starts, np.full(len(share), point.width), level, until)
    if pulses.code == "width":
        kept = share > LEAST
        width = point.width * share[kept]
        return Train(starts[kept], width, np.full(len(width), point.high), until)
    count = np.round(share * pulses.most).astype(int)
    number = np.concatenate([np.arange(c) for c in count]) if len(count) else np.zeros(0)
    start: F = np.repeat(starts, count) + number * point.period / pulses.most
    return Train(start, np.full(len(start), point.width), np.full(len(start), point.high), until)


def clock(slots: int, point: Point, pulses: Pulses) -> F:
    """Return the times at which a device is read, shape [slots, reads of a slot].

    At the end of the (longest) pulse, before it falls, and evenly spaced up to the next one.
    """
    after = np.arange(1, pulses.reads_after + 1) / pulses.reads_after
    within = point.width + (point.period - point.width) * after
    if pulses.code == "rate":
        within = point.period * after
    elif pulses.read_in_pulse:
        within = np.append(point.width * (1.0 - EDGE), within)
    return point.period * np.arange(slots)[:, None] + within[None, :]


def wave(pulses: Train, point: Point, outputs: F) -> Drive:
    """Return what a circuit does to a device for the pulses of a train.

    Raises
    ------
    InputError
        If pulses overlap.

    Examples
    --------
    >>> p = Point(False, 0.1, 2.0, 0.1, 1e-3, 1e-2, 1.0, 0.01, 1e-3, 0.0)
    >>> one = Train(np.array([0.0]), np.array([1e-3]), np.array([2.0]), 1e-2)
    >>> wave(one, p, np.array([1e-2])).voltage.tolist()
    [0.1, 2.0, 2.0, 0.1, 0.1]
    """
    start, end = pulses.start, pulses.start + pulses.width
    if len(start) > 1 and float(np.min(start[1:] - end[:-1])) <= 0.0:
        raise InputError(
            "pulses.width", f"{float(pulses.width.max()):g} s", "shorter than the time from one "
            "pulse to the next", "make the pulses shorter or the period longer",
        )  # fmt: skip
    edge = EDGE * pulses.width
    time = np.stack([start, start + edge, end - edge, end], axis=1).ravel()
    base = 0.0 if point.light else point.base
    level = np.full((len(start), 4), base)
    level[:, 1:3] = pulses.level[:, None]
    drawn = level.ravel()
    if not len(time) or time[0] > 0.0:
        time, drawn = np.append(0.0, time), np.append(base, drawn)
    if time[-1] < pulses.until:
        time, drawn = np.append(time, pulses.until), np.append(drawn, base)
    other = np.full(len(time), point.base if point.light else 0.0)
    voltage, light = (other, drawn) if point.light else (drawn, other)
    return Drive(time, voltage, light, np.minimum(outputs, time[-1]))
