r"""How much halide turns green dots into a wanted composition: the equilibrium of anion exchange.

Dots with n moles of lead hold 3 n of bromide. With r moles of the second halide added for each of
these, x of it in the lattice rests (`synthesis.treatment.anion_exchange`) where

    r = x (1 + e^mu / K),   mu = ln(x / (1 - x)) + w (1 - 2 x),

which is x / (1 - x) for halides that the lattice takes alike (K = 1, w = 0). K and w are the
priors of that model; what is not known of K is by far the largest error of a blind addition, which
is why the protocol adds in portions and looks.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.constants import BOLTZMANN, Z90
from ..core.sourced import Sourced

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

GREEN = 515.0  # peak of large CsPbBr3 dots [nm]; chloride moves it to the blue, iodide to the red
_ROOM = 298.15


@lru_cache(maxsize=4)
def interaction(second: str) -> float:
    """Interaction of bromide and the second halide over kT at room temperature.

    >>> 0.3 < interaction("Cl") < 0.8
    True
    """
    from ..library import Library
    from ..synthesis.treatment import miscibility
    from ..synthesis.treatment.lattices import lattice

    library = Library.builtin()
    ends = (lattice("CsPbBr3", library), lattice(f"CsPb{second}3", library))
    strain = float(_prior("strain_interaction"))
    return float(miscibility.interaction(strain, *ends)) / (BOLTZMANN * _ROOM)


def added(share: FloatArray, second: str) -> FloatArray:
    """Halide to add per halide of the dots [1] for a share of it in the lattice.

    >>> x = np.array([0.4])
    >>> round(float(resting(added(x, "Cl"), "Cl")[0]), 9)
    0.4
    """
    from ..synthesis.treatment.miscibility import potential

    return np.asarray(share * (1.0 + np.exp(potential(share, interaction(second)))))


def resting(ratio: FloatArray, second: str, selectivity: float = 1.0) -> FloatArray:
    """Share of the second halide in the dots [1] when `ratio` was added per halide of theirs."""
    from ..synthesis.treatment.anion_exchange import equilibrium

    one = np.ones_like(ratio)
    found = equilibrium(0.0, ratio, selectivity * one, interaction(second) * one)
    return np.asarray(found.mean)


@lru_cache(maxsize=1)
def selectivity_error() -> float:
    """Standard deviation of ln K, from the prior of the exchange model."""
    k = _prior("selectivity")
    low, high = k.low or float(k), k.high or float(k)  # it is declared with its interval
    return float(np.log(high / low) / (2.0 * Z90))


def _prior(name: str) -> Sourced:
    """A constant of the exchange model as it is declared there."""
    from ..synthesis.treatment.spec import AnionExchange

    found: Sourced = AnionExchange.model_fields[name].get_default(call_default_factory=True)
    return found


def peak_error(rows: pd.DataFrame, peak: FloatArray, second: str) -> FloatArray:
    """Standard deviation of the peak [nm] from K: that of x times (peak - green) / x."""
    ratio = ratio_of(rows)
    less, x, more = (
        resting(ratio, second, k) for k in np.exp(selectivity_error() * np.array([-1.0, 0.0, 1.0]))
    )
    return np.asarray(np.abs(peak - GREEN) * 0.5 * (more - less) / x)


def ratio_of(rows: pd.DataFrame) -> FloatArray:
    """Halide added per halide of the dots; a mole of reagent brings two."""
    return np.asarray(
        2.0 * rows["exchange_umol"].to_numpy(float) / (3.0 * rows["dots_umol"].to_numpy(float))
    )
