"""Ends of the range, cycle by cycle and device by device; and records of how a state fades."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..device.state import Trace
from .reading import STIMULI, Fading, PulseRun, conductance_of, known, pieces

F = NDArray[np.float64]
Ends = dict[int, list[tuple[float, float]]]
LATE = 3  # points after the last pulse that a decay needs, at least
SEPARATE = 1.3  # of two retention records: the lower one is the state of rest


@dataclass(frozen=True)
class Legs:
    """One way of a sweep: voltage rising in size, and current."""

    device: int
    cycle: int
    side: float
    outward: bool
    volts: F
    current: F


def legs_of(trace: Trace) -> list[Legs]:
    """Cut sweeps into ways from zero to an end of the voltage and back."""
    found: list[Legs] = []
    name = "current" if "current" in trace.columns else "current_density"
    for device, cycle, rows in _joined(pieces(trace)):
        v, i = trace.columns["voltage"][rows], trace.columns[name][rows]
        if name == "current_density":
            area = known(trace, "area")
            i = i * (1.0 if area is None else area)
        good = np.isfinite(v) & np.isfinite(i)
        found += _legs(device, cycle, v[good], i[good])
    return found


def _joined(
    parts: Sequence[tuple[int, int | None, NDArray[np.int64]]],
) -> list[tuple[int, int | None, NDArray[np.int64]]]:
    """Sweeps of one device and cycle in one piece: directions are found again."""
    out: dict[tuple[int, int | None], list[NDArray[np.int64]]] = {}
    for device, cycle, rows in parts:
        out.setdefault((device, cycle), []).append(rows)
    return [(d, c, np.sort(np.concatenate(rows))) for (d, c), rows in out.items()]


def _legs(device: int, cycle: int | None, v: F, i: F) -> list[Legs]:
    if len(v) < 6:
        return []
    top = float(np.max(np.abs(v)))
    size = np.abs(v)
    edges = [0]
    direction, extreme = 0, 0
    for k in range(1, len(v)):
        crossed = v[k] * v[k - 1] < 0.0
        if crossed:
            edges.append(k)
            direction, extreme = 0, k
            continue
        step = (size[k] - size[extreme]) * direction
        if direction == 0 and abs(size[k] - size[extreme]) > 0.01 * top:
            direction = 1 if size[k] > size[extreme] else -1
            extreme = k
        elif step > 0:
            extreme = k
        elif step < -0.01 * top:
            edges.append(extreme)
            direction, extreme = -direction, k
    edges.append(len(v) - 1)
    out, loops = [], {1.0: 0, -1.0: 0}
    for a, b in itertools.pairwise(edges):
        part = slice(a, b + 1)
        if b - a < 3 or float(np.ptp(size[part])) < 0.2 * top:
            continue
        side = 1.0 if float(np.median(v[part])) > 0.0 else -1.0
        outward = size[b] > size[a]
        order = np.argsort(size[part], kind="stable")
        number = loops[side]
        loops[side] += not outward
        out.append(Legs(device, number if cycle is None else cycle, side, bool(outward),
                        size[part][order], np.abs(i[part][order])))  # fmt: skip
    return out


def at(leg: Legs, volt: float) -> float:
    """Conductance [S] of one way at a voltage; NaN where it was not passed."""
    if not leg.volts[0] <= 1.02 * volt or not leg.volts[-1] >= 0.98 * volt:
        return math.nan
    return float(np.interp(volt, leg.volts, leg.current)) / volt


def pairs_of(legs: Sequence[Legs]) -> list[tuple[Legs, Legs]]:
    """Ways out and back of one loop, on one side of zero."""
    out = []
    for a, b in itertools.pairwise(legs):
        same = a.device == b.device and a.side == b.side
        if same and a.outward and not b.outward:
            out.append((a, b))
    return out


def sweep_ends(traces: Sequence[Trace], read: float) -> Ends:
    """Low and high conductance at the read voltage of every loop of two-terminal sweeps."""
    found: Ends = {}
    for trace in traces:
        if trace.kind != "iv":
            continue
        legs = legs_of(trace)
        wanted = 1.0 if read >= 0.0 else -1.0
        for a, b in pairs_of([leg for leg in legs if leg.side == wanted]):
            G = at(a, abs(read)), at(b, abs(read))
            if all(math.isfinite(g) and g > 0.0 for g in G):
                found.setdefault(a.device, []).append((min(G), max(G)))
    return found


def endurance_ends(traces: Sequence[Trace], read: float | None) -> Ends:
    """Both states of every cycle of endurance records."""
    found: Ends = {}
    for trace in traces:
        if trace.kind != "endurance":
            continue
        factor = 1.0
        if trace.units.get("current") == "A":
            given = known(trace, "read_voltage")
            given = read if given is None else given
            if not given:
                continue
            factor = 1.0 / abs(given)
        device = trace.columns.get("device", np.full(len(trace), known(trace, "device") or 0.0))
        live = ~(trace.columns.get("extrapolated", np.zeros(len(trace))) > 0)
        G = np.abs(trace.columns["current"]) * factor
        for d in np.unique(device):
            for c in np.unique(trace.columns["cycle"][device == d]):
                rows = live & (device == d) & (trace.columns["cycle"] == c) & np.isfinite(G)
                if np.sum(rows) == 2:
                    found.setdefault(round(float(d)), []).append(
                        (float(G[rows].min()), float(G[rows].max()))
                    )
    return found


def run_ends(runs: Sequence[PulseRun]) -> Ends:
    """Ends of the range that runs of pulses reach, cycle by cycle.

    A run tells the end that it goes to; where it starts it tells only if no run goes there, as that
    is where the run before it ended, and counted twice it would tie neighbouring cycles together.
    """
    found: Ends = {}
    for device in sorted({r.device for r in runs}):
        own = [r for r in runs if r.device == device and len(r.reading) > 3]
        both = {r.rises for r in own} == {True, False}
        for cycle in sorted({r.cycle for r in own}):
            here = [r for r in own if r.cycle == cycle]
            ends = {r.rises: float(r.reading[-1]) for r in here}
            if not both:
                ends |= {not r.rises: float(r.reading[0]) for r in here}
            if len(ends) == 2 and all(math.isfinite(e) for e in ends.values()):
                found.setdefault(device, []).append((ends[False], ends[True]))
    return found


def fadings(traces: Sequence[Trace], read: float | None) -> tuple[list[Fading], list[Fading]]:
    """Retention records, and tails after the last pulse of records of pulses."""
    kept: list[Fading] = []
    tails: list[Fading] = []
    for trace in traces:
        if "time" not in trace.columns:
            continue
        if trace.kind == "retention":
            kept += _retention(trace, read)
        elif trace.kind in ("pulses", "synapse"):
            tails += _tails(trace, read)
    return kept, tails


def _retention(trace: Trace, read: float | None) -> list[Fading]:
    states: dict[int, list[tuple[F, F]]] = {}
    for device, _, rows in pieces(trace):
        t = trace.columns["time"][rows]
        y = _signal(trace, rows, read)
        if y is None:
            continue
        good = np.isfinite(t) & np.isfinite(y) & (t >= 0.0)
        order = np.argsort(t[good], kind="stable")
        t, y = t[good][order], y[good][order]
        fresh = np.concatenate([[True], np.diff(t) > 0.0]) if len(t) else np.zeros(0, bool)
        if np.sum(fresh) >= 5:
            states.setdefault(device, []).append((t[fresh], y[fresh]))
    out = []
    for device, own in states.items():
        levels = [abs(float(np.median(y))) for _, y in own]
        lowest = int(np.argmin(levels))
        split = len(own) > 1 and max(levels) > SEPARATE * levels[lowest]
        rest = float(np.median(own[lowest][1])) if split else None
        out += [Fading(device, t, y, rest, trace.label) for k, (t, y) in enumerate(own)
                if not split or k != lowest]  # fmt: skip
    return out


def _signal(trace: Trace, rows: NDArray[np.int64], read: float | None) -> F | None:
    """Conductance, or where no voltage is known the current itself."""
    G = conductance_of(trace, rows, read)
    if G is not None and np.any(np.isfinite(G)):
        return G
    for name in ("current", "drain_current", "current_density"):
        if name in trace.columns:
            return trace.columns[name][rows]
    if "resistance" in trace.columns:
        ohm = trace.columns["resistance"][rows]
        return np.divide(1.0, ohm, out=np.full(len(rows), math.nan), where=ohm != 0.0)
    return None


def _tails(trace: Trace, read: float | None) -> list[Fading]:
    """What follows the last pulse of every sweep, from rest before the first."""
    names = [s for s in STIMULI if s in trace.columns]
    out = []
    for device, _, rows in pieces(trace):
        y = _signal(trace, rows, read)
        t = trace.columns["time"][rows]
        if y is None or len(t) < 8:
            continue
        live = np.zeros(len(t), bool)
        for name in names:
            x = trace.columns[name][rows]
            size = np.abs(x - x[0])
            if float(np.nanmax(size)) > 0.0:
                live |= size > 0.02 * float(np.nanmax(size))
        if not live.any():
            continue
        last, first = int(np.flatnonzero(live)[-1]), int(np.flatnonzero(live)[0])
        after = np.flatnonzero(np.arange(len(t)) > last)
        after = after[np.isfinite(y[after])]
        if len(after) <= LATE or first == 0:
            continue
        rest = float(np.median(y[:first][np.isfinite(y[:first])]))
        out.append(Fading(device, t[after] - t[last], y[after], rest, trace.label))
    return out
