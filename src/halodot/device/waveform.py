"""What a protocol does to a device over time: straight lines of voltage and light, and switches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError

if TYPE_CHECKING:
    from .charge.run import Program

Array = NDArray[np.float64]
MOST_ROWS = 200_000
EDGE = 0.01  # of a pulse or step: the time of its edges, where none is given


@dataclass(frozen=True)
class Waveform:
    """A drive, where it is recorded, and what the rows of the record are.

    Attributes
    ----------
    time, voltage
        Corners, time from 0 [s], [V].
    outputs
        Times of the record [s].
    sweep
        Index of the sweep (or pulse, or cycle) of each output.
    kind
        Kind of the trace that comes out.
    light
        Fraction of full light at the corners, [K] for all sources or [K, sources].
    closed
        Whether the terminals are connected, one a segment; None: always.
    origin
        Time that the record counts from [s].
    extra
        Further columns of the record, a number a row.
    """

    time: Array
    voltage: Array
    outputs: Array
    sweep: NDArray[np.int64]
    kind: str
    light: Array
    closed: NDArray[np.bool_] | None = None
    origin: float = 0.0
    extra: dict[str, Array] = field(default_factory=dict)

    def program(self, hold: float = 0.0, sources: int = 1) -> Program:
        """Return the drive after a rest of `hold` [s] at its start, for so many light sources.

        >>> t = np.array([0.0, 1.0])
        >>> w = Waveform(t, t, t[1:], np.zeros(1, int), "iv", 0 * t)
        >>> w.program(5.0).time.tolist(), w.program(5.0).outputs.tolist()
        ([0.0, 5.0, 6.0], [6.0])
        """
        from .charge.run import Program

        light, closed = _for_sources(self.light, sources), self.closed
        if hold == 0.0:
            return Program(self.time, self.voltage, light, self.outputs, closed)
        if closed is not None:
            closed = np.concatenate([[True], closed])
        return Program(
            np.concatenate([[0.0], self.time + hold]),
            np.concatenate([self.voltage[:1], self.voltage]),
            np.concatenate([light[:1], light]),
            self.outputs + hold,
            closed,
        )


def _for_sources(light: Array, sources: int) -> Array:
    """Light at the corners of each source; sources that are not named keep the first value."""
    if sources == 1:
        return light if light.ndim == 1 else light[:, 0]
    if light.ndim == 1:
        return np.repeat(light[:, None], sources, axis=1)
    rest = np.full((len(light), sources - light.shape[1]), float(light.flat[0]))
    return np.hstack([light, rest])


def check_rows(field_name: str, rows: int, remedy: str) -> None:
    """Refuse records that nobody can read.

    Raises
    ------
    InputError
        Above `MOST_ROWS` rows.
    """
    if rows > MOST_ROWS:
        raise InputError(
            field_name, f"{rows:,} rows", f"at most {MOST_ROWS:,} rows in a record", remedy
        )


def crowded(start: float, span: float, points: int) -> Array:
    """Return `points` times after `start` up to `start + span`, crowded at the start [s].

    >>> crowded(1.0, 1.0, 4).round(3).tolist()
    [1.001, 1.01, 1.1, 2.0]
    """
    times = start + span * np.geomspace(10.0 ** -min(3, points - 1), 1.0, points)
    return np.minimum(times, start + span)


def apart(times: Array, least: float) -> NDArray[np.bool_]:
    """Return which of the sorted `times` lie more than `least` after the one before."""
    keep = np.ones(len(times), dtype=bool)
    last = -np.inf
    for k, t in enumerate(times):
        keep[k] = t - last > least
        last = t if keep[k] else last
    return keep
