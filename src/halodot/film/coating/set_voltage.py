"""From the thickness of a film to the voltages at which its memories set.

A cell sets where the field reaches E_c: V = E_c d. A cell that holds N independent places sets at
the thinnest of them. With thicknesses normal about d with relative spread s,

    V = E_c d (1 - s m_N),   spread of V = s s_N / (1 - s m_N),

m_N and s_N being mean and standard deviation of the largest of N normal numbers (0 and 1 for one).
Range: s (m_N + 2 s_N) < 1, beyond which a film has holes and cells are shorted; at this edge the
spread of V is one half for any N. What lies beyond is not defined (`is_whole`); draws beyond are
held at the edge. A film of a few dots is uneven by the dots themselves, so that thin films spread
more, as the review says.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.randomness import generator

F = NDArray[np.float64]


@lru_cache(maxsize=64)
def extreme(count: int) -> tuple[float, float]:
    """Mean and standard deviation of the largest of `count` normal numbers.

    Examples
    --------
    >>> mean, sd = extreme(2)
    >>> bool(abs(mean - 0.5642) < 1e-4), bool(abs(sd - 0.8256) < 1e-4)
    (True, True)
    """
    if count == 1:
        return 0.0, 1.0
    x = np.linspace(-9.0, 9.0, 36_001)
    below = 0.5 * np.vectorize(math.erfc)(x / math.sqrt(2.0))  # of the mirrored variable
    held = -np.expm1(count * np.log1p(-np.minimum(below, 1.0 - 1e-16)))
    weight, middle = -np.diff(held), 0.5 * (x[1:] + x[:-1])
    weight = weight / weight.sum()
    mean = float(weight @ middle)
    return mean, math.sqrt(float(weight @ (middle - mean) ** 2))


def edge(places: int = 1) -> float:
    """Largest relative spread of the thickness at which cells are not shorted: 1/(m_N + 2 s_N).

    >>> edge(1)
    0.5
    """
    mean, sd = extreme(places)
    return 1.0 / (mean + 2.0 * sd)


def is_whole(thickness_spread: float, places: int = 1) -> bool:
    """Whether a film of this relative spread has no holes, so that its cells set."""
    return thickness_spread < edge(places)


def centre(thickness: F, spread: F, field: F, places: int = 1) -> F:
    """Mean set voltage [V] of many cells.

    Parameters
    ----------
    thickness, spread
        Mean [m] and relative standard deviation of the film.
    field
        Field at which a place sets [V/m].
    places
        Independent places of one cell.
    """
    held = np.minimum(spread, edge(places))
    return field * thickness * (1.0 - held * extreme(places)[0])


def spread(thickness_spread: F, places: int = 1) -> F:
    """Relative standard deviation of the set voltage from that of the thickness."""
    mean, sd = extreme(places)
    held = np.minimum(thickness_spread, edge(places))
    return np.asarray(held * sd / (1.0 - held * mean))


def of_map(thickness: F, field: float, places: int = 1, cells: int = 1000, seed: int = 0) -> F:
    """Set voltages [V] of `cells` cells that lie anywhere on a map of thickness.

    Parameters
    ----------
    thickness
        Map or profile of the film [m], any shape; each entry is a place of equal area.
    field
        Field at which a place sets [V/m].
    places
        Places of the map that one cell covers; the thinnest sets.

    Returns
    -------
    ndarray, shape (cells,)

    Examples
    --------
    >>> bool(np.allclose(of_map(np.full(9, 1e-7), 1e7, cells=4), 1.0))
    True
    """
    if np.size(thickness) == 0 or places < 1 or cells < 1:
        raise InputError("thickness", np.size(thickness), "a map with places, and cells", "")
    rng = generator(seed, "film", "set voltage")
    flat = np.ravel(thickness)
    thinnest = np.full(cells, np.inf)
    for _ in range(places):
        thinnest = np.minimum(thinnest, flat[rng.integers(0, flat.size, cells)])
    return np.asarray(field * thinnest)
