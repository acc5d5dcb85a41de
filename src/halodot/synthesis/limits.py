"""Closed forms that the models of a synthesis must meet."""

from __future__ import annotations


def halide_ratio_of_cube(cells: float) -> float:
    """Halide over lead of a halide-terminated cube of `cells` unit cells an edge, ``3 + 3/n``.

    It holds ``n^3`` lead and ``3 n^2 (n + 1)`` halide ions.

    >>> halide_ratio_of_cube(10.0)
    3.3
    """
    return 3.0 + 3.0 / cells


def cells_of_cube(halide_ratio: float) -> float:
    """Unit cells an edge of a halide-terminated cube with `halide_ratio` above 3.

    >>> round(cells_of_cube(3.3), 6)
    10.0
    """
    return 3.0 / (halide_ratio - 3.0)
