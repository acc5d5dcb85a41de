"""``halodot recipe FILE.toml``: the dots that a recipe gives, with intervals."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from .arguments import add_library

if TYPE_CHECKING:
    from ..synthesis.state import DotPopulation


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "recipe",
        help="size, shape, phase and light of the dots that a recipe gives",
        description="Predict a population of dots from [recipe] method, formula, temperature ...",
    )
    p.add_argument("file", metavar="FILE.toml", help="a file with a table [recipe]")
    add_library(p)
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the recipe and print the dots; exit code 1 where they carry a bad status."""
    from ..core import tomlfile
    from ..core.errors import InputError, nearest
    from ..core.spec import build
    from ..dot import characterise
    from ..library import Library
    from ..study import Study
    from ..synthesis import RecipeSpec, make
    from .dot import flat, show

    data = tomlfile.read(args.file)
    known = sorted({"recipe", *Study.model_fields})
    for key in data:
        if key not in known:
            raise InputError(key, data[key], "tables " + ", ".join(known), nearest(key, known))
    if "recipe" not in data:
        raise InputError("recipe", "nothing (it is missing)", "a table [recipe]", "add [recipe]")
    recipe = build(RecipeSpec, data["recipe"], root="recipe")
    library = Library.builtin().with_files([*_beside(args.file, data), *args.materials])
    population = make(recipe, library)
    dots = characterise(population, library, float(recipe.observed_at))
    body = {"method": recipe.method, **flat(dots, library)}
    body |= {"shape": _shape(recipe.shape, population), "phase": _phase(population)}
    show(body, as_json=args.json)
    return 0 if dots.status.is_good else 1


def _shape(stated: str | None, population: DotPopulation) -> dict[str, Any]:
    basis = "given" if stated else "assumed"
    return {"value": population.shape, "basis": basis, "sources": []}


def _phase(population: DotPopulation) -> dict[str, Any]:
    if population.phase == "unknown":
        reason = "the phase of these dots at room temperature is not in the library"
        return {"value": None, "basis": "unknown", "reason": reason}
    note = "phase of the bulk at 300 K"
    return {"value": population.phase, "basis": "sourced", "sources": [], "note": note}


def _beside(path: str, data: dict[str, Any]) -> list[str]:
    """Files of own materials that the recipe names, relative to its folder."""
    from pathlib import Path

    from ..core.errors import InputError

    named = data.get("library", [])
    if not isinstance(named, list) or not all(isinstance(n, str) for n in named):
        raise InputError("library", named, "a list of file names", "library = ['own.csv']")
    return [str(Path(path).parent / n) for n in named]
