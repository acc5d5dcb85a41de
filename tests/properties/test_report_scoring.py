"""Scoring does not depend on the unit, and fitted numbers never count, whatever the values."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from halodot.core.sourced import Sourced
from halodot.report.compare import compare, tally
from halodot.report.text import number

values = st.floats(1e-9, 1e9)
factors = st.floats(1.001, 1e3)
narrow = st.floats(1.001, 30.0)  # below three decades
bounds = st.sampled_from(["=", ">", "<"])


@settings(deadline=None)  # the first conversion loads the units
@given(values, values, factors, bounds)
def test_verdict_is_the_same_in_every_unit(reported, computed, factor, bound):
    q = Sourced(computed, "A", computed / factor, computed * factor)
    in_amperes = compare("x", Sourced(reported, "A"), q, unit="A", bound=bound)
    in_milliamperes = compare("x", Sourced(reported, "A"), q, unit="mA", bound=bound)
    assert in_amperes.within is in_milliamperes.within


@settings(deadline=None)
@given(values, values, factors, bounds, st.sampled_from(["calibrated", "input"]))
def test_only_predictions_count(reported, computed, factor, bound, role):
    q = Sourced(computed, "A", computed / factor, computed * factor)
    t = tally([compare("x", Sourced(reported, "A"), q, bound=bound, role=role)])
    assert (t.judged, t.within) == (0, 0)


@settings(deadline=None)
@given(values, values, narrow)
def test_equal_number_holds_exactly_inside_its_interval(reported, computed, factor):
    low, high = computed / factor, computed * factor
    c = compare("x", Sourced(reported, "A"), Sourced(computed, "A", low, high))
    near = any(abs(reported - e) <= 1e-6 * e for e in (low, high))
    assert near or c.within is (low <= reported <= high)


@settings(deadline=None)
@given(st.floats(-1e30, 1e30).filter(lambda v: abs(v) > 1e-30))
def test_shown_number_is_the_number_to_three_digits(value):
    text = number(value)
    mantissa, _, power = text.replace("−", "-").partition("10") if "10" in text else (text, "", "")
    digits = "⁰¹²³⁴⁵⁶⁷⁸⁹"
    if any(c in text for c in digits):
        exponent = int("".join("-" if c == "⁻" else str(digits.index(c)) for c in power))
        mantissa = mantissa.rstrip("×")
        shown = float({"": "1", "-": "-1"}.get(mantissa, mantissa)) * 10.0**exponent
    else:
        shown = float(text.replace("−", "-"))
    assert abs(shown - value) <= 5.1e-3 * abs(value)  # half a unit in the third digit
