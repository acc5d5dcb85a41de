"""How thickness adds up where ink lands as drops, layers or vapour.

    ink-jet         d = n V phi / (phi_m p^2)          square lattice of drops of pitch p, n passes
    spray           d = n w phi / phi_m                w: ink per area of a pass
                    sd/d = sqrt(<q^2> / N),  N = n w / V pi R^2    drops fall at random, Poisson
    layers          d = n f a,   sd/d = sqrt((1 - f) / (n f))      a site is filled with chance f
    evaporation     d(r) = d(0) (1 + (r/H)^2)^-(m + 3)/2           small source at distance H,
                    its vapour spread as cos^m

<q^2> is the mean square of the profile of one drop over its squared mean (`ring.py`). A printed
drop that is still wet when its neighbour lands merges with it, and what the lattice leaves of
unevenness shrinks by 1 / (1 + t_dry / t_line), an interpolation: 1 where drops dry one by one, 0
where the whole pattern is wet at once. The ring at the rim of the pattern is not in it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...core.randomness import generator
from . import ring

F = NDArray[np.float64]
CELLS = 32  # points of the map along one pitch


def printed(drop: F, solids: F, packing: F, pitch: F, passes: int) -> F:
    """Mean thickness [m] of a lattice of drops."""
    return passes * drop * solids / (packing * pitch**2)


def printed_map(radius: float, pitch: float, share: float, width: float) -> F:
    """Thickness over its mean in one cell of the lattice, shape [CELLS, CELLS].

    Parameters
    ----------
    radius, pitch
        Of the dried drops and of the lattice [m].
    share, width
        Of the ring, as `ring.profile` takes them.

    Examples
    --------
    >>> cell = printed_map(50e-6, 40e-6, 0.0, 0.1)
    >>> bool(abs(cell.mean() - 1.0) < 0.02)
    True
    """
    points = (np.arange(CELLS // 2) + 0.5) / CELLS * pitch  # a quarter; the rest mirrors it
    x, y = np.meshgrid(points, points)
    reach = math.ceil(radius / pitch) + 1
    quarter = np.zeros_like(x)
    for i in range(-reach, reach + 1):
        for j in range(-reach, reach + 1):
            distance = np.hypot(x - i * pitch, y - j * pitch) / radius
            if distance.min() < 1.0:
                quarter += ring.profile(distance, np.array(share), np.array(width))
    half = np.hstack([quarter, quarter[:, ::-1]])
    total = np.vstack([half, half[::-1]])
    return total * pitch**2 / (math.pi * radius**2)


def unmerged(drying: F, line: F) -> F:
    """Share of the unevenness of single drops that is left where wet neighbours merge."""
    return 1.0 / (1.0 + drying / line)


def sprayed(wet: F, solids: F, packing: F, passes: int) -> F:
    """Mean thickness [m] of a sprayed film."""
    return passes * wet * solids / packing


def shot_noise(wet: F, passes: int, drop: F, radius: F, ring_spread: F) -> F:
    """Relative spread of the thickness of drops that fall at random (Poisson)."""
    covering = passes * wet / drop * math.pi * radius**2
    return np.asarray(np.sqrt((1.0 + ring_spread**2) / covering))


def layered(cycles: int, filled: F, height: F) -> F:
    """Mean thickness [m] after `cycles` layers of height [m], each filled to a share."""
    return cycles * filled * height


def layer_noise(cycles: int, filled: F) -> F:
    """Relative spread of a count of filled layers (binomial)."""
    return np.asarray(np.sqrt((1.0 - filled) / (cycles * filled)))


def vapour_profile(r: F, distance: F, exponent: F) -> F:
    """Thickness at r [m] from the axis over that on it."""
    return np.asarray((1.0 + (r / distance) ** 2) ** (-(exponent + 3.0) / 2.0))


def vapour_mean(radius: F, distance: F, exponent: F) -> F:
    """Mean over a disc of the profile above: closed form."""
    u, b = (radius / distance) ** 2, (exponent + 3.0) / 2.0
    return ((1.0 + u) ** (1.0 - b) - 1.0) / ((1.0 - b) * u)


def vapour_spread(radius: F, distance: F, exponent: F) -> F:
    """Relative standard deviation over a disc: closed form."""
    square = vapour_mean(radius, distance, 2.0 * exponent + 3.0)
    mean = vapour_mean(radius, distance, exponent)
    return np.asarray(np.sqrt(np.maximum(square / mean**2 - 1.0, 0.0)))


PATCH = 8.0  # width of a sprayed patch over the radius of a dried drop
POINTS = 96  # of such a patch along its width


def sprayed_map(covering: float, share: float, width: float, seed: int = 0) -> F:
    """Thickness over its mean on one random patch, shape [POINTS, POINTS], periodic.

    Parameters
    ----------
    covering
        Mean number N of drops that lie on a point.
    share, width
        Of the ring of one drop.

    Examples
    --------
    >>> bool(abs(sprayed_map(50.0, 0.0, 0.1).mean() - 1.0) < 0.1)
    True
    """
    rng = generator(seed, "film", "spray")
    count = rng.poisson(min(covering, 2000.0) * PATCH**2 / math.pi)
    points = (np.arange(POINTS) + 0.5) / POINTS * PATCH
    total = np.zeros((POINTS, POINTS))
    for x, y in rng.uniform(0.0, PATCH, (count, 2)):
        dx, dy = (np.abs((points - c + PATCH / 2) % PATCH - PATCH / 2) for c in (x, y))
        total += ring.profile(np.hypot(dx[None, :], dy[:, None]), np.array(share), np.array(width))
    return total / min(covering, 2000.0)
