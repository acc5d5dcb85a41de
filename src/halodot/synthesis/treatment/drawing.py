"""Draws of uncertain constants, the central values first, and what is said of the result."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...core.randomness import generator
from ...core.sourced import Sourced
from ...core.spec import Spec

FloatArray = NDArray[np.float64]

DRAWS = 24


def constants(spec: Spec, names: tuple[str, ...], draws: int = DRAWS) -> dict[str, FloatArray]:
    """Return `draws` values of each quantity of `spec`, shape [draws]; index 0 is central.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> from halodot.synthesis.treatment.spec import Heterostructure
    >>> found = constants(build(Heterostructure, {"kind": "heterostructure"}), ("share",))
    >>> float(found["share"][0]), found["share"].shape
    (0.8, (24,))
    """
    return {name: drawn(getattr(spec, name), name, draws) for name in names}


def drawn(q: Sourced, name: str, draws: int = DRAWS) -> FloatArray:
    """Return `draws` values of `q`, the central one first; the same for the same `name`."""
    rng = generator(0, "treatment", name)
    return np.array([float(q), *(float(q.sample(rng)) for _ in range(draws - 1))])


def summary(
    values: FloatArray, unit: str, note: str = "", sources: tuple[str, ...] = ()
) -> Sourced:
    """Return the central value (index 0) with the 90 % interval of the draws."""
    value = float(values[0])
    low, high = (float(v) for v in np.percentile(values, (5.0, 95.0)))
    return Sourced(value, unit, min(low, value), max(high, value), "computed", sources, note)


def arrhenius(barrier: FloatArray, temperature: float, reference: float) -> FloatArray:
    """Return the rate at `temperature` over that at `reference` [K], barrier in eV.

    >>> float(arrhenius(np.array(0.44), 300.0, 300.0))
    1.0
    """
    from ...core.constants import BOLTZMANN

    step = 1.0 / (BOLTZMANN * reference) - 1.0 / (BOLTZMANN * temperature)
    return np.asarray(np.exp(barrier * step))
