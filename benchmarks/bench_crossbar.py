"""Crossbar with resistive wires: our kernel beside SciPy's sparse direct solver and badcrossbar.

Problem: n x n cells, conductances uniform in 1e-6 ... 1e-4 S, 1 ohm a segment, inputs uniform in
0 ... 0.2 V, double precision. Every repetition starts from the conductances: assembly and
factorisation are counted on all sides. CPU seconds of the process, medians; compilation apart.

`crossbar.nonlinear_256` has I = G 0.1 V sinh(v / 0.1 V) / sinh(1) cells of 1 to 100 kohm with 5 ohm
a segment: strong loss in the wires. Its peer is one splu factorisation and solve of the linear
crossbar, the least that one step of Newton's method on SuperLU would cost.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from halodot.array.crossbar import Crossbar
from halodot.array.crossbar_reference import network
from halodot.array.laws import Sinh
from halodot.array.nonlinear import NonlinearCrossbar, operating_point

from .measuring import cpu_seconds, peak_mb

PEER = "scipy splu"
# The peer takes 9 s and 1 GB at 512; one repetition there is enough to tell a factor of 10.
SIZES = ((64, 1, 21, 7), (128, 1, 21, 5), (256, 1, 11, 3), (512, 1, 5, 1), (128, 100, 5, 3))


def problem(n: int, batch: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(n + batch)
    return rng.uniform(1e-6, 1e-4, (n, n)), rng.uniform(0.0, 0.2, (batch, n))


def splu_currents(crossbar: Crossbar, V: np.ndarray) -> np.ndarray:
    """Factor the nodal matrix, solve input by input (faster here than one block of inputs)."""
    from scipy.sparse.linalg import splu

    net = network(crossbar.conductance, crossbar.wires)
    rows = net.laplacian[net.unknown]
    inner = rows[:, net.unknown].tocsc()
    factor = splu(inner, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    given = rows[:, net.word_terminal].tocsr()
    taken = net.laplacian[net.bit_terminal][:, net.unknown]
    return np.array([taken @ factor.solve(given @ volts) for volts in V])


def badcrossbar_currents(G: np.ndarray, V: np.ndarray) -> np.ndarray:
    import badcrossbar

    found = badcrossbar.compute(V.T.copy(), 1.0 / G, 1.0, node_voltages=False, all_currents=False)
    return np.asarray(found.currents.output)


def has_badcrossbar() -> bool:
    """Whether the peer is there; it is no dependency of the project."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import badcrossbar
        except ImportError:
            return False
    return hasattr(badcrossbar, "compute")


def timed(work: Callable[[], np.ndarray], repetitions: int) -> tuple[float, np.ndarray]:
    """CPU seconds and what came out."""
    found: dict[str, np.ndarray] = {}

    def keep() -> None:
        found["it"] = work()

    return cpu_seconds(keep, repetitions), found["it"]


def line(
    name: str, cpu: float, note: str, n: int, peer: str = "", peer_cpu: float | None = None
) -> dict:
    G, V = problem(n, 1)
    # Three arrays of n x n are allocated by compiled code, where tracemalloc does not look.
    peak = peak_mb(lambda: Crossbar(G, 1.0).product(V)) + 3 * G.nbytes / 1e6
    return {
        "name": name,
        "cpu_s": cpu,
        "peak_mb": peak,
        "peer": peer or None,
        "peer_cpu_s": peer_cpu,
        "ratio": None if peer_cpu is None else peer_cpu / cpu,
        "note": note,
    }


def row(n: int, batch: int, ours: int, theirs: int) -> list[dict]:
    """Ours beside splu, and beside badcrossbar where that is installed."""
    G, V = problem(n, batch)
    name = f"crossbar.{n}" + (f"_{batch}inputs" if batch > 1 else "")
    product = Crossbar(G, 1.0).product(V)
    cpu = cpu_seconds(lambda: Crossbar(G, 1.0).product(V), ours)
    peer_cpu, expected = timed(lambda: splu_currents(Crossbar(G, 1.0), V), theirs)
    apart = float(np.abs(product.current / expected - 1).max())
    note = f"{product.method}; relative difference to the peer {apart:.0e}"
    if batch > 1:
        crossbar = Crossbar(G, 1.0)
        crossbar.transfer()
        again = cpu_seconds(lambda: crossbar.product(V), 21)
        note += f"; {again * 1e3:.2g} ms once the transfer matrix is there"
    lines = [line(name, cpu, note, n, PEER, peer_cpu)]
    other = f"{name}.badcrossbar"
    if n > 256:
        return lines
    if not has_badcrossbar():
        return [*lines, line(other, cpu, "badcrossbar is not installed", n)]
    their_cpu, found = timed(lambda: badcrossbar_currents(G, V), min(theirs, 3))
    apart = float(np.abs(product.current / found - 1).max())
    said = f"relative difference to the peer {apart:.0e}"
    return [*lines, line(other, cpu, said, n, "badcrossbar", their_cpu)]


def largest() -> dict:
    """1024 x 1024, where the direct solver takes a minute and gigabytes: checked by itself."""
    G, V = problem(1024, 1)
    crossbar = Crossbar(G, 1.0)
    solution = crossbar.solve(V)
    balance = abs(solution.word_current.sum() / solution.current.sum() - 1)
    cpu = cpu_seconds(lambda: Crossbar(G, 1.0).product(V), 3)
    note = (
        f"no peer: 2.1 million nodes; Kirchhoff residual {solution.residual:.0e}, current in over "
        f"current out - 1 = {balance:.0e}"
    )
    return line("crossbar.1024", cpu, note, 1024)


def nonlinear() -> dict:
    n = 256
    rng = np.random.default_rng(n)
    G, V = 1 / rng.uniform(1e3, 1e5, (n, n)), rng.uniform(0.0, 0.2, n)
    law = Sinh(G, 0.1, 0.1)

    def work() -> Any:
        crossbar = NonlinearCrossbar(law, 5.0)
        return operating_point(crossbar._cells, crossbar.wires, V, np.zeros(n))

    found = work()
    cpu = cpu_seconds(work, 5)
    peer, _ = timed(lambda: splu_currents(Crossbar(G, 5.0), V[None]), 1)
    note = (
        f"{len(found.residuals)} steps of Newton's method, Kirchhoff residual "
        f"{found.residuals[-1]:.0e}, {found.status.name}; peer: one linear solve"
    )
    return line("crossbar.nonlinear_256", cpu, note, n, PEER, peer)


def run() -> list[dict]:
    """Return the rows of all problems."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        rows = [entry for case in SIZES for entry in row(*case)]
        return [*rows, largest(), nonlinear()]


if __name__ == "__main__":
    for entry in run():
        print(entry)
