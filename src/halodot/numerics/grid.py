"""One-dimensional grids of stacked layers, fine at both ends of every layer."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def layered(
    thickness: list[float],
    nodes: list[int],
    *,
    stretch: float | list[float] = 2.3,
    gap: float = 2e-10,
) -> tuple[Array, NDArray[np.int64]]:
    """Place nodes in stacked layers; an interface lies midway between two nodes `gap` apart.

    Within a layer the nodes follow x = L/2 (1 + tanh(s u) / tanh(s)), u uniform in [-1, 1], so
    that the spacing is smallest at the ends. The first and last node lie on the contacts.

    Parameters
    ----------
    thickness
        Of each layer [m].
    nodes
        Number of nodes of each layer (at least 3).
    stretch
        s above, one for all layers or one each; 0 gives uniform spacing.
    gap
        Distance of the two nodes on either side of an interface [m], at most a tenth of the
        thinner layer.

    Returns
    -------
    position [m], layer index of each node.

    >>> x, layer = layered([1e-7, 1e-7], [5, 5])
    >>> len(x), bool((x[1:] > x[:-1]).all())
    (10, True)
    """
    edges = np.concatenate([[0.0], np.cumsum(thickness)])
    inset = [min(gap, 0.1 * min(a, b)) / 2 for a, b in itertools.pairwise(thickness)]
    parts = []
    for k, (length, count) in enumerate(zip(thickness, nodes, strict=True)):
        left = edges[k] + (inset[k - 1] if k > 0 else 0.0)
        right = edges[k] + length - (inset[k] if k < len(inset) else 0.0)
        u = np.linspace(-1.0, 1.0, count)
        s = stretch[k] if isinstance(stretch, list) else stretch
        shape = np.tanh(s * u) / np.tanh(s) if s > 0 else u
        parts.append(left + (right - left) * 0.5 * (1.0 + shape))
    layer = np.repeat(np.arange(len(nodes)), nodes)
    return np.concatenate(parts), layer.astype(np.int64)


def stretch_for(first: float, length: float, count: int, least: float = 2.3) -> float:
    """Stretch at which the outermost spacing of a layer is at most `first` [m].

    Between `least` and 6, where the middle of the layer is still resolved.

    >>> 2.3 < stretch_for(1e-10, 1e-7, 60) < 6.0
    True
    """
    low, high = least, 6.0
    for _ in range(30):
        s = 0.5 * (low + high)
        spacing = 0.5 * length * (1.0 - np.tanh(s * (1.0 - 2.0 / (count - 1))) / np.tanh(s))
        low, high = (s, high) if spacing > first else (low, s)
    return float(0.5 * (low + high))
