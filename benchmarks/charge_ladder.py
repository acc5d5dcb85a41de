"""One Newton system of the charge engine beside SciPy's SuperLU, from 100 to 3,200 nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import peers
from .measuring import cpu_seconds, resident_mb


class NewtonSystem:
    """The Newton system of a backward Euler step of 1 ms with a tenth more light than at rest."""

    def __init__(self, nodes: int) -> None:
        from halodot.device.charge.build import discretise
        from halodot.device.charge.grid import initial
        from halodot.device.charge.problem import new_workspace
        from halodot.device.charge.simulate import Simulation
        from peer_cells import deck

        stack = deck("default_simss").stack
        grid = initial(stack.layers, temperature=stack.temperature, nodes=peers.split(nodes))
        simulation = Simulation(discretise(stack, grid))
        simulation.settle(voltage=0.0, light=1.0)
        simulation.settle(voltage=-0.8, light=1.0)
        self.problem, state = simulation.cell.problem, simulation.state
        self.X, self.a0, self.light = state.X, 1e3, np.full(len(simulation.light), 1.1)
        self.work = new_workspace(self.problem)
        self.work.history[:] = -self.a0 * self.X
        self.work.trap_history[:] = -self.a0 * state.trap
        self.work.face_history[:] = -self.a0 * state.face
        self.ends = simulation.potentials(-0.8)

    def assemble(self) -> None:
        from halodot.device.charge.kernel import assemble

        assemble(self.problem, self.X, self.a0, self.light, *self.ends, 0.0, self.work)

    def ours(self) -> np.ndarray:
        from halodot.numerics.blocktridiagonal import solve

        self.assemble()
        w = self.work
        system = w.local, w.lower, w.upper, w.out, w.into, w.flow, w.fixed, w.diagonal
        if not solve(*system, w.rhs):
            raise ArithmeticError("singular block")
        return w.rhs.ravel()

    def weight(self) -> np.ndarray:
        """Share of each unknown in its row: the logarithm of next to nothing is left out."""
        share = np.ones_like(self.X)
        share[1:] = self.X[1:] / self.X[1:].max(axis=1, keepdims=True)
        return share.T.ravel()

    def matrix(self) -> tuple[Any, np.ndarray]:
        """Return the assembled system as a sparse matrix and its right-hand side."""
        from scipy.sparse import block_array, csr_array

        from halodot.device.charge.kernel import blocks

        self.assemble()
        lower, diagonal, upper, rhs = blocks(self.work)
        n = len(rhs)
        rows: list[list[Any]] = [[None] * n for _ in range(n)]
        for i in range(n):
            rows[i][i] = csr_array(diagonal[i])
            if i > 0:
                rows[i][i - 1] = csr_array(lower[i])
            if i < n - 1:
                rows[i][i + 1] = csr_array(upper[i])
        return block_array(rows, format="csc"), rhs.ravel()


def ladder_row(nodes: int, loop: Callable[[], object]) -> dict[str, Any]:
    """One Newton system beside SuperLU; in the note a whole `loop` of as many nodes."""
    from scipy.sparse.linalg import splu

    system = NewtonSystem(nodes)
    matrix, load = system.matrix()
    step, theirs = system.ours().copy(), splu(matrix).solve(load)
    apart = float(np.max(np.abs(step - theirs) * system.weight()) / np.max(np.abs(theirs)))

    def many(work: Any, times: int) -> Any:
        return lambda: [work() for _ in range(times)]

    cpu = cpu_seconds(many(system.ours, 50), 5) / 50
    peer = cpu_seconds(many(lambda: splu(matrix).solve(load), 5), 5) / 5
    loop()
    whole = cpu_seconds(loop, 3)
    note = "one Newton system: ours assembled and solved, peer solved only; "
    note += f"{matrix.shape[0]} unknowns, solutions agree to {apart:.0e} of the largest step; "
    note += f"a whole loop in one run of {nodes} nodes takes {whole:.3g} s CPU, "
    note += f"{1e6 * whole / nodes:.0f} us a node"
    return {
        "name": f"charge.ladder_{nodes}",
        "cpu_s": cpu,
        "peak_mb": resident_mb(),
        "peer": "scipy splu",
        "peer_cpu_s": peer,
        "ratio": peer / cpu,
        "note": note,
    }
