"""Stand-ins for devices in circuits whose answers are known in closed form."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from halodot.array.state import Compact, Drive, Response
from halodot.core.randomness import generator
from halodot.core.sourced import Sourced

F = NDArray[np.float64]


def linear(dark: float, slope: float = 0.0, series: float = 0.0, largest: float = 100.0) -> Compact:
    """Return a photoresistor: conductance `dark` [S] plus `slope` [S] times the light."""

    def march(drive: Drive, start: F | None, seed: int) -> Response:
        t = drive.outputs
        g = dark + slope * np.interp(t, drive.time, drive.light)
        current = g / (1.0 + g * series) * np.interp(t, drive.time, drive.voltage)
        return Response(current / g, current, {}, np.zeros(1))

    def another(spread: float, seed: int) -> Compact:
        factor = float(np.exp(spread * generator(seed, "stand-in").standard_normal()))
        return linear(factor * dark, factor * slope, series, largest)

    return Compact(
        kind="stand-in", label="photoresistor", march=march, another=another,
        with_series=lambda r: linear(dark, slope, series + r, largest), rest=np.zeros(1),
        largest_voltage=largest, full_light=Sourced(100.0, "W/m2"), area=Sourced(1e-8, "m2"),
    )  # fmt: skip


def switch(
    on: float, off: float, set_voltage: float, reset_voltage: float, by_light: float = 0.0,
    series: float = 0.0, chance: float = 0.0, largest: float = 100.0,
) -> Compact:  # fmt: skip
    """Return a memory of two conductances [S] that switches at once and keeps its state.

    It sets where its voltage passes `set_voltage` less `by_light` times the light, and resets
    below `reset_voltage`; with `chance` it ignores a switching, drawn at each corner.
    """

    def march(drive: Drive, start: F | None, seed: int) -> Response:
        state = 0.0 if start is None else float(start[0])
        rng = generator(max(seed, 0), "stand-in")
        times = np.union1d(drive.time, drive.outputs)
        volts, currents = [], []
        for t in times:
            v = float(np.interp(t, drive.time, drive.voltage))
            light = float(np.interp(t, drive.time, drive.light))
            g = on if state > 0.5 else off
            across = v / (1.0 + g * series)
            asked = 1.0 if across >= set_voltage - by_light * light else state
            asked = 0.0 if across <= reset_voltage else asked
            if asked != state and (seed < 0 or rng.random() >= chance):
                state = asked
            g = on if state > 0.5 else off
            volts.append(v / (1.0 + g * series))
            currents.append(g * volts[-1])
        at = np.searchsorted(times, drive.outputs)
        end = np.array([state])
        return Response(np.array(volts)[at], np.array(currents)[at], {}, end)

    return Compact(
        kind="stand-in", label="switch", march=march, another=lambda _spread, _seed: switch(
            on, off, set_voltage, reset_voltage, by_light, series, chance, largest),
        with_series=lambda r: switch(
            on, off, set_voltage, reset_voltage, by_light, series + r, chance, largest),
        rest=np.zeros(1), largest_voltage=largest, full_light=Sourced(100.0, "W/m2"),
        area=Sourced(1e-8, "m2"),
    )  # fmt: skip
