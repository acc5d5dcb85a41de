r"""The same crossbar in one page: nodal analysis with a sparse direct solver.

Kirchhoff's law is written down for every node, one equation each, and handed to SuperLU. Nothing is
eliminated and nothing is iterated: this is the model that the fast kernel is tested against.

>>> import numpy as np
>>> G = np.array([[1e-3]])
>>> solution = solve_reference(G, np.array([[0.2]]), 10.0)
>>> bool(np.isclose(solution.current[0, 0], 0.2 / (1e3 + 2 * 10.0)))
True
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.status import Status
from .state import CrossbarSolution

F = NDArray[np.float64]

# Largest current left over at a node, over the largest at a wire end, of a good solution.
RESIDUAL_LIMIT = 1e-9


def judge(residual: float) -> Status:
    """Return whether a solution with this imbalance of Kirchhoff's law is good."""
    return Status.OK if residual <= RESIDUAL_LIMIT else Status.NOT_CONVERGED


def nodal_matrix(conductance: F, wire_resistance: float) -> Any:
    """Return the nodal matrix times the wire resistance (CSC), word nodes first, row by row."""
    from scipy import sparse

    m, n = conductance.shape
    a = sparse.diags_array(wire_resistance * conductance.ravel())
    word = sparse.kron(sparse.eye_array(m), _line(n))
    bit = sparse.kron(_line(m)[::-1, ::-1], sparse.eye_array(n))
    return sparse.block_array([[word + a, -a], [-a, bit + a]]).tocsc()


def _line(nodes: int) -> Any:
    """Wire of `nodes` nodes, fixed voltage before the first, open after the last."""
    from scipy import sparse

    diagonal = np.full(nodes, 2.0)
    diagonal[-1] = 1.0
    couplings = -np.ones(nodes - 1)
    return sparse.diags_array([couplings, diagonal, couplings], offsets=[-1, 0, 1]).tocsc()


def node_voltages(conductance: F, voltage: F, wire_resistance: float) -> Iterator[tuple[F, F, F]]:
    """Yield word and bit voltages [word lines, bit lines] and what is left over at the nodes.

    Factors once, solves input by input.
    """
    from scipy.sparse.linalg import splu

    m, n = conductance.shape
    matrix = nodal_matrix(conductance, wire_resistance)
    factor = splu(matrix, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    for volts in voltage:
        load = np.zeros(2 * m * n)
        load[: m * n : n] = volts
        nodes = factor.solve(load)
        word, bit = nodes.reshape(2, m, n)
        yield word, bit, matrix @ nodes - load


def solve_reference(
    conductance: F, voltage: F, wire_resistance: float, *, keep: bool = True
) -> CrossbarSolution:
    """Solve by sparse elimination.

    Parameters
    ----------
    conductance
        [word lines, bit lines] [S].
    voltage
        [batch, word lines] [V].
    wire_resistance
        Of one segment, positive [ohm].
    keep
        Whether to keep the node voltages of all inputs, or of the last alone.
    """
    currents: list[F] = []
    words: list[F] = []
    bits: list[F] = []
    residual = 0.0
    solved = node_voltages(conductance, voltage, wire_resistance)
    for volts, (word, bit, left_over) in zip(voltage, solved, strict=True):
        scale = max(np.abs(volts - word[:, 0]).max(), np.abs(bit[-1]).max())
        worst = float(np.abs(left_over).max())
        residual = max(residual, worst / scale if scale > 0 else worst)
        if not keep:
            words, bits = [], []
        currents.append(bit[-1] / wire_resistance)
        words.append(word)
        bits.append(bit)
    stacked = np.array(currents), np.array(words), np.array(bits)
    return CrossbarSolution(*stacked, residual, judge(residual))
