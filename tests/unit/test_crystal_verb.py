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
