"""The fast kernel beside SuperLU at the sizes of use."""

import numpy as np
import pytest

from halodot.array import Crossbar
from halodot.array.crossbar_reference import network, solve_reference


def problem(shape, highest, batch=2):
    rng = np.random.default_rng(11)
    return rng.uniform(highest / 100, highest, shape), rng.uniform(0.0, 0.2, (batch, shape[0]))


@pytest.mark.parametrize(
    ("shape", "highest", "wire"),
    [
        ((64, 64), 1e-4, 1.0),
        ((128, 96), 1e-4, 1.0),
        ((64, 64), 1e-3, 5.0),
        ((48, 80), 1e-2, 100.0),
        ((64, 64), 1e-4, 1e-4),
    ],
)
def test_relative_error_of_every_current(shape, highest, wire):
    G, V = problem(shape, highest)
    expected = solve_reference(G, V, Crossbar(G, wire).wires).current
    # The acceptance anchor of the kernel; 1e-13 to 1e-12 is usual.
    assert np.abs(Crossbar(G, wire).solve(V).current / expected - 1).max() < 1e-9
    assert np.abs(V @ Crossbar(G, wire).transfer().current / expected - 1).max() < 1e-9


def test_the_nodal_matrix_is_symmetric_and_loses_no_current():
    G, _ = problem((5, 4), 1e-3)
    net = network(G, Crossbar(G, 10.0).wires)
    K = net.laplacian.toarray()
    assert (K == K.T).all()
    np.testing.assert_allclose(K.sum(axis=1), 0.0, atol=1e-15)
    inner = K[np.ix_(net.unknown, net.unknown)]
    # Only the first word node and the last bit node of each line have a wire to the outside.
    leaks = np.zeros(len(K))
    leaks[net.unknown] = inner.sum(axis=1)
    expected = np.zeros((2, 5, 4))
    expected[0, :, 0] = expected[1, -1, :] = 0.1
    np.testing.assert_allclose(leaks[net.word], expected[0], atol=1e-15)
    np.testing.assert_allclose(leaks[net.bit], expected[1], atol=1e-15)
