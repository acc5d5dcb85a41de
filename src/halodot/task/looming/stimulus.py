"""What is seen: objects that come, go, pass by, and light that only changes.

An object of half size l that comes at speed v has the angular size
theta(tau) = 2 atan((l/v) / tau) at a time tau before the collision, whatever its size and speed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from .spec import Stimulus

F = NDArray[np.float64]
Kind = Literal["looming", "receding", "translating", "dimming", "empty"]
CONTROLS: tuple[Kind, ...] = ("receding", "translating", "dimming", "empty")


def angular_size(ratio: float, tau: F) -> F:
    """Return theta [rad] of an object with this l/v [s] at times `tau` [s] before the collision.

    >>> float(np.degrees(angular_size(0.03, np.array([0.03]))[0]).round(9))
    90.0
    """
    return np.asarray(2.0 * np.arctan2(ratio, tau))


def angular_speed(ratio: float, tau: F) -> F:
    """Return d theta/dt [rad/s]: 2 (l/v) / (tau^2 + (l/v)^2)."""
    return np.asarray(2.0 * ratio / (tau**2 + ratio**2))


@dataclass(frozen=True)
class Film:
    """One stimulus in time: where the object is and how large.

    Attributes
    ----------
    kind
        ``looming``, ``receding``, ``translating``, ``dimming`` or ``empty``.
    ratio
        l/v [s]; for controls, that of the looming object whose duration they share.
    time
        From the first moment [s]; shape [T].
    tau
        Until the collision of the looming object [s]; shape [T].
    angle
        Angular size of the object [rad]; shape [T].
    azimuth
        Of its middle, 0 ahead, positive to the right [rad]; shape [T].
    """

    kind: Kind
    ratio: float
    time: F
    tau: F
    angle: F
    azimuth: F


def ratios(spec: Stimulus) -> F:
    """Return the l/v of the sweep [s].

    >>> ratios(Stimulus(approaches=4)).round(4).tolist()
    [0.005, 0.02, 0.035, 0.05]
    """
    return np.linspace(float(spec.shortest), float(spec.longest), spec.approaches)


def moments(spec: Stimulus, ratio: float, frames: int, phase: float = 0.0) -> F:
    """Return the ends of the frames [s] before the collision: equal factors, from first to last.

    Parameters
    ----------
    phase
        Between 0 and 1: moves all ends but the first and the last by this part of a frame, so that
        the frames of one approach do not fall on those of another.
    """
    first, last = span(spec, ratio)
    steps = np.arange(frames + 1) - phase
    inner = first * (last / first) ** (steps[1:] / frames)
    inner = inner[(inner < first * (1 - 1e-9)) & (inner > last * (1 + 1e-9))]
    return np.concatenate([[first], inner, [last]])


def span(spec: Stimulus, ratio: float) -> tuple[float, float]:
    """Return the first and the last moment of an approach [s] before the collision."""
    first = spec.start * ratio if spec.collision_time is None else float(spec.collision_time)
    return first, spec.closest * ratio


def even(spec: Stimulus, ratio: float, every: float, phase: float = 0.0) -> F:
    """Return the ends of frames that all last `every` [s], as `moments` does.

    Raises
    ------
    InputError
        If an approach has fewer than 20 or more than 100 000 of them.
    """
    first, last = span(spec, ratio)
    count = (first - last) / every
    if not 20.0 <= count <= 1e5:
        raise InputError(
            "neuron.every", f"{every:g} s", "20 to 100 000 frames in every approach; here "
            f"{count:.3g} in one of {first - last:.3g} s", "change it with the l/v of the sweep",
        )  # fmt: skip
    inner = first - every * (np.arange(1, int(np.ceil(count)) + 1) - phase)
    inner = inner[(inner < first * (1 - 1e-9)) & (inner > last * (1 + 1e-9))]
    return np.concatenate([[first], inner, [last]])


def film(spec: Stimulus, ratio: float, frames: int, kind: Kind = "looming",
         azimuth: float = 0.0) -> Film:  # fmt: skip
    """Return a stimulus; controls last as long as the looming object of the same l/v.

    A receding object is the film of the looming one, backwards. A translating object of constant
    size goes around the eye at a constant distance, in from the left and out to the right. In a
    dimming field (which brightens where the object is bright) nothing moves; an empty scene has the
    background alone.

    Parameters
    ----------
    azimuth
        Direction from which the object comes, or to which it goes [rad].
    """
    tau = moments(spec, ratio, frames)
    time = tau[0] - tau
    angle = angular_size(ratio, tau)
    where = np.full(len(tau), azimuth)
    if kind == "receding":
        last = time[-1]
        time, angle = last - time[::-1], angle[::-1]
    elif kind == "empty":
        angle = np.zeros(len(tau))
    elif kind == "translating":
        size = np.radians(float(spec.translating_size))
        time = np.linspace(0.0, time[-1], len(tau))
        edge = 0.5 * (np.pi + size)
        where, angle = np.linspace(-edge, edge, len(tau)), np.full(len(tau), size)
    return Film(kind, ratio, time, tau[0] - time, angle, where)
