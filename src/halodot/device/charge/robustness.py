"""Random stacks against the engine's own promises: ``python -m ...robustness N SEED``.

Each stack of `random_stacks.draw` is put through its loop. It converges when all its points are
good; it is then run again with twice the nodes and a tenth of the time tolerance. A point is
silently wrong if it was returned as good but is not finite, breaks conservation, continuity or the
sign of what cannot be negative, or moves by more than 1 % of abs(J) (or 1e-6 of the largest abs(J)
of the run, whichever is larger) under that refinement.

The last line of standard output is one JSON object with the counts; which stacks failed and why,
which are wrong and where, and which took longest goes to standard error.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TextIO

import numpy as np
from numpy.typing import NDArray

from .batch import Failure, each
from .random_stacks import Case, draw

if TYPE_CHECKING:
    from .simulate import Record

MOVED = 1e-2  # of abs(J)
NOTHING = 1e-6  # of the largest abs(J) of the run
ION_LOSS = 1e-9  # relative
SLOWEST = 5  # stacks named at the end


@dataclass(frozen=True)
class Verdict:
    """What became of one stack.

    Attributes
    ----------
    outcome
        "converged", "reported_failure" or "silent_wrong" (converged, but not right).
    reason
        Of a failure, or what is wrong where; for a converged stack why it could not be judged.
    run_time, judging_time
        CPU time of the run and of the refined one [s].
    """

    index: int
    outcome: str
    reason: str = ""
    run_time: float = 0.0
    judging_time: float = 0.0


def run(case: Case, *, refine: int = 0) -> Record:
    """Put a stack through its loop at the default accuracy, `refine` times refined."""
    from .run import Program, follow

    program = Program(time=case.time, voltage=case.voltage, light=case.light, outputs=case.outputs)
    return follow(
        case.stack, program, start=case.start, accuracy="default", refine=refine, states=1
    )


def faults(record: Record, fine: Record) -> dict[str, NDArray[np.bool_]]:
    """Points of `record` that were returned as good and are not, by what is wrong with them."""
    j, k = record.current_density, fine.current_density
    good = np.array([s.is_good for s in record.status])
    judged = good & np.array([s.is_good for s in fine.status])
    allowed = np.maximum(MOVED * np.abs(j), NOTHING * np.max(np.abs(j[np.isfinite(j)]), initial=0))
    with np.errstate(invalid="ignore"):
        found = {
            "not finite": ~np.isfinite(j),
            "differs between faces": record.spread > allowed,
            "loses ions": record.ion_error > ION_LOSS,
            "negative density": _negative(record),
            "moves": judged & (np.abs(j - k) > allowed),
        }
    return {what: good & where for what, where in found.items()}


def _negative(record: Record) -> NDArray[np.bool_]:
    """Whether a density is not positive at an output that was kept; the last ones are."""
    found = np.zeros(len(record.time), dtype=bool)
    kept = record.states[:, 1:] if len(record.states) else np.empty((0, 0))
    for k, densities in enumerate(kept):
        found[len(found) - len(kept) + k] = not np.all(densities > 0.0)
    return found


def judge(index: int, *, seed: int) -> Verdict:
    """Run stack `index` of `seed` and, where it converged, its refined twin."""
    case = draw(seed, index)
    start = time.process_time()
    record = run(case)
    took = time.process_time() - start
    bad = [k for k, s in enumerate(record.status) if not s.is_good]
    if bad:
        first = record.status[bad[0]]
        where = (
            f"{len(bad)} of {len(record.status)} points, from {record.source_voltage[bad[0]]:.3g} V"
        )
        return Verdict(index, "reported_failure", f"{first.name} at {where}", took)
    start = time.process_time()
    fine = run(case, refine=1)
    judging = time.process_time() - start
    found = {what: where for what, where in faults(record, fine).items() if where.any()}
    if found:
        reason = "; ".join(_worst(what, where, record, fine) for what, where in found.items())
        return Verdict(index, "silent_wrong", reason, took, judging)
    open_points = sum(not s.is_good for s in fine.status)
    note = f"{open_points} points not judged: the refined run failed" if open_points else ""
    return Verdict(index, "converged", note, took, judging)


def _worst(what: str, where: NDArray[np.bool_], record: Record, fine: Record) -> str:
    j = record.current_density
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = np.where(where, np.abs(j - fine.current_density) / np.abs(j), -1.0)
    k = int(np.argmax(moved))
    return (
        f"{what} at {int(where.sum())} points, most by {moved[k]:.2g} of "
        f"{j[k]:.3g} A/m2 at {record.source_voltage[k]:.3g} V"
    )


def verdicts(n: int, seed: int, *, workers: int | None = None) -> list[Verdict]:
    """Judge the first `n` stacks of `seed` in as many processes as there are cores."""
    found = []
    results = each(partial(judge, seed=seed), range(n), workers=workers, label="stacks")
    for index, verdict in enumerate(results):
        if isinstance(verdict, Failure):
            verdict = Verdict(index, "reported_failure", verdict.reason)
        found.append(verdict)
    return found


def totals(found: list[Verdict]) -> dict[str, int]:
    """Return the counts: what is silently wrong is a part of what converged.

    >>> totals([Verdict(0, "converged"), Verdict(1, "silent_wrong")])
    {'n': 2, 'converged': 2, 'reported_failure': 0, 'silent_wrong': 1}
    """
    failed = sum(v.outcome == "reported_failure" for v in found)
    return {
        "n": len(found),
        "converged": len(found) - failed,
        "reported_failure": failed,
        "silent_wrong": sum(v.outcome == "silent_wrong" for v in found),
    }


def count(n: int, seed: int, *, workers: int | None = None) -> dict[str, int]:
    """Run `n` random stacks and count what became of them."""
    return totals(verdicts(n, seed, workers=workers))


def appendix(found: list[Verdict], to: TextIO) -> None:
    """Write which stacks failed, were wrong or could not be judged, and the slowest ones."""
    for v in found:
        if v.reason:
            to.write(f"{v.index:>6} {v.outcome:<17} {v.reason}\n")
    for v in sorted(found, key=lambda v: -v.run_time)[:SLOWEST]:
        to.write(
            f"{v.index:>6} slowest           {v.run_time:.3g} s, refined {v.judging_time:.3g}\n"
        )
    spent = np.array([v.run_time for v in found] or [0.0])
    to.write(f"CPU a stack: median {np.median(spent):.3g} s, mean {spent.mean():.3g} s\n")


def main(arguments: list[str]) -> int:
    """Judge N stacks (200) of SEED (7) and print the counts."""
    n, seed = (int(x) for x in (arguments + ["200", "7"][len(arguments) :])[:2])
    found = verdicts(n, seed)
    appendix(found, sys.stderr)
    sys.stdout.write(json.dumps(totals(found)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
