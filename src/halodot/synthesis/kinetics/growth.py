r"""Growth of a cube under mixed control, with the solubility of small dots.

.. math::

    \frac{dL}{dt} = \frac{2 V_m D\, (c - c_{eq}(L))}{L/2 + D/k}, \qquad
    c_{eq}(L) = c_0\, e^{\ell / L}, \quad \ell = \frac{4 \gamma V_m}{R T}

The monomer crosses a shell of thickness L/2 by diffusion (D) and enters the face with the rate
constant k. D/k far above L: the face decides, all dots grow alike in L and the spread narrows
relative to the mean only. D/k far below L: diffusion decides, small dots grow faster, and while c
is high dots of different size come together: L_1^2 - L_2^2 stays what it was. When c has
fallen, dots below the critical edge l / ln(c/c_0) dissolve and feed the others: ripening.

Range: dots far from one another and the bath stirred; one growth law for all faces.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .spec import Constants
from .supersaturation import arrhenius, solubility

FloatArray = NDArray[np.float64]
STEEPEST = 60.0  # largest exponent of Gibbs and Thomson


def equilibrium(
    edge: ArrayLike, temperature: float, constants: Constants, solubility_factor: float = 1.0
) -> FloatArray:
    """Monomer in balance with a dot of that edge [mol/m3]."""
    size = np.asarray(edge, dtype=np.float64)
    steep = np.minimum(constants.capillary_length(temperature) / size, STEEPEST)
    return solubility(temperature, constants) * solubility_factor * np.exp(steep)


def resistance(edge: ArrayLike, temperature: float, constants: Constants) -> FloatArray:
    """``(L/2 + D/k) / D`` [s/m]."""
    k = constants
    diffusivity = arrhenius(k.diffusivity, k.diffusion_barrier, temperature, k.reference)
    surface = arrhenius(k.surface_rate, k.growth_barrier, temperature, k.reference)
    return 0.5 * np.asarray(edge, dtype=np.float64) / diffusivity + 1.0 / surface


def rate(
    edge: ArrayLike,
    monomer: float,
    temperature: float,
    constants: Constants,
    solubility_factor: float = 1.0,
) -> FloatArray:
    """dL/dt [m/s]; negative where the dot dissolves.

    Examples
    --------
    >>> from halodot.synthesis.kinetics import constants, priors
    >>> speed = rate([2e-9, 8e-9], 0.1, 443.15, constants(priors()))
    >>> bool(speed[0] < 0.0 < speed[1])
    True
    """
    drive = monomer - equilibrium(edge, temperature, constants, solubility_factor)
    return 2.0 * constants.molar_volume * drive / resistance(edge, temperature, constants)
