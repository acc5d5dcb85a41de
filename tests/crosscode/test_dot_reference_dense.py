"""The grid route against other ways to solve the same: whole matrix, chain, sines, radius."""

import itertools

import numpy as np
import pytest

from halodot.core.constants import KINETIC
from halodot.dot.reference import Bands, coulomb_first_order, levels
from halodot.dot.reference.grid import make_grid
from halodot.dot.reference.hamiltonian import PAULI, hamiltonian

A = 0.6e-9
HARD = Bands(2.3, 20.0, 3.0, 4.0)
SOFT = Bands(2.3, 20.0, 3.0, 4.0, 3.0, 2.5, 0.8, 0.3)


@pytest.mark.parametrize(
    ("shape", "edges", "bands"),
    [
        ("cube", (4 * A,), HARD),
        ("rod", (2 * A, 4 * A), HARD),
        ("cuboid", (2 * A, 3 * A, 5 * A), HARD),
        ("sphere", (5.4 * A,), HARD),
        ("wire", (5 * A,), SOFT),
    ],
)
def test_levels_are_the_eigenvalues_of_the_whole_matrix(shape, edges, bands) -> None:
    whole = np.linalg.eigvalsh(
        hamiltonian(make_grid(shape, edges, bands, A, True), bands).todense()
    )
    found = levels(shape, edges, bands, A, n=5, lattice=True)
    above, below = whole[whole > 0.0], -whole[whole < 0.0][::-1]
    for side, energies, counts in (
        (above, found.electron_energies, found.electron_degeneracies),
        (below, found.hole_energies, found.hole_degeneracies),
    ):
        expected = np.repeat(energies, counts) + 0.5 * bands.gap
        assert side[: len(expected)] == pytest.approx(expected, rel=1e-9)
        # and the next one is another level
        assert side[len(expected)] > expected[-1] + 1e-6


def test_iterated_states_agree_with_the_diagonalised_ones() -> None:
    # 8 cells with walls: 1372 rows a sector, iterated; its strengths need both vectors of a pair
    found = levels("cube", 6 * A, SOFT, A, n=3, lattice=True)
    assert found.cost.solves > 0
    H = hamiltonian(make_grid("cube", (6 * A,), SOFT, A, True), SOFT)
    from scipy.sparse.linalg import eigsh

    # more states than are compared, in a wide space from a fixed start: none of a multiplet is lost
    start = np.random.default_rng(5).standard_normal(H.shape[0])
    near = eigsh(H.tocsc(), 20, sigma=1.15, which="LA", ncv=80, v0=start, return_eigenvectors=False)
    near = np.sort(near)[:8]
    expected = np.repeat(found.electron_energies, found.electron_degeneracies) + 1.15
    assert near == pytest.approx(expected, rel=1e-9)


def chain(cells: int, walls: int, bands: Bands) -> np.ndarray:
    """A slab by hand: sites in a row, one spin, c real and v imaginary; shape [2 sites] * 2."""
    sites = cells + 2 * walls
    inside = np.zeros(sites, bool)
    inside[walls : walls + cells] = True
    H = np.zeros((2 * sites, 2 * sites))
    t = KINETIC / A**2
    for band, (sign, gamma, wall) in enumerate(
        ((1, bands.gamma_electron, bands.barrier_electron), (-1, bands.gamma_hole,
                                                             bands.barrier_hole))
    ):  # fmt: skip
        for i in range(sites):
            H[2 * i + band, 2 * i + band] = sign * (0.5 * bands.gap + (0 if inside[i] else wall))
            for j in (i - 1, i + 1):
                there = inside[j] if 0 <= j < sites else inside[i]
                g = [1.0 / x for x in (gamma if inside[i] else 1.0 / bands.outer_mass,
                                       gamma if there else 1.0 / bands.outer_mass)]  # fmt: skip
                hop = sign * t * 2.0 / sum(g)
                H[2 * i + band, 2 * i + band] += hop
                if 0 <= j < sites:
                    H[2 * i + band, 2 * j + band] -= hop
    p = np.sqrt(bands.kane_energy * KINETIC / 3.0) / (2.0 * A)
    for i in range(sites - 1):
        part = [1.0 if f else bands.outer_coupling for f in inside[i : i + 2]]
        # -i d/dz on v = i w gives dw/dz, and its transpose
        H[2 * i, 2 * i + 3] = H[2 * i + 3, 2 * i] = p * np.mean(part)
        H[2 * i + 2, 2 * i + 1] = H[2 * i + 1, 2 * i + 2] = -p * np.mean(part)
    return H


