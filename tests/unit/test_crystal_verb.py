"""``halodot crystal``: JSON keys, exit codes, unknowns."""

import argparse
import json

import pytest

from halodot.cli import crystal
from halodot.core.errors import InputError


def run(*argv: str) -> int:
    top = argparse.ArgumentParser()
    crystal.register(top.add_subparsers())
    return crystal.run(top.parse_args(["crystal", *argv]))


def test_json_is_one_flat_object(capsys):
    assert run("CsPbBr3", "--json") == 0
    body = json.loads(capsys.readouterr().out)
    assert body["family"] == "ABX3"
    assert set(body["tolerance_factor"]) >= {"value", "low", "high", "basis", "sources"}
    assert body["lattice_constant_nm"]["value"] == pytest.approx(0.5874)
    assert body["tolerance_factor_printed"]["value"] == 0.90
    assert body["tolerance_factor_nearest_set"] == "shannon_xii_vi"
    assert any("no named set" in note for note in body["notes"])
    for value in body.values():
        # a table is a quantity or a category with its basis, never a group of keys
        assert not isinstance(value, dict) or "basis" in value
    assert body["X_site_Br"] == 1.0
    assert body["oxidation_state_Pb"] == 2
    assert body["stable_phase"]["value"] == "gamma"


FAMILIES = {
    "CsPb(Br0.7Cl0.3)3": "ABX3",
    "FAPb(Br0.5I0.5)3": "ABX3",
    "Cs0.9FA0.1PbI3": "ABX3",
    "CsPbCl3:Mn(2%)": "ABX3",
    "CsPb(Cl0.7Br0.3)3:Yb(5%)": "ABX3",
    "Cs2SnI6": "A2BX6",
    "Cs2PtCl6": "A2BX6",
    "Cs2AgBiBr6": "A2BB'X6",
    "Cs2Ag(In0.9Tb0.1)Cl6:Bi": "A2BB'X6",
    "Cs2Ag0.4Na0.6InCl6:Bi,Ce": "A2BB'X6",
    "Cs3Bi2Br9": "A3B2X9",
    "FA3Bi2Br9": "A3B2X9",
    "Cs4PbBr6": "A4BX6",
    "CsPb2Br5:Mn(1%)": "AB2X5",
}


@pytest.mark.parametrize("formula", FAMILIES)
def test_every_family_answers_with_every_key(capsys, formula):
    assert run(formula, "--json") == 0
    body = json.loads(capsys.readouterr().out)
    assert body["family"] == FAMILIES[formula]
    factors = ("tolerance_factor", "octahedral_factor", "bartel_tau")
    sets = ("shannon_xii_vi", "shannon_viii_vi", "shannon_vi_vi")
    for key in (*factors, *(f"{f}_{s}" for f in factors for s in sets), "crossover_size_nm"):
        q = body[key]
        assert q["reason"] if q["value"] is None else {"low", "high", "sources"} <= set(q)


@pytest.mark.parametrize("formula", ["Cs3Bi2Br9", "Cs2SnI6", "FAPb(Br0.5I0.5)3", "CsPb2Br5:Mn(1%)"])
def test_both_forms_print_for_every_family(capsys, formula):
    assert run(formula) == 0
    assert run(formula, "--json") == 0
    assert "unknown" in capsys.readouterr().out


def test_unknowns_give_their_reason(capsys):
    run("Cs2Ag(In0.9Tb0.1)Cl6", "--json")
    body = json.loads(capsys.readouterr().out)
    assert body["lattice_constant_nm"]["value"] is None
    assert "Cs2AgTbCl6" in body["lattice_constant_nm"]["reason"]
    assert body["phase_300_K"]["reason"]


def test_a_charged_formula_is_told(capsys):
    assert run("Cs2PbBr6", "--json") == 1
    assert json.loads(capsys.readouterr().out)["charge_balanced"] is False


