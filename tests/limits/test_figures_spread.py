"""Spread over cycles and devices, steps of weights, edges of pulses: closed forms."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from halodot.figures import extract
from halodot.figures.distributions import anderson_darling, fit_all, random_effects, weibull
from halodot.figures.limits import ideal_switch, make_trace
from halodot.figures.reader import read
from halodot.figures.weight_update import fit_alpha, jang

FILES = Path(__file__).parents[1] / "data" / "instruments"


@pytest.mark.parametrize(
    ("name", "draw"),
    [
        ("normal", lambda r: r.normal(5.0, 1.2, 600)),
        ("log-normal", lambda r: r.lognormal(0.0, 0.6, 600)),
        ("Weibull", lambda r: r.weibull(2.0, 600)),
        ("gamma", lambda r: r.gamma(2.0, 1.0, 600)),
    ],
)
def test_the_family_that_made_the_values_is_found(name, draw):
    assert fit_all(draw(np.random.default_rng(4)))[0].name == name


def test_clustered_values_are_not_weibull():
    u = np.random.default_rng(5).uniform(size=800)
    x = (0.5 * ((1 - u) ** (-1 / 0.5) - 1)) ** (1 / 6.0)  # Burr XII, a = 0.5, c = 6
    fits = fit_all(x)
    assert fits[0].name == "clustered Weibull"
    assert next(f for f in fits if f.name == "Weibull").aicc - fits[0].aicc > 50


def test_negative_voltages_count_by_magnitude():
    x = np.random.default_rng(4).lognormal(0.0, 0.6, 600)
    assert [f.aicc for f in fit_all(-x)] == pytest.approx([f.aicc for f in fit_all(x)], rel=1e-9)


def test_weibull_is_that_of_scipy():
    x = np.random.default_rng(6).weibull(7.0, 500) * 3.0
    shape, _, scale = stats.weibull_min.fit(x, floc=0.0)
    assert weibull(x) == pytest.approx((shape, scale), rel=1e-3)


def test_anderson_darling_is_that_of_scipy():
    x = np.random.default_rng(7).normal(size=60)
    u = np.sort(stats.norm.cdf(x, np.mean(x), np.std(x, ddof=1)))
    want = stats.anderson(x, "norm", method="interpolate").statistic
    assert anderson_darling(u) == pytest.approx(want, rel=1e-6)


def test_cycle_and_device_are_told_apart():
    rng = np.random.default_rng(8)
    centres = 1.0 + 0.1 * rng.normal(size=40)
    cycle, device = random_effects([rng.normal(d, 0.03, 50) for d in centres])
    mean = float(np.mean(centres))
    assert cycle.value == pytest.approx(0.03 / mean, rel=0.05)
    assert device.value == pytest.approx(float(np.std(centres, ddof=1)) / mean, rel=0.02)
    assert device.low < device.value < device.high
    # three cycles: means scatter by 0.017 of themselves, which is no spread of devices
    same = [rng.normal(1.0, 0.03, 3) for _ in range(400)]
    assert random_effects(same)[1].value < 0.008


def test_intervals_of_the_variance_components_cover():
    rng = np.random.default_rng(9)
    inside = 0
    for _ in range(200):
        devices = [rng.normal(d, 0.05, 8) for d in rng.normal(1.0, 0.08, 6)]
        cycle, device = random_effects(devices)
        inside += (cycle.low <= 0.05 <= cycle.high) + (device.low <= 0.08 <= device.high)
    assert 0.83 <= inside / 400 <= 0.96  # 90 % nominal; the mean of the devices moves as well


def test_one_device_has_no_spread_of_devices():
    cycle, device = random_effects([np.arange(5.0)])
    assert not cycle.is_known
    assert "two devices" in device.note


def test_list_of_set_voltages_of_four_devices():
    f = extract(read(FILES / "set_voltages_four_devices.csv", "values").trace)
    assert f["devices"].value.value == 4.0
    # 5 % from cycle to cycle was put in
    assert f["voltage_cycle_cv"].value.low <= 0.05 <= f["voltage_cycle_cv"].value.high
    assert f["voltage_weibull_shape"].value.note.startswith(("1", "2"))


def test_cycles_of_a_loop_have_a_spread():
    rng = np.random.default_rng(10)
    pieces = [ideal_switch(float(x), -0.8, points=401) for x in rng.normal(1.0, 0.05, 30)]
    v = np.concatenate([p.columns["voltage"] for p in pieces])
    i = np.concatenate([p.columns["current"] for p in pieces])
    f = extract(make_trace("iv", {"voltage": v, "current": i}, {"current": "A"}))
    cv = f["set_voltage_cv"].value
    assert cv.low <= 0.05 <= cv.high
    assert "set_voltage_distribution" in f
    assert f["read_power_on"].value.value == pytest.approx(
        f["read_voltage"].value.value ** 2 / 1e3, rel=1e-6
    )


def test_devices_of_loops_are_told_apart():
    rng = np.random.default_rng(11)
    v, i, dev = [], [], []
    for k, centre in enumerate((0.8, 1.0, 1.2)):
        for x in rng.normal(centre, 0.02, 6):
            t = ideal_switch(float(x), -0.8, points=401)
            v.append(t.columns["voltage"])
            i.append(t.columns["current"])
            dev.append(np.full(len(t), float(k)))
    columns = {
        "voltage": np.concatenate(v),
        "current": np.concatenate(i),
        "device": np.concatenate(dev),
    }
    f = extract(make_trace("iv", columns, {"current": "A"}))
    assert f["set_voltage_cycle_cv"].value.value == pytest.approx(0.02, rel=0.4)
    assert f["set_voltage_device_cv"].value.value == pytest.approx(0.2, rel=0.2)


@pytest.mark.parametrize("alpha", [-3.0, -0.5, 0.0, 1.0, 2.5])
def test_exponent_of_jang(alpha):
    g = 1e-6 * jang(np.linspace(0, 1, 60), alpha, 8.0)
    assert fit_alpha(g) == pytest.approx(alpha, abs=0.02)


def test_symmetric_update_has_no_symmetry_error():
    up = np.linspace(1.0, 2.0, 40)
    both = np.concatenate([up, up[-2::-1]]) * 1e-6
    f = extract(make_trace("pulses", {"conductance": both}, {"conductance": "S"}))
    assert f["symmetry_error"].value.value == pytest.approx(0.0, abs=1e-6)
    assert f["jang_alpha_potentiation"].value.value == pytest.approx(1.0, abs=0.02)


def test_symmetry_point_of_mirrored_exponentials():
    # steps up fall with G, steps down grow with it: equal in the middle
    up = 1.0 - np.exp(-np.linspace(0.0, 3.0, 61))
    down = np.exp(-np.linspace(0.0, 3.0, 61)) * up[-1]
    g = 1.0 + np.concatenate([up, down[1:]])
    f = extract(make_trace("pulses", {"conductance": g}, {"conductance": "S"}))
    # dG+ = (1 - x) d, dG- = -x d with x = G - 1: equal at G = 1.5
    assert f["symmetry_point"].value.value == pytest.approx(1.5, abs=0.02)


def pulses_of(delay: float, tau: float) -> dict[str, np.ndarray]:
    t = np.arange(0.0, 4.0, 0.005)
    v = np.where((t % 2.0 >= 0.5) & (t % 2.0 < 1.5), 1.0, 0.1)
    i = np.full(len(t), 1e-9)
    for start in (0.5, 2.5):
        on = (t >= start + delay) & (t < start + 1.0)
        i[on] = 1e-5
        after = (t >= start + 1.0) & (t < start + 1.5)
        i[after] = 1e-9 + 1e-6 * np.exp(-(t[after] - start - 1.0) / tau)
    return {"time": t, "voltage": v, "current": i}


def test_delay_and_relaxation_of_a_threshold_switch():
    f = extract(make_trace("pulses", pulses_of(0.2, 0.05), {"current": "A"}))
    assert f["delay_time"].value.value == pytest.approx(0.2, abs=0.01)
    assert f["volatile"].category == "volatile"
    # half of ln(1e6/1e3 ...) decay: ln sqrt(1000) tau
    assert f["relaxation_time"].value.value == pytest.approx(0.05 * math.log(1e3) / 2, rel=0.15)
