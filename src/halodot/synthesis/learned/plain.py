"""Gaussian process about a constant: for widths and yields, and as the plain peer of the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .residual import Hyper, Residual, condition, learn

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Plain:
    """A process about the mean of its training values.

    Examples
    --------
    >>> x = np.linspace(-1.0, 1.0, 30)[:, None]
    >>> model = plain(x, 2.0 + x[:, 0])
    >>> bool(abs(model.predict(np.array([[0.5]]))[0][0] - 2.5) < 0.05)
    True
    """

    mean: float
    residual: Residual

    def predict(self, features: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation of new rows."""
        miss, sd = self.residual.predict(features)
        return self.mean + miss, sd


def plain(features: FloatArray, values: FloatArray, hyper: Hyper | None = None) -> Plain:
    """Train on `values`, the kernel too where `hyper` is None."""
    mean, unit = float(values.mean()), float(values.std()) or 1.0
    found = hyper or learn(features, values - mean, unit)
    return Plain(mean, condition(features, values - mean, unit, found))
