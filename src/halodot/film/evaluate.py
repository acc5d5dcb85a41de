"""One evaluation of all film models at fixed numbers; what is not known is NaN and stays so."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.constants import BOLTZMANN
from . import bands, doping, exchange, hopping, ions, permittivity, ripening, shell, spacing, traps


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
    is_exchanged, is_ripened, is_in_ink
        Another ligand came in; dots grew; the shell stands in equilibrium with free ligand.
    dopants
        Charge of each dopant on the lead site.
    majority
        ``hole`` or ``electron``: what an undoped film has at rest.
    """

    shape: str
    is_random: bool
    is_annealed: bool
    is_bulk: bool
    washes: int
    temperature: float
    is_exchanged: bool = False
    is_ripened: bool = False
    is_in_ink: bool = False
    dopants: tuple[int, ...] = ()
    majority: str = "hole"

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
    if case.is_exchanged:
        x = exchange.mixed(x, BOLTZMANN * x["ink_temperature"])
    draft = _Draft(case, x, given)
    for step in (_geometry, _hopping, _dielectric, _bands, _surface, _recombination):
        step(draft)
    return draft.out


def coverage(case: Case, x: Mapping[str, float]) -> float:
    """Return the share of a full ligand shell that is left after all treatment [1].

    The shell, of one ligand or mixed by an exchange, is washed first and heated last.
    """
    full = x["coverage"]
    if case.is_in_ink:
        full = shell.adsorbed(x["free_ligand"], x["adsorption_energy"], x["ink_temperature"])
    left = shell.after_wash(full, x["removal"], case.washes) * (1.0 - x["stripped"])
    if not case.is_annealed:
        return left
    return shell.after_anneal(left, x["binding"], x["anneal_temperature"], x["anneal_duration"])


def _necking(d: _Draft) -> float:
    """Share of contacts grown together, by ripening, by heat, or as given."""
    share = d.x["necking"]
    if d.case.is_ripened:
        share = ripening.either(share, d.x["ripen_necks"])
    if d.case.is_annealed:
        heat = (d.x["anneal_temperature"], d.x["anneal_duration"])
        grown = ripening.necks(d.out["coverage"], d.x["neck_barrier"], *heat)
        share = ripening.either(share, grown)
    return share


def _packing(d: _Draft) -> tuple[float, float]:
    """Space filled by dots with their shells, absolute and relative to the perfect lattice."""
    filled = (1.0 - d.x.get("missing_dots", 0.0)) * _without_holes(d)
    return filled, filled / spacing.full_packing(d.case.shape)


def _without_holes(d: _Draft) -> float:
    """Space filled where no dot is missing; places in order count as a perfect lattice."""
    full = spacing.full_packing(d.case.shape)
    order = d.x.get("packing_order", 0.0 if d.case.is_random else 1.0)
    random = d.x["packing_density"] if order < 1.0 else full
    return order * full + (1.0 - order) * (full if random > full else random)


def _geometry(d: _Draft) -> None:
    d.put("dot_size", d.x["size"] * (d.x["ripen_growth"] if d.case.is_ripened else 1.0))
    d.put("coverage", math.nan if d.case.is_bulk else coverage(d.case, d.x))
    gap = spacing.gap(d.x["length"], d.x["interdigitation"], d.out["coverage"], d.x["contact_gap"])
    d.put("spacing", gap)
    lateral = d.x["lateral"] if d.case.shape == "platelet" else None
    cells = (d.case.shape, d.out["dot_size"], d.out["spacing"], _packing(d)[0], lateral)
    d.put("dot_density", spacing.dot_density(*cells))
    d.put("fill_fraction", spacing.fill_fraction(*cells))
    d.put("necking", _necking(d))
    d.put("core_surface", spacing.core_surface(d.case.shape, d.out["dot_size"], lateral))


def _hopping(d: _Draft) -> None:
    for carrier in ("electron", "hole"):
        sigma = hopping.disorder(_slope(d, carrier), d.x["size_spread"], d.x["static_disorder"])
        d.put(f"disorder_{carrier}", sigma)
        on_packing = d.x.get(f"packing_{carrier}", 1.0)
        closed = _mobility(d, d.x[f"{carrier}_mass"], sigma)
        d.put(f"mobility_{carrier}", on_packing * closed)
        d.out[f"level_slope_{carrier}"] = _slope(d, carrier)
        d.out["decay"] = d.x["tunnelling_decay"] * d.x["decay_scale"]
    if d.case.is_bulk:
        d.put("poole_frenkel", 0.0)  # bands, no hopping
        return
    sigma = 0.5 * (d.out["disorder_electron"] + d.out["disorder_hole"])
    pitch = d.out["dot_size"] + d.out["spacing"]
    d.put("poole_frenkel", hopping.field_exponent(sigma, d.case.kT, pitch))


def _slope(d: _Draft, carrier: str) -> float:
    """d(level)/d(ln size) of the dots as they are in the film; it falls as 1/size^2."""
    grown = d.x["ripen_growth"] if d.case.is_ripened else 1.0
    return d.x[f"slope_{carrier}"] / grown**2


