"""Run ngspice in batch on a subcircuit, and compare with the reduced model itself."""

from __future__ import annotations

import itertools
import math
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from scipy.integrate import solve_ivp

from halodot.device.filament.growth import wear_rate
from halodot.device.filament.reduced import slope
from halodot.export.model import Filament
from halodot.export.spice import OPTIONS, subcircuit

F = np.ndarray
NGSPICE = shutil.which("ngspice")
needs_ngspice = pytest.mark.skipif(NGSPICE is None, reason="ngspice is not installed here")


@dataclass(frozen=True)
class Wave:
    """Corners: time [s], voltage [V], light [1]."""

    time: F
    voltage: F
    light: F


def wave(*corners: tuple[float, float, float]) -> Wave:
    time, voltage, light = np.array(corners, dtype=float).T
    return Wave(time, voltage, light)


def simulate(
    part: Filament,
    drive: Wave,
    folder: Path,
    text: str = "",
    step: float | None = None,
    given: str = "",
) -> dict[str, F]:
    """Time [s], shape [m], wear [1], voltage of the cell [V] and current [A] of a transient."""
    name = part.origin.name
    (folder / "cell.lib").write_text(text or subcircuit(part), encoding="ascii")
    end = float(drive.time[-1])
    step = step or end / 2000.0
    lines = [
        "transient of an exported cell",
        ".include cell.lib",
        f"Vdrive src 0 {_pwl(drive.time, drive.voltage)}",
        f"Vlight lit 0 {_pwl(drive.time, drive.light)}",
        f"X1 src 0 lit {name} {given}",
        f".options {OPTIONS}",
        f".tran {step} {end} 0 {step}",
        ".control", "set wr_singlescale", "set numdgt=12", "run",
        "wrdata out.dat v(x1.w) v(x1.wear) v(x1.d,x1.o) i(v.x1.vcurrent)",
        ".endc", ".end", "",
    ]  # fmt: skip
    # the node of the other electrode is ground at the instance
    lines = [line.replace("v(x1.d,x1.o)", _across(part)) for line in lines]
    (folder / "run.cir").write_text("\n".join(lines), encoding="ascii")
    assert NGSPICE is not None
    done = subprocess.run(
        [NGSPICE, "-b", "run.cir"], cwd=folder, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert (folder / "out.dat").exists(), done.stdout + done.stderr
    t, shape, wear, volts, current = np.loadtxt(folder / "out.dat").T
    assert t[-1] > 0.999 * end, done.stdout + done.stderr
    return {
        "time": t,
        "shape": 1e-9 * shape,
        "wear": wear,
        "voltage": volts,
        "current": part.device.sign * current,
    }


def _across(part: Filament) -> str:
    return "v(x1.d)" if part.device.sign > 0 else "v(x1.d)-v(src)"


def _pwl(time: F, values: F) -> str:
    return (
        "pwl("
        + " ".join(f"{a!r} {b!r}" for a, b in zip(time.tolist(), values.tolist(), strict=True))
        + ")"
    )


def reduced(part: Filament, drive: Wave, points: int = 40_000) -> dict[str, F]:
    """The reduced model without noise, its own equation integrated tightly (LSODA)."""
    d = part.device
    b, length = d.back, 1e9 * d.cell.length

    def moment(t: float, y: F) -> tuple[float, float, float]:
        volts = d.sign * np.interp(t, drive.time, drive.voltage)
        rate, passing, hot, _, current = slope(
            d.cell, 1e-9 * y[0], -math.expm1(-y[1]), volts,
            np.interp(t, drive.time, drive.light), True, part.shift, b.current, b.near, b.light,
            b.volts, b.absorbed,
        )  # fmt: skip
        at_end = (y[0] <= -length and rate < 0.0) or (y[0] >= length and rate > 0.0)
        loss = wear_rate(d.cell, 1e-9 * y[0], passing, hot)
        return (0.0 if at_end else 1e9 * rate), loss, current

    state, times, shapes, wears = np.array([-length, 0.0]), [], [], []
    for start, stop in itertools.pairwise(drive.time):
        done = solve_ivp(
            lambda t, y: moment(t, y)[:2], (start, stop), state, method="LSODA", rtol=1e-7,
            atol=[1e-6, 1e-12], first_step=1e-9 * (stop - start), max_step=(stop - start) / 50,
        )  # fmt: skip
        assert done.success, done.message
        times.append(done.t)
        shapes.append(done.y[0])
        wears.append(done.y[1])
        state = done.y[:, -1]
    at = np.linspace(drive.time[-1] / points, drive.time[-1], points)
    shape, wear = (np.interp(at, np.concatenate(times), np.concatenate(y)) for y in (shapes, wears))
    current = np.array([moment(t, np.array(y))[2] for t, *y in zip(at, shape, wear, strict=True)])
    return {"time": at, "shape": 1e-9 * shape, "wear": wear, "current": d.sign * current}


@dataclass(frozen=True)
class Apart:
    """How far two runs are apart: largest relative difference, but for a shift of the time."""

    shape: float
    current: float


def apart(ours: dict[str, F], theirs: dict[str, F], length: float, shift: float = 2e-3) -> Apart:
    """Compare two runs, times `shift` of the whole apart allowed: where a filament joins, a
    current rises by decades within less.

    The shape is relative to itself or to a hundredth of the film, the current to itself, its
    rounding of 1e-13 A, or a millionth of its largest; not within
    5 mV of zero, where a microvolt of the solver counts.
    """
    k = max(1, int(shift * len(ours["time"])))
    there = theirs["time"]
    at = np.clip(np.searchsorted(ours["time"], there), 0, len(ours["time"]) - 1)

    def beyond(name: str, least: float, where: F) -> float:
        mine, other = ours[name], theirs[name]
        windows = sliding_window_view(np.pad(mine, k, mode="edge"), 2 * k + 1)
        low, high = windows.min(1)[at], windows.max(1)[at]
        above = (other - high) / (np.abs(high) + least)
        below = (low - other) / (np.abs(low) + least)
        return float(np.max(np.maximum(above, below)[where]))

    largest = float(np.max(np.abs(ours["current"])))
    driven = np.abs(theirs["voltage"]) > 5e-3
    return Apart(
        beyond("shape", 0.01 * length, np.full(len(there), True)),
        beyond("current", max(1e-13, 1e-6 * largest), driven),
    )
