"""CsPbI3 cubes against atomistic pseudopotential + Bethe-Salpeter levels and lifetimes.

Nothing of the model was set with these calculations.
"""

from functools import lru_cache

import numpy as np
import pytest

from halodot.core.sourced import Sourced
from halodot.dot import DotProperties, characterise
from halodot.dot.sizing import Core, energies
from halodot.dot.spec import DotModel
from halodot.library import Library
from halodot.library.tables import table
from halodot.synthesis.state import DotPopulation

LARGEST = 6.9


def reference(quantity: str, structure: str) -> dict[float, float]:
    return {
        float(r["size_nm"]): float(r["value"])
        for r in table("theory_size_levels")
        if r["quantity"] == quantity and r["note"].startswith(structure)
    }


@lru_cache(maxsize=32)
def cube(nm: float, kelvin: float) -> DotProperties:
    size = Sourced(nm * 1e-9, "m", basis="given")
    population = DotPopulation("CsPbI3", "cube", size, Sourced(0.0, "1", basis="given"), "OA")
    return characterise(population, Library.builtin(), kelvin)


@pytest.mark.parametrize("structure", ["cubic", "orthorhombic"])
def test_first_bright_exciton_moves_alike(structure: str) -> None:
    found = reference("theory_exciton_energy_first_bright", structure)
    sizes = [nm for nm in found if 3.0 < nm < LARGEST]
    ours = np.array([float(cube(nm, 4.0).optical_gap) for nm in sizes])
    theirs = np.array([found[nm] for nm in sizes])
    off = ours - float(cube(LARGEST, 4.0).optical_gap) - theirs + found[LARGEST]
    assert len(off) == 6
    assert np.abs(off).max() < 0.08
    assert np.abs(off).mean() < 0.04


@pytest.mark.parametrize("structure", ["cubic", "orthorhombic"])
def test_radiative_lifetime_within_a_factor_of_two_and_a_half(structure: str) -> None:
    for nm, theirs in reference("theory_radiative_lifetime_exciton", structure).items():
        if nm > 3.0:
            ratio = float(cube(nm, 300.0).radiative_lifetime) * 1e9 / theirs
            assert 1.0 / 2.5 < ratio < 2.5


def test_dark_exciton_lies_under_the_first_bright_one_as_there() -> None:
    """One constant, set with CsPbBr3 platelets, times the density at which a pair meets."""
    lowest = reference("theory_exciton_energy_lowest", "cubic")
    bright = reference("theory_exciton_energy_first_bright", "cubic")
    core = Core(1.78, 14.6, 2.57, 0.015, 6.29e-10, 6.0, 4.43, 0.014)
    constant = float(DotModel().contact_exchange)
    for nm in (2.5, 3.8, 5.0, 6.9):
        ours = constant * float(energies(nm * 1e-9, "cube", core).contact)
        # their energies are printed to 1e-4 eV; ours are 15 % low at every size
        assert ours == pytest.approx(bright[nm] - lowest[nm], rel=0.25)


@pytest.mark.parametrize("nm", [5.7, 6.9])
def test_larger_dots_bind_less(nm: float) -> None:
    theirs = reference("theory_exciton_binding_energy", "cubic")
    ours = float(cube(nm, 4.0).exciton_binding) / float(cube(2.5, 4.0).exciton_binding)
    # both fall roughly as 1/size; our surroundings have 2.1 in place of vacuum-like ones
    assert ours == pytest.approx(theirs[nm] / theirs[2.5], rel=0.15)
