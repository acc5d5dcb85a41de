"""How much wall a dot has: geometry shared by the models of transport and spin.

Faces belong to pairs of walls along an axis: two for each axis of length L give
``S/V = 2 sum(1/L_i)``, which holds for spheres and round wires with their diameter as well. The
mean free chord of a convex body is ``4 V / S`` (Cauchy).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

# Axes along which a shape has its size, and along which it has its lateral size.
_AXES = {
    "cube": (3, 0),
    "sphere": (3, 0),
    "cuboid": (1, 2),
    "platelet": (1, 2),
    "wire": (2, 0),
    "rod": (2, 1),
}


def is_known(shape: str) -> bool:
    """Whether the walls of `shape` are described here."""
    return shape in _AXES


def far_side(
    size: ArrayLike, shape: str, lateral: ArrayLike | None, length: ArrayLike | None
) -> FloatArray | None:
    """Edge along the axes that do not have the size [m], None where there is none.

    The lateral size of a platelet, the length of a rod, the geometric mean of a cuboid's other two.

    Examples
    --------
    >>> float(far_side(1.0, "cuboid", 2.0, 8.0))
    4.0
    """
    if shape == "cuboid":
        second = np.asarray(size if lateral is None else lateral, float)
        third = second if length is None else np.asarray(length, float)
        return np.asarray(np.sqrt(second * third))
    other = {"platelet": lateral, "rod": length}.get(shape)
    return None if other is None else np.asarray(other, float)


def axes(size: ArrayLike, shape: str, lateral: ArrayLike | None = None) -> list[FloatArray]:
    """Edges of the box [m] that stands for a shape, the bounded ones only.

    A sphere becomes the cube with the same ground level, of edge ``sqrt(3)/2 d``.

    Examples
    --------
    >>> [float(x) for x in axes(2e-9, "platelet", 3e-8)]
    [2e-09, 3e-08, 3e-08]
    """
    short, long = _AXES[shape]
    own = np.asarray(size, float) * (math.sqrt(0.75) if shape == "sphere" else 1.0)
    rest = [] if lateral is None else [np.asarray(lateral, float)] * long
    return [own] * short + rest


def surface_to_volume(size: ArrayLike, shape: str, lateral: ArrayLike | None = None) -> FloatArray:
    """Surface over volume [1/m].

    Parameters
    ----------
    size
        Edge of a cube, diameter of a sphere or wire, thickness of a platelet [m].
    shape
        A shape of the dot stage.
    lateral
        As from `far_side` [m]; None: far away.

    Examples
    --------
    >>> float(surface_to_volume(1e-8, "cube"))
    600000000.0
    """
    short, long = _AXES[shape]
    far = 0.0 if lateral is None else long / np.asarray(lateral, float)
    return np.asarray(2.0 * (short / np.asarray(size, float) + far))


def mean_chord(size: ArrayLike, shape: str, lateral: ArrayLike | None = None) -> FloatArray:
    """Mean path between two walls [m].

    Examples
    --------
    >>> round(float(mean_chord(9e-9, "sphere")) * 1e9, 6)
    6.0
    """
    return np.asarray(4.0 / surface_to_volume(size, shape, lateral))


def volume(
    size: ArrayLike, shape: str, lateral: ArrayLike | None, bohr_radius: ArrayLike
) -> FloatArray:
    """Volume within which the two carriers are kept [m3]; an endless wire counts one Bohr diameter.

    Examples
    --------
    >>> round(float(volume(2e-9, "cube", None, 3e-9)) * 1e27, 6)  # nm3
    8.0
    """
    length, a = np.asarray(size, float), np.asarray(bohr_radius, float)
    if shape == "sphere":
        return np.asarray(math.pi / 6.0 * length**3)
    short, long = _AXES[shape]
    far = np.asarray(2.0 * a if lateral is None or not long else lateral, float)
    return np.asarray(length ** float(short) * far ** float(3 - short))
