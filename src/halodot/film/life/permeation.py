"""Water through layers in series: how much in the end, and when it comes through.

    S dp/dt = d/dx (P dp/dx),     p(0) = dp outside, p(l) = 0 at the film, dry at the start

P = D S is the permeability, S the solubility. In the steady state

    J = dp / R,   R = sum_i d_i / P_i        so that 1/WVTR = sum_i 1/WVTR_i

and the amount that has passed tends to Q = J (t - L) with the time lag

    L = (1/R) integral_0^l S(x) R(0,x) R(x,l) dx

(from integrating the equation twice). R(a,b) is the resistance between two depths. For one layer
L = d^2 / (6 D); in a stack the layers store water for each other, so that lags do not add up.

Pinholes are a parallel path, each path with its own lag. Holes that fall at random cover the share
a = 1 - exp(-n pi r^2); what fills them, of permeability P_h and solubility S_h, is lengthened by
the way to and from a hole, l = d + pi r / 2:

    P' = (1 - a) P + a P_h d / l,     S' = (1 - a) S + a S_h l / d,     D' = P' / S'

The pressure falls evenly along both paths, so that L above holds for a stack of such layers: for
one layer L = (J_1 L_1 + J_2 L_2) / (J_1 + J_2). Faces are taken as mixed; next to a hole more comes
through than on average. The course (below) is that of one layer of P' and S', right in its lag and
its end, smoother than two paths between.

The whole course is a sum of exponentials, found from a symmetric matrix of cells (second order in
their width): J(t)/dp = 1/R + sum_k w_k exp(-l_k t). Range: Fickian and linear, no swelling, no
reaction inside the barrier. J. Crank, The Mathematics of Diffusion, and H. L. Frisch, J. Phys.
Chem. 61, 93 (1957), remembered; the lag of a stack is derived above and tested by the cells.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]
CELLS = 40  # a layer


@dataclass(frozen=True)
class Layer:
    """One layer of a barrier, from the outside inward; numbers or arrays of draws.

    Attributes
    ----------
    thickness
        [m]
    permeability
        P [kg/m s Pa].
    diffusivity
        D [m2/s].
    """

    thickness: F
    permeability: F
    diffusivity: F

    @property
    def resistance(self) -> F:
        """d / P [m2 s Pa/kg]."""
        return self.thickness / self.permeability

    @property
    def solubility(self) -> F:
        """S = P / D [kg/m3 Pa]."""
        return self.permeability / self.diffusivity


def resistance(layers: Sequence[Layer]) -> F:
    """Resistance of layers in series, R above."""
    return np.asarray(sum(layer.resistance for layer in layers))


def time_lag(layers: Sequence[Layer]) -> F:
    """Time lag L [s] of layers in series, closed form.

    Examples
    --------
    >>> one = Layer(np.array(25e-9), np.array(1e-20), np.array(2.5e-21))
    >>> round(float(time_lag([one])))
    41667
    """
    whole = resistance(layers)
    before, total = np.zeros_like(whole), np.zeros_like(whole)
    for layer in layers:
        own, d = layer.resistance, layer.thickness
        after = whole - before - own
        inside = before * after + 0.5 * (before + after) * own + own**2 / 6.0
        total = total + layer.solubility * d * inside
        before = before + own
    return total / whole


def with_pinholes(layer: Layer, number: F, radius: F, filling: F, solubility: F) -> Layer:
    """Return a layer with holes.

    Parameters
    ----------
    number, radius
        Holes per area [m-2] and their radius [m].
    filling, solubility
        Permeability [kg/m s Pa] and solubility [kg/m3 Pa] of what fills them.

    Examples
    --------
    >>> oxide = Layer(np.array(25e-9), np.array(1e-25), np.array(2.5e-21))
    >>> holes = [np.array(x) for x in (1e6, 0.5e-6, 1e-14, 3e-3)]
    >>> float(time_lag([with_pinholes(oxide, *holes)])) < 0.05 * float(time_lag([oxide]))
    True
    """
    share = -np.expm1(-number * math.pi * radius**2)
    longer = 1.0 + 0.5 * math.pi * radius / layer.thickness
    through = (1.0 - share) * layer.permeability + share * filling / longer
    held = (1.0 - share) * layer.solubility + share * solubility * longer
    return Layer(layer.thickness, through, through / held)


@dataclass(frozen=True)
class Course:
    """The course of permeation: 1/R and the exponentials, `weights` [kg/m2 s Pa], `rates` [1/s]."""

    steady: float
    weights: F
    rates: F

    def flux(self, times: F) -> F:
        """What comes through over the pressure difference [kg/m2 s Pa] at `times` [s]."""
        fading = np.exp(-np.multiply.outer(times, self.rates))
        return np.asarray(np.maximum(self.steady + fading @ self.weights, 0.0))

    def amount(self, times: F) -> F:
        """What has come through over the pressure difference [kg/m2 Pa]."""
        done = -np.expm1(-np.multiply.outer(times, self.rates)) / self.rates
        return np.asarray(self.steady * times + done @ self.weights)

    @property
    def lag(self) -> float:
        """Time lag [s], from the exponentials."""
        return float(-np.sum(self.weights / self.rates) / self.steady)


def course(layers: Sequence[Layer], cells: int = CELLS) -> Course:
    """Return how water comes through a stack that is dry at the start.

    Parameters
    ----------
    layers
        From the outside inward, with numbers.
    cells
        Of each layer.
    """
    from scipy.linalg import eigh_tridiagonal

    halves, storage = [], []
    for layer in layers:
        halves += [float(layer.resistance) / (2 * cells)] * cells
        storage += [float(layer.solubility) * float(layer.thickness) / cells] * cells
    half, store = np.array(halves), np.array(storage)
    between = 1.0 / (half[1:] + half[:-1])
    enter, leave = 1.0 / half[0], 1.0 / half[-1]
    diagonal = np.zeros_like(half)
    diagonal[:-1] += between
    diagonal[1:] += between
    diagonal[0] += enter
    diagonal[-1] += leave
    root = np.sqrt(store)
    rates, modes = eigh_tridiagonal(diagonal / store, -between / (root[1:] * root[:-1]))
    # p = p_steady - sum_k modes (modes . root p_steady) exp(-rate t) / root
    below = np.cumsum(half) + np.concatenate([[0.0], np.cumsum(half)[:-1]])
    whole = float(resistance(layers))
    steady = 1.0 - below / whole
    weights = -leave * modes[-1] / root[-1] * (modes.T @ (root * steady))
    return Course(1.0 / whole, weights, np.maximum(rates, 1e-300))
