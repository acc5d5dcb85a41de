"""What the film stage hands over: a solid of dots as a semiconductor layer."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced
from ..core.status import Status

NO_DOTS = Sourced.unknown("eV", "no dots were given")


@dataclass(frozen=True)
class FilmProperties:
    """A film of dots as the charge engine sees it. Energies in eV, the rest in SI.

    Attributes
    ----------
    formula, ligand
        What the film is made of, after post-treatment.
    temperature
        [K]
    dot_size, spacing, dot_density
        Core size [m], gap between neighbouring cores [m], dots per volume [m-3].
    fill_fraction
        Volume fraction of the inorganic cores [1].
    mobility_electron, mobility_hole
        Film mobility at low field and density [m2/Vs].
    disorder_electron, disorder_hole
        Standard deviation of the site energies [eV].
    poole_frenkel
        Field exponent of the mobility, mu = mu0 exp(gamma sqrt(F)) [(m/V)^0.5].
    relative_permittivity, refractive_index
        Effective static and optical [1].
    electron_affinity, ionization_energy
        Band edges of the film below vacuum [eV].
    density_of_states_electron, density_of_states_hole
        Effective densities of states [m-3]: states per dot times dots per volume.
    trap_density, trap_depth
        Traps per volume [m-3] and their depth below the conduction edge [eV].
    capture_electron, capture_hole
        Capture coefficients [m3/s].
    radiative_coefficient
        Bimolecular recombination [m3/s].
    ion_density, ion_mobility, ion_charge
        Mobile ions (halide vacancies): mean density [m-3], mobility [m2/Vs], charge number [1].
    ion_activation
        Activation energy of the ion mobility [eV].
    absorption
        Absorption coefficient at the first exciton [m-1].
    doping
        Net fixed doping, donors positive [m-3].
    emission_energy, emission_width
        Peak of the light of the dots and its full width at half maximum [eV].
    extras
        What the optional tables of the film say (coating, encapsulation, ...), by name.
    curves
        Arrays behind them, for pictures.
    """

    formula: str
    ligand: str
    temperature: float
    dot_size: Sourced
    spacing: Sourced
    dot_density: Sourced
    fill_fraction: Sourced
    mobility_electron: Sourced
    mobility_hole: Sourced
    disorder_electron: Sourced
    disorder_hole: Sourced
    poole_frenkel: Sourced
    relative_permittivity: Sourced
    refractive_index: Sourced
    electron_affinity: Sourced
    ionization_energy: Sourced
    density_of_states_electron: Sourced
    density_of_states_hole: Sourced
    trap_density: Sourced
    trap_depth: Sourced
    capture_electron: Sourced
    capture_hole: Sourced
    radiative_coefficient: Sourced
    ion_density: Sourced
    ion_mobility: Sourced
    ion_activation: Sourced
    absorption: Sourced
    doping: Sourced
    ion_charge: int = 1
    emission_energy: Sourced = NO_DOTS
    emission_width: Sourced = NO_DOTS
    status: Status = Status.OK
    notes: tuple[str, ...] = ()
    extras: dict[str, Sourced] = field(default_factory=dict)
    curves: dict[str, NDArray[np.float64]] = field(default_factory=dict)
