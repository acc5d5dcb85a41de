r"""Rates of energy transfer that obey detailed balance, and what sets them.

An exciton spread over the M sites of a dot meets one given ion with 1/M of the rate kappa that it
would have if every site held one. With the energy step Delta = E_x - q E_i (positive downhill)

.. math:: k = \frac{\kappa}{M}\, e^{\min(\Delta, 0)/kT}, \qquad
          k' = \frac{\kappa}{M}\, \frac{g_x}{g_i^q} e^{-\max(\Delta, 0)/kT},

so that k'/k = (g_x / g_i^q) exp(-Delta/kT). When two ions share an exciton, the excited pair can
fall back before its quanta part, at the rate k_e; both directions then pass a bottle neck:

.. math:: (k, k') \to (k, k') \big/ (1 + k' / k_e) .

This is what switches cutting off where twice the energy of the ion exceeds that of the host.
Concentration quenching: the excitation walks from ion to ion until it meets a sink, each with a
rate in proportion to the share c of the ions: d_loss = d_rad (c / c_0)^2.
A defect goes dark when at least one of s sites around it holds a passivating ion: a share
(1 - c)^s of the losses is left.

References: Dexter 1953, 10.1063/1.1699044; migration and sinks: Dexter and Schulman 1954,
10.1063/1.1740265; uphill rates: Miller and Abrahams 1960, 10.1103/PhysRev.120.745.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.constants import BOLTZMANN

FloatArray = NDArray[np.float64]
Spread = Callable[[ArrayLike], FloatArray]

EXCITON_STATES = 4.0  # three bright, one dark


def boltzmann(energy: ArrayLike, temperature: float, states: ArrayLike = 1.0) -> FloatArray:
    """Return ``g exp(-E/kT)``: how full a level of `energy` [eV] is in the dark.

    >>> float(boltzmann(0.0, 300.0, 4.0))
    4.0
    """
    return np.asarray(states, float) * np.exp(
        -np.asarray(energy, float) / (BOLTZMANN * temperature)
    )


def transfer(
    full: ArrayLike,
    sites: ArrayLike,
    step: ArrayLike,
    temperature: float,
    order: ArrayLike,
    states: ArrayLike,
    escape: ArrayLike = np.inf,
) -> tuple[FloatArray, FloatArray]:
    """Return rates per ion [1/s], from the exciton to the ion and back.

    Parameters
    ----------
    full
        kappa, with an ion on every site [1/s].
    sites
        M [1].
    step
        E_x - q E_i [eV].
    temperature
        [K]
    order
        q, 1 or 2.
    states
        Levels of the excited over those of the ground ion, g_i [1].
    escape
        k_e, at which the quanta of a pair part [1/s].

    Examples
    --------
    >>> k, back = transfer(1e12, 1000.0, 0.1, 300.0, 1.0, 2.0)
    >>> round(float(k / 1e9), 9), bool(back < k)
    (1.0, True)
    """
    lower = np.asarray(step, float) / (BOLTZMANN * temperature)
    one = np.asarray(full, float) / np.asarray(sites, float)
    q = np.asarray(order, float)
    forward = one * np.exp(np.minimum(lower, 0.0))
    ratio = EXCITON_STATES / np.asarray(states, float) ** q
    back = one * ratio * np.exp(-np.maximum(lower, 0.0))
    neck = np.where(q > 1.0, 1.0 + back / np.asarray(escape, float), 1.0)
    return np.asarray(forward / neck), np.asarray(back / neck)


def quenching(radiative: ArrayLike, content: ArrayLike, critical: ArrayLike) -> FloatArray:
    """Return the loss of excited ions by transfer among themselves [1/s].

    >>> float(quenching(100.0, 0.1, 0.1))
    100.0
    """
    ratio = np.asarray(content, float) / np.asarray(critical, float)
    return np.asarray(np.asarray(radiative, float) * ratio**2)


def left_dark(content: ArrayLike, sites: ArrayLike) -> FloatArray:
    """Return the share of the losses that passivating ions of share `content` leave.

    >>> float(left_dark(0.0, 50.0)), float(left_dark(0.5, 2.0))
    (1.0, 0.25)
    """
    return np.asarray((1.0 - np.asarray(content, float)) ** np.asarray(sites, float))
