"""The default cells of SIMsalabim 5.36 on our engine, and how far apart the curves are.

Parameters and curves stand in tests/data/peer_cases; the reader of both is tests/peer_cells.py.
Used by the benchmarks and by docs/validation.md.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from halodot.device.charge.build import Cell
    from halodot.device.charge.simulate import Record

TESTS = Path(__file__).parents[1] / "tests"
if str(TESTS) not in sys.path:
    sys.path.append(str(TESTS))

VOC = 1.0  # V; above it curves are steep and are compared along the voltage axis
STEP = 1e-4  # relative tolerance of a time step in the hysteresis loop


@dataclass(frozen=True)
class Curve:
    """A computed and a reference curve [V, A/m2] in the sign convention of the peer."""

    voltage: np.ndarray
    computed: np.ndarray
    reference: np.ndarray
    jsc: float
    record: Record

    @property
    def share_of_jsc(self) -> float:
        """Largest distance below 1.0 V over the short-circuit current [1]."""
        low = self.voltage < VOC
        return float(np.max(np.abs(self.computed - self.reference)[low]) / self.jsc)

    @property
    def volts(self) -> float:
        """Largest distance above 1.0 V along the voltage axis [V]."""
        found = []
        for part in _legs(self.voltage):
            v, j, e = self.voltage[part], self.computed[part], self.reference[part]
            high = v >= VOC
            found.append(np.max(np.abs((j - e) / np.gradient(e, v))[high]))
        return float(max(found))


def _legs(voltage: np.ndarray) -> tuple[slice, ...]:
    """The way up and, in a loop, the way down."""
    turn = int(np.argmax(voltage))
    if turn == len(voltage) - 1:
        return (slice(0, turn + 1),)
    return slice(0, turn + 1), slice(turn + 1, None)


def split(nodes: int) -> list[int]:
    """Nodes of the three layers (transport, absorber, transport) that add up to `nodes`.

    >>> split(400)
    [112, 224, 64]
    """
    first, absorber = round(0.28 * nodes), round(0.56 * nodes)
    return [first, absorber, nodes - first - absorber]


def default_cell(name: str, nodes: int) -> Cell:
    """Cell of the program `name` (simss, zimt) with `nodes` nodes in all, in the light."""
    from peer_cells import cell

    return cell(f"default_{name}", split(nodes), illuminated=True)


def steady(cell: Cell) -> Curve:
    """Steady current of the simss cell at the 65 voltages of the peer, ions at rest."""
    from halodot.device.charge.simulate import Simulation
    from peer_cells import table

    reference = table("default_simss_jv_run")
    voltage, expected = reference["Vext_V"], reference["Jext_A_m-2"]
    # the positive contact of the peer is the right one, ours the left one
    record = Simulation(cell).steady(-voltage, light=1.0)
    jsc = abs(float(np.interp(0.0, voltage, expected)))
    return Curve(voltage, -record.current_density, expected, jsc, record)


def hysteresis(cell: Cell) -> Curve:
    """The loop of the zimt cell at 1 V/s, 129 points, from rest at its first voltage."""
    from halodot.device.charge.simulate import Simulation
    from halodot.device.charge.stepping import Tolerances
    from peer_cells import table

    reference = table("default_zimt_hysteresis_1Vps_dv20mV_run")
    time, voltage, expected = (reference[k] for k in ("t_s", "Vext_V", "Jext_A_m-2"))
    simulation = Simulation(cell, Tolerances(step=STEP))
    simulation.settle(1e3 * simulation.ion_time(), voltage=-voltage[0], light=1.0)
    turn = int(np.argmax(voltage))
    corners = np.array([0, turn, len(time) - 1])
    record = simulation.drive(time[corners], -voltage[corners], np.ones(3), time[1:])
    jsc = abs(float(np.interp(0.0, voltage[:turn], expected[:turn])))
    return Curve(voltage[1:], -record.current_density, expected[1:], jsc, record)
