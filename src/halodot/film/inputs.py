"""What the film models start from: dots, ligand, treatment and priors, each with its basis."""

from __future__ import annotations

from ..core.errors import InputError
from ..core.sourced import Sourced, assumed
from ..core.spec import quantity_of
from ..dot.state import DotProperties
from ..library import Library
from ..library.entry import Entry
from .exchange import MIXED
from .spacing import full_packing
from .spec import DopantSpec, ExchangeSpec, FilmSpec, GateSpec, HoppingSpec, RipenSpec, SurfaceSpec

NO_DOTS = "no dots are given"
NOT_A_PLATELET = "no lateral size is given"
# Fitted once, both with one mobility: see calibration.py. Used for every film.
_FITTED = "fitted to what the transistor of the undoped film of ref 164 shows"
TUNNELLING_DECAY = Sourced(
    6.06e9,
    "1/m",
    4.7e9,
    7.2e9,
    "fitted",
    ("ref164", "review"),
    f"{_FITTED}; saturated chains are quoted with 7 to 11 per nm",
)
STATIC_DISORDER = Sourced(0.0325, "eV", 0.016, 0.047, "fitted", ("ref164", "review"), _FITTED)
BULK_ACTIVATION = assumed(
    0.44, "eV", 0.25, 0.60, "Cl-Br interdiffusion in CsPbBr3 wires, taken for this composition"
)
RANDOM_CUBES = assumed(
    0.75, "1", 0.62, 0.90, "above hard spheres (0.64), as cubes order in part and shells give way"
)
RANDOM_SPHERES = assumed(
    0.60, "1", 0.55, 0.64, "hard spheres: from loose to dense random packing; remembered"
)
EFFECTIVE_MEDIUM = assumed(
    0.3, "1", 0.0, 1.0, "between Maxwell-Garnett (0) and Bruggeman (1): dots apart, but crowded"
)
CORE_ABSORPTION = assumed(
    5e6, "1/m", 2e6, 1e7, "cores at their first exciton; remembered, unverified"
)
TRAP_DEPTH = assumed(
    0.3, "eV", 0.1, 0.6, "most defects of CsPbBr3 are shallow; surface traps lie deeper, not known"
)
DOPING = assumed(
    0.0, "m-3", -1e22, 1e22, "no doping is known; the sign of the majority is not predicted"
)
OF_DOPANTS = assumed(
    0.0, "m-3", -1e22, 1e22, "of the dopants named; their share that gives a carrier is a prior"
)
LIGAND_NEEDS = {
    "length": "ligand_length",
    "interdigitation": "interdigitation",
    "coverage": "ligand_coverage",
    "grafting": "grafting_density",
    "binding": "ligand_binding_energy",
    "adsorption_energy": "adsorption_energy",
    "decay_scale": "decay_scale",
    "ligand_permittivity": "relative_permittivity",
    "ligand_index": "refractive_index",
}
DOT_NEEDS = {
    "size": ("size", "m"),
    "size_spread": ("size_spread", "1"),
    "electron_mass": ("electron_mass", "1"),
    "hole_mass": ("hole_mass", "1"),
    "slope_electron": ("level_slope_electron", "eV"),
    "slope_hole": ("level_slope_hole", "eV"),
    "core_static": ("permittivity_static", "1"),
    "core_optical": ("permittivity_optical", "1"),
    "affinity": ("electron_affinity", "eV"),
    "ionization": ("ionization_energy", "eV"),
    "lifetime": ("radiative_lifetime", "s"),
}
BULK_NEEDS = {
    "electron_mass": "electron_mass",
    "hole_mass": "hole_mass",
    "core_static": "permittivity_static",
    "core_optical": "permittivity_optical",
    "affinity": "electron_affinity",
    "ionization": "ionization_energy",
    "bulk_radiative": "radiative_coefficient",
}
# Of ligands that do not state their own; decay: that of a saturated chain.
UNSTATED = {
    "decay_scale": Sourced(1.0, "1", basis="assumed", note="taken as a saturated chain"),
    "adsorption_energy": assumed(0.25, "eV", 0.15, 0.35, "taken as that of OA/OAm"),
}
MOST_FOREIGN = 0.2  # ions per lead site, all dopants together
SHARES = ("coverage", "interdigitation", "removal", "stripped", "effective_medium")
GATE = ("charge", "layers", "time", "thickness", "residual", "hole_trap_depth")


_DECLARED = (
    (FilmSpec, ""),
    (HoppingSpec, ""),
    (SurfaceSpec, ""),
    (GateSpec, "gate_"),
    (RipenSpec, "ripen_"),
    (ExchangeSpec, "exchange_"),
)


