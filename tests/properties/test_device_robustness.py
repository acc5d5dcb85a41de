"""Random stacks: what is returned as good conserves ions, carries one current and stays put."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from device_strategies import composed
from hypothesis import HealthCheck, given, settings

from halodot.core.status import Status
from halodot.device.charge import robustness
from halodot.device.charge.random_stacks import draw
from halodot.device.charge.robustness import Verdict, appendix, faults, totals

QUICK = (3, 4, 6, 7, 9, 14, 18, 23)  # with ions, traps, light and interfaces among them


def record(**changes: object) -> SimpleNamespace:
    """Three good points."""
    values: dict[str, object] = {
        "time": np.array([1.0, 2.0, 3.0]),
        "source_voltage": np.array([0.1, 0.2, 0.3]),
        "current_density": np.array([1.0, -1e-3, 1e-9]),
        "spread": np.zeros(3),
        "ion_error": np.zeros(3),
        "states": np.ones((1, 3, 5)),
        "status": (Status.OK,) * 3,
    }
    return SimpleNamespace(**(values | changes))


def instant(index: int, *, seed: int) -> Verdict:
    return Verdict(index, "converged", run_time=float(seed))


def found(one: SimpleNamespace, other: SimpleNamespace) -> dict[str, list[int]]:
    """Points at fault, by the fault."""
    all_of_them = faults(one, other)
    return {what: list(np.flatnonzero(w)) for what, w in all_of_them.items() if w.any()}


def test_equal_records_have_no_fault():
    assert found(record(), record()) == {}


@pytest.mark.parametrize(
    ("field", "values", "what", "points"),
    [
        ("current_density", [np.nan, -1e-3, 1e-9], "not finite", [0]),
        ("spread", [0.9e-2, 1.1e-5, 0.9e-6], "differs between faces", [1]),
        ("ion_error", [0.0, 2e-9, 0.5e-9], "loses ions", [1]),
        ("states", -np.ones((1, 3, 5)), "negative density", [2]),
        ("current_density", [1.011, -1.009e-3, 0.9e-6], "moves", [0]),
        ("current_density", [1.0, 1e-3, 2e-6], "moves", [1, 2]),
    ],
)
def test_each_fault_is_found_where_it_is(field, values, what, points):
    assert found(record(**{field: np.array(values)}), record()) == {what: points}


def test_points_that_were_reported_as_failed_are_not_silently_wrong():
    bad = (Status.OK, Status.NOT_CONVERGED, Status.OK)
    j = np.array([1.0, np.nan, 1e-9])
    assert found(record(current_density=j, status=bad), record()) == {}


def test_points_whose_refined_run_failed_are_not_judged():
    bad = (Status.OK, Status.NOT_CONVERGED, Status.OK)
    for j in (np.nan, 5.0):
        values = np.array([1.0, j, 1e-9])
        assert found(record(), record(current_density=values, status=bad)) == {}


def test_counts_add_up_and_reasons_are_listed():
    verdicts = [
        Verdict(0, "converged", "", 2.0, 9.0),
        Verdict(1, "reported_failure", "MAX_STEPS at 3 of 40 points", 5.0),
        Verdict(2, "silent_wrong", "moves at 1 points", 1.0, 3.0),
    ]
    assert totals(verdicts) == {
        "n": 3,
        "converged": 2,
        "reported_failure": 1,
        "silent_wrong": 1,
    }
    said = io.StringIO()
    appendix(verdicts, said)
    lines = said.getvalue().splitlines()
    assert "MAX_STEPS" in lines[0]
    assert "silent_wrong" in lines[1]
    assert lines[2].split()[:2] == ["1", "slowest"]


def test_the_last_line_is_json(monkeypatch, capsys):
    monkeypatch.setattr(robustness, "judge", instant)
    assert robustness.main(["3", "11"]) == 0
    out = capsys.readouterr().out.splitlines()[-1]
    assert json.loads(out) == {"n": 3, "converged": 3, "reported_failure": 0, "silent_wrong": 0}


@pytest.mark.parametrize("index", QUICK)
def test_random_stack_is_right_or_says_that_it_failed(index):
    verdict = robustness.judge(index, seed=7)
    assert verdict.outcome != "silent_wrong", verdict.reason


def test_most_of_these_stacks_converge():
    records = [robustness.run(draw(7, k)) for k in QUICK]
    assert sum(all(s.is_good for s in r.status) for r in records) >= len(QUICK) - 1


def test_the_same_stack_gives_the_same_record():
    one, other = (robustness.run(draw(7, QUICK[0])) for _ in range(2))
    assert np.array_equal(one.current_density, other.current_density)


def test_a_current_that_is_off_by_a_hundredth_is_caught():
    case = draw(7, QUICK[1])
    good = robustness.run(case)
    moved = replace(good, current_density=good.current_density * 1.02)
    assert faults(moved, good)["moves"].sum() > 0.9 * len(good.time)


@pytest.mark.slow
@given(composed())
@settings(deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))
def test_any_stack_is_right_or_says_that_it_failed(case):
    one = robustness.run(case)
    if all(s.is_good for s in one.status):
        assert found(one, robustness.run(case, refine=1)) == {}
