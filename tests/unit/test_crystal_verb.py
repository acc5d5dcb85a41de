"""``halodot crystal``: JSON keys, exit codes, unknowns."""

import argparse
import csv
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


def answer(capsys, *argv):
    assert run(*argv, "--json") == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("size", ["3 nm", "6 nm", "8 nm", "12 nm"])
def test_the_stable_phase_is_the_most_probable_one(capsys, size):
    body = answer(capsys, "CsPbI3", "--size", size)
    start = "stable_phase_probability_"
    odds = {k.removeprefix(start): q for k, q in body.items() if k.startswith(start)}
    assert body["stable_phase"]["value"] == max(odds, key=lambda p: odds[p]["value"])
    perovskites = sum(q["value"] for p, q in odds.items() if p != "delta")
    assert body["perovskite_probability"]["value"] == pytest.approx(perovskites, rel=1e-9)
    # they come from priors: the error of the sampling is not what is uncertain
    for q in (*odds.values(), body["perovskite_probability"]):
        assert q["low"] in (None, q["value"])
        assert "priors" in q["note"]


def test_the_map_names_the_most_probable_phase_everywhere(capsys, tmp_path):
    path = tmp_path / "map.csv"
    answer(capsys, "CsPbI3", "--stability-map", str(path))
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = ("gamma", "beta", "alpha", "delta")
    for row in rows:
        odds = {p: float(row[f"probability_{p}"]) for p in names}
        # four decimals are written
        assert odds[row["most_probable_phase"]] >= max(odds.values()) - 1e-4
        perovskites = sum(odds[p] for p in names if p != "delta")
        assert float(row["perovskite_probability"]) == pytest.approx(perovskites, abs=3e-4)


@pytest.mark.parametrize(
    ("formula", "temperature", "phase", "length"),
    [("CsPbBr3", "300 K", "gamma", 8.207), ("CsPbBr3", "450 K", "alpha", 5.874),
     ("CsPbI3", "300 K", "delta", 10.434)],
)  # fmt: skip
def test_files_hold_the_phase_that_is_called_stable(
    capsys, tmp_path, formula, temperature, phase, length
):
    from ase.io import read

    cif, xyz = tmp_path / "a.cif", tmp_path / "a.xyz"
    files = ["--cif", str(cif), "--cells", "2x2x2", "-o", str(xyz)]
    body = answer(capsys, formula, "--temperature", temperature, *files)
    assert body["stable_phase"]["value"] == body["cif_phase"] == body["dot_phase"] == phase
    assert body["cif_phase_is_stable"] is body["dot_phase_is_stable"] is True
    assert f"phase={phase} " in xyz.read_text(encoding="utf-8")
    atoms = read(cif)
    assert atoms.cell.lengths()[0] == pytest.approx(length, rel=1e-6)
    assert atoms.info["spacegroup"].no == body["cif_space_group_number"]
    named = body["cif_space_group"]
    assert f"'{named}'" in cif.read_text(encoding="utf-8").replace(" ", "")


def test_where_the_stable_phase_cannot_be_written_the_answer_says_so(capsys, tmp_path):
    cif = tmp_path / "a.cif"
    mixed = answer(capsys, "CsPb(Br0.5I0.5)3", "--cif", str(cif))
    assert mixed["cif_phase_is_stable"] is None
    assert "not known" in mixed["cif_phase_reason"]
    asked = answer(capsys, "CsPbBr3", "--phase", "alpha", "--cif", str(cif))
    assert (asked["cif_phase"], asked["cif_phase_is_stable"]) == ("alpha", False)
    molecule = answer(capsys, "MAPbI3", "--cif", str(cif))
    assert molecule["cif_space_group"] == "P1"
    assert molecule["cif_sites_space_group_found"] != "P1"
    assert "'P 1'" in cif.read_text(encoding="utf-8")
    assert any("P1" in note for note in molecule["cif_notes"])


def test_one_bad_file_leaves_no_other(tmp_path):
    good = tmp_path / "a.cif"
    with pytest.raises(InputError):
        run("CsPbBr3", "--cif", str(good), "--stability-map", str(tmp_path / "none" / "m.png"))
    assert not list(tmp_path.iterdir())
