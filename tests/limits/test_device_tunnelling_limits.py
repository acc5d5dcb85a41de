"""Tunnelling through films and out of contacts against closed forms and quadrature."""

from __future__ import annotations

from math import gamma as gamma_function

import numpy as np
import pytest
from scipy.constants import e, hbar, m_e
from scipy.integrate import quad

from halodot.device.charge.tunnelling import contact_boost, image_lowering, tunnel_edge

VT = 0.025852  # kT/q at 300 K


def kappa(barrier: float, mass: float) -> float:
    """Decay constant of a wave [1/m] from the constants of another library."""
    return float(np.sqrt(2.0 * mass * m_e * barrier * e) / hbar)


def steepness(mass: float) -> float:
    """4 sqrt(2 m)/(3 q hbar), barrier in eV [V/m eV^-1.5]."""
    return float(4.0 * np.sqrt(2.0 * mass * m_e * e) / (3.0 * hbar))


@pytest.mark.parametrize("mass", [0.1, 0.6])
def test_a_rectangle_decays_with_twice_kappa(mass: float) -> None:
    ln_t, _ = tunnel_edge(2.0, 2.0, 0.0, 3e-9, mass)
    assert ln_t == pytest.approx(
        -2.0 * kappa(2.0, mass) * 3e-9, rel=3e-3
    )  # rounding: 5 meV of 2 eV
    thick, _ = tunnel_edge(2.0, 2.0, 0.0, 6e-9, mass)
    assert thick == pytest.approx(2.0 * ln_t, rel=1e-12)


@pytest.mark.parametrize("drop", [0.3, 1.0, 1.8, 2.5, 6.0])
def test_any_trapezium_is_the_wkb_integral(drop: float) -> None:
    """Direct (drop below the barrier) and Fowler-Nordheim, unequal barriers."""
    left, right, thickness, mass = 2.2, 1.9, 4e-9, 0.3
    energy = max(0.0, left - right - drop)

    def decay(s: float) -> float:
        return kappa(max(left - drop * s - energy, 0.0), mass)

    turn = min(1.0, (left - energy) / drop)
    ln_t = -2.0 * thickness * quad(decay, 0.0, turn, epsrel=1e-10)[0]
    assert tunnel_edge(left, right, drop, thickness, mass)[0] == pytest.approx(ln_t, rel=2e-3)


def test_fowler_and_nordheims_slope() -> None:
    """ln T = -B phi^1.5/F: the slope to 1/F tells the barrier."""
    barrier, mass, thickness = 3.1, 0.42, 8e-9
    fields = np.array([6e8, 8e8, 1e9])
    ln_t = [tunnel_edge(barrier, barrier, f * thickness, thickness, mass)[0] for f in fields]
    slope, offset = np.polyfit(1.0 / fields, ln_t, 1)
    assert slope == pytest.approx(-steepness(mass) * barrier**1.5, rel=2e-3)
    assert offset == pytest.approx(0.0, abs=0.1)
    # field of SiO2 as printed in textbooks: 6.83e7 V/cm sqrt(m) phi^1.5
    assert steepness(mass) == pytest.approx(6.83e9 * np.sqrt(mass), rel=1e-3)


def test_without_a_barrier_everything_passes() -> None:
    assert tunnel_edge(-0.5, -0.2, 0.4, 3e-9, 0.5)[0] == 0.0
    assert tunnel_edge(0.2, 1.5, 0.0, 3e-9, 0.5)[0] < 0.0
    # carriers on the high side see only what stands above them
    low = tunnel_edge(3.0, 1.0, 0.0, 3e-9, 0.5)[0]
    assert low == pytest.approx(-2.0 * kappa(1.0, 0.5) * 3e-9, rel=1e-3)


