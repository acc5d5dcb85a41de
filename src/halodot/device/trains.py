"""Trains of voltage and light pulses, with any overlap, as one piecewise linear drive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .protocols import ElectricalTrain, OpticalTrain, Pulses
from .waveform import EDGE, Array, Waveform, apart, check_rows

ALONE = 5.0  # gap after a single pulse, in its widths
ROWS = 7  # of the record for a pulse and the gap after it


@dataclass(frozen=True)
class _Train:
    """Pulses of one channel: a voltage step [V], or a light step of one source [1].

    `channel` is -1 for the voltage, else the index of the source.
    """

    channel: int
    step: float
    width: float
    period: float
    count: int
    delay: float
    rise: float

    @property
    def gap(self) -> float:
        """Time between its pulses, edges not counted; after a single one, five widths."""
        if self.count == 1:
            return ALONE * self.width
        return self.period - self.width - 2 * self.rise

    def starts(self) -> Array:
        """Times at which the pulses begin to rise, from the end of the baseline."""
        return self.delay + self.period * np.arange(self.count, dtype=np.float64)


def pulses(p: Pulses) -> Waveform:
    """Trains of pulses after a rest, with edges of a hundredth of the width unless given.

    The record starts with the rest, so that it holds the baseline; then come three rows of each
    pulse (start, middle, end) and four of each gap in which no train is on (start to end).

    >>> from halodot.core.spec import build
    >>> light = [{"width": "10 ms", "period": "30 ms", "count": 2}]
    >>> p = build(Pulses, {"kind": "pulses", "read_voltage": "0.1 V", "optical": light})
    >>> wave = pulses(p)
    >>> wave.voltage.tolist() == [0.1] * len(wave.time), float(wave.light.max())
    (True, 1.0)
    """
    trains = _trains(p)
    check_rows("protocol.count", ROWS * sum(t.count for t in trains), "use fewer pulses")
    longest = max(t.gap for t in trains)
    rest = longest if p.baseline is None else float(p.baseline)
    after = longest if p.after is None else float(p.after)
    spans = [(rest + float(s), t) for t in trains for s in t.starts()]
    spans.sort(key=lambda span: span[0])
    time, deviation = _superpose(trains, rest, after)
    out, index = _rows(spans, rest, float(time[-1]))
    sources = [t.channel for t in trains if t.channel >= 0]
    light = np.full(len(time), p.light)
    if sources:
        light = p.light + deviation[:, 1 : 2 + max(sources)]
        if float(light.max()) > 1.0 + 1e-9:
            raise InputError(
                "protocol.optical",
                f"light up to {light.max():.3g} where trains and `light` add",
                "at most 1, the full light of a source",
                "lower light, or raise the intensity of device.light",
            )
    voltage = float(p.read_voltage) + deviation[:, 0]
    return Waveform(time, voltage, out, index, "pulses", light)


def _trains(p: Pulses) -> list[_Train]:
    """All trains of the protocol; refuses those that do not fit into their period."""
    written: list[tuple[str, Pulses | ElectricalTrain | OpticalTrain]] = []
    if p.amplitude is not None:
        written.append(("protocol", p))
    written += [(f"protocol.electrical[{k}]", t) for k, t in enumerate(p.electrical)]
    written += [(f"protocol.optical[{k}]", t) for k, t in enumerate(p.optical)]
    return [_train(field, t, float(p.read_voltage)) for field, t in written]


def _train(field: str, t: Pulses | ElectricalTrain | OpticalTrain, read: float) -> _Train:
    assert t.width is not None  # Pulses refuses a height without
    width = float(t.width)
    rise = EDGE * width
    if not isinstance(t, Pulses) and t.rise is not None:
        rise = float(t.rise)
    if t.period is None and t.count > 1:
        raise InputError(
            f"{field}.period", "nothing (it is missing)", "the time from pulse to pulse",
            "add period = '50 ms', or count = 1",
        )  # fmt: skip
    period = (1.0 + ALONE) * width + 2 * rise if t.period is None else float(t.period)
    if period < width + 4 * rise:
        raise InputError(
            f"{field}.period",
            f"{period:.4g} s",
            f"more than the pulse width ({width:.4g} s) and its edges",
            "use a longer period",
        )
    delay = 0.0 if isinstance(t, Pulses) else float(t.delay)
    if isinstance(t, OpticalTrain):
        return _Train(t.source, t.light, width, period, t.count, delay, rise)
    step = float(t.amplitude) - read if t.amplitude is not None else 0.0
    if step == 0.0:
        raise InputError(
            f"{field}.amplitude",
            f"{read:g} V",
            "another voltage than read_voltage",
            "give the pulse height",
        )
    return _Train(-1, step, width, period, t.count, delay, rise)


def _superpose(trains: list[_Train], rest: float, after: float) -> tuple[Array, Array]:
    """Corner times, and the deviations of voltage and light [K, 1 + sources] there."""
    shapes = []
    for t in trains:
        edges = np.array([0.0, t.rise, t.rise + t.width, 2 * t.rise + t.width])
        corners = (rest + t.starts()[:, None] + edges).ravel()
        shapes.append((corners, t.step * np.tile([0.0, 1.0, 1.0, 0.0], t.count)))
    end = max(float(corners[-1]) for corners, _ in shapes) + after
    time = np.unique(np.concatenate([[0.0, end], *(corners for corners, _ in shapes)]))
    least = 1e-6 * min(t.rise for t in trains)
    keep = apart(time, least)
    keep[-1] = True
    time = time[keep]
    total = np.zeros((len(time), 2 + max(t.channel for t in trains)))
    for t, (corners, values) in zip(trains, shapes, strict=True):
        total[:, 1 + t.channel] += np.interp(time, corners, values)
    return time, total


def _rows(
    spans: list[tuple[float, _Train]], rest: float, end: float
) -> tuple[Array, NDArray[np.int64]]:
    """Times of the record, and the pulse that each row belongs to."""
    first = spans[0][0]
    out: list[tuple[float, int]] = [(0.5 * rest, 0), (rest, 0)]
    if first > rest:
        out.append((first, 0))
    free = 0.0  # end of the pulses so far
    for k, (start, t) in enumerate(spans):
        on, edge = start + t.rise, min(t.rise, 0.1 * t.width)
        out += [(on + edge, k), (on + 0.5 * t.width, k), (on + t.width, k)]
        free = max(free, on + t.width + t.rise)
        following = spans[k + 1][0] if k + 1 < len(spans) else end
        gap = following - free
        if gap > 0.0:
            marks = (min(edge, 0.05 * gap), 0.1 * gap, 0.5 * gap, gap)
            out += [(free + m, k) for m in marks]
    out.sort()
    times = np.array([t for t, _ in out])
    keep = apart(times, 1e-4 * min(min(t.rise, t.width) for _, t in spans))
    keep &= times <= end
    return times[keep], np.array([k for _, k in out], dtype=np.int64)[keep]
