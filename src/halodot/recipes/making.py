"""One recipe to its dots, with what measured syntheses of its kind add to the mechanism.

`make` is `synthesis.make` with the thickness behind the learned peak; `corrected` puts that peak,
its width and yield into what the dot stage says. Recipes that no family claims, that do not state
their amounts, or whose dots were measured pass through both as they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import synthesis
from ..core.constants import HC
from ..core.sourced import Sourced
from ..core.status import Status
from ..synthesis.columns import Columns
from ..synthesis.flask import HALIDES, Flask
from ..synthesis.learned import antisolvent, mixed_halide

if TYPE_CHECKING:
    from ..dot.state import DotProperties
    from ..library import Library
    from ..synthesis.spec import RecipeSpec
    from ..synthesis.state import DotPopulation

FloatArray = NDArray[np.float64]

_AMOUNTS = ("lead", "caesium", "halides")
_CHAIN = 16.0  # carbon atoms: the measured recipes had oleylamine
_FRACTIONS = {"precipitate": 1.0, "supernatant": -1.0}
_NOTE = "learned from measured syntheses of this kind, on top of the mechanism"
_SOURCES = {"oleate": "github.com/leoluber/synthesizer", "salts": "github.com/tangger2000/MARS"}


def make(recipe: RecipeSpec, library: Library) -> DotPopulation:
    """Return the dots of a recipe; see `synthesis.make`.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> from halodot.library import Library
    >>> from halodot.synthesis.spec import RecipeSpec
    >>> hot = build(RecipeSpec, {"method": "hot_injection", "formula": "CsPbBr3"})
    >>> lib = Library.builtin()
    >>> make(hot, lib).size == synthesis.make(hot, lib).size
    True
    """
    population = synthesis.make(recipe, library)
    if recipe.size is not None:
        return population
    found = _learned(recipe, library)
    if not found or found["family"] != "oleate":
        return population
    size, low, high = (1e-9 * float(found[n]) for n in ("size_nm", "size_nm_low", "size_nm_high"))
    learned = Sourced(size, "m", low, high, "fitted", (_SOURCES["oleate"],), _NOTE)
    status = Status.OK if found["in_domain"] else Status.OUTSIDE_RANGE
    notes = tuple(n for n in population.notes if not n.startswith("size "))
    shape = recipe.shape or str(found["shape"])
    return replace(
        population, size=learned, shape=shape, status=status, notes=(f"size {_NOTE}", *notes)
    )


def corrected(dots: DotProperties, recipe: RecipeSpec, library: Library) -> DotProperties:
    """Return `dots` with the learned light of their recipe, where there is any."""
    found = _learned(recipe, library) if recipe.size is None else {}
    if not found or not dots.pl_energy.is_known:
        return dots
    ends = ("pl_peak_nm", "pl_peak_nm_high", "pl_peak_nm_low")
    middle, low, high = (HC * 1e9 / float(found[n]) for n in ends)
    source = (_SOURCES[str(found["family"])],)
    shift = middle - float(dots.pl_energy)
    changed = replace(
        dots,
        pl_energy=Sourced(middle, "eV", low, high, "fitted", source, _NOTE),
        emission_energy=dots.emission_energy + shift,
    )
    if found["family"] != "oleate":
        return changed
    width = 1e-3 * float(found["fwhm_meV"])
    return replace(
        changed,
        pl_fwhm=Sourced(width, "eV", 0.75 * width, 1.35 * width, "fitted", source, _NOTE),
        plqy=_yield(float(found["plqy"]), source),
    )


def _yield(value: float, source: tuple[str, ...]) -> Sourced:
    """The yields of one recipe scatter by 0.19 (109 measured values)."""
    half = 0.31
    return Sourced(
        value, "1", max(0.0, value - half), min(1.0, value + half), "fitted", source, _NOTE
    )


def _learned(recipe: RecipeSpec, library: Library) -> dict[str, Any]:
    """The row of the table for a recipe, and its family; empty where none claims it."""
    from ..synthesis.reagents import flask_of

    flask = flask_of(recipe, library)
    if any(name in flask.assumed for name in _AMOUNTS) or flask.chain < _CHAIN:
        return {}
    row = columns_of(flask, library)
    families = {"oleate": antisolvent, "salts": mixed_halide}
    family = next((n for n, f in families.items() if bool(f.claims(row)[0])), "")
    if not family:
        return {}
    from .predictor import trained

    found = trained().of_columns(row)
    return {name: values[0] for name, values in found.items()} | {"family": family}


def columns_of(flask: Flask, library: Library) -> Columns:
    """Return a flask as one row; caesium without a halide of its own is an oleate."""
    name = flask.antisolvent
    molar = 0.0
    if name:
        entry = library.entry("solvent", name)
        name = entry.name
        molar = float(entry.quantity("molar_volume")) if entry.has("molar_volume") else 1e-4
    total = np.array([float(flask.halides.get(h, 0.0)) for h in HALIDES])
    share = total / total.sum() if total.sum() > 0.0 else np.array([0.0, 1.0, 0.0])
    lead, caesium = float(flask.lead), float(flask.caesium)
    used = float(flask.antisolvent_amount) if name else 0.0

    def one(value: float) -> FloatArray:
        return np.array([value], dtype=float)

    def stated(field: str, value: Sourced) -> FloatArray:
        return one(np.nan if field in flask.assumed else float(value))

    return Columns(
        method=np.array([flask.method]),
        halides=share[None, :],
        caesium=one(caesium),
        lead=one(lead),
        halide=one(float(total.sum())),
        has_oleate=np.array([total.sum() < 2.0 * lead + 0.9 * caesium]),
        antisolvent=np.array([name]),
        antisolvent_amount=one(used),
        antisolvent_volume=one(used * molar),
        solvent=np.array([flask.solvent]),
        volume=stated("volume", flask.volume),
        acid=stated("acid", flask.acid),
        amine=stated("amine", flask.amine),
        temperature=stated("temperature", flask.temperature),
        time=stated("time", flask.time),
        fraction=one(_FRACTIONS.get(flask.fraction, 0.0)),
    )
