r"""Models of a luminescence decay and their fit, with or without the instrument response.

.. math:: I(t) = b + \int R(t') f(t - t' - t_0) dt', \qquad
          f = \sum_i a_i e^{-t/\tau_i} \; (i \le 3) \quad \text{or} \quad a e^{-(t/\tau)^\beta}

Without response R is a delta function and the fit starts just after the maximum. t_0 is the shift
between response and decay, b a constant background. Records of counts are weighted by Poisson's
law. Parameters are logarithms, so amplitudes and lifetimes stay positive; beta is at most 1, as no
sum of decays is steeper than one of them.

Reference: D. V. O'Connor, D. Phillips, Time-correlated Single Photon Counting,
doi:10.1016/C2013-0-11138-6.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.randomness import generator

Array = NDArray[np.float64]
DRAWS = 2000
CLEARLY = 10.0  # of AICc: below, the data do not ask for one more component


@dataclass(frozen=True)
class Model:
    """A decay model in logarithms of its parameters, time in units of the guessed lifetime."""

    name: str
    shape: Callable[[Array, Array], Array]
    guesses: tuple[tuple[float, ...], ...]
    tops: tuple[float, ...] = ()  # of the log-parameters, where they have any

    def most(self, extra: int) -> Array:
        """Return the upper bounds of all parameters, `extra` linear ones behind."""
        own = self.tops or (math.inf,) * len(self.guesses[0])
        return np.array([*own, *(math.inf,) * extra])


def _exponentials(t: Array, q: Array) -> Array:
    amplitudes, rates = np.exp(q[0::2]), np.exp(-q[1::2])
    return np.asarray(np.exp(-t[:, None] * rates) @ amplitudes)


def _stretched(t: Array, q: Array) -> Array:
    return np.asarray(np.exp(q[0] - (t * np.exp(-q[1])) ** np.exp(q[2])))


MODELS = (
    Model("mono-exponential", _exponentials, ((0.0, 0.0),)),
    Model("bi-exponential", _exponentials, ((-0.5, -1.0, -1.0, 1.0), (-0.1, -0.3, -2.5, 1.8))),
    Model("stretched exponential", _stretched, ((0.0, 0.0, -0.3),), (math.inf, math.inf, 0.0)),
    Model(
        "tri-exponential",
        _exponentials,
        ((-0.7, -1.5, -1.0, 0.0, -1.8, 1.5), (-0.4, -0.7, -1.5, 0.7, -3.0, 2.0)),
    ),
)


@dataclass(frozen=True)
class Response:
    """Instrument response on the times of the record, its own background taken off."""

    time: Array
    value: Array

    def applied(self, shape: Callable[[Array], Array], shift: float) -> Array:
        """Return the convolution of `shape` with the response moved by `shift`."""
        from scipy.signal import fftconvolve

        moved = np.interp(self.time - shift, self.time, self.value, left=0.0, right=0.0)
        total = float(moved.sum())
        moved = moved / total if total > 0.0 else moved
        decay = shape(self.time - self.time[0])
        decay[0] *= 0.5  # trapezoid: the first bin is half filled
        return np.asarray(fftconvolve(moved, decay)[: len(self.time)])


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    `x` holds the log-parameters, then the background and, with a response, its shift (linear, in
    units of the guessed lifetime). `shape` counts the first.
    """

    model: Model
    x: Array
    cov: Array
    aicc: float
    chi2: float
    shape: int

    @property
    def log(self) -> Array:
        """Log-parameters of the model alone."""
        return self.x[: self.shape]

    def drawn(self) -> Array:
        """Parameters drawn from the covariance of the fit, at most a factor e^2 away."""
        values, vectors = np.linalg.eigh(self.cov)
        step = vectors * np.sqrt(np.maximum(values, 0.0))
        deviates = generator(0, "figures", "decay").standard_normal((DRAWS, len(self.x)))
        shift = deviates @ step.T
        shift[:, : self.shape] = np.clip(shift[:, : self.shape], -2.0, 2.0)
        drawn = np.clip(self.x + shift, -40.0, 40.0)
        return np.minimum(drawn, self.model.most(len(self.x) - self.shape))


