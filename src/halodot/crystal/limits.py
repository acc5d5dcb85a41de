"""Closed forms of packing that the tolerance models must meet."""

from __future__ import annotations

import math

# Smallest B / X radius at which six anions still touch the cation.
OCTAHEDRAL_LIMIT = math.sqrt(2.0) - 1.0
# Bartel et al. 2019, 10.1126/sciadv.aav0693: below it a perovskite is more likely than not.
BARTEL_LIMIT = 4.18


def ideal_a_radius(b_radius: float, x_radius: float) -> float:
    """Return the A radius that fills the cage of a cubic perovskite, t = 1 [m].

    Parameters
    ----------
    b_radius, x_radius
        [m]

    Examples
    --------
    >>> round(ideal_a_radius(1.0, 1.0), 6)
    1.828427
    """
    return math.sqrt(2.0) * (b_radius + x_radius) - x_radius


def equal_spheres() -> float:
    """Return the tolerance factor of three equal spheres, 1 / sqrt(2)."""
    return 1.0 / math.sqrt(2.0)
