"""Pulses, operating points and scores of reservoirs."""

from dataclasses import replace

import numpy as np
import pytest

from halodot.array.state import Drive
from halodot.core.errors import InputError
from halodot.core.spec import build
from halodot.core.status import Status
from halodot.task.reservoir import capacity, nodes, trial
from halodot.task.reservoir.encode import Point, Train, clock, masks, shares, train, wave
from halodot.task.reservoir.spec import Nodes, Pulses, Reservoir
from reservoir_standin import AREA, FULL, leaky, tile

POINT = Point(False, 0.1, 1.1, 0.1, 0.02, 0.1, 0.6, 0.1, 0.1, 0.0)
SMALL = {"runs": 3, "steps": 400, "rank_sequences": 8, "nodes": {"devices": 5}}


def test_inputs_become_amplitudes_widths_or_numbers_of_pulses():
    share = np.array([0.0, 0.5, 1.0])
    amplitude = train(share, POINT, Pulses())
    assert amplitude.level == pytest.approx([0.1, 0.6, 1.1])
    width = train(share, POINT, Pulses(code="width"))
    assert width.width == pytest.approx([0.01, 0.02])
    assert width.level == pytest.approx([1.1, 1.1])
    rate = train(share, POINT, Pulses(code="rate", most=4))
    assert rate.start == pytest.approx([0.1, 0.125, 0.2, 0.225, 0.25, 0.275])


@pytest.mark.parametrize("code", ["amplitude", "width", "rate"])
def test_a_device_sees_base_between_pulses_and_is_read_on_the_clock(code):
    pulses = Pulses(code=code, most=3)
    given = train(np.array([0.2, 0.9]), POINT, pulses)
    reads = clock(2, POINT, pulses)
    drive = wave(given, POINT, reads.ravel())
    assert (np.diff(drive.time) > 0.0).all()
    assert drive.time[0] == 0.0
    assert drive.time[-1] == pytest.approx(0.2)
    assert drive.voltage[-1] == 0.1
    assert (np.diff(reads.ravel()) > 0.0).all()
    assert reads.max() <= drive.time[-1] + 1e-12
    after = np.interp(reads[:, -1], drive.time, drive.voltage)
    assert after == pytest.approx(0.1)


def test_pulses_may_not_overlap():
    with pytest.raises(InputError):
        wave(
            Train(np.array([0.0, 0.01]), np.full(2, 0.02), np.ones(2), 0.1), POINT, np.array([0.1])
        )


def test_masks_give_every_device_its_channel():
    weights, offsets = masks(Nodes(devices=6, slots=2), 3, np.random.default_rng(0))
    assert np.count_nonzero(weights) == 12
    assert (np.abs(weights[4, :, 1]) == 1.0).all()
    assert np.abs(offsets).max() <= 0.8
    mixed, _ = masks(Nodes(devices=6, hears="all"), 3, np.random.default_rng(0))
    assert np.linalg.norm(mixed, axis=2) == pytest.approx(1.0)
    assert shares(np.full((1, 3), 9.0), np.abs(mixed), np.zeros((6, 1))).max() == 1.0


@pytest.mark.parametrize("tau", [1e-4, 0.1, 30.0])
def test_a_device_tells_its_own_decay_time(tau):
    point = nodes.tune(leaky(tau), Pulses(), Nodes(), 0.0, 0)
    # the grid of times is 120 points over some ten decades
    assert point.decay_time == pytest.approx(tau, rel=0.25)
    assert point.rest_current == pytest.approx(0.0, abs=1e-20)
    assert 0.4 * tau < point.period < 9.0 * tau
    assert point.width < point.period
    assert len(point.memory) == len(nodes.MULTIPLES)


def test_half_of_a_linear_change_needs_half_of_the_pulse():
    """Of the answer of a linear device, little being left after ten decay times."""
    tau = 0.1
    given = Pulses.model_validate({"period": "1 s", "width": "0.5 s", "read_voltage": "0 V"})
    point = nodes.tune(leaky(tau, ohmic=0.0), given, Nodes(), 0.0, 0)
    assert point.threshold == pytest.approx(1.0, rel=0.01)  # of 2 V; nine bisections


def test_given_values_are_taken():
    given = {"low": "0.2 V", "high": "1.5 V", "period": "0.3 s", "width": "0.05 s"}
    point = nodes.tune(leaky(), Pulses.model_validate(given), Nodes(), 0.0, 0)
    assert (point.low, point.high, point.period, point.width) == (0.2, 1.5, 0.3, 0.05)


