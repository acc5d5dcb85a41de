"""Spin coating: outflow, then evaporation.

    thinning        dh/dt = -2 K h^3 - E,   K = rho omega^2 / (3 eta)
    solids          d ln S / dt = -2 K h^2
    evaporation     E = k c_sat (1 - H) / rho,   k = C D_v^(2/3) nu^(-1/6) omega^(1/2)

without evaporation h = h0 / sqrt(1 + 4 K h0^2 t) (Emslie, Bonner, Peck). With it, g = h / h_w and
2 K h_w^3 = E, the equations are solved exactly for a constant viscosity:

    S = phi h0 / (1 + (h0/h_w)^3)^(1/3)  ->  phi h_w,       h_w = (3 eta E / (2 rho omega^2))^(1/3)
    t = (h_w / E) integral_0^(h0/h_w) dg / (1 + g^3)  ->  2 pi / (3 sqrt 3) h_w / E

which is Meyerhofer's result, and with E ~ sqrt(omega) the familiar thickness ~ omega^(-1/2). The
ink thickens as it dries, which holds back more dots: for dilute inks (below 5 % by volume) this
acts only at the end; expect 30 %. C is that of a rotating disc in still air, a prior.

Emslie et al., J. Appl. Phys. 29, 858 (1958); Meyerhofer, J. Appl. Phys. 49, 3993 (1978);
both remembered.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]
AIR_VISCOSITY = 1.56e-5  # kinematic, 25 degC [m2/s]
WHOLE = 2.0 * math.pi / (3.0 * math.sqrt(3.0))


def evaporation(
    speed: F, vapour: F, density: F, diffusivity: F, background: F, coefficient: F
) -> F:
    """Thinning by evaporation E [m/s]; `speed` is omega [rad/s]."""
    transfer = coefficient * diffusivity ** (2.0 / 3.0) * AIR_VISCOSITY ** (-1.0 / 6.0)
    return transfer * np.sqrt(speed) * vapour * (1.0 - background) / density


def wet_thickness(viscosity: F, rate: F, density: F, speed: F) -> F:
    """Thickness h_w [m] at which outflow and evaporation are equal."""
    return np.asarray(np.cbrt(3.0 * viscosity * rate / (2.0 * density * speed**2)))


def solids(share: F, start: F, wet: F) -> F:
    """Volume of dots that stays per area [m], from an ink layer `start` [m] thick."""
    return share * start / np.cbrt(1.0 + (start / wet) ** 3)


def drying_time(start: F, wet: F, rate: F) -> F:
    """Time [s] until the solvent is gone."""
    g = start / wet
    return wet / rate * (_integral(g) - _integral(np.zeros_like(g)))


def _integral(g: F) -> F:
    """Antiderivative of 1 / (1 + g^3)."""
    logs = np.log((1.0 + g) ** 2 / (1.0 - g + g**2)) / 6.0
    return logs + np.arctan((2.0 * g - 1.0) / math.sqrt(3.0)) / math.sqrt(3.0)
