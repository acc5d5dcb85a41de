"""Tolerance factors that were printed, and what named radii say beside them."""

import pytest

from halodot.crystal.composition import parse
from halodot.crystal.radii import SETS
from halodot.crystal.tolerance import factor, nearest_set, printed, sets_that_give_printed
from halodot.library import Library

LIB = Library.builtin()


@pytest.mark.parametrize(("formula", "t"), [("CsPbBr3", 0.862), ("CsPbI3", 0.851)])
def test_shannon_radii_give_the_known_factors(formula, t):
    # three digits are quoted, so half a unit of the third
    assert factor(parse(formula), "tolerance_factor").value == pytest.approx(t, abs=5e-4)


@pytest.mark.parametrize(("formula", "t"), [("CsPbBr3", 0.90), ("CsPbI3", 0.89)])
def test_the_review_stands_beside_and_no_set_reaches_it(formula, t):
    assert printed(LIB, parse(formula)).value == t
    name, difference = nearest_set(LIB, parse(formula))
    assert name == "shannon_xii_vi"
    assert -0.045 < difference < -0.03
    others = [abs(factor(parse(formula), "tolerance_factor", s).value - t) for s in SETS]
    assert abs(difference) == pytest.approx(min(others), rel=1e-12)


def test_no_named_set_gives_both():
    assert sets_that_give_printed(LIB) == ()


def test_bartel_of_the_lead_halides():
    # tau < 4.18 marks a perovskite; CsPbI3, whose stable phase is none, lies above
    assert factor(parse("CsPbBr3"), "bartel_tau").value < 4.18
    assert factor(parse("CsPbI3"), "bartel_tau").value > 4.18
