"""Speciation and competing phases against closed forms and known directions."""

import numpy as np
import pytest

from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.crystal.composition import parse
from halodot.synthesis import competing_phases
from halodot.synthesis.competing_phases import (
    COMPOUNDS,
    ELEMENTS,
    FORMS,
    PhasesSpec,
    at_a_glance,
    compete,
    is_modelled,
    share_out,
)
from halodot.synthesis.flask import Flask
from halodot.synthesis.speciation import SpeciationSpec, Totals, proton_pairs, speciate

WARM = 298.15


def flask(
    caesium: float = 1e-4,
    lead: float = 1e-4,
    halide: float = 3e-4,
    acid: float = 1.5e-3,
    amine: float = 0.75e-3,
    temperature: float = WARM,
) -> Flask:
    moles = (Sourced(float(x), "mol") for x in (caesium, lead, halide, acid, amine))
    cs, pb, x, ac, am = moles
    return Flask(
        "larp", "CsPbBr3", cs, pb, {"Br": x}, ac, am, Sourced(1e-5, "m3"),
        Sourced(temperature, "K"), Sourced(10.0, "s"),
    )  # fmt: skip


def share(pot: Flask, name: str, draws: int = 0) -> float:
    return float(compete(pot, speciate(pot, draws=draws)).shares[0, COMPOUNDS.index(name)])


POTS = [
    flask(),
    flask(caesium=4e-4, halide=6e-4),
    flask(lead=4e-4, halide=8e-4, temperature=443.0),
    flask(acid=0.0, amine=6e-3),
    flask(acid=0.0, amine=0.0),
    flask(halide=75e-4),
]


@pytest.mark.parametrize("pot", POTS)
def test_moles_balance_exactly(pot: Flask) -> None:
    """Free and bound halide, amine and acid add up to what was put in, in every draw."""
    s = speciate(pot, draws=40)
    volume = float(pot.volume)
    sites = 4.0 * float(pot.lead) / volume
    taken = s.share_halide + s.share_amine + s.share_acid
    assert np.all((taken > 0.0) & (taken <= 1.0))
    bound = sites * s.share_halide
    np.testing.assert_allclose(s.halide + bound, pot.halide / volume, rtol=1e-9)
    bound = sites * s.share_amine
    np.testing.assert_allclose(
        s.amine + s.ammonium + bound, float(pot.amine) / volume, rtol=1e-9, atol=1e-12
    )
    acid = s.acid + sites * s.share_acid
    np.testing.assert_allclose(acid, float(pot.acid) / volume, rtol=1e-9, atol=1e-12)
    carried = sum(s.plumbate(n) for n in range(5))
    np.testing.assert_allclose(carried, 1.0, rtol=1e-12)


def test_proton_follows_mass_action() -> None:
    acid, amine, k = np.array([3.0]), np.array([2.0]), np.array([7.0])
    xi = proton_pairs(acid, amine, k, np.ones(1))
    np.testing.assert_allclose(xi**2, k * (acid - xi) * (amine - xi), rtol=1e-12)


def test_constants_are_the_ratios_of_occupied_places() -> None:
    spec = SpeciationSpec()
    s = speciate(flask())
    k = float(spec.halide_over_acid)
    assert s.share_halide[0] / s.share_acid[0] == pytest.approx(k * s.halide[0] / s.acid[0])


def test_heat_loosens_the_salt_of_acid_and_amine() -> None:
    assert speciate(flask(temperature=443.0)).ammonium[0] < 0.7 * speciate(flask()).ammonium[0]


def test_solubility_follows_its_enthalpy() -> None:
    cold, hot = (speciate(flask(temperature=t)).solubility[0] for t in (300.0, 400.0))
    slope = np.log(hot / cold) / (1.0 / 300.0 - 1.0 / 400.0)
    assert slope * 8.31446261815324 == pytest.approx(60e3, rel=1e-9)


@pytest.mark.parametrize("pot", POTS)
def test_elements_are_shared_out_exactly(pot: Flask) -> None:
    pool = compete(pot, speciate(pot, draws=40))
    assert pool.converged
    np.testing.assert_allclose(pool.amounts @ ELEMENTS, np.tile(pool.content, (41, 1)), rtol=1e-8)
    np.testing.assert_allclose(pool.shares.sum(axis=1), 1.0, rtol=1e-12)


def test_many_flasks_at_once_hold_out_to_any_ratio() -> None:
    caesium = 10.0 ** np.arange(-6.0, 7.0)
    one = np.ones_like(caesium)
    halide = 20.0 * one + 10.0 * caesium
    found = Totals(10.0 * caesium, 10.0 * one, halide, 150.0 * one, 75.0 * one, 15.0 * one)
    shares = at_a_glance(found, WARM * one)
    assert shares.sum(axis=1) == pytest.approx(one, abs=1e-9)
    assert shares[-1, COMPOUNDS.index("Cs4PbX6")] > 0.99
    lead = Totals(one, one, 10.0**7 * one, one, one, 15.0 * one)
    assert at_a_glance(lead, WARM * one).sum(axis=1) == pytest.approx(one, abs=1e-9)


