"""CIE 1931 chromaticity and sRGB swatch of an emission spectrum, through coloraide."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.constants import HC

FloatArray = NDArray[np.float64]


@lru_cache(maxsize=1)
def _matching() -> tuple[FloatArray, FloatArray]:
    """Wavelengths [m] and the three colour matching functions of the 2 degree observer."""
    from coloraide import cmfs

    rows = sorted(cmfs.CIE_1931_2DEG.items())
    return np.array([w for w, _ in rows]) * 1e-9, np.array([list(v) for _, v in rows])


@lru_cache(maxsize=1)
def _colour_class() -> Any:
    from coloraide import Color
    from coloraide.spaces.xyy import xyY

    class Eye(Color):  # type: ignore[misc]
        """Color with the space xyY."""

    Eye.register(xyY(), overwrite=True)
    return Eye


def chromaticity(energy: FloatArray, spectrum: FloatArray) -> tuple[float, float]:
    """CIE 1931 x, y of photons per energy `spectrum` over photon `energy` [eV].

    Returns NaN, NaN where no light is visible. A spectrum of power over wavelength is integrated:
    photons per energy times E times |dE/d lambda| = E^2 / hc.

    Examples
    --------
    >>> e = np.linspace(2.3, 2.5, 201)
    >>> x, y = chromaticity(e, np.exp(-((e - 2.4) / 0.02) ** 2))
    >>> x < 0.1 and y > 0.7
    True
    """
    grid, matching = _matching()
    photon = HC / grid
    power = np.interp(photon, energy, spectrum, left=0.0, right=0.0) * photon**3
    xyz = np.asarray([np.trapezoid(power * matching[:, i], grid) for i in range(3)])
    total = float(xyz.sum())
    if total <= 0.0:
        return float("nan"), float("nan")
    return float(xyz[0] / total), float(xyz[1] / total)


def swatch(x: float, y: float) -> str:
    """Brightest sRGB colour of chromaticity `x`, `y`, mapped into the gamut, as ``#rrggbb``.

    >>> swatch(0.3127, 0.3290)
    '#ffffff'
    """
    xyz = np.array([x / y, 1.0, (1.0 - x - y) / y])
    colour = _colour_class()("xyz-d65", xyz.tolist()).convert("srgb-linear")
    # outside the gamut: towards white along the chromaticity, then scaled to the brightest
    rgb = np.array([float(c) for c in colour[:3]])
    rgb = np.maximum(rgb / rgb.max(), 0.0)
    fitted = _colour_class()("srgb-linear", rgb.tolist()).convert("srgb")
    return str(fitted.fit("srgb").to_string(hex=True))
