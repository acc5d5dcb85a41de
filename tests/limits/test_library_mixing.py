"""Mixtures against their end members and the closed form of bowing."""

import math

import pytest

from halodot.core.errors import InputError
from halodot.library import Library
from halodot.library.mixing import difference, mix, remarks
from halodot.library.tables import table

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
    assert mixed.value == pytest.approx(x * a + (1.0 - x) * b, rel=1e-12, abs=0.0)
    assert mixed.low < mixed.value < mixed.high


def test_the_gap_bows_down():
    b = float(LIB.entry("alloy", "CsPbBr3-CsPbI3").quantity("gap_bowing"))
    assert b > 0.0
    middle = 0.5 * (value("CsPbBr3", "band_gap") + value("CsPbI3", "band_gap"))
    mixed = mix(LIB, {"CsPbI3": 0.5, "CsPbBr3": 0.5}, "band_gap")
    assert middle - mixed.value == pytest.approx(b / 4.0, rel=1e-12, abs=0.0)


def test_unknown_end_member_makes_the_mixture_unknown():
    mixed = mix(LIB, {"CsPbBr3": 0.5, "CsXxBr3": 0.5}, "band_gap")
    assert not mixed.is_known
    assert "CsXxBr3" in mixed.note


@pytest.mark.parametrize("fractions", [{"CsPbBr3": 0.9}, {"CsPbBr3": 1.5, "CsPbI3": -0.5}])
def test_shares_must_add_up(fractions):
    with pytest.raises(InputError):
        mix(LIB, fractions, "band_gap")


@pytest.mark.parametrize("x", [0.02, 0.05, 0.1])
def test_few_guests_shift_the_host_in_proportion(x):
    host, mixed = {"CsPbBr3": 1.0}, {"CsPbBr3": 1.0 - x, "CsZnBr3": x}
    guest = LIB.entry("alloy", "Pb-Zn")
    shifts = {"band_gap": "gap_guest_shift", "lattice_constant": "lattice_guest_shift"}
    for quantity, shift in shifts.items():
        expected = value("CsPbBr3", quantity) + x * float(guest.quantity(shift))
        # the same arithmetic in another order
        assert mix(LIB, mixed, quantity).value == pytest.approx(expected, rel=1e-12, abs=0.0)
    # what has no shift stays that of the host
    assert mix(LIB, mixed, "reduced_mass") == mix(LIB, host, "reduced_mass")


def test_many_guests_are_unknown():
    mixed = mix(LIB, {"CsPbBr3": 0.8, "CsZnBr3": 0.2}, "band_gap")
    assert not mixed.is_known
    assert "Zn" in mixed.note


def test_guests_contract_by_twice_the_difference_of_the_radii():
    radius = {
        (r["material"], r["note"]): float(r["value"]) * 1e-10
        for r in table("ionic_radii")
        if r["quantity"] == "shannon_radius_CN_VI" and r["shape"] == "ion 2"
    }
    for guest in ("Zn", "Cd", "Mn", "Mg", "Ni", "Ca", "Sr"):
        spin = "High Spin" if guest == "Mn" else ""
        full = 2.0 * (radius[guest, spin] - radius["Pb", ""])
        shift = LIB.entry("alloy", f"Pb-{guest}").quantity("lattice_guest_shift")
        # a copy: only the conversion of the unit may round
        assert shift.value == pytest.approx(full, rel=1e-6, abs=0.0), guest


def test_differences_forget_what_both_share():
    a, b = {"CsPbBr3": 0.9, "CsPbCl3": 0.1}, {"CsPbBr3": 1.0}
    d = difference(LIB, a, b, "band_gap")
    gaps = mix(LIB, a, "band_gap"), mix(LIB, b, "band_gap")
    assert d.value == pytest.approx(gaps[0].value - gaps[1].value, rel=1e-9)
    assert d.high - d.low < gaps[0].high - gaps[0].low
    same = difference(LIB, a, a, "band_gap")
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)


def test_the_gap_of_a_mixture_may_lie_below_both_ends():
    ends = [value(n, "band_gap") for n in ("MAPbI3", "MASnI3")]
    shares = [0.05 * i for i in range(21)]
    gaps = [mix(LIB, {"MAPbI3": 1.0 - x, "MASnI3": x}, "band_gap").value for x in shares]
    b = float(LIB.entry("alloy", "MAPbI3-MASnI3").quantity("gap_bowing"))
    # E(x) = E1 + (E2 - E1) x - b x (1 - x) has its least at x = 1/2 + (E1 - E2) / 2b
    best = 0.5 + (ends[0] - ends[1]) / (2.0 * b)
    assert min(gaps) < min(ends)
    assert abs(shares[gaps.index(min(gaps))] - best) <= 0.05  # the step of the shares


def test_remarks_name_what_hardly_mixes():
    assert "hardly mix" in remarks(LIB, {"CsPbCl3": 0.5, "CsPbI3": 0.5})[0]
    assert not any("hardly" in n for n in remarks(LIB, {"CsPbBr3": 0.5, "CsPbI3": 0.5}))
    assert remarks(LIB, {"CsPbBr3": 1.0}) == ()


def test_ends_err_together_and_bowing_on_its_own():
    half = {"CsPbBr3": 0.5, "CsPbCl3": 0.5}
    ends = [LIB.entry("perovskite", n).quantity("band_gap") for n in half]
    together = sum(0.5 * (q.high - q.value) for q in ends)
    b = LIB.entry("alloy", "CsPbBr3-CsPbCl3").quantity("gap_bowing")
    alone = 0.25 * (b.value - b.low)  # less bowing, a wider gap
    mixed = mix(LIB, half, "band_gap")
    # the same arithmetic in another order
    assert mixed.high - mixed.value == pytest.approx(math.hypot(together, alone), rel=1e-9)
