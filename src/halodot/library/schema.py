"""Every quantity a data file may hold: SI unit, honest bounds, default width, one line of doc.

A stage that needs a new quantity adds one row to `_ROWS`; an unknown name in a file is an error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..core.errors import InputError, nearest

KINDS = (
    "perovskite",
    "semiconductor",
    "insulator",
    "electrode",
    "ligand",
    "solvent",
    "alloy",
    "dopant",
    "barrier",
    "reagent",
)
COLUMNS = (
    "kind",
    "name",
    "quantity",
    "value",
    "low",
    "high",
    "unit",
    "basis",
    "source",
    "place",
    "note",
)
TEXT = "text"


@dataclass(frozen=True, slots=True)
class Quantity:
    """Declaration of one quantity of the library.

    Parameters
    ----------
    name
        As written in data files.
    unit
        Unit inside the program: SI, eV for energies, "1" for pure numbers, "text" for words.
    low, high
        Honest bounds [unit].
    width
        Relative half-width of the 90 % interval of a single value that comes without one;
        ``value / (1 + width)`` to ``value * (1 + width)``. Zero: an exact number.
    doc
        One line.
    """

    name: str
    unit: str
    low: float
    high: float
    width: float
    doc: str


_INF = math.inf
_ROWS: tuple[tuple[str, str, float, float, float, str], ...] = (
    # bands
    ("band_gap", "eV", 0.01, 15.0, 0.02, "quasiparticle (transport) gap"),
    ("band_gap_temperature", "K", 0.0, 1000.0, 0.0, "temperature at which band_gap holds"),
    ("gap_bowing", "eV", -2.0, 2.0, 0.5, "bowing b of a mixture, gap -= b x (1 - x)"),
    ("slope_bowing", "eV/K", -5e-3, 5e-3, 0.5, "bowing of d(gap)/dT of a mixture"),
    ("gap_guest_shift", "eV", -10.0, 10.0, 1.0, "d(gap)/dx of x guests on the lead site, x small"),
    ("lattice_guest_shift", "m", -2e-10, 2e-10, 0.5, "d(lattice constant)/dx of such guests"),
    ("electron_affinity", "eV", 0.0, 10.0, 0.04, "conduction edge below vacuum"),
    ("ionization_energy", "eV", 1.0, 15.0, 0.03, "valence edge below vacuum"),
    ("work_function", "eV", 1.0, 8.0, 0.05, "Fermi level below vacuum"),
    ("electron_mass", "1", 0.005, 50.0, 0.2, "effective mass over the electron mass"),
    ("hole_mass", "1", 0.005, 50.0, 0.2, "effective mass over the electron mass"),
    ("reduced_mass", "1", 0.005, 25.0, 0.2, "reduced exciton mass over the electron mass"),
    ("kane_energy", "eV", 0.5, 60.0, 0.2, "Kane energy E_P = 2 P^2 m0 / hbar^2"),
    ("remote_band", "1", 0.0, 20.0, 0.3, "remote bands in 1/mu = gamma + 2 E_P / 3 E_g"),
    ("confinement_scale", "1", 0.05, 3.0, 0.2, "factor on the kinetic energies of confinement"),
    ("gap_correction", "eV", -0.5, 0.5, 0.0, "added to the bulk gap by sizing data"),
    ("spin_orbit_splitting", "eV", 0.0, 3.0, 0.1, "splitting of the conduction band"),
    ("exciton_binding_energy", "eV", 1e-4, 2.0, 0.1, "bulk exciton binding energy"),
    ("gap_temperature_slope", "eV/K", -5e-3, 5e-3, 0.5, "d(gap)/dT near room temperature"),
    ("gap_slope_expansion", "eV/K", -5e-3, 5e-3, 0.5, "part of it that thermal expansion makes"),
    ("gap_slope_phonon", "eV/K", -5e-3, 5e-3, 0.5, "part of it that phonons make"),
    ("emission_energy", "eV", 0.1, 10.0, 0.07, "PL peak as reported, whatever the size"),
    ("emission_yield", "1", 0.0, 2.0, 0.4, "PL quantum yield as reported"),
    ("gap_pressure_slope", "eV/Pa", -1e-9, 1e-9, 0.3, "d(gap)/dp"),
    ("effective_dos_conduction", "m-3", 1e20, 1e29, 2.0, "effective density of states, electrons"),
    ("effective_dos_valence", "m-3", 1e20, 1e29, 2.0, "effective density of states, holes"),
    ("donor_density", "m-3", 0.0, 1e28, 9.0, "ionised donors"),
    ("acceptor_density", "m-3", 0.0, 1e28, 9.0, "ionised acceptors"),
    # dielectric and optical
    ("relative_permittivity", "1", 1.0, 1e4, 0.1, "static, as a layer in a device"),
    ("permittivity_static", "1", 1.0, 1e4, 0.2, "static, lattice included"),
    ("permittivity_optical", "1", 1.0, 100.0, 0.1, "electronic part only"),
    ("permittivity_exciton", "1", 1.0, 100.0, 0.15, "effective, as seen by the bulk exciton"),
    ("refractive_index", "1", 1.0, 10.0, 0.05, "real part, visible light"),
    ("extinction_coefficient", "1", 0.0, 20.0, 0.2, "imaginary part, visible light"),
    ("phonon_energy", "eV", 1e-4, 0.5, 0.1, "longitudinal optical phonon"),
    ("radiative_coefficient", "m3/s", 1e-24, 1e-12, 2.0, "bimolecular radiative recombination"),
    # lattice and phases
    ("lattice_constant", "m", 2e-10, 3e-9, 0.01, "cubic or pseudocubic lattice constant"),
    ("bulk_modulus", "Pa", 1e8, 1e12, 0.15, "cubic phase"),
    ("surface_energy", "J/m2", -5.0, 5.0, 0.3, "free energy of the (ligated) surface"),
    ("surface_energy_difference", "J/m2", 0.0, 5.0, 1.0, "non-perovskite above perovskite surface"),
    ("surface_energy_tilt", "J/m2", 0.0, 5.0, 1.0, "orthorhombic above cubic perovskite surface"),
    ("transition_entropy_gamma_beta", "eV/K", 0.0, 1e-2, 1.0, "entropy gained per formula unit"),
    ("transition_entropy_beta_alpha", "eV/K", 0.0, 1e-2, 1.0, "entropy gained per formula unit"),
    ("lattice_a_alpha", "m", 2e-10, 3e-9, 0.01, "cubic cell (conventional for double perovskites)"),
    ("lattice_a_beta", "m", 2e-10, 3e-9, 0.01, "tetragonal cell P4/mbm"),
    ("lattice_c_beta", "m", 2e-10, 3e-9, 0.01, "tetragonal cell P4/mbm"),
    ("lattice_a_gamma", "m", 2e-10, 3e-9, 0.01, "orthorhombic cell Pbnm"),
    ("lattice_b_gamma", "m", 2e-10, 3e-9, 0.01, "orthorhombic cell Pbnm"),
    ("lattice_c_gamma", "m", 2e-10, 3e-9, 0.01, "orthorhombic cell Pbnm"),
    ("lattice_a_delta", "m", 2e-10, 3e-9, 0.01, "non-perovskite cell Pnma"),
    ("lattice_b_delta", "m", 2e-10, 3e-9, 0.01, "non-perovskite cell Pnma"),
    ("lattice_c_delta", "m", 2e-10, 3e-9, 0.01, "non-perovskite cell Pnma"),
    ("lattice_a_hexagonal", "m", 2e-10, 3e-9, 0.01, "hexagonal cell of A4BX6 and A3B2X9"),
    ("lattice_c_hexagonal", "m", 2e-10, 3e-9, 0.01, "hexagonal cell of A4BX6 and A3B2X9"),
    ("transition_temperature_gamma_beta", "K", 1.0, 2000.0, 0.05, "orthorhombic to tetragonal"),
    ("transition_temperature_beta_alpha", "K", 1.0, 2000.0, 0.05, "tetragonal to cubic"),
    ("transition_temperature_delta_alpha", "K", 1.0, 2000.0, 0.05, "non-perovskite to cubic"),
    ("tolerance_factor_printed", "1", 0.5, 1.5, 0.01, "Goldschmidt factor as a paper prints it"),
    ("ionic_radius", "m", 1e-11, 5e-10, 0.05, "effective radius of an ion"),
    # transport, ions, traps
    ("electron_mobility", "m2/Vs", 0.0, 1e3, 2.0, "electrons, as a layer in a device"),
    ("hole_mobility", "m2/Vs", 0.0, 1e3, 2.0, "holes, as a layer in a device"),
    ("crystal_mobility", "m2/Vs", 0.0, 1e3, 0.5, "of a bulk crystal, not of a film of dots"),
    ("carrier_lifetime", "s", 1e-15, 1e3, 1.0, "excess carriers"),
    ("trap_density", "m-3", 0.0, 1e28, 9.0, "traps per volume"),
    ("trap_depth", "eV", 0.0, 10.0, 0.5, "below the band edge"),
    ("ion_activation_energy", "eV", 0.0, 3.0, 0.2, "hopping barrier of the mobile ion"),
    ("ion_attempt_frequency", "Hz", 1e9, 1e15, 2.0, "attempt rate of an ion hop"),
    ("ion_hop_length", "m", 1e-11, 2e-9, 0.1, "distance of one ion hop"),
    ("ion_diffusivity", "m2/s", 0.0, 1e-6, 9.0, "mobile ion at 300 K"),
    ("ion_density", "m-3", 0.0, 1e28, 9.0, "mobile ions per volume"),
    # dopants and self-trapped excitons
    ("level_energy", "eV", 0.1, 10.0, 0.02, "relaxed excited level of a dopant above its ground"),
    ("level_degeneracy", "1", 1e-3, 1e3, 0.0, "states of the excited over those of the ground ion"),
    ("level_lifetime", "s", 1e-12, 1e3, 1.0, "radiative lifetime of the excited ion"),
    ("level_loss_rate", "1/s", 0.0, 1e15, 9.0, "loss of the excited ion without light"),
    ("transfer_rate", "1/s", 0.0, 1e18, 9.0, "exciton to ions, extrapolated to all sites filled"),
    ("ion_transfer_rate", "1/s", 0.0, 1e18, 9.0, "excited ion to lower ones on all sites around"),
    ("ions_per_exciton", "1", 1.0, 2.0, 0.0, "ions that one exciton excites"),
    ("pair_escape_rate", "1/s", 0.0, 1e18, 9.0, "two quanta of one exciton part for good"),
    ("exciton_loss_rate", "1/s", 0.0, 1e18, 9.0, "exciton to excited ions, all sites excited"),
    ("quenching_content", "1", 1e-6, 10.0, 1.0, "content whose quenching equals the emission"),
    ("passivated_sites", "1", 0.0, 1e6, 2.0, "sites around a defect where an ion turns it off"),
    ("line_energy", "eV", 0.1, 10.0, 0.02, "peak of an emission line of a dopant"),
    ("line_width", "eV", 1e-4, 2.0, 0.3, "full width at half maximum of that line"),
    ("line_share", "1", 0.0, 1.0, 0.3, "share of the photons of the ion in that line"),
    ("trapped_exciton_level", "eV", 0.1, 10.0, 0.05, "self-trapped exciton before it emits"),
    ("trapped_exciton_emission", "eV", 0.1, 10.0, 0.05, "peak of its emission"),
    ("trapped_exciton_width", "eV", 1e-3, 3.0, 0.2, "full width at half maximum of its emission"),
    ("trapped_exciton_lifetime", "s", 1e-12, 1.0, 2.0, "radiative lifetime"),
    ("trapped_exciton_yield", "1", 0.0, 1.0, 2.0, "quantum yield without dopants"),
    # spin
    ("elliott_yafet_factor", "1", 1e-4, 1e6, 3.0, "spin flips a scattering over that of k.p"),
    ("hyperfine_energy", "eV", 1e-9, 1e-3, 0.6, "fluctuating nuclear field, felt by a hole"),
    # solvents
    ("molar_mass", "kg/mol", 1e-3, 1e3, 0.0, "mass of one mole"),
    ("boiling_point", "K", 1.0, 4000.0, 0.01, "at 101325 Pa"),
    ("vapour_pressure", "Pa", 0.0, 1e8, 0.05, "at 25 degC"),
    ("mass_density", "kg/m3", 0.01, 3e4, 0.01, "at 25 degC"),
    ("viscosity", "Pa s", 1e-6, 1e6, 0.1, "at 25 degC"),
    ("surface_tension", "N/m", 1e-4, 10.0, 0.05, "at 25 degC"),
    ("vaporisation_enthalpy", "J/mol", 1e2, 1e6, 0.03, "at 25 degC"),
    ("molar_volume", "m3/mol", 1e-6, 1e-1, 0.01, "at 25 degC"),
    ("cohesive_energy_density", "Pa", 1e6, 1e10, 0.06, "square of the Hildebrand parameter"),
    ("dispersion_energy_density", "Pa", 1e6, 1e10, 0.2, "square of Hansen's delta_D"),
    ("polar_energy_density", "Pa", 0.0, 1e10, 0.2, "square of Hansen's delta_P"),
    ("hydrogen_bonding_energy_density", "Pa", 0.0, 1e10, 0.2, "square of Hansen's delta_H"),
    ("relative_polarity", "1", 0.0, 1.2, 0.1, "Reichardt scale, water 1"),
    ("dipole_moment", "C m", 0.0, 1e-28, 0.1, "of one molecule"),
    ("donor_number", "J/mol", 0.0, 1e6, 0.1, "Gutmann donor number"),
    # ligands
    ("ligand_length", "m", 0.0, 2e-8, 0.2, "length of a stretched ligand on its facet"),
    ("interdigitation", "1", 0.0, 1.0, 0.3, "share of the chain that overlaps the neighbour's"),
    ("ligand_coverage", "1", 0.0, 1.0, 0.2, "share of a full shell as delivered"),
    ("grafting_density", "m-2", 1e16, 1e20, 0.4, "ligands per area in a full shell"),
    ("ligand_binding_energy", "eV", 0.0, 5.0, 0.2, "barrier of desorption"),
    ("adsorption_energy", "eV", 0.0, 2.0, 0.3, "gain of a ligand from solution (1 mol/l)"),
    ("ligand_removal", "1", 0.0, 1.0, 0.4, "share of the ligands that one wash takes off"),
    ("decay_scale", "1", 0.05, 3.0, 0.2, "tunnelling decay over that of a saturated chain"),
    # barriers against water, and what bends
    ("barrier_thickness", "m", 1e-10, 1e-2, 0.0, "thickness at which water_transmission holds"),
    ("water_transmission", "kg/m2/s", 1e-22, 1e-2, 4.0, "at 25 degC, from saturated to dry air"),
    ("water_diffusivity", "m2/s", 1e-26, 1e-4, 4.0, "water in the barrier, 25 degC"),
    ("permeation_activation", "eV", 0.0, 2.0, 0.3, "of permeability and diffusivity"),
    ("youngs_modulus", "Pa", 1e3, 2e12, 0.3, "of a layer"),
    ("poisson_ratio", "1", -1.0, 0.5, 0.2, "of a layer"),
    ("crack_strain", "1", 1e-5, 1.0, 1.0, "tensile strain at which a layer cracks"),
    # reagents
    ("chain_carbons", "1", 0.0, 100.0, 0.0, "carbon atoms of the longest chain"),
    # dopants in films
    ("site_charge", "1", -3.0, 3.0, 0.0, "charge on its lattice site, relative to the lattice"),
    ("ionised_share", "1", 0.0, 1.0, 9.0, "share of a dopant that gives a carrier"),
    # words
    ("head_group", TEXT, -_INF, _INF, 0.0, "what binds a ligand to the surface"),
    ("chain", TEXT, -_INF, _INF, 0.0, "saturated, conjugated, inorganic or none"),
    ("alias", TEXT, -_INF, _INF, 0.0, "another name of the material"),
    ("title", TEXT, -_INF, _INF, 0.0, "full name"),
    ("cas", TEXT, -_INF, _INF, 0.0, "CAS registry number"),
    ("phase_300k", TEXT, -_INF, _INF, 0.0, "phase of the bulk at 300 K"),
    ("carrier_type", TEXT, -_INF, _INF, 0.0, "n, p or ambipolar"),
    ("band_gap_kind", TEXT, -_INF, _INF, 0.0, "quasiparticle or optical (exciton bound)"),
    ("band_gap_phase", TEXT, -_INF, _INF, 0.0, "phase in which band_gap holds"),
    ("band_gap_transition", TEXT, -_INF, _INF, 0.0, "direct or indirect"),
    ("miscibility", TEXT, -_INF, _INF, 0.0, "good or poor, of the two ends of an alloy"),
    ("exciton_character", TEXT, -_INF, _INF, 0.0, "wannier or localised"),
    ("solvent_class", TEXT, -_INF, _INF, 0.0, "alkane, aromatic, ester, ether, ketone, alcohol"),
    ("sum_formula", TEXT, -_INF, _INF, 0.0, "atoms of one formula unit, C18H34O2"),
    ("reagent_role", TEXT, -_INF, _INF, 0.0, "salt, ligand, solvent or additive"),
    ("brings", TEXT, -_INF, _INF, 0.0, "ions and groups of one formula unit, Pb:1 Br:2"),
    ("ghs_statements", TEXT, -_INF, _INF, 0.0, "hazard statements by number, H302 H360"),
    ("hazard", TEXT, -_INF, _INF, 0.0, "harm to people or the environment"),
)

QUANTITIES: dict[str, Quantity] = {row[0]: Quantity(*row) for row in _ROWS}


def declared(name: str, field: str = "quantity") -> Quantity:
    """Return the declaration of quantity `name`.

    Raises
    ------
    InputError
        If no such quantity is declared; the nearest names are given.

    Examples
    --------
    >>> declared("band_gap").unit
    'eV'
    """
    if name not in QUANTITIES:
        raise InputError(field, name, "a quantity of the library", nearest(name, QUANTITIES))
    return QUANTITIES[name]
