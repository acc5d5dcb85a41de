"""Flow along the surface of a drying drop, from differences of temperature or composition.

    cooling         dT = J L h / lambda,   J = 4 D_v c_sat (1 - H) / (pi R)     mean flux
    thermal         Ma_T = -(d sigma / dT) dT h / (eta alpha)
    solutal         Ma_S = (sigma_left - sigma_start) h / (eta D_l)

h = R theta / 2 is the height of the drop, L the heat of evaporation per mass, lambda and alpha
conductivity and diffusivity of heat. sigma_left is the surface tension of the part that leaves
last: the edge runs ahead of the middle, so that a positive Ma_S pulls the surface outward, spreads
the drop and frees its edge; a negative one pulls it inward. Thermal: the apex is the coldest place
of a thin drop on a warm support, which pulls the surface inward, against the flow that builds a
ring. Both are orders of magnitude, and say only that such a flow is there.
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


def solutal(left: F, start: F, depth: F, viscosity: F, diffusivity: F) -> F:
    """Solutal Marangoni number, positive where the surface is pulled outward."""
    return (left - start) * depth / (viscosity * diffusivity)
