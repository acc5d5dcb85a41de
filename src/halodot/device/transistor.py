"""A field-effect transistor by the gradual channel approximation, on the same engine.

The gate stack (gate | insulator | channel layers | free surface) is solved through its thickness
with the channel's quasi-Fermi level held at the local channel potential V_ch. Its sheet conductance
G = q int (mu_n n + mu_p p) dx then gives the drain current

    I_D = W/L int_0^V_D G(V_G, V_ch) dV_ch,

by integration of ln G, interpolated between points of V_ch that crowd at the source: below
threshold G falls within kT/q of it. Ions move in the stack during the sweep, so every point keeps
its own history. Each carrier must also enter from the source: thermionic emission over its contact
barrier, W t A* T^2 exp(-phi_B/kT), stands in series with its channel.

In the dark the carriers of the channel are in balance with the source. In light, beside floating
layers, and where a contact gives one carrier alone, they are fed along its length (`lateral`), so
that one carrier may pile up in traps while the contacts keep up the other. Records in time stand
in `gated`.
Range: L much longer than the gate stack is thick; no fringing fields.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.constants import BOLTZMANN
from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.status import Status, worst
from ..library import Library
from .assembly import cell_on_grid, profiles, stack_of
from .charge.build import EPS0, RICHARDSON, Cell, Q
from .charge.kernel import ELECTRON, HOLE, PHI
from .charge.layers import Stack
from .charge.simulate import Record, Simulation
from .charge.stepping import Tolerances
from .floating import connected
from .illumination import Illumination, illuminate
from .lateral import channel_index, fed, needs_feeding
from .spec import DeviceSpec, Output, Transfer, voltages
from .stack import ResolvedContact, ResolvedLayer
from .state import Trace
from .written import taken_up, write

Array = NDArray[np.float64]
# Most of the gate voltage drops over the insulator and carriers follow at once, so longer steps
# are safe here: currents agree with those of step = 1e-4 to 1e-3, ions slow or fast.
NUMERICS = Tolerances(step=1e-2, leap=400.0, floor=1e20)
CAREFUL = Tolerances(step=1e-3, leap=20.0, floor=1e14)
# Number of channel potentials at which G is tabulated, by the drain voltage up to which it serves
# [V], and how they crowd at the source. Against 61 to 80 points: within 8 % in the subthreshold
# region, 2.5 % above 1 % of the on current.
POINTS, CROWDING = ((0.11, 4), (1.0, 9), (10.0, 11), (math.inf, 17)), 2.5
UNITS = {
    "time": "s",
    "gate_voltage": "V",
    "drain_voltage": "V",
    "drain_current": "A",
    "light": "W/m2",
}


def insulator_capacitance(layers: list[ResolvedLayer], channel: int = -1) -> float:
    """Capacitance per area of what lies between the gate and layer `channel` [F/m2]."""
    inverse = 0.0
    for layer in layers[:channel]:
        inverse += float(layer.thickness) / (EPS0 * layer["relative_permittivity"])
    return 1.0 / inverse


def check_gate(layers: list[ResolvedLayer]) -> None:
    """Refuse a stack that does not start with an insulator or end without carriers."""
    if layers[0].carriers:
        raise InputError(
            "device.layer[0]",
            layers[0].name,
            "an insulator: the gate insulator comes first",
            "put it at the left and set carriers = false",
        )
    if not layers[-1].carriers:
        raise InputError(
            "device.layer[-1]",
            layers[-1].name,
            "a layer with carriers: the channel, or what covers a buried one",
            "end the stack with a layer that has carriers",
        )


class GateStack:
    """The gate stack at one point of the channel, with its own history.

    It starts from rest at 0 V in the dark, or from where `start` stands, a run of the same cell.
    """

    def __init__(
        self, cell: Cell, channel_potential: float, start: Simulation | None = None
    ) -> None:
        self.cell, self.v_ch, self.start = cell, channel_potential, start

    def follow(
        self, time: Array, gate: Array, rest: float, light: float = 0.0
    ) -> tuple[Array, Array, list[Status]]:
        """Sheet conductance of electrons and holes [S] at every output, given V_G(t) - V_ch.

        The first output is reached from the start and held for `rest` [s], from then on in
        `light`, a fraction of all sources. A history that does not converge is run once more
        with shorter steps.
        """
        for numerics in (NUMERICS, CAREFUL):
            first, record = self._run(time - time[0], gate - self.v_ch, rest, light, numerics)
            if all(one.is_good for one in record.status):
                break
        g = np.array([first, *[self.sheet(x) for x in record.states]])
        return g[:, 0], g[:, 1], [record.status[0], *record.status]

    def _run(
        self, time: Array, drive: Array, rest: float, light: float, numerics: Tolerances
    ) -> tuple[tuple[float, float], Record]:
        """Sheet conductances at the first gate voltage, and the record of the sweep from there."""
        s = Simulation(self.cell, numerics)
        if self.start is None:
            s.settle(1e3 * s.ion_time())
        else:
            taken_up(s, self.start)
        ramp = max(1e-3, 1e-6 * float(time[-1]))
        t = np.array([0.0, ramp, ramp + max(rest, ramp)])
        sources = np.ones(self.cell.problem.generation.shape[0])
        shone = np.vstack([s.light, np.outer([light, light], sources)])
        s.drive(t, np.array([s.voltage, drive[0], drive[0]]), shone, t[-1:])
        first = self.sheet(s.state.X)
        corner = _corners(drive)
        shone = np.outer(np.full(len(corner), light), sources)
        outputs = time[1:]
        return first, s.drive(time[corner], drive[corner], shone, outputs, snapshots=len(outputs))

    def sheet(self, X: Array) -> tuple[float, float]:
        """Sheet conductance of electrons and holes in the channel [S]."""
        p = self.cell.problem
        channel = np.array(connected(self.cell.stack.layers))[self.cell.layer]
        width = p.volume * (p.active[0] & channel)
        mu_n = _node_mobility(p.mobility[0], p.active[0])
        mu_p = _node_mobility(p.mobility[1], p.active[0])
        return (
            Q * float((width * mu_n * X[ELECTRON]).sum()),
            Q * float((width * mu_p * X[HOLE]).sum()),
        )


def _node_mobility(edges: Array, active: NDArray[np.bool_]) -> Array:
    """Mobility at nodes from the larger of the neighbouring edges of the same layer [m2/Vs]."""
    left = np.concatenate([[0.0], edges])
    right = np.concatenate([edges, [0.0]])
    inside = np.where((left > 0) & (right > 0), np.minimum(left, right), np.maximum(left, right))
    return np.where(active, inside, 0.0)


def _corners(drive: Array) -> NDArray[np.int64]:
    """Indices where a piecewise linear drive starts, turns or ends."""
    slope = np.sign(np.diff(drive))
    turns = np.flatnonzero(slope[1:] != slope[:-1]) + 1
    return np.unique(np.concatenate([[0], turns, [len(drive) - 1]]))


def channel_points(
    v_d: float, *, coarse: bool = False, counts: Sequence[tuple[float, int]] = POINTS
) -> Array:
    """Channel potentials from 0 to v_d at which the sheet conductance is tabulated [V].

    Parameters
    ----------
    coarse
        Take two thirds of them.
    counts
        How many, by the drain voltage up to which they serve [V]. One stands in the middle.

    >>> channel_points(-0.01, counts=((0.02, 1),)).tolist(), len(channel_points(-20.0))
    ([-0.005], 17)
    """
    if v_d == 0.0:
        return np.zeros(1)
    count = next(n for top, n in counts if abs(v_d) <= top)
    count = 2 * count // 3 if coarse else count
    if count == 1:
        return np.array([0.5 * v_d])
    return np.asarray(v_d * np.linspace(0.0, 1.0, count) ** CROWDING)


def injection_current(
    spec: DeviceSpec, channel: ResolvedLayer, source: ResolvedContact
) -> tuple[float, float]:
    """Largest electron and hole current that the source emits [A]."""
    kt = BOLTZMANN * float(spec.temperature)
    area = float(spec.channel_width or 0.0) * float(channel.thickness)
    chi, gap = channel["electron_affinity"], channel["band_gap"]
    barrier_n = max(0.0, float(source.work_function) - chi)
    barrier_p = max(0.0, chi + gap - float(source.work_function))
    emission = area * RICHARDSON * float(spec.temperature) ** 2
    return emission * math.exp(-barrier_n / kt), emission * math.exp(-barrier_p / kt)


def series(current: Array, limit: float) -> Array:
    """Channel current in series with a contact that passes at most `limit`."""
    return current / (1.0 + np.abs(current) / max(limit, 1e-300))


def _measured(current: Array, v_d: Array | float, protocol: Transfer | Output) -> Array:
    """What an instrument reads: the current plus its floor, both with the sign of V_D."""
    return np.asarray(current + np.sign(v_d) * float(protocol.current_floor))


def drain_currents(
    spec: DeviceSpec,
    cell: Cell,
    layers: list[ResolvedLayer],
    source: ResolvedContact,
    drive: tuple[Array, Array, float],
    v_d: float,
    rest: float,
    start: Simulation | None = None,
) -> tuple[Array, list[Status]]:
    """Drain current [A] along a gate sweep (time, V_G, light) at a fixed drain voltage."""
    points = channel_points(v_d, coarse=spec.accuracy == "single")
    time, gate, light = drive
    tables = [GateStack(cell, float(v), start).follow(time, gate, rest, light) for v in points]
    return joined(spec, layers, source, points, tables, v_d)


def joined(
    spec: DeviceSpec,
    layers: list[ResolvedLayer],
    source: ResolvedContact,
    points: Array,
    tables: list[tuple[Array, Array, list[Status]]],
    v_d: float,
) -> tuple[Array, list[Status]]:
    """Drain current [A] from the sheet conductances at `points` of the channel potential."""
    status = [worst(*states) for states in zip(*(s for _, _, s in tables), strict=True)]
    ratio = float(spec.channel_width or 0.0) / float(spec.channel_length or 1.0)
    channel = layers[channel_index(spec, layers)]
    total = np.zeros(len(status))
    for carrier, limit in enumerate(injection_current(spec, channel, source)):
        table = np.array([row[carrier] for row in tables])
        total += series(ratio * integral(points, table, v_d), limit)
    total[[not s.is_good for s in status]] = np.nan
    return total, status


@dataclass(frozen=True)
class Lit:
    """A transistor ready to be run: its stack as light finds it, and what the light is.

    Attributes
    ----------
    stack
        In the dark: without supply along the channel.
    full
        Intensity of all sources at full light [W/m2].
    """

    stack: Stack
    made: Illumination
    full: float

    def cell(
        self, spec: DeviceSpec, layers: list[ResolvedLayer], source: ResolvedContact, drain: float
    ) -> Cell:
        """Return the cell of a channel that source and drain feed along its length."""
        at = channel_index(spec, layers)
        return cell_on_grid(spec, fed(self.stack, spec, at, source, drain))


def lit_stack(
    spec: DeviceSpec, layers: list[ResolvedLayer], gate: ResolvedContact, library: Library | None
) -> Lit:
    """Send the light of a transistor through its stack."""
    folder = library.folder if library is not None else None
    made = illuminate(layers, spec.light, spec.optics, library=library, folder=folder)
    full = sum(float(s.intensity) for s in spec.light)
    return Lit(stack_of(spec, layers, gate, None, made), made, full)


def transfer(
    spec: DeviceSpec,
    protocol: Transfer,
    layers: list[ResolvedLayer],
    gate: ResolvedContact,
    source: ResolvedContact,
    library: Library | None = None,
) -> Trace:
    """Transfer curves, gate swept there and back, at each light and drain voltage from rest."""
    check_gate(layers)
    lit = lit_stack(spec, layers, gate, library)
    levels = protocol.lights or (protocol.light,)
    lights = (*levels, *(float(s.light or 0.0) for s in protocol.before))
    balanced = max(lights) == 0.0 and not needs_feeding(spec, layers, source)
    cell = cell_on_grid(spec, lit.stack)
    a, b = voltages(protocol.gate, "protocol.gate")
    up = np.linspace(a, b, protocol.points)
    v_g = np.concatenate([up, up[-2::-1]])
    time = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(v_g)) / float(protocol.rate))])
    rows: dict[str, list[Array]] = {name: [] for name in UNITS}
    sweep, status = [], []
    runs = itertools.product(levels, voltages(protocol.drain, "protocol.drain"))
    for k, (level, v_d) in enumerate(runs):
        here = cell if balanced else lit.cell(spec, layers, source, v_d)
        start = write(here, protocol.before, (NUMERICS, CAREFUL)) if protocol.before else None
        current, state = drain_currents(
            spec, here, layers, source, (time, v_g, level), v_d, float(protocol.hold), start
        )
        same = np.ones(len(v_g))
        columns = (
            time,
            v_g,
            v_d * same,
            _measured(current, v_d, protocol),
            level * lit.full * same,
        )
        for name, column in zip(UNITS, columns, strict=True):
            rows[name].append(column)
        sweep += [np.full(protocol.points, 2 * k), np.full(protocol.points - 1, 2 * k + 1)]
        status += state
    return _trace("transfer", spec, protocol, (cell, lit), layers, rows, sweep, status)


def output(
    spec: DeviceSpec,
    protocol: Output,
    layers: list[ResolvedLayer],
    gate: ResolvedContact,
    source: ResolvedContact,
    library: Library | None = None,
) -> Trace:
    """Output curves: the gate is stepped, the drain swept, at each gate voltage from rest.

    The channel at every drain voltage is taken after the time the sweep needs to get there.
    """
    check_gate(layers)
    lit = lit_stack(spec, layers, gate, library)
    cell = cell_on_grid(spec, lit.stack)
    a, b = voltages(protocol.drain, "protocol.drain")
    balanced = protocol.light == 0.0 and not needs_feeding(spec, layers, source)
    here = cell if balanced else lit.cell(spec, layers, source, max(a, b, key=abs))
    v_d = np.linspace(a, b, protocol.points)
    time = np.abs(v_d - a) / float(protocol.rate)
    rows: dict[str, list[Array]] = {name: [] for name in UNITS}
    sweep, status = [], []
    shone = np.full(len(v_d), protocol.light * lit.full)
    for k, v_g in enumerate(voltages(protocol.gate, "protocol.gate")):
        current, state = _output_curve(spec, here, layers, source, (time, v_d), v_g, protocol)
        current = _measured(current, v_d, protocol)
        columns = (time, np.full(len(v_d), v_g), v_d, current, shone)
        for name, column in zip(UNITS, columns, strict=True):
            rows[name].append(column)
        sweep.append(np.full(protocol.points, k))
        status += state
    return _trace("output", spec, protocol, (cell, lit), layers, rows, sweep, status)


def _output_curve(
    spec: DeviceSpec,
    cell: Cell,
    layers: list[ResolvedLayer],
    source: ResolvedContact,
    sweep: tuple[Array, Array],
    v_g: float,
    protocol: Output,
) -> tuple[Array, list[Status]]:
    """Integrate the sheet conductance over the channel potential on a grid of channel points.

    The gate has been on for `hold` plus the sweep time so far; stacks sit at fixed V_ch.
    """
    time, v_d = sweep
    ends = [v for v in (float(v_d.min()), float(v_d.max())) if v != 0.0]
    grid = np.unique(np.concatenate([[0.0], *(channel_points(v) for v in ends)]))
    hold = time + float(protocol.hold)
    g_n, g_p, status = [], [], []
    for v_ch in grid:
        n, p, state = GateStack(cell, float(v_ch)).follow(
            np.concatenate([[0.0], np.maximum(hold[1:], 1e-6)]),
            np.full(len(time), v_g),
            0.0,
            protocol.light,
        )
        g_n.append(n)
        g_p.append(p)
        status.append(worst(*state))
    ratio = float(spec.channel_width or 0.0) / float(spec.channel_length or 1.0)
    limit_n, limit_p = injection_current(spec, layers[channel_index(spec, layers)], source)
    total = np.zeros(len(time))
    for table, limit in ((np.array(g_n), limit_n), (np.array(g_p), limit_p)):
        current = np.array([integral(grid, table[:, k], v) for k, v in enumerate(v_d)])
        total += series(ratio * current, limit)
    if not worst(*status).is_good:
        total[:] = np.nan
    return total, [worst(*status)] * len(time)


def integral(points: Array, values: Array, upper: float) -> Array:
    """Integral from 0 to `upper` of a positive function given at `points` (first axis).

    Its logarithm is interpolated, and every interval is integrated by itself: neither the decay
    within kT/q of the source nor the kink at pinch-off is stepped over. One point stands for all.
    """
    from scipy.interpolate import PchipInterpolator

    if upper == 0.0:
        return np.zeros(values.shape[1:])
    if len(points) == 1:
        return np.asarray(upper * values[0])
    order = np.argsort(points)
    curve = PchipInterpolator(points[order], np.log(np.maximum(values[order], 1e-60)), axis=0)
    within = [v for v in points if 0.0 < v / upper < 1.0]
    x, w = np.polynomial.legendre.leggauss(8)
    total = np.zeros(values.shape[1:])
    for a, b in itertools.pairwise([0.0, *sorted(within, key=abs), upper]):
        half = 0.5 * (b - a)
        total += np.tensordot(half * w, np.exp(curve(half * x + 0.5 * (a + b))), 1)
    return total


def gated_parameters(spec: DeviceSpec, layers: list[ResolvedLayer], lit: Lit) -> dict[str, Sourced]:
    """What the figures of a transistor need beside its record."""
    at = channel_index(spec, layers)
    found = {
        "channel_width": spec.channel_width,
        "channel_length": spec.channel_length,
        "gate_capacitance": Sourced(insulator_capacitance(layers, at), "F/m2", basis="computed"),
        "thickness": layers[at].thickness,
        "temperature": spec.temperature,
    }
    if len(spec.light) == 1 and spec.light[0].wavelength is not None:
        found["wavelength"] = spec.light[0].wavelength
        found["absorbed_share"] = Sourced(lit.made.absorbed_share, "1", basis="computed")
    return {k: v for k, v in found.items() if v is not None}


def _trace(
    kind: str,
    spec: DeviceSpec,
    protocol: Transfer | Output,
    run: tuple[Cell, Lit],
    layers: list[ResolvedLayer],
    rows: dict[str, list[Array]],
    sweep: list[NDArray[np.int64]],
    status: list[Status],
) -> Trace:
    cell, lit = run
    rest = Simulation(cell)
    rest.settle(1e3 * rest.ion_time())
    columns = {name: np.concatenate(parts) for name, parts in rows.items()}
    notes = tuple(n for layer in layers for n in layer.notes)
    if columns["light"].any():
        notes += lit.made.notes
    else:
        del columns["light"]
    return Trace(
        kind=kind,
        label=protocol.label,
        columns=columns,
        units={name: UNITS[name] for name in columns},
        sweep=np.concatenate(sweep).astype(np.int64),
        parameters=gated_parameters(spec, layers, lit),
        point_status=tuple(status),
        status=worst(*status),
        profiles=profiles(cell, layers, rest.state.X),
        notes=(f"free surface potential at rest {rest.state.X[PHI][-1]:.4g} kT/q", *notes),
    )
