"""Absorption of bulk and dots against closed forms."""

import numpy as np
import pytest
from scipy.integrate import quad

from halodot.core.constants import AVOGADRO
from halodot.core.sourced import Sourced
from halodot.dot.absorption import (
    LINE,
    depolarisation,
    local_field,
    molar_extinction,
    nonparabolic,
    permittivity_imaginary,
    volume,
)
from halodot.dot.spectra import flat_exciton, sommerfeld

E, EPS0, M0, HBAR, C = 1.602176634e-19, 8.8541878128e-12, 9.1093837015e-31, 1.054571817e-34, 2.998e8


def test_a_line_has_the_classical_area_per_oscillator() -> None:
    # pi e^2 hbar / (2 eps0 m0 c), in m2 J, then over e for m2 eV; c above has four digits
    assert pytest.approx(np.pi * E**2 * HBAR / (2 * EPS0 * M0 * C) / E, abs=0.0, rel=2e-4) == LINE


def test_without_attraction_the_edge_is_the_parabolic_one() -> None:
    gap, mass, kane, above = 2.4, 0.126, 15.0, 0.02
    energy = gap + above
    # Fermi's golden rule in SI: pi e^2 hbar^2 / (eps0 m0^2 E^2) * 2 * (m0 E_P / 6) * J
    joint = (2 * mass * M0 / HBAR**2) ** 1.5 * np.sqrt(above * E) / (4 * np.pi**2)
    photon = energy * E
    rule = np.pi * E**2 * HBAR**2 / (EPS0 * M0**2 * photon**2) * 2 * (M0 * kane * E / 6) * joint
    found = float(permittivity_imaginary(energy, gap, mass, 1e-12, kane, 1e-3))
    # CODATA digits, and the bands that bend by 1 % at this energy
    assert found == pytest.approx(rule * float(nonparabolic(energy, gap)), rel=1e-4)
    assert found == pytest.approx(rule, rel=0.02)


def _strength(p: float, half: float = 1.0) -> float:
    """Squared velocity of all four transitions over the directions of p, by diagonalisation."""
    x, y = np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]])
    z = np.diag([1.0, -1.0])
    total = 0.0
    # the mean over the three axes is that over all directions for a second power
    for axis in np.eye(3):
        h = half * np.kron(z, np.eye(2))
        for n, s in zip(axis, (x, y, z), strict=True):
            h = h + p * n * np.kron(x, s)
        _, states = np.linalg.eigh(h)
        v = states.conj().T @ np.kron(x, z) @ states
        total += float(np.sum(np.abs(v[:2, 2:]) ** 2)) / 3.0
    return total


@pytest.mark.parametrize("ratio", [1.01, 1.3, 2.0])
def test_bent_bands_absorb_as_the_four_bands_do(ratio: float) -> None:
    # E = 2 sqrt(1 + p^2); states p^2 dp/dE over those of parabolic bands, E - 2 = p^2
    p = np.sqrt(ratio**2 - 1.0)
    bent = p**2 * (ratio / (2.0 * p))
    parabolic = 0.5 * np.sqrt(2.0 * (ratio - 1.0))
    expected = bent / parabolic * _strength(p) / _strength(1e-9)
    assert float(nonparabolic(2.0 * ratio, 2.0)) == pytest.approx(expected, rel=1e-9)


def test_bound_states_join_the_continuum_at_the_gap() -> None:
    # Elliott: the density of bound lines just below the gap is the continuum just above it, so
    # that the area over one Rydberg below (lines from n = 2 on) is that of the constant
    # 2 pi sqrt(R) over R/4 within the gaps of a sum for an integral
    n = np.arange(2, 200_000)
    lines = np.sum(4.0 * np.pi / n**3.0)
    assert lines == pytest.approx(2.0 * np.pi / 1.5**2, rel=0.1)  # Euler-Maclaurin from 3/2


