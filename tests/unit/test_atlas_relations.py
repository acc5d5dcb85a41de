"""Ratios, differences and questions are taken draw by draw; bad rows are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from halodot import chain, runs
from halodot.answers import aside
from halodot.chain import Result
from halodot.core import codec
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.ensemble import Draw, with_intervals
from halodot.figures.state import Figure, Figures
from halodot.relations import answer
from halodot.report.page import render
from halodot.reported import Reported
from halodot.study import StudyFile, from_data, resolve

ROW = {"name": "on_current", "role": "predicted"}


def row(**more: Any) -> Reported:
    return Reported(**{**ROW, **more})


def result(value: float, draws: tuple[Any, ...] = (), **more: Any) -> Result:
    found = Figure("on_current", Sourced(value, "A"), "as read", draws=draws, **more)
    return Result(figures=(Figures("transfer", "a", (found,)),))


def both(*draws: tuple[Any, ...]) -> list[tuple[str, Result]]:
    return [("light", result(6e-6, draws[0])), ("dark", result(2e-6, draws[1]))]


def test_what_variants_share_leaves_the_ratio() -> None:
    shared = np.logspace(-9, -3, 19)
    pair = both(tuple(3.0 * shared), tuple(shared))
    value, note = answer(row(value=3, over={"variant": "dark"}), pair)
    assert (value.low, value.value, value.high) == pytest.approx((3, 3, 3), rel=1e-12)
    assert note == "over dark"
    value, _ = answer(row(value=1, unit="uA", less={"variant": "dark"}), pair)
    assert value.unit == "A"
    assert value.low == pytest.approx(2e-9, rel=1e-12)


def test_a_draw_that_failed_on_one_side_counts_on_neither() -> None:
    pair = both((6e-6, None, 1e-6, 4e-6), (2e-6, 1e-6, None, 1e-6))
    value, _ = answer(row(value=3, over={"variant": "dark"}), pair)
    assert (value.low, value.high) == (3.0, 4.0)
    assert "range of 2 draws" in value.note
    assert "unknown in 2 more" in value.note


def test_a_ratio_to_nothing_is_unknown() -> None:
    pair = [("light", result(1.0)), ("dark", result(0.0))]
    value, _ = answer(row(value=3, over={"variant": "dark"}), pair)
    assert not value.is_known
    assert "zero" in value.note


def test_without_draws_the_ends_are_put_together_as_if_nothing_were_shared() -> None:
    wide = replace(result(2.0).figures[0].figures[0], value=Sourced(2.0, "A", 1.0, 4.0))
    dark = Result(figures=(Figures("transfer", "a", (wide,)),))
    value, _ = answer(row(value=3, over={"variant": "d"}), [("l", result(4.0)), ("d", dark)])
    assert (value.low, value.value, value.high) == (1.0, 2.0, 4.0)


def test_a_ratio_of_different_things_has_their_unit() -> None:
    figures = Figures(
        "transfer",
        "a",
        (Figure("on_current", Sourced(2.0, "A"), ""), Figure("power", Sourced(4.0, "W"), "")),
    )
    value, _ = answer(
        row(value=0.5, unit="A/W", over={"name": "power"}), [("", Result(figures=(figures,)))]
    )
    assert value.in_unit("A/W").value == 0.5


@pytest.mark.parametrize(
    ("condition", "more", "told", "share"),
    [
        ("> 1 uA", {}, True, "it holds in 3 of 3 draws"),
        ("< 5", {"unit": "uA"}, False, "it holds in 1 of 3 draws"),
        (">= 3", {"over": {"variant": "dark"}}, True, "it holds in 2 of 3 draws"),
        ("< 0", {"less": {"variant": "dark"}, "unit": "A"}, False, "0 of 3"),
    ],
)
def test_questions(condition: str, more: dict[str, Any], told: bool, share: str) -> None:
    pair = both((6e-6, 4e-6, 8e-6), (2e-6, 2e-6, 2e-6))
    value, note = answer(row(**{"is": condition}, **more), pair)
    assert value.unit == "1"
    assert bool(value.value) is told
    assert share in note


def test_a_category_is_asked_for_by_its_word() -> None:
    words = ("and", "AND", "OR", None)
    results = [("", result(1.0, words, category="AND"))]
    value, note = answer(row(**{"is": "and"}), results)
    assert value.value == 1.0
    assert "2 of 3 draws" in note
    value, _ = answer(row(**{"is": "OR"}), results)
    assert value.value == 0.0
    value, note = answer(row(**{"is": "OR"}), [("", result(1.0))])
    assert not value.is_known
    assert "number" in value.note


def test_a_category_has_no_ratio_and_is_no_number() -> None:
    results = [("a", result(1.0, category="AND")), ("b", result(1.0))]
    value, _ = answer(row(value=2, over={"variant": "b"}), results)
    assert not value.is_known
    value, _ = answer(row(**{"is": "> 2"}), results)
    assert not value.is_known


def test_unknown_stays_unknown_with_its_reason() -> None:
    dark = Figure("on_current", Sourced.unknown("A", "no gate"), "")
    pair = [("l", result(1.0)), ("d", Result(figures=(Figures("transfer", "a", (dark,)),)))]
    for more in ({"value": 3}, {"is": "> 1"}):
        value, _ = answer(row(over={"variant": "d"}, **more), pair)
        assert not value.is_known
        assert value.note == "no gate"
    value, _ = answer(row(**{"is": "> 1"}), [("", Result(failure="refused"))])
    assert value.note == "refused"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"value": 1, "over": {"name": "x"}, "less": {"name": "y"}}, "less"),
        ({"value": 1, "over": {}}, "over"),
        ({"value": 1, "over": {"name": "pl_energy"}}, "over"),
        ({"value": 2.0, "is": "> 1"}, "value"),
        ({"is": "> one"}, "is"),
        ({"is": "? 1"}, "is"),
        ({"is": "> 1", "bound": ">"}, "bound"),
        ({"is": "> 1", "review": "M1.on_off_ratio"}, "value"),
        ({}, "value"),
    ],
)
def test_rows_that_ask_for_two_things_or_none_are_refused(more: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        study(more)
    assert field in caught.value.field


def study(*rows: dict[str, Any], **tables: Any) -> StudyFile:
    data: dict[str, Any] = {
        "study": {"id": "x", "title": "dots", "draws": 3},
        "dots": {"formula": "CsPbBr3", "size": "9 nm"},
        "reported": [{"name": "pl_energy", "role": "predicted", **r} for r in rows],
    }
    return from_data({**data, **tables})


def test_the_other_variant_record_and_name_are_checked() -> None:
    for other in ({"variant": "drak"}, {"protocol": "drak"}):
        with pytest.raises(InputError, match="drak"):
            study({"value": 1, "over": other}, variant=[{"label": "dark"}])
    with pytest.raises(InputError, match="pl_energy"):
        runs.run(study({"value": 1, "over": {"name": "pl_enery"}}))


def test_a_question_survives_being_resolved() -> None:
    file = study({"is": "> 2 eV", "unit": "eV"}, {"value": 1.1, "over": {"name": "optical_gap"}})
    again = from_data(resolve(file.study))
    assert again.study == file.study
    assert resolve(file.study)["reported"][0]["is"] == "> 2 eV"


def test_film_and_dots_are_drawn_where_rows_ask_draw_by_draw() -> None:
    size = {"value": "9 nm", "low": "6 nm", "high": "12 nm", "basis": "assumed", "note": "unknown"}
    dots = {"formula": "CsPbBr3", "size": size}
    rows = (
        {"value": 1.0, "over": {"variant": "I"}, "variant": "Br"},
        {"is": "> 2 eV", "unit": "eV", "variant": "Br"},
        {"value": 0, "unit": "nm", "less": {"variant": "I"}, "variant": "Br"},
        {"is": "< 0", "less": {"variant": "Br"}, "variant": "I", "unit": "eV"},
    )
    variants = [{"label": "Br"}, {"label": "I", "set": {"dots.formula": "CsPbI3"}}]
    done = runs.run(study(*rows, dots=dots, variant=variants))
    assert render(runs.page(done))  # no row is taken for a photon energy
    (_, first), (_, second) = done.results
    draws = [r.aside[0]["pl_energy"].draws for r in (first, second)]
    assert [len(d) for d in draws] == [3, 3]
    ratios = [a / b for a, b in zip(*draws, strict=True)]
    nominal = done.comparisons[0].computed
    assert nominal.low is not None
    assert nominal.low == pytest.approx(min(*ratios, float(nominal)), rel=1e-12)
    assert "3 of 3 draws" in done.comparisons[1].note
    shift = done.comparisons[2].computed
    assert float(shift) < -100  # bromide is bluer, in nm
    own = [first.dots, second.dots]
    alone = [q.pl_energy.high / q.pl_energy.low for q in own if q is not None]  # type: ignore[operator]
    assert nominal.high / nominal.low < max(alone)  # type: ignore[operator]


def test_draws_are_kept_in_order_with_holes_where_they_failed() -> None:
    nominal = (Figures("iv", "", (Figure("a", Sourced(1.0), ""),)),)

    def one(k: int) -> tuple[Figures, ...]:
        if k == 1:
            raise ZeroDivisionError("no state")
        return (Figures("iv", "", (Figure("a", Sourced(float(k)), ""),)),)

    def keep(name: str, compute: Any) -> Draw:
        return codec.loads(codec.dumps(compute()))  # type: ignore[no-any-return]

    (found,) = with_intervals(nominal, one, 4, keep)
    assert found["a"].draws == (0.0, None, 2.0, 3.0)
    assert "1 of 4 draws did not converge (no state)" in found.notes
    assert codec.loads(codec.dumps(found)) == found


def test_what_parts_of_a_stage_add_is_drawn_as_well() -> None:
    file = study({"name": "pl_energy", "is": "> 2 eV"})
    dots = runs.run(file).results[0][1].dots
    assert dots is not None
    dots.extras["spin_lifetime"] = Sourced(3e-12, "s", 1e-12, 9e-12)
    asking = file.study.model_copy(
        update={"reported": (row(name="spin_lifetime", **{"is": "> 1e-12 s"}),)}
    )
    given = Result(dots=dots)
    values = [aside(given, asking, k)[0]["spin_lifetime"].value for k in range(3)]
    assert len({float(q) for q in values}) == 3
    assert all(q.low is None for q in values)
    (nominal,) = aside(given, asking)
    assert nominal["spin_lifetime"].value == dots.extras["spin_lifetime"]
    assert aside(Result(), asking) == ()


def test_each_draw_of_a_study_draws_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int | None] = []
    real = chain.aside

    def watched(given: Result, asking: Any, k: int | None = None) -> tuple[Figures, ...]:
        seen.append(k)
        return real(given, asking, k)

    monkeypatch.setattr(chain, "aside", watched)
    runs.run(study({"is": "> 2 eV"}))
    assert seen == [None, 0, 1, 2]


def test_the_answer_is_that_of_most_draws_and_not_of_the_nominal_run() -> None:
    lucky = [("", result(6e-6, (1e-6, 2e-6, 9e-6)))]
    value, note = answer(row(**{"is": "> 3 uA"}), lucky)
    assert value.value == 0.0
    assert "it holds in 1 of 3 draws" in note
    word = [("", result(1.0, ("OR", "OR", "AND"), category="AND"))]
    assert answer(row(**{"is": "AND"}), word)[0].value == 0.0
    even = [("", result(6e-6, (1e-6, 9e-6)))]
    assert answer(row(**{"is": "> 3 uA"}), even)[0].value == 1.0
