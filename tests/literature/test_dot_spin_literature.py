"""Spin times and g-factors beside what was read; what calibrated is marked, misses are shown."""

import numpy as np
import pytest

from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.dot import DotModel, characterise
from halodot.library import Library
from halodot.synthesis.state import DotPopulation


def extras(
    formula: str, size: float = 9e-9, temperature: float = 300.0, **model: object
) -> dict[str, Sourced]:
    exact = Sourced(size, "m", basis="given"), Sourced(0.1, "1", basis="given")
    population = DotPopulation(formula, "cube", *exact, "OA/OAm")
    settings = build(DotModel, model)
    return characterise(population, Library.builtin(), temperature, settings).extras


@pytest.mark.parametrize("size", [5e-9, 6e-9, 8e-9, 1e-8])
def test_iodide_dots_outlive_their_bulk(size: float) -> None:
    """Calibrated: the Elliott-Yafet factor of CsPbI3 was chosen with this trend."""
    assert extras("CsPbI3", size)["spin_longer_than_bulk"].value == 1.0


@pytest.mark.parametrize("size", [3e-9, 6e-9, 8e-9, 1e-8, 1.4e-8])
def test_bromide_dots_fall_short_of_their_bulk(size: float) -> None:
    """Not calibrated with the trend: k.p in the bulk, walls from one time of holes in dots."""
    assert extras("CsPbBr3", size)["spin_longer_than_bulk"].value == 0.0


@pytest.mark.parametrize("formula", ["CsPbBr3", "CsPbI3"])
def test_lifetimes_fall_with_size(formula: str) -> None:
    sizes = np.linspace(3.5e-9, 9e-9, 8)
    times = [extras(formula, float(s))["spin_lifetime"].value for s in sizes]
    assert np.all(np.diff(times) > 0.0)


def test_large_iodide_dots_return_to_the_bulk() -> None:
    """A prediction that could fail: the lifetime has a maximum near 9 nm in CsPbI3 only."""
    large, middle = (extras("CsPbI3", s)["spin_lifetime"].value for s in (2e-8, 9e-9))
    assert large < middle
    large, middle = (extras("CsPbBr3", s)["spin_lifetime"].value for s in (2e-8, 9e-9))
    assert large > middle


def test_holes_in_glass() -> None:
    """50 ps at 300 K calibrated the walls; about 1 ns at 5 K is compared."""
    warm = extras("CsPbBr3")["spin_dephasing_hole"]
    assert warm.low < 50e-12 < warm.high
    cold = extras("CsPbBr3", temperature=5.0)["spin_dephasing_hole"]
    assert cold.low < 600e-12 < cold.high  # 10.1021/acs.nanolett.1c03292
    # 1000 ps is a few per cent beyond the upper end: a miss, as the dots may be larger than 9 nm
    assert 0.5 * 1e-9 < cold.high < 2e-9


def test_t1_in_the_cold() -> None:
    """80 ns at 5 K calibrated the dangling bonds; 0.9 ms of CsPbI3 in glass is missed."""
    bromide = extras("CsPbBr3", temperature=5.0)["spin_lifetime_hole"]
    assert bromide.low < 80e-9 < bromide.high
    glass = extras("CsPbI3", temperature=1.6)["spin_lifetime_electron"]
    assert glass.high < 0.9e-3  # glass has no dangling bonds, the default has
    clean = extras("CsPbI3", temperature=1.6, dangling_bond_velocity="0 m/s")
    assert not clean["spin_lifetime_electron"].is_known


def test_clusters_lose_their_spin_fastest() -> None:
    """1.5 ps (exciton, 458 nm): the model is too fast by a factor of up to ten at 2 to 3 nm."""
    times = [extras("CsPbBr3", s)["spin_lifetime"] for s in (2e-9, 3e-9)]
    assert times[0].value < times[1].value < extras("CsPbBr3", 8e-9)["spin_lifetime"].value
    assert times[1].low < 1.5e-12 < times[1].high


def test_platelets_of_two_monolayers_have_the_splitting_that_calibrated() -> None:
    exact = Sourced(1.174e-9, "m", basis="given"), Sourced(0.1, "1", basis="given")
    population = DotPopulation("CsPbBr3", "platelet", *exact, "OA/OAm")
    q = characterise(population, Library.builtin(), 5.0).extras["exchange_splitting"]
    # the constant was set with a Bohr radius of 3.06 nm; the model has its own
    assert q.value == pytest.approx(32.3e-3, rel=0.3)


def test_g_factors_of_bromide_dots() -> None:
    found = extras("CsPbBr3", temperature=5.0)
    assert found["g_electron"].low < 1.73 < found["g_electron"].high
    assert found["g_hole"].low < 0.83 < found["g_hole"].high
    small = extras("CsPbBr3", 5e-9, 5.0)
    assert small["g_hole"].value > found["g_hole"].value  # grows with confinement, as read
