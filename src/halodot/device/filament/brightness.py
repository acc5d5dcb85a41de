"""The light at which a cell with a filament sets at a given voltage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...core.sourced import Sourced
from ..waveform import Waveform
from .device import Device
from .reduced import SHAPE

LEAST, MOST = 1e-4, 1e4  # of the light of the study
LEVELS = (0.0, *np.geomspace(LEAST, MOST, 9).tolist())
CLOSE = 0.02  # decades


def setting(device: Device, wave: Waveform, light: float) -> float:
    """Voltage at which the filament first touches in the first leg of a sweep; inf where never."""
    first = int(np.argmax(np.abs(np.diff(np.sign(np.diff(wave.voltage)))) > 0)) + 1
    end = wave.time[first] if first < len(wave.time) else wave.time[-1]
    here = wave.outputs <= end
    part = replace(
        wave, time=wave.time[: first + 1], voltage=wave.voltage[: first + 1],
        light=np.full(first + 1, light), outputs=wave.outputs[here], sweep=wave.sweep[here],
    )  # fmt: skip
    rows, _, _ = device.follow(part)
    touching = np.flatnonzero(rows[:, SHAPE] >= 0.0)
    if not len(touching):
        return float("inf")
    return float(abs(np.interp(part.outputs[touching[0]], part.time, part.voltage)))


def light_for(device: Device, wave: Waveform, target: float, full: float) -> Sourced:
    """Return the intensity [W/m2] at which the cell sets at `target` [V], by halving in log light.

    Parameters
    ----------
    full
        Intensity at the light 1 of the study [W/m2].
    """
    device = replace(device, seed=-1)
    low, high = np.log10(LEAST), np.log10(MOST)
    if setting(device, wave, LEAST) <= target:
        return Sourced.unknown("W/m2", f"it sets at or below {target:.3g} V in hardly any light")
    brightest = setting(device, wave, MOST)
    if brightest > target:
        reason = f"it sets at {brightest:.3g} V even in {MOST * full:.2g} W/m2"
        return Sourced.unknown("W/m2", reason)
    while high - low > CLOSE:
        middle = 0.5 * (low + high)
        if setting(device, wave, 10.0**middle) > target:
            low = middle
        else:
            high = middle
    return Sourced(full * 10.0 ** (0.5 * (low + high)), "W/m2", basis="computed")
