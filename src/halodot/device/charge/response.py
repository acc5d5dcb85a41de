"""Answers of the linearised equations at a frequency: complex block-tridiagonal solutions.

Far below their own frequency ions move by less than the round-off of what flows to and fro. The
solver (`numerics/blocktridiagonal.py`) keeps what is stored apart from what flows, so that their
number is kept at any frequency without being asked for.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...numerics.blocktridiagonal import solve
from ...numerics.compiled import kernel
from .linear import Linearised

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]


class Scratch(NamedTuple):
    """Complex blocks [N, m, m] that `blocktridiagonal.solve` takes and leaves."""

    local: Complex
    lower: Complex
    upper: Complex
    factor: Complex
    flow: Array  # [N, m] zero: sources are no flows


def scratch(n: int, m: int) -> Scratch:
    """Return room to solve for n nodes of m unknowns."""
    local, lower, upper, factor = (np.empty((n, m, m), np.complex128) for _ in range(4))
    return Scratch(local, lower, upper, factor, np.zeros((n, m)))


@kernel
def _fill(S: Linearised, s: complex, W: Scratch) -> None:
    """Blocks at growth rate `s`."""
    n, m = S.storage.shape
    local, lower, upper = W.local, W.lower, W.upper
    local[:], lower[:], upper[:] = S.local, S.lower, S.upper
    for i in range(n):
        for c in range(m):
            local[i, c, c] += s * S.storage[i, c]
    for q in range(S.rate.shape[0]):
        i, k = S.place[q], S.rate[q]
        share = -s / (k * (k + s))
        for r in range(m):
            for c in range(m):
                ahead = share * S.pull[q, 0, r] * S.answer[q, 1, c]
                local[i, r, c] += share * S.pull[q, 0, r] * S.answer[q, 0, c]
                upper[i, r, c] += ahead
                lower[i + 1, r, c] += share * S.pull[q, 1, r] * S.answer[q, 0, c]
                local[i + 1, r, c] += share * S.pull[q, 1, r] * S.answer[q, 1, c]
                if not S.fixed[i + 1, r]:
                    local[i + 1, r, c] += ahead  # as `solve` wants extra couplings


@kernel
def respond(S: Linearised, s: complex, source: Array, W: Scratch, d: Complex) -> bool:
    """Solve for the deviation [N, m] that grows as e^(s t) under d(residual) = `source` [N, m]."""
    _fill(S, s, W)
    d[:] = -source
    return solve(W.local, W.lower, W.upper, S.out, S.into, W.flow, S.fixed, W.factor, d)


@kernel
def face_currents(S: Linearised, s: complex, d: Complex) -> tuple:
    """Change of the total current over q at every edge, and the size of the terms it is left of."""
    n, m = d.shape
    total, size = np.zeros(n - 1, dtype=np.complex128), np.zeros(n - 1)
    for i in range(n - 1):
        drop = d[i + 1, 0] - d[i, 0]
        total[i] = -s * S.plates[i] * drop
        size[i] = abs(total[i])
        for c in range(1, m):
            g0, g1, y0, y1 = S.flux[i, c]
            total[i] += g1 * drop + (g0 + g1) * d[i, 0] + y0 * d[i, c] + y1 * d[i + 1, c]
            size[i] += abs(g1 * drop) + abs(y0 * d[i, c]) + abs(y1 * d[i + 1, c])
    return total, size


@kernel
def mean_current(S: Linearised, s: complex, d: Complex, length: Array) -> tuple:
    """Total current over q and its mean deviation over the edges.

    Each edge counts with its length over the square of the terms that cancel in it.
    """
    total, size = face_currents(S, s, d)
    weight = np.zeros(total.shape[0])
    least = 1e300
    for i in range(total.shape[0]):
        if not S.blind[i]:
            least = min(least, size[i])
    for i in range(total.shape[0]):
        if not S.blind[i]:
            weight[i] = length[i] * (max(least, 1e-300) / max(size[i], 1e-300)) ** 2
    weight /= weight.sum()
    mean = (weight * total).sum()
    return mean, (weight * np.abs(total - mean)).sum()


@kernel
def spectrum(S: Linearised, omega: Array, source: Array, length: Array, W: Scratch) -> tuple:
    """Current over q and spread at each angular frequency, NaN where the solution failed."""
    current = np.full(omega.shape[0], np.nan + 0j)
    spread = np.full(omega.shape[0], np.nan)
    answer = np.zeros(source.shape, dtype=np.complex128)
    for k in range(omega.shape[0]):
        s = 1j * omega[k]
        if respond(S, s, source, W, answer):
            current[k], spread[k] = mean_current(S, s, answer, length)
    return current, spread
