"""Figures that a record cannot give: failed points, no loop, values below their error, overlaps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from halodot.core.sourced import Sourced
from halodot.core.status import Status
from halodot.figures import extract
from halodot.figures.limits import ideal_switch, make_trace

LOOP = ("switching", "polarity", "set_voltage", "reset_voltage", "maximum_window", "on_off_ratio")


def failing(trace, rows):
    status = [Status.OK] * len(trace)
    for k in rows:
        status[k] = Status.NOT_CONVERGED
    columns = dict(trace.columns)
    for name in columns:
        columns[name] = np.where([s.is_good for s in status], columns[name], np.nan)
    return replace(trace, columns=columns, point_status=tuple(status))


def test_a_loop_with_failed_points_gives_no_figures_of_its_polarity():
    clean = ideal_switch(1.0, -0.8)  # 0..200 up, 200..400 down, 400..600 out, 600..800 back
    f = extract(failing(clean, range(440, 460)))
    assert f["set_voltage"].value.value == pytest.approx(1.0, abs=0.011)  # a step
    assert f["on_off_ratio"].value.value == pytest.approx(1e3, rel=1e-9)  # read at +0.2 V
    for name in ("reset_voltage", "hysteresis_area", "maximum_window", "switching", "polarity"):
        assert not f[name].value.is_known, name
        assert "points 441 to 460" in f[name].value.note
    assert f["polarity"].category == ""
    clean.parameters["read_voltage"] = Sourced(0.2, "V", basis="given")
    g = extract(failing(clean, range(150, 160)))
    assert not g["on_off_ratio"].value.is_known
    assert not g["set_voltage"].value.is_known
    assert g["reset_voltage"].value.value == pytest.approx(-0.8, abs=0.011)


def test_a_cycle_with_failed_points_is_left_out():
    f = extract(failing(ideal_switch(1.0, -0.8, cycles=3), [150, 550]))
    assert f["set_voltage"].value.value == pytest.approx(1.0, abs=0.011)
    assert f["polarity"].category == "bipolar"
    assert "left out: points 151 of" in f["set_voltage"].value.note


def cell(points=141, light=1.0, **parameters):
    v = np.linspace(-0.2, 1.2, points)
    i = np.expm1(v / 0.05) * 1e-9 - 1.0
    columns = {"voltage": v, "current": i, "light": np.full(points, light)}
    return make_trace("iv", columns, {"voltage": "V", "current": "A"}, **parameters)


def test_an_illuminated_diode_gives_its_solar_figures_and_no_loop():
    f = extract(cell(1401, steady=1.0))
    v_oc = 0.05 * np.log1p(1e9)
    v = np.linspace(0.0, v_oc, 200_001)
    fill = np.max(-v * (np.expm1(v / 0.05) * 1e-9 - 1.0)) / v_oc
    assert f["short_circuit_current"].value.value == pytest.approx(-1.0, rel=1e-9)
    assert f["open_circuit_voltage"].value.value == pytest.approx(v_oc, rel=1e-4)  # chord of 1 mV
    assert f["fill_factor"].value.value == pytest.approx(fill, rel=1e-3)  # on a row
    assert not any(name in f for name in LOOP)


def test_no_solar_figures_in_the_dark_or_across_failed_points():
    assert "fill_factor" not in extract(cell(light=0.0, steady=1.0))
    f = extract(failing(cell(steady=1.0), range(60, 65)))
    assert not f["fill_factor"].value.is_known
    assert "points 61 to 65" in f["open_circuit_voltage"].value.note
    beyond = extract(failing(cell(steady=1.0), range(135, 141)))
    assert beyond["fill_factor"].value.is_known


def test_a_current_that_changes_sign_has_no_jump():
    f = extract(cell())
    assert f["switching"].value.value == 0.0
    assert not f["set_voltage"].value.is_known


def test_a_state_below_its_error_has_no_share_and_no_drift():
    t = np.logspace(0, 4, 41)
    columns = {"time": t, "current": 1e-3 / t, "error": np.full(41, 1e-5)}
    f = extract(make_trace("retention", columns, {}, area=1.0))
    assert f["half_life"].value.is_known
    for name in ("retained_share", "drift_exponent"):
        assert not f[name].value.is_known
        assert "numerical error" in f[name].value.note
    columns["error"] = np.full(41, 1e-8)
    assert extract(make_trace("retention", columns, {}, area=1.0))["retained_share"].value.is_known


def train(current, error, voltage=None, light=None):
    n = len(current)
    columns = {"time": np.arange(float(n)), "current": current, "error": np.full(n, error)}
    columns |= {"voltage": voltage} if voltage is not None else {}
    columns |= {"light": light} if light is not None else {}
    trace = make_trace("pulses", columns, {"current": "A"})
    trace.parameters["area"] = Sourced(1.0, "m2", basis="given")
    return extract(trace)


def steps(n, *spans):
    drive = np.zeros(n)
    for a, b in spans:
        drive[a:b] = 1.0
    return drive


def test_responses_below_their_error_are_unknown():
    light = steps(60, (10, 15), (25, 30), (40, 45))
    current = 1e-6 + 1e-9 * light
    known = ("response_first", "ppf_index", "train_gain")
    f = train(current, 1e-12, light=light)
    assert all(f[name].value.is_known for name in known)
    assert not f["retained_share"].value.is_known  # nothing left: below its error
    g = train(current, 1e-9, light=light)
    for name in (*known, "retained_share"):
        assert not g[name].value.is_known
        assert "numerical error" in g[name].value.note


def test_trains_that_overlap_or_begin_in_the_dark_give_no_paired_pulse():
    light, voltage = steps(60, (10, 20), (30, 40)), steps(60, (15, 25), (45, 50))
    f = train(1e-6 * (1 + light + voltage), 1e-12, voltage, light)
    for name in ("response_first", "ppf_index", "train_gain", "pulse_gap"):
        assert not f[name].value.is_known
        assert "overlap" in f[name].value.note
    light, voltage = steps(60, (30, 40)), steps(60, (5, 10), (15, 20))
    g = train(1e-6 * (1 + light + voltage), 1e-12, voltage, light)
    assert not g["ppf_index"].value.is_known
    assert "in the dark" in g["response_first"].value.note
    assert g["pulse_gap"].value.value == 5.0


def test_a_return_at_other_voltages_is_no_loop():
    """The voltage of the device falls back when the compliance takes hold."""
    out, back = np.linspace(0.5, 0.95, 10), np.linspace(0.4, 0.05, 8)
    v = np.concatenate([out, back])
    f = extract(
        make_trace("iv", {"voltage": v, "current": 1e-6 * v}, {"voltage": "V", "current": "A"})
    )
    assert f["switching"].value.value == 0.0
    assert "no sweep with a return" in f["maximum_window"].value.note
    assert not f["hysteresis_area"].value.is_known
    assert any("1 sweeps share no voltages with their return" in n for n in f.notes)


def test_a_noisy_voltage_under_compliance_gives_figures_or_a_reason():
    clean = ideal_switch(1.0, -0.8)
    limit = float(np.quantile(np.abs(clean.columns["current"]), 0.7))
    over = np.abs(clean.columns["current"]) >= limit
    for seed in range(4):
        v = np.where(over, np.sign(clean.columns["voltage"]) * 0.3, clean.columns["voltage"])
        v = v + 0.02 * np.random.default_rng(seed).standard_normal(len(v))
        current = np.clip(clean.columns["current"], -limit, limit) + 1e-12
        f = extract(replace(clean, columns={"voltage": v, "current": current}))
        assert f["switching"].value.is_known
