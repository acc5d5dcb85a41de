"""Which levels of a voltage in time are rest, which read and which write.

A train may begin with a pulse, and write, read and erase may follow each other without a pause:
what is told is told from levels that come back after every large pulse, never from one row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError

F = NDArray[np.float64]
APART = 0.004  # of the largest voltage: levels further apart than this are two
ZERO = 1e-3  # of the largest voltage: less is no voltage
LARGE = 0.5  # of the largest voltage: no device is read above this
EACH = 0.8  # of the large pulses that a reading follows
NEAR = 0.1  # relative: of a read voltage that is given


@dataclass(frozen=True)
class Levels:
    """Voltage of rest [V], that of reading [V] or None, and the rows at which it reads."""

    rest: float
    read: float | None
    reads: NDArray[np.bool_]


def levels_of(x: F, given: float | None = None) -> Levels:
    """Return rest and reading of a voltage in time.

    Parameters
    ----------
    x
        Voltage of each row [V].
    given
        Read voltage that is stated [V]; else the smallest level that comes back after the pulses.

    Raises
    ------
    InputError
        If several small levels come back after the pulses and none is said to be the reading.

    Examples
    --------
    >>> found = levels_of(np.array([2.0, 0, 0.1, 0, 2, 0, 0.1, 0, -2.5, 0, 0.1, 0]))
    >>> found.rest, found.read
    (0.0, 0.1)
    """
    top = float(np.max(np.abs(x), initial=0.0))
    of, level, count = _clusters(x, APART * top)
    size = np.abs(level)
    large = size > LARGE * top
    pulses = int(count[large].sum())
    often = np.flatnonzero(~large & (count >= 0.5 * pulses))
    if not len(often):  # all levels are large: the one of the first row is rest
        rest = float(x[0]) if len(x) else 0.0
        return Levels(rest, rest or None, np.abs(x - rest) <= 0.02 * top)
    first = int(often[np.argmin(size[often])])
    if given is not None:
        near = [int(k) for k in often if abs(level[k] - given) <= NEAR * abs(given)]
        if near:
            k = min(near, key=lambda k: abs(float(level[k]) - given))
            return Levels(float(level[first]), float(level[k]), np.isin(of, near))
    if size[first] > ZERO * top:
        return Levels(float(level[first]), float(level[first]), of == first)
    rest = float(level[first])
    after = [int(k) for k in often if size[k] > ZERO * top and count[k] >= EACH * pulses]
    if not after:
        return Levels(rest, None, np.zeros(len(x), bool))
    if len(after) > 1:
        listed = ", ".join(f"{float(level[k]):.3g} V" for k in after)
        raise InputError("voltage", f"several small levels after each pulse: {listed}",
                         "one level that reads", "state read_voltage")  # fmt: skip
    return Levels(rest, float(level[after[0]]), of == after[0])


def _clusters(x: F, apart: float) -> tuple[NDArray[np.int64], F, NDArray[np.int64]]:
    """Level of each row, value of each level [V], and how often each is come to."""
    order = np.argsort(x, kind="stable")
    of = np.zeros(len(x), np.int64)
    of[order] = np.concatenate([[0], np.cumsum(np.diff(x[order]) > apart)])[: len(x)]
    number = int(of.max(initial=-1)) + 1
    value = np.array([float(np.median(x[of == k])) for k in range(number)])
    comes = np.concatenate([[True], of[1:] != of[:-1]])[: len(x)]
    return of, value, np.bincount(of[comes], minlength=number).astype(np.int64)
