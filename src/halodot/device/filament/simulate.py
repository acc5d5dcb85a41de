"""The stochastic filament engine: a film with a state that is driven, and its record."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...core.constants import BOLTZMANN
from ...core.randomness import generator
from ...core.status import Status, worst
from . import events as e
from .drive import Course, Drive
from .kmc import run
from .lattice import I1, I4
from .network import Network
from .paths import gaps, planes, search
from .potential import contact_weight, flat, relaxation, sweep, transform
from .problem import Problem
from .rates import light_lowering, wire_resistivity
from .warm import warmed

ROOM = 8192  # least number of particles
SWEEPS = 1
CHUNK = 5_000
SMEAR = 2.0
ROUNDS, QUICK = 200, 3  # of the network at the start of a step and after a change within it
MOST_EVENTS = 40_000_000


@dataclass(frozen=True)
class Shape:
    """What the filament is at a moment."""

    is_joined: bool
    gap: float
    radius: float
    neck: int
    conductance: float
    resistivity: float


class Cell:
    """A film with its ions and filament; `play` goes on from where the last drive ended.

    Parameters
    ----------
    problem
        The film.
    seed
        Of every random number of this device.
    """

    def __init__(self, problem: Problem, seed: int = 0) -> None:
        self.problem, self.seed = problem, seed
        self.kinds = problem.kinds()
        lattice = problem.lattice
        self.contact = contact_weight(problem.contact_share, lattice.shape[0])
        self.sites = e.Sites(
            lattice.near, lattice.corners, lattice.reach, lattice.depth,
            np.ascontiguousarray(problem.barriers()), _foot(problem), _door(problem),
            np.zeros(lattice.count, dtype=np.int8),
        )  # fmt: skip
        self.sites.opened[self.sites.door] = 1
        self.bump = (_metal(problem)[1:-1] == e.INERT).sum(axis=(1, 2))
        self.board = _board(problem, len(self.sites.door), self.contact, seed)
        self.slowed = self.lulled = self.calmed = 1.0
        self.least = [1.0, 1.0, 1.0]
        self.conductance, self.time = 0.0, 0.0
        self.now = self._now(0.0, 0.0, problem.temperature)
        self.kelvin = problem.temperature
        self.network = Network(problem.lattice.shape, 1e-4) if problem.route == "network" else None
        self.filament = Shape(False, lattice.shape[0] * lattice.spacing, 0.0, 0, 0.0, 1.0)
        self.too_hot, self.rounds = False, ROUNDS
        self.refreshes = self.stale = 0

    def play(self, drive: Drive, most: int = MOST_EVENTS) -> Course:
        """Drive the film; return its record.

        Parameters
        ----------
        drive
            Voltage and light.
        most
            Events after which the rest is left out (status MAX_STEPS).
        """
        count = self.board.tally
        base = count.copy()
        rows: list[tuple[float, ...]] = []
        left, status, note = most, Status.OK, ""
        self.too_hot = False
        for k, length in enumerate(drive.steps):
            used = self._step(drive, k, float(length), left)
            left -= used
            done = count - base
            rows.append(
                (drive.time[k], drive.volts[k], self.now.volts, self.current(),
                 self.filament.gap, self.filament.radius, count[e.ATOMS], self.filament.neck,
                 count[e.IONS], self.kelvin, done[e.HOPS], done[e.CREEPS], done[e.ENTRIES],
                 done[e.EXITS], done[e.REDUCED], done[e.OXIDISED], *self.least)
            )  # fmt: skip
            if left <= 0:
                status, note = Status.MAX_STEPS, f"{most} events were used up in step {k}"
                break
        names = Course.__dataclass_fields__
        columns = dict(zip(names, np.array(rows, dtype=float).T.copy(), strict=False))
        said = [note] if note else []
        if self.network is not None:
            status = worst(status, self.network.status)
        if self.too_hot:
            said.append("the filament would melt; kept at 1200 K")
        if count[e.FULL] > base[e.FULL]:
            said.append("the electrode had more ions than there is room")
        slowest = [float(columns[name].min()) for name in ("slowed", "lulled", "calmed")]
        if min(slowest) < 1.0:
            kinds = zip(("hops", "creep", "redox steps"), slowest, strict=True)
            text = ", ".join(f"{name} {factor:.2g}" for name, factor in kinds if factor < 1.0)
            said.append(f"slowed, not as fast as the film would be: {text} of their rates")
        if said:
            status = worst(status, Status.OUTSIDE_RANGE)
        return Course(**columns, status=status, note="; ".join(said))

    def current(self) -> float:
        """Return the current [A] through the film at the present voltage."""
        return self._conductance() * self.now.volts

    def _conductance(self) -> float:
        p = self.problem
        film = p.film_conductivity * p.lattice.area / (p.lattice.shape[0] * p.lattice.spacing)
        return self.conductance + film

    def _step(self, drive: Drive, k: int, length: float, most: int) -> int:
        """Let a step of the drive pass; return the events that happened."""
        used, patience, board = 0, 1, self.board
        self.time = 0.0
        self._charge_potential()
        self._refresh(drive, k, 3 * SWEEPS, 0.0)
        self.least = [self.slowed, self.lulled, self.calmed]
        while self.time < length and used < most:
            start, atoms, gross = self.time, int(board.tally[e.ATOMS]), self._gross()
            changes = patience * (4 + atoms // 16)
            self.time, changed, done = run(
                self.sites, self.kinds, board, self.now, start, length, changes,
                min(CHUNK, most - used),
            )  # fmt: skip
            used += done
            net = abs(int(board.tally[e.ATOMS]) - atoms)
            patience = min(2 * patience, 64) if 4 * net < self._gross() - gross else 1
            if changed or done:
                self._refresh(drive, k, SWEEPS, start)
            else:  # nothing happens any more
                self._follow(self.time - start)
                volts = self._volts(float(drive.volts[k]), drive)
                self.now = self.now._replace(volts=volts)
            now = (self.slowed, self.lulled, self.calmed)
            self.least = [min(a, b) for a, b in zip(self.least, now, strict=True)]
        return used

    def _gross(self) -> int:
        return int(self.board.tally[e.REDUCED] + self.board.tally[e.OXIDISED])

    def _refresh(self, drive: Drive, k: int, sweeps: int, before: float) -> None:
        """Bring potential, voltage, temperature and rates up to what the filament now is."""
        if self.board.tally[e.DIRTY]:
            search(self.sites, self.board, self.now)
        p, shape = self.problem, self.problem.lattice.padded
        unit = self.board.unit.reshape(shape)
        kind, label = self.board.kind.reshape(shape), self.board.label.reshape(shape)
        if self.network is None:
            relax = relaxation(p.lattice.shape)
            for _ in range(sweeps):
                if sweep(unit, kind, label, self.contact, relax, 4) < 1e-4:
                    break
        self.rounds = ROUNDS if before == 0.0 else QUICK
        self.filament = self._shape()
        self._follow(self.time - before)
        volts = self._volts(float(drive.volts[k]), drive)
        self.refreshes += 1
        fresh = self._now(volts, float(drive.light[k]), self.kelvin)
        if before > 0.0 and self._is_near(fresh):
            return
        self.stale = 0
        for _ in range(2 if before == 0.0 else 1):
            self.now = self._now(volts, float(drive.light[k]), self.kelvin)
            sums = e.set_all(self.sites, self.kinds, self.board, self.now)
            if not self._throttle(sums):
                break

    def _is_near(self, fresh: e.Now) -> bool:
        """Whether rates set for the last conditions still serve; those at the tip are up to date.

        Voltage within 4 %, temperature within 1 %, and at most twelve changes of the filament.
        """
        self.stale += 1
        volts = abs(fresh.volts - self.now.volts) <= 0.04 * abs(self.now.volts)
        return volts and abs(fresh.thermal / self.now.thermal - 1.0) < 0.01 and self.stale < 12

    def _follow(self, passed: float) -> None:
        """Let voltage divider and temperature follow the filament, with the delay `settle`."""
        p, shape = self.problem, self.filament
        share = 1.0 - math.exp(-passed / p.settle)
        self.conductance += share * (shape.conductance - self.conductance)
        power = self.now.volts**2 * self.conductance
        kelvin, hot = warmed(
            power, p.thermal_conductivity, max(shape.radius, 1e-10),
            p.lattice.shape[0] * p.lattice.spacing, shape.resistivity, p.temperature,
        )  # fmt: skip
        self.kelvin += share * (kelvin - self.kelvin)
        self.too_hot |= hot and self.kelvin > 0.9 * kelvin

    def _throttle(self, sums: tuple[float, float, float]) -> bool:
        """Slow what happens more often than `fastest` allows; whether that changed."""
        hops, creeps, total = sums
        redox = max(total - hops - creeps, 0.0)
        old = (self.slowed, self.lulled, self.calmed)
        now = zip(self.problem.fastest, old, (hops, creeps, redox), strict=True)
        found = [min(1.0, cap * factor / max(rate, 1e-300)) for cap, factor, rate in now]
        if all(0.5 < a / b < 2.0 for a, b in zip(found, old, strict=True)):
            return False
        self.slowed, self.lulled, self.calmed = found
        return True

    def _volts(self, source: float, drive: Drive) -> float:
        """Voltage over the film, with the series resistance and the compliance of the source."""
        conductance = self._conductance()
        volts = source / (1.0 + conductance * drive.resistance)
        if abs(volts) * conductance > drive.compliance:
            return math.copysign(drive.compliance / conductance, source)
        return volts

    def _shape(self) -> Shape:
        """Gap, neck and conductance of the filament."""
        p = self.problem
        lattice, ion = p.lattice, p.ions[0]
        atoms = np.zeros(lattice.padded[0], dtype=np.int32)
        joined = bool(planes(self.sites, self.board, atoms))
        inner = atoms[1:-1] + (self.bump if joined else 0)
        filled = inner[inner > 0]
        neck = int(filled.min()) if joined else 0
        mean = float(filled.mean()) if len(filled) else 0.0
        radius = math.sqrt((neck if joined else mean) * ion.atom_area / math.pi)
        resistivity = wire_resistivity(max(radius, 1e-10), ion.resistivity, ion.mean_free_path)
        gap, tips = gaps(self.sites, self.board, p.gap_decay * lattice.spacing)
        if self.network is not None:
            found = self._conduct(resistivity, ion.atom_area)
            return Shape(joined, 0.0 if joined else gap * lattice.spacing, radius, neck, found,
                         resistivity)  # fmt: skip
        body = resistivity * lattice.spacing / ion.atom_area * float((1.0 / filled).sum())
        if joined:
            ends = 0.5 / inner[0] + 0.5 / inner[-1]
            return Shape(True, 0.0, radius, neck, 1.0 / (body + ends / p.point_conductance),
                         resistivity)  # fmt: skip
        jump = p.point_conductance * tips
        through = jump / (1.0 + jump * body)
        return Shape(False, gap * lattice.spacing, radius, 0, through, resistivity)

    def _conduct(self, resistivity: float, atom_area: float) -> float:
        """Solve the network; return what it conducts beside the film [S]."""
        p, network = self.problem, self.network
        assert network is not None
        spacing, shape = p.lattice.spacing, p.lattice.padded
        metal = atom_area / (resistivity * spacing)
        film = max(p.film_conductivity * spacing, metal / p.contrast)
        kind = self.board.kind.reshape(shape)
        network.fill(kind, metal, film, self.contact, p.point_conductance, p.point_conductance,
                     p.gap_decay * spacing)  # fmt: skip
        whole = network.solve(self.board.unit.reshape(shape), self.rounds)
        columns = p.lattice.shape[1] * p.lattice.shape[2]
        alone = film * columns / (p.lattice.shape[0] - 1 + 2.0 / self.contact)
        return max(whole - alone, 0.0)

    def _charge_potential(self) -> None:
        """Bring the potential of the ions' charge up to date; a mean background pays for it."""
        p = self.problem
        if p.space_charge <= 0.0:
            return
        kind = self.board.kind.reshape(p.lattice.padded)[1:-1]
        charges = np.zeros(16, dtype=np.float32)
        charges[1 : 1 + len(self.kinds.charge)] = self.kinds.charge
        charge = charges[kind]
        charge -= charge.mean()
        own = self.board.own.reshape(p.lattice.padded)
        own[1:-1] = p.space_charge * transform(charge, p.lattice.spacing, p.permittivity, SMEAR)
        own[1:-1][kind >= e.METAL] = 0.0  # one potential all over a piece of metal

    def _now(self, volts: float, light: float, kelvin: float) -> e.Now:
        p = self.problem
        fall = light_lowering(light, p.lowering, p.half_light)
        return e.Now(
            volts, BOLTZMANN * kelvin, self.slowed, self.lulled, self.calmed,
            self.contact, fall, p.redox_share * fall, p.route == "poisson",
        )  # fmt: skip


