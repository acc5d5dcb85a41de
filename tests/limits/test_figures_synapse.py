"""Figures of synapse tests against closed forms: leaky integrators, a timing kernel, a gate."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.figures import extract
from halodot.figures.limits import leaky_integrator, make_trace
from halodot.figures.synapse_curves import curves
from halodot.figures.synapse_runs import read_runs

W = 0.05  # width of a pulse [s]
PARTS = ((4.0, 0.2), (0.3, 3.0))  # gain, time constant
STEP = 0.002


def left(w: float = W, height: float = 1.0) -> np.ndarray:
    """What one pulse leaves in each part."""
    return np.array([g * height * tau * -math.expm1(-w / tau) for g, tau in PARTS])


def after_train(n: int, period: float) -> float:
    """Response to the n-th pulse of a train, at its end."""
    q = np.array([math.exp(-period / tau) for _, tau in PARTS])
    return float(np.sum(left() * (1.0 - q**n) / (1.0 - q)))


def train(n: int, period: float, start: float = 0.5) -> list[tuple[float, float, float]]:
    return [(start + k * period, W, 1.0) for k in range(n)]


def record(runs, **more):
    return leaky_integrator(runs, parts=PARTS, step=STEP, **more)


def value(figures, name: str) -> float:
    found = figures[name].value
    assert found.is_known, found.note
    return float(found)


def test_single_pulse():
    f = extract(record([train(1, 1.0)], after=20.0))
    # rows stand half a step inside the edges: the top is missed by half a step of decay
    assert value(f, "epsc_peak") == pytest.approx(left().sum(), rel=2e-2)
    assert f["postsynaptic_sign"].category == "excitatory"
    assert value(f, "epsc_decay_fast") == pytest.approx(0.2, rel=1e-2)
    assert value(f, "epsc_decay_slow") == pytest.approx(3.0, rel=1e-2)
    assert value(f, "baseline") == 1.0
    # nearly a ramp: 10 to 90 % of it
    assert value(f, "epsc_rise_time") == pytest.approx(0.8 * W, rel=0.1)


def test_a_current_that_falls_is_inhibitory():
    t = record([train(1, 1.0)], after=5.0)
    down = replace(t, columns=t.columns | {"current": 2.0 - t.columns["current"]})
    f = extract(down)
    assert f["postsynaptic_sign"].category == "inhibitory"
    assert value(f, "epsc_peak") < 0.0


def test_pairs_follow_two_exponentials():
    gaps = [0.05, 0.15, 0.4, 1.0, 2.0, 5.0]
    f = extract(record([train(2, W + g) for g in gaps], after=1.0))
    c = left() / left().sum()
    q = np.array([math.exp(-(W + gaps[0]) / tau) for _, tau in PARTS])
    assert value(f, "ppf_index") == pytest.approx(1.0 + float(c @ q), rel=2e-3)
    assert value(f, "ppf_index_excess") == pytest.approx(float(c @ q), rel=2e-2)
    # what was left at the second start leaks during that pulse
    residual = np.array([math.exp(-gaps[0] / tau) for _, tau in PARTS])
    assert value(f, "ppf_index_residual") == pytest.approx(
        1.0 + float(c @ (q - residual)), rel=1e-2
    )
    assert f["paired_pulse"].category == "facilitation"
    assert value(f, "ppf_gap") == pytest.approx(0.05, rel=1e-9)
    # PPF(gap) = 1 + sum c exp(-W/tau) exp(-gap/tau)
    for name, tau, share in (("1", 0.2, c[0]), ("2", 3.0, c[1])):
        assert value(f, f"ppf_tau{name}") == pytest.approx(tau, rel=3e-2)
        assert value(f, f"ppf_c{name}") == pytest.approx(share * math.exp(-W / tau), rel=3e-2)


def test_three_gaps_bear_one_exponential():
    f = extract(record([train(2, W + g) for g in (0.1, 0.4, 1.0)], after=1.0))
    assert f["ppf_tau1"].value.is_known
    assert "five" in f["ppf_tau2"].value.note


def test_rates_and_cutoff():
    rates = np.geomspace(0.3, 10.0, 12)
    f = extract(record([train(10, 1.0 / r) for r in rates], after=1.0))
    gains = [after_train(10, 1.0 / r) / left().sum() for r in rates]
    assert value(f, "srdp_gain") == pytest.approx(gains[-1], rel=2e-3)
    assert "rises" in f["cutoff_frequency"].definition
    from scipy.optimize import brentq

    def gain(r: float) -> float:
        return after_train(10, 1.0 / r) / left().sum()

    true = brentq(lambda r: gain(r) - gain(10.0) / math.sqrt(2.0), 0.3, 10.0)
    # twelve rates, linear in log rate between them
    assert value(f, "cutoff_frequency") == pytest.approx(true, rel=2e-2)
    over = brentq(lambda r: gain(r) - 1.0 - (gain(10.0) - 1.0) / math.sqrt(2.0), 0.3, 10.0)
    assert value(f, "cutoff_frequency_excess") == pytest.approx(over, rel=2e-2)


def test_numbers_and_what_is_retained():
    numbers = (1, 5, 25)
    f = extract(record([train(n, 0.2) for n in numbers], after=2.0))
    assert value(f, "sndp_gain") == pytest.approx(after_train(25, 0.2) / left().sum(), rel=2e-3)

    def retained(n: int) -> float:
        q = np.array([math.exp(-0.2 / tau) for _, tau in PARTS])
        parts = left() * (1.0 - q**n) / (1.0 - q)
        late = np.array([math.exp(-2.0 / tau) for _, tau in PARTS])
        return float(parts @ late / parts.sum())

    assert value(f, "stp_retained_share") == pytest.approx(retained(1), rel=2e-2)
    assert value(f, "ltp_retained_share") == pytest.approx(retained(25), rel=2e-2)
    assert value(f, "stp_to_ltp") == 1.0
    assert f["stp_to_ltp_by"].category == "number"
    assert f["stp_to_ltp"].category == ""  # a number that draws can be counted by


def test_one_time_constant_makes_nothing_long_term():
    runs = [train(n, 0.2) for n in (1, 5, 25)]
    f = extract(leaky_integrator(runs, parts=((1.0, 0.5),), step=STEP, after=2.0))
    assert value(f, "stp_to_ltp") == 0.0
    assert f["stp_to_ltp_by"].category == "none"
    assert value(f, "retention_time_constant") == pytest.approx(0.5, rel=1e-2)
    assert value(f, "retention_exponent") == pytest.approx(1.0, abs=1e-2)
    assert value(f, "retention_floor") == pytest.approx(0.0, abs=1e-3)


def test_durations_intensities_and_reciprocity():
    widths, heights = (0.05, 0.1, 0.2), (3.0, 6.0, 12.0)
    runs = [[(0.5, w, 3.0)] for w in widths] + [[(0.5, W, h)] for h in heights]
    # the same pulse twice counts once
    f = extract(record(runs, after=1.0))
    assert value(f, "sidp_gain") == pytest.approx(4.0, rel=1e-9)
    assert value(f, "sidp_exponent") == pytest.approx(1.0, rel=1e-9)
    long = left(0.2).sum() / left(0.05).sum()
    assert value(f, "sddp_gain") == pytest.approx(long, rel=1e-2)
    # the same dose as four heights, given as four widths, acts less: it leaks meanwhile
    assert value(f, "reciprocity") == pytest.approx(long / 4.0, rel=1e-2)


def test_learning_again():
    n, period, pause = 10, 0.2, 1.0
    first = train(n, period)
    start = first[-1][0] + W + pause
    f = extract(record([[*first, *train(n, period, start)]], after=1.0))
    q = np.array([math.exp(-period / tau) for _, tau in PARTS])
    held = left() * (1.0 - q**n) / (1.0 - q)
    level = held.sum()
    held = held * np.array([math.exp(-pause / tau) for _, tau in PARTS])
    assert value(f, "learning_left") == pytest.approx(held.sum() / level, rel=1e-2)
    again = 0
    decay = np.array([math.exp(-W / tau) for _, tau in PARTS])
    while True:
        again += 1
        held = held * decay + left()
        if held.sum() >= level:
            break
        held = held * q / decay
    saving = f["learning_saving"].value
    assert saving.value == pytest.approx((n - again) / n)
    assert saving.high - saving.low == pytest.approx(1.0 / n)


def windowed(kernel, timings):
    """Records of two spikes, light before or after a voltage pulse, and a change that stays."""
    t = np.arange(0.0, 2.0, 0.005)
    columns: dict[str, list] = {n: [] for n in ("time", "light", "gate_voltage", "current")}
    sweep = []
    for k, dt in enumerate(timings):
        pre, post = 0.5 + max(0.0, -dt), 0.5 + max(0.0, dt)
        light = ((t >= pre - 1e-9) & (t < pre + 0.02 - 1e-9)).astype(float)
        gate = 5.0 * ((t >= post - 1e-9) & (t < post + 0.02 - 1e-9))
        current = 1e-9 * (1.0 + kernel(dt) * (t > 1.0) + 0.1 * light)
        for name, x in zip(columns, (t, light, gate, current), strict=True):
            columns[name].append(x)
        sweep.append(np.full(len(t), k))
    joined = {n: np.concatenate(x) for n, x in columns.items()}
    trace = make_trace("synapse", joined, {"current": "A"})
    return replace(trace, sweep=np.concatenate(sweep).astype(np.int64))


@pytest.mark.parametrize(
    ("plus", "minus", "shape"),
    [
        (0.4, -0.2, "Hebbian"),
        (-0.4, 0.2, "anti-Hebbian"),
        (0.4, 0.2, "symmetric"),
        (-0.3, -0.3, "symmetric depressing"),
        (0.4, 0.0, "one-sided"),
    ],
)
def test_window_of_a_kernel(plus, minus, shape):
    def kernel(dt: float) -> float:
        return plus * math.exp(-dt / 0.04) if dt > 0 else minus * math.exp(dt / 0.1)

    f = extract(windowed(kernel, [-0.2, -0.1, -0.05, 0.05, 0.1, 0.2]))
    assert f["stdp_shape"].category == shape
    assert value(f, "stdp_amplitude_positive") == pytest.approx(plus, rel=1e-6)
    assert value(f, "stdp_time_positive") == pytest.approx(0.04, rel=1e-6)
    if minus:
        assert value(f, "stdp_amplitude_negative") == pytest.approx(minus, rel=1e-6)
        assert value(f, "stdp_time_negative") == pytest.approx(0.1, rel=1e-6)
    else:
        assert not f["stdp_time_negative"].value.is_known


def test_letters():
    unit = W
    codes = (".-", "-.", "...", "--")
    runs = []
    for code in codes:
        start, pulses = 0.5, []
        for mark in code:
            units = 1 if mark == "." else 3
            pulses.append((start, units * unit, 1.0))
            start += (units + 1) * unit
        runs.append(pulses)
    f = extract(record(runs, after=20.0))
    assert value(f, "morse_letters") == 4
    assert f["morse_letters"].definition.endswith(": .- -. ... --.")
    assert value(f, "morse_unit") == pytest.approx(unit, rel=1e-9)
    # the integral of a linear device is the dose times g tau: .- and -. are alike
    assert value(f, "morse_separability_charge") == pytest.approx(0.0, abs=1e-2)
    peaks = sorted(peak for _, peak, _ in curves(read_runs(record(runs, after=20.0))).letters)
    gaps = [2.0 * (b - a) / (b + a) for a, b in itertools.pairwise(peaks)]
    assert value(f, "morse_separability") == pytest.approx(min(gaps), rel=1e-9)
    assert min(gaps) > 0.01


def test_charge_and_energy():
    t = record([train(1, 1.0)], after=20.0)
    columns = t.columns | {"drain_voltage": np.full(len(t), -0.5)}
    area = {"area": Sourced(1e-8, "m2", basis="given")}
    f = extract(replace(t, columns=columns, parameters=area))
    inside = sum(
        g * tau * (W + tau * math.expm1(-W / tau)) for g, tau in PARTS
    )  # integral of g tau (1 - exp(-t/tau))
    assert value(f, "charge_per_event") == pytest.approx(W + inside, rel=1e-3)
    assert value(f, "energy_per_event") == pytest.approx(0.5 * (W + inside), rel=1e-3)
    assert value(f, "energy_per_event_peak") == pytest.approx(
        0.5 * (1.0 + left().sum()) * W, rel=2e-2
    )
    whole = sum(g * tau * W for g, tau in PARTS)  # all of it leaks away in time
    assert value(f, "charge_per_event_response") == pytest.approx(whole, rel=2e-2)
    assert value(f, "optical_energy_per_event") == pytest.approx(1e-8 * W, rel=1e-6)


def test_energy_says_what_is_missing():
    f = extract(record([train(1, 1.0)]))
    assert "--drain-voltage" in f["energy_per_event"].value.note
    assert "--area" in f["optical_energy_per_event"].value.note
    assert f["charge_per_event"].value.is_known


def test_voltage_pulses_of_two_terminals_are_read_between_them():
    t = record([train(2, 0.3)], after=2.0)
    columns = dict(t.columns)
    pulse = columns.pop("light")
    columns["voltage"] = 0.1 + pulse
    columns["current"] = columns["current"] + 50.0 * pulse  # ohmic while it is on
    f = extract(replace(t, columns=columns))
    start = 0.1 * W  # first row that counts
    late = np.array([math.exp(-start / tau) for _, tau in PARTS])
    assert value(f, "epsc_peak") == pytest.approx(left() @ late, rel=3e-2)
    peak = t.parameters | {"response_after": Sourced(0.0, "1", basis="given")}
    f = extract(replace(t, columns=columns, parameters=peak))
    assert value(f, "epsc_peak") > 50.0


def test_no_stimulus_is_refused():
    t = record([train(1, 1.0)])
    columns = {n: x for n, x in t.columns.items() if n != "light"}
    with pytest.raises(InputError, match="stimulus"):
        extract(replace(t, columns=columns))


def test_columns_of_the_record_say_what_a_run_is():
    runs = [train(1, 1.0), train(2, 0.3)]
    t = record(runs, after=1.0)
    test = np.where(t.sweep == 0, 10.0, 1.0)  # called a letter
    found = curves(read_runs(replace(t, columns=t.columns | {"test": test})))
    assert [c for c, _, _ in found.letters] == ["."]
    assert len(found.ppf) == 1
    assert curves(read_runs(t)).letters == ()


def gate(outputs, **given):
    a, b = np.array([0.0, 0, 1, 1]), np.array([0.0, 1, 0, 1])
    columns = {"input_a": a, "input_b": b, "current": np.array(outputs, float)}
    trace = make_trace("logic", columns, {"current": "A"})
    parameters = {k: Sourced(v, "1", basis="given") for k, v in given.items()}
    return replace(trace, parameters=parameters)


def test_a_thresholded_sum_is_and_or_or():
    total = np.array([1.0, 3.0, 3.0, 5.0])  # 1 + 2a + 2b
    wide = extract(gate(total))
    assert wide["logic_function"].category == "OR"
    assert value(wide, "noise_margin") == pytest.approx(2.0 / 2.0)
    assert value(wide, "logic_threshold") == pytest.approx(math.sqrt(3.0))
    assert value(wide, "or_margin") == pytest.approx(1.0)
    assert value(wide, "and_margin") == pytest.approx(2.0 / 4.0)
    high = extract(gate(total, threshold=4.0))
    assert (high["logic_function"].category, value(high, "is_and")) == ("AND", 1.0)
    assert value(high, "is_or") == 0.0
    assert value(high, "noise_margin") == pytest.approx(0.5)
    assert extract(gate(total, threshold=9.0))["logic_function"].category == "none"
    assert extract(gate(total[::-1], threshold=4.0))["logic_function"].category == "NOR"
    assert extract(gate(-total))["logic_function"].category == "OR"  # the size counts


def test_equal_outputs_are_no_gate():
    f = extract(gate([1.0, 1.001, 1.0, 1.0]))
    assert f["logic_function"].category == "none"
    assert not f["failure_probability"].value.is_known


def test_failure_from_a_stated_spread():
    f = extract(gate([1.0, 1.0, 1.0, 4.0], threshold=2.0, spread=0.5))
    sigma = math.sqrt(math.log(1.25))
    expected = 0.5 * math.erfc(math.log(2.0) / sigma / math.sqrt(2.0))
    assert value(f, "failure_probability") == pytest.approx(expected, rel=1e-12)


def test_failure_counted_over_repeats():
    rng = np.random.default_rng(3)
    a, b = np.tile([0.0, 0, 1, 1], 200), np.tile([0.0, 1, 0, 1], 200)
    current = np.exp(rng.normal(0.0, 0.5, 800)) * np.where(a * b > 0, 4.0, 1.0)
    columns = {"input_a": a, "input_b": b, "current": current}
    trace = make_trace("logic", columns, {"current": "A"})
    threshold = {"threshold": Sourced(2.0, "A", basis="given")}
    f = extract(replace(trace, parameters=threshold))["failure_probability"].value
    expected = 0.5 * math.erfc(math.log(2.0) / 0.5 / math.sqrt(2.0))
    assert f.low < expected < f.high
    assert f.high - f.low < 0.05


def test_a_missing_combination_is_named():
    t = gate([1.0, 1.0, 1.0, 2.0])
    columns = {n: x[:3] for n, x in t.columns.items()}
    with pytest.raises(InputError, match="11"):
        extract(replace(t, columns=columns, sweep=t.sweep[:3]))
