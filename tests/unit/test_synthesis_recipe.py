"""Recipes of every method: what they hold, what is assumed, what is refused, the verb."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from halodot.cli.main import main
from halodot.core.errors import InputError, OutOfRangeError
from halodot.core.spec import build
from halodot.library import Library
from halodot.study import resolve
from halodot.synthesis.accounts import ratios
from halodot.synthesis.balance import balance
from halodot.synthesis.flask import Flask
from halodot.synthesis.hazards import hazards
from halodot.synthesis.methods import METHODS
from halodot.synthesis.process_spec import PROCESSES
from halodot.synthesis.reagents import flask_of
from halodot.synthesis.recipe_spec import RecipeSpec
from halodot.synthesis.usual import USUAL

LIBRARY = Library.builtin()
SALTS = [{"name": "CsBr", "amount": "0.4 mmol"}, {"name": "PbBr2", "amount": "0.4 mmol"}]


def recipe(method: str = "hot_injection", **more: object) -> RecipeSpec:
    return build(RecipeSpec, {"method": method, "formula": "CsPbBr3", **more}, root="recipe")


def flask(method: str = "hot_injection", **more: object) -> Flask:
    return flask_of(recipe(method, **more), LIBRARY)


@pytest.mark.parametrize("method", METHODS)
def test_the_barest_recipe_is_filled_and_says_so(method: str) -> None:
    found = flask(method)
    assert {"lead", "caesium", "halides", "temperature", "time", "volume"} <= set(found.assumed)
    for name in ("lead", "caesium", "volume", "temperature"):
        q = getattr(found, name)
        assert q.basis == "assumed"
        assert q.low < float(q) < q.high
        assert "usual for" in q.note
    assert found.halide_ratio == pytest.approx(USUAL[method].halide[0], rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_a_resolved_recipe_builds_the_same_flask(method: str) -> None:
    first = recipe(method, reagent=SALTS)
    again = build(RecipeSpec, resolve(first))
    assert flask_of(again, LIBRARY).assumed == flask_of(first, LIBRARY).assumed
    assert resolve(again) == resolve(first)


@pytest.mark.parametrize("method", METHODS)
def test_an_unknown_setting_names_the_nearest(method: str) -> None:
    known = next(iter(PROCESSES[method].model_fields))
    with pytest.raises(InputError, match=rf"recipe.process.{known}x(.|\n)*'{known}'"):
        recipe(method, process={f"{known}x": "1 s"})


@pytest.mark.parametrize("method", METHODS)
def test_temperatures_out_of_reach_are_refused(method: str) -> None:
    high = USUAL[method].bounds[1]
    with pytest.raises(OutOfRangeError, match=r"recipe\.temperature"):
        recipe(method, temperature=f"{high + 1.0} degC")


def test_other_words_for_a_method() -> None:
    assert recipe("Ball milling").method == "mechanochemical"
    with pytest.raises(InputError, match=r"recipe.method(.|\n)*microwave"):
        recipe("microwaves")


def test_what_is_stated_is_not_assumed() -> None:
    ligands = [{"name": "OA", "amount": "1 mL"}, {"name": "OAm", "amount": "0.5 mL"}]
    solvent = [{"name": "DMF", "amount": "10 mL"}]
    found = flask("larp", reagent=[*SALTS, *ligands, *solvent], temperature="25 degC", time="10 s")
    assert found.assumed == ()
    assert found.antisolvent == ""


def test_no_ligand_of_the_usual_kind_where_another_is_named() -> None:
    found = flask("ligand_assisted", reagent=[*SALTS, {"name": "DDAB", "amount": "0.1 mmol"}])
    assert float(found.acid) == float(found.amine) == 0.0
    assert set(found.additives) == {"DDAB"}
    assert float(found.halides["Br"]) == pytest.approx(1.3e-3, rel=1e-9, abs=0.0)


def test_metals_without_a_site_stand_apart() -> None:
    found = flask(reagent=[*SALTS, {"name": "NiCl2", "amount": "0.1 mmol"}])
    assert float(found.metals["Ni"]) == pytest.approx(1e-4, rel=1e-12, abs=0.0)
    assert float(found.halides["Cl"]) == pytest.approx(2e-4, rel=1e-12, abs=0.0)


def test_a_dopant_needs_its_source() -> None:
    chloride = [{"name": "PbCl2", "amount": "1 mmol"}, {"name": "Cs2CO3", "amount": "1 mmol"}]
    with pytest.raises(InputError, match="no source of Mn"):
        flask(formula="CsPbCl3:Mn", reagent=chloride)


def test_halide_ratio_alone_and_against_the_reagents() -> None:
    assert flask(halide_ratio=10.0).halide_ratio == pytest.approx(10.0, rel=1e-9)
    assert flask(halide_ratio=3.0, reagent=SALTS).halide_ratio == pytest.approx(3.0, rel=1e-9)
    with pytest.raises(InputError, match=r"recipe.halide_ratio(.|\n)*, 3"):
        flask(halide_ratio=10.0, reagent=SALTS)


def test_lead_free_and_double_perovskites_take_their_own_amounts() -> None:
    double = flask(formula="Cs2AgInCl6")
    assert double.halide_ratio == pytest.approx(2.0, rel=1e-9)
    vacancy = flask(formula="Cs3Bi2Br9")
    assert vacancy.caesium_ratio == pytest.approx(1.5 * USUAL["hot_injection"].caesium[0], rel=1e-9)


def test_time_of_a_process_is_the_time_of_the_recipe() -> None:
    sonicated = recipe("ultrasonication", time="20 min")
    assert float(sonicated.process.duration) == 1200.0  # type: ignore[union-attr]
    stated = flask("mechanochemical", process={"duration": "30 min"})
    assert float(stated.time) == 1800.0
    assert "time" not in stated.assumed
    with pytest.raises(InputError, match=r"recipe\.process\.duration"):
        recipe("cvd", time="20 min", process={"duration": "10 min"})


def test_flow_gives_the_time_and_time_the_channel() -> None:
    process = {"flow_rate": "15 mL/h", "channel_volume": "0.5 mL"}
    assert float(flask("microfluidic", process=process).time) == pytest.approx(120.0, rel=1e-9)
    derived = recipe("microfluidic", time="60 s", process={"flow_rate": "15 mL/h"}).process
    assert float(derived.channel_volume) == pytest.approx(0.25e-6, rel=1e-9)  # type: ignore[union-attr]
    with pytest.raises(InputError, match="channel_volume"):
        recipe("microfluidic", time="60 s", process=process)


def test_temperature_of_glass_and_substrate() -> None:
    assert float(flask("laser_glass", process={"anneal_temperature": "450 degC"}).temperature) == (
        pytest.approx(723.15)
    )
    found = recipe("cvd", temperature="250 degC").process
    assert float(found.substrate_temperature) == pytest.approx(523.15)  # type: ignore[union-attr]


def test_glass_and_vapour_leave_dots_bare() -> None:
    assert recipe("laser_glass").ligand == recipe("CVD").ligand == "none"
    assert recipe("cvd", ligand="OGB").ligand == "OGB"
    assert recipe("larp").ligand == "OA+OAm"


def test_books_balance() -> None:
    books = balance(flask("larp", reagent=SALTS))
    assert float(books.formula_units) == pytest.approx(0.4e-3, rel=1e-9, abs=0.0)
    # CsPbBr3: 132.905 + 207.2 + 3 * 79.904 = 579.817 g/mol
    assert float(books.mass) == pytest.approx(0.4e-3 * 0.579817, rel=1e-6, abs=0.0)
    assert all(float(q) < 1e-15 for q in books.excess.values())


def test_hot_injection_runs_out_of_caesium_and_keeps_lead() -> None:
    lead = {"name": "PbBr2", "amount": "0.188 mmol"}
    caesium = {"name": "caesium oleate", "amount": "0.4 mL", "concentration": "0.125 M"}
    books = balance(flask(reagent=[lead, caesium]))
    assert books.limiting == "caesium"
    assert float(books.excess["lead"]) == pytest.approx(0.138e-3, rel=1e-9, abs=0.0)
    assert float(books.excess["halide"]) == pytest.approx(0.226e-3, rel=1e-9, abs=0.0)


def test_halides_out_of_proportion_are_noted() -> None:
    chloride = {"name": "PbCl2", "amount": "0.4 mmol"}
    books = balance(flask(formula="CsPb(Br0.9Cl0.1)3", reagent=[*SALTS, chloride]))
    assert any("not in the proportion" in note for note in books.notes)


def test_ratios_count_per_lead() -> None:
    found = ratios(flask(reagent=[*SALTS, {"name": "OAm", "amount": "0.8 mmol"}]))
    assert float(found["caesium_to_lead"]) == pytest.approx(1.0, rel=1e-9)
    assert float(found["halide_to_lead"]) == pytest.approx(3.0, rel=1e-9)
    assert float(found["amine_to_lead"]) == pytest.approx(2.0, rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_every_recipe_warns_of_lead(method: str) -> None:
    lines = hazards(recipe(method), LIBRARY)
    assert any(line.startswith("PbBr2 (assumed)") and "H360" in line for line in lines)
    assert any("holds lead" in line for line in lines)
    assert "unverified" in lines[-1]


def test_hazards_of_what_is_used() -> None:
    used = [*SALTS, {"name": "DMF", "amount": "1 mL"}]
    lines = hazards(recipe("larp", reagent=used, washing={"solvent": "hexane"}), LIBRARY)
    starts = [line.split(":")[0] for line in lines]
    assert {"CsBr", "PbBr2", "DMF", "hexane"} <= set(starts)
    assert not any("(assumed)" in line for line in lines)


FILE = """
[recipe]
method = "hot_injection"
formula = "CsPbBr3"
temperature = "170 degC"
time = "5 s"

[[recipe.reagent]]
name = "PbBr2"
amount = "69 mg"

[[recipe.reagent]]
name = "caesium oleate"
amount = "0.4 mL"
concentration = "0.125 M"
solvent = "ODE"
"""


def test_the_verb_prints_ratios_yield_and_hazards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.toml"
    path.write_text(FILE)
    assert main(["recipe", str(path), "--json"]) in (0, 1)
    body = json.loads(capsys.readouterr().out)
    assert body["method"] == "hot_injection"
    assert body["halide_to_lead"]["value"] == pytest.approx(2.0)
    assert body["caesium_to_lead"]["value"] == pytest.approx(0.266, rel=1e-2)
    assert body["theoretical_yield_mg"]["value"] == pytest.approx(29.0, rel=1e-2)
    assert any("H360" in line for line in body["hazards"])
    assert main(["recipe", str(path)]) in (0, 1)
    assert "may damage fertility" in capsys.readouterr().out


def test_a_misspelt_reagent_key_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.toml"
    path.write_text(FILE.replace('amount = "69 mg"', 'amunt = "69 mg"'))
    assert main(["recipe", str(path)]) == 2
    said = capsys.readouterr().err
    assert "recipe.reagent[0].amunt" in said
    assert "'amount'" in said