def simulate(problem: Problem, drive: Drive, seed: int = 0, cell: Cell | None = None) -> Course:
    """Return what a film does under a drive.

    Parameters
    ----------
    problem
        The film, its ions, its surroundings.
    drive
        Voltage and light over time.
    seed
        Of every random number: devices differ by it, and the same one gives the same record.
    cell
        A film to go on with, from cycle to cycle, in place of a fresh one.
    """
    return (Cell(problem, seed) if cell is None else cell).play(drive)


def _door(problem: Problem) -> I4:
    """Sites before the active electrode that it gives ions to: a disc around the middle."""
    lattice = problem.lattice
    if not any(ion.supplied for ion in problem.ions):
        return np.zeros(0, dtype=np.int32)
    _, ny, nz = lattice.shape
    first = np.arange(lattice.count, dtype=np.int32)[lattice.plane(1)].reshape(ny, nz)
    y, z = np.indices((ny, nz))
    far = (y - (ny - 1) / 2) ** 2 + (z - (nz - 1) / 2) ** 2
    keep = far <= np.quantile(far, problem.patch)
    return np.ascontiguousarray(first[keep])


def _metal(problem: Problem) -> I1:
    """Kinds of sites before anything is in the film: electrodes and the bump of the inert one."""
    lattice = problem.lattice
    kind = np.zeros(lattice.padded, dtype=np.int8)
    kind[0], kind[-1] = e.ACTIVE, e.INERT
    height, width = problem.bump
    if height > 0:
        y, z = ((n - width) // 2 for n in lattice.shape[1:])
        kind[-1 - height : -1, y : y + width, z : z + width] = e.INERT
    return kind


def _foot(problem: Problem) -> I1:
    lattice = problem.lattice
    around = np.hstack((lattice.near, lattice.corners))
    flat_one = lattice.depth[around] == lattice.shape[0] + 1
    return (flat_one & (around >= 0)).sum(axis=1).astype(np.int8)


def _board(problem: Problem, doors: int, contact: float, seed: int) -> e.Board:
    """The film at the start: ions of the film at random, no filament."""
    lattice = problem.lattice
    n = lattice.count
    kind, label = _metal(problem).ravel(), np.zeros(n, dtype=np.int8)
    label[kind == e.ACTIVE], label[kind == e.INERT] = 1, 2
    inside = np.flatnonzero(kind == e.EMPTY)
    wanted = [round(ion.density * lattice.volume) for ion in problem.ions]
    room = 1 << max(int(sum(wanted) * 2 + ROOM - 1).bit_length(), 4)
    room = min(room, len(inside))
    total = min(sum(wanted), room, len(inside))
    rng = generator(seed, "filament")
    chosen = rng.choice(inside, total, replace=False).astype(np.int32)
    species = np.repeat(np.arange(len(wanted)), wanted)[:total]
    place, who = np.full(room, -1, dtype=np.int32), np.full(n, -1, dtype=np.int32)
    place[:total], who[chosen], kind[chosen] = chosen, np.arange(total), species + 1
    free = np.zeros(room, dtype=np.int32)
    free[: room - total] = np.arange(room - 1, total - 1, -1)
    count = np.zeros(e.COUNTERS, dtype=np.int64)
    count[e.IONS], count[e.FREE], count[e.TOP] = total, room - total, total
    leaves = 1 << int(room + doors - 1).bit_length()
    unit = flat(lattice.shape, contact).ravel().copy()
    unit[kind == e.INERT] = 0.0
    stream = rng.integers(0, 2**63, 1).astype(np.uint64)
    touch = np.zeros(n, dtype=np.int8)
    around = np.hstack((lattice.near, lattice.corners))
    touch[:] = ((kind[around] >= e.METAL) & (around >= 0)).sum(axis=1)
    return e.Board(
        kind, touch, who, place, free, np.zeros(room + 1, dtype=np.int32), label,
        np.zeros(2 * leaves), unit, np.zeros(n), count, stream,
    )  # fmt: skip
