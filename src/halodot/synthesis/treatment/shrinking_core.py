r"""A reaction whose interface runs through a dot at constant speed: the shrinking core.

With f the converted share, u the radius of what is left over that at the start, e the reagent over
what full conversion needs and times in units of that of a dot in an excess,

.. math:: \frac{df}{dt} = 3 (1 - f)^{2/3} \left(1 - \frac{f}{e}\right), \qquad
          t = \int_u^1 \frac{e \, du'}{e - 1 + u'^3}, \quad u = (1 - f)^{1/3}.

In an excess ``f = 1 - (1 - t)^3``; below it f nears e for ever. The integral is Simpson's.
Range: no resistance of the shell. Reference: Levenspiel, Chemical Reaction Engineering, ch. 25
(remembered).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def core_time(converted: FloatArray, excess: float, points: int = 1500) -> FloatArray:
    """Return the time at which a share is converted, over that of a dot in an excess [1].

    Parameters
    ----------
    converted
        Shares, each below 1 and below `excess`.
    excess
        Agent over what full conversion needs.

    Examples
    --------
    >>> bool(abs(core_time(np.array([0.875]), 1e12)[0] - 0.5) < 1e-6)
    True
    """
    u, time = _core_curve(excess, points)
    return np.interp((1.0 - np.asarray(converted)) ** (1.0 / 3.0), u[::-1], time[::-1])


def core_share(time: FloatArray, excess: float, points: int = 1500) -> FloatArray:
    """Return the converted share after `time`, over that of a dot in an excess [1].

    Examples
    --------
    >>> bool(abs(core_share(np.array([0.5]), 1e12)[0] - 0.875) < 1e-6)
    True
    >>> float(core_share(np.array([1e9]), 0.25).round(6)[0])
    0.25
    """
    if excess <= 0.0:
        return np.zeros_like(np.asarray(time, float))
    u, passed = _core_curve(excess, points)
    return np.asarray(1.0 - np.interp(time, passed, u) ** 3)


def _core_curve(excess: float, points: int) -> tuple[FloatArray, FloatArray]:
    """Radius of the core over that at the start, falling, and the time, by Simpson's rule."""
    last = max(1.0 - excess, 0.0) ** (1.0 / 3.0)
    if excess > 1.0:
        u = np.linspace(1.0, 0.0, points)
    else:  # the core nears its last radius for ever: even in the logarithm of what is left
        even, late = np.linspace(1.0, 0.0, points)[:-1], np.geomspace(1.0, 1e-9, points)
        u = last + (1.0 - last) * np.union1d(even, late)[::-1]
    middle = 0.5 * (u[1:] + u[:-1])

    def slowness(v: FloatArray) -> FloatArray:
        if last > 0.0:  # e - 1 + v^3 without cancellation
            return np.asarray(excess / ((v - last) * (v * v + v * last + last * last)))
        return np.asarray(excess / np.maximum(excess - 1.0 + v**3, 1e-300))

    left = u.copy()
    if last > 0.0:
        left[left <= last] = last * (1.0 + 1e-12)
    parts = (slowness(left[:-1]) + 4.0 * slowness(middle) + slowness(left[1:])) / 6.0
    return u, np.concatenate([[0.0], np.cumsum(parts * (u[:-1] - u[1:]))])