def _mobility(d: _Draft, mass: float, sigma: float) -> float:
    x, kT, size = d.x, d.case.kT, d.out["dot_size"]
    beta = x["tunnelling_decay"] * x["decay_scale"]
    coupling = hopping.contact_coupling(size, mass)
    if d.case.shape == "sphere":
        coupling *= hopping.sphere_overlap(size, beta)
    energies = (x["reorganisation_energy"], x["phonon_energy"], kT)
    across = hopping.hop_rate(coupling, d.out["spacing"], beta, *energies)
    bridged = hopping.hop_rate(coupling, 0.0, beta, *energies)
    rate = hopping.bridged_rate(across, bridged, d.out["necking"], d.case.neighbours)
    spread = hopping.diffusivity(rate, size + d.out["spacing"], d.case.neighbours)
    slowed = spread * hopping.disorder_factor(sigma, kT, x["disorder_exponent"])
    # dots missing from a packing are in the ratio to this closed form
    solid = _without_holes(d) / spacing.full_packing(d.case.shape)
    return hopping.einstein_mobility(slowed, d.case.temperature) * hopping.void_factor(solid)


def _dielectric(d: _Draft) -> None:
    x, solid = d.x, _packing(d)[1]
    d.out["solid"] = solid
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
    growth = d.x["ripen_growth"] if d.case.is_ripened else 1.0
    sunk = {c: ripening.shift(d.x[f"slope_{c}"], growth) for c in ("electron", "hole")}
    is_same = growth == 1.0
    d.put("electron_affinity", d.x["affinity"] + (0.0 if is_same else sunk["electron"]))
    d.put("ionization_energy", d.x["ionization"] - (0.0 if is_same else sunk["hole"]))
    for carrier in ("electron", "hole"):
        states = bands.dot_states(d.out["dot_density"])
        if d.case.is_bulk:
            states = bands.bulk_states(d.x[f"{carrier}_mass"], d.case.temperature)
        d.put(f"density_of_states_{carrier}", states)


def _surface(d: _Draft) -> None:
    x, dots = d.x, d.out["dot_density"]
    left = x["ripen_defects_left"] if d.case.is_ripened else 1.0
    missing = traps.missing_ligands(d.out["core_surface"], x["grafting"], d.out["coverage"]) * left
    d.put("trap_density", traps.density(dots, missing, x["traps_per_missing_ligand"]))
    d.put("trap_depth", x["trap_depth"])
    _dopants(d)
    bulk = x["bulk_vacancy_density"] * left
    if d.case.is_bulk:
        d.out.update({"vacancies_inside": bulk, "vacancies_outside": 0.0})
    else:
        inside = ions.density(d.out["fill_fraction"], bulk, dots, 0.0, 0.0)
        outside = ions.density(0.0, bulk, dots, missing, x["vacancies_per_missing_ligand"])
        d.out.update({"vacancies_inside": inside, "vacancies_outside": outside})
    _ion_motion(d)


def _dopants(d: _Draft) -> None:
    """Carriers that dopants give, and the content of acceptors that hold vacancies."""
    fill = 1.0 if d.case.is_bulk else d.out["fill_fraction"]
    units = doping.formula_units(fill, d.x["hop_length"])
    net = acceptors = 0.0
    for k, charge in enumerate(d.case.dopants):
        net += charge * d.x[f"content_{k}"] * d.x[f"ionised_{k}"] * units
        acceptors += d.x[f"content_{k}"] * max(-charge, 0)
    d.out.update({"doping_by_ions": net, "acceptor_content": acceptors, "formula_units": units})
    d.put("doping", net if d.case.dopants else d.x["doping"])


def _ion_motion(d: _Draft) -> None:
    """Ions at the temperature of the film: how many are free, how fast, with what barrier."""
    number, speed, barrier = ion_state(d.case, d.x, d.out, d.case.temperature)
    d.put("ion_density", number)
    d.put("ion_activation", barrier)
    if "ion_activation" in d.given:
        hop = (d.x["hop_length"], d.x["vacancy_attempt"], d.out["ion_activation"])
        crossing = 1.0 if d.case.is_bulk else d.x["ion_crossing"]
        speed = ions.mobility(*hop, crossing, d.case.temperature)
    d.out["ions_given"] = float("ion_activation" in d.given or "ion_mobility" in d.given)
    d.put("ion_mobility", speed)
    _silver(d)


def _silver(d: _Draft) -> None:
    """Silver ions between lattice sites, as an electrode gives them: core and surface alike."""
    x, temperature = d.x, d.case.temperature
    shield = 1.0 if d.case.is_bulk else d.out["coverage"]
    surface = ions.activation(x["silver_activation"], x["surface_softening"], shield)
    mean, barrier = ions.side_by_side(1.0, x["silver_activation"], 1.0, surface, temperature)
    crossing = 1.0 if d.case.is_bulk else x["ion_crossing"]
    speed = ions.mobility(x["hop_length"], x["vacancy_attempt"], 0.0, crossing, temperature)
    d.out.update({"silver_ion_mobility": speed * mean, "silver_ion_activation": barrier})


def ion_state(
    case: Case, x: Mapping[str, float], out: Mapping[str, float], temperature: float
) -> tuple[float, float, float]:
    """Return mobile ions [m-3], their mobility [m2/Vs] and barrier [eV] at a temperature [K]."""
    inside, outside = out["vacancies_inside"], out["vacancies_outside"]
    core = x["bulk_activation"]
    shield = 1.0 if case.is_bulk else out["coverage"]
    surface = ions.activation(core, x["surface_softening"], shield)
    mean, barrier = ions.side_by_side(inside, core, outside, surface, temperature)
    crossing = 1.0 if case.is_bulk else x["ion_crossing"]
    speed = ions.mobility(x["hop_length"], x["vacancy_attempt"], 0.0, crossing, temperature) * mean
    free = 1.0
    if out["acceptor_content"] > 0.0:
        binding = doping.pair_energy(x["core_static"], x["hop_length"])
        content = (inside + outside) / out["formula_units"]
        free = doping.mobile_share(
            content, out["acceptor_content"], binding, BOLTZMANN * temperature
        )
    return (inside + outside) * free, speed, barrier


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
