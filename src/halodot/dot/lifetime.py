r"""Radiative lifetime from the Kane energy, the overlap of the pair and the local field.

.. math:: \frac{1}{\tau} = n F^2 \frac{e^2 \omega^2}{6 \pi \epsilon_0 m_0 c^3} f\, K\, w, \qquad
          f = \frac{2}{3} \frac{E_P}{\hbar\omega}, \quad
          F = \frac{3 \epsilon_o}{\epsilon_\infty + 2 \epsilon_o}

f is the strength of each of the three bright states of a halide perovskite (s-like valence, J = 1/2
conduction band), K the squared overlap of electron and hole that grows with the volume of the dot
(`coulomb.Pair.spread`), times what the mixing of the bands leaves (`confinement.Level.strength`).
w is the thermal share of light: three bright states above one dark one by the exchange splitting
Delta, ``(3 + b exp(Delta / kT)) / (3 + exp(Delta / kT))``, over the partition function Z of the
centre of mass along every axis. b is what the dark state emits of a bright one, or what has not
relaxed into it: above kT = Delta it does not matter, in the cold it decides, and is hardly known.
Along a free axis (two of a platelet, one of a wire) K and Z grow with the length, which cancels;
the field F is the mean over the axes of an ellipsoid of the same aspect.

Range: 77 K and more; below, the interval spans from the light of bright pairs to that of dark ones
in equilibrium. In the weak limit K is 0.3 of the volume over that of the exciton, where a moving
centre of mass gives 0.53. Published k.p rates of this kind are within a factor of about two of
experiment (arXiv:2004.05093). Reference for f: 10.1103/PhysRevB.102.045427.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.constants import BOLTZMANN, KINETIC

FloatArray = NDArray[np.float64]

# e^2 / (6 pi eps0 m0 c^3 hbar^2) [1/(s eV^2)] with photon energy in eV, CODATA 2018
_RATE = 1.4464e7
_STATES = np.arange(1, 40)
_MANY = 0.02  # level spacing over kT below which the sum over states is its integral


def radiative_lifetime(
    photon: ArrayLike,
    kane_energy: ArrayLike,
    coherence: ArrayLike,
    temperature: float,
    field: ArrayLike = 1.0,
    outside: ArrayLike = 1.0,
    splitting: ArrayLike = 0.0,
    mixing: ArrayLike = 1.0,
    dark: ArrayLike = 0.0,
) -> FloatArray:
    """Return the radiative lifetime [s].

    Parameters
    ----------
    photon, kane_energy
        Emission energy and Kane energy [eV].
    coherence
        K / Z of `enhancement` [1].
    temperature
        [K]
    field
        Squared field inside over outside, F^2 [1].
    outside
        Optical permittivity of the surroundings [1].
    splitting
        Of bright above dark exciton [eV].
    mixing
        Strength of the confined pair over that at the band edge [1].
    dark
        Light of the dark state over that of a bright one [1].

    Examples
    --------
    >>> tau = radiative_lifetime(2.4, 15.0, 2.0, 300.0, 0.5, 2.1)
    >>> 1e-9 < float(tau) < 1e-8
    True
    """
    energy, thermal = np.asarray(photon, float), BOLTZMANN * temperature
    strength = 2.0 / 3.0 * np.asarray(mixing, float) * np.asarray(kane_energy, float) / energy
    weight = np.exp(-np.minimum(np.asarray(splitting, float) / thermal, 300.0))
    bright = (3.0 * weight + np.asarray(dark, float)) / (3.0 * weight + 1.0)
    index = np.sqrt(np.asarray(outside, float))
    rate = index * np.asarray(field) * _RATE * energy**2 * strength * np.asarray(coherence) * bright
    return np.asarray(1.0 / rate)


def enhancement(
    spread: ArrayLike,
    axes: Sequence[ArrayLike],
    total_mass: ArrayLike,
    temperature: float,
    free: int = 0,
    far: ArrayLike | None = None,
) -> FloatArray:
    """Return K / Z, the squared overlap of the pair over the states that it shares [1].

    Parameters
    ----------
    spread
        Of `coulomb.Pair`.
    axes
        Size that the pair feels along each confined axis [m].
    total_mass
        Electron plus hole [electron masses].
    temperature
        [K]
    free
        How many axes the attraction treats as free.
    far
        Length along them [m]; None is unlimited.

    Examples
    --------
    >>> short, long = (enhancement(1.0, (5e-9,), 0.4, 300.0, 2, far) for far in (1e-6, None))
    >>> abs(float(short / long) - 1.0) < 0.02
    True
    """
    mass, thermal = np.asarray(total_mass, float), BOLTZMANN * temperature

    def over(length: ArrayLike) -> FloatArray:
        return np.asarray(KINETIC * np.pi**2 / mass / np.asarray(length, float) ** 2 / thermal)

    found = 1.0 / np.asarray(spread, float)
    for axis in axes:
        found = found / partition(over(axis))
    first = np.asarray(axes[0], float)
    for _ in range(free):
        if far is None:
            found = found * np.sqrt(4.0 * over(first) / np.pi)
        else:
            found = found * np.asarray(far, float) / first / partition(over(far))
    return np.asarray(found)


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
