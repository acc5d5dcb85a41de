"""Light of the dots for many rows: PL peak against size, composition and shape, on a grid.

Curves of the dot stage (`dot.curves`) are computed once for every tenth of a halide between two
neighbours (Cl-Br, Br-I) and interpolated linearly in between; any other composition has a curve
of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..dot.curves import LightCurve, light_curve
from ..library import Library

FloatArray = NDArray[np.float64]

STEPS = 10
_HALIDES = ("Cl", "Br", "I")


@dataclass
class Lights:
    """Light curves of caesium lead halides by composition and shape, computed when first asked."""

    library: Library
    temperature: float = 298.0
    _curves: dict[tuple[str, str], LightCurve | None] = field(default_factory=dict)

    def curve(self, formula: str, shape: str) -> LightCurve | None:
        """Return the curve of `formula`; None where its levels are not known."""
        key = (formula, shape)
        if key not in self._curves:
            self._curves[key] = light_curve(formula, shape, self.library, self.temperature)
        return self._curves[key]

    def of(self, halides: FloatArray, shape: str, what: str, at: FloatArray) -> FloatArray:
        """Return ``peak_of`` [m], ``spread_of`` [m] or ``size_of`` [m] for caesium lead halides.

        Parameters
        ----------
        halides
            Shares of Cl, Br, I, shape [rows, 3]; NaN comes out where all three are there.
        at
            Sizes, or peaks for ``size_of`` [m], shape [rows].
        """
        result = np.full(len(halides), np.nan)
        for pair in ((0, 1), (1, 2)):
            other = 2 - 2 * pair[0]
            inside = (halides[:, other] < 0.005) & np.isnan(result)
            x = halides[:, pair[1]] * STEPS
            lower = np.clip(np.floor(x + 1e-9), 0, STEPS - 1).astype(int)
            for k in np.unique(lower[inside]):
                rows = inside & (lower == k)
                ends = [self._at(pair, int(k) + d, shape, what, at[rows]) for d in (0, 1)]
                share = np.clip(x[rows] - k, 0.0, 1.0)
                result[rows] = (1.0 - share) * ends[0] + share * ends[1]
        return result

    def _at(
        self, pair: tuple[int, int], step: int, shape: str, what: str, at: FloatArray
    ) -> FloatArray:
        found = self.curve(formula_of(pair, step), shape)
        if found is None:
            return np.full(len(at), np.nan)
        return np.asarray(getattr(found, what)(at))


def formula_of(pair: tuple[int, int], step: int) -> str:
    """Return the formula with `step` tenths of the second halide of `pair`.

    >>> formula_of((0, 1), 3), formula_of((0, 1), 10)
    ('CsPb(Cl0.7Br0.3)3', 'CsPbBr3')
    """
    first, second = (_HALIDES[i] for i in pair)
    if step in (0, STEPS):
        return f"CsPb{second if step else first}3"
    x = step / STEPS
    return f"CsPb({first}{1 - x:.1f}{second}{x:.1f})3"


@lru_cache(maxsize=1)
def default_lights() -> Lights:
    """The curves of the built-in library."""
    return Lights(Library.builtin())
