"""What the dopants of a formula change of a dot, and what they leave."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.dot import DotModel, characterise, describe
from halodot.dot.doping import content, model, sweeps
from halodot.dot.state import DotProperties
from halodot.library import Library
from halodot.synthesis.state import DotPopulation

SIZE, SPREAD = Sourced(9e-9, "m", basis="given"), Sourced(0.1, "1", basis="given")
GIVEN = Sourced(0.02, "1", basis="given")


@lru_cache(maxsize=16)
def dot(formula: str, excitation: str = "1 1/s") -> DotProperties:
    population = DotPopulation(formula, "cube", SIZE, SPREAD, "OA")
    return characterise(population, Library.builtin(), 300.0, DotModel(excitation_rate=excitation))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("CsPbCl3:Mn(2%)", {"Mn": 0.02}),
        ("CsPb0.95Mn0.05Cl3", {"Mn": 0.05}),
        ("CsPb0.95Mn0.05Cl3:Mn(1%)", {"Mn": 0.06}),
        ("Cs2Ag(In0.9Tb0.1)Cl6:Bi(1%)", {"Bi": 0.01, "Tb": 0.1}),
        ("CsPb0.5Mn0.5Cl3", {}),  # an alloy
        ("CsPb0.9Sn0.1Br3", {}),  # no rates: an alloy
        ("CsPbBr3:Ni", {"Ni": 0.02}),
    ],
)
def test_dopants_are_read_from_the_formula(formula: str, expected: dict[str, float]) -> None:
    found = content.ions(formula, Library.builtin(), GIVEN)
    assert {i.symbol: float(i.content) for i in found} == pytest.approx(expected)


def test_the_numbers_of_ions_are_binomial() -> None:
    at = content.classes(4000, 1)[:, 0]
    number = content.ion_numbers(at, 500.0, 0.03)
    assert number.mean() == pytest.approx(15.0, rel=2e-3)  # 4000 classes
    assert number.var() == pytest.approx(15.0 * 0.97, rel=2e-2)  # the tails are cut at 1/8000
    assert np.all(content.ion_numbers(at, 500.0, 0.0) == 0.0)


def test_an_undoped_dot_stays_as_it_was() -> None:
    plain = dot("CsPbCl3")
    none = dot("CsPbCl3:Mn(0%)")
    assert not [k for k in plain.extras if k.startswith(("dopant", "band_"))]
    assert none.plqy.value == pytest.approx(float(plain.plqy), rel=5e-3)  # classes of traps
    assert none.pl_energy == plain.pl_energy
    assert none.cie_x.value == pytest.approx(float(plain.cie_x), abs=2e-3)


def test_a_doped_dot_shows_its_bands() -> None:
    found = dot("CsPbCl3:Mn(2%)")
    assert 2.0 < float(found.pl_energy) < 2.2
    assert "strongest band (Mn" in " ".join(found.notes)
    total = float(found.extras["plqy_host"]) + float(found.extras["plqy_mn"])
    assert float(found.plqy) == pytest.approx(total, rel=1e-9)
    assert found.curves["band_mn"].max() > found.curves["band_host"].max()
    assert found.emission_spectrum.max() == 1.0
    assert found.curves["decay_mn"].shape == found.curves["doping_time"].shape
    for name in ("plqy", "cie_x", "cie_y"):
        q = getattr(found, name)
        assert q.low < float(q) < q.high
    body = describe(found)
    assert 1e5 < body["dopant_lifetime_mn_ns"]["value"] < 1e7
    assert body["dopants_per_dot_mn"]["value"] == pytest.approx(0.02 * (9 / 0.56) ** 3, rel=0.1)


def test_an_ion_without_rates_is_named_and_leaves_the_yield_unknown() -> None:
    found, plain = dot("CsPbBr3:Ag(1%)"), dot("CsPbBr3")
    assert not found.extras["plqy_ag"].is_known
    assert "no rates of Ag in CsPbBr3" in found.extras["plqy_ag"].note
    assert any("no rates of Ag" in n for n in found.notes)
    assert not found.plqy.is_known
    assert "Ag" in found.plqy.note
    assert found.optical_gap == plain.optical_gap
    assert found.colour == plain.colour


def test_a_passivating_ion_changes_the_yield_alone() -> None:
    found, plain = dot("CsPbCl3:Ni(3%)"), dot("CsPbCl3")
    assert float(found.plqy) > 5.0 * float(plain.plqy)
    assert np.array_equal(found.emission_spectrum, plain.emission_spectrum)
    assert found.cie_x == plain.cie_x
    assert float(found.extras["passivated_share"]) > 0.95


def test_a_host_without_levels_still_has_its_rate_equations() -> None:
    found = dot("Cs2AgInCl6:Bi(1%)")
    assert float(found.plqy) > 0.5
    assert found.pl_energy.basis == "assumed"
    assert any("self-trapped" in n for n in found.notes)


def test_a_double_perovskite_has_four_sites_in_its_conventional_cell() -> None:
    found = dot("Cs2AgInCl6:Bi(1%)").extras["dopants_per_dot_bi"]
    assert float(found) == pytest.approx(0.01 * 4.0 * (9 / 1.047) ** 3, rel=0.02)


def test_a_host_that_nothing_is_known_of_gives_unknowns() -> None:
    found = dot("Cs3Sb2Br9:Mn(2%)")
    assert not found.extras["plqy_mn"].is_known


def test_a_content_that_the_formula_leaves_out_is_an_assumption() -> None:
    found = dot("CsPbCl3:Mn")
    assert found.extras["dopant_content_mn"].basis == "assumed"
    assert any("content of Mn" in n and "assumed" in n for n in found.notes)


def test_two_dopants_stand_side_by_side() -> None:
    found = dot("CsPbCl3:Mn(1%),Yb(3%)")
    assert {"plqy_mn", "plqy_yb", "plqy_host"} <= set(found.extras)
    assert found.extras["quantum_cutting"].value == 1.0


def test_invisible_light_has_no_colour() -> None:
    found = dot("CsPbBr3:Yb(5%)")  # seen: the host band
    assert found.colour.startswith("#")


def test_one_ion_alone_cannot_share_an_exciton() -> None:
    population = DotPopulation("CsPbCl3:Yb(0.03%)", "cube", SIZE, SPREAD, "OA")
    doped = sweeps.doped_dots(population, Library.builtin(), 300.0, draws=2)
    s = model.system(doped, 32).system
    assert set(s.ions[:, 0]) >= {0.0, 1.0, 2.0}
    assert np.all((s.transfer > 0.0) == (s.ions >= 2.0))


def test_sweeps_refuse_what_they_cannot_do() -> None:
    population = DotPopulation("CsPbBr3:Ag(1%)", "cube", SIZE, SPREAD, "OA")
    with pytest.raises(InputError, match="a host with a dopant"):
        sweeps.doped_dots(population, Library.builtin(), 300.0)
    doped = sweeps.doped_dots(
        DotPopulation("CsPbCl3:Mn(2%)", "cube", SIZE, SPREAD, "OA"), Library.builtin(), 300.0
    )
    with pytest.raises(InputError, match="Mn"):
        sweeps.against_content(doped, "Yb", [0.01])


@pytest.mark.parametrize("shape", ["sphere", "platelet"])
def test_other_shapes_hold_ions_by_their_volume(shape: str) -> None:
    size = Sourced(6e-9, "m", basis="given") if shape == "sphere" else Sourced(3e-9, "m")
    population = DotPopulation("CsPbCl3:Mn(2%)", shape, size, SPREAD, "OA")
    found = characterise(population, Library.builtin(), 300.0)
    assert float(found.extras["dopants_per_dot_mn"]) > 5.0
