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

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.status import Status
from .state import CrossbarSolution

F = NDArray[np.float64]


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


def solve_reference(conductance: F, voltage: F, wire_resistance: float) -> CrossbarSolution:
    """Solve by sparse elimination.

    Parameters
    ----------
    conductance
        [word lines, bit lines] [S].
    voltage
        [batch, word lines] [V].
    wire_resistance
        Of one segment, positive [ohm].
    """
    from scipy.sparse.linalg import splu

    m, n = conductance.shape
    matrix = nodal_matrix(conductance, wire_resistance)
    factor = splu(matrix, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    load = np.zeros((2 * m * n, len(voltage)))
    load[: m * n : n] = voltage.T
    nodes = factor.solve(load)
    left_over = np.abs(matrix @ nodes - load).max(initial=0.0)
    word = nodes[: m * n].T.reshape(-1, m, n)
    bit = nodes[m * n :].T.reshape(-1, m, n)
    scale = max(np.abs(voltage - word[:, :, 0]).max(), np.abs(bit[:, -1]).max())
    residual = float(left_over / scale) if scale > 0 else 0.0
    return CrossbarSolution(bit[:, -1] / wire_resistance, word, bit, residual, Status.OK)
