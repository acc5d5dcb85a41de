"""Devices whose answers are known in closed form, as circuits see them."""

import numpy as np

from halodot.array.state import Array, CellModel, Compact, Response
from halodot.core.randomness import generator
from halodot.core.sourced import Sourced

FULL, AREA = 100.0, 1e-8  # W/m2, m2


def leaky(tau=0.1, conductance=1e-6, ohmic=1e-8, lit=0.0, largest=2.0):
    """Return tau dx/dt = V + lit L - x, I = conductance x + ohmic V; straight lines exactly."""

    def march(drive, start, seed):
        times = np.union1d(drive.time, drive.outputs)
        volts = np.interp(times, drive.time, drive.voltage)
        light = np.interp(times, drive.time, drive.light)
        push = volts + lit * light
        dt = np.diff(times)
        slope, decay = np.diff(push) / dt, np.exp(-dt / tau)
        grown = push[:-1] - slope * tau
        step = grown + slope * dt - grown * decay
        x = float(start[0]) if start is not None else 0.0
        states = [x]
        for d, s in zip(decay.tolist(), step.tolist(), strict=True):
            x = d * x + s
            states.append(x)
        at = np.searchsorted(times, drive.outputs)
        found = np.array(states)[at]
        v = volts[at]
        return Response(v, conductance * found + ohmic * v, {"x": found}, np.array([x]))

    def another(spread, seed):
        scale = np.exp(spread * generator(seed, "another").standard_normal())
        return leaky(tau * scale, conductance, ohmic, lit, largest)

    def with_series(_):
        return leaky(tau, conductance, ohmic, lit, largest)

    return Compact(
        "measured", "RC", march, another, with_series,
        np.zeros(1), largest, Sourced(FULL, "W/m2") if lit else Sourced.unknown("W/m2", "dark"),
        Sourced(AREA, "m2"),
    )  # fmt: skip


def tile(compact, draws=None, read_voltage=0.05):
    """Return an array of cells with the dynamics of `compact`, or of `draws(k)`."""
    cell = CellModel(
        Sourced(1e-6, "S"), Sourced(1e-4, "S"), Sourced(read_voltage, "V"), Sourced(0.0, "1")
    )
    made = (lambda k: compact if k is None or draws is None else draws(k)) if compact else None
    return Array(
        cell, 64, 64, Sourced(0.0, "ohm"), seed=1, read_time=Sourced(1e-6, "s"), compact=made
    )
