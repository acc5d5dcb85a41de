"""The grid route against closed forms: boxes, wells, Bessel roots, matched slabs and spheres."""

import itertools

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import sici

from halodot.core.constants import COULOMB, KINETIC
from halodot.core.errors import InputError
from halodot.dot import limits
from halodot.dot.reference import Bands, coulomb_first_order, levels
from halodot.dot.reference.closed_forms import lattice_box, matched_levels
from halodot.dot.reference.grid import Grid
from halodot.dot.reference.hamiltonian import hamiltonian

FREE = Bands(gap=2.3, kane_energy=0.0, gamma_electron=5.0, gamma_hole=4.0)
KANE = Bands(gap=2.3, kane_energy=20.0, gamma_electron=3.0, gamma_hole=4.0)
WALLS = {"barrier_electron": 3.0, "barrier_hole": 2.5, "outer_mass": 0.8}
FREE_WELL = Bands(2.3, 0.0, 5.0, 4.0, **WALLS)
KANE_WELL = Bands(2.3, 20.0, 3.0, 4.0, **WALLS)


def limit(shape: str, size: float, bands: Bands, n: int, count: int) -> np.ndarray:
    """Electron levels at spacing 0, from two spacings and order 2."""
    coarse, fine = (
        levels(shape, size, bands, size / c, n=n).electron_energies for c in (count, 2 * count)
    )
    return fine + (fine - coarse) / 3.0


@pytest.mark.parametrize(("shape", "directions"), [("slab", 1), ("wire", 2), ("cube", 3)])
def test_hard_box_without_coupling_is_the_box_of_the_grid(shape: str, directions: int) -> None:
    h, cells = 0.5e-9, 7
    sines = 2.0 * (1.0 - np.cos(np.pi * np.arange(1, cells) / cells)) / h**2
    sums = sorted({round(sum(s) * h**2, 9) for s in itertools.product(sines, repeat=directions)})
    found = levels(shape, cells * h, FREE, h, n=4)
    # the matrix is diagonalised by sines: rounding only
    assert found.electron_energies == pytest.approx(
        5.0 * KINETIC / h**2 * np.array(sums[:4]), rel=1e-8
    )
    lattice = levels(shape, (cells - 1) * h, FREE, h, n=4, lattice=True)
    assert lattice.electron_energies == pytest.approx(found.electron_energies, rel=1e-9)


@pytest.mark.parametrize(("shape", "directions"), [("slab", 1), ("wire", 2), ("cube", 3)])
def test_hard_box_goes_to_the_infinite_well(shape: str, directions: int) -> None:
    count = 8 if shape == "cube" else 20
    # the term of fourth order of a coarse grid is left: (pi h / L)^4 / 30
    assert limit(shape, 4e-9, FREE, 1, count)[0] == pytest.approx(
        float(limits.infinite_box(4e-9, 0.2, directions)), rel=2e-3 * (8 / count) ** 4
    )


def test_finite_well_of_a_slab() -> None:
    exact = limits.finite_well(4e-9, 0.2, 3.0, 0.8)
    # left over after extrapolation from 1/160 and 1/320
    assert limit("slab", 4e-9, FREE_WELL, 1, 160)[0] == pytest.approx(exact, rel=1e-5)


def test_sphere_has_the_bessel_roots() -> None:
    roots = np.array([np.pi, 4.493409458, 5.763459197, 2.0 * np.pi])
    exact = 5.0 * KINETIC * (roots / 3e-9) ** 2
    assert limit("sphere", 6e-9, FREE, 4, 60) == pytest.approx(exact, rel=1e-5)
    found = levels("sphere", 6e-9, FREE, 0.1e-9, n=4)
    assert found.electron_degeneracies.tolist() == [2, 6, 10, 2]


def test_finite_well_of_a_sphere() -> None:
    def mismatch(energy: float) -> float:
        x = 3e-9 * np.sqrt(energy / (5.0 * KINETIC))
        kappa_r = 3e-9 * np.sqrt(0.8 * (3.0 - energy) / KINETIC)
        return float(x * np.cos(x) - (1.0 - 0.25 * (1.0 + kappa_r)) * np.sin(x))

    exact = brentq(mismatch, 1e-3, 5.0 * KINETIC * (np.pi / 3e-9) ** 2)
    assert limit("sphere", 6e-9, FREE_WELL, 1, 320)[0] == pytest.approx(exact, rel=1e-5)


