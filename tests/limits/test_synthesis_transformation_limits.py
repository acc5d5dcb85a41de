"""Transformation against closed forms: the shrinking core, stoichiometry, volumes, the way back."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.core.spec import build
from halodot.crystal.composition import parse
from halodot.dot import heterojunction as hj
from halodot.library import Library
from halodot.synthesis import DotsSpec, given
from halodot.synthesis.treatment import reactions as rx
from halodot.synthesis.treatment import transformation as tf
from halodot.synthesis.treatment.heterostructure import face
from halodot.synthesis.treatment.shrinking_core import core_share, core_time
from halodot.synthesis.treatment.spec import Transformation
from halodot.synthesis.treatment.treating import treat

LIB = Library.builtin()
ONE = np.ones(1)


def dots(formula="Cs4PbBr6", size="10 nm", spread="0 %"):
    return given(build(DotsSpec, {"formula": formula, "size": size, "size_spread": spread}), LIB)


def done(population, agent, **more):
    table = {"kind": "transformation", "agent": agent, **more}
    return treat(population, build(Transformation, table), LIB)


def test_core_in_an_excess_shrinks_at_constant_speed() -> None:
    time = np.linspace(0.0, 1.0, 21)
    # the integral of a constant; the curve is read off 1,500 points
    assert core_share(time, 1e12) == pytest.approx(1.0 - (1.0 - time) ** 3, abs=1e-6)


def test_core_with_just_enough_reagent() -> None:
    """e = 1: t is the integral of 1 / u^3, hence u = (1 + 2 t)^(-1/2)."""
    time = np.array([0.01, 0.3, 2.0, 50.0])
    exact = 1.0 - (1.0 + 2.0 * time) ** -1.5
    assert core_share(time, 1.0) == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize("excess", [0.1, 0.5, 0.9, 1.0, 3.0])
def test_core_begins_alike_and_ends_at_the_limiting_reagent(excess: float) -> None:
    assert float(core_share(np.array([1e-4]), excess)[0]) == pytest.approx(3e-4, rel=2e-3)
    end = float(core_share(np.array([1e6]), excess)[0])
    assert end == pytest.approx(min(excess, 1.0), abs=1e-5)


@pytest.mark.parametrize("excess", [0.4, 1.5])
def test_core_obeys_its_rate(excess: float) -> None:
    time = np.linspace(0.05, 0.6, 1201)
    share = core_share(time, excess, 20_000)
    rate = np.gradient(share, time)
    law = 3.0 * (1.0 - share) ** (2.0 / 3.0) * (1.0 - share / excess)
    assert rate[5:-5] == pytest.approx(law[5:-5], rel=2e-3)


def test_time_and_share_are_inverse() -> None:
    share = np.array([0.05, 0.2, 0.35])
    assert core_share(core_time(share, 0.5), 0.5) == pytest.approx(share, rel=1e-6)


def test_one_hexabromide_and_three_lead_bromides_give_four_perovskites() -> None:
    start = rx.Content({"Cs4PbX6": ONE, "CsPbX3": 0.0 * ONE}, 3.0 * ONE, 0.0 * ONE)
    end = rx.react(start, rx.ADD_LEAD, ONE)
    assert float(end.phases["CsPbX3"][0]) == 4.0
    assert float(end.phases["Cs4PbX6"][0]) == float(end.lead_salt[0]) == 0.0


@pytest.mark.parametrize("reaction", {r for group in rx.REACTIONS.values() for r in group})
def test_every_reaction_is_balanced(reaction: rx.Reaction) -> None:
    """Caesium, lead and halide by the formulas of the phases, not by the code's own ledger."""
    atoms = {"Cs4PbX6": (4, 1, 6), "CsPbX3": (1, 1, 3), "CsPb2X5": (1, 2, 5)}
    left = np.array(atoms[reaction.source], float)
    left += reaction.lead_salt * np.array([0.0, 1.0, 2.0])
    left += reaction.caesium_salt * np.array([1.0, 0.0, 1.0])
    right = reaction.yields * np.array(atoms[reaction.product], float)
    assert left == pytest.approx(right, abs=1e-12)


@pytest.mark.parametrize(("added", "share"), [(0.75, 0.25), (1.5, 0.5), (3.0, 1.0), (9.0, 1.0)])
def test_lead_bromide_converts_a_third_of_itself(added: float, share: float) -> None:
    end = done(dots(), "PbX2", added=added, time="10 day")
    assert float(end.extras["converted_share"]) == pytest.approx(share, abs=1e-3)
    lead_in_perovskite = 4.0 * share / (4.0 * share + 1.0 - share)
    assert float(end.extras["cspbx3_share"]) == pytest.approx(lead_in_perovskite, abs=1e-3)


