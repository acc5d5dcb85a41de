r"""Which halides mix: the regular solution, its binodal and its spinodal.

Of a pair of halides on the lattice, x of the one,

.. math:: \Delta G / kT = x \ln x + (1 - x) \ln (1 - x) + w x (1 - x), \qquad w = W / kT,

with the exchange potential ``mu / kT = ln(x / (1 - x)) + w (1 - 2 x)``. Above w = 2 there is a
gap: between the binodals, ``mu = 0`` off the middle, dots of two compositions are more stable;
between the spinodals, ``x (1 - x) = 1 / 2w``, one composition does not even last. The interaction
grows as the squared misfit of the lattices, ``W = s (ln a_2 / a_1)^2``, s one number for all pairs.

Range: one mole of halide sites is the mixing unit; no long-range strain, no surface. s is set so
that Cl-Br and Br-I mix at 300 K and Cl-I does not: these three are no prediction.
Reference: Hillert, Phase Equilibria, Phase Diagrams and Phase Transformations, ch. 7 (remembered).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
CRITICAL = 2.0  # w above which there is a gap


def interaction(strain: ArrayLike, first: float, second: float) -> FloatArray:
    """Return W [eV] of two halides from their lattice constants [m] and s [eV].

    >>> round(float(interaction(6.5, 5.605e-10, 6.297e-10)), 3)
    0.088
    """
    return np.asarray(np.asarray(strain, float) * np.log(second / first) ** 2)


def potential(x: ArrayLike, w: ArrayLike) -> FloatArray:
    """Return the exchange potential over kT at composition `x`.

    >>> float(potential(0.5, 3.0))
    0.0
    """
    x = np.asarray(x, float)
    return np.asarray(np.log(x / (1.0 - x)) + np.asarray(w, float) * (1.0 - 2.0 * x))


def spinodal(w: ArrayLike) -> FloatArray:
    """Return the lower spinodal, 0.5 where there is no gap; the upper one is 1 minus it.

    >>> round(float(spinodal(4.0)), 4)
    0.1464
    """
    root = np.maximum(1.0 - CRITICAL / np.maximum(np.asarray(w, float), CRITICAL), 0.0)
    return np.asarray(0.5 - 0.5 * np.sqrt(root))


def binodal(w: ArrayLike) -> FloatArray:
    """Return the lower binodal, 0.5 where there is no gap; the upper one is 1 minus it.

    ``m = tanh(w m / 2)`` with m = 1 - 2 x, solved by halving between the spinodal and 0.

    >>> x = binodal(3.0)
    >>> bool(abs(potential(x, 3.0)) < 1e-9), bool(x < spinodal(3.0))
    (True, True)
    """
    w = np.asarray(w, float)
    # in ln x, as the solubility falls as exp(-w)
    low, high = -w - 5.0, np.log(spinodal(w))
    for _ in range(80):
        middle = 0.5 * (low + high)
        x = np.exp(middle)
        above = middle - np.log1p(-x) + w * (1.0 - 2.0 * x) > 0.0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.asarray(np.where(w > CRITICAL, np.exp(0.5 * (low + high)), 0.5))
