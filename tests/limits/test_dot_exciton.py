"""The pair meets its limits: bulk, strong confinement, two dimensions, no dielectric step."""

import numpy as np
import pytest

from halodot.core.constants import COULOMB
from halodot.dot.coulomb import distance_weight, image_energies, pair, screened
from halodot.dot.limits import bohr_radius, hydrogen_binding
from halodot.dot.sizing import Core, energies, excitons

CORE = Core(2.36, 14.0, 4.0, 0.033, 5.87e-10, 6.0)


@pytest.mark.parametrize("shape", ["cube", "sphere", "platelet", "wire"])
def test_optical_gap_tends_to_bulk(shape: str) -> None:
    sizes = np.array([3e-7, 1e-6])
    found = energies(sizes, shape, CORE)
    # kinetic energy of the pair and image terms at 300 nm are below 2 meV
    np.testing.assert_allclose(found.optical_gap, 2.36 - 0.033, atol=2e-3, rtol=0.0)
    assert abs(found.optical_gap[1] - 2.327) < abs(found.optical_gap[0] - 2.327)


@pytest.mark.parametrize("shape", ["cube", "sphere", "platelet", "wire"])
def test_pair_binding_tends_to_the_rydberg(shape: str) -> None:
    assert float(pair(1e-6, shape, 3e-9, 0.033).binding) == pytest.approx(0.033, rel=2e-3)


def test_platelet_tends_to_the_two_dimensional_hydrogen_atom() -> None:
    thin = pair(np.array([1.0, 0.1, 0.01]), "platelet", 1.0, 1.0).binding
    assert np.all(np.diff(thin) > 0.0)
    # first correction of a layer of 0.01 Bohr radii is about 2 %
    assert thin[-1] == pytest.approx(4.0, rel=0.02)


def test_small_sphere_has_the_published_coulomb_constant() -> None:
    # 1.786 e^2 / eps R (Brus), R = L/2; in Rydbergs e^2/eps = 2 a_B
    x = 0.01
    binding = float(pair(x, "sphere", 1.0, 1.0).binding)
    # second order adds 0.25 Ry of 714 Ry, quadrature the rest
    assert binding == pytest.approx(2.0 * 1.786 * 2.0 / x, rel=2e-3)


def test_small_cube_equals_direct_monte_carlo() -> None:
    rng = np.random.default_rng(3)
    grid = np.linspace(0.0, 1.0, 4001)
    density = grid - np.sin(2.0 * np.pi * grid) / (2.0 * np.pi)  # of 2 sin^2(pi x)
    positions = np.interp(rng.random((2, 400_000, 3)), density, grid)
    inverse = 1.0 / np.linalg.norm(positions[0] - positions[1], axis=1)
    error = 3.0 * inverse.std() / np.sqrt(len(inverse))
    x = 0.01
    assert float(pair(x, "cube", 1.0, 1.0).binding) * x / 2.0 == pytest.approx(
        inverse.mean(), abs=error + 2e-3
    )


@pytest.mark.parametrize("shape", ["cube", "sphere"])
def test_distances_are_normalised(shape: str) -> None:
    from halodot.dot.coulomb import _DISTANCE

    total = np.trapezoid(distance_weight(shape), _DISTANCE)
    assert total == pytest.approx(1.0, rel=1e-4)  # trapezoid on 1400 logarithmic points


@pytest.mark.parametrize("shape", ["cube", "sphere", "platelet"])
def test_no_dielectric_step_no_images(shape: str) -> None:
    rise, back = image_energies(np.array([3e-9, 1e-8]), shape, 7.3, 7.3)
    np.testing.assert_allclose([*rise, *back], 0.0, atol=1e-15)


def test_monopole_is_the_charging_of_a_sphere() -> None:
    _, back = image_energies(1e-8, "sphere", 8.0, 2.0)
    assert float(back) == pytest.approx(COULOMB / 5e-9 * (0.5 - 0.125), rel=1e-12, abs=0.0)


def test_image_series_of_a_platelet_summed_by_hand() -> None:
    rise, _ = image_energies(2e-9, "platelet", 7.3, 2.1)
    q = (7.3 - 2.1) / (7.3 + 2.1)
    series = sum(q**n / n for n in range(1, 400))
    assert float(rise) == pytest.approx(2.0 * COULOMB / (7.3 * 2e-9) * series, rel=1e-10)


def test_core_reproduces_the_hydrogen_relations() -> None:
    eps, mu = float(CORE.permittivity), float(CORE.reduced_mass)
    assert hydrogen_binding(mu, eps) == pytest.approx(0.033, rel=1e-12, abs=0.0)
    assert float(CORE.bohr_radius) == pytest.approx(bohr_radius(mu, eps), rel=1e-12, abs=0.0)


