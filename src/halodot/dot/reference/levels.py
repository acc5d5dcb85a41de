"""Levels of dots of any shape from the eigenstates of a grid: the reference route.

Two uses of one matrix. With a spacing that goes to 0 it is the continuum envelope model, and closed
forms follow. With ``lattice=True`` the spacing is the lattice constant and the grid is the
crystal: sites are the B atoms and a slab of N monolayers has N of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from .bands import Bands
from .grid import Grid, check_edges, make_grid
from .hamiltonian import PAULI, hamiltonian
from .solver import NOTHING, Cost, States, near_gap
from .symmetry import sectors

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

SAME = 1e-7  # levels closer than this part of the gap count as one
SPARE = 4  # states beyond those asked for, so that no multiplet is cut


@dataclass(frozen=True)
class Levels:
    """Levels of a dot, lowest first.

    Attributes
    ----------
    shape, edges
        As asked for [m].
    spacing
        Of the grid [m].
    electron_energies, hole_energies
        Above the conduction edge and below the valence edge of the bulk [eV].
    electron_degeneracies, hole_degeneracies
        States of each level, spin included (always even).
    strengths
        Of the dipole between hole level (row) and electron level (column): the sum over their
        states of ``|<e| sigma_a (c <-> v) |h>|^2 / 2``, mean over the directions a. It is 1 for
        one Kramers pair on the other with equal envelopes at the band edges.
    electron_density, hole_density
        Of the lowest levels, sum 1 over sites [x, y, z] or over shells [r].
    radius
        Of the shells of a sphere [m]; None on a grid in three dimensions.
    cost
        What the solution took.
    """

    shape: str
    edges: tuple[float, ...]
    spacing: float
    electron_energies: FloatArray
    hole_energies: FloatArray
    electron_degeneracies: NDArray[np.int64]
    hole_degeneracies: NDArray[np.int64]
    strengths: FloatArray
    electron_density: FloatArray
    hole_density: FloatArray
    radius: FloatArray | None
    cost: Cost


@dataclass(frozen=True)
class Multiplet:
    """States of one level up to time reversal: `vectors` has half of its states as columns."""

    energy: float
    vectors: ComplexArray


def levels(
    shape: str,
    edges: float | tuple[float, ...],
    bands: Bands,
    spacing: float,
    n: int = 1,
    lattice: bool = False,
) -> Levels:
    """Return the `n` lowest levels of electron and hole.

    Parameters
    ----------
    shape
        ``slab``, ``wire`` (square section), ``cuboid``, ``cube``, ``rod`` (square section) or
        ``sphere``.
    edges
        Thickness, side, three edges, edge, (side, length) or diameter [m]; whole numbers of
        cells except for a sphere.
    bands
        The bulk and the wall.
    spacing
        Of the grid [m]; the lattice constant with `lattice`.
    n
        Levels of each carrier, multiplets counted once.
    lattice
        The grid is the crystal. Without it a sphere is solved along its radius.

    Raises
    ------
    InputError
        If shape or edges cannot be used, or the dot has fewer than `n` levels.

    Examples
    --------
    >>> bands = Bands(gap=2.3, kane_energy=20.0, gamma_electron=3.0, gamma_hole=4.0)
    >>> found = levels("slab", 3e-9, bands, 0.6e-9, lattice=True)
    >>> round(float(found.electron_energies[0]), 4), int(found.electron_degeneracies[0])
    (0.1223, 2)
    """
    if n < 1:
        raise InputError("n", n, "1 or more")
    lengths = check_edges(shape, edges)
    if shape == "sphere" and not lattice:
        from .radial import sphere

        return sphere(lengths[0], bands, spacing, n)
    grid = make_grid(shape, lengths, bands, spacing, lattice)
    return solve(grid, bands, n, shape, lengths)


def solve(grid: Grid, bands: Bands, n: int, shape: str, edges: tuple[float, ...]) -> Levels:
    """Levels of `bands` on a grid that need not be one of the named shapes."""
    electrons, holes, cost = multiplets(grid, bands, n)
    return Levels(
        shape=shape,
        edges=edges,
        spacing=grid.spacing,
        electron_energies=np.array([m.energy for m in electrons]),
        hole_energies=np.array([m.energy for m in holes]),
        electron_degeneracies=np.array([2 * m.vectors.shape[1] for m in electrons]),
        hole_degeneracies=np.array([2 * m.vectors.shape[1] for m in holes]),
        strengths=np.array([[_strength(e.vectors, h.vectors) for e in electrons] for h in holes]),
        electron_density=_density(grid, electrons[0].vectors),
        hole_density=_density(grid, holes[0].vectors),
        radius=None,
        cost=cost,
    )


def multiplets(grid: Grid, bands: Bands, n: int) -> tuple[list[Multiplet], list[Multiplet], Cost]:
    """The `n` lowest multiplets of electrons and of holes."""
    matrix = hamiltonian(grid, bands)
    maps = sectors(grid)
    count, cost = n + SPARE, NOTHING
    while True:
        sides: tuple[list[States], list[States]] = ([], [])
        for Q in maps:
            *found, spent = near_gap((Q.getH() @ matrix @ Q).tocsr(), count)
            for side, states in zip(sides, found, strict=True):
                side.append(States(states.energies, Q @ states.vectors, states.complete))
            cost = cost + spent
        electrons, holes = (_gather(side, bands.gap) for side in sides)
        if min(len(electrons), len(holes)) >= n:
            return electrons[:n], holes[:n], cost
        if all(s.complete for side in sides for s in side):
            raise InputError("n", n, f"at most {min(len(electrons), len(holes))} levels here")
        count *= 2


def _gather(side: list[States], gap: float) -> list[Multiplet]:
    """Join states of all sectors into levels; drop what may be cut short."""
    limits = [s.energies[-1] for s in side if not s.complete]
    energies = np.concatenate([s.energies for s in side])
    vectors = np.concatenate([s.vectors for s in side], axis=1)
    order = np.argsort(energies)
    energies, vectors = energies[order], vectors[:, order]
    starts = np.flatnonzero(np.diff(energies, prepend=-np.inf) > SAME * gap)
    stops = np.append(starts[1:], len(energies))
    top = min(limits, default=np.inf) - SAME * gap
    return [
        Multiplet(float(energies[a:b].mean() - 0.5 * gap), vectors[:, a:b])
        for a, b in zip(starts, stops, strict=True)
        if energies[b - 1] < top
    ]


def _density(grid: Grid, vectors: ComplexArray) -> FloatArray:
    """Mean density of a level on the box; time reversal does not change it."""
    weight = np.square(np.abs(vectors)).reshape(4, grid.sites, -1)
    return grid.spread(weight.sum(0).mean(-1))


def reversed_in_time(vectors: ComplexArray) -> ComplexArray:
    """``T = i sigma_y K`` of states in columns."""
    parts = np.conj(vectors).reshape(2, 2, -1, vectors.shape[1])
    return np.stack([parts[:, 1], -parts[:, 0]], 1).reshape(vectors.shape)


def _strength(electrons: ComplexArray, holes: ComplexArray) -> float:
    total = 0.0
    e = electrons.reshape(2, 2, -1, electrons.shape[1])
    for partner in (holes, reversed_in_time(holes)):
        h = partner.reshape(2, 2, -1, partner.shape[1])[::-1]
        # all spin products at once: [spin of e, spin of h, e, h]
        products: Any = np.einsum("bsik,btil->stkl", np.conj(e), h, optimize=True)
        for pauli in PAULI:
            element = np.einsum("st,stkl->kl", pauli, products)
            total += float(np.square(np.abs(element)).sum())
    # two for the time-reversed electrons, three directions, two of the normalisation
    return 2.0 * total / 3.0 / 2.0
