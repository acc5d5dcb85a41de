"""Figures of a luminescence decay: its model, components and mean lifetimes, and its rates."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.randomness import generator
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .decay_models import CLEARLY, Fit, Response, exponents, fit, fit_all, mean_lifetimes
from .state import Figure, Figures
from .tools import noise_of, sweeps_of

Array = NDArray[np.float64]
FIT_FROM = 0.95
NOISELESS = 1e-4  # of the height: below, noise is rounding
LEAST_COUNTS = 10
SURE = 36.0  # by which a decay has to beat a constant in chi-square: six standard errors
WORSE = 2.0  # a response that fits so much worse than the tail alone does not belong to the decay
NAMES = {2: ("fast", "slow"), 3: ("fast", "middle", "slow")}


def extract_decay(trace: Trace) -> Figures:
    """Extract lifetimes from a decay.

    One to three exponentials and a stretched one plus a constant are fitted (`decay_models`);
    of those within 10 of the lowest AICc the simplest is taken. Weights are Poisson's where the
    record holds whole counts; else the noise is read from the record, as a constant part and one
    that goes with the signal (counts whose background was taken off). Where the file holds an
    instrument response on even steps, the model is convolved with it over the whole record, with a
    shift that is fitted; else the fit starts just after the maximum, and lifetimes near the width
    of the response are too long.

    Amplitude-weighted mean: sum a tau / sum a = integral of I / I(0); intensity-weighted mean:
    sum a tau^2 / sum a tau = integral of t I / integral of I. For a stretched exponential they
    are tau/b Gamma(1/b) and tau Gamma(2/b)/Gamma(1/b). With a quantum yield Q the rates are
    k_r = Q / tau and k_nr = (1 - Q) / tau, tau the amplitude-weighted mean: Q = k_r times the
    integral of the excited share, if all emitters that are seen have one radiative rate.

    Raises
    ------
    InputError
        If fewer than 15 points follow the maximum, the record is flat within its noise, or the
        quantum yield is not from 0 to 1.

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
    counts = bool(np.all(y == np.round(y)) and np.max(y) >= LEAST_COUNTS and np.min(y) >= 0)
    sigma = np.sqrt(np.maximum(_smooth(y), 1.0)) / peak if counts else _scatter(y) / peak
    window = slice(start, len(t))
    # the fit starts at zero so that amplitudes refer to the first fitted point
    fits = fit_all((t[window] - t[start]) / scale, y[window] / peak, sigma[window])
    best, began = _simplest(fits), float(t[start])
    _refuse_flat(trace.label, y[window] / peak, sigma[window], best)
    answer = _response_of(trace, rows[0])
    note = "no instrument response: lifetimes near its width would be too long"
    if answer is not None:
        fits, best, note, whole = _with_response(answer, t, y / peak, sigma, scale, fits)
        began = float(t[0]) if whole else began
    figures = [*_lifetimes(best, scale), *_components(best, scale), *_quality(fits, best, counts)]
    figures += _rates(trace, best, scale)
    text = f"From the first point below {FIT_FROM:.0%} of the maximum, or all with a response."
    figures.append(Figure("fit_window", computed(float(t[-1]) - began, "s"), text))
    figures.append(_response_width(answer))
    notes = (*trace.notes, note)
    if len(rows) > 1:
        notes = (*notes, f"{len(rows)} decays in the file: figures are of the first")
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, notes)


def _simplest(fits: list[Fit]) -> Fit:
    """The fit of fewest parameters that is not clearly worse than the best."""
    lowest = min(f.aicc for f in fits)
    return min((f for f in fits if f.aicc <= lowest + CLEARLY), key=lambda f: len(f.x))


def _refuse_flat(label: str, y: Array, sigma: Array, best: Fit) -> None:
    """Refuse a record that a constant describes as well as a decay does."""
    weight = sigma**-2
    rest = (y - float(np.sum(weight * y) / np.sum(weight))) / sigma
    free = max(len(y) - len(best.x), 1)
    gain = (float(np.sum(rest**2)) - best.chi2 * free) / max(best.chi2, 1e-12)
    if gain < SURE:
        found = "no decay: the record is flat within its noise"
        allowed = "a signal that falls by more than six standard errors"
        raise InputError(label, found, allowed, "measure longer, or check --columns and --kind")


