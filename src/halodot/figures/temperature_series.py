"""Activation of a current from a series of temperatures."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced
from ..device.state import Trace
from .loops import branches_of, current_of, voltage_of
from .tools import Z90, straight_line, with_error

Array = NDArray[np.float64]
BOLTZMANN = 8.617333262e-5  # eV/K
STEP = 2.0  # K, within which temperatures are one


@dataclass(frozen=True)
class Activation:
    """Activation energies [eV] at common voltages of one polarity.

    `field_slope` is the slope of the energy against sqrt V [eV V^-1/2]: negative where the field
    lowers a barrier.
    """

    temperatures: tuple[float, ...]
    voltages: tuple[float, ...]
    energies: tuple[float, ...]
    value: Sourced
    field_slope: float

    @property
    def energy(self) -> float:
        """Energy [eV] at the lowest common voltage."""
        return self.energies[0]

    def to_json(self) -> dict[str, Any]:
        """Return the series as plain data."""
        return {
            "temperatures_K": list(self.temperatures),
            "voltages_V": list(self.voltages),
            "energies_eV": list(self.energies),
            "field_slope_eV_per_sqrt_V": self.field_slope,
        }


def activation_of(trace: Trace) -> Activation | None:
    """Return the activation of the outward branch, None with fewer than three temperatures.

    >>> from halodot.figures.limits import make_trace
    >>> v, t = np.tile(np.linspace(0.05, 1.0, 20), 3), np.repeat([280.0, 300.0, 320.0], 20)
    >>> columns = {"voltage": v, "current": v * np.exp(-0.3 / (BOLTZMANN * t)), "temperature": t}
    >>> trace = replace(make_trace("iv", columns, {}), sweep=np.repeat(np.arange(3), 20))
    >>> round(activation_of(trace).energy, 6)
    0.3
    """
    column = trace.columns.get("temperature")
    if column is None:
        return None
    levels = levels_of(column)
    if len(levels) < 3:
        return None
    curves = [c for level in levels if (c := _curve(trace, level)) is not None]
    if len(curves) < 3:
        return None
    low = max(c[1][0] for c in curves)
    high = min(c[1][-1] for c in curves)
    if high <= low:
        return None
    grid = np.geomspace(low, high, 7)
    kelvin = np.array([c[0] for c in curves])
    log = np.array([np.interp(np.log(grid), np.log(c[1]), np.log(c[2])) for c in curves])
    inverse = 1.0 / (BOLTZMANN * kelvin)
    lines = [straight_line(inverse, log[:, k]) for k in range(len(grid))]
    energies = [-line[0] for line in lines]
    error = math.sqrt(max(float(lines[0][2][0, 0]), 0.0))
    value = with_error(energies[0], error, "eV", f"{len(curves)} temperatures at {grid[0]:.3g} V")
    slope = straight_line(np.sqrt(grid), np.array(energies))[0]
    return Activation(
        tuple(float(k) for k in kelvin), tuple(grid.tolist()), tuple(energies), value, slope
    )


def levels_of(column: Array) -> list[float]:
    """Distinct temperatures [K], those within 2 K joined.

    >>> levels_of(np.array([300.0, 300.4, 320.0]))
    [300.2, 320.0]
    """
    x = np.sort(column[np.isfinite(column)])
    if not len(x):
        return []
    groups = np.split(x, np.flatnonzero(np.diff(x) > STEP) + 1)
    return [float(np.mean(g)) for g in groups]


def _curve(trace: Trace, level: float) -> tuple[float, Array, Array] | None:
    """First outward branch at a temperature: |V| rising and |I|, both above zero."""
    rows = np.abs(trace.columns["temperature"] - level) < STEP
    current, _ = current_of(trace)
    found = [b for b in branches_of(voltage_of(trace)[rows], current[rows]) if b.outward]
    if not found:
        return None
    b = found[0]
    good = (b.v > 0) & (b.i > max(b.floor, 0.0))
    return (level, b.v[good], b.i[good]) if np.sum(good) >= 4 else None


def of_one_temperature(trace: Trace, wanted: float = 300.0) -> tuple[Trace, float]:
    """Return the rows at the temperature nearest `wanted` [K], and that temperature."""
    column = trace.columns["temperature"]
    level = min(levels_of(column), key=lambda t: abs(t - wanted))
    rows = np.abs(column - level) < STEP
    columns = {k: v[rows] for k, v in trace.columns.items()}
    status = tuple(s for s, r in zip(trace.point_status, rows, strict=False) if r)
    return replace(trace, columns=columns, sweep=trace.sweep[rows], point_status=status), level


def consistent_slope(activation: Activation, slope: float, temperature: float) -> bool:
    """Return whether the fall of the energy with sqrt V is the one that a slope of ln I says.

    >>> from halodot.core.sourced import computed
    >>> a = Activation((280.0,), (1.0,), (0.3,), computed(0.3, "eV"), -3.0 * BOLTZMANN * 300.0)
    >>> consistent_slope(a, 3.0, 300.0)
    True
    """
    expected = -slope * BOLTZMANN * temperature
    return bool(abs(activation.field_slope - expected) < max(0.35 * abs(expected), 0.01 * Z90))
