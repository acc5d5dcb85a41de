"""Arguments that several verbs share."""

from __future__ import annotations

import argparse


def add_library(p: argparse.ArgumentParser) -> None:
    """Add ``--materials`` and ``--json``."""
    p.add_argument(
        "--materials",
        action="append",
        default=[],
        metavar="FILE",
        help="CSV or TOML file with your own values; may be given several times",
    )
    p.add_argument("--json", action="store_true", help="one flat JSON object")
