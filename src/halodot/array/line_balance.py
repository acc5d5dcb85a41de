"""Kirchhoff's law of a finished crossbar, node by node (numba)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..numerics.compiled import kernel

F = NDArray[np.float64]

# Neighbouring nodes differ by little where wires are good conductors; the rounding of that
# difference (8 units in the last place of the voltage) is no error of the solution.
ROUNDING = 8.0 * 2.220446049250313e-16
NOTHING = 1e-12


@kernel
def line_imbalance(
    rho: float, head: float, tail: float, terminal: float, x: F, taken: F, floor: float
) -> tuple[float, float]:
    """Largest current left over on one line, and the largest at its ends.

    `x` are node voltages from head to tail, `taken` what the cells take from each node, `head` a
    resistance, `tail` a conductance; voltages are rounded as if they were `floor` or more. A line
    without resistance is one node. Where the tail is tied, the rounding of all nodes adds up on
    the way to it.
    """
    n = x.size
    tied = head > 0.0 and head < np.inf
    first = (terminal - x[0]) / head if tied else 0.0
    last = tail * (terminal - x[n - 1])
    reach = ROUNDING * (n if tail > 0.0 else 1)
    size = max(floor, abs(terminal), abs(x[0]), abs(x[n - 1]))
    slack = reach * size * ((1.0 / head if tied else 0.0) + tail)
    if rho == 0.0:
        total = 0.0
        for k in range(n):
            total += taken[k]
        if head == 0.0:
            return 0.0, abs(total)
        # One voltage from n sums, times n cells of up to the largest conductance.
        left = abs(first + last - total) - slack - ROUNDING * max(floor, abs(x[0])) * n * n
        return left, max(abs(first), abs(last))
    if n == 1:
        return abs(first + last - taken[0]) - slack, max(abs(first), abs(last))
    at_head = reach * max(floor, abs(x[0])) / rho
    at_tail = ROUNDING * max(floor, abs(x[n - 1])) / rho
    worst = max(
        abs(first - (x[0] - x[1]) / rho - taken[0]) - slack - at_head,
        abs(last - (x[n - 1] - x[n - 2]) / rho - taken[n - 1]) - slack - at_tail,
    )
    for k in range(1, n - 1):
        local = ROUNDING * max(floor, abs(x[k - 1]), abs(x[k]), abs(x[k + 1])) / rho
        left = abs((x[k - 1] - x[k]) / rho - (x[k] - x[k + 1]) / rho - taken[k])
        worst = max(worst, left - local)
    return worst, max(abs(first), abs(last))


@kernel
def imbalance(
    rho: tuple[float, float],
    word_ends: F,
    bit_ends: F,
    volts: F,
    held: F,
    word: F,
    bit: F,
    cell: F,
) -> float:
    """Largest current left over at a node, over the largest current at an end of a wire.

    `word_ends` and `bit_ends` [2, line]: resistance of the head, conductance of the tail; `cell`
    the current of each cell. The best cell has conductance 1: what it carries at the largest
    voltage says what rounding is, and `NOTHING` of that is no current.
    """
    m, n = word.shape
    # All voltages are counted from those of the bit lines, which may be far from them.
    floor = np.abs(held).max()
    size = max(np.abs(volts).max(), floor)
    worst, scale = 0.0, NOTHING * size
    for i in range(m):
        ends = word_ends[0, i], word_ends[1, i]
        left, end = line_imbalance(rho[0], *ends, volts[i], word[i], cell[i], floor)
        worst, scale = max(worst, left), max(scale, end)
    from_head, given = np.ascontiguousarray(bit.T[:, ::-1]), np.ascontiguousarray(cell.T[:, ::-1])
    for j in range(n):
        ends = bit_ends[0, j], bit_ends[1, j]
        left, end = line_imbalance(rho[1], *ends, held[j], from_head[j], -given[j], floor)
        worst, scale = max(worst, left), max(scale, end)
    worst = max(worst - ROUNDING * size * max(m, n), 0.0)
    return worst / scale if scale > 0.0 else worst
