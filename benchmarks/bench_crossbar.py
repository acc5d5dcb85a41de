"""Crossbar with resistive wires: our kernel beside SciPy's sparse direct solver.

Problem: n x n cells, conductances uniform in 1e-6 ... 1e-4 S, 1 ohm a segment, inputs uniform in
0 ... 0.2 V, double precision. Every repetition starts from the conductances: assembly and
factorisation are counted on both sides. CPU seconds of the process, medians; compilation apart.
"""

from __future__ import annotations

import numpy as np

from halodot.array.crossbar import Crossbar
from halodot.array.crossbar_reference import nodal_matrix

from .measuring import cpu_seconds, peak_mb

PEER = "scipy splu"
# The peer takes 9 s and 1 GB at 512; one repetition there is enough to tell a factor of 10.
SIZES = ((64, 1, 21, 7), (128, 1, 21, 5), (256, 1, 11, 3), (512, 1, 5, 1), (128, 100, 5, 3))


def problem(n: int, batch: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(n + batch)
    return rng.uniform(1e-6, 1e-4, (n, n)), rng.uniform(0.0, 0.2, (batch, n))


def splu_currents(G: np.ndarray, V: np.ndarray) -> np.ndarray:
    """Factor the nodal matrix, solve input by input (faster here than one block of inputs)."""
    from scipy.sparse.linalg import splu

    m, n = G.shape
    factor = splu(nodal_matrix(G, 1.0), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    out = np.empty((len(V), n))
    for current, volts in zip(out, V, strict=True):
        load = np.zeros(2 * m * n)
        load[: m * n : n] = volts
        current[:] = factor.solve(load)[-n:]
    return out


def row(n: int, batch: int, ours: int, theirs: int) -> dict:
    G, V = problem(n, batch)
    found = {}

    def peer() -> None:
        found["peer"] = splu_currents(G, V)

    product = Crossbar(G, 1.0).product(V)
    cpu = cpu_seconds(lambda: Crossbar(G, 1.0).product(V), ours)
    peer_cpu = cpu_seconds(peer, theirs)
    apart = float(np.abs(product.current / found["peer"] - 1).max())
    note = f"{product.method}; relative difference to the peer {apart:.0e}"
    if batch > 1:
        crossbar = Crossbar(G, 1.0)
        crossbar.transfer()
        again = cpu_seconds(lambda: crossbar.product(V), 21)
        note += f"; {again * 1e3:.2g} ms once the transfer matrix is there"
    return {
        "name": f"crossbar.{n}" + (f"_{batch}inputs" if batch > 1 else ""),
        "cpu_s": cpu,
        # Three arrays of n x n are allocated by compiled code, where tracemalloc does not look.
        "peak_mb": peak_mb(lambda: Crossbar(G, 1.0).product(V)) + 3 * G.nbytes / 1e6,
        "peer": PEER,
        "peer_cpu_s": peer_cpu,
        "ratio": peer_cpu / cpu,
        "note": note,
    }


def run() -> list[dict]:
    """Return one row per problem."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return [row(*case) for case in SIZES]


if __name__ == "__main__":
    for line in run():
        print(line)
