"""Closed forms of crossbars with other ends."""

import numpy as np
import pytest

from halodot.array import Crossbar, limits
from halodot.array.ends import Ends, write_scheme

RATIOS = [1e-6, 1e-3, 0.1, 1.0, 30.0]


@pytest.mark.parametrize("cells", [1, 2, 9, 60])
@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("side", ["left", "right"])
def test_ladder_with_source_and_ground_resistance(cells, ratio, side):
    r = ratio * 1e4
    ends = Ends(side, "top", source_resistance=700.0, ground_resistance=40.0)
    current = Crossbar(np.full((1, cells), 1e-4), r, ends=ends).solve([0.2]).current[0]
    expected = limits.ladder(1e-4, cells, 0.2, r, 700.0, 40.0)
    order = 1 if side == "left" else -1
    np.testing.assert_allclose(current[::order], expected, rtol=1e-10, atol=1e-25 * expected[0])


@pytest.mark.parametrize("cells", [1, 2, 9, 60])
@pytest.mark.parametrize("ratio", RATIOS)
def test_ladder_from_both_ends(cells, ratio):
    current = Crossbar(np.full((1, cells), 1e-4), ratio * 1e4, ends=Ends("both")) @ [0.2]
    expected = limits.ladder_from_both(1e-4, cells, 0.2, ratio * 1e4)
    np.testing.assert_allclose(current, expected, rtol=1e-10)


def test_the_ladders_notice_a_factor_of_two():
    current = Crossbar(np.full((1, 9), 1e-4), 10.0, ends=Ends(source_resistance=700.0)) @ [0.2]
    wrong = limits.ladder(1e-4, 9, 0.2, 10.0, 350.0)
    assert np.abs(current / wrong - 1).max() > 1e-2
    both = Crossbar(np.full((1, 9), 1e-4), 100.0, ends=Ends("both")) @ [0.2]
    assert np.abs(both / limits.ladder_from_both(1e-4, 9, 0.2, 200.0) - 1).max() > 1e-2


@pytest.mark.parametrize("shape", [(1, 1), (5, 8), (40, 3)])
def test_source_and_ground_resistance_without_wires(shape):
    """Lines of one voltage: word lines and bit lines are two sets of nodes, a dense system."""
    rng = np.random.default_rng(1)
    G, V = rng.uniform(1e-5, 1e-3, shape), rng.uniform(-1, 1, shape[0])
    Rs, Rg = rng.uniform(10, 1e4, shape[0]), rng.uniform(10, 1e4, shape[1])
    K = np.block(
        [
            [np.diag(1 / Rs + G.sum(axis=1)), -G],
            [-G.T, np.diag(1 / Rg + G.sum(axis=0))],
        ]
    )
    nodes = np.linalg.solve(K, np.concatenate([V / Rs, np.zeros(shape[1])]))
    ends = Ends(source_resistance=Rs, ground_resistance=Rg)
    current = Crossbar(G, ends=ends).solve(V).current[0]
    np.testing.assert_allclose(current, nodes[shape[0] :] / Rg, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("shape", [(2, 2), (5, 8), (30, 7), (1, 6)])
def test_sneak_path_of_a_floating_array(shape):
    G = np.full(shape, 1e-4)
    G[0, -1] = 1e-6
    bias = write_scheme(shape, 0, shape[1] - 1, 0.5, "floating")
    current = Crossbar(G, ends=bias.ends()) @ bias.word
    expected = limits.sneak(1e-6, 1e-4, shape, 0.5)
    # 1e-12 ohm wires take the other way through the kernel.
    np.testing.assert_allclose(current[-1], expected, rtol=1e-10)
    thin = Crossbar(G, 1e-9, ends=bias.ends()) @ bias.word
    np.testing.assert_allclose(thin[-1], expected, rtol=1e-9)


@pytest.mark.parametrize(("scheme", "most"), [("V/2", 1 / 2), ("V/3", 1 / 3)])
def test_write_schemes_put_no_more_than_their_share_on_other_cells(scheme, most):
    bias = write_scheme((4, 5), 1, 2, 3.0, scheme)
    across = np.subtract.outer(bias.word, bias.bit)
    assert across[1, 2] == 3.0
    across[1, 2] = 0.0
    assert np.abs(across).max() == pytest.approx(3.0 * most)
    s = Crossbar(np.full((4, 5), 1e-3), 1e-6).solve(bias.word, bias.bit)
    np.testing.assert_allclose(
        (s.word_voltage - s.bit_voltage)[0, [0, 3]], across[[0, 3]], atol=1e-6
    )