def test_wide_platelet_equals_an_unlimited_one() -> None:
    wide = energies(3e-9, "platelet", CORE, 1e-6).optical_gap
    # centre of mass on 1 um: 1e-6 eV
    assert float(wide) == pytest.approx(
        float(energies(3e-9, "platelet", CORE).optical_gap), abs=3e-6
    )


def test_variational_energy_is_below_first_order() -> None:
    """The trial family holds lambda = 0, so binding is at least the bare average of 1/r."""
    x = np.array([0.3, 1.0, 4.0, 10.0])
    assert np.all(pair(x, "cube", 1.0, 1.0).binding >= 3.04 * 2.0 / x)


def test_pair_in_a_large_dot_meets_as_the_bulk_exciton_does() -> None:
    for shape in ("cube", "sphere", "platelet", "wire"):
        found = float(energies(1e-6, shape, CORE).contact)
        # the walls of 1 um still count: 6 a_B / L, a per cent or two
        assert found * np.pi * float(CORE.bohr_radius) ** 3 == pytest.approx(1.0, rel=0.03)


def test_rods_run_from_the_cube_to_the_wire() -> None:
    cube = float(energies(4e-9, "cube", CORE).optical_gap)
    wire = float(energies(4e-9, "wire", CORE).optical_gap)
    rods = [float(energies(4e-9, "rod", CORE, length=x * 1e-9).optical_gap) for x in (4, 6, 12, 60)]
    assert rods[0] == pytest.approx(cube, rel=1e-12)
    assert np.all(np.diff(rods) < 0.0)
    # a trial function without its own centre-of-mass motion misses a few meV of a long rod
    assert rods[-1] == pytest.approx(wire, abs=0.02)


def test_cuboids_do_not_depend_on_the_order_of_their_edges() -> None:
    found = [
        float(energies(a * 1e-9, "cuboid", CORE, b * 1e-9, c * 1e-9).optical_gap)
        for a, b, c in ((4, 5, 7), (7, 4, 5), (5, 7, 4))
    ]
    # ratios of the felt edges are rounded to two digits for the table of the attraction
    assert np.ptp(found) < 2e-3


def test_boxes_are_normalised() -> None:
    from halodot.dot.coulomb import _DISTANCE

    for aspect in ((1.0, 3.0), (1.5, 2.0), (1.0, 12.0)):
        total = np.trapezoid(distance_weight("cuboid", aspect), _DISTANCE)
        assert total == pytest.approx(1.0, rel=1e-4)  # trapezoid on 1400 logarithmic points
    wire = distance_weight("wire")
    # two places on a line, one on each side, at distances far beyond the width
    assert wire[-1] == pytest.approx(2.0, rel=1e-6)


def test_screening_is_optical_at_contact_and_that_of_the_exciton_in_the_bulk() -> None:
    found = screened([0.0, 3e-9, 1e-7], 3e-9, 8.0, 5.0, 2.8e-9)
    np.testing.assert_allclose(found, [5.0, 8.0, 8.0], rtol=1e-12)
    assert np.all(np.diff(screened(np.linspace(0.0, 3e-9, 9), 3e-9, 8.0, 5.0, 2.8e-9)) > 0.0)


def test_series_of_a_hard_box_and_of_a_hard_sphere() -> None:
    hard = Core(1e4, 0.0, 8.0, 0.033, 0.0, 1e12)  # parabolic, mass 0.25 each
    unit = 2.0 * 0.0381 * np.pi**2 / 25.0 * 4.0  # of one axis of 5 nm, both carriers [eV]
    lines, _, many = excitons(5e-9, "cube", hard, count=6)
    # n^2 summed over the axes: 3, 6, 9, 11, 12, 14; three digits of the constant above
    np.testing.assert_allclose(
        lines - lines[0], unit * np.array([0.0, 3.0, 6.0, 8.0, 9.0, 11.0]), rtol=1e-3
    )
    assert many.tolist() == [1, 3, 3, 3, 1, 6]
    lines, _, many = excitons(5e-9, "sphere", hard, count=4)
    zeros = np.array([3.141593, 4.493409, 5.763459, 6.283185])  # tan x = x and its kin
    np.testing.assert_allclose(
        lines - lines[0], 4.0 * unit * (zeros**2 / np.pi**2 - 1.0), rtol=1e-3, atol=1e-6
    )
    assert many.tolist() == [1, 3, 5, 1]


def test_zeros_of_spherical_bessel_functions() -> None:
    from scipy.special import spherical_jn

    from halodot.dot.sizing import _BESSEL

    for zero, many in _BESSEL:
        # seven digits printed, slopes below 0.4
        assert abs(spherical_jn((many - 1) // 2, zero)) < 1e-6
