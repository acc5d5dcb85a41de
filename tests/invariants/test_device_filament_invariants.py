"""Filaments: what the list of events must obey, and what follows from it without a flag."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from halodot.core.constants import BOLTZMANN
from halodot.device.filament import events as e
from halodot.device.filament import kmc
from halodot.device.filament.drive import Drive
from halodot.device.filament.lattice import Lattice
from halodot.device.filament.problem import Ion, Problem
from halodot.device.filament.simulate import Cell, simulate

SILVER = Ion("Ag", 1, True, 0.0, 0.3, 0.3, 1e12, 0.35, 0.4, 0.3, 1.7e-29, 0.5, 4e-8, 5e-8, 0.4, 0.6)
KT = BOLTZMANN * 300.0


def film(shape: tuple[int, int, int], **changes: object) -> Problem:
    ion = replace(SILVER, **{k: v for k, v in changes.items() if hasattr(SILVER, k)})
    rest = {k: v for k, v in changes.items() if not hasattr(SILVER, k)}
    lattice = Lattice(shape, 4.2e-10, dot=int(rest.pop("dot", 0)))  # type: ignore[call-overload]
    return Problem(lattice=lattice, ions=(ion,), **rest)  # type: ignore[arg-type]


def plant(cell: Cell, sites: list[int], metal: bool = True) -> None:
    """Put atoms, or ions, on flat sites."""
    for i in sites:
        kmc.enter(i, 0, cell.board)
        if metal:
            cell.board.kind[i] = e.METAL
            cell.board.tally[e.IONS] -= 1
            cell.board.tally[e.ATOMS] += 1
            kmc.touched(i, 1, cell.sites, cell.board)
    cell.board.tally[e.DIRTY] = 1


def pillar(problem: Problem, width: int, start: int = 1) -> list[int]:
    """Sites of a filament of square cross-section."""
    nx, ny, nz = problem.lattice.shape
    index = np.arange(problem.lattice.count).reshape(problem.lattice.padded)
    y, z = (ny - width) // 2, (nz - width) // 2
    return [int(i) for i in index[start : nx + 1, y : y + width, z : z + width].ravel()]


def energy(cell: Cell) -> float:
    """Energy of the board without a field [eV], counted anew from what stands where."""
    kind, ion = cell.board.kind, cell.problem.ions[0]
    total = 0.0
    for i in np.flatnonzero((kind > 0) & (kind < e.ACTIVE)):
        if kind[i] < e.METAL:
            total += ion.formation - e.KINK * ion.bond
            continue
        around = np.append(cell.sites.near[i], cell.sites.corners[i])
        for j in around[around >= 0]:
            weight = 0.5 if kind[j] < e.ACTIVE else 1.0
            strength = ion.adhesion if kind[j] == e.INERT else 1.0
            total -= ion.bond * strength * weight * (kind[j] >= e.METAL)
    return total


def test_every_step_and_its_way_back_obey_detailed_balance() -> None:
    """Rates over rates back are Boltzmann factors of an energy that is counted on its own."""
    cell = Cell(film((6, 6, 6), adhesion=0.6), 3)
    rng = np.random.default_rng(4)
    index = np.arange(cell.problem.lattice.count).reshape(cell.problem.lattice.padded)
    plant(cell, [int(i) for i in index[4:7, 1:4, 1:4].ravel()[rng.permutation(27)[:20]]])
    plant(cell, [int(index[3, 2, 2]), int(index[1, 5, 5]), int(index[3, 0, 1])], metal=False)
    now = cell.now._replace(volts=0.0)
    there, back = np.zeros(e.CHANNELS), np.zeros(e.CHANNELS)
    seen = {"hop": 0, "redox": 0, "creep": 0}
    for p in np.flatnonzero(cell.board.place >= 0):
        start = int(cell.board.place[p])
        for c in range(e.CHANNELS):
            is_atom = cell.board.kind[start] >= e.METAL
            there[:] = 0.0
            e.particle_rate(p, cell.sites, cell.kinds, cell.board, now, there)
            if there[c] == 0.0 or (not is_atom and c == e.EXIT):
                continue
            before, rate = energy(cell), there[c]
            if is_atom:
                kmc.move_atom(p, c, cell.sites, cell.board, now)
            elif c < e.BARE and cell.board.kind[cell.sites.near[start, c]] in (1,):
                continue
            else:
                kmc.move_ion(p, c, cell.sites, cell.kinds, cell.board, now, back)
            gain = energy(cell) - before
            what = "redox" if is_atom and c < 6 else "creep" if is_atom else "hop"
            if not is_atom and cell.board.kind[start] >= e.METAL:
                what = "redox"
            back[:] = 0.0
            e.particle_rate(p, cell.sites, cell.kinds, cell.board, now, back)
            again = reverse(cell, p, start, c, what, is_atom)
            if again is not None:
                seen[what] += 1
                assert rate / back[again] == pytest.approx(math.exp(-gain / KT), rel=1e-8)
            undo(cell, p, start, what, is_atom)
    assert min(seen.values()) > 0
    assert seen["redox"] > 20


def reverse(cell: Cell, p: int, start: int, c: int, what: str, is_atom: bool) -> int | None:
    """Number of the channel that leads back; None where none is kept."""
    here = int(cell.board.place[p])
    if what == "hop":
        return int(np.flatnonzero(cell.sites.near[here] == start)[0])
    if what == "creep":
        around = np.append(cell.sites.near[here], cell.sites.corners[here])
        return 6 + int(np.flatnonzero(around == start)[0])
    faces = (cell.board.kind[cell.sites.near[here]] >= e.METAL).any()
    if is_atom and not faces:
        return e.BARE if cell.board.touch[here] else None
    return 0 if c == e.BARE else c


def undo(cell: Cell, p: int, start: int, what: str, is_atom: bool) -> None:
    """Put particle p back."""
    board, here = cell.board, int(cell.board.place[p])
    if what == "redox":
        board.kind[here] += (e.METAL - 1) * (1 if is_atom else -1)
        kmc.touched(here, 1 if is_atom else -1, cell.sites, board)
        return
    board.kind[start], board.kind[here] = board.kind[here], e.EMPTY
    board.place[p], board.who[start] = start, p
    if what == "creep":
        kmc.touched(here, -1, cell.sites, board)
        kmc.touched(start, 1, cell.sites, board)


def test_the_electrode_gives_and_takes_in_balance() -> None:
    """Doors and exits: c/(1 - c) = exp(-E_f / kT) without voltage, moved by it as Nernst says."""
    for volts in (0.0, 0.05):
        cell = Cell(film((4, 4, 4)), 1)
        now = cell.now._replace(volts=volts)
        i = int(cell.sites.door[0])
        rates, door = np.zeros(e.CHANNELS), np.zeros(e.CHANNELS)
        given = e.door_channels(i, cell.sites, cell.kinds, cell.board, now, door)
        p = kmc.enter(i, 0, cell.board)
        e.particle_rate(p, cell.sites, cell.kinds, cell.board, now, rates)
        over = volts - e.film_potential(i, cell.sites, cell.board, now)
        expected = math.exp(-(SILVER.formation - over) / KT)
        assert given / rates[e.EXIT] == pytest.approx(expected, rel=1e-9)


def walk(volts: float, ions: int, kelvin: float, dot: int = 0, seed: int = 1) -> Cell:
    """Ions alone, without redox."""
    problem = film((30, 12, 12), supplied=False, redox=3.0, density=ions / (4320 * 4.2e-10**3),
                   dot=dot, inside=0.35, surface=0.2, temperature=kelvin)  # fmt: skip
    cell = Cell(problem, seed)
    now = cell.now._replace(volts=volts)
    e.set_all(cell.sites, cell.kinds, cell.board, now)
    return cell


def test_no_field_no_drift() -> None:
    """Net displacement of hops is zero within 3.5 standard deviations of a random walk."""
    cell = walk(0.0, 40, 300.0)
    depth = cell.sites.depth
    alive = np.flatnonzero(cell.board.place >= 0)
    before = depth[cell.board.place[alive]].astype(float)
    hops = int(cell.board.tally[e.HOPS])
    kmc.run(cell.sites, cell.kinds, cell.board, cell.now, 0.0, 1e9, 10**9, 4000)
    moved = (depth[cell.board.place[alive]] - before).sum()
    spread = math.sqrt((int(cell.board.tally[e.HOPS]) - hops) / 3.0)
    assert abs(moved) < 3.5 * spread


@pytest.mark.parametrize(("dot", "barrier"), [(0, 0.35), (1, 0.2)])
def test_waiting_times_are_thermally_activated(dot: int, barrier: float) -> None:
    """All sites inside a dot, or all on surfaces: total rate is six hops of that barrier."""
    for kelvin in (270.0, 330.0):
        cell = walk(0.0, 1, kelvin, dot)
        board = cell.board
        kmc.leave(int(np.flatnonzero(board.place >= 0)[0]), board)
        p = kmc.enter(int(cell.sites.near[2000, 0]), 0, board)
        rates = np.zeros(e.CHANNELS)
        now = cell.now._replace(thermal=BOLTZMANN * kelvin)
        total = e.particle_rate(p, cell.sites, cell.kinds, board, now, rates)
        closed = 6e12 * math.exp(-barrier / (BOLTZMANN * kelvin))
        assert total == pytest.approx(closed, rel=1e-10)


def test_drift_in_a_field_is_that_of_einstein() -> None:
    """Mean steps along the field over all steps: tanh of half its work over kT, a third of them."""
    cell = walk(0.0, 60, 300.0)
    volts = 1.0
    now = cell.now._replace(volts=volts)
    e.set_all(cell.sites, cell.kinds, cell.board, now)
    work = volts * (cell.board.unit[cell.sites.near[2000, 1]] - cell.board.unit[2000])
    depth, board = cell.sites.depth, cell.board
    alive = np.flatnonzero(board.place >= 0)
    inner = alive[(depth[board.place[alive]] > 6) & (depth[board.place[alive]] < 18)]
    steps, moved = 0, 0
    for p in inner:
        rates = np.zeros(e.CHANNELS)
        e.particle_rate(p, cell.sites, cell.kinds, board, now, rates)
        steps += rates[0] + rates[1]
        moved += rates[0] - rates[1]
    assert moved / steps == pytest.approx(math.tanh(0.5 * work / KT), rel=1e-9)


def test_faces_of_one_filament_stand_at_one_potential() -> None:
    """Charge of ions drives no current around a loop through metal: no work at 0 V."""
    cell = Cell(film((8, 8, 8), density=3e26, space_charge=1.0), 2)
    plant(cell, pillar(cell.problem, 2))
    cell.play(Drive(np.array([1e-8]), np.zeros(1)))
    metal = cell.board.kind >= e.METAL
    assert np.abs(cell.board.own[~metal]).max() > 0.01
    assert np.abs(cell.board.own[metal]).max() == 0.0


def test_doors_that_are_closed_let_nothing_out() -> None:
    """An electrode open in a patch takes ions only where it gives them: at rest in balance."""
    cell = Cell(film((6, 8, 8), patch=0.1), 1)
    doors = set(cell.sites.door.tolist())
    assert 0 < len(doors) < 64
    rates = np.zeros(e.CHANNELS)
    for i in np.flatnonzero(cell.sites.depth == 1).tolist():
        p = kmc.enter(i, 0, cell.board)
        e.particle_rate(p, cell.sites, cell.kinds, cell.board, cell.now, rates)
        assert (rates[e.EXIT] > 0.0) == (i in doors)
        kmc.leave(p, cell.board)


def rest(width: int, seconds: float, surface_energy: float = 0.5) -> float:
    """Share of a planted filament that is left after a time without voltage."""
    problem = film((12, 10, 10), surface_energy=surface_energy)
    cell = Cell(problem, 1)
    sites = pillar(problem, width)
    plant(cell, sites)
    course = simulate(problem, Drive(np.array([seconds]), np.array([0.0])), cell=cell)
    return float(course.atoms[-1]) / len(sites)


def test_a_thin_filament_dissolves_and_a_thick_one_stays() -> None:
    """The same parameters and the same wait: only the width differs."""
    assert rest(1, 1e-3) < 0.2
    assert rest(4, 1e-3) > 0.8


@pytest.mark.parametrize("records", [1, 10])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_dissolves_does_not_depend_on_the_record(records: int, seed: int) -> None:
    """Two atoms wide, 1 ms at rest: gone, recorded once or ten times."""
    cell = Cell(film((6, 8, 8)), seed)
    plant(cell, pillar(cell.problem, 2))
    times = np.linspace(1e-3 / records, 1e-3, records)
    course = cell.play(Drive(times, np.zeros(records)))
    assert course.atoms[-1] == 0
    assert course.status.name == "OK"
    assert course.slowed.min() == course.lulled.min() == course.calmed.min() == 1.0


@pytest.mark.parametrize(("kind", "name"), [(0, "slowed"), (1, "lulled"), (2, "calmed")])
def test_a_film_that_is_slowed_says_so(kind: int, name: str) -> None:
    limits = [math.inf] * 3
    limits[kind] = 1e3
    cell = Cell(film((6, 8, 8), fastest=tuple(limits)), 1)
    plant(cell, pillar(cell.problem, 2))
    course = cell.play(Drive(np.linspace(1e-6, 1e-5, 10), np.zeros(10)))
    assert getattr(course, name).min() < 1.0
    assert course.status.name == "OUTSIDE_RANGE"
    assert "slowed" in course.note


def test_a_filament_of_high_surface_energy_does_not_last() -> None:
    assert rest(1, 1e-7, 1.0) < 0.5 * rest(1, 1e-7, 0.15)


def test_seeds_reproduce() -> None:
    problem = film((10, 8, 8), density=5e26)
    drive = Drive(np.linspace(1e-7, 1e-6, 5), np.full(5, 1.0))
    a, b, c = (simulate(problem, drive, seed) for seed in (1, 1, 2))
    assert a.hops.tolist() == b.hops.tolist()
    assert a.hops.tolist() != c.hops.tolist()


def test_atoms_and_ions_are_conserved() -> None:
    """What the electrode gave and took is the sum of what is there."""
    problem = film((10, 8, 8))
    drive = Drive(np.linspace(1e-6, 1e-5, 5), np.full(5, 2.0), compliance=1e-7)
    course = simulate(problem, drive, 3)
    assert course.entered[-1] > 0
    there = course.atoms + course.ions
    assert there.tolist() == (course.entered - course.left).tolist()


@pytest.mark.slow
def test_set_times_spread_from_device_to_device() -> None:
    """Times to the first joined step over seeds: all set, with a finite, right-skewed spread."""
    slow = (8e9, 4e8, 1.2e9)  # a slowed film, for speed
    problem = film((8, 10, 10), fastest=slow, patch=0.05, adhesion=0.1, redox=0.3)
    drive = Drive(np.linspace(2.5e-7, 2e-5, 80), np.full(80, 1.6), compliance=1e-7)
    found = []
    for seed in range(20):
        course = simulate(problem, drive, seed)
        joined = np.flatnonzero((course.gap < 5e-10) & (course.current > 5e-8))
        if len(joined):
            found.append(course.time[joined[0]])
    assert len(found) >= 18
    logs = np.log(found)
    assert 0.02 < logs.std() < 1.5
