"""Random wires and ends against nodal analysis in extended precision, written out node by node."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from halodot.array import Crossbar
from halodot.array.ends import Ends

Real = np.longdouble
seeds = st.integers(0, 10**6)
sizes = st.integers(1, 7)
wires = st.sampled_from([0.0, 1e-2, 1.0, 100.0])


class Nodal:
    """Nodes with names joined by conductances; some have given voltages, some are one node."""

    def __init__(self):
        self.names, self.edges, self.given, self.same = {}, [], {}, {}

    def node(self, name):
        while name in self.same:
            name = self.same[name]
        return self.names.setdefault(name, len(self.names))

    def join(self, one, other, resistance):
        self.edges.append((self.node(one), self.node(other), Real(1) / Real(resistance)))

    def merge(self, name, into):
        assert name not in self.names
        if name not in self.same:
            self.same[name] = into

    def solve(self):
        size = len(self.names)
        K = np.zeros((size, size), dtype=Real)
        for i, j, g in self.edges:
            K[i, i] += g
            K[j, j] += g
            K[i, j] -= g
            K[j, i] -= g
        known = np.array([self.names[k] for k in self.given])
        x = np.zeros(size, dtype=Real)
        x[known] = list(self.given.values())
        free = np.setdiff1d(np.arange(size), known)
        A, b = K[np.ix_(free, free)].copy(), -(K[free] @ x)
        whole = A.diagonal().copy()
        for k in range(len(free)):
            if A[k, k] <= 1e-15 * whole[k]:
                # The last node of what nothing ties: 0 V.
                A[k], A[k, k], b[k] = 0.0, 1.0, 0.0
            rest = A[k + 1 :, k] / A[k, k]
            A[k + 1 :] -= rest[:, None] * A[k]
            b[k + 1 :] -= rest * b[k]
        for k in range(len(free) - 1, -1, -1):
            b[k] = (b[k] - A[k, k + 1 :] @ b[k + 1 :]) / A[k, k]
        x[free] = b
        return K @ x


def nodal(G, rw, rb, ends, V, U):
    """Currents out of the bit lines and into the word lines."""
    m, n = G.shape
    net = Nodal()
    ties = []
    for i in range(m):
        net.given["W", i] = V[i]
        net.node(("W", i))
        for side, j in (("left", 0), ("right", n - 1)):
            if i not in ends.floating_word and ends.driven[i] in (side, "both"):
                ties.append((("w", i, j), ("W", i), rw + ends.source_resistance[i]))
    for j in range(n):
        net.given["B", j] = U[j]
        net.node(("B", j))
        for side, i in (("bottom", m - 1), ("top", 0)):
            if j not in ends.floating_bit and ends.held[j] in (side, "both"):
                ties.append((("b", i, j), ("B", j), rb + ends.ground_resistance[j]))
    for i in range(m):
        for j in range(n):
            # Lines without resistance are named after their first cell, or their terminal.
            if rw == 0 and j:
                net.merge(("w", i, j), ("w", i, 0))
            if rb == 0 and i:
                net.merge(("b", i, j), ("b", 0, j))
    for (kind, i, j), terminal, resistance in ties:
        if resistance == 0:
            net.merge(("w", i, 0) if kind == "w" else ("b", 0, j), terminal)
    for place, terminal, resistance in ties:
        if resistance > 0:
            net.join(terminal, place, resistance)
    for i in range(m):
        for j in range(n):
            if G[i, j] > 0:
                net.join(("w", i, j), ("b", i, j), 1 / Real(G[i, j]))
            if j and rw > 0:
                net.join(("w", i, j - 1), ("w", i, j), rw)
            if i and rb > 0:
                net.join(("b", i - 1, j), ("b", i, j), rb)
    flow = net.solve()
    out = [-flow[net.names["B", j]] for j in range(n)]
    into = [flow[net.names["W", i]] for i in range(m)]
    return np.array(out, dtype=float), np.array(into, dtype=float)


def topology(rng, m, n):
    floats = [np.flatnonzero(rng.random(k) < rng.choice([0.0, 0.4])).tolist() for k in (m, n)]
    return Ends(
        rng.choice(["left", "right", "both"], m).tolist(),
        rng.choice(["bottom", "top", "both"], n).tolist(),
        rng.choice([0.0, 1.0, 1e3, 1e5], m).tolist(),
        rng.choice([0.0, 10.0, 1e4], n).tolist(),
        *floats,
    )


def problem(m, n, seed):
    rng = np.random.default_rng(seed)
    G = 10 ** rng.uniform(-7, -3, (m, n))
    G[rng.random((m, n)) < rng.choice([0.0, 0.3])] = 0.0
    ends = topology(rng, m, n)
    V, U = rng.uniform(-1, 1, m), rng.uniform(-1, 1, n) * rng.integers(0, 2)
    V[list(ends.floating_word)] = 0.0
    U[list(ends.floating_bit)] = 0.0
    return G, ends, V, U


@settings(max_examples=120, deadline=None, derandomize=True)
@given(sizes, sizes, wires, wires, seeds)
def test_equal_to_nodal_analysis(m, n, rw, rb, seed):
    G, ends, V, U = problem(m, n, seed)
    crossbar = Crossbar(G, rw, bit_wire_resistance=rb, ends=ends)
    found = crossbar.solve(V, U)
    out, into = nodal(G, rw, rb, ends, V, U)
    # What the best cell carries at a volt is rounded as well.
    scale = max(np.abs(out).max(), np.abs(into).max())
    assert found.status.is_good
    assert found.residual < 1e-9
    assert np.abs(found.current[0] - out).max() <= 1e-9 * scale + 1e-15 * G.max()
    assert np.abs(found.word_current[0] - into).max() <= 1e-9 * scale + 1e-15 * G.max()
    assert np.abs(crossbar.product(V, U).current - out).max() <= 1e-9 * scale + 1e-15 * G.max()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(sizes, sizes, wires, wires, seeds)
def test_transfer_matrix_gives_the_same_and_both_ways(m, n, rw, rb, seed):
    G, ends, V, _ = problem(m, n, seed)
    crossbar = Crossbar(G, rw, bit_wire_resistance=rb, ends=ends)
    T = crossbar.transfer()
    found = crossbar.solve(V)
    scale = max(np.abs(found.current).max(), np.abs(found.word_current).max())
    assert T.status.is_good
    assert np.abs(V @ T.current - found.current[0]).max() <= 1e-9 * scale + 1e-15 * G.max()
    # Reciprocity: a volt at bit line j draws from word line i what one there gives to j.
    for j in set(range(n)) - set(ends.floating_bit):
        back = crossbar.solve(np.zeros(m), np.eye(n)[j]).word_current[0]
        assert np.abs(-back - T.current[:, j]).max() <= 1e-9 * T.current.max() + 1e-15 * G.max()
