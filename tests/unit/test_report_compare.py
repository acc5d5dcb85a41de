"""The rule that scores comparisons: what counts, what holds, and in which unit."""

from __future__ import annotations

import pytest

from halodot.core.errors import InputError
from halodot.core.sourced import Sourced, computed
from halodot.report.compare import compare, tally, to_json


def volts(value, low=None, high=None):
    return computed(value, "V", low, high)


def test_prediction_holds_when_report_lies_in_interval():
    inside = compare("set", Sourced(1.0, "V"), volts(1.2, 0.9, 1.5))
    outside = compare("set", Sourced(0.8, "V"), volts(1.2, 0.9, 1.5))
    assert inside.within is True
    assert outside.within is False


def test_ends_of_the_interval_belong_to_it():
    assert compare("set", Sourced(0.9, "V"), volts(1.2, 0.9, 1.5)).within is True
    assert compare("set", Sourced(1.5, "V"), volts(1.2, 0.9, 1.5)).within is True


def test_reported_range_may_meet_the_interval():
    assert compare("set", Sourced(0.8, "V", 0.7, 0.95), volts(1.2, 0.9, 1.5)).within is True
    assert compare("set", Sourced(0.7, "V", 0.6, 0.8), volts(1.2, 0.9, 1.5)).within is False


def test_value_without_interval_claims_to_be_exact():
    assert compare("set", Sourced(1.0, "V"), volts(1.01)).within is False
    assert compare("set", Sourced(1.0, "V"), volts(1.0)).within is True


@pytest.mark.parametrize(("bound", "below", "above"), [(">", False, True), ("<", True, False)])
def test_bound_is_judged_by_the_value_not_by_a_wide_interval(bound, below, above):
    reported = Sourced(1e5, "1")
    assert compare("r", reported, computed(5e4, "1", 4e3, 2e6), bound=bound).within is below
    assert compare("r", reported, computed(2e5, "1", 4e3, 2e6), bound=bound).within is above


@pytest.mark.parametrize("role", ["calibrated", "input"])
def test_what_was_fitted_or_put_in_is_never_a_success(role):
    c = compare("set", Sourced(1.0, "V"), volts(1.0, 0.9, 1.1), role=role)
    assert c.within is None
    assert tally([c]).judged == 0
    assert tally([c]).within == 0


def test_unknown_is_not_judged_and_keeps_its_reason():
    c = compare("retention", Sourced(1e4, "s"), Sourced.unknown("s", "no record that long"))
    assert c.within is None
    assert c.ratio is None
    assert c.note == "no record that long"
    assert tally([c]).unknown == 1


def test_units_are_converted_before_judging():
    c = compare("pl", Sourced(515.0, "nm"), computed(5.14e-7, "m", 5.05e-7, 5.23e-7))
    assert c.unit == "nm"
    assert c.computed.value == pytest.approx(514.0, rel=1e-12)  # conversion rounds at 15 digits
    assert c.ratio == pytest.approx(514 / 515, rel=1e-12)  # same digits
    assert c.within is True


def test_different_kinds_are_refused():
    with pytest.raises(InputError, match="like with like"):
        compare("set", Sourced(1.0, "V"), computed(1.0, "A"))


def test_unknown_role_names_the_nearest():
    with pytest.raises(InputError, match="predicted"):
        compare("set", Sourced(1.0, "V"), volts(1.0), role="predicte")  # type: ignore[arg-type]


def test_ratio_is_computed_over_reported():
    assert compare("set", Sourced(2.0, "V"), volts(1.0)).ratio == 0.5
    assert compare("set", Sourced(0.0, "V"), volts(1.0)).ratio is None


def test_yes_no():
    agrees = compare("volatile", Sourced(0.0), Sourced(0.0), kind="yes_no")
    differs = compare("volatile", Sourced(1.0), Sourced(0.0), kind="yes_no")
    assert (agrees.within, differs.within) == (True, False)
    assert to_json(agrees)["reported"] is False
    assert to_json(agrees)["low"] is None
    assert agrees.ratio is None


def test_json_has_the_keys_of_the_atlas():
    keys = {"name", "unit", "kind", "bound", "reported", "computed", "low", "high", "ratio"}
    body = to_json(compare("set", Sourced(1.0, "V"), volts(2.0, 1.0, 3.0)))
    assert set(body) == keys | {"role", "within", "note"}
    assert (body["low"], body["high"], body["ratio"]) == (1.0, 3.0, 2.0)


def test_tally_says_how_far_off_and_how_wide():
    rows = [
        compare("a", Sourced(1.0, "A"), computed(2.0, "A", 1.0, 4.0)),
        compare("b", Sourced(1.0, "A"), computed(0.25, "A", 0.1, 0.4)),
        compare("c", Sourced(1.0, "V"), volts(1.0), role="calibrated"),
    ]
    t = tally(rows)
    assert (t.judged, t.within, t.calibrated, t.inputs) == (2, 1, 1, 0)
    assert t.median_factor == pytest.approx(3.0, rel=1e-12)  # median of 2 and 4
    assert t.median_width == pytest.approx(4.0, rel=1e-12)  # both intervals span a factor 4
    assert "1 of 2 predicted" in t.sentence
