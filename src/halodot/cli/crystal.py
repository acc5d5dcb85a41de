"""``halodot crystal FORMULA``: tolerance factors, lattices, phases and structures of a formula."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import add_library

if TYPE_CHECKING:
    from ..crystal.choice import Choice
    from ..library import Library


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "crystal",
        help="tolerance factors, lattices, phases and structures of a formula",
        description="Family, sites, tolerance factors in named sets of radii, lattice constants, "
        "most probable phase at a size and temperature; structures and phase maps as files.",
    )
    p.add_argument("formula", metavar="FORMULA", help="such as CsPbBr3 or 'CsPb(Br0.7Cl0.3)3'")
    p.add_argument("--size", metavar="LENGTH", help="edge of a cube, such as '8 nm'; else the bulk")
    p.add_argument("--temperature", metavar="T", default="300 K", help="default: 300 K")
    p.add_argument(
        "--stability-map",
        metavar="FILE",
        help="write the phase map over size and temperature as .png, .svg or .csv",
    )
    p.add_argument(
        "--phase",
        help="alpha, beta, gamma or delta, of the structures written; default: the stable one at "
        "the size and temperature given",
    )
    p.add_argument("--cif", metavar="FILE", help="write the unit cell as CIF")
    p.add_argument("--cells", metavar="NxNxN", help="size of a dot in octahedra along its edges")
    p.add_argument("--termination", help="CsX (the default) or BX2: planes in which the dot ends")
    p.add_argument("-o", "--output", metavar="FILE", help="write the dot of --cells as XYZ")
    p.add_argument("--seed", type=int, default=1, help="of places on shared sites; default: 1")
    add_library(p)
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Describe the formula and write what is asked for; exit code 1 where it is not neutral."""
    from ..core.units import parse
    from ..crystal import describe
    from ..library import Library
    from .output import print_flat, print_json

    _check(args)
    library = Library.builtin().with_files(args.materials)
    size = None if args.size is None else parse(args.size, "m", field="size")
    temperature = parse(args.temperature, "K", field="temperature")
    body = describe(args.formula, library, size, temperature)
    body |= _files(args, library, _phase(args, library, size, temperature))
    if args.json:
        print_json(body)
    else:
        print_flat({key: _for_people(value) for key, value in body.items()})
    return 0 if body["charge_balanced"] else 1


def _check(args: argparse.Namespace) -> None:
    """Refuse options that make sense only together, and files that cannot be written."""
    from ..core.errors import InputError
    from .output import check_file

    if args.cells is None and args.output is not None:
        raise InputError("output", args.output, "only together with --cells", "--cells 5x5x5")
    if args.cells is not None and args.output is None:
        raise InputError("cells", args.cells, "only together with -o", "-o dot.xyz")
    if args.cells is None and args.termination is not None:
        raise InputError("termination", args.termination, "only with --cells", "--cells 5x5x5")
    if args.seed < 0:
        raise InputError("seed", args.seed, "zero or a positive whole number", "1")
    if args.stability_map is not None:
        ending = Path(args.stability_map).suffix.lower()
        if ending not in (".png", ".svg", ".csv"):
            raise InputError("stability-map", args.stability_map, "a .png, .svg or .csv file",
                             "map.png")  # fmt: skip
    for field in ("cif", "output", "stability_map"):
        check_file(getattr(args, field), "--" + field.replace("_", "-"))


def _phase(
    args: argparse.Namespace, library: Library, size: float | None, temperature: float
) -> Choice:
    """Return the phase of the structures written: the one named, else the stable one."""
    from ..crystal import characterise
    from ..crystal.choice import Choice, choose_phase

    if args.phase is None and args.cif is None and args.cells is None:
        return Choice(None, None, "")
    found = characterise(args.formula, library, size, temperature)
    if args.phase is None:
        return choose_phase(found, library)
    is_stable = args.phase == found.stable_phase if found.stable_phase else None
    return Choice(args.phase, is_stable, "given with --phase")


def _files(args: argparse.Namespace, library: Library, choice: Choice) -> dict[str, Any]:
    """Write the files asked for and say what they hold."""
    body: dict[str, Any] = {}
    if args.cif is not None:
        body |= _cif(args, library, choice)
    if args.cells is not None:
        body |= _dot(args, library, choice)
    if args.stability_map is not None:
        body |= _map(args, library)
    return body


def _cif(args: argparse.Namespace, library: Library, choice: Choice) -> dict[str, Any]:
    from ..crystal.structure import space_group, write_cif

    cell, notes = write_cif(args.formula, args.cif, library, phase=choice.phase, seed=args.seed)
    found, number = space_group(args.formula, library, cell.phase)
    return {
        "cif_file": args.cif,
        "cif_phase": cell.phase,
        "cif_phase_is_stable": choice.is_stable,
        "cif_phase_reason": choice.reason,
        "cif_space_group": cell.space_group,  # as the file says it
        "cif_space_group_number": cell.number,
        "cif_sites_space_group_found": found,  # of the sites, whatever stands on them
        "cif_sites_space_group_number": number,
        "cif_sites": len(cell.roles),
        "cif_notes": list(notes),
    }


def _dot(args: argparse.Namespace, library: Library, choice: Choice) -> dict[str, Any]:
    from ..crystal.structure import dot, read_cells, write_xyz

    cluster = dot(
        args.formula,
        library,
        read_cells(args.cells),
        phase=choice.phase,
        termination=args.termination,
        seed=args.seed,
    )
    write_xyz(cluster, args.output)
    return {
        "dot_file": args.output,
        "dot_phase": cluster.phase,
        "dot_phase_is_stable": choice.is_stable,
        "dot_phase_reason": choice.reason,
        "dot_termination": cluster.termination,
        "dot_cells": "x".join(map(str, cluster.cells)),
        "dot_stoichiometry": cluster.stoichiometry,
        **{f"dot_ions_{s}": n for s, n in cluster.ions.items()},
        "dot_charge_e": cluster.charge,
        "dot_atoms": len(cluster.symbols),
        **{f"dot_edge_{x}_nm": e * 1e9 for x, e in zip("xyz", cluster.edge, strict=True)},
        "dot_seed": cluster.seed,
        "dot_notes": list(cluster.notes),
    }


def _map(args: argparse.Namespace, library: Library) -> dict[str, Any]:
    from ..crystal.composition import parse
    from ..crystal.landscape import landscape
    from ..crystal.stability import stability_map
    from ..report.plots.crystal import save_map

    found = stability_map(landscape(parse(args.formula), library))
    save_map(found, Path(args.stability_map))
    return {"stability_map_file": args.stability_map, "stability_map_note": found.reason}


def _for_people(value: Any) -> Any:
    """Categories as text; quantities stay as they are."""
    if isinstance(value, dict) and isinstance(value.get("value"), str | bool):
        return f"{value['value']}  {value['basis']}"
    return value
