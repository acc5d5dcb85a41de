"""Where a sweep turns: direction changes of the swept voltage, robust to read-back noise."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def turning_points(x: Array) -> list[int]:
    """Return the rows at which `x` turns back by more than its noise.

    A turn counts once `x` has come back by more than half a typical step and 1 % of the span.

    >>> import numpy as np
    >>> turning_points(np.array([0.0, 1.0, 2.0, 1.0, 0.0, -1.0, 0.0]))
    [2, 5]
    """
    span = float(np.ptp(x)) if len(x) else 0.0
    steps = np.abs(np.diff(x))
    if span == 0.0 or len(x) < 3:
        return []
    moving = steps[steps > 1e-9 * span]
    tolerance = max(0.01 * span, 0.5 * float(np.median(moving)) if len(moving) else 0.0)
    turns: list[int] = []
    extreme, direction = 0, 0
    for k in range(1, len(x)):
        ahead = (x[k] - x[extreme]) * direction
        if direction == 0:
            if abs(x[k] - x[0]) >= min(tolerance, 0.999 * span):
                direction, extreme = (1 if x[k] > x[0] else -1), k
        elif ahead > 0:
            extreme = k
        elif ahead < -0.999 * tolerance:
            turns.append(extreme)
            direction, extreme = -direction, k
    return turns


def split_directions(x: Array) -> NDArray[np.int64]:
    """Number the sweeps of `x`: each row's count of turns before it.

    The turning point itself ends the sweep that reached it.

    >>> import numpy as np
    >>> split_directions(np.array([0.0, 1.0, 2.0, 1.0, 0.0, -1.0, 0.0])).tolist()
    [0, 0, 0, 1, 1, 1, 2]
    """
    number = np.zeros(len(x), np.int64)
    edges = [0, *flybacks(x), len(x)]
    for start, end in pairwise(edges):
        number[start:] += 1
        for turn in turning_points(x[start:end]):
            number[start + turn + 1 :] += 1
    return number - 1


def flybacks(x: Array) -> list[int]:
    """Return the rows at which a new sweep starts with a jump back over half the span."""
    steps = np.abs(np.diff(x))
    if len(steps) < 4:
        return []
    typical = float(np.median(steps[steps > 0])) if np.any(steps > 0) else 0.0
    return [int(k) + 1 for k in np.flatnonzero(steps > max(3 * typical, 0.5 * np.ptp(x)))]
