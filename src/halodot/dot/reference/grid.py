"""Where the grid points of a shape lie, and how much of each belongs to the dot.

On a fine grid the surfaces of a box lie on sites: each bond along their normal lies in one
material, and a site of the surface is half inside. On the lattice a box of N cells has N sites and
the surface lies half-way between two sites. Between hard walls the wave function is zero on the
first missing site, on the lattice as well. A curved surface cuts through sites: those count by the
fraction of their cell inside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.constants import KINETIC
from ...core.errors import InputError, nearest
from .bands import Bands

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# axes along which a shape is confined; a slab is infinite in x and y, a wire along z
AXES = {"slab": (2,), "wire": (0, 1), "cuboid": (0, 1, 2), "cube": (0, 1, 2)}
AXES |= {"rod": (0, 1, 2), "sphere": (0, 1, 2)}
EDGES = {"slab": 1, "wire": 1, "cuboid": 3, "cube": 1, "rod": 2, "sphere": 1}
_TAIL = {1: 32.0, 2: 20.0, 3: 16.0}  # directions -> the density ends at exp(-tail); cubes cost
_PARTS = 8  # points a direction that measure how much of a cell lies inside a sphere


@dataclass(frozen=True)
class Grid:
    """Sites of a regular grid.

    Attributes
    ----------
    inside
        Fraction of each site that belongs to the dot; -1 where there is no site, shape [x, y, z].
    spacing
        Between sites [m].
    bonds
        Fraction of the bond from each site to the next along each direction with confinement; one
        site stands for an infinite direction.
    parallel
        Whether the two materials of a bond lie side by side (a surface through sites) or one
        after the other (a surface between sites).
    periodic
        Whether the grid closes on itself (bulk).
    """

    inside: FloatArray
    spacing: float
    bonds: dict[int, FloatArray]
    parallel: bool = False
    periodic: bool = False

    @property
    def axes(self) -> tuple[int, ...]:
        """Directions with confinement."""
        return tuple(self.bonds)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Which points of the box are sites."""
        return np.asarray(self.inside >= 0.0)

    @property
    def sites(self) -> int:
        """How many there are."""
        return int(self.present.sum())

    @property
    def index(self) -> IntArray:
        """Number of each site, -1 where there is none, shape [x, y, z]."""
        number = np.cumsum(self.present.ravel()).reshape(self.inside.shape) - 1
        return np.asarray(np.where(self.present, number, -1))

    def spread(self, values: FloatArray) -> FloatArray:
        """Values of sites on the box, zero where there is no site."""
        box = np.zeros(self.inside.shape)
        box[self.present] = values
        return box


def check_edges(shape: str, edges: float | tuple[float, ...]) -> tuple[float, ...]:
    """Return the edges of `shape` as a tuple [m].

    Raises
    ------
    InputError
        If the shape is not known, or the count of edges is not that of the shape.
    """
    if shape not in AXES:
        raise InputError("shape", shape, "one of " + ", ".join(AXES), nearest(shape, AXES))
    found = tuple(edges) if isinstance(edges, tuple | list) else (edges,)
    if len(found) != EDGES[shape] or not all(e > 0.0 for e in found):
        raise InputError("edges", edges, f"{EDGES[shape]} lengths above 0 for a {shape}")
    return found


def wall_sites(bands: Bands, spacing: float, directions: int) -> int:
    """Sites of wall until the wave function has died away; 0 between hard walls."""
    if bands.hard:
        return 0
    hop = KINETIC / (bands.outer_mass * spacing**2)
    lowest = min(bands.barrier_electron, bands.barrier_hole)
    fall = math.acosh(1.0 + 0.5 * lowest / hop)  # decay from site to site
    return max(2, math.ceil(0.5 * _TAIL[directions] / fall))


def make_grid(
    shape: str, edges: tuple[float, ...], bands: Bands, spacing: float, lattice: bool
) -> Grid:
    """Return the grid of a shape.

    Raises
    ------
    InputError
        If an edge is not a whole number of cells, at least two.
    """
    axes = AXES[shape]
    walls = wall_sites(bands, spacing, len(axes))
    if shape == "sphere":
        return _ball(edges[0], bands.hard, spacing, walls)
    along = {"wire": edges * 2, "cube": edges * 3, "rod": (edges[0], *edges)}.get(shape, edges)
    sites: list[FloatArray] = [np.ones(1)] * 3
    links: list[FloatArray] = [np.ones(1)] * 3
    for axis, edge in zip(axes, along, strict=True):
        sites[axis], links[axis] = _line(_cells(edge, spacing), walls, lattice)
    bonds = {}
    for axis in axes:
        mixed = [links[i] if i == axis else sites[i] for i in range(3)]
        bonds[axis] = np.einsum("i,j,k->ijk", *mixed)
    return Grid(np.einsum("i,j,k->ijk", *sites), spacing, bonds, parallel=not lattice)


def _line(count: int, walls: int, lattice: bool) -> tuple[FloatArray, FloatArray]:
    """Fractions inside of the sites of one direction, and of the bonds that follow them."""
    if lattice:
        sites = np.zeros(count + 2 * walls)
        sites[walls : walls + count] = 1.0
        return sites, _means(sites)
    cells = np.zeros(count + 2 * walls)
    cells[walls : walls + count] = 1.0
    return 0.5 * (cells[:-1] + cells[1:]), cells[1:]


def _means(sites: FloatArray, axis: int = 0) -> FloatArray:
    """Mean of each site and the next; the last one stands for itself."""
    last = np.take(sites, [-1], axis)
    after = np.concatenate([np.delete(sites, 0, axis), last], axis)
    return np.asarray(0.5 * (sites + after))


def _cells(edge: float, spacing: float) -> int:
    count = round(edge / spacing)
    if count < 2 or abs(edge / spacing - count) > 1e-6 * count:
        raise InputError("edges", edge, f"a whole number of cells of {spacing:g} m, two or more")
    return count


def _ball(diameter: float, hard: bool, spacing: float, walls: int) -> Grid:
    """Ball in a box; between hard walls the sites with their centre inside."""
    count = round(diameter / spacing)
    if count < 2:
        raise InputError("edges", diameter, f"at least two cells of {spacing:g} m")
    if hard:
        count += 1 + (diameter / spacing > count)
    points = (np.arange(count + 2 * walls) - 0.5 * (count + 2 * walls - 1)) * spacing
    squares = np.square(points[:, None] + _offsets(spacing, 1 if hard else _PARTS))
    n, m = squares.shape
    x, y = squares.reshape(n, 1, 1, m, 1, 1), squares.reshape(1, n, 1, 1, m, 1)
    r2 = x + y + squares.reshape(1, 1, n, 1, 1, m)
    fraction = (r2 < (0.5 * diameter) ** 2).mean(axis=(3, 4, 5))
    if hard:
        inside = np.where(fraction > 0.5, 1.0, -1.0)
        return Grid(inside, spacing, dict.fromkeys(range(3), np.ones(inside.shape)))
    return Grid(fraction, spacing, {axis: _means(fraction, axis) for axis in range(3)})


def _offsets(spacing: float, parts: int) -> FloatArray:
    return np.asarray(((np.arange(parts) + 0.5) / parts - 0.5) * spacing)
