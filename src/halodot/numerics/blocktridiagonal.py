"""Direct solution of block-tridiagonal systems of conservation laws, without loss of what is kept.

Unknowns x_i [m] at n nodes; every row states that what leaves along the edges is what is lost at
the node,

    (A_i x_i + B_i x_(i+1)) - (A_(i-1) x_(i-1) + B_(i-1) x_i) + E_i x_i + (extra couplings) = b_i,

A_i and B_i being the derivatives of the flow along edge i. Where exchange between nodes is faster
than loss by more than 1/round-off, E_i is lost in the sum A_i - B_(i-1) + E_i, and with it the
content of a region that hardly anything leaves. Block elimination can be written without that sum:

    D_i = E'_i + A_i,   W_i = D_i^-1 U_i,   E'_(i+1) = E_(i+1) - E'_i W_i,

in which all terms of a conserved quantity have one sign (for m = 1 it is the algorithm of
Grassmann, Taksar and Heyman). Right-hand sides are summed in the same way, flows apart from losses.

Rows that are no conservation law (a fixed potential, say) are marked and eliminated as usual.
Blocks are factored from their last row to their first, without exchanging rows: in the charge
engine the last rows are continuity equations, whose diagonal is a sum of outflow, storage and
recombination, and the first is Poisson's equation. A pivot of zero or infinity is reported.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .compiled import kernel

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


# Each of these compiles for blocks of `m` rows: loops of known length are unrolled.


def _effective_for(m: int) -> Callable[..., None]:
    @kernel
    def _effective(
        i: int,
        local: Array,
        lower: Array,
        out: Array,
        into: Array,
        flow: Array,
        fixed: Mask,
        W: Array,
        y: Array,
        total: Array,
    ) -> None:
        """Turn E_i into E'_i; `total` from c + f of the last node into that of this one."""
        for r in range(m):
            E = local[i, r]
            if fixed[i, r]:
                total[r] = 0.0
                for j in range(m):
                    f = lower[i, r, j]
                    total[r] -= f * y[j]
                    for c in range(m):
                        E[c] -= f * W[j, c]
            elif fixed[i - 1, r]:
                total[r] = flow[i - 1, r]
                for c in range(m):
                    E[c] -= into[i - 1, r, c]
                for j in range(m):
                    f = out[i - 1, r, j] - lower[i, r, j]
                    total[r] += f * y[j]
                    for c in range(m):
                        E[c] += f * W[j, c]
            else:
                for j in range(m):
                    f = local[i - 1, r, j] + lower[i, r, j]
                    total[r] -= f * y[j]
                    for c in range(m):
                        E[c] -= f * W[j, c]

    return _effective


def _factor_for(m: int) -> Callable[..., bool]:
    @kernel
    def _factor(A: Array, V: Array, b: Array) -> bool:
        """Factor A in place (inverse pivots on the diagonal) and apply its inverse to V and b."""
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
        return True

    return _factor


def _back_for(m: int) -> Callable[..., None]:
    @kernel
    def _back(upper: Array, x: Array) -> None:
        for i in range(x.shape[0] - 2, -1, -1):
            for r in range(m):
                s = x[i, r]
                for c in range(m):
                    s -= upper[i, r, c] * x[i + 1, c]
                x[i, r] = s

    return _back


def _first_for(m: int) -> Callable[..., bool]:
    _effective, _factor, _back = _effective_for(m), _factor_for(m), _back_for(m)

    @kernel
    def first(
        local: Array,
        lower: Array,
        upper: Array,
        out: Array,
        into: Array,
        flow: Array,
        fixed: Mask,
        diagonal: Array,
        rhs: Array,
    ) -> bool:
        n = rhs.shape[0]
        total = np.zeros_like(rhs[0])
        for i in range(n):
            if i > 0:
                _effective(i, local, lower, out, into, flow, fixed, upper[i - 1], rhs[i - 1], total)
            A, b = diagonal[i], rhs[i]
            for r in range(m):
                total[r] += b[r]
                b[r] = total[r]
                for c in range(m):
                    A[r, c] = local[i, r, c]
                if i < n - 1 and not fixed[i, r]:
                    b[r] -= flow[i, r]
                    for c in range(m):
                        A[r, c] += out[i, r, c]
            if not _factor(A, upper[i], b):
                return False
        _back(upper, rhs)
        return True

    return first


