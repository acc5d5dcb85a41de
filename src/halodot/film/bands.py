"""Band edges and effective densities of states of the film.

The film inherits the levels of its dots. Each dot offers two states (spin) near each edge in
lead halides, where the s-like valence and the spin-orbit split conduction edge are both
doublets: N = 2 x dots per volume. A film without dots is taken as its bulk semiconductor,
N = 2 (2 pi m kT / h^2)^1.5.
"""

from __future__ import annotations

import math

from ..core.constants import BOLTZMANN, KINETIC

STATES_PER_DOT = 2.0


def dot_states(dots: float) -> float:
    """Return the states per volume of a film of dots [m-3].

    Examples
    --------
    >>> dot_states(5e23)
    1e+24
    """
    return STATES_PER_DOT * dots


def bulk_states(mass: float, temperature: float) -> float:
    """Return the effective density of states of a parabolic band [m-3]; mass in m0.

    Examples
    --------
    >>> f"{bulk_states(1.0, 300.0):.3e}"
    '2.509e+25'
    """
    kT = BOLTZMANN * temperature
    return 2.0 * (mass * kT / (2.0 * math.pi * (2.0 * KINETIC))) ** 1.5
