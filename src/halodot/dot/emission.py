r"""Emission of an ensemble of dots: peak, width, spectrum.

Every dot emits a Gaussian at ``E_opt(size) - Stokes shift`` with the homogeneous width

.. math:: \Gamma(T) = \Gamma_0 + \sigma T + \frac{\Gamma_{LO}}{e^{E_{LO}/kT} - 1},

a residual, acoustic phonons and the Froehlich coupling to the longitudinal optical one; the three
are shares of the width at 300 K. Light above the gap is absorbed in proportion to the volume, so a
dot of size L counts ``L^d`` times, d = 3 for dots and 1 for platelets, whose sizes are whole
monolayers (`monolayers`). For a narrow ensemble ``FWHM^2 = Gamma^2 + (2.355 s dE/d ln L)^2``.

Range: temperatures above about 30 K; no energy transfer between dots, no re-absorption.
Reference for the width: Rudin, Reinecke and Segall, 10.1103/PhysRevB.42.11218.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.constants import BOLTZMANN, HC

FloatArray = NDArray[np.float64]

FWHM_OVER_SD = 2.0 * np.sqrt(2.0 * np.log(2.0))
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
    width_300k: ArrayLike,
    temperature: float,
    phonon_energy: ArrayLike,
    residual: ArrayLike = 0.05,
    acoustic: ArrayLike = 0.1,
) -> FloatArray:
    """Full width of one dot at `temperature` [eV].

    Parameters
    ----------
    width_300k
        At 300 K [eV].
    temperature
        [K]
    phonon_energy
        Of the longitudinal optical phonon [eV].
    residual, acoustic
        Shares of `width_300k` that stay at 0 K, and that grow as T [1].

    Examples
    --------
    >>> float(homogeneous_width(0.05, 300.0, 0.019))
    0.05
    >>> float(homogeneous_width(0.05, 1.0, 0.019).round(4))
    0.0025
    """
    start, linear = np.asarray(residual, float), np.asarray(acoustic, float)
    cold = np.asarray(phonon_energy, float) / BOLTZMANN
    with np.errstate(over="ignore"):  # exp of a cold phonon: no phonon is there
        optical = np.expm1(cold / _REFERENCE) / np.expm1(np.minimum(cold / temperature, 600.0))
    share = start + linear * temperature / _REFERENCE + (1.0 - start - linear) * optical
    return np.asarray(np.asarray(width_300k, float) * share)


def continuous(size: float, spread: float, power: float = 3.0) -> tuple[FloatArray, FloatArray]:
    """Sizes of a normal distribution and what each absorbs above the gap, ``p(L) L^power``.

    >>> sizes, weight = continuous(1e-8, 0.1)
    >>> bool(np.average(sizes, weights=weight) > 1e-8)
    True
    """
    if spread <= 0.0:
        return np.array([size]), np.ones(1)
    z = np.linspace(-3.0, 3.0, 61)
    relative = np.maximum(1.0 + spread * z, 0.2)
    return size * relative, np.exp(-0.5 * z**2) * relative**power


def monolayers(size: float, spread: float, layer: float) -> tuple[FloatArray, FloatArray]:
    """Thicknesses of whole `layer` [m] about `size` and what each absorbs, ``p(n) n``.

    >>> sizes, weight = monolayers(3e-9, 0.2, 1e-9)
    >>> (sizes * 1e9).round(6).tolist(), bool(weight[2] > weight[1] > weight[0])
    ([1.0, 2.0, 3.0, 4.0, 5.0], True)
    """
    middle = size / layer
    reach = int(np.ceil(3.0 * spread * middle)) if spread > 0.0 else 0
    nearest = max(round(middle), 1)
    count = np.arange(max(nearest - reach, 1), nearest + reach + 1, dtype=float)
    sd = max(spread * middle, 1e-3)
    weight = np.exp(-0.5 * ((count - nearest) / sd) ** 2) * count
    return count * layer, weight


def ensemble(
    peak_of: Callable[[FloatArray], FloatArray],
    size: float,
    spread: float,
    width: float,
    power: float = 3.0,
) -> Emission:
    """Sum the emission of an ensemble of normally distributed sizes.

    Parameters
    ----------
    peak_of
        Emission energy [eV] of dots of given sizes [m].
    size, spread
        Mean size [m] and its standard deviation over the mean [1].
    width
        Homogeneous full width [eV].
    power
        A dot of size L absorbs, and so emits, as L^power.

    Examples
    --------
    >>> e = ensemble(lambda s: 2.4 + 0.0 * s, 1e-8, 0.1, 0.05)
    >>> round(e.peak, 3), round(e.fwhm, 3)
    (2.4, 0.05)
    """
    sizes, weight = continuous(size, spread, power)
    return mixture(peak_of(sizes), weight, width)


def mixture(centres: FloatArray, weight: FloatArray, width: float) -> Emission:
    """Sum Gaussian lines of equal full `width` [eV] at `centres` [eV], each of area `weight`.

    >>> round(mixture(np.array([2.4, 2.6]), np.array([1.0, 0.4]), 0.05).fwhm, 3)
    0.05
    """
    sd = width / FWHM_OVER_SD
    energy = np.linspace(centres.min() - 5.0 * sd, centres.max() + 5.0 * sd, 1201)
    spectrum = np.exp(-0.5 * ((energy[:, None] - centres) / sd) ** 2) @ weight
    spectrum /= spectrum.max()
    top = int(spectrum.argmax())
    return Emission(energy, spectrum, float(energy[top]), half_width(energy, spectrum))


def half_width(energy: FloatArray, spectrum: FloatArray) -> float:
    """Full width at half maximum about the highest peak, by linear interpolation [eV].

    >>> e = np.linspace(-1.0, 1.0, 2001)
    >>> bool(abs(half_width(e, np.exp(-(e**2))) - 2.0 * np.sqrt(np.log(2.0))) < 1e-6)
    True
    """
    top = int(spectrum.argmax())
    half = 0.5 * spectrum[top]
    below = np.flatnonzero(spectrum[:top] < half)
    above = np.flatnonzero(spectrum[top:] < half) + top
    if not below.size or not above.size:
        return float(energy[-1] - energy[0])
    i, j = int(below[-1]), int(above[0])

    def cross(a: int, b: int) -> float:
        share = (half - spectrum[a]) / (spectrum[b] - spectrum[a])
        return float(energy[a] + share * (energy[b] - energy[a]))

    return cross(j - 1, j) - cross(i, i + 1)


def wavelength(energy: float) -> float:
    """Vacuum wavelength [m] of a photon of `energy` [eV].

    >>> round(wavelength(2.4) * 1e9, 1)
    516.6
    """
    return HC / energy
