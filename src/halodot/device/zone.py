"""Where along a channel electrons and holes meet, and what its contacts take of the voltage.

Position and widths follow from the share of pairs up to x; the full width at half maximum from its
slope over bins of a fortieth of the length that holds 90 % of them, so that a spike at a contact
that holds few pairs is none.

Contact resistance, from the middle half of a channel that one carrier runs: with the net sheet
charge u = C^-1 q |p - n| t [V], the gradual channel keeps u du/dx constant, so u^2 is linear
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
BINS = 40  # of the length that holds 90 % of the pairs
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
    >>> round(z.middle, 3), round(z.width, 2), round(z.width_90, 2)
    (0.002, 2.36, 3.29)
    """
    rate = np.maximum(rate, 0.0)
    pairs = rate * volume
    if not pairs.sum() > 0.0:
        return Zone(math.nan, math.nan, math.nan)
    edges = position[0] + np.concatenate([[0.0], np.cumsum(volume)])
    share = np.concatenate([[0.0], np.cumsum(pairs)]) / pairs.sum()
    low, middle, high = (float(np.interp(s, share, edges)) for s in (0.05, 0.5, 0.95))
    wide = high - low
    bins = np.linspace(low - wide, high + wide, 3 * BINS + 1)
    held = np.diff(np.interp(bins, edges, share))
    return Zone(middle, _half_width(0.5 * (bins[1:] + bins[:-1]), held), wide)


def _half_width(x: Array, rate: Array) -> float:
    """Full width at half maximum of the highest peak, between points."""
    top = int(np.argmax(rate))
    level = 0.5 * rate[top]
    below = np.flatnonzero(rate < level)
    before, after = below[below < top], below[below > top]
    ends = []
    for k, inner in ((before[-1:], 1), (after[:1], -1)):
        if not len(k):
            return float(x[-1] - x[0])
        i = int(k[0])
        w = (level - rate[i]) / (rate[i + inner] - rate[i])
        ends.append(float(x[i] + w * (x[i + inner] - x[i])))
    return ends[1] - ends[0]


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
