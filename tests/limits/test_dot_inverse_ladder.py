"""The two sides of an asymmetric level model: what is above stays above on the way back."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.core.sourced import Sourced
from halodot.dot.inverse.forward import COUNTS, Forward, Question, predict
from halodot.dot.inverse.platelets import assign
from halodot.dot.inverse.posterior import log_likelihood, over_sizes, quantile
from halodot.library import Library

Z90 = 1.6448536269514722
CELL = 0.6e-9
ANY = Sourced(0.05, "eV")


def toy(below: float, above: float) -> Forward:
    """Counts 0.1 eV apart whose standard errors are `below` and `above` [eV]."""
    sizes = COUNTS * CELL
    centre = 3.6 - 0.1 * COUNTS
    low, high = centre - Z90 * below, centre + Z90 * above
    return Forward(sizes, centre, low, high, ANY, Sourced(2.0, "eV"), ANY, np.zeros(sizes.size))


@pytest.mark.parametrize(
    ("below", "above", "expected"),
    [(0.005, 0.1, (4, 5, 6)), (0.1, 0.005, (3, 4, 5))],
)
def test_a_ladder_between_two_counts_goes_to_the_open_side(
    below: float, above: float, expected: tuple[int, ...]
) -> None:
    # 50 meV above counts 4, 5, 6 and as far below 3, 4, 5
    table = toy(below, above)
    centres = 3.6 - 0.1 * np.array([4.0, 5.0, 6.0]) + 0.05
    shares = np.array([0.2, 0.5, 0.3])
    _, named, chance = assign(table, centres, shares)
    assert named == expected
    # the other side is 10 of its standard errors away: series with one count skipped hold the rest
    assert chance > 0.3


def test_the_likelihood_falls_slowly_on_the_wide_side() -> None:
    table = toy(0.01, 0.1)
    at = 5 * CELL
    centre = 3.1
    up, down = (float(log_likelihood(table, at, centre + d)) for d in (0.04, -0.04))
    top = float(log_likelihood(table, at, centre))
    # 0.4 and 4 standard errors
    assert top - up == pytest.approx(0.08, rel=1e-6)
    assert top - down == pytest.approx(8.0, rel=1e-6)


def test_a_peak_that_may_lie_above_the_model_means_larger_dots() -> None:
    # energies fall with size: where peaks run high, a peak belongs to a size whose centre is lower
    peak = 3.1
    mirrored = []
    for below, above in ((0.005, 0.05), (0.05, 0.005)):
        sizes, density = over_sizes(toy(below, above), peak)
        low, middle, high = (float(q) for q in quantile(sizes, density, [0.05, 0.5, 0.95]))
        mirrored.append(middle)
        at = 5 * CELL
        longer, shorter = high - at, at - low
        assert (longer > 3.0 * shorter) == (above > below)
        assert (shorter > 3.0 * longer) == (below > above)
    assert mirrored[0] > 5 * CELL > mirrored[1]


def test_the_ends_of_the_forward_model_keep_their_sides() -> None:
    question = Question("CsPbBr3", "cube", "pl", 300.0, Library.builtin())
    sizes = np.array([4e-9, 6e-9, 9e-9])
    table = predict(question, sizes)
    _, below, above = table.spread_of(sizes)
    for k, size in enumerate(sizes):
        q = question.dots(float(size)).pl_energy
        assert q.low is not None
        assert q.high is not None
        assert below[k] == pytest.approx((float(q) - q.low) / Z90, rel=1e-9)  # knots of a spline
        assert above[k] == pytest.approx((q.high - float(q)) / Z90, rel=1e-9)