def _bounds() -> dict[str, tuple[float, float]]:
    """Honest bounds of everything that is drawn, from where it is declared."""
    bounds = dict.fromkeys(SHARES, (0.0, 1.0))
    bounds |= {f"new_{n}": (0.0, 1.0) for n in SHARES}
    for spec, prefix in _DECLARED:
        for name in spec.model_fields:
            declared = quantity_of(spec, name)
            if declared is not None:
                bounds[prefix + name] = (declared["low"], declared["high"])
    bounds["packing_density"] = bounds["random_packing_density"]
    bounds["necking"] = bounds["necking_fraction"]
    return bounds


BOUNDS = _bounds()


def collect(dots: DotProperties | None, spec: FilmSpec, library: Library) -> dict[str, Sourced]:
    """Return every input of the film models by name, unknown ones with their reason.

    Raises
    ------
    InputError
        If ligand, solvent or composition are missing or not in the library.
    """
    found = _of_dots(dots) if dots is not None else _of_bulk(spec, library)
    found |= _of_ligand(ligand_name(dots, spec), library)
    found |= _of_treatment(spec, library)
    found |= {n: getattr(spec.hopping, n) for n in type(spec.hopping).model_fields}
    found |= _of_surface(spec)
    found["tunnelling_decay"] = spec.hopping.tunnelling_decay or TUNNELLING_DECAY
    found["static_disorder"] = spec.hopping.static_disorder or STATIC_DISORDER
    found["bulk_activation"] = spec.surface.bulk_activation or _activation(dots, spec, library)
    found["packing_density"] = _packing_density(dots, spec)
    found["necking"] = spec.necking_fraction
    found["effective_medium"] = EFFECTIVE_MEDIUM
    found["core_absorption"] = CORE_ABSORPTION
    found["trap_depth"], found["doping"] = TRAP_DEPTH, DOPING
    for name, given in (("size", spec.dot_size), ("size_spread", spec.size_spread)):
        found[name] = given or found[name]
    found |= _of_exchange(spec, library) | _of_dopants(spec, library) | _of_ripening(spec)
    found |= _of_shell(spec)
    found |= {f"gate_{n}": getattr(spec.gate, n) for n in GATE}
    return found


def _packing_density(dots: DotProperties | None, spec: FilmSpec) -> Sourced:
    """Space filled by a random packing: as given, or by shape."""
    shape = "cube" if dots is None else dots.shape
    given = spec.random_packing_density
    if given is None:
        return RANDOM_SPHERES if shape == "sphere" else RANDOM_CUBES
    most = full_packing(shape)
    if float(given) > most:
        allowed = f"at most {most:.3f}, which {shape}s in a perfect lattice fill"
        raise InputError("film.random_packing_density", float(given), allowed, "lower it")
    return given


def _of_surface(spec: FilmSpec) -> dict[str, Sourced]:
    """Priors of the surface; what is None there is that of the library."""
    given = {n: getattr(spec.surface, n) for n in type(spec.surface).model_fields}
    return {n: q for n, q in given.items() if q is not None}


def _of_shell(spec: FilmSpec) -> dict[str, Sourced]:
    """What is stated of the shell before treatment, by its coverage or by the ink."""
    if spec.coverage is not None and spec.free_ligand is not None:
        allowed = "coverage or free_ligand, as free ligand sets the coverage"
        raise InputError("film.coverage", "given beside free_ligand", allowed, "remove one of them")
    found = {"ink_temperature": spec.ink_temperature}
    if spec.free_ligand is not None:
        found["free_ligand"] = spec.free_ligand
    if spec.coverage is not None:
        found["coverage"] = found["new_coverage"] = spec.coverage
    return found


def ligand_name(dots: DotProperties | None, spec: FilmSpec) -> str:
    """Return the name of the film's ligand; empty for a film without dots and ligand."""
    return spec.ligand or (dots.ligand if dots is not None else "")


def _of_dots(dots: DotProperties) -> dict[str, Sourced]:
    found: dict[str, Sourced] = {n: getattr(dots, a) for n, (a, _) in DOT_NEEDS.items()}
    found["lateral"] = dots.lateral or Sourced.unknown("m", NOT_A_PLATELET)
    found["bulk_radiative"] = Sourced.unknown("m3/s", "a film of dots")
    return found