@pytest.mark.parametrize("bands", [KANE, KANE_WELL], ids=["hard", "soft"])
@pytest.mark.parametrize("shape", ["slab", "sphere"])
@pytest.mark.parametrize("hole", [False, True], ids=["electron", "hole"])
def test_coupled_bands_meet_the_matched_levels(shape: str, bands: Bands, hole: bool) -> None:
    bands = bands.swapped if hole else bands
    exact = [matched_levels(shape, 5e-9, bands, swap)[0] for swap in (False, True)]
    found = limit(shape, 5e-9, bands, 3, 160)
    # orders above the second, from 1/160: below 1e-4 of the level
    assert found[0] == pytest.approx(exact[0], rel=1e-4)
    assert np.abs(found - exact[1]).min() < 1e-4 * exact[1]


def bulk(cells: int, spacing: float) -> Grid:
    ones = np.ones((cells,) * 3)
    return Grid(ones, spacing, dict.fromkeys(range(3), ones), periodic=True)


def test_periodic_grid_has_the_dispersion_of_the_bulk() -> None:
    h = 0.6e-9
    values = np.linalg.eigvalsh(hamiltonian(bulk(4, h), KANE).toarray())
    line = 2.0 * np.pi * np.arange(4) / (4 * h)
    k = np.array(list(itertools.product(line, repeat=3)))
    upper, lower = KANE.dispersion(k, h)
    exact = np.repeat(np.concatenate([upper, -lower - KANE.gap]) + 0.5 * KANE.gap, 2)
    assert values == pytest.approx(np.sort(exact), rel=1e-10)


def test_dispersion_starts_with_the_masses_and_follows_kane() -> None:
    small = 1e6
    upper, lower = KANE.dispersion(np.array([small, 0.0, 0.0]))
    # next order of the root: coupling^2 k^2 / gap^2 = 3e-7
    assert upper == pytest.approx(KINETIC * small**2 / KANE.electron_mass, rel=1e-6, abs=0.0)
    assert lower == pytest.approx(KINETIC * small**2 / KANE.hole_mass, rel=1e-6, abs=0.0)
    equal = Bands(2.3, 20.0, 1e-9, 1e-9)
    energy = equal.dispersion(np.array([1e9, 0.0, 0.0]))[0]
    # without remote bands E (1 + E / gap) is parabolic
    assert energy * (1.0 + energy / 2.3) == pytest.approx(
        KINETIC * 1e18 / equal.electron_mass, rel=1e-8
    )


def test_large_slab_is_a_box_of_the_band_edge_mass() -> None:
    found = levels("slab", 60e-9, KANE, 0.1e-9)
    # the surface heals over 0.3 nm of 60 nm, twice and squared: 1 %
    assert found.electron_energies[0] == pytest.approx(
        float(limits.infinite_box(60e-9, KANE.electron_mass, 1)), rel=0.015
    )
    assert found.strengths[0, 0] == pytest.approx(1.0, rel=1e-3)


def test_long_rod_is_a_wire_and_flat_cuboid_a_slab() -> None:
    a = 0.6e-9
    wire = levels("wire", 5 * a, KANE, a, lattice=True).electron_energies[0]
    near, far = (
        levels("rod", (5 * a, n * a), KANE, a, lattice=True).electron_energies[0] - wire
        for n in (19, 39)
    )
    # one more direction, pi / (N + 1) a: quartered when N + 1 doubles, were it not that the
    # surface heals over a part of a cell at either end: 1 in 20 of the length, 1 in 10 below
    assert near / far == pytest.approx(4.0, rel=0.05)
    slab = levels("slab", 2 * a, KANE, a, lattice=True).electron_energies[0]
    near, far = (
        levels("cuboid", (n * a, n * a, 2 * a), KANE, a, lattice=True).electron_energies[0] - slab
        for n in (9, 19)
    )
    assert near / far == pytest.approx(4.0, rel=0.1)


@pytest.mark.parametrize("shape", ["cube", "sphere"])
def test_strengths_without_coupling_count_equal_envelopes(shape: str) -> None:
    found = levels(shape, 4e-9, FREE, 0.4e-9, n=2)
    # s to s: one pair; p to p: three
    assert found.strengths == pytest.approx(np.diag([1.0, 3.0]), abs=1e-9)


def test_coupling_moves_weight_between_the_bands_but_conserves_selection() -> None:
    found = levels("sphere", 4e-9, KANE, 0.02e-9, n=3)
    assert 0.9 < found.strengths[0, 0] < 1.0
    # an s pair and a p pair have opposite parity
    assert np.abs(found.strengths[0, 1:]).max() < 1e-12


