"""What the stochastic engine is given: plain numbers, from a spec or by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...core.constants import BOLTZMANN, ELEMENTARY_CHARGE
from ...core.errors import InputError
from .events import MOST_SPECIES, Kinds
from .lattice import F, Lattice
from .rates import exchange_current, surface_barrier
from .spec import FilamentSpec, Species


@dataclass(frozen=True)
class Ion:
    """One species in numbers: energies in eV, the rest in SI."""

    name: str
    charge: int
    supplied: bool
    density: float
    inside: float
    surface: float
    attempt: float
    redox: float
    share: float
    formation: float
    atomic_volume: float
    surface_energy: float
    resistivity: float
    mean_free_path: float
    creep: float
    adhesion: float = 1.0

    @property
    def bond(self) -> float:
        """Energy of a bond [eV] that gives a flat face its surface energy."""
        return 0.4 * self.surface_energy * self.atom_area / ELEMENTARY_CHARGE

    @property
    def atom_area(self) -> float:
        """Face of an atom [m2]."""
        return self.atomic_volume ** (2.0 / 3.0)


@dataclass(frozen=True, eq=False)
class Problem:
    """A film, its ions and its surroundings.

    Parameters
    ----------
    lattice
        The sites; plane 0 is the active electrode.
    ions
        Species, at most four.
    temperature
        Of the electrodes [K].
    route
        "poisson": potential of the film alone, filament held at the electrodes; "network": metal,
        gaps and film conduct together.
    permittivity
        Relative, of the film.
    contrast
        Largest ratio of conductances of metal and film that the network is solved with.
    fastest
        Hops, creep and redox steps [3] of the whole film in a second, beyond which all of a kind
        are slowed alike; none by default. What it does is the same however finely is recorded,
        but not what the film would do: the record says so.
    settle
        Time [s] in which source and temperature follow the filament.
    patch
        Share of the active electrode's face, around its middle, that gives ions.
    bump
        Height and width, in sites, of what an earlier filament left on the other electrode: bound
        like a filament, not dissolved. Filaments start there.
    """

    lattice: Lattice
    ions: tuple[Ion, ...]
    temperature: float = 300.0
    route: str = "poisson"
    permittivity: float = 10.0
    contact_share: float = 0.15
    space_charge: float = 0.0
    gap_decay: float = 1e10
    point_conductance: float = 7.748e-5
    film_conductivity: float = 1e-6
    thermal_conductivity: float = 0.3
    lowering: float = 0.08
    half_light: float = 100.0
    redox_share: float = 0.5
    contrast: float = 1e6
    fastest: tuple[float, float, float] = (math.inf, math.inf, math.inf)
    settle: float = 1e-10
    patch: float = 1.0
    bump: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        if not 1 <= len(self.ions) <= MOST_SPECIES:
            raise InputError("problem.ions", len(self.ions), f"1 to {MOST_SPECIES} species")
        if self.route not in ("poisson", "network"):
            raise InputError("problem.route", self.route, "poisson or network", "")
        if not 1.0 <= self.temperature <= 2000.0:
            raise InputError("problem.temperature", self.temperature, "1 to 2000 K", "")
        if not min(self.fastest) > 0.0:
            raise InputError("problem.fastest", self.fastest, "above zero", "leave it out")
        if not self.settle > 0.0:
            raise InputError("problem.settle", self.settle, "above zero", "1e-10 s is usual")

    def kinds(self) -> Kinds:
        """Return the numbers of the species as kernels read them."""
        count = len(self.ions)
        bond = np.zeros((count, MOST_SPECIES + 2))
        for a, one in enumerate(self.ions):
            for b, other in enumerate(self.ions):
                bond[a, b] = np.sqrt(one.bond * other.bond)
            bond[a, MOST_SPECIES:] = one.bond, one.adhesion * one.bond
        columns = {
            name: np.array([float(getattr(ion, name)) for ion in self.ions])
            for name in ("charge", "attempt", "redox", "share", "formation", "creep")
        }
        supplied = np.array([ion.supplied for ion in self.ions])
        return Kinds(**columns, supplied=supplied, bond=bond)

    def barriers(self) -> F:
        """Return the barrier of hops [species, site]."""
        return np.array([self.lattice.barriers(i.inside, i.surface) for i in self.ions])


def ion_of(spec: Species, coverage: float, restored: float, shift: float, kelvin: float) -> Ion:
    """Return a species in numbers, with what its ligands do."""
    inside, bare = float(spec.barrier_inside), float(spec.barrier_surface)
    area = float(spec.atomic_volume) ** (2.0 / 3.0)
    redox = float(spec.redox_barrier)
    if spec.exchange_current_density is not None:
        full = exchange_current(0.0, float(spec.charge), float(spec.attempt), area, kelvin)
        wanted = max(float(spec.exchange_current_density), 1e-300)
        redox = float(np.log(full / wanted)) * BOLTZMANN * kelvin
    return Ion(
        name=spec.name,
        charge=spec.charge,
        supplied=spec.supplied,
        density=float(spec.density),
        inside=inside,
        surface=surface_barrier(inside, bare, coverage, restored),
        attempt=float(spec.attempt),
        redox=redox + shift * coverage,
        share=float(spec.transfer),
        formation=float(spec.formation_energy),
        atomic_volume=float(spec.atomic_volume),
        surface_energy=float(spec.surface_energy),
        resistivity=float(spec.resistivity),
        mean_free_path=float(spec.mean_free_path),
        creep=float(spec.creep_barrier),
        adhesion=float(spec.adhesion),
    )


def problem_of(
    spec: FilamentSpec,
    shape: tuple[int, int, int] = (40, 40, 40),
    *,
    spacing: float = 0.42e-9,
    dot: int = 12,
    temperature: float = 300.0,
    coverage: float = 0.5,
    permittivity: float = 10.0,
    route: str = "poisson",
    seed: int = 0,
) -> Problem:
    """Return the problem that a spec states.

    Parameters
    ----------
    spec
        The table [device.filament].
    shape, spacing, dot
        Sites of the film, edge of a site [m], sites along a dot.
    temperature, permittivity
        Of the film.
    coverage
        Share of a full shell of ligands, where the spec does not say.
    route
        "poisson" or "network".
    seed
        Of the spread of barriers from dot to dot.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> spec = build(FilamentSpec, {"species": [{"name": "Ag"}]})
    >>> round(problem_of(spec).ions[0].bond, 2)
    0.08
    """
    ligands, light = spec.ligands, spec.lighting
    cover = coverage if ligands.coverage is None else float(ligands.coverage)
    restored, shift = float(ligands.surface_restored), float(ligands.redox_shift)
    ions = tuple(ion_of(s, cover, restored, shift, temperature) for s in spec.species)
    return Problem(
        lattice=Lattice(shape, spacing, dot, float(spec.barrier_spread), seed),
        ions=ions,
        temperature=temperature,
        route=route,
        permittivity=permittivity,
        contact_share=float(spec.contact_share),
        space_charge=float(spec.space_charge),
        gap_decay=float(spec.gap_decay),
        point_conductance=float(spec.point_conductance),
        film_conductivity=float(spec.film_conductivity),
        thermal_conductivity=float(spec.thermal_conductivity),
        lowering=float(light.lowering),
        half_light=float(light.half_light),
        redox_share=float(light.redox_share),
    )
