"""``halodot recipe``: from what goes into the flask to the dots, and from a colour back."""

from __future__ import annotations

import argparse
from typing import Any

from . import recipe_table, recipe_target
from .arguments import add_library


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "recipe",
        help="size, shape, phase and light of the dots that a recipe gives",
        description="Predict a population of dots from [recipe] method, formula, reagents ...",
    )
    p.add_argument("file", nargs="?", metavar="FILE.toml", help="a file with a table [recipe]")
    p.add_argument("--all", action="store_true", help="all that is said of the dots of a file")
    recipe_table.add_options(p)
    recipe_target.add_options(p)
    add_library(p)
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do what the options ask for."""
    from ..core.errors import InputError
    from . import recipe_file

    if recipe_target.is_wanted(args):
        return recipe_target.run(args)
    if recipe_table.is_wanted(args):
        return recipe_table.run(args)
    recipe_target.refuse_alone(args)
    recipe_table.refuse_alone(args)
    if args.file is None:
        allowed = "a file with a table [recipe], or --table, --target, --ask or --tell"
        raise InputError("FILE.toml", "nothing (it is missing)", allowed, "halodot recipe my.toml")
    return recipe_file.run(args)
