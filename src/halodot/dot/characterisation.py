"""From a population of dots to their levels, light and colour, with honest intervals.

Every uncertain input (bulk values, size, walls, surroundings) is drawn a few hundred times from its
90 % interval with the same random numbers for every dot, so that results are smooth in size. The
reduced mass and the bulk binding energy are drawn, and the permittivity follows from them: the two
published mass sets of CsPbBr3 give one binding energy and two confinement energies. The share of
the confinement shift that the model may miss (`DotModel.structural_error`) is drawn as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.constants import BOLTZMANN
from ..core.errors import InputError
from ..core.randomness import generator
from ..core.sourced import Sourced
from ..core.status import Status, worst
from ..library import Library
from ..synthesis.state import DotPopulation
from .absorption import local_field
from .bulk import Bulk, bulk
from .colour import chromaticity, swatch
from .confinement import check_shape
from .draws import Draw, drawer, summary
from .emission import FWHM_OVER_SD, Emission, ensemble, homogeneous_width
from .gap_convention import OPTICAL, ROOM, gap_at
from .lifetime import enhancement, radiative_lifetime
from .parts import Context, complete
from .sizing import Core, Energies, edges, energies, grown
from .spec import DotModel
from .state import DotProperties

FloatArray = NDArray[np.float64]

_DRAWS = 400
_SMALLEST, _LARGEST = 3e-10, 1e-4  # of any edge [m]
_ENDLESS = 1e4  # aspect of a wire
_STEP = 0.02  # of ln(size), for slopes
_TERMS = ("electron", "hole", "band_gap", "optical_gap")
_SMALLEST_CELLS = 1.9  # edge of the range: platelets of two monolayers are in the fit


@dataclass(frozen=True)
class _Drawn:
    """The inputs of one population, drawn."""

    core: Core
    size: FloatArray
    lateral: FloatArray | None
    length: FloatArray | None
    structural: FloatArray
    between: FloatArray
    optical_bulk: FloatArray


def characterise(
    population: DotPopulation,
    library: Library,
    temperature: float,
    model: DotModel | None = None,
) -> DotProperties:
    """Return the properties of an ensemble of dots.

    Parameters
    ----------
    population
        As a synthesis hands it over.
    library
        Where bulk values come from.
    temperature
        Of the lattice [K].
    model
        Parameters common to all materials; defaults are documented in `spec.DotModel`.

    Raises
    ------
    InputError
        If the formula or the shape cannot be read, or a size or the temperature is out of bounds.

    Notes
    -----
    What cannot be computed is unknown with its reason. `Status.OUTSIDE_RANGE` marks sizes below
    1.9 lattice constants.

    Examples
    --------
    >>> from halodot.core.sourced import Sourced
    >>> nine = Sourced(9e-9, "m", basis="given")
    >>> spread = Sourced(0.1, "1", basis="given")
    >>> dots = DotPopulation("CsPbBr3", "cube", nine, spread, "OA/OAm")
    >>> peak = characterise(dots, Library.builtin(), 300.0).pl_energy
    >>> 2.33 < float(peak) < 2.48
    True
    """
    _check(population, temperature)
    settings = model if model is not None else DotModel()
    material = bulk(population.formula, library)
    context = Context(population, material, library, temperature, settings)
    if material.missing:
        return complete(_without_levels(population, material, temperature), context)
    draw = drawer(generator(0, "dot"), _DRAWS)
    inputs = _draw_inputs(population, material, library, temperature, settings, draw)
    at = _levels(inputs, population.shape)
    grown = _levels(inputs, population.shape, float(np.exp(_STEP)))
    slopes = {k: (grown[k] - at[k]) / _STEP for k in _TERMS}
    dots = _assemble(population, material, temperature, settings, draw, inputs, at, slopes)
    return complete(dots, replace(context, core=_central(inputs.core)))


def _check(population: DotPopulation, temperature: float) -> None:
    """Refuse what no dot has; the command line has refused it before."""
    check_shape(population.shape)
    lengths = ("size", "lateral", "length")
    given = {n: getattr(population, n) for n in lengths if getattr(population, n) is not None}
    bounds = [(n, q, _SMALLEST, _LARGEST, "m") for n, q in given.items()]
    bounds += [("size_spread", population.size_spread, 0.0, 1.0, "1")]
    bounds += [("temperature", Sourced(float(temperature), "K"), 1.0, 1000.0, "K")]
    for name, q, low, high, unit in bounds:
        if q.is_known and not low <= float(q) <= high:
            raise InputError(name, float(q), f"{low:g} to {high:g} {unit}".removesuffix(" 1"))


def _draw_inputs(
    population: DotPopulation,
    material: Bulk,
    library: Library,
    temperature: float,
    settings: DotModel,
    draw: Draw,
) -> _Drawn:
    binding = draw(material["exciton_binding_energy"])
    core = Core(
        gap=_gap(material, library, temperature, draw, binding),
        kane_energy=draw(material["kane_energy"]),
        remote=draw(material["remote_band"]),
        binding_energy=binding,
        lattice=draw(material["lattice_constant"]),
        barrier=draw(settings.barrier),
        optical=draw(material["permittivity_optical"]),
        phonon_energy=draw(material["phonon_energy"]),
        mass_ratio=float(material["electron_mass"]) / float(material["hole_mass"]),
        outer_mass=draw(settings.outer_mass),
        outside=draw(settings.ligand_permittivity),
        scale=draw(material["confinement_scale"]),
    )
    lateral = draw(_lateral(population, settings)) if _has_lateral(population) else None
    length = None if population.length is None else draw(population.length)
    error = float(settings.structural_error)
    miss = Sourced(0.0, "1", -1.645 * error, 1.645 * error, "assumed") if error else None
    structural = draw(miss) if miss else np.zeros(_DRAWS)
    between = draw(settings.source_error)
    bulk_optical = np.asarray(core.gap) - np.asarray(core.binding_energy)
    size = draw(population.size)
    return _Drawn(core, size, lateral, length, structural, between, bulk_optical)


def _gap(
    material: Bulk, library: Library, temperature: float, draw: Draw, binding: FloatArray
) -> FloatArray:
    """Quasiparticle gap at `temperature` with what sizing data add to it [eV].

    Where only optical gaps were measured the binding energy of the draw is added, so that a large
    dot emits where the bulk was seen to.
    Where sizing data set the gap, the error of the bulk value counts only as far as the
    temperature lies from that of those data.
    """
    correction, members = material["gap_correction"], material.members
    known = library.names("perovskite")
    kinds = {library.entry("perovskite", m).text("band_gap_kind") for m in members if m in known}
    optical = kinds == {OPTICAL}
    gap = gap_at(library, members, temperature, OPTICAL if optical else "quasiparticle")
    bound = binding if optical else 0.0
    away = 1.0
    if correction.basis == "fitted":
        away = min(1.0, abs(temperature - ROOM) / ROOM)
    drawn = draw(gap)
    return np.asarray(float(gap) + bound + away * (drawn - float(gap)) + draw(correction))


def _levels(inputs: _Drawn, shape: str, scale: float = 1.0) -> dict[str, Any]:
    """Energies of dots grown by `scale`, with the structural error of each draw, by name."""
    lateral, length = grown(shape, scale, inputs.lateral, inputs.length)
    found = energies(scale * inputs.size, shape, inputs.core, lateral, length)
    values: dict[str, Any] = {k: getattr(found, k) for k in Energies.__dataclass_fields__}
    miss = inputs.structural * (values["optical_gap"] - inputs.optical_bulk) + inputs.between
    values["optical_gap"] = values["optical_gap"] + miss
    values["band_gap"] = values["band_gap"] + miss
    values["electron"] = values["electron"] + 0.5 * miss
    values["hole"] = values["hole"] + 0.5 * miss
    return values


def _central(core: Core) -> Core:
    """The core of index 0 of the draws, as scalars."""
    return Core(**{k: float(np.ravel(v)[0]) for k, v in vars(core).items()})


def _emission(population: DotPopulation, inputs: _Drawn, stokes: float, width: float) -> Emission:
    core = _central(inputs.core)
    lateral = None if inputs.lateral is None else float(inputs.lateral[0])
    length = None if inputs.length is None else float(inputs.length[0])

    shape, mean = population.shape, float(population.size)

    def peak_of(sizes: FloatArray) -> FloatArray:
        wide, long = grown(shape, sizes / mean, lateral, length)
        return energies(sizes, shape, core, wide, long).optical_gap - stokes

    return ensemble(peak_of, float(population.size), float(population.size_spread), width)


def _assemble(
    population: DotPopulation,
    material: Bulk,
    temperature: float,
    settings: DotModel,
    draw: Draw,
    inputs: _Drawn,
    at: dict[str, Any],
    slopes: dict[str, FloatArray],
) -> DotProperties:
    used = ("band_gap", "reduced_mass", "exciton_binding_energy", "gap_correction")
    sources = tuple(dict.fromkeys(s for n in used for s in material[n].sources))
    stokes = draw(settings.stokes_shift)
    single = homogeneous_width(
        draw(settings.homogeneous_width), temperature, draw(material["phonon_energy"])
    )
    spread = np.maximum(draw(population.size_spread), 0.0)
    widths = np.hypot(single, FWHM_OVER_SD * spread * slopes["optical_gap"])
    light = _emission(population, inputs, float(stokes[0]), float(single[0]))
    peaks = at["optical_gap"] - stokes
    lifetime = _lifetime(population, material, settings, temperature, draw, inputs, at, peaks)
    affinity, ionization = _edges(material, at, draw)
    x, y, colour = _colours(light, peaks, light.peak)
    small = float(population.size) < _SMALLEST_CELLS * float(material["lattice_constant"])
    status = Status.OUTSIDE_RANGE if small else Status.OK

    def in_ev(values: FloatArray, note: str = "") -> Sourced:
        return summary(values, "eV", sources=sources, note=note)

    return DotProperties(
        formula=population.formula,
        shape=population.shape,
        ligand=population.ligand,
        size=population.size,
        size_spread=population.size_spread,
        temperature=temperature,
        band_gap=in_ev(at["band_gap"], "transport gap, images of the surroundings included"),
        optical_gap=in_ev(at["optical_gap"]),
        pl_energy=summary(peaks, "eV", sources=sources, centre=light.peak),
        pl_fwhm=_positive(summary(widths, "eV", sources=sources, centre=light.fwhm)),
        exciton_binding=in_ev(at["band_gap"] - at["optical_gap"]),
        bohr_radius=summary(inputs.core.bohr_radius, "m", sources=sources),
        radiative_lifetime=summary(lifetime, "s", sources=material["kane_energy"].sources),
        plqy=_plqy(material),
        electron_affinity=affinity,
        ionization_energy=ionization,
        electron_mass=summary(at["electron_mass"], "1", sources=sources),
        hole_mass=summary(at["hole_mass"], "1", sources=sources),
        confinement_electron=in_ev(at["electron"]),
        confinement_hole=in_ev(at["hole"]),
        level_slope_electron=in_ev(slopes["electron"]),
        level_slope_hole=in_ev(slopes["hole"]),
        permittivity_static=material["permittivity_static"],
        permittivity_optical=material["permittivity_optical"],
        cie_x=x,
        cie_y=y,
        colour=colour,
        lateral=_lateral(population, settings) if _has_lateral(population) else None,
        length=population.length,
        emission_energy=light.energy,
        emission_spectrum=light.spectrum,
        status=worst(status, population.status),
        notes=(
            *population.notes,
            *material.notes,
            *_remarks(population, settings),
            *_cold(settings, temperature, at),
        ),
    )


def _cold(settings: DotModel, temperature: float, at: dict[str, Any]) -> tuple[str, ...]:
    """Say where the dark exciton decides on the lifetime."""
    splitting = float(settings.contact_exchange) * float(np.ravel(at["contact"])[0])
    if BOLTZMANN * temperature >= splitting:
        return ()
    return (
        f"kT lies below the bright-dark splitting of {splitting * 1e3:.2g} meV: the lifetime "
        "depends on whether a pair reaches the dark state, and its interval holds both cases",
    )


def _lifetime(
    population: DotPopulation,
    material: Bulk,
    settings: DotModel,
    temperature: float,
    draw: Draw,
    inputs: _Drawn,
    at: dict[str, Any],
    peaks: FloatArray,
) -> FloatArray:
    shape, outside = population.shape, np.asarray(inputs.core.outside)
    free = {"platelet": 2, "wire": 1}.get(shape, 0)
    coherence = enhancement(
        at["spread"],
        at["axes"],
        at["electron_mass"] + at["hole_mass"],
        temperature,
        free,
        inputs.lateral if shape == "platelet" else None,
    )
    field = local_field(
        draw(material["permittivity_optical"]), outside, _aspect(population, inputs)
    )
    lifetime = radiative_lifetime(
        peaks,
        draw(material["kane_energy"]),
        coherence,
        temperature,
        field,
        outside,
        draw(settings.contact_exchange) * at["contact"],
        at["strength"],
        draw(settings.dark_brightness),
    )
    return np.asarray(lifetime / draw(settings.rate_error))


def _aspect(population: DotPopulation, inputs: _Drawn) -> FloatArray:
    """Axis over width of the spheroid that stands for the shape [1]."""
    if population.shape == "wire":
        return np.asarray(_ENDLESS)
    if population.shape == "platelet" and inputs.lateral is not None:
        return np.asarray(inputs.size / inputs.lateral)
    if population.shape not in ("cuboid", "rod"):
        return np.asarray(1.0)
    found = edges(population.shape, inputs.size, inputs.lateral, inputs.length)
    short, middle, long = np.sort(np.stack(np.broadcast_arrays(*found)), axis=0)
    prolate = long * short > middle**2
    return np.where(prolate, long / np.sqrt(short * middle), short / np.sqrt(middle * long))


def _positive(q: Sourced) -> Sourced:
    return replace(q, low=max(float(q.low if q.low is not None else q), 1e-4))


def _has_lateral(population: DotPopulation) -> bool:
    return population.shape == "platelet" or population.lateral is not None


def _lateral(population: DotPopulation, settings: DotModel) -> Sourced:
    return population.lateral or settings.lateral_default


def _remarks(population: DotPopulation, settings: DotModel) -> tuple[str, ...]:
    notes = [
        f"wall height of {float(settings.barrier):.3g} eV: {settings.barrier.note}",
        f"Stokes shift of {float(settings.stokes_shift):.3g} eV: {settings.stokes_shift.note}",
    ]
    if population.shape == "platelet" and population.lateral is None:
        notes.append("lateral size assumed: " + settings.lateral_default.note)
    return tuple(notes)


def _colours(light: Emission, peaks: FloatArray, centre: float) -> tuple[Sourced, Sourced, str]:
    """Chromaticity with the interval of the peak, and the swatch."""
    shifts = np.quantile(peaks - peaks[0], np.linspace(0.05, 0.95, 19))
    found = [chromaticity(light.energy + s, light.spectrum) for s in (0.0, *shifts)]
    if np.isnan(found[0][0]):
        reason = f"the emission at {centre:.3g} eV is not visible"
        return Sourced.unknown("1", reason), Sourced.unknown("1", reason), ""
    points = np.array([f for f in found if not np.isnan(f[0])])
    ends = points.min(axis=0), points.max(axis=0)
    note = "CIE 1931, 2 degree observer"
    x, y = (
        Sourced(float(v), "1", float(lo), float(hi), "computed", (), note)
        for v, lo, hi in zip(points[0], *ends, strict=True)
    )
    return x, y, swatch(*found[0])


def _edges(material: Bulk, at: dict[str, Any], draw: Draw) -> tuple[Sourced, Sourced]:
    """Both band edges below vacuum, moved by confinement and apart by the transport gap.

    The library's two edges come from other samples than its gap; what they lack or exceed is
    shared by both.
    """
    affinity, ionization = material["electron_affinity"], material["ionization_energy"]
    sources = affinity.sources
    if affinity.is_known and ionization.is_known:
        upper, lower = draw(affinity) - at["electron"], draw(ionization) + at["hole"]
        excess = 0.5 * (lower - upper - at["band_gap"])
        upper, lower = upper + excess, lower - excess
        return summary(upper, "eV", sources=sources), summary(lower, "eV", sources=sources)
    if affinity.is_known:
        return summary(draw(affinity) - at["electron"], "eV", sources=sources), ionization
    if ionization.is_known:
        lower = draw(ionization) + at["hole"]
        return affinity, summary(lower, "eV", sources=ionization.sources)
    return affinity, ionization


def _plqy(material: Bulk) -> Sourced:
    """Yield of dots whose surface is not described: a wide prior for lead halides only."""
    if "Pb" not in material.formula:
        return Sourced.unknown("1", f"no quantum yield of {material.formula} dots is at hand")
    why = (
        "set by the surface, which the recipe or the user has to give; reported yields of lead "
        "halide dots run from 2.4 to 99 %"
    )
    return Sourced(0.6, "1", 0.05, 0.99, "assumed", ("review",), why)


def _without_levels(population: DotPopulation, material: Bulk, temperature: float) -> DotProperties:
    """Properties where no model of the levels holds: unknown, each with the reason."""
    reason = material.missing

    def unknown(unit: str) -> Sourced:
        return Sourced.unknown(unit, reason)

    binding = material["exciton_binding_energy"] if material.localised else unknown("eV")
    in_ev, pure = unknown("eV"), unknown("1")
    return DotProperties(
        formula=population.formula,
        shape=population.shape,
        ligand=population.ligand,
        size=population.size,
        size_spread=population.size_spread,
        temperature=temperature,
        exciton_binding=binding,
        bohr_radius=unknown("m"),
        radiative_lifetime=unknown("s"),
        level_slope_electron=in_ev,
        level_slope_hole=in_ev,
        permittivity_static=material["permittivity_static"],
        permittivity_optical=material["permittivity_optical"],
        colour="",
        lateral=population.lateral,
        length=population.length,
        status=worst(Status.UNKNOWN, population.status),
        notes=(*population.notes, *material.notes, reason),
        band_gap=in_ev,
        optical_gap=in_ev,
        pl_energy=in_ev,
        pl_fwhm=in_ev,
        electron_affinity=material["electron_affinity"],
        ionization_energy=material["ionization_energy"],
        confinement_electron=in_ev,
        confinement_hole=in_ev,
        plqy=pure,
        electron_mass=pure,
        hole_mass=pure,
        cie_x=pure,
        cie_y=pure,
    )
