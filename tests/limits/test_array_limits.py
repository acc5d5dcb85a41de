"""Closed forms of crossbars."""

import numpy as np
import pytest

from halodot.array import Crossbar, limits

RATIOS = [1e-6, 1e-3, 0.1, 1.0, 30.0]


@pytest.mark.parametrize("ratio", RATIOS)
def test_single_cell(ratio):
    current = Crossbar([[1e-3]], ratio * 1e3) @ [0.3]
    # One equation of two unknowns: rounding only.
    np.testing.assert_allclose(current, limits.single_cell(1e-3, 0.3, ratio * 1e3), rtol=1e-12)


@pytest.mark.parametrize("cells", [1, 2, 9, 200])
@pytest.mark.parametrize("ratio", RATIOS)
def test_one_word_line_is_a_ladder(cells, ratio):
    current = Crossbar(np.full((1, cells), 1e-4), ratio * 1e4) @ [0.2]
    expected = limits.ladder(1e-4, cells, 0.2, ratio * 1e4)
    # Each cell must be right, down to currents 1e-30 of the first; below that nothing is claimed.
    np.testing.assert_allclose(current, expected, rtol=1e-10, atol=1e-30 * expected[0])


@pytest.mark.parametrize("cells", [1, 2, 9, 200])
def test_one_bit_line_is_the_same_ladder_by_reciprocity(cells):
    T = Crossbar(np.full((cells, 1), 1e-4), 300.0).transfer().current[:, 0]
    np.testing.assert_allclose(T[::-1], limits.ladder(1e-4, cells, 1.0, 300.0), rtol=1e-10)
    one_by_one = Crossbar(np.full((cells, 1), 1e-4), 300.0).solve(np.eye(cells)).current[:, 0]
    np.testing.assert_allclose(one_by_one, T, rtol=1e-10)


def test_the_ladder_notices_a_factor_of_two():
    current = Crossbar(np.full((1, 20), 1e-4), 200.0) @ [0.2]
    wrong = limits.ladder(1e-4, 20, 0.2, 100.0)
    assert np.abs(current / wrong - 1).max() > 1e-2


def test_lines_of_open_cells_only_add_wire():
    """A cell at the far end of open neighbours sees the segments on its way, nothing else."""
    G = np.zeros((5, 7))
    G[1, 4] = 1e-3
    current = Crossbar(G, 10.0) @ np.ones(5)
    # 5 segments along the word line, 4 down the bit line.
    np.testing.assert_allclose(current[4], 1 / (1e3 + 9 * 10.0), rtol=1e-13)
    assert not np.delete(current, 4).any()


def test_infinite_wire_resistance_leaves_the_last_cells():
    """With r G -> infinity the corner cell is a short between the two ends it lies at."""
    current = Crossbar(np.full((1, 1), 1.0), 1e6) @ [1.0]
    np.testing.assert_allclose(current, 1 / 2e6, rtol=1e-6)
