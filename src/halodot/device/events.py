"""Voltage and light pulses, alone or together, placed in time: the drives of synapse and logic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .synaptic import ElectricalSpike, OpticalSpike
from .waveform import EDGE, Array, Waveform, apart, check_rows

DURING = (0.03, 0.1, 0.3, 0.6, 1.0)  # of a pulse: rows after that at its start
GAP_ROWS = 4


@dataclass(frozen=True)
class Part:
    """One pulse of one channel: a voltage step [V], or a light step of one source [1].

    `channel` is -1 for the voltage, else the index of the source. `tail` is the step at which a
    tail starts, which returns to zero in `tail_time`.
    """

    channel: int
    step: float
    width: float
    rise: float
    delay: float = 0.0
    tail: float = 0.0
    tail_time: float = 0.0

    @property
    def length(self) -> float:
        """From the start of its event to its end, edges and tail counted [s]."""
        return self.delay + 2.0 * self.rise + self.width + self.tail_time

    def shape(self, onset: float) -> tuple[Array, Array]:
        """Corner times and steps, for an event that starts at `onset`."""
        start = onset + self.delay
        edges = [0.0, self.rise, self.rise + self.width, 2.0 * self.rise + self.width]
        steps = [0.0, self.step, self.step, self.tail]
        if self.tail_time:
            edges.append(edges[-1] + self.tail_time)
            steps.append(0.0)
        return start + np.array(edges), np.array(steps)


@dataclass(frozen=True)
class Event:
    """Pulses that belong together, from `onset` [s] on."""

    onset: float
    parts: tuple[Part, ...]

    @property
    def end(self) -> float:
        """End of its last part [s]."""
        return self.onset + length(self.parts)


def length(parts: Sequence[Part]) -> float:
    """Length of an event [s]."""
    return max(p.length for p in parts)


def part(spike: ElectricalSpike | OpticalSpike, read: float, field: str) -> Part:
    """Return the pulse of a spike in SI, its height as a step from rest.

    Raises
    ------
    InputError
        If a voltage pulse has the height of the rest.
    """
    width = float(spike.width)
    rise = EDGE * width if spike.rise is None else float(spike.rise)
    delay = float(spike.delay)
    if isinstance(spike, OpticalSpike):
        return Part(spike.source, spike.light, width, rise, delay)
    step = float(spike.amplitude) - read
    if step == 0.0:
        allowed = "another voltage than read_voltage"
        raise InputError(f"{field}.amplitude", f"{read:g} V", allowed, "give the pulse height")
    if spike.tail_amplitude is None or spike.tail_time is None:
        return Part(-1, step, width, rise, delay)
    tail = float(spike.tail_amplitude) - read
    return Part(-1, step, width, rise, delay, tail, float(spike.tail_time))


def scaled(parts: Sequence[Part], *, height: float = 1.0, width: float = 1.0) -> tuple[Part, ...]:
    """Return the pulses with other heights and widths, edges as they were."""
    return tuple(
        replace(p, step=p.step * height, tail=p.tail * height, width=p.width * width) for p in parts
    )


def train(parts: tuple[Part, ...], count: int, period: float, start: float) -> list[Event]:
    """Return `count` events `period` apart."""
    return [Event(start + k * period, parts) for k in range(count)]


def drive(
    events: Sequence[Event],
    *,
    read: float,
    light: float,
    after: float,
    points: int,
    kind: str,
    extra: dict[str, float],
) -> Waveform:
    """Return the waveform of events, recorded from the rest before them to `after` the last.

    Parameters
    ----------
    extra
        Further columns that are constant in this run.

    Raises
    ------
    InputError
        If light adds to more than the full light of a source.
    """
    shapes = [(p.channel, *p.shape(e.onset)) for e in events for p in e.parts]
    last = max(e.end for e in events)
    end = last + after
    corners = [t for _, t, _ in shapes]
    time = np.unique(np.concatenate([[0.0, end], *corners]))
    least = 1e-6 * min(p.rise for e in events for p in e.parts)
    keep = apart(time, least)
    keep[-1] = True
    time = time[keep]
    deviation = np.zeros((len(time), 2 + max(0, *(c for c, _, _ in shapes))))
    for channel, t, steps in shapes:
        # zero before and after it, whatever its first and last step
        deviation[:, 1 + channel] += np.interp(time, t, steps, left=0.0, right=0.0)
    shone = np.full(len(time), light)
    if any(c >= 0 for c, _, _ in shapes):
        shone = light + deviation[:, 1:]
        if float(shone.max()) > 1.0 + 1e-9:
            raise InputError(
                "protocol.optical",
                f"light up to {shone.max():.3g} where pulses and `light` add",
                "at most 1, the full light of a source",
                "lower light, or raise the intensity of device.light",
            )
    rows = _rows(events, last, after, points)
    index = np.zeros(len(rows), dtype=np.int64)
    columns = {name: np.full(len(rows), value) for name, value in extra.items()}
    return Waveform(time, read + deviation[:, 0], rows, index, kind, shone, extra=columns)


def _rows(events: Sequence[Event], last: float, after: float, points: int) -> Array:
    """Times of the record: every edge, inside pulses and gaps, and a tail in log time."""
    check_rows("protocol.count", len(events) * 12 + points, "use fewer pulses")
    first = events[0].onset
    out: list[float] = [0.5 * first, first]
    spans = [(e.onset + p.delay, p) for e in events for p in e.parts]
    spans.sort(key=lambda span: span[0])
    busy = 0.0
    for k, (start, p) in enumerate(spans):
        on, off = start + p.rise, start + p.rise + p.width
        out += [start, on, *(on + s * p.width for s in DURING), off + p.rise]
        busy = max(busy, start - p.delay + p.length)
        following = spans[k + 1][0] if k + 1 < len(spans) else last
        gap = following - busy
        if gap > 0.0:
            out += [busy, *(following - gap + gap * np.geomspace(0.05, 1.0, GAP_ROWS))]
    finest = min(p.rise for _, p in spans)
    out += [last, *(last + np.geomspace(min(finest, 1e-3 * after), after, points))]
    times = np.unique(np.array(out))
    times = times[(times > 0.0) & (times <= last + after)]
    kept: NDArray[np.bool_] = apart(times, 1e-4 * finest)
    return np.asarray(times[kept])
