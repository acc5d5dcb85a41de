"""Any composition of the known end members answers, between its ends and without a gap in it."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halodot.core.sourced import Sourced
from halodot.dot import characterise, describe
from halodot.dot.gap_convention import gap_at
from halodot.library import Library
from halodot.library.mixing import mix
from halodot.synthesis.state import DotPopulation

LIB = Library.builtin()
EXACT = Sourced(5e-9, "m", basis="given"), Sourced(0.1, "1", basis="given")
SHARE = st.floats(0.0, 1.0)
FAMILIES = [
    "CsPbBr3", "CsSnI3", "CsGeBr3", "MASnI3", "Cs(Pb0.5Sn0.5)I3", "CsPb(Br0.6Cl0.4)3",
    "Cs2SnI6", "Cs2TiBr6", "Cs2AgBiBr6", "Cs2AgInCl6", "Cs2Ag(In0.9Tb0.1)Cl6:Bi", "Cs3Bi2I9",
    "Cs3Sb2Br9", "FA3Bi2Br9", "Cs4PbBr6", "CsPb2Br5", "CsPb0.95Mn0.05Cl3", "CsPb0.5Zn0.5Br3",
]  # fmt: skip
KEYS = (
    "optical_gap_eV", "pl_peak_nm", "fwhm_meV", "exciton_binding_meV", "radiative_lifetime_ns",
    "plqy", "cie_x", "cie_y", "bohr_radius_nm", "confinement_regime", "band_gap_eV",
    "bulk_gap_meV", "bulk_optical_gap_meV", "gap_widens_on_heating", "indirect_gap",
    "localised_exciton", "lattice_constant_nm",
)  # fmt: skip


@pytest.mark.parametrize("formula", FAMILIES)
def test_every_key_has_a_value_with_its_interval_or_a_reason(formula):
    body = describe(characterise(DotPopulation(formula, "cube", *EXACT, "OA"), LIB, 300.0))
    for key in KEYS:
        entry = body[key]
        if entry["value"] is None:
            assert entry["basis"] == "unknown", key
            assert len(entry["reason"]) > 10, key
        elif isinstance(entry["value"], float):
            assert entry["low"] <= entry["value"] <= entry["high"], key
            assert all(math.isfinite(entry[end]) for end in ("low", "high")), key


@given(SHARE, st.sampled_from([("CsPbBr3", "CsPbCl3"), ("CsPbI3", "CsPbBr3"),
                               ("FAPbBr3", "CsPbBr3"), ("CsPbBr3", "MAPbBr3")]))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_the_gap_of_a_mixture_lies_between_its_ends_less_the_bowing(x, pair):
    members = {n: s for n, s in zip(pair, (1.0 - x, x), strict=True) if s}
    ends = [gap_at(LIB, {n: 1.0}).value for n in pair]
    mixed = gap_at(LIB, members)
    alloy = LIB.entry("alloy", "-".join(sorted(pair)))
    b = abs(float(alloy.quantity("gap_bowing"))) / 4.0
    assert min(ends) - b - 1e-9 <= mixed.value <= max(ends) + b + 1e-9  # rounding
    assert mixed.low <= mixed.value <= mixed.high


@given(SHARE, SHARE)
@settings(max_examples=40, deadline=None)
def test_more_chloride_never_narrows_the_gap_of_the_bromide(first, second):
    low, high = sorted((first, second))
    gaps = [gap_at(LIB, {"CsPbBr3": 1.0 - x, "CsPbCl3": x}).value for x in (low, high)]
    assert gaps[0] <= gaps[1] + 1e-12  # rounding


@given(SHARE)
@settings(max_examples=40, deadline=None)
def test_lattice_constants_follow_vegard(x):
    pair = ("CsPbBr3", "CsPbI3")
    ends = [float(LIB.entry("perovskite", n).quantity("lattice_constant")) for n in pair]
    mixed = mix(LIB, dict(zip(pair, (1.0 - x, x), strict=True)), "lattice_constant")
    # the same arithmetic in another order
    assert mixed.value == pytest.approx((1.0 - x) * ends[0] + x * ends[1], rel=1e-12)


@given(st.floats(0.001, 0.1), st.sampled_from(["Zn", "Cd", "Mn", "Mg", "Ni"]))
@settings(max_examples=40, deadline=None)
def test_guests_contract_the_lattice_and_widen_the_gap(x, guest):
    members = {"CsPbBr3": 1.0 - x, f"Cs{guest}Br3": x}
    for quantity, sign in (("band_gap", 1.0), ("lattice_constant", -1.0)):
        change = mix(LIB, members, quantity).value - mix(LIB, {"CsPbBr3": 1.0}, quantity).value
        assert sign * change > 0.0
