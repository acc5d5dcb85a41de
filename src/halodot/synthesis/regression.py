r"""Bayesian regression with effects of their own for each paper, few rows and many doubts.

.. math:: y_{ij} = x_{ij} \cdot \beta + z_{ij} \cdot u_j + \epsilon_{ij}, \quad
          \beta \sim N(m, S), \; u_j \sim N(0, T), \; \epsilon \sim N(0, \sigma^2)

i counts rows, j papers. T (diagonal) and sigma maximise the marginal likelihood times wide priors
(half-normal). A prediction is for a paper not seen: its variance is
``x' cov(beta) x + z' T z + sigma^2``. Papers that disagree on a slope therefore widen it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """Posterior of the coefficients and the scatter found.

    Attributes
    ----------
    mean, covariance
        Of beta.
    between
        Standard deviations of the effects of a paper.
    within
        Standard deviation of a row.
    """

    mean: FloatArray
    covariance: FloatArray
    between: FloatArray
    within: float

    def predict(self, x: FloatArray, z: FloatArray) -> tuple[float, float]:
        """Mean and standard deviation of a row of a paper not seen."""
        variance = x @ self.covariance @ x + (z * self.between) @ (z * self.between)
        return float(x @ self.mean), float(np.sqrt(variance + self.within**2))


@dataclass(frozen=True)
class Prior:
    """Prior of the coefficients and scales of the half-normal priors of the scatter."""

    mean: FloatArray
    sd: FloatArray
    between: FloatArray
    within: float


def fit(y: FloatArray, x: FloatArray, z: FloatArray, paper: NDArray[np.int64], prior: Prior) -> Fit:
    """Fit the regression.

    Parameters
    ----------
    y
        Observations, shape [rows].
    x, z
        Regressors of the coefficients and of the effects of a paper, shape [rows, ...].
    paper
        Number of the paper of each row.
    prior
        What is assumed before the data.

    Examples
    --------
    >>> one = np.ones((2, 1))
    >>> prior = Prior(np.zeros(1), np.ones(1) * 9, np.ones(1), 1.0)
    >>> found = fit(np.array([1.0, 3.0]), one, one, np.array([0, 1]), prior)
    >>> bool(1.5 < found.mean[0] < 2.0)
    True
    """
    from scipy.optimize import minimize

    same = (paper[:, None] == paper[None, :]).astype(float)
    prior_covariance = np.diag(prior.sd**2)
    scales = np.append(prior.between, prior.within)

    def noise(log_sd: FloatArray) -> FloatArray:
        sd = np.exp(log_sd)
        effects = (z * sd[:-1] ** 2) @ z.T * same
        return np.asarray(effects + sd[-1] ** 2 * np.eye(len(y)))

    def cost(log_sd: FloatArray) -> float:
        total = noise(log_sd) + x @ prior_covariance @ x.T
        residual = y - x @ prior.mean
        _, log_det = np.linalg.slogdet(total)
        likelihood = 0.5 * (log_det + residual @ np.linalg.solve(total, residual))
        # half-normal priors, with the Jacobian of the logarithm
        return float(likelihood + np.sum(0.5 * (np.exp(log_sd) / scales) ** 2 - log_sd))

    best = minimize(cost, np.log(0.7 * scales), method="Nelder-Mead", options={"maxiter": 2000}).x
    inverse = np.linalg.inv(noise(best))
    precision = x.T @ inverse @ x + np.diag(prior.sd**-2.0)
    covariance = np.linalg.inv(precision)
    mean = covariance @ (x.T @ inverse @ y + prior.mean / prior.sd**2)
    sd = np.asarray(np.exp(best), dtype=np.float64)
    return Fit(np.asarray(mean), np.asarray(covariance, dtype=np.float64), sd[:-1], float(sd[-1]))
