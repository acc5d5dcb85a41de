"""Several sources for one quantity: median, rank of bases, width of the interval."""

import math

import pytest

from halodot.core.sourced import Basis, Sourced
from halodot.library.entry import Row, combine


def rows(*values: float, basis: Basis = "sourced", quantity: str = "hole_mass", **kw: float):
    return [
        Row("perovskite", "X", quantity, Sourced(v, "1", basis=basis, sources=(f"s{i}",), **kw))
        for i, v in enumerate(values)
    ]


def test_median_and_sources():
    joined = combine(rows(0.1, 0.3, 0.2))
    assert joined.value == 0.2
    assert joined.sources == ("s0", "s1", "s2")
    assert joined.basis == "sourced"


@pytest.mark.parametrize(("n", "d2"), [(2, 1.128), (3, 1.693), (4, 2.059)])
def test_interval_is_the_range_over_tippett_on_a_logarithmic_scale(n, d2):
    values = [0.1 * 2.0 ** (i / (n - 1)) for i in range(n)]
    joined = combine(rows(*values))
    reach = math.exp(1.6448536 * math.log(2.0) / d2)
    # same closed form, so only rounding of the constants remains
    assert joined.high == pytest.approx(joined.value * reach, rel=1e-6)
    assert joined.low == pytest.approx(joined.value / reach, rel=1e-6)


def test_negative_values_use_a_linear_scale():
    joined = combine(rows(-0.2, 0.2, quantity="gap_bowing"))
    assert joined.value == 0.0
    assert joined.high == pytest.approx(1.6448536 * 0.4 / 1.128, rel=1e-6)


def test_agreeing_sources_still_carry_the_default_width():
    joined = combine(rows(0.2, 0.2))
    assert (joined.low, joined.high) == pytest.approx((0.2 / 1.2, 0.2 * 1.2))


def test_the_interval_covers_every_row():
    wide = Row("perovskite", "X", "hole_mass", Sourced(0.2, "1", 0.01, 3.0, "assumed"))
    joined = combine([*rows(0.2, 0.21), wide])
    assert (joined.low, joined.high) == (0.01, 3.0)


def test_sourced_outranks_assumed_for_the_value_only():
    joined = combine([*rows(0.2), *rows(0.4, basis="assumed", low=0.3, high=0.5)])
    assert joined.value == 0.2
    assert joined.basis == "sourced"
    assert joined.high == pytest.approx(0.2 * 2.0 ** (1.6448536 / 1.128), rel=1e-6)


def test_a_preferred_row_stands_alone():
    best = Row("p", "X", "hole_mass", Sourced(0.3, "1", 0.2, 0.4, "assumed", (), "preferred: x"))
    joined = combine([*rows(0.1, 0.9), best])
    assert (joined.value, joined.low, joined.high, joined.basis) == (0.3, 0.2, 0.4, "assumed")


def test_single_values():
    assert combine(rows(0.2, basis="given")).low is None
    assert combine(rows(0.2)).high == pytest.approx(0.24)
    exact = Row("solvent", "X", "molar_mass", Sourced(0.018, "kg/mol", basis="computed"))
    assert combine([exact]).low is None