def test_stripping_caesium_shrinks_and_adding_lead_grows_by_the_volumes() -> None:
    cell = (np.sqrt(3.0) / 2.0) * 13.73e-10**2 * 17.32e-10 / 6.0
    cube = tf.unit_volume(parse("CsPbBr3"), "CsPbX3", LIB)
    water = done(dots(), "water", added=500, time="10 day")
    lead = done(dots(), "PbX2", added=9, time="10 day")
    assert float(water.size) == pytest.approx(1e-8 * (cube / cell) ** (1 / 3), rel=1e-6)
    assert float(lead.size) == pytest.approx(1e-8 * (4.0 * cube / cell) ** (1 / 3), rel=1e-6)
    assert float(water.size) < 1e-8 < float(lead.size)
    assert float(water.extras["caesium_halide_in_flask"]) == pytest.approx(3.0, abs=1e-3)


@pytest.mark.parametrize(
    ("start", "there", "back"),
    [
        ("Cs4PbBr6", {"agent": "PbX2", "added": 4}, {"agent": "thiol", "added": 4}),
        ("CsPbBr3", {"agent": "OAm/OA", "added": 60}, {"agent": "OAm/OA", "added": 0.03}),
        ("CsPbBr3", {"agent": "CsX", "added": 5}, {"agent": "water", "added": 500}),
        (
            "CsPbBr3",
            {"agent": "PbX2", "added": 2},
            {"agent": "heat", "temperature": "450 K"},
        ),
    ],
)
def test_there_and_back_gives_the_start(start: str, there: dict, back: dict) -> None:
    middle = done(dots(start), time="10 day", **there)
    end = done(middle, time="10 day", **back)
    assert middle.formula != start
    assert end.formula == start
    assert float(end.size) == pytest.approx(1e-8, rel=1e-9)
    # what an equilibrium leaves behind is the tolerance
    assert float(end.phases[start]) == pytest.approx(1.0, abs=1e-3)


def test_amine_and_acid_reach_the_same_end_from_both_sides() -> None:
    """At one ratio the share of the lead does not depend on where it came from."""
    perovskite = done(dots("CsPbBr3"), "OAm/OA", added=3.0, time="100 day")
    hexa = done(dots("Cs4PbBr6"), "OAm/OA", added=3.0, time="100 day")
    rho = (3.0 / 2.0) ** 3
    for end in (perovskite, hexa):
        assert float(end.extras["cs4pbx6_share"]) == pytest.approx(rho / (1.0 + rho), abs=2e-3)


def test_nothing_happens_without_the_agent_or_time() -> None:
    for more in ({"added": 0, "time": "1 day"}, {"added": 4, "time": "0 s"}):
        end = done(dots(), "PbX2", **more)
        assert end.formula == "Cs4PbBr6"
        assert float(end.extras["converted_share"]) == 0.0


def test_larger_dots_take_longer_in_proportion() -> None:
    table = {"agent": "PbX2", "added": 1e9, "reaction_time": "1 h", "time": "6 min"}
    small, large = (done(dots(size=s), **table) for s in ("10 nm", "20 nm"))
    left = [1.0 - float(p.extras["converted_share"]) for p in (small, large)]
    assert left == pytest.approx([0.9**3, 0.95**3], rel=1e-3)


def test_light_lost_to_a_partner_at_the_ends() -> None:
    """No step down: no loss; one: v A / V; both: twice that; at equal edges a half each."""
    area, core, v = 1e-16 * ONE, 1e-24 * ONE, 10.0 * ONE
    rates = [
        float(hj.transfer_rate(e * ONE, h * ONE, v, area, core, 300.0)[0])
        for e, h in ((-2.0, -2.0), (2.0, -2.0), (2.0, 2.0), (0.0, 0.0))
    ]
    assert rates == pytest.approx([0.0, 1e9, 2e9, 1e9], abs=1.0)


def test_faces_that_partners_grow_on() -> None:
    found = [
        float(face("cube", np.array(1e-8))),
        float(face("sphere", np.array(1e-8))),
        float(face("platelet", np.array(2e-9), np.array(2e-8))),
    ]
    assert np.array(found) * 1e16 == pytest.approx([1.0, 0.25 * np.pi, 4.0])


def test_volume_without_a_cell_is_that_of_the_bromide() -> None:
    ratio = tf.unit_volume(parse("CsPbBr3"), "Cs4PbX6", LIB) / tf.unit_volume(
        parse("CsPbBr3"), "CsPbX3", LIB
    )
    # 2.32 stands for this ratio where the hexagonal cell is not known
    assert ratio == pytest.approx(2.32, rel=0.01)
