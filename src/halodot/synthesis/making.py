"""The verbs of the stage: a recipe, or dots given directly, to a population of dots."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import cast

from ..core.constants import Z90
from ..core.errors import InputError
from ..core.sourced import Sourced, assumed
from ..core.status import Status
from ..crystal.composition import Composition, parse
from ..library import Library
from ..library.mixing import mix
from . import sizes
from .accounts import accounted
from .flask import Flask
from .hot_injection import CELSIUS, joined
from .mechanism import Product, evaluate
from .reagents import flask_of
from .shape import fitting, rod_length
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
_MECHANISM_SPREAD = 0.42  # sd of ln(spread): constants of growth are priors
_MAIN = 0.5  # share of the lead below which the compound asked for is not the product


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
        cell = lattice(composition, known)
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
        Method, composition and what else was written down.
    library
        Where reagents, solvents, lattice constants and phases come from.

    Raises
    ------
    InputError
        If the formula or a reagent cannot be read, or nothing grows.

    Notes
    -----
    A size measured by the user stands; otherwise published syntheses say it with a 90 % interval
    that holds the scatter between laboratories, and the mechanism gives spread, shape, phases,
    surface and curves. `Status.OUTSIDE_RANGE` where no published synthesis is near.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> recipe = {"method": "hot_injection", "formula": "CsPbBr3", "temperature": "180 degC"}
    >>> size = make(build(RecipeSpec, recipe), Library.builtin()).size
    >>> 4e-9 < float(size) < 16e-9
    True
    """
    composition = parse(recipe.formula)
    flask = flask_of(recipe, library)
    product = evaluate(flask, recipe.process, library=library, words=words(recipe),
                       washes=_washes(recipe))  # fmt: skip
    size, notes, status = _size(recipe, flask, product, composition, library)
    shape = recipe.shape or product.shape
    if recipe.shape is None and not product.outcome.shapes and shape == "platelet":
        shape, note = fitting(shape, float(size))
        notes = [*notes, note] if note else notes
    population = DotPopulation(
        formula=recipe.formula,
        shape=shape,
        size=size,
        size_spread=recipe.size_spread or _spread(shape, product),
        ligand=recipe.ligand,
        lateral=_lateral(recipe, shape, product),
        length=rod_length(size) if shape == "rod" else None,
        phase=_phase(composition, library),
        status=status,
        notes=(*notes, *product.notes, *_about_phases(composition, product), *_left_out(flask)),
        phases=product.phases,
        shapes=product.shapes,
        surface_coverage=product.coverage,
        extras=product.extras,
        curves=product.outcome.curves,
    )
    return accounted(population, recipe, flask, library)


def words(recipe: RecipeSpec) -> tuple[str, ...]:
    """Additives and salts that a recipe names without an amount, its reagents and protocol."""
    protocol = (recipe.protocol,) if recipe.protocol else ()
    return (*protocol, *recipe.additives, *recipe.precursors, *(r.name for r in recipe.reagent))


def _washes(recipe: RecipeSpec) -> Sourced | None:
    return None if recipe.washing is None else Sourced(float(recipe.washing.cycles), "1")


def _size(
    recipe: RecipeSpec,
    flask: Flask,
    product: Product,
    composition: Composition,
    library: Library,
) -> tuple[Sourced, list[str], Status]:
    """Size as measured, as the reactor alone can say, or as published syntheses show."""
    if recipe.size is not None:
        return recipe.size, [], Status.OK
    own = product.outcome.size_prior
    if own is not None and not own.is_known:
        what = f"{float(flask.temperature) - CELSIUS:.4g} degC for {float(flask.time):.4g} s"
        raise InputError("recipe.temperature", what, own.note, "another temperature or time")
    if own is not None:
        return own, [f"size: {own.note}"], Status.OUTSIDE_RANGE
    found = sizes.predict(flask, composition, bool(flask.additives or flask.metals))
    mean, sd, notes = found.mean, found.sd, list(found.notes)
    cell = float(lattice(composition, library))
    if recipe.dot_halide_ratio is not None:
        (mean, sd), note = sizes.with_composition((mean, sd), float(recipe.dot_halide_ratio), cell)
        notes.append(note)
    value, low, high = (1e-9 * x for x in sizes.bounded(mean, sd))
    size = Sourced(value, "m", low, high, found.basis, found.sources, notes[0])
    return size, notes, found.status


def _spread(shape: str, product: Product) -> Sourced:
    """Spread of the sizes: what washed dots usually have, and the population balance if it ran."""
    prior = spread_prior(shape)
    mechanism = product.outcome.spread
    if not (math.isfinite(mechanism) and mechanism > 0.0):
        return prior
    width = math.log(float(prior.high or prior) / float(prior.low or prior)) / (2.0 * Z90)
    mean, sd = joined((math.log(float(prior)), width), (math.log(mechanism), _MECHANISM_SPREAD))
    value = math.exp(mean)
    ends = value * math.exp(-Z90 * sd), min(1.0, value * math.exp(Z90 * sd))
    note = f"usual spreads joined with {mechanism:.2g} of the mechanism, whose constants are priors"
    return Sourced(value, "1", *ends, "computed", (), note)


def _lateral(recipe: RecipeSpec, shape: str, product: Product) -> Sourced | None:
    if shape != "platelet":
        return None
    return recipe.lateral or product.outcome.lateral


def _about_phases(composition: Composition, product: Product) -> tuple[str, ...]:
    """What else crystallises, where it is more than the compound asked for."""
    known = {name: float(q) for name, q in product.phases.items() if q.is_known}
    wanted = composition.host.formula
    if not known or known.get(wanted, 0.0) >= _MAIN:
        return ()
    main = max(known, key=lambda name: known[name])
    told = f"{main} holds {known[main]:.0%} of the crystallised lead; the dots are what is {wanted}"
    return (told,)


def _left_out(flask: Flask) -> tuple[str, ...]:
    if not flask.assumed:
        return ()
    return (f"not stated, usual for {flask.method}: {', '.join(flask.assumed)}",)


def spread_prior(shape: str) -> Sourced:
    """Spread of sizes within an ensemble that nothing else is known of [1].

    >>> spread_prior("cube").value
    0.1
    """
    why = "washed hot-injection ensembles; no measured spread was at hand"
    return assumed(_SPREADS[shape][0], "1", *_SPREADS[shape][1:], why)


def lattice(composition: Composition, library: Library) -> Sourced:
    """Lattice constant of the host, as CsPbBr3 where it is not known."""
    cell = mix(library, composition.host.end_members, "lattice_constant")
    return cell if cell.is_known else _FALLBACK_CELL


def _times(cell: Sourced, count: int) -> Sourced:
    low, high = (None if e is None else e * count for e in (cell.low, cell.high))
    note = f"{count} lattice constants"
    return replace(cell, value=float(cell) * count, low=low, high=high, note=note)


def _phase(composition: Composition, library: Library) -> str:
    """Phase at 300 K where every end member has the same perovskite phase, else unknown."""
    found = set()
    for name in composition.host.end_members:
        if name not in library.names("perovskite"):
            return "unknown"
        found.add(library.entry("perovskite", name).text("phase_300k", "unknown"))
    # bulk delta says little about dots, which keep a metastable perovskite phase
    return next(iter(found)) if len(found) == 1 and found <= set(_PHASES) else "unknown"
