"""Pulses on many cells, one after the other (numba)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...numerics.compiled import kernel

F = NDArray[np.float64]
I4 = NDArray[np.int32]


@kernel
def step(place: float, table: F, rng: np.random.Generator) -> float:
    """Return where a cell stands after one pulse, 0 ... 1.

    `table` [place, chance] holds the change: rows evenly over 0 ... 1, columns evenly over the
    probability; one column is a law without chance.
    """
    last, columns = table.shape[0] - 1, table.shape[1] - 1
    x = place * last
    row = min(int(x), last - 1)
    a = x - row
    if columns == 0:
        change = (1.0 - a) * table[row, 0] + a * table[row + 1, 0]
    else:
        y = rng.random() * columns
        column = min(int(y), columns - 1)
        b = y - column
        near = (1.0 - b) * table[row, column] + b * table[row, column + 1]
        far = (1.0 - b) * table[row + 1, column] + b * table[row + 1, column + 1]
        change = (1.0 - a) * near + a * far
    return min(max(place + change, 0.0), 1.0)


@kernel
def give(
    place: F, pulses: I4, up: F, down: F, held: NDArray[np.bool_], rng: np.random.Generator
) -> float:
    """Give each cell its pulses, up where positive; return the sum of all changes.

    Parameters
    ----------
    place
        Of each cell in its range, changed in place; shape [cells].
    pulses
        With sign; shape [cells].
    held
        Cells that do not move.
    """
    total = 0.0
    for c in range(len(place)):
        n = pulses[c]
        if n == 0 or held[c]:
            continue
        table = up if n > 0 else down
        before = place[c]
        for _ in range(abs(n)):
            place[c] = step(place[c], table, rng)
        total += place[c] - before
    return total


@kernel
def write(
    place: F, target: F, chosen: NDArray[np.bool_], table: F, close: float, most: int,
    rng: np.random.Generator,
) -> I4:  # fmt: skip
    """Pulse each chosen cell until it is within `close` of its target; return pulses per cell."""
    used = np.zeros(len(place), np.int32)
    side = 1.0 if table.sum() > 0.0 else -1.0
    for c in range(len(place)):
        if not chosen[c]:
            continue
        while side * (target[c] - place[c]) > close and used[c] < most:
            place[c] = step(place[c], table, rng)
            used[c] += 1
    return used