def test_energy_is_that_of_a_resistor():
    g = 1e-5
    resistor = leaky(1.0, conductance=0.0, ohmic=g)
    given = Train(np.array([0.0, 0.05]), np.full(2, 0.02), np.array([1.0, 2.0]), 0.1)
    point = Point(False, 0.0, 2.0, 0.0, 0.02, 0.05, 1.0, 1.0, 1.0, 0.0)
    electrical, optical = nodes.energy(resistor, given, point, None)
    # plateaus of 0.98 pulses; an edge of 0.01 gives a third of its V^2 exactly, half by trapezia
    exact = g * (1.0 + 4.0) * 0.02 * (0.98 + 0.02 / 3.0)
    assert electrical == pytest.approx(exact, rel=0.005)
    assert optical == 0.0


@pytest.mark.parametrize("periods", [1.0, 8.0])
def test_energy_between_pulses_is_that_of_a_decay(periods):
    """A full device at rest: conductance x exp(-t/tau) V, pulses a hundredth of the period."""
    tau, period, base = 0.1, 0.1 * periods, 0.1
    point = Point(False, base, 1.1, base, 0.01 * period, period, 0.6, tau, 0.1, 0.0)
    cell = leaky(tau, ohmic=0.0)
    none = Train(np.zeros(0), np.zeros(0), np.zeros(0), period)
    fallen = (1.0 - base) * tau * -np.expm1(-periods)
    alone = 1e-6 * base * (base * period + fallen)
    assert nodes.energy(cell, none, point, np.ones(1))[0] == pytest.approx(alone, rel=0.01)
    given = Train(period * np.arange(6), np.full(6, 0.01 * period), np.full(6, 1.1), 6.0 * period)
    fine = np.linspace(0.0, given.until, 60_001)[1:]
    answer = cell.follow(wave(given, point, fine), np.ones(1))
    exact = np.trapezoid(np.abs(answer.voltage * answer.current), fine)
    assert nodes.energy(cell, given, point, np.ones(1))[0] == pytest.approx(exact, rel=0.01)


@pytest.mark.parametrize("prime", [True, False])
def test_every_sequence_starts_alike(prime):
    one = np.random.default_rng(0).random((6, 1, 1))
    pulses = Pulses(prime=prime)
    first, second = nodes.follow([leaky(1.0)], [one, one], POINT, pulses, 0)[0]
    assert (first == second).all()
    trains = [[Train(np.array([0.0]), np.array([0.02]), np.array([1.0]), 0.1)]] * 2
    a, b = nodes.follow_trains([leaky(1.0)], trains, np.array([0.1]), POINT, prime, 0)[0]
    assert (a == b).all()


def test_light_has_its_energy_apart():
    cell = leaky(0.1, lit=1.0)
    given = Train(np.array([0.0]), np.array([0.02]), np.array([0.5]), 0.1)
    point = Point(True, 0.0, 1.0, 0.05, 0.02, 0.1, 1.0, 0.1, 0.1, 0.0)
    _, optical = nodes.energy(cell, given, point, None)
    assert optical == pytest.approx(0.5 * 0.02 * 0.99 * FULL * AREA, rel=1e-9)


def test_light_drives_a_device_as_voltage_does():
    pulses = Pulses(drive="light")
    point = nodes.tune(leaky(0.1, lit=1.0), pulses, Nodes(), 0.05, 0)
    assert point.light
    # the bias charges it as well, but only the light of the pulse is written and decays
    assert point.decay_time == pytest.approx(0.1, rel=0.4)
    with pytest.raises(InputError, match="no light"):
        nodes.tune(leaky(0.1), pulses, Nodes(), 0.05, 0)


def test_amplifiers_bend_and_cut():
    sense = nodes.Sense.fitted([np.array([1e-6, 1e-9])], Nodes(decades=4.0), POINT, 0.0)
    assert sense.clean(np.array([1e-6, 1e-8, 1e-12])) == pytest.approx([1.0, 0.5, 0.0])
    straight = replace(POINT, logarithmic=False)
    linear = nodes.Sense.fitted([np.array([1e-6])], Nodes(), straight, 0.0)
    assert linear.clean(np.array([5e-7, 2e-6])) == pytest.approx([0.5, 1.0])


@pytest.fixture(scope="module")
def score():
    return capacity.evaluate(tile(leaky(0.1)), build(Reservoir, SMALL))


def test_a_leak_remembers_more_than_the_present(score):
    assert score.status is Status.OK
    assert score.measure == "memory capacity"
    assert score.baseline.value == pytest.approx(1.0, abs=0.03)
    assert score.chance.value < 0.1
    assert score.value.value > 1.2
    assert score.others["margin"].low > 0.0
    assert "beats its linear read-out by a margin outside" in score.verdict
    past, network = (float(score.others[f"memory_of_past{n}"]) for n in ("", "_software"))
    assert f"memory of the past (k >= 1) is {past:.2g}" in score.verdict
    assert f"software reservoir of as many nodes {network:.2g}" in score.verdict
    assert network == pytest.approx(score.details["by_delay_software"][1:].sum())
    late = score.others["narma10_margin_delay_line"]
    errors = score.others["narma10_nrmse_delay_line"], score.others["narma10_nrmse"]
    assert late.value == pytest.approx(errors[0].value - errors[1].value)
    word = "below" if late.low > 0.0 else "above" if late.high < 0.0 else "not told apart from"
    assert f"is {word} the {float(errors[0]):.2g} of a delay line" in score.verdict
    assert score.others["memory_of_past"].value == pytest.approx(
        score.details["by_delay_reservoir"][1:].sum()
    )
    assert score.others["memory_software"].value > score.value.value
    assert score.others["narma10_nrmse"].value < score.others["narma10_nrmse_linear"].value
    assert score.latency.value > 0.0
    assert score.energy.value > 0.0


