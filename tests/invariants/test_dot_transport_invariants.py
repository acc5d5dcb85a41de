"""What holds for the transport of every dot, whatever its material, shape, size and temperature."""

import numpy as np
import pytest

from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.dot import DotModel, DotProperties, characterise
from halodot.library import Library
from halodot.synthesis.state import DotPopulation

MATERIALS = ("CsPbCl3", "CsPbBr3", "CsPbI3", "CsPb(Br0.5I0.5)3", "CsSnI3", "MAPbI3")
UNITS = {"mobility": "m2/Vs", "diffusion_coefficient": "m2/s", "diffusion_length": "m"}


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
def test_values_are_positive_inside_their_intervals_and_have_units(
    formula: str, shape: str
) -> None:
    extras = dot(formula, 4e-9, shape=shape).extras
    for name, unit in UNITS.items():
        own = {k: q for k, q in extras.items() if k.startswith(name)}
        assert len(own) >= 3
        for q in own.values():
            assert q.unit == unit
            assert not q.is_known or 0.0 < q.low <= q.value <= q.high


@pytest.mark.parametrize("formula", MATERIALS)
def test_a_wall_can_only_slow_a_carrier_down(formula: str) -> None:
    for carrier in "np":
        inside = [
            dot(formula, s).extras[f"mobility_dot_{carrier}"].value for s in (4e-9, 9e-9, 3e-8)
        ]
        crystal = dot(formula).extras[f"mobility_crystal_{carrier}"].value
        assert inside[0] < inside[1] < inside[2] < crystal
        perfect = dot(formula, wall_specularity="1").extras[f"mobility_dot_{carrier}"].value
        # a mirror wall costs nothing but the floor of 0.1 % diffuse hits
        assert perfect == pytest.approx(crystal, rel=0.02)


@pytest.mark.parametrize("formula", MATERIALS)
def test_phonons_slow_carriers_down_as_it_gets_warmer(formula: str) -> None:
    mobilities = [
        dot(formula, temperature=t).extras["mobility_crystal_n"].value
        for t in (4.0, 77.0, 150.0, 300.0, 450.0)
    ]
    assert np.all(np.diff(mobilities) < 0.0)


def test_what_is_given_is_used_and_carries_its_interval() -> None:
    measured = {
        "mobility_given": {"value": "20 cm2/Vs", "low": "15 cm2/Vs", "high": "25 cm2/Vs"},
        "lifetime_given": {"value": "29 ns", "low": "20 ns", "high": "40 ns"},
    }
    extras = dot("CsPbI3", **measured).extras
    length = extras["diffusion_length"]
    assert length.value == pytest.approx(1.2245e-6, rel=1e-3)
    # (15 x 20 / 20 x 29)^1/2 and (25 x 40 / 20 x 29)^1/2 bound the interval from outside
    assert 0.719 * length.value < length.low < 0.9 * length.value
    assert 1.1 * length.value < length.high < 1.32 * length.value
    assert extras["carrier_lifetime"].value == 29e-9
    computed = dot("CsPbI3").extras
    assert extras["mobility_dot_n"] == computed["mobility_dot_n"]


@pytest.mark.parametrize("formula", ["Cs2AgBiBr6", "Cs3Bi2Br9", "Cs4PbBr6"])
def test_what_has_no_model_is_unknown_with_its_reason(formula: str) -> None:
    extras = dot(formula).extras
    for name in ("mobility_dot_n", "diffusion_length", "spin_lifetime"):
        assert not extras[name].is_known
        assert formula in extras[name].note
    given = dot(formula, mobility_given="10 cm2/Vs", lifetime_given="10 ns").extras
    assert given["diffusion_length"].is_known
