r"""Classical nucleation of a cube of edge L with six faces.

.. math::

    \Delta G(L) = -\frac{L^3}{V_c} kT \ln S + 6 L^2 \gamma, \qquad
    L_* = \frac{4 \gamma V_c}{kT \ln S}, \qquad
    \Delta G_* = \frac{32 \gamma^3 V_c^2}{(kT \ln S)^2}

    J = J_0 (1 - 1/S)\, e^{-\Delta G_* / kT}

V_c is the volume of a formula unit. Written with the capillary length l = 4 gamma V_c / kT, which
also rules `growth`: L* = l / ln S and Delta G* / kT = l^3 / (2 V_c ln^2 S).

A nucleus is born where the energy has fallen kT below its maximum, at L* + sqrt(kT / 6 gamma),
and no smaller than the smallest dot. The surface energy is an effective one of a ligated surface.
Where it is zero or negative, as reference 135 of the review finds for CsPbI3, there is no barrier:
above saturation attempts make dots of the smallest size, less those that fall apart again (1/S).

Range: L* above about two cells; below, a nucleus of a few units has no surface of its own and the
formula only says that the barrier is small.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .spec import Constants
from .supersaturation import arrhenius

FloatArray = NDArray[np.float64]
STEEPEST = 60.0  # barriers above this many kT count as none passing


def critical_edge(
    supersaturation: ArrayLike, temperature: float, constants: Constants
) -> FloatArray:
    """Edge at which a nucleus neither grows nor dissolves [m]; zero without surface energy."""
    drive = np.log(np.asarray(supersaturation, dtype=np.float64))
    return max(constants.capillary_length(temperature), 0.0) / drive


def barrier(supersaturation: ArrayLike, temperature: float, constants: Constants) -> FloatArray:
    """Energy of the critical nucleus over kT [1]; infinite at or below saturation."""
    s = np.asarray(supersaturation, dtype=np.float64)
    length = max(constants.capillary_length(temperature), 0.0)
    above = s > 1.0
    drive = np.log(np.where(above, s, 2.0))
    return np.where(above, length**3 / (2.0 * constants.unit_volume * drive**2), np.inf)


def rate(supersaturation: ArrayLike, temperature: float, constants: Constants) -> FloatArray:
    """Nuclei per volume and time [1/m3 s].

    Examples
    --------
    >>> from halodot.synthesis.kinetics import constants, priors
    >>> br = constants(priors())
    >>> bool(rate(1.0, 443.0, br) == 0.0), bool(rate(400.0, 443.0, br) > 1e21)
    (True, True)
    """
    k = constants
    attempts = arrhenius(k.nucleation_prefactor, k.nucleation_barrier, temperature, k.reference)
    height = barrier(supersaturation, temperature, constants)
    s = np.asarray(supersaturation, dtype=np.float64)
    net = attempts * (1.0 - 1.0 / np.maximum(s, 1.0))
    return np.where(height > STEEPEST, 0.0, net * np.exp(-np.minimum(height, STEEPEST)))


def nucleus(supersaturation: ArrayLike, temperature: float, constants: Constants) -> FloatArray:
    """Edge with which a nucleus enters the population [m]."""
    length = constants.capillary_length(temperature)
    if length <= 0.0:
        return np.full_like(np.asarray(supersaturation, dtype=np.float64), constants.smallest)
    past = np.sqrt(2.0 * constants.unit_volume / (3.0 * length))  # sqrt(kT / 6 gamma)
    edge = critical_edge(supersaturation, temperature, constants) + past
    return np.maximum(edge, constants.smallest)
