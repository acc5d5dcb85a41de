"""Spread of repeated values: which distribution, and how much of it is of the cycle or the device.

No family is taken for granted: Weibull plots of switching voltages are known to miss the tails.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced, computed
from .state import Figure
from .tools import Z90

Array = NDArray[np.float64]
FEW = 8  # values from which on families are compared
DECIDED = 2.0  # difference in AICc below which two families are not told apart


@dataclass(frozen=True)
class Fit:
    """A family fitted by maximum likelihood: parameters, AICc and Anderson-Darling's A^2."""

    name: str
    parameters: tuple[float, ...]
    aicc: float
    anderson_darling: float


def fit_all(values: Array) -> list[Fit]:
    """Fit normal, log-normal, Weibull, gamma and clustered Weibull; the least AICc first.

    Of families whose AICc is within 2 of the least, those with fewer parameters come first.

    The clustered Weibull is F = 1 - (1 + (x/s)^c / a)^-a (Burr XII): Weibull spots of uneven
    density, Weibull itself for large a. Values of mixed sign take the normal alone.

    Reference: N. Raghavan, Microelectron. Eng. 2017, doi:10.1016/j.mee.2017.05.007.

    >>> x = np.random.default_rng(1).lognormal(0.0, 0.5, 200)
    >>> fit_all(x)[0].name
    'log-normal'
    """
    from scipy import stats

    x = np.abs(values) if np.all(values > 0) or np.all(values < 0) else values
    found = [_fit("normal", x, stats.norm, (float(np.mean(x)), float(np.std(x))), 2)]
    if np.all(x > 0):
        log = np.log(x)
        spread = float(np.std(log))
        found.append(_fit("log-normal", x, stats.lognorm,
                          (spread, 0.0, math.exp(float(np.mean(log)))), 2))  # fmt: skip
        shape, scale = weibull(x)
        found.append(_fit("Weibull", x, stats.weibull_min, (shape, 0.0, scale), 2))
        a, _, s = stats.gamma.fit(x, floc=0.0)
        found.append(_fit("gamma", x, stats.gamma, (float(a), 0.0, float(s)), 2))
        found.append(_clustered(x, shape, scale))
    found = [f for f in found if math.isfinite(f.aicc)]
    least = min(f.aicc for f in found)

    def order(f: Fit) -> tuple[bool, bool, float]:
        far = f.aicc - least > DECIDED
        return far, not far and f.name == "clustered Weibull", f.aicc

    return sorted(found, key=order)


def _fit(name: str, x: Array, law: object, parameters: tuple[float, ...], free: int) -> Fit:
    logpdf: Callable[..., Array] = law.logpdf  # type: ignore[attr-defined]
    cdf: Callable[..., Array] = law.cdf  # type: ignore[attr-defined]
    likelihood = float(np.sum(logpdf(x, *parameters)))
    return Fit(name, parameters, _aicc(likelihood, free, len(x)),
               anderson_darling(cdf(np.sort(x), *parameters)))  # fmt: skip


def _aicc(likelihood: float, free: int, n: int) -> float:
    return 2.0 * free - 2.0 * likelihood + 2.0 * free * (free + 1) / max(n - free - 1, 0.5)


def anderson_darling(u: Array) -> float:
    """A^2 of sorted probabilities `u` = F(x_i): the misfit, weighted toward both tails.

    Reference: T. W. Anderson, D. A. Darling, J. Am. Stat. Assoc. 49, 765 (1954),
    doi:10.1080/01621459.1954.10501232.

    >>> n = 1000
    >>> bool(anderson_darling((np.arange(n) + 0.5) / n) < 0.01)
    True
    """
    n = len(u)
    u = np.clip(u, 1e-300, 1.0 - 1e-16)
    i = np.arange(1, n + 1)
    return float(-n - np.sum((2 * i - 1) / n * (np.log(u) + np.log1p(-u[::-1]))))


