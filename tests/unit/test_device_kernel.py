"""The compiled kernel against its NumPy reference, and its Jacobian against complex steps."""

from __future__ import annotations

import numpy as np
import pytest

from charge_cells import absorber, full_cell, random_state
from halodot.device.charge import reference
from halodot.device.charge.build import ChargeContact, ChargeLayer, build
from halodot.device.charge.kernel import assemble
from halodot.numerics.blocktridiagonal import solve


def _channel_stack():
    oxide = ChargeLayer(
        thickness=1e-7,
        relative_permittivity=3.9,
        electron_affinity=0.9,
        band_gap=9.0,
        dos_conduction=1e25,
        dos_valence=1e25,
        electron_mobility=0.0,
        hole_mobility=0.0,
        carriers=False,
    )
    return build(
        [oxide, absorber(thickness=3e-8)], ChargeContact(work_function=4.2), None, nodes=15
    )


def _kernel(problem, X, a0, H, F, light, ends):
    m, n = X.shape
    L, D, U = (np.empty((n, m, m)) for _ in range(3))
    R = np.empty((n, m))
    assemble(problem, X, a0, H, F, light, *ends, L, D, U, R)
    return L, D, U, R


@pytest.mark.parametrize("make", [full_cell, _channel_stack])
@pytest.mark.parametrize("a0", [0.0, 1e5])
def test_kernel_equals_reference_and_complex_step_jacobian(make, a0):
    cell = make()
    p = cell.problem
    rng = np.random.default_rng(3)
    X = random_state(cell, rng)
    m, n = X.shape
    H = -a0 * X * rng.uniform(0.9, 1.1, X.shape)
    H[0] = -a0 * rng.uniform(0.2, 0.8, n)
    F = -a0 * rng.uniform(0.2, 0.8, len(p.face))
    ends = (-158.0, -163.0)
    L, D, U, R = _kernel(p, X, a0, H, F, 0.7, ends)
    free = _free(p, m)

    J = np.zeros((n, m, n, m))
    for j in range(n):
        for c in range(m):
            step = 1e-30 * (1.0 if c == 0 else X[c, j])
            Z = X.astype(complex)
            Z[c, j] += 1j * step
            J[:, :, j, c] = reference.residual(p, Z, a0, H, F, 0.7, *ends).imag.T / 1e-30
    size = np.abs(J).max(axis=(2, 3))
    J /= np.where(size > 0, size, 1.0)[:, :, None, None]
    r = reference.residual(p, X, a0, H, F, 0.7, *ends).T / np.where(size > 0, size, 1.0)

    # 1e-11: round-off of sums whose terms differ by many orders, after scaling each row to 1
    assert np.max(np.abs((R + r)[free]) / (1.0 + np.abs(r[free]))) < 1e-11
    for i in range(n):
        for block, j in ((L, i - 1), (D, i), (U, i + 1)):
            if 0 <= j < n:
                assert np.max(np.abs(block[i] - J[i, :, j])[free[i]], initial=0.0) < 1e-9


def _free(p, m):
    active = np.vstack([np.ones_like(p.active[0]), p.active[0], p.active[0], p.active[1:]])
    return active[:m].T


def test_block_tridiagonal_solver_equals_dense():
    rng = np.random.default_rng(5)
    n, m = 7, 4
    L, D, U = (rng.normal(size=(n, m, m)) for _ in range(3))
    D += 6.0 * np.eye(m)
    rhs = rng.normal(size=(n, m))
    A = np.zeros((n * m, n * m))
    for i in range(n):
        for block, j in ((L, i - 1), (D, i), (U, i + 1)):
            if 0 <= j < n:
                A[i * m : (i + 1) * m, j * m : (j + 1) * m] = block[i]
    exact = np.linalg.solve(A, rhs.ravel()).reshape(n, m)
    assert solve(L, D, U, rhs, np.empty((m, m + 1)))
    # 1e-11: condition number of the random matrix times round-off
    assert np.max(np.abs(rhs - exact)) < 1e-11


def test_block_tridiagonal_solver_reports_a_singular_block():
    zeros = np.zeros((2, 2, 2))
    assert not solve(zeros.copy(), zeros.copy(), zeros.copy(), np.ones((2, 2)), np.empty((2, 3)))
