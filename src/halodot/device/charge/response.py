"""Answers of the linearised equations at a frequency: complex block-tridiagonal solutions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...numerics.blocktridiagonal import solve, solve_again
from ...numerics.compiled import kernel
from .linear import Linearised

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

LEAK = 1e-12  # relative change of a closed content that needs no mending
BALANCE = 1e-9  # of a row in its own terms, relative
IMPROVEMENTS = 2


class Scratch(NamedTuple):
    """Complex blocks [N, m, m] to solve with and plain ones, and the rest of the equations [N, m].

    `local`, `before`, `after` and `factor` are what `blocktridiagonal.solve` takes and leaves.
    """

    local: Complex
    before: Complex
    after: Complex
    factor: Complex
    lower: Complex
    diagonal: Complex
    upper: Complex
    rest: Complex
    flow: Array  # [N, m] zero: sources are no flows


def scratch(n: int, m: int) -> Scratch:
    """Return room to solve for n nodes of m unknowns."""
    blocks = [np.empty((n, m, m), np.complex128) for _ in range(7)]
    return Scratch(*blocks, np.empty((n, m), np.complex128), np.zeros((n, m)))


@kernel
def _size(z: complex) -> float:
    """Size of a complex number without a square root."""
    return abs(z.real) + abs(z.imag)


@kernel
def _fill(S: Linearised, s: complex, W: Scratch) -> None:
    """Blocks at growth rate `s`."""
    L, D, U = W.lower, W.diagonal, W.upper
    n, m = S.storage.shape
    L[:], D[:], U[:] = S.lower, S.diagonal, S.upper
    W.local[:], W.before[:], W.after[:] = S.local, S.before, S.after
    for i in range(n):
        for c in range(m):
            D[i, c, c] += s * S.storage[i, c]
            W.local[i, c, c] += s * S.storage[i, c]
    for q in range(S.rate.shape[0]):
        i, k = S.place[q], S.rate[q]
        share = -s / (k * (k + s))
        for r in range(m):
            for c in range(m):
                here = share * S.pull[q, 0, r] * S.answer[q, 0, c]
                ahead = share * S.pull[q, 0, r] * S.answer[q, 1, c]
                back = share * S.pull[q, 1, r] * S.answer[q, 0, c]
                there = share * S.pull[q, 1, r] * S.answer[q, 1, c]
                D[i, r, c] += here
                U[i, r, c] += ahead
                L[i + 1, r, c] += back
                D[i + 1, r, c] += there
                W.local[i, r, c] += here
                W.after[i, r, c] += ahead
                W.before[i + 1, r, c] += back
                W.local[i + 1, r, c] += there
                if not S.fixed[i + 1, r]:
                    W.local[i + 1, r, c] += ahead  # as `solve` wants extra couplings


@kernel
def _solve(S: Linearised, W: Scratch, rhs: Complex) -> bool:
    """Solve in place with the blocks that `_fill` left."""
    given = W.local, W.before, W.after, S.out, S.into
    return solve(*given, W.flow, S.fixed, W.factor, rhs)


@kernel
def _solve_again(S: Linearised, W: Scratch, rhs: Complex) -> None:
    solve_again(W.local, W.before, W.after, S.out, S.fixed, W.factor, rhs)


@kernel
def _rest_of(W: Scratch, source: Complex, d: Complex, rest: Complex) -> float:
    """What `d` leaves of the equations; its largest share in the terms of a row."""
    n, m = d.shape
    worst = 0.0
    for i in range(n):
        for r in range(m):
            left = -source[i, r]
            size = _size(left)
            for j in range(max(i - 1, 0), min(i + 2, n)):
                block = W.diagonal if j == i else (W.lower if j < i else W.upper)
                for c in range(m):
                    term = block[i, r, c] * d[j, c]
                    left -= term
                    size += _size(term)
            rest[i, r] = left
            if _size(left) > worst * size:
                worst = _size(left) / size
    return worst


@kernel
def _improve(S: Linearised, W: Scratch, source: Complex, d: Complex) -> None:
    """Correct `d` until every row holds relative to its own terms.

    Where a density is next to nothing its logarithm moves wildly, and round-off would carry that
    into the potential.
    """
    for _ in range(IMPROVEMENTS):
        if _rest_of(W, source, d, W.rest) < BALANCE:
            break
        _solve_again(S, W, W.rest)
        d += W.rest


@kernel
def _content(S: Linearised, g: int, d: Complex) -> tuple:
    """Change of the content of closed region g, and the sum of the sizes of its terms."""
    c = S.closed[g, 0]
    total, size = 0j, 0.0
    for i in range(S.closed[g, 1], S.closed[g, 2]):
        part = S.storage[i, c] * d[i, c]
        total += part
        size += _size(part)
    return total, size


@kernel
def _eliminate(A: Complex, b: Complex) -> None:
    """Solve a small dense system in place."""
    n = b.shape[0]
    for k in range(n):
        p = k
        for r in range(k + 1, n):
            if _size(A[r, k]) > _size(A[p, k]):
                p = r
        for c in range(n):
            A[k, c], A[p, c] = A[p, c], A[k, c]
        b[k], b[p] = b[p], b[k]
        for r in range(k + 1, n):
            f = A[r, k] / A[k, k]
            A[r] -= f * A[k]
            b[r] -= f * b[k]
    for k in range(n - 1, -1, -1):
        for c in range(k + 1, n):
            b[k] -= A[k, c] * b[c]
        b[k] /= A[k, k]


@kernel
def respond(S: Linearised, s: complex, source: Array, W: Scratch, d: Complex) -> bool:
    """Solve for the deviation [N, m] that grows as e^(s t) under d(residual) = `source` [N, m].

    Ions that cannot leave keep their number. Round-off in the gross fluxes leaks some of them,
    which far below their own frequency is more than they move; sources as small as that leak are
    added until the content is what it was.
    """
    n, m = source.shape
    _fill(S, s, W)
    given = source + 0j
    d[:] = -given
    if not _solve(S, W, d):
        return False
    _improve(S, W, given, d)
    regions = S.closed.shape[0]
    lost, leaks = np.zeros(regions, np.complex128), False
    for g in range(regions):
        lost[g], size = _content(S, g, d)
        leaks = leaks or _size(lost[g]) > LEAK * size
    if not leaks:
        return True
    gains = np.zeros((regions, regions), np.complex128)
    mends = np.zeros((regions, n, m), np.complex128)
    for g in range(regions):
        c = S.closed[g, 0]
        given[:] = 0.0
        for i in range(S.closed[g, 1], S.closed[g, 2]):
            given[i, c] = -S.storage[i, c]
        mends[g] = -given
        _solve_again(S, W, mends[g])
        _improve(S, W, given, mends[g])
        for k in range(regions):
            gains[k, g] = _content(S, k, mends[g])[0]
    _eliminate(gains, lost)
    for g in range(regions):
        d -= lost[g] * mends[g]
    return True


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
