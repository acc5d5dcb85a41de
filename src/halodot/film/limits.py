"""Closed forms that the film models must reach, used by tests and by the theory page."""

from __future__ import annotations

import math

from ..core.constants import BOLTZMANN, HBAR


def lattice_mobility(rate: float, pitch: float, temperature: float) -> float:
    """Return mu = k a^2 / kT of a uniform cubic lattice [m2/Vs].

    Parameters
    ----------
    rate
        Hops to each of the six neighbours [1/s].
    pitch
        Lattice constant [m].
    temperature
        [K]

    Examples
    --------
    >>> round(lattice_mobility(1e9, 10e-9, 300.0) * 1e4, 4)
    0.0387
    """
    return rate * pitch**2 / (BOLTZMANN * temperature)


def marcus_rate(transfer: float, reorganisation: float, kT: float) -> float:
    """Return the non-adiabatic Marcus rate between equal sites [1/s]; energies in eV."""
    prefactor = 2.0 * math.pi / HBAR * transfer**2 / math.sqrt(4.0 * math.pi * reorganisation * kT)
    return prefactor * math.exp(-reorganisation / (4.0 * kT))


def maxwell_garnett_dilute(core: float, matrix: float, fill: float) -> float:
    """Return the permittivity for few inclusions, to first order in `fill` [1]."""
    return matrix * (1.0 + 3.0 * fill * (core - matrix) / (core + 2.0 * matrix))


def wiener_bounds(core: float, matrix: float, fill: float) -> tuple[float, float]:
    """Return the layered extremes (in series, in parallel) of any two-phase mixture [1]."""
    series = 1.0 / (fill / core + (1.0 - fill) / matrix)
    return series, fill * core + (1.0 - fill) * matrix


def close_packing() -> float:
    """Return the space filled by close-packed spheres, from the cell of four in a cube [1].

    Examples
    --------
    >>> round(close_packing(), 5)
    0.74048
    """
    edge = 2.0 * math.sqrt(2.0)  # of the face-centred cell, spheres of radius 1
    return 4.0 * (4.0 / 3.0 * math.pi) / edge**3


def cube_fill(size: float, gap: float) -> float:
    """Return the core fraction of stacked cubes, (L / (L + s))^3 [1]."""
    return (size / (size + gap)) ** 3


def bond_percolation(neighbours: float) -> float:
    """Return the effective-medium percolation threshold of random bonds, 2/z [1]."""
    return 2.0 / neighbours
