"""Endurance to failure: a few cycles are simulated at each of several states of wear.

Wear is the share of ligands lost. A cycle at wear D takes delta(D) = -ln(1 - D') + ln(1 - D); the
count of cycles up to D is the integral of dx / delta over x = -ln(1 - D). Cycles between the states
that were simulated are not.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...core.sourced import Sourced
from ...core.status import Status
from ..protocols import Endurance
from ..spec import DeviceSpec
from ..state import Trace
from ..waveform import Waveform
from .device import Device
from .reduced import CURRENT, WEAR

Array = NDArray[np.float64]
LEAST_RATIO = 10.0
TRIALS = np.array([0.01, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 0.97])
BEYOND = 1e15  # cycles


def worn(
    trace: Trace, device: Device, protocol: Endurance, spec: DeviceSpec
) -> Trace:  # fmt: skip
    """Continue an endurance record to the failure of the cell.

    It fails where the two states of a cycle differ by less than a factor 10, or where more ligands
    are lost than `filament.reduced.spent`. Rows beyond the simulated cycles are marked
    `extrapolated`; the parameter `cycles_to_failure` is the count.
    """
    assert spec.filament is not None
    spent = spec.filament.reduced.spent
    few, quiet = protocol_wave(protocol, 2), replace(device, seed=-1)
    states = [0.0, *TRIALS[spent > TRIALS].tolist(), spent]
    found: list[tuple[float, float, Array]] = []
    length = -device.cell.length
    for lost in states:
        start = (length, lost) if lost else None
        rows, _, _ = quiet.follow(few, 0.0, start)
        current = rows[:, CURRENT] * device.sign
        loss = math.log1p(-lost) - math.log1p(-min(float(rows[-1, WEAR]), 1.0 - 1e-15))
        found.append((lost, max(loss, 1e-300) / 2.0, current))
        if _last(current) < LEAST_RATIO:
            break
    cycles, reason = _count(found, spent)
    done = float(trace.columns["cycle"].max())
    rows_of = [(n, c) for n, c in cycles if n > done]
    last = min(cycles[-1][0], BEYOND)
    note = (
        f"cycles 1 to {done:.0f} are simulated; wear up to failure is EXTRAPOLATED from two cycles "
        f"simulated at each of {len(found)} states of wear; the cell fails as {reason}"
    )
    count = Sourced(max(last, 1.0), "1", basis="computed", note=f"EXTRAPOLATED; {reason}")
    if len(found) == 1:
        count = Sourced.unknown("1", reason)
    return _longer(trace, rows_of, spec, {"cycles_to_failure": count}, note)


def protocol_wave(protocol: Endurance, cycles: int) -> Waveform:
    """Return the waveform of so many cycles of a protocol."""
    from ..waveforms import of

    return of(protocol.model_copy(update={"cycles": cycles}))


def _last(current: Array) -> float:
    """Programmed over erased current of the last cycle; below one it counts as no memory."""
    on, off = np.abs(current[-2:])
    return float(on / max(off, 1e-300))


def _count(
    found: list[tuple[float, float, Array]], spent: float
) -> tuple[list[tuple[float, Array]], str]:
    """Cycles at which each state of wear is reached, and why the last of them is the end."""
    x = np.array([-math.log1p(-f[0]) for f in found])
    step = np.array([f[1] for f in found])
    total, cycles = 0.0, [(0.0, found[0][2])]
    for k in range(1, len(found)):
        total += (x[k] - x[k - 1]) * 0.5 * (1.0 / step[k] + 1.0 / step[k - 1])
        cycles.append((total, found[k][2]))
    lost, _, current = found[-1]
    if _last(current) < LEAST_RATIO:
        if len(found) == 1:
            return cycles, "its states differ by less than a factor 10 from the first cycle on"
        middle = 0.5 * (cycles[-1][0] + cycles[-2][0])
        cycles[-1] = (middle, current)
        return cycles, (
            f"its two states differ by less than a factor 10 at {100 * lost:.0f} % of the ligands "
            "lost"
        )
    return cycles, f"{100 * spent:.0f} % of the ligands are lost"


def _longer(
    trace: Trace, cycles: list[tuple[float, Array]], spec: DeviceSpec,
    parameters: dict[str, Sourced], note: str,
) -> Trace:  # fmt: skip
    columns = {**trace.columns, "extrapolated": np.zeros(len(trace))}
    new: dict[str, list[float]] = {name: [] for name in columns}
    for n, current in cycles:
        for state, value in ((1.0, current[-2]), (0.0, current[-1])):
            row = dict.fromkeys(columns, math.nan)
            row |= {"cycle": n, "programmed": state, "extrapolated": 1.0}
            row |= {"current": float(value), "voltage": float(trace.columns["voltage"][-1])}
            row["current_density"] = float(value) / float(spec.area or 1.0)
            for name in new:
                new[name].append(row[name])
    added = len(new["cycle"])
    return replace(
        trace,
        columns={n: np.concatenate([v, new[n]]) for n, v in columns.items()},
        units={**trace.units, "extrapolated": "1"},
        sweep=np.concatenate([trace.sweep, np.full(added, int(trace.sweep.max()) + 1)]),
        point_status=(*trace.point_status, *([Status.OUTSIDE_RANGE] * added)),
        parameters={**trace.parameters, **parameters},
        notes=(*trace.notes, note),
    )
