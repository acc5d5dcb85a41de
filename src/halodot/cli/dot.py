"""``halodot dot FORMULA --size SIZE``: levels, light and colour of a dot."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..dot.state import DotProperties
    from ..library import Library

_OPTIONS = ("shape", "size", "monolayers", "size_spread", "lateral", "ligand", "temperature")


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "dot",
        help="gap, exciton, emission, lifetime and colour of a dot of known size",
        description="Confined levels and light of an ensemble of dots. The size is that of the "
        "inorganic core without ligands.",
    )
    p.add_argument("formula", metavar="FORMULA", help="such as CsPbBr3 or 'CsPb(Br0.7Cl0.3)3'")
    p.add_argument("--shape", metavar="SHAPE", help="cube (default), sphere or platelet")
    p.add_argument(
        "--size",
        metavar="'9 nm'",
        help="edge of a cube, diameter of a sphere, thickness of a platelet",
    )
    p.add_argument("--monolayers", type=int, metavar="N", help="thickness of a platelet")
    p.add_argument("--lateral", metavar="'20 nm'", help="lateral size of a platelet")
    p.add_argument("--temperature", metavar="'300 K'", help="of the lattice (default 300 K)")
    p.add_argument("--size-spread", metavar="'10 %'", help="standard deviation over the mean")
    p.add_argument("--ligand", metavar="NAME", help="ligand shell (default OA+OAm)")
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
    """Characterise the dot and print it; exit code 1 where it carries a bad status."""
    from ..core.spec import build
    from ..dot import characterise
    from ..library import Library
    from ..synthesis import DotsSpec, given

    raw = {k: getattr(args, k) for k in _OPTIONS if getattr(args, k) is not None}
    spec = build(DotsSpec, {"formula": args.formula, **raw})
    library = Library.builtin().with_files(args.materials)
    temperature = 300.0 if spec.temperature is None else float(spec.temperature)
    dots = characterise(given(spec, library), library, temperature)
    show(flat(dots, library), as_json=args.json)
    return 0 if dots.status.is_good else 1


def flat(dots: DotProperties, library: Library) -> dict[str, Any]:
    """Return the flat keys of a dot, with the tolerance factor of its lattice."""
    from ..crystal import characterise
    from ..dot import describe

    factor = characterise(dots.formula, library).tolerance_factor
    body = describe(dots)
    body["tolerance_factor"] = factor.to_json()
    return body


def show(body: dict[str, Any], *, as_json: bool) -> None:
    """Print the flat keys, as JSON or for people."""
    from .output import print_flat, print_json

    if as_json:
        print_json(body)
    else:
        print_flat({key: _for_people(value) for key, value in body.items()})


def _for_people(value: Any) -> Any:
    """Categories and answers as text; quantities stay as they are."""
    if isinstance(value, dict) and isinstance(value.get("value"), bool):
        return f"{'yes' if value['value'] else 'no'}  {value['basis']}"
    if isinstance(value, dict) and isinstance(value.get("value"), str):
        return f"{value['value']}  {value['basis']}"
    return value
