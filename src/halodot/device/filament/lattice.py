"""Sites of a film of dots between two electrodes: dots as cubes, fast outside and slow inside.

A site is a cell of edge `spacing`. Planes 0 and nx + 1 are the electrodes, 1 to nx the film; across
(y, z) the lattice goes round. The outermost cells of each dot are its surface, where ions meet
ligands and hop over low barriers. The barrier between two sites is the higher of the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.randomness import generator

F = NDArray[np.float64]
B = NDArray[np.bool_]
I4 = NDArray[np.int32]
I1 = NDArray[np.int8]

AROUND = np.array(
    [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)], dtype=np.int64
)
CORNERS = np.array(
    [
        (a, b, c)
        for a in (-1, 0, 1)
        for b in (-1, 0, 1)
        for c in (-1, 0, 1)
        if abs(a) + abs(b) + abs(c) == 2
    ],
    dtype=np.int64,
)
REACH = np.array(
    [
        (a, b, c)
        for a in range(-2, 3)
        for b in range(-2, 3)
        for c in range(-2, 3)
        if 0 < a * a + b * b + c * c <= 8
    ],
    dtype=np.int64,
)
MOST_SITES = 4_000_000


@dataclass(frozen=True, eq=False)
class Lattice:
    """Sites of a film.

    Parameters
    ----------
    shape
        Sites from electrode to electrode and across.
    spacing
        Edge of a site [m].
    dot
        Sites along the edge of a dot; 0 for a film without dots, all of it inside.
    shift
        Spread of the barriers from dot to dot [eV], standard deviation.
    seed
        Of that spread.

    Examples
    --------
    >>> film = Lattice((8, 8, 8), 0.6e-9, dot=4)
    >>> round(float(film.surface[1:-1].mean()), 3)  # all but the inner 2 x 2 x 2 of 4 x 4 x 4
    0.875
    """

    shape: tuple[int, int, int]
    spacing: float
    dot: int = 0
    shift: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if len(self.shape) != 3 or min(self.shape) < 2 or np.prod(self.shape) > MOST_SITES:
            allowed = f"three numbers of sites, each at least 2, at most {MOST_SITES} together"
            raise InputError("lattice.shape", self.shape, allowed, "shape = (40, 40, 40)")
        if not 1e-10 <= self.spacing <= 1e-7:
            raise InputError("lattice.spacing", self.spacing, "0.1 to 100 nm", "spacing = 0.6e-9")

    @property
    def padded(self) -> tuple[int, int, int]:
        """Shape with the two planes of the electrodes."""
        nx, ny, nz = self.shape
        return nx + 2, ny, nz

    @property
    def count(self) -> int:
        """Number of sites, electrodes included."""
        return int(np.prod(self.padded))

    @property
    def volume(self) -> float:
        """Volume of the film [m3]."""
        return float(np.prod(self.shape)) * self.spacing**3

    @property
    def area(self) -> float:
        """Area of the film [m2]."""
        return self.shape[1] * self.shape[2] * self.spacing**2

    @cached_property
    def surface(self) -> B:
        """Which sites are at the surface of a dot, padded shape."""
        found = np.zeros(self.padded, dtype=np.bool_)
        if self.dot > 0:
            edges = [np.isin(np.arange(n) % self.dot, (0, self.dot - 1)) for n in self.shape]
            found[1:-1] = edges[0][:, None, None] | edges[1][:, None] | edges[2]
        return found

    @cached_property
    def shifts(self) -> F:
        """What the dot of each site adds to its barriers [eV], padded shape."""
        found = np.zeros(self.padded)
        if self.shift > 0.0:
            step = max(self.dot, 1)
            dots = [-(-n // step) for n in self.shape]
            drawn = self.shift * generator(self.seed, "filament", "dots").standard_normal(dots)
            index = [np.arange(n) // step for n in self.shape]
            found[1:-1] = drawn[np.ix_(*index)]
        return found

    def barriers(self, inside: float, surface: float) -> F:
        """Return the barrier of each site [eV], flat; two sites share the higher one."""
        return np.maximum(np.where(self.surface, surface, inside) + self.shifts, 0.0).ravel()

    @cached_property
    def near(self) -> I4:
        """The six sites around each site [n, 6], x first; -1 beyond the electrodes."""
        return self._around(AROUND)

    @cached_property
    def corners(self) -> I4:
        """The twelve sites one step off in two directions [n, 12]."""
        return self._around(CORNERS)

    @cached_property
    def reach(self) -> I4:
        """The sites whose rates may change with what stands on one [n, 92]."""
        return self._around(REACH)

    @cached_property
    def depth(self) -> I4:
        """Plane of each site, 0 at the left electrode."""
        nx, ny, nz = self.padded
        return np.repeat(np.arange(nx, dtype=np.int32), ny * nz)

    def plane(self, index: int) -> slice:
        """Return the flat sites of a plane."""
        across = self.shape[1] * self.shape[2]
        return slice(index * across, (index + 1) * across)

    def _around(self, steps: NDArray[np.int64]) -> I4:
        nx, ny, nz = self.padded
        x, y, z = (c.reshape(-1, 1) for c in np.indices(self.padded).reshape(3, -1))
        to = x + steps[:, 0]
        flat = (to * ny + (y + steps[:, 1]) % ny) * nz + (z + steps[:, 2]) % nz
        flat[(to < 0) | (to >= nx)] = -1
        return np.ascontiguousarray(flat, dtype=np.int32)
