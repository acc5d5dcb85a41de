"""Weight update of a synapse: nonlinearity label, symmetry, states, dynamic range."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced, computed
from .limits import neurosim_curve, neurosim_label
from .state import Figure
from .tools import Z90, noise_of, spread
from .weight_update import update_figures

Array = NDArray[np.float64]
STATES_K = 2.0


def fit_curve(g: Array) -> tuple[float, float, float, float]:
    """Fit G = G0 + (G1 - G0) g(p; a); return label, its standard error, G0 and G1.

    For a < 0 the curve is bent the other way (slow start). Fitted over 1/a, where the straight
    line is the regular point 0.

    >>> label, error, _, _ = fit_curve(neurosim_curve(np.linspace(0, 1, 51), 0.5))
    >>> round(label, 2)
    2.4
    """
    from scipy.optimize import least_squares

    p = np.linspace(0.0, 1.0, len(g))
    span = float(g[-1] - g[0]) or 1.0

    def model(x: Array) -> Array:
        return x[1] + x[2] * _bent(p, float(x[0]))

    start = np.array([1.0 if np.mean((g - g[0]) / span) > 0.5 else -1.0, g[0] / span, 1.0])
    fit = least_squares(lambda x: model(x) - g / span, start, method="lm")
    curvature = float(np.clip(fit.x[0], -100.0, 100.0))
    noise = 2.0 * fit.cost / max(len(g) - 3, 1)
    error = math.sqrt(max(float(np.linalg.pinv(fit.jac.T @ fit.jac)[0, 0]) * noise, 0.0))
    high, low = _label(curvature + error), _label(curvature - error)
    return (
        _label(curvature),
        0.5 * (high - low),
        float(fit.x[1]) * span,
        float(fit.x[1] + fit.x[2]) * span,
    )


def _bent(p: Array, curvature: float) -> Array:
    if abs(curvature) < 1e-6:
        return p + 0.5 * curvature * p * (1.0 - p)
    if curvature > 0:
        return neurosim_curve(p, 1.0 / curvature)
    return 1.0 - neurosim_curve(1.0 - p, -1.0 / curvature)


def _label(curvature: float) -> float:
    return 0.0 if abs(curvature) < 1e-4 else neurosim_label(1.0 / curvature)


def weight_figures(runs: list[Array], unit: str) -> list[Figure]:
    """Figures of runs of weights, each rising (potentiation) or falling (depression).

    Each run holds the weight before the first pulse or after it, then after every next one.
    """
    up = [g for g in runs if g[-1] > g[0]]
    down = [g for g in runs if g[-1] < g[0]]
    both = np.concatenate(runs)
    low, high = float(np.min(both)), float(np.max(both))
    noise = float(np.median([noise_of(g) for g in runs]))
    levels = (high - low) / (STATES_K * noise) if noise > 0 else math.nan
    text = f"(Gmax - Gmin) / ({STATES_K:g} x the point-to-point noise), at most the number of steps"
    most = max(len(g) for g in runs)
    return [
        _nonlinearity("nonlinearity_potentiation", up, "potentiation"),
        _nonlinearity(
            "nonlinearity_depression",
            [g.max() - (g - g.min()) for g in down],
            "depression, mirrored",
        ),
        _asymmetry(up, down),
        *update_figures(up, down, unit),
        Figure(
            "dynamic_range",
            computed(high / low, "1") if low > 0 else Sourced.unknown("1", "the lowest is <= 0"),
            "Largest over smallest weight.",
        ),
        Figure(
            "states",
            computed(float(min(levels, most)) if levels == levels else float(most), "1"),
            text + ".",
        ),
        Figure("weight_minimum", computed(low, unit), "Smallest weight of all runs."),
        Figure("weight_maximum", computed(high, unit), "Largest weight of all runs."),
        Figure("pulses_per_run", computed(float(most), "1"), "Points of the longest run."),
    ]


def _nonlinearity(name: str, runs: list[Array], what: str) -> Figure:
    text = f"NeuroSim label of {what}: 10.10 x max|g(p) - p| of the fitted curve "
    text += "g = (1 - exp(-p/a))/(1 - exp(-1/a)); 0 is linear, the sign is the side of the bend."
    fits = [fit_curve(g) for g in runs if len(g) >= 5]
    if not fits:
        return Figure(name, Sourced.unknown("1", f"no run of {what} with five points"), text)
    if len(fits) > 1:
        return Figure(name, spread([f[0] for f in fits], "1", ""), text)
    label, error = fits[0][0], fits[0][1] * Z90
    return Figure(name, computed(label, "1", label - error, label + error), text)


def _asymmetry(up: list[Array], down: list[Array]) -> Figure:
    text = "max|Gp(n) - Gd(n)| / (Gp(N) - Gp(0)) with both runs on the same weight axis, "
    text += "depression read backwards: 0 is symmetric."
    if not up or not down:
        none = "needs a potentiation and a depression run"
        return Figure("asymmetry_ratio", Sourced.unknown("1", none), text)
    values = []
    for a, b in zip(up, down, strict=False):
        axis = np.linspace(0.0, 1.0, max(len(a), len(b)))
        rising = np.interp(axis, np.linspace(0, 1, len(a)), a)
        falling = np.interp(axis, np.linspace(0, 1, len(b)), b[::-1])
        values.append(float(np.max(np.abs(rising - falling)) / abs(rising[-1] - rising[0])))
    return Figure("asymmetry_ratio", spread(values, "1", ""), text)
