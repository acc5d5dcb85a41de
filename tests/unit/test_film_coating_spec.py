"""What may be written in the optional tables of a film, and what the command line prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from halodot.cli.main import main
from halodot.core.errors import InputError
from halodot.core.spec import build
from halodot.core.status import Status
from halodot.film import FilmSpec, assemble
from halodot.film.coating import CoatingSpec, coat
from halodot.film.coating.evaluate import UNITS
from halodot.film.stated import stated
from halodot.film.tables import FilmTables, evaluate
from halodot.library import Library
from halodot.study import resolve

ALL = """
[coating]
method = "ink-jet"
solvent = "n-nonane"
[encapsulation]
layer = [{ material = "AlOx", thickness = "25 nm" }]
[ageing]
[bending]
radius = "1 mm"
layer = [{ material = "PET", thickness = "50 um" }, { material = "dots", thickness = "200 nm" }]
[cost]
scale = "scaled_up"
"""
OWN = """
[[material]]
kind = "solvent"
name = "slow ether"
[material.values]
vapour_pressure = "10 Pa"
viscosity = "1.2 mPa s"
surface_tension = "25 mN/m"
mass_density = "900 kg/m3"
molar_mass = "150 g/mol"
vaporisation_enthalpy = "55 kJ/mol"
cohesive_energy_density = "270 MPa"
solvent_class = "ether"
"""


def printed(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    file = tmp_path / "film.toml"
    file.write_text(text, encoding="utf-8")
    assert main(["film", str(file), "--json"]) == 0
    body: dict[str, Any] = json.loads(capsys.readouterr().out)
    return body


def test_tables_alone_give_flat_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = printed(tmp_path, ALL, capsys)
    for key in (
        "film_thickness_nm", "thickness_spread", "drying_time_s", "peclet", "z_number",
        "wvtr_g_per_m2_d", "time_lag_s", "film_lifetime_s", "survival", "film_strain",
        "film_cost_USD_per_m2", "set_voltage_V",
    ):  # fmt: skip
        assert body[key]["low"] <= body[key]["value"] <= body[key]["high"], key
    assert body["coffee_ring"]["value"] is True
    assert body["coffee_ring_verdict"] == "ring"
    assert 0.9 < float(str(body["coffee_ring_confidence"])) < 1.0
    assert "Pe 155" in str(body["coffee_ring_reason"])


def test_tables_stand_beside_a_film_or_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    beside = '[film]\nformula = "CsPbBr3"\n[coating]\nsolvent = "toluene"\n'
    inside = '[film]\nformula = "CsPbBr3"\n[film.coating]\nsolvent = "toluene"\n'
    a, b = (printed(tmp_path, text, capsys) for text in (beside, inside))
    assert a == b
    assert a["formula"] == "CsPbBr3"
    assert "peclet" in a


def test_a_coating_without_solvent_is_answered_with_a_ranking(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = printed(tmp_path, '[coating]\nmethod = "inkjet"\n', capsys)
    names, scores = body["solvents"], body["solvent_scores"]
    assert names[0] == "n-hexadecane"
    assert scores == sorted(scores, reverse=True)


def test_own_solvents_are_read_from_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    text = 'library = ["own.toml"]\n[coating]\nmethod = "inkjet"\n'
    ranked = printed(tmp_path, text, capsys)
    reasons = [r for r in ranked["solvent_reasons"] if r.startswith("slow ether")]
    assert "ethers precipitate" in reasons[0]
    alone = printed(tmp_path, text + 'solvent = "slow ether"\n', capsys)
    assert alone["peclet"]["value"] > 0


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ({"method": "spin"}, "coating.solvent"),
        ({"solvent": "toluene", "blend": {"n-octane": 1}}, "coating.blend"),
        ({"solvent": "toluenne"}, "solvent"),
        ({"blend": {"n-octane": -1}}, "blend.n-octane"),
        ({"solvent": "toluene", "concentration": "20"}, "concentration"),
        ({"solvent": "toluene", "contact_angle": "170 deg"}, "contact_angle"),
        ({"solvent": "toluene", "method": "dip"}, "method"),
        ({"solvent": "toluene", "spin": {"speed": "50 Hz"}}, "spin.speed"),
        ({"solvent": "toluene", "spin": {"speed": "50 1/s"}}, "spin.speed"),
        ({"solvent": "toluene", "method": "inkjet", "spin": {"speed": "50 rpm"}}, "coating.spin"),
        (
            {"solvent": "toluene", "drop_volume": "10 pL", "contact_radius": "30 um"},
            "coating.drop_volume",
        ),
        ({"solvent": "toluene", "method": "evaporation"}, "coating.solvent"),
        ({"method": "evaporation", "nozzle": "20 um"}, "coating.nozzle"),
        ({"blend": {"n-octane": 1, "water": 1}}, "coating.blend"),
        ({"blend": {"DMF": 1, "n-hexane": 1}}, "coating.blend"),
    ],
)
def test_bad_tables_are_refused_by_field(keys: dict[str, object], field: str) -> None:
    with pytest.raises(InputError) as caught:
        coat(build(CoatingSpec, keys))
    assert field in str(caught.value)


@pytest.mark.parametrize("text", ["[coting]\n[coating]\n", "[cost]\n[film]\n[film.cost]\n"])
def test_unknown_and_doubled_tables_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    file = tmp_path / "film.toml"
    file.write_text(text, encoding="utf-8")
    assert main(["film", str(file)]) != 0
    assert "cannot be used" in capsys.readouterr().err


@pytest.mark.parametrize(
    "method", ["spin", "inkjet", "spray", "layer_by_layer", "evaporation", "ink-jet", "LbL"]
)
def test_every_method_gives_every_output(method: str) -> None:
    dry = method == "evaporation"
    keys = {"method": method} if dry else {"method": method, "solvent": "n-octane"}
    x = coat(build(CoatingSpec, {**keys, "draws": 60})).values
    assert set(UNITS) <= set(x)
    for name in ("film_thickness", "thickness_spread", "set_voltage", "set_voltage_spread"):
        q = x[name]
        assert q.low < q.value <= q.high, name
    assert x["peclet"].is_known is not dry


def test_what_the_library_lacks_is_unknown_with_its_reason() -> None:
    found = coat(build(CoatingSpec, {"method": "inkjet", "solvent": "mesitylene"}))
    assert found.verdict == "unknown"
    assert "thermo" in found.values["peclet"].note


def test_drops_outside_the_window_and_gaps_between_them_are_noted() -> None:
    keys = {"method": "inkjet", "solvent": "toluene", "inkjet": {"pitch": "90 um"}, "draws": 0}
    notes = " ".join(coat(build(CoatingSpec, keys)).notes)
    assert "satellites" in notes
    assert "gaps" in notes


def test_a_rotation_is_read_in_turns_or_radians() -> None:
    turns, radians = (
        build(CoatingSpec, {"solvent": "toluene", "spin": {"speed": s}}).spin.speed.value
        for s in ("3000 rpm", "314.159265 rad/s")
    )
    assert turns == pytest.approx(radians, rel=1e-6)


def test_films_with_holes_give_bounds_of_their_set_voltages() -> None:
    keys = {"method": "spin", "solvent": "n-octane", "draws": 0}
    whole = coat(build(CoatingSpec, keys))
    assert whole.status is Status.OK
    holed = coat(build(CoatingSpec, {**keys, "weakest_of": 10**9, "striation": 0.3}))
    assert holed.status is Status.OUTSIDE_RANGE
    assert holed.values["set_voltage_spread"].value <= 0.5
    assert "bounds" in holed.values["set_voltage_spread"].note


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({"solvent": "acetone"}, "precipitate"),
        ({"solvent": "DMF"}, "dissolves"),
        ({"solvent": "water"}, "CsX"),
        ({"solvent": "ethyl acetate"}, "ligands off"),
        ({"solvent": "toluene", "contact_angle": "57 deg"}, "40 degrees"),
        ({"solvent": "toluene", "concentration": "900 mg/mL", "solids_density": 810}, "more than"),
        ({"solvent": "toluene", "concentration": "300 mg/mL"}, "dilute"),
    ],
)
def test_what_an_ink_does_to_dots_and_laws_is_said(keys: dict[str, object], word: str) -> None:
    keys = {"method": "inkjet", "draws": 0, **keys}
    if "solids_density" in keys:
        keys["solids_density"] = f"{keys['solids_density']} kg/m3"
    assert word in " ".join(coat(build(CoatingSpec, keys)).notes)


def test_barrier_and_ageing_share_a_room() -> None:
    layer = [{"material": "PET"}]

    def water(seal: dict[str, object], ageing: dict[str, object]) -> float:
        spec = {"encapsulation": {"layer": layer, **seal}, "ageing": ageing}
        found = evaluate(build(FilmTables, spec), Library.builtin())
        return float(found.extras["loss_by_water"])

    hot = {"temperature": "85 degC"}
    assert water(hot, {}) == water({}, hot) == water(hot, hot)
    assert water(hot, {}) > 3 * water({}, {})
    with pytest.raises(InputError, match="humidity"):
        water({"humidity": 0.5}, {"humidity": 0.9})


@pytest.mark.parametrize("method", ["inkjet", "spin", "evaporation"])
def test_defaults_spelled_out_state_nothing(method: str) -> None:
    coating = {"method": method} | ({} if method == "evaporation" else {"solvent": "n-octane"})
    hot = {"layer": [{"material": "PET"}], "temperature": "85 degC"}
    keys = {"coating": coating, "encapsulation": hot, "ageing": {}, "cost": {}}
    spec = build(FilmTables, keys)
    again = build(FilmTables, resolve(spec))  # as the study file of a finished run is
    one, two = (evaluate(s, Library.builtin()).extras for s in (spec, again))
    assert one == two
    assert stated(again.coating) == {"method", "solvent"} & set(coating) - {
        "method" if method == "spin" else ""
    }


def test_no_solvent_is_charged_for_a_dry_film() -> None:
    def cost(coating: dict[str, object]) -> dict[str, Any]:
        spec = build(FilmTables, {"coating": coating, "cost": {}})
        return evaluate(spec, Library.builtin()).extras

    assert cost({"method": "evaporation"})["cost_solvent"].value == 0.0
    assert cost({"solvent": "toluene"})["cost_solvent"].value > 0.0
    spec = build(
        FilmTables,
        {"coating": {"method": "evaporation"}, "cost": {"solvent_price": "5 USD/m3"}},
    )
    with pytest.raises(InputError, match="solvent_price"):
        evaluate(spec, Library.builtin())


def test_what_is_unknown_or_out_of_range_shows_in_the_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lacking = printed(tmp_path, '[coating]\nsolvent = "mesitylene"\n', capsys)
    assert lacking["status"].startswith("Not known")
    boiling = '[coating]\nsolvent = "n-hexane"\ntemperature = "90 degC"\n'
    assert "outside" in printed(tmp_path, boiling, capsys)["status"]
    bent = printed(tmp_path, ALL, capsys)
    assert bent["film_cracks"]["value"] is True
    assert bent["critical_radius_mm"]["value"] == pytest.approx(1.26, rel=0.05)
    near = '[coating]\nmethod = "inkjet"\nsolvent = "n-tetradecane"\n'
    assert printed(tmp_path, near, capsys)["coffee_ring_verdict"] == "undecided"


def test_a_film_carries_its_tables_and_the_same_seed_draws_the_same() -> None:
    keys = {"formula": "CsPbBr3", "coating": {"solvent": "toluene"}, "cost": {}}
    one, two = (assemble(None, build(FilmSpec, keys), Library.builtin()) for _ in range(2))
    assert one.extras == two.extras
    assert one.extras["film_cost"].low < one.extras["film_cost"].high
    assert "drop_profile" in one.curves
    bare = assemble(None, build(FilmSpec, {"formula": "CsPbBr3"}), Library.builtin())
    assert "film_cost" not in bare.extras


def test_every_picture_of_the_tables_is_drawn() -> None:
    from halodot.report.film_pictures import plans
    from halodot.report.model import ReportInput, Variant

    keys = {
        "formula": "CsPbBr3",
        "encapsulation": {"layer": [{"material": "PET"}], "draws": 40},
        "ageing": {"draws": 40},
        "bending": {
            "radius": "1 mm",
            "layer": [{"material": "dots", "thickness": "1 um"}],
            "draws": 40,
        },
        "cost": {"draws": 40},
    }
    variants = []
    for method in ("inkjet", "spray", "spin"):
        coating = {"method": method, "solvent": "n-octane", "draws": 20}
        film = assemble(None, build(FilmSpec, {**keys, "coating": coating}), Library.builtin())
        variants.append(Variant(method, film=film))
    made = [
        make(f"x{k}")
        for k, (_, _, _, make) in enumerate(plans(ReportInput("t", "t", tuple(variants))))
    ]
    assert len(made) == 8
    for svg in made:
        assert svg is not None
        assert "<svg" in svg
        assert "nan" not in svg.lower().replace("nano", "")
