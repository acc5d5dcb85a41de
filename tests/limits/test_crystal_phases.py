"""Phases: order with temperature, free energies against size, the crossover in closed form."""

import math

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.randomness import generator
from halodot.crystal.composition import parse
from halodot.crystal.landscape import (
    bulk_energies,
    central,
    crossover_edges,
    draw,
    free_energies,
    gamma_above_delta,
    landscape,
    transition_temperatures,
)
from halodot.crystal.phases import (
    bulk_free_energy,
    crossover_curve,
    crossover_edge,
    free_energy_of_cube,
    free_energy_table,
    phase_at,
)
from halodot.crystal.stability import (
    crossover,
    crossover_against,
    delta_temperatures,
    most_probable,
    probabilities,
    shares,
    stability_map,
    transitions,
)
from halodot.library import Library

LIB = Library.builtin()
IODIDE = LIB.entry("perovskite", "CsPbI3")
VOLUME = 2.49e-28
GROUND = {f: landscape(parse(f), LIB) for f in ("CsPbI3", "CsPbBr3", "CsPbCl3", "CsSnI3")}


def test_at_the_crossover_both_phases_cost_the_same():
    edge = crossover_edge(0.073, 0.08, VOLUME)
    # closed form: a difference of two equal numbers, so absolute against kT
    assert abs(free_energy_of_cube(edge, 0.073, 0.08, VOLUME)) < 1e-14
    assert free_energy_of_cube(0.5 * edge, 0.073, 0.08, VOLUME) == pytest.approx(-0.073)
    assert free_energy_of_cube(1e-3, 0.073, 0.08, VOLUME) == pytest.approx(0.073, rel=1e-4)


def test_crossover_by_hand():
    # 6 x 0.5 eV/nm2 x 0.25 nm3 / 0.075 eV = 10 nm; eV/nm2 = 0.1602 J/m2
    edge = crossover_edge(0.075, 0.5 * 0.1602176634, 0.25e-27)
    assert edge == pytest.approx(10e-9, rel=1e-9, abs=0.0)


def test_free_energy_falls_with_temperature_and_meets_the_table():
    values = [float(bulk_free_energy(IODIDE, t)) for t in (150.0, 286.5, 414.6, 600.0)]
    assert values == pytest.approx([0.10014, 0.07529, 0.05023, 0.01015], rel=1e-9)
    assert all(np.diff(values) < 0.0)
    assert not bulk_free_energy(IODIDE, 100.0).is_known
    assert not bulk_free_energy(LIB.entry("perovskite", "CsPbBr3"), 300.0).is_known
    with pytest.raises(InputError):
        bulk_free_energy(IODIDE, math.nan)


def test_the_continued_free_energy_is_smooth_and_exact_on_the_table():
    t, g = free_energy_table()
    assert gamma_above_delta(t) == pytest.approx(g, rel=1e-12, abs=0.0)
    fine = gamma_above_delta(np.linspace(100.0, 800.0, 1401))
    assert np.all(np.diff(fine) < 0.0)
    # steps of 0.5 K: no jump at the ends of the table
    assert np.abs(np.diff(fine)).max() < 3.0 * np.median(np.abs(np.diff(fine)))


@pytest.mark.parametrize("formula", GROUND)
def test_every_bulk_difference_is_zero_at_its_transition(formula):
    drawn = draw(GROUND[formula], generator(3, "t"), 50)
    found = transition_temperatures(drawn)
    for (low, high), t in found.items():
        g = bulk_energies(drawn, t)
        # energies are of the order of 10 meV, so this is round-off
        assert np.abs(g[high] - g[low]).max() < 1e-15
        above = bulk_energies(drawn, t + 1.0)
        assert np.all(above[high] < above[low])  # entropy is gained on heating


def test_the_delta_transition_is_the_zero_of_the_difference():
    middle = central(GROUND["CsPbI3"])
    t = float(delta_temperatures(middle, np.inf)[0])
    g = {p: float(v[0]) for p, v in bulk_energies(middle, t).items()}
    # bisection over 700 K in 24 steps: 4e-5 K of 0.3 meV/K
    assert min(g["alpha"], g["beta"], g["gamma"]) == pytest.approx(g["delta"], abs=1e-7)
    # by hand, alpha being lowest there: D(T) = s1 (T - T1) + s2 (T - T2)
    by_hand = 1.7e-5 * ((t - 457.0) + (t - 554.0))
    assert float(gamma_above_delta(t)) == pytest.approx(by_hand, abs=1e-7)


