"""The verb `halodot figures`: flat JSON with units in its keys, options, refusals."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from halodot.cli import figures as verb
from halodot.cli.main import main
from halodot.core.errors import InputError
from halodot.figures import KINDS, READABLE
from halodot.figures.roles import NEEDS

FILES = Path(__file__).parents[1] / "data" / "instruments"
TRANSFER = str(FILES / "labview_german_transfer.txt")
GEOMETRY = ["--channel-width", "1 mm", "--channel-length", "50 um"]
GEOMETRY += ["--gate-capacitance", "10 nF/cm2"]


def run_json(capsys, *args: str):
    code = main(["figures", *args, "--json"])
    out = capsys.readouterr().out
    return code, json.loads(out)


def test_switch_from_the_command_line(capsys):
    code, body = run_json(capsys, str(FILES / "keysight_b1500_bipolar.csv"), "--kind", "iv")
    assert code == 0
    assert body["polarity"] == "bipolar"
    # written on a grid of 0.05 V: set at 1.01, reset at -0.81
    assert body["set_voltage_V"]["low"] <= 1.01 <= body["set_voltage_V"]["high"]
    assert body["reset_voltage_V"]["low"] <= -0.81 <= body["reset_voltage_V"]["high"]
    assert body["on_off_ratio"]["value"] == pytest.approx(2500, rel=0.05)
    assert body["compliance_A"]["value"] == pytest.approx(1e-3, rel=1e-6)
    assert body["hold_voltage_V"]["value"] is None
    assert body["hold_voltage_V"]["basis"] == "unknown"
    assert body["file_rows"] == 161


def test_geometry_by_option(capsys):
    _, without = run_json(capsys, TRANSFER, "--kind", "transfer")
    assert "--channel-width" in without["mobility_p_cm2_per_Vs"]["reason"]
    assert without["threshold_voltage_V"]["value"] == pytest.approx(-5.0, abs=0.3)
    assert without["on_off_ratio"]["value"] > 1e6
    code, body = run_json(capsys, TRANSFER, "--kind", "transfer", *GEOMETRY)
    assert code == 0
    # 1e-5 m2/Vs was put in, with 1 % noise
    assert body["mobility_p_cm2_per_Vs"]["value"] == pytest.approx(0.1, rel=0.02)
    assert body["mobility_p_linear_cm2_per_Vs"]["value"] is None


def test_read_voltage_and_columns(capsys):
    file = str(FILES / "repeat_column.dat")
    _, body = run_json(
        capsys,
        file,
        "--kind",
        "iv",
        "--columns",
        "voltage=2,current=3:uA",
        "--read-voltage",
        "0.3 V",
    )
    assert body["read_voltage_V"]["value"] == 0.3
    # amperes read as microamperes on request: a thousand ohms become 1e9
    assert body["resistance_on_ohm"]["value"] == pytest.approx(1e9, rel=0.05)


def test_spectrum_and_decay_units(capsys):
    _, body = run_json(capsys, str(FILES / "spectrometer_utf16.txt"), "--kind", "spectrum")
    assert body["pl_peak_nm"]["low"] <= 515.0 <= body["pl_peak_nm"]["high"]
    assert body["fwhm_nm"]["low"] <= 20.0 <= body["fwhm_nm"]["high"]
    _, body = run_json(capsys, str(FILES / "tcspc_with_irf.csv"), "--kind", "decay")
    assert body["model"] == "bi-exponential"
    # 0.7 of 6 ns and 0.3 of 30 ns
    assert body["lifetime_amplitude_s"]["value"] == pytest.approx(13.2e-9, rel=0.02)
    assert any("response" in note for note in body["notes"])


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--area", "5"], "--area"),
        (["--area", "5 nm"], "--area"),
        (["--channel-width", "1 km"], "--channel-width"),
        (["--columns", "voltage"], "--columns"),
        (["--kind", "ivy"], "--kind"),
    ],
)
def test_bad_options_name_themselves(capsys, args, said):
    file = str(FILES / "side_by_side.csv")
    assert main(["figures", file, "--kind", "iv", *args]) == 2
    message = capsys.readouterr().err
    assert said in message
    assert "allowed:" in message


def test_missing_file(capsys):
    assert main(["figures", "nothing.csv", "--kind", "iv"]) == 2
    assert "no such file" in capsys.readouterr().err


def test_table_for_people_with_definitions(capsys):
    file = str(FILES / "ltp_ltd.csv")
    assert main(["figures", file, "--kind", "pulses", "--definitions"]) == 0
    out = capsys.readouterr().out
    assert "nonlinearity_potentiation" in out
    assert "NeuroSim label" in out


def test_kinds_of_the_verb_are_those_that_files_are_read_as():
    assert verb.READABLE == READABLE
    assert set(READABLE) == set(NEEDS) <= set(KINDS)


def test_every_option_is_parsed():
    with pytest.raises(InputError):
        verb.columns_of("voltage=")
    assert verb.columns_of("voltage=3,current=5:uA") == {"voltage": "3", "current": "5:uA"}
    namespace = argparse.Namespace(**dict.fromkeys(verb.OPTIONS))
    namespace.area = "1e-4 cm2"
    assert verb.parameters_of(namespace)["area"].value == pytest.approx(1e-8, rel=1e-12)
