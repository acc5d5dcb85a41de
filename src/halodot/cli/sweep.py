"""``halodot sweep STUDY --vary KEY=A,B``: a study at every combination of some values."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "sweep",
        help="run a study at every combination of some values",
        description="One run folder a point, a table of all figures as CSV and JSON, and the "
        "records laid over one another. A sweep that was stopped goes on where it was.",
    )
    p.add_argument("study", metavar="STUDY", help="a TOML file, or the id of a shipped study")
    p.add_argument(
        "--vary",
        action="append",
        required=True,
        metavar="KEY=A,B,...",
        help="such as film.ligand=OGB,DDAB or 'device.layer[0].thickness=50 nm,100 nm'; "
        "several of them span a grid",
    )
    p.add_argument("-o", "--output", metavar="DIR", help="default runs/ID-sweep")
    p.add_argument("--draws", type=int, metavar="N", help="draws for the intervals of a point")
    p.add_argument("--json", action="store_true", help="one flat JSON object")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the sweep; exit code 1 where a point carries a bad status or was refused."""
    from pathlib import Path

    from ..study import load
    from ..sweeping import axis, sweep
    from .run import Bar

    vary = [axis(text) for text in args.vary]
    output = args.output or f"runs/{load(args.study).study.study.id}-sweep"
    with Bar() as bar:
        points = sweep(args.study, vary, output, draws=args.draws, progress=bar.show)
    if args.json:
        sys.stdout.write((Path(output) / "table.json").read_text(encoding="utf-8"))
    else:
        for point in points:
            named = ", ".join(f"{key} = {value}" for key, value in point.values)
            reason = point.body["status_text"].splitlines()[0]
            sys.stdout.write(f"{named}: {reason}\n")
        sys.stdout.write(f"{Path(output).resolve() / 'table.csv'}\n")
    return 0 if all(p.status in ("ok", "unknown") for p in points) else 1
