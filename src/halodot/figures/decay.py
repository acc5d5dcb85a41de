"""Figures of a luminescence decay: which exponential model, and its mean lifetimes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.randomness import generator
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .state import Figure, Figures
from .tools import sweeps_of

Array = NDArray[np.float64]
DRAWS = 2000
FIT_FROM = 0.95
CLEARLY = 4.0


@dataclass(frozen=True)
class Model:
    """A decay model in logarithms of its parameters, time in units of the guessed lifetime."""

    name: str
    shape: Callable[[Array, Array], Array]
    guesses: tuple[tuple[float, ...], ...]


def _mono(t: Array, q: Array) -> Array:
    return np.asarray(np.exp(q[0] - t * np.exp(-q[1])))


def _bi(t: Array, q: Array) -> Array:
    return np.asarray(np.exp(q[0] - t * np.exp(-q[1])) + np.exp(q[2] - t * np.exp(-q[3])))


def _stretched(t: Array, q: Array) -> Array:
    return np.asarray(np.exp(q[0] - (t * np.exp(-q[1])) ** np.exp(q[2])))


MODELS = (
    Model("mono-exponential", _mono, ((0.0, 0.0),)),
    Model("bi-exponential", _bi, ((-0.5, -1.0, -1.0, 1.0), (-0.1, -0.3, -2.5, 1.8))),
    Model("stretched exponential", _stretched, ((0.0, 0.0, -0.3),)),
)


@dataclass(frozen=True)
class Fit:
    """A fitted model: log-parameters (background last, linear), covariance, AICc, misfit."""

    model: Model
    x: Array
    cov: Array
    aicc: float
    chi2: float


def extract_decay(trace: Trace) -> Figures:
    """Extract lifetimes from a decay.

    Mono-, bi- and stretched exponentials plus a constant are fitted from just after the maximum;
    of those within 4 of the lowest AICc (Gaussian residuals; Poisson weights where the record holds
    counts) the simplest is taken.
    Amplitude-weighted mean: sum a tau / sum a = integral of I / I(0); intensity-weighted mean:
    sum a tau^2 / sum a tau = integral of t I / integral of I. For a stretched exponential they
    are tau/b Gamma(1/b) and tau Gamma(2/b)/Gamma(1/b).

    The instrument response is not deconvolved: lifetimes near its width are too long.

    Raises
    ------
    InputError
        If fewer than 15 points follow the maximum.

    Reference: J. R. Lakowicz, Principles of Fluorescence Spectroscopy,
    doi:10.1007/978-0-387-46312-4.

    Examples
    --------
    >>> from halodot.figures.limits import make_trace
    >>> t = np.linspace(0, 100e-9, 501)
    >>> columns = {"time": t, "intensity": np.exp(-t / 8e-9)}
    >>> f = extract_decay(make_trace("decay", columns, {}))
    >>> f["model"].category, round(f["lifetime_amplitude"].value.value * 1e9, 4)
    ('mono-exponential', 8.0)
    """
    rows = sweeps_of(trace)
    t, y = trace.columns["time"][rows[0]], trace.columns["intensity"][rows[0]]
    start, scale, peak = _window(trace.label, t, y)
    counts = bool(np.all(y == np.round(y)) and np.max(y) >= 50 and np.min(y) >= 0)
    window = slice(start, len(t))
    sigma = (
        np.sqrt(np.maximum(_smooth(y), 1.0))[window] / peak if counts else np.ones(len(t) - start)
    )
    # the fit starts at zero so that amplitudes refer to the first fitted point
    fits = [
        _fit(model, (t[window] - t[start]) / scale, y[window] / peak, sigma) for model in MODELS
    ]
    lowest = min(f.aicc for f in fits)
    # models are in order of their parameters: the simplest that is not clearly worse
    best = min((f for f in fits if f.aicc <= lowest + CLEARLY), key=lambda f: len(f.x))
    figures = [*_lifetimes(best, scale), *_components(best, scale), *_quality(fits, best, counts)]
    figures.append(
        Figure(
            "fit_window",
            computed(float(t[-1] - t[start]), "s"),
            f"From the first point below {FIT_FROM:.0%} of the maximum to the end.",
        )
    )
    response, note = _response(trace, rows[0], best, scale)
    figures.append(response)
    notes = (*trace.notes, note)
    if len(rows) > 1:
        notes = (*notes, f"{len(rows)} decays in the file: figures are of the first")
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, notes)


def _smooth(y: Array) -> Array:
    width = max(3, len(y) // 100) | 1
    edge = np.pad(y, width // 2, mode="edge")
    return np.asarray(np.convolve(edge, np.ones(width) / width, mode="valid"))


def _window(label: str, t: Array, y: Array) -> tuple[int, float, float]:
    """First row of the fit, a guess of the lifetime, and the height of the maximum."""
    if len(t) < 15 or np.any(np.diff(t) <= 0):
        allowed = "at least 15 points in rising time"
        raise InputError(label, f"{len(t)} points", allowed, "check --columns and --kind")
    top = int(np.argmax(y))
    base = float(np.median(y[-max(len(y) // 20, 3) :]))
    height = float(y[top]) - base
    fallen = np.flatnonzero(y[top:] < base + FIT_FROM * height)
    start = top if top == 0 else top + int(fallen[0] if len(fallen) else 0)
    if len(t) - start < 15 or height <= 0:
        raise InputError(
            label,
            f"{len(t) - start} points after the maximum",
            "15 or more",
            "measure longer, or check --columns",
        )
    below = np.flatnonzero(_smooth(y)[start:] < base + height / math.e)
    end = start + int(below[0]) if len(below) else len(t) - 1
    return start, max(float(t[end] - t[start]), float(t[start + 1] - t[start])), float(y[top])


def _fit(model: Model, t: Array, y: Array, sigma: Array) -> Fit:
    from scipy.optimize import least_squares

    base = float(np.median(y[-max(len(y) // 20, 3) :]))

    def residual(x: Array) -> Array:
        shape = model.shape(t, np.clip(x[:-1], -40.0, 40.0))
        return np.asarray(np.minimum((shape + x[-1] - y) / sigma, 1e6))

    best = None
    for guess in model.guesses:
        start = np.array([*guess, 0.3 * base])
        found = least_squares(residual, start, x_scale="jac", max_nfev=400)
        best = found if best is None or found.cost < best.cost else best
    assert best is not None  # every model has a guess
    n, k = len(y), len(best.x) + 1
    # below 1e-7 of the peak is rounding, which no model can be judged by
    chi2 = max(2.0 * best.cost, 1e-14 * n)
    aicc = n * math.log(chi2 / n) + 2 * k + 2 * k * (k + 1) / max(n - k - 1, 1)
    cov = np.linalg.pinv(best.jac.T @ best.jac) * chi2 / max(n - k + 1, 1)
    return Fit(model, best.x, cov, aicc, chi2 / max(n - k + 1, 1))


def mean_lifetimes(model: str, q: Array) -> tuple[float, float]:
    """Amplitude- and intensity-weighted mean lifetimes from log-parameters.

    >>> a, b = mean_lifetimes("stretched exponential", np.array([0.0, 0.0, np.log(0.5)]))
    >>> round(a, 6), round(b, 6)
    (2.0, 6.0)
    """
    if model == "mono-exponential":
        return math.exp(q[1]), math.exp(q[1])
    if model == "bi-exponential":
        a, taus = np.exp(q[[0, 2]]), np.exp(q[[1, 3]])
        first = float(np.sum(a * taus))
        return first / float(np.sum(a)), float(np.sum(a * taus**2)) / first
    tau, b = math.exp(q[1]), math.exp(q[2])
    one = math.lgamma(1.0 / b)
    return tau / b * math.exp(one), tau * math.exp(math.lgamma(2.0 / b) - one)


def _draws(fit: Fit) -> Array:
    """Parameters drawn from the covariance of the fit, at most a factor e^2 away."""
    values, vectors = np.linalg.eigh(fit.cov)
    step = vectors * np.sqrt(np.maximum(values, 0.0))
    deviates = generator(0, "figures", "decay").standard_normal((DRAWS, len(fit.x)))
    shift = deviates @ step.T
    shift[:, :-1] = np.clip(shift[:, :-1], -2.0, 2.0)
    return np.clip(fit.x + shift, -40.0, 40.0)


def _lifetimes(fit: Fit, scale: float) -> list[Figure]:
    value = mean_lifetimes(fit.model.name, fit.x)
    drawn = np.array([mean_lifetimes(fit.model.name, q) for q in _draws(fit)])
    low, high = np.percentile(drawn, [5, 95], axis=0)
    how = f"of the {fit.model.name} fit; interval from its covariance."
    return [
        Figure(
            f"lifetime_{name}",
            computed(
                value[k] * scale,
                "s",
                float(min(low[k], value[k])) * scale,
                float(max(high[k], value[k])) * scale,
            ),
            f"{name.capitalize()}-weighted mean lifetime {how}",
        )
        for k, name in enumerate(("amplitude", "intensity"))
    ]


def _components(fit: Fit, scale: float) -> list[Figure]:
    drawn = _draws(fit)
    if fit.model.name == "bi-exponential":
        order = [1, 3] if fit.x[1] <= fit.x[3] else [3, 1]
        share = np.exp(fit.x[order[0] - 1]) / np.sum(np.exp(fit.x[[0, 2]]))
        names = [("lifetime_fast", order[0]), ("lifetime_slow", order[1])]
        figures = [
            _log_figure(n, fit.x, drawn, k, scale, "Component of the fit.") for n, k in names
        ]
        text = "Amplitude of the fast component over the sum of both."
        return [*figures, Figure("fast_share", computed(float(share), "1"), text)]
    if fit.model.name == "stretched exponential":
        return [
            _log_figure("lifetime_stretched", fit.x, drawn, 1, scale, "tau of exp(-(t/tau)^b)."),
            _log_figure("stretching_exponent", fit.x, drawn, 2, 0.0, "b of exp(-(t/tau)^b)."),
        ]
    return []


def _log_figure(name: str, x: Array, drawn: Array, k: int, scale: float, text: str) -> Figure:
    factor, unit = (scale, "s") if scale else (1.0, "1")
    low, high = np.exp(np.percentile(drawn[:, k], [5, 95])) * factor
    return Figure(name, computed(math.exp(x[k]) * factor, unit, float(low), float(high)), text)


def _quality(fits: list[Fit], best: Fit, counts: bool) -> list[Figure]:
    weights = np.exp(-0.5 * np.clip([f.aicc - best.aicc for f in fits], -100, 1e4))
    weight = float(1.0 / np.sum(weights))
    listed = ", ".join(f"{f.model.name} {f.aicc - best.aicc:+.1f}" for f in fits)
    text = f"Simplest model within {CLEARLY:g} of the lowest AICc ({listed}); the value is its "
    text += "Akaike weight."
    words = "Sum of squared weighted residuals over degrees of freedom; 1 for pure counting noise."
    if not counts:
        chi2 = Sourced.unknown("1", "the record holds no counts: its noise is not known")
    else:
        chi2 = computed(best.chi2, "1")
    return [
        Figure("model", computed(weight, "1"), text, best.model.name),
        Figure("reduced_chi_square", chi2, words),
    ]


def _response(trace: Trace, rows: NDArray[np.int64], fit: Fit, scale: float) -> tuple[Figure, str]:
    text = "Full width at half maximum of the instrument response in the file."
    column = trace.columns.get("response")
    if column is None or not np.any(np.isfinite(column[rows])):
        none = Sourced.unknown("s", "the file holds no instrument response")
        return (
            Figure("response_width", none, text),
            "no instrument response: lifetimes near its width would be too long",
        )
    t, y = trace.columns["time"][rows], np.nan_to_num(column[rows])
    above = np.flatnonzero(y - np.median(y) > 0.5 * (y.max() - np.median(y)))
    width = float(t[above[-1]] - t[above[0]]) if len(above) > 1 else float(t[1] - t[0])
    shortest = min(mean_lifetimes(fit.model.name, fit.x)) * scale
    verdict = "negligible" if width < 0.2 * shortest else "NOT negligible: lifetimes are too long"
    return (
        Figure("response_width", computed(width, "s"), text),
        f"response of {width:.3g} s not deconvolved; against {shortest:.3g} s it is {verdict}",
    )
