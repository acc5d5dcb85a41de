"""The charge engine: whole curves beside SIMsalabim and DEVSIM, ladders in nodes and devices.

CPU seconds of the process after a warm-up, medians. SIMsalabim (Free Pascal) is not run here: its
CPU seconds were recorded once on two virtual cores of a server, for the same cell and the same
number of nodes, on a quiet machine (21 s and 1.6 s); such a ratio is good to a factor of two. What
is timed for a curve is all from the parameters on: grid, start, settling, sweep, error estimate;
reading the parameter files is not. Memory is the largest resident one of a fresh process that does
nothing else, interpreter and libraries included. DEVSIM runs in a process beside, where it works.

The ladder compares like with like in one run: one full Newton system of the default cell in the
light at 0.8 V, assembled and solved by our kernels, against SciPy's SuperLU factoring and solving
the assembled matrix (its assembly is not counted, to its advantage).
"""

from __future__ import annotations

import json
import os
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from . import charge_problems as problems
from .measuring import cpu_seconds, fresh

ZIMT_CPU, SIMSS_CPU = 21.0, 1.6  # s
NODES = (100, 200, 400, 800, 1600, 3200)
DEVICES = (1, 10, 100, 1000)
PROBLEMS = ("-m", "benchmarks.charge_problems")
NOT_HERE = "peer not run here: CPU time recorded once elsewhere"


def row(
    name: str, cpu: float, peak: float, note: str, peer: str = "", peer_cpu: float = 0.0
) -> dict[str, Any]:
    """One line of latest.json."""
    return {
        "name": f"charge.{name}",
        "cpu_s": cpu,
        "peak_mb": peak,
        "peer": peer or None,
        "peer_cpu_s": peer_cpu or None,
        "ratio": peer_cpu / cpu if peer_cpu else None,
        "note": note,
    }


def peak_of(*problem: str) -> float:
    """Largest resident memory of a fresh process that runs one problem [MB]."""
    return float(json.loads(fresh(*PROBLEMS, *problem).output.splitlines()[-1])["peak_mb"])


def curve_rows() -> list[dict[str, Any]]:
    """Both whole curves at both settings of the accuracy."""
    found = []
    for name, program, peer_cpu in (
        ("hysteresis_400", problems.Loop(400), ZIMT_CPU),
        ("steady_65x250", problems.Steady(250), SIMSS_CPU),
    ):
        high = program.run("high")
        jsc = program.jsc
        for accuracy in ("default", "high"):
            record = program.run(accuracy)
            cpu = cpu_seconds(
                lambda a=accuracy, p=program: p.run(a), 5 if accuracy == "default" else 3
            )
            estimate = float(np.max(record.error)) / jsc
            true = float(np.max(np.abs(record.current_density - high.current_density))) / jsc
            bad = sum(not s.is_good for s in record.status)
            peak = peak_of(program.kind, accuracy)
            note = f"{NOT_HERE}; {bad} of {len(record.status)} points failed; estimated error "
            note += f"{estimate:.1e} of Jsc"
            if accuracy == "default":
                note += f", {true:.1e} from the high accuracy"
            apart = program.apart(record)
            note += f"; {apart}"
            suffix = "" if accuracy == "default" else "_high"
            peer = f"SIMsalabim {program.peer} 5.36"
            found.append(row(f"{name}{suffix}", cpu, peak, note, peer, peer_cpu))
    return found


def diode_row() -> list[dict[str, Any]]:
    """The silicon diode at six voltages beside DEVSIM, which runs now or is left out."""
    problem = problems.Diode()
    record = problem.run()
    cpu = cpu_seconds(problem.run, 5)
    peak = peak_of("diode")
    runs = [fresh(str(Path(__file__).with_name("devsim_diode.py"))) for _ in range(3)]
    if any(r.code for r in runs):
        reason = runs[0].complaint.strip().splitlines()[-1:]
        return [row("diode", cpu, peak, f"DEVSIM does not run here: {' '.join(reason)}")]
    said = [json.loads(r.output.splitlines()[-1]) for r in runs]
    theirs = np.array(said[0]["current"])
    ours = problem.current(record)
    # below 0.3 V the round-off of the peer decides, whose two contacts then differ by per cents
    apart = float(np.max(np.abs(ours / theirs - 1.0)[problem.bias > 0.25]))
    peer = float(np.median([s["cpu_s"] for s in said]))
    return [row("diode", cpu, peak, f"6 voltages, {apart:.1e} apart from 0.3 V on", "DEVSIM", peer)]


def cold_row() -> dict[str, Any]:
    """A fresh process, compiled code in its cache: imports, the loop, its error estimate."""
    with tempfile.TemporaryDirectory() as cache:
        compiling = fresh(*PROBLEMS, "loop", "default", NUMBA_CACHE_DIR=cache)
        cached = fresh(*PROBLEMS, "loop", "default", NUMBA_CACHE_DIR=cache)
    note = f"fresh process with cached code runs the loop: {cached.wall_s:.2f} s wall; "
    note += f"with an empty cache {compiling.cpu_s:.0f} s CPU"
    peak = float(json.loads(cached.output.splitlines()[-1])["peak_mb"])
    return row("cold_start", cached.cpu_s, peak, note)


def device_row(count: int) -> dict[str, Any]:
    """The loop of many devices over the cores, in a process that has run one before."""
    child = fresh(*PROBLEMS, "devices", str(count))
    found = json.loads(child.output.splitlines()[-1])
    note = f"loop in one run of {problems.FEW} nodes: {1e3 * found['cpu_s'] / count:.0f} ms "
    note += f"CPU a device, {found['wall_s']:.2f} s wall on {os.cpu_count()} cores, "
    note += f"{found['failed']} failed; memory is that of the parent, "
    note += f"a worker has {found['worker_mb']:.0f} MB"
    return row(f"devices_{count}", found["cpu_s"], found["parent_mb"], note)


def run() -> list[dict[str, Any]]:
    """Return one row per problem."""
    from threadpoolctl import threadpool_limits

    from .charge_ladder import ladder_row

    with threadpool_limits(1):
        return [
            *curve_rows(),
            *diode_row(),
            cold_row(),
            *(ladder_row(n, partial(problems.Loop(n).run, "single")) for n in NODES),
            *(device_row(n) for n in DEVICES),
        ]


if __name__ == "__main__":
    for line in run():
        print(line)
