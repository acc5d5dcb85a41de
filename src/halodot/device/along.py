"""A transistor along its channel: both carriers, ions, traps and light from source to drain.

The sheet of `sheet.py` is solved by the charge engine as a stack whose current runs through it, so
that both contacts, diffusion, recombination and moving ions are in one solution. Light is what
recombines with light along the channel (`zone.py`).

A channel without mobile ions or charged traps follows its gate at once: every point is solved at
rest, by continuation in V_G and V_D from the point before, on nodes that follow the zone. With
them the gate is stepped in time as the sweep says, from rest at 0 V, on nodes that stay.
Range: L and the zone much longer than the sheet is thick; no fringing fields; no gate leakage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.constants import ELEMENTARY_CHARGE
from ..core.sourced import Sourced
from ..core.status import Status, worst
from ..library import Library
from .assembly import profiles
from .charge.build import Cell
from .charge.kernel import ELECTRON, HOLE, PHI
from .charge.simulate import Simulation
from .charge.stepping import Tolerances
from .emission import outcoupling
from .sheet import Path, Sheet, grid_of, sheet_of
from .shine import peak_of
from .spec import DeviceSpec, Output, Transfer, voltages
from .stack import ResolvedLayer
from .state import Trace
from .zone import Zone, contact_resistance, zone_of

__all__ = ["Channel", "run"]
Array = NDArray[np.float64]
# What carriers do in their first milliseconds after a step of the gate need not be followed:
# currents agree with those of step = 1e-2 to 1 %, at a third of the steps.
NUMERICS = Tolerances(step=0.3, leap=400.0, floor=1e18)
CAREFUL = Tolerances(step=1e-2, leap=20.0, floor=1e15)
STRIDE = 8.0  # V, largest step of the staircase that stands for a ramp
QUICK = 1e-2  # share of a ramp for which its end stands
LEAST = 1e-3  # of a jump of the gate, below which continuation gives up
ROUNDS, AGREED = 4, 0.03  # of the nodes that follow a zone: how often, until when
UNITS = {
    "time": "s",
    "gate_voltage": "V",
    "drain_voltage": "V",
    "drain_current": "A",
    "light": "W/m2",
    "emission_rate": "1/s",
    "external_quantum_efficiency": "1",
    "recombination_position": "m",
    "recombination_width": "m",
    "recombination_width_90": "m",
    "diffusion_length": "m",
    "contact_resistance": "ohm m",
}
DRIVEN = ("time", "gate_voltage", "drain_voltage", "light")
NOTHING = {name: np.nan for name in UNITS if name not in DRIVEN}


class Channel:
    """A sheet with its present solution at V_G and V_D."""

    def __init__(self, sheet: Sheet, light: Array, numerics: Tolerances = NUMERICS) -> None:
        self.sheet, self.light, self.gate = sheet, light, 0.0
        self.simulation = Simulation(sheet.cell(0.0, grid_of(sheet)), numerics)

    @property
    def cell(self) -> Cell:
        """The cell at the present gate voltage."""
        return self.simulation.cell

    @property
    def status(self) -> Status:
        """How the last solution ended."""
        return self.simulation.status

    def rest(self, gate: float, drain: float) -> Status:
        """Bring the channel to rest at V_G and V_D [V], by steps that are halved where needed."""
        s = self.simulation
        if not s.status.is_good:
            return s.status
        start, done, step = self.gate, 0.0, 1.0
        while done < 1.0 and self.gate != gate:
            at = min(done + step, 1.0)
            backup = s.state.X.copy()
            self._put(start + at * (gate - start))
            if s.settle(voltage=s.voltage, light=s.light).is_good:
                done, step = at, 2.0 * step
                continue
            s.status = Status.OK
            s.state.X[:] = backup
            self._put(start + done * (gate - start))
            step *= 0.5
            if step < LEAST:
                s.status = Status.NOT_CONVERGED
                return s.status
        return s.settle(voltage=drain, light=self.light)

    def _put(self, gate: float) -> None:
        self.simulation.cell = self.sheet.at_gate(self.simulation.cell, gate)
        self.gate = gate

    def follow_zone(self, drain: float) -> None:
        """Move the nodes to where pairs recombine, until the width no longer changes."""
        width = np.inf
        for _ in range(ROUNDS):
            zone = self.zone()
            if not np.isfinite(zone.width) or abs(zone.width / width - 1.0) < AGREED:
                return
            width = zone.width
            grid = grid_of(self.sheet, (zone.middle, 0.5 * width))
            if not self._moved(self.sheet.cell(self.gate, grid), drain):
                return

    def _moved(self, cell: Cell, drain: float) -> bool:
        """Take the solution over to other nodes; the present ones stay if it does not converge."""
        old = self.simulation
        new = Simulation(cell, old.tolerances)
        x, at = old.cell.position, cell.position
        for s in range(len(new.state.X)):
            row = old.state.X[s]
            if s == PHI:
                new.state.X[s] = np.interp(at, x, row)
            else:
                new.state.X[s] = np.exp(np.interp(at, x, np.log(row)))
        new.status, new.voltage, new.light = Status.OK, drain, old.light
        if not new.settle(voltage=drain, light=self.light).is_good:
            return False
        self.simulation = new
        return True

    def _inside(self) -> NDArray[np.bool_]:
        return np.asarray(self.cell.layer == self.sheet.index)

    def rates(self) -> tuple[Array, Array, Array]:
        """Position from the drain end of the sheet [m], pairs recombining with light, volumes."""
        p, X, here = self.cell.problem, self.simulation.state.X, self._inside()
        pairs = p.pairs[0] * (X[ELECTRON] * X[HOLE] - p.ni2)
        position = self.cell.position[here] - self.sheet.start
        return position, pairs[here], p.volume[here]

    def zone(self) -> Zone:
        """Where pairs recombine with light, counted from the drain end of the sheet."""
        return zone_of(*self.rates())

    def point(self, drain: float) -> dict[str, float]:
        """Return a row of the record from the present solution; NaN where it failed."""
        s = self.simulation
        if not s.status.is_good:
            return dict(NOTHING)
        found = s.steady(np.array([drain]), light=s.light)
        if not found.status[0].is_good:
            return dict(NOTHING)
        return self.row(float(found.current_density[0]), float(found.emission[0]), drain)

    def row(self, current_density: float, emission: float, drain: float) -> dict[str, float]:
        """Columns of the record at a current density and pairs per area of the cross-section."""
        sheet, zone = self.sheet, self.zone()
        current, pairs = current_density * sheet.area, max(emission, 0.0) * sheet.area
        efficient = ELEMENTARY_CHARGE * pairs / abs(current) if current != 0.0 else np.nan
        return {
            "drain_current": current,
            "emission_rate": pairs,
            "external_quantum_efficiency": efficient,
            "recombination_position": sheet.length - zone.middle,
            "recombination_width": zone.width,
            "recombination_width_90": zone.width_90,
            "diffusion_length": self._diffusion(zone.middle),
            "contact_resistance": self._contacts(drain, current),
        }

    def _diffusion(self, middle: float) -> float:
        """sqrt(D tau) in the middle of the zone, D of the faster carrier, tau = pairs / rate."""
        p, X, here = self.cell.problem, self.simulation.state.X, self._inside()
        position, pairs, _ = self.rates()
        if not np.isfinite(middle):
            return float("nan")
        k = int(np.argmin(np.abs(position - middle)))
        if not pairs[k] > 0.0:
            return float("nan")
        fewer = min(X[ELECTRON, here][k], X[HOLE, here][k])
        first = int(np.argmax(here))
        fastest = float(max(p.mobility[s][first + 1] for s in (0, 1)))
        return float(np.sqrt(fastest * p.thermal_voltage * fewer / pairs[k]))

    def _contacts(self, drain: float, current: float) -> float:
        X, here, sheet = self.simulation.state.X, self._inside(), self.sheet
        n, p = X[ELECTRON, here], X[HOLE, here]
        net = ELEMENTARY_CHARGE * np.abs(p - n) * sheet.thickness / sheet.capacitance
        position = self.cell.position[here]
        share = np.minimum(n, p) / (n + p)
        return contact_resistance(position, net, share, drain, current, sheet.width)

    def wait(self, time: float, drain: float) -> tuple[float, float]:
        """Stand for `time` [s] at the present gate and V_D; return the current density, emission.

        Another drain voltage or light is reached on the way, in a thousandth of it.
        """
        s = self.simulation
        if s.voltage == drain and np.array_equal(s.light, self.light):
            corners, volts, light = np.array([0.0, time]), np.full(2, drain), [s.light] * 2
        else:
            corners = np.array([0.0, 1e-3 * time, time])
            volts, light = np.array([s.voltage, drain, drain]), [s.light, self.light, self.light]
        record = s.drive(corners, volts, np.array(light), corners[-1:])
        return float(record.current_density[-1]), float(record.emission[-1])


@dataclass(frozen=True)
class _Sweep:
    """One sweep: times, gate and drain voltages of its rows, and how long it waits before."""

    time: Array
    gate: Array
    drain: Array
    hold: float


def run(
    spec: DeviceSpec,
    protocol: Transfer | Output,
    path: Path,
    layers: list[ResolvedLayer],
    library: Library | None = None,
) -> Trace:
    """Simulate a transfer or output measurement along the channel.

    Returns
    -------
    Trace
        Rows that did not converge carry their status and hold NaN. Positions count from the source.
    """
    sheet = sheet_of(spec, path, library)
    full = np.array([float(x.intensity) for x in spec.light]) if spec.light else np.zeros(1)
    rows: list[dict[str, float]] = []
    status: list[Status] = []
    number: list[int] = []
    pictured: Channel | None = None
    for level in _levels(protocol):
        light = np.full(len(full), level)
        for sweep in _sweeps(protocol):
            found, states, channel = _swept(sheet, sweep, light)
            shone = {"light": float(light @ full)}
            rows += [row | shone for row in found]
            first = number[-1] + 1 if number else 0
            number += [first + k for k in _directions(sweep)]
            status += states
            pictured = channel if _brighter(channel, pictured) else pictured
    assert pictured is not None  # a protocol has at least one sweep
    return _trace(spec, protocol, path, sheet, rows, status, number, pictured, layers)


def _levels(protocol: Transfer | Output) -> Sequence[float]:
    """Fractions of full light at which the curves are taken."""
    return tuple(getattr(protocol, "lights", ())) or (protocol.light,)


def _sweeps(protocol: Transfer | Output) -> list[_Sweep]:
    hold = float(protocol.hold)
    if isinstance(protocol, Transfer):
        a, b = voltages(protocol.gate, "protocol.gate")
        up = np.linspace(a, b, protocol.points)
        gate = np.concatenate([up, up[-2::-1]])
        time = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(gate)) / float(protocol.rate))])
        drains = voltages(protocol.drain, "protocol.drain")
        return [_Sweep(time, gate, np.full(len(gate), v), hold) for v in drains]
    a, b = voltages(protocol.drain, "protocol.drain")
    drain = np.linspace(a, b, protocol.points)
    time = np.abs(drain - a) / float(protocol.rate)
    gates = voltages(protocol.gate, "protocol.gate")
    return [_Sweep(time, np.full(len(drain), v), drain, hold) for v in gates]


def _directions(sweep: _Sweep) -> list[int]:
    """0 for rows before the gate turns, 1 after it."""
    turn = int(np.argmax(np.abs(sweep.gate - sweep.gate[0])))
    return [int(0 < turn < k) for k in range(len(sweep.gate))]


def _brighter(channel: Channel, before: Channel | None) -> bool:
    """Whether a channel is the better one for pictures: it converged."""
    return before is None or (channel.status.is_good and not before.status.is_good)


def _swept(
    sheet: Sheet, sweep: _Sweep, light: Array
) -> tuple[list[dict[str, float]], list[Status], Channel]:
    """Rows of one sweep, their status, and the channel at its end."""
    if not sheet.is_slow():
        return _at_rest(sheet, sweep, light)
    for numerics in (NUMERICS, CAREFUL):
        found = _in_time(sheet, sweep, light, numerics)
        if all(s.is_good for s in found[1]):
            break
    return found


def _at_rest(
    sheet: Sheet, sweep: _Sweep, light: Array
) -> tuple[list[dict[str, float]], list[Status], Channel]:
    """Every point at rest, on nodes that follow the zone; equal points are solved once."""
    channel = Channel(sheet, light)
    known: dict[tuple[float, float], tuple[dict[str, float], Status]] = {}
    rows, status = [], []
    for t, gate, drain in zip(sweep.time, sweep.gate, sweep.drain, strict=True):
        key = round(float(gate), 9), round(float(drain), 9)
        if key not in known:
            known[key] = _solved(channel, *key)
            if not known[key][1].is_good:
                channel = Channel(sheet, light)
                known[key] = _solved(channel, *key)
        row, state = known[key]
        rows.append({"time": t, "gate_voltage": gate, "drain_voltage": drain} | row)
        status.append(state)
    return rows, status, channel


def _solved(channel: Channel, gate: float, drain: float) -> tuple[dict[str, float], Status]:
    state = channel.rest(gate, drain)
    if not state.is_good:
        return dict(NOTHING), state
    channel.follow_zone(drain)
    row = channel.point(drain)
    good = np.isfinite(row["drain_current"])
    return row, Status.OK if good else Status.NOT_CONVERGED


def _in_time(
    sheet: Sheet, sweep: _Sweep, light: Array, numerics: Tolerances
) -> tuple[list[dict[str, float]], list[Status], Channel]:
    """Follow a sweep in time from 0 V in the dark, gate and drain stepped.

    The channel starts at rest; where its contacts take ions, carriers are at rest and the ions
    still where they were put, as at rest they would be the contact's.
    """
    channel = Channel(sheet, np.zeros_like(light), numerics)
    simulation = channel.simulation
    open_ended = sheet.stack.left.exchange or (sheet.stack.right and sheet.stack.right.exchange)
    if simulation.status.is_good and not open_ended:
        simulation.settle(voltage=0.0)
    channel.light = light
    pause = max(sweep.hold, 1e-3 * (float(sweep.time[-1]) or 1.0))
    rows: list[dict[str, float]] = []
    status = []
    before = 0.0
    for t, gate, drain in zip(sweep.time, sweep.gate, sweep.drain, strict=True):
        if rows:
            found = _stepped(channel, float(gate), float(drain), float(t) - before)
        else:
            _stepped(channel, float(gate), float(drain), QUICK * pause)
            found = channel.wait(pause, float(drain))
        good = channel.status.is_good and bool(np.isfinite(found[0]))
        row = channel.row(*found, float(drain)) if good else dict(NOTHING)
        rows.append({"time": t, "gate_voltage": gate, "drain_voltage": drain} | row)
        status.append(Status.OK if good else worst(channel.status, Status.NOT_CONVERGED))
        before = float(t)
    return rows, status, channel


def _stepped(channel: Channel, gate: float, drain: float, time: float) -> tuple[float, float]:
    """Move gate and drain to their next values in `time`.

    A ramp is a staircase whose steps stand at the middle of each piece, and at its end for a short
    while: of second order in the length of a step.
    """
    start, from_drain = channel.gate, channel.simulation.voltage
    pieces = max(1, int(np.ceil(max(abs(gate - start), abs(drain - from_drain)) / STRIDE)))
    shares = [*((np.arange(pieces) + 0.5) / pieces), 1.0]
    times = [*np.full(pieces, (1.0 - QUICK) * time / pieces), QUICK * time]
    found = (np.nan, np.nan)
    for share, wait in zip(shares, times, strict=True):
        if not channel.status.is_good:
            break
        channel._put(start + (gate - start) * share)
        found = channel.wait(wait, from_drain + (drain - from_drain) * share)
    return found


def _trace(
    spec: DeviceSpec,
    protocol: Transfer | Output,
    path: Path,
    sheet: Sheet,
    rows: list[dict[str, float]],
    status: list[Status],
    number: list[int],
    channel: Channel,
    layers: list[ResolvedLayer],
) -> Trace:
    columns = {name: np.array([row[name] for row in rows]) for name in UNITS}
    share = _outcoupling(spec, path.sheet)
    columns["external_quantum_efficiency"] *= np.nan if share.value is None else share.value
    floor = float(protocol.current_floor)
    columns["drain_current"] += np.sign(columns["drain_voltage"]) * floor
    parameters = {
        "channel_width": spec.channel_width,
        "channel_length": spec.channel_length,
        "gate_capacitance": Sourced(sheet.capacitance, "F/m2", basis="computed"),
        "thickness": path.sheet.thickness,
        "temperature": spec.temperature,
    }
    if float(path.sheet.values["radiative_coefficient"]) > 0.0:
        energy, width = peak_of(path.sheet)
        parameters |= {"emission_energy": energy, "emission_width": width}
        parameters |= {"outcoupling": share} if share.is_known else {}
    else:
        columns = {n: v for n, v in columns.items() if n not in _OF_LIGHT}
    notes = [n for layer in layers for n in layer.notes]
    if sheet.is_slow():
        notes.append("followed in time: ions or charged traps do not follow the gate at once")
    else:
        notes.append("every point at rest: nothing in the channel is slower than the sweep")
    return Trace(
        kind=protocol.kind,
        label=protocol.label,
        columns=columns,
        units={name: UNITS[name] for name in columns},
        sweep=np.array(number, dtype=np.int64),
        parameters={k: v for k, v in parameters.items() if v is not None},
        point_status=tuple(status),
        status=worst(*status),
        profiles=_profiles(channel, path),
        notes=tuple(notes),
    )


_OF_LIGHT = (
    "emission_rate",
    "external_quantum_efficiency",
    "recombination_position",
    "recombination_width",
    "recombination_width_90",
    "diffusion_length",
)


def _outcoupling(spec: DeviceSpec, sheet: ResolvedLayer) -> Sourced:
    if spec.outcoupling is not None:
        return spec.outcoupling
    index = sheet.values["refractive_index"]
    if float(index) >= 1.0:
        return outcoupling(index)
    return Sourced.unknown("1", "no refractive index of the film")


def _profiles(channel: Channel, path: Path) -> dict[str, Array]:
    """Bands, densities and emission along the channel, from the source, at the end of a sweep."""
    along = [*path.drain_layers, path.sheet, *reversed(path.source_layers)]
    found = profiles(channel.cell, along, channel.simulation.state.X)
    p, X = channel.cell.problem, channel.simulation.state.X
    found["emission"] = np.maximum(p.pairs[0] * (X[ELECTRON] * X[HOLE] - p.ni2), 0.0)
    end = found["position"][-1]
    turned = {name: values[::-1].copy() for name, values in found.items()}
    turned["position"] = end - turned["position"]
    turned["layer"] = turned["layer"].max() - turned["layer"]
    return turned
