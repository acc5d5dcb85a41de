"""``halodot recipe``: from what goes into the flask to the dots, and from a colour back."""

from __future__ import annotations

import argparse
from typing import Any

from .arguments import add_library


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "recipe",
        help="size, shape, phase and light of the dots that a recipe gives",
        description="Predict a population of dots from [recipe] method, formula, reagents ...",
    )
    p.add_argument("file", metavar="FILE.toml", help="a file with a table [recipe]")
    add_library(p)
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do what the options ask for."""
    from . import recipe_file

    return recipe_file.run(args)
