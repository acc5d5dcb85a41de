r"""Supersaturation: how far the ions in the flask exceed what the crystal is in balance with.

.. math::

    S = \frac{a_{Cs}\, a_{Pb}}{K_{sp}(T)}, \qquad
    K_{sp}(T) = K_{sp}(T_0)\, e^{-\frac{\Delta H}{k}(1/T - 1/T_0)}

a_Cs is free caesium, a_Pb the lead complex that carries the halide, both as concentrations. The
ion in short supply is the monomer c; the other exceeds it by e, so that beside the crystal

.. math:: c_0 (c_0 + e) = K_{sp}

and, while e is far above c, S = c / c_0: what `kernel` uses. K_sp is stated through the
solubility of `Constants`, which holds at an excess of `EXCESS`.

Range: dilute, activity coefficients one. Which halide depletes faster follows from c_0: the prior
of CsPbBr3 is a fifth of that of CsPbI3. No solubility product in such a bath was found.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.constants import BOLTZMANN
from .spec import Constants

FloatArray = NDArray[np.float64]
EXCESS = 10.0  # mol/m3; lead above caesium where the solubility of the priors is stated


def arrhenius(value: float, energy: float, temperature: ArrayLike, reference: float) -> FloatArray:
    """``value exp(-energy/k (1/T - 1/T0))``, energy in eV."""
    t = np.asarray(temperature, dtype=np.float64)
    return np.asarray(value * np.exp(-energy / BOLTZMANN * (1.0 / t - 1.0 / reference)))


def solubility(temperature: ArrayLike, constants: Constants) -> FloatArray:
    """Monomer in balance with bulk crystal at an excess of `EXCESS` [mol/m3]."""
    k = constants
    return arrhenius(k.solubility, k.dissolution_energy, temperature, k.reference)


def product(temperature: ArrayLike, constants: Constants) -> FloatArray:
    """Solubility product [mol2/m6]."""
    c0 = solubility(temperature, constants)
    return c0 * (c0 + EXCESS)


def in_balance(excess: ArrayLike, solubility_product: ArrayLike) -> FloatArray:
    """Concentration of the scarce ion beside the crystal, the positive root of c (c + e) = K.

    >>> round(float(in_balance(0.0, 4.0)), 12), round(float(in_balance(3.0, 4.0)), 12)
    (2.0, 1.0)
    """
    e, k = np.asarray(excess, dtype=np.float64), np.asarray(solubility_product, dtype=np.float64)
    return np.asarray(2.0 * k / (e + np.sqrt(e * e + 4.0 * k)))


def supersaturation(
    caesium: ArrayLike, lead: ArrayLike, temperature: ArrayLike, constants: Constants
) -> FloatArray:
    """``a_Cs a_Pb / Ksp`` [1] from free concentrations [mol/m3]."""
    ions = np.asarray(caesium, dtype=np.float64) * np.asarray(lead, dtype=np.float64)
    return ions / product(temperature, constants)


def monomer(
    caesium: float, lead: float, temperature: float, constants: Constants
) -> tuple[float, float]:
    """Monomer [mol/m3] and solubility factor [1] of a `Course`, from free ions [mol/m3].

    Examples
    --------
    >>> from halodot.synthesis.kinetics import constants, priors
    >>> c, factor = monomer(5.0, 15.0, 443.15, constants(priors()))
    >>> c, round(factor, 6)
    (5.0, 1.0)
    """
    c0 = in_balance(abs(lead - caesium), product(temperature, constants))
    return min(caesium, lead), float(c0 / solubility(temperature, constants))