def weibull(x: Array) -> tuple[float, float]:
    """Shape and scale of a Weibull distribution by maximum likelihood.

    >>> x = np.random.default_rng(2).weibull(5.0, 4000) * 2.0
    >>> k, s = weibull(x)
    >>> bool(abs(k - 5.0) < 0.2), bool(abs(s - 2.0) < 0.02)
    (True, True)
    """
    from scipy.optimize import brentq

    top = float(np.max(np.log(x)))
    log = np.log(x) - top

    def root(k: float) -> float:
        w = np.exp(k * log)
        return float(np.sum(w * log) / np.sum(w) - 1.0 / k - np.mean(log))

    spread = max(float(np.std(log)), 1e-9)
    guess = 1.2825498 / spread
    low, high = 0.05 * guess, 20.0 * guess
    k = float(brentq(root, low, high)) if root(low) * root(high) < 0 else guess
    return k, math.exp(top + math.log(float(np.mean(np.exp(k * log)))) / k)


def weibull_plot(x: Array) -> tuple[float, float]:
    """Slope and scale of ln(-ln(1 - F)) against ln x, F = (i - 0.3) / (n + 0.4).

    >>> k, s = weibull_plot(np.random.default_rng(2).weibull(5.0, 4000) * 2.0)
    >>> bool(abs(k - 5.0) < 0.3), bool(abs(s - 2.0) < 0.02)
    (True, True)
    """
    from .tools import straight_line

    n = len(x)
    rank = (np.arange(1, n + 1) - 0.3) / (n + 0.4)
    slope, cut, _ = straight_line(np.log(np.sort(x)), np.log(-np.log1p(-rank)))
    return slope, math.exp(-cut / slope)


def _clustered(x: Array, shape: float, scale: float) -> Fit:
    from scipy.optimize import minimize

    def cost(p: Array) -> float:
        a, k, s = np.exp(np.clip(p, -20.0, 20.0))
        z = np.log(x / s) * k
        inside = np.logaddexp(0.0, z - math.log(a))
        logs = math.log(k) - np.log(x) + z - (a + 1.0) * inside
        return -float(np.sum(logs))

    start = np.array([math.log(2.0), math.log(1.2 * shape), math.log(scale)])
    best = minimize(cost, start, method="Nelder-Mead", options={"maxiter": 400, "fatol": 1e-4})
    a, k, s = (float(v) for v in np.exp(np.clip(best.x, -20.0, 20.0)))
    likelihood = -float(best.fun)
    u = -np.expm1(-a * np.logaddexp(0.0, k * np.log(np.sort(x) / s) - math.log(a)))
    return Fit("clustered Weibull", (a, k, s), _aicc(likelihood, 3, len(x)), anderson_darling(u))


def weights(fits: Sequence[Fit]) -> list[float]:
    """Akaike weights: how the evidence divides among the families.

    >>> f = [Fit("a", (), 0.0, 0.0), Fit("b", (), 2.0 * math.log(3.0), 0.0)]
    >>> [round(w, 6) for w in weights(f)]
    [0.75, 0.25]
    """
    least = min(f.aicc for f in fits)
    raw = [math.exp(-0.5 * (f.aicc - least)) for f in fits]
    return [r / sum(raw) for r in raw]


def random_effects(devices: Sequence[Array]) -> tuple[Sourced, Sourced]:
    """Coefficient of variation from cycle to cycle and from device to device.

    One-way random effects x_ij = m + d_i + c_ij by the method of moments: the mean square within
    devices is s_c^2, that between them s_c^2 + n0 s_d^2 with n0 = (N - sum n_i^2 / N)/(k - 1). The
    90 % intervals are exact for equal numbers of normal values: chi-square and F.

    Reference: S. R. Searle, G. Casella, C. E. McCulloch, Variance Components (1992),
    doi:10.1002/9780470316856.
    """
    from scipy import stats

    groups = [np.asarray(g, float) for g in devices if len(g) >= 2]
    spread = max(
        (float(np.ptp(g)) / max(abs(float(np.mean(g))), 1e-300) for g in groups), default=0
    )
    if len(groups) < 2 or spread < 1e-12:
        reason = "needs two devices with two cycles each"
        reason = reason if len(groups) < 2 else "the cycles of each device are equal"
        return Sourced.unknown("1", reason), Sourced.unknown("1", reason)
    sizes = np.array([len(g) for g in groups], float)
    total, k = float(np.sum(sizes)), len(groups)
    means = np.array([np.mean(g) for g in groups])
    grand = float(np.sum(sizes * means) / total)
    inner = float(sum(np.sum((g - m) ** 2) for g, m in zip(groups, means, strict=True)))
    within = inner / (total - k)
    between = float(np.sum(sizes * (means - grand) ** 2)) / (k - 1)
    n0 = (total - float(np.sum(sizes**2)) / total) / (k - 1)
    middle = abs(float(np.mean(means)))
    device = max((between - within) / n0, 0.0)
    free = total - k
    ends = [within * free / stats.chi2.ppf(q, free) for q in (0.95, 0.05)]
    ratio = between / within if within > 0 else math.inf
    shares = [max((ratio / stats.f.ppf(q, k - 1, free) - 1.0) / n0, 0.0) for q in (0.95, 0.05)]
    note = f"{k} devices, {int(total)} cycles"

    def cv(variance: float) -> float:
        return math.sqrt(variance) / middle if middle > 0 else math.nan

    return (
        computed(cv(within), "1", cv(ends[0]), cv(ends[1]), note=note),
        computed(cv(device), "1", cv(within * shares[0]), cv(within * shares[1]), note=note),
    )


