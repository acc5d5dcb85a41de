"""What holds for the spin of every dot, whatever its material, shape, size and temperature."""

import pytest

from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.dot import DotModel, DotProperties, characterise
from halodot.library import Library
from halodot.synthesis.state import DotPopulation

MATERIALS = ("CsPbCl3", "CsPbBr3", "CsPbI3", "CsPb(Br0.5I0.5)3")
RATES = ("elliott_yafet", "surface", "exchange", "dangling_bonds")


def dot(
    formula: str,
    size: float = 9e-9,
    temperature: float = 300.0,
    shape: str = "cube",
    **model: object,
) -> DotProperties:
    exact = Sourced(size, "m", basis="given"), Sourced(0.1, "1", basis="given")
    population = DotPopulation(formula, shape, *exact, "OA/OAm")
    return characterise(population, Library.builtin(), temperature, build(DotModel, model))


@pytest.mark.parametrize("formula", MATERIALS)
@pytest.mark.parametrize("shape", ["cube", "sphere", "platelet"])
@pytest.mark.parametrize("temperature", [5.0, 77.0, 300.0])
def test_rates_are_positive_and_add_up(formula: str, shape: str, temperature: float) -> None:
    extras = dot(formula, 5e-9, temperature, shape).extras
    rates = [extras[f"spin_rate_{c}"].value for c in RATES]
    assert min(rates) >= 0.0
    # the sum is that of the central draw, like its terms
    assert 1.0 / extras["spin_lifetime"].value == pytest.approx(sum(rates), rel=1e-9)
    assert extras["spin_lifetime"].value <= 1.0 / max(rates)
    assert extras["spin_lifetime"].value >= 1.0 / (4.0 * max(rates))


@pytest.mark.parametrize("formula", MATERIALS)
def test_a_resident_carrier_keeps_its_spin_longer_than_the_exciton(formula: str) -> None:
    extras = dot(formula).extras
    for carrier in ("electron", "hole"):
        assert extras[f"spin_lifetime_{carrier}"].value > extras["spin_lifetime"].value


@pytest.mark.parametrize("formula", MATERIALS)
def test_a_large_dot_is_the_bulk(formula: str) -> None:
    extras = dot(formula, 2e-6).extras
    # walls are hit, and levels are apart, as 1/L: a percent or two at 2 um
    assert extras["spin_lifetime"].value == pytest.approx(
        extras["spin_lifetime_bulk"].value, rel=0.03
    )


def test_without_walls_and_partner_only_elliott_yafet_is_left() -> None:
    off = {"wall_flip": "0", "exchange_mixing": "0", "dangling_bond_velocity": "0 m/s"}
    extras = dot("CsPbBr3", 2e-8, **off).extras
    only = extras["spin_rate_elliott_yafet"].value
    assert 1.0 / extras["spin_lifetime"].value == pytest.approx(only, rel=1e-9)
    assert extras["spin_longer_than_bulk"].value == 1.0
    # frozen phonons leave no channel at all, and the answer is not 1e30 s
    cold = dot("CsPbBr3", 2e-8, 1.6, **off).extras
    assert not cold["spin_lifetime_hole"].is_known


def test_nuclei_shorten_what_an_ensemble_shows() -> None:
    extras = dot("CsPbBr3", temperature=5.0).extras
    assert extras["spin_dephasing_hole"].value < extras["spin_lifetime_hole"].value
    assert extras["spin_dephasing_hole"].value <= extras["hyperfine_dephasing_time"].value
    small, large = (
        dot("CsPbBr3", s, 5.0).extras["hyperfine_dephasing_time"].value for s in (6e-9, 12e-9)
    )
    # fewer nuclei fluctuate more: T2* goes with the root of the volume
    assert large / small == pytest.approx(8.0**0.5, rel=1e-9)


@pytest.mark.parametrize("formula", ["MAPbI3", "CsSnI3", "Cs2AgBiBr6"])
def test_what_has_no_parameters_is_unknown_with_its_reason(formula: str) -> None:
    extras = dot(formula).extras
    for name in ("spin_lifetime", "spin_longer_than_bulk", "exchange_splitting"):
        assert not extras[name].is_known
        assert len(extras[name].note) > 10
