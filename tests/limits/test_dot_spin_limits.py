"""Each channel of the spin has its exponent, its bulk limit and its frozen limit."""

import math

import numpy as np
import pytest

from halodot.core.constants import HBAR
from halodot.dot import spin_channels as channels
from halodot.dot import walls
from halodot.dot.sizing import meeting
from halodot.dot.spin import g_electron, g_hole, hyperfine_dephasing

SMALL = np.array([2e-9, 2e-9 * math.e**0.01])


def exponent(rates: np.ndarray) -> float:
    """d ln(rate) / d ln(size) of two sizes 1 % apart."""
    return float(np.diff(np.log(rates))[0] / 0.01)


def test_elliott_yafet_goes_with_the_square_of_mixing_and_of_temperature() -> None:
    cold, hot = (channels.mixing(14.0, 0.2, 2.3, 1.4, t) for t in (150.0, 300.0))
    assert float(hot / cold) == pytest.approx(2.0, rel=1e-12)
    rates = [float(channels.elliott_yafet(x, 1e-14)) for x in (cold, hot)]
    assert rates[1] / rates[0] == pytest.approx(4.0, rel=1e-12)
    assert float(channels.elliott_yafet(hot, 2e-14)) == pytest.approx(rates[1] / 2.0, rel=1e-12)


def test_elliott_yafet_of_a_hole_needs_spin_orbit_coupling() -> None:
    assert float(channels.mixing(14.0, 0.2, 2.3, 0.0, 300.0)) == 0.0
    # bands split far away leave the mixing of an electron
    far = channels.mixing(14.0, 0.2, 2.3, 1e6, 300.0)
    assert float(far) == pytest.approx(float(channels.mixing(14.0, 0.2, 2.3, None, 300.0)))
    # E_P/3 m kT / Eg^2 with the numbers put in by hand
    assert float(far) == pytest.approx(14.0 / 3.0 * 0.2 * 0.0258520 / 2.3**2, rel=1e-5)


def test_direction_average_of_the_spin_flip() -> None:
    """10/3 = 2 (T1 of a flip rate) x 4/9 (k x k' across the axis) x 15/4 (<E^2> / kT^2)."""
    rng = np.random.default_rng(5)
    k, q = (v / np.linalg.norm(v, axis=1)[:, None] for v in rng.standard_normal((2, 200_000, 3)))
    across = np.cross(k, q)
    flip = np.mean(across[:, 0] ** 2 + across[:, 1] ** 2)
    energy = rng.gamma(1.5, size=200_000)  # Maxwell-Boltzmann in three dimensions
    # Monte Carlo of 2e5 draws: 0.5 %
    constant = 2.0 * flip * np.mean(energy**2)
    assert constant == pytest.approx(float(channels.elliott_yafet(1.0, 1.0)), rel=0.02)


def test_bulk_and_small_limit_of_the_share_of_collisions() -> None:
    def share(edge: float) -> float:
        return float(channels.scattering_share(0.2, [np.array(edge)] * 3, 300.0))

    assert share(1e-6) == pytest.approx(1.0, abs=1e-3)
    # two levels are left: 3 exp(-dE/kT), and that squared
    step = 3.0 * 3.8099821e-20 * (math.pi / 4e-9) ** 2 / 0.2 / 0.0258520
    assert share(4e-9) == pytest.approx((3.0 * math.exp(-step)) ** 2, rel=0.01, abs=0.0)
    assert np.all(np.diff([share(x) for x in np.geomspace(4e-9, 2e-7, 40)]) > 0.0)


def test_level_sum_is_smooth_where_it_becomes_an_integral() -> None:
    y = np.array([0.0099999, 0.0100001])
    low, high = channels._levels(y)
    assert low == pytest.approx(high, rel=1e-4)  # d ln Z / d ln y is 1/2


