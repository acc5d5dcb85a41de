"""A field-effect transistor by the gradual channel approximation, on the same engine.

The gate stack (gate | insulator | channel layers | free surface) is solved through its thickness
with the channel's quasi-Fermi level held at the local channel potential V_ch. Its sheet conductance
G = q int (mu_n n + mu_p p) dx then gives the drain current

    I_D = W/L int_0^V_D G(V_G, V_ch) dV_ch,

by integration of ln G, interpolated between points of V_ch that crowd at the source: below
threshold G falls within kT/q of it. Ions move in the stack during the sweep, so every point keeps
its own history. Each carrier must also enter from the source: thermionic emission over its contact
barrier, W t A* T^2 exp(-phi_B/kT), stands in series with its channel.
Range: L much longer than the gate stack is thick; no fringing fields, no light.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray

from ..core.constants import BOLTZMANN
from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.status import Status, worst
from .assembly import cell_of, profiles
from .charge.build import EPS0, RICHARDSON, Cell, Q
from .charge.kernel import ELECTRON, HOLE, PHI
from .charge.simulate import Record, Simulation
from .charge.stepping import Tolerances
from .spec import DeviceSpec, Output, Transfer, voltages
from .stack import ResolvedContact, ResolvedLayer
from .state import Trace

Array = NDArray[np.float64]
# Most of the gate voltage drops over the insulator and carriers follow at once, so longer steps
# are safe here: currents agree with those of step = 1e-4 to 1e-3, ions slow or fast.
NUMERICS = Tolerances(step=1e-2, leap=400.0, floor=1e20)
CAREFUL = Tolerances(step=1e-3, leap=20.0, floor=1e14)
# Number of channel potentials at which G is tabulated, by the drain voltage up to which it serves
# [V], and how they crowd at the source. Against 61 to 80 points: within 8 % in the subthreshold
# region, 2.5 % above 1 % of the on current.
POINTS, CROWDING = ((1.0, 9), (10.0, 11), (math.inf, 17)), 2.5
UNITS = {
    "time": "s",
    "gate_voltage": "V",
    "drain_voltage": "V",
    "drain_current": "A",
}


def insulator_capacitance(layers: list[ResolvedLayer]) -> float:
    """Capacitance per area of the insulators before the channel [F/m2]."""
    inverse = 0.0
    for layer in layers:
        if layer.carriers:
            break
        inverse += float(layer.thickness) / (EPS0 * layer["relative_permittivity"])
    return 1.0 / inverse


def _check(layers: list[ResolvedLayer]) -> None:
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
            "a layer with carriers: the channel",
            "end the stack with the channel",
        )


class GateStack:
    """The gate stack at one point of the channel, with its own history."""

    def __init__(self, cell: Cell, channel_potential: float) -> None:
        self.cell, self.v_ch = cell, channel_potential

    def follow(self, time: Array, gate: Array, rest: float) -> tuple[Array, Array, list[Status]]:
        """Sheet conductance of electrons and holes [S] at every output, given V_G(t) - V_ch.

        The first output is reached from rest at 0 V and held for `rest` [s]. A history that does
        not converge is run once more with shorter steps.
        """
        for numerics in (NUMERICS, CAREFUL):
            first, record = self._run(time - time[0], gate - self.v_ch, rest, numerics)
            if all(one.is_good for one in record.status):
                break
        g = np.array([first, *[self._sheet(x) for x in record.states]])
        return g[:, 0], g[:, 1], [record.status[0], *record.status]

    def _run(
        self, time: Array, drive: Array, rest: float, numerics: Tolerances
    ) -> tuple[tuple[float, float], Record]:
        """Sheet conductances at the first gate voltage, and the record of the sweep from there."""
        s = Simulation(self.cell, numerics)
        s.settle(1e3 * s.ion_time())
        ramp = max(1e-3, 1e-6 * float(time[-1]))
        t = np.array([0.0, ramp, ramp + max(rest, ramp)])
        s.drive(t, np.array([0.0, drive[0], drive[0]]), np.zeros(3), t[-1:])
        first = self._sheet(s.state.X)
        corner = _corners(drive)
        dark = np.zeros(len(corner))
        outputs = time[1:]
        return first, s.drive(time[corner], drive[corner], dark, outputs, snapshots=len(outputs))

    def _sheet(self, X: Array) -> tuple[float, float]:
        p = self.cell.problem
        width = p.volume * p.active[0]
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


def _channel_points(v_d: float) -> Array:
    """Channel potentials from 0 to v_d at which the sheet conductance is tabulated [V]."""
    if v_d == 0.0:
        return np.zeros(1)
    count = next(n for top, n in POINTS if abs(v_d) <= top)
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


def _series(current: Array, limit: float) -> Array:
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
    drive: tuple[Array, Array],
    v_d: float,
    rest: float,
) -> tuple[Array, list[Status]]:
    """Drain current [A] along a gate sweep (time, V_G) at a fixed drain voltage."""
    time, gate = drive
    points = _channel_points(v_d)
    tables = [GateStack(cell, float(v)).follow(time, gate, rest) for v in points]
    status = [worst(*states) for states in zip(*(s for _, _, s in tables), strict=True)]
    ratio = float(spec.channel_width or 0.0) / float(spec.channel_length or 1.0)
    total = np.zeros(len(time))
    for carrier, limit in enumerate(injection_current(spec, layers[-1], source)):
        table = np.array([row[carrier] for row in tables])
        total += _series(ratio * _integral(points, table, v_d), limit)
    total[[not s.is_good for s in status]] = np.nan
    return total, status


def transfer(
    spec: DeviceSpec,
    protocol: Transfer,
    layers: list[ResolvedLayer],
    gate: ResolvedContact,
    source: ResolvedContact,
) -> Trace:
    """Transfer curves, gate swept there and back at each drain voltage."""
    _check(layers)
    cell = cell_of(spec, layers, gate, None)
    a, b = voltages(protocol.gate, "protocol.gate")
    up = np.linspace(a, b, protocol.points)
    v_g = np.concatenate([up, up[-2::-1]])
    time = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(v_g)) / float(protocol.rate))])
    rows: dict[str, list[Array]] = {name: [] for name in UNITS}
    sweep, status = [], []
    for k, v_d in enumerate(voltages(protocol.drain, "protocol.drain")):
        current, state = drain_currents(
            spec, cell, layers, source, (time, v_g), v_d, float(protocol.hold)
        )
        for name, column in zip(
            UNITS,
            (time, v_g, np.full(len(v_g), v_d), _measured(current, v_d, protocol)),
            strict=True,
        ):
            rows[name].append(column)
        sweep += [np.full(protocol.points, 2 * k), np.full(protocol.points - 1, 2 * k + 1)]
        status += state
    return _trace("transfer", spec, protocol.label, cell, layers, rows, sweep, status)


def output(
    spec: DeviceSpec,
    protocol: Output,
    layers: list[ResolvedLayer],
    gate: ResolvedContact,
    source: ResolvedContact,
) -> Trace:
    """Output curves: the gate is stepped, the drain swept, at each gate voltage from rest.

    The channel at every drain voltage is taken after the time the sweep needs to get there.
    """
    _check(layers)
    cell = cell_of(spec, layers, gate, None)
    a, b = voltages(protocol.drain, "protocol.drain")
    v_d = np.linspace(a, b, protocol.points)
    time = np.abs(v_d - a) / float(protocol.rate)
    rows: dict[str, list[Array]] = {name: [] for name in UNITS}
    sweep, status = [], []
    for k, v_g in enumerate(voltages(protocol.gate, "protocol.gate")):
        current, state = _output_curve(spec, cell, layers, source, (time, v_d), v_g, protocol)
        current = _measured(current, v_d, protocol)
        for name, column in zip(UNITS, (time, np.full(len(v_d), v_g), v_d, current), strict=True):
            rows[name].append(column)
        sweep.append(np.full(protocol.points, k))
        status += state
    return _trace("output", spec, protocol.label, cell, layers, rows, sweep, status)


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
    grid = np.unique(np.concatenate([[0.0], *(_channel_points(v) for v in ends)]))
    hold = time + float(protocol.hold)
    g_n, g_p, status = [], [], []
    for v_ch in grid:
        n, p, state = GateStack(cell, float(v_ch)).follow(
            np.concatenate([[0.0], np.maximum(hold[1:], 1e-6)]), np.full(len(time), v_g), 0.0
        )
        g_n.append(n)
        g_p.append(p)
        status.append(worst(*state))
    ratio = float(spec.channel_width or 0.0) / float(spec.channel_length or 1.0)
    limit_n, limit_p = injection_current(spec, layers[-1], source)
    total = np.zeros(len(time))
    for table, limit in ((np.array(g_n), limit_n), (np.array(g_p), limit_p)):
        current = np.array([_integral(grid, table[:, k], v) for k, v in enumerate(v_d)])
        total += _series(ratio * current, limit)
    if not worst(*status).is_good:
        total[:] = np.nan
    return total, [worst(*status)] * len(time)


def _integral(points: Array, values: Array, upper: float) -> Array:
    """Integral from 0 to `upper` of a positive function given at `points` (first axis).

    Its logarithm is interpolated, and every interval is integrated by itself: neither the decay
    within kT/q of the source nor the kink at pinch-off is stepped over.
    """
    from scipy.interpolate import PchipInterpolator

    if upper == 0.0:
        return np.zeros(values.shape[1:])
    order = np.argsort(points)
    curve = PchipInterpolator(points[order], np.log(np.maximum(values[order], 1e-60)), axis=0)
    within = [v for v in points if 0.0 < v / upper < 1.0]
    x, w = np.polynomial.legendre.leggauss(8)
    total = np.zeros(values.shape[1:])
    for a, b in itertools.pairwise([0.0, *sorted(within, key=abs), upper]):
        half = 0.5 * (b - a)
        total += np.tensordot(half * w, np.exp(curve(half * x + 0.5 * (a + b))), 1)
    return total


def _trace(
    kind: str,
    spec: DeviceSpec,
    label: str,
    cell: Cell,
    layers: list[ResolvedLayer],
    rows: dict[str, list[Array]],
    sweep: list[NDArray[np.int64]],
    status: list[Status],
) -> Trace:
    rest = Simulation(cell)
    rest.settle(1e3 * rest.ion_time())
    parameters = {
        "channel_width": spec.channel_width,
        "channel_length": spec.channel_length,
        "gate_capacitance": Sourced(insulator_capacitance(layers), "F/m2", basis="computed"),
        "thickness": layers[-1].thickness,
        "temperature": spec.temperature,
    }
    return Trace(
        kind=kind,
        label=label,
        columns={name: np.concatenate(parts) for name, parts in rows.items()},
        units=UNITS,
        sweep=np.concatenate(sweep).astype(np.int64),
        parameters={k: v for k, v in parameters.items() if v is not None},
        point_status=tuple(status),
        status=worst(*status),
        profiles=profiles(cell, layers, rest.state.X),
        notes=(f"free surface potential at rest {rest.state.X[PHI][-1]:.4g} kT/q",),
    )
