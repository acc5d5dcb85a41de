r"""Gaussian process on what a mechanism misses, and forecasts as mixtures of normals.

Residuals r of a mechanism are drawn from a process with a Matern-3/2 kernel, one length a feature,
and independent noise of a row (its replicates differ by that much),

.. math:: \mathrm{cov}(r_i, r_j) = A\, k_{3/2}\big(\textstyle\sum_f (x_{if}-x_{jf})^2/l_f^2\big)
          + \sigma^2 \delta_{ij} .

Far from all data the process returns to the mechanism with its full spread: it does not
extrapolate. What a recipe does not state is given several values, each a component of the mixture.
The exact process is scikit-learn's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_LENGTHS = (0.3, 30.0)
_AMPLITUDE = (1e-2, 1e1)
_NOISE = (0.02, 1.0)
_CHUNK = 4000


@dataclass(frozen=True)
class Hyper:
    """Numbers of the kernel, in standardised features and residuals over `unit`.

    Attributes
    ----------
    amplitude, noise
        Variances.
    lengths
        One a feature.
    """

    amplitude: float
    lengths: tuple[float, ...]
    noise: float


@dataclass(frozen=True)
class Residual:
    """A conditioned process.

    Attributes
    ----------
    centre, scale
        Of the features.
    unit
        Of the residual.
    """

    hyper: Hyper
    centre: FloatArray
    scale: FloatArray
    unit: float
    process: Any

    def predict(self, features: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation of a new row, its noise included."""
        x = (features - self.centre) / self.scale
        means, sds = [], []
        for start in range(0, len(x), _CHUNK):
            mean, sd = self.process.predict(x[start : start + _CHUNK], return_std=True)
            means.append(mean)
            sds.append(np.sqrt(sd**2 + self.hyper.noise))
        if not means:
            return np.empty(0), np.empty(0)
        return np.concatenate(means) * self.unit, np.concatenate(sds) * self.unit

    def novelty(self, sd: FloatArray) -> FloatArray:
        """Share of the spread of the process that no data took away, 0 (known) to 1 (new)."""
        left = (sd / self.unit) ** 2 - self.hyper.noise
        return np.clip(left / self.hyper.amplitude, 0.0, 1.0)


def learn(features: FloatArray, residual: FloatArray, unit: float) -> Hyper:
    """Return the hyperparameters of highest marginal likelihood.

    Examples
    --------
    >>> x = np.linspace(-1.0, 1.0, 40)[:, None]
    >>> found = learn(x, np.sin(2.0 * x[:, 0]), 1.0)
    >>> found.noise < 0.05
    True
    """
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    count = features.shape[1]
    kernel = ConstantKernel(0.5, _AMPLITUDE) * Matern(np.ones(count), _LENGTHS, nu=1.5)
    kernel = kernel + WhiteKernel(0.3, _NOISE)
    scaled = (features - features.mean(axis=0)) / _spread(features)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a length at its bound is an answer
        process = GaussianProcessRegressor(kernel).fit(scaled, residual / unit)
    found = process.kernel_
    lengths = np.atleast_1d(found.k1.k2.length_scale)
    return Hyper(
        float(found.k1.k1.constant_value),
        tuple(float(length) for length in lengths),
        float(found.k2.noise_level),
    )


def condition(features: FloatArray, residual: FloatArray, unit: float, hyper: Hyper) -> Residual:
    """Return the process given the residuals of a training set."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern

    kernel = ConstantKernel(hyper.amplitude) * Matern(np.array(hyper.lengths), nu=1.5)
    centre, scale = features.mean(axis=0), _spread(features)
    process = GaussianProcessRegressor(kernel, alpha=hyper.noise, optimizer=None)
    process.fit((features - centre) / scale, residual / unit)
    return Residual(hyper, centre, scale, unit, process)


def _spread(features: FloatArray) -> FloatArray:
    spread = features.std(axis=0)
    return np.where(spread > 0.0, spread, 1.0)


@dataclass(frozen=True)
class Mixture:
    """Forecast of each row as a mixture of normals.

    Attributes
    ----------
    row
        Number of the row that each component belongs to.
    weight, mean, sd
        Of each component.
    """

    row: NDArray[np.int64]
    weight: FloatArray
    mean: FloatArray
    sd: FloatArray

    def quantiles(self, levels: tuple[float, ...]) -> FloatArray:
        """Return quantiles, shape [rows, levels], by bisection of the distribution function.

        NaN where a component of the row is not known.
        """
        from scipy.special import ndtr

        unknown = np.isnan(self.mean) | np.isnan(self.sd)
        if unknown.any():
            filled = Mixture(
                self.row, self.weight, np.where(unknown, 0.0, self.mean),
                np.where(unknown, 1.0, self.sd),
            ).quantiles(levels)  # fmt: skip
            filled[self.row[unknown]] = np.nan
            return filled
        count = int(self.row.max()) + 1 if self.row.size else 0
        total = np.bincount(self.row, self.weight, count)
        low = np.full(count, np.inf)
        high = np.full(count, -np.inf)
        np.minimum.at(low, self.row, self.mean - 6.0 * self.sd)
        np.maximum.at(high, self.row, self.mean + 6.0 * self.sd)
        found = np.empty((count, len(levels)))
        for k, level in enumerate(levels):
            a, b = low.copy(), high.copy()
            for _ in range(40):
                middle = 0.5 * (a + b)
                share = self.weight * ndtr((middle[self.row] - self.mean) / self.sd)
                below = np.bincount(self.row, share, count) < level * total
                a, b = np.where(below, middle, a), np.where(below, b, middle)
            found[:, k] = 0.5 * (a + b)
        return found
