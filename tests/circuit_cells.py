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
    below `reset_voltage`; with `chance` it ignores every switching of one call.
    """

    def march(drive: Drive, start: F | None, seed: int) -> Response:
        state = 0.0 if start is None else float(start[0])
        deaf = seed >= 0 and float(generator(seed, "stand-in").random()) < chance
        times = np.union1d(drive.time, drive.outputs)
        volts = np.interp(times, drive.time, drive.voltage)
        needed = set_voltage - by_light * np.interp(times, drive.time, drive.light)
        shares = 1.0 / (1.0 + off * series), 1.0 / (1.0 + on * series)
        states = []
        for v, least in zip(volts.tolist(), needed.tolist(), strict=True):
            across = v * shares[int(state)]
            if not deaf and across >= least:
                state = 1.0
            if not deaf and across <= reset_voltage:
                state = 0.0
            states.append(state)
        g = np.where(np.array(states) > 0.5, on, off)
        across_all = volts / (1.0 + g * series)
        at = np.searchsorted(times, drive.outputs)
        end = np.array([state])
        return Response(across_all[at], (g * across_all)[at], {}, end)

    return Compact(
        kind="stand-in", label="switch", march=march, another=lambda _spread, _seed: switch(
            on, off, set_voltage, reset_voltage, by_light, series, chance, largest),
        with_series=lambda r: switch(
            on, off, set_voltage, reset_voltage, by_light, series + r, chance, largest),
        rest=np.zeros(1), largest_voltage=largest, full_light=Sourced(100.0, "W/m2"),
        area=Sourced(1e-8, "m2"),
    )  # fmt: skip
