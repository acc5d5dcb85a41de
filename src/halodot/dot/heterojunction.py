r"""A dot with a second domain: where its band edges stand, and how much light it loses.

With chi the affinities and I the ionization energies of dot (d) and partner (p),

.. math:: \Delta_e = \chi_p - \chi_d, \qquad \Delta_h = I_d - I_p:

a carrier leaves for the partner where its step is above 0. Both above 0: straddling, the partner
inside (type I, all light lost); one: staggered (type II); none: straddling, the dot inside. The
rate out is ``k = (v A / V) (p_e + p_h)`` with ``p = 1 / (1 + exp(-Delta / kT))``, v the velocity of
transfer, A the shared face and V the volume of the dot; light is left with ``k_r / (k_r + k)`` and
what traps leave of that.

Range: abrupt edges, no dipole, no return, no bound pair across the interface. Where the edges of
the partner are priors so is the verdict: the share of draws of each kind is given.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.constants import BOLTZMANN
from ..core.sourced import Sourced
from .absorption import UNENDED, volume
from .draws import Draw, summary
from .parts import Context
from .state import DotProperties

FloatArray = NDArray[np.float64]

_KINDS = ("partner_inside", "staggered", "dot_inside")


def steps(
    affinity: FloatArray, ionization: FloatArray, partner: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Return how far an electron and a hole fall on their way to the partner [eV].

    Parameters
    ----------
    affinity, ionization
        Edges of the dot below vacuum [eV].
    partner
        The same of the partner.

    Examples
    --------
    >>> one = np.ones(1)
    >>> [float(d[0]) for d in steps(3.5 * one, 6.0 * one, (4.0 * one, 5.75 * one))]
    [0.5, 0.25]
    """
    return np.asarray(partner[0] - affinity), np.asarray(ionization - partner[1])


def transfer_rate(
    electron: FloatArray,
    hole: FloatArray,
    velocity: FloatArray,
    area: FloatArray,
    core: FloatArray,
    temperature: float,
) -> FloatArray:
    """Return the rate at which an exciton of the dot is lost to the partner [1/s].

    Examples
    --------
    >>> one = np.ones(1)
    >>> k = transfer_rate(one, -one, 10.0 * one, 1e-16 * one, 1e-24 * one, 300.0)
    >>> round(float(k[0]) / 1e9, 6)
    1.0
    """
    kt = BOLTZMANN * temperature
    open_ = sum(1.0 / (1.0 + np.exp(-np.clip(d / kt, -60.0, 60.0))) for d in (electron, hole))
    return np.asarray(velocity * area / core * open_)


def lost(
    dots: DotProperties, context: Context, draw: Draw
) -> tuple[FloatArray, dict[str, Sourced]]:
    """Return the rate of loss to the partner in every draw [1/s], and what is said of it.

    Returns
    -------
    rate, extras
        No rate (zeros) without a partner; ``offset_electron``, ``offset_hole``, the share of each
        kind of alignment, ``partner_transfer_rate``.
    """
    population = context.population
    area = population.interface_area
    known = (dots.electron_affinity, dots.ionization_energy)
    if not population.partner or area is None:
        return np.zeros(1), {}
    if not all(q.is_known for q in known) or (dots.shape in UNENDED and dots.length is None):
        reason = "the edges or the volume of the dot are not known"
        names = ("offset_electron", "offset_hole")
        return np.zeros(1), {n: Sourced.unknown("eV", reason) for n in names}
    about = population.extras
    partner = (draw(about["partner_affinity"]), draw(about["partner_gap"]))
    affinity, ionization = (draw(q) for q in known)
    electron, hole = steps(affinity, ionization, (partner[0], partner[0] + partner[1]))
    side, end = (None if q is None else draw(q) for q in (dots.lateral, dots.length))
    core = volume(dots.shape, draw(dots.size), side, end)
    velocity = draw(about["transfer_velocity"])
    rate = transfer_rate(electron, hole, velocity, draw(area), core, dots.temperature)
    down = np.stack([electron > 0.0, hole > 0.0])
    kinds = (down.all(axis=0), down.sum(axis=0) == 1, ~down.any(axis=0))
    note = f"share of the draws; edges of {population.partner} are priors"
    extras = {
        "offset_electron": summary(electron, "eV", note="affinity of the partner over the dot's"),
        "offset_hole": summary(hole, "eV", note="ionization energy of the dot over the partner's"),
        "partner_transfer_rate": summary(rate, "1/s", note="velocity is a prior"),
    }
    return rate, extras | {
        f"chance_{name}": Sourced(float(np.mean(kind)), "1", note=note)
        for name, kind in zip(_KINDS, kinds, strict=True)
    }
