"""Coordinates of tilted phases from rigid octahedra, in place of remembered ones.

beta (P4/mbm, Glazer a0a0c+): the octahedra turn about c by phi, ``cos phi = a / (sqrt2 c)``, so
that four in-plane bonds are as long as the two along c.

gamma (Pbnm, a-a-c+): five coordinates are free, and a regular octahedron sets five conditions
(three bonds equal, three angles 90 degrees, less one for the bond length that the cell decides):
they are solved by least squares. A cation sits where the Born repulsion ``sum r^-9`` of its
halides is least.

delta (Pnma, NH4CdCl3 type): regular octahedra share edges in double chains along b. With the bond
d the chain is fixed; how it is turned about its axis and where the A cations sit follow from the
least Born repulsion between chains and cations.

Range: octahedra are regular to about 3 % in halide perovskites; shifts of A cations and of the
off-centre lead are not better than 0.02 nm. References: Glazer 1972, 10.1107/S0567740872007976;
O'Keeffe and Hyde 1977, 10.1107/S0567740877012114.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError

Array = NDArray[np.float64]

BORN_EXPONENT = 9
# Relative mismatch of bonds and angles above which no rigid octahedron fits the cell.
RIGID_TOLERANCE = 0.03
Operation = Callable[[float, float, float], tuple[float, float, float]]

PBNM: tuple[Operation, ...] = (
    lambda x, y, z: (x, y, z),
    lambda x, y, z: (-x, -y, z + 0.5),
    lambda x, y, z: (x + 0.5, 0.5 - y, -z),
    lambda x, y, z: (0.5 - x, y + 0.5, 0.5 - z),
    lambda x, y, z: (-x, -y, -z),
    lambda x, y, z: (x, y, 0.5 - z),
    lambda x, y, z: (0.5 - x, y + 0.5, z),
    lambda x, y, z: (x + 0.5, 0.5 - y, z + 0.5),
)
PNMA_MIRROR: tuple[Operation, ...] = (
    lambda x, y, z: (x, y, z),
    lambda x, y, z: (0.5 - x, y + 0.5, z + 0.5),
    lambda x, y, z: (-x, y + 0.5, -z),
    lambda x, y, z: (x + 0.5, y, 0.5 - z),
)


def tilt_angle_beta(a: float, c: float) -> float:
    """Return the angle of rotation about c in P4/mbm [rad].

    Raises
    ------
    InputError
        If a is larger than sqrt2 c: rigid octahedra cannot reach so far.

    Examples
    --------
    >>> round(float(np.degrees(tilt_angle_beta(8.827, 6.299))), 1)
    7.7
    """
    ratio = a / (np.sqrt(2.0) * c)
    if not 0.8 < ratio <= 1.0:
        raise InputError("lattice_a_beta", a, "0.8 to 1 times sqrt2 x lattice_c_beta", "")
    return float(np.arccos(ratio))


def halide_x_beta(a: float, c: float) -> float:
    """Return x of the in-plane halide (x, x + 1/2, 0) in P4/mbm [1]; 1/4 without tilt."""
    return 0.25 * (1.0 - float(np.tan(tilt_angle_beta(a, c))))


@lru_cache(maxsize=64)
def gamma_coordinates(a: float, b: float, c: float) -> dict[str, tuple[float, float, float]]:
    """Return the coordinates of the sites A, X1 and X2 of Pbnm (B stands at 1/2, 0, 0) [1].

    Parameters
    ----------
    a, b, c
        Cell, any one unit.

    Raises
    ------
    InputError
        If no nearly regular octahedron fits the cell.

    Examples
    --------
    >>> found = gamma_coordinates(8.207, 8.255, 11.759)
    >>> [round(x, 2) for x in found["X1"]]
    [0.04, 0.49, 0.25]
    """
    from scipy.optimize import least_squares

    cell = np.array([a, b, c])

    def residuals(q: Array) -> Array:
        bonds = _gamma_bonds(q) * cell
        lengths = np.linalg.norm(bonds, axis=1)
        unit = bonds / lengths[:, None]
        cosines = [unit[i] @ unit[j] for i, j in ((0, 1), (0, 2), (1, 2))]
        return np.array([*(lengths / lengths.mean() - 1.0), *cosines])

    found = least_squares(residuals, [0.05, 0.49, 0.72, 0.28, 0.03], xtol=1e-14, ftol=1e-14)
    if np.abs(found.fun).max() > RIGID_TOLERANCE:
        allowed = f"a cell that nearly regular octahedra fill (within {RIGID_TOLERANCE:g})"
        raise InputError("lattice of gamma", (a, b, c), allowed, "check the lattice constants")
    x1, y1, x2, y2, z2 = (float(v) for v in found.x)
    sites = {"X1": (x1, y1, 0.25), "X2": (x2, y2, z2)}
    halides = np.array([o(*sites[s]) for s in sites for o in PBNM])
    spot = _least_repulsion(lambda p: np.array([p[0], p[1], 0.25]), (0.0, 0.0), halides, cell)
    return {"A": (float(spot[0]), float(spot[1]), 0.25), **sites}


def _gamma_bonds(q: Array) -> Array:
    """Three bonds of B at (0, 1/2, 0), fractional: along c and two in the plane."""
    x1, y1, x2, y2, z2 = q
    # X1 (x, y, 1/4), and of X2 the images (x - 1/2, 1/2 - y, -z) and (x - 1, y, z)
    return np.array(
        [
            [x1, y1 - 0.5, 0.25],
            [x2 - 0.5, -y2, -z2],
            [x2 - 1.0, y2 - 0.5, z2],
        ]
    )


def _least_repulsion(
    place: Callable[[Array], Array], start: tuple[float, ...], others: Array, cell: Array
) -> Array:
    """Parameters at which the Born repulsion of `others` on the site `place` is least."""
    from scipy.optimize import minimize

    images = np.concatenate([others + np.array(s) for s in np.ndindex(3, 3, 3)]) - 1.0
    points = images * cell
    scale = float(cell.mean()) / 2.0

    def energy(p: Array) -> float:
        r = np.linalg.norm(points - place(p) * cell, axis=1)
        return float(np.sum((scale / r) ** BORN_EXPONENT))

    options = {"xatol": 1e-6, "fatol": 1e-12, "maxiter": 2000}
    return np.asarray(minimize(energy, start, method="Nelder-Mead", options=options).x)


@lru_cache(maxsize=16)
def delta_coordinates(
    a: float, b: float, c: float, bond: float
) -> dict[str, tuple[float, float, float]]:
    """Return the coordinates of A, B, X1, X2, X3 of the edge-sharing delta phase in Pnma [1].

    Parameters
    ----------
    a, b, c, bond
        Cell and length of a bond B-X, any one unit.

    Raises
    ------
    InputError
        If b is too long for edge-sharing octahedra of that bond.

    Examples
    --------
    >>> found = delta_coordinates(10.434, 4.791, 17.761, 3.209)
    >>> [round(x, 2) for x in found["B"]]
    [-0.17, 0.25, 0.55]
    """
    if not 0.5 * b < bond < b:
        raise InputError("lattice_b_delta", b, "one to two bond lengths", "check the cell")
    cell = np.array([a, b, c])
    half = float(np.sqrt(bond**2 - 0.25 * b**2))
    best = min(
        (_best_cation(_chain(float(t), half, bond, cell), cell) for t in np.linspace(0, np.pi, 73)),
        key=lambda found: found[0],
    )
    return best[1]


def _chain(turn: float, half: float, bond: float, cell: Array) -> dict[str, Array]:
    """Sites of one double chain about (0, y, 1/2), on the mirror plane y = 1/4, fractional.

    `half` reaches from B to the halides half a period away, `bond` to those at its own height.
    """
    along = np.array([np.cos(turn), 0.0, np.sin(turn)])
    across = np.array([-np.sin(turn), 0.0, np.cos(turn)])
    lead = -0.5 * (half * along - bond * across)
    centre = np.array([0.0, 0.25, 0.5])
    # X1 on the rim has two bonds, X2 inside three, X3 at the tip one
    places = {
        "B": lead,
        "X1": -(lead - half * along),
        "X2": lead - bond * across,
        "X3": lead + bond * across,
    }
    return {name: centre + p / cell for name, p in places.items()}


def _best_cation(chain: dict[str, Array], cell: Array) -> tuple[float, dict[str, Any]]:
    """Born energy of a packing with its A cation in the widest gap, and all coordinates."""
    halides = np.array([o(*chain[s]) for s in ("X1", "X2", "X3") for o in PNMA_MIRROR])
    shifts = np.array(
        [(i, j, k) for i in (-1, 0, 1) for j in (-2, -1, 0, 1, 2) for k in (-1, 0, 1)]
    )
    points = ((halides - np.floor(halides))[:, None] + shifts).reshape(-1, 3) * cell
    scale = float(cell[1])
    own = np.array([chain[s] - np.floor(chain[s]) for s in ("X1", "X2", "X3")]) * cell
    r = np.linalg.norm(own[:, None] - points[None], axis=2)
    packing = float(np.sum((scale / r[r > 1e-6 * scale]) ** BORN_EXPONENT))
    grid = np.array(
        [(x, 0.25, z) for x in np.linspace(0, 1, 21)[:-1] for z in np.linspace(0, 1, 33)[:-1]]
    )
    away = np.linalg.norm(grid[:, None] * cell - points[None], axis=2)
    spots = np.sum((scale / np.maximum(away, 0.1 * scale)) ** BORN_EXPONENT, axis=1)
    spot = grid[int(spots.argmin())]
    sites = {"A": spot, **chain}
    return packing + float(spots.min()), {
        name: (float(p[0]), 0.25, float(p[2])) for name, p in sites.items()
    }


@lru_cache(maxsize=16)
def isolated_coordinates(a: float, c: float, bond: float) -> dict[str, tuple[float, float, float]]:
    """Return the coordinates of A2 (18e) and X (36f) of A4BX6 in R-3c, hexagonal axes [1].

    Regular octahedra stand apart on the threefold axis at (0, 0, 0); how they are turned about it
    and where the second A cation sits on its twofold axis follow from the least Born repulsion.

    Parameters
    ----------
    a, c, bond
        Cell and length of a bond B-X, any one unit.

    Examples
    --------
    >>> found = isolated_coordinates(13.73, 17.32, 2.96)
    >>> [round(x, 2) for x in found["A2"]]
    [0.37, 0.0, 0.25]
    """
    from ase.spacegroup import Spacegroup
    from scipy.optimize import minimize

    group = Spacegroup(167)
    cell = np.array([[a, 0.0, 0.0], [-0.5 * a, 0.5 * np.sqrt(3.0) * a, 0.0], [0.0, 0.0, c]])
    inverse = np.linalg.inv(cell)
    shifts = np.array(list(np.ndindex(3, 3, 3))) - 1.0

    def halide(turn: float) -> Array:
        flat = bond * np.sqrt(2.0 / 3.0)
        place = np.array([flat * np.cos(turn), flat * np.sin(turn), bond / np.sqrt(3.0)])
        return np.asarray(place @ inverse)

    def energy(q: Array) -> float:
        x, cation = halide(float(q[0])), np.array([float(q[1]), 0.0, 0.25])
        many, _ = group.equivalent_sites([x])
        points = ((many[:, None] + shifts).reshape(-1, 3)) @ cell
        total = 0.0
        for site, weight in ((x, 2.0), (cation, 1.0), (np.array([0.0, 0.0, 0.25]), 1.0 / 3.0)):
            r = np.linalg.norm(points - (site - np.floor(site)) @ cell, axis=1)
            total += weight * float(np.sum((bond / r[r > 1e-6 * bond]) ** BORN_EXPONENT))
        return total

    starts = [(t, x) for t in np.arange(0.0, 2.0 * np.pi / 3.0, np.pi / 9.0) for x in (0.3, 0.38)]
    found = min((minimize(energy, s, method="Nelder-Mead") for s in starts), key=lambda f: f.fun)
    x = halide(float(found.x[0]))
    return {"A2": (float(found.x[1]), 0.0, 0.25), "X": (float(x[0]), float(x[1]), float(x[2]))}
