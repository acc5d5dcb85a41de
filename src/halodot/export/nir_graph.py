"""A threshold switch with a capacitor as a leaky integrate-and-fire node of a NIR graph.

A current charges a capacitor beside the cell. The cell leaks, switches on at its threshold, and
discharges the capacitor until it lets go at its hold voltage: tau = R C, v_threshold, v_reset. How
far the cell itself, followed in that circuit, keeps to this is computed and written beside it.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..device.state import Compact, Drive

if TYPE_CHECKING:
    from .source import Exported

F = NDArray[np.float64]
CAPACITANCE = 1e-8  # F, assumed: such a part stands beside the cell
RISE = 1.0  # s of the sweep in which threshold and hold voltage are read
ON = 0.1  # of the largest current: more is on
LEAST_RATIO = 30.0  # of on to off, below which nothing switches
STEPS = 300  # of a charge to the threshold
FOLDS = (2.0, 4.0, 8.0)  # of the least current that reaches the threshold
SHORT_TERM = (
    "NIR has no node for short-term plasticity (facilitation and depression after M. Tsodyks, "
    "K. Pawelzik and H. Markram, Neural Comput. 10, 821 (1998)): the state that a cell keeps "
    "between spikes is not part of the graph"
)


@dataclass(frozen=True)
class Neuron:
    """A cell and a capacitor as a leaky integrate-and-fire neuron.

    Attributes
    ----------
    threshold, hold
        [V]: where the cell switches on, and off again.
    leak
        Of the cell that is off, at half of the threshold [ohm].
    capacitance
        Beside it [F].
    currents, intervals, cell_intervals
        Charging currents [A], and times between spikes [s] of the node and of the cell itself
        followed in the circuit; NaN where that did not fire.
    """

    threshold: float
    hold: float
    leak: float
    capacitance: float
    currents: F = field(default_factory=lambda: np.zeros(0))
    intervals: F = field(default_factory=lambda: np.zeros(0))
    cell_intervals: F = field(default_factory=lambda: np.zeros(0))

    @property
    def tau(self) -> float:
        """Time constant [s]."""
        return self.leak * self.capacitance

    def interval(self, current: float) -> float:
        """Time [s] from one spike to the next at a constant current [A]; NaN where none comes.

        >>> round(Neuron(1.0, 0.0, 1e9, 1e-9).interval(2e-9), 6)
        0.693147
        """
        top = self.leak * current
        if top <= self.threshold:
            return math.nan
        return self.tau * math.log((top - self.hold) / (top - self.threshold))

    @property
    def misfit(self) -> float:
        """Largest relative distance of the intervals of node and cell; NaN where one is missing."""
        if not len(self.currents):
            return math.nan
        return float(np.max(np.abs(self.intervals / self.cell_intervals - 1.0)))


def neuron(compact: Compact, capacitance: float = CAPACITANCE) -> Neuron:
    """Read the numbers of a neuron from a cell, and follow the cell itself beside it.

    Raises
    ------
    InputError
        If the cell does not switch on in a sweep, or does not let go by itself.
    """
    top = compact.largest_voltage
    times = np.linspace(0.0, 2.0 * RISE, 4001)[1:]
    drive = Drive(np.array([0.0, RISE, 2.0 * RISE]), np.array([0.0, top, 0.0]), np.zeros(3), times)
    swept = compact.follow(drive)
    current, source = swept.current, np.interp(times, drive.time, drive.voltage)
    level = ON * float(current.max())
    rising = times <= RISE
    on = np.flatnonzero(rising & (current > level))
    off = np.flatnonzero(~rising & (current > level))
    start = int(on[0]) if len(on) else 0
    half = float(np.interp(0.5 * source[start], source[rising], current[rising]))
    if start == 0 or current.max() < LEAST_RATIO * half or half <= 0.0:
        raise _not_spiking(compact, f"it does not switch on in a sweep to {top:g} V")
    let_go = float(source[off[-1]]) if len(off) else float(source[start])
    end = swept.current[-40:-1] / source[-40:-1]  # still 0 to 1 % of the largest voltage
    if not len(off) or float(np.median(end)) > LEAST_RATIO * half / (0.5 * source[start]):
        raise _not_spiking(compact, "it stays on near zero volts: it is not volatile")
    plain = Neuron(float(source[start]), let_go, 0.5 * float(source[start]) / half, capacitance)
    least = plain.threshold / plain.leak
    currents = np.array([fold * least for fold in FOLDS])
    node = np.array([plain.interval(float(i)) for i in currents])
    cell = np.array([_cell_interval(compact, plain, float(i)) for i in currents])
    return Neuron(plain.threshold, plain.hold, plain.leak, capacitance, currents, node, cell)


def _not_spiking(compact: Compact, reason: str) -> InputError:
    return InputError(
        "export --to nir", compact.label or "the device", "a volatile threshold switch",
        f"{reason}; a read-out is exported by halodot.export.nir_graph.readout",
    )  # fmt: skip


def _cell_interval(compact: Compact, plain: Neuron, current: float) -> float:
    """Time [s] between the last two spikes of the cell itself; NaN where it does not fire thrice.

    C dV/dt = I - I_cell: the voltage moves in small steps, in each of which the cell is followed.
    """
    step = plain.capacitance * plain.threshold / current / STEPS
    volts, state, t = 0.0, compact.rest, 0.0
    spikes: list[float] = []
    was_on, flowing = False, 0.0
    for _ in range(20 * STEPS):
        h = step
        if flowing > current:  # it discharges: as slowly as a hundredth of the threshold a step
            h = min(step, 0.01 * plain.threshold * plain.capacitance / flowing)
        aim = volts + h * (current - flowing) / plain.capacitance
        aim = min(max(aim, 0.0), compact.largest_voltage)
        drive = Drive(np.array([0.0, h]), np.array([volts, aim]), np.zeros(2), np.array([h]))
        response = compact.follow(drive, state)
        volts, state, flowing, t = aim, response.end, float(response.current[0]), t + h
        is_on = flowing > 2.0 * current
        if is_on and not was_on:
            spikes.append(t)
            if len(spikes) == 3:
                return spikes[2] - spikes[1]
        if flowing < current:
            was_on = False
        was_on = was_on or is_on
    return math.nan


def graph(made: Neuron, weight: F | None = None, bias: F | None = None) -> Any:
    """Return a NIR graph: input, weights (one of 1 where None), the neurons, output.

    Parameters
    ----------
    weight
        [neurons, inputs] [A for an input of 1].
    bias
        [neurons] [A].
    """
    import nir

    w = np.ones((1, 1)) if weight is None else np.asarray(weight, dtype=np.float64)
    each = np.ones(w.shape[0])
    node = nir.LIF(
        tau=made.tau * each, r=made.leak * each, v_leak=0.0 * each,
        v_threshold=made.threshold * each, v_reset=made.hold * each,
    )  # fmt: skip
    nodes = {
        "input": nir.Input(input_type=np.array([w.shape[1]])),
        "weight": _affine(w, bias),
        "neuron": node,
        "output": nir.Output(output_type=np.array([w.shape[0]])),
    }
    edges = [("input", "weight"), ("weight", "neuron"), ("neuron", "output")]
    return nir.NIRGraph(nodes=nodes, edges=edges)


def readout(weight: F, bias: F | None = None) -> Any:
    """Return a trained read-out as a NIR graph: y = W x + b.

    Parameters
    ----------
    weight
        [outputs, inputs].
    bias
        [outputs]; None: a Linear node.

    Examples
    --------
    >>> sorted(readout(np.eye(2)).nodes)
    ['input', 'output', 'readout']
    """
    import nir

    w = np.asarray(weight, dtype=np.float64)
    if w.ndim != 2 or not np.isfinite(w).all():
        raise InputError("weight", f"shape {w.shape}", "finite numbers [outputs, inputs]", "")
    nodes = {
        "input": nir.Input(input_type=np.array([w.shape[1]])),
        "readout": _affine(w, bias),
        "output": nir.Output(output_type=np.array([w.shape[0]])),
    }
    return nir.NIRGraph(nodes=nodes, edges=[("input", "readout"), ("readout", "output")])


def _affine(weight: F, bias: F | None) -> Any:
    import nir

    if bias is None:
        return nir.Linear(weight=weight)
    b = np.asarray(bias, dtype=np.float64)
    if b.shape != (weight.shape[0],):
        raise InputError("bias", f"shape {b.shape}", f"[{weight.shape[0]}]", "one an output")
    return nir.Affine(weight=weight, bias=b)


def write(exported: Exported, folder: Path) -> list[Path]:
    """Write the neuron of a study as ``.nir`` and what is to be known of it as JSON."""
    import nir

    compact = exported.compact
    if compact is None:
        raise exported.refused("a device with [device.filament] that is a volatile switch")
    made = neuron(compact)
    name = exported.origin.name
    path, beside = folder / f"{name}.nir", folder / f"{name}_nir.json"
    nir.write(path, graph(made))
    text = json.dumps(validity(made, exported), indent=1, ensure_ascii=False, allow_nan=False)
    beside.write_text(text + "\n", encoding="utf-8")
    return [path, beside]


def validity(made: Neuron, exported: Exported) -> dict[str, Any]:
    """Return what the graph stands for: units, how it was read, and how well it holds."""

    def plain(values: F) -> list[float | None]:
        return [float(v) if math.isfinite(v) else None for v in values]

    misfit = made.misfit
    return {
        "head": [line.strip() for line in exported.origin.head(
            "NIR graph: input, weight, LIF neuron, output", "",
            "Use: nir.read(FILE). An input of 1 is a current of 1 A into the capacitor.")],
        "units": {"tau": "s", "r": "ohm", "v_leak": "V", "v_threshold": "V", "v_reset": "V",
                  "weight": "A for an input of 1"},
        "threshold_V": made.threshold,
        "hold_V": made.hold,
        "leak_ohm": made.leak,
        "capacitance_F": made.capacitance,
        "tau_s": made.tau,
        "read_from": "a sweep of the cell without noise to its largest voltage and back, "
        f"{RISE:g} s each way; the leak at half of the threshold; the capacitance is assumed",
        "compared_currents_A": plain(made.currents),
        "node_intervals_s": plain(made.intervals),
        "cell_intervals_s": plain(made.cell_intervals),
        "largest_relative_difference": misfit if math.isfinite(misfit) else None,
        "holds": bool(math.isfinite(misfit) and misfit < 0.1),
        "not_in_the_graph": [
            "the time that the cell needs to switch, which falls with voltage: a threshold read at "
            "one rate stands for all",
            "the discharge, which takes no time here and is limited by the compliance in the cell",
            "scatter of threshold and hold voltage from spike to spike, and wear",
            SHORT_TERM,
        ],
    }  # fmt: skip
