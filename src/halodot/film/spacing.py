"""Geometry of the film: gap between cores, dots per volume, share of space filled by cores.

A shell of ligands of length L that overlap with those of the neighbour by the share I, present
at the share theta of a full shell, keeps two cores apart by

    gap = gap_contact + theta L (2 - I)

(I = 1: the chains of one dot lie fully between those of its neighbour.) Linear in coverage
means that the ligands left behind fill what space there is, as a melt of chains does; it
is our choice and holds between a full shell and bare contact. With pitch a = size + gap the
dots per volume are packing / a^3 and the cores fill packing (size/a)^3 (cubes).
"""

from __future__ import annotations

import math

FCC = math.pi / (3.0 * math.sqrt(2.0))  # space filled by close-packed spheres


def gap(length: float, interdigitation: float, coverage: float, contact: float) -> float:
    """Return the gap between neighbouring cores [m].

    Parameters
    ----------
    length
        Ligand length [m].
    interdigitation
        Share of the length over which facing shells overlap [1].
    coverage
        Share of a full shell [1].
    contact
        Gap of bare cores [m].

    Examples
    --------
    >>> round(gap(2.0e-9, 1.0, 1.0, 0.0) * 1e9, 3)
    2.0
    """
    return contact + coverage * length * (2.0 - interdigitation)


def core_volume(shape: str, size: float, lateral: float | None = None) -> float:
    """Return the volume of one core [m3]; `size` is edge, diameter or thickness [m]."""
    if shape == "sphere":
        return math.pi / 6.0 * size**3
    if shape == "platelet" and lateral is not None:
        return size * lateral**2
    return size**3


def core_surface(shape: str, size: float, lateral: float | None = None) -> float:
    """Return the surface of one core [m2].

    Examples
    --------
    >>> core_surface("cube", 2.0)
    24.0
    """
    if shape == "sphere":
        return math.pi * size**2
    if shape == "platelet" and lateral is not None:
        return 2.0 * lateral**2 + 4.0 * size * lateral
    return 6.0 * size**2


def dot_density(
    shape: str, size: float, spacing: float, packing: float, lateral: float | None = None
) -> float:
    """Return the dots per volume [m-3].

    `packing` is the space filled by the dots with half a gap around each: 1 for stacked
    cubes or platelets, `FCC` for close-packed spheres, less in a random film.
    """
    width = size if lateral is None or shape != "platelet" else lateral
    return packing / core_volume(shape, size + spacing, width + spacing)


def fill_fraction(
    shape: str, size: float, spacing: float, packing: float, lateral: float | None = None
) -> float:
    """Return the volume fraction of the inorganic cores [1].

    Examples
    --------
    >>> round(fill_fraction("cube", 10e-9, 2.4e-9, 1.0), 2)
    0.52
    """
    return dot_density(shape, size, spacing, packing, lateral) * core_volume(shape, size, lateral)


def full_packing(shape: str) -> float:
    """Return the space filled in a perfect superlattice of dots of `shape` [1]."""
    return FCC if shape == "sphere" else 1.0
