"""Yields and decays against sums and closed forms."""

import numpy as np
import pytest
from scipy.integrate import quad

from halodot.dot.recombination import decay, poisson, pulse_yield, quantum_yield

LIGHT = 2.5e8


@pytest.mark.parametrize("traps", [0.05, 0.7, 4.0])
@pytest.mark.parametrize("rate", [1e8, 1e10, 1e12])
def test_the_yield_is_the_sum_over_dots(traps: float, rate: float) -> None:
    n = np.arange(61)
    total = float(np.sum(poisson(traps, 60) * LIGHT / (LIGHT + n * rate)))
    # Poisson tail beyond 60 of a mean of 4
    assert float(quantum_yield(traps, rate, LIGHT)) == pytest.approx(total, rel=1e-9)


def test_the_yield_is_the_area_of_the_decay() -> None:
    value, _ = quad(
        lambda t: float(decay(np.array([t]), 0.8, 3e9, LIGHT)[0]) * LIGHT, 0.0, 2e-7, limit=400
    )
    assert value == pytest.approx(float(quantum_yield(0.8, 3e9, LIGHT)), rel=1e-6)  # exp(-50)


def test_the_decay_starts_with_all_rates_and_ends_with_light() -> None:
    step = 1e-14
    early = float(decay(np.array([step]), 0.8, 3e9, LIGHT)[0])
    assert (1.0 - early) / step == pytest.approx(LIGHT + 0.8 * 3e9, rel=1e-3)  # 2 k t
    late = decay(np.array([1e-7, 1.1e-7]), 0.8, 3e9, LIGHT)
    assert np.log(late[0] / late[1]) / 1e-8 == pytest.approx(LIGHT, rel=1e-6)  # exp(-300)


def test_fast_traps_leave_the_dots_without_traps() -> None:
    assert float(quantum_yield(0.3, 1e20, LIGHT)) == pytest.approx(np.exp(-0.3), rel=1e-9)


def test_slow_traps_are_one_rate() -> None:
    # k_t << k_r: each dot sees nearly the mean
    found = float(quantum_yield(1000.0, 1e5, LIGHT))
    assert found == pytest.approx(LIGHT / (LIGHT + 1e8), rel=1e-3)  # variance, k_t / k_r


@pytest.mark.parametrize("excitons", [0.1, 1.0, 5.0])
def test_fast_auger_leaves_one_photon_per_excited_dot(excitons: float) -> None:
    found = float(pulse_yield(0.0, 1e10, LIGHT, 1e-20, excitons))
    assert found == pytest.approx((1.0 - np.exp(-excitons)) / excitons, rel=1e-6)


def test_without_auger_and_traps_every_exciton_shines() -> None:
    assert float(pulse_yield(0.0, 1e10, LIGHT, 1e3, 3.0)) == pytest.approx(1.0, rel=1e-6)


def test_auger_of_three_excitons_is_four_and_a_half_times_that_of_two() -> None:
    # N^2 (N - 1) / 4 in units of the biexciton: 1 and 4.5; a weak loss shows them in order <N>
    life, small = 1e-6, 1e-3
    loss = 1.0 - float(pulse_yield(0.0, 1e10, LIGHT, life, small))
    # P(N >= 2) / <N> = <N>/2, biexcitons of radiative rate 4 k_r
    assert loss == pytest.approx(0.5 * small / (1.0 + 4.0 * LIGHT * life), rel=2e-3)  # <N>