def test_materials_of_the_user_enter(capsys, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        '[[material]]\nkind = "perovskite"\nname = "CsPbBr3"\n'
        '[material.values]\nlattice_constant = "6.0 angstrom"\n',
        encoding="utf-8",
    )
    run("CsPbBr3", "--json", "--materials", str(path))
    body = json.loads(capsys.readouterr().out)
    assert body["lattice_constant_nm"]["value"] == pytest.approx(0.6)
    assert body["lattice_constant_nm"]["basis"] == "given"
    with pytest.raises(InputError):
        run("CsPbBr3", "--materials", str(tmp_path / "none.csv"))


def test_size_and_temperature_decide_the_phase(capsys):
    run("CsPbI3", "--size", "4 nm", "--json")
    small = json.loads(capsys.readouterr().out)
    assert small["stable_phase"]["value"] in ("alpha", "beta", "gamma")
    assert small["size_nm"] == pytest.approx(4.0)
    run("CsPbI3", "--temperature", "20 degC", "--json")
    bulk = json.loads(capsys.readouterr().out)
    assert bulk["stable_phase"]["value"] == "delta"
    assert bulk["size_nm"] is None
    odds = [small[f"stable_phase_probability_{p}"]["value"] for p in
            ("alpha", "beta", "gamma", "delta")]  # fmt: skip
    assert sum(odds) == pytest.approx(1.0, rel=1e-9)
    run("CsPbI3", "--temperature", "20 K", "--json")
    cold = json.loads(capsys.readouterr().out)
    assert "20 K" in cold["stable_phase"]["reason"]
    run("CsPbI3", "--size", "0.6 nm", "--json")
    tiny = json.loads(capsys.readouterr().out)
    assert "0.6 nm" in tiny["crossover_size_nm"]["reason"]
    assert tiny["tolerance_factor"]["value"] == small["tolerance_factor"]["value"]


def test_mixed_halides_name_what_is_known_of_segregation(capsys):
    run("CsPb(Br0.5I0.5)3", "--json")
    body = json.loads(capsys.readouterr().out)
    assert "reference 59" in body["halide_segregation"]["reason"]
    assert body["monoclinic_product_reported"]["sources"] == ["ref96", "review"]
    assert "CsPb(I0.5Br0.5)3" in body["stable_phase"]["reason"].replace("Br0.5I0.5", "I0.5Br0.5")


def test_files_are_written_and_described(capsys, tmp_path):
    cif, xyz = str(tmp_path / "out.cif"), str(tmp_path / "dot.xyz")
    options = ["--phase", "gamma", "--cif", cif, "--cells", "3x3x3", "--termination", "CsX"]
    assert run("CsPbBr3", *options, "-o", xyz, "--json") == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["cif_space_group_number"], body["dot_charge_e"]) == (62, 10)
    assert body["dot_stoichiometry"] == "Cs64Pb27Br108"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["dot.xyz", "out.cif"]


@pytest.mark.parametrize("ending", ["png", "svg", "csv"])
def test_the_stability_map_is_a_picture_or_a_table(capsys, tmp_path, ending):
    path = tmp_path / f"map.{ending}"
    assert run("CsPbBr3", "--stability-map", str(path)) == 0
    start = {"png": b"\x89PNG", "svg": b"<?xml", "csv": b"temperature_K,size_nm"}[ending]
    assert path.read_bytes().startswith(start)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--cells", "3x3x3"],
        ["-o", "dot.xyz"],
        ["--termination", "CsX"],
        ["--stability-map", "map.pdf"],
        ["--size", "5"],
        ["--size", "-5 nm"],
        ["--size", "5 kg"],
        ["--temperature", "-1 K"],
        ["--cif", "no/such/folder/x.cif"],
        ["--cif", "x.cif", "--phase", "epsilon"],
        ["--cells", "3x3", "-o", "dot.xyz"],
        ["--seed", "-1"],
    ],
)
def test_bad_options_are_refused_and_leave_nothing(options, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        run("CsPbBr3", *options)
    assert caught.value.field
    assert caught.value.allowed
    assert not list(tmp_path.iterdir())
