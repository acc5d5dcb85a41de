"""Planted decays are found again, with intervals that cover; what was not measured says so."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.array.decay import fit, law_of, left, parts
from halodot.array.state import Decay
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced

T = np.geomspace(0.05, 100.0, 50)


def record(seed: int, tau: float, beta: float, kept: float, noise: float, t: np.ndarray = T):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(seed)
    share = kept + (1.0 - kept) * np.exp(-((t / tau) ** beta))
    return t, 1e-6 + 4e-6 * (share + noise * rng.standard_normal(len(t)))


@pytest.mark.parametrize(
    ("tau", "beta", "kept", "noise", "span"),
    [(5.0, 0.6, 0.25, 0.01, 100.0), (5.0, 0.6, 0.25, 0.01, 10.0), (5.0, 0.85, 0.6, 0.02, 200.0)],
)
def test_planted_numbers_are_covered_over_sixty_sets(
    tau: float, beta: float, kept: float, noise: float, span: float
) -> None:
    t = np.geomspace(0.05, span, 50)
    hits = []
    for seed in range(60):
        law = fit(*record(seed, tau, beta, kept, noise, t), rest=1e-6)
        assert law is not None
        hits.append([law.time.low <= tau <= law.time.high, law.kept.low <= kept <= law.kept.high,
                     law.stretch.low <= beta <= law.stretch.high])  # fmt: skip
    assert np.min(np.mean(hits, axis=0)) >= 0.78


def test_nothing_kept_and_a_plain_exponential() -> None:
    law = fit(*record(1, 5.0, 1.0, 0.0, 0.01), rest=1e-6)
    assert law is not None
    assert law.time.low <= 5.0 <= law.time.high
    assert law.kept.low < 0.02
    assert law.kept.high < 0.1
    assert law.start == pytest.approx(5e-6, rel=0.02)


def test_a_record_that_ends_early_says_extrapolated_and_is_wide() -> None:
    law = fit(*record(2, 500.0, 0.8, 0.3, 0.003), rest=1e-6)
    assert law is not None
    assert "EXTRAPOLATED" in law.time.note
    assert law.time.high / law.time.low > 2.0
    assert law.time.low <= 500.0 <= law.time.high


def test_a_state_that_holds_and_then_breaks() -> None:
    t = np.geomspace(1.0, 1e5, 60)
    y = np.where(t < 2e4, 1e-3, 1e-9)
    law = fit(t, y, rest=0.0)
    assert law is not None
    assert law.stretch.value > 2.0
    assert law.kept.value < 0.01
    d = law_of([law])
    assert d is not None
    assert float(left(d, np.array([3600.0]))[0]) > 0.97
    assert float(left(d, np.array([1e5]))[0]) < 0.02
    assert law.start > 0.0


def test_a_steep_early_fall_is_not_taken_for_a_state_that_stays() -> None:
    t = np.geomspace(1e-5, 1e5, 24)
    y = np.where(t < 1e-3, 2e-7, 1.9e-11)
    law = fit(t, y, rest=0.0)
    assert law is not None
    assert law.start > 0.0
    assert law.kept.value < 0.1


def test_noise_alone_is_no_decay() -> None:
    rng = np.random.default_rng(3)
    assert fit(T, 1e-6 * (1.0 + 0.02 * rng.standard_normal(50)), rest=0.0) is None


def test_negative_currents_fade_alike() -> None:
    t, y = record(4, 5.0, 0.7, 0.2, 0.005)
    up, down = fit(t, y, 1e-6), fit(t, -y, -1e-6)
    assert up is not None
    assert down is not None
    assert down.time.value == pytest.approx(up.time.value, rel=1e-9)
    assert down.start == pytest.approx(-up.start, rel=1e-9)


def test_bad_records_are_refused() -> None:
    with pytest.raises(InputError):
        fit(np.arange(4.0), np.ones(4))
    with pytest.raises(InputError):
        fit(np.array([0.0, 1, 2, 2, 3, 4]), np.ones(6))
    t, y = record(5, 5.0, 0.6, 0.3, 0.01)
    y[::7] = np.nan
    assert fit(t, y, 1e-6) is not None


def test_long_records_are_averaged_and_agree() -> None:
    t = np.linspace(0.01, 100.0, 60_000)
    law = fit(*record(6, 5.0, 0.6, 0.25, 0.05, t), rest=1e-6)
    assert law is not None
    assert law.time.value == pytest.approx(5.0, rel=0.15)


def test_records_of_several_devices_are_joined() -> None:
    rng = np.random.default_rng(9)
    taus = 5.0 * np.exp(0.3 * rng.standard_normal(6))
    laws = [fit(*record(k, float(tau), 0.6, 0.25, 0.005), rest=1e-6) for k, tau in enumerate(taus)]
    d = law_of([law for law in laws if law is not None])
    assert d is not None
    assert d.time.low <= 5.0 <= d.time.high
    assert d.time.high / d.time.low > 1.2  # devices differ
    assert law_of([]) is None


@pytest.mark.parametrize("beta", [0.4, 0.55, 0.7, 0.9, 1.0])
def test_exponentials_make_up_the_stretched_one(beta: float) -> None:
    one = Sourced(beta, "1")
    d = Decay(Sourced(2.0, "s"), one, Sourced(0.0, "1"), Sourced(1.0, "s"))
    weights, times = parts(d)
    t = np.concatenate([[0.0], np.geomspace(0.005, 60.0, 200)])
    sum_of = np.exp(-t[:, None] / times) @ weights
    assert float(np.abs(sum_of - left(d, t)).max()) < 0.03
    assert float(weights.sum()) == pytest.approx(1.0, rel=1e-12)
    assert np.all(weights >= 0.0)
