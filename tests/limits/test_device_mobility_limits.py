"""Mobility against temperature, field and filling: closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.device.charge.mobility import (
    arrhenius,
    density_factor,
    gaussian_disorder,
    hop_boost,
    pasveer,
    poole_frenkel,
)


def test_arrhenius_slope_is_the_activation_energy() -> None:
    warm, cold = (arrhenius(2e-8, 0.15, t) for t in (320.0, 280.0))
    slope = np.log(warm / cold) / (1 / 280.0 - 1 / 320.0) * 8.617333262e-5
    assert slope == pytest.approx(0.15, rel=1e-12)
    assert arrhenius(2e-8, 0.15, 300.0) == 2e-8
    assert arrhenius(2e-8, 0.15, 350.0, reference=350.0) == 2e-8


def test_gaussian_disorder_goes_with_the_inverse_square_of_temperature() -> None:
    sigma, kt = 0.08, 8.617333262e-5 * 300.0
    ln_mu = [np.log(gaussian_disorder(1.0, sigma, t)) for t in (300.0, 150.0)]
    assert ln_mu[0] == pytest.approx(-4.0 / 9.0 * (sigma / kt) ** 2, rel=1e-12)
    assert ln_mu[1] == pytest.approx(4.0 * ln_mu[0], rel=1e-12)


@pytest.mark.parametrize("s", [2.5, 4.0, 6.0])
def test_density_doubles_the_mobility_where_the_fit_puts_it(s: float) -> None:
    """By construction of the exponent the factor is 2 at 2 x = exp(-s^2/2)."""
    c, exponent = pasveer(s)
    ln_factor, _ = density_factor(c, exponent, -0.5 * s * s - np.log(2.0))
    assert ln_factor == pytest.approx(np.log(2.0), rel=1e-6)  # the rounded end at x = 0.1
    dilute, _ = density_factor(c, exponent, -700.0)
    assert 0.0 <= dilute < 1e-20


def test_crowded_levels_gain_no_more() -> None:
    c, exponent = pasveer(4.0)
    full = c * 0.2**exponent
    for ln_x in (0.0, 5.0, 1e4):
        value, slope = density_factor(c, exponent, ln_x)
        assert value == pytest.approx(full, rel=1e-8)
        assert slope == pytest.approx(0.0, abs=1e-6)
    assert density_factor(0.0, 0.3, -3.0) == (0.0, 0.0)


def test_narrow_levels_are_refused() -> None:
    with pytest.raises(InputError, match="sigma/kT"):
        pasveer(1.5)


def test_hops_without_and_with_a_strong_field() -> None:
    for y in (1e-150, 1e-6, 1e-3):
        value, slope = hop_boost(y)
        assert value == pytest.approx(y * y / 6.0, rel=1e-6, abs=0.0)
        assert slope == pytest.approx(y / 3.0, rel=1e-6, abs=0.0)
    for y in (40.0, 1e3, 1e12):
        value, slope = hop_boost(y)
        assert value == pytest.approx(y - np.log(2.0 * y), rel=1e-15)
        assert slope == pytest.approx(1.0 - 1.0 / y, rel=1e-15)
    assert hop_boost(-2.0) == (hop_boost(2.0)[0], -hop_boost(2.0)[1])
    assert hop_boost(0.0) == (0.0, 0.0)


@pytest.mark.parametrize("y", [0.05, 0.0999, 0.1001, 0.7, 5.0, 20.0])
def test_hops_between(y: float) -> None:
    value, slope = hop_boost(y)
    assert value == pytest.approx(np.log(np.sinh(y) / y), rel=1e-11)  # round-off of the quotient
    assert slope == pytest.approx(1.0 / np.tanh(y) - 1.0 / y, rel=1e-11)


def test_poole_and_frenkels_root() -> None:
    for field in (1e6, -1e8):
        value, slope = poole_frenkel(3e-4, field)
        assert value == pytest.approx(3e-4 * np.sqrt(abs(field)), rel=1e-8)
        assert slope == pytest.approx(0.5 * value / field, rel=1e-7)
    assert poole_frenkel(3e-4, 0.0)[1] == 0.0
    assert poole_frenkel(0.0, 1e8) == (0.0, 0.0)


def test_slopes_are_derivatives() -> None:
    h = 1e-6
    for v in np.linspace(-6.0, 3.0, 41):
        for function, args in (
            (density_factor, (6.0, 0.27, v)),
            (hop_boost, (v,)),
            (poole_frenkel, (1e-2, 1e3 * v)),
        ):
            *front, last = args
            step = h * (1e3 if function is poole_frenkel else 1.0)
            up, down = (function(*front, last + d)[0] for d in (step, -step))
            slope = function(*args)[1]
            assert slope == pytest.approx((up - down) / (2 * step), rel=1e-6, abs=1e-8)
