"""Films with missing dots: when a path across is lost, and what still conducts above that.

Dots are taken away in random order. A film conducts while a cluster of neighbours joins opposite
faces of the box; the share of dots left where the last one breaks is the threshold. Its mean over
realisations comes near the site-percolation threshold of an endless lattice,

    simple cubic 0.3116,   face-centred cubic 0.1992,

within about 0.02 for 8,000 dots, as it moves with (dots)^(-1/(3 nu)), nu = 0.88. Conductivity
follows from the network of resistors (`master.weak_field`), counted per volume, and vanishes as
(p - p_c)^2 near the threshold. The closed form of `film.hopping.void_factor` (Bruggeman) puts the
threshold at 1/3 of space for every packing.

References: D. Stauffer and A. Aharony, Introduction to Percolation Theory, 2nd ed. (Taylor and
Francis, 1994), doi 10.1201/9781315274386 (thresholds and exponents; remembered, unverified).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.randomness import generator
from ...core.status import Status
from .clusters import without
from .master import weak_field
from .packing import Packing, matrix
from .rates import hops

F = NDArray[np.float64]
B = NDArray[np.bool_]
THRESHOLDS = {"cube": 0.3116, "sphere": 0.1992}


def spans(dots: Packing, kept: B, axis: int = 0) -> bool:
    """Return whether dots that are `kept` [n] join the two faces of the box across `axis`.

    Examples
    --------
    >>> from halodot.film.transport.packing import pack
    >>> dots = pack("cube", 64)
    >>> spans(dots, np.ones(64, bool)), spans(dots, dots.positions[:, 0] > 0.0)
    (True, False)
    """
    from scipy.sparse.csgraph import connected_components

    crossing = dots.wraps[:, axis]
    alive = kept[dots.source] & kept[dots.target]
    inner = matrix(dots, (alive & (crossing == 0)).astype(float))
    inner.eliminate_zeros()
    _, cluster = connected_components(inner, directed=False)
    right = cluster[dots.source[kept[dots.source] & (crossing > 0)]]
    left = cluster[dots.source[kept[dots.source] & (crossing < 0)]]
    return bool(np.intersect1d(right, left).size)


def threshold(dots: Packing, seed: int = 0, axis: int = 0) -> float:
    """Return the share of dots left at which the last path across breaks, for one order [1].

    Examples
    --------
    >>> from halodot.film.transport.packing import pack
    >>> 0.1 < threshold(pack("cube", 1000)) < 0.5
    True
    """
    rank = generator(seed, "film.transport", "percolation").permutation(dots.count)
    broken, whole = 0, dots.count
    if not spans(dots, rank < whole, axis):
        raise InputError("dots", dots.count, "dots that join the faces of the box", "fewer holes")
    while whole - broken > 1:
        middle = (whole + broken) // 2
        if spans(dots, rank < middle, axis):
            whole = middle
        else:
            broken = middle
    return whole / dots.count


def conductivity(dots: Packing, shares: F, seed: int = 0) -> tuple[F, Status]:
    """Return the conductivity with `shares` of the dots left, relative to the full film [k].

    All levels and rates are equal; the carriers go with the dots.

    Examples
    --------
    >>> from halodot.film.transport.packing import pack
    >>> found, status = conductivity(pack("cube", 216), np.array([1.0, 0.9]))
    >>> bool(found[0] == 1.0), bool(0.7 < found[1] < 0.9), status.name
    (True, True, 'OK')
    """
    rank = generator(seed, "film.transport", "percolation").permutation(dots.count)
    full = weak_field(hops(dots, equal=1.0, kT=1.0)).mobility
    found, state = [], Status.OK
    for share in shares:
        left = without(dots, rank < round(share * dots.count))
        if left.count < 2 or not len(left.target):
            found.append(0.0)
            continue
        steady = weak_field(hops(left, equal=1.0, kT=1.0))
        state = state if steady.status.is_good else steady.status
        found.append(max(steady.mobility / full * left.count / dots.count, 0.0))
    return np.array(found), state
