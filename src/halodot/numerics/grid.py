"""One-dimensional grids of stacked layers, fine at both ends of every layer."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def layered(
    thickness: list[float], nodes: list[int], *, stretch: float = 2.3, gap: float = 2e-10
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
        s above; 0 gives uniform spacing.
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
        shape = np.tanh(stretch * u) / np.tanh(stretch) if stretch > 0 else u
        parts.append(left + (right - left) * 0.5 * (1.0 + shape))
    layer = np.repeat(np.arange(len(nodes)), nodes)
    return np.concatenate(parts), layer.astype(np.int64)
