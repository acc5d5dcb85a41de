"""Cut a two-terminal record into loops: out from zero and back, on one polarity."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..device.state import Trace
from .sweeps import split_directions
from .tools import noise_of

Array = NDArray[np.float64]
SMALLEST = 1e-15  # of the largest current of a branch


@dataclass(frozen=True)
class Branch:
    """A monotone run on one polarity; `v` >= 0 is the magnitude, rising, `i` the magnitude.

    `whole`: no point of it failed; `crosses`: the current changes sign on it.
    """

    sign: int
    outward: bool
    v: Array
    i: Array
    floor: float
    whole: bool = True
    crosses: bool = False


@dataclass(frozen=True)
class Loop:
    """Out and back on one polarity."""

    sign: int
    out: Branch
    back: Branch

    def grid(self) -> Array:
        """Magnitudes of voltage of the outward branch that the inward one covers as well."""
        inside = (self.out.v >= self.back.v[0]) & (self.out.v <= self.back.v[-1])
        return self.out.v[inside]


def current_of(trace: Trace) -> tuple[Array, str]:
    """Current [A], or current density [A/m2] where neither current nor area is known."""
    held = "current" in trace.columns and np.any(np.isfinite(trace.columns["current"]))
    if held:
        return trace.columns["current"], "A"
    density = trace.columns["current_density"]
    area = trace.parameters.get("area")
    if area is not None and area.is_known:
        return density * float(area), "A"
    return density, "A/m2"


def voltage_of(trace: Trace) -> Array:
    """Voltage of the source where it is known, as a source meter writes it, else of the device.

    Under a compliance the device takes less; its own voltage would turn back in mid-sweep.
    """
    source = trace.columns.get("source_voltage")
    if source is not None and np.any(np.isfinite(source)):
        return source
    return trace.columns["voltage"]


def branches_of(
    voltage: Array, current: Array, failed: NDArray[np.bool_] | None = None
) -> list[Branch]:
    """Cut at turns and at zero volts; runs shorter than four rows are left out.

    `failed` rows stand beside a point that did not converge.
    """
    turn = split_directions(voltage)
    sign = np.where(voltage >= 0, 1, -1)
    sign[voltage == 0] = 0
    edges = np.flatnonzero((np.diff(turn) != 0) | (np.diff(sign) != 0)) + 1
    floor = _floor(voltage, current)
    found = []
    for rows in np.split(np.arange(len(voltage)), edges):
        if len(rows) < 4 or sign[rows[0]] == 0:
            continue
        v = np.abs(voltage[rows])
        outward = bool(v[-1] > v[0])
        order = np.argsort(v, kind="stable")
        v, i = v[order], np.abs(current[rows])[order]
        keep = np.concatenate([[True], np.diff(v) > 0])
        if np.sum(keep) >= 4:
            whole = failed is None or not bool(np.any(failed[rows]))
            crosses = bool(np.ptp(np.sign(current[rows])) > 1)
            found.append(
                Branch(int(sign[rows[0]]), outward, v[keep], i[keep], floor, whole, crosses)
            )
    return found


def _floor(voltage: Array, current: Array) -> float:
    """Three times the noise at the quiet end of the sweep: below it nothing is resolved."""
    peak = float(np.max(np.abs(voltage)))
    quiet = np.abs(voltage) < 0.15 * peak
    if np.sum(quiet) < 8:
        return 0.0
    low = current[quiet]
    typical = np.abs(low) < 10 * np.median(np.abs(low)) + 1e-300
    return 3.0 * noise_of(low[typical]) if np.sum(typical) >= 8 else 0.0


def loops_of(branches: list[Branch]) -> list[Loop]:
    """Pair every outward branch with the inward branch that follows it on its polarity."""
    loops = []
    for first, second in itertools.pairwise(branches):
        if not first.whole or not second.whole:
            continue
        if first.outward and not second.outward and first.sign == second.sign:
            loops.append(Loop(first.sign, first, second))
    return loops


def at(branch: Branch, v: float | Array) -> Array:
    """Magnitude of the current at magnitude(s) `v`, not below the noise floor.

    Interpolated straight in (V, log |I/V|), which is exact for an ohmic state.
    """
    tiny = max(branch.floor, float(np.max(branch.i)) * SMALLEST, 1e-30)
    conductance = np.log(np.maximum(branch.i, tiny) / branch.v)
    return np.asarray(np.exp(np.interp(v, branch.v, conductance)) * v)