def test_coulomb_energy_of_a_sphere_is_that_of_brus() -> None:
    exact = 2.0 - sici(2.0 * np.pi)[0] / np.pi + sici(4.0 * np.pi)[0] / (2.0 * np.pi)
    coarse, fine = (
        -coulomb_first_order(levels("sphere", 6e-9, FREE, 3e-9 / n), 5.0) for n in (40, 80)
    )
    found = (fine + (fine - coarse) / 3.0) * 5.0 * 3e-9 / COULOMB
    assert exact == pytest.approx(1.786, abs=5e-4)
    assert found == pytest.approx(exact, rel=1e-5)


def test_coulomb_energy_of_a_cube_is_the_gaussian_integral() -> None:
    # 1/r = 2/sqrt(pi) int exp(-u^2 r^2) du makes the six-fold integral a cube of two-fold ones
    x, w = np.polynomial.legendre.leggauss(160)
    x, w = 0.5 * (x + 1.0), 0.5 * w
    weight = np.outer(*[w * 2.0 * np.sin(np.pi * x) ** 2] * 2)
    apart = np.subtract.outer(x, x) ** 2

    def integrand(t: float) -> float:  # u = t / (1 - t)
        u = t / (1.0 - t)
        return float((weight * np.exp(-(u**2) * apart)).sum() ** 3 / (1.0 - t) ** 2)

    exact = 2.0 / np.sqrt(np.pi) * quad(integrand, 0.0, 0.97, epsabs=1e-8)[0]
    # beyond u = 32 the Gaussians are points: int rho^2 = 3/2, cubed, and int u^-3 du
    exact += 2.0 / np.sqrt(np.pi) * (1.5 * np.sqrt(np.pi)) ** 3 * 0.5 * (0.03 / 0.97) ** 2
    found = levels("cube", 6e-9, FREE, 0.5e-9)
    energy = -coulomb_first_order(found, 4.0) * 4.0 * 6e-9 / COULOMB
    # error of the sum over points at 1/12
    assert energy == pytest.approx(exact, rel=1e-3)
    assert energy == pytest.approx(3.05, rel=2e-3)


@pytest.mark.parametrize("shape", ["slab", "wire"])
def test_extended_shapes_have_no_first_order_coulomb_energy(shape: str) -> None:
    with pytest.raises(InputError, match="confined in all directions"):
        coulomb_first_order(levels(shape, 3e-9, KANE, 0.6e-9, lattice=True), 5.0)


@pytest.mark.parametrize(
    ("shape", "edges", "n", "field"),
    [
        ("disc", 3e-9, 1, "shape"),
        ("cube", (3e-9, 3e-9), 1, "edges"),
        ("slab", 3.2e-9, 1, "edges"),
        ("slab", 3e-9, 6, "n"),
        ("slab", 3e-9, 0, "n"),
    ],
)
def test_what_cannot_be_solved_is_refused(shape: str, edges: object, n: int, field: str) -> None:
    with pytest.raises(InputError) as error:
        levels(shape, edges, KANE, 0.6e-9, n=n, lattice=True)
    assert error.value.field == field


def test_bands_refuse_one_infinite_barrier_and_remote_terms_of_the_wrong_sign() -> None:
    with pytest.raises(InputError, match="barrier_hole"):
        Bands(2.3, 20.0, 3.0, 4.0, barrier_electron=3.0)
    with pytest.raises(InputError, match="gamma_hole"):
        Bands(2.3, 20.0, 3.0, -4.0)


@pytest.mark.parametrize("cells", [2, 3, 4, 9])
@pytest.mark.parametrize("bands", [KANE, Bands(2.3, 6.0, 8.0, 10.0)], ids=["steep", "flat"])
def test_hard_slab_of_the_lattice_heals_at_its_surface(cells: int, bands: Bands) -> None:
    # `steep` has its second root above the top of the lattice dispersion, `flat` below 0
    found = levels("slab", cells * 0.6e-9, bands, 0.6e-9, lattice=True)
    assert lattice_box(cells, 1, bands, 0.6e-9) == pytest.approx(
        found.electron_energies[0], rel=1e-8
    )
    assert lattice_box(cells, 1, bands.swapped, 0.6e-9) == pytest.approx(
        found.hole_energies[0], rel=1e-8
    )


@pytest.mark.parametrize(("shape", "directions"), [("wire", 2), ("cube", 3)])
def test_hard_boxes_of_the_lattice_are_near_their_axes(shape: str, directions: int) -> None:
    for cells in (3, 6, 10):
        found = levels(shape, cells * 0.6e-9, KANE, 0.6e-9, lattice=True).electron_energies[0]
        # edges and corners mix the axes
        assert lattice_box(cells, directions, KANE, 0.6e-9) == pytest.approx(found, rel=0.01)
