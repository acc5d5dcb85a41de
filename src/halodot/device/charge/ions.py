"""Where the mobile ions of a stack may go: rows of unknowns, and regions that conserve them.

Species that never meet share a row of unknowns, so that a stack of many layers costs no more than
its fullest layer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .layers import ChargeIon, ChargeLayer

Array = NDArray[np.float64]
MOST_ROWS = 4


@dataclass(frozen=True)
class Region:
    """Neighbouring layers `first` to `last` that share a species, in row `row` of the unknowns."""

    name: str
    row: int
    first: int
    last: int


def _of(layer: ChargeLayer, name: str) -> ChargeIon | None:
    return next((ion for ion in layer.ions if ion.name == name and ion.density > 0), None)


def regions(layers: list[ChargeLayer]) -> list[Region]:
    """Return the regions of a stack, each with the lowest row that is free in all its layers.

    Raises
    ------
    ValueError
        If more than four species meet in one layer, or a species has two charges in a region.
    """
    found: list[Region] = []
    used: list[set[int]] = [set() for _ in layers]
    for first, layer in enumerate(layers):
        for ion in layer.ions:
            here = _of(layer, ion.name)
            if here is None or (first > 0 and _of(layers[first - 1], ion.name) is not None):
                continue
            last = first
            while last + 1 < len(layers) and _of(layers[last + 1], ion.name) is not None:
                last += 1
            span = range(first, last + 1)
            charges = {one.charge for j in span if (one := _of(layers[j], ion.name)) is not None}
            if len(charges) > 1:
                raise ValueError(f"ion {ion.name!r} has two charges in neighbouring layers")
            row = next(r for r in range(99) if all(r not in used[j] for j in span))
            if row >= MOST_ROWS:
                raise ValueError(f"more than {MOST_ROWS} species of ions meet in one layer")
            for j in span:
                used[j].add(row)
            found.append(Region(ion.name, row, first, last))
    return found


@dataclass(frozen=True)
class IonArrays:
    """Per row and node: charge number, mean density, mobility, sites, jump [K, N]."""

    charge: Array
    mean: Array
    mobility: Array
    limit: Array
    jump: Array
    owner: NDArray[np.int64]  # index of the region, -1 for none


def arrays(layers: list[ChargeLayer], layer: NDArray[np.int64], known: list[Region]) -> IonArrays:
    """Spread the species of `layers` over the nodes, whose layer is `layer`."""
    rows = max((r.row for r in known), default=-1) + 1
    shape = (rows, len(layer))
    charge, mean, mobility, jump = (np.zeros(shape) for _ in range(4))
    limit, owner = np.full(shape, 1e28), np.full(shape, -1, dtype=np.int64)
    for number, region in enumerate(known):
        for j in range(region.first, region.last + 1):
            ion = _of(layers[j], region.name)
            if ion is None:
                continue
            here = layer == j
            charge[region.row, here] = ion.charge
            mean[region.row, here] = ion.density
            mobility[region.row, here] = ion.mobility
            limit[region.row, here] = ion.limit
            jump[region.row, here] = ion.jump
            owner[region.row, here] = number
    return IonArrays(charge, mean, mobility, limit, jump, owner)
