"""CIE 1931 chromaticity (`optics.photometry`) and sRGB swatch, through coloraide."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from ..optics.photometry import chromaticity

__all__ = ["chromaticity", "swatch"]


@lru_cache(maxsize=1)
def _colour_class() -> Any:
    from coloraide import Color
    from coloraide.spaces.xyy import xyY

    class Eye(Color):  # type: ignore[misc]
        """Color with the space xyY."""

    Eye.register(xyY(), overwrite=True)
    return Eye


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
