r"""The same crossbar in one page: nodal analysis with a sparse direct solver.

Kirchhoff's law is written down for every node, one equation each, and handed to SuperLU. Nothing is
eliminated and nothing is iterated: this is the model that the fast kernel is tested against.

>>> import numpy as np
>>> from halodot.array.ends import Ends, wires
>>> G = np.array([[1e-3]])
>>> solution = solve_reference(G, np.array([[0.2]]), wires((1, 1), 10.0, 10.0, Ends()))
>>> bool(np.isclose(solution.current[0, 0], 0.2 / (1e3 + 2 * 10.0)))
True
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.status import Status
from .ends import Wires
from .state import CrossbarSolution

F = NDArray[np.float64]
Int = NDArray[np.int64]

# Largest current left over at a node, over the largest at a wire end, of a good solution.
RESIDUAL_LIMIT = 1e-9
SYMMETRIC: dict[str, Any] = {"options": {"SymmetricMode": True}}


def judge(residual: float) -> Status:
    """Return whether a solution with this imbalance of Kirchhoff's law is good."""
    return Status.OK if residual <= RESIDUAL_LIMIT else Status.NOT_CONVERGED


@dataclass(frozen=True)
class Network:
    """All conductances between all nodes, terminals included.

    Attributes
    ----------
    laplacian
        Currents out of the nodes for voltages of the nodes [S] (CSR).
    word, bit
        Node of each cell on its word line and on its bit line, [word lines, bit lines].
    word_terminal, bit_terminal
        Node of each line's terminal; a line without any resistance is its terminal.
    unknown
        Nodes whose voltage follows from Kirchhoff's law.
    """

    laplacian: Any
    word: Int
    bit: Int
    word_terminal: Int
    bit_terminal: Int
    unknown: Int


def network(conductance: F, wires: Wires) -> Network:
    """Write down the nodes of a crossbar and what lies between them."""
    from scipy import sparse

    m, n = conductance.shape
    word_terminal, bit_terminal = np.arange(m), m + np.arange(n)
    free = m + n + np.arange(2 * m * n).reshape(2, m, n)
    word, bit = free[0].copy(), free[1].copy()
    if wires.word == 0.0:
        word[:] = word[:, :1]
    if wires.bit == 0.0:
        bit[:] = bit[-1:]
    word = np.where(wires.word_head[:, None] == 0.0, word_terminal[:, None], word)
    bit = np.where(wires.bit_head == 0.0, bit_terminal, bit)
    pieces = [(word.ravel(), bit.ravel(), conductance.ravel())]
    if wires.word > 0.0:
        segment = np.full(m * (n - 1), 1 / wires.word)
        pieces.append((word[:, :-1].ravel(), word[:, 1:].ravel(), segment))
    if wires.bit > 0.0:
        segment = np.full((m - 1) * n, 1 / wires.bit)
        pieces.append((bit[:-1].ravel(), bit[1:].ravel(), segment))
    with np.errstate(divide="ignore"):
        pieces += [
            (word_terminal, word[:, 0], 1 / wires.word_head),
            (word_terminal, word[:, -1], 1 / wires.word_tail),
            (bit_terminal, bit[-1], 1 / wires.bit_head),
            (bit_terminal, bit[0], 1 / wires.bit_tail),
        ]
    one, other, g = (np.concatenate(x) for x in zip(*pieces, strict=True))
    used = (one != other) & (g > 0.0)
    one, other, g = one[used], other[used], g[used]
    size = m + n + 2 * m * n
    rows, columns = (
        np.concatenate([one, other, one, other]),
        np.concatenate([other, one, one, other]),
    )
    values = np.concatenate([-g, -g, g, g])
    laplacian = sparse.coo_array((values, (rows, columns)), shape=(size, size)).tocsr()
    return Network(
        laplacian, word, bit, word_terminal, bit_terminal, _unknown(laplacian, wires, m + n)
    )


def _unknown(laplacian: Any, wires: Wires, terminals: int) -> Int:
    """Nodes with a way to a terminal that is not floating; all others stay at 0 V."""
    from scipy.sparse.csgraph import connected_components

    _, part = connected_components(laplacian, directed=False)
    floats = np.concatenate([wires.word_floats, wires.bit_floats])
    driven = np.isin(part, part[:terminals][~floats])
    driven[:terminals] = False
    return np.flatnonzero(driven)


def solve_reference(
    conductance: F,
    voltage: F,
    wires: Wires,
    held: F | None = None,
    *,
    keep: bool = True,
    sources: F | None = None,
) -> CrossbarSolution:
    """Solve by sparse elimination.

    Factors once, solves input by input.

    Parameters
    ----------
    conductance
        [word lines, bit lines] [S].
    voltage
        [batch, word lines] [V].
    wires
        Segments and ends [ohm].
    held
        Voltages at the ends of the bit lines [batch, bit lines] [V]; 0 where None.
    keep
        Whether to keep the node voltages of all inputs, or of the last alone.
    sources
        Current that each cell carries beside its conductance [word lines, bit lines] [A].
    """
    from scipy.sparse.linalg import splu

    net = network(conductance, wires)
    m, n = conductance.shape
    held = np.zeros((len(voltage), n)) if held is None else held
    rows = net.laplacian[net.unknown]
    taken = np.zeros(net.laplacian.shape[0])
    if sources is not None:
        np.add.at(taken, net.word, sources)
        np.subtract.at(taken, net.bit, sources)
    factor = None
    if net.unknown.size:
        factor = splu(rows[:, net.unknown].tocsc(), permc_spec="MMD_AT_PLUS_A", **SYMMETRIC)
    currents: list[F] = []
    word_currents: list[F] = []
    words: list[F] = []
    bits: list[F] = []
    residual = 0.0
    for volts, ends in zip(voltage, held, strict=True):
        nodes = np.zeros(net.laplacian.shape[0])
        nodes[net.word_terminal], nodes[net.bit_terminal] = volts, ends
        if factor is not None:
            nodes[net.unknown] = factor.solve(-(rows @ nodes + taken[net.unknown]))
        given = net.laplacian @ nodes + taken
        residual = max(residual, _left_over(given, net, m + n))
        if not keep:
            words, bits = [], []
        currents.append(-given[net.bit_terminal])
        word_currents.append(given[net.word_terminal])
        words.append(nodes[net.word])
        bits.append(nodes[net.bit])
    stacked = np.array(currents), np.array(words), np.array(bits)
    return CrossbarSolution(*stacked, residual, judge(residual), np.array(word_currents))


def _left_over(given: F, net: Network, terminals: int) -> float:
    worst = float(np.abs(given[net.unknown]).max(initial=0.0))
    scale = float(np.abs(given[:terminals]).max(initial=0.0))
    return worst / scale if scale > 0.0 else worst
