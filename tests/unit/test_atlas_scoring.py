"""The rules by which the atlas scores: widths, bounds, ratios, signs, questions, tallies."""

from __future__ import annotations

import pytest

from halodot.core.errors import InputError
from halodot.core.sourced import Sourced, computed
from halodot.report.compare import compare, full_note, is_too_wide, tally, to_json


def number(reported, value, low=None, high=None, unit="1", **more):
    return compare("x", Sourced(reported, unit), computed(value, unit, low, high), **more)


@pytest.mark.parametrize(("high", "wide"), [(0.99e3, False), (1.01e3, True)])
def test_three_decades(high, wide):
    c = number(30.0, 30.0, 1.0, high)
    assert c.too_wide is wide
    assert c.within is not wide
    assert number(-30.0, -30.0, -high, -1.0).too_wide is wide  # the same below zero


@pytest.mark.parametrize(("high", "wide"), [(1.99, False), (2.01, True)])
@pytest.mark.parametrize(("unit", "factor"), [("V", 1.0), ("mV", 1e3)])
def test_two_volts(high, wide, unit, factor):
    c = number(factor, factor, 0.0, high * factor, unit=unit)
    assert (c.too_wide, c.within) == (wide, not wide)


def test_a_wide_voltage_of_one_sign_is_no_better():
    assert number(58.0, 50.0, 40.0, 60.0, unit="V").too_wide


@pytest.mark.parametrize(
    ("value", "low", "high", "reported", "wide"),
    [
        (1.0, -0.5, 2.5, 2.0, False),  # 3 wide beside 2
        (0.1, -5.0, 5.0, 2.0, True),  # 10 wide beside 2
        (2.0, 0.0, 3.0, 2.0, True),  # from nothing: endless decades
    ],
)
def test_an_interval_that_holds_zero_is_held_to_the_magnitude(value, low, high, reported, wide):
    q = computed(value, "A", low, high)
    assert is_too_wide(Sourced(reported, "A"), q, "=", "number") is wide


def test_endless_intervals_are_too_wide():
    assert number(1.0, 1.0, 0.5, float("inf")).too_wide
    assert number(1.0, 1.0, 0.5, float("inf")).within is False


def test_too_wide_is_listed_and_not_counted():
    rows = [number(1.0, 1.0, 1e-3, 1e3), number(1.0, 1.0, 0.5, 2.0)]
    t = tally(rows)
    assert (t.judged, t.within, t.too_wide, t.numbers) == (1, 1, 1, 1)
    assert "1 more with too wide an interval" in t.sentence
    body = to_json(rows[0])
    assert body["within"] is False
    assert body["role"] == "predicted"
    assert body["note"].startswith("too wide")


def test_width_is_no_matter_where_nothing_was_predicted():
    assert not number(1.0, 1.0, 1e-3, 1e3, role="calibrated").too_wide
    assert not compare("x", Sourced(1.0), Sourced.unknown("1", "why")).too_wide


def test_a_bound_that_the_whole_interval_respects_is_met_whatever_its_width():
    assert number(1e3, 1e6, 2e3, 1e9, bound=">").within is True
    assert number(1e3, 1e-6, 1e-12, 1e2, bound="<").within is True
    straddling = number(1e3, 1e6, 1.0, 1e9, bound=">")
    assert (straddling.within, straddling.too_wide) == (False, True)
    assert number(1e3, 2e3, 5e2, 1e4, bound=">").within is True  # the value decides
    assert number(1e3, 9e2, 5e2, 1e4, bound=">").within is False


@pytest.mark.parametrize(
    ("reported", "value", "holds"),
    [
        (110.0, 12.0, True),
        (110.0, 10.9, False),  # beyond a factor of 10
        (110.0, 1099.0, True),
        (3.0, 0.9, False),  # within 10, and on the wrong side of 1
        (0.5, 0.06, True),
        (0.5, 1.1, False),
        (1.0, 5.0, True),  # no side to be on
        (5.0, -5.0, False),
    ],
)
def test_a_ratio_within_a_factor_of_ten_on_its_side_of_one(reported, value, holds):
    assert number(reported, value, relation="ratio").within is holds
    assert number(reported, value, value * 0.99, value * 1.01, relation="ratio").within is (
        holds if value > 0 else False
    )


def test_a_ratio_is_too_wide_as_any_number_is():
    assert number(110.0, 110.0, 1.0, 2e3, relation="ratio").too_wide


def test_a_reported_range_of_a_ratio_is_ten_wide_on_both_sides():
    ratio = Sourced(50.0, "1", 20.0, 100.0)
    for value, holds in ((2.1, True), (1.9, False), (990.0, True), (1010.0, False)):
        assert compare("x", ratio, computed(value, "1"), relation="ratio").within is holds


def test_a_difference_needs_the_right_sign():
    assert number(-0.5, 1.0, -0.6, 1.2, unit="A", relation="difference").within is False
    assert number(-0.5, -1.0, -1.5, 0.4, unit="A", relation="difference").within is True
    assert number(-0.5, -1.0, -1.5, -0.9, unit="A", relation="difference").within is False


def test_yes_and_no_stand_apart_from_numbers():
    rows = [
        compare("a", Sourced(1.0), Sourced(1.0), kind="yes_no"),
        compare("b", Sourced(1.0), Sourced(0.0), kind="yes_no"),
        number(1.0, 1.0, 0.5, 2.0),
        number(3.0, 1.0, 0.5, 2.0),
        number(3.0, 1.0, 0.5, 2.0, relation="ratio"),
        number(3.0, 4.0, 3.5, 5.0, bound=">"),
    ]
    t = tally(rows)
    assert (t.judged, t.yes_no, t.yes_no_within) == (6, 2, 1)
    assert (t.numbers, t.numbers_within, t.plain, t.plain_within) == (4, 2, 2, 1)
    assert t.share == 0.5
    assert tally([]).share is None


def test_a_doubtful_figure_is_marked_and_kept():
    c = number(1.0, 1.0, 0.5, 2.0, doubt="text and table differ", note="as read", variant="dark")
    assert c.within is True
    assert tally([c]).doubtful == 1
    assert full_note(c) == "doubtful: text and table differ; dark; as read"
    assert to_json(c)["note"] == full_note(c)


def test_what_is_only_remembered_is_not_scored():
    """M6's energy was read by nobody: no row of a study, no mark in the plots between devices."""
    from halodot.atlas import _reported
    from halodot.reported import Reported, published

    row = Reported(name="energy_per_event", review="M6.energy_per_event", role="predicted")
    with pytest.raises(InputError, match="only remembered"):
        published(row)
    assert not _reported("M6", "energy_per_event", "J").is_known
    assert _reported("M9", "set_voltage", "V").is_known
