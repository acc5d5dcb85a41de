"""Many draws of uncertain values at once, the central values first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..core.constants import Z90
from ..core.sourced import Sourced

FloatArray = NDArray[np.float64]

Draw = Callable[[Sourced], FloatArray]


def drawer(rng: np.random.Generator, n: int) -> Draw:
    """Return a function that draws a value `n` times, its central value at index 0.

    Same law as `Sourced.sample`: log-normal where both ends are positive, else normal, each side
    with its own width.

    Examples
    --------
    >>> draw = drawer(np.random.default_rng(1), 2000)
    >>> x = draw(Sourced(1.0, "1", 0.5, 2.0, "assumed"))
    >>> float(x[0]), bool(0.03 < np.mean(x < 0.5) < 0.07)
    (1.0, True)
    """

    def draw(q: Sourced) -> FloatArray:
        z = rng.standard_normal(n) / Z90
        z[0] = 0.0
        value = float(q)
        if q.low is None or q.high is None:
            return np.full(n, value)
        end = np.where(z > 0.0, q.high, q.low)
        if value > 0.0 and q.low > 0.0:
            return np.asarray(value * np.exp(np.abs(z) * np.log(end / value)))
        return np.asarray(value + np.abs(z) * (end - value))

    return draw


def summary(
    draws: FloatArray,
    unit: str,
    *,
    sources: tuple[str, ...] = (),
    note: str = "",
    centre: float | None = None,
) -> Sourced:
    """Central value (index 0, or `centre` with the draws moved along) and its 90 % interval."""
    value = float(draws[0]) if centre is None else centre
    low, high = (float(x) for x in np.percentile(draws, (5.0, 95.0)))
    if centre is not None:
        low, high = low + centre - float(draws[0]), high + centre - float(draws[0])
    return Sourced(value, unit, min(low, value), max(high, value), "computed", sources, note)
