"""The population balance of `kernel` once more, in plain NumPy: slow, short, what tests compare.

Same unknowns (v of each cohort, number and volume of the one being born, monomer), same step
(TR-BDF2), with the textbook functions of `nucleation` and `growth` and a general solver.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from . import growth, nucleation
from .spec import Constants
from .supersaturation import solubility

FloatArray = NDArray[np.float64]
GAMMA = 2.0 - np.sqrt(2.0)


def swelling(
    volume: FloatArray, monomer: float, temperature: float, factor: float, constants: Constants
) -> FloatArray:
    """dv/dt of dots [m3/s]; below the smallest edge they dissolve exponentially."""
    least = constants.smallest
    edge = np.cbrt(np.maximum(volume, least**3))
    speed = growth.rate(edge, monomer, temperature, constants, factor)
    return 3.0 * edge**2 * speed * np.minimum(volume / least**3, 1.0)


def rates(
    y: FloatArray,
    number: FloatArray,
    temperature: float,
    constants: Constants,
    *,
    feed: float = 0.0,
    factor: float = 1.0,
) -> FloatArray:
    """dy/dt for y = (volumes, number born, volume born, monomer)."""
    volumes, born, volume, monomer = y[:-3], y[-3], y[-2], y[-1]
    s = monomer / (float(solubility(temperature, constants)) * factor)
    j = float(nucleation.rate(s, temperature, constants))
    nucleus = float(nucleation.nucleus(s, temperature, constants)) ** 3 if s > 1.0 else 0.0
    mean = np.array([volume / born if born > 0.0 else constants.smallest**3])
    each = swelling(volumes, monomer, temperature, factor, constants)
    own = float(swelling(mean, monomer, temperature, factor, constants)[0])
    into = j * nucleus + born * own
    taken = (number @ each + into) / constants.molar_volume
    return np.concatenate([each, [j, into, feed - taken]])


def step(
    h: float, y: FloatArray, number: FloatArray, temperature: float, constants: Constants
) -> FloatArray:
    """One TR-BDF2 step of `h` [s] at constant temperature."""
    dh = 0.5 * GAMMA * h

    def f(z: FloatArray) -> FloatArray:
        return rates(z, number, temperature, constants)

    inner = _stage(y + dh * f(y), y, dh, f)
    a = 1.0 / (GAMMA * (2.0 - GAMMA))
    return _stage(a * inner + (1.0 - a) * y, inner, dh, f)


def _stage(
    known: FloatArray, start: FloatArray, dh: float, f: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """Solve z - dh f(z) = known by Newton with differences, in scaled unknowns."""
    scale = np.abs(start) + np.abs(dh * f(start)) + 1e-300
    z = start.copy()
    for _ in range(30):
        residual = (z - dh * f(z) - known) / scale
        columns = []
        for i in range(z.size):
            nudge = np.zeros_like(z)
            nudge[i] = 1e-7 * scale[i]
            above = z + nudge - dh * f(z + nudge)
            below = z - nudge - dh * f(z - nudge)
            columns.append((above - below) / (2e-7 * scale))
        change = np.linalg.solve(np.array(columns).T, residual)
        z = z - change * scale
        if np.max(np.abs(change)) < 1e-13:
            break
    return z
