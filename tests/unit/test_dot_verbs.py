"""``halodot dot`` and ``halodot recipe``: keys, exit codes, messages."""

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
    ],
)
def test_bad_input_is_named(
    words: tuple[str, ...], field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dot", *words]) == 2
    assert field in capsys.readouterr().err.splitlines()[0]


def recipe(folder: Path, text: str) -> str:
    path = folder / "recipe.toml"
    path.write_text(text)
    return str(path)


HOT = '[recipe]\nmethod = "hot_injection"\nformula = "CsPbBr3"\ntemperature = "180 degC"\n'


def test_recipe_gives_dots(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = ask(capsys, "recipe", recipe(tmp_path, HOT))
    size = body["size_nm"]
    assert size["low"] < 5.0 < size["value"] < 14.0 < size["high"]
    assert body["shape"] == {"value": "cube", "basis": "assumed", "sources": []}
    assert body["phase"]["value"] == "gamma"
    peak = body["pl_peak_nm"]
    assert peak["low"] < 490.0
    assert peak["high"] > 525.0


def test_measured_size_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = ask(capsys, "recipe", recipe(tmp_path, HOT + 'size = "8.5 nm"\n'))
    assert body["size_nm"]["value"] == pytest.approx(8.5)
    assert body["size_nm"]["basis"] == "given"


def test_other_methods_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = recipe(tmp_path, HOT.replace("hot_injection", "microwave"))
    assert main(["recipe", path]) == 2
    said = capsys.readouterr().err
    assert "recipe.method" in said
    assert "hot_injection" in said


def test_unknown_key_of_a_recipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipe", recipe(tmp_path, HOT + 'temprature = "3 K"\n')]) == 2
    assert "temperature" in capsys.readouterr().err