def _of_bulk(spec: FilmSpec, library: Library) -> dict[str, Sourced]:
    found = {n: Sourced.unknown(unit, NO_DOTS) for n, (_, unit) in DOT_NEEDS.items()}
    found["lateral"] = Sourced.unknown("m", NO_DOTS)
    found["bulk_radiative"] = Sourced.unknown("m3/s", NO_DOTS)
    if spec.formula:
        bulk = library.entry("perovskite", spec.formula)
        found |= {n: bulk.quantity(q) for n, q in BULK_NEEDS.items()}
    return found


def _of_ligand(name: str, library: Library) -> dict[str, Sourced]:
    if not name:
        why = "no ligand is given"
        return {n: Sourced.unknown("1", why) for n in LIGAND_NEEDS}
    entry = library.entry("ligand", name)
    unstated = {n: q for n, q in UNSTATED.items() if not entry.has(LIGAND_NEEDS[n])}
    return {n: unstated.get(n) or entry.require(q) for n, q in LIGAND_NEEDS.items()}


def _of_exchange(spec: FilmSpec, library: Library) -> dict[str, Sourced]:
    if spec.exchange is None:
        return {}
    new = _of_ligand(spec.exchange.ligand, library)
    by_binding = Sourced.unknown("1", "follows from how firmly both ligands bind")
    return {f"new_{n}": new[n] for n in MIXED} | {
        "exchange_share": spec.exchange.share or by_binding,
        "exchange_excess": spec.exchange.excess,
    }


def dopant_charges(spec: FilmSpec, library: Library) -> tuple[int, ...]:
    """Return the charge of each dopant on the lead site; acceptors are negative."""
    return tuple(round(float(_dopant(d, library).require("site_charge"))) for d in spec.dopant)


def _dopant(dopant: DopantSpec, library: Library) -> Entry:
    charged = [n for n in library.names("dopant") if library.entry("dopant", n).has("site_charge")]
    known = {w: n for n in charged for w in (n, *library.entry("dopant", n).aliases)}
    if dopant.element in known:
        return library.entry("dopant", known[dopant.element])
    raise InputError(
        "film.dopant.element",
        dopant.element,
        "a dopant with a charge on the lead site: " + ", ".join(known),
        "add a row `dopant,NAME,site_charge,...` to a library file of your own",
    )


def _of_dopants(spec: FilmSpec, library: Library) -> dict[str, Sourced]:
    found = {} if not spec.dopant else {"doping": OF_DOPANTS}
    total = sum(float(d.content) for d in spec.dopant)
    if total > MOST_FOREIGN:
        allowed = f"at most {MOST_FOREIGN:g} ions per lead site, all dopants together"
        raise InputError("film.dopant.content", total, allowed, "lower the contents")
    for k, dopant in enumerate(spec.dopant):
        found[f"content_{k}"] = dopant.content
        share = dopant.ionised or _dopant(dopant, library).require("ionised_share")
        found[f"ionised_{k}"] = share
    return found


def _of_ripening(spec: FilmSpec) -> dict[str, Sourced]:
    if spec.ripen is None:
        return {}
    return {f"ripen_{n}": getattr(spec.ripen, n) for n in RipenSpec.model_fields}


def _of_treatment(spec: FilmSpec, library: Library) -> dict[str, Sourced]:
    none = Sourced(0.0, "1", basis="given")
    if spec.wash is not None and spec.stripped_fraction is not None:
        raise InputError(
            "film.stripped_fraction", "given beside wash", "one of the two", "remove one"
        )
    found = {"stripped": spec.stripped_fraction or none, "removal": none}
    if spec.wash is not None:
        found["removal"] = spec.wash.removal or _removal(spec.wash.solvent, library)
    if spec.anneal is not None:
        found["anneal_temperature"] = spec.anneal.temperature
        found["anneal_duration"] = spec.anneal.duration
    return found


def _removal(solvent: str, library: Library) -> Sourced:
    entry = library.entry("solvent", solvent)
    if entry.has("ligand_removal"):
        return entry.quantity("ligand_removal")
    known = [
        n for n in library.names("solvent") if library.entry("solvent", n).has("ligand_removal")
    ]
    raise InputError(
        "film.wash.solvent",
        solvent,
        "a solvent with a known ligand removal: " + ", ".join(known),
        "give the share that one wash takes off: removal = 0.5",
    )


def _activation(dots: DotProperties | None, spec: FilmSpec, library: Library) -> Sourced:
    formula = dots.formula if dots is not None else spec.formula
    if formula in library.names("perovskite"):
        entry = library.entry("perovskite", formula)
        if entry.has("ion_activation_energy"):
            return entry.quantity("ion_activation_energy")
    return BULK_ACTIVATION