def test_memory_stays_below_the_number_of_readings(score):
    assert score.others["processing_capacity"].value <= 5 * 3
    assert score.others["kernel_rank"].value <= 8


def test_same_seed_same_score(score):
    again = capacity.evaluate(tile(leaky(0.1)), build(Reservoir, SMALL))
    assert again.value == score.value
    other = capacity.evaluate(tile(leaky(0.1)), build(Reservoir, SMALL | {"seed": 3}))
    assert other.value.value != score.value.value


def test_a_device_that_only_conducts_is_no_reservoir():
    s = capacity.evaluate(tile(leaky(1.0, conductance=0.0)), build(Reservoir, SMALL))
    assert not s.value.is_known
    assert "changes the state" in s.value.note
    assert s.status is Status.UNKNOWN


def test_a_device_that_never_forgets_needs_a_period():
    lasting = leaky(1e9, conductance=1e3)
    with pytest.raises(InputError, match="keeps its state"):
        nodes.tune(lasting, Pulses(), Nodes(), 0.0, 0)
    given = Pulses.model_validate({"period": "0.1 s"})
    assert nodes.tune(lasting, given, Nodes(), 0.0, 0).decay_time == np.inf


def test_an_array_without_dynamics_has_no_score():
    s = capacity.evaluate(tile(None), build(Reservoir, SMALL))
    assert not s.value.is_known
    assert "no model of its dynamics" in s.verdict


def test_draws_that_fail_are_left_out_and_named():
    def draws(k):
        if k == 0:
            raise InputError("device", "bad", "a good one", "")
        return leaky(0.1 * (1 + k))

    spec = build(Reservoir, SMALL | {"runs": 4})
    s = capacity.evaluate(tile(leaky(0.1), draws), spec)
    assert len(s.details["memory_per_run"]) == 3
    assert any("run 1 left out" in n for n in s.notes)
    assert s.others["decay_time"].high > 1.5 * s.others["decay_time"].low


def test_the_margin_is_students_interval_of_paired_differences():
    from scipy.stats import ttest_1samp

    d = np.array([0.3, 0.1, 0.4, 0.2, 0.35])
    exact = ttest_1samp(d, 0.0).confidence_interval(0.9)
    found = trial.margin(d)
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))
    wide = trial.margin(d, 0.5)
    assert wide.high - wide.low == pytest.approx((exact.high - exact.low) * np.sqrt(1 + 0.5 * 5))


def test_the_margin_covers():
    rng = np.random.default_rng(0)
    hits = [m.low < 0.2 < m.high for m in (trial.margin(rng.normal(0.2, 1, 6)) for _ in range(600))]
    assert np.mean(hits) == pytest.approx(0.9, abs=0.04)


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [(0.1, 0.3, "beats"), (-0.1, 0.3, "does not beat"), (-0.3, -0.1, "is worse than")],
)
def test_the_verdict_says_what_the_margin_allows(low, high, word):
    gap = trial.computed(0.5 * (low + high), "1", low, high)
    one = trial.computed(1.0, "1")
    assert trial.said("accuracy", one, one, gap).startswith(f"The reservoir {word} its linear")


@pytest.mark.parametrize(
    "table",
    [
        {"pulses": {"width": "1 s", "period": "0.5 s"}},
        {"pulses": {"brightest": 0.2, "dimmest": 0.5}},
        {"runs": 2},
        {"nodes": {"hears": "none"}},
        {"pulse": {}},
    ],
)
def test_bad_specs_are_refused(table):
    with pytest.raises(InputError):
        build(Reservoir, table, root="task")


def test_the_stand_in_solves_its_equation():
    drive = Drive(
        np.array([0.0, 0.1, 0.3]), np.array([0.0, 1.0, 1.0]), np.zeros(3), np.array([0.1, 0.3])
    )
    x = leaky(0.05).follow(drive).states["x"]
    grown = 10.0 * (0.1 - 0.05 * (1.0 - np.exp(-2.0)))
    assert x[0] == pytest.approx(grown)
    assert x[1] == pytest.approx(1.0 + (grown - 1.0) * np.exp(-4.0))
