"""Closed forms of a channel with one or two kinds of carriers, for tests and theory pages.

Gradual channel with a gate capacitance C per area, thresholds taken into V_G, the source at 0:

    unipolar        I = W C mu / L (V_G V_D - V_D^2 / 2),     V_D < V_G;   W C mu V_G^2 / 2L beyond
    ambipolar       I = W C / 2L (mu_n V_G^2 + mu_p (V_D - V_G)^2),     0 < V_G < V_D
    zone            x_0 / L = mu_n V_G^2 / (mu_n V_G^2 + mu_p (V_D - V_G)^2)   from the source

Width of the zone without diffusion, equal mobilities mu, pairs that recombine with k n p in a sheet
of thickness t. With u = n - p, s = n + p per area, the current and the difference of its parts give

    s u' = j C / (q^2 mu),      (q mu / C) (u u')' = (k / 2t) (s^2 - u^2),

which has no length but l = sqrt(q mu t / (k C)): the zone is `WIDTH` l wide at half maximum,
whatever the current. Langevin's k = q (mu_n + mu_p) / eps makes it a share of sqrt(eps t / C).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..core.constants import BOLTZMANN, ELEMENTARY_CHARGE

Array = NDArray[np.float64]
WIDTH, WIDTH_90 = 2.7528, 3.498  # of the zone at half maximum and of 90 % of the pairs, in l


def unipolar_current(beta: float, gate: float, drain: float) -> float:
    """Drain current [A] of one carrier; `beta` = W C mu / L [A/V2], V_G above threshold [V].

    >>> unipolar_current(2.0, 3.0, 1.0), unipolar_current(2.0, 3.0, 10.0)
    (5.0, 9.0)
    """
    over = max(gate, 0.0)
    taken = min(drain, over)
    return beta * (over * taken - 0.5 * taken**2)


def ambipolar_current(beta_n: float, beta_p: float, gate: float, drain: float) -> float:
    """Drain current [A] of two carriers that share the channel, 0 < V_G < V_D [V].

    >>> ambipolar_current(1.0, 1.0, 5.0, 10.0)
    25.0
    """
    return 0.5 * (beta_n * gate**2 + beta_p * (drain - gate) ** 2)


def zone_position(mu_n: float, mu_p: float, gate: float, drain: float) -> float:
    """Share of the channel, from the source, that electrons fill [1].

    >>> zone_position(1.0, 1.0, 5.0, 10.0)
    0.5
    """
    electrons, holes = mu_n * gate**2, mu_p * (drain - gate) ** 2
    return electrons / (electrons + holes)


def zone_length(mobility: float, thickness: float, coefficient: float, capacitance: float) -> float:
    """Length l = sqrt(q mu t / (k C)) of the zone [m]; `coefficient` k [m3/s]."""
    charge = ELEMENTARY_CHARGE * mobility * thickness
    return math.sqrt(charge / (coefficient * capacitance))


def similarity(reach: float = 40.0, points: int = 4001) -> tuple[Array, Array]:
    """Rate of recombination against x / l without diffusion, one half, from the middle.

    Returns
    -------
    Distance in l, and the rate over that in the middle.

    >>> x, rate = similarity()
    >>> round(2.0 * float(np.interp(-0.5, -rate, x)), 2), WIDTH
    (2.75, 2.7528)
    """
    from scipy.integrate import solve_ivp

    b = 0.5**0.25
    first = 1e-3

    def slope(_: float, y: Array) -> list[float]:
        u, steep = y
        pairs = 1.0 / steep**2 - u**2
        return [steep, (0.5 * pairs - steep**2) / u]

    start = [b * first - b**5 / 18.0 * first**3, b - b**5 / 6.0 * first**2]
    x = np.linspace(first, reach, points)
    found = solve_ivp(
        slope, (first, reach), start, t_eval=x, method="LSODA", rtol=1e-10, atol=1e-12
    )
    rate = 1.0 / found.y[1] ** 2 - found.y[0] ** 2
    return found.t, rate * b**2


def diffusion_length(mobility: float, lifetime: float, temperature: float) -> float:
    """Length sqrt(D tau) that a carrier diffuses in its lifetime [m], D = mu kT/q.

    >>> round(diffusion_length(1.2e-5, 0.0206, 300.0) * 1e6)
    80
    """
    return math.sqrt(mobility * BOLTZMANN * temperature * lifetime)
