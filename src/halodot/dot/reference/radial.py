r"""Levels of a sphere along its radius, one total angular momentum at a time.

With spinor harmonics of quantum number kappa (j = |kappa| - 1/2, l = kappa or -kappa - 1) the state
``(u(r) Omega_kappa, i w(r) Omega_-kappa) / r`` obeys

.. math:: E u &= (E_c + C K_l(\gamma_e)) u - (P/\sqrt3)(w' - \kappa w/r), \\
          E w &= (E_v - C K_{l'}(\gamma_h)) w + (P/\sqrt3)(u' + \kappa u/r),

where ``K_l`` is the BenDaniel-Duke kinetic term of orbital momentum l. Shells lie at ``i h``; one
of them is the surface, so that every bond lies in one material. The order of convergence is 2.

Reference: Greiner, Relativistic Quantum Mechanics, 10.1007/978-3-662-04275-5, for the spinors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ...core.constants import KINETIC
from ...core.errors import InputError
from .bands import Bands
from .grid import wall_sites
from .levels import SAME, Levels
from .solver import NOTHING, Cost, near_gap

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Shells:
    """Shells of a sphere: radius [m], spacing [m], part inside of shells and of bonds.

    Bond ``i`` lies below shell ``i``; the last one leads to the first missing shell.
    """

    radius: FloatArray
    spacing: float
    inside: FloatArray
    bonds: FloatArray


@dataclass(frozen=True)
class Orbit:
    """One level of a sphere: energy [eV], kappa, and ``(u, w)`` with sum of squares 1."""

    energy: float
    kappa: int
    u: FloatArray
    w: FloatArray


def shells(diameter: float, bands: Bands, spacing: float) -> Shells:
    """Return the shells; the spacing is taken a little smaller so that the surface meets them.

    Raises
    ------
    InputError
        If the radius has fewer than four shells.
    """
    radius = 0.5 * diameter
    count = int(np.ceil(radius / spacing * (1.0 - 1e-9)))
    if count < 4:
        raise InputError("spacing", spacing, f"at most an eighth of {diameter:g} m")
    step = radius / count
    bonds = np.zeros(count + wall_sites(bands, step, 1))
    bonds[:count] = 1.0
    inside = 0.5 * (bonds[:-1] + bonds[1:])
    return Shells(np.asarray(np.arange(1, len(bonds)) * step, float), step, inside, bonds)


def radial_matrix(grid: Shells, bands: Bands, kappa: int) -> Any:
    """Sparse symmetric matrix of ``(u, w)`` from the middle of the gap [eV]."""
    electron = _band(grid, bands, kappa, bands.gamma_electron, bands.barrier_electron)
    hole = _band(grid, bands, -kappa, bands.gamma_hole, bands.barrier_hole)
    slope = _slope(grid, bands, kappa)
    return sparse.csr_matrix(sparse.bmat([[electron, slope.T], [slope, -hole]]))


def _orbital(kappa: int) -> int:
    return kappa if kappa > 0 else -kappa - 1


def _band(grid: Shells, bands: Bands, kappa: int, gamma: float, barrier: float) -> Any:
    r, h, orbital = grid.radius, grid.spacing, _orbital(kappa)
    bond = KINETIC * (gamma * grid.bonds + (1.0 - grid.bonds) / bands.outer_mass)
    shell = 0.5 * (bond[:-1] + bond[1:])
    diagonal = (
        0.5 * bands.gap + (bond[:-1] + bond[1:]) / h**2 + shell * orbital * (orbital + 1) / r**2
    )
    # a step of gamma acts on u = r f as gamma'/r
    diagonal += np.diff(bond) / (h * r)
    if not bands.hard:
        diagonal += barrier * (1.0 - grid.inside)
    across = -bond[1:-1] / h**2
    return sparse.diags([across, diagonal, across], [-1, 0, 1])


def _slope(grid: Shells, bands: Bands, kappa: int) -> Any:
    """``(P/sqrt 3) (d/dr + kappa/r)``, symmetrised where the coupling changes."""
    bond, shell = (
        bands.coupling * (f + bands.outer_coupling * (1.0 - f)) for f in (grid.bonds, grid.inside)
    )
    up = 0.5 * bond[1:-1] / grid.spacing
    return sparse.diags([-up, kappa * shell / grid.radius, up], [-1, 0, 1])


def sphere(diameter: float, bands: Bands, spacing: float, n: int) -> Levels:
    """The `n` lowest levels of a sphere; see `levels`."""
    grid = shells(diameter, bands, spacing)
    sides: tuple[list[Orbit], list[Orbit]] = ([], [])
    cost = NOTHING
    # levels rise with |kappa|, each |kappa| adds at least one: n of them hold the n lowest
    for kappa in [sign * size for size in range(1, n + 1) for sign in (-1, 1)]:
        above, below, spent = near_gap(radial_matrix(grid, bands, kappa), n)
        cost = cost + spent
        for side, states in zip(sides, (above, below), strict=True):
            for energy, vector in zip(states.energies, states.vectors.T, strict=True):
                u, w = vector.reshape(2, -1)
                side.append(Orbit(float(energy) - 0.5 * bands.gap, kappa, u, w))
    return _collect(diameter, grid, bands, n, sides, cost)


def _collect(
    diameter: float,
    grid: Shells,
    bands: Bands,
    n: int,
    sides: tuple[list[Orbit], list[Orbit]],
    cost: Cost,
) -> Levels:
    electrons, holes = (_multiplets(side, bands.gap)[:n] for side in sides)
    strengths = [[sum(_strength(a, b) for a in e for b in h) for e in electrons] for h in holes]
    return Levels(
        shape="sphere",
        edges=(diameter,),
        spacing=grid.spacing,
        electron_energies=np.array([e[0].energy for e in electrons]),
        hole_energies=np.array([h[0].energy for h in holes]),
        electron_degeneracies=np.array([sum(2 * abs(a.kappa) for a in e) for e in electrons]),
        hole_degeneracies=np.array([sum(2 * abs(a.kappa) for a in h) for h in holes]),
        strengths=np.array(strengths),
        electron_density=_density(electrons[0]),
        hole_density=_density(holes[0]),
        radius=grid.radius,
        cost=cost,
    )


def _multiplets(orbits: list[Orbit], gap: float) -> list[list[Orbit]]:
    found: list[list[Orbit]] = []
    for orbit in sorted(orbits, key=lambda o: o.energy):
        if found and orbit.energy - found[-1][-1].energy < SAME * gap:
            found[-1].append(orbit)
        else:
            found.append([orbit])
    return found


def _density(level: list[Orbit]) -> FloatArray:
    weights = np.array([abs(o.kappa) for o in level], float)
    parts = np.array([np.square(o.u) + np.square(o.w) for o in level])
    return np.asarray(weights @ parts / weights.sum())


def _strength(electron: Orbit, hole: Orbit) -> float:
    """Strength between two levels, as in `Levels`."""
    e, h = electron.kappa, hole.kappa
    # the factor i of w makes the second product count negative
    upper, lower = float(electron.u @ hole.w), -float(electron.w @ hole.u)
    top = min(abs(e), abs(h))
    total = 0.0
    for m in np.arange(0.5 - top, top):
        element = upper * _spin(e, -h, m) + lower * _spin(-e, h, m)
        total += element**2
    # along z for every m; by symmetry the mean over directions is the same
    return 0.5 * total


def _spin(left: int, right: int, m: float) -> float:
    """``<Omega_left,m| sigma_z |Omega_right,m>``."""
    if _orbital(left) != _orbital(right):
        return 0.0
    a, b = _clebsch(left, m), _clebsch(right, m)
    return a[0] * b[0] - a[1] * b[1]


def _clebsch(kappa: int, m: float) -> tuple[float, float]:
    """Amplitudes of spin up and spin down in a spinor harmonic."""
    orbital = _orbital(kappa)
    more = np.sqrt((orbital + m + 0.5) / (2 * orbital + 1))
    less = np.sqrt((orbital - m + 0.5) / (2 * orbital + 1))
    return (float(more), float(less)) if kappa < 0 else (-float(less), float(more))
