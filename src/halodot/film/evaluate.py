"""One evaluation of all film models at fixed numbers; what is not known is NaN and stays so."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.constants import BOLTZMANN
from . import bands, hopping, ions, permittivity, shell, spacing, traps


@dataclass(frozen=True)
class Case:
    """What does not vary between draws.

    Attributes
    ----------
    shape
        ``cube``, ``sphere`` or ``platelet``.
    is_random, is_annealed, is_bulk
        Random packing; a heat treatment is part of it; no dots were given.
    washes
        Number of washes.
    temperature
        [K]
    """

    shape: str
    is_random: bool
    is_annealed: bool
    is_bulk: bool
    washes: int
    temperature: float

    @property
    def kT(self) -> float:  # noqa: N802
        """Thermal energy [eV]."""
        return BOLTZMANN * self.temperature

    @property
    def neighbours(self) -> float:
        """Neighbours to hop to: 12 for close-packed spheres, 6 else."""
        return 12.0 if self.shape == "sphere" and not self.is_random else 6.0


@dataclass(frozen=True)
class _Draft:
    """Inputs `x`, values `given` by the user, and the properties computed so far."""

    case: Case
    x: Mapping[str, float]
    given: Mapping[str, float]
    out: dict[str, float] = field(default_factory=dict)

    def put(self, name: str, value: float) -> None:
        """Store a property; what the user gave wins and is used from here on."""
        self.out[name] = self.given.get(name, value)


def evaluate(case: Case, x: Mapping[str, float], given: Mapping[str, float]) -> dict[str, float]:
    """Return every property of the film by name, NaN where an input is not known.

    Parameters
    ----------
    case
        What does not vary between draws.
    x
        Inputs by name, as `inputs.collect` returns them, one draw of each.
    given
        Properties that the user gave; they replace the model's on the way.
    """
    draft = _Draft(case, x, given)
    for step in (_geometry, _hopping, _dielectric, _bands, _surface, _recombination):
        step(draft)
    return draft.out


def coverage(case: Case, x: Mapping[str, float]) -> float:
    """Return the share of a full ligand shell that is left after all treatment [1]."""
    left = shell.after_wash(x["coverage"], x["removal"], case.washes) * (1.0 - x["stripped"])
    if not case.is_annealed:
        return left
    return shell.after_anneal(left, x["binding"], x["anneal_temperature"], x["anneal_duration"])


def _packing(d: _Draft) -> tuple[float, float]:
    """Space filled by dots with their shells, absolute and relative to the perfect lattice."""
    full = spacing.full_packing(d.case.shape)
    filled = d.x["packing_density"] if d.case.is_random else full
    filled = full if filled > full else filled
    return filled, filled / full


def _geometry(d: _Draft) -> None:
    d.put("dot_size", d.x["size"])
    d.put("coverage", coverage(d.case, d.x))
    gap = spacing.gap(d.x["length"], d.x["interdigitation"], d.out["coverage"], d.x["contact_gap"])
    d.put("spacing", gap)
    lateral = d.x["lateral"] if d.case.shape == "platelet" else None
    cells = (d.case.shape, d.out["dot_size"], d.out["spacing"], _packing(d)[0], lateral)
    d.put("dot_density", spacing.dot_density(*cells))
    d.put("fill_fraction", spacing.fill_fraction(*cells))
    d.put("core_surface", spacing.core_surface(d.case.shape, d.out["dot_size"], lateral))


def _hopping(d: _Draft) -> None:
    for carrier in ("electron", "hole"):
        sigma = hopping.disorder(
            d.x[f"slope_{carrier}"], d.x["size_spread"], d.x["static_disorder"]
        )
        d.put(f"disorder_{carrier}", sigma)
        d.put(f"mobility_{carrier}", _mobility(d, d.x[f"{carrier}_mass"], sigma))
    if d.case.is_bulk:
        d.put("poole_frenkel", 0.0)  # bands, no hopping
        return
    sigma = 0.5 * (d.out["disorder_electron"] + d.out["disorder_hole"])
    pitch = d.out["dot_size"] + d.out["spacing"]
    d.put("poole_frenkel", hopping.field_exponent(sigma, d.case.kT, pitch))


def _mobility(d: _Draft, mass: float, sigma: float) -> float:
    x, kT, size, beta = d.x, d.case.kT, d.out["dot_size"], d.x["tunnelling_decay"]
    coupling = hopping.contact_coupling(size, mass)
    if d.case.shape == "sphere":
        coupling *= hopping.sphere_overlap(size, beta)
    energies = (x["reorganisation_energy"], x["phonon_energy"], kT)
    across = hopping.hop_rate(coupling, d.out["spacing"], beta, *energies)
    bridged = hopping.hop_rate(coupling, 0.0, beta, *energies)
    rate = hopping.bridged_rate(across, bridged, x["necking"], d.case.neighbours)
    spread = hopping.diffusivity(rate, size + d.out["spacing"], d.case.neighbours)
    slowed = spread * hopping.disorder_factor(sigma, kT, x["disorder_exponent"])
    return hopping.einstein_mobility(slowed, d.case.temperature) * hopping.void_factor(
        _packing(d)[1]
    )


def _dielectric(d: _Draft) -> None:
    x, solid = d.x, _packing(d)[1]
    if d.case.is_bulk:
        d.put("relative_permittivity", x["core_static"])
        d.put("refractive_index", math.sqrt(x["core_optical"]))
        d.put("absorption", x["core_absorption"])
        return
    fill, mix = d.out["fill_fraction"] / solid, x["effective_medium"]
    static = permittivity.film_permittivity(x["core_static"], x["ligand_permittivity"], fill, mix)
    optical = permittivity.film_permittivity(x["core_optical"], x["ligand_index"] ** 2, fill, mix)
    d.put("relative_permittivity", permittivity.bruggeman(static, 1.0, solid))
    d.put("refractive_index", math.sqrt(permittivity.bruggeman(optical, 1.0, solid)))
    d.put("absorption", x["core_absorption"] * d.out["fill_fraction"])


def _bands(d: _Draft) -> None:
    d.put("electron_affinity", d.x["affinity"])
    d.put("ionization_energy", d.x["ionization"])
    for carrier in ("electron", "hole"):
        states = bands.dot_states(d.out["dot_density"])
        if d.case.is_bulk:
            states = bands.bulk_states(d.x[f"{carrier}_mass"], d.case.temperature)
        d.put(f"density_of_states_{carrier}", states)


def _surface(d: _Draft) -> None:
    x, dots = d.x, d.out["dot_density"]
    missing = traps.missing_ligands(d.out["core_surface"], x["grafting"], d.out["coverage"])
    d.put("trap_density", traps.density(dots, missing, x["traps_per_missing_ligand"]))
    d.put("trap_depth", x["trap_depth"])
    d.put("doping", x["doping"])
    bulk, share = x["bulk_vacancy_density"], x["vacancies_per_missing_ligand"]
    held = ions.density(d.out["fill_fraction"], bulk, dots, missing, share)
    d.put("ion_density", bulk if d.case.is_bulk else held)
    _ion_motion(d)


def _ion_motion(d: _Draft) -> None:
    x, is_bulk = d.x, d.case.is_bulk
    shield = 1.0 if is_bulk else d.out["coverage"]
    d.put("ion_activation", ions.activation(x["bulk_activation"], x["surface_softening"], shield))
    crossing = 1.0 if is_bulk else x["ion_crossing"]
    hop = (x["hop_length"], x["vacancy_attempt"], d.out["ion_activation"], crossing)
    d.put("ion_mobility", ions.mobility(*hop, d.case.temperature))


def _recombination(d: _Draft) -> None:
    both = 0.0
    for carrier in ("electron", "hole"):
        met = traps.langevin(d.out[f"mobility_{carrier}"], d.out["relative_permittivity"])
        d.put(f"capture_{carrier}", met)
        both += met
    if d.case.is_bulk:
        d.put("radiative_coefficient", d.x["bulk_radiative"])
        return
    within = traps.bimolecular(both, d.out["dot_density"], d.x["lifetime"])
    d.put("radiative_coefficient", within)
