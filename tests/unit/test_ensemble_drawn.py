"""What a figure says of its draws."""

from __future__ import annotations

from halodot.core.sourced import Sourced
from halodot.ensemble import with_intervals
from halodot.figures.state import Figure, Figures


def logic(name="AND"):
    word = Figure("logic_function", Sourced(1.0, "1"), "", name)
    return Figures("logic", "gate", (word, Figure("ratio", Sourced(3.0, "1"), "")))


def found(one):
    return with_intervals((logic(),), one, 3, lambda _, make: make())[0]


def test_a_record_that_no_draw_holds_is_not_drawn():
    figures = found(lambda _: (Figures("logic", "gate", ()),))
    for name in ("logic_function", "ratio"):
        assert figures[name].value.note == "not drawn"
    assert figures["logic_function"].category == "AND"


def test_a_category_is_counted_in_the_draws_that_hold_it():
    figures = found(lambda k: (logic("AND" if k else "none"),))
    assert figures["logic_function"].value.note == "the same in 2 of 3 draws"
