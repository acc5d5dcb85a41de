"""Steps of a synaptic weight: Jang's exponent, symmetry against the weight, signal to noise."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced, computed
from .state import Figure
from .tools import Z90, noise_of, spread

Array = NDArray[np.float64]


def update_figures(up: list[Array], down: list[Array], unit: str) -> list[Figure]:
    """Return Jang's alpha of both directions, symmetry and signal to noise of the steps.

    - alpha: G = [(G1^a - G0^a) w + G0^a]^(1/a) with w from 0 to 1; 1 is linear, 0 geometric;
    - symmetry error at a weight: (dG+ + dG-) / (|dG+| + |dG-|), 0 where both steps cancel;
    - symmetry point: the weight at which they do.

    Reference: J.-W. Jang et al., IEEE Electron Device Lett. 36, 457 (2015),
    doi:10.1109/LED.2015.2418342.
    """
    return [
        _alpha("jang_alpha_potentiation", up, "potentiation"),
        _alpha("jang_alpha_depression", [g[::-1] for g in down], "depression, read backwards"),
        *_symmetry(up, down, unit),
        _signal(up + down),
    ]


def fit_alpha(g: Array) -> float:
    """Fit Jang's exponent to a run of weights from low to high; NaN where they are not positive.

    >>> w = np.linspace(0.0, 1.0, 40)
    >>> round(fit_alpha((3.0 * w + 1.0) ** 0.5), 3)
    2.0
    """
    low, high = float(g[0]), float(g[-1])
    if low <= 0 or high <= low:
        return math.nan
    w = np.linspace(0.0, 1.0, len(g))
    y = g / low

    def cost(a: float) -> float:
        return float(np.sum((jang(w, a, high / low) - y) ** 2))

    grid = np.linspace(-12.0, 12.0, 97)
    for _ in range(4):
        k = int(np.argmin([cost(float(a)) for a in grid]))
        grid = np.linspace(grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)], 33)
    best = float(grid[int(np.argmin([cost(float(a)) for a in grid]))])
    return best if abs(best) < 11.9 else math.nan


def jang(w: Array, alpha: float, ratio: float) -> Array:
    """Weight over its lowest value; geometric, ratio^w, for alpha = 0."""
    if abs(alpha) < 1e-9:
        return np.asarray(ratio**w)
    # expm1 and log1p keep the limit of small alpha
    return np.asarray(np.exp(np.log1p(np.expm1(alpha * math.log(ratio)) * w) / alpha))


def _alpha(name: str, runs: list[Array], what: str) -> Figure:
    text = f"Exponent of Jang's law fitted to {what}: 1 is linear, 0 geometric, larger bends the "
    text += "other way."
    values = [fit_alpha(g) for g in runs if len(g) >= 5]
    none = f"no run of {what} with five positive weights that the law can take"
    return Figure(name, spread(values, "1", none), text)


def _symmetry(up: list[Array], down: list[Array], unit: str) -> list[Figure]:
    texts = (
        "Root mean square of (dG+ + dG-)/(|dG+| + |dG-|) over the weights that both runs pass.",
        "Weight at which a step up is as large as a step down.",
    )
    names = ("symmetry_error", "symmetry_point")
    if not up or not down:
        reason = "needs a potentiation and a depression run"
        return [Figure(n, Sourced.unknown(u, reason), w)
                for n, u, w in zip(names, ("1", unit), texts, strict=True)]  # fmt: skip
    errors, points = [], []
    for a, b in zip(up, down, strict=False):
        grid, both = _steps(a, b)
        if grid is None:
            continue
        error = (both[0] + both[1]) / (np.abs(both[0]) + np.abs(both[1]))
        errors.append(float(np.sqrt(np.mean(error**2))))
        change = np.flatnonzero(error[:-1] * error[1:] < 0)
        if len(change):
            k = int(change[len(change) // 2])
            part = error[k] / (error[k] - error[k + 1])
            points.append(float(grid[k] + part * (grid[k + 1] - grid[k])))
    none = "the runs share no range of weights"
    missing = "a step one way is the larger at every weight"
    return [
        Figure(names[0], spread(errors, "1", none), texts[0]),
        Figure(names[1], spread(points, unit, missing), texts[1]),
    ]


def _steps(up: Array, down: Array) -> tuple[Array | None, tuple[Array, Array]]:
    """Steps of both runs against the weight, each smoothed by a parabola."""
    low, high = max(up.min(), down.min()), min(up.max(), down.max())
    if high <= low or min(len(up), len(down)) < 6:
        return None, (up, down)
    grid = np.linspace(low + 0.1 * (high - low), high - 0.1 * (high - low), 33)
    span = high - low
    found = []
    for run in (up, down):
        x = (0.5 * (run[1:] + run[:-1]) - low) / span
        fit = np.polyfit(x, np.diff(run), 2)
        found.append(np.polyval(fit, (grid - low) / span))
    return grid, (found[0], found[1])


def _signal(runs: list[Array]) -> Figure:
    text = "|Mean step| over the standard deviation of steps that the noise makes."
    values = []
    for g in runs:
        noise = math.sqrt(2.0) * noise_of(g)
        if noise > 0 and len(g) >= 5:
            values.append(abs(float(np.mean(np.diff(g)))) / noise)
    if len(values) == 1:
        half = Z90 * values[0] / math.sqrt(2.0 * max(len(runs[0]) - 1, 1))
        value = computed(values[0], "1", max(values[0] - half, 0.0), values[0] + half)
        return Figure("update_signal_to_noise", value, text)
    return Figure("update_signal_to_noise", spread(values, "1", "no noise is resolved"), text)
