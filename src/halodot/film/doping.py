"""Foreign ions on the lead site: carriers they give, ions they hold.

An ion of charge q on the site of Pb2+ is an acceptor (Ag+: -1 to the lattice) or a donor
(Bi3+: +1). Of a content c per lead site only a share x gives a carrier, as the lattice
compensates most of it with its own defects:

    N_A - N_D = (sum over acceptors of c x - sum over donors of c x) f / a^3

with f the space that cores fill and a^3 the volume of a formula unit. An acceptor holds a halide
vacancy (+1) on one of the six halide sites around it by their Coulomb attraction at half a
lattice constant, E_b = e^2 / (4 pi eps_0 eps a/2). Per formula unit, with v vacancies, b pairs
and three halide sites,

    b / ((v - b)(c - b)) = (6/3) exp(E_b / kT),

which leaves v - b mobile: this is how an acceptor suppresses ion transport. It acts on nothing
else. Range: c below 0.1. The share x is a prior; see the library, kind dopant.
"""

from __future__ import annotations

import math

from ..core.constants import ELEMENTARY_CHARGE, VACUUM_PERMITTIVITY

PLACES = 6.0 / 3.0  # halide sites around an acceptor over halide sites of a formula unit


def formula_units(fill: float, hop: float) -> float:
    """Return the formula units per volume of film [m-3]; `hop` = a / sqrt(2) [m]."""
    return fill / (math.sqrt(2.0) * hop) ** 3


def pair_energy(permittivity: float, hop: float) -> float:
    """Return the binding of vacancy and acceptor [eV].

    Examples
    --------
    >>> round(pair_energy(20.0, 0.42e-9), 2)
    0.24
    """
    distance = hop / math.sqrt(2.0)
    return ELEMENTARY_CHARGE / (4.0 * math.pi * VACUUM_PERMITTIVITY * permittivity * distance)


def mobile_share(vacancies: float, acceptors: float, binding: float, kT: float) -> float:
    """Return the share of vacancies that no acceptor holds [1]; contents per formula unit.

    Examples
    --------
    >>> mobile_share(1e-3, 0.0, 0.2, 0.025852)
    1.0
    >>> 0.001 < mobile_share(1e-3, 0.02, 0.24, 0.025852) < 0.01
    True
    """
    if acceptors <= 0.0 or vacancies <= 0.0:
        return 1.0
    weak = math.exp(-binding / kT) / PLACES  # dissociation constant
    half = 0.5 * (acceptors - vacancies + weak)
    root = math.hypot(half, math.sqrt(weak * vacancies))
    # v - b, from f^2 + 2 half f - weak v = 0, without cancellation
    free = weak * vacancies / (root + half) if half > 0.0 else root - half
    return free / vacancies
