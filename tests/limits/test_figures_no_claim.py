"""What a record cannot show is not claimed: leakage, coarse steps, numerical dust."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from halodot.figures import extract
from halodot.figures.limits import ideal_switch, make_trace
from halodot.figures.mechanism import report_of
from halodot.figures.plasticity import _pair_fit, _pairs
from halodot.figures.synapse_curves import Curves

GEOMETRY = {"channel_width": 1e-3, "channel_length": 5e-5, "gate_capacitance": 1.15e-4}


def transfer(vg, current, gate=None, drain=1.0):
    columns = {"gate_voltage": vg, "drain_current": current}
    if gate is not None:
        columns["gate_current"] = gate
    return extract(make_trace("transfer", columns, {}, drain_voltage=drain, **GEOMETRY))


def test_a_drain_current_that_is_the_gates_gives_no_mobility():
    vg = np.linspace(-10.0, 40.0, 101)
    leak = 2.5e-11 * vg
    channel = 1e-14 * np.clip(vg, 0.0, None)
    f = transfer(vg, -leak + channel, leak)
    for name in ("mobility_n", "mobility_p", "threshold_voltage", "reliability_factor_linear"):
        found = [x for x in f.figures if x.name == name]
        assert all(not x.value.is_known for x in found)
    mobility = next(x for x in f.figures if x.name.startswith("mobility_"))
    assert "leakage" in mobility.value.note
    assert any("gate leakage" in note for note in f.notes)


def test_a_small_leakage_leaves_the_mobility():
    vg = np.linspace(-10.0, 40.0, 101)
    current = 2.3e-8 * np.clip(vg - 2.0, 0.0, None) + 1e-12
    f = transfer(vg, current, 0.01 * current)
    assert f["mobility_n_linear"].value.is_known
    assert not any("leakage" in note for note in f.notes)


@pytest.mark.parametrize("step", [0.02, 0.1, 0.5, 1.0])
def test_a_swing_of_coarse_steps_is_an_upper_bound(step):
    vg = np.arange(-5.0, 20.0 + 1e-9, step) + 0.013
    # 0.1 V per decade up to 1 uA, then the square law
    on = np.clip(vg - 1.0, 0.0, None) ** 2 * 1e-7 + 1e-7
    current = 1e-13 + 1.0 / (1.0 / (1e-7 * 10.0 ** np.clip((vg - 1.0) / 0.1, -40, 40)) + 1.0 / on)
    q = transfer(vg, current, drain=30.0)["subthreshold_swing"].value
    assert ("upper bound" in q.note) == (step >= 0.1)
    if step < 0.1:
        assert q.value == pytest.approx(0.1, rel=0.15)
    else:
        assert q.low <= 0.1 <= q.high
        assert q.value < max(0.11, 0.36 * step)


def test_branches_that_never_meet_are_not_one_direction():
    vg = np.linspace(-10.0, 10.0, 41)
    out = 1e-9 * 10.0 ** np.clip(vg, 0.0, 5.0)
    v = np.concatenate([vg, vg[::-1]])
    f = transfer(v, np.concatenate([out, np.full(41, out[-1])]))
    q = f["hysteresis_voltage"].value
    assert not q.is_known
    assert "both directions" in q.note


GAPS = (0.1, 0.3, 1.0, 3.0)


@pytest.mark.parametrize(
    ("excess", "noise", "kind"),
    [
        (-3.7e-6, 0.0, "none"),
        (6.6e-7, 0.0, "none"),
        (0.02, 0.05, "none"),
        (0.02, 0.001, "facilitation"),
        (-0.02, 0.0, "depression"),
    ],
)
def test_facilitation_stands_above_the_noise(excess, noise, kind):
    ppf = tuple((g, 1.0 + excess) for g in GAPS)
    found = Curves(single=None, ppf=ppf, ppf_residual=ppf, ppf_noise=noise)  # type: ignore[arg-type]
    paired = next(x for x in _pairs(found, "") if x.name == "paired_pulse")
    assert paired.category == kind
    fit = {x.name: x.value for x in _pair_fit(ppf, noise)}
    # a constant has no time constant that these gaps could show
    assert not fit["ppf_tau1"].is_known
    assert fit["ppf_tau1"].note


def test_a_time_within_the_gaps_is_found():
    ppf = tuple((g, 1.0 + 0.4 * math.exp(-g / 0.7)) for g in GAPS)
    fit = {x.name: x.value for x in _pair_fit(ppf, 1e-4)}
    assert fit["ppf_tau1"].value == pytest.approx(0.7, rel=1e-3)


def test_an_off_current_that_cannot_be_measured_is_said():
    f = extract(ideal_switch(1.0, -0.8, off=1e20))
    assert f["on_off_ratio"].value.value > 1e12
    assert "a lower bound" in f["on_off_ratio"].value.note
    tiny = extract(ideal_switch(1.0, -0.8, on=1e10, off=1e20))
    assert "less than can be measured" in tiny["on_off_ratio"].value.note
    assert "less than" not in extract(ideal_switch(1.0, -0.8))["on_off_ratio"].value.note
    assert "numerical floor" in f["maximum_window"].value.note


def test_endurance_against_no_current_is_said():
    n = np.repeat(np.arange(1.0, 11.0), 2)
    on = np.tile([True, False], 10)
    for off, said in ((1e-21, True), (1e-9, False)):
        columns = {"cycle": n, "programmed": on * 1.0, "current": np.where(on, 1e-4, off)}
        f = extract(make_trace("endurance", columns, {"current": "A"}))
        assert any("less than can be measured" in note for note in f.notes) == said


@pytest.mark.parametrize("noise", [0.0, 1e-3, 5e-3])
def test_a_compliance_is_no_law_of_conduction(noise):
    # an on state of 1 kohm is held at 10 uA from 10 mV on: no point of it is left
    rng = np.random.default_rng(3)
    t = ideal_switch(1.0, -0.8, compliance=1e-5)
    jitter = np.exp(noise * rng.standard_normal(len(t)))
    t = replace(t, columns={**t.columns, "current": t.columns["current"] * jitter})
    report = report_of(t)
    on = [b for b in report.branches if b.state == "on" and b.sign > 0]
    assert not on
    said = " ".join(report.of("filament").sentences)
    assert "not ohmic" not in said


def test_a_clipped_and_an_ambipolar_curve_are_said():
    vg = np.linspace(-40.0, 60.0, 201)
    branch = 1e-9 * np.clip(vg - 5.0, 0.0, None) ** 2 + 1e-12
    assert not transfer(vg, branch, drain=60.0).notes
    clipped = transfer(vg, np.minimum(branch, 1e-7), drain=60.0)
    assert any("compliance" in note for note in clipped.notes)
    hole = 1e-9 * np.clip(-vg - 5.0, 0.0, None) ** 2
    both = transfer(vg, branch + hole, drain=60.0)
    assert any("ambipolar" in note for note in both.notes)


def test_on_and_off_are_of_one_drain_voltage():
    vg = np.linspace(-10.0, 30.0, 101)
    current = 1e-9 * np.clip(vg - 5.0, 0.0, None) ** 2 + 1e-12
    bias = np.repeat([0.1, 1.0, 20.0], 101)
    columns = {
        "gate_voltage": np.tile(vg, 3),
        "drain_current": np.concatenate([0.01 * current, 0.1 * current, current]),
        "drain_voltage": bias,
    }
    f = extract(make_trace("transfer", columns, {}, **GEOMETRY))
    on = f["on_current"].value
    assert on.value == pytest.approx(6e-7, rel=0.05)
    assert on.low is None or on.low == pytest.approx(on.value, rel=1e-9)
    assert "20 V" in on.note