@pytest.mark.parametrize("barriers", [(2.0, 2.0), (3.0, 0.5), (0.3, 2.5), (0.01, 0.02)])
def test_the_slope_to_the_drop_is_the_derivative(barriers: tuple[float, float]) -> None:
    for drop in np.linspace(-6.0, 6.0, 61):
        step = 1e-6
        up, down = (tunnel_edge(*barriers, drop + d, 4e-9, 0.4)[0] for d in (step, -step))
        _, slope = tunnel_edge(*barriers, drop, 4e-9, 0.4)
        assert slope == pytest.approx((up - down) / (2.0 * step), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("barriers", [(2.0, 2.0), (3.0, 1.0), (0.05, 0.05)])
def test_the_slope_does_not_jump(barriers: tuple[float, float]) -> None:
    drops = np.linspace(-4.0, 4.0, 8001)
    slopes = np.array([tunnel_edge(*barriers, d, 3e-9, 0.4)[1] for d in drops])
    assert np.max(np.abs(np.diff(slopes))) < 0.12 * np.ptp(slopes)  # 1 mV of 10 mV rounding


@pytest.mark.parametrize("field", [1e7, 1e8])
def test_image_force_alone_is_schottkys(field: float) -> None:
    permittivity = 5.0 * 8.8541878128e-12
    lowering = np.sqrt(e / (4.0 * np.pi * permittivity))
    ln_boost, _ = contact_boost(field, lowering, 1.0, 0.0, VT)
    assert ln_boost == pytest.approx(np.sqrt(e * field / (4 * np.pi * permittivity)) / VT, rel=2e-4)
    assert image_lowering(1e12, lowering, 0.4)[0] == pytest.approx(0.4, rel=1e-6)


def test_thermionic_field_emission_of_padovani_and_stratton() -> None:
    """sqrt(4 pi s) exp(s/3), s/3 = (q hbar F)^2/(24 m (kT)^3), where the peak is inside."""
    mass, barrier, field = 0.3, 1.6, 1.4e8
    third = (e * hbar * field) ** 2 / (24.0 * mass * m_e * (VT * e) ** 3)
    assert 10.0 < 3.0 * third < 0.6 * barrier / VT
    ln_boost, _ = contact_boost(field, 0.0, barrier, mass, VT)
    saddle = third + 0.5 * np.log(4.0 * np.pi * 3.0 * third)
    assert ln_boost == pytest.approx(saddle, abs=0.02)  # next order of the saddle point, 1/(4 s)


def test_thermionic_emission_at_low_fields() -> None:
    field, mass, barrier = 5e6, 0.5, 0.8
    hard = steepness(mass) * VT**1.5 / field
    ln_boost, _ = contact_boost(field, 0.0, barrier, mass, VT)
    # int_0^inf exp(s - b s^1.5) ds in powers of b^(-2/3)
    series = sum(
        2.0 / 3.0 * gamma_function(2.0 * (k + 1.0) / 3.0) * hard ** (-2.0 * (k + 1.0) / 3.0)
        / gamma_function(k + 1.0)
        for k in range(12)
    )  # fmt: skip
    assert np.expm1(ln_boost) == pytest.approx(series, rel=2e-3)
    assert contact_boost(1e-3 * field, 0.0, barrier, mass, VT)[0] < 1e-3


def test_field_emission_at_high_fields() -> None:
    """What tunnels at the Fermi level rules: d ln J/d(1/F) = -B phi^1.5."""
    mass, barrier = 0.2, 0.9
    fields = np.array([1.2e9, 1.6e9])
    ln_j = [contact_boost(f, 0.0, barrier, mass, VT)[0] for f in fields]
    s, hard = barrier / VT, steepness(mass) * VT**1.5 / fields
    edge = s - hard * s**1.5 - np.log(1.0 - 1.5 * hard * np.sqrt(s))
    assert ln_j == pytest.approx(edge, abs=0.02)  # curvature of the exponent at the Fermi level


@pytest.mark.parametrize("temperature", [200.0, 300.0, 400.0])
@pytest.mark.parametrize("barrier", [0.05, 0.4, 1.0, 2.0])
def test_the_rule_is_good_to_a_thousandth(temperature: float, barrier: float) -> None:
    vt = 8.617333262e-5 * temperature
    for field in np.geomspace(1e6, 3e9, 12):
        for mass in (0.05, 0.5, 1.0):
            hard = steepness(mass) / (field * (1.0 + 1e10 / field**2) ** -1.5)
            u = barrier * np.linspace(0.0, 1.0, 8001) ** 3
            sure = np.trapezoid(np.exp(u / vt - hard * u**1.5), u) / vt
            ln_boost, _ = contact_boost(field, 0.0, barrier, mass, vt)
            assert ln_boost == pytest.approx(np.log1p(sure), abs=1e-3)


@pytest.mark.parametrize("lowering", [0.0, 1.5e-5])
@pytest.mark.parametrize("mass", [0.0, 0.2])
def test_the_slope_to_the_field_is_the_derivative(lowering: float, mass: float) -> None:
    for barrier in (0.03, 0.5, 1.5):
        for field in np.geomspace(1e3, 1e10, 57):
            h = 1e-5 * field
            up, down = (contact_boost(field + d, lowering, barrier, mass, VT)[0] for d in (h, -h))
            value, slope = contact_boost(field, lowering, barrier, mass, VT)
            assert slope * field == pytest.approx(
                (up - down) / 2e-5, rel=1e-5, abs=1e-9 + 1e-10 * value
            )


def test_the_boost_starts_smoothly_at_no_field() -> None:
    args = (1.5e-5, 0.6, 0.2, VT)
    assert contact_boost(0.0, *args) == (0.0, 0.0) == contact_boost(-1e9, *args)
    value, slope = contact_boost(10.0, *args)
    assert value < 1e-8
    assert slope < 1e-9  # against 1e-5 per V/m where it sets in
