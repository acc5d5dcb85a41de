"""Currents of cells and of cells with selectors, compiled (numba).

A cell is one element, or two in series. An element has one formula for positive and one for
negative voltages, told apart by a code, with four parameters for each cell and, for tables, knots
that all cells share; see `laws` for what they mean. All formulas rise with the voltage and pass
through zero, so that two elements in series have one inner voltage.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..numerics.compiled import kernel

F = NDArray[np.float64]
Int = NDArray[np.int64]

LINEAR, SINH, DIODE, THRESHOLD, TABLE = 0, 1, 2, 3, 4
# Exponentials are continued by their tangent beyond this exponent: e^80 is 5e34.
EXPONENT = 80.0
INNER_STEPS = 200
# A step of Newton's method this small leaves its square.
NEAR = 1e-9
AIMING = 24
OVERSHOOT = 2.0


@kernel
def sinh_law(size: float, scale: float, v: float) -> tuple[float, float]:
    """size sinh(v / scale)."""
    x = v / scale
    bound = min(max(x, -EXPONENT), EXPONENT)
    slope = math.cosh(bound)
    return size * (math.sinh(bound) + slope * (x - bound)), size * slope / scale


@kernel
def diode_law(size: float, scale: float, leak: float, v: float) -> tuple[float, float]:
    """size (exp(v / scale) - 1) + leak v."""
    x = v / scale
    bound = min(x, EXPONENT)
    rise = math.exp(bound)
    current = size * (math.expm1(bound) + rise * (x - bound)) + leak * v
    return current, size * rise / scale + leak


@kernel
def softplus(x: float) -> tuple[float, float]:
    """log(1 + e^x) and its derivative."""
    if x > 0.0:
        tail = math.exp(-x)
        return x + math.log1p(tail), 1.0 / (1.0 + tail)
    rise = math.exp(x)
    return math.log1p(rise), rise / (1.0 + rise)


@kernel
def threshold_law(
    off: float, more: float, threshold: float, width: float, v: float
) -> tuple[float, float]:
    """off v + more width [softplus((v - t) / width) - softplus((-v - t) / width)]."""
    up, up_slope = softplus((v - threshold) / width)
    down, down_slope = softplus((-v - threshold) / width)
    return off * v + more * width * (up - down), off + more * (up_slope + down_slope)


@kernel
def hermite(table: F, row: int, k: int, v: float) -> tuple[float, float]:
    """Cubic through values table[row] with slopes table[row + 1] on the interval k, and slope."""
    h = table[0, k + 1] - table[0, k]
    t = (v - table[0, k]) / h
    y0, y1 = table[row, k], table[row, k + 1]
    d0, d1 = h * table[row + 1, k], h * table[row + 1, k + 1]
    rise = y1 - y0
    c2, c3 = 3.0 * rise - 2.0 * d0 - d1, d0 + d1 - 2.0 * rise
    return y0 + t * (d0 + t * (c2 + t * c3)), (d0 + t * (2.0 * c2 + 3.0 * t * c3)) / h


@kernel
def table_law(low: float, high: float, table: F, v: float) -> tuple[float, float]:
    """low s_l sinh(y_l(v)) + high s_h sinh(y_h(v)), continued by its tangents."""
    volts = table[0]
    last = volts.size - 1
    inside = min(max(v, volts[0]), volts[last])
    k = min(max(np.searchsorted(volts, inside, side="right") - 1, 0), last - 1)
    yl, dl = hermite(table, 1, k, inside)
    yh, dh = hermite(table, 3, k, inside)
    low, high = low * table[5, 0], high * table[5, 1]
    current = low * math.sinh(yl) + high * math.sinh(yh)
    slope = low * math.cosh(yl) * dl + high * math.cosh(yh) * dh
    return current + slope * (v - inside), slope


@kernel
def element(
    codes: Int, parameters: F, forward: F, reverse: F, i: int, j: int, v: float
) -> tuple[float, float]:
    """Current and slope of the element of cell i, j at the voltage v."""
    side = 0 if v >= 0.0 else 1
    code, p = codes[side], parameters[side]
    if code == LINEAR:
        return p[0, i, j] * v, p[0, i, j]
    if code == SINH:
        return sinh_law(p[0, i, j], p[1, i, j], v)
    if code == DIODE:
        return diode_law(p[0, i, j], p[1, i, j], p[2, i, j], v)
    if code == THRESHOLD:
        return threshold_law(p[0, i, j], p[1, i, j], p[2, i, j], p[3, i, j], v)
    return table_law(p[0, i, j], p[1, i, j], forward if side == 0 else reverse, v)


@kernel
def joined(one: float, other: float) -> float:
    """Conductance of two in series."""
    total = one + other
    return one * (other / total) if total > 0.0 else 0.0


@kernel
def series(one: tuple, other: tuple, i: int, j: int, v: float, x: float) -> tuple:  # type: ignore[type-arg]
    """Current, slope and voltage of the first of two elements in series; `x` is a guess of it.

    Newton's method on the logarithms of both currents, which bend little for exponentials and for
    ohmic parts alike, kept in a bracket that every step shrinks.
    """
    lo, hi = min(0.0, v), max(0.0, v)
    x = min(max(x, lo), hi)
    if not (lo < x < hi):
        x = 0.5 * v
    here, slope = element(one[0], one[1], one[2], one[3], i, j, v)
    there, other_slope = element(other[0], other[1], other[2], other[3], i, j, v)
    if here == 0.0 or there == 0.0:
        return 0.0, 0.0 if v != 0.0 else joined(slope, other_slope), v if here == 0.0 else 0.0
    settled = False
    for _ in range(INNER_STEPS):
        here, slope = element(one[0], one[1], one[2], one[3], i, j, x)
        there, other_slope = element(other[0], other[1], other[2], other[3], i, j, v - x)
        if settled or here == there:
            break
        if here > there:
            hi = x
        else:
            lo = x
        step = 0.0
        if here * there > 0.0:
            rise = slope / here + other_slope / there
            step = -math.log(here / there) / rise if rise != 0.0 else 0.0
        settled = step != 0.0 and abs(step) <= NEAR * min(abs(x), abs(v - x))
        new = x + step
        if step == 0.0 or (not (lo < new < hi) and not settled):
            new = 0.5 * (lo + hi)
            settled = new in (lo, hi)
        x = new
    return (here if slope < other_slope else there), joined(slope, other_slope), x


@kernel
def cell(one: tuple, other: tuple, paired: bool, i: int, j: int, v: float, x: float) -> tuple:  # type: ignore[type-arg]
    """Current, slope and inner voltage of cell i, j."""
    if paired:
        return series(one, other, i, j, v, x)
    current, slope = element(one[0], one[1], one[2], one[3], i, j, v)
    return current, slope, v


@kernel
def currents(  # type: ignore[type-arg]
    one: tuple, other: tuple, paired: bool, v: F, inner: F, current: F, slope: F
) -> None:
    """Fill `current` and `slope` [word, bit]; `inner` holds guesses and takes what was found."""
    m, n = v.shape
    for i in range(m):
        for j in range(n):
            found = cell(one, other, paired, i, j, v[i, j], inner[i, j])
            current[i, j], slope[i, j], inner[i, j] = found


@kernel
def limit_steps(  # type: ignore[type-arg]
    one: tuple, other: tuple, paired: bool, before: F, v: F, aim: F, current: F, inner: F
) -> int:
    """Move overshooting cells back to where the law carries the current of the linear network.

    `aim` is that current and `current` what the law gives at `v`. Where a law rises much faster
    than its tangent foresaw, its voltage is taken from the current instead, to a factor of
    `OVERSHOOT`. Return how many.
    """
    m, n = v.shape
    count = 0
    for i in range(m):
        for j in range(n):
            far, near, wanted = v[i, j], before[i, j], abs(aim[i, j])
            if near * far < 0.0:
                near = 0.0
            if abs(far) <= abs(near) or abs(current[i, j]) <= OVERSHOOT * wanted:
                continue
            u = far
            for _ in range(AIMING):
                size, slope, inner[i, j] = cell(one, other, paired, i, j, u, inner[i, j])
                size = abs(size)
                if size > wanted:
                    far = u
                else:
                    near = u
                if size <= OVERSHOOT * wanted and OVERSHOOT * size >= wanted:
                    break
                u = 0.5 * (near + far)
                if size > 0.0 and slope > 0.0 and wanted > 0.0:
                    towards = math.copysign(math.log(size / wanted) * size / slope, far)
                    new = (far if size > wanted else near) - towards
                    u = new if min(near, far) < new < max(near, far) else u
            v[i, j] = u
            count += 1
    return count
