"""The walks of `walk_kernel` in plain Python: same numbers drawn, same path, no tree.

One dot after the other, as the rules say; a thousand times slower and used by tests alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .packing import Packing

F = NDArray[np.float64]
MASK = (1 << 64) - 1


def numbers(state: int) -> Iterator[float]:
    """Yield the numbers between 0 and 1 of a stream of SplitMix64.

    Examples
    --------
    >>> draw = numbers(0)
    >>> round(next(draw), 6)
    0.883311
    """
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield (float((z ^ (z >> 31)) >> 12) + 0.5) * 2.0**-52


def _hop(dots: Packing, rate: F, here: int, u: float) -> int:
    """Return the number of the hop that `u` chooses among those of dot `here`."""
    first, last = int(dots.start[here]), int(dots.start[here + 1])
    order = np.argsort(-rate[first:last], kind="stable")  # the likely ones first
    sums = np.cumsum(rate[first:last][order])
    return first + int(order[np.sum(u > sums / sums[-1])])


def walk_path(dots: Packing, rate: F, here: int, stream: int, end: float) -> tuple[int, F, int]:
    """Return the dot at time `end` [s], the way there [3] [m] and the hops of one carrier.

    Examples
    --------
    >>> from halodot.film.transport.packing import pack
    >>> dots = pack("cube", 64)
    >>> walk_path(dots, np.ones(len(dots.gap)), 5, 1, 0.0)[0]
    5
    """
    draw, time, way, hops = numbers(stream), 0.0, np.zeros(3), 0
    out = dots.leaving(rate)
    while True:
        time -= math.log(next(draw)) / out[here]
        if time > end:
            return here, way, hops
        edge = _hop(dots, rate, here, next(draw))
        way, here, hops = way + dots.offset[edge], int(dots.target[edge]), hops + 1


def crowd_path(
    dots: Packing, rate: F, sites: list[int], stream: int, end: float
) -> tuple[list[int], F, int, int]:
    """Return the dots, summed way [3] [m], attempts and hops of carriers that exclude one another.

    Examples
    --------
    >>> from halodot.film.transport.packing import pack
    >>> dots = pack("cube", 64)
    >>> crowd_path(dots, np.ones(len(dots.gap)), [5, 6], 1, 0.0)[0]
    [5, 6]
    """
    draw, time, way, attempts, hops = numbers(stream), 0.0, np.zeros(3), 0, 0
    out, sites = dots.leaving(rate), list(sites)
    while True:
        sums = np.cumsum(out[sites])
        time -= math.log(next(draw)) / sums[-1]
        if time > end:
            return sites, way, attempts, hops
        attempts += 1
        carrier = int(np.sum(next(draw) * sums[-1] >= sums))
        edge = _hop(dots, rate, sites[carrier], next(draw))
        if int(dots.target[edge]) not in sites:
            sites[carrier] = int(dots.target[edge])
            way, hops = way + dots.offset[edge], hops + 1