def test_balances_that_cannot_be_met_are_not_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(competing_phases, "_STEPS", 1)
    one = np.ones(1)
    found = Totals(10.0 * one, 10.0 * one, 30.0 * one, one, one, 15.0 * one)
    assert np.isnan(at_a_glance(found, WARM * one)).all()


def test_forms_follow_their_elements() -> None:
    """CsX and Cs4PbX6 are neutral: halide balances caesium and twice the lead."""
    for name, (cs, pb, x) in zip(FORMS[:4], ELEMENTS[:4], strict=True):
        assert cs + 2.0 * pb == x, name


def test_softmax_without_competition_is_a_boltzmann_factor() -> None:
    """Two forms of lead alone share it as exp(a): the closed form of two states."""
    a = np.full((1, 8), -200.0)
    a[0, FORMS.index("lead")], a[0, FORMS.index("lead halide")] = 0.0, 1.5
    a[0, FORMS.index("halide")] = a[0, FORMS.index("caesium")] = 0.0
    pool = share_out(a, np.array([1e-9, 1.0, 2.0]))
    lead, both, free = (pool.amounts[0, FORMS.index(n)] for n in ("lead", "lead halide", "halide"))
    assert both / (lead * free**2) == pytest.approx(np.exp(1.5), rel=1e-8)


class TestKnownDirections:
    """What experiment says, in `reference/synthesis.md`; put in through the priors."""

    def test_equal_salts_give_the_perovskite(self) -> None:
        assert share(flask(), "CsPbX3") > 0.85

    def test_four_caesium_a_lead_give_cs4pbx6(self) -> None:
        assert share(flask(caesium=4e-4, halide=6e-4), "Cs4PbX6") > 0.9

    def test_caesium_raises_cs4pbx6_steadily(self) -> None:
        found = [
            share(flask(caesium=r * 1e-4, halide=(2.0 + r) * 1e-4), "Cs4PbX6")
            for r in (0.5, 1.0, 2.0, 3.0, 4.0)
        ]
        assert np.all(np.diff(found) > 0.0)

    def test_lead_rich_with_ammonium_bromide_goes_to_cspb2x5(self) -> None:
        poor = flask(caesium=5e-5, lead=2e-4, halide=4.5e-4, acid=1.5e-3, amine=1e-3)
        rich = flask(caesium=2e-5, lead=2e-4, halide=20e-4, acid=2e-3, amine=2e-3)
        assert share(poor, "CsPb2X5") < 0.1
        assert share(rich, "CsPb2X5") > 0.4

    def test_excess_amine_takes_the_perovskite_apart(self) -> None:
        found = [share(flask(acid=3e-4, amine=a), "Cs4PbX6") for a in (1e-4, 1e-3, 3e-3, 6e-3)]
        assert np.all(np.diff(found) > 0.0)
        assert found[-1] > 0.5

    def test_acid_brings_it_back(self) -> None:
        assert share(flask(acid=12e-3, amine=6e-3), "CsPbX3") > 0.8

    def test_acid_without_amine_favours_the_perovskite(self) -> None:
        little, much = (
            share(flask(caesium=2e-4, halide=4e-4, acid=a, amine=0.0), "CsPbX3")
            for a in (1e-4, 1e-2)
        )
        assert much > little


def test_directions_come_from_the_constants() -> None:
    """Without the effect of ammonium halide CsPb2X5 does not form: it is put in, not found."""
    rich = flask(caesium=2e-5, lead=2e-4, halide=20e-4, acid=2e-3, amine=2e-3)
    without = build(PhasesSpec, {"ammonium_weight": 0.0})
    found = compete(rich, speciate(rich), without).shares[0, COMPOUNDS.index("CsPb2X5")]
    assert found < 0.2


def test_intervals_hold_the_value_and_widen_with_draws() -> None:
    pot = flask(acid=3e-4, amine=3e-3)
    found = compete(pot, speciate(pot, draws=200)).shares[:, 1]
    low, high = np.quantile(found, (0.05, 0.95))
    assert low < found[0] < high
    assert high - low > 0.2


def test_lead_free_compounds_are_not_modelled() -> None:
    assert is_modelled(parse("CsPb(Br0.5I0.5)3"))
    for name in ("Cs2AgBiBr6", "CsSnI3", "Cs3Bi2Br9", "FAPbBr3"):
        assert not is_modelled(parse(name))
