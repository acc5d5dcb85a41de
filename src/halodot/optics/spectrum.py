"""Spectra of light sources as samples of power, each at its own wavelength."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.constants import BOLTZMANN, ELEMENTARY_CHARGE, HC
from ..core.errors import InputError
from .table import read_columns

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Spectrum:
    """Power per area that a plane wave carries at each of some wavelengths.

    A sample stands for a line or for a bin of a continuous spectrum; sums over samples are
    integrals, so that no quadrature is lost on the way to a rate of generation.

    Attributes
    ----------
    wavelength
        Vacuum wavelengths, rising [m].
    power
        Power per area of each sample [W/m2].
    """

    wavelength: Array
    power: Array

    @property
    def energy(self) -> Array:
        """Photon energies [eV]."""
        return HC / self.wavelength

    @property
    def intensity(self) -> float:
        """Power per area of the whole spectrum [W/m2]."""
        return float(self.power.sum())

    @property
    def photon_flux(self) -> Array:
        """Photons per area and time of each sample, P lambda / hc [m-2 s-1].

        >>> green = monochromatic(HC / 2.0, 1.0)  # photons of 2 eV
        >>> float(green.photon_flux[0] * 2.0 * ELEMENTARY_CHARGE)
        1.0
        """
        return self.power / (self.energy * ELEMENTARY_CHARGE)

    def scaled(self, intensity: float) -> Spectrum:
        """Return the same spectrum with the given intensity [W/m2].

        >>> round(am15g().scaled(500.0).intensity, 9)
        500.0
        """
        return replace(self, power=self.power * (intensity / self.intensity))

    def above(self, energy: float) -> Spectrum:
        """Return the samples whose photons have at least `energy` [eV]."""
        keep = self.energy >= energy
        return Spectrum(self.wavelength[keep], self.power[keep])


def monochromatic(wavelength: float, intensity: float) -> Spectrum:
    """Light of one `wavelength` [m] and `intensity` [W/m2]."""
    return Spectrum(np.array([float(wavelength)]), np.array([float(intensity)]))


def led(peak: float, fwhm: float, intensity: float, samples: int = 61) -> Spectrum:
    """Gaussian of power over wavelength, cut at 1.5 full widths from its peak.

    Parameters
    ----------
    peak, fwhm
        Wavelength of most power and full width at half maximum [m].
    intensity
        [W/m2]

    >>> light = led(520e-9, 30e-9, 10.0)
    >>> round(light.intensity, 9), round(float(light.wavelength[light.power.argmax()]) * 1e9)
    (10.0, 520)
    """
    if not 0.0 < fwhm < peak / 1.5:
        raise InputError("fwhm", f"{fwhm:.3g} m", f"0 to {peak / 1.5:.3g} m", "check the unit")
    wavelength = peak + fwhm * np.linspace(-1.5, 1.5, samples)
    power = np.exp(-4.0 * np.log(2.0) * ((wavelength - peak) / fwhm) ** 2)
    return Spectrum(wavelength, power).scaled(intensity)


@lru_cache(maxsize=1)
def am15g() -> Spectrum:
    """Global solar spectrum of ASTM G173-03 (37 degree tilt, air mass 1.5), 1000.37 W/m2.

    Binned to 5 nm up to 1.7 um and 25 nm beyond; power and number of photons of a bin are kept.
    The table is that of SMARTS 2.9.2 as NREL publishes it, 280 to 4000 nm.

    >>> f"{am15g().intensity:.2f}"
    '1000.37'
    """
    table = np.loadtxt(Path(__file__).with_name("am15g.csv"), delimiter=",", skiprows=3)
    return Spectrum(table[:, 0] * 1e-9, table[:, 1])


def blackbody(
    temperature: float, intensity: float, shortest: float = 280e-9, longest: float = 4e-6
) -> Spectrum:
    """Planck's spectrum of `temperature` [K] between two wavelengths [m], scaled to `intensity`.

    A stand-in for the sun (5800 K) without the bands of the atmosphere, or a lamp.

    >>> round(blackbody(5800.0, 1000.0).intensity, 9)
    1000.0
    """
    edges = np.geomspace(shortest, longest, 401)
    middle = np.sqrt(edges[1:] * edges[:-1])
    kt = BOLTZMANN * temperature
    power = np.diff(edges) * middle**-5 / np.expm1(HC / (middle * kt))
    return Spectrum(middle, power).scaled(intensity)


def from_csv(path: str | Path, intensity: float, field: str = "spectrum") -> Spectrum:
    """Read a measured spectrum (``wavelength_nm,irradiance``) and scale it to `intensity` [W/m2].

    The irradiance is power per area and wavelength, in any unit; between rows it is linear.

    Raises
    ------
    InputError
        If the file cannot be read, has fewer than two rows, or no light in it.
    """
    wavelength, irradiance = read_columns(path, ("wavelength_nm", "irradiance"), field)
    if wavelength.size < 2 or np.any(irradiance < 0.0) or not np.any(irradiance > 0.0):
        raise InputError(
            f"{field} ({Path(path).name})",
            "no spectrum",
            "two rows or more, irradiance of at least 0 and not zero everywhere",
            "check the column irradiance",
        )
    width = np.gradient(wavelength)
    width[[0, -1]] /= 2.0  # the trapezoid rule
    power = irradiance * width
    return Spectrum(1e-9 * wavelength[power > 0.0], power[power > 0.0]).scaled(intensity)
