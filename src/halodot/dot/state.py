"""What the dot stage hands over: levels, light and bands of an ensemble of dots."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced
from ..core.status import Status


@dataclass(frozen=True)
class DotProperties:
    """Properties of an ensemble of dots. Energies in eV, the rest in SI.

    Attributes
    ----------
    formula, shape, ligand, size, size_spread, lateral, length
        As handed over by the synthesis.
    temperature
        Lattice temperature of all values below [K].
    band_gap
        Quasiparticle gap of a dot of mean size [eV].
    optical_gap
        First bright exciton, binding included [eV].
    pl_energy, pl_fwhm
        Peak [eV] and full width at half maximum [eV] of the ensemble emission.
    exciton_binding
        Binding energy of the exciton in the dot [eV].
    bohr_radius
        Bulk exciton Bohr radius [m].
    radiative_lifetime
        [s]
    plqy
        Photoluminescence quantum yield [1].
    electron_affinity, ionization_energy
        Confined band edges below vacuum [eV].
    electron_mass, hole_mass
        At the confined levels [electron masses].
    confinement_electron, confinement_hole
        Shift of the two levels [eV]; their spread with size gives the energy disorder of a film.
    level_slope_electron, level_slope_hole
        d(level)/d(ln size) [eV]: times the size spread this is the site-energy disorder.
    permittivity_static, permittivity_optical
        Of the core [1].
    emission_energy, emission_spectrum
        Ensemble emission, photon energies [eV] and spectrum normalised to 1 at its peak.
    cie_x, cie_y, colour
        CIE 1931 chromaticity and the sRGB swatch ``#rrggbb``.
    extras
        What the parts of `parts` add, by name without unit (``spin_lifetime``); SI, energies
        in eV, yes or no as 1 or 0 with the unit ``"yes_no"``.
    curves
        Spectra and decays that the parts add, by name, on their own axes
        (``absorption_energy`` beside ``absorption_spectrum``).
    """

    formula: str
    shape: str
    ligand: str
    size: Sourced
    size_spread: Sourced
    temperature: float
    band_gap: Sourced
    optical_gap: Sourced
    pl_energy: Sourced
    pl_fwhm: Sourced
    exciton_binding: Sourced
    bohr_radius: Sourced
    radiative_lifetime: Sourced
    plqy: Sourced
    electron_affinity: Sourced
    ionization_energy: Sourced
    electron_mass: Sourced
    hole_mass: Sourced
    confinement_electron: Sourced
    confinement_hole: Sourced
    level_slope_electron: Sourced
    level_slope_hole: Sourced
    permittivity_static: Sourced
    permittivity_optical: Sourced
    cie_x: Sourced
    cie_y: Sourced
    colour: str
    lateral: Sourced | None = None
    length: Sourced | None = None
    emission_energy: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    emission_spectrum: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    status: Status = Status.OK
    notes: tuple[str, ...] = ()
    extras: dict[str, Sourced] = field(default_factory=dict)
    curves: dict[str, NDArray[np.float64]] = field(default_factory=dict)
