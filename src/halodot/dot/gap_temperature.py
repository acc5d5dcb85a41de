"""The gap against temperature: one oscillator, split into thermal expansion and phonons.

``E(T) = E(0) + (dE/dT) (E_p / 2k) [coth(E_p / 2kT) - 1]`` with the slope ``dE/dT`` reached well
above ``E_p / k``, in two parts: thermal expansion ``-alpha_V B dE/dp`` and electron-phonon
coupling, which is the rest. The mean number of phonons carries both parts in the Einstein picture.

Range: one phase; the steps at phase transitions are left out. Expected accuracy: the slope itself
is a prior of +-0.2 meV/K, that is 0.05 eV from helium to room temperature.
Reference: Cardona and Thewalt 2005, 10.1103/RevModPhys.77.1173.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.constants import BOLTZMANN

FloatArray = NDArray[np.float64]
_COLDEST = 1e-3


def oscillator_temperature(phonon: ArrayLike, temperature: ArrayLike) -> FloatArray:
    """Return ``(E_p / 2k) coth(E_p / 2kT)`` [K]: T well above, E_p/2k well below E_p/k.

    Parameters
    ----------
    phonon
        Energy of the oscillator [eV].
    temperature
        Of the lattice [K].

    Examples
    --------
    >>> round(float(oscillator_temperature(0.019, 3000.0)))
    3001
    """
    half = np.asarray(phonon, dtype=np.float64) / (2.0 * BOLTZMANN)
    return np.asarray(half / np.tanh(half / np.maximum(temperature, _COLDEST)))


def gap_shift(slope: ArrayLike, phonon: ArrayLike, start: ArrayLike, end: ArrayLike) -> FloatArray:
    """Return the change of the gap from temperature `start` to `end` [eV].

    Parameters
    ----------
    slope
        d(gap)/dT well above the phonon [eV/K].
    phonon
        Energy of the oscillator [eV].
    start, end
        Temperatures [K].

    Examples
    --------
    >>> shift = gap_shift(3e-4, 0.019, 4.0, 300.0)
    >>> 0.05 < float(shift) < 0.09
    True
    """
    change = oscillator_temperature(phonon, end) - oscillator_temperature(phonon, start)
    return np.asarray(np.asarray(slope) * change)


def expansion_slope(bulk_modulus: float, pressure_slope: float, expansion: float) -> float:
    """Return the part of d(gap)/dT that thermal expansion makes [eV/K].

    ``dE/dT = -alpha_V B dE/dp``: a lattice that grows is a lattice under negative pressure.

    Parameters
    ----------
    bulk_modulus
        B [Pa].
    pressure_slope
        dE/dp [eV/Pa].
    expansion
        Volume expansion alpha_V [1/K].

    Examples
    --------
    >>> round(expansion_slope(13.4e9, -30e-12, 1.2e-4) * 1e3, 3)
    0.048
    """
    return -expansion * bulk_modulus * pressure_slope
