"""The Bernoulli function B(x) = x / (exp(x) - 1) and its derivative, stable everywhere."""

from __future__ import annotations

import math

from .compiled import kernel


@kernel
def bernoulli(x: float) -> tuple[float, float]:
    """Return B(x) and dB/dx.

    A series for abs(x) < 1e-2 (relative error below 1e-14), asymptotes beyond 500.
    B(-x) = B(x) + x exactly, so one call serves both directions of a flux.

    >>> bernoulli(0.0)
    (1.0, -0.5)
    """
    if abs(x) < 1e-2:
        s = x * x
        value = 1.0 - 0.5 * x + s / 12.0 * (1.0 - s / 60.0 * (1.0 - s / 42.0))
        slope = -0.5 + x / 6.0 * (1.0 - s / 30.0 * (1.0 - s / 28.0))
        return value, slope
    if x > 500.0:
        return 0.0, 0.0
    if x < -500.0:
        return -x, -1.0
    e1 = math.expm1(x)
    value = x / e1
    return value, (1.0 - value * (e1 + 1.0)) / e1
