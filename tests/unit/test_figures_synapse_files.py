"""Synapse tests and gates as instruments write them give what a hand calculation gives."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from halodot.cli.main import main
from halodot.device.storage import to_csv
from halodot.figures import extract
from halodot.figures.limits import leaky_integrator
from halodot.figures.reader import read

FILES = Path(__file__).parents[1] / "data" / "instruments"
PARTS, W = ((4.0, 0.2), (0.3, 3.0)), 0.05  # gain, time constant, width of the pulses in the files


def gain(n: int, period: float) -> float:
    """A_n/A_1 of the leaky integrators that the files hold."""
    left = np.array([g * tau * -math.expm1(-W / tau) for g, tau in PARTS])
    q = np.array([math.exp(-period / tau) for _, tau in PARTS])
    return float(np.sum(left * (1.0 - q**n) / (1.0 - q)) / left.sum())


def found(file: str, kind: str):
    return extract(read(FILES / file, kind).trace)


def test_pairs_of_a_german_export():
    f = found("synapse_pairs_german.csv", "synapse")
    assert float(f["ppf_index"].value) == pytest.approx(gain(2, W + 0.05), rel=1e-3)
    # rows are 5 ms apart, the top lies half a row after the last of the pulse
    assert float(f["ppf_tau1"].value) == pytest.approx(0.2, rel=1e-2)
    assert float(f["ppf_tau2"].value) == pytest.approx(3.0, rel=5e-2)
    # a hole current: both the baseline and the response are negative
    assert float(f["epsc_peak"].value) < 0.0
    assert f["postsynaptic_sign"].category == "excitatory"
    # 0.2 mW/cm2 for 50 ms on 1 mm x 50 um
    assert float(f["optical_energy_per_event"].value) == pytest.approx(2.0 * W * 5e-8, rel=1e-6)
    left = sum(g * tau * (W + tau * math.expm1(-W / tau)) for g, tau in PARTS)
    joules = 0.5 * 1e-9 * (W + left)
    assert float(f["energy_per_event"].value) == pytest.approx(joules, rel=1e-3)


def test_trains_of_a_transistor():
    f = found("synapse_trains_transistor.txt", "synapse")
    # rows are 10 ms apart, a fifth of a pulse, and not in step with the pulses
    assert float(f["srdp_gain"].value) == pytest.approx(gain(6, 1.0 / 8.0), rel=4e-2)
    assert f["srdp_gain"].definition.startswith("A6/A1")
    assert float(f["ppf_gap"].value) == pytest.approx(1.0 / 8.0 - W, rel=0.1)
    assert float(f["epsc_peak"].value) > 0.0
    assert float(f["energy_per_event"].value) == pytest.approx(
        0.1 * float(f["charge_per_event"].value), rel=1e-9
    )
    assert "no light" in f["optical_energy_per_event"].value.note


def test_the_same_trains_as_a_record_of_pulses():
    f = found("synapse_trains_transistor.txt", "pulses")
    assert float(f["pulses"].value) >= 6.0


def test_gate_of_a_table():
    f = found("logic_table.csv", "logic")
    assert f["logic_function"].category == "AND"
    assert float(f["output_11"].value) == pytest.approx(20e-9, rel=0.1)
    value = f["failure_probability"].value
    # none of twenty: below 1 - 0.05^(1/20)
    assert (value.value, value.high) == (0.0, pytest.approx(1.0 - 0.05 ** (1 / 20)))


def test_gate_of_light_and_voltage_in_time():
    f = found("logic_light_and_gate.dat", "logic")
    assert f["logic_function_stored"].category == "AND"
    # stored: 1, 1, 1 and 1 + 9 (1 - exp(-2.95/0.2)) nA
    assert float(f["noise_margin_stored"].value) == pytest.approx(9.0 / 5.5, rel=1e-3)
    # at the end of the pulses one input adds 0.5 nA
    top = 1.0 + 1.0 + 9.0 * -math.expm1(-0.95 / 0.2)
    expected = 2.0 * (top - 1.5) / (top + 1.5)
    assert float(f["noise_margin_during"].value) == pytest.approx(expected, rel=1e-3)


def test_a_stated_threshold_from_the_command_line(capsys):
    file = str(FILES / "logic_table.csv")
    assert main(["figures", file, "--kind", "logic", "--threshold", "1 nA", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["logic_function"] == "none"
    assert main(["figures", file, "--kind", "logic", "--threshold", "5 nA", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["is_and"]["value"] == 1.0


def test_columns_of_the_record_are_read(tmp_path):
    file = tmp_path / "a.csv"
    t = np.arange(0.0, 2.0, 0.1)
    rows = [
        f"{x:.2f},{1.0 if 0.45 < x < 0.65 else 0.0},{1.0 + (x > 0.45)},9,{k}"
        for k in (-0.1, 0.1)
        for x in t
    ]
    head = "Time (s),Light (W/m2),I (uA),Test index,Condition (s)"
    file.write_text("\n".join([head, *rows]), encoding="utf-8")
    trace = read(file, "synapse").trace
    assert int(trace.sweep.max()) == 1
    f = extract(trace)
    assert f["stdp_shape"].category == "symmetric"


def test_a_record_written_by_a_run_gives_the_same_figures(tmp_path):
    runs = [[(0.5, W, 1.0)], *([(0.5 + k * p, W, 1.0) for k in range(4)] for p in (0.1, 0.4))]
    trace = leaky_integrator(runs, parts=PARTS, step=0.01, after=2.0)
    file = tmp_path / "a.csv"
    file.write_text(to_csv(trace), encoding="utf-8")
    ours, theirs = extract(trace), extract(read(file, "synapse").trace)
    known = [f.name for f in ours.figures if f.value.is_known]
    assert len(known) > 15
    for name in known:
        assert theirs[name].value.value == pytest.approx(ours[name].value.value, rel=1e-9, abs=0.0)
        assert theirs[name].category == ours[name].category
