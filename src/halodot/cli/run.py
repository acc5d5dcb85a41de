"""``halodot run STUDY``: a study from where it enters the flow to where it leaves it."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..core.sourced import Sourced
    from ..runs import Progress, Run


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "run",
        help="run a study and write a run folder with its report",
        description="Run a study file, or a shipped study by its id (halodot run m1). A run that "
        "was stopped goes on where it was when the same command is given again. A finished run of "
        "the same study (the same id) in the folder is replaced; one of another is refused.",
    )
    p.add_argument("study", metavar="STUDY", help="a TOML file, or the id of a shipped study")
    p.add_argument("-o", "--output", metavar="DIR", help="run folder; default runs/ID")
    p.add_argument("--draws", type=int, metavar="N", help="draws for the intervals")
    p.add_argument("--json", action="store_true", help="one flat JSON object")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the study; exit code 1 where something carries a bad status."""
    from ..report import tables
    from ..runs import run as run_study
    from ..study import load
    from .output import exit_code, print_json

    file = load(args.study)
    output = f"runs/{file.study.study.id}" if args.output is None else args.output
    with Bar() as bar:
        done = run_study(file, output, draws=args.draws, progress=bar.show)
    if args.json:
        print_json({**tables.flat(done), "report": str(done.report)})
    else:
        summarise(done)
    return exit_code(done.status)


def summarise(done: Run) -> None:
    """Print what was compared, the status, and the path of the report as the last line."""
    from ..report import compare

    for c in done.comparisons:
        unit = "" if c.unit == "1" else f" {c.unit}"
        reported = "unknown" if not c.reported.is_known else f"{float(c.reported):.4g}{unit}"
        computed = "unknown" if not c.computed.is_known else f"{float(c.computed):.4g}{unit}"
        verdict = {True: "holds", False: "misses", None: "not judged"}[c.within]
        verdict = compare.TOO_WIDE if c.too_wide else verdict
        bound = "" if c.bound == "=" else c.bound
        where = f"{c.variant}: " if c.variant else ""
        if c.kind == "yes_no":
            reported, computed = _word(c.reported), _word(c.computed)
        told = f"reported {bound}{reported}, computed {computed}  ({c.role}, {verdict})"
        sys.stdout.write(f"{where}{c.name}: {told}\n")
    if done.comparisons:
        sys.stdout.write(compare.tally(done.comparisons).sentence + "\n")
    sys.stdout.write(f"{done.status.value}\n{done.report}\n")


def _word(q: Sourced) -> str:
    return "unknown" if q.value is None else "yes" if q.value else "no"


class Bar:
    """A progress bar on standard error, where that is a terminal."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    @property
    def show(self) -> Progress | None:
        """What a run calls with its progress; None where nobody watches."""
        return self._show if sys.stderr.isatty() else None

    def _show(self, name: str, done: int, total: int) -> None:
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=total, file=sys.stderr, leave=False)
        self._bar.set_description(name)
        self._bar.update(done - self._bar.n)