def _again_for(m: int) -> Callable[..., None]:
    _back = _back_for(m)

    @kernel
    def again(
        local: Array,
        lower: Array,
        upper: Array,
        out: Array,
        fixed: Mask,
        diagonal: Array,
        rhs: Array,
    ) -> None:
        total = np.zeros_like(rhs[0])
        for i in range(rhs.shape[0]):
            A, b = diagonal[i], rhs[i]
            for r in range(m):
                if i > 0:
                    y = rhs[i - 1]
                    if fixed[i, r] or fixed[i - 1, r]:
                        total[r] = 0.0
                        for j in range(m):
                            f = -lower[i, r, j]
                            if not fixed[i, r]:
                                f += out[i - 1, r, j]
                            total[r] += f * y[j]
                    else:
                        for j in range(m):
                            total[r] -= (local[i - 1, r, j] + lower[i, r, j]) * y[j]
                total[r] += b[r]
            for r in range(m):
                b[r] = total[r]
            for k in range(m - 1, 0, -1):
                for r in range(k):
                    b[r] -= A[r, k] * b[k]
            for k in range(m):
                for j in range(k):
                    b[k] -= A[k, j] * b[j]
                b[k] *= A[k, k]
        _back(upper, rhs)

    return again


_first3, _again3 = _first_for(3), _again_for(3)
_first4, _again4 = _first_for(4), _again_for(4)
_first5, _again5 = _first_for(5), _again_for(5)
_first6, _again6 = _first_for(6), _again_for(6)
_first7, _again7 = _first_for(7), _again_for(7)


@kernel
def solve(
    local: Array,
    lower: Array,
    upper: Array,
    out: Array,
    into: Array,
    flow: Array,
    fixed: Mask,
    diagonal: Array,
    rhs: Array,
) -> bool:
    """Solve in place: `rhs` [n, m] becomes the solution.

    Parameters
    ----------
    local
        E_i, shape [n, m, m], m from 3 to 7; the whole row where `fixed`. An extra coupling of a row
        to the next node stands in `upper` and once more in `local` of that node, same row.
        Overwritten with E'.
    lower
        Extra couplings of the rows of a node to the node before it.
    upper
        All couplings to the next node: B_i and extras; overwritten with W.
    out, into
        A_i and B_i of edge i, [n, m, m].
    flow
        [n, m] flow along edge i at the present point, counted as part of the residual apart from
        `rhs`: the right-hand side of row i is rhs_i - flow_i + flow_(i-1).
    fixed
        [n, m] rows that are no conservation law; they take neither flows nor `out`.
    diagonal
        Scratch; left with the factors that `solve_again` uses.

    Returns
    -------
    bool
        False if a pivot is zero or not finite.
    """
    m = rhs.shape[1]
    if m == 3:
        return _first3(local, lower, upper, out, into, flow, fixed, diagonal, rhs)
    if m == 4:
        return _first4(local, lower, upper, out, into, flow, fixed, diagonal, rhs)
    if m == 5:
        return _first5(local, lower, upper, out, into, flow, fixed, diagonal, rhs)
    if m == 6:
        return _first6(local, lower, upper, out, into, flow, fixed, diagonal, rhs)
    if m == 7:
        return _first7(local, lower, upper, out, into, flow, fixed, diagonal, rhs)
    return False


@kernel
def solve_again(
    local: Array,
    lower: Array,
    upper: Array,
    out: Array,
    fixed: Mask,
    diagonal: Array,
    rhs: Array,
) -> None:
    """Solve for another right-hand side, without flows, with what `solve` left in its arguments."""
    m = rhs.shape[1]
    if m == 3:
        _again3(local, lower, upper, out, fixed, diagonal, rhs)
    elif m == 4:
        _again4(local, lower, upper, out, fixed, diagonal, rhs)
    elif m == 5:
        _again5(local, lower, upper, out, fixed, diagonal, rhs)
    elif m == 6:
        _again6(local, lower, upper, out, fixed, diagonal, rhs)
    elif m == 7:
        _again7(local, lower, upper, out, fixed, diagonal, rhs)
