"""Tolerance factors against the geometry of spheres."""

import math

import pytest

from halodot.crystal.composition import parse
from halodot.crystal.limits import OCTAHEDRAL_LIMIT, equal_spheres, ideal_a_radius
from halodot.crystal.radii import SETS, ion_radius, radii
from halodot.crystal.tolerance import bartel, factor, factor_over_sets, goldschmidt, octahedral


@pytest.mark.parametrize(("b", "x"), [(1.19, 1.96), (0.5, 2.0), (1.5, 1.4)])
def test_the_cage_is_filled_at_one(b, x):
    # closed form: rounding only
    assert goldschmidt(ideal_a_radius(b, x), b, x) == pytest.approx(1.0, rel=1e-14, abs=0.0)


def test_equal_spheres():
    assert goldschmidt(1.0, 1.0, 1.0) == pytest.approx(equal_spheres(), rel=1e-14, abs=0.0)
    assert math.isinf(bartel(1.0, 1.0, 1.0))


def test_octahedral_limit_is_six_touching_anions():
    # anions touch along the edge sqrt(2)(r_B + r_X) = 2 r_X
    b, x = OCTAHEDRAL_LIMIT, 1.0
    assert math.sqrt(2.0) * (b + x) == pytest.approx(2.0 * x, rel=1e-14, abs=0.0)
    assert octahedral(9.9, b, x) == OCTAHEDRAL_LIMIT


def test_signs_of_the_trends():
    assert goldschmidt(1.9, 1.19, 1.96) > goldschmidt(1.8, 1.19, 1.96)
    assert goldschmidt(1.8, 1.0, 1.96) > goldschmidt(1.8, 1.19, 1.96)
    assert bartel(1.88, 1.19, 1.96) < bartel(1.67, 1.19, 1.96)


def test_bartel_by_hand():
    # r_X/r_B = 2, ratio e so that the logarithm is 1: tau = 2 - (1 - e)
    assert bartel(math.e, 1.0, 2.0) == pytest.approx(1.0 + math.e, rel=1e-14, abs=0.0)
    # charge 2: tau = 2 - 2 (2 - e)
    assert bartel(math.e, 1.0, 2.0, charge=2) == pytest.approx(
        2.0 * math.e - 2.0, rel=1e-14, abs=0.0
    )


def test_mixed_site_has_the_mean_radius():
    mixed = radii(parse("CsPb(Br0.7Cl0.3)3"))
    assert float(mixed.x) == pytest.approx((0.7 * 1.96 + 0.3 * 1.81) * 1e-10, rel=1e-12, abs=0.0)
    double = radii(parse("Cs2AgBiBr6"))
    assert float(double.b) == pytest.approx(0.5 * (1.15 + 1.03) * 1e-10, rel=1e-12, abs=0.0)


def test_the_interval_spans_every_set():
    composition = parse("MA0.5Cs0.5SnI3")
    over = factor_over_sets(composition, "tolerance_factor")
    for name in SETS:
        one = factor(composition, "tolerance_factor", name)
        assert over.low <= one.low <= one.value <= one.high <= over.high


def test_no_radius_is_invented():
    assert not ion_radius("Cu", 1, "VI").is_known
    unknown = factor(parse("Cs2CuBiBr6"), "tolerance_factor")
    assert not unknown.is_known
    assert "Cu1+" in unknown.note
    assert ion_radius("Mn", 2, "VI").value == pytest.approx(0.83e-10)  # high spin
    assert ion_radius("Sn", 2, "VI").basis == "assumed"
    assert ion_radius("Sn", 4, "VI").basis == "sourced"
