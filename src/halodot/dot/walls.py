"""How much wall a dot has, and how often its two carriers meet: geometry shared by the models.

Faces belong to pairs of walls along an axis: two for each axis of length L give
``S/V = 2 sum(1/L_i)``, which holds for spheres and round wires with their diameter as well. The
mean free chord of a convex body is ``4 V / S`` (Cauchy).

The chance density that electron and hole meet, ``int |psi_e|^2 |psi_h|^2 dV``, is the sum of the
free exciton's ``1/(pi a^3)`` and the limit of strong confinement: ``(3/2)^3 / L^3`` in a cube,
``5.4 / d^3`` in a sphere, ``(3/2)^2 / (d^2 a)`` in a wire and ``(3/2)/t 8/(pi a^2)`` in a platelet,
whose exciton is two-dimensional. Range: the sum is right at both ends and within a factor of two
between them; the wire is an estimate. Reference: Elliott and Loudon, doi:10.1016/0022-3697(59)
90008-1; Shinada and Sugano, doi:10.1143/JPSJ.21.1936.
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
_SPHERE = 5.377  # d^3 int |psi|^4 dV of the ground state of a hard sphere, 8 x 0.6721


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


def meeting_density(
    size: ArrayLike, shape: str, bohr_radius: ArrayLike, lateral: ArrayLike | None = None
) -> FloatArray:
    """Chance density that electron and hole are at one place [1/m3].

    Examples
    --------
    >>> free = 1.0 / (np.pi * 3e-9**3)
    >>> round(float(meeting_density(1e-6, "cube", 3e-9)) / free, 4)
    1.0
    """
    length, a = np.asarray(size, float), np.asarray(bohr_radius, float)
    free = 1.0 / (np.pi * a**3)
    axes = float(_AXES[shape][0])
    if shape == "sphere":
        return np.asarray(free + _SPHERE / length**3)
    if shape == "cuboid":
        return np.asarray(free + 1.5**3 / volume(size, shape, lateral, bohr_radius))
    across = np.asarray({1.0: 8.0 / (np.pi * a**2), 2.0: 1.0 / a, 3.0: 1.0}[axes])
    return np.asarray(free + (1.5 / length) ** axes * across)


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
