"""The verbs of the stage: a recipe, or dots given directly, to a population of dots."""

from __future__ import annotations

import math
from typing import cast

from ..core.constants import Z90
from ..core.sourced import Sourced, assumed
from ..core.status import Status
from ..crystal.composition import Composition, parse
from ..library import Library
from ..library.mixing import mix
from . import hot_injection
from .spec import DotsSpec, RecipeSpec
from .state import DotPopulation

_SPREADS = {
    "cube": (0.10, 0.05, 0.20),
    "sphere": (0.10, 0.05, 0.20),
    "platelet": (0.06, 0.02, 0.15),
    "cuboid": (0.10, 0.05, 0.20),
    "wire": (0.10, 0.04, 0.25),
    "rod": (0.10, 0.04, 0.25),
}
_FALLBACK_CELL = Sourced(
    5.87e-10, "m", 5.5e-10, 6.4e-10, "assumed", (), "lattice constant not known; as CsPbBr3"
)
_PHASES = ("alpha", "beta", "gamma")


def given(dots: DotsSpec, library: Library | None = None) -> DotPopulation:
    """Return the population that the user describes.

    Parameters
    ----------
    dots
        Formula, shape, size (or monolayers) and what else is known.
    library
        For the lattice constant where the thickness is given in monolayers.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> dots = build(DotsSpec, {"formula": "CsPbBr3", "shape": "platelet", "monolayers": 3})
    >>> round(given(dots).size.in_unit("nm").value, 2)
    1.76
    """
    known = library if library is not None else Library.builtin()
    composition = parse(dots.formula)
    notes: tuple[str, ...] = ()
    size = dots.size
    if size is None:
        cell = _lattice(composition, known)
        size = _times(cell, cast("int", dots.monolayers))
        notes = (f"{dots.monolayers} monolayers of {float(cell) * 1e9:.4g} nm",)
        if cell is _FALLBACK_CELL:
            notes = (*notes, cell.note)
    edges = [q for q in (size, dots.lateral, dots.length) if q is not None]
    if dots.shape == "cuboid":  # a box is the same however its edges are named
        size, *edges = sorted(edges, key=float)
    lateral, length = (
        (*edges, None, None)[:2]
        if dots.shape == "cuboid"
        else (
            dots.lateral,
            dots.length,
        )
    )
    return DotPopulation(
        formula=dots.formula,
        shape=dots.shape,
        size=size,
        size_spread=dots.size_spread or spread_prior(dots.shape),
        ligand=dots.ligand,
        lateral=lateral,
        length=length,
        phase=_phase(composition, known),
        notes=notes,
    )


def make(recipe: RecipeSpec, library: Library) -> DotPopulation:
    """Return the population of dots that a recipe gives.

    Parameters
    ----------
    recipe
        Method, composition, temperature and what else was written down.
    library
        Where lattice constants and phases come from.

    Raises
    ------
    InputError
        If the formula cannot be read.

    Notes
    -----
    A size measured by the user stands; otherwise it is predicted with its 90 % interval, which
    holds the scatter between laboratories. `Status.OUTSIDE_RANGE` where no published synthesis is
    near.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> recipe = {"method": "hot_injection", "formula": "CsPbBr3", "temperature": "180 degC"}
    >>> size = make(build(RecipeSpec, recipe), Library.builtin()).size
    >>> 4e-9 < float(size) < 16e-9
    True
    """
    composition = parse(recipe.formula)
    shape = recipe.shape or "cube"
    problem = hot_injection.outside(composition, float(recipe.temperature))
    size, notes = (recipe.size, []) if recipe.size else _predicted(recipe, composition, library)
    if problem and recipe.size is None:
        notes.append("outside the published syntheses: " + problem)
        size = _wider(size)
    if recipe.shape is None:
        notes.append("shape assumed: hot injection above about 110 degC gives cubes")
    if recipe.time is not None:
        notes.append("time is not in the model: growth ends within a second of the injection")
    return DotPopulation(
        formula=recipe.formula,
        shape=shape,
        size=size,
        size_spread=recipe.size_spread or spread_prior(shape),
        ligand=recipe.ligand,
        lateral=recipe.lateral if shape == "platelet" else None,
        phase=_phase(composition, library),
        status=Status.OUTSIDE_RANGE if problem and recipe.size is None else Status.OK,
        notes=tuple(notes),
    )


def spread_prior(shape: str) -> Sourced:
    """Spread of sizes within an ensemble that nothing else is known of [1].

    >>> spread_prior("cube").value
    0.1
    """
    why = "washed hot-injection ensembles; no measured spread was at hand"
    return assumed(_SPREADS[shape][0], "1", *_SPREADS[shape][1:], why)


def _predicted(
    recipe: RecipeSpec, composition: Composition, library: Library
) -> tuple[Sourced, list[str]]:
    """Size from the published syntheses, and from the composition of the dots if measured."""
    ratio = None if recipe.halide_ratio is None else float(recipe.halide_ratio)
    halides = composition.site("X")
    x = hot_injection.regressors(float(recipe.temperature), halides, ratio, bool(recipe.additives))
    estimate = hot_injection.trained().predict(x, x[:2])
    papers = sorted({s.paper for s in hot_injection.published()})
    notes = [
        f"size regressed on {len(hot_injection.published())} hot injections of {len(papers)} "
        "papers, whose trends with temperature have opposite signs"
    ]
    if recipe.dot_halide_ratio is not None:
        cell = float(_lattice(composition, library))
        surface = hot_injection.composition_estimate(float(recipe.dot_halide_ratio), cell)
        if surface is None:
            notes.append("the halide ratio of the dots is that of the bulk and says no size")
        else:
            estimate = hot_injection.joined(estimate, surface)
            notes.append("joined with the size of a halide-terminated cube, X/Pb = 3 + 3/n")
    mean, sd = estimate
    ends = (math.exp(mean - Z90 * sd), math.exp(mean + Z90 * sd))
    sources = ("review", *(f"ref{p}" for p in papers))
    low, high = (e * 1e-9 for e in ends)
    return Sourced(math.exp(mean) * 1e-9, "m", low, high, "fitted", sources, notes[0]), notes


def _wider(size: Sourced) -> Sourced:
    """The interval outside the data: half as wide again on a logarithmic scale."""
    value, low, high = float(size), size.low or float(size), size.high or float(size)
    factor = 1.5
    ends = (value * (low / value) ** factor, value * (high / value) ** factor)
    return Sourced(value, "m", *ends, size.basis, size.sources, size.note)


def _lattice(composition: Composition, library: Library) -> Sourced:
    cell = mix(library, composition.host.end_members, "lattice_constant")
    return cell if cell.is_known else _FALLBACK_CELL


def _times(cell: Sourced, count: int) -> Sourced:
    low, high = (None if e is None else e * count for e in (cell.low, cell.high))
    note = f"{count} lattice constants"
    return Sourced(float(cell) * count, "m", low, high, cell.basis, cell.sources, note)


def _phase(composition: Composition, library: Library) -> str:
    """Phase at 300 K where every end member has the same perovskite phase, else unknown."""
    found = set()
    for name in composition.host.end_members:
        if name not in library.names("perovskite"):
            return "unknown"
        found.add(library.entry("perovskite", name).text("phase_300k", "unknown"))
    # bulk delta says little about dots, which keep a metastable perovskite phase
    return next(iter(found)) if len(found) == 1 and found <= set(_PHASES) else "unknown"
