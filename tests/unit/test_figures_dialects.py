"""Transistor and phototransistor files of many make: figures against definitions by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from halodot.cli.main import main
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.figures import extract
from halodot.figures.conditions import conditions_of, is_condition_only
from halodot.figures.joining import read_several, with_light
from halodot.figures.reader import read

FILES = Path(__file__).parents[1] / "data" / "instruments"
GEOMETRY = {
    "channel_width": Sourced(1e-3, "m", basis="given"),
    "channel_length": Sourced(5e-5, "m", basis="given"),
    "gate_capacitance": Sourced(1.15e-4, "F/m2", basis="given"),
}
AREA = 5e-8  # m2, of the channel
LIT = ("origin_phototransistor.txt", "light_levels_as_headers.csv", "messung_beleuchtung.csv")
VD = {"drain_voltage": Sourced(-60.0, "V", basis="given")}


def table() -> np.ndarray:
    """The numbers of the phototransistor files, read without halodot."""
    lines = (FILES / "light_levels_as_headers.csv").read_text().splitlines()[1:]
    return np.array([[float(c) for c in line.split(",")] for line in lines])


@pytest.mark.parametrize("file", LIT)
def test_phototransistor_by_hand(file):
    f = extract(read(FILES / file, "transfer", parameters={**GEOMETRY, **VD}).trace)
    data = table()
    dark, lit = np.abs(data[:, 1]), np.abs(data[:, 2:])
    power = np.array([0.2, 2.0, 20.0]) * AREA  # 20, 200 and 2000 uW/cm2
    r = (lit - dark[:, None]) / power
    assert f["responsivity"].value.value == pytest.approx(r.max(), rel=1e-4)
    k = int(np.argmax(r.max(axis=1)))
    assert f["responsivity_voltage"].value.value == data[k, 0]
    assert f["photocurrent"].value.value == pytest.approx((lit[:, 2] - dark).max(), rel=1e-4)
    slope = np.polyfit(np.log(power), np.log(lit[k] - dark[k]), 1)[0]
    assert f["photocurrent_exponent"].value.value == pytest.approx(slope, rel=1e-3)
    assert f["responsivity_exponent"].value.value == pytest.approx(slope - 1.0, rel=1e-3)
    # thresholds of -8 and +10 V were put in
    assert f["threshold_shift"].value.value == pytest.approx(18.0, abs=0.3)
    # the transistor itself is that of the dark curve: 0.05 cm2/Vs, -8 V
    assert f["mobility_p"].value.value == pytest.approx(5e-6, rel=0.02)
    assert f["threshold_voltage"].value.value == pytest.approx(-8.0, abs=0.15)


def test_detectivity_and_quantum_efficiency_by_hand():
    f = extract(read(FILES / LIT[2], "transfer", parameters={**GEOMETRY, **VD}).trace)
    # the file says 450 nm above its data
    said = extract(
        read(
            FILES / LIT[2],
            "transfer",
            parameters={**GEOMETRY, **VD, "wavelength": Sourced(450e-9, "m")},
        ).trace
    )
    r = said["responsivity"].value.value
    assert said["external_quantum_efficiency"].value.value == pytest.approx(
        r * 1239.841984 / 450.0, rel=1e-6
    )
    data = np.abs(table())
    q = 1.602176634e-19
    best = 0.0
    for k, e in enumerate((0.2, 2.0, 20.0)):
        resp = (data[:, 2 + k] - data[:, 1]) / (e * AREA)
        edge = np.pad(data[:, 1], 2, mode="edge")
        dark = np.median(np.lib.stride_tricks.sliding_window_view(edge, 5), axis=1)
        best = max(best, float(np.max(resp * math.sqrt(AREA) / np.sqrt(2 * q * dark))))
    assert f["detectivity"].value.value == pytest.approx(best, rel=1e-3)


def test_absorbed_share_raises_the_gain_above_the_efficiency():
    extra = {"wavelength": Sourced(450e-9, "m"), "absorbed_share": Sourced(0.25, "1")}
    f = extract(read(FILES / LIT[0], "transfer", parameters={**GEOMETRY, **VD, **extra}).trace)
    gain, eqe = f["photoconductive_gain"].value, f["external_quantum_efficiency"].value
    assert gain.value == pytest.approx(4.0 * eqe.value, rel=1e-9)


def test_photodiode_in_merged_cells():
    f = extract(
        read(
            FILES / "photodetector_merged.csv",
            "iv",
            parameters={"area": Sourced(1e-7, "m2", basis="given")},
        ).trace
    )
    # 2e-8 A at 1 mW/cm2 on 1e-3 cm2, and ten times both
    assert f["responsivity"].value.value == pytest.approx(0.02, rel=1e-3)
    assert f["photocurrent_exponent"].value.value == pytest.approx(1.0, abs=0.01)
    assert f["external_quantum_efficiency"].value.value == pytest.approx(
        0.02 * 1239.841984 / 520.0, rel=1e-3
    )


def test_drain_voltages_in_the_headers():
    f = extract(read(FILES / "id_at_vd.csv", "transfer", parameters=GEOMETRY).trace)
    assert f["mobility_p_linear"].value.value == pytest.approx(5e-6, rel=0.02)
    assert f["mobility_p_saturation"].value.value == pytest.approx(5e-6, rel=0.02)
    assert f["gate_leakage"].value.value == pytest.approx(1e-11, rel=1e-6)
    assert f["contact_limited"].value.value == 0.0


def test_easyexpert_there_and_back_at_two_drain_voltages():
    f = extract(read(FILES / "easyexpert_transfer.csv", "transfer", parameters=GEOMETRY).trace)
    assert f["polarity"].category == "n"
    assert f["mobility_n_linear"].value.value == pytest.approx(1e-4, rel=0.01)
    assert f["mobility_n_saturation"].value.value == pytest.approx(1e-4, rel=0.01)
    assert f["hysteresis_voltage"].value.value == pytest.approx(2.0, abs=0.1)


def test_memory_window_between_two_states():
    f = extract(read(FILES / "memory_window.dat", "transfer", parameters=GEOMETRY).trace)
    assert f["memory_window"].value.value == pytest.approx(31.0, abs=0.3)
    # of the erased curve alone
    assert f["threshold_voltage"].value.value == pytest.approx(3.0, abs=0.1)


def test_chopped_light_by_hand():
    f = extract(read(FILES / "chopped_light.txt", "pulses").trace)
    # exponentials of 50 and 120 ms: ln 9 of each
    assert f["photocurrent_rise_time"].value.value == pytest.approx(math.log(9) * 0.05, rel=0.05)
    assert f["photocurrent_fall_time"].value.value == pytest.approx(math.log(9) * 0.12, rel=0.05)


def test_files_of_one_device_are_one_record(tmp_path):
    data = table()
    names = ("dark_Vd-60V.dat", "lit_450nm_0.02mWcm-2_Vd-60V.dat", "lit_450nm_2mWcm-2_Vd-60V.dat")
    for name, column in zip(names, (1, 2, 4), strict=True):
        rows = "".join(f"{v[0]}\t{v[column]:.6e}\n" for v in data)
        (tmp_path / name).write_text("GateV\tDrainI\n" + rows)
    reading = read_several([tmp_path / n for n in names], "transfer", parameters=GEOMETRY)
    f = extract(reading.trace)
    assert f["drain_voltage"].value.value == 60.0
    r = (abs(data[:, 2]) - abs(data[:, 1])) / (0.2 * AREA)
    assert f["responsivity"].value.value == pytest.approx(r.max(), rel=1e-4)
    assert f["external_quantum_efficiency"].value.is_known  # 450 nm of the names


def test_light_given_by_hand_for_curves(tmp_path, capsys):
    data = table()
    text = "Vg (V),I1 (A),I2 (A)\n"
    text += "".join(f"{v[0]},{v[1]:.6e},{v[3]:.6e}\n" for v in data)
    path = tmp_path / "two.csv"
    path.write_text(text.replace("I1 (A)", "Id (A)").replace("I2 (A)", "Id2 (A)"))
    args = ["figures", str(path), "--kind", "transfer", "--light", "dark; 0.2 mW/cm2", "--json"]
    args += ["--channel-width", "1 mm", "--channel-length", "50 um", "--drain-voltage", "-60 V"]
    assert main(args) == 0
    body = json.loads(capsys.readouterr().out)
    r = (abs(data[:, 3]) - abs(data[:, 1])) / (2.0 * AREA)
    assert body["responsivity_A_per_W"]["value"] == pytest.approx(r.max(), rel=1e-4)
    assert body["detectivity_Jones"]["value"] > 0
    assert main([*args[:4], "--light", "1 mW/cm2; 2 mW/cm2; 3 mW/cm2"]) == 2
    assert "--light" in capsys.readouterr().err


def test_what_is_missing_is_said_with_its_option():
    f = extract(read(FILES / LIT[0], "transfer").trace)
    assert "--illuminated-area" in f["responsivity"].value.note
    assert "--drain-voltage" in f["threshold_voltage"].value.note
    bare = extract(read(FILES / LIT[0], "transfer", parameters=GEOMETRY).trace)
    assert "--wavelength" in bare["external_quantum_efficiency"].value.note


def test_unknown_strength_of_light_is_asked_for(tmp_path):
    rows = "".join(f"{v[0]},{v[1]:.6e},{v[3]:.6e}\n" for v in table())
    path = tmp_path / "a.csv"
    path.write_text("Vg (V),Id dark (A),Id light (A)\n" + rows)
    f = extract(read(path, "transfer", parameters=GEOMETRY).trace)
    assert "--light" in f["responsivity"].value.note
    # the ratio needs no irradiance
    assert f["photo_to_dark_ratio"].value.value > 1e4


def test_two_sources_are_told_apart_by_what_is_swept(tmp_path):
    vg = np.linspace(-10.0, 50.0, 61)
    i = np.maximum(vg - 5.0, 0.0) ** 2 * 1e-9 + 1e-13
    rows = "".join(f"60,{x:.5e},{v},1e-12\n" for v, x in zip(vg, i, strict=True))
    path = tmp_path / "smu.csv"
    path.write_text("SMU1 Voltage (V),SMU1 Current (A),SMU2 Voltage (V),SMU2 Current (A)\n" + rows)
    f = extract(read(path, "transfer", parameters=GEOMETRY).trace)
    assert f["drain_voltage"].value.value == 60.0
    assert f["threshold_voltage_saturation"].value.value == pytest.approx(5.0, abs=0.05)
    # 2 L / (W C) times the slope squared
    assert f["mobility_n"].value.value == pytest.approx(2 * 0.05 / 1.15e-4 * 1e-9, rel=1e-2)
    assert f["gate_leakage"].value.value == pytest.approx(1e-12, rel=1e-6)


def test_bad_parameter_names_itself(capsys):
    file = str(FILES / LIT[0])
    assert main(["figures", file, "--kind", "transfer", "--parameter", "width=1 mm"]) == 2
    message = capsys.readouterr().err
    assert "--parameter" in message
    assert "channel_width" in message


def test_levels_must_fit_the_curves():
    trace = read(FILES / "id_at_vd.csv", "transfer").trace
    with pytest.raises(InputError, match="2 curves"):
        with_light(trace, [0.0, 1.0, 2.0])


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("I_DS (A) @ VDS = 1 V", {"drain_voltage": 1.0}),
        ("3.2 \u00b5W cm\u207b\u00b2", {"light": 0.032}),
        ("Id 5x10^-3 mW/cm^2", {"light": 0.05}),
        ("10mW_cm2", {"light": 100.0}),
        ("Ids_dark", {"light": 0.0}),
        ("LED off", {"light": 0.0}),
        ("P=100nW", {"light_power": 1e-7}),
        ("after PGM", {"state": 1.0}),
        ("I (A) 280 K", {"temperature": 280.0}),
        ("Drain current (nA)", {}),
        ("DrainI(1)", {}),
        ("Vds (V)", {}),
        ("V_G5", {}),
        ("Photocurrent (A)", {}),
    ],
)
def test_conditions_in_headers(text, values):
    assert dict(conditions_of(text).values) == pytest.approx(values, rel=1e-9)


def test_a_unit_of_light_is_no_level():
    assert not is_condition_only("Light (W/m2)")
    assert is_condition_only("1.5E-3 W/m2")
