"""The compiled kernel against its NumPy reference, and its Jacobian against complex steps."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import numpy as np
import pytest

from charge_cells import (
    channel_cell,
    electrode_cell,
    fed_cell,
    full_cell,
    oxide_cell,
    random_state,
    sheet_cell,
    states_cell,
    tunnel_cell,
)
from halodot.device.charge import reference
from halodot.device.charge.ends import DRIVEN, LOWERING, OPEN, TUNNEL_MASS
from halodot.device.charge.kernel import assemble, blocks
from halodot.device.charge.problem import new_workspace
from halodot.device.charge.tunnelling import contact_boost
from halodot.numerics.blocktridiagonal import solve, solve_again

CELLS = {
    "full": full_cell,
    "states": states_cell,
    "tunnel": tunnel_cell,
    "channel": channel_cell,
    "supplied channel": fed_cell,
    "sheet beside a gate": sheet_cell,
    "oxide": oxide_cell,
    "electrodes": electrode_cell,
    "electrodes without compact layer": partial(electrode_cell, compact=np.inf),
    "circuit without compliance": partial(electrode_cell, compliance=np.inf),
    "compact layers without circuit": partial(electrode_cell, compliance=np.inf, series=0.0),
}
ENDS = (-158.0, -163.0)


def workspace(problem, X, a0, rng):
    """Scratch space whose histories are those of a state somewhat different from X."""
    W = new_workspace(problem)
    W.history[:] = -a0 * X * rng.uniform(0.9, 1.1, X.shape)
    for past in (*W.trap_history, W.face_history):
        filled = rng.uniform(0.2, 0.8, past.shape[1:])
        past[:] = -a0 * filled, -a0 * (1.0 - filled)
    return W


def jacobian(call, X):
    """[3, N, m, m] derivatives of row i to phi and ln density of node i - 1, i, i + 1.

    Complex steps at every third node at once; a coupling any farther would spoil a block.
    """
    m, n = X.shape
    J = np.zeros((3, n, m, m))
    for first in range(3):
        nodes = np.arange(first, n, 3)
        for c in range(m):
            Z = X.astype(complex)
            Z[c, nodes] += 1e-30j * (1.0 if c == 0 else X[c, nodes])
            slope = call(Z).imag / 1e-30
            for k, offset in enumerate((-1, 0, 1)):
                rows = nodes - offset
                rows = rows[(rows >= 0) & (rows < n)]
                J[k, rows, :, c] = slope[:, rows].T
    return J


def compare(problem, X, a0, light, way, rng):
    """Largest deviations of residual and Jacobian, rows scaled to their largest derivative."""
    W = workspace(problem, X, a0, rng)
    history = (W.history.copy(), W.trap_history.copy(), W.face_history.copy())
    assemble(problem, X, a0, light, *ENDS, way, W)

    def call(Z):
        return reference.residual(problem, Z, a0, *history, light, *ENDS, way)

    J = jacobian(call, X)
    size = np.abs(J).max(axis=(0, 3))
    size = np.where(size > 0, size, 1.0)
    r, free = call(X).T / size, present(problem)
    *found, rhs = blocks(W)
    off = np.abs(rhs / size + r) / (1.0 + np.abs(r))
    plain = np.array(found)
    slopes = np.abs(plain - J).max(axis=(0, 3)) / size
    # what is not there stays as it is
    assert np.all(rhs[~free] == 0.0)
    assert np.array_equal(plain[1][~free], np.eye(len(X))[np.nonzero(~free)[1]])
    assert not plain[0::2][:, ~free].any()
    return off[free].max(), slopes[free].max()


def present(p):
    """Which unknowns of [N, m] exist."""
    return np.vstack([np.ones_like(p.active[0]), p.active[0], p.active]).T


def without(p, *names):
    contact = p.contact.copy()
    contact[:, [LOWERING, TUNNEL_MASS]] = 0.0  # they need a permittivity
    return p._replace(contact=contact, **{name: 0.0 * getattr(p, name) for name in names})


# a row is as large as its largest term: parts are left out so that each other part is seen
PARTS = {
    "whole": lambda p: p,
    "nodes": lambda p: without(p, "mobility", "permittivity"),
    "ends, interfaces": lambda p: without(
        p, "mobility", "permittivity", "pairs", "generation", "trap", "fixed"
    ),
}


@pytest.mark.parametrize("densities", [(1e18, 1e24), (1e6, 1e26)])
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", CELLS)
def test_kernel_equals_reference_and_complex_step_jacobian(name, part, densities):
    cell = CELLS[name]()
    p = PARTS[part](cell.problem)
    for seed, a0, way in ((3, 0.0, DRIVEN), (4, 1e5, 3e21), (5, 1e9, OPEN)):
        rng = np.random.default_rng(seed)
        light = np.array([0.7, 0.2])[: len(p.generation)]
        X = random_state(cell, rng, densities)
        residual, slope = compare(p, X, a0, light, way, rng)
        # 1e-11: round-off of sums whose terms differ by many orders, each row scaled to 1; where a
        # trap follows one band, its capture and emission cancel
        assert residual < (1e-11 if densities[0] > 1e10 else 1e-9)
        # of traps nearly full or empty, capture and emission cancel to eight digits more
        assert slope < (1e-9 if densities[0] > 1e10 else 1e-7)


def test_the_cells_hold_every_mechanism():
    """What the comparison is worth: no array of the problem is empty in all cells."""
    problems = [make().problem for make in CELLS.values()]
    constant = {"thermal_voltage", "region_closed", "active", "log_dos", "tunnel", "face"}
    for name in set(problems[0]._fields) - constant:
        assert any(np.any(getattr(p, name) != 0.0) for p in problems), name
    assert {int(k) for p in problems for k in p.statistics.ravel()} >= {-1, 0, 1}
    assert any((p.tunnel[0] >= 0) and (p.tunnel[1:] >= 0).any() for p in problems)
    assert any(p.trap.shape[0] > 3 and len(p.ion_charge) == 2 for p in problems)


@pytest.mark.parametrize("field", [1e3, 1e7, 3e8, 2e9])
@pytest.mark.parametrize("lowering", [0.0, 1.5e-5])
@pytest.mark.parametrize("mass", [0.0, 0.2])
def test_boost_of_a_contact_equals_its_reference_up_to_fields_that_drain_the_metal(
    field, lowering, mass
):
    for barrier in (0.1, 0.6, 1.2):
        given = (lowering, barrier, mass, 0.02585)
        exact = reference.contact_boost(complex(field, 1e-30 * field), *given)
        value, slope = contact_boost(field, *given)
        assert value == pytest.approx(np.real(exact), rel=1e-11, abs=1e-12)
        assert slope * field == pytest.approx(np.imag(exact) / 1e-30, rel=1e-9, abs=1e-12)


class Balances:
    """Random balances of `m` quantities at `n` nodes, as `solve` takes them, and as a matrix."""

    def __init__(self, m, n=9, seed=0, *, extras=True):
        rng = np.random.default_rng((m, seed))
        self.out, self.into, self.local, self.lower, self.extra = rng.normal(size=(5, n, m, m))
        self.local += 12.0 * np.eye(m)
        self.out += 6.0 * np.eye(m)
        self.into -= 6.0 * np.eye(m)
        self.flow = rng.normal(size=(n, m))
        self.fixed = rng.random((n, m)) < (0.3 if extras else 0.0)
        self.lower[0] = self.extra[-1] = 0.0
        if not extras:
            self.lower[:] = self.extra[:] = 0.0

    def solver(self):
        """Arguments of `solve` but the right-hand side."""
        local, upper = self.local.copy(), self.extra.copy()
        balance = ~self.fixed
        upper[balance] += self.into[balance]
        both = balance[1:] & balance[:-1]
        local[1:][both] += self.extra[:-1][both]
        # an extra coupling of a balance before a fixed row stands in `upper` alone
        return (
            local,
            self.lower.copy(),
            upper,
            self.out,
            self.into,
            self.flow,
            self.fixed,
            np.empty_like(local),
        )

    def matrix(self):
        n, m = self.flow.shape
        A = np.zeros((n, m, n, m))
        for i in range(n):
            A[i, :, i] = self.local[i]
            if i > 0:
                A[i, :, i - 1] = self.lower[i]
            if i < n - 1:
                A[i, :, i + 1] = self.extra[i]
            for r in np.flatnonzero(~self.fixed[i]):
                if i < n - 1:
                    A[i, r, i] += self.out[i, r]
                    A[i, r, i + 1] += self.into[i, r]
                if i > 0:
                    A[i, r, i - 1] -= self.out[i - 1, r]
                    A[i, r, i] -= self.into[i - 1, r]
        return A.reshape(n * m, n * m)

    def whole(self, rhs):
        """Right-hand side with the flows in it."""
        rhs = rhs.copy()
        rhs[:-1] -= np.where(self.fixed[:-1], 0.0, self.flow[:-1])
        rhs[1:] += np.where(self.fixed[1:], 0.0, self.flow[:-1])
        return rhs


@pytest.mark.parametrize("extras", [False, True])
@pytest.mark.parametrize("m", range(3, 8))
def test_balances_are_solved_as_a_dense_matrix_is(m, extras):
    for seed in range(5):
        b = Balances(m, seed=seed, extras=extras)
        rhs, more = np.random.default_rng(seed).normal(size=(2, *b.flow.shape))
        sides = b.whole(rhs), more
        exact = [np.linalg.solve(b.matrix(), c.ravel()).reshape(c.shape) for c in sides]
        system = b.solver()
        assert solve(*system, rhs)
        solve_again(*system[:4], b.fixed, system[-1], more)
        # 1e-10: condition number of the random matrix times round-off, no rows exchanged
        assert np.max(np.abs(rhs - exact[0])) < 1e-10
        assert np.max(np.abs(more - exact[1])) < 1e-10


def chain(n=8, rate=1e18, loss=1e-6):
    """Nodes that exchange three quantities at rates of `rate`; one node loses a little of one."""
    b = Balances(3, n, extras=False)
    rng = np.random.default_rng(1)
    for block in (b.out, b.into, b.local):
        block[:] = 0.0
    for r in range(3):
        b.out[:, r, r], b.into[:, r, r] = rate * rng.uniform(0.5, 2.0, (2, n)) * [[1.0], [-1.0]]
        b.local[n // 2, r, r] = loss * (1.0 + r)
    # one quantity turns into another and back, faster than either is lost
    b.local[2, 1, 1] += 1.0
    b.local[2, 2, 1] -= 1.0
    b.local[2, 2, 2] += 3.0
    b.local[2, 1, 2] -= 3.0
    b.flow[:] = 0.0
    return b, rng.uniform(0.5, 2.0, (n, 3))


def rational(b, rhs):
    """Solution in exact arithmetic."""
    n, m = rhs.shape
    local, out, into = ([[[Fraction(v) for v in r] for r in k] for k in a.tolist()]
                        for a in (b.local, b.out, b.into))  # fmt: skip
    size = n * m
    A = [[Fraction(0)] * size + [Fraction(v)] for v in rhs.ravel().tolist()]
    for i in range(n):
        for r in range(m):
            row = A[i * m + r]
            for c in range(m):
                row[i * m + c] += local[i][r][c]
                if i < n - 1:
                    row[i * m + c] += out[i][r][c]
                    row[(i + 1) * m + c] += into[i][r][c]
                if i > 0:
                    row[(i - 1) * m + c] -= out[i - 1][r][c]
                    row[i * m + c] -= into[i - 1][r][c]
    for k in range(size):
        pivot = next(r for r in range(k, size) if A[r][k] != 0)
        A[k], A[pivot] = A[pivot], A[k]
        A[k] = [v / A[k][k] for v in A[k]]
        for r in range(size):
            if r != k and A[r][k] != 0:
                f = A[r][k]
                A[r] = [v - f * w for v, w in zip(A[r], A[k], strict=True)]
    return np.array([float(row[-1]) for row in A]).reshape(n, m)


def test_what_a_closed_chain_keeps_is_known_to_all_digits():
    """Exchange beats the only loss by 24 decades; a matrix of sums has forgotten the loss."""
    b, rhs = chain()
    exact, system = rational(b, rhs), b.solver()
    again = rhs.copy()
    with np.errstate(all="ignore"):
        try:
            dense = np.linalg.solve(b.matrix(), rhs.ravel()).reshape(rhs.shape)
        except np.linalg.LinAlgError:
            dense = np.full_like(rhs, np.nan)
    assert solve(*system, rhs)
    solve_again(*system[:4], b.fixed, system[-1], again)
    # 1e-10: a thousand roundings of positive terms
    assert np.max(np.abs(rhs / exact - 1.0)) < 1e-10
    assert np.max(np.abs(again / exact - 1.0)) < 1e-10
    assert not np.max(np.abs(dense / exact - 1.0)) < 1e-3


@pytest.mark.parametrize("bad", [0.0, np.inf, np.nan])
def test_block_tridiagonal_solver_reports_a_singular_block(bad):
    b = Balances(3, 4, extras=False)
    for block in (b.out, b.into):
        block[:] = 0.0
    b.local[:] = np.eye(3)
    b.local[1, 2, 2] = bad
    assert not solve(*b.solver(), np.ones((4, 3)))


def test_block_tridiagonal_solver_refuses_blocks_it_was_not_made_for():
    assert not solve(*Balances(2).solver(), np.ones((9, 2)))
