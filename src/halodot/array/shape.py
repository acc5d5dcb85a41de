r"""Current against voltage of the two states, over the current at the read voltage.

.. math:: I(V) = V_r \left[ (1 - x) G_l\, h_l(V) + x\, G_h\, h_h(V) \right]

with the fraction x of the range and the shapes :math:`h` of the low and of the high state, which
are 1 at the read voltage; ohmic cells have :math:`h = V / V_r`. A state is followed out to the
voltage at which the sweep starts to switch it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError
from ..device.state import Trace
from .state import Shape
from .states import Legs, legs_of, pairs_of

F = NDArray[np.float64]
POINTS = 41  # on either side of zero
APART = 1.2  # of both states at the read voltage: less is no memory
HELD = 0.5  # of the logarithm of that ratio: where less is left, a state has switched


def shape_of(traces: Sequence[Trace], read: float | None) -> Shape | None:
    """Read the shape of both states out of two-terminal sweeps; None where they do not tell.

    Parameters
    ----------
    read
        Voltage [V] at which both shapes are 1.
    """
    if read is None or read == 0.0:
        return None
    pairs = [p for t in traces if t.kind == "iv" and "voltage" in t.columns
             for p in pairs_of(legs_of(t))]  # fmt: skip
    sides = {side: [p for p in pairs if p[0].side == side] for side in (1.0, -1.0)}
    own = 1.0 if read > 0.0 else -1.0
    volt = abs(read)
    here = _side(sides[own], volt, None)
    if here is None:
        return None
    there = _side(sides[-own], volt, here[3])
    grid, low, high, _ = here
    if there is None:  # not measured: taken as odd, no further
        other, back, forth = grid[1:], low[1:], high[1:]
    else:
        other, back, forth = there[0][1:], there[1][1:], there[2][1:]
    volts = np.concatenate([-other[::-1], grid]) * own
    lows = np.concatenate([-back[::-1], low])
    highs = np.concatenate([-forth[::-1], high])
    order = np.argsort(volts)
    return Shape(volts[order], lows[order], highs[order])


def _side(
    pairs: Sequence[tuple[Legs, Legs]], volt: float, scale: tuple[float, float] | None
) -> tuple[F, F, F, tuple[float, float]] | None:
    """Grid of sizes of the voltage from 0, both shapes there, and the currents of the scale."""
    found = [s for s in (_states(p, volt) for p in pairs) if s is not None]
    if not found:
        return None
    # as far as nearly all loops have not switched; those that had are left out
    reach = float(np.quantile([s[3] for s in found], 0.1))
    grid = np.unique(np.concatenate([np.linspace(0.0, reach, POINTS), [min(volt, reach)]]))
    curves = []
    for k in (1, 2):
        kept = [np.interp(grid, s[0], s[k]) for s in found if s[3] >= reach]
        curve = np.maximum.accumulate(np.median(kept, axis=0))
        curve[0] = 0.0
        curves.append(curve)
    own = float(np.interp(volt, grid, curves[0])), float(np.interp(volt, grid, curves[1]))
    scale = own if scale is None else scale
    if min(scale) <= 0.0:
        return None
    return grid, curves[0] / scale[0], curves[1] / scale[1], scale


def _states(pair: tuple[Legs, Legs], volt: float) -> tuple[F, F, F, float] | None:
    """Voltages and currents of the low and the high way, as far as neither has switched."""
    a, b = pair
    reach = min(float(a.volts[-1]), float(b.volts[-1]))
    if reach < volt:
        return None
    grid = np.unique(np.concatenate([np.linspace(0.0, reach, 4 * POINTS), [volt]]))
    one, two = (np.interp(grid, leg.volts, leg.current) for leg in pair)
    for leg, curve in zip(pair, (one, two), strict=True):
        start = float(leg.volts[0])
        if start > 0.0:  # a sweep that does not start at zero goes there along a straight line
            inner = grid < start
            curve[inner] = float(leg.current[0]) * grid[inner] / start
    at = int(np.searchsorted(grid, volt))
    ratio = np.log(np.maximum(two, 1e-300)) - np.log(np.maximum(one, 1e-300))
    if abs(ratio[at]) < math.log(APART):
        return None
    low, high = (one, two) if ratio[at] > 0.0 else (two, one)
    closing = np.flatnonzero((np.abs(ratio) < HELD * abs(ratio[at])) & (grid > volt))
    stop = int(closing[0]) - 1 if len(closing) else len(grid) - 1
    return grid, low, high, float(grid[stop])


def current(
    shape: Shape | None, volts: ArrayLike, fraction: ArrayLike, low: float, high: float, read: float
) -> F:
    """Current [A] of a cell at a fraction of its range; ohmic where the shape is not known.

    Beyond the shape a state goes on along its last slope.

    >>> current(None, [0.2], 0.5, 1e-6, 3e-6, 0.1).round(12).tolist()
    [4e-07]
    """
    v, x = np.asarray(volts, dtype=np.float64), np.asarray(fraction, dtype=np.float64)
    if read == 0.0:
        raise InputError("read_voltage", "0 V", "a voltage at which conductances are known", "")
    if shape is None:
        return np.asarray(v * (low + (high - low) * x))
    parts = [_beyond(shape.volts, h, v) for h in (shape.low, shape.high)]
    return np.asarray(read * ((1.0 - x) * low * parts[0] + x * high * parts[1]))


def _beyond(x: F, y: F, at: F) -> F:
    inside = np.interp(at, x, y)
    slopes = [(y[1] - y[0]) / (x[1] - x[0]), (y[-1] - y[-2]) / (x[-1] - x[-2])]
    inside = np.where(at < x[0], y[0] + slopes[0] * (at - x[0]), inside)
    return np.asarray(np.where(at > x[-1], y[-1] + slopes[1] * (at - x[-1]), inside))
