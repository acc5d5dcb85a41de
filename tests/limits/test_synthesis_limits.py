"""Closed forms of the synthesis: composition of a cube, regression in its limits."""

import numpy as np
import pytest

from halodot.synthesis.limits import cells_of_cube, halide_ratio_of_cube
from halodot.synthesis.regression import Prior, fit


@pytest.mark.parametrize("n", [2, 5, 16])
def test_ratio_counts_the_ions_of_a_cube(n: int) -> None:
    lead, halide = n**3, 3 * n**2 * (n + 1)
    assert halide_ratio_of_cube(n) == pytest.approx(halide / lead, rel=1e-14, abs=0.0)
    assert cells_of_cube(halide / lead) == pytest.approx(n, rel=1e-12)


def test_regression_recovers_what_made_the_data() -> None:
    rng = np.random.default_rng(5)
    papers = np.repeat(np.arange(40), 5)
    warm = rng.uniform(-1.0, 1.0, papers.size)
    offset, slope = rng.normal(0.0, 0.3, 40), rng.normal(0.0, 0.5, 40)
    y = 2.0 + offset[papers] + (0.4 + slope[papers]) * warm
    y += rng.normal(0.0, 0.1, papers.size)
    x = np.stack([np.ones_like(warm), warm], axis=1)
    prior = Prior(np.zeros(2), np.full(2, 5.0), np.full(2, 1.0), 1.0)
    found = fit(y, x, x, papers, prior)
    # 40 papers: standard errors are 0.3/sqrt(40) = 0.05 and 0.5/sqrt(40) = 0.08; 3 of the larger
    np.testing.assert_allclose(found.mean, [2.0, 0.4], atol=0.24)
    np.testing.assert_allclose(found.between, [0.3, 0.5], rtol=0.34)  # 3 / sqrt(80)
    assert found.within == pytest.approx(0.1, rel=0.15)


def test_no_papers_effect_is_ordinary_ridge() -> None:
    rng = np.random.default_rng(6)
    x = np.stack([np.ones(40), rng.normal(size=40)], axis=1)
    y = x @ [1.0, -2.0] + 0.1 * rng.normal(size=40)
    prior = Prior(np.zeros(2), np.full(2, 100.0), np.full(2, 1e-6), 1.0)
    found = fit(y, x, x, np.arange(40), prior)
    np.testing.assert_allclose(found.mean, np.linalg.lstsq(x, y, rcond=None)[0], rtol=1e-3)
