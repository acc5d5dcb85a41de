"""Gap against temperature and composition in limits that have a closed form."""

from pathlib import Path

import numpy as np
import pytest

from halodot.core.constants import BOLTZMANN
from halodot.dot.gap_convention import gap_at, member_gap
from halodot.dot.gap_temperature import expansion_slope, gap_shift, oscillator_temperature
from halodot.library import Library
from halodot.library.mixing import mix

LIB = Library.builtin()
PHONON = 0.019


def quantity(name: str, what: str) -> float:
    return float(LIB.entry("perovskite", name).quantity(what))


def test_the_shift_vanishes_where_it_starts():
    assert float(gap_shift(3e-4, PHONON, 120.0, 120.0)) == 0.0


def test_hot_lattices_follow_the_slope():
    step = float(gap_shift(3e-4, PHONON, 3000.0, 3010.0)) / 10.0
    # next term of coth: 1 - (E/2kT)^2 / 3 = 1 - 4.5e-4
    assert step == pytest.approx(3e-4, rel=1e-3)


def test_cold_lattices_freeze():
    # 1 K is 220 times colder than the phonon: e^-220 of the slope is left
    assert abs(float(gap_shift(3e-4, PHONON, 1.0, 5.0))) < 1e-12


def test_the_oscillator_is_bounded_by_both_limits():
    temperatures = np.linspace(1.0, 900.0, 60)
    found = oscillator_temperature(PHONON, temperatures)
    assert np.all(found >= temperatures)
    assert np.all(found >= 0.5 * PHONON / BOLTZMANN * (1.0 - 1e-12))  # rounding
    assert np.all(np.diff(found) >= 0.0)


def test_expansion_under_negative_pressure_widens_a_gap_that_pressure_narrows():
    assert expansion_slope(13e9, -30e-12, 1e-4) > 0.0
    # by hand: 1e-4 / K * 13 GPa * 30 meV / GPa = 0.039 meV/K
    assert expansion_slope(13e9, -30e-12, 1e-4) == pytest.approx(3.9e-5, rel=1e-12, abs=0.0)


def test_a_gap_at_its_own_temperature_and_kind_is_that_of_the_library():
    own = LIB.entry("perovskite", "MAPbI3").quantity("band_gap")
    assert member_gap(LIB, "MAPbI3", 300.0, "optical") == own


@pytest.mark.parametrize("name", ["MAPbI3", "MAPbBr3", "CsPbBr3", "CsPbCl3", "CsPbI3"])
def test_the_two_kinds_differ_by_the_binding_energy(name):
    wide, narrow = (member_gap(LIB, name, 200.0, k) for k in ("quasiparticle", "optical"))
    binding = quantity(name, "exciton_binding_energy")
    # the same arithmetic in another order
    assert wide.value - narrow.value == pytest.approx(binding, rel=1e-9)


def test_the_gap_of_the_bromide_moves_by_the_shift():
    start = quantity("CsPbBr3", "band_gap_temperature")
    slope, phonon = (quantity("CsPbBr3", n) for n in ("gap_temperature_slope", "phonon_energy"))
    moved = member_gap(LIB, "CsPbBr3", 300.0).value - quantity("CsPbBr3", "band_gap")
    # the same arithmetic in another order
    assert moved == pytest.approx(float(gap_shift(slope, phonon, start, 300.0)), rel=1e-9)


def test_mixtures_end_at_their_members():
    for name in ("CsPbBr3", "CsPbCl3", "CsSnI3", "FAPbBr3"):
        assert gap_at(LIB, {name: 1.0}) == member_gap(LIB, name)
    nearly = gap_at(LIB, {"CsPbBr3": 1.0 - 1e-9, "CsPbCl3": 1e-9})
    # 1e-9 of a gap difference below 1 eV
    assert nearly.value == pytest.approx(member_gap(LIB, "CsPbBr3").value, rel=1e-8)


def slope_at(x: float) -> float:
    return mix(LIB, {"CsPbBr3": 1.0 - x, "CsPbCl3": x}, "gap_temperature_slope").value


def test_the_slope_changes_sign_between_30_and_50_percent_chloride():
    assert slope_at(0.0) > 0.0 > slope_at(1.0)
    assert slope_at(0.3) > 0.0 > slope_at(0.5)
    shares = np.linspace(0.0, 1.0, 101)
    signs = np.sign([slope_at(x) for x in shares])
    # once: more crossings would mean a second change of sign that nobody reported
    assert np.count_nonzero(np.diff(signs)) == 1


@pytest.mark.parametrize("x", [0.0, 0.2, 0.3, 0.5, 0.6, 1.0])
def test_the_gap_itself_follows_that_slope(x):
    members = {n: s for n, s in (("CsPbBr3", 1.0 - x), ("CsPbCl3", x)) if s}
    warm, hot = (gap_at(LIB, members, t).value for t in (295.0, 305.0))
    # phonons of 19 to 25 meV have not reached the classical limit at 300 K: within 10 %, and the
    # two ends freeze differently, 0.01 meV/K
    assert (hot - warm) / 10.0 == pytest.approx(slope_at(x), rel=0.1, abs=1e-5)


@pytest.mark.parametrize("name", ["CsPbBr3", "CsPbCl3"])
def test_the_two_parts_add_up_to_the_slope(name):
    parts = [quantity(name, n) for n in ("gap_slope_expansion", "gap_slope_phonon")]
    # written in the file with two digits
    assert sum(parts) == pytest.approx(quantity(name, "gap_temperature_slope"), abs=5e-9)


def own_gap(tmp_path: Path, *more: str) -> Library:
    rows = ("kind,name,quantity,value,unit", "perovskite,MAPbI3,band_gap,1.6,eV", *more)
    file = tmp_path / "own.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return Library.builtin().with_files([file])


def test_a_gap_of_the_users_own_is_taken_as_it_is_given(tmp_path):
    for temperature in (20.0, 300.0):
        own = member_gap(own_gap(tmp_path), "MAPbI3", temperature)
        assert own.value == 1.6
    warm = own_gap(tmp_path, "perovskite,MAPbI3,band_gap_temperature,300,K")
    assert member_gap(warm, "MAPbI3", 20.0).value < 1.6
    optical = own_gap(tmp_path, "perovskite,MAPbI3,band_gap_kind,optical,text")
    binding = quantity("MAPbI3", "exciton_binding_energy")
    # the same arithmetic in another order
    assert member_gap(optical, "MAPbI3").value == pytest.approx(1.6 + binding, rel=1e-12)
