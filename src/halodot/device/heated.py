"""Records of a device that its own current warms up."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .charge import heating
from .charge.layers import Stack
from .illumination import Illumination
from .record import Recorded
from .spec import Capacitance, DeviceSpec, Heating, Impedance, OpenCircuit, Steady, _Protocol
from .waveform import Waveform

Array = NDArray[np.float64]


def heated(
    spec: DeviceSpec,
    protocol: _Protocol,
    wave: Waveform,
    stack_at: Callable[[float], Stack],
    lit: Illumination,
) -> Recorded:
    """Follow a protocol while the lattice warms up; `temperature` is a column of the record.

    Parameters
    ----------
    stack_at
        The stack at a temperature [K]: what depends on it is moved there.

    Raises
    ------
    InputError
        Where heating is not worked out: open terminals, small signals, a compliance, several
        light sources, or a course in time without a heat capacity.
    """
    assert spec.heating is not None  # the caller asks only then
    area = float(spec.area or 1.0)
    _check(spec, protocol, wave, spec.heating)
    capacity = spec.heating.heat_capacity
    sink = heating.Sink(
        resistance=float(spec.heating.thermal_resistance) * area,
        capacity=1.0 if capacity is None else float(capacity) / area,
        ambient=float(spec.temperature),
        absorbed=absorbed_power(lit) if lit.made else None,
    )
    hold = 0.0 if isinstance(protocol, Steady) else float(protocol.hold)
    if isinstance(protocol, Steady):
        record = heating.steady(
            stack_at, wave.voltage, sink, light=protocol.light, accuracy=spec.accuracy
        )
        time = wave.time
    else:
        program = wave.program(hold)
        record = heating.follow(stack_at, program, sink, nodes=spec.nodes_per_layer)
        time = record.time - hold - wave.origin
    series = stack_at(sink.ambient).circuit.series_resistance
    columns = {
        "time": time,
        "voltage": record.voltage - record.current_density * series,
        "current_density": record.current_density,
        "light": record.light * sum(float(s.intensity) for s in spec.light),
        "temperature": record.temperature,
    }
    if series > 0.0:
        columns["source_voltage"] = record.voltage
    notes = ["the lattice warms up as one body; no estimate of the numerical error is made here"]
    if record.reason:
        notes.append(record.reason)
    return Recorded(columns, record.status, notes=tuple(notes), units={"temperature": "K"})


def absorbed_power(lit: Illumination) -> float:
    """Power per area that stays in the layers of the device at full light [W/m2]."""
    made = lit.made[0]
    layers = len(lit.rates)
    inside = made.absorptance[lit.inner : lit.inner + layers].sum(axis=0)
    return float(made.spectrum.power @ inside)


def _check(spec: DeviceSpec, protocol: _Protocol, wave: Waveform, heat: Heating) -> None:
    """Refuse what heating does not go with."""
    without = "leave device.heating out of this study"
    if isinstance(protocol, Impedance | Capacitance | OpenCircuit) or wave.closed is not None:
        allowed = "a protocol with closed terminals in time, or steady"
        raise InputError("device.heating", f"with {wave.kind}", allowed, without)
    if spec.circuit.compliance is not None:
        raise InputError("device.circuit.compliance", "with device.heating", "none", without)
    if len(spec.light) > 1:
        raise InputError("device.light", f"{len(spec.light)} sources", "one with heating", without)
    if heat.heat_capacity is None and not isinstance(protocol, Steady):
        raise InputError(
            "device.heating.heat_capacity",
            "nothing (it is missing)",
            "how much heat warms the device by 1 K, for a course in time",
            "add heat_capacity = '1 uJ/K'",
        )
