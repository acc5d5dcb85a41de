"""Entry point of the ``halodot`` command."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence

from .. import __version__

# A verb appears here when it works. Order is the order of the flow.
VERBS = (
    "crystal",
    "dot",
    "size",
    "recipe",
    "film",
    "figures",
    "crossbar",
    "array",
    "literature",
    "run",
    "check",
    "new",
    "sweep",
    "atlas",
    "task",
    "variability",
    "export",
)


def parser() -> argparse.ArgumentParser:
    """Build the parser; every verb module registers itself and imports nothing heavy."""
    top = argparse.ArgumentParser(
        prog="halodot",
        description="Inorganic halide perovskite quantum dots, from the flask to the circuit.",
        epilog="Exit codes: 0 all converged, 1 something carries a bad status, 2 bad input.",
    )
    top.add_argument("--version", action="version", version=f"halodot {__version__}")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name in VERBS:
        importlib.import_module(f".{name}", __package__).register(verbs)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code (0, 1 or 2)."""
    from ..core.errors import InputError

    if sys.stdout is None:  # closed by the caller
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - stays open until the end
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    args = parser().parse_args(argv)
    try:
        return int(args.run(args))
    except InputError as e:
        sys.stderr.write(f"halodot: {e}\n")
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as e:
        sys.stderr.write(f"halodot: {e}: nothing more could be written or read\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("halodot: stopped; run the same command again to go on\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
