"""``halodot new``: a commented study file to start from."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "new",
        help="write a commented study file to start from",
        description="Write a study that can be run as it is; every key that may be added stands "
        "in a comment with its unit, range and default. An existing file is never overwritten.",
    )
    p.add_argument(
        "kind", nargs="?", default="memristor", metavar="dot|memristor|filament|transistor"
    )
    p.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the study."""
    from ..core.errors import InputError, nearest
    from ..template import EXAMPLES, template

    if args.kind not in EXAMPLES:
        allowed = "one of " + ", ".join(EXAMPLES)
        raise InputError("new", args.kind, allowed, nearest(args.kind, EXAMPLES))
    text = template(args.kind)
    if args.output is None:
        sys.stdout.write(text)
        return 0
    try:
        with open(args.output, "x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        remedy = "choose another name; nothing was overwritten"
        raise InputError("output file", args.output, "a name not taken yet", remedy) from None
    except (OSError, ValueError) as e:
        reason = e.strerror if isinstance(e, OSError) else str(e)
        raise InputError(
            "output file", args.output, "a file that can be written", str(reason)
        ) from None
    sys.stdout.write(f"{args.output}\n")
    return 0
