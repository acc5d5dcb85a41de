"""Protocols as piecewise linear drives: corner times, voltages, light and output times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .spec import Pulses, Retention, Steady, Sweep, voltages

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Waveform:
    """A drive and where it is recorded.

    Attributes
    ----------
    time, voltage
        Corners, time from 0 [s], [V].
    outputs
        Times of the record [s].
    sweep
        Index of the sweep (or pulse) of each output.
    kind
        Kind of the trace that comes out.
    """

    time: Array
    voltage: Array
    outputs: Array
    sweep: NDArray[np.int64]
    kind: str


def sweep(p: Sweep) -> Waveform:
    """Cyclic sweep through the corner voltages at a constant rate."""
    corners = np.array(voltages(p.corners, "protocol.corners"))
    if np.any(np.diff(corners) == 0.0):
        raise InputError(
            "protocol.corners", list(p.corners), "neighbours that differ", "drop the repeated one"
        )
    rate, step = float(p.rate), float(p.step)
    path = list(corners)
    for _ in range(p.cycles - 1):
        path += list(corners) if corners[0] != corners[-1] else list(corners[1:])
    v = np.array(path)
    counts = np.maximum(1, np.ceil(np.abs(np.diff(v)) / step - 1e-9)).astype(int)
    if counts.sum() > 200_000:
        raise InputError(
            "protocol.step", step, "at most 200,000 points in a record", "use a larger step"
        )
    time = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(v)) / rate)])
    outputs, index = [], []
    for k, n in enumerate(counts):
        outputs.append(time[k] + (time[k + 1] - time[k]) * np.arange(1, n + 1) / n)
        index.append(np.full(n, k))
    return Waveform(time, v, np.concatenate(outputs), np.concatenate(index), "iv")


def steady(p: Steady) -> Waveform:
    """Voltages at which the device comes to rest, one a second for want of a time."""
    start, end = voltages(p.voltage, "protocol.voltage")
    v = np.linspace(start, end, p.points)
    time = np.arange(p.points, dtype=float)
    return Waveform(time, v, time, np.zeros(p.points, dtype=np.int64), "iv")


def pulses(p: Pulses) -> Waveform:
    """Train of pulses with edges of a hundredth of their width, after a rest as long as a gap.

    The record starts with the rest, so that it holds the baseline; then come three rows of each
    pulse (start, middle, end) and four of the gap after it (start to end).
    """
    width, period = float(p.width), float(p.period)
    edge = 0.01 * width
    if period < width + 4 * edge:
        raise InputError(
            "protocol.period",
            period,
            f"more than the pulse width ({width} s) and its edges",
            "use a longer period",
        )
    v0, v1 = float(p.read_voltage), float(p.amplitude)
    if v0 == v1:
        raise InputError(
            "protocol.amplitude", v1, "another voltage than read_voltage", "give the pulse height"
        )
    gap = period - width - 2 * edge
    time, v, out, index = [0.0, gap], [v0, v0], [0.5 * gap, gap], [0, 0]
    for k in range(p.count):
        on = gap + k * period + edge
        off = on + width + edge
        end = gap + (k + 1) * period
        time += [on, on + width, off, end]
        v += [v1, v1, v0, v0]
        pulse = [on + edge, on + 0.5 * width, on + width]
        rest = [off + min(edge, 0.05 * gap), off + 0.1 * gap, off + 0.5 * gap, end]
        out += pulse + rest
        index += [k] * len(pulse + rest)
    return Waveform(np.array(time), np.array(v), np.array(out), np.array(index), "pulses")


def retention(p: Retention) -> Waveform:
    """A write pulse, then a constant read voltage recorded evenly in the logarithm of time."""
    write, span = float(p.write_time), float(p.duration)
    edge = 0.01 * min(write, span)
    start = write + 2 * edge
    time = np.array([0.0, edge, edge + write, start, start + span])
    v = np.array(
        [0.0, float(p.write_voltage), float(p.write_voltage)] + [float(p.read_voltage)] * 2
    )
    first = max(edge, 1e-9 * span)
    out = start + np.geomspace(first, span, p.points)
    out[-1] = time[-1]
    return Waveform(time, v, out, np.zeros(p.points, dtype=np.int64), "retention")


def of(protocol: object) -> Waveform:
    """Return the waveform of a two-terminal protocol."""
    if isinstance(protocol, Sweep):
        return sweep(protocol)
    if isinstance(protocol, Steady):
        return steady(protocol)
    if isinstance(protocol, Pulses):
        return pulses(protocol)
    if isinstance(protocol, Retention):
        return retention(protocol)
    raise InputError(
        "protocol.kind",
        getattr(protocol, "kind", protocol),
        "sweep, steady, pulses or retention",
        "a two-terminal device has no gate; set device.kind = 'transistor' for transfer and output",
    )
