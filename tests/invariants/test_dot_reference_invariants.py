"""What must hold on every grid: Hermiticity, Kramers pairs, directions, exchange of carriers."""

import itertools

import numpy as np
import pytest

from halodot.dot.reference import Bands, levels
from halodot.dot.reference.grid import AXES, make_grid
from halodot.dot.reference.hamiltonian import hamiltonian
from halodot.dot.reference.levels import multiplets, reversed_in_time
from halodot.dot.reference.radial import radial_matrix, shells
from halodot.dot.reference.symmetry import sectors

A = 0.6e-9
HARD = Bands(2.3, 20.0, 3.0, 4.0)
SOFT = Bands(2.3, 20.0, 3.0, 4.0, 3.0, 2.5, 0.8, 0.3)
SHAPES = {
    "slab": (5 * A,), "wire": (4 * A,), "cube": (3 * A,), "cuboid": (2 * A, 4 * A, 3 * A),
    "rod": (2 * A, 4 * A), "sphere": (4.3 * A,),
}  # fmt: skip
BOTH = pytest.mark.parametrize("bands", [HARD, SOFT], ids=["hard", "soft"])
EVERY = pytest.mark.parametrize("shape", SHAPES)
FINE = pytest.mark.parametrize("lattice", [True, False], ids=["lattice", "fine"])


def test_every_shape_is_here() -> None:
    assert set(SHAPES) == set(AXES)


@BOTH
@EVERY
@FINE
def test_matrix_is_hermitian_and_leaves_the_gap_free(shape, bands, lattice) -> None:
    radial = shape == "sphere" and not lattice
    step = A / 4 if radial else A
    if radial:
        H = radial_matrix(shells(*SHAPES[shape], bands, step), bands, 1)
    else:
        H = hamiltonian(make_grid(shape, SHAPES[shape], bands, step, lattice), bands)
    assert abs(H - H.getH()).max() == 0.0
    found = levels(shape, SHAPES[shape], bands, step, lattice=lattice)
    assert found.electron_energies[0] > 0.0
    assert found.hole_energies[0] > 0.0


@BOTH
@EVERY
def test_time_reversal_commutes_with_the_matrix(shape, bands) -> None:
    H = hamiltonian(make_grid(shape, SHAPES[shape], bands, A, True), bands)
    v = np.random.default_rng(1).normal(size=(H.shape[0], 2)) @ np.array([[1.0], [1.0j]])
    assert np.abs(H @ reversed_in_time(v) - reversed_in_time(H @ v)).max() < 1e-12
    # T^2 = -1: every level is even
    assert np.array_equal(reversed_in_time(reversed_in_time(v)), -v)


@BOTH
@EVERY
def test_sectors_are_closed_and_hold_half_of_all_states(shape, bands) -> None:
    grid = make_grid(shape, SHAPES[shape], bands, A, True)
    H, maps = hamiltonian(grid, bands), sectors(grid)
    assert 2 * sum(Q.shape[1] for Q in maps) == H.shape[0]
    for Q in maps:
        assert abs(Q.getH() @ Q - np.eye(Q.shape[1])).max() < 1e-12
        assert abs(H @ Q - Q @ (Q.getH() @ H @ Q)).max() < 1e-12


@BOTH
@EVERY
def test_states_solve_the_whole_matrix(shape, bands) -> None:
    grid = make_grid(shape, SHAPES[shape], bands, A, True)
    H = hamiltonian(grid, bands)
    electrons, holes, _ = multiplets(grid, bands, 2)
    for sign, side in ((1.0, electrons), (-1.0, holes)):
        for level in side:
            energy = sign * (level.energy + 0.5 * bands.gap)
            for v in (level.vectors, reversed_in_time(level.vectors)):
                assert np.abs(H @ v - energy * v).max() < 1e-7


@BOTH
@pytest.mark.parametrize("lattice", [True, False])
def test_directions_are_alike(bands, lattice) -> None:
    edges = (3 * A, 4 * A, 5 * A)
    found = [
        levels("cuboid", order, bands, A, n=3, lattice=lattice)
        for order in itertools.permutations(edges)
    ]
    for other in found[1:]:
        assert other.electron_energies == pytest.approx(found[0].electron_energies, rel=1e-9)
        assert other.hole_energies == pytest.approx(found[0].hole_energies, rel=1e-9)
        assert other.strengths == pytest.approx(found[0].strengths, abs=1e-6)


@BOTH
@EVERY
@FINE
def test_exchange_of_the_bands_exchanges_the_carriers(shape, bands, lattice) -> None:
    step = A / 4 if shape == "sphere" and not lattice else A
    one = levels(shape, SHAPES[shape], bands, step, n=2, lattice=lattice)
    two = levels(shape, SHAPES[shape], bands.swapped, step, n=2, lattice=lattice)
    assert one.electron_energies == pytest.approx(two.hole_energies, rel=1e-9)
    assert one.hole_energies == pytest.approx(two.electron_energies, rel=1e-9)
    assert one.strengths == pytest.approx(two.strengths.T, abs=1e-7)


@EVERY
def test_equal_bands_have_equal_carriers(shape) -> None:
    equal = Bands(2.3, 20.0, 3.0, 3.0, 3.0, 3.0)
    found = levels(shape, SHAPES[shape], equal, A / 2 if shape == "sphere" else A, n=2)
    assert found.electron_energies == pytest.approx(found.hole_energies, rel=1e-9)
    assert found.electron_density == pytest.approx(found.hole_density, abs=1e-9)


@BOTH
@EVERY
def test_degeneracies_are_those_of_spin_and_cube(shape, bands) -> None:
    found = levels(shape, SHAPES[shape], bands, A, n=3, lattice=True)
    # p-like levels of a cube: j = 3/2 keeps its four states, j = 1/2 its two
    four = [2, 4, 2] if shape in ("cube", "sphere") else [2, 2, 2]
    assert found.electron_degeneracies.tolist() == four
    assert found.hole_degeneracies.tolist() == four
    assert found.electron_density.sum() == pytest.approx(1.0, rel=1e-9)


@BOTH
@EVERY
def test_smaller_dots_have_higher_levels(shape, bands) -> None:
    small = levels(shape, SHAPES[shape], bands, A, lattice=True)
    large = levels(shape, tuple(e + A for e in SHAPES[shape]), bands, A, lattice=True)
    assert large.electron_energies[0] < small.electron_energies[0]
    assert large.hole_energies[0] < small.hole_energies[0]


@EVERY
def test_higher_walls_lift_levels_toward_the_hard_ones(shape) -> None:
    found = [
        levels(shape, SHAPES[shape], Bands(2.3, 20.0, 3.0, 4.0, v, v), A, lattice=True)
        .electron_energies[0]
        for v in (1.5, 3.0, 6.0)
    ]  # fmt: skip
    assert np.all(np.diff(found) > 0.0)
    if shape != "sphere":  # its hard form has other sites
        hard = levels(shape, SHAPES[shape], HARD, A, lattice=True).electron_energies[0]
        assert found[-1] < hard