def fit(
    model: Model,
    t: Array,
    y: Array,
    sigma: Array,
    response: Response | None = None,
    tail: Fit | None = None,
) -> Fit:
    """Fit one model by weighted least squares from every guess, or from `tail`; keep the best."""
    from scipy.optimize import least_squares

    n = len(model.guesses[0])
    base = float(np.median(y[-max(len(y) // 20, 3) :]))
    if response is not None:
        base = min(base, float(np.median(y[: max(len(y) // 50, 3)])))

    def residual(x: Array) -> Array:
        q = np.clip(x[:n], -40.0, 40.0)
        if response is None:
            shape = model.shape(t, q)
        else:
            shape = response.applied(lambda s: model.shape(s, q), float(x[n + 1]))
        return np.asarray(np.clip((shape + x[n] - y) / sigma, -1e6, 1e6))

    extra = [0.3 * base] if response is None else [base, 0.0]
    best = None
    for guess in model.guesses if tail is None else (tail.log,):
        start = np.array([*guess, *extra])
        bounds = (-np.inf, model.most(len(extra)))
        start = np.minimum(start, bounds[1] - 1e-3)
        found = least_squares(residual, start, bounds=bounds, x_scale="jac", max_nfev=400)
        best = found if best is None or found.cost < best.cost else best
    assert best is not None  # every model has a guess
    points, k = len(y), len(best.x) + 1
    # below 1e-7 of the peak is rounding, which no model can be judged by
    chi2 = max(2.0 * best.cost, 1e-14 * points)
    aicc = points * math.log(chi2 / points) + 2 * k + 2 * k * (k + 1) / max(points - k - 1, 1)
    cov = np.linalg.pinv(best.jac.T @ best.jac) * chi2 / max(points - k + 1, 1)
    return Fit(model, best.x, cov, aicc, chi2 / max(points - k + 1, 1), n)


def fit_all(t: Array, y: Array, sigma: Array) -> list[Fit]:
    """Fit every model; three exponentials only where two are clearly better than one.

    On a record of one lifetime the third component has no place to go, and its fit is slow.
    """
    fits = [fit(model, t, y, sigma) for model in MODELS[:3]]
    if fits[1].aicc < fits[0].aicc - CLEARLY:
        fits.append(fit(MODELS[3], t, y, sigma))
    return fits


def mean_lifetimes(model: str, q: Array) -> tuple[float, float]:
    """Amplitude- and intensity-weighted mean lifetimes from log-parameters.

    >>> a, b = mean_lifetimes("stretched exponential", np.array([0.0, 0.0, np.log(0.5)]))
    >>> round(a, 6), round(b, 6)
    (2.0, 6.0)
    >>> [round(x, 6) for x in mean_lifetimes("bi-exponential", np.log([1.0, 1.0, 1.0, 3.0]))]
    [2.0, 2.5]
    """
    if model == "stretched exponential":
        tau, b = math.exp(q[1]), math.exp(q[2])
        one = math.lgamma(1.0 / b)
        return tau / b * math.exp(one), tau * math.exp(math.lgamma(2.0 / b) - one)
    a, taus = np.exp(q[0::2]), np.exp(q[1::2])
    first = float(np.sum(a * taus))
    return first / float(np.sum(a)), float(np.sum(a * taus**2)) / first


def exponents(q: Array) -> tuple[Array, Array]:
    """Lifetimes, fast to slow, and the shares of the amplitudes, from log-parameters.

    >>> taus, shares = exponents(np.log([3.0, 8.0, 1.0, 2.0]))
    >>> taus.round(6).tolist(), shares.round(6).tolist()
    ([2.0, 8.0], [0.25, 0.75])
    """
    a, taus = np.exp(q[0::2]), np.exp(q[1::2])
    order = np.argsort(taus)
    return np.asarray(taus[order]), np.asarray(a[order] / a.sum())