@pytest.mark.parametrize("cells", [2, 3, 6, 9])
@pytest.mark.parametrize("bands", [HARD, SOFT], ids=["hard", "soft"])
def test_slab_of_the_lattice_is_a_chain(cells: int, bands: Bands) -> None:
    found = levels("slab", cells * A, bands, A, n=2, lattice=True)
    walls = 0 if bands.hard else 12
    values = np.linalg.eigvalsh(chain(cells, walls, bands))
    # the walls of the chain are longer: exp(-32) of the density is missing in the other
    assert found.electron_energies == pytest.approx(values[values > 0][:2] - 1.15, rel=1e-8)
    assert found.hole_energies == pytest.approx(-values[values < 0][::-1][:2] - 1.15, rel=1e-8)


def sine_box(edge: float, bands: Bands, most: int) -> np.ndarray:
    """Hard cube in a basis of sines, all four components; eigenvalues [eV]."""
    n = np.arange(1, most + 1)
    k2 = (n * np.pi / edge) ** 2
    m, k = np.meshgrid(n, n, indexing="ij")
    odd = (m + k) % 2 == 1
    # <m| -i d/dx |n> = -i (4 m n / L) / (m^2 - n^2) for m + n odd
    slope = np.where(odd, -4j * m * k / edge / np.where(odd, m**2 - k**2, 1), 0.0)
    one = np.eye(most)
    kinetic = np.zeros((most**3, most**3))
    H = np.zeros((4 * most**3, 4 * most**3), complex)
    swap = np.array([[0, 1], [1, 0]])
    for axis, pauli in enumerate(PAULI):
        second, first = ([one] * 3 for _ in range(2))
        second[axis], first[axis] = np.diag(k2), slope
        kinetic += np.kron(np.kron(second[0], second[1]), second[2])
        gradient = np.kron(np.kron(first[0], first[1]), first[2])
        H += bands.coupling * np.kron(np.kron(swap, pauli), gradient)
    for band, gamma in ((np.diag([1, 1, 0, 0]), bands.gamma_electron),
                        (np.diag([0, 0, -1, -1]), bands.gamma_hole)):  # fmt: skip
        H += np.kron(band, 0.5 * bands.gap * np.eye(most**3) + KINETIC * gamma * kinetic)
    return np.linalg.eigvalsh(H)


def test_hard_cube_agrees_with_a_basis_of_sines() -> None:
    bands, edge = Bands(2.3, 6.0, 8.0, 10.0), 4e-9
    values = sine_box(edge, bands, 6)
    coarse, fine = (levels("cube", edge, bands, edge / c, n=3) for c in (10, 20))
    for sign, name in ((1.0, "electron_energies"), (-1.0, "hole_energies")):
        a, b = getattr(coarse, name), getattr(fine, name)
        side = np.sort(sign * values[sign * values > 0.0]) - 1.15
        # 6 sines a direction leave some 1e-3, order 2 from 1/10 and 1/20 as much
        assert b + (b - a) / 3.0 == pytest.approx(side[[0, 2, 6]], rel=4e-3)


@pytest.mark.slow
def test_ball_of_sites_goes_to_the_radial_levels() -> None:
    bands = Bands(2.3, 6.0, 8.0, 10.0, 2.0, 1.5, 0.5)
    radial = levels("sphere", 4e-9, bands, 0.01e-9, n=3)
    balls = [levels("sphere", 4e-9, bands, h, n=3, lattice=True) for h in (0.5e-9, 0.4e-9)]
    off = [abs(b.electron_energies / radial.electron_energies - 1.0) for b in balls]
    # a staircase with cells counted by their fraction: a few per cent at eight cells
    assert np.max(off) < 0.08
    assert off[1][0] < off[0][0]
    ball = balls[1]
    assert ball.electron_degeneracies.tolist() == radial.electron_degeneracies.tolist()
    assert ball.strengths == pytest.approx(radial.strengths, abs=0.03)
    # Coulomb energies by Fourier transform and by shells
    assert coulomb_first_order(ball, 5.0) == pytest.approx(
        coulomb_first_order(radial, 5.0), rel=0.05
    )


def test_square_symmetry_is_not_needed() -> None:
    """A cube and a cuboid a trifle longer, solved with half the symmetry, lie close."""
    cube = levels("cube", 6 * A, HARD, A, lattice=True).electron_energies[0]
    edges = itertools.product((6 * A,), (6 * A,), (5 * A, 7 * A))
    low, high = (levels("cuboid", e, HARD, A, lattice=True).electron_energies[0] for e in edges)
    assert low > cube > high
    assert 0.5 * (low + high) == pytest.approx(cube, rel=0.05)


def test_strengths_of_a_sphere_agree_on_the_grid_and_along_the_radius() -> None:
    ball = levels("sphere", 3e-9, HARD, 0.2e-9, n=3, lattice=True)
    radial = levels("sphere", 3e-9, HARD, 0.02e-9, n=3)
    # strongly mixed bands: a wrong sign between the two products would move them by 0.05 to 0.13
    assert ball.strengths == pytest.approx(radial.strengths, abs=0.01)
