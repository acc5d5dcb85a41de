"""``halodot atlas``: every transistor and memory of the review, run and scored."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..atlas import Atlas
    from ..workers import Progress


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "atlas",
        help="run the transistors and memories of the review, and score them",
        description="Run the systems T1 to T15 and M1 to M10 of the review from their shipped "
        "studies and put every reported figure beside the computed one. Each system runs in a "
        "process of its own; one that fails is listed as failed and stops no other. Finished "
        "systems are kept in the folder: the same command goes on where it was stopped. Writes "
        "atlas.html, atlas.json, atlas.csv and a run folder for each system.",
        epilog="Exit codes: 0 every system is ok, 1 one is incomplete or failed, 2 bad input.",
    )
    p.add_argument("--only", metavar="IDS", default="", help="systems by id: M9,T3; default all")
    p.add_argument("--draws", type=int, metavar="N", help="in place of the draws of each study")
    p.add_argument("--jobs", type=int, metavar="N", default=2, help="systems at a time; default 2")
    p.add_argument(
        "-o", "--output", metavar="DIR", default="runs/atlas", help="folder; default runs/atlas"
    )
    p.add_argument("--json", action="store_true", help="one JSON object")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the atlas; exit code 1 where a system is not ok."""
    from ..atlas import atlas
    from ..report.atlas_files import to_json
    from .output import print_json

    watch = Watch()
    only = [word for word in args.only.replace(" ", ",").split(",") if word]
    found = atlas(only, args.output, draws=args.draws, jobs=args.jobs, watch=watch.show)
    watch.end()
    if args.json:
        print_json(to_json(found))
    else:
        _print(found)
    return 0 if found.is_whole else 1


def _print(found: Atlas) -> None:
    """Print a line for each system, what does not hold, the score, and where the page is."""
    from ..report import atlas_files

    for entry in found.entries:
        sys.stdout.write(atlas_files.system_line(entry) + "\n")
    for title, rows in (
        ("Misses", atlas_files.misses(found)),
        ("Too wide", atlas_files.too_wide(found)),
    ):
        if rows:
            sys.stdout.write(f"\n{title}\n")
        for name, c in rows:
            sys.stdout.write(f"  {atlas_files.row_line(name, c)}\n")
    sys.stdout.write("\n" + "\n".join(atlas_files.sentences(found)) + "\n")
    sys.stdout.write(f"{found.page.resolve()}\n")


class Watch:
    """Shows on standard error how far the atlas is: one line that moves, or a line for each end."""

    def __init__(self) -> None:
        self._moves = sys.stderr.isatty()
        self._width = 0

    def show(self, p: Progress) -> None:
        """Show where the atlas stands."""
        if p.last is not None:
            head = f"[{p.finished}/{p.systems}, {p.seconds:.0f} s]"
            reason = f": {p.last.reason}" if p.last.reason else ""
            self._put(f"{head} {p.last.id} {p.last.status}, {p.last.cpu_s:.0f} s{reason}\n")
        if self._moves:
            steps = [f"{name} {step} {done}/{of}" for name, step, done, of in p.running]
            self._put(f"[{p.finished}/{p.systems}, {p.seconds:.0f} s] " + ", ".join(steps))

    def end(self) -> None:
        """Clear the line that moves."""
        if self._moves:
            self._put("")

    def _put(self, text: str) -> None:
        if self._moves:
            text = text if text.endswith("\n") else text[:118]
            sys.stderr.write("\r" + " " * self._width + "\r" + text)
            self._width = 0 if text.endswith("\n") else len(text)
        else:
            sys.stderr.write(text)
        sys.stderr.flush()
