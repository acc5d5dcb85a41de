"""Where along a channel electrons and holes meet, and what its contacts take of the voltage.

Position and widths follow from the share of pairs up to x; the full width at half maximum from the
rate. Contact resistance, from the middle half of a channel that one carrier runs: with the net
sheet charge u = C^-1 q |p - n| t [V], the gradual channel keeps u du/dx constant, so u^2 is linear
in x. Its extrapolation to both ends gives the part of the drain voltage that the channel takes,

    R_c W = (|V_D| - |u(L) - u(0)|) W / |I_D|,

as a gated four-probe measurement reads it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
RULED = 1e-3  # share of the other carrier up to which one runs the channel alone
STRAIGHT = 0.02  # largest deviation from the line of u^2, over the change along the channel
NEGATIVE = 0.05  # share of the drain voltage that a channel may seem to take beyond all of it


@dataclass(frozen=True)
class Zone:
    """A recombination zone: middle (median of the pairs), width at half maximum, of 90 % [m]."""

    middle: float
    width: float
    width_90: float


def zone_of(position: Array, rate: Array, volume: Array) -> Zone:
    """Return the zone in which pairs recombine.

    Parameters
    ----------
    position
        Of the nodes, rising [m].
    rate
        Pairs per volume and time at the nodes [m-3 s-1]; generation counts nothing.
    volume
        Of the nodes per area [m].

    Examples
    --------
    >>> x = np.linspace(-5.0, 5.0, 2001)
    >>> z = zone_of(x, np.exp(-0.5 * x**2), np.full(2001, 0.005))
    >>> round(z.middle, 3), round(z.width, 3), round(z.width_90, 2)
    (0.002, 2.355, 3.29)
    """
    rate = np.maximum(rate, 0.0)
    pairs = rate * volume
    if not pairs.sum() > 0.0:
        return Zone(math.nan, math.nan, math.nan)
    edges = position[0] + np.concatenate([[0.0], np.cumsum(volume)])
    share = np.concatenate([[0.0], np.cumsum(pairs)]) / pairs.sum()
    low, middle, high = (float(np.interp(s, share, edges)) for s in (0.05, 0.5, 0.95))
    return Zone(middle, _half_width(position, rate), high - low)


def _half_width(x: Array, rate: Array) -> float:
    """Full width at half maximum of the highest peak, ends of the channel included."""
    top = int(np.argmax(rate))
    level = 0.5 * rate[top]
    left, right = top, top
    while left > 0 and rate[left - 1] >= level:
        left -= 1
    while right < len(x) - 1 and rate[right + 1] >= level:
        right += 1
    first, last = float(x[left]), float(x[right])
    if left > 0:
        w = (level - rate[left - 1]) / (rate[left] - rate[left - 1])
        first = float(x[left - 1] + w * (x[left] - x[left - 1]))
    if right < len(x) - 1:
        w = (rate[right] - level) / (rate[right] - rate[right + 1])
        last = float(x[right] + w * (x[right + 1] - x[right]))
    return last - first


def contact_resistance(
    position: Array, net: Array, other: Array, drain: float, current: float, width: float
) -> float:
    """Contact resistance times channel width [ohm m]; NaN where the law above does not hold.

    Parameters
    ----------
    position
        Nodes of the sheet from one end to the other [m].
    net
        Net sheet charge of the carriers over the gate capacitance, q |p - n| t / C [V].
    other
        Share of the minority in the carriers at the nodes [1].
    drain, current
        [V], [A]

    Examples
    --------
    >>> x = np.linspace(0.0, 1e-4, 101)
    >>> u = np.sqrt(20.0**2 - (20.0**2 - 19.2**2) * x / 1e-4)
    >>> round(contact_resistance(x, u, np.zeros(101), 1.0, 1e-6, 1e-3), 6)
    200.0
    """
    length = position[-1] - position[0]
    middle = (position > position[0] + 0.25 * length) & (position < position[-1] - 0.25 * length)
    if current == 0.0 or drain == 0.0 or middle.sum() < 4 or np.max(other[middle]) > RULED:
        return math.nan
    slope, cut = np.polyfit(position[middle], net[middle] ** 2, 1)
    off = np.max(np.abs(slope * position[middle] + cut - net[middle] ** 2))
    if off > STRAIGHT * abs(slope) * length:
        return math.nan  # something else than the gate puts charge there
    squares = np.array([slope * position[0] + cut, slope * position[-1] + cut])
    if np.any(squares <= 0.0):
        return math.nan  # pinched off: no straight line to the drain
    taken = abs(float(np.diff(np.sqrt(squares))[0]))
    if taken > (1.0 + NEGATIVE) * abs(drain):
        return math.nan
    return (abs(drain) - taken) / abs(current) * width
