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
def node_imbalance(rho: float, before: float, here: float, after: float, taken: float) -> float:
    """What is left over at a node between two segments, less the rounding of the differences."""
    size = max(abs(before), abs(here), abs(after))
    left = abs((before - here) / rho - (here - after) / rho - taken)
    return left - ROUNDING * size / rho


@kernel
def end_currents(head: float, tail: float, terminal: float, x: float, y: float) -> F:
    """Currents into a line at its head (node voltage x) and at its tail (y), and their rounding."""
    tied = head > 0.0 and head < np.inf
    first = (terminal - x) / head if tied else 0.0
    size = max(abs(terminal), abs(x), abs(y))
    slack = ROUNDING * size * ((1.0 / head if tied else 0.0) + tail)
    return np.array([first, tail * (terminal - y), slack])


@kernel
def line_imbalance(
    rho: float, head: float, tail: float, terminal: float, x: F, taken: F
) -> tuple[float, float]:
    """Largest current left over on one line, and the largest at its ends.

    `x` are node voltages from head to tail, `taken` what the cells take from each node, `head` a
    resistance, `tail` a conductance. A line without resistance is one node.
    """
    n = x.size
    first, last, slack = end_currents(head, tail, terminal, x[0], x[n - 1])
    if rho == 0.0:
        total, size = 0.0, 0.0
        for k in range(n):
            total += taken[k]
            size += abs(taken[k])
        if head == 0.0:
            return 0.0, abs(total)
        left = abs(first + last - total) - slack - ROUNDING * size
        return left, max(abs(first), abs(last))
    if n == 1:
        return abs(first + last - taken[0]) - slack, max(abs(first), abs(last))
    worst = abs(first - (x[0] - x[1]) / rho - taken[0]) - slack - ROUNDING * abs(x[0]) / rho
    other = abs(last - (x[n - 1] - x[n - 2]) / rho - taken[n - 1])
    worst = max(worst, other - slack - ROUNDING * abs(x[n - 1]) / rho)
    for k in range(1, n - 1):
        worst = max(worst, node_imbalance(rho, x[k - 1], x[k], x[k + 1], taken[k]))
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
    size = max(np.abs(volts).max(), np.abs(held).max())
    worst, scale = 0.0, NOTHING * size
    for i in range(m):
        ends = word_ends[0, i], word_ends[1, i]
        left, end = line_imbalance(rho[0], *ends, volts[i], word[i], cell[i])
        worst, scale = max(worst, left), max(scale, end)
    from_head, given = np.ascontiguousarray(bit.T[:, ::-1]), np.ascontiguousarray(cell.T[:, ::-1])
    for j in range(n):
        ends = bit_ends[0, j], bit_ends[1, j]
        left, end = line_imbalance(rho[1], *ends, held[j], from_head[j], -given[j])
        worst, scale = max(worst, left), max(scale, end)
    worst = max(worst - ROUNDING * size, 0.0)
    return worst / scale if scale > 0.0 else worst
