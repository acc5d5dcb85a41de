"""The absorption series of a dot by the level model: energies and strengths of its lines.

The energies above the first line and the strengths come from `sizing.excitons`; the first pair
gains from its attraction what `sizing.energies` finds (its `spread`), the others Sommerfeld's
factor of their kinetic energy, a platelet the strength of a two-dimensional exciton.

Range: that of `sizing`; the attraction and the images of the higher pairs are those of the first.
Reference: Kayanuma, 10.1103/PhysRevB.38.9797.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .sizing import Core, energies, excitons, grown

if TYPE_CHECKING:
    from .spectra import Light, Series

FloatArray = NDArray[np.float64]
_LINES = 8


def first_exciton(light: Light, core: Core) -> Callable[[FloatArray], FloatArray]:
    """Return the first exciton of any sizes [eV], that of `light` at its mean size.

    Energies are read off a curve of 80 sizes, from a quarter of the mean size to four times it.
    """
    grid = light.size * np.geomspace(0.25, 4.0, 80)
    sides = grown(light.shape, grid / light.size, light.lateral, light.length)
    curve = energies(grid, light.shape, core, *sides).optical_gap
    logarithm = np.log(grid)
    middle = float(np.interp(np.log(light.size), logarithm, curve))

    def first(sizes: FloatArray) -> FloatArray:
        at = np.interp(np.log(sizes), logarithm, curve)
        return np.asarray(light.optical_gap + at - middle)

    return first


def level_series(light: Light, core: Core) -> Series:
    """Return the series of the dots of `light`; at the mean size it starts at their optical gap."""
    from .spectra import flat_exciton, sommerfeld

    first = first_exciton(light, core)

    def series(sizes: FloatArray) -> tuple[FloatArray, FloatArray]:
        sides = grown(light.shape, sizes / light.size, light.lateral, light.length)
        found = energies(sizes, light.shape, core, *sides)
        lines, strengths, many = excitons(sizes, light.shape, core, *sides, count=_LINES)
        above = (lines - lines[0]).T
        if light.shape == "platelet":
            flat = flat_exciton(float(light.lateral or 0.0) ** 2, sizes, light.bohr_radius)
            gain = np.broadcast_to(flat[:, None], above.shape)
        else:
            kinetic = np.maximum(found.electron + found.hole, 1e-4)[:, None] + above
            gain = sommerfeld(kinetic, light.binding)
            gain[:, 0] = 1.0 / found.spread
        return first(sizes)[:, None] + above, gain * strengths.T * many

    return series
