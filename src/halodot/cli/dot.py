"""``halodot dot FORMULA --size SIZE``: levels, light and colour of a dot."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from .arguments import add_library

if TYPE_CHECKING:
    from ..dot.state import DotProperties
    from ..library import Library
    from ..study import Dots

_OPTIONS = ("shape", "size", "monolayers", "size_spread", "lateral", "ligand", "temperature")


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "dot",
        help="gap, exciton, emission, lifetime and colour of a dot of known size",
        description="Confined levels and light of an ensemble of dots. The size is that of the "
        "inorganic core without ligands. Exit code 1: computed, but outside the range where the "
        "model was checked.",
    )
    p.add_argument("formula", metavar="FORMULA", help="such as CsPbBr3 or 'CsPb(Br0.7Cl0.3)3'")
    p.add_argument(
        "--shape", metavar="SHAPE", help="cube (default), cuboid, sphere, platelet, wire or rod"
    )
    p.add_argument(
        "--size",
        metavar="'9 nm'",
        help="edge of a cube, diameter of a sphere or wire, thickness of a platelet, "
        "'5 nm x 20 nm' for the width and length of a rod",
    )
    p.add_argument("--monolayers", type=int, metavar="N", help="thickness of a platelet")
    p.add_argument("--lateral", metavar="'20 nm'", help="lateral size of a platelet")
    p.add_argument("--temperature", metavar="'300 K'", help="of the lattice (default 300 K)")
    p.add_argument("--size-spread", metavar="'10 %'", help="standard deviation over the mean")
    p.add_argument("--ligand", metavar="NAME", help="ligand shell (default OA+OAm)")
    p.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="any key of [dots] in a study, such as model.ligand_coverage=0.9 or "
        "'model.barrier=4 eV'; may be given several times",
    )
    p.add_argument("--plot", metavar="FILE", help="picture of its light: .png, .svg or .pdf")
    p.add_argument("--spectra", metavar="FILE", help="spectra and decays as CSV")
    add_library(p)
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Characterise the dot and print it; exit code 1 where it carries a bad status."""
    from ..dot import characterise
    from ..library import Library
    from ..synthesis import given
    from .output import exit_code

    check_files(args)
    spec = read(args)
    library = Library.builtin().with_files(args.materials)
    known_ligand(spec.ligand, library)
    temperature = 300.0 if spec.temperature is None else float(spec.temperature)
    dots = characterise(given(spec, library), library, temperature, spec.model)
    if args.plot is not None:
        plot(dots, args.plot)
    if args.spectra is not None:
        from ..report.tables import curves

        put(args.spectra, "--spectra", curves(dots).encode())
    show(flat(dots, library), as_json=args.json)
    return exit_code(dots.status)


def read(args: argparse.Namespace) -> Dots:
    """Return the spec of the dot from the options and every ``--set KEY=VALUE``."""
    from ..core import tomlfile
    from ..core.errors import InputError
    from ..core.spec import build
    from ..study import Dots

    raw = {k: getattr(args, k) for k in _OPTIONS if getattr(args, k) is not None}
    data: dict[str, Any] = {"formula": args.formula, **raw}
    for text in args.set:
        key, equals, value = text.partition("=")
        if not equals or not key.strip() or not value.strip():
            allowed = "KEY=VALUE, for example model.ligand_coverage=0.9"
            raise InputError("--set", text, allowed, "quote values with blanks")
        data = tomlfile.override(data, key.strip(), tomlfile.scalar(value))
    return build(Dots, data)


def check_files(args: argparse.Namespace) -> None:
    """Refuse files that cannot be written, before the first of them is."""
    from .output import check_file

    if args.plot is not None:
        picture_kind(args.plot)
    check_file(args.plot, "--plot")
    check_file(args.spectra, "--spectra")


def picture_kind(path: str) -> str:
    """Return the format that the name of a picture ends in."""
    from pathlib import Path

    from ..core.errors import InputError, nearest

    kind, kinds = Path(path).suffix.lower(), (".png", ".svg", ".pdf")
    if kind not in kinds:
        raise InputError(
            "--plot", path, "a name ending in .png, .svg or .pdf", nearest(kind, kinds)
        )
    return kind[1:]


def known_ligand(name: str, library: Library) -> None:
    """Refuse a ligand that neither the library nor the user's own files hold."""
    from ..core.errors import InputError

    try:
        library.entry("ligand", name)
    except InputError as e:
        raise InputError("ligand", e.value, e.allowed, e.remedy) from None


def plot(dots: DotProperties, path: str) -> None:
    """Write the picture of the light of the dot, in the format that the name ends in."""
    import io

    from ..report.plots.light import dot_figure

    buffer = io.BytesIO()
    dot_figure(dots).savefig(buffer, format=picture_kind(path), dpi=150)
    put(path, "--plot", buffer.getvalue())


def put(path: str, field: str, content: bytes) -> None:
    """Write a file that the user named."""
    from pathlib import Path

    from ..core.errors import InputError

    try:
        Path(path).write_bytes(content)
    except (OSError, ValueError) as e:
        reason = e.strerror if isinstance(e, OSError) else str(e)
        raise InputError(field, path, "a file that can be written", str(reason)) from None


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
    """Categories and yes or no as words; quantities stay as they are."""
    found = value.get("value") if isinstance(value, dict) else None
    if isinstance(found, bool):
        return f"{'yes' if found else 'no'}  {value['basis']}"
    return f"{found}  {value['basis']}" if isinstance(found, str) else value
