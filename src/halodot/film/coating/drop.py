"""A thin pinned drop of ink that dries: how long, how strongly it carries dots to its edge.

    volume             V = pi R^3 theta / 4                     spherical cap, theta << 1
    drying (Popov)     dm/dt = -4 R D_v c_sat (1 - H)           thin drop, pinned
    drying time        t = rho V / (4 R D_v c_sat (1 - H))
    saturated vapour   c_sat = p M / (R_g T)
    dots in the ink    D_p = kT / (3 pi eta d)                  Stokes and Einstein
    Peclet number      Pe = U R / D_p,  U = R / t
    printing           Z = sqrt(rho sigma a) / eta = 1 / Oh     a: nozzle

Range: theta below 40 degrees (the thin-drop rate is 5 % off there), isothermal, diffusion of
vapour into still air. A blend of ideal solvents dries in the sum of the times that its parts
would take alone (`blend.py`). Sources: R. D. Popov, Phys. Rev. E 71, 036313 (2005), remembered;
J. E. Fromm, IBM J. Res. Dev. 28, 322 (1984), remembered, for Z.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...core.constants import AVOGADRO, BOLTZMANN, ELEMENTARY_CHARGE

F = NDArray[np.float64]
GAS = BOLTZMANN * ELEMENTARY_CHARGE * AVOGADRO  # R_g [J/mol K]
PRINTABLE = (1.0, 10.0)  # Z between which drops form without satellites; remembered, unverified


def volume(radius: F, angle: F) -> F:
    """Volume of a thin cap [m3] of contact radius [m] and contact angle [rad].

    >>> float(volume(np.float64(50e-6), np.float64(0.1745)) * 1e15) > 17  # pL
    True
    """
    return math.pi * radius**3 * angle / 4.0


def contact_radius(drop: F, angle: F) -> F:
    """Contact radius [m] of a drop of a volume [m3]; the inverse of `volume`."""
    return np.asarray(np.cbrt(4.0 * drop / (math.pi * angle)))


def saturated_vapour(pressure: F, molar_mass: F, temperature: F) -> F:
    """Density of the saturated vapour [kg/m3], an ideal gas."""
    return pressure * molar_mass / (GAS * temperature)


def drying_time(radius: F, angle: F, density: F, vapour: F, diffusivity: F, background: F) -> F:
    """Time [s] in which a pinned thin drop dries.

    Parameters
    ----------
    radius, angle
        Of the contact line [m], [rad].
    density, vapour
        Of the liquid and of its saturated vapour [kg/m3].
    diffusivity
        Of the vapour in air [m2/s].
    background
        Share of saturation in the air around.
    """
    rate = 4.0 * radius * diffusivity * vapour * (1.0 - background)
    return density * volume(radius, angle) / rate


def diffusivity(viscosity: F, diameter: F, temperature: F) -> F:
    """Diffusivity of a dot in the ink [m2/s] of hydrodynamic diameter [m]."""
    return BOLTZMANN * ELEMENTARY_CHARGE * temperature / (3.0 * math.pi * viscosity * diameter)


def peclet(radius: F, time: F, dots: F) -> F:
    """Flow to the edge over diffusion of the dots, R^2 / (t D_p)."""
    return radius**2 / (time * dots)


def z_number(density: F, tension: F, nozzle: F, viscosity: F) -> F:
    """Printability Z = sqrt(rho sigma a) / eta."""
    return np.asarray(np.sqrt(density * tension * nozzle)) / viscosity
