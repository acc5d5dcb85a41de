r"""What one pulse does, as tables over the place of a cell in its range.

A place runs from 0 (lowest conductance) to 1. A table [place, chance] holds the change that a pulse
makes there, at even steps of its cumulated probability.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]
I4 = NDArray[np.int32]
PLACES, CHANCES, DRAWS = 65, 33, 1024


@dataclass(frozen=True)
class Steps:
    """Tables of both directions, [place, chance] over the range; None where a direction is missing.

    Attributes
    ----------
    up, down
        Changes of one pulse: `up` on average above 0, `down` below [1].
    continuous
        Whether a wanted change is made as it is, without any pulse (the limit of fine steps).
    """

    up: F | None
    down: F | None
    continuous: bool = False

    @property
    def one_way(self) -> bool:
        """Whether cells can be moved in one direction only, pulse by pulse."""
        return self.up is None or self.down is None

    def size(self) -> float:
        """Mean size of a step over range and directions [1]."""
        known = [np.abs(means(t)).mean() for t in (self.up, self.down) if t is not None]
        return float(np.mean(known))

    def symmetry_point(self) -> float:
        """Place where a step up is on average as large as one down; the middle if there is none."""
        if self.up is None or self.down is None:
            return 0.5
        both = means(self.up) + means(self.down)
        places = np.linspace(0.0, 1.0, len(both))
        if np.allclose(both, 0.0, atol=1e-12):
            return 0.5
        turns = np.flatnonzero(both[:-1] * both[1:] <= 0.0)
        if not len(turns):
            return float(both.sum() > 0.0)
        k = int(turns[np.argmin(np.abs(places[turns] - 0.5))])
        if both[k] == both[k + 1]:
            return 0.5 * float(places[k] + places[k + 1])
        return float(places[k] + both[k] / (both[k] - both[k + 1]) * (places[1] - places[0]))


def means(table: F) -> F:
    """Return the mean change at every place: straight lines between the columns.

    >>> means(np.array([[0.0, 1.0, 4.0]])).tolist()
    [1.5]
    """
    if table.shape[1] == 1:
        return np.asarray(table[:, 0])
    inner = table[:, 1:-1].sum(axis=1) + 0.5 * (table[:, 0] + table[:, -1])
    return np.asarray(inner / (table.shape[1] - 1))


def tabulate(draw: Callable[[F, np.random.Generator], F], rng: np.random.Generator) -> F:
    """Return a table [place, chance] of the changes that `draw(places, rng)` gives.

    Mean and scatter at every place are those of the draws; a law without chance gives one column.

    >>> tabulate(lambda g, rng: 0.1 * (1.0 - g), np.random.default_rng(0)).shape
    (65, 1)
    """
    places = np.linspace(0.0, 1.0, PLACES)
    drawn = draw(np.repeat(places, DRAWS), rng).reshape(PLACES, DRAWS)
    if float(np.ptp(drawn, axis=1).max()) < 1e-12:
        return np.ascontiguousarray(drawn[:, :1])
    table = np.quantile(drawn, (np.arange(CHANCES) + 0.5) / CHANCES, axis=1).T
    # straight lines between few columns have another mean and scatter than the draws
    table = table - means(table)[:, None]
    a, b = table[:, :-1], table[:, 1:]
    scatter = np.sqrt(((a * a + a * b + b * b) / 3.0).mean(axis=1))
    wider = np.divide(drawn.std(axis=1), scatter, out=np.ones(PLACES), where=scatter > 0.0)
    return np.ascontiguousarray(drawn.mean(axis=1)[:, None] + wider[:, None] * table)


def linear(size: float) -> Steps:
    """Return equal steps in both directions, without chance.

    >>> linear(0.01).size()
    0.01
    """
    up = np.full((PLACES, 1), size)
    return Steps(up, -up)


def continuous() -> Steps:
    """Return the limit of fine equal steps: a wanted change is made as it is."""
    return replace(linear(1e-4), continuous=True)
