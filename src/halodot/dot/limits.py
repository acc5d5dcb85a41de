"""Closed forms that the models of a dot must meet; used by the tests and the docs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.constants import BOHR, KINETIC, RYDBERG


def infinite_box(size: ArrayLike, mass: float, directions: int = 3) -> NDArray[np.float64]:
    """Ground state of a box with hard walls, ``d hbar^2 pi^2 / (2 m L^2)`` [eV].

    >>> float(infinite_box(1e-8, 0.2).round(4))
    0.0564
    """
    return np.asarray(directions * KINETIC * (np.pi / np.asarray(size, float)) ** 2 / mass)


def bessel_sphere(diameter: ArrayLike, mass: float) -> NDArray[np.float64]:
    """Ground state of a hard sphere: first zero of j0 at pi, ``hbar^2 pi^2 / (2 m R^2)`` [eV].

    >>> float((bessel_sphere(1e-8, 0.2) / infinite_box(1e-8, 0.2, 1)).round(6))
    4.0
    """
    return infinite_box(np.asarray(diameter, float) / 2.0, mass, 1)


def finite_well(size: float, mass: float, barrier: float, outer_mass: float) -> float:
    """Ground state of a parabolic finite well by Brent's method [eV].

    Solves ``k tan(k L/2) / m = kappa / m_out``.

    >>> finite_well(1e-8, 0.2, 1e6, 1.0) < float(infinite_box(1e-8, 0.2, 1))
    True
    """
    from scipy.optimize import brentq

    def mismatch(energy: float) -> float:
        k, kappa = np.sqrt(mass * energy), np.sqrt(outer_mass * (barrier - energy))
        half = 0.5 * k / np.sqrt(KINETIC) * size
        return float(k * np.sin(half) / mass - kappa * np.cos(half) / outer_mass)

    top = min(barrier, float(infinite_box(size, mass, 1))) * (1.0 - 1e-12)
    return float(brentq(mismatch, top * 1e-12, top, xtol=1e-15, rtol=1e-13))


def hydrogen_binding(reduced_mass: float, permittivity: float) -> float:
    """Binding energy of the bulk exciton, ``Ry mu / eps^2`` [eV].

    >>> round(hydrogen_binding(0.126, 7.3), 4)
    0.0322
    """
    return RYDBERG * reduced_mass / permittivity**2


def bohr_radius(reduced_mass: float, permittivity: float) -> float:
    """Bohr radius of the bulk exciton, ``a0 eps / mu`` [m].

    >>> round(bohr_radius(0.126, 7.3) * 1e9, 2)
    3.07
    """
    return BOHR * permittivity / reduced_mass
