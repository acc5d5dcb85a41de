"""Planted laws, scatter and reading noise of pulses are found again, with intervals that cover."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from halodot.array.state import Steps
from halodot.array.update import Fit, fit, runs_of, sample, sampler
from halodot.array.update_laws import Map, curvature_of, label_of
from halodot.core.errors import InputError
from halodot.figures.limits import neurosim_label
from halodot.figures.weight_update import jang


def law_of(label: float, pulses: int, low: float, high: float, rising: bool = True) -> Map:
    c = curvature_of(label)
    rate = 1.0 / pulses if abs(c) < 1e-6 else 0.5 * c / math.tanh(0.5 * c) / pulses
    return Map("exponential", rate, c / pulses, low, high, rising)


def record(
    seed: int, label: float = 3.0, scatter: float = 0.01, noise: float = 0.01, devices: int = 4,
    cycles: int = 4, pulses: int = 50, rising: bool = True, label_spread: float = 0.0,
) -> Steps:  # fmt: skip
    """Runs of several devices with planted numbers, each device in its own range."""
    rng = np.random.default_rng(seed)
    columns: list[list[np.ndarray]] = [[], [], [], []]
    for d in range(devices):
        low, high = 1e-6 * math.exp(0.1 * rng.standard_normal()), 5e-6
        m = law_of(label + label_spread * rng.standard_normal(), pulses, low, high, rising)
        for c in range(cycles):
            s = np.zeros(pulses + 1)
            for p in range(pulses):
                s[p + 1] = float(m.after(s[p])) + scatter * rng.standard_normal()
            g = m.conductance(s + noise * rng.standard_normal(pulses + 1))
            columns[0].append(g[:-1])
            columns[1].append(np.diff(g))
            columns[2].append(np.full(pulses, d))
            columns[3].append(np.full(pulses, c))
    before, change, device, cycle = (np.concatenate(c) for c in columns)
    return Steps(before, change, device.astype(np.int64), cycle.astype(np.int64))


def found(steps: Steps) -> Fit:
    f = fit(steps)
    assert f is not None
    return f


def covered(sets: list[tuple[Fit, float, float, float]]) -> list[float]:
    """Share of sets whose intervals hold label, scatter and noise."""
    hits = [
        [q.low <= x <= q.high for q, x in ((f.label, a), (f.cycle_to_cycle, b), (f.read_noise, c))]
        for f, a, b, c in sets
    ]
    return [float(h) for h in np.mean(hits, axis=0)]


def test_labels_are_those_of_the_figures() -> None:
    for a in (0.05, 0.2, 0.5, 1.0, 4.0):
        assert label_of(1.0 / a) == pytest.approx(neurosim_label(a), rel=1e-9)
        assert curvature_of(label_of(-1.0 / a)) == pytest.approx(-1.0 / a, rel=1e-9)


@pytest.mark.parametrize("name", ["linear", "exponential", "logarithmic", "power"])
@pytest.mark.parametrize("rising", [True, False])
def test_ten_pulses_at_once_are_ten_pulses(name: str, rising: bool) -> None:
    m = Map(name, 0.02, 0.03 if name == "exponential" else 0.6, 1e-6, 5e-6, rising)
    s = np.linspace(0.0, 0.7, 8)
    one = s
    for _ in range(10):
        one = m.after(one)
    assert m.after(s, 10.0) == pytest.approx(one, rel=1e-12)


def test_power_law_is_jangs() -> None:
    m = Map("power", 1.0, 2.0, 1.0, 3.0, True)
    pulses = np.linspace(0.0, 1.0, 21)
    rate = (9.0 - 1.0) / (2.0 * 2.0) / 2.0  # G^2 from 1 to 9, at the middle G = 2, over the range
    g = Map("power", rate, 2.0, 1.0, 3.0, True)
    got = g.conductance(g.after(np.zeros(21), pulses))
    assert got == pytest.approx(jang(pulses, 2.0, 3.0), rel=1e-9)
    assert m.name == "power"


def test_planted_numbers_are_covered_over_sixty_sets() -> None:
    sets = [(found(record(s, devices=2, cycles=3, pulses=30)), 3.0, 0.01, 0.01) for s in range(60)]
    shares = covered(sets)
    assert min(shares) >= 0.75
    assert shares[0] <= 1.0
    labels = np.array([f.label.value for f, *_ in sets])
    assert float(np.mean(labels)) == pytest.approx(3.0, abs=0.06)
    assert float(np.mean([f.cycle_to_cycle.value for f, *_ in sets])) == pytest.approx(
        0.01, rel=0.06
    )
    assert all(f.chosen.name == "exponential" for f, *_ in sets)


def test_a_single_run_is_covered_too() -> None:
    sets = [(found(record(s, devices=1, cycles=1, pulses=60)), 3.0, 0.01, 0.01) for s in range(60)]
    assert min(covered(sets)) >= 0.75


def test_scatter_of_labels_between_devices_widens_the_interval() -> None:
    sets = [(found(record(s, devices=6, cycles=1, pulses=40, label_spread=0.8)), 3.0, 0.01, 0.01)
            for s in range(30)]  # fmt: skip
    assert covered(sets)[0] >= 0.73
    spread = [float(f.label_spread) for f, *_ in sets]
    assert 0.4 < float(np.median(spread)) < 1.1


def test_reading_noise_is_not_taken_for_scatter_of_updates() -> None:
    f = found(record(1, scatter=0.002, noise=0.02))
    assert f.read_noise.value == pytest.approx(0.02, rel=0.1)
    assert f.cycle_to_cycle.value < 0.005
    g = found(record(2, scatter=0.02, noise=0.0))
    assert g.cycle_to_cycle.value == pytest.approx(0.02, rel=0.15)
    assert g.read_noise.low == 0.0


@pytest.mark.parametrize(
    ("label", "rising"), [(2.0, True), (-2.0, True), (2.5, False), (0.0, False)]
)
def test_either_bend_and_direction(label: float, rising: bool) -> None:
    f = found(record(3, label=label, rising=rising, scatter=0.004, noise=0.004, devices=3))
    assert f.label.value == pytest.approx(label, abs=0.35)
    assert f.chosen.rising == rising
    if label == 0.0:
        assert f.chosen.name == "linear"


def test_goodness_is_of_runs_held_out() -> None:
    f = found(record(4))
    by_name = {m.name: m for m in f.maps}
    assert by_name["exponential"].r2_cross > 0.95
    assert by_name["linear"].r2_cross < by_name["exponential"].r2_cross - 0.05
    assert f.chosen.r2 >= f.chosen.r2_cross - 0.01


def test_laws_of_other_form_are_told_apart() -> None:
    rng = np.random.default_rng(7)
    m = Map("logarithmic", 0.012, 3.5, 1e-6, 5e-6, True)
    rows = []
    for _ in range(8):
        s = np.zeros(61)
        for p in range(60):
            s[p + 1] = float(m.after(s[p])) + 0.002 * rng.standard_normal()
        rows.append(m.conductance(s))
    of = np.repeat(np.arange(8), 60)
    before, change = (
        np.concatenate(c) for c in zip(*((g[:-1], np.diff(g)) for g in rows), strict=True)
    )
    steps = Steps(before, change, np.zeros(480, np.int64), of.astype(np.int64))
    assert found(steps).chosen.name == "logarithmic"


def test_resampling_has_mean_and_scatter_of_pulses_held_out() -> None:
    steps = record(5, devices=1, cycles=40, pulses=50, scatter=0.02, noise=0.004)
    held = steps.cycle % 2 == 1
    model = Steps(steps.before[~held], steps.change[~held], steps.device[~held], steps.cycle[~held])
    rng = np.random.default_rng(1)
    span = float(np.ptp(steps.before))
    edges = np.quantile(steps.before[held], np.linspace(0.0, 1.0, 9))
    for a, b in itertools.pairwise(edges):
        rows = held & (steps.before >= a) & (steps.before <= b)
        drawn = sample(model, np.repeat(steps.before[rows], 30), rng)
        real = steps.change[rows]
        error = float(np.std(real)) / math.sqrt(len(real))
        assert abs(float(drawn.mean() - real.mean())) < 4.0 * error + 0.001 * span
        assert float(drawn.std()) == pytest.approx(float(real.std()), rel=0.2)


def test_resampling_can_leave_out_the_noise_of_reading() -> None:
    steps = record(6, devices=1, cycles=30, scatter=0.004, noise=0.02)
    rng = np.random.default_rng(2)
    middle = np.full(4000, 3e-6)
    s = sampler(steps)
    whole, own = s.draw(middle, rng).std(), s.draw(middle, rng, read_noise=0.02 * 4e-6).std()
    assert own < 0.6 * whole


def test_resampling_stays_within_what_was_measured() -> None:
    s = sampler(record(8))
    far = s.draw(np.array([1e-3, -1.0]), np.random.default_rng(1))
    assert np.all(np.abs(far) <= np.abs(s.change).max() + np.ptp(s.mean))
    assert s.draw(np.zeros((3, 4)), np.random.default_rng(1)).shape == (3, 4)
    with pytest.raises(InputError):
        sampler(Steps(np.array([np.nan, 1.0]), np.zeros(2), np.zeros(2, int), np.zeros(2, int)))


def test_runs_break_where_a_reading_is_missing() -> None:
    before = np.array([1.0, 2.0, 3.0, np.nan, 5.0, 6.0])
    change = np.ones(6)
    of = np.zeros(6, np.int64)
    lengths = [len(r.reading) for r in runs_of(Steps(before, change, of, of))]
    assert sorted(lengths) == [3, 4]


def test_too_few_pulses_have_no_law() -> None:
    of = np.zeros(5, np.int64)
    assert fit(Steps(np.arange(5.0), np.ones(5), of, of)) is None


def test_a_draw_of_the_law_has_its_scatter() -> None:
    f = found(record(9, scatter=0.01, noise=0.002))
    rng = np.random.default_rng(1)
    before = np.full(20_000, 3e-6)
    drawn = f.draw(before, rng)
    span = f.chosen.high - f.chosen.low
    assert float(drawn.std()) == pytest.approx(float(f.cycle_to_cycle) * span, rel=0.03)
    assert float(drawn.mean()) == pytest.approx(float(f.chosen.change(before[:1])[0]), rel=0.05)