def _scatter(y: Array) -> Array:
    """Standard deviation of every point: a constant part and one that goes with the signal.

    From the squares of second differences, each of expectation variance; even where there is no
    noise to speak of.
    """
    from scipy.optimize import nnls

    smooth = np.maximum(_smooth(y), 0.0)
    top = max(float(smooth.max()), 1e-300)
    if noise_of(y) < NOISELESS * top:
        return np.full(len(y), top)
    square = np.diff(y, 2) ** 2 / (6.0 * top**2)
    columns = np.column_stack([np.ones(len(square)), smooth[1:-1] / top])
    found = np.array([float(np.mean(square)), 0.0])
    for _ in range(5):  # the scatter of a square goes with the variance
        weight = 1.0 / np.maximum(columns @ found, 1e-3 * float(np.mean(square)))
        found = nnls(columns * weight[:, None], square * weight)[0]
    least = 1e-3 * float(np.mean(square))
    variance = np.maximum(found[0] + found[1] * smooth / top, least)
    return np.asarray(np.sqrt(variance) * top)


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


def _response_of(trace: Trace, rows: NDArray[np.int64]) -> Response | None:
    """The instrument response of the file without its background, if there is one."""
    column = trace.columns.get("response")
    if column is None or not np.any(np.isfinite(column[rows])):
        return None
    value = np.nan_to_num(column[rows])
    return Response(trace.columns["time"][rows], np.maximum(value - np.median(value), 0.0))


def _with_response(
    answer: Response, t: Array, y: Array, sigma: Array, scale: float, tail: list[Fit]
) -> tuple[list[Fit], Fit, str, bool]:
    """Fits with the response, unless its steps are uneven or it does not belong to the decay."""
    before = _simplest(tail)
    shortest = min(mean_lifetimes(before.model.name, before.log)) * scale
    width = _width(answer)
    verdict = "negligible" if width < 0.2 * shortest else "NOT negligible: lifetimes are too long"
    beside = f"response of {width:.3g} s against {shortest:.3g} s is {verdict}"
    steps = np.diff(t)
    if np.ptp(steps) > 0.01 * np.median(steps) or width <= 2.0 * float(np.median(steps)):
        return tail, before, f"response not deconvolved (uneven or too wide steps); {beside}", False
    scaled = Response((t - t[0]) / scale, answer.value)
    fits = [fit(f.model, scaled.time, y, sigma, scaled, f) for f in tail]
    best = _simplest(fits)
    if best.chi2 > WORSE * before.chi2:
        why = f"response not deconvolved: with it the misfit is {best.chi2 / before.chi2:.2g} times"
        why += " that of the tail, so it is not that of this decay"
        return tail, before, f"{why}; {beside}", False
    shift = float(best.x[best.shape + 1]) * scale
    note = f"response of {width:.3g} s deconvolved over the whole record, shift {shift:.3g} s"
    return fits, best, note, True


def _lifetimes(best: Fit, scale: float) -> list[Figure]:
    value = mean_lifetimes(best.model.name, best.log)
    drawn = _mean_draws(best)
    how = f"of the {best.model.name} fit; interval from its covariance."
    return [
        Figure(
            f"lifetime_{name}",
            _interval(value[k] * scale, drawn[:, k] * scale, "s"),
            f"{name.capitalize()}-weighted mean lifetime {how}",
        )
        for k, name in enumerate(("amplitude", "intensity"))
    ]


def _mean_draws(best: Fit) -> Array:
    return np.array([mean_lifetimes(best.model.name, q[: best.shape]) for q in best.drawn()])


def _interval(value: float, drawn: Array, unit: str) -> Sourced:
    low, high = (float(q) for q in np.percentile(drawn, [5, 95]))
    return computed(value, unit, min(low, value), max(high, value))


