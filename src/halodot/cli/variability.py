"""``halodot variability STUDY``: working states, yield and accuracy against the film's spread."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "variability",
        help="from the flask to the accuracy: states, yield, accuracy against the film's spread",
        description="For each variant of a study (ligand, compliance, ...) and each spread of the "
        "film's thickness between cells: how many states can be told apart, how many cells work, "
        "and what accuracy an array of them reaches. Cells are written and read as the study's "
        "protocol of kind endurance says. Work that was stopped goes on where it was.",
    )
    p.add_argument("study", metavar="STUDY", help="a TOML file, or the id of a shipped study")
    p.add_argument(
        "--spread", metavar="A,B,...", help="relative, of the thickness: 0.01,0.03,0.1,0.3"
    )
    p.add_argument(
        "--variant", action="append", default=[], metavar="LABEL", help="default: all; repeat"
    )
    for name, kind, text in (
        ("cells", int, "cells of a batch; default 24"),
        ("cycles", int, "program and erase each so often; default 2"),
        ("levels", int, "levels of the source's current; default 12"),
        ("draws", int, "of what is not known of the device; default 19"),
        ("read-noise", float, "standard deviation of a reading over itself; default 0.02"),
        ("misread", float, "share that two states may be misread; default 0.01"),
        ("ratio", float, "on over off of a cell that works; default 10"),
    ):
        p.add_argument(f"--{name}", type=kind, help=text)
    p.add_argument("--wait", metavar="TIME", help="between writing and reading; default '1 s'")
    p.add_argument("--protocol", metavar="LABEL", help="of kind endurance; default the last one")
    p.add_argument("-o", "--output", metavar="DIR", help="default runs/ID-variability")
    p.add_argument("--json", action="store_true", help="one JSON object")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run it; exit code 1 where a batch carries a bad status."""
    from ..core.errors import InputError
    from ..core.units import parse
    from ..report.variability_page import flat, lines
    from ..study import load
    from ..variability import SPREADS, Settings, variability
    from .output import exit_code, print_json
    from .run import Bar

    names = ("cells", "cycles", "levels", "draws", "read_noise", "misread", "ratio", "protocol")
    given = {n: getattr(args, n) for n in names if getattr(args, n) is not None}
    if args.wait is not None:
        given["wait"] = parse(args.wait, "s", field="--wait")
    try:
        spreads = [float(x) for x in args.spread.split(",")] if args.spread else list(SPREADS)
    except ValueError:
        allowed = "numbers separated by commas, relative to the thickness"
        raise InputError("--spread", args.spread, allowed, "0.01,0.1") from None
    file = load(args.study)
    output = args.output or f"runs/{file.study.study.id}-variability"
    with Bar() as bar:
        found = variability(
            file, output, spreads=spreads, variants=args.variant, settings=Settings(**given),
            progress=bar.show,
        )  # fmt: skip
    if args.json:
        print_json({**flat(found), "report": str(found.folder)})
    else:
        sys.stdout.write("\n".join(lines(found)) + "\n")
        assert found.folder is not None
        sys.stdout.write(f"{(found.folder / 'report.html').resolve()}\n")
    return exit_code(found.status)
