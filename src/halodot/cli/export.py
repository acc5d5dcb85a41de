"""``halodot export STUDY --to TARGET``: a device in the words of another program."""

from __future__ import annotations

import argparse
import sys
from typing import Any

TARGETS = ("spice", "verilog-a", "nir", "crosssim", "aihwkit", "traces")


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "export",
        help="a device for ngspice, Verilog-A, NIR, CrossSim, aihwkit, or its records",
        description="Write the device of a study as an ngspice subcircuit, a Verilog-A module, a "
        "NIR graph, a CrossSim or aihwkit device, or its records as CSV with side-cars. All files "
        "are written, or none.",
    )
    p.add_argument("study", metavar="STUDY", help="a TOML file, or the id of a shipped study")
    p.add_argument("--to", required=True, metavar="TARGET", help=" | ".join(TARGETS))
    p.add_argument("--variant", metavar="LABEL", help="of a study that has several; default: first")
    p.add_argument("-o", "--output", metavar="DIR", help="folder; default exports/ID")
    p.add_argument("--json", action="store_true", help="one flat JSON object")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Export and list the files that were written."""
    from ..export.writing import export
    from .output import print_json

    written = export(args.study, args.to, args.output, args.variant)
    if args.json:
        print_json({"target": args.to, "files": [str(p) for p in written]})
    else:
        for path in written:
            sys.stdout.write(f"{path}\n")
    return 0
