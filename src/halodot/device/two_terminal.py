"""A two-terminal device: what a source meter, a pulse generator or a bridge would record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced
from ..core.status import Status, worst
from ..library import Library
from .assembly import cell_on_grid, profiles, stack_of
from .charge import run as engine
from .charge.build import Cell
from .charge.layers import Circuit, Stack
from .charge.simulate import Record, Simulation
from .charge.stepping import Tolerances
from .extrapolation import extrapolated
from .heated import heated
from .illumination import Illumination, illuminate
from .record import Recorded, trace_of
from .shine import with_light_out
from .small_signal import answer
from .spec import Capacitance, DeviceSpec, Endurance, Impedance, OpenCircuit, Steady, _Protocol
from .stack import ResolvedContact, ResolvedLayer
from .state import Trace
from .synapse import Played
from .waveforms import Waveform, of

Array = NDArray[np.float64]
FOR_PICTURES = Tolerances(step=1e-2)
VOLTAGE_LIMIT = 2e-3  # V, error of an open-circuit voltage beyond which a point is not good


def run(
    spec: DeviceSpec,
    protocol: _Protocol,
    layers: list[ResolvedLayer],
    left: ResolvedContact,
    right: ResolvedContact,
    library: Library | None = None,
    stack_at: Callable[[float], Stack] | None = None,
) -> Trace:
    """Simulate one protocol from rest: in the dark at 0 V, ions included.

    Parameters
    ----------
    stack_at
        The stack at a temperature [K], for a device that warms up.

    Returns
    -------
    Trace
        Kind ``iv``, ``pulses``, ``retention`` ...; current positive into the left contact [A].
        Rows whose status is bad hold NaN.
    """
    wave = of(protocol)
    folder = library.folder if library is not None else None
    lit = illuminate(layers, spec.light, spec.optics, library=library, folder=folder)
    stack = stack_of(spec, layers, left, right, lit)
    cell = cell_on_grid(spec, stack)
    if spec.heating is not None and stack_at is not None:
        recorded = heated(spec, protocol, wave, stack_at, lit)
    else:
        recorded = _recorded(spec, protocol, wave, stack, cell)
    if spec.accuracy == "single":
        recorded = _unjudged(recorded)
    said = [*(n for layer in layers for n in layer.notes), *_lit(protocol, wave, lit)]
    recorded = recorded.saying(*said)
    if not isinstance(protocol, Played) or protocol.pictured:
        recorded = recorded.showing(_profiles(protocol, wave, layers, cell, recorded))
    recorded, parameters = with_light_out(recorded, spec, layers)
    thickness = sum(float(layer.thickness) for layer in layers)
    if isinstance(protocol, Steady):
        parameters["steady"] = Sourced(1.0, "1", basis="given", note="no loop: currents at rest")
    parameters["thickness"] = Sourced(thickness, "m", basis="computed")
    trace = trace_of(spec, protocol, wave, recorded, parameters)
    if isinstance(protocol, Endurance):
        return extrapolated(trace, protocol.extrapolate_to)
    return trace


def _unjudged(recorded: Recorded) -> Recorded:
    """Without the columns of an error that nobody estimated; small signals have theirs."""
    kept = {n: v for n, v in recorded.columns.items() if n != "error" or bool(np.isfinite(v).any())}
    if "relative_error" in kept:
        return recorded
    note = "no numerical error was estimated: accuracy = 'single'"
    return replace(recorded, columns=kept).saying(note)


def _lit(protocol: _Protocol, wave: Waveform, lit: Illumination) -> list[str]:
    """Notes on the light where there is any."""
    del protocol
    return list(lit.notes) if float(np.max(wave.light)) > 0.0 else []


def _recorded(
    spec: DeviceSpec, protocol: _Protocol, wave: Waveform, stack: Stack, cell: Cell
) -> Recorded:
    """Run the engine."""
    full = np.array([float(s.intensity) for s in spec.light]) if spec.light else np.zeros(1)
    light = np.full(len(full), protocol.light)
    if isinstance(protocol, Impedance | Capacitance):
        at = wave.extra.get("frequency")
        if at is None:
            at = np.full(len(wave.time), float(protocol.frequency))  # type: ignore[union-attr]
        found = answer(spec, stack, cell, wave, at, light)
        shone = np.full(len(at), float(light @ full))
        return found.with_columns({"light": shone})
    if isinstance(protocol, Steady):
        record = engine.steady(
            stack,
            wave.voltage,
            light=light,
            accuracy=spec.accuracy,
            nodes=spec.nodes_per_layer,
        )
        return _columns(record, wave.time, np.full(len(wave.time), float(light @ full)), stack)
    hold = float(protocol.hold)
    program = wave.program(hold, len(full))
    if isinstance(protocol, OpenCircuit):
        return _photovoltage(spec, stack, program, full, hold)
    record = engine.follow(stack, program, accuracy=spec.accuracy, nodes=spec.nodes_per_layer)
    shone = _shone(record, program, full)
    found = _columns(record, record.time - hold - wave.origin, shone, stack)
    if wave.closed is not None:
        found = found.with_columns({"source_voltage": _source(record, program)})
    return found


def _photovoltage(
    spec: DeviceSpec, stack: Stack, program: engine.Program, full: Array, hold: float
) -> Recorded:
    """Record open terminals, judged by the voltage: there is no current to judge them by.

    Made on a grid and, with an eighth of the tolerance in time, on one of twice its intervals; a
    third of the difference of the voltages estimates the error of the second.
    """
    if spec.accuracy == "single":
        once = engine.follow(stack, program, accuracy="single", nodes=spec.nodes_per_layer)
        found = _columns(once, once.time - hold, _shone(once, program, full), stack)
        kept = {n: v for n, v in found.columns.items() if n != "source_voltage"}
        return replace(found, columns=kept)
    refine = 1 if spec.accuracy == "default" else 2
    coarse, fine = (
        engine.follow(stack, program, accuracy="single", nodes=spec.nodes_per_layer, refine=k)
        for k in (refine - 1, refine)
    )
    error = np.abs(fine.voltage - coarse.voltage) / 3.0
    within = error <= VOLTAGE_LIMIT
    both = [worst(a, b) for a, b in zip(fine.status, coarse.status, strict=True)]
    status = [
        one if ok or not one.is_good else Status.NOT_CONVERGED
        for one, ok in zip(both, within, strict=True)
    ]
    shone = _shone(fine, program, full)
    found = _columns(replace(fine, status=tuple(status)), fine.time - hold, shone, stack)
    kept = {n: v for n, v in found.columns.items() if n not in ("error", "source_voltage")}
    good = np.array([s.is_good for s in status])
    largest = float(np.max(error[good])) if good.any() else np.nan
    return replace(
        found,
        columns=kept | {"voltage_error": error},
        units={"voltage_error": "V"},
        notes=(f"estimated numerical error of the voltage up to {largest:.2g} V",),
    )


def _shone(record: Record, program: engine.Program, full: Array) -> Array:
    """Light at every row of a record, all sources together [W/m2]."""
    fractions = program.light.reshape(len(program.time), -1)
    return np.interp(record.time, program.time, fractions @ full)


def _columns(record: Record, time: Array, light: Array, stack: Stack) -> Recorded:
    columns = {
        "time": time,
        "voltage": record.voltage,
        "current_density": record.current_density,
        "light": light,
        "electron_current_density": record.electron,
        "hole_current_density": record.hole,
        "ion_current_density": record.ion,
        "error": record.error,
        "emission": record.emission,
    }
    if stack.circuit != Circuit():
        columns["source_voltage"] = record.source_voltage
    return Recorded(columns, record.status, record.spread, record.ion_error)


def _source(record: Record, program: engine.Program) -> Array:
    """Voltage of the source, NaN while the terminals are open."""
    assert program.closed is not None  # the caller asks only then
    segment = np.searchsorted(program.time, record.time, side="left") - 1
    segment = np.clip(segment, 0, len(program.closed) - 1)
    return np.where(program.closed[segment], record.source_voltage, np.nan)


def _profiles(
    protocol: _Protocol,
    wave: Waveform,
    layers: list[ResolvedLayer],
    cell: Cell,
    recorded: Recorded,
) -> dict[str, Array]:
    """Bands and ions through the depth at rest and at the end, from one quick run for pictures."""
    simulation = Simulation(cell, FOR_PICTURES)
    simulation.settle(voltage=0.0, light=0.0)
    start = profiles(cell, layers, simulation.state.X)
    if not recorded.status or not recorded.status[-1].is_good:
        return start
    program = wave.program(float(protocol.hold), cell.problem.generation.shape[0])
    if "time" not in recorded.columns or isinstance(protocol, Steady):
        status = simulation.settle(voltage=float(wave.voltage[-1]), light=program.light[-1])
    else:
        simulation = _driven(cell, program)
        status = simulation.status
    if not status.is_good:
        return start
    ends = profiles(cell, layers, simulation.state.X)
    return start | {f"{k}_end": v for k, v in ends.items() if k not in ("position", "layer")}


def _driven(cell: Cell, program: engine.Program) -> Simulation:
    simulation = Simulation(cell, FOR_PICTURES)
    simulation.settle(voltage=0.0, light=0.0)
    ramp = np.array([0.0, 1e-3 * min(1.0, float(program.time[-1]))])
    up = np.array([0.0 * program.light[0], program.light[0]])
    simulation.drive(ramp, np.array([0.0, program.voltage[0]]), up, ramp[-1:])
    end = program.time[-1:]
    simulation.drive(program.time, program.voltage, program.light, end, closed=program.closed)
    return simulation
