"""From dots to a film: collect inputs, evaluate the models, put intervals on what comes out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.constants import BOLTZMANN
from ..core.errors import InputError
from ..core.randomness import generator
from ..core.sourced import Sourced
from ..core.status import Status, worst
from ..dot.state import DotProperties
from ..library import Library
from ..optics.constants import OpticalConstants
from . import apparent, inputs, optical
from .curves import curves
from .evaluate import Case, evaluate
from .hopping import contact_coupling
from .on_packing import OnPacking
from .spec import OVERRIDES, FilmSpec
from .state import NO_DOTS, FilmProperties
from .stated import stated
from .tables import with_tables

ROOM = 300.0
# Heating beyond this turns films of short-ligand CsPbBr3 into CsPb2Br5 (PMC6284206, abstract).
DECOMPOSITION = 423.0
UNITS = {
    "dot_size": "m",
    "spacing": "m",
    "dot_density": "m-3",
    "fill_fraction": "1",
    "mobility_electron": "m2/Vs",
    "mobility_hole": "m2/Vs",
    "disorder_electron": "eV",
    "disorder_hole": "eV",
    "poole_frenkel": "1",
    "relative_permittivity": "1",
    "refractive_index": "1",
    "electron_affinity": "eV",
    "ionization_energy": "eV",
    "density_of_states_electron": "m-3",
    "density_of_states_hole": "m-3",
    "trap_density": "m-3",
    "trap_depth": "eV",
    "capture_electron": "m3/s",
    "capture_hole": "m3/s",
    "radiative_coefficient": "m3/s",
    "ion_density": "m-3",
    "ion_mobility": "m2/Vs",
    "ion_activation": "eV",
    "absorption": "1/m",
    "doping": "m-3",
}
# Properties that are an input handed through; they keep its basis, sources and note.
PASSED = {
    "dot_size": "size",
    "electron_affinity": "affinity",
    "ionization_energy": "ionization",
    "trap_depth": "trap_depth",
    "doping": "doping",
}
# The same for a film without dots, which is its bulk semiconductor.
PASSED_BULK = PASSED | {
    "relative_permittivity": "core_static",
    "radiative_coefficient": "bulk_radiative",
    "ion_density": "bulk_vacancy_density",
    "ion_activation": "bulk_activation",
}
IN_DOT = {"mobility_in_dot_hole": "mobility_dot_p", "mobility_in_dot_electron": "mobility_dot_n"}
_GATE = "follows from priors of carriers at rest, traps and ions: see [film.gate]"
_IONS = "follows from priors of vacancies and their hops: see [film.surface]"
NOTES = {
    n: _IONS if n.startswith(("ion_", "ionic_cond", "decoup", "silver")) else _GATE
    for n in apparent.UNITS
}
NOTES |= {"ligand_coverage": "", "necking": ""}
OVERFULL = {
    1.0: "carriers at rest ask for more than half the levels: held there, more is not seen",
    2.0: "the gate asks for more than nine tenths of the levels: held there, more is not seen",
}
FREEZING = {
    apparent.COLDEST: f"ions follow the gate even at {apparent.COLDEST:g} K",
    apparent.HOTTEST: f"ions do not follow the gate even at {apparent.HOTTEST:g} K",
}
# Inputs whose absence is worth naming as the reason why something is not known.
DECIDING = (*inputs.DOT_NEEDS, *inputs.LIGAND_NEEDS)
SHAPES = ("cube", "sphere", "platelet")


def assemble(
    dots: DotProperties | None, spec: FilmSpec, library: Library | None = None
) -> FilmProperties:
    """Return the film that `spec` makes of `dots`.

    Every property carries a 90 % interval from `spec.draws` draws of all inputs; the same
    seed draws the same deviates, so that two films differ by what differs between them.

    Parameters
    ----------
    dots
        Dots of the film; None for a film entered with measured properties.
    spec
        Ligand, treatment, packing and given properties.
    library
        The built-in one where None.

    Raises
    ------
    InputError
        If a name is not in the library.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> film = assemble(None, build(FilmSpec, {"formula": "CsPbBr3", "mobility_hole": "2 cm2/Vs"}))
    >>> film.mobility_hole.value, film.mobility_electron.basis
    (0.0002, 'unknown')
    """
    known = library or Library.builtin()
    found = inputs.collect(dots, spec, known)
    case = fixed_case(dots, spec, inputs.dopant_charges(spec, known))
    given = {n: q for n in OVERRIDES if (q := getattr(spec, n)) is not None}
    found |= _packed_as_asked(spec)
    packed = _on_packing(dots, case, found, given, spec)
    if packed is not None:
        found |= {f"packing_{c}": q for c, q in packed.factors.items()}
    centre = _one(case, found, given)
    rng = generator(spec.seed, "film")
    is_exact = all(q.low is None for q in (*found.values(), *given.values()))
    count = 0 if is_exact else spec.draws
    draws = [_one(case, drawn(found, rng), drawn(given, rng)) for _ in range(count)]
    values = {n: _interval(n, centre.out[n], [d.out[n] for d in draws]) for n in UNITS}
    passed = PASSED_BULK if case.is_bulk else PASSED
    values = {n: _explain(n, q, found, passed) for n, q in values.items()} | given
    film = _handed_over(dots, spec, case, found, values, centre.out["coverage"])
    film = replace(film, **_more(dots, spec, film, case, [centre, *draws]))
    constants = _constants(spec, known)
    optics = {} if case.is_bulk else optical.curves(case, centre.x, centre.out, dots, constants)
    film = replace(film, curves=film.curves | optics)
    if packed is not None:
        film = _told_of(film, packed, spec)
    film = with_tables(film, spec, known)
    return replace(film, ligand=known.entry("ligand", film.ligand).name) if film.ligand else film


def fixed_case(dots: DotProperties | None, spec: FilmSpec, dopants: tuple[int, ...] = ()) -> Case:
    """Return what does not vary between draws; `dopants` are charges on the lead site."""
    temperature = ROOM if dots is None else dots.temperature
    if dots is not None and dots.shape not in SHAPES:
        raise InputError(
            "dots.shape", dots.shape, "one of " + ", ".join(SHAPES), "give a film of such dots"
        )
    return Case(
        shape="cube" if dots is None else dots.shape,
        is_random=spec.packing == "random",
        is_annealed=spec.anneal is not None,
        is_bulk=dots is None and spec.dot_size is None,
        washes=0 if spec.wash is None else spec.wash.cycles,
        temperature=temperature if spec.temperature is None else float(spec.temperature),
        is_exchanged=spec.exchange is not None,
        is_ripened=spec.ripen is not None,
        is_in_ink=spec.free_ligand is not None,
        dopants=dopants,
        majority=spec.gate.majority,
    )


@dataclass(frozen=True)
class _Film:
    """One draw: the numbers put in, those given, and the properties."""

    x: dict[str, float]
    given: dict[str, float]
    out: dict[str, float]


def _one(case: Case, found: dict[str, Sourced], given: dict[str, Sourced]) -> _Film:
    numbers = {n: math.nan if q.value is None else q.value for n, q in found.items()}
    fixed = {n: float(q) for n, q in given.items()}
    return _Film(numbers, fixed, evaluate(case, numbers, fixed))


def _more(
    dots: DotProperties | None,
    spec: FilmSpec,
    film: FilmProperties,
    case: Case,
    films: list[_Film],
) -> dict[str, Any]:
    """What a film says by name beyond its fields, its curves, and where carriers were cut."""
    has_doping = spec.doping is not None
    xs, outs = [f.x for f in films], [f.out for f in films]
    columns = apparent.evaluate([case] * len(films), xs, outs, has_doping)
    extras = {
        n: replace(_interval(n, *_split(columns[n]), unit), note=NOTES.get(n, ""))
        for n, unit in apparent.UNITS.items()
        if not case.is_bulk
    }
    freezing = extras.get("decoupling_temperature")
    if freezing is not None and freezing.value in FREEZING:
        why = FREEZING[freezing.value]
        extras["decoupling_temperature"] = Sourced.unknown("K", why)
    for name, inside in IN_DOT.items():
        if dots is not None and inside in dots.extras:
            extras[name] = dots.extras[inside]
    is_known = not case.is_bulk and not math.isnan(outs[0]["mobility_hole"])
    shown = curves(case, films[0].x, films[0].given, has_doping) if is_known else {}
    more: dict[str, Any] = {"extras": extras, "curves": shown}
    cut = OVERFULL.get(float(columns[apparent.OVERFULL][0]))
    if cut is not None:
        more |= {"status": worst(film.status, Status.OUTSIDE_RANGE), "notes": (*film.notes, cut)}
    return more


def _split(column: NDArray[np.float64]) -> tuple[float, list[float]]:
    """The middle of all inputs, and the draws."""
    return float(column[0]), column[1:].tolist()


def _constants(spec: FilmSpec, library: Library) -> OpticalConstants | None:
    if not spec.core_constants:
        return None
    return OpticalConstants.from_csv(library.folder / spec.core_constants, "film.core_constants")


def _packed_as_asked(spec: FilmSpec) -> dict[str, Sourced]:
    """Holes and order of the packings, which all properties of the film share.

    Raises
    ------
    InputError
        For what only packings read, where none are asked for.
    """
    asked = spec.transport
    if asked.method != "packing":
        for name in sorted(stated(asked) - {"method"}):
            needed = ('with method = "packing"', "set film.transport.method")
            value = getattr(asked, name)
            value = value.value if isinstance(value, Sourced) else value
            raise InputError(f"film.transport.{name}", value, *needed)
        return {}
    found = {"missing_dots": Sourced(float(asked.missing), "1")}
    if asked.order is not None:
        found["packing_order"] = Sourced(float(asked.order), "1")
    return found


def _on_packing(
    dots: DotProperties | None,
    case: Case,
    found: dict[str, Sourced],
    given: dict[str, Sourced],
    spec: FilmSpec,
) -> OnPacking | None:
    """What packings say beside the closed form, where the user asks for it."""
    if spec.transport.method != "packing":
        return None
    from .on_packing import compare

    middle = _one(case, found, given)
    return compare(case, middle.x, middle.out, spec.transport, spec.seed, dots)


def _told_of(film: FilmProperties, packed: OnPacking, spec: FilmSpec) -> FilmProperties:
    """Say in the film that its mobility was solved for on packings."""
    told = f"mobility by master equation on {spec.transport.realisations} packings"
    decay = film.mobility_hole.note.partition("decay ")[2]
    fit = "; the decay was fitted with the closed form" if decay == "fitted" else ""
    extras = {f"mobility_{c}_over_closed_form": q for c, q in packed.factors.items()} | {
        "spanning_share": packed.spanning,
        "percolating_share": packed.connected,
        "neighbours": packed.neighbours,
        "percolation_threshold": packed.threshold,
    }
    return replace(
        film,
        extras=film.extras | extras | packed.excitons,
        notes=(*film.notes, f"{told} of {spec.transport.sites} dots{fit}", *packed.notes),
        status=worst(film.status, packed.status),
    )


def drawn(values: dict[str, Sourced], rng: np.random.Generator) -> dict[str, Sourced]:
    """Return one draw of every value; tails beyond what a quantity can be are cut off."""
    return {n: _within(n, q.sample(rng)) for n, q in values.items()}


def _within(name: str, q: Sourced) -> Sourced:
    low, high = inputs.BOUNDS.get(name, (-math.inf, math.inf))
    if q.value is None or low <= q.value <= high:
        return q
    return q.with_value(min(max(q.value, low), high))


def _interval(name: str, value: float, draws: list[float], unit: str = "") -> Sourced:
    unit = unit or UNITS[name]
    if math.isnan(value):
        return Sourced(None, unit, basis="unknown", note="an input is not known")
    if not draws:
        return Sourced(value, unit)
    low, high = (float(v) for v in np.quantile(draws, (0.05, 0.95)))
    if low == high:
        return Sourced(value, unit)
    return Sourced(value, unit, min(low, value), max(high, value), "computed")


def _explain(name: str, q: Sourced, found: dict[str, Sourced], passed: dict[str, str]) -> Sourced:
    """Add the basis: that of the input for what is handed through, else what was assumed."""
    if not q.is_known:
        packed = {f"packing_{c}" for c in ("electron", "hole")}
        deciding = {*DECIDING, *packed}
        lacks = dict.fromkeys(v.note for n, v in found.items() if not v.is_known and n in deciding)
        remedy = f"give {name} in [film]" if name in OVERRIDES else "give [dots]"
        return replace(q, note=f"{'; '.join(lacks) or inputs.NOT_A_PLATELET}: {remedy}")
    if name in passed:
        origin = found[passed[name]]
        return replace(q, basis=origin.basis, sources=origin.sources, note=origin.note)
    if name == "absorption":
        return replace(q, basis="assumed", note=found["core_absorption"].note)
    if name.startswith("mobility"):
        decay = found["tunnelling_decay"]
        how = "master equation on packings" if "packing_hole" in found else "closed form"
        return replace(q, sources=decay.sources, note=f"hopping, {how}; decay {decay.basis}")
    return q


def _handed_over(
    dots: DotProperties | None,
    spec: FilmSpec,
    case: Case,
    found: dict[str, Sourced],
    values: dict[str, Sourced],
    coverage: float,
) -> FilmProperties:
    notes = _warnings(dots, spec, case, found, values)
    statuses = [Status.OUTSIDE_RANGE] if notes else []
    properties: dict[str, Any] = dict(values)
    return FilmProperties(
        formula=spec.formula or (dots.formula if dots is not None else ""),
        ligand=inputs.ligand_name(dots, spec),
        temperature=case.temperature,
        emission_energy=NO_DOTS if dots is None else dots.pl_energy,
        emission_width=NO_DOTS if dots is None else dots.pl_fwhm,
        status=worst(*statuses, Status.OK if dots is None else dots.status),
        notes=tuple(notes) + _treatment_note(case, coverage, inputs.ligand_name(dots, spec)),
        **properties,
    )


def _warnings(
    dots: DotProperties | None,
    spec: FilmSpec,
    case: Case,
    found: dict[str, Sourced],
    values: dict[str, Sourced],
) -> list[str]:
    """What leaves the range in which the models were checked."""
    notes = []
    kT = BOLTZMANN * case.temperature
    sigma = values["disorder_hole"].value
    if sigma is not None and sigma > 5.0 * kT:
        notes.append(f"disorder of {sigma:.3f} eV is above 5 kT: the mobility is a guess")
    size, mass = found["size"].value, found["electron_mass"].value
    limit = float(found["reorganisation_energy"]) / 4.0
    if size is not None and mass is not None and contact_coupling(size, mass) > limit:
        notes.append("coupling at contact above a quarter of the reorganisation energy: no hopping")
    if spec.anneal is not None and float(spec.anneal.temperature) > DECOMPOSITION:
        notes.append("annealed above 150 C, where CsPb2Br5 forms; it is not modelled")
    if dots is not None and abs(dots.temperature - case.temperature) > 100.0:
        notes.append("levels of the dots are those of a temperature more than 100 K away")
    return notes


def _treatment_note(case: Case, coverage: float, ligand: str) -> tuple[str, ...]:
    if case.is_bulk:
        return (f"no dots are given: ligand {ligand} has no effect",) if ligand else ()
    return () if math.isnan(coverage) else (f"ligand coverage after treatment {coverage:.2f}",)