def test_the_exciton_carries_its_area_whatever_its_width() -> None:
    # below the second line only the first counts, 4 pi R^1.5 in units of sqrt(energy)
    energy, gap, rydberg = np.linspace(2.2, 2.33, 4001), 2.4, 0.12
    free = permittivity_imaginary(gap + 0.02, gap, 0.126, 1e-12, 15.0, 1e-3) * (gap + 0.02) ** 2
    unit = float(free) / np.sqrt(0.02) / float(nonparabolic(gap + 0.02, gap))
    for width in (0.01, 0.02):
        epsilon = permittivity_imaginary(energy, gap, 0.126, rydberg, 15.0, width)
        area = np.trapezoid(epsilon * energy**2, energy)
        # tails beyond 4.7 standard deviations, and eight digits of the free absorption
        assert area == pytest.approx(4.0 * np.pi * rydberg**1.5 * unit, rel=1e-3)


@pytest.mark.parametrize("aspect", [0.1, 0.5, 2.0, 10.0])
def test_depolarisation_is_the_integral_over_the_ellipsoid(aspect: float) -> None:
    # a, b, b with b = 1: N = (a / 2) int ds / ((s + a^2)^1.5 (s + 1))
    value, _ = quad(lambda s: 0.5 * aspect / ((s + aspect**2) ** 1.5 * (s + 1.0)), 0.0, np.inf)
    assert float(depolarisation(aspect)) == pytest.approx(value, rel=1e-6)  # quadrature


def test_a_wide_platelet_sees_the_field_along_its_plane() -> None:
    # two thirds of the light is along the plane and unchanged, one third is screened
    expected = (2.0 + (2.1 / 4.8) ** 2) / 3.0
    assert float(local_field(4.8, 2.1, 1e-5)) == pytest.approx(expected, rel=1e-3)  # 1/aspect


def test_no_contrast_no_local_field() -> None:
    assert float(local_field(3.0, 3.0, 0.3)) == pytest.approx(1.0, rel=1e-12)  # exact


def test_extinction_and_cross_section_give_one_transmission() -> None:
    sigma, concentration, path = 4e-18, 1e-3, 0.01  # m2, mol/m3, m
    extinction = float(molar_extinction(Sourced(sigma, "m2")))
    napierian = np.exp(-sigma * concentration * AVOGADRO * path)
    assert 10.0 ** (-extinction * concentration * path) == pytest.approx(
        napierian, abs=0.0, rel=1e-10
    )


def test_sommerfeld_goes_from_the_constant_absorption_to_one() -> None:
    slow = float(sommerfeld(np.array([1e-6]), 0.033)[0]) * np.sqrt(1e-6)
    assert slow == pytest.approx(2.0 * np.pi * np.sqrt(0.033), rel=1e-3)  # exp(-2 pi 180)
    # 1 + x/2 for x = 2 pi sqrt(R/E) << 1
    fast = float(sommerfeld(np.array([1e4]), 0.033)[0])
    assert fast == pytest.approx(1.0 + np.pi * np.sqrt(0.033 / 1e4), rel=2e-5)  # x^2 / 12


def test_thick_platelets_have_the_bulk_radius() -> None:
    thick = float(flat_exciton(1e-15, np.array([1e-6]), 3e-9)[0])
    thin = float(flat_exciton(1e-15, np.array([1e-14]), 3e-9)[0])
    assert thin / thick == pytest.approx(4.0, rel=1e-4)  # half the radius


def test_volumes() -> None:
    assert float(volume("platelet", 2e-9, 1e-8)) == pytest.approx(2e-25, abs=0.0, rel=1e-12)
    assert float(volume("rod", 2e-9, None, 1e-8)) == pytest.approx(4e-26, abs=0.0, rel=1e-12)
    assert float(volume("cuboid", 1e-9, 2e-9, 3e-9)) == pytest.approx(6e-27, abs=0.0, rel=1e-12)
