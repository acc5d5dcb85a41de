"""Detailed balance between absorptance and emission.

A body in the dark emits what it absorbs of the black-body light around it; an ideal solar cell
or diode emits exp(qV / kT) times as much (Rau, Phys. Rev. B 76, 085303 (2007)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.constants import BOLTZMANN, ELEMENTARY_CHARGE, HC
from .spectrum import Spectrum

Array = NDArray[np.float64]
SPEED_OF_LIGHT = 299792458.0


def blackbody_flux(energy: Array, temperature: float) -> Array:
    """Photons that a black face emits into its half space, per area, time and energy.

    2 pi E^2 / (h^3 c^2) / (exp(E / kT) - 1) [m-2 s-1 eV-1], `energy` in eV.

    >>> e = np.linspace(1e-4, 3.0, 100001)
    >>> power = np.trapezoid(e * blackbody_flux(e, 300.0), e) * ELEMENTARY_CHARGE
    >>> f"{power:.1f} W/m2"  # Stefan and Boltzmann: 5.6704e-8 x 300^4
    '459.3 W/m2'
    """
    shape = 2.0 * math.pi * energy**2 * SPEED_OF_LIGHT / HC**3
    return np.asarray(shape / np.expm1(energy / (BOLTZMANN * temperature)))


@dataclass(frozen=True)
class RadiativeLimit:
    """A cell that loses pairs by emitting alone.

    Attributes
    ----------
    photocurrent, dark_current
        Current densities of the light absorbed and of the thermal emission [A/m2].
    open_circuit_voltage
        kT/q ln(photocurrent / dark_current + 1) [V].
    """

    photocurrent: float
    dark_current: float
    open_circuit_voltage: float


def radiative_limit(
    light: Spectrum,
    absorbed: Array,
    energy: Array,
    absorptance: Array,
    temperature: float = 298.15,
    faces: int = 1,
) -> RadiativeLimit:
    """Photocurrent, thermal emission and open-circuit voltage from absorptances alone.

    Parameters
    ----------
    light, absorbed
        Light that falls in and the share of each sample that makes pairs [1].
    energy, absorptance
        Photon energies [eV] and the absorptance of a face there, mean over the half space [1].
    temperature
        [K]
    faces
        1 with a mirror at the back, 2 where both faces emit.

    Examples
    --------
    >>> from .spectrum import am15g
    >>> sun, e = am15g(), np.linspace(1.34, 4.0, 2001)
    >>> cell = radiative_limit(sun, (sun.energy >= 1.34) * 1.0, e, np.ones(2001))
    >>> f"{cell.open_circuit_voltage:.2f} V"
    '1.08 V'
    """
    made = ELEMENTARY_CHARGE * float(light.photon_flux @ absorbed)
    thermal = np.trapezoid(absorptance * blackbody_flux(energy, temperature), energy)
    dark = ELEMENTARY_CHARGE * faces * float(thermal)
    voltage = BOLTZMANN * temperature * math.log1p(made / dark)
    return RadiativeLimit(made, dark, voltage)