def statistics_figures(name: str, devices: Sequence[Sequence[float]]) -> list[Figure]:
    """Return the figures of the spread of a quantity over cycles and devices.

    Parameters
    ----------
    devices
        Values [SI] of each device, one a cycle.
    """
    groups = [np.array([v for v in g if math.isfinite(v) and v != 0.0]) for g in devices]
    groups = [g for g in groups if len(g)]
    x = np.concatenate(groups) if groups else np.zeros(0)
    if len(x) < 3:
        return []
    figures = [_variation(name, x)]
    if len(x) >= FEW and float(np.std(x)) > 1e-9 * abs(float(np.mean(x))):
        figures += _families(name, x)
    if len(groups) >= 2:
        cycle, device = random_effects(groups)
        text = "Standard deviation over the mean, random-effects model"
        figures += [
            Figure(f"{name}_cycle_cv", cycle, f"{text}: from cycle to cycle of one device."),
            Figure(f"{name}_device_cv", device, f"{text}: from device to device."),
        ]
    return figures


def _variation(name: str, x: Array) -> Figure:
    from scipy import stats

    n = len(x)
    cv = float(np.std(x, ddof=1)) / abs(float(np.mean(x)))
    low, high = (cv * math.sqrt((n - 1) / stats.chi2.ppf(q, n - 1)) for q in (0.95, 0.05))
    text = "Standard deviation over the mean of all cycles and devices."
    return Figure(f"{name}_cv", computed(cv, "1", low, high, note=f"{n} values"), text)


def _families(name: str, x: Array) -> list[Figure]:
    fits = fit_all(x)
    share = weights(fits)
    best, least = fits[0], min(f.aicc for f in fits)
    near = [f.name for f in fits[1:] if f.aicc - least < DECIDED]
    note = ", ".join(f"{f.name} {f.aicc - least:.1f} (A2 {f.anderson_darling:.2f})" for f in fits)
    note = f"AICc above the least: {note}"
    note += f"; not told apart from {' or '.join(near)}" if near else ""
    text = (
        "Family with the least AICc of normal, log-normal, Weibull, gamma and clustered Weibull; "
    )
    text += "the number is its Akaike weight."
    figures = [Figure(f"{name}_distribution", computed(share[0], "1", note=note), text, best.name)]
    if np.all(x > 0) or np.all(x < 0):
        y = np.abs(x)
        shape, scale = weibull(y)
        slope, _ = weibull_plot(y)
        error = 0.78 * shape / math.sqrt(len(y))  # asymptotic standard error of the shape
        fit = next(f for f in fits if f.name == "Weibull")
        plot = f"{slope:.3g} from the plot with (i - 0.3)/(n + 0.4)"
        if fit.aicc - least > DECIDED:
            plot += f"; Weibull is not the law of these values, {best.name} fits better"
        half = Z90 * 1.05 * scale / (shape * math.sqrt(len(y)))
        unit = "V" if "voltage" in name else "ohm" if "resistance" in name else "1"
        figures += [
            Figure(
                f"{name}_weibull_shape",
                computed(shape, "1", shape - Z90 * error, shape + Z90 * error, note=plot),
                "Weibull shape by maximum likelihood.",
            ),
            Figure(
                f"{name}_weibull_scale",
                computed(scale, unit, scale - half, scale + half),
                "Weibull scale of the magnitude by maximum likelihood: 63 % lie below.",
            ),
        ]
    return figures
