"""What the stack does beside a filament: currents and fields of the charge engine, tabulated.

The voltage rises from rest to its largest within the time for which it stands in the protocol, in
the light of the protocol. Carriers and ions of every layer follow as far as they can in that time,
so that the voltage divides over the layers as by their capacitances in a fast protocol and as by
their conduction in a slow one; light makes a film conduct, and pushes the voltage to its sides.
"""

from __future__ import annotations

import hashlib
import math
import pickle
from collections import OrderedDict
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..charge.grid import initial
from ..charge.layers import Circuit, Stack
from ..charge.problem import PHI
from ..charge.simulate import Simulation
from ..charge.stepping import Tolerances
from .reduced import Background

Array = NDArray[np.float64]
UNIT = 1e-15  # A, below which the table is linear and above logarithmic
LITTLE = 0.05  # V, at which the share at rest is read
NODES = 21  # a layer, within 2 % of a fine grid
KEPT = 32
_known: OrderedDict[str, tuple[Array, Array, int]] = OrderedDict()


def background(
    stack: Stack, *, area: float, active: str, largest: float, lights: Array, duration: float,
    absorbed: float = 0.0, shunt: float = math.inf,
) -> tuple[Background, tuple[str, ...]]:  # fmt: skip
    """Tabulate the stack up to a voltage, and say what was found.

    Parameters
    ----------
    active
        "left" or "right": the electrode whose positive side counts.
    largest
        Largest voltage of the protocol [V].
    lights
        Fractions of full light that occur, from 0.
    duration
        For which a voltage stands [s], against the time of the ions.
    shunt
        Beside the device [ohm].
    """
    stack = replace(stack, circuit=Circuit())
    half = np.geomspace(LITTLE, max(largest, 4.0 * LITTLE), 8)
    volts = np.concatenate([-half[::-1], [0.0], half])
    current, near, failed = _tables(stack, volts, lights, active, duration)
    current = current * area + volts / shunt
    notes = [
        f"voltage without filament divided as after a rise within {duration:.2g} s: "
        f"{100 * near[0, -1]:.0f} % over the layer at the active electrode in the dark"
    ]
    if len(lights) > 1:
        notes[0] += f", {100 * near[-1, -1]:.0f} % in the light"
    if failed:
        notes.append(
            f"{failed} points of the current without filament did not converge and were "
            "taken from their neighbours"
        )
    return Background(lights, volts, np.arcsinh(current / UNIT), near, absorbed), tuple(notes)


def _tables(
    stack: Stack, volts: Array, lights: Array, active: str, duration: float
) -> tuple[Array, Array, int]:
    """Current density and near share [L, V], and points that failed; the last ones are kept."""
    rounded = float(f"{duration:.1g}")
    key = hashlib.sha1(pickle.dumps((stack, volts, lights, active, rounded))).hexdigest()
    if key not in _known:
        _known[key] = _solved(stack, volts, lights, active, rounded)
        if len(_known) > KEPT:
            _known.popitem(last=False)
    _known.move_to_end(key)
    return _known[key]


def _solved(
    stack: Stack, volts: Array, lights: Array, active: str, duration: float
) -> tuple[Array, Array, int]:
    from ..charge.build import discretise

    side = 1.0 if active == "left" else -1.0
    cell = discretise(stack, initial(stack.layers, temperature=stack.temperature, nodes=NODES))
    inside = np.flatnonzero(cell.layer == (0 if active == "left" else len(stack.layers) - 1))
    if not len(inside):  # a barrier of tunnelling: one edge, from the metal on
        last = len(cell.layer) - 1
        inside = np.array([0, 1] if active == "left" else [last - 1, last])
    ends = inside[[0, -1]] if active == "left" else inside[[-1, 0]]
    current = np.full((len(lights), len(volts)), np.nan)
    drop = np.full((len(lights), len(volts)), np.nan)
    middle = len(volts) // 2
    for j, light in enumerate(lights):
        for way in (1, -1):
            chosen = np.arange(middle + way, middle + way * (middle + 1), way)
            simulation = Simulation(cell, Tolerances(step=1e-2))
            status = simulation.settle(voltage=0.0, light=float(light))
            if not status.is_good:
                continue
            phi = simulation.state.X[PHI] * cell.problem.thermal_voltage
            drop[j, middle] = phi[ends[0]] - phi[ends[1]]
            top = volts[chosen[-1]]
            times = duration * volts[chosen] / top
            record = simulation.drive(
                np.array([0.0, duration]), side * np.array([0.0, top]), np.full(2, light), times,
                snapshots=len(times),
            )  # fmt: skip
            phi = record.states[:, PHI] * cell.problem.thermal_voltage
            good = np.array([s.is_good for s in record.status])[: len(phi)]
            found = side * (record.electron + record.hole)
            current[j, chosen[: len(phi)][good]] = found[: len(phi)][good]
            drop[j, chosen[: len(phi)][good]] = (phi[:, ends[0]] - phi[:, ends[1]])[good]
        rest = simulation.steady(np.zeros(1), light=float(light))
        current[j, middle] = side * rest.current_density[0]
    failed = int(np.sum(np.isnan(drop)))
    for table in (current, drop):
        for row in table:
            _filled(volts, row)
    with np.errstate(invalid="ignore", divide="ignore"):
        near = (drop - drop[:, middle : middle + 1]) / volts
    near[:, middle] = 0.5 * (near[:, middle - 1] + near[:, middle + 1])
    return current, np.clip(near, 0.0, 1.0), failed


def _filled(volts: Array, row: Array) -> None:
    """Fill points that failed from their neighbours, in place."""
    good = np.isfinite(row)
    row[~good] = np.interp(volts[~good], volts[good], row[good]) if good.any() else 0.0
