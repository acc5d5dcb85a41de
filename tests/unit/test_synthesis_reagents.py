"""Reagents and amounts: molar masses, every unit, what a formula unit brings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halodot.core.errors import InputError, OutOfRangeError
from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.library import Library
from halodot.synthesis.amounts import product, read_amount, total
from halodot.synthesis.flask import Flask
from halodot.synthesis.hazards import STATEMENTS
from halodot.synthesis.reagents import flask_of
from halodot.synthesis.recipe_spec import RecipeSpec

LIBRARY = Library.builtin()
ROUNDING = 1e-6  # seven digits stand in the data file


def flask(method: str = "hot_injection", formula: str = "CsPbBr3", **more: object) -> Flask:
    recipe = {"method": method, "formula": formula, **more}
    return flask_of(build(RecipeSpec, recipe, root="recipe"), LIBRARY)


def salts(*reagents: dict[str, object], **more: object) -> Flask:
    return flask(reagent=list(reagents), **more)


LEAD = {"name": "PbBr2", "amount": "0.188 mmol"}
CAESIUM = {"name": "caesium oleate", "amount": "0.4 mL", "concentration": "0.125 M"}


@pytest.mark.parametrize("name", LIBRARY.names("reagent"))
def test_molar_masses_are_those_of_the_sum_formulas(name: str) -> None:
    from ase.data import atomic_masses, atomic_numbers
    from ase.formula import Formula

    entry = LIBRARY.entry("reagent", name)
    atoms = Formula(entry.text("sum_formula")).count()
    expected = sum(atomic_masses[atomic_numbers[e]] * n for e, n in atoms.items())
    assert float(entry.quantity("molar_mass")) * 1e3 == pytest.approx(expected, rel=2e-4)


@pytest.mark.parametrize("name", LIBRARY.names("reagent"))
def test_ions_are_in_the_sum_formula_as_often(name: str) -> None:
    from ase.formula import Formula

    entry = LIBRARY.entry("reagent", name)
    atoms = Formula(entry.text("sum_formula")).count()
    for word in entry.text("brings").split():
        species, count = word.split(":")
        if species not in ("acid", "amine", "MA", "FA"):
            assert atoms[species] == float(count)
        if species == "amine":
            assert atoms["N"] == 1


def test_every_statement_has_words() -> None:
    for kind in ("reagent", "solvent"):
        for name in LIBRARY.names(kind):
            for code in LIBRARY.entry(kind, name).text("ghs_statements").split():
                assert code in STATEMENTS, (name, code)


def test_mass_of_lead_bromide_by_hand() -> None:
    # 207.2 + 2 * 79.904 = 367.008 g/mol
    found = salts({"name": "PbBr2", "amount": "69 mg"}, CAESIUM)
    assert float(found.lead) == pytest.approx(69e-3 / 367.008, rel=ROUNDING, abs=0.0)
    assert float(found.halides["Br"]) == pytest.approx(2 * 69e-3 / 367.008, rel=ROUNDING, abs=0.0)


def test_carbonate_brings_two_caesium() -> None:
    found = salts(LEAD, {"name": "Cs2CO3", "amount": "0.1 mmol"})
    assert float(found.caesium) == pytest.approx(2e-4, rel=1e-12, abs=0.0)


def test_solution_by_molarity_and_by_mass() -> None:
    by_moles = salts(LEAD, CAESIUM)
    assert float(by_moles.caesium) == pytest.approx(5e-5, rel=1e-12, abs=0.0)
    mass = 0.125 * 414.365  # g/L of caesium oleate C18H33O2Cs, 281.460 + 132.905 g/mol
    by_mass = salts(LEAD, {**CAESIUM, "concentration": f"{mass} g/L"})
    assert float(by_mass.caesium) == pytest.approx(5e-5, rel=1e-5, abs=0.0)


def test_volume_of_a_liquid_by_density_and_purity() -> None:
    found = salts(LEAD, CAESIUM, {"name": "OAm", "amount": "0.5 mL", "purity": "70 %"})
    # 0.5 mL at 0.813 g/mL, 267.50 g/mol, and nothing else brings amine
    assert float(found.amine) == pytest.approx(0.7 * 0.5 * 0.813 / 267.501, rel=1e-5, abs=0.0)


def test_equivalents_count_the_lead() -> None:
    found = salts(LEAD, CAESIUM, {"name": "IDA", "amount": "0.5 eq"})
    assert float(found.additives["IDA"]) == pytest.approx(0.094e-3, rel=1e-12, abs=0.0)


def test_mixed_halide_salts_split_as_the_formula() -> None:
    salt = {"name": "PbX2", "amount": "1 mmol"}
    found = salts(salt, CAESIUM, formula="CsPb(Br0.7Cl0.3)3")
    assert float(found.halides["Br"]) == pytest.approx(1.4e-3, rel=1e-9, abs=0.0)
    assert float(found.halides["Cl"]) == pytest.approx(0.6e-3, rel=1e-9, abs=0.0)


def test_chain_is_the_mean_of_the_amines() -> None:
    ligands = [{"name": "octylamine", "amount": "1 mmol"}, {"name": "OAm", "amount": "3 mmol"}]
    found = salts(LEAD, CAESIUM, *ligands)
    assert found.chain == pytest.approx((8 + 3 * 18) / 4, rel=1e-9)


def test_solvent_is_the_larger_and_antisolvent_counts_in_moles() -> None:
    found = salts(
        {"name": "PbBr2", "amount": "0.4 mmol"},
        {"name": "CsBr", "amount": "0.4 mmol"},
        {"name": "DMF", "amount": "9 mL"},
        {"name": "DMSO", "amount": "1 mL"},
        {"name": "toluene", "amount": "10 mL", "role": "antisolvent"},
        method="larp",
    )
    assert found.solvent == "DMF"
    assert found.antisolvent == "toluene"
    moles = 10e-6 * 862.3 / 92.14e-3  # library: 862.3 kg/m3, 92.14 g/mol
    assert float(found.antisolvent_amount) == pytest.approx(moles, rel=1e-4, abs=0.0)
    assert float(found.volume) == pytest.approx(20e-6, rel=1e-9, abs=0.0)


@pytest.mark.parametrize(
    ("method", "host", "other", "is_antisolvent"),
    [
        ("antisolvent", "toluene", "ethanol", True),
        ("larp", "DMF", "toluene", True),
        ("larp", "DMF", "DMSO", False),
        ("hot_injection", "1-octadecene", "ethanol", False),
    ],
)
def test_a_liquid_without_a_role_is_what_it_does(
    method: str, host: str, other: str, is_antisolvent: bool
) -> None:
    salts = [
        {"name": "PbBr2", "amount": "1.5 mL", "concentration": "0.01 M", "solvent": host},
        {"name": "CsBr", "amount": "0.015 mmol"},
    ]
    recipe = {"method": method, "formula": "CsPbBr3"}
    plain, said = (
        flask_of(build(RecipeSpec, {**recipe, "reagent": [*salts, last]}), LIBRARY)
        for last in (
            {"name": other, "amount": "2 mL"},
            {"name": other, "amount": "2 mL", "role": "antisolvent"},
        )
    )
    assert (plain.antisolvent == said.antisolvent) == is_antisolvent
    assert (float(plain.antisolvent_amount) > 0.0) == is_antisolvent
    assert any(a.startswith("role of ") for a in plain.assumed) == is_antisolvent


def test_a_formula_without_shares_says_so() -> None:
    with pytest.raises(InputError, match="share of each halide"):
        build(RecipeSpec, {"method": "larp", "formula": "CsPb(Br,Cl)3"})


def test_unknown_reagent_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"recipe.reagent\[0\].name(.|\n)*PbBr2"):
        salts({"name": "PbBr", "amount": "1 mmol"})


def test_missing_source_is_named() -> None:
    with pytest.raises(InputError, match="no source of Cs"):
        salts(LEAD)
    with pytest.raises(InputError, match="no source of Cl"):
        salts(LEAD, CAESIUM, formula="CsPb(Br0.5Cl0.5)3")
    with pytest.raises(InputError, match="no source of Sn"):
        salts(LEAD, CAESIUM, formula="CsSnBr3")


def test_a_solid_has_no_volume() -> None:
    with pytest.raises(InputError, match=r"reagent\[0\].amount(.|\n)*density"):
        salts({"name": "PbBr2", "amount": "1 mL"}, CAESIUM)


@pytest.mark.parametrize("text", ["69", "69 apples", "mg", "-1 mg", "1e9 mol", "3 K", ""])
def test_amounts_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="amount"):
        read_amount(text)


def test_too_much_says_how_much_is_allowed() -> None:
    with pytest.raises(OutOfRangeError, match="check the unit"):
        read_amount("69 t")


@settings(max_examples=40, deadline=None)
@given(st.floats(1e-6, 10.0))
def test_any_unit_gives_the_same_flask(mmol: float) -> None:
    """Moles, mass, solution by molarity or mass: one amount however it is written."""
    gram = 367.008  # g/mol of PbBr2
    ways = (
        {"amount": f"{mmol!r} mmol"},
        {"amount": f"{mmol * 1e3!r} umol"},
        {"amount": f"{mmol * gram!r} mg"},
        {"amount": f"{mmol * gram * 1e-3!r} g"},
        {"amount": f"{mmol!r} mL", "concentration": "1 M"},
        {"amount": f"{mmol * 100.0!r} uL", "concentration": "10 mmol/mL"},
        {"amount": f"{mmol!r} mL", "concentration": "367.008 mg/mL"},
    )
    first, *others = (salts({"name": "PbBr2", **way}, CAESIUM) for way in ways)
    assert float(first.lead) == pytest.approx(mmol * 1e-3, rel=1e-9, abs=0.0)
    for other in others:
        assert float(other.lead) == pytest.approx(float(first.lead), rel=ROUNDING, abs=0.0)
        assert other.halide_ratio == pytest.approx(first.halide_ratio, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.floats(0.0, 0.9), st.floats(0.0, 0.9))
def test_sums_and_products_keep_the_value_inside(a: float, b: float, e: float, f: float) -> None:
    one = Sourced(a, "1", a * (1 - e), a * (1 + e))
    two = Sourced(b, "1", b * (1 - f), b * (1 + f))
    for joined, value in ((product("1", one, two), a * b), (total("1", [one, two]), a + b)):
        assert float(joined) == pytest.approx(value, rel=1e-12)
        assert (joined.low or 0.0) <= value * (1 + 1e-12)
        assert (joined.high or value) >= value * (1 - 1e-12)


def test_each_side_of_an_interval_stays_on_its_side() -> None:
    lopsided = Sourced(1.0, "1", 0.5, 1.1)
    twice = product("1", lopsided, Sourced(2.0, "1", basis="given"))
    assert (twice.low, twice.high) == pytest.approx((1.0, 2.2), rel=1e-12)
    summed = total("1", [lopsided, Sourced(2.0, "1", basis="given")])
    assert (summed.low, summed.high) == pytest.approx((2.5, 3.1), rel=1e-12)


def test_scaling_a_batch_changes_no_ratio() -> None:
    small = salts(LEAD, CAESIUM, {"name": "OAm", "amount": "0.5 mL"})
    large = salts(
        {"name": "PbBr2", "amount": "1.88 mmol"},
        {**CAESIUM, "amount": "4 mL"},
        {"name": "OAm", "amount": "5 mL"},
    )
    for name in ("caesium", "lead", "acid", "amine", "volume"):
        small_one, large_one = (float(getattr(f, name)) for f in (small, large))
        assert large_one == pytest.approx(10.0 * small_one, rel=1e-9, abs=0.0)


def test_a_stock_solution_is_not_the_whole_liquid() -> None:
    """The octadecene of a caesium stock says nothing of the flask that it is injected into."""
    stock = {**CAESIUM, "solvent": "ODE"}
    alone = salts(LEAD, stock)
    assert "volume" in alone.assumed
    assert float(alone.volume) == pytest.approx(35e-6 * 0.188, rel=1e-9, abs=0.0)
    full = salts(LEAD, stock, {"name": "ODE", "amount": "5 mL"})
    assert "volume" not in full.assumed
    assert float(full.volume) == pytest.approx(5.4e-6, rel=1e-9, abs=0.0)