@pytest.mark.parametrize("edge", [4e-9, 2e-8])
def test_in_a_cube_the_surfaces_add_six_faces_of_each_phase(edge):
    middle = central(GROUND["CsPbI3"])
    bulk, cube = (free_energies(middle, 300.0, e) for e in (np.inf, edge))
    # 6 L^2 of 0.08 J/m2 shared by L^3 / v formula units, in eV
    units = edge**3 / float(middle["lattice_constant"][0]) ** 3
    per_unit = 6.0 * edge**2 / units / 1.602176634e-19
    added = {p: float(cube[p][0] - bulk[p][0]) for p in bulk}
    assert added["alpha"] == 0.0
    assert added["beta"] == pytest.approx(0.5 * 0.003 * per_unit, rel=1e-9, abs=0.0)
    assert added["gamma"] == pytest.approx(0.003 * per_unit, rel=1e-9)
    assert added["delta"] == pytest.approx((0.003 + 0.08) * per_unit, rel=1e-9)


@pytest.mark.parametrize("formula", GROUND)
def test_in_a_cube_every_transition_is_a_zero_of_the_difference(formula):
    middle = central(GROUND[formula])
    bulk = transition_temperatures(middle)
    for (low, high), t in transition_temperatures(middle, 2e-8).items():
        g = free_energies(middle, t, 2e-8)
        assert float(g[high][0]) == pytest.approx(float(g[low][0]), abs=1e-12)
        # the phase of higher temperature has the cheaper surface, so it wins earlier
        assert float(t[0]) < float(bulk[low, high][0])


def test_a_cube_at_its_crossover_costs_the_same_in_both_networks():
    drawn = draw(GROUND["CsPbI3"], generator(4, "t"), 200)
    edges = crossover_edges(drawn, 300.0)
    good = np.isfinite(edges)
    assert good.mean() > 0.9
    for k in np.flatnonzero(good)[:40]:
        one = {name: v[k : k + 1] for name, v in drawn.items()}
        g = {p: float(v[0]) for p, v in free_energies(one, 300.0, float(edges[k])).items()}
        best = min(g[p] for p in ("alpha", "beta", "gamma"))
        assert best == pytest.approx(g["delta"], abs=1e-12)
        smaller = {p: float(v[0]) for p, v in free_energies(one, 300.0, 0.9 * edges[k]).items()}
        assert min(smaller[p] for p in ("alpha", "beta", "gamma")) < smaller["delta"]


def test_without_tilt_energy_the_crossover_is_the_closed_form():
    middle = central(GROUND["CsPbI3"])
    middle["surface_energy_tilt"] = np.zeros(1)
    expected = crossover_edge(
        float(gamma_above_delta(200.0)), 0.08, float(middle["lattice_constant"][0]) ** 3
    )
    # at 200 K gamma is the lowest perovskite phase, so it alone decides
    assert crossover_edges(middle, 200.0)[0] == pytest.approx(expected, rel=1e-12, abs=0.0)


def test_the_crossover_grows_with_temperature_and_is_linear_in_the_prior():
    sizes = [float(crossover(GROUND["CsPbI3"], t)) for t in (200.0, 300.0, 400.0)]
    assert sizes == sorted(sizes)
    curve = crossover_curve(IODIDE, 300.0, np.array([0.04, 0.08, 0.16]))
    assert curve[2] / curve[0] == pytest.approx(4.0, rel=1e-12)
    fixed = crossover(GROUND["CsPbI3"], 300.0, 0.08)
    prior = crossover(GROUND["CsPbI3"], 300.0)
    assert prior.low < fixed.low < prior.value == fixed.value < fixed.high < prior.high
    bands = crossover_against(GROUND["CsPbI3"], 300.0, np.array([0.04, 0.08, 0.16]))
    assert np.all(np.diff(bands, axis=0) > 0.0)
    assert np.all(np.diff(bands, axis=1) > 0.0)
    with pytest.raises(InputError):
        crossover_curve(IODIDE, 100.0, np.array([0.1]))
    with pytest.raises(InputError):
        crossover_against(GROUND["CsPbBr3"], 300.0, np.array([0.1]))


def test_shares_go_to_the_lowest_phase_in_large_cubes_and_level_in_hot_small_ones():
    drawn = draw(GROUND["CsPbI3"], generator(5, "t"), 300)
    bulk, large = (shares(drawn, 300.0, e) for e in (np.inf, 1e-6))
    for phase in bulk:
        # a cube of 1 um has 4e9 formula units: only surface terms of 0.001 nm are left
        assert large[phase].mean() == pytest.approx(bulk[phase].mean(), abs=0.01)
    assert sum(bulk.values()) == pytest.approx(np.ones(300), rel=1e-12)
    one = {name: v[:1] for name, v in drawn.items()}
    tiny = shares(one, 300.0, 1e-9)
    g = free_energies(one, 300.0, 1e-9)
    units = 1e-27 / one["lattice_constant"][0] ** 3
    ratio = float(tiny["delta"][0] / tiny["alpha"][0])
    kt = 8.617333262e-5 * 300.0
    assert math.log(ratio) == pytest.approx(
        -units * float(g["delta"][0] - g["alpha"][0]) / kt, rel=1e-6
    )


