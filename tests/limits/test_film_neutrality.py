"""One Fermi level for both carriers, ions carried to other temperatures, a shell from its ink."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from halodot.cli import film as verb
from halodot.core.constants import BOLTZMANN, ELEMENTARY_CHARGE
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.core.status import Status
from halodot.film import FilmProperties, FilmSpec, assemble, excitons, gating, ions
from halodot.film.calibration import reference_dots
from halodot.film.gating import channel_of
from halodot.library import Library

LIBRARY = Library.builtin()
DOTS = reference_dots(LIBRARY)
SILVER = {"element": "Ag", "content": 0.02}
INK = {"free_ligand": "0.05 mmol/l"}


def film(**keys: Any) -> FilmProperties:
    return assemble(DOTS, build(FilmSpec, {"draws": 0, **keys}, root="film"), LIBRARY)


def extra(made: FilmProperties, name: str) -> float:
    return float(made.extras[name])


@pytest.mark.parametrize("doping", ["5e15 cm-3", "3e16 cm-3", "-5e15 cm-3", "-3e16 cm-3"])
def test_both_carriers_stand_at_one_fermi_level(doping: str) -> None:
    """Charge adds to zero by Boltzmann tails of Gaussian levels, at the stated Fermi level."""
    made = film(doping=doping)
    kT, level = BOLTZMANN * 300.0, extra(made, "fermi_level")
    gap = float(made.ionization_energy) - float(made.electron_affinity)

    def held(carrier: str, away: float, depth: float) -> tuple[float, float]:
        s = float(getattr(made, f"disorder_{carrier}")) / kT
        n = float(getattr(made, f"density_of_states_{carrier}"))
        free = n * math.exp(-away / kT + 0.5 * s * s)
        return free, free + float(made.trap_density) / (1.0 + math.exp((away - depth) / kT))

    p, holes = held("hole", level, 0.15)
    _, electrons = held("electron", gap - level, float(made.trap_depth))
    # the filled tail of 3e16 is some 5 % off Boltzmann
    assert extra(made, "free_hole_density") == pytest.approx(p, rel=0.1, abs=0.0)
    assert electrons - holes == pytest.approx(float(made.doping), rel=0.1, abs=0.0)


def test_bismuth_pays_for_silver_without_a_jump() -> None:
    """Fermi level and holes go on where dopants compensate: the residual decides."""
    made = [
        film(dopant=[SILVER, {"element": "Bi", "content": c}])
        for c in (0.018, 0.0195, 0.0205, 0.022)
    ]
    levels = [extra(m, "fermi_level") for m in made]
    holes = [extra(m, "free_hole_density") for m in made]
    assert levels == sorted(levels)
    assert holes == sorted(holes, reverse=True)
    assert levels[2] - levels[1] < 0.05
    equal = film(dopant=[SILVER, {"element": "Bi", "content": 0.02}])
    assert extra(equal, "fermi_level") == pytest.approx(extra(film(), "fermi_level"), abs=1e-9)


def test_residual_carriers_freeze_into_traps() -> None:
    warm, cold = film(), film(temperature="200 K")
    assert extra(warm, "free_hole_density") == pytest.approx(1e21, rel=1e-6, abs=0.0)
    assert extra(cold, "free_hole_density") < 0.5e21


def test_the_residual_is_of_the_stated_majority() -> None:
    made = film(gate={"majority": "electron"})
    assert extra(made, "fermi_level") > 2.0
    assert extra(made, "free_hole_density") < 1.0


def test_a_gate_first_meets_the_other_carriers() -> None:
    """In a film with n electrons and no ions a gate of charge Q makes Q - n holes."""
    electrons = channel_of(levels=1e24, width=1.0, exponent=0.44)
    keys = {"levels": 1e24, "width": 1.0, "exponent": 0.44}
    holes = gating.Channel(
        **{**vars(channel_of(**keys)), "other": electrons, "gap": np.array([90.0])}
    )
    done = gating.gated(holes, gating.rest(holes, np.array([-1e22])), np.array([4e22]))
    assert float(done.opposite[0]) == pytest.approx(0.25, rel=1e-6)
    assert float(done.free[0]) == pytest.approx(0.75, rel=1e-6)


@pytest.mark.parametrize(
    "keys",
    [
        {"doping": "-1e20 cm-3"},
        {"doping": "1e20 cm-3"},
        {"dopant": {"element": "Ag", "content": 0.2}},
        {"gate": {"charge": "1e14 cm-2"}},
    ],
)
def test_more_carriers_than_levels_are_said(keys: dict) -> None:
    made = film(**keys)
    assert made.status is Status.OUTSIDE_RANGE
    assert any("of the levels" in n or "half the levels" in n for n in made.notes)
    assert film().status is Status.OK


def test_what_the_levels_cannot_take_of_a_gate_is_counted() -> None:
    small, large = (film(gate={"charge": f"{q} cm-2"}) for q in ("1e13", "1e14"))
    names = ("free", "trapped", "ionic", "opposite", "beyond")
    for made in (small, large):
        assert sum(extra(made, f"gate_charge_{n}") for n in names) == pytest.approx(1.0, abs=1e-6)
    shown = [extra(m, "apparent_mobility_hole") for m in (small, large)]
    assert shown[0] == pytest.approx(10.0 * shown[1], rel=1e-6, abs=0.0)


def test_given_ions_are_carried_to_other_temperatures() -> None:
    """The decoupling temperature of given ions, from the Bazant time by hand."""
    e, mu, n = 0.5, 1e-14, 1e23
    made = film(
        ion_mobility=f"{mu} m2/Vs", ion_activation=f"{e} eV", ion_density=f"{n} m-3",
        ligand="OGB",
    )  # fmt: skip

    def miss(t: float) -> float:
        speed = mu * 300.0 / t * math.exp(e / BOLTZMANN * (1.0 / 300.0 - 1.0 / t))
        eps = float(made.relative_permittivity)
        return math.log(ions.following_time(n, speed, eps, 40e-9, t))

    found = brentq(miss, 100.0, 500.0)
    assert extra(made, "decoupling_temperature") == pytest.approx(found, abs=0.01)
    fewer = film(
        ion_mobility=f"{mu} m2/Vs", ion_activation=f"{e} eV", ion_density=f"{n / 100.0} m-3"
    )
    assert extra(fewer, "decoupling_temperature") > found + 5.0


def test_ions_that_never_stop_or_never_start_have_no_decoupling_temperature() -> None:
    for speed, barrier, word in (
        ("1e-12", "0.01 eV", "even at 60 K"),
        ("1e-28", "0.5 eV", "even at 600 K"),
    ):
        got = film(ion_mobility=f"{speed} m2/Vs", ion_activation=barrier).extras
        assert got["decoupling_temperature"].value is None
        assert word in got["decoupling_temperature"].note


def test_vacancies_spread_as_a_random_walk_on_six_sides() -> None:
    hop, attempt, barrier, t = 0.42e-9, 3e12, 0.4, 300.0
    diffusivity = hop**2 * attempt * math.exp(-barrier / (BOLTZMANN * t)) / 6.0
    assert ions.mobility(hop, attempt, barrier, 1.0, t) == pytest.approx(
        diffusivity / (BOLTZMANN * t), rel=1e-12, abs=0.0
    )


def test_few_holes_conduct_with_the_mobility_of_the_film() -> None:
    made = film()
    expected = ELEMENTARY_CHARGE * 1e21 * float(made.mobility_hole)
    # 1e-3 of the levels filled: filling and blocking stay within some 20 %
    assert extra(made, "electronic_conductivity") == pytest.approx(expected, rel=0.3, abs=0.0)


def test_ripened_levels_are_those_of_the_grown_dot() -> None:
    """E ~ 1/L^2: after growth g the slope is 1/g^2 of what it was, and both edges move inwards."""
    before, after = film(), film(ripen={"growth": 2.0})
    for carrier, edge, sign in (
        ("electron", "electron_affinity", 1.0),
        ("hole", "ionization_energy", -1.0),
    ):
        slope = float(getattr(DOTS, f"level_slope_{carrier}"))
        moved = float(getattr(after, edge)) - float(getattr(before, edge))
        assert moved == pytest.approx(-sign * 0.5 * slope * 0.75, rel=1e-9, abs=0.0)
        spread = float(DOTS.size_spread)
        static = float(before.disorder_hole) ** 2 - (float(DOTS.level_slope_hole) * spread) ** 2
        grown = math.hypot(slope / 4.0 * spread, math.sqrt(static))
        assert float(getattr(after, f"disorder_{carrier}")) == pytest.approx(grown, rel=1e-9)


def test_a_shell_from_its_ink_is_the_same_however_warm_the_film_is_measured() -> None:
    covered = [extra(film(**INK, temperature=t), "ligand_coverage") for t in ("80 K", "400 K")]
    assert covered[0] == covered[1]
    warm = film(**INK, ink_temperature="350 K")
    assert extra(warm, "ligand_coverage") < covered[0]
    swap = {"exchange": {"ligand": "DDAB"}}
    levels = [extra(film(**swap, temperature=t), "ligand_coverage") for t in ("80 K", "400 K")]
    assert levels[0] == levels[1]


def test_firmer_ligands_keep_more_of_their_shell_in_the_ink() -> None:
    kept = [extra(film(**INK, ligand=n), "ligand_coverage") for n in ("OA/OAm", "DDAB", "OGB")]
    assert kept == sorted(kept)
    assert kept[2] > kept[0] + 0.2
    given = film(**INK, surface={"adsorption_energy": "0.25 eV"}, ligand="OGB")
    assert extra(given, "ligand_coverage") == pytest.approx(kept[0], rel=1e-9)


def test_an_exchange_keeps_the_stated_coverage_and_the_note_says_what_is_left() -> None:
    made = film(exchange={"ligand": "DDAB"})
    assert f"coverage after treatment {extra(made, 'ligand_coverage'):.2f}" in made.notes[0]
    bare = film(coverage=0.3, exchange={"ligand": "DDAB", "share": 1.0})
    assert extra(bare, "ligand_coverage") == pytest.approx(0.3, rel=1e-12)


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ({**INK, "coverage": 0.3}, "film.coverage"),
        ({"dopant": [{"element": "Ag", "content": 0.2}] * 2}, "film.dopant.content"),
        ({"gate": {"charge": "1e20 m-2"}}, "film.gate.charge"),
    ],
)
def test_what_cannot_be_is_refused(keys: dict, field: str) -> None:
    with pytest.raises(InputError) as caught:
        film(**keys)
    assert caught.value.field == field


def test_spheres_pack_as_spheres_do() -> None:
    from dataclasses import replace

    spheres = replace(DOTS, shape="sphere")

    def made(**keys: Any) -> FilmProperties:
        return assemble(spheres, build(FilmSpec, {"draws": 0, **keys}, root="film"), LIBRARY)

    loose = float(made().fill_fraction) / float(made(packing="superlattice").fill_fraction)
    assert loose == pytest.approx(0.60 / 0.7405, rel=1e-3)
    with pytest.raises(InputError) as caught:
        made(random_packing_density=0.8)
    assert caught.value.field == "film.random_packing_density"


def test_a_film_of_nothing_is_refused_by_the_verb(tmp_path) -> None:
    from argparse import Namespace

    for text in ("", "[film]\n", '[film]\nligand = "DDAB"\n'):
        path = tmp_path / "f.toml"
        path.write_text(text)
        with pytest.raises(InputError) as caught:
            verb.run(Namespace(file=str(path), materials=[], json=True))
        assert caught.value.field == "film"


def test_a_bulk_film_has_no_gaps_and_no_shell() -> None:
    spec = build(FilmSpec, {"formula": "CsPbBr3", "ligand": "OA/OAm", "draws": 0})
    made = assemble(None, spec, LIBRARY)
    assert made.spacing.value is None
    assert not any("coverage" in n for n in made.notes)
    assert any("no effect" in n for n in made.notes)


def test_what_acceptors_take_has_the_interval_of_their_radius() -> None:
    spec = build(FilmSpec, {"transport": {"acceptor_density": "1e18 cm-3"}}).transport
    got = excitons._taken(spec.acceptor_density, spec.acceptor_radius)
    assert got.low is not None
    assert got.high is not None
    assert got.low < 0.3 < got.value < 0.9 < got.high
    assert "radius" in got.note
    ends = (Sourced(-0.02, "eV"), Sourced(-0.01, "eV"), Sourced(-0.03, "eV"))
    between = excitons._between(*ends)
    assert (between.low, between.high) == (-0.03, -0.01)


def test_a_draw_of_a_study_states_nothing_that_the_study_does_not() -> None:
    """Else keys that only some films may have refuse every draw."""
    from halodot.film.stated import stated
    from halodot.study import Study, draw

    study = build(Study, {"study": {"id": "x", "title": "x"}, "film": {"formula": "CsPbBr3"}})
    for k in range(3):
        film_spec = draw(study, k).film
        assert film_spec is not None
        assert stated(film_spec.transport) == set()
    given = build(FilmSpec, {"transport": {"acceptor_radius": "5 nm"}})
    assert stated(given.transport) == {"acceptor_radius"}