def test_surface_goes_as_inverse_square_in_the_cold_quantum_limit() -> None:
    chord = walls.mean_chord(SMALL, "cube")
    wave = channels.surface(1e-4, 1.0 / SMALL, chord, 0.02, 300.0)
    assert exponent(wave) == pytest.approx(-2.0, abs=1e-9)
    hits = channels.surface(1e-4, 2e5, chord, 0.02, 300.0)
    assert exponent(hits) == pytest.approx(-1.0, abs=1e-9)
    # chance per hit is stated at 300 K
    assert float(hits[0]) == pytest.approx(1e-4 * 2e5 / float(chord[0]), rel=1e-12)


def test_two_phonons_freeze_out_with_one_phonon_energy() -> None:
    temperatures = np.array([10.0, 12.0])
    rates = [float(channels.surface(1.0, 1.0, 1.0, 0.02, t)) for t in temperatures]
    slope = math.log(rates[1] / rates[0]) / (1 / 10.0 - 1 / 12.0)
    assert slope == pytest.approx(0.02 / 8.617333262e-5, rel=1e-6)  # N(N + 1) to exp(-E/kT)


def test_two_phonons_give_the_square_of_temperature_in_the_heat() -> None:
    # soft phonons: N = kT/E, corrections of order (E/kT)^2
    rates = [float(channels.surface(1.0, 1.0, 1.0, 1e-4, t)) for t in (150.0, 300.0)]
    assert rates[1] / rates[0] == pytest.approx(4.0, rel=1e-3)


def test_exchange_has_the_sixth_power_of_size_where_narrowed() -> None:
    splitting = 1e-31 * meeting(SMALL, "cube")
    assert exponent(splitting) == pytest.approx(-3.0, abs=1e-6)
    assert exponent(channels.exchange(splitting, 1.0, 1.0)) == pytest.approx(-6.0, abs=1e-3)


def test_exchange_of_slow_phases_cannot_outrun_the_loss_of_phase() -> None:
    g = 0.5 * 1e-6 / HBAR
    assert float(channels.exchange(1e-2, 1.0, 1e-6)) == pytest.approx(g, rel=1e-6)
    assert float(channels.exchange(1e-3, 1.0, 0.0)) < 1e-90
    omega = 1e-4 / HBAR
    fast = float(channels.exchange(1e-4, 1.0, 0.05))
    assert fast == pytest.approx(omega**2 * 2.0 * HBAR / 0.05, rel=1e-4)


def test_a_pair_is_bound_in_small_volumes_and_free_in_large_ones() -> None:
    small, large = (float(channels.bound_share(v, 0.126, 0.033, 300.0)) for v in (1e-27, 1e-18))
    assert small > 0.999
    assert large < 1e-4
    assert float(channels.bound_share(1e-18, 0.126, 0.033, 4.0)) == pytest.approx(1.0)


def test_dangling_bonds_go_with_surface_over_volume() -> None:
    rates = channels.dangling_bonds(0.02, walls.surface_to_volume(SMALL, "cube"))
    assert exponent(rates) == pytest.approx(-1.0, abs=1e-9)


def test_g_factors_of_the_free_carrier_and_of_no_spin_orbit_coupling() -> None:
    assert float(g_electron(1e9)) == pytest.approx(-5.0 / 3.0)
    assert float(g_hole(2.0, 0.0)) == 2.0
    assert float(g_hole(1e9, 1.4)) == pytest.approx(2.0)
    # confinement widens the gap: g_e falls, g_h rises
    gaps = np.array([1.8, 2.1, 2.4, 3.0])
    assert np.all(np.diff(g_electron(gaps)) < 0.0)
    assert np.all(np.diff(g_hole(gaps, 1.4)) > 0.0)


def test_nuclear_dephasing_is_hbar_over_energy() -> None:
    assert float(hyperfine_dephasing(1e-6)) == pytest.approx(6.582119569e-10, rel=1e-9, abs=0.0)
