"""A record that a detector clipped: several equal maxima in a row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FLAT_POINTS = 4
FLAT_SHARE = 0.12  # of the full width; a Gaussian rounded to 1 % of its height has 0.09


def flat_top(y: NDArray[np.float64]) -> int:
    """Return how many equal maxima make a flat top of `y`, 0 where there is none.

    Parameters
    ----------
    y
        Record in the order of its axis, as the detector gave it. At least four points, and an
        eighth of the points above half the height, have to be equal.

    Examples
    --------
    >>> band = np.exp(-np.linspace(-2.0, 2.0, 101) ** 2)
    >>> flat_top(band), flat_top(np.minimum(band, 0.6))
    (0, 35)
    """
    y = y[np.isfinite(y)]
    height = float(np.ptp(y)) if len(y) else 0.0
    if height <= 0.0:
        return 0
    equal = (y >= y.max() - 1e-9 * height).astype(int)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], equal, [0]])))
    longest = int(np.max(edges[1::2] - edges[0::2]))
    wide = int(np.sum(y > y.max() - 0.5 * height))
    return longest if longest >= max(FLAT_POINTS, FLAT_SHARE * wide) else 0
