"""Confined levels meet the closed forms: hard walls, hard sphere, finite well, Kane bands."""

import numpy as np
import pytest

from halodot.core.constants import KINETIC
from halodot.dot.confinement import Bands, felt_size, hops, level, pair_energy, wave_number
from halodot.dot.limits import bessel_sphere, finite_well, infinite_box

SIZES = np.array([2e-9, 5e-9, 1.2e-8])
MASS = 0.2  # of each carrier: gamma of the pair is 2 / 0.2
HARD = Bands(gap=1e9, kane_energy=0.0, remote=10.0, barrier=1e10)
# the wall of 1e10 eV still lets the carrier leak by 1e-14 m: 1e-5 of the energy
LEAK = 3e-5


def one(sizes: np.ndarray, bands: Bands, axes: int = 1, sphere: bool = False) -> np.ndarray:
    t, s = hops(wave_number(sizes, bands, sphere), bands.lattice)
    return level(axes * t, axes * s, bands).electron


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_hard_walls_give_the_box(axes: int) -> None:
    np.testing.assert_allclose(one(SIZES, HARD, axes), infinite_box(SIZES, MASS, axes), rtol=LEAK)


def test_hard_sphere_has_the_bessel_root() -> None:
    np.testing.assert_allclose(one(SIZES, HARD, sphere=True), bessel_sphere(SIZES, MASS), rtol=LEAK)


@pytest.mark.parametrize("barrier", [0.3, 2.0, 8.0])
@pytest.mark.parametrize("outer", [0.3, 1.0])
def test_finite_well_solves_the_transcendental_equation(barrier: float, outer: float) -> None:
    bands = Bands(1e9, 0.0, 2.0 / 0.25, barrier, outer)
    expected = [finite_well(float(s), 0.25, barrier, outer) for s in SIZES]
    # both solvers are converged to 1e-12; energies beside a gap of 1e9 eV lose seven digits
    np.testing.assert_allclose(one(SIZES, bands), expected, rtol=1e-5)


def test_finite_sphere_matches_logarithmic_derivatives() -> None:
    bands = Bands(1e5, 0.0, 8.0, 2.0, 1.0)
    k = wave_number(SIZES, bands, sphere=True)
    energy, radius = KINETIC * k**2 / 0.25, SIZES / 2.0
    kappa = np.sqrt((2.0 - energy) / KINETIC)
    step = 1e-14
    inside = np.log(np.sin(k * (radius + step)) / (radius + step))
    inside -= np.log(np.sin(k * (radius - step)) / (radius - step))
    # central difference of step 1e-14 m on lengths of 1e-9 m: 1e-6 by round-off
    np.testing.assert_allclose(inside / (2.0 * step) / 0.25, -(kappa + 1.0 / radius), rtol=1e-4)


@pytest.mark.parametrize("axes", [1, 3])
def test_hard_walls_with_kane_bands(axes: int) -> None:
    """Without remote bands the pair is a massive Dirac particle: E (E + 2 E_g) = (4/3) E_P s."""
    gap, kane = 2.4, 15.0
    bands = Bands(gap, kane, 0.0, 1e10)
    e = 2.0 * one(SIZES, bands, axes)
    kinetic = axes * KINETIC * (np.pi / SIZES) ** 2
    np.testing.assert_allclose(e * (e + 2.0 * gap), 4.0 / 3.0 * kane * kinetic, rtol=1e-4)


def test_small_wave_numbers_have_the_reduced_mass() -> None:
    bands = Bands(2.4, 15.0, 4.0, lattice=5.9e-10)
    k = 1e7
    expected = KINETIC * k**2 / float(bands.reduced_mass)
    # next term: E / 2 E_g and (ka)^2 / 3, both below 1e-4
    assert float(pair_energy(*hops(k, 5.9e-10), bands)) == pytest.approx(expected, rel=1e-4)


def test_critical_points_of_the_crystal() -> None:
    """Half way to the next cell along one axis the coupling is 0 and 4 gamma C / a^2 is left."""
    bands = Bands(1.65, 14.0, 2.57, lattice=6.289e-10)
    t, s = hops(np.pi / 6.289e-10, 6.289e-10)
    step = 4.0 * KINETIC * 2.57 / 6.289e-10**2
    assert float(pair_energy(t, s, bands)) == pytest.approx(step, rel=1e-9)
    # CsPbI3: M lies 1.10 eV and X 1.75 eV over R (arXiv:2012.14705), one and two steps
    assert step == pytest.approx(0.5 * (1.10 + 1.75 / 2.0), rel=0.02)


def test_a_hard_crystal_of_n_cells_ends_at_the_first_missing_site() -> None:
    cells = np.array([2.0, 5.0, 9.0])
    bands = Bands(2.4, 0.0, 5.0, 1e10, lattice=5.9e-10)
    k = wave_number(cells * 5.9e-10, bands)
    np.testing.assert_allclose(k * 5.9e-10, np.pi / (cells + 1.0), rtol=LEAK)


def test_electron_and_hole_part_with_their_masses() -> None:
    bands = Bands(2.4, 12.0, 4.0, asymmetry=0.8)
    t, s = hops(1e7, 0.0)
    at = level(t, s, bands)
    for energy, mass in ((at.electron, at.electron_mass), (at.hole, at.hole_mass)):
        # energies of 1e-5 eV beside gaps of 2 eV keep ten digits, E / E_g the rest
        assert float(energy) == pytest.approx(KINETIC * 1e14 / float(mass), rel=1e-4)
    assert 1.0 / float(at.electron_mass) - 1.0 / float(at.hole_mass) == pytest.approx(0.8)


def test_light_loses_a_third_of_its_strength_where_the_bands_are_fully_mixed() -> None:
    strong = level(*hops(1e12, 0.0), Bands(2.4, 15.0, 0.0)).strength
    weak = level(*hops(1e5, 0.0), Bands(2.4, 15.0, 0.0)).strength
    assert float(strong) == pytest.approx(2.0 / 3.0, rel=1e-4)
    assert float(weak) == pytest.approx(1.0, rel=1e-4)


def test_ten_thousand_sizes_at_once_equal_one_by_one() -> None:
    many = np.linspace(1.5e-9, 3e-8, 10_000)
    bands = Bands(2.4, 14.0, 4.0, 6.0, 1.0, 5.9e-10)
    together = wave_number(many, bands)
    for i in (0, 4321, 9999):
        alone = wave_number(many[i], bands)
        assert float(alone) == pytest.approx(float(together[i]), rel=1e-12)
    assert np.all(felt_size(many, bands) > many + 5.9e-10)
