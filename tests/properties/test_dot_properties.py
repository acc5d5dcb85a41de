"""Any formula, shape and size gives numbers or reasons, never a crash."""

import contextlib
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.dot import characterise, describe
from halodot.library import Library
from halodot.synthesis.state import DotPopulation

FORMULAS = [
    "CsPbBr3",
    "CsPbI3",
    "CsPb(Br0.7Cl0.3)3",
    "CsPb0.8Sn0.2I3",
    "Cs0.5FA0.5PbBr3",
    "FAPbBr3",
    "RbPbBr3",
    "Cs2AgBiBr6",
    "Cs3Bi2Br9",
    "Cs4PbBr6",
    "CsPbCl3:Mn(2%)",
    "CsGeI3",
    "MAPbI3",
]


@settings(max_examples=60, deadline=None)
@given(
    formula=st.sampled_from(FORMULAS),
    shape=st.sampled_from(["cube", "sphere", "platelet"]),
    size=st.floats(3e-10, 1e-6),
    spread=st.floats(0.0, 1.0),
    temperature=st.floats(1.0, 900.0),
)
def test_numbers_or_reasons(
    formula: str, shape: str, size: float, spread: float, temperature: float
) -> None:
    population = DotPopulation(
        formula, shape, Sourced(size, "m"), Sourced(spread, "1"), "OA", phase="unknown"
    )
    dots = characterise(population, Library.builtin(), temperature)
    for name, q in vars(dots).items():
        if not isinstance(q, Sourced):
            continue
        if q.value is None:
            assert q.note, name
            continue
        assert math.isfinite(q.value), name
        for end in (q.low, q.high):
            assert end is None or math.isfinite(end), name
    assert dots.status.is_good
    describe(dots)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=20))
def test_any_text_as_formula_is_read_or_refused(text: str) -> None:
    population = DotPopulation(text, "cube", Sourced(9e-9, "m"), Sourced(0.1, "1"), "OA")
    with contextlib.suppress(InputError):
        characterise(population, Library.builtin(), 300.0)
