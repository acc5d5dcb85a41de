"""Direct solution of block-tridiagonal systems (block Thomas) for small dense blocks.

Blocks are eliminated from their last row to their first, without exchanging rows. In the charge
engine the last rows are continuity equations, whose diagonal is a sum of outflow, storage and
recombination (never smaller than what couples to the others), and the first is Poisson's equation,
whose diagonal then collects the screening of all carriers: pivots of one sign that only grow.
A pivot of zero or infinity is reported.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .compiled import kernel

Array = NDArray[np.float64]



def _solver(m: int) -> tuple[Callable[..., bool], Callable[..., None]]:
    """Compile for blocks of `m` rows: loops of known length are unrolled."""

    @kernel
    def factor(lower: Array, diagonal: Array, upper: Array, rhs: Array) -> bool:
        n = rhs.shape[0]
        for i in range(n):
            A = diagonal[i]
            b = rhs[i]
            if i > 0:
                W = upper[i - 1]
                y = rhs[i - 1]
                for r in range(m):
                    for j in range(m):
                        f = lower[i, r, j]
                        if f != 0.0:
                            for c in range(m):
                                A[r, c] -= f * W[j, c]
                            b[r] -= f * y[j]
            for k in range(m - 1, -1, -1):
                pivot = A[k, k]
                if not (abs(pivot) > 0.0 and abs(pivot) < np.inf):
                    return False
                inverse = 1.0 / pivot
                A[k, k] = inverse
                for r in range(k):
                    f = A[r, k]
                    if f != 0.0:
                        f *= inverse
                        A[r, k] = f
                        for c in range(k):
                            A[r, c] -= f * A[k, c]
            V = upper[i]
            for k in range(m - 1, 0, -1):
                for r in range(k):
                    f = A[r, k]
                    if f != 0.0:
                        for c in range(m):
                            V[r, c] -= f * V[k, c]
                        b[r] -= f * b[k]
            for k in range(m):
                for j in range(k):
                    f = A[k, j]
                    if f != 0.0:
                        for c in range(m):
                            V[k, c] -= f * V[j, c]
                        b[k] -= f * b[j]
                inverse = A[k, k]
                for c in range(m):
                    V[k, c] *= inverse
                b[k] *= inverse
        _back(upper, rhs)
        return True

    @kernel
    def _back(upper: Array, rhs: Array) -> None:
        for i in range(rhs.shape[0] - 2, -1, -1):
            for r in range(m):
                s = rhs[i, r]
                for c in range(m):
                    s -= upper[i, r, c] * rhs[i + 1, c]
                rhs[i, r] = s

    @kernel
    def again(lower: Array, diagonal: Array, upper: Array, rhs: Array) -> None:
        for i in range(rhs.shape[0]):
            A = diagonal[i]
            b = rhs[i]
            if i > 0:
                for r in range(m):
                    for j in range(m):
                        b[r] -= lower[i, r, j] * rhs[i - 1, j]
            for k in range(m - 1, 0, -1):
                for r in range(k):
                    b[r] -= A[r, k] * b[k]
            for k in range(m):
                for j in range(k):
                    b[k] -= A[k, j] * b[j]
                b[k] *= A[k, k]
        _back(upper, rhs)

    return factor, again


_factor3, _again3 = _solver(3)
_factor4, _again4 = _solver(4)
_factor5, _again5 = _solver(5)
_factor6, _again6 = _solver(6)
_factor7, _again7 = _solver(7)


@kernel
def solve(lower: Array, diagonal: Array, upper: Array, rhs: Array) -> bool:
    """Solve the block-tridiagonal system in place; the solution overwrites `rhs`.

    Parameters
    ----------
    lower, diagonal, upper
        Blocks, shape [nodes, m, m], m from 3 to 7; row i reads lower[i] x[i-1] + diagonal[i] x[i]
        + upper[i] x[i+1]. Diagonal and upper are overwritten with factors that `solve_again` uses.
    rhs
        Shape [nodes, m].

    Returns
    -------
    bool
        False if a pivot is zero or not finite.
    """
    m = rhs.shape[1]
    if m == 3:
        return _factor3(lower, diagonal, upper, rhs)
    if m == 4:
        return _factor4(lower, diagonal, upper, rhs)
    if m == 5:
        return _factor5(lower, diagonal, upper, rhs)
    if m == 6:
        return _factor6(lower, diagonal, upper, rhs)
    if m == 7:
        return _factor7(lower, diagonal, upper, rhs)
    return False


@kernel
def solve_again(lower: Array, diagonal: Array, upper: Array, rhs: Array) -> None:
    """Solve for another right-hand side with the factors that `solve` left."""
    m = rhs.shape[1]
    if m == 3:
        _again3(lower, diagonal, upper, rhs)
    elif m == 4:
        _again4(lower, diagonal, upper, rhs)
    elif m == 5:
        _again5(lower, diagonal, upper, rhs)
    elif m == 6:
        _again6(lower, diagonal, upper, rhs)
    elif m == 7:
        _again7(lower, diagonal, upper, rhs)
