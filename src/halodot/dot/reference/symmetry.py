r"""Sectors of a grid under turns about z and the mirror at its middle plane.

The mirror turns ``sigma . k`` around and leaves ``k^2`` alone, so it acts as
``M = diag(1, -1) sigma_z`` times the reflection; a turn by an angle acts as
``exp(-i angle sigma_z / 2)`` times the turn of the grid. Both commute with the matrix and with each
other. Of every pair of sectors joined by time reversal ``T = i sigma_y K`` only one is returned
(half-integer angular momenta +1/2 and +3/2 about z).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .grid import Grid

ComplexArray = NDArray[np.complex128]


def sectors(grid: Grid) -> list[Any]:
    """Isometries onto the sectors, each of shape [4 sites, states of the sector].

    The eigenvalues of ``Q.H @ H @ Q`` over all of them are half of those of the whole matrix; the
    other half are their partners under time reversal, at the same energies.
    """
    nx, ny, _ = grid.inside.shape
    quarter = nx == ny and bool(np.array_equal(grid.inside, np.rot90(grid.inside)))
    turns, momenta = (4, (1, 3)) if quarter else (2, (1,))
    group = [(t, m) for t in range(turns) for m in (0, 1)]
    moves = [_move(grid, t * (4 // turns), bool(m)) for t, m in group]
    found = []
    for momentum in momenta:
        for parity in (1.0, -1.0):
            # exp(-i angle j_z) of a turn, with momentum = 2 j_z
            turn = np.exp(-1j * np.pi * momentum / turns)
            characters = np.array([turn**t * parity**m for t, m in group])
            Q = _isometry(moves, characters)
            if Q.shape[1]:
                found.append(Q)
    return found


def _move(grid: Grid, quarters: int, mirror: bool) -> tuple[NDArray[np.int64], ComplexArray]:
    """Where each row goes under an element of the group, and its phase."""
    source = grid.index
    if mirror:
        source = source[:, :, ::-1]
    # the value that arrives at a point comes from the point turned back
    source = np.rot90(source, quarters, axes=(0, 1))[grid.present]
    target = np.empty(grid.sites, np.int64)
    target[source] = np.arange(grid.sites)
    angle = 0.5 * np.pi * quarters
    up, down = np.exp(-0.5j * angle), np.exp(0.5j * angle)
    phases = np.array([up, down, up, down])
    if mirror:
        phases = phases * np.array([1, -1, -1, 1])
    rows = (np.arange(4)[:, None] * grid.sites + target).ravel()
    return rows, np.repeat(phases, grid.sites)


def _isometry(moves: list[Any], characters: ComplexArray) -> Any:
    """Orthonormal columns, one for each orbit that the sector admits."""
    images = np.array([rows for rows, _ in moves])
    first = np.flatnonzero(images.min(0) == np.arange(images.shape[1]))
    values = np.array(
        [np.conj(c) * phase[first] for c, (_, phase) in zip(characters, moves, strict=True)]
    )
    columns = np.broadcast_to(np.arange(len(first)), values.shape)
    shape = (images.shape[1], len(first))
    Q = sparse.csc_matrix((values.ravel(), (images[:, first].ravel(), columns.ravel())), shape)
    norm = np.sqrt(np.asarray(abs(Q).power(2).sum(0)).ravel())
    kept = norm > 1e-6 * len(moves)  # the others cancel
    return (Q[:, kept] @ sparse.diags(1.0 / norm[kept])).tocsr()
