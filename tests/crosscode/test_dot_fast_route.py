"""The fast route against the grid eigensolver of the same four bands."""

import numpy as np
import pytest

from halodot.dot.confinement import Bands, hops, level, pair_energy, wave_number
from halodot.dot.reference import levels
from halodot.dot.reference.bands import Bands as GridBands

A = 5.874e-10
GAP, KANE, REMOTE, WALL = 2.44, 13.6, 4.5, 6.0


def fast(cells: float, axes: int, lattice: float = A, **more: float) -> float:
    bands = Bands(GAP, KANE, REMOTE, WALL, 1.0, lattice, **more)
    t, s = hops(wave_number(cells * A, bands), lattice)
    return float(pair_energy(axes * t, axes * s, bands))


def grid(shape: str, cells: float, spacing: float, *, crystal: bool, hard: bool) -> float:
    walls = () if hard else (WALL, WALL, 1.0, 1.0)
    bands = GridBands(GAP, KANE, 0.5 * REMOTE, 0.5 * REMOTE, *walls)
    found = levels(shape, cells * A, bands, spacing, lattice=crystal)
    return float(found.electron_energies[0] + found.hole_energies[0])


@pytest.mark.parametrize(("cells", "miss"), [(2, 0.10), (3, 0.07), (5, 0.04), (9, 0.02)])
def test_slab_of_a_crystal_that_simply_ends(cells: int, miss: float) -> None:
    """No wall and no parameter there: the wave function is zero on the first missing site."""
    expected = grid("slab", cells, A, crystal=True, hard=True)
    assert fast(cells, 1) == pytest.approx(expected, rel=miss)


@pytest.mark.parametrize(("cells", "miss"), [(2, 0.09), (4, 0.03), (9, 0.02)])
def test_slab_in_the_continuum_with_the_same_wall(cells: int, miss: float) -> None:
    expected = grid("slab", cells + 1, A / 8, crystal=False, hard=False)
    assert fast(cells, 1) == pytest.approx(expected, rel=miss)


@pytest.mark.parametrize(
    ("gap", "kane", "remote", "wall"),
    [(2.3, 20.0, 7.0, 6.0), (1.78, 14.6, 2.57, 6.0), (1.3, 15.0, 3.0, 6.0), (2.4, 13.6, 4.5, 3.0)],
)
def test_other_bands_and_walls(gap: float, kane: float, remote: float, wall: float) -> None:
    for cells, miss in ((2, 0.10), (4, 0.04), (9, 0.04)):
        bands = GridBands(gap, kane, 0.5 * remote, 0.5 * remote, wall, wall, 1.0, 1.0)
        found = levels("slab", (cells + 1) * A, bands, A / 8)
        expected = float(found.electron_energies[0] + found.hole_energies[0])
        flat = Bands(gap, kane, remote, wall, 1.0, A)
        quick = float(pair_energy(*hops(wave_number(cells * A, flat), A), flat))
        assert quick == pytest.approx(expected, rel=miss)


def test_continuum_form_of_the_fast_route() -> None:
    """The wall inside the faces, no lattice: only the matching by energy-dependent masses."""
    for cells in (3, 6):
        expected = grid("slab", cells, A / 8, crystal=False, hard=False)
        # a single mass at each energy stands for two evanescent waves
        assert fast(cells, 1, lattice=0.0) == pytest.approx(expected, rel=0.06)


@pytest.mark.parametrize(("cells", "miss"), [(4, 0.08), (6, 0.06)])
def test_cube_of_a_crystal_that_simply_ends(cells: int, miss: float) -> None:
    expected = grid("cube", cells, A, crystal=True, hard=True)
    assert fast(cells, 3) == pytest.approx(expected, rel=miss)


def test_wire_of_a_crystal_that_simply_ends() -> None:
    expected = grid("wire", 5, A, crystal=True, hard=True)
    assert fast(5, 2) == pytest.approx(expected, rel=0.06)


def test_sphere_in_the_continuum() -> None:
    bands = GridBands(GAP, KANE, 0.5 * REMOTE, 0.5 * REMOTE, WALL, WALL, 1.0, 1.0)
    found = levels("sphere", 7 * A, bands, A / 16)
    expected = float(found.electron_energies[0] + found.hole_energies[0])
    flat = Bands(GAP, KANE, REMOTE, WALL)
    t, s = hops(wave_number(7 * A, flat, sphere=True), 0.0)
    assert float(pair_energy(t, s, flat)) == pytest.approx(expected, rel=0.06)


def test_masses_part_electron_and_hole_alike() -> None:
    skew = 1.2
    bands = GridBands(GAP, KANE, 0.5 * (REMOTE + skew), 0.5 * (REMOTE - skew))
    found = levels("slab", 6 * A, bands, A, lattice=True)
    flat = Bands(GAP, KANE, REMOTE, WALL, 1.0, A, skew)
    at = level(*hops(wave_number(6 * A, flat), A), flat)
    expected = float(found.electron_energies[0] - found.hole_energies[0])
    # a difference of 0.03 eV of two levels of 0.07 eV: twice their relative error and more
    assert float(at.electron - at.hole) == pytest.approx(expected, rel=0.25)
    assert np.sign(expected) == np.sign(skew)


def test_excited_pairs_of_a_crystal_that_simply_ends() -> None:
    """The first excited electron and hole of a cube against twice two axes and one excited."""
    from halodot.dot.sizing import Core, excitons

    bands = GridBands(GAP, KANE, 0.5 * REMOTE, 0.5 * REMOTE)
    found = levels("cube", 6 * A, bands, A, n=2, lattice=True)
    expected = float(np.diff(found.electron_energies)[0] + np.diff(found.hole_energies)[0])
    lines, _, many = excitons(6 * A, "cube", Core(GAP, KANE, REMOTE, 0.033, A, WALL), count=2)
    assert float(lines[1] - lines[0]) == pytest.approx(expected, rel=0.08)
    # six p-like states: spin mixes them into j = 1/2 and 3/2, here still close
    assert many.tolist() == [1, 3]