def _components(best: Fit, scale: float) -> list[Figure]:
    q, drawn = best.log, best.drawn()[:, : best.shape]
    if best.model.name == "stretched exponential":
        words = "tau of exp(-(t/tau)^b).", "b of exp(-(t/tau)^b)."
        tau, b = (np.exp(drawn[:, k]) for k in (1, 2))
        return [
            Figure(
                "lifetime_stretched", _interval(math.exp(q[1]) * scale, tau * scale, "s"), words[0]
            ),
            Figure("stretching_exponent", _interval(math.exp(q[2]), b, "1"), words[1]),
        ]
    taus, shares = exponents(q)
    if len(taus) == 1:
        return []
    many = [exponents(d) for d in drawn]
    figures = []
    for k, name in enumerate(NAMES[len(taus)]):
        lifetime = _interval(float(taus[k]) * scale, np.array([m[0][k] for m in many]) * scale, "s")
        share = _interval(float(shares[k]), np.array([m[1][k] for m in many]), "1")
        figures.append(Figure(f"lifetime_{name}", lifetime, "Component of the fit."))
        text = f"Amplitude of the {name} component over the sum of all."
        figures.append(Figure(f"{name}_share", share, text))
    return figures


def _rates(trace: Trace, best: Fit, scale: float) -> list[Figure]:
    """Radiative and non-radiative rate where the quantum yield is given."""
    quantum = trace.parameters.get("plqy")
    if quantum is None or not quantum.is_known:
        return []
    q = float(quantum)
    if not 0.0 < q <= 1.0:
        raise InputError("--plqy", q, "above 0, at most 1 (or 100 %)", "--plqy 0.8")
    mean = mean_lifetimes(best.model.name, best.log)[0] * scale
    drawn = _mean_draws(best)[:, 0] * scale
    rng = generator(0, "figures", "plqy")
    yields = np.array([float(quantum.sample(rng)) for _ in range(len(drawn))])
    yields = np.clip(yields, 1e-6, 1.0)
    text = "of the quantum yield and the amplitude-weighted mean lifetime"
    return [
        Figure("radiative_rate", _interval(q / mean, yields / drawn, "1/s"), f"Q / tau {text}."),
        Figure(
            "nonradiative_rate",
            _interval((1.0 - q) / mean, (1.0 - yields) / drawn, "1/s"),
            f"(1 - Q) / tau {text}.",
        ),
        Figure("radiative_lifetime", _interval(mean / q, drawn / yields, "s"), f"tau / Q {text}."),
    ]


def _quality(fits: list[Fit], best: Fit, counts: bool) -> list[Figure]:
    weights = np.exp(-0.5 * np.clip([f.aicc - best.aicc for f in fits], -100, 1e4))
    weight = float(1.0 / np.sum(weights))
    listed = ", ".join(f"{f.model.name} {f.aicc - best.aicc:+.1f}" for f in fits)
    text = f"Simplest model within {CLEARLY:g} of the lowest AICc ({listed}); the value is its "
    text += "Akaike weight."
    words = "Sum of squared weighted residuals over degrees of freedom; 1 for pure counting noise."
    if not counts:
        why = "no whole counts (background taken off, normalised?): the noise is not known"
        chi2 = Sourced.unknown("1", why)
    else:
        chi2 = computed(best.chi2, "1")
    return [
        Figure("model", computed(weight, "1"), text, best.model.name),
        Figure("reduced_chi_square", chi2, words),
    ]


def _width(answer: Response) -> float:
    t, y = answer.time, answer.value
    above = np.flatnonzero(y > 0.5 * y.max())
    return float(t[above[-1]] - t[above[0]]) if len(above) > 1 else float(t[1] - t[0])


def _response_width(answer: Response | None) -> Figure:
    text = "Full width at half maximum of the instrument response in the file."
    if answer is None:
        none = Sourced.unknown("s", "the file holds no instrument response")
        return Figure("response_width", none, text)
    return Figure("response_width", computed(_width(answer), "s"), text)
