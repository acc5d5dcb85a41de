"""The lattice of filaments: heat, compliance, light, drift and barriers as the drive sees them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from halodot.core.constants import BOLTZMANN
from halodot.device.filament import events as e
from halodot.device.filament import kmc, paths
from halodot.device.filament.drive import Drive
from halodot.device.filament.lattice import Lattice
from halodot.device.filament.problem import Ion, Problem
from halodot.device.filament.rates import wire_resistivity
from halodot.device.filament.simulate import Cell
from halodot.device.filament.warm import warmed

SITE = 4.2e-10
SILVER = Ion("Ag", 1, True, 0.0, 0.3, 0.3, 1e12, 0.6, 0.4, 0.3, 1.7e-29, 0.5, 4e-8, 5e-8, 0.9)
KT = BOLTZMANN * 300.0


def cell_with(width: int, height: int = 8, first: int = 1, **changes: object) -> Cell:
    """A film of eight sites with a filament from the active electrode."""
    problem = replace(Problem(Lattice((8, 8, 8), SITE), (SILVER,)), **changes)  # type: ignore[arg-type]
    cell = Cell(problem, 1)
    index = np.arange(problem.lattice.count).reshape(problem.lattice.padded)
    for i in index[first : height + first, 2 : 2 + width, 2 : 2 + width].ravel().tolist():
        kmc.enter(i, 0, cell.board)
        cell.board.kind[i] = e.METAL
        cell.board.tally[e.IONS] -= 1
        cell.board.tally[e.ATOMS] += 1
        kmc.touched(i, 1, cell.sites, cell.board)
    cell.board.tally[e.DIRTY] = 1
    return cell


def test_a_joined_filament_conducts_as_a_wire_between_point_contacts() -> None:
    cell = cell_with(3)
    course = cell.play(Drive(np.array([1e-9]), np.array([1e-3])))
    area = SILVER.atom_area
    rho = wire_resistivity(math.sqrt(9 * area / math.pi), SILVER.resistivity, SILVER.mean_free_path)
    whole = rho * SITE / area * 8 / 9 + 2 * 0.5 / 9 / cell.problem.point_conductance
    assert course.conductance[-1] == pytest.approx(1.0 / whole, rel=2e-3)


def test_a_filament_is_as_warm_as_its_power_makes_it() -> None:
    cell = cell_with(3)
    course = cell.play(Drive(np.array([1e-8]), np.array([0.05])))
    kept, shape = cell.problem, cell.filament
    power = float(course.voltage[-1] * course.current[-1])
    hot, _ = warmed(
        power, kept.thermal_conductivity, shape.radius, 8 * SITE, shape.resistivity, 300.0
    )
    assert hot > 310.0
    assert course.temperature[-1] == pytest.approx(hot, rel=0.01)


def test_the_source_gives_no_more_than_its_compliance() -> None:
    course = cell_with(2).play(Drive(np.array([1e-9]), np.array([0.2]), compliance=1e-7))
    assert course.current[-1] == pytest.approx(1e-7, rel=1e-6, abs=0.0)
    assert 0.0 < course.voltage[-1] < 0.01


@pytest.mark.parametrize("active", [True, False])
def test_metal_has_the_potential_of_the_electrode_that_it_touches(active: bool) -> None:
    cell = cell_with(2, 4, 1 if active else 5)
    paths.search(cell.sites, cell.board, cell.now)
    metal = (cell.board.kind >= e.METAL) & (cell.board.kind < e.ACTIVE)
    assert cell.board.unit[metal].tolist() == [1.0 if active else 0.0] * 16


def test_light_speeds_creep_and_redox_steps() -> None:
    dark, light = cell_with(2, 4), cell_with(2, 4)
    dark.play(Drive(np.array([1e-12]), np.zeros(1)))
    light.play(Drive(np.array([1e-12]), np.zeros(1), light=np.array([1e9])))
    p, rates = 15, np.zeros((2, e.CHANNELS))
    for cell, row in zip((dark, light), rates, strict=True):
        e.particle_rate(p, cell.sites, cell.kinds, cell.board, cell.now, row)
    factor = math.exp(dark.problem.redox_share * dark.problem.lowering / KT)
    some = rates[0] > 0.0
    assert some[:6].any()
    assert some[6:].any()
    assert rates[1][some] / rates[0][some] == pytest.approx(factor, rel=1e-6)


def walkers(kelvin: float, dot: int, ions: int = 60, seed: int = 1) -> Cell:
    """Ions alone in a film, at rest."""
    lattice = Lattice((30, 12, 12), SITE, dot=dot)
    ion = replace(
        SILVER, supplied=False, redox=3.0, inside=0.35, surface=0.2,
        density=ions / lattice.volume,
    )  # fmt: skip
    cell = Cell(Problem(lattice, (ion,), temperature=kelvin), seed)
    e.set_all(cell.sites, cell.kinds, cell.board, cell.now)
    return cell


@pytest.mark.parametrize("kelvin", [600.0, 900.0])
def test_two_paths_give_a_sum_of_two_arrhenius_laws(kelvin: float) -> None:
    """Sites alike in energy are visited alike: the mean rate is that over all edges."""
    cell = walkers(kelvin, 4)
    time, _, _ = kmc.run(
        cell.sites, cell.kinds, cell.board, cell.now, 0.0, 1e9, 10**9, 100_000
    )  # fmt: skip
    inner = np.flatnonzero((cell.sites.depth >= 1) & (cell.sites.depth <= 30))
    barrier = cell.sites.barrier[0]
    near = cell.sites.near[inner]
    inside = (cell.sites.depth[near] >= 1) & (cell.sites.depth[near] <= 30)
    top = np.maximum(barrier[inner][:, None], barrier[near])
    slow, fast = np.isclose(top, 0.35) & inside, np.isclose(top, 0.2) & inside
    assert min(slow.sum(), fast.sum()) > 1000
    share = [float(kept.sum()) / len(inner) for kept in (slow, fast)]
    thermal = BOLTZMANN * kelvin
    each = 1e12 * (share[0] * math.exp(-0.35 / thermal) + share[1] * math.exp(-0.2 / thermal))
    assert 100_000 / time / 60 == pytest.approx(each, rel=0.05)


def test_drift_over_spread_of_walkers_is_that_of_einstein() -> None:
    """Mean displacement over its variance, of many walkers: z F a / 2 kT for few hops each."""
    moved = []
    for seed in range(12):
        cell = walkers(600.0, 0, seed=seed)
        now = cell.now._replace(volts=1.0)
        e.set_all(cell.sites, cell.kinds, cell.board, now)
        alive = np.flatnonzero(cell.board.place >= 0)
        before = cell.sites.depth[cell.board.place[alive]].astype(float)
        kmc.run(cell.sites, cell.kinds, cell.board, now, 0.0, 1e9, 10**9, 60 * 12)
        middle = (before > 8) & (before < 22)
        moved.append((cell.sites.depth[cell.board.place[alive]] - before)[middle])
    steps = np.concatenate(moved)
    work = float(cell.board.unit[2000] - cell.board.unit[cell.sites.near[2000, 0]])
    work = max(abs(work), abs(float(cell.board.unit[2000] - cell.board.unit[2000 + 144])))
    expected = math.tanh(0.5 * work / (BOLTZMANN * 600.0))
    assert len(steps) > 200
    error = 1.0 / math.sqrt(len(steps) * steps.var())
    assert steps.mean() / steps.var() == pytest.approx(expected, abs=4.0 * error)
    assert steps.mean() / steps.var() > 2.0 * error


def test_rates_of_an_ion_beside_numpy() -> None:
    """Six ways of an ion in the film, without the kernel."""
    cell = walkers(300.0, 4)
    now = cell.now._replace(volts=1.3, dimmed=0.03)
    rates = np.zeros(e.CHANNELS)
    for p in range(20):
        i = int(cell.board.place[p])
        near = cell.sites.near[i]
        if (cell.board.kind[near] >= e.METAL).any():
            continue
        total = e.particle_rate(p, cell.sites, cell.kinds, cell.board, now, rates)
        barrier, unit = cell.sites.barrier[0], cell.board.unit
        gain = 1.3 * (unit[near] - unit[i]) + cell.board.own[near] - cell.board.own[i]
        top = np.maximum(barrier[i], barrier[near]) - 0.03
        found = 1e12 * np.exp(-np.maximum(np.maximum(top + 0.5 * gain, gain), 0.0) / now.thermal)
        assert rates[:6] == pytest.approx(found, rel=1e-12, abs=0.0)
        assert total == pytest.approx(found.sum(), rel=1e-12)
        plain = np.zeros(e.CHANNELS)
        e.ion_channels.py_func(i, cell.sites, cell.kinds, cell.board, now, plain)
        assert plain[:6] == pytest.approx(rates[:6], rel=1e-12, abs=0.0)
