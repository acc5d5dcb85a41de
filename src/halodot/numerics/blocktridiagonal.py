"""Direct solution of block-tridiagonal systems (block Thomas, pivoting inside each block)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .compiled import kernel

Array = NDArray[np.float64]


@kernel
def _factor_apply(A: Array, R: Array, m: int, cols: int) -> bool:
    """Gauss elimination of A [m, m] on R [m, cols] in place; False if A is singular."""
    for k in range(m):
        pivot, best = k, abs(A[k, k])
        for r in range(k + 1, m):
            if abs(A[r, k]) > best:
                pivot, best = r, abs(A[r, k])
        if not best > 0.0 or not best < np.inf:
            return False
        if pivot != k:
            for c in range(k, m):
                A[k, c], A[pivot, c] = A[pivot, c], A[k, c]
            for c in range(cols):
                R[k, c], R[pivot, c] = R[pivot, c], R[k, c]
        inverse = 1.0 / A[k, k]
        for r in range(k + 1, m):
            f = A[r, k] * inverse
            if f != 0.0:
                for c in range(k + 1, m):
                    A[r, c] -= f * A[k, c]
                for c in range(cols):
                    R[r, c] -= f * R[k, c]
    for k in range(m - 1, -1, -1):
        inverse = 1.0 / A[k, k]
        for c in range(cols):
            s = R[k, c]
            for j in range(k + 1, m):
                s -= A[k, j] * R[j, c]
            R[k, c] = s * inverse
    return True


@kernel
def solve(lower: Array, diagonal: Array, upper: Array, rhs: Array, work: Array) -> bool:
    """Solve the block-tridiagonal system in place; the solution overwrites `rhs`.

    Parameters
    ----------
    lower, diagonal, upper
        Blocks, shape [nodes, m, m]; row i reads lower[i] x[i-1] + diagonal[i] x[i] +
        upper[i] x[i+1]. All are overwritten.
    rhs
        Shape [nodes, m].
    work
        Scratch, shape [m, m + 1].

    Returns
    -------
    bool
        False if a block is singular or not finite.
    """
    n, m = rhs.shape
    for i in range(n):
        if i > 0:
            for r in range(m):
                for j in range(m):
                    f = lower[i, r, j]
                    if f != 0.0:
                        for c in range(m):
                            diagonal[i, r, c] -= f * upper[i - 1, j, c]
                        rhs[i, r] -= f * rhs[i - 1, j]
        for r in range(m):
            for c in range(m):
                work[r, c] = upper[i, r, c]
            work[r, m] = rhs[i, r]
        if not _factor_apply(diagonal[i], work, m, m + 1):
            return False
        for r in range(m):
            for c in range(m):
                upper[i, r, c] = work[r, c]
            rhs[i, r] = work[r, m]
    for i in range(n - 2, -1, -1):
        for r in range(m):
            s = rhs[i, r]
            for c in range(m):
                s -= upper[i, r, c] * rhs[i + 1, c]
            rhs[i, r] = s
    return True
