"""``halodot recipe FILE.toml``: one recipe, as written down, to its dots as flat keys."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

# what a chemist looks for, before what else is said of the dots
_FIRST = (
    "formula", "size_nm", "size_spread", "pl_peak_nm", "fwhm_meV", "plqy", "optical_gap_eV",
    "radiative_lifetime_ns", "ligand",
)  # fmt: skip

if TYPE_CHECKING:
    from ..library import Library
    from ..synthesis.recipe_spec import RecipeSpec
    from ..synthesis.state import DotPopulation


def run(args: argparse.Namespace) -> int:
    """Run the recipe and print the dots; exit code 1 where they carry a bad status."""
    from ..dot import characterise
    from ..recipes import corrected, make
    from ..synthesis.description import describe
    from .dot import flat, show

    recipe, library = read(args.file, args.materials)
    population = make(recipe, library)
    dots = characterise(population, library, float(recipe.observed_at))
    dots = corrected(dots, recipe, library)
    light = flat(dots, library)
    own = {"shape": _shape(recipe.shape, population), "phase": _phase(population)}
    own |= describe(population)
    hazards = _hazards(recipe, library)
    if args.json:
        show({"method": recipe.method, **light, **own, "hazards": hazards}, as_json=True)
    else:
        first = {k: light.pop(k) for k in _FIRST if k in light}
        notes = [n for n in light.pop("notes", ()) if not n.startswith("hazard")]
        body = {"method": recipe.method, **first, **own, **(light if args.all else {})}
        body |= {"notes": _lines(notes), "hazards": _lines(hazards)}
        show(body, as_json=False)
        if not args.all:
            sys.stdout.write(f"\n{len(light)} more of the dots: --all\n")
    return 0 if dots.status.is_good and population.status.is_good else 1


def read(path: str, materials: list[str]) -> tuple[RecipeSpec, Library]:
    """Return the recipe of a file with a table ``[recipe]``, and the library that it uses.

    Raises
    ------
    InputError
        Names the key that is missing or not understood.
    """
    from ..core import tomlfile
    from ..core.errors import InputError, nearest
    from ..core.spec import build
    from ..library import Library
    from ..study import Study
    from ..synthesis import RecipeSpec

    data = tomlfile.read(path)
    known = sorted({"recipe", *Study.model_fields})
    for key in data:
        if key not in known:
            raise InputError(key, data[key], "tables " + ", ".join(known), nearest(key, known))
    if "recipe" not in data:
        raise InputError("recipe", "nothing (it is missing)", "a table [recipe]", "add [recipe]")
    recipe = build(RecipeSpec, data["recipe"], root="recipe")
    return recipe, Library.builtin().with_files([*_beside(path, data), *materials])


def _hazards(recipe: RecipeSpec, library: Library) -> list[str]:
    from ..synthesis.hazards import hazards

    return list(hazards(recipe, library))


def _lines(texts: Any) -> str:
    return "".join(f"\n  {text}" for text in texts)


def _shape(stated: str | None, population: DotPopulation) -> dict[str, Any]:
    if stated:
        return {"value": population.shape, "basis": "given", "sources": []}
    basis = "computed" if population.shapes else "assumed"
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
