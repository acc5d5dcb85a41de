"""Occupation of bands against closed forms and independent quadrature."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from halodot.core.errors import InputError
from halodot.device.charge.statistics import (
    TABLE_SIZE,
    Kind,
    density,
    excess,
    excess_table,
    filling_limit,
)

BANDS: list[tuple[Kind, float]] = [
    ("boltzmann", 0.0),
    ("blakemore", 0.0),
    ("fermi_dirac", 0.0),
    ("gaussian", 0.0),
    ("gaussian", 0.3),
    ("gaussian", 2.0),
    ("gaussian", 4.0),
    ("gaussian", 7.0),
]


def fermi_integral(order: float, eta: float) -> float:
    """F_j normalised by Gamma(j + 1), substituted e = u^2, by adaptive quadrature."""
    gamma = {0.5: np.sqrt(np.pi) / 2.0, -0.5: np.sqrt(np.pi)}[order]

    def integrand(u: float) -> float:
        return 2.0 * u ** (2.0 * order + 1.0) / (1.0 + np.exp(min(u * u - eta, 700.0)))

    turn = np.sqrt(max(eta, 1.0))
    cuts = (0.0, max(turn - 2.0, 0.1 * turn), turn + 1.0, np.sqrt(max(eta, 0.0) + 50.0))
    parts = (quad(integrand, a, b, epsrel=1e-12)[0] for a, b in pairwise(cuts))
    return float(sum(parts) / gamma)


@pytest.mark.parametrize("eta", [-30.0, -3.0, 0.0, 2.0, 12.0, 90.0])
def test_fermi_dirac_is_its_integral_and_the_einstein_ratio_that_of_f_minus_half(
    eta: float,
) -> None:
    x = fermi_integral(0.5, eta)
    assert density(eta, "fermi_dirac") == pytest.approx(x, rel=1e-11, abs=0.0)
    gamma, slope = excess(excess_table("fermi_dirac"), np.log(x))
    assert gamma == pytest.approx(eta - np.log(x), abs=2e-9)  # the interpolation's promise
    ratio = x / fermi_integral(-0.5, eta)  # D/mu in kT/q
    assert 1.0 + slope == pytest.approx(ratio, rel=1e-8)  # adaptive quadrature


@pytest.mark.parametrize("eta", [60.0, 200.0])
def test_fermi_dirac_when_degenerate_is_sommerfelds(eta: float) -> None:
    x = 4.0 / (3.0 * np.sqrt(np.pi)) * eta**1.5 * (1.0 + np.pi**2 / (8.0 * eta**2))
    gamma, slope = excess(excess_table("fermi_dirac"), np.log(x))
    assert gamma + np.log(x) == pytest.approx(eta, rel=3.0 / eta**4)  # next order
    assert 1.0 + slope == pytest.approx(2.0 / 3.0 * eta * (1.0 + np.pi**2 / 6.0 / eta**2), rel=1e-5)


@pytest.mark.parametrize("x", [1e-7, 1e-4, 1e-2])
def test_fermi_dirac_when_dilute_is_joyce_and_dixons(x: float) -> None:
    """gamma = x/sqrt(8) + (3/16 - sqrt(3)/9) x^2, doi:10.1063/1.89697."""
    second = 3.0 / 16.0 - np.sqrt(3.0) / 9.0
    gamma, slope = excess(excess_table("fermi_dirac"), np.log(x))
    first = 1.0 / np.sqrt(8.0)
    assert gamma == pytest.approx(first * x + second * x**2, abs=2e-10 + 2e-4 * x**3)
    assert slope == pytest.approx(first * x + 2.0 * second * x**2, abs=2e-8 + 6e-4 * x**3)


@pytest.mark.parametrize("x", [1e-12, 0.1, 1.0, 3.0, 3.7])
def test_blakemore_has_a_closed_form(x: float) -> None:
    gamma, slope = excess(excess_table("blakemore"), np.log(x))
    assert gamma == pytest.approx(-np.log1p(-0.27 * x), rel=1e-11)  # round-off near full
    assert slope == pytest.approx(0.27 * x / (1.0 - 0.27 * x), rel=1e-11)


@pytest.mark.parametrize("width", [0.2, 1.0, 3.0, 6.0])
def test_a_dilute_gaussian_band_lies_half_its_variance_lower(width: float) -> None:
    ln_x = -0.5 * width**2 - 7.0 * width - 20.0
    gamma, slope = excess(excess_table("gaussian", width), ln_x)
    assert gamma == pytest.approx(-0.5 * width**2, abs=1e-8)
    assert slope == pytest.approx(0.0, abs=1e-8)


@pytest.mark.parametrize("width", [0.0, 0.5, 3.0, 6.0])
def test_a_gaussian_band_is_half_full_at_its_centre(width: float) -> None:
    table = excess_table("gaussian", width)
    assert excess(table, np.log(0.5))[0] == pytest.approx(np.log(2.0), abs=1e-9)
    for x in (1e-3, 0.1, 0.4):  # electrons and holes of the band mirror each other
        eta = excess(table, np.log(x))[0] + np.log(x)
        mirror = excess(table, np.log1p(-x))[0] + np.log1p(-x)
        assert mirror == pytest.approx(-eta, abs=1e-8)


def test_a_sharp_level_is_a_lattice_gas_and_a_wide_one_a_step() -> None:
    for x in (1e-9, 0.3, 0.99):
        gamma, _ = excess(excess_table("gaussian", 0.0), np.log(x))
        assert gamma == pytest.approx(-np.log1p(-x), rel=1e-10)
    width = 10.0  # Sommerfeld: 1/2 (1 - pi^2/6 ...) corrections of order 1/width^2
    _, slope = excess(excess_table("gaussian", width), np.log(0.5))
    step = 0.5 * width * np.sqrt(2.0 * np.pi)
    assert 1.0 + slope == pytest.approx(step * (1.0 + np.pi**2 / 6.0 / width**2), rel=1e-3)


@pytest.mark.parametrize("width", [0.4, 4.0])
def test_a_gaussian_band_is_its_integral(width: float) -> None:
    for eta in (-1.2 * width**2, -1.0, 2.0 * width):

        def integrand(e: float, eta: float = eta) -> float:
            normal = np.exp(-0.5 * (e / width) ** 2) / (width * np.sqrt(2.0 * np.pi))
            return float(normal / (1.0 + np.exp(e - eta)))

        low, high = -width * (width + 9.0), 9.0 * width
        x = quad(integrand, low, high, points=[-(width**2), eta, 0.0], epsrel=1e-12, limit=200)[0]
        assert density(eta, "gaussian", width) == pytest.approx(x, rel=1e-10, abs=0.0)
        gamma, _ = excess(excess_table("gaussian", width), np.log(x))
        assert gamma + np.log(x) == pytest.approx(eta, abs=1e-9)


@pytest.mark.parametrize(("kind", "width"), BANDS)
def test_the_slope_is_the_derivative_everywhere(kind: Kind, width: float) -> None:
    """Also across both ends of the table and far beyond them."""
    table = excess_table(kind, width)
    assert table.shape == (TABLE_SIZE,)
    ends = (table[1], table[5], table[5] + 3.0, -700.0, -30.0)
    for ln_x in [*ends, *np.linspace(-45.0, min(table[5] - 0.01, 7.0), 40)]:
        h = 1e-5 * min(1.0, 1.0 / (1.0 + table[7] * (abs(ln_x - table[5]) < 1e-3)))
        (up, _), (down, _) = excess(table, ln_x + h), excess(table, ln_x - h)
        gamma, slope = excess(table, ln_x)
        assert np.isfinite([gamma, slope]).all()
        room = max(filling_limit(kind) - np.exp(min(ln_x, 9.0)), 1e-5)
        bend = 1e-5 / room + 1e-6  # second derivative times h, relative
        error = abs((up - down) / (2.0 * h) - slope)
        assert error <= 1e-6 + 2e-15 * abs(gamma) / h + bend * abs(slope)


@pytest.mark.parametrize(("kind", "width"), BANDS)
def test_the_table_keeps_its_accuracy(kind: Kind, width: float) -> None:
    top = {"fermi_dirac": 240.0, "boltzmann": 100.0}.get(kind, 7.0 + 2.5 * width)
    eta = np.linspace(-(width**2) - 8.0 * width - 20.0, top, 301)
    ln_x = np.log(density(eta, kind, width))
    table = excess_table(kind, width)
    gamma = np.array([excess(table, v)[0] for v in ln_x])
    assert np.max(np.abs(gamma + ln_x - eta)) < 1e-9


def test_an_overfilled_band_costs_energy_without_end() -> None:
    for kind, width in BANDS[1:]:
        table = excess_table(kind, width)
        (near, slope), (far, same) = excess(table, table[5] + 1.0), excess(table, table[5] + 2.0)
        assert same == slope == pytest.approx(far - near, rel=1e-9)
        assert slope > 0.0


def test_bad_bands_are_refused() -> None:
    with pytest.raises(InputError, match="statistics"):
        excess_table("fermi")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="width"):
        excess_table("gaussian", 40.0)
    with pytest.raises(ValueError, match="read-only"):
        excess_table("blakemore")[0] = 2.0
