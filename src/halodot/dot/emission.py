r"""Emission of an ensemble of dots: peak, width, spectrum.

Every dot emits a Gaussian at ``E_opt(size) - Stokes shift`` with the homogeneous width

.. math:: \Gamma(T) = \Gamma(300) \sqrt{\coth(E_{LO}/2kT) / \coth(E_{LO}/2k \cdot 300)},

the width of a strongly coupled phonon of energy E_LO; sizes are normally distributed with the
relative spread s. For a narrow ensemble the full width is
``FWHM^2 = Gamma^2 + (2.355 s dE/d ln L)^2``.

Range: temperatures above about 30 K; no energy transfer between dots, no re-absorption.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

FWHM_OVER_SD = 2.0 * np.sqrt(2.0 * np.log(2.0))
BOLTZMANN = 8.617333262e-5  # [eV/K], CODATA 2018
HC = 1.239841984e-6  # [eV m], CODATA 2018
_REFERENCE = 300.0


@dataclass(frozen=True)
class Emission:
    """Emission of an ensemble.

    Attributes
    ----------
    energy, spectrum
        Photon energy [eV] and photons per energy, 1 at the peak.
    peak, fwhm
        [eV]
    """

    energy: FloatArray
    spectrum: FloatArray
    peak: float
    fwhm: float


def homogeneous_width(
    width_300k: ArrayLike, temperature: float, phonon_energy: ArrayLike
) -> FloatArray:
    """Full width of one dot at `temperature` [eV].

    >>> float(homogeneous_width(0.05, 300.0, 0.019))
    0.05
    """
    half = np.asarray(phonon_energy, float) / (2.0 * BOLTZMANN)
    ratio = np.tanh(half / _REFERENCE) / np.tanh(half / temperature)
    return np.asarray(np.asarray(width_300k, float) * np.sqrt(ratio))


def ensemble(
    peak_of: Callable[[FloatArray], FloatArray], size: float, spread: float, width: float
) -> Emission:
    """Sum the emission of an ensemble.

    Parameters
    ----------
    peak_of
        Emission energy [eV] of dots of given sizes [m].
    size, spread
        Mean size [m] and its standard deviation over the mean [1].
    width
        Homogeneous full width [eV].

    Examples
    --------
    >>> e = ensemble(lambda s: 2.4 + 0.0 * s, 1e-8, 0.1, 0.05)
    >>> round(e.peak, 3), round(e.fwhm, 3)
    (2.4, 0.05)
    """
    z = np.linspace(-3.0, 3.0, 61 if spread > 0.0 else 1)
    sizes = size * np.maximum(1.0 + spread * (z if spread > 0.0 else 0.0 * z), 0.2)
    weight = np.exp(-0.5 * z**2)
    centre = peak_of(sizes)
    sd = width / FWHM_OVER_SD
    energy = np.linspace(centre.min() - 5.0 * sd, centre.max() + 5.0 * sd, 1201)
    lines = np.exp(-0.5 * ((energy[:, None] - centre) / sd) ** 2)
    spectrum = lines @ weight
    spectrum /= spectrum.max()
    above = energy[spectrum >= 0.5]
    return Emission(energy, spectrum, float(energy[spectrum.argmax()]), float(above[-1] - above[0]))


def wavelength(energy: float) -> float:
    """Vacuum wavelength [m] of a photon of `energy` [eV].

    >>> round(wavelength(2.4) * 1e9, 1)
    516.6
    """
    return HC / energy
