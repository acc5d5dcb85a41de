"""How fast a current follows the edges of pulses: light switches, threshold switches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced, computed
from .state import Figure
from .tools import noise_of, spread, straight_line

Array = NDArray[np.float64]
LEAST = 3.0  # ratio of currents from which a pulse is said to switch


class PulseLike(Protocol):
    """Rows [start, end) of a pulse, the row of the next one, its height and its stimulus."""

    @property
    def start(self) -> int:
        """First row of the pulse."""

    @property
    def end(self) -> int:
        """Row after its last one."""

    @property
    def next(self) -> int:
        """First row of the next pulse, or the number of rows."""

    @property
    def height(self) -> float:
        """Height of the stimulus over its rest."""

    @property
    def train(self) -> str:
        """Name of the stimulus."""


def edge_figures(t: Array, y: Array, pulses: Sequence[PulseLike], baseline: float) -> list[Figure]:
    """Return rise and fall under light, delay and relaxation under voltage.

    - rise (fall): 10 to 90 % (90 to 10 %) of the way between the current before the edge and that
      at the end of the pulse (gap);
    - delay: from the onset of a voltage pulse to the geometric middle of its first and last
      current, where these differ by more than three;
    - relaxation: from the end of the pulse to the geometric middle of the current right after it
      and before the next one.
    """
    light = [p for p in pulses if p.train == "light" and p.height > 0]
    volts = [p for p in pulses if p.train in ("voltage", "source_voltage") and p.height != 0.0]
    figures = _of_light(t, y, light) if light else []
    return figures + (_of_voltage(t, np.abs(y), volts, abs(baseline)) if volts else [])


def _of_light(t: Array, y: Array, pulses: Sequence[PulseLike]) -> list[Figure]:
    rises = [_edge(t, y, p.start, p.end) for p in pulses]
    falls = [_edge(t, y, p.end, p.next) for p in pulses if p.next - p.end >= 3]
    none = "the change is not above the noise, or faster than the rows of the record"
    return [
        Figure(
            "photocurrent_rise_time",
            spread(rises, "s", none),
            "10 to 90 % of the way from the current before the light to that at its end.",
        ),
        Figure(
            "photocurrent_fall_time",
            spread(falls, "s", none),
            "90 to 10 % of the way from the current in light to that before the next pulse.",
        ),
    ]


def _edge(t: Array, y: Array, start: int, end: int) -> float:
    """Time between 10 and 90 % of a change in rows [start, end); NaN where it is not resolved.

    >>> t = np.linspace(0.0, 10.0, 1001)
    >>> y = 1.0 - np.exp(-np.maximum(t - 1.0, 0.0))
    >>> round(_edge(t, y, 101, 1001), 2)
    2.2
    """
    first = float(y[max(start - 1, 0)])
    rows = y[start:end]
    last = float(np.median(rows[-max(len(rows) // 10, 1) :]))
    if abs(last - first) <= 5.0 * noise_of(rows):
        return math.nan
    share = (np.concatenate([[first], rows]) - first) / (last - first)
    time = t[max(start - 1, 0) : end]
    low, high = _reach(time, share, 0.1), _reach(time, share, 0.9)
    steps = np.sum((share > 0.1) & (share < 0.9))
    return high - low if steps >= 1 else math.nan


def _reach(t: Array, share: Array, level: float) -> float:
    k = int(np.argmax(share >= level))
    if share[k] < level or k == 0:
        return float(t[k])
    part = (level - share[k - 1]) / (share[k] - share[k - 1])
    return float(t[k - 1] + part * (t[k] - t[k - 1]))


def _of_voltage(t: Array, y: Array, pulses: Sequence[PulseLike], base: float) -> list[Figure]:
    delays, heights, times, back = [], [], [], []
    for p in pulses:
        rows = y[p.start : p.end]
        if len(rows) < 4 or rows[0] <= 0.0 or rows[-1] < LEAST * rows[0]:
            continue
        delays.append(_middle(t, y, p.start, p.end) - float(t[p.start]))
        heights.append(abs(p.height))
        after = y[p.end : p.next]
        if len(after) >= 4 and after[-1] > 0.0 and after[0] > LEAST * after[-1]:
            times.append(_middle(t, y, p.end, p.next) - float(t[p.end]))
        if len(after):
            back.append(float(after[-1]) <= LEAST * max(base, 0.0) + 1e-30)
    if not delays:
        return []
    texts = (
        "From the onset of a pulse to the geometric middle of its first and last current.",
        "From the end of a pulse to the geometric middle of the current after it and at last.",
    )
    none = "the current after the pulse does not fall by a factor three before the next one"
    figures = [
        Figure("delay_time", spread(delays, "s", ""), texts[0]),
        _overdrive(np.array(heights), np.array(delays)),
        Figure("relaxation_time", spread(times, "s", none), texts[1]),
    ]
    if back:
        lost = sum(back) > len(back) / 2
        words = "1 where the current falls back to within a factor three of its rest before the "
        words += "next pulse."
        value = computed(float(lost), "1", note=f"{sum(back)} of {len(back)} pulses that switch")
        figures.append(Figure("volatile", value, words, "volatile" if lost else "non-volatile"))
    return figures


def _middle(t: Array, y: Array, start: int, end: int) -> float:
    """Time at which y passes the geometric middle of its first and last value."""
    rows = np.log(np.maximum(y[start:end], 1e-30))
    share = (rows - rows[0]) / (rows[-1] - rows[0])
    return _reach(t[start:end], share, 0.5)


def _overdrive(height: Array, delay: Array) -> Figure:
    text = "Slope of log10(delay) against the height of the pulses: decades for each volt."
    good = delay > 0
    if np.sum(good) < 3 or np.ptp(height[good]) < 0.05 * float(np.max(height)):
        reason = "needs pulses of three heights"
        return Figure("delay_slope", Sourced.unknown("1/V", reason), text)
    slope = straight_line(height[good], np.log10(delay[good]))[0]
    return Figure("delay_slope", computed(slope, "1/V"), text)
