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


@pytest.mark.parametrize("field", [4e8, 6e8, 1e9])
def test_field_emission_of_murphy_and_good(field: float) -> None:
    """Cold emission from around the Fermi level, (d/kT)^2 (pi kT/d)/sin(pi kT/d) exp(-G)."""
    mass, barrier = 0.4, 1.4
    decay = field / (1.5 * steepness(mass) * np.sqrt(barrier))
    ratio = VT / decay
    ln_j = -steepness(mass) * barrier**1.5 / field + np.log(np.pi / ratio / np.sin(np.pi * ratio))
    ln_boost, _ = contact_boost(field, 0.0, barrier, mass, VT)
    # curvature of the exponent around the Fermi level, which they leave out
    assert ln_boost - barrier / VT == pytest.approx(ln_j, abs=1.5 * decay / barrier)


def image_barrier(field: float, image: float, barrier: float, mass: float, vt: float) -> float:
    """ln of emission, from the WKB integral through V = barrier - F x - image/x, no fit."""
    top = barrier - 2.0 * np.sqrt(field * image)
    energy = np.linspace(-0.6, top, 1201)[:-1]
    gap = barrier - energy
    root = np.sqrt(gap**2 - 4.0 * field * image)
    angle = (np.arange(300) + 0.5) / 300 * np.pi
    x = (gap[:, None] - root[:, None] * np.cos(angle)) / (2.0 * field)
    step = root[:, None] * np.sin(angle) / (2.0 * field) * np.pi / 300
    u = np.maximum(gap[:, None] - field * x - image / x, 0.0)
    action = 2.0 * (kappa(1.0, mass) * np.sqrt(u) * step).sum(axis=1)
    supply = np.logaddexp(0.0, -energy / vt)
    inside = np.trapezoid(np.exp(-action) * supply, energy) / vt * np.exp(barrier / vt)
    return float(np.log(np.exp((barrier - top) / vt) + inside))


@pytest.mark.parametrize("mass", [0.1, 0.4])
@pytest.mark.parametrize("permittivity", [5.0, 20.0])
def test_emission_through_a_barrier_rounded_by_the_image_force(
    mass: float, permittivity: float
) -> None:
    coulomb = e / (4.0 * np.pi * 8.8541878128e-12 * permittivity)  # [V m]
    for field in (1e7, 1e8, 4e8):
        for barrier in (0.7, 1.3):
            sure = image_barrier(field, coulomb / 4.0, barrier, mass, VT)
            ln_boost, _ = contact_boost(field, np.sqrt(coulomb), barrier, mass, VT)
            # 0.3 % of the exponent (up to 20), and the rounded end of the lowering
            assert ln_boost == pytest.approx(sure, abs=0.08)


@pytest.mark.parametrize("temperature", [200.0, 300.0, 400.0])
@pytest.mark.parametrize("barrier", [0.05, 0.4, 1.0, 2.0])
@pytest.mark.parametrize("lowering", [0.0, 1.2e-5])
def test_the_rule_is_good_to_a_thousandth(
    temperature: float, barrier: float, lowering: float
) -> None:
    """Against a fine rule over the same barrier; deep below the Fermi level it may miss more."""
    vt = 8.617333262e-5 * temperature
    for field in np.geomspace(1e6, 3e9, 9):
        shift, _ = image_lowering(field, lowering, barrier)
        for mass in (0.05, 0.5, 1.0):
            hard = steepness(mass) / (field * (1.0 + 1e10 / field**2) ** -1.5)
            deep = 1.0 / (1.5 * hard * np.sqrt(barrier)) / vt  # decay length over kT
            top = (barrier - shift) / vt
            s = np.concatenate(
                [
                    top * np.linspace(1e-4, 1.0, 8001) ** 3,
                    top + (60.0 + 60.0 * deep) * np.linspace(0.0, 1.0, 8001)[1:] ** 2,
                ]
            )
            u = shift + s * vt
            f = np.maximum((shift / u) ** 2, 1e-300)
            action = hard * u**1.5 * (1.0 - f + f * np.log(f) / 6.0)
            supply = np.where(s < top - 30.0, s - top, np.log(np.logaddexp(0.0, s - top)))
            sure = np.trapezoid(np.exp(top + supply - action), s)
            ln_boost, _ = contact_boost(field, lowering, barrier, mass, vt)
            coarse = 1e-3 if ln_boost < barrier / vt else 0.05
            assert ln_boost == pytest.approx(shift / vt + np.log1p(sure), abs=coarse)


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
