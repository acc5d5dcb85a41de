"""Bad study files: one message that helps, exit code 2, nothing printed, nothing left behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from halodot.cli.main import main
from halodot.template import template

GOOD = template("memristor")
LAYER = 'thickness = "100 nm"'
SWEEP = 'corners = ["0 V", "2 V", "-2 V", "0 V"]'
AGAIN = "\n[film.hopping]\n"


def with_(old: str, new: str) -> bytes:
    assert old in GOOD, old
    return GOOD.replace(old, new, 1).encode()


def plus(text: str) -> bytes:
    return (GOOD + text).encode()


BAD: dict[str, tuple[bytes, str]] = {
    # name: (content, what the message must name)
    "wrong_unit": (with_(LAYER, 'thickness = "100 V"'), "device.layer[0].thickness"),
    "no_unit": (with_(LAYER, "thickness = 100"), "device.layer[0].thickness"),
    "negative": (with_(LAYER, 'thickness = "-5 nm"'), "device.layer[0].thickness"),
    "too_thick": (with_(LAYER, 'thickness = "100 m"'), "device.layer[0].thickness"),
    "no_number": (with_(LAYER, 'thickness = "thick"'), "device.layer[0].thickness"),
    "list_for_quantity": (with_(LAYER, "thickness = [1, 2]"), "device.layer[0].thickness"),
    "nan": (with_(LAYER, "thickness = nan"), "device.layer[0].thickness"),
    "inf": (with_(LAYER, "thickness = -inf"), "device.layer[0].thickness"),
    "nan_text": (with_(LAYER, 'thickness = "nan nm"'), "device.layer[0].thickness"),
    "overflow": (with_(LAYER, 'thickness = "1e999 nm"'), "device.layer[0].thickness"),
    "low_over_high": (
        with_(LAYER, 'thickness = {value = "5 nm", low = "9 nm", high = "3 nm"}'),
        "device.layer[0].thickness",
    ),
    "one_end": (
        with_(LAYER, 'thickness = {value = "5 nm", low = "3 nm"}'),
        "device.layer[0].thickness",
    ),
    "wrong_basis": (
        with_(LAYER, 'thickness = {value = "5 nm", basis = "rumour"}'),
        "device.layer[0].thickness.basis",
    ),
    "key_in_quantity": (
        with_(LAYER, 'thickness = {value = "5 nm", lo = "3 nm"}'),
        "device.layer[0].thickness.lo",
    ),
    "unknown_key": (with_(LAYER, LAYER + '\nthicknes = "1 nm"'), "did you mean 'thickness'"),
    "unknown_table": (plus("\n[flim]\nligand = 'OA'\n"), "did you mean 'film'"),
    "missing_layer": (with_('[[device.layer]]\nname = "dots"', 'x = "y"'), "device"),
    "missing_thickness": (with_(LAYER, ""), "device.layer[0].thickness"),
    "missing_area": (with_('area = "1e-4 cm2"', ""), "device.area"),
    "missing_right": (with_('[device.right]\nelectrode = "ITO"', ""), "device.right"),
    "missing_id": (with_('id = "my_memristor"', ""), "study.id"),
    "id_is_path": (with_('id = "my_memristor"', 'id = "../../etc"'), "study.id"),
    "missing_protocol": (GOOD[: GOOD.index("[[protocol]]")].encode(), "protocol"),
    "unknown_protocol": (with_('kind = "sweep"', 'kind = "swep"'), "did you mean 'sweep'"),
    "wrong_protocol": (
        with_('kind = "sweep"', 'kind = "transfer"').replace(
            SWEEP.encode(), b'gate = ["0 V", "1 V"]\ndrain = ["1 V"]'
        ),
        "protocol[0].kind",
    ),
    "protocol_without_kind": (with_('kind = "sweep"', ""), "protocol[0].kind"),
    "voltage_without_unit": (with_(SWEEP, 'corners = ["0 V", "2"]'), "protocol[0].corners[1]"),
    "voltage_absurd": (with_(SWEEP, 'corners = ["0 V", "1e9 V"]'), "protocol[0].corners[1]"),
    "one_corner": (with_(SWEEP, 'corners = ["0 V"]'), "protocol[0].corners"),
    "unknown_electrode": (with_('"ITO"', '"Unobtainium"'), "Unobtainium"),
    "unknown_ligand": (with_('ligand = "OA+OAm"', 'ligand = "OB+QQ"'), "OB+QQ"),
    "unknown_material": (with_('material = "film"', 'material = "ZnX"'), "ZnX"),
    "unknown_element": (with_('formula = "CsPbBr3"', 'formula = "CsQqBr3"'), "CsQqBr3"),
    "fractions": (with_('"CsPbBr3"', '"CsPb(Br0.7Cl0.7)3"'), "CsPb(Br0.7Cl0.7)3"),
    "unclosed_formula": (with_('"CsPbBr3"', '"CsPb(Br0.7"'), "CsPb(Br0.7"),
    "empty_formula": (with_('formula = "CsPbBr3"', 'formula = ""'), "formula"),
    "hot_device": (
        with_('kind = "two_terminal"', 'kind = "two_terminal"\ntemperature = "9000 K"'),
        "device.temperature",
    ),
    "cold_device": (
        with_('kind = "two_terminal"', 'kind = "two_terminal"\ntemperature = "-5 K"'),
        "device.temperature",
    ),
    "unknown_device": (with_('kind = "two_terminal"', 'kind = "diode"'), "device.kind"),
    "unknown_method": (
        with_(
            "[dots]",
            '[recipe]\nmethod = "alchemy"\nformula = "CsPbBr3"\ntemperature = "180 degC"\n[dots]',
        ),
        "alchemy",
    ),
    "recipe_and_dots": (
        with_(
            "[dots]",
            '[recipe]\nmethod = "hot_injection"\nformula = "CsPbBr3"\n'
            'temperature = "180 degC"\n[dots]',
        ),
        "dots",
    ),
    "text_for_table": (b'array = "big"\n' + GOOD.encode(), "array"),
    "number_for_text": (with_('title = "', 'title = 7 # "'), "study.title"),
    "text_for_number": (with_('title = "', 'draws = "many"\ntitle = "'), "study.draws"),
    "negative_draws": (with_('title = "', 'draws = -1\ntitle = "'), "study.draws"),
    "date": (with_(LAYER, "thickness = 1979-05-27"), "device.layer[0].thickness"),
    "huge_integer": (with_(LAYER, "thickness = 1" + "0" * 400), "thickness"),
    "integer_of_5000_digits": (with_(LAYER, "thickness = " + "9" * 5000), "TOML"),
    "deep_lists": (with_(LAYER, "thickness = " + "[" * 5000 + "]" * 5000), "TOML"),
    "deep_tables": (plus("\n[" + ".".join("a" * 300) + "]\n"), "levels"),
    "long_text": (with_('"dots"', '"' + "x" * 30000 + '"'), "device.layer[0].name"),
    "escape": (with_('"dots"', '"\\u001b[31mred"'), "device.layer[0].name"),
    "nul_byte": (b"\0" + GOOD.encode(), "TOML"),
    "not_utf8": (with_("[dots]", "# \xe9\n[dots]").decode().encode("latin-1"), "offset"),
    "utf16": (GOOD.encode("utf-16"), "UTF-8"),
    "syntax": (with_("[dots]", "[dots"), "line"),
    "duplicate_key": (with_(LAYER, f"{LAYER}\n{LAYER}"), "line"),
    "duplicate_table": (plus("\n[film]\n"), "line"),
    "empty": (b"", "study"),
    "junk": (bytes(range(1, 256)) * 40_000, "s.toml: 10.2 MB cannot be used\n"),
    "corners_alike": (with_(SWEEP, 'corners = ["1 V", "1 V"]'), "protocol[0].corners"),
    "period_too_short": (
        plus(
            '\n[[protocol]]\nkind = "pulses"\namplitude = "1 V"\nwidth = "1 s"\nperiod = "1 s"\n'
            'read_voltage = "0 V"\n'
        ),
        "protocol[1].period",
    ),
    "ions_over_sites": (
        with_(LAYER, LAYER + '\nion_density = "1e18 cm-3"\nion_limit = "1e17 cm-3"'),
        "device.layer[0].ion_density",
    ),
    "task_without_array": (plus("\n[task]\n"), "array"),
    "library_missing": (b'library = ["none.csv"]\n' + GOOD.encode(), "library[0]"),
    "library_outside": (b'library = ["../x.csv"]\n' + GOOD.encode(), "library[0]"),
    "variant_key": (
        plus('\n[[variant]]\nlabel = "a"\nset = {"film.lignd" = "OA"}\n'),
        "did you mean 'ligand'",
    ),
    "variant_index": (
        plus('\n[[variant]]\nlabel = "a"\nset = {"device.layer[7].name" = "x"}\n'),
        "variant[0]",
    ),
    "variants_alike": (plus('\n[[variant]]\nlabel = "a"\n' * 2), "variant[1].label"),
    "reported_empty": (plus('\n[[reported]]\nname = "x"\nrole = "input"\n'), "reported[0]"),
    "reported_role": (
        plus('\n[[reported]]\nname = "x"\nvalue = 1\nrole = "guess"\n'),
        "reported[0].role",
    ),
    "reported_review": (
        plus('\n[[reported]]\nname = "x"\nreview = "Z99.set_voltage"\nrole = "predicted"\n'),
        "Z99",
    ),
    "reported_unit": (
        plus(
            '\n[[reported]]\nname = "set_voltage"\nvalue = 1\nunit = "parsnip"\n'
            'role = "predicted"\n'
        ),
        "parsnip",
    ),
}


def test_the_study_that_is_spoiled_is_good(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "s.toml").write_text(GOOD)
    assert main(["check", str(tmp_path / "s.toml")]) == 0
    assert "can be run" in capsys.readouterr().out


def refused(out: str, err: str, code: int) -> None:
    assert code == 2
    assert out == ""
    assert 0 < len(err) < 2000
    assert "allowed:" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("verb", ["check", "run"])
def test_a_bad_study_is_refused(
    name: str, verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, named = BAD[name]
    study = tmp_path / "s.toml"
    study.write_bytes(content)
    output = ["-o", str(tmp_path / "out")] if verb == "run" else []
    code = main([verb, str(study), *output])
    out, err = capsys.readouterr()
    refused(out, err, code)
    assert named in err
    assert [p.name for p in tmp_path.iterdir()] == ["s.toml"]


@pytest.mark.parametrize("path", ["missing.toml", ".", "", "no_such_id", "/dev/null", "a" * 5000])
@pytest.mark.parametrize("verb", ["check", "run"])
def test_a_path_that_is_no_study_is_refused(
    path: str,
    verb: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    code = main([verb, path])
    refused(*capsys.readouterr(), code)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["wrong_unit", "deep_lists", "not_utf8", "unknown_ligand"])
def test_the_same_from_a_shell(name: str, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_bytes(BAD[name][0])
    command = [sys.executable, "-m", "halodot.cli.main", "run", "s.toml", "-o", "out"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    refused(done.stdout, done.stderr, done.returncode)
    assert [p.name for p in tmp_path.iterdir()] == ["s.toml"]
