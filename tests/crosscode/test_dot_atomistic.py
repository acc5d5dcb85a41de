"""CsPbI3 cubes against atomistic pseudopotential + Bethe-Salpeter levels and lifetimes."""

import numpy as np
import pytest

from halodot.core.sourced import Sourced
from halodot.dot import DotProperties, characterise
from halodot.library import Library
from halodot.library.tables import table
from halodot.synthesis.state import DotPopulation


def reference(quantity: str) -> dict[float, list[float]]:
    found: dict[float, list[float]] = {}
    for r in table("theory_size_levels"):
        if r["quantity"] == quantity:
            found.setdefault(float(r["size_nm"]), []).append(float(r["value"]))
    return found


def cube(nm: float, kelvin: float) -> DotProperties:
    size = Sourced(nm * 1e-9, "m", basis="given")
    population = DotPopulation("CsPbI3", "cube", size, Sourced(0.05, "1", basis="given"), "OA")
    return characterise(population, Library.builtin(), kelvin)


def test_first_bright_exciton_is_near_from_four_nanometres() -> None:
    """Ours lies higher by 0.1 eV: two calculations, neither of them an experiment."""
    off = [
        float(cube(nm, 4.0).optical_gap) - v
        for nm, values in reference("theory_exciton_energy_first_bright").items()
        for v in values
        if nm >= 3.8
    ]
    # three structures of one size differ among themselves by 0.12 eV
    assert abs(np.mean(off)) < 0.15
    assert np.max(np.abs(off)) < 0.3


def test_radiative_lifetime_within_a_factor_of_two_from_four_nanometres() -> None:
    for nm, values in reference("theory_radiative_lifetime_exciton").items():
        if nm >= 4.0:
            ratio = float(cube(nm, 300.0).radiative_lifetime) * 1e9 / np.mean(values)
            assert 0.5 < ratio < 2.0


@pytest.mark.parametrize("nm", [5.7, 6.9])
def test_larger_dots_bind_less(nm: float) -> None:
    small = reference("theory_exciton_binding_energy")[3.8]
    large = reference("theory_exciton_binding_energy")[nm]
    ours = float(cube(nm, 4.0).exciton_binding) / float(cube(3.8, 4.0).exciton_binding)
    # both fall roughly as 1/size; our surroundings have 2.1 in place of vacuum-like ones
    assert ours == pytest.approx(np.mean(large) / np.mean(small), rel=0.15)
