"""Kinetic Monte Carlo of hopping carriers (numba): one alone, or many that block one another.

Event by event: a carrier on dot i waits -ln(u) / Gamma_i, Gamma_i = sum_j k_ij, and goes to j with
probability k_ij / Gamma_i. Many carriers are kept in a tree of sums, so that the next one is found,
and its rate changed, in log2(carriers) steps; one that draws an occupied dot stays, which leaves
the rates of all others as they were (the dynamics is exact).

Positions are a dot and the box edges crossed, so that paths keep all digits. Random numbers are
SplitMix64, one stream a carrier or run: the plain version in `walk_reference` walks the same path.

Reference: K. A. Fichthorn and W. H. Weinberg, J. Chem. Phys. 95, 1090 (1991),
doi 10.1063/1.461138; G. L. Steele, D. Lea and C. H. Flood, OOPSLA 2014,
doi 10.1145/2660193.2660195 (SplitMix64).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...numerics.compiled import kernel

F = NDArray[np.float64]
I4 = NDArray[np.int32]
I1 = NDArray[np.int8]
U = NDArray[np.uint64]

HOME = 13  # code of a hop that crosses no edge of the box
STEP = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)


@kernel
def uniform(state: np.uint64) -> float:
    """Return the number between 0 and 1, neither reached, that belongs to a state."""
    z = state
    z = (z ^ (z >> np.uint64(30))) * FIRST
    z = (z ^ (z >> np.uint64(27))) * SECOND
    z = z ^ (z >> np.uint64(31))
    return (np.float64(z >> np.uint64(12)) + 0.5) * 2.220446049250313e-16  # 2^-52


@kernel
def walks(
    start: I4, target: I4, wraps: I1, chance: F, dwell: F,
    dot: I4, stream: U, times: F, most: int, dots: I4, edges: I4,
) -> tuple[int, bool]:  # fmt: skip
    """Let carriers walk one after the other; fill `dots` [w, k] and `edges` [w, k, 3] at `times`.

    `chance` [m] sums up the probabilities of the hops of a dot, `dwell` [n] is its mean waiting
    time. Returns the hops and whether every carrier came to the end within `most` hops.
    """
    hops, whole = 0, True
    for w in range(len(dot)):
        s, t, c, own = dot[w], 0.0, 0, 0
        x, y, z = 0, 0, 0
        state = stream[w]
        while True:
            state += STEP
            t -= math.log(uniform(state)) * dwell[s]
            while c < len(times) and t > times[c]:
                dots[w, c] = s
                edges[w, c, 0], edges[w, c, 1], edges[w, c, 2] = x, y, z
                c += 1
            if c == len(times):
                break
            if own == most:
                whole = False
                break
            state += STEP
            u = uniform(state)
            e = start[s]
            while u > chance[e]:
                e += 1
            s = target[e]
            own += 1
            code = wraps[e]
            if code != HOME:
                x += code // 9 - 1
                y += code // 3 % 3 - 1
                z += code % 3 - 1
        hops += own
    return hops, whole


@kernel
def replaced(tree: F, leaf: int, value: float) -> None:
    """Set a leaf of a tree of sums; every sum above is added anew, so that none drifts."""
    node, total = leaf, value
    tree[node] = total
    while node > 1:
        total += tree[node ^ 1]
        node >>= 1
        tree[node] = total


@kernel
def crowds(
    start: I4, target: I4, wraps: I1, chance: F, dwell: F,
    dot: I4, stream: U, times: F, most: int, dots: I4, edges: I4,
) -> tuple[int, int]:  # fmt: skip
    """Let carriers walk together, one to a dot; fill `dots` [k, c] and `edges` [k, c, 3].

    Returns the attempts and the hops among them; `most` attempts end the run (then attempts ==
    most and the rows not reached keep what they had).
    """
    carriers, leaves = len(dot), 1
    while leaves < carriers:
        leaves *= 2
    tree = np.zeros(2 * leaves)
    taken = np.zeros(len(dwell), dtype=np.bool_)
    site, edge = dot.copy(), np.zeros((carriers, 3), dtype=np.int32)
    for q in range(carriers):
        taken[site[q]] = True
        replaced(tree, leaves + q, 1.0 / dwell[site[q]])
    t, c, attempts, hops, state = 0.0, 0, 0, 0, stream[0]
    while attempts < most:
        state += STEP
        t -= math.log(uniform(state)) / tree[1]
        while c < len(times) and t > times[c]:
            dots[c], edges[c] = site, edge
            c += 1
        if c == len(times):
            break
        attempts += 1
        state += STEP
        rest, node = uniform(state) * tree[1], 1
        while node < leaves:
            node *= 2
            right = (rest >= tree[node]) & (tree[node + 1] > 0.0)
            rest -= right * tree[node]  # no branch, as which way it goes cannot be foreseen
            node += right
        q = node - leaves
        state += STEP
        u = uniform(state)
        e = start[site[q]]
        while u > chance[e]:
            e += 1
        s = target[e]
        if taken[s]:
            continue
        taken[site[q]], taken[s], site[q] = False, True, s
        code = wraps[e]
        if code != HOME:
            edge[q, 0] += code // 9 - 1
            edge[q, 1] += code // 3 % 3 - 1
            edge[q, 2] += code % 3 - 1
        hops += 1
        replaced(tree, node, 1.0 / dwell[s])
    return attempts, hops
