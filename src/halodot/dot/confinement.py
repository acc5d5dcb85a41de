r"""Confined levels of one band: two-band dispersion, walls of finite height, any number of sizes.

Inside the dot the lattice form of the two-band Kane model,

.. math:: E (1 + E/E_g) = \frac{\hbar^2}{2 m a^2} \sum_i \sin^2(k_i a),

with m the band-edge mass, E_g the gap, a the lattice constant: the coupling of the s-like and
p-like band edges of a halide perovskite at R hops from cell to cell, so the bands flatten near
``k = pi / 2a``. For small k it is the usual Kane form ``E (1 + E/E_g) = hbar^2 k^2 / 2m``, whose
mass grows with energy as ``m(E) = m (1 + E/E_g)``. Outside (the ligand shell) the carrier has mass
m_out and a barrier V; the wave function and its slope over the mass are continuous, so the carrier
leaks by a few angstrom. Each direction is quantised by itself:

.. math:: k L / 2 = \arctan\frac{\kappa\, m(E)}{k\, m_{out}}, \quad
          \hbar^2 \kappa^2 / 2 m_{out} = V - E / d,

with d = 3 equal directions for a cube, 1 for a platelet. A sphere of radius R has the s state
``k R cot(k R) = 1 - (1 + kappa R) m(E) / m_out``.

Range: sizes above two lattice constants; band extrema that are single and isotropic.
Reference: BenDaniel and Duke, 10.1103/PhysRev.152.683, for the matching of masses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError, nearest

FloatArray = NDArray[np.float64]

SHAPES = ("cube", "sphere", "platelet")
KINETIC = 3.8099821e-20  # hbar^2 / 2 m0 [eV m2], CODATA 2018
_BISECTIONS = 48  # halvings of the energy between hard walls: 1e-14 of it


@dataclass(frozen=True)
class Band:
    """One band of the dot and the wall around it.

    Parameters
    ----------
    mass
        At the band edge [electron masses].
    gap
        Of the bulk, sets how fast the mass grows with energy [eV].
    barrier
        Height of the wall [eV].
    outer_mass
        In the wall [electron masses].
    lattice
        Lattice constant [m]; 0 gives the continuum Kane dispersion.

    Values may be arrays that broadcast with the sizes (draws of a Monte Carlo run).
    """

    mass: ArrayLike
    gap: ArrayLike
    barrier: ArrayLike
    outer_mass: ArrayLike = 1.0
    lattice: ArrayLike = 0.0


@dataclass(frozen=True)
class Level:
    """Lowest confined level.

    Attributes
    ----------
    energy
        Above the band edge [eV].
    wave_number
        Of one direction [m-1]; pi over it is the size that the carrier feels.
    mass
        At that energy [electron masses].
    """

    energy: FloatArray
    wave_number: FloatArray
    mass: FloatArray


def check_shape(shape: str) -> str:
    """Return `shape` if it is one of `SHAPES`.

    Raises
    ------
    InputError
        For any other word.
    """
    if shape not in SHAPES:
        raise InputError("shape", shape, "one of " + ", ".join(SHAPES), nearest(shape, SHAPES))
    return shape


def wave_number(energy: ArrayLike, band: Band, directions: int = 1) -> FloatArray:
    """Wave number of one of `directions` equal directions at `energy` [m-1].

    Above the top of the lattice dispersion it stays at ``pi / 2a``.
    """
    e, a = np.asarray(energy, float), np.asarray(band.lattice, float)
    free = np.sqrt(np.asarray(band.mass) * e * (1.0 + e / band.gap) / (KINETIC * directions))
    safe = np.where(a > 0.0, a, 1.0)
    return np.where(a > 0.0, np.arcsin(np.minimum(free * safe, 1.0)) / safe, free)


def level(size: ArrayLike, shape: str, band: Band) -> Level:
    """Return the lowest level of dots of `size`.

    Parameters
    ----------
    size
        Edge of a cube, diameter of a sphere, thickness of a platelet, any shape [m].
    shape
        ``cube``, ``sphere`` or ``platelet``.
    band
        The band and its wall.

    Raises
    ------
    InputError
        If `shape` is not known.

    Notes
    -----
    The phase left over at the wall is monotonic in energy, so bisection always converges.

    Examples
    --------
    >>> hard = Band(mass=0.2, gap=1e9, barrier=1e6)
    >>> float(level(1e-8, "platelet", hard).energy.round(4))  # hbar^2 pi^2 / 2 m L^2
    0.0188
    """
    directions = 3 if check_shape(shape) == "cube" else 1
    length, mass, gap, barrier, outer, _ = np.broadcast_arrays(
        np.asarray(size, float), band.mass, band.gap, band.barrier, band.outer_mass, band.lattice
    )
    wall = np.asarray(directions * barrier, float)
    low, high = np.zeros(length.shape), np.minimum(wall, _hard(length, shape, mass, gap))
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        k = wave_number(middle, band, directions)
        kappa = np.sqrt(outer * np.maximum(wall - middle, 0.0) / (KINETIC * directions))
        ratio = mass * (1.0 + middle / gap) / outer
        above = _phase(k, kappa, ratio, length, shape) > 0.0
        high, low = np.where(above, middle, high), np.where(above, low, middle)
    energy = 0.5 * (low + high)
    k = wave_number(energy, band, directions)
    return Level(energy, k, np.asarray(mass * (1.0 + energy / gap), float))


def _hard(length: FloatArray, shape: str, mass: FloatArray, gap: FloatArray) -> FloatArray:
    """Level between hard walls with the continuum dispersion: never below the true one [eV]."""
    terms = {"cube": 3.0, "sphere": 4.0, "platelet": 1.0}[shape]
    parabolic = terms * KINETIC * (np.pi / length) ** 2 / mass
    return np.asarray(2.0 * parabolic / (1.0 + np.sqrt(1.0 + 4.0 * parabolic / gap)))


def _phase(
    k: FloatArray, kappa: FloatArray, ratio: FloatArray, length: FloatArray, shape: str
) -> FloatArray:
    """What remains of the matching condition; negative below the level, positive above."""
    if shape != "sphere":
        return np.asarray(0.5 * k * length - np.arctan2(kappa * ratio, k))
    radius = 0.5 * length
    x = k * radius
    # x cot x = 1 - ratio (1 + kappa R), written so that it has no pole in 0 < x < pi
    inside = (1.0 - ratio * (1.0 + kappa * radius)) * np.sin(x) - x * np.cos(x)
    return np.asarray(np.where(x < np.pi, inside, 1.0))


def felt_size(size: ArrayLike, level_of: Level, shape: str) -> FloatArray:
    """Size that the carrier feels, its leak into the wall included [m].

    ``pi / k`` for a cube and a platelet, ``2 pi / k`` for the diameter of a sphere; never less
    than `size`.
    """
    turns = 2.0 if shape == "sphere" else 1.0
    return np.asarray(np.maximum(turns * np.pi / level_of.wave_number, size))
