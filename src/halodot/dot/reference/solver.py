"""States next to the gap of a Hermitian matrix whose spectrum leaves the gap around 0 free.

Small matrices are diagonalised; others are factorised once at the middle of the gap and iterated on
both sides (shift and invert). Remote bands that bend away from the gap keep it free of states, so
the factorisation always exists. Reference: Lehoucq et al., ARPACK, 10.1137/1.9780898719628.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import linalg

_DENSE = 400  # rows up to which a full diagonalisation is faster
_ACCURACY = 1e-11  # of the eigenvalues, relative


@dataclass(frozen=True)
class States:
    """States of one side of the gap.

    Attributes
    ----------
    energies
        Distance from the middle of the gap, rising [eV].
    vectors
        One column each.
    complete
        Whether the matrix has no more on this side.
    """

    energies: NDArray[np.float64]
    vectors: NDArray[Any]
    complete: bool


@dataclass(frozen=True)
class Cost:
    """What a solution took.

    Attributes
    ----------
    unknowns
        Rows of the largest matrix.
    solves
        Applications of the inverse; 0 where the matrix was diagonalised.
    memory
        Largest at one time: matrix, factors and Krylov vectors [bytes].
    """

    unknowns: int
    solves: int
    memory: int

    def __add__(self, other: Cost) -> Cost:
        """Cost of one after the other."""
        return Cost(
            max(self.unknowns, other.unknowns),
            self.solves + other.solves,
            max(self.memory, other.memory),
        )


NOTHING = Cost(0, 0, 0)


def near_gap(matrix: Any, count: int) -> tuple[States, States, Cost]:
    """Up to `count` states above and below 0, those nearest to it."""
    rows = matrix.shape[0]
    if rows <= max(_DENSE, 6 * count):
        values, vectors = np.linalg.eigh(matrix.toarray())
        zero = int(np.searchsorted(values, 0.0))
        top, low = slice(zero, zero + count), slice(max(zero - count, 0), zero)
        above = States(values[top], vectors[:, top], count >= rows - zero)
        below = States(-values[low][::-1], vectors[:, low][:, ::-1], count >= zero)
        return above, below, Cost(rows, 0, 3 * rows * rows * vectors.itemsize)
    return _shift_invert(sparse.csc_matrix(matrix), count)


def _shift_invert(matrix: Any, count: int) -> tuple[States, States, Cost]:
    factors = linalg.splu(
        matrix,
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.01,
        options={"SymmetricMode": True},
    )
    solves = 0

    def inverse(vector: NDArray[Any]) -> NDArray[Any]:
        nonlocal solves
        solves += 1
        return np.asarray(factors.solve(vector.astype(matrix.dtype)))

    rows = matrix.shape[0]
    krylov = max(2 * count + 10, 24)
    operator = linalg.LinearOperator(matrix.shape, inverse, dtype=matrix.dtype)
    start = np.random.default_rng(0).normal(size=rows).astype(matrix.dtype)
    sides = []
    for which in ("LA", "SA"):
        inverted, vectors = linalg.eigsh(
            operator, count, which=which, ncv=krylov, v0=start, tol=_ACCURACY
        )
        energies = np.abs(1.0 / inverted)
        order = np.argsort(energies)
        sides.append(States(energies[order], vectors[:, order], complete=False))
    item = matrix.dtype.itemsize
    memory = (factors.nnz + matrix.nnz) * (item + 4) + krylov * rows * item
    return sides[0], sides[1], Cost(rows, solves, memory)
