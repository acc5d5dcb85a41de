"""Phases: order with temperature, the crossover of free energies with size."""

import math

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.crystal.phases import (
    bulk_free_energy,
    crossover_curve,
    crossover_edge,
    crossover_size,
    free_energy_of_cube,
    phase_at,
)
from halodot.library import Library

LIB = Library.builtin()
IODIDE = LIB.entry("perovskite", "CsPbI3")
VOLUME = 2.49e-28


def test_at_the_crossover_both_phases_cost_the_same():
    edge = crossover_edge(0.073, 0.08, VOLUME)
    # closed form: a difference of two equal numbers, so absolute against kT
    assert abs(free_energy_of_cube(edge, 0.073, 0.08, VOLUME)) < 1e-14
    assert free_energy_of_cube(0.5 * edge, 0.073, 0.08, VOLUME) == pytest.approx(-0.073)
    assert free_energy_of_cube(1e-3, 0.073, 0.08, VOLUME) == pytest.approx(0.073, rel=1e-4)


def test_crossover_by_hand():
    # 6 x 0.5 eV/nm2 x 0.25 nm3 / 0.075 eV = 10 nm; eV/nm2 = 0.1602 J/m2
    edge = crossover_edge(0.075, 0.5 * 0.1602176634, 0.25e-27)
    assert edge == pytest.approx(10e-9, rel=1e-9)


def test_free_energy_falls_with_temperature_and_meets_the_table():
    values = [float(bulk_free_energy(IODIDE, t)) for t in (150.0, 286.5, 414.6, 600.0)]
    assert values == pytest.approx([0.10014, 0.07529, 0.05023, 0.01015], rel=1e-9)
    assert all(np.diff(values) < 0.0)
    assert not bulk_free_energy(IODIDE, 100.0).is_known
    assert not bulk_free_energy(LIB.entry("perovskite", "CsPbBr3"), 300.0).is_known
    with pytest.raises(InputError):
        bulk_free_energy(IODIDE, math.nan)


def test_the_crossover_grows_with_temperature_and_is_linear_in_the_prior():
    sizes = [float(crossover_size(IODIDE, t)) for t in (200.0, 300.0, 400.0)]
    assert sizes == sorted(sizes)
    curve = crossover_curve(IODIDE, 300.0, np.array([0.04, 0.08, 0.16]))
    assert curve[2] / curve[0] == pytest.approx(4.0, rel=1e-12)
    fixed = crossover_size(IODIDE, 300.0, Sourced(0.08, "J/m2"))
    assert fixed.value == pytest.approx(curve[1], rel=1e-12)
    prior = crossover_size(IODIDE, 300.0)
    assert prior.low < fixed.low < prior.value < fixed.high < prior.high
    with pytest.raises(InputError):
        crossover_curve(IODIDE, 100.0, np.array([0.1]))


@pytest.mark.parametrize(
    ("formula", "temperature", "phase"),
    [
        ("CsPbBr3", 300.0, "gamma"),
        ("CsPbBr3", 380.0, "beta"),
        ("CsPbBr3", 450.0, "alpha"),
        ("CsPbCl3", 300.0, "distorted"),
        ("CsPbCl3", 350.0, "alpha"),
        ("CsPbI3", 300.0, "delta"),
        ("CsPbI3", 620.0, "alpha"),
        ("CsSnI3", 400.0, "beta"),
        ("CsGeI3", 300.0, ""),
    ],
)
def test_phases_with_temperature(formula, temperature, phase):
    found = phase_at(LIB.entry("perovskite", formula), temperature)
    assert found.name == phase
    assert bool(found.reason) is (phase == "")


def test_dots_of_the_iodide_skip_the_delta_phase():
    steps = [phase_at(IODIDE, t, non_perovskite=False).name for t in (300.0, 500.0, 580.0)]
    assert steps == ["gamma", "beta", "alpha"]


def test_the_phase_written_in_the_library_is_the_one_computed():
    for formula in ("CsPbBr3", "CsPbI3"):
        entry = LIB.entry("perovskite", formula)
        assert entry.text("phase_300k") == phase_at(entry, 300.0).name
