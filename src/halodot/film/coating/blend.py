"""A drop of several solvents: Raoult's law, in closed form.

Each part leaves a pinned drop as if alone, but with its share x_i of the moles:

    dn_i/dt = -k p_i x_i,   k = 4 R D_v (1 - H) / (R_g T),   x_i = n_i / n

With ds = dt / n every part decays alone, n_i(s) = n_i(0) exp(-k p_i s), and

    t(s) = sum_i n_i(0) (1 - exp(-k p_i s)) / (k p_i),   t_dry = sum_i n_i(0) / (k p_i):

a blend dries in the sum of the times that its parts would take alone. Dots diffuse meanwhile by
the viscosity of what is left, ln eta = sum_i x_i ln eta_i, so that

    Pe = R^2 / integral_0^t_dry D_p dt

which for one solvent is U R / D_p. Range: ideal mixtures (alkanes with alkanes; alcohols in
alkanes are not), one vapour diffusivity, mixed well inside. Raoult's law, the logarithmic mixing
of viscosities (Arrhenius) and the linear one of surface tensions are textbook approximations.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from . import drop

F = NDArray[np.float64]
STEPS = 240  # of the quadrature; 240 and 480 differ below 1e-3


def drying_time(moles: Sequence[F], pressures: Sequence[F], rate: F) -> F:
    """Drying time [s] of the blend.

    Parameters
    ----------
    moles, pressures
        Of each part: moles in the drop [mol], vapour pressure [Pa].
    rate
        k above [mol/(Pa s)].
    """
    return np.asarray(
        np.sum([n / (rate * p) for n, p in zip(moles, pressures, strict=True)], axis=0)
    )


def diffused(
    moles: Sequence[F],
    pressures: Sequence[F],
    viscosities: Sequence[F],
    rate: F,
    diameter: F,
    temperature: F,
) -> F:
    """Integral of D_p dt over the drying [m2]; arguments as above, `moles` those in the drop."""
    slow = np.minimum.reduce(pressures) * rate
    # s from 0 to where the slowest part is gone; the grid in exp(-k p s) resolves every part
    grid = np.linspace(0.0, 1.0, STEPS + 1) ** 3
    s = 12.0 * np.multiply.outer(grid, 1.0 / slow)
    left = [n * np.exp(-rate * p * s) for n, p in zip(moles, pressures, strict=True)]
    total = np.sum(left, axis=0)
    log_viscosity = np.sum(
        [n / total * np.log(eta) for n, eta in zip(left, viscosities, strict=True)], axis=0
    )
    speed = drop.diffusivity(np.exp(log_viscosity), diameter, temperature)
    return np.asarray(np.trapezoid(speed * total, s, axis=0))


def mole_shares(shares: Sequence[float], molar_volumes: Sequence[float]) -> list[float]:
    """Mole shares of parts given by volume.

    >>> mole_shares([0.5, 0.5], [1e-4, 1e-4])
    [0.5, 0.5]
    """
    moles = [s / v for s, v in zip(shares, molar_volumes, strict=True)]
    whole = math.fsum(moles)
    return [n / whole for n in moles]
