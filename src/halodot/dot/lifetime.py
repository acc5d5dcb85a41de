r"""Radiative lifetime from the Kane energy, the overlap of the pair and the local field.

.. math:: \frac{1}{\tau} = n F^2 \frac{e^2 \omega^2}{6 \pi \epsilon_0 m_0 c^3} f\, K\, w, \qquad
          f = \frac{2}{3} \frac{E_P}{\hbar\omega}, \quad
          F = \frac{3 \epsilon_o}{\epsilon_\infty + 2 \epsilon_o}

f is the strength of each of the three bright states of a halide perovskite (s-like valence, J = 1/2
conduction band), K the squared overlap of electron and hole that grows with the volume of the dot
(`coulomb.Pair.spread`), times what the mixing of the bands leaves (`confinement.Level.strength`).
w is the thermal share of bright states: three of the ground manifold, above one dark state by the
exchange splitting Delta, ``3 / (3 + exp(Delta / kT))``, over the partition function of the centre
of mass. Along a free axis (two of a platelet, one of a wire) both K and the partition function grow
with the length, which cancels; F = 1 in the plane of a platelet.

Range: kT below the splitting of the manifold ignored; published k.p rates of this kind are within
a factor of about two of experiment (arXiv:2004.05093). Reference for f:
10.1103/PhysRevB.102.045427.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .confinement import KINETIC
from .emission import BOLTZMANN

FloatArray = NDArray[np.float64]

# e^2 / (6 pi eps0 m0 c^3 hbar^2) [1/(s eV^2)] with photon energy in eV, CODATA 2018
_RATE = 1.4464e7
_STATES = np.arange(1, 40)
_MANY = 0.02  # level spacing over kT below which the sum over states is its integral
_CONFINED = {"platelet": 1, "wire": 2}


def radiative_lifetime(
    photon: ArrayLike,
    shape: str,
    kane_energy: ArrayLike,
    spread: ArrayLike,
    felt: ArrayLike,
    total_mass: ArrayLike,
    temperature: float,
    permittivity: ArrayLike,
    outside: ArrayLike,
    splitting: ArrayLike = 0.0,
    mixing: ArrayLike = 1.0,
) -> FloatArray:
    """Return the radiative lifetime [s].

    Parameters
    ----------
    photon, kane_energy
        Emission energy and Kane energy [eV].
    shape
        Any of `confinement.SHAPES`.
    spread, felt
        Of `sizing.Energies`; felt in [m].
    total_mass
        Electron plus hole [electron masses].
    temperature
        [K]
    permittivity, outside
        Optical, of the core and of the surroundings [1].
    splitting
        Of bright above dark exciton [eV].
    mixing
        Strength of the confined pair over that at the band edge [1].

    Examples
    --------
    >>> tau = radiative_lifetime(2.4, "cube", 15.0, 0.1, 1e-8, 0.5, 300.0, 4.8, 2.1)
    >>> 1e-9 < float(tau) < 1e-8
    True
    """
    energy, outer = np.asarray(photon, float), np.asarray(outside, float)
    inner, size = np.asarray(permittivity, float), np.asarray(felt, float)
    thermal = BOLTZMANN * temperature
    quantum = KINETIC * np.pi**2 / np.asarray(total_mass, float) / size**2 / thermal
    axes = _CONFINED.get(shape, 3)
    # per length of a free axis in units of the size: sqrt(M kT / 2 pi hbar^2) = sqrt(pi / 4 q)
    free = np.sqrt(4.0 * quantum / np.pi) ** (3 - axes)
    field = np.ones_like(energy) if shape == "platelet" else 3.0 * outer / (inner + 2.0 * outer)
    enhanced = free / partition(quantum) ** _taken(shape) / np.asarray(spread, float)
    strength = 2.0 / 3.0 * np.asarray(mixing, float) * np.asarray(kane_energy, float) / energy
    bright = 3.0 / (3.0 + np.exp(np.minimum(np.asarray(splitting, float) / thermal, 300.0)))
    rate = np.sqrt(outer) * field**2 * _RATE * energy**2 * strength * enhanced * bright
    return np.asarray(1.0 / rate)


def _taken(shape: str) -> int:
    """Axes whose excited states share the population; a platelet is too thin for its own."""
    return 0 if shape == "platelet" else _CONFINED.get(shape, 3)


def partition(quantum: ArrayLike) -> FloatArray:
    """Sum over the states n of a hard box, ``sum exp(-q (n^2 - 1))``, q its quantum over kT.

    >>> partition([1e-4, 5.0]).round(3).tolist()
    [88.132, 1.0]
    """
    q = np.asarray(quantum, float)
    few = np.exp(-np.minimum(q[..., None] * (_STATES**2 - 1.0), 700.0)).sum(axis=-1)
    small = np.maximum(q, 1e-300)
    many = 0.5 * (np.sqrt(np.pi / small) - 1.0) * np.exp(np.minimum(small, 700.0))
    return np.asarray(np.where(q < _MANY, many, few))
