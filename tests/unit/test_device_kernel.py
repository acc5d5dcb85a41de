"""The compiled kernel against its NumPy reference, and its Jacobian against complex steps."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from charge_cells import (
    channel_cell,
    electrode_cell,
    full_cell,
    random_state,
    states_cell,
    tunnel_cell,
)
from halodot.device.charge import reference
from halodot.device.charge.ends import DRIVEN, OPEN
from halodot.device.charge.kernel import assemble
from halodot.device.charge.problem import new_workspace
from halodot.device.charge.tunnelling import contact_boost
from halodot.numerics.blocktridiagonal import solve, solve_again

CELLS = {
    "full": full_cell,
    "states": states_cell,
    "tunnel": tunnel_cell,
    "channel": channel_cell,
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
    off = np.abs(rhs / size + r) / (1.0 + np.abs(r))
    *found, rhs = kernel.blocks(W)
    blocks = np.array(found)
    slopes = np.abs(blocks - J).max(axis=(0, 3)) / size
    # what is not there stays as it is
    assert np.all(rhs[~free] == 0.0)
    assert np.array_equal(blocks[1][~free], np.eye(len(X))[np.nonzero(~free)[1]])
    assert not blocks[0::2][:, ~free].any()
    return off[free].max(), slopes[free].max()


def present(p):
    """Which unknowns of [N, m] exist."""
    return np.vstack([np.ones_like(p.active[0]), p.active[0], p.active]).T


def without(p, *names):
    return p._replace(**{name: 0.0 * getattr(p, name) for name in names})


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
        # 1e-11: round-off of sums whose terms differ by many orders, each row scaled to 1
        assert residual < 1e-11
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


@pytest.mark.parametrize("m", range(3, 8))
def test_block_tridiagonal_solver_equals_dense(m):
    rng = np.random.default_rng(m)
    n = 9
    L, D, U = (rng.normal(size=(n, m, m)) for _ in range(3))
    D += 6.0 * np.eye(m)
    rhs, more = rng.normal(size=(2, n, m))
    A = np.zeros((n * m, n * m))
    for i in range(n):
        for block, j in ((L, i - 1), (D, i), (U, i + 1)):
            if 0 <= j < n:
                A[i * m : (i + 1) * m, j * m : (j + 1) * m] = block[i]
    exact = [np.linalg.solve(A, b.ravel()).reshape(n, m) for b in (rhs, more)]
    assert solve(L, D, U, rhs)
    solve_again(L, D, U, more)
    # 1e-11: condition number of the random matrix times round-off
    assert np.max(np.abs(rhs - exact[0])) < 1e-11
    assert np.max(np.abs(more - exact[1])) < 1e-11


@pytest.mark.parametrize("bad", [0.0, np.inf, np.nan])
def test_block_tridiagonal_solver_reports_a_singular_block(bad):
    blocks = np.zeros((3, 2, 3, 3))
    blocks[1] = np.eye(3)
    blocks[1, 1, 2, 2] = bad
    assert not solve(*blocks, np.ones((2, 3)))


def test_block_tridiagonal_solver_refuses_blocks_it_was_not_made_for():
    assert not solve(*np.ones((3, 2, 2, 2)), np.ones((2, 2)))
