"""A two-terminal device: what a source meter or a pulse generator would record."""

from __future__ import annotations

import numpy as np

from ..core.sourced import Sourced
from ..core.status import Status, worst
from .assembly import cell_of, profiles
from .charge.build import Cell
from .charge.simulate import Record, Simulation
from .spec import DeviceSpec, Steady, _Protocol
from .stack import ResolvedContact, ResolvedLayer
from .state import Trace
from .waveforms import Waveform, of

RAMP = 1e-3  # s, time to reach the first voltage from rest
UNITS = {
    "time": "s",
    "voltage": "V",
    "current": "A",
    "current_density": "A/m2",
    "light": "W/m2",
    "electron_current_density": "A/m2",
    "hole_current_density": "A/m2",
    "ion_current_density": "A/m2",
}


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
        Kind ``iv``, ``pulses`` or ``retention``; current positive into the left contact [A].
    """
    cell = cell_of(spec, layers, left, right)
    wave = of(protocol)
    simulation = Simulation(cell)
    simulation.settle(1e3 * simulation.ion_time())
    start = profiles(cell, layers, simulation.state.X)
    light = protocol.light
    if isinstance(protocol, Steady):
        record = simulation.steady(wave.voltage, light=light)
    else:
        _approach(simulation, float(wave.voltage[0]), light, float(protocol.hold))
        lights = np.full(len(wave.time), light)
        record = simulation.drive(wave.time, wave.voltage, lights, wave.outputs)
    ends = {
        f"{k}_end": v
        for k, v in profiles(cell, layers, simulation.state.X).items()
        if record.status[-1].is_good and k not in ("position", "layer")
    }
    return _trace(spec, protocol, cell, wave, record, {**start, **ends})


def _approach(simulation: Simulation, voltage: float, light: float, hold: float) -> Status:
    """Go from rest to the first voltage and light of the record, and stay there for `hold`."""
    if voltage == simulation.voltage and light == simulation.light and hold == 0.0:
        return simulation.status
    time = np.array([0.0, RAMP, RAMP + max(hold, RAMP)])
    v = np.array([simulation.voltage, voltage, voltage])
    g = np.array([simulation.light, light, light])
    return worst(*simulation.drive(time, v, g, time[-1:]).status)


def _trace(
    spec: DeviceSpec,
    protocol: _Protocol,
    cell: Cell,
    wave: Waveform,
    record: Record,
    shapes: dict[str, np.ndarray],
) -> Trace:
    area = spec.area
    assert area is not None  # DeviceSpec refuses a two-terminal device without
    intensity = float(spec.light.intensity) if spec.light is not None else 0.0
    columns = {
        "time": record.time,
        "voltage": record.voltage,
        "current": record.current_density * float(area),
        "current_density": record.current_density,
        "light": record.light * intensity,
        "electron_current_density": record.electron,
        "hole_current_density": record.hole,
        "ion_current_density": record.ion,
    }
    notes = []
    good = np.array([s.is_good for s in record.status])
    if good.any():
        spread = float(np.max(record.spread[good]))
        notes.append(
            f"total current equal at every face of the grid within {spread:.2g} A/m2 "
            f"(largest {np.max(np.abs(record.current_density[good])):.3g} A/m2); ion content kept "
            f"to {np.max(np.abs(record.ion_error[good])):.1g}"
        )
        electronic = np.abs(record.electron + record.hole)[good]
        other = np.abs(record.current_density[good]) - electronic
        share = float(np.mean(other > electronic))
        if share > 0.05:
            notes.append(
                f"at {100 * share:.0f} % of the points ions and displacement carry more than "
                "electrons and holes: there a change of current is no change of resistance"
            )
    parameters = {
        "area": area,
        "thickness": Sourced(float(cell.position[-1]), "m", basis="computed"),
        "temperature": spec.temperature,
    }
    read = getattr(protocol, "read_voltage", None)
    if read is not None:
        parameters["read_voltage"] = read
    return Trace(
        kind=wave.kind,
        label=protocol.label,
        columns=columns,
        units=UNITS,
        sweep=wave.sweep,
        parameters=parameters,
        point_status=record.status,
        status=worst(*record.status),
        profiles=shapes,
        notes=tuple(notes),
    )