def test_small_cubes_of_the_iodide_keep_the_perovskite():
    odds = [float(probabilities(GROUND["CsPbI3"], 300.0, e)["delta"]) for e in (3e-9, 8e-9, 5e-8)]
    assert odds == sorted(odds)
    assert odds[0] < 0.2 < 0.7 < odds[2]
    assert float(probabilities(GROUND["CsPbI3"], 300.0)["delta"]) > 0.99
    assert most_probable(probabilities(GROUND["CsPbI3"], 300.0, 4e-9)) != "delta"
    # at 8 nm three perovskite phases share 0.63, and none of them reaches the 0.37 of delta
    assert 0.3 < odds[1] < 0.5
    assert most_probable(probabilities(GROUND["CsPbI3"], 300.0, 8e-9)) == "delta"


@pytest.mark.parametrize(
    ("formula", "temperature", "phase"),
    [
        ("CsPbBr3", 300.0, "gamma"),
        ("CsPbBr3", 380.0, "beta"),
        ("CsPbBr3", 450.0, "alpha"),
        ("CsPbCl3", 300.0, "gamma"),
        ("CsPbCl3", 350.0, "alpha"),
        ("CsPbI3", 300.0, "delta"),
        ("CsPbI3", 680.0, "alpha"),
        ("CsSnI3", 400.0, "beta"),
    ],
)
def test_phases_with_temperature(formula, temperature, phase):
    odds = probabilities(GROUND[formula], temperature)
    assert most_probable(odds) == phase
    assert sum(float(q) for q in odds.values()) == pytest.approx(1.0, rel=1e-12)
    # the list of transitions alone says the same, where it says anything
    listed = phase_at(LIB.entry("perovskite", formula), temperature)
    assert listed.name == phase


def test_what_may_be_missing_decides_nothing():
    assert GROUND["CsSnI3"].is_known
    assert not GROUND["CsSnI3"].decides
    assert not landscape(parse("CsPb(Br0.5I0.5)3"), LIB).decides
    assert landscape(parse("CsPb(Br0.5Cl0.5)3"), LIB).decides
    assert not landscape(parse("Cs2AgBiBr6"), LIB).is_known
    assert phase_at(LIB.entry("perovskite", "CsGeI3"), 300.0).reason


def test_dots_of_the_iodide_skip_the_delta_phase():
    steps = [phase_at(IODIDE, t, non_perovskite=False).name for t in (300.0, 500.0, 580.0)]
    assert steps == ["gamma", "beta", "alpha"]


def test_the_phase_written_in_the_library_is_the_one_computed():
    for formula in ("CsPbBr3", "CsPbI3"):
        entry = LIB.entry("perovskite", formula)
        assert entry.text("phase_300k") == phase_at(entry, 300.0).name
        assert entry.text("phase_300k") == most_probable(probabilities(GROUND[formula]))


def test_mixed_transitions_lie_between_those_of_the_ends():
    mixed = transitions(landscape(parse("CsPb(Br0.5Cl0.5)3"), LIB))["beta_alpha"]
    ends = [float(transitions(GROUND[f])["beta_alpha"]) for f in ("CsPbCl3", "CsPbBr3")]
    assert float(mixed) == pytest.approx(sum(ends) / 2.0, rel=1e-9)


def test_the_map_holds_the_same_numbers_as_single_points():
    sizes, heats = np.array([5e-9, 2e-8]), np.array([300.0, 500.0])
    found = stability_map(GROUND["CsPbI3"], sizes, heats)
    assert found.probability.sum(axis=0) == pytest.approx(np.ones((2, 2)), rel=1e-12)
    single = probabilities(GROUND["CsPbI3"], 500.0, 2e-8)
    for k, phase in enumerate(found.phases):
        assert found.probability[k, 1, 1] == pytest.approx(float(single[phase]), rel=1e-12, abs=0.0)
    band = crossover(GROUND["CsPbI3"], 500.0)
    assert found.crossover[1, 0] == pytest.approx(band.low, rel=1e-9, abs=0.0)
    assert found.phases[found.best[0, 1]] == "delta"


@pytest.mark.parametrize(("size", "temperature"), [(1e-10, 300.0), (1e-8, 50.0), (1e-8, 900.0)])
def test_what_lies_outside_the_model_is_refused(size, temperature):
    with pytest.raises(InputError):
        probabilities(GROUND["CsPbI3"], temperature, size)
