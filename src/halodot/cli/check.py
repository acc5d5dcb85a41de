"""``halodot check STUDY``: what a study will use, with nothing run."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "check",
        help="show every value that a study will use, assumed ones first",
        description="Read a study, look up every name in it, and list each value with its basis "
        "(given, sourced, fitted, computed, assumed), its source and why. Nothing is run.",
    )
    p.add_argument("study", metavar="STUDY", help="a TOML file, or the id of a shipped study")
    p.add_argument("--json", action="store_true", help="one flat JSON object")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check the study and list its values."""
    from ..checking import check
    from ..study import load, resolve
    from .output import print_json

    file = load(args.study)
    rows = check(file)
    if args.json:
        header = file.study.study
        body = {"id": header.id, "title": header.title, "identity": file.identity}
        print_json({**body, "values": rows, "study": resolve(file.study)})
        return 0
    for r in rows:
        interval = f"  [{r['interval']}]" if r["interval"] else ""
        why = "; ".join((*r["sources"], *([r["note"]] if r["note"] else [])))
        text = f"{r['basis']:<9} {r['key']} = {r['value']}{interval}"
        sys.stdout.write(text + (f"  ({why})\n" if why else "\n"))
    assumed = sum(r["basis"] == "assumed" for r in rows)
    sys.stdout.write(f"{len(rows)} values, {assumed} of them assumed; the study can be run\n")
    return 0
