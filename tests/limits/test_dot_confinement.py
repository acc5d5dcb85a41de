"""Confined levels meet the closed forms: hard walls, hard sphere, finite well, Kane bands."""

import numpy as np
import pytest

from halodot.dot.confinement import KINETIC, Band, felt_size, level, wave_number
from halodot.dot.limits import bessel_sphere, finite_well, infinite_box

SIZES = np.array([2e-9, 5e-9, 1.2e-8])
HARD = Band(mass=0.2, gap=1e12, barrier=1e10)
# the wall of 1e10 eV still lets the carrier leak by 1e-14 m: 1e-5 of the energy
LEAK = 3e-5


@pytest.mark.parametrize(("shape", "directions"), [("platelet", 1), ("cube", 3)])
def test_hard_walls_give_the_box(shape: str, directions: int) -> None:
    np.testing.assert_allclose(
        level(SIZES, shape, HARD).energy, infinite_box(SIZES, 0.2, directions), rtol=LEAK
    )


def test_hard_sphere_has_the_bessel_root() -> None:
    np.testing.assert_allclose(
        level(SIZES, "sphere", HARD).energy, bessel_sphere(SIZES, 0.2), rtol=LEAK
    )


@pytest.mark.parametrize("barrier", [0.3, 2.0, 8.0])
@pytest.mark.parametrize("outer", [0.3, 1.0])
def test_finite_well_solves_the_transcendental_equation(barrier: float, outer: float) -> None:
    band = Band(mass=0.25, gap=1e12, barrier=barrier, outer_mass=outer)
    expected = [finite_well(float(s), 0.25, barrier, outer) for s in SIZES]
    # both solvers are converged to 1e-12; 1e-8 leaves room for the gap of 1e12 eV
    np.testing.assert_allclose(level(SIZES, "platelet", band).energy, expected, rtol=1e-8)


def test_finite_sphere_matches_logarithmic_derivatives() -> None:
    band = Band(mass=0.25, gap=1e12, barrier=2.0, outer_mass=1.0)
    found = level(SIZES, "sphere", band)
    radius = SIZES / 2.0
    kappa = np.sqrt((2.0 - found.energy) / KINETIC)
    step = 1e-14
    inside = np.log(np.sin(found.wave_number * (radius + step)) / (radius + step))
    inside -= np.log(np.sin(found.wave_number * (radius - step)) / (radius - step))
    slope_in = inside / (2.0 * step) / 0.25
    slope_out = -(kappa + 1.0 / radius)
    # central difference of step 1e-14 m on lengths of 1e-9 m: 1e-6 by round-off
    np.testing.assert_allclose(slope_in, slope_out, rtol=1e-4)


@pytest.mark.parametrize("shape", ["platelet", "cube", "sphere"])
def test_hard_walls_with_kane_bands(shape: str) -> None:
    gap = 2.4
    e = level(SIZES, shape, Band(mass=0.2, gap=gap, barrier=1e10)).energy
    parabolic = level(SIZES, shape, HARD).energy
    np.testing.assert_allclose(e * (1.0 + e / gap), parabolic, rtol=1e-4)


def test_lattice_dispersion_tends_to_kane_for_small_wave_number() -> None:
    energy = np.array([1e-4, 1e-3])
    smooth = wave_number(energy, Band(0.2, 2.4, 5.0))
    cells = wave_number(energy, Band(0.2, 2.4, 5.0, 1.0, 5.9e-10))
    # next term of arcsin: (ka)^2 / 6 below 1e-3
    np.testing.assert_allclose(cells, smooth, rtol=1e-3)


def test_lattice_dispersion_lowers_levels_of_small_dots() -> None:
    smooth = level(1.2e-9, "platelet", Band(0.2, 2.4, 6.0)).energy
    cells = level(1.2e-9, "platelet", Band(0.2, 2.4, 6.0, 1.0, 5.9e-10)).energy
    assert cells < 0.95 * smooth


def test_ten_thousand_sizes_at_once_equal_one_by_one() -> None:
    many = np.linspace(1.5e-9, 3e-8, 10_000)
    band = Band(0.2, 2.4, 6.0, 1.0, 5.9e-10)
    together = level(many, "cube", band)
    for i in (0, 4321, 9999):
        alone = level(many[i], "cube", band)
        assert float(alone.energy) == pytest.approx(float(together.energy[i]), rel=1e-12)
    assert np.all(felt_size(many, together, "cube") > many)
