"""``halodot crystal FORMULA``: composition, tolerance factors and lattice of a formula."""

from __future__ import annotations

import argparse
from typing import Any


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "crystal",
        help="composition, tolerance factors and lattice of a formula",
        description="Family, sites, tolerance factors in named sets of radii, lattice constant.",
    )
    p.add_argument("formula", metavar="FORMULA", help="such as CsPbBr3 or 'CsPb(Br0.7Cl0.3)3'")
    p.add_argument(
        "--materials",
        action="append",
        default=[],
        metavar="FILE",
        help="CSV or TOML file with your own values; may be given several times",
    )
    p.add_argument("--json", action="store_true", help="one flat JSON object")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Describe the formula; exit code 1 where it is not neutral."""
    from ..crystal import describe
    from ..library import Library
    from .output import print_flat, print_json

    body = describe(args.formula, Library.builtin().with_files(args.materials))
    if args.json:
        print_json(body)
    else:
        print_flat({key: _for_people(value) for key, value in body.items()})
    return 0 if body["charge_balanced"] else 1


def _for_people(value: Any) -> Any:
    """Categories and mappings as text; quantities stay as they are."""
    if not isinstance(value, dict):
        return value
    if "basis" not in value:
        return ", ".join(f"{k} {'?' if v is None else _short(v)}" for k, v in value.items()) or "-"
    if isinstance(value["value"], str | bool):
        return f"{value['value']}  {value['basis']}"
    return value


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + " ".join(f"{k} {_short(v)}" for k, v in value.items()) + ")"
    return f"{value:g}"
