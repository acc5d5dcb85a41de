"""Peak of the light against size for many sizes at once, for tables of recipes.

The same energies, draws and ensemble as `characterise`, without what is said of one dot only.
The middle is that of the central inputs; the interval is found at a few sizes from draws and
interpolated in between, as it changes slowly with size.

Range: that of `sizing`; cubes and platelets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.constants import HC
from ..core.randomness import generator
from ..core.sourced import Sourced
from ..library import Library
from ..synthesis.state import DotPopulation
from .spec import DotModel

if TYPE_CHECKING:
    from .characterisation import _Drawn

FloatArray = NDArray[np.float64]

_SIZES = np.geomspace(5e-10, 6e-8, 90)
_PROBES = np.array([1.2e-9, 2.5e-9, 6e-9, 2e-8])
_DRAWS = 100


@dataclass(frozen=True)
class LightCurve:
    """PL peak, its interval and width against size, of one formula and shape.

    Attributes
    ----------
    size
        [m], rising.
    peak, low, high
        PL peak and its 90 % interval [m], each shape [sizes].
    fwhm
        Full width at half maximum of the ensemble [eV], shape [sizes].
    """

    size: FloatArray
    peak: FloatArray
    low: FloatArray
    high: FloatArray
    fwhm: FloatArray

    def peak_of(self, size: ArrayLike) -> FloatArray:
        """PL peak [m] of dots of `size` [m]; that of the ends beyond them."""
        return np.asarray(np.interp(np.asarray(np.log(size)), np.log(self.size), self.peak))

    def size_of(self, peak: ArrayLike) -> FloatArray:
        """Size [m] whose PL peak is `peak` [m]; the ends where none has it."""
        return np.exp(np.interp(np.asarray(peak), self.peak, np.log(self.size)))

    def spread_of(self, size: ArrayLike) -> FloatArray:
        """Standard deviation of what is not known of the peak [m] at `size` [m]."""
        sd = (self.high - self.low) / (2.0 * 1.6449)
        return np.asarray(np.interp(np.asarray(np.log(size)), np.log(self.size), sd))


def light_curve(
    formula: str,
    shape: str,
    library: Library,
    temperature: float = 298.0,
    spread: float = 0.08,
    model: DotModel | None = None,
) -> LightCurve | None:
    """Return the light curve of dots of `formula`; None where their levels are not known.

    Examples
    --------
    >>> curve = light_curve("CsPbBr3", "cube", Library.builtin())
    >>> 495e-9 < float(curve.peak_of(8e-9)) < 515e-9
    True
    """
    from .bulk import bulk
    from .characterisation import _central, _draw_inputs
    from .draws import drawer
    from .emission import ensemble, homogeneous_width
    from .sizing import energies, grown

    settings = model if model is not None else DotModel()
    material = bulk(formula, library)
    if material.missing:
        return None
    nominal = DotPopulation(
        formula, shape, Sourced(8e-9, "m", basis="given"), Sourced(spread, "1", basis="given"), ""
    )
    draw = drawer(generator(0, "dot"), _DRAWS)
    inputs: _Drawn = _draw_inputs(nominal, material, library, temperature, settings, draw)
    stokes = draw(settings.stokes_shift)
    core = _central(inputs.core)
    lateral = None if inputs.lateral is None else float(inputs.lateral[0])
    sides = grown(shape, np.ones_like(_SIZES), lateral, None)
    line = energies(_SIZES, shape, core, *sides).optical_gap - float(stokes[0])
    width = float(
        homogeneous_width(
            float(settings.homogeneous_width), temperature, float(material["phonon_energy"])
        )
    )

    def line_of(sizes: FloatArray) -> FloatArray:
        return np.asarray(np.interp(np.asarray(np.log(sizes)), np.log(_SIZES), line))

    found = [ensemble(line_of, float(size), spread, width) for size in _SIZES]
    energy = np.array([e.peak for e in found])
    energy = np.minimum.accumulate(energy)  # a step of the grid must not turn the curve
    low, high = _interval(inputs, shape, stokes)
    near = np.log(_SIZES)
    below, above = (np.interp(near, np.log(_PROBES), x) for x in (low, high))
    return LightCurve(
        _SIZES,
        HC / energy,
        HC / (energy + above),
        HC / (energy + below),
        np.array([e.fwhm for e in found]),
    )


def _interval(inputs: _Drawn, shape: str, stokes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Ends of the 90 % interval about the middle [eV] at the probed sizes."""
    from .characterisation import _levels

    ends = []
    for size in _PROBES:
        peaks = _levels(inputs, shape, size / inputs.size[0])["optical_gap"] - stokes
        ends.append(np.quantile(peaks, (0.05, 0.95)) - peaks[0])
    low, high = np.array(ends).T
    return low, high
