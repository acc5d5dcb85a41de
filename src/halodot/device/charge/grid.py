"""Nodes of a stack: crowded at the ends of every layer, or where a solution bends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...core.constants import BOLTZMANN, ELEMENTARY_CHARGE, VACUUM_PERMITTIVITY
from ...numerics.grid import stretch_for
from .layers import Array, ChargeLayer

GAP = 5e-11  # m, distance of the two nodes beside an interface, unless a layer is very thin
FEWEST, MOST = 17, 240  # nodes of a layer with carriers or ions, before any refinement
INSULATOR = 9  # nodes of a layer without either


@dataclass(frozen=True)
class Grid:
    """Nodes and what lies between them.

    Attributes
    ----------
    position
        [N] of the nodes [m]; the first and the last lie on the contacts.
    layer
        [N] index of the layer of each node. A tunnelling layer has none: it is the edge between its
        neighbours; beside a contact, the metal's node counts to the layer behind it.
    tunnel
        [N-1] index of the tunnelling layer that an edge is, or -1.
    """

    position: Array
    layer: NDArray[np.int64]
    tunnel: NDArray[np.int64]


def is_barrier(layer: ChargeLayer) -> bool:
    """Whether a layer is crossed by tunnelling and becomes an edge of the grid."""
    return layer.tunnelling and not layer.carriers and not any(i.density > 0 for i in layer.ions)


def debye_length(layer: ChargeLayer, temperature: float = 300.0) -> float:
    """Screening length of the fixed charge or the mobile ions, whichever is denser [m]."""
    charge = max([abs(layer.fixed_charge), 1e21, *(ion.density for ion in layer.ions)])
    permittivity = VACUUM_PERMITTIVITY * layer.relative_permittivity
    vt = BOLTZMANN * temperature
    return math.sqrt(permittivity * vt / (ELEMENTARY_CHARGE * charge))


def nodes_of(layer: ChargeLayer, wanted: int = 0, temperature: float = 300.0) -> int:
    """Number of nodes of a layer: `wanted`, or by thickness; few for a bare insulator.

    Fronts of mobile ions are about a Debye length wide and may stand anywhere in the layer, so a
    layer with ions gets a node for each, up to `MOST`.
    """
    if wanted:
        return max(wanted, 5)
    if not layer.carriers and not layer.ions:
        return INSULATOR
    count = max(FEWEST, 16 * math.log2(1.0 + layer.thickness / 2e-9))
    if layer.ions:
        count = max(count, layer.thickness / debye_length(layer, temperature))
    return int(min(MOST, count))


def bounds(layers: Sequence[ChargeLayer], gap: float = GAP) -> list[tuple[float, float] | None]:
    """First and last node of every layer [m]; None for a tunnelling layer.

    An interface lies midway between two nodes `gap` apart, at most a twentieth of the thinner
    layer.
    """
    edges = np.concatenate([[0.0], np.cumsum([a.thickness for a in layers])])
    found: list[tuple[float, float] | None] = []
    for k, layer in enumerate(layers):
        if is_barrier(layer):
            found.append(None)
            continue
        inset = []
        for j in (k - 1, k + 1):
            if not 0 <= j < len(layers) or is_barrier(layers[j]):
                inset.append(0.0)
            else:
                inset.append(0.5 * min(gap, 0.05 * min(layer.thickness, layers[j].thickness)))
        found.append((float(edges[k]) + inset[0], float(edges[k + 1]) - inset[1]))
    return found


def assemble_grid(layers: Sequence[ChargeLayer], parts: list[Array | None]) -> Grid:
    """Join the nodes of the layers (None for a tunnelling layer) to one grid.

    Raises
    ------
    ValueError
        If two tunnelling layers touch, or a stack has nothing else.
    """
    barriers = [p is None for p in parts]
    if all(barriers) or any(a and b for a, b in pairwise(barriers)):
        raise ValueError("tunnelling layers need another layer between them: join them to one")
    position: list[Array] = []
    layer: list[NDArray[np.int64]] = []
    total = sum(a.thickness for a in layers)
    for k, part in enumerate(parts):
        if part is None:
            if k == 0:
                position.append(np.zeros(1))
                layer.append(np.ones(1, dtype=np.int64))
            elif k == len(parts) - 1:
                position.append(np.full(1, total))
                layer.append(np.full(1, k - 1, dtype=np.int64))
            continue
        position.append(part)
        layer.append(np.full(len(part), k, dtype=np.int64))
    x, index = np.concatenate(position), np.concatenate(layer)
    tunnel = np.full(len(x) - 1, -1, dtype=np.int64)
    starts = np.concatenate([[0.0], np.cumsum([a.thickness for a in layers])])
    for k, barrier in enumerate(barriers):
        if barrier:
            middle = 0.5 * (starts[k] + starts[k + 1])
            tunnel[int(np.searchsorted(x, middle)) - 1] = k
    return Grid(x, index, tunnel)


def initial(
    layers: Sequence[ChargeLayer],
    *,
    temperature: float = 300.0,
    nodes: int | Sequence[int] = 0,
    stretch: float = 0.0,
    gap: float = GAP,
) -> Grid:
    """Nodes x = L/2 (1 + tanh(s u)/tanh(s)) in every layer, u uniform in [-1, 1].

    Parameters
    ----------
    nodes
        Of each layer, one number for all, or 0 to choose by thickness.
    stretch
        s; 0 sees a third of the Debye length at the ends of the layer.
    """
    parts: list[Array | None] = []
    for k, (layer, ends) in enumerate(zip(layers, bounds(layers, gap), strict=True)):
        if ends is None:
            parts.append(None)
            continue
        wanted = int(nodes if np.ndim(nodes) == 0 else nodes[k])  # type: ignore[index,arg-type]
        count = nodes_of(layer, wanted, temperature)
        length = ends[1] - ends[0]
        s = stretch or stretch_for(debye_length(layer, temperature) / 3.0, length, count)
        shape = np.tanh(s * np.linspace(-1.0, 1.0, count)) / math.tanh(s)
        part = ends[0] + length * 0.5 * (1.0 + shape)
        part[0], part[-1] = ends
        parts.append(part)
    return assemble_grid(layers, parts)


def refined(layers: Sequence[ChargeLayer], grid: Grid, factor: float) -> Grid:
    """Nodes of the same distribution, `factor` times as many intervals in every layer.

    Halving every interval of a smooth distribution keeps it smooth, so that errors of second order
    fall to a quarter.
    """
    parts: list[Array | None] = []
    for k, layer in enumerate(layers):
        if is_barrier(layer):
            parts.append(None)
            continue
        x = own_nodes(layers, grid, k)
        count = max(4, round((len(x) - 1) * factor))
        parts.append(resampled(x, count))
    return assemble_grid(layers, parts)


def own_nodes(layers: Sequence[ChargeLayer], grid: Grid, k: int) -> Array:
    """Positions of the nodes inside layer k, without a metal's node counted to it."""
    ends = bounds(layers)[k]
    assert ends is not None
    x = grid.position[grid.layer == k]
    slack = 1e-6 * (ends[1] - ends[0])
    return x[(x >= ends[0] - slack) & (x <= ends[1] + slack)]


def resampled(x: Array, count: int) -> Array:
    """`count` intervals of the same distribution as the nodes `x`, by a smooth monotonic curve."""
    from scipy.interpolate import PchipInterpolator

    u = np.linspace(0.0, 1.0, len(x))
    fine = np.asarray(PchipInterpolator(u, x)(np.linspace(0.0, 1.0, count + 1)))
    fine[0], fine[-1] = x[0], x[-1]
    return fine
