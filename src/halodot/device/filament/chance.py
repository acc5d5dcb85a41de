"""Random numbers and a tree of sums, for kernels.

SplitMix64: G. L. Steele, D. Lea and C. H. Flood, OOPSLA 2014, doi 10.1145/2660193.2660195.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...numerics.compiled import kernel

F = NDArray[np.float64]
U = NDArray[np.uint64]

STEP = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)


@kernel
def draw(stream: U) -> float:
    """Return the next number between 0 and 1, neither reached."""
    stream[0] += STEP
    z = stream[0]
    z = (z ^ (z >> np.uint64(30))) * FIRST
    z = (z ^ (z >> np.uint64(27))) * SECOND
    z = z ^ (z >> np.uint64(31))
    return (np.float64(z >> np.uint64(12)) + 0.5) * 2.220446049250313e-16  # 2^-52


@kernel
def put(tree: F, leaf: int, value: float) -> None:
    """Set a leaf of a tree of sums; every sum above is added anew, so that none drifts."""
    node, total = (len(tree) >> 1) + leaf, value
    tree[node] = total
    while node > 1:
        total += tree[node ^ 1]
        node >>= 1
        tree[node] = total


@kernel
def add_up(tree: F) -> None:
    """Form all sums from the leaves."""
    for node in range((len(tree) >> 1) - 1, 0, -1):
        tree[node] = tree[2 * node] + tree[2 * node + 1]


@kernel
def pick(tree: F, share: float) -> int:
    """Return the leaf at `share` (0 to 1) of the sum of all."""
    rest, node, leaves = share * tree[1], 1, len(tree) >> 1
    while node < leaves:
        node *= 2
        right = (rest >= tree[node]) & (tree[node + 1] > 0.0)
        rest -= right * tree[node]  # no branch, as which way it goes cannot be foreseen
        node += right
    return node - leaves
