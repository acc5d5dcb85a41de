"""Find set, reset, threshold and hold in one loop of a two-terminal record."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .loops import Branch, Loop, at

Array = NDArray[np.float64]
LEAST_RATIO = 2.0
# the third largest of a few hundred median-filtered noise values stays below 2.5 sigma
LEAST_SIGMA = 4.0


@dataclass(frozen=True)
class Event:
    """A change of state on an outward branch.

    Attributes
    ----------
    on
        Whether the current rose (set, threshold) or fell (reset).
    voltage
        Signed voltage [V] of the steepest fall of the window.
    width
        Voltage range [V] in which the window falls from 75 % to 25 %.
    window
        Largest ratio of the currents of the two branches at the same voltage.
    volatile
        Whether the new state is lost again before zero volts on the way back.
    hold
        Voltage [V] at which it is lost; NaN where it is kept.
    power
        Power [W] just after a set, largest power before a reset.
    """

    on: bool
    voltage: float
    width: float
    window: float
    volatile: bool
    hold: float
    power: float


def window_of(loop: Loop) -> tuple[Array, Array, float]:
    """Return |V|, ln(I_back / I_out) median-filtered over three points, and its raw noise."""
    v = loop.grid()
    w = np.log(at(loop.back, v) / at(loop.out, v))
    if len(w) <= 4:
        return v, w, 0.0
    noise = 1.4826 * float(np.median(np.abs(np.diff(w)))) / math.sqrt(2.0)
    return v, np.concatenate([w[:1], np.median([w[:-2], w[1:-1], w[2:]], axis=0), w[-1:]]), noise


def find_event(loop: Loop) -> Event | None:
    """Find the change of state of a loop, None where out and back agree within a factor 2.

    The window w = ln(I_back/I_out) is far from zero while the two branches are in different
    states and falls to zero where the outward branch changes state, so the steepest fall of |w|
    with |V| marks set (w > 0) or reset (w < 0). A diode, however steep, has w = 0.
    """
    v, w, noise = window_of(loop)
    if len(v) < 4:
        return None
    side = 1.0 if np.percentile(w, 90) > -np.percentile(w, 10) else -1.0
    size = side * w
    # three neighbouring points carry the window, so one spike is no switching
    top = float(np.sort(size)[-3:].min()) if len(size) >= 8 else float(size.max())
    if top < max(math.log(LEAST_RATIO), LEAST_SIGMA * noise):
        return None
    k = _steepest_fall(size, top)
    if k is None:
        return None
    voltage = 0.5 * (v[k] + v[k + 1])
    hold = _hold(loop, v, size, top, k) if side > 0 else math.nan
    power = _power(loop.out, voltage, on=side > 0)
    return Event(
        on=side > 0,
        voltage=loop.sign * float(voltage),
        width=_width(v, size, top, k),
        window=math.exp(top),
        volatile=math.isfinite(hold),
        hold=loop.sign * hold,
        power=power,
    )


def _steepest_fall(size: Array, top: float) -> int | None:
    """Index of the steepest fall of the window after which it stays below half."""
    high = np.flatnonzero(size >= 0.5 * top)
    if not len(high) or high[-1] >= len(size) - 1:
        return None
    last = int(high[-1])
    fall = size[:-1] - size[1:]
    # the fall belongs to the last descent through half height: look around it
    first = max(0, last - max(3, len(size) // 10))
    end = min(len(fall), last + max(3, len(size) // 10))
    return first + int(np.argmax(fall[first:end]))


def _width(v: Array, size: Array, top: float, k: int) -> float:
    above = np.flatnonzero(size[: k + 1] >= 0.75 * top)
    below = np.flatnonzero(size[k:] <= 0.25 * top)
    if not len(above) or not len(below):
        return float(v[-1] - v[0])
    return float(v[k + below[0]] - v[above[-1]])


def _hold(loop: Loop, v: Array, size: Array, top: float, k: int) -> float:
    """Where the inward current drops out of the on state, NaN where it stays there.

    The on state is ohmic below compliance: I < 0.1 G_on V with G_on V resolved means it is lost.
    """
    back = at(loop.back, v)
    conductance = float(np.max(back[: k + 1] / v[: k + 1].clip(1e-12)))
    resolved = conductance * v > 10.0 * max(loop.back.floor, float(at(loop.out, v)[0]) * 0.3)
    lost = (back < 0.1 * conductance * v) & (size < 0.5 * top)
    if not lost[resolved][:1].any():
        return math.nan
    kept = np.flatnonzero(size[: k + 1] >= 0.5 * top)
    if not len(kept) or kept[0] == 0:
        return math.nan
    return float(0.5 * (v[kept[0] - 1] + v[kept[0]]))


def _power(out: Branch, voltage: float, *, on: bool) -> float:
    if on:
        after = out.v > voltage
        return float(np.max((out.v * out.i)[after][:3], initial=0.0))
    return float(np.max((out.v * out.i)[out.v <= voltage], initial=0.0))


def jump_of(branch: Branch) -> Event | None:
    """Find a jump in a single sweep without return: the largest step of ln |I|.

    It counts from half a decade on, if it is eight times the typical step.
    """
    if branch.crosses:
        return None  # log |I| dips where the current passes zero: no change of state
    keep = branch.v > 0.03 * branch.v[-1]
    v, i = branch.v[keep], np.maximum(branch.i[keep], max(branch.floor, 1e-30))
    if len(v) < 8:
        return None
    step = np.diff(np.log(i))
    k = int(np.argmax(np.abs(step)))
    typical = float(np.median(np.abs(step)))
    before, after = np.median(np.log(i[max(0, k - 2) : k + 1])), np.median(np.log(i[k + 1 : k + 4]))
    lasting = abs(after - before)
    if min(abs(step[k]), lasting) < max(0.5 * math.log(10.0), 8.0 * typical):
        return None
    voltage = 0.5 * float(v[k] + v[k + 1])
    on = bool(step[k] > 0)
    return Event(
        on=on,
        voltage=branch.sign * voltage,
        width=float(v[k + 1] - v[k]),
        window=math.exp(lasting),
        volatile=False,
        hold=math.nan,
        power=_power(branch, voltage, on=on),
    )


def compliance_of(branch: Branch) -> float:
    """Level [A] at which the current stays put while the voltage goes on rising, NaN if none."""
    top = float(np.max(branch.i))
    flat = branch.i > 0.99 * top
    run = int(np.argmin(flat[::-1])) if not flat.all() else len(flat)
    if run < max(3, 0.03 * len(flat)) or top <= 10.0 * branch.floor:
        return math.nan
    k = len(flat) - run
    if k < 2 or branch.v[-1] < 1.05 * branch.v[k]:
        return math.nan
    # a source meter cuts in with a kink; a saturating contact bends into its plateau
    back = max(0, k - 3)
    rise = math.log(top / max(float(branch.i[back]), 1e-30))
    if rise < 0.5 * math.log(branch.v[k] / branch.v[back]) + 0.02:
        return math.nan
    return float(np.median(branch.i[-run:]))
