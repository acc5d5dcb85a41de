"""Which dots can carry a current through a periodic box, and which only hold carriers.

Each dot gets the number of boxes n_i that a path crosses on its way there from a root of its
cluster. A hop i -> j that crosses w boxes closes a loop around the box where

    n_i + w_ij - n_j != 0.

A cluster with such a loop along an axis carries a direct current along it; all others carry none,
exactly. Range: any packing.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .packing import Packing, matrix

I = NDArray[np.int64]  # noqa: E741
B = NDArray[np.bool_]


def ways(dots: Packing) -> tuple[I, B]:
    """Return the cluster of each dot [n] and the axes around which each cluster leads [k, 3].

    Examples
    --------
    >>> from halodot.film.transport.packing import pack
    >>> _, around = ways(pack("cube", 64))
    >>> around.tolist()
    [[True, True, True]]
    >>> _, around = ways(without(pack("cube", 64), np.arange(64) == 5))
    >>> around.tolist()
    [[False, False, False]]
    """
    from scipy.sparse.csgraph import connected_components

    links = matrix(dots, np.ones(len(dots.target)))
    number, cluster = connected_components(links, directed=False)
    boxes = _boxes(dots, cluster, number)
    around = boxes[dots.source] + dots.wraps - boxes[dots.target]
    found = np.zeros((number, 3), dtype=bool)
    for axis in range(3):
        found[cluster[dots.source[around[:, axis] != 0]], axis] = True
    return cluster.astype(np.int64), found


def _boxes(dots: Packing, cluster: I, number: int) -> I:
    """Boxes that the path to each dot crosses, from the first dot of its cluster [n, 3]."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import breadth_first_order

    n = dots.count
    _, first = np.unique(cluster, return_index=True)
    # a dot beside them all, number n, joins the clusters into one tree
    rows = np.concatenate([dots.source, np.full(number, n)])
    columns = np.concatenate([dots.target, first])
    whole = coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(n + 1, n + 1)).tocsr()
    _, before = breadth_first_order(whole, n, directed=False, return_predecessors=True)
    before = np.where(before < 0, n, before).astype(np.int64)
    boxes = np.zeros((n + 1, 3), dtype=np.int64)
    hop = np.arange(n)[before[:n] < n]
    code = dots.source * n + dots.target  # sorted, as hops are
    boxes[hop] = dots.wraps[np.searchsorted(code, before[hop] * n + hop)]
    while np.any(before != n):  # twice as far along the tree in each turn
        boxes += boxes[before]
        before = before[before]
    return boxes[:n]


def without(dots: Packing, kept: B) -> Packing:
    """Return the packing with only the dots that are `kept` [n], places as they were.

    Examples
    --------
    >>> from halodot.film.transport.packing import pack
    >>> without(pack("cube", 64), np.arange(64) < 60).count
    60
    """
    alive = kept[dots.source] & kept[dots.target]
    number, edge = np.cumsum(kept) - 1, np.cumsum(alive) - 1
    source, target = number[dots.source[alive]], number[dots.target[alive]]
    start = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=int(kept.sum())))])
    return replace(
        dots, positions=dots.positions[kept], sizes=dots.sizes[kept], start=start, target=target,
        back=edge[dots.back[alive]], offset=dots.offset[alive], gap=dots.gap[alive],
        wraps=dots.wraps[alive],
    )  # fmt: skip
