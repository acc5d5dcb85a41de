"""A two-terminal device: what a source meter or a pulse generator would record."""

from __future__ import annotations

import numpy as np

from ..core.status import Status, worst
from .assembly import cell_of, profiles
from .charge.simulate import Simulation
from .extrapolation import extrapolated
from .record import Recorded, trace_of
from .spec import DeviceSpec, Endurance, Steady, _Protocol
from .stack import ResolvedContact, ResolvedLayer
from .state import Trace
from .waveforms import of

RAMP = 1e-3  # s, time to reach the first voltage from rest


def run(
    spec: DeviceSpec,
    protocol: _Protocol,
    layers: list[ResolvedLayer],
    left: ResolvedContact,
    right: ResolvedContact,
) -> Trace:
    """Simulate one protocol from rest: in the dark at 0 V, ions included.

    Returns
    -------
    Trace
        Kind ``iv``, ``pulses``, ``retention`` ...; current positive into the left contact [A].
    """
    cell = cell_of(spec, layers, left, right)
    wave = of(protocol)
    simulation = Simulation(cell)
    simulation.settle(1e3 * simulation.ion_time())
    start = profiles(cell, layers, simulation.state.X)
    if isinstance(protocol, Steady):
        record = simulation.steady(wave.voltage, light=protocol.light)
    else:
        drive = wave.program()
        light = float(drive.light[0])
        _approach(simulation, float(wave.voltage[0]), light, float(protocol.hold))
        record = simulation.drive(wave.time, wave.voltage, drive.light, wave.outputs)
    ends = {
        f"{k}_end": v
        for k, v in profiles(cell, layers, simulation.state.X).items()
        if record.status[-1].is_good and k not in ("position", "layer")
    }
    intensity = float(spec.light.intensity) if spec.light is not None else 0.0
    columns = {
        "time": record.time - wave.origin,
        "voltage": record.voltage,
        "current_density": record.current_density,
        "light": record.light * intensity,
        "electron_current_density": record.electron,
        "hole_current_density": record.hole,
        "ion_current_density": record.ion,
    }
    recorded = Recorded(
        columns, record.status, record.spread, record.ion_error, {**start, **ends},
        tuple(n for layer in layers for n in layer.notes),
    )  # fmt: skip
    trace = trace_of(spec, protocol, wave, recorded, float(cell.position[-1]))
    if isinstance(protocol, Endurance):
        return extrapolated(trace, protocol.extrapolate_to)
    return trace


def _approach(simulation: Simulation, voltage: float, light: float, hold: float) -> Status:
    """Go from rest to the first voltage and light of the record, and stay there for `hold`."""
    if voltage == simulation.voltage and light == simulation.light and hold == 0.0:
        return simulation.status
    time = np.array([0.0, RAMP, RAMP + max(hold, RAMP)])
    v = np.array([simulation.voltage, voltage, voltage])
    g = np.array([simulation.light, light, light])
    return worst(*simulation.drive(time, v, g, time[-1:]).status)
