"""Flow along the surface of a drying drop, from differences of temperature or composition.

    cooling         dT = J L h / lambda,   J = 4 D_v c_sat (1 - H) / (pi R)     mean flux
    thermal         Ma_T = -(d sigma / dT) dT h / (eta alpha)
    solutal         Ma_S = x_left (sigma_left - sigma_start) h / (eta D_l)
    relief          s = s_max Ma / (Ma + 80) for Ma > 0, else 0

h = R theta / 2 is the height of the drop, L the heat of evaporation per mass, lambda and alpha
conductivity and diffusivity of heat. sigma_left is the surface tension of the part that leaves
last and x_left its share by mole, as a trace acts only at the very end: the edge runs ahead of the
middle, so that a positive Ma_S pulls the surface outward, spreads the drop and frees its edge; a
negative one pulls it inward and relieves nothing here, as no observation of it was read. In a blend
of three the sign is that of the whole course, which may turn on the way. Thermal: the apex is the
coldest place of a thin drop on a warm support, which pulls the surface inward, against the flow
that builds a ring. Both numbers are orders of magnitude; s, the chance that the flow keeps a ring
away, rises with them to a prior s_max.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]
STRONG = 80.0  # Pearson's number, from which on a layer heated from below turns; a yardstick


def height(radius: F, angle: F) -> F:
    """Height of a thin cap [m]."""
    return 0.5 * radius * angle


def flux(radius: F, vapour: F, diffusivity: F, background: F) -> F:
    """Mean rate of evaporation per area [kg/m2 s] of a thin drop."""
    return 4.0 * diffusivity * vapour * (1.0 - background) / (math.pi * radius)


def cooling(rate: F, heat: F, depth: F, conductivity: F) -> F:
    """Temperature difference across the drop [K]; `heat` in J/kg, `rate` in kg/m2 s."""
    return rate * heat * depth / conductivity


def thermal(slope: F, difference: F, depth: F, viscosity: F, heat_diffusivity: F) -> F:
    """Thermal Marangoni number; `slope` is -d sigma/dT [N/m K]."""
    return slope * difference * depth / (viscosity * heat_diffusivity)


def solutal(left: F, start: F, share: F, depth: F, viscosity: F, diffusivity: F) -> F:
    """Solutal Marangoni number, positive where the surface is pulled outward.

    Parameters
    ----------
    left, start
        Surface tension of the part that leaves last and of the fresh ink [N/m].
    share
        Of the part that leaves last in the fresh ink, by mole.
    """
    return share * (left - start) * depth / (viscosity * diffusivity)


def relief(number: F, most: F) -> F:
    """Chance s that a flow of this Marangoni number keeps a ring away; none where it is negative.

    >>> float(relief(np.array(80.0), np.array(0.5))), float(relief(np.array(-1e4), np.array(0.5)))
    (0.25, 0.0)
    """
    pull = np.maximum(number, 0.0)
    return most * pull / (pull + STRONG)
