"""Impedance and capacitance of a two-terminal device: its answer to a small signal at a bias."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.status import Status, worst
from .charge.admittance import admittance
from .charge.build import Cell, discretise
from .charge.grid import refined
from .charge.layers import Stack
from .charge.simulate import Simulation
from .record import Recorded
from .spec import DeviceSpec
from .waveform import Array, Waveform

Complex = NDArray[np.complex128]


def answer(
    spec: DeviceSpec, stack: Stack, cell: Cell, wave: Waveform, frequency: Array, light: Array
) -> Recorded:
    """Small-signal columns at every row of `wave`, each at rest at its bias, ions included.

    Solved on the grid and on one of half the intervals; a third of the difference estimates the
    error of the finer one. The circuit stands before the device; the bias is that of the device.

    Parameters
    ----------
    frequency
        Of each row [Hz].
    light
        Fraction of full light of each source.
    """
    area = float(spec.area or 1.0)
    coarse = discretise(stack, refined(stack.layers, cell.grid, 0.5))
    seen, status = _rows(cell, wave.voltage, frequency, light)
    rough, doubts = _rows(coarse, wave.voltage, frequency, light)
    both = [worst(a, b) for a, b in zip(status, doubts, strict=True)]
    y = _behind(seen, stack) * area
    z = 1.0 / y
    columns = {
        "voltage": wave.voltage,
        "frequency": frequency,
        "resistance": z.real,
        "reactance": z.imag,
        "phase": np.angle(z),
        "conductance": y.real,
        "capacitance": y.imag / (2.0 * np.pi * frequency),
        "relative_error": np.abs(1.0 - _behind(rough, stack) * area / y) / 3.0,
    }
    good = np.array([s.is_good for s in both])
    notes = []
    if good.any():
        largest = float(np.max(columns["relative_error"][good]))
        notes.append(f"estimated numerical error up to {100 * largest:.2g} % of the admittance")
    notes.append("small signal: valid for voltages far below kT/q about the bias of the device")
    return Recorded(columns, tuple(both), notes=tuple(notes), units={"relative_error": "1"})


def _rows(
    cell: Cell, voltage: Array, frequency: Array, light: Array
) -> tuple[Complex, list[Status]]:
    """Admittance per area of every row, rows of one bias together [S/m2]."""
    simulation = Simulation(cell)
    simulation.settle(voltage=0.0, light=0.0)
    before = simulation.status
    y = np.full(len(voltage), np.nan + 0j)
    status = [Status.NOT_CONVERGED] * len(voltage)
    for bias in dict.fromkeys(voltage.tolist()):
        rows = np.flatnonzero(voltage == bias)
        state = simulation.settle(voltage=bias, light=light)
        simulation.status = before  # the next bias starts from the last that came to rest
        if not state.is_good:
            for k in rows:
                status[k] = state
            continue
        found = admittance(simulation, frequency[rows])
        y[rows] = found.admittance
        for k, one in zip(rows, found.status, strict=True):
            status[k] = one
    return y, status


def _behind(y: Complex, stack: Stack) -> Complex:
    """Admittance seen through the circuit [S/m2]."""
    beside = y + 1.0 / stack.circuit.shunt_resistance
    seen: Complex = beside / (1.0 + stack.circuit.series_resistance * beside)
    return seen
