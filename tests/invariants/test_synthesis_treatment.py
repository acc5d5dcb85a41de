"""The same laws over every treatment: conservation, bounds, round trips, spectra that add up."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from halodot.core import codec
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.crystal.composition import parse
from halodot.dot import characterise
from halodot.dot.history import escape
from halodot.ensemble import draw_state
from halodot.library import Library
from halodot.study import from_data
from halodot.synthesis import DotsSpec, given
from halodot.synthesis.state import DotPopulation, History
from halodot.synthesis.treatment import spec
from halodot.synthesis.treatment.cation_exchange import contraction
from halodot.synthesis.treatment.lattices import binned, lattice, with_site
from halodot.synthesis.treatment.treating import joined, treat

LIB = Library.builtin()
KINDS = {
    "anion_exchange": spec.AnionExchange,
    "cation_exchange": spec.CationExchange,
    "transformation": spec.Transformation,
    "heterostructure": spec.Heterostructure,
}
HALIDE = [
    ("CsPbBr3", {"halide": "Cl", "added": 2.0}),
    ("CsPbBr3", {"halide": "I", "added": 0.4}),
    ("CsPbCl3", {"halide": "Br", "added": 5.0}),
    ("CsPbCl3", {"halide": "I", "added": 1.0}),
    ("CsPb(Br0.6I0.4)3", {"halide": "Br", "added": 0.05}),
    ("CsPbBr3", {"halide": "Cl", "added": 4.0, "against": "amount"}),
    ("CsPbBr3", {"reagent": "dots", "formula": "CsPb(Br0.09I0.91)3", "added": 0.5}),
]
OTHERS = [
    ("CsPbBr3", {"kind": "cation_exchange", "metal": "Zn", "added": 2}),
    (
        "CsPbCl3",
        {
            "kind": "cation_exchange", "metal": "Mn", "added": 0.5, "route": "photoinduced",
            "halide": "Br", "against": "amount",
        },
    ),
    ("Cs4PbBr6", {"kind": "transformation", "agent": "PbX2", "added": 2}),
    ("Cs4PbBr6", {"kind": "transformation", "agent": "water", "added": 9, "against": "amount"}),
    ("CsPbBr3", {"kind": "transformation", "agent": "OAm/OA", "added": 3}),
]  # fmt: skip
ALL = [(f, {"kind": "anion_exchange", **t}) for f, t in HALIDE] + OTHERS


def dots(formula: str) -> DotPopulation:
    return given(build(DotsSpec, {"formula": formula, "size": "9 nm"}), LIB)


def done(formula: str, table: dict, points: int = 9) -> DotPopulation:
    t = build(KINDS[table["kind"]], {"points": points, **table})
    return treat(dots(formula), t, LIB)


@pytest.mark.parametrize(("formula", "table"), HALIDE)
def test_halide_is_conserved(formula: str, table: dict) -> None:
    """Incoming halide in dots and solution, summed here from the curves."""
    end = done(formula, {"kind": "anion_exchange", **table}, 13)
    past = end.history
    held = past.curves["halide_in_dots"] + past.curves["halide_in_solution"]
    put_in = held[0] + (past.axis if table.get("against") == "amount" else 0.0 * past.axis)
    assert held == pytest.approx(put_in, rel=1e-9, abs=2e-9)
    assert float(end.extras["halide_balance_error"]) < 1e-9


@pytest.mark.parametrize(("formula", "table"), HALIDE)
def test_composition_of_the_history_is_that_of_the_balance(formula: str, table: dict) -> None:
    """The mean over the formulas and their weights is the share that was exchanged."""
    from halodot.crystal.composition import parse

    end = done(formula, {"kind": "anion_exchange", **table})
    past, halide = end.history, table.get("halide", "I")
    x = np.array([parse(f).site("X").get(halide, 0.0) for f in past.formulas])
    # formulas are written to a millionth
    assert past.weights @ x == pytest.approx(past.curves["exchanged_share"], abs=2e-6)


@pytest.mark.parametrize(("formula", "table"), ALL)
def test_shares_are_shares(formula: str, table: dict) -> None:
    past = done(formula, table).history
    assert past.weights.min() >= 0.0
    assert past.weights.sum(axis=1) == pytest.approx(np.ones(len(past.axis)))
    assert np.all(np.diff(past.axis) > 0.0)
    for name, values in past.phases.items():
        assert values.min() >= 0.0, name
        assert values.max() <= 1.0 + 1e-12, name
    if past.phases:
        assert sum(past.phases.values()) == pytest.approx(np.ones(len(past.axis)))
    for name in ("exchanged_share", "metal_share"):
        if f"{name}_low" in past.curves:
            assert np.all(past.curves[f"{name}_low"] <= past.curves[name])
            assert np.all(past.curves[name] <= past.curves[f"{name}_high"])


@pytest.mark.parametrize(("formula", "table"), [t for t in ALL if t[1]["kind"][0] == "t"])
def test_atoms_are_conserved(formula: str, table: dict) -> None:
    """Counted here from the moles of each phase and salt."""
    end = done(formula, table)
    c = end.history.curves
    caesium = 4 * c["moles_Cs4PbX6"] + c["moles_CsPbX3"] + c["moles_CsPb2X5"] + c["moles_CsX"]
    lead = c["moles_Cs4PbX6"] + c["moles_CsPbX3"] + 2 * c["moles_CsPb2X5"] + c["moles_PbX2"]
    halide = 6 * c["moles_Cs4PbX6"] + 3 * c["moles_CsPbX3"] + 5 * c["moles_CsPb2X5"]
    halide = halide + 2 * c["moles_PbX2"] + c["moles_CsX"]
    for found in (caesium, lead, halide):
        if table.get("against") != "amount" or table["agent"] == "water":
            assert found == pytest.approx(np.full(len(found), found[0]), rel=1e-12)
    assert float(end.extras["mole_balance_error"]) < 1e-12
    assert min(v.min() for n, v in c.items() if n.startswith("moles")) >= -1e-15


@pytest.mark.parametrize(("formula", "table"), ALL)
def test_a_treated_population_survives_checkpoints_and_draws(formula: str, table: dict) -> None:
    end = done(formula, table, 4)
    again = codec.loads(codec.dumps(end))
    assert isinstance(again.history, History)
    for f in dataclasses.fields(History):
        a, b = getattr(end.history, f.name), getattr(again.history, f.name)
        if isinstance(a, dict):
            assert a.keys() == b.keys()
            assert all(np.array_equal(a[k], b[k]) for k in a)
        else:
            assert np.array_equal(a, b)
    without = {"history": None}
    assert dataclasses.replace(again, **without) == dataclasses.replace(end, **without)
    drawn = draw_state(end, seed=1, k=3)
    assert drawn.history is end.history
    assert drawn.extras == end.extras


def test_there_and_back_and_the_histories_join() -> None:
    table = {"kind": "anion_exchange", "halide": "Cl", "added": 300.0, "points": 9}
    there = treat(dots("CsPbBr3"), build(spec.AnionExchange, table), LIB)
    back = treat(there, build(spec.AnionExchange, table | {"halide": "Br"}), LIB)
    assert back.formula.startswith("CsPb(Br0.99")
    assert float(back.size) == pytest.approx(float(dots("CsPbBr3").size), rel=2e-3)
    assert len(back.history.axis) == 17
    assert np.all(np.diff(back.history.axis) > 0.0)
    assert back.history.axis[-1] == pytest.approx(2.0 * there.history.axis[-1])
    chloride = back.history.curves["share_Cl"]
    assert chloride[8] == pytest.approx(1.0 - chloride[-1], abs=0.01)
    assert back.history.weights.sum(axis=1) == pytest.approx(np.ones(17))
    assert joined(there.history, dataclasses.replace(there.history, axis_name="x")).axis_name == "x"


def test_weights_keep_mean_and_sum() -> None:
    rng = np.random.default_rng(3)
    values, moles = rng.uniform(0.2, 0.7, (5, 40)), rng.uniform(0.1, 1.0, 40)
    grid = np.linspace(0.1, 0.9, 12)
    found = binned(values, moles, grid)
    assert found.sum(axis=1) == pytest.approx(np.ones(5))
    assert found @ grid == pytest.approx(values @ moles / moles.sum())


@pytest.mark.parametrize(
    ("formula", "table"),
    [
        ("CsPb0.9Mn0.1Cl3", {"metal": "Mn", "added": 3}),
        ("CsPbBr3", {"metal": "Mn", "added": 1, "route": "photoinduced", "halide": "Cl"}),
        ("CsPbBr3", {"metal": "Zn", "added": 3, "against": "amount"}),
    ],
)
def test_size_of_the_history_starts_and_ends_with_the_dots(formula: str, table: dict) -> None:
    dots = given(build(DotsSpec, {"formula": formula, "size": "9 nm"}))
    after = treat(dots, build(spec.CationExchange, {"kind": "cation_exchange", **table}), LIB)
    assert after.history is not None
    assert after.history.size[0] == pytest.approx(9e-9, rel=1e-9)
    assert after.history.size[-1] == pytest.approx(float(after.size), rel=1e-9)
    # the lattice of the mixture of halides, and the radii of the metal that came
    composition, started = parse(after.formula), parse(formula)
    share = composition.site("B")[table["metal"]] - started.site("B").get(table["metal"], 0.0)
    cell = lattice(formula, LIB)
    by_halide = lattice(with_site(started, "X", composition.site("X")), LIB) / cell
    expected = by_halide * (1.0 + contraction(table["metal"], share, cell))
    assert float(after.size) / 9e-9 == pytest.approx(float(expected), rel=1e-4)


def test_all_edges_of_a_platelet_shrink_with_its_lattice() -> None:
    table = {"formula": "CsPbBr3", "shape": "platelet", "size": "3 nm", "lateral": "20 nm"}
    dots = given(build(DotsSpec, table))
    zinc = {"kind": "cation_exchange", "metal": "Zn", "added": 3}
    after = treat(dots, build(spec.CationExchange, zinc), LIB)
    assert after.lateral is not None
    assert float(after.lateral) / 20e-9 == pytest.approx(float(after.size) / 3e-9, rel=1e-9)
    assert float(after.size) < 3e-9


def test_salt_that_is_bound_in_the_flask_does_not_react() -> None:
    dots = given(build(DotsSpec, {"formula": "CsPbBr3", "size": "9 nm"}))
    thiol = {"kind": "transformation", "agent": "thiol", "added": 8, "time": "10 day"}
    middle = treat(dots, build(spec.Transformation, thiol), LIB)
    assert float(middle.extras["lead_halide_in_flask"]) > 2.9
    trace = {"kind": "transformation", "agent": "PbX2", "added": 1e-6, "time": "10 day"}
    after = treat(middle, build(spec.Transformation, trace), LIB)
    assert float(after.extras["converted_share"]) < 1e-6


def test_light_of_the_history_starts_and_ends_with_the_dots() -> None:
    """The first step is the light of the dots before, the last that of the dots after."""
    before = characterise(dots("CsPbBr3"), LIB, 300.0)
    table = {"kind": "anion_exchange", "halide": "Cl", "added": 2.0}
    after = characterise(done("CsPbBr3", table), LIB, 300.0)
    peak, width = after.curves["history_peak"], after.curves["history_fwhm"]
    # one composition or two next to each other: steps of a 33rd of the way
    assert peak[0] == pytest.approx(float(before.pl_energy), abs=2e-3)
    assert peak[-1] == pytest.approx(float(after.pl_energy), abs=6e-3)
    assert width[0] == pytest.approx(float(before.pl_fwhm), rel=0.03)
    assert width.max() > 1.05 * width[0]  # dots do not go together
    assert after.curves["history_spectra"].shape == (9, after.curves["history_energy"].size)


def test_light_absorbed_again_shifts_to_the_red_and_weakens() -> None:
    table = {
        "kind": "anion_exchange", "reagent": "dots", "formula": "CsPb(Br0.09I0.91)3", "added": 1,
    }  # fmt: skip
    clear = done("CsPbBr3", table, 5)
    dense = dataclasses.replace(
        clear, history=dataclasses.replace(clear.history, optical_density=4.0)
    )
    light = [characterise(p, LIB, 300.0).curves for p in (clear, dense)]
    assert np.all(light[1]["history_peak"] < light[0]["history_peak"])
    energy = light[0]["history_energy"]
    green, red = (np.abs(energy - e).argmin() for e in (2.42, 1.80))
    ratio = [c["history_spectra"][0, green] / c["history_spectra"][0, red] for c in light]
    assert ratio[1] < 0.7 * ratio[0]
    assert float(escape(np.array([1e-9]))[0]) == pytest.approx(1.0)


def test_dark_phase_gives_no_light_and_half_the_lead_half_of_it() -> None:
    table = {"kind": "transformation", "agent": "PbX2", "added": 3, "time": "1 day"}
    population = done("Cs4PbBr6", table, 15)
    curves = characterise(population, LIB, 300.0).curves
    bright = curves["history_spectra"].max(axis=1)
    assert bright[0] == 0.0
    assert np.isnan(curves["history_peak"][0])
    assert bright == pytest.approx(population.history.phases["CsPbBr3"], abs=1e-6)


def test_ligands_left_by_the_synthesis_set_the_yield_unless_the_study_does() -> None:
    from halodot.dot.spec import DotModel

    bare, full = (
        dataclasses.replace(dots("CsPbBr3"), surface_coverage=Sourced(c, "1")) for c in (0.5, 0.99)
    )
    yields = [float(characterise(p, LIB, 300.0).plqy) for p in (bare, dots("CsPbBr3"), full)]
    assert yields == sorted(yields)
    assert yields[2] > yields[0] + 0.2
    own = DotModel(ligand_coverage="0.99")
    assert float(characterise(bare, LIB, 300.0, own).plqy) == pytest.approx(yields[2], rel=1e-6)


def test_a_partner_takes_light_and_stays_through_an_exchange() -> None:
    alone = characterise(dots("CsPbBr3"), LIB, 300.0)
    two = done("CsPbBr3", {"kind": "heterostructure"})
    joined_dots = characterise(two, LIB, 300.0)
    assert float(joined_dots.plqy) < float(alone.plqy)
    assert float(joined_dots.pl_energy) == float(alone.pl_energy)
    chances = [v for k, v in joined_dots.extras.items() if k.startswith("chance_")]
    assert sum(float(q) for q in chances) == pytest.approx(1.0)
    table = {"kind": "anion_exchange", "halide": "Cl", "added": 30}
    after = treat(two, build(spec.AnionExchange, table), LIB)
    light = characterise(after, LIB, 300.0)
    assert after.partner == "Pb4S3Br2"
    assert float(light.pl_energy) > float(alone.pl_energy) + 0.4
    for name in ("offset_electron", "offset_hole"):
        q = light.extras[name]
        assert q.high - q.low > 0.5  # what is not known stays wide


@pytest.mark.parametrize(
    ("formula", "table", "field"),
    [
        ("Cs4PbBr6", {"kind": "anion_exchange", "halide": "Cl", "added": 1}, "treatment.kind"),
        ("CsPbBr3", {"kind": "anion_exchange", "halide": "Br", "added": 1}, "treatment.halide"),
        (
            "CsPb(Br0.5Cl0.5)3",
            {"kind": "anion_exchange", "halide": "I", "added": 1},
            "treatment.halide",
        ),
        ("CsPbBr3", {"kind": "transformation", "agent": "water"}, "treatment.agent"),
        ("Cs2AgBiBr6", {"kind": "transformation", "agent": "PbX2"}, "treatment.kind"),
    ],
)
def test_what_cannot_be_done_is_refused(formula: str, table: dict, field: str) -> None:
    with pytest.raises(InputError) as told:
        done(formula, table)
    assert told.value.field == field


def test_a_study_names_what_is_wrong_in_a_treatment() -> None:
    base = {
        "study": {"id": "a", "title": "t"},
        "dots": {"formula": "CsPbBr3", "size": "9 nm"},
    }
    wrong = [
        ({"kind": "anion_exchanges", "added": 1}, "treatment[0].kind"),
        ({"kind": "anion_exchange", "halide": "Cl"}, "treatment[0].added"),
        ({"kind": "anion_exchange", "halide": "Cl", "added": 1, "tim": "1 s"}, "treatment[0].tim"),
        ({"kind": "anion_exchange", "added": 1}, "treatment[0].halide"),
    ]
    for table, field in wrong:
        with pytest.raises(InputError) as told:
            from_data({**base, "treatment": [table]})
        assert told.value.field == field
    with pytest.raises(InputError):
        from_data(
            {
                "study": base["study"],
                "crystal": {"formula": "CsPbBr3"},
                "treatment": [{"kind": "heterostructure"}],
            }
        )
