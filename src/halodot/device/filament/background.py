"""What the stack does beside a filament: steady currents and fields of the charge engine, tabulated.

The voltage divides over the layers as the engine finds it. Ions of the film either have had time to
follow or stand still: both are solved, and mixed by the time of the protocol,
1 - exp(-t / tau), tau = lambda_D d / 2 D (charging of two Debye layers through the film).
"""

from __future__ import annotations

import hashlib
import math
import pickle
from collections import OrderedDict
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...core.constants import BOLTZMANN, ELEMENTARY_CHARGE, VACUUM_PERMITTIVITY
from ..charge.grid import initial
from ..charge.layers import Circuit, Stack
from ..charge.problem import PHI
from ..charge.simulate import Simulation
from .reduced import Background

Array = NDArray[np.float64]
UNIT = 1e-15  # A, below which the table is linear and above logarithmic
LITTLE = 0.05  # V, at which the share at rest is read
HARDLY, NEARLY = 0.02, 0.98  # weights at which one of the two solutions will do
NODES = 21  # a layer, within 2 % of a fine grid
KEPT = 32
_known: OrderedDict[str, tuple[Array, Array, int]] = OrderedDict()


def following_time(stack: Stack) -> float:
    """Return the time [s] in which the ions of the slowest layer screen a field; inf without."""
    times = []
    thermal = BOLTZMANN * stack.temperature
    for layer in stack.layers:
        for ion in layer.ions:
            if ion.density <= 0.0 or ion.mobility <= 0.0:
                continue
            permittivity = VACUUM_PERMITTIVITY * layer.relative_permittivity
            charge = ELEMENTARY_CHARGE * ion.density * ion.charge**2
            debye = math.sqrt(permittivity * thermal / charge)
            times.append(0.5 * debye * layer.thickness / (ion.mobility * thermal))
    return max(times) if times else math.inf


def frozen(stack: Stack) -> Stack:
    """Return the stack with its ions fixed where they were put, evenly."""
    layers = []
    for layer in stack.layers:
        fixed = layer.fixed_charge + sum(i.charge * i.density for i in layer.ions)
        layers.append(replace(layer, ions=(), fixed_charge=fixed))
    ends = [
        None if c is None else replace(c, exchange=()) for c in (stack.left, stack.right)
    ]
    return replace(stack, layers=tuple(layers), left=ends[0], right=ends[1])


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
    half = np.geomspace(LITTLE, max(largest, 4.0 * LITTLE), 6)
    volts = np.concatenate([-half[::-1], [0.0], half])
    time = following_time(stack)
    weight = 1.0 - math.exp(-duration / time) if math.isfinite(time) else 0.0
    parts = []
    if weight < NEARLY:
        parts.append((1.0 - weight if weight > HARDLY else 1.0, _tables(frozen(stack), volts,
                                                                        lights, active)))
    if weight > HARDLY:
        parts.append((weight if weight < NEARLY else 1.0, _tables(stack, volts, lights, active)))
    current = sum(p * t[0] for p, t in parts) * area + volts / shunt
    near = sum(p * t[1] for p, t in parts)
    failed = sum(t[2] for _, t in parts)
    notes = []
    if math.isfinite(time):
        notes.append(f"ions of the film follow in {time:.2g} s: {100 * weight:.0f} % of the field "
                     f"is that with ions at rest, for voltages that stand {duration:.2g} s")
    if failed:
        notes.append(f"{failed} points of the current without filament did not converge and were "
                     "taken from their neighbours")
    table = Background(lights, volts, np.arcsinh(current / UNIT), near, absorbed)
    return table, tuple(notes)


def _tables(stack: Stack, volts: Array, lights: Array, active: str) -> tuple[Array, Array, int]:
    """Current density and near share [L, V], and points that failed; the last ones are kept."""
    key = hashlib.sha1(pickle.dumps((stack, volts, lights, active))).hexdigest()
    if key not in _known:
        _known[key] = _solved(stack, volts, lights, active)
        if len(_known) > KEPT:
            _known.popitem(last=False)
    _known.move_to_end(key)
    return _known[key]


def _solved(stack: Stack, volts: Array, lights: Array, active: str) -> tuple[Array, Array, int]:
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
    for j, light in enumerate(lights):
        for way in (1, -1):
            simulation = Simulation(cell)
            chosen = np.flatnonzero(volts * way >= 0.0)[::way]
            for k in chosen:
                record = simulation.steady(np.array([side * volts[k]]), light=float(light))
                if record.status[0].is_good:
                    current[j, k] = side * record.current_density[0]
                    phi = simulation.state.X[PHI] * cell.problem.thermal_voltage
                    drop[j, k] = phi[ends[0]] - phi[ends[1]]
    failed = int(np.sum(np.isnan(current)))
    for table in (current, drop):
        for row in table:
            _filled(volts, row)
    rest = drop[:, volts == 0.0]
    with np.errstate(invalid="ignore", divide="ignore"):
        near = (drop - rest) / volts
    middle = int(np.flatnonzero(volts == 0.0)[0])
    near[:, middle] = 0.5 * (near[:, middle - 1] + near[:, middle + 1])
    return current, np.clip(near, 0.0, 1.0), failed


def _filled(volts: Array, row: Array) -> None:
    """Fill points that failed from their neighbours, in place."""
    good = np.isfinite(row)
    row[~good] = np.interp(volts[~good], volts[good], row[good]) if good.any() else 0.0
