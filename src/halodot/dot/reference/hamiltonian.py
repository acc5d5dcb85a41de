r"""The matrix of the four-component envelope on a grid.

Component ``s`` at site ``i`` is row ``s N + i``, with s = c_up, c_down, v_up, v_down. Energies
count from the middle of the gap. Kinetic terms are those of BenDaniel and Duke, one gamma for each
bond: its materials in parallel where the surface runs through sites, in series (the harmonic mean)
where it lies between sites. ``k`` is the central difference with the coupling of each bond, which
is ``(P k + k P)/2``. Both make the matrix Hermitian whatever the profile.

Reference: BenDaniel and Duke, 10.1103/PhysRev.152.683.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ...core.constants import KINETIC
from .bands import Bands
from .grid import Grid

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PAULI = (
    np.array([[0, 1], [1, 0]], complex),
    np.array([[0, -1j], [1j, 0]], complex),
    np.array([[1, 0], [0, -1]], complex),
)


def hamiltonian(grid: Grid, bands: Bands) -> Any:
    """Sparse Hermitian matrix of `bands` on `grid`, shape [4 sites, 4 sites] [eV].

    Examples
    --------
    >>> from halodot.dot.reference.grid import make_grid
    >>> bands = Bands(gap=2.3, kane_energy=20.0, gamma_electron=3.0, gamma_hole=4.0)
    >>> H = hamiltonian(make_grid("slab", (3e-9,), bands, 0.6e-9, lattice=True), bands)
    >>> H.shape, bool(abs(H - H.conj().T).max() == 0.0)
    ((20, 20), True)
    """
    electron = _band(grid, bands, bands.gamma_electron, bands.barrier_electron)
    hole = _band(grid, bands, bands.gamma_hole, bands.barrier_hole)
    matrix = sparse.kron(np.diag([1, 1, 0, 0]), electron)
    matrix = matrix - sparse.kron(np.diag([0, 0, 1, 1]), hole)
    swap = np.array([[0, 1], [1, 0]])
    for axis in grid.axes:
        matrix = matrix + sparse.kron(np.kron(swap, PAULI[axis]), _slope(grid, bands, axis))
    return sparse.csr_matrix(matrix)


def _band(grid: Grid, bands: Bands, gamma: float, barrier: float) -> Any:
    """Energy of one band away from the middle of the gap, without coupling."""
    inside = grid.inside[grid.present]
    diagonal = np.full(inside.shape, 0.5 * bands.gap)
    if not bands.hard:
        diagonal += barrier * (1.0 - inside)
    matrix = sparse.csr_matrix(sparse.diags(diagonal))
    for axis in grid.axes:
        for bond in _bonds(grid, axis):
            hop = (
                KINETIC / grid.spacing**2 * _mixed(grid, bond.inside, gamma, 1.0 / bands.outer_mass)
            )
            # beyond a missing neighbour the wave function is zero: only the diagonal stays
            matrix = matrix + _scatter(bond.here, bond.here, hop, len(inside))
            joined = bond.joined
            across = _scatter(bond.here[joined], bond.there[joined], hop[joined], len(inside))
            matrix = matrix - across
    return matrix


def _mixed(grid: Grid, inside: FloatArray, gamma: float, outer: float) -> FloatArray:
    """Gamma of bonds that lie in both materials."""
    if grid.parallel:
        return inside * gamma + (1.0 - inside) * outer
    return 1.0 / (inside / gamma + (1.0 - inside) / outer)


def _slope(grid: Grid, bands: Bands, axis: int) -> Any:
    """``(P/sqrt 3)`` times ``-i`` times the central difference along an axis."""
    total = sparse.csr_matrix((grid.sites, grid.sites), dtype=complex)
    for sign, bond in zip((1.0, -1.0), _bonds(grid, axis), strict=True):
        inside = bond.inside[bond.joined]
        coupling = bands.coupling * (inside + bands.outer_coupling * (1.0 - inside))
        value = -0.5j * sign * coupling / grid.spacing
        total = total + _scatter(bond.here[bond.joined], bond.there[bond.joined], value, grid.sites)
    return total


@dataclass(frozen=True)
class _Bond:
    """From each site to its neighbour: numbers of both, whether it exists, fraction inside."""

    here: IntArray
    there: IntArray
    joined: NDArray[np.bool_]
    inside: FloatArray


def _bonds(grid: Grid, axis: int) -> Iterator[_Bond]:
    """Bonds of all sites up, then down an axis."""
    index, present = grid.index, grid.present
    for up in (True, False):
        there = np.roll(index, -1 if up else 1, axis)
        fraction = grid.bonds[axis] if up else np.roll(grid.bonds[axis], 1, axis)
        if not grid.periodic:
            edge: list[Any] = [slice(None)] * 3
            edge[axis] = -1 if up else 0
            there[tuple(edge)] = -1
            if not up:
                fraction[tuple(edge)] = grid.inside[tuple(edge)].clip(0.0)
        found = there[present]
        yield _Bond(index[present], found, found >= 0, fraction[present])


def _scatter(rows: IntArray, columns: IntArray, values: NDArray[Any], size: int) -> Any:
    return sparse.csr_matrix((values, (rows, columns)), shape=(size, size))
