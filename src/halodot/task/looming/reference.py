"""The neuron of locusts, in closed form: eta(t) = C theta'(t - delta) exp(-alpha theta(t - delta)).

N. Hatsopoulos, F. Gabbiani and G. Laurent, Science 270, 1000 (1995); F. Gabbiani, H. G. Krapp and
G. Laurent, J. Neurosci. 19, 1122 (1999). d eta/dt = 0 gives a peak at
tau = alpha l/v - delta before the collision, one delay after the object has the angular size
2 atan(1/alpha), whatever l/v.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .stimulus import angular_size, angular_speed

F = NDArray[np.float64]


def alpha_of(angle: float) -> float:
    """Return alpha of a threshold angle [rad], 1 / tan(angle / 2).

    >>> round(alpha_of(np.radians(24.0)), 2)
    4.7
    """
    return float(1.0 / np.tan(0.5 * angle))


def threshold_angle(alpha: float) -> float:
    """Return the angle [rad] whose alpha this is, 2 atan(1/alpha); above 180 degrees below zero.

    >>> round(float(np.degrees(threshold_angle(alpha_of(0.4)))) - float(np.degrees(0.4)), 9)
    0.0
    """
    return float(2.0 * np.arctan2(1.0, alpha))


def peak_time(ratio: F, alpha: float, delay: float) -> F:
    """Return the time of the peak before the collision [s]: alpha l/v - delay."""
    return np.asarray(alpha * ratio - delay)


def response(ratio: float, tau: F, alpha: float, delay: float) -> F:
    """Return eta, 1 at its peak where that is reached, at times `tau` [s] before the collision."""
    early = tau + delay
    peak = _eta(angular_size(ratio, np.array([alpha * ratio])),
                angular_speed(ratio, np.array([alpha * ratio])), alpha)  # fmt: skip
    return _eta(angular_size(ratio, early), angular_speed(ratio, early), alpha) / peak


def response_to(time: F, angle: F, at: F, alpha: float, delay: float) -> F:
    """Return eta at times `at` [s] from an angle seen in time [rad], without knowing what it is of.

    Parameters
    ----------
    time, angle
        What was seen [s], [rad]; shape [T]. Before it the angle stands, and after it.
    """
    early = at - delay
    rate = np.gradient(angle, time)
    moving = np.interp(early, time, rate, left=0.0, right=0.0)
    return _eta(np.interp(early, time, angle), moving, alpha)


def _eta(angle: F, rate: F, alpha: float) -> F:
    return np.asarray(rate * np.exp(-alpha * angle))
