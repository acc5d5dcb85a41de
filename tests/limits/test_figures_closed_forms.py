"""Figures of traces whose answers are known in closed form, clean and noisy."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.status import Status
from halodot.figures import extract
from halodot.figures.limits import (
    ideal_switch,
    make_trace,
    neurosim_curve,
    neurosim_label,
    square_law,
)
from halodot.figures.tools import spread

# midpoint of a step of 0.01 V, plus the step itself
STEP = 0.0101


def number(figures, name):
    value = figures[name].value
    assert value.is_known, f"{name}: {value.note}"
    return value.value


# two-terminal sweeps ------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.2])
@pytest.mark.parametrize(("up", "down"), [(1.0, -0.8), (-0.5, 1.4), (0.3, -1.7)])
def test_bipolar_switch(up, down, noise):
    f = extract(ideal_switch(up, down, noise=noise, cycles=8))
    assert f["polarity"].category == "bipolar"
    assert f["loop_direction"].category == ("counter-clockwise" if up > 0 else "clockwise")
    assert abs(number(f, "set_voltage") - up) < STEP
    assert abs(number(f, "reset_voltage") - down) < STEP
    # 8 cycles of two readings: 0.5 sigma covers the median's error twice over
    assert abs(math.log(number(f, "on_off_ratio") / 1e3)) < 1e-9 + 1.2 * noise
    assert abs(math.log(number(f, "resistance_on") / 1e3)) < 1e-9 + noise
    assert abs(math.log(number(f, "resistance_off") / 1e6)) < 1e-9 + noise


def test_window_needs_no_ohmic_state():
    clean = ideal_switch(1.0, -0.8)
    current = clean.columns["current"] * np.exp(2.0 * np.abs(clean.columns["voltage"]))
    f = extract(make_trace("iv", {**clean.columns, "current": current}, {}))
    assert abs(number(f, "set_voltage") - 1.0) < STEP
    assert math.isclose(number(f, "on_off_ratio"), 1e3, rel_tol=1e-9)


@pytest.mark.parametrize("noise", [0.02, 0.1, 0.3])
@pytest.mark.parametrize("law", ["ohmic", "diode", "space-charge"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_switching_is_an_answer(law, noise, seed):
    up = np.linspace(0, 2, 101)
    v = np.tile(np.concatenate([up, up[-2::-1], -up[1:], -up[-2::-1]]), 3)
    laws = {
        "ohmic": v / 1e4,
        "diode": 1e-9 * np.expm1(v / 0.1),
        "space-charge": 1e-4 * v * np.abs(v),
    }
    rng = np.random.default_rng(seed)
    i = laws[law] * np.exp(noise * rng.standard_normal(len(v))) + 1e-9 * rng.standard_normal(len(v))
    f = extract(make_trace("iv", {"voltage": v, "current": i}, {}))
    assert number(f, "switching") == 0.0
    assert f["polarity"].category == "no switching"
    assert not f["set_voltage"].value.is_known
    assert "no switching" in f["set_voltage"].value.note


def threshold_switch(noise_floor, threshold=1.05, hold=0.205):
    v = np.concatenate([np.linspace(0, 2, 101), np.linspace(2, 0, 101)[1:]])
    on, current = False, []
    for k, x in enumerate(v):
        on = x >= threshold or (on and (k <= 100 or x > hold))
        current.append(min(x / 1e4, 1e-5) if on else x / 1e11)
    noise = noise_floor * np.random.default_rng(3).standard_normal(len(v))
    return make_trace("iv", {"voltage": v, "current": np.array(current) + noise}, {})


@pytest.mark.parametrize("noise_floor", [0.0, 1e-13, 1e-11])
def test_threshold_switch_is_volatile(noise_floor):
    f = extract(threshold_switch(noise_floor))
    assert f["polarity"].category == "volatile"
    assert abs(number(f, "threshold_voltage_switch") - 1.05) < 2 * STEP
    assert abs(number(f, "hold_voltage") - 0.205) < 2 * STEP
    assert not f["set_voltage"].value.is_known
    assert math.isclose(number(f, "compliance"), 1e-5, rel_tol=1e-3)


def test_off_current_below_the_noise_is_a_bound():
    clean = ideal_switch(1.0, -0.8, off=1e9, cycles=4)
    rng = np.random.default_rng(1)
    current = clean.columns["current"] + 1e-8 * rng.standard_normal(len(clean))
    f = extract(make_trace("iv", {**clean.columns, "current": current}, {}))
    assert "lower bound" in f["on_off_ratio"].value.note
    assert 1e3 < number(f, "on_off_ratio") < 1e6


def test_compliance_is_found_only_where_there_is_one():
    f = extract(ideal_switch(1.0, -0.8, compliance=1e-4, noise=0.02))
    assert math.isclose(number(f, "compliance"), 1e-4, rel_tol=1e-6)
    assert not extract(ideal_switch(1.0, -0.8))["compliance"].value.is_known


def test_unipolar_and_one_way_devices():
    v = np.concatenate([np.linspace(0, 2, 101), np.linspace(2, 0, 101)[1:]])
    first = np.where(np.arange(201) < 60, v / 1e6, np.minimum(v / 1e3, 5e-4))
    second = np.where(np.arange(201) < 40, v / 1e3, v / 1e6)
    both = {"voltage": np.tile(v, 2), "current": np.concatenate([first, second])}
    f = extract(make_trace("iv", both, {}))
    assert f["polarity"].category == "unipolar"
    assert abs(number(f, "set_voltage") - 1.19) < STEP
    assert abs(number(f, "reset_voltage") - 0.79) < STEP
    once = extract(make_trace("iv", {"voltage": v, "current": first}, {}))
    assert once["polarity"].category == "set only"


def test_switching_on_both_polarities_is_not_averaged_over_them():
    v = np.concatenate([np.linspace(0, 2, 101), np.linspace(2, 0, 101)[1:]])
    k = np.arange(201)
    plus = np.where(k < 60, v / 1e6, v / 1e3)
    minus = np.where(k < 35, -v / 1e5, -v / 1e3)
    both = {"voltage": np.concatenate([v, -v[1:]]), "current": np.concatenate([plus, minus[1:]])}
    f = extract(make_trace("iv", both, {}))
    # one each: the larger window counts, the other is said
    assert abs(number(f, "set_voltage") - 1.19) < STEP
    assert "1 more at the other polarity" in f["set_voltage"].value.note


def test_a_jump_without_return_sweep():
    v = np.linspace(0, 2, 101)
    current = np.where(v < 0.99, v / 1e6, v / 1e3)
    f = extract(make_trace("iv", {"voltage": v, "current": current}, {}))
    assert abs(number(f, "set_voltage") - 0.99) < 2 * STEP
    assert not f["on_off_ratio"].value.is_known


def test_loop_area_and_powers():
    f = extract(ideal_switch(1.0, -1.0, points=2001))
    # positive loop, 0 to 1 V: (1-r)/(1+r) of V dV, then the branches agree to 2 V
    r = 1e-3
    inside, outside = 0.5 * (1 + r), 2.0 * 1.5
    expected = 0.5 * (1 - r) / (inside + outside)
    low, high = f["hysteresis_area"].value.low, f["hysteresis_area"].value.high
    # the negative loop: low-resistance to -1 V, then both branches at r to -2 V
    other = 0.5 * (1 - r) / (inside + outside * r)
    # interval of two loops is their range; grid error 1e-3
    assert math.isclose(low, expected, rel_tol=3e-3)
    assert math.isclose(high, other, rel_tol=3e-3)
    assert math.isclose(number(f, "set_power"), 1e-3, rel_tol=0.01)
    assert math.isclose(number(f, "reset_power"), 1e-3, rel_tol=0.01)
    assert math.isclose(number(f, "rectification_ratio"), 1e3, rel_tol=1e-6)


def test_density_needs_the_area():
    clean = ideal_switch(1.0, -0.8)
    columns = {
        "voltage": clean.columns["voltage"],
        "current_density": clean.columns["current"] / 1e-8,
    }
    f = extract(make_trace("iv", columns, {}))
    assert math.isclose(number(f, "on_off_ratio"), 1e3, rel_tol=1e-9)
    assert "--area" in f["resistance_on"].value.note
    g = extract(make_trace("iv", columns, {}, area=1e-8))
    assert math.isclose(number(g, "resistance_on"), 1e3, rel_tol=1e-9)


def test_points_that_did_not_converge_are_left_out():
    clean = ideal_switch(1.0, -0.8)
    wild = np.arange(len(clean)) % 17 == 5
    columns = {**clean.columns, "current": np.where(wild, 1e9, clean.columns["current"])}
    status = tuple(Status.NOT_CONVERGED if w else Status.OK for w in wild)
    trace = replace(clean, columns=columns, point_status=status, status=Status.NOT_CONVERGED)
    f = extract(trace)
    assert not f["on_off_ratio"].value.is_known
    assert "point" in f["on_off_ratio"].value.note
    assert f.status is Status.NOT_CONVERGED
    assert f"{wild.sum()} of {len(clean)} points" in f.notes[0]
    none = extract(replace(trace, point_status=(Status.SKIPPED,) * len(clean)))
    assert none.figures == ()
    assert none.status is Status.NOT_CONVERGED


# transistors --------------------------------------------------------------------------------

GATE = np.concatenate([np.linspace(20, -60, 161), np.linspace(-60, 20, 161)])
GEOMETRY = {"channel_width": 1e-3, "channel_length": 5e-5, "gate_capacitance": 1e-4}


def transfer(drain, *, sign=-1, threshold=-5.0, noise=0.0, floor=0.0, seed=2, shift=0.0):
    rng = np.random.default_rng(seed)
    vg = -sign * GATE
    moved = vg - shift * (np.arange(len(vg)) >= 161)
    i = square_law(moved, drain, sign=sign, threshold=threshold)
    i = i * np.exp(noise * rng.standard_normal(len(vg))) + floor * rng.standard_normal(len(vg))
    return make_trace(
        "transfer", {"gate_voltage": vg, "drain_current": i}, {}, drain_voltage=drain, **GEOMETRY
    )


@pytest.mark.parametrize(("sign", "letter"), [(-1, "p"), (1, "n")])
@pytest.mark.parametrize(("size", "regime"), [(80.0, "saturation"), (5.0, "linear")])
def test_square_law(sign, letter, size, regime):
    f = extract(transfer(sign * size, sign=sign, threshold=5.0 * sign))
    assert f["polarity"].category == letter
    # the window excludes the current's onset, so the fit is exact up to rounding
    assert math.isclose(number(f, f"mobility_{letter}"), 1e-5, rel_tol=1e-9)
    assert math.isclose(number(f, f"mobility_{letter}_{regime}_max"), 1e-5, rel_tol=1e-9)
    assert math.isclose(number(f, "threshold_voltage"), 5.0 * sign, rel_tol=1e-7)
    other = "linear" if regime == "saturation" else "saturation"
    assert not f[f"mobility_{letter}_{other}"].value.is_known


def test_a_line_through_current_that_the_contacts_limit_gives_no_threshold():
    gate = np.linspace(-5.0, 5.0, 61)
    i = square_law(gate, 5.0, sign=1, threshold=0.0)
    limited = 1e-12 + 1.0 / (1.0 / np.maximum(i, 1e-30) + 1.0 / (2e-8 * (1.0 + 0.05 * gate)))
    columns = {"gate_voltage": gate, "drain_current": limited}
    f = extract(make_trace("transfer", columns, {}, drain_voltage=5.0, **GEOMETRY))
    assert f["polarity"].category == "n"
    for name in ("threshold_voltage", "threshold_voltage_linear", "mobility_n_linear"):
        value = f[name].value.value
        assert value is None or value >= -5.0


def test_a_step_that_jumps_decades_still_shows_a_steep_swing():
    gate = np.linspace(-5.0, 5.0, 61)
    i = 1e-12 + 1.0 / (1.0 / (1e-11 * 10 ** np.minimum(gate / 0.06, 30)) + 1.0 / 1e-5)
    i = i * (1.0 + 0.3 * np.maximum(gate, 0.0))
    columns = {"gate_voltage": gate, "drain_current": i}
    f = extract(make_trace("transfer", columns, {}, drain_voltage=5.0, **GEOMETRY))
    assert number(f, "subthreshold_swing") == pytest.approx(0.06, rel=0.3)


def test_between_the_regimes_both_are_right():
    f = extract(transfer(-30.0))
    for name in ("mobility_p_saturation", "mobility_p_linear"):
        assert math.isclose(number(f, name), 1e-5, rel_tol=1e-8)


@pytest.mark.parametrize("drain", [-80.0, -5.0])
@pytest.mark.parametrize("seed", range(4))
def test_noisy_transfer(drain, seed):
    f = extract(transfer(drain, noise=0.03, floor=1e-11, seed=seed))
    # 3 % noise on some hundred points: 1 % for the slope; 0.3 V for its extrapolation
    assert math.isclose(number(f, "mobility_p"), 1e-5, rel_tol=0.03)
    assert abs(number(f, "threshold_voltage") + 5.0) < 0.3


def test_interval_of_the_mobility_covers_the_truth():
    hits = 0
    for seed in range(60):
        value = extract(transfer(-5.0, floor=2e-8, seed=seed))["mobility_p"].value
        hits += value.low <= 1e-5 <= value.high
    # 90 % expected of 60 = 54; 45 lies 4 standard deviations below
    assert hits >= 45


def test_hysteresis_is_the_shift_of_the_second_direction():
    f = extract(transfer(-80.0, shift=3.0))
    assert math.isclose(number(f, "hysteresis_voltage"), 3.0, rel_tol=1e-3)
    g = extract(transfer(-80.0, shift=-2.0))
    assert math.isclose(number(g, "hysteresis_voltage"), -2.0, rel_tol=1e-3)


def test_subthreshold_swing_and_on_off():
    vg = np.linspace(-2, 2, 401)
    current = 1e-13 + 1e-6 * np.minimum(10 ** ((vg - 0.5) / 0.12), 1.0)
    f = extract(make_trace("transfer", {"gate_voltage": vg, "drain_current": current}, {}))
    # the leakage under the exponential bends it by 1e-13/current
    assert math.isclose(number(f, "subthreshold_swing"), 0.12, rel_tol=1e-3)
    assert math.isclose(number(f, "on_off_ratio"), 1e7, rel_tol=1e-5)
    assert "--channel-width" in f["mobility_n"].value.note
    assert "--drain-voltage" in f["mobility_n"].value.note


def output(contact):
    vd = np.linspace(0, -60, 241)
    # in series with a contact that eats c tanh(|V|/c): transport sees the rest
    seen = np.abs(vd) - contact * np.tanh(np.abs(vd) / contact) if contact else np.abs(vd)
    i = square_law(np.full(241, -25.0), -seen)
    return extract(make_trace("output", {"drain_voltage": vd, "drain_current": i}, {}))


def test_output_of_the_square_law():
    f = output(0.0)
    assert number(f, "saturates") == 1.0
    # I/Isat = 1 - (1-x)^2 = 0.95 at x = 1 - sqrt(0.05); grid 0.25 V
    knee = -20.0 * (1 - math.sqrt(0.05))
    assert abs(number(f, "saturation_voltage") - knee) < 0.26
    assert abs(number(f, "output_conductance")) < 1e-20
    assert number(f, "contact_nonlinearity") == 0.0
    assert number(f, "linear_start") == 1.0


def test_injection_barrier_makes_an_s_shape():
    f = output(8.0)
    assert number(f, "contact_nonlinearity") > 0.5
    assert number(f, "linear_start") == 0.0


# synapses and memories ----------------------------------------------------------------------


def test_label_matches_its_own_definition():
    p = np.linspace(0, 1, 100_001)
    for a in (0.05, 0.3, 1.0, 4.0):
        assert math.isclose(
            neurosim_label(a), 10.10 * np.max(np.abs(neurosim_curve(p, a) - p)), rel_tol=1e-8
        )


@pytest.mark.parametrize("a", [0.1, 0.5, 2.0, -0.5])
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_weight_update(a, noise):
    p = np.linspace(0, 1, 128)
    shape = neurosim_curve(p, a) if a > 0 else 1 - neurosim_curve(1 - p, -a)
    rng = np.random.default_rng(4)
    up = 1e-6 * (1 + 9 * (shape + noise * rng.standard_normal(128)))
    down = 1e-6 * (1 + 9 * (shape[::-1] + noise * rng.standard_normal(128)))
    f = extract(make_trace("pulses", {"conductance": np.concatenate([up, down])}, {}))
    # 1 % noise of the range over 128 points
    wide = 1e-6 + 12 * noise
    assert abs(number(f, "nonlinearity_potentiation") - neurosim_label(a)) < wide
    # a depression that retraces the potentiation starts where that one ended: bent the other way
    assert abs(number(f, "nonlinearity_depression") - neurosim_label(-a)) < wide
    # read backwards the depression is the potentiation, up to
    # the noise of 128 pairs and one pulse of doubt where the run turns
    assert number(f, "asymmetry_ratio") < 1e-9 + 9 * noise
    assert math.isclose(number(f, "dynamic_range"), 10.0, rel_tol=1e-9 + 12 * noise)


def test_linear_update_has_label_zero():
    f = extract(make_trace("pulses", {"conductance": np.linspace(1e-6, 2e-6, 64)}, {}))
    assert abs(number(f, "nonlinearity_potentiation")) < 0.01


def test_paired_pulses_and_energy():
    dt, tau = 1e-3, 0.4
    t = np.arange(0, 6, dt)
    light = 2.0 * (((t >= 1) & (t < 1.1)) | ((t >= 1.5) & (t < 1.6)))
    kick = [np.where(t >= t0, np.exp(-(t - t0) / tau), 0.0) for t0 in (1.1, 1.6)]
    current = 1e-9 + 5e-9 * (kick[0] + kick[1])
    columns = {
        "time": t,
        "current": current,
        "light": light,
        "drain_voltage": np.full(len(t), -0.2),
    }
    f = extract(make_trace("pulses", columns, {}))
    assert number(f, "pulses") == 2
    # linear superposition: A2/A1 = 1 + exp(-period/tau); one sample of dt late
    assert math.isclose(number(f, "ppf_index"), 1 + math.exp(-0.5 / tau), rel_tol=2 * dt / tau)
    assert math.isclose(number(f, "pulse_gap"), 0.4, rel_tol=1e-6)
    assert math.isclose(number(f, "dose_per_pulse"), 0.2, rel_tol=1e-6)
    first = 0.2 * 1e-9 * 0.1
    assert f["energy_per_pulse"].value.low >= first * 0.999


def test_light_potentiates_and_voltage_depresses():
    t = np.arange(0, 12, 0.01)
    phase, k = t % 1.0, (t // 1.0).astype(int)
    on = (phase >= 0.5) & (phase < 0.6)
    columns = {
        "time": t,
        "light": 10.0 * (on & (k < 6)),
        "voltage": np.where(on & (k >= 6), -1.0, 0.1),
    }
    after = k + (phase >= 0.5)
    columns["current"] = 1e-9 * (1 + np.where(after <= 6, after, 12 - after))
    f = extract(make_trace("pulses", columns, {"current": "A"}))
    assert number(f, "pulses") == 12
    assert number(f, "weight_maximum") == pytest.approx(7e-9, rel=1e-9, abs=0.0)
    assert number(f, "weight_minimum") == pytest.approx(1e-9, rel=1e-9, abs=0.0)
    # the light pulse lasts 0.1 s; the voltage pulses carry none
    assert number(f, "dose_per_pulse") == pytest.approx(1.0, rel=1e-6)
    # 2, 3, ... 7 nA at 0.1 V and 6, 5, ... 1 nA at 1 V for 0.1 s: the least of twelve is 2e-11 J
    assert f["energy_per_pulse"].value.low == pytest.approx(2e-11, rel=0.02, abs=0.0)  # edges
    flat = {**columns, "current": np.full(len(t), 1e-9)}
    assert not extract(make_trace("pulses", flat, {}))["ppf_index"].value.is_known


def test_power_law_retention_is_extrapolated_and_says_so():
    t = np.logspace(0, 4, 81)
    columns = {"time": np.tile(t, 2), "current": np.concatenate([1e-4 * t**-0.2, 1e-7 * t**0.1])}
    trace = make_trace("retention", columns, {"current": "A"})
    sweep = np.repeat([0, 1], 81)
    trace = type(trace)(trace.kind, "", columns, trace.units, sweep)
    f = extract(trace)
    assert not f["retention_time"].value.is_known
    # ratio 1e3 t^-0.3 = 10 at t = 10^(2/0.3)
    assert math.isclose(number(f, "retention_time_extrapolated"), 10 ** (2 / 0.3), rel_tol=1e-6)
    assert "EXTRAPOLATED" in f["retention_time_extrapolated"].value.note
    assert math.isclose(number(f, "measured_span"), 1e4, rel_tol=1e-12)
    assert math.isclose(number(f, "drift_exponent"), -0.2, rel_tol=1e-9)
    # half of t^-0.2 is reached at 2^5 = 32 s, within the record: measured
    assert math.isclose(number(f, "half_life"), 32.0, rel_tol=0.35)


def test_resistances_are_turned_over():
    t = np.logspace(0, 3, 31)
    trace = make_trace("retention", {"time": t, "resistance": 1e4 * t**0.05}, {})
    # a rising resistance is a falling on state
    assert math.isclose(number(extract(trace), "drift_exponent"), -0.05, rel_tol=1e-9)


def test_one_way_memory_keeps_its_window():
    up = np.linspace(0, 2, 101)
    v = np.tile(np.concatenate([up, up[-2::-1], -up[1:], -up[-2:0:-1]]), 2)
    written = np.maximum.accumulate(v <= -1.1)
    f = extract(make_trace("iv", {"voltage": v, "current": v * np.where(written, 1e-3, 1e-7)}, {}))
    assert f["polarity"].category == "set only"
    assert abs(number(f, "set_voltage") + 1.09) < STEP
    assert math.isclose(number(f, "maximum_window"), 1e4, rel_tol=1e-9)


# light --------------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [0.0, 0.02])
@pytest.mark.parametrize("width", [12e-9, 25e-9, 60e-9])
def test_gaussian_band(width, noise):
    x = np.linspace(400e-9, 700e-9, 1201)
    rng = np.random.default_rng(6)
    y = 0.1 + np.exp(-4 * math.log(2) * ((x - 520e-9) / width) ** 2)
    y = y + noise * rng.standard_normal(len(x))
    f = extract(make_trace("spectrum", {"wavelength": x, "intensity": y}, {}))
    assert math.isclose(number(f, "pl_peak"), 520e-9, rel_tol=2e-6 + 0.05 * noise)
    assert math.isclose(number(f, "fwhm"), width, rel_tol=2e-3 + 2 * noise)
    hc = 1.239841984e-6
    ends = [hc / (520e-9 - s * width / 2) for s in (1, -1)]
    assert math.isclose(number(f, "fwhm_energy"), ends[0] - ends[1], rel_tol=3e-3 + 2 * noise)


def test_jacobian_moves_a_gaussian_in_energy_back():
    e = np.linspace(1.8, 3.0, 2401)
    band = np.exp(-4 * math.log(2) * ((e - 2.4) / 0.1) ** 2)
    x = 1.23984198433e-6 / e
    per_wavelength = band / x**2
    columns = {"wavelength": x, "intensity": per_wavelength / per_wavelength.max()}
    f = extract(make_trace("spectrum", columns, {}))
    assert math.isclose(number(f, "peak_energy_jacobian"), 2.4, rel_tol=1e-5)
    assert math.isclose(number(f, "fwhm_energy_jacobian"), 0.1, rel_tol=2e-3)
    # without it the peak lies at higher energy by about 2 sd^2/E = 1.5 meV
    assert math.isclose(number(f, "peak_energy") - 2.4, 2 * 0.0425**2 / 2.4, rel_tol=0.1)


def test_a_flat_record_has_no_band():
    rng = np.random.default_rng(7)
    columns = {"wavelength": np.linspace(4e-7, 7e-7, 300), "intensity": rng.standard_normal(300)}
    with pytest.raises(InputError, match="noise"):
        extract(make_trace("spectrum", columns, {}))


def counts(shape, seed=1):
    t = np.linspace(0, 200e-9, 1001)
    y = np.random.default_rng(seed).poisson(2e4 * shape(t * 1e9) + 10.0).astype(float)
    return extract(make_trace("decay", {"time": t, "intensity": y}, {}))


def test_monoexponential_decay():
    f = counts(lambda t: np.exp(-t / 15))
    assert f["model"].category == "mono-exponential"
    # 1.5e6 photons: 0.1 % for one lifetime, some times that with the constant
    assert math.isclose(number(f, "lifetime_amplitude"), 15e-9, rel_tol=5e-3)
    assert abs(number(f, "reduced_chi_square") - 1) < 0.15


def test_biexponential_decay():
    f = counts(lambda t: 0.6 * np.exp(-t / 6) + 0.4 * np.exp(-t / 30))
    assert f["model"].category == "bi-exponential"
    first, second = 0.6 * 6 + 0.4 * 30, 0.6 * 36 + 0.4 * 900
    assert math.isclose(number(f, "lifetime_amplitude"), first * 1e-9, rel_tol=0.02)
    assert math.isclose(number(f, "lifetime_intensity"), second / first * 1e-9, rel_tol=0.02)
    assert math.isclose(number(f, "lifetime_fast"), 6e-9, rel_tol=0.05)
    assert math.isclose(number(f, "fast_share"), 0.6, rel_tol=0.05)


def test_stretched_decay():
    f = counts(lambda t: np.exp(-((t / 12) ** 0.6)))
    assert f["model"].category == "stretched exponential"
    mean = 12e-9 / 0.6 * math.gamma(1 / 0.6)
    assert math.isclose(number(f, "stretching_exponent"), 0.6, rel_tol=0.05)
    assert math.isclose(number(f, "lifetime_amplitude"), mean, rel_tol=0.05)
    second = 12e-9 * math.gamma(2 / 0.6) / math.gamma(1 / 0.6)
    assert math.isclose(number(f, "lifetime_intensity"), second, rel_tol=0.1)


def test_interval_of_the_lifetime_covers_the_truth():
    hits = 0
    for seed in range(30):
        f = counts(lambda t: np.exp(-t / 15), seed)
        value = f["lifetime_amplitude"].value
        hits += value.low <= 15e-9 <= value.high
    # 90 % of 30 = 27; 20 lies 4 standard deviations below
    assert hits >= 20


def test_sizes_and_the_cover_of_their_intervals():
    hits = {"size_mean": 0, "size_sd": 0}
    for seed in range(100):
        size = 9e-9 + 0.8e-9 * np.random.default_rng(seed).standard_normal(80)
        f = extract(make_trace("sizes", {"size": size}, {}))
        for name, truth in (("size_mean", 9e-9), ("size_sd", 0.8e-9)):
            value = f[name].value
            hits[name] += value.low <= truth <= value.high
    # binomial with p = 0.9, n = 100: 78 to 100 is 4 standard deviations
    assert all(78 <= n <= 99 for n in hits.values())


def test_histogram_equals_its_list():
    size, count = np.array([8e-9, 9e-9, 10e-9]), np.array([3.0, 5.0, 2.0])
    a = extract(make_trace("sizes", {"size": size, "count": count}, {}))
    b = extract(make_trace("sizes", {"size": np.repeat(size, [3, 5, 2])}, {}))
    for name in ("size_mean", "size_sd", "size_median"):
        assert number(a, name) == number(b, name)


def test_three_sizes_by_hand():
    f = extract(make_trace("sizes", {"size": np.array([8e-9, 9e-9, 10e-9])}, {}))
    assert math.isclose(number(f, "size_sd"), 1e-9, rel_tol=1e-12)
    assert math.isclose(number(f, "size_spread"), 1 / 9, rel_tol=1e-12)


def test_lognormal_is_told_from_normal():
    log = np.exp(0.4 * np.random.default_rng(2).standard_normal(400)) * 9e-9
    f = extract(make_trace("sizes", {"size": log}, {}))
    assert f["distribution"].category == "log-normal"


def test_given_read_voltage_is_used():
    trace = ideal_switch(1.0, -0.8)
    trace.parameters["read_voltage"] = Sourced(-0.3, "V", basis="given")
    f = extract(trace)
    assert number(f, "read_voltage") == -0.3
    assert math.isclose(number(f, "on_off_ratio"), 1e3, rel_tol=1e-9)


@pytest.mark.parametrize("count", [2, 5, 19])
def test_spread_over_cycles_holds_the_share_of_the_next_that_it_claims(count):
    """The range of n holds (n - 1)/(n + 1) of what comes next, whatever the distribution."""
    rng = np.random.default_rng(11)
    inside = 0
    for values in rng.lognormal(size=(4000, count + 1)):
        s = spread(list(values[:-1]), "V", "none")
        inside += s.low <= values[-1] <= s.high
        assert ("less than 90 %" in s.note) == (count < 19)
    share = (count - 1) / (count + 1)
    assert inside / 4000 == pytest.approx(share, abs=0.025)  # three standard errors of 4000
