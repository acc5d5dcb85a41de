"""A transistor in time: gate and light follow a waveform at a constant drain voltage.

The record starts from rest, in the dark with every terminal at 0 V. Drain voltage, first gate
voltage and first light come on in a short ramp and are held; then the gate stack follows the
waveform at a few points of the channel potential, each with its own history of carriers, traps and
ions, and the drain current is

    I_D(t) = W/L int_0^V_D G(t, V_ch) dV_ch,

as in `transistor`. Carriers of the channel are fed along its length (`lateral`), in the dark too.
One point in the middle stands for a channel up to 13 mV (below threshold 1 % too little);
three serve up to 0.11 V, as ln G is interpolated: straight below threshold and flat above it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.status import Status, worst
from ..library import Library
from .assembly import profiles
from .charge.build import Cell
from .charge.run import Program
from .charge.simulate import Simulation
from .charge.stepping import Tolerances
from .extrapolation import extrapolated
from .record import UNITS as RECORD_UNITS
from .spec import DeviceSpec, Endurance, _Protocol
from .stack import ResolvedContact, ResolvedLayer
from .state import Trace
from .synapse import Played
from .transistor import (
    UNITS,
    GateStack,
    Lit,
    channel_points,
    check_gate,
    gated_parameters,
    joined,
    lit_stack,
)
from .waveforms import Waveform, of
from .written import taken_up

Array = NDArray[np.float64]
# Points of the channel by the drain voltage up to which they serve [V]. Below threshold within 1 %,
# about the threshold within 1 %, 2 %, 10 %, 20 % and 40 % (five and seven points), above it less.
POINTS = ((0.013, 1), (0.11, 3), (1.0, 4), (5.0, 5), (math.inf, 7))
MOST_ROWS = 50_000
# Shortest ramp from rest, in records shorter than a thousand times it [s].
RAMP, RAMP_SHARE = 1e-3, 1e-3
# step and density floor of time stepping, by the accuracy that the study asks for
STEPS: dict[str, tuple[Tolerances, ...]] = {
    "single": (Tolerances(step=1e-2, leap=400.0, floor=1e18), Tolerances(step=1e-3, floor=1e16)),
    "default": (Tolerances(step=2e-3, leap=100.0, floor=1e17), Tolerances(step=5e-4, floor=1e15)),
    "high": (Tolerances(step=2e-4, leap=20.0, floor=1e15), Tolerances(step=5e-5, floor=1e14)),
}


@dataclass(frozen=True)
class Ready:
    """A transistor at one drain voltage, at rest: what all its records start from.

    Attributes
    ----------
    rest
        Numerics -> the stack at rest, filled where a record asks for it.
    """

    layers: list[ResolvedLayer]
    source: ResolvedContact
    lit: Lit
    cell: Cell
    rest: dict[Tolerances, Simulation] = field(default_factory=dict)

    def start(self, numerics: Tolerances) -> Simulation:
        """Return a simulation of its own that stands at rest."""
        if numerics not in self.rest:
            first = Simulation(self.cell, numerics)
            first.settle(1e3 * first.ion_time())
            self.rest[numerics] = first
        s = Simulation(self.cell, numerics)
        taken_up(s, self.rest[numerics])
        return s


def ready(
    spec: DeviceSpec,
    layers: list[ResolvedLayer],
    gate: ResolvedContact,
    source: ResolvedContact,
    library: Library | None,
    drain: float,
) -> Ready:
    """Send the light through a transistor and put it on its grid."""
    check_gate(layers)
    lit = lit_stack(spec, layers, gate, library)
    return Ready(layers, source, lit, lit.cell(spec, layers, source, drain))


def run(spec: DeviceSpec, protocol: _Protocol, made: Ready) -> Trace:
    """Simulate one record in time of a transistor, from rest.

    Parameters
    ----------
    made
        At the drain voltage of the protocol.

    Returns
    -------
    Trace
        Columns ``time``, ``gate_voltage``, ``drain_voltage``, ``drain_current`` and ``light``,
        with what the protocol counts; rows of bad status hold no current.
    """
    wave = of(protocol)
    if len(wave.outputs) > MOST_ROWS:
        rows = f"{len(wave.outputs):,} rows"
        allowed = f"at most {MOST_ROWS:,} for a transistor"
        raise InputError("protocol.count", rows, allowed, "use fewer pulses or points")
    drain = float(protocol.drain or 0.0)
    program = wave.program(float(protocol.hold), made.cell.problem.generation.shape[0])
    points = channel_points(drain, counts=POINTS)
    tables = [follow(made, program, float(v), spec.accuracy) for v in points]
    current, status = joined(spec, made.layers, made.source, points, tables, drain)
    trace = _trace(protocol, wave, program, current, status)
    trace = _described(trace, spec, protocol, wave, made)
    if isinstance(protocol, Endurance):
        return extrapolated(trace, protocol.extrapolate_to)
    return trace


def follow(
    made: Ready, program: Program, channel: float, accuracy: str = "single"
) -> tuple[Array, Array, list[Status]]:
    """Sheet conductance of electrons and holes [S] at every output, at one channel potential.

    Parameters
    ----------
    program
        Gate voltage [V] and light [1] in time, from the ramp on.
    channel
        Channel potential [V].
    """
    for numerics in STEPS[accuracy]:
        g, status = _once(made, program, channel, numerics)
        if all(s.is_good for s in status):
            break
    return g[:, 0], g[:, 1], status


def _once(
    made: Ready, program: Program, channel: float, numerics: Tolerances
) -> tuple[Array, list[Status]]:
    stack = GateStack(made.cell, channel)
    s = made.start(numerics)
    drive = program.voltage - channel
    light = np.asarray(program.light, float).reshape(len(program.time), -1)
    ramp = np.array([0.0, min(RAMP, RAMP_SHARE * float(program.time[-1]))])
    s.drive(ramp, np.array([0.0, drive[0]]), np.array([0.0 * light[0], light[0]]), ramp[-1:])
    out = program.outputs
    record = s.drive(program.time, drive, light, out, snapshots=len(out))
    g = np.array([stack.sheet(x) for x in record.states])
    return g, list(record.status)


def _trace(
    protocol: _Protocol, wave: Waveform, program: Program, current: Array, status: list[Status]
) -> Trace:
    """Columns of a record; light counts as a fraction until its intensity is known."""
    at = program.outputs
    fractions = np.asarray(program.light, float).reshape(len(program.time), -1)
    columns = {
        "time": at - float(protocol.hold) - wave.origin,
        "gate_voltage": np.interp(at, program.time, program.voltage),
        "drain_voltage": np.full(len(at), float(protocol.drain or 0.0)),
        "drain_current": current,
    }
    for k in range(fractions.shape[1]):
        columns[f"light_{k}"] = np.interp(at, program.time, fractions[:, k])
    columns |= wave.extra
    return Trace(
        kind=wave.kind,
        label=protocol.label,
        columns=columns,
        units={n: (UNITS | RECORD_UNITS).get(n, "1") for n in columns},
        sweep=wave.sweep,
        point_status=tuple(status),
        status=worst(*status),
    )


def _described(
    trace: Trace,
    spec: DeviceSpec,
    protocol: _Protocol,
    wave: Waveform,
    made: Ready,
) -> Trace:
    """Add the light in W/m2, the geometry, bands at rest where wanted and what to know."""
    parts = [n for n in trace.columns if n.startswith("light_")]
    full = [float(s.intensity) for s in spec.light] or [0.0]
    light = sum(i * trace.columns[n] for i, n in zip(full, parts, strict=True))
    columns = {n: v for n, v in trace.columns.items() if n not in parts}
    first = ("time", "gate_voltage", "drain_voltage", "drain_current")
    rest = {n: v for n, v in columns.items() if n not in first}
    columns = {**{n: columns[n] for n in first}, "light": np.asarray(light), **rest}
    units = {n: u for n, u in trace.units.items() if n in columns} | {"light": "W/m2"}
    parameters: dict[str, Sourced] = gated_parameters(spec, made.layers, made.lit)
    read = getattr(protocol, "read_voltage", None)
    if read is not None:
        parameters["read_voltage"] = read
    notes = tuple(n for layer in made.layers for n in layer.notes)
    if float(np.max(wave.light)) > 0.0:
        notes += made.lit.made.notes
    shown = trace.profiles
    if not isinstance(protocol, Played) or protocol.pictured:
        start = made.start(STEPS[spec.accuracy][0])
        shown = profiles(made.cell, made.layers, start.state.X)
    return replace(
        trace,
        columns=columns,
        units={n: units[n] for n in columns},
        parameters=parameters,
        profiles=shown,
        notes=notes,
    )
