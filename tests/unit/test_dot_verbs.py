"""``halodot dot`` and ``halodot recipe``: keys, exit codes, messages."""

import csv
import json
from pathlib import Path

import pytest

from halodot.cli.main import main

KEYS = [
    "optical_gap_eV",
    "band_gap_eV",
    "pl_peak_nm",
    "fwhm_meV",
    "exciton_binding_meV",
    "radiative_lifetime_ns",
    "plqy",
    "cie_x",
    "cie_y",
    "bohr_radius_nm",
    "tolerance_factor",
]


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> dict:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_dot_has_the_fixed_keys(capsys: pytest.CaptureFixture[str]) -> None:
    body = ask(capsys, "dot", "CsPbBr3", "--shape", "cube", "--size", "9 nm")
    for key in KEYS:
        assert body[key]["low"] <= body[key]["value"] <= body[key]["high"], key
    assert body["confinement_regime"]["value"] == "intermediate"
    assert "low" not in body["confinement_regime"]
    assert body["colour"].startswith("#")


def test_monolayers_and_lateral(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("dot", "CsPbBr3", "--shape", "platelet", "--lateral", "20 nm", "--monolayers")
    thin, thick = ask(capsys, *words, "2"), ask(capsys, *words, "6")
    assert thin["pl_peak_nm"]["value"] < thick["pl_peak_nm"]["value"]
    assert thin["lateral_nm"]["value"] == pytest.approx(20.0)


def test_double_perovskite_is_unknown_with_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    body = ask(capsys, "dot", "Cs2AgBiBr6", "--size", "9 nm")
    assert body["optical_gap_eV"]["value"] is None
    assert "Wannier" in body["optical_gap_eV"]["reason"]
    assert body["exciton_binding_meV"]["value"] > 100.0


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("CsPbBr3",), "size"),
        (("CsPbBr3", "--size", "9"), "size"),
        (("CsPbBr3", "--size", "9 eV"), "size"),
        (("CsPbBr3", "--size", "9 m"), "size"),
        (("CsPbBr3", "--size", "9 nm", "--shape", "cub"), "shape"),
        (("CsPbBr3", "--size", "9 nm", "--lateral", "20 nm"), "lateral"),
        (("CsPbBr3", "--monolayers", "3"), "monolayers"),
        (("CsPbQ3", "--size", "9 nm"), "formula"),
        (("CsPbBr3", "--size", "9 nm", "--temperature", "0 K"), "temperature"),
        (("CsPbBr3", "--size", "9 nm", "--ligand", "oleic acd"), "ligand"),
        (("CsPbBr3", "--size", "9 nm", "--set", "model.barrier"), "--set"),
        (("CsPbBr3", "--size", "9 nm", "--set", "model.bariers=4 eV"), "model.bariers"),
        (("CsPbBr3", "--size", "9 nm", "--set", "model.barrier=400 eV"), "model.barrier"),
        (("CsPbBr3", "--size", "9 nm", "--plot", "picture.gif"), "--plot"),
        (("CsPbBr3", "--size", "9 nm", "--spectra", "no/such/folder/x.csv"), "--spectra"),
    ],
)
def test_bad_input_is_named(
    words: tuple[str, ...], field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dot", *words]) == 2
    assert field in capsys.readouterr().err.splitlines()[0]


def test_a_parameter_of_the_model_is_set_by_its_key(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("dot", "CsPbBr3", "--size", "9 nm", "--set")
    wet = ask(capsys, *words, "model.ligand_permittivity=4")["exciton_binding_meV"]["value"]
    dry = ask(capsys, *words, "model.ligand_permittivity=1.5")["exciton_binding_meV"]["value"]
    assert wet < dry  # a polarisable shell screens the pair


def test_an_own_ligand_stands_in_an_own_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.csv"
    own.write_text(
        "kind,name,quantity,value,low,high,unit,basis,source,place,note\n"
        "ligand,my shell,ligand_length,1.2,,,nm,given,me,,\n"
    )
    words = ("CsPbBr3", "--size", "9 nm", "--ligand", "my shell")
    assert main(["dot", *words]) == 2
    assert "ligand" in capsys.readouterr().err
    assert ask(capsys, "dot", *words, "--materials", str(own))["ligand"] == "my shell"


def test_spectra_are_written_on_their_own_axes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "s.csv"
    body = ask(capsys, "dot", "CsPbBr3", "--size", "9 nm", "--spectra", str(path))
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    light = [r for r in rows if r["curve"] == "emission_spectrum"]
    top = max(light, key=lambda r: float(r["value"]))
    # the peak of the curve is that of the nominal ensemble: within the width of a pixel or two
    assert float(top["energy_eV"]) == pytest.approx(body["pl_peak_eV"]["value"], abs=0.02)
    product = float(top["energy_eV"]) * float(top["wavelength_nm"])
    assert product == pytest.approx(1239.841984, rel=1e-6)  # h c, eight digits are written


def test_a_size_outside_the_range_of_the_model_is_told_by_the_exit_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["dot", "CsPbBr3", "--size", "1 nm", "--json"]) == 1
    assert "outside the range" in json.loads(capsys.readouterr().out)["status"]


def recipe(folder: Path, text: str) -> str:
    path = folder / "recipe.toml"
    path.write_text(text)
    return str(path)


HOT = '[recipe]\nmethod = "hot_injection"\nformula = "CsPbBr3"\ntemperature = "180 degC"\n'


def test_recipe_gives_dots(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = ask(capsys, "recipe", recipe(tmp_path, HOT))
    size = body["size_nm"]
    assert size["low"] < 5.0 < size["value"] < 14.0 < size["high"]
    assert body["shape"] == {"value": "cube", "basis": "computed", "sources": []}
    assert body["phase"]["value"] == "gamma"
    peak = body["pl_peak_nm"]
    assert peak["low"] < 490.0
    assert peak["high"] > 525.0


def test_measured_size_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = ask(capsys, "recipe", recipe(tmp_path, HOT + 'size = "8.5 nm"\n'))
    assert body["size_nm"]["value"] == pytest.approx(8.5)
    assert body["size_nm"]["basis"] == "given"


def test_other_methods_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = recipe(tmp_path, HOT.replace("hot_injection", "alchemy"))
    assert main(["recipe", path]) == 2
    said = capsys.readouterr().err
    assert "recipe.method" in said
    assert "hot_injection" in said


def test_unknown_key_of_a_recipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipe", recipe(tmp_path, HOT + 'temprature = "3 K"\n')]) == 2
    assert "temperature" in capsys.readouterr().err


def test_a_bad_output_path_is_refused_before_any_file_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["dot", "CsPbBr3", "--size", "9 nm", "--plot", str(tmp_path / "ok.png")]
    for bad in (tmp_path / "none/s.csv", tmp_path):
        assert main([*words, "--spectra", str(bad)]) == 2
        assert "--spectra" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_wrong_shape_is_told_the_shapes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dot", "CsPbBr3", "--size", "9 nm", "--shape", "cubee"]) == 2
    message = capsys.readouterr().err
    assert "did you mean 'cube'" in message
    assert "'platelet'" in message


def test_the_picture_of_an_unknown_dot_says_why(tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    assert main(["dot", "Cs2AgBiBr6", "--size", "9 nm", "--plot", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    assert "No spectrum" in text
    assert "Wannier" in text
    assert "Photon energy" not in text  # no empty axes


def test_a_pure_number_is_allowed_without_a_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "decay.csv"
    path.write_text("0,1\n", encoding="utf-8")
    main(["figures", str(path), "--kind", "decay", "--plqy", "5"])
    assert "1e-06 to 1 (" in capsys.readouterr().err
