"""The charge engine: whole curves beside SIMsalabim, and one Newton system beside SuperLU.

CPU seconds of the process after a warm-up, medians. SIMsalabim (Free Pascal) is not run here: its
CPU seconds were recorded once on two virtual cores of a server under load, for the same cell and
the same number of nodes; such a ratio is good to a factor of two. What is timed for a curve is all
from the parameters on: grid, start, settling, sweep; reading the parameter files is not.

The ladder compares like with like in one run: one full Newton system of the default cell in the
light at 0.8 V, 5 unknowns a node, assembled and solved by our kernels, against SciPy's SuperLU
factoring and solving the assembled matrix (its assembly is not counted, to its advantage).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from typing import Any

import numpy as np

from . import peers
from .measuring import cpu_seconds

LADDER = (100, 200, 400, 800)
COMPILE = (
    "from benchmarks import peers as p; p.steady(p.default_cell('simss', 60));"
    "p.hysteresis(p.default_cell('zimt', 60))"
)
NOT_HERE = "peer not run here: CPU time recorded once elsewhere"


def compile_seconds() -> float:
    """CPU seconds of a fresh process with an empty cache of compiled code, imports included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
        subprocess.run([sys.executable, "-c", COMPILE], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def process_peak_mb() -> float:
    """Largest resident memory of this process so far: interpreter and libraries included."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def curve_row(name: str, program: str, nodes: int, peer_cpu: float, note: str) -> dict[str, Any]:
    """One whole curve of a default cell."""
    trace = peers.steady if program == "simss" else peers.hysteresis
    found = {}

    def work() -> None:
        found["curve"] = trace(peers.default_cell(program, nodes))

    work()
    cpu = cpu_seconds(work, 3)
    curve = found["curve"]
    bad = sum(not s.is_good for s in curve.record.status)
    apart = f"{100 * curve.share_of_jsc:.2g} % of Jsc, {1e3 * curve.volts:.2g} mV from the peer"
    return {
        "name": f"charge.{name}",
        "cpu_s": cpu,
        "peak_mb": process_peak_mb(),
        "peer": f"SIMsalabim {program} 5.36",
        "peer_cpu_s": peer_cpu,
        "ratio": peer_cpu / cpu,
        "note": f"{NOT_HERE}; {apart}; {bad} of {len(curve.voltage)} points failed; {note}",
    }


class NewtonSystem:
    """The Newton system of a backward Euler step of 1 ms with a tenth more light than at rest."""

    def __init__(self, nodes: int) -> None:
        from halodot.device.charge.simulate import Simulation

        cell = peers.default_cell("simss", nodes)
        simulation = Simulation(cell)
        simulation.settle(1e3 * simulation.ion_time(), voltage=-0.8, light=1.0)
        m, n = simulation.state.X.shape
        self.problem, self.X = cell.problem, simulation.state.X
        self.a0 = 1e3
        self.history = -self.a0 * self.X
        self.history[0] = -self.a0 * simulation.state.trap
        self.faces = -self.a0 * simulation.state.face
        self.ends = simulation.potentials(-0.8)
        self.lower, self.diagonal, self.upper = (np.zeros((n, m, m)) for _ in range(3))
        self.rhs, self.block = np.zeros((n, m)), np.zeros((m, m + 1))

    def assemble(self) -> None:
        from halodot.device.charge.kernel import assemble

        blocks = (self.lower, self.diagonal, self.upper, self.rhs)
        assemble(self.problem, self.X, self.a0, self.history, self.faces, 1.1, *self.ends, *blocks)

    def ours(self) -> np.ndarray:
        from halodot.numerics.blocktridiagonal import solve

        self.assemble()
        if not solve(self.lower, self.diagonal, self.upper, self.rhs, self.block):
            raise ArithmeticError("singular block")
        return self.rhs.ravel()

    def matrix(self) -> tuple[Any, np.ndarray]:
        """Return the assembled system as a sparse matrix and its right-hand side."""
        from scipy.sparse import block_array, csr_array

        self.assemble()
        n = len(self.rhs)
        rows: list[list[Any]] = [[None] * n for _ in range(n)]
        for i in range(n):
            rows[i][i] = csr_array(self.diagonal[i])
            if i > 0:
                rows[i][i - 1] = csr_array(self.lower[i])
            if i < n - 1:
                rows[i][i + 1] = csr_array(self.upper[i])
        return block_array(rows, format="csc"), self.rhs.ravel().copy()


def ladder_row(nodes: int) -> dict[str, Any]:
    """One Newton system beside SuperLU."""
    from scipy.sparse.linalg import splu

    system = NewtonSystem(nodes)
    matrix, load = system.matrix()
    step, theirs = system.ours().copy(), splu(matrix).solve(load)
    apart = float(np.max(np.abs(step - theirs)) / np.max(np.abs(step)))

    def many(work: Any, times: int) -> Any:
        return lambda: [work() for _ in range(times)]

    cpu = cpu_seconds(many(system.ours, 50), 5) / 50
    peer = cpu_seconds(many(lambda: splu(matrix).solve(load), 5), 5) / 5
    note = "one Newton system: ours assembled and solved, peer solved only; "
    return {
        "name": f"charge.ladder_{nodes}",
        "cpu_s": cpu,
        "peak_mb": process_peak_mb(),
        "peer": "scipy splu",
        "peer_cpu_s": peer,
        "ratio": peer / cpu,
        "note": note
        + f"{matrix.shape[0]} unknowns, solutions agree to {apart:.0e} of the largest step",
    }


def run() -> list[dict[str, Any]]:
    """Return one row per problem; `peak_mb` is that of the process, compiler included."""
    from threadpoolctl import threadpool_limits

    compiling = f"compilation apart: {compile_seconds():.0f} s CPU with an empty cache"
    with threadpool_limits(1):
        return [
            curve_row("hysteresis_400", "zimt", 400, 52.5, compiling),
            curve_row("steady_65x250", "simss", 250, 1.65, "peer's time includes optics"),
            *(ladder_row(n) for n in LADDER),
        ]


if __name__ == "__main__":
    for line in run():
        print(line)
