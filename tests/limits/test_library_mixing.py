"""Mixtures against their end members and the closed form of bowing."""

import pytest

from halodot.core.errors import InputError
from halodot.library import Library
from halodot.library.mixing import mix

LIB = Library.builtin()


def value(name: str, quantity: str) -> float:
    return float(LIB.entry("perovskite", name).quantity(quantity))


def test_an_end_member_is_itself():
    pure = LIB.entry("perovskite", "CsPbBr3").quantity("band_gap")
    assert mix(LIB, {"CsPbBr3": 1.0}, "band_gap") == pure
    assert mix(LIB, {"CsPbBr3": 1.0, "nothing": 0.0}, "band_gap") == pure


@pytest.mark.parametrize("x", [0.1, 0.5, 0.8])
def test_vegard_is_linear(x):
    a, b = (value(n, "lattice_constant") for n in ("CsPbBr3", "CsPbCl3"))
    mixed = mix(LIB, {"CsPbBr3": x, "CsPbCl3": 1.0 - x}, "lattice_constant")
    # the same arithmetic in another order
    assert mixed.value == pytest.approx(x * a + (1.0 - x) * b, rel=1e-12)
    assert mixed.low < mixed.value < mixed.high


def test_the_gap_bows_down():
    b = float(LIB.entry("alloy", "CsPbBr3-CsPbI3").quantity("gap_bowing"))
    assert b > 0.0
    middle = 0.5 * (value("CsPbBr3", "band_gap") + value("CsPbI3", "band_gap"))
    mixed = mix(LIB, {"CsPbI3": 0.5, "CsPbBr3": 0.5}, "band_gap")
    assert middle - mixed.value == pytest.approx(b / 4.0, rel=1e-12)


def test_unknown_end_member_makes_the_mixture_unknown():
    mixed = mix(LIB, {"CsPbBr3": 0.5, "CsXxBr3": 0.5}, "band_gap")
    assert not mixed.is_known
    assert "CsXxBr3" in mixed.note


@pytest.mark.parametrize("fractions", [{"CsPbBr3": 0.9}, {"CsPbBr3": 1.5, "CsPbI3": -0.5}])
def test_shares_must_add_up(fractions):
    with pytest.raises(InputError):
        mix(LIB, fractions, "band_gap")
