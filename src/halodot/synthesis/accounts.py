"""What the books of a flask say of the dots it gives: ratios, theoretical yield, hazards."""

from __future__ import annotations

from dataclasses import replace

from ..core.sourced import Sourced
from ..library import Library
from .amounts import product
from .balance import balance
from .flask import Flask
from .hazards import hazards
from .portions import inverse
from .recipe_spec import RecipeSpec
from .state import DotPopulation


def ratios(flask: Flask) -> dict[str, Sourced]:
    """Return what the flask holds per lead [1], by name.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> from halodot.synthesis.reagents import flask_of
    >>> recipe = build(RecipeSpec, {"method": "hot_injection", "formula": "CsPbBr3"})
    >>> sorted(ratios(flask_of(recipe, Library.builtin())))
    ['acid_to_lead', 'amine_to_lead', 'caesium_to_lead', 'halide_to_lead']
    """
    halide = balance(flask).halide
    amounts = {"halide": halide, "caesium": flask.caesium, "acid": flask.acid}
    amounts |= {"amine": flask.amine, "antisolvent": flask.antisolvent_amount}
    per_lead = inverse(flask.lead)
    return {
        f"{name}_to_lead": replace(product("1", q, per_lead), note=q.note)
        for name, q in amounts.items()
        if float(q) > 0.0
    }


def accounted(
    population: DotPopulation, recipe: RecipeSpec, flask: Flask, library: Library
) -> DotPopulation:
    """Return `population` with ratios, yield and shares among its extras; hazards noted.

    Shares of phases and probabilities of shapes stand there too, so that a study can ask for
    ``phase_share_CsPbBr3`` or ``shape_probability_cube``.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> from halodot.synthesis.reagents import flask_of
    >>> recipe = build(RecipeSpec, {"method": "larp", "formula": "CsPbBr3"})
    >>> flask = flask_of(recipe, Library.builtin())
    >>> dots = DotPopulation("CsPbBr3", "cube", Sourced(9e-9, "m"), Sourced(0.1), "OA+OAm")
    >>> "theoretical_yield" in accounted(dots, recipe, flask, Library.builtin()).extras
    True
    """
    books = balance(flask)
    extras = {**ratios(flask), "theoretical_yield": books.mass}
    extras |= {f"phase_share_{name}": q for name, q in population.phases.items()}
    extras |= {f"shape_probability_{name}": q for name, q in population.shapes.items()}
    notes = [*population.notes, *books.notes]
    notes += [f"hazard: {line}" for line in hazards(recipe, library)]
    return replace(population, extras={**population.extras, **extras}, notes=tuple(notes))
