"""Laws of conduction as straight lines: the axes in which each is one, and what its slope says.

Every law is fitted as y = ln I against V with two or three parameters, all with the same noise of
ln I, so that their likelihoods compare. Physical plausibility is judged apart, in
`mechanism_verdicts`.

    ohmic              I = G V
    sclc               I = (9/8) eps mu A V^2 / L^3                  (Mott, Gurney 1940)
    sclc_traps         I = c V^(m+1), m > 1: exponential traps       (Mark, Helfrich 1962)
    schottky           ln I  = a + b sqrt V,  b = sqrt(q^3 / 4 pi eps0 eps L) / kT
    poole_frenkel      ln I/V = a + b sqrt V, b = sqrt(q^3 / pi eps0 eps L) / kT
    fowler_nordheim    ln I/V^2 = a - b / V,  b = 8 pi sqrt(2 m) phi^1.5 L / (3 q h)
    trap_assisted      ln I = a - b / V: tunnelling by way of a trap
    direct_tunnelling  I = c sinh(V / V0): a thin barrier below its height, or hops along the field

Reference: F.-C. Chiu, Adv. Mater. Sci. Eng. 2014, 578168, doi:10.1155/2014/578168.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
FLOOR = 0.02  # of ln I: drift and steps of ranges in a good record


@dataclass(frozen=True)
class Law:
    """A law of conduction.

    Attributes
    ----------
    parameters
        Free parameters with the prefactor.
    axes
        What is plotted against what so that the law is a straight line.
    linearise
        (V, I) -> (abscissa, ordinate) of that plot.
    """

    name: str
    parameters: int
    axes: tuple[str, str]
    linearise: Callable[[Array, Array], tuple[Array, Array]]


@dataclass(frozen=True)
class LawFit:
    """A law fitted to one branch: `slope` and its standard error in the linearising axes.

    `aicc` is of ln I with the noise left free; `runs` is the correlation of neighbouring
    residuals, 0 for white noise and near 1 for a curve that bends away from the line.
    """

    law: Law
    slope: float
    error: float
    intercept: float
    aicc: float
    rms: float
    runs: float
    residual: Array


LAWS: dict[str, Law] = {
    law.name: law
    for law in (
        Law("ohmic", 1, ("V", "I"), lambda v, i: (np.log(v), np.log(i))),
        Law("sclc", 1, ("V^2", "I"), lambda v, i: (np.log(v), np.log(i))),
        Law("sclc_traps", 2, ("ln V", "ln I"), lambda v, i: (np.log(v), np.log(i))),
        Law("schottky", 2, ("sqrt V", "ln I"), lambda v, i: (np.sqrt(v), np.log(i))),
        Law("poole_frenkel", 2, ("sqrt V", "ln I/V"), lambda v, i: (np.sqrt(v), np.log(i / v))),
        Law("fowler_nordheim", 2, ("1/V", "ln I/V^2"), lambda v, i: (1.0 / v, np.log(i / v**2))),
        Law("trap_assisted_tunnelling", 2, ("1/V", "ln I"), lambda v, i: (1.0 / v, np.log(i))),
        Law("direct_tunnelling", 2, ("V", "ln I"), lambda v, i: (v, np.log(i))),
    )
}


def fit_law(law: Law, v: Array, i: Array) -> LawFit:
    """Fit one law to a branch with V > 0 and I > 0, by least squares of ln I.

    The AICc takes the noise as free but not below 2 %: laws that agree so closely are not told
    apart by a record.

    >>> v = np.linspace(0.1, 2.0, 40)
    >>> fit = fit_law(LAWS["poole_frenkel"], v, 1e-9 * v * np.exp(3.0 * np.sqrt(v)))
    >>> round(fit.slope, 6), bool(fit.rms < 1e-9)
    (3.0, True)
    """
    y = np.log(i)
    if law.name in ("ohmic", "sclc"):
        power = 1.0 if law.name == "ohmic" else 2.0
        cut = float(np.mean(y - power * np.log(v)))
        fitted = cut + power * np.log(v)
        return _judged(law, power, 0.0, cut, y - fitted)
    if law.name == "direct_tunnelling":
        return _sinh(law, v, y)
    x, z = law.linearise(v, i)
    slope, cut = (float(c) for c in np.polyfit(x, z, 1))
    residual = z - (cut + slope * x)
    spread = float(np.sum((x - np.mean(x)) ** 2))
    error = math.sqrt(float(np.sum(residual**2)) / max(len(x) - 2, 1) / spread)
    return _judged(law, slope, error, cut, residual)


def _sinh(law: Law, v: Array, y: Array) -> LawFit:
    """Fit ln I = c + ln sinh(V / V0): one parameter on a grid of V0, refined once."""

    def at(scale: float) -> tuple[float, Array]:
        z = y - log_sinh(v * scale)
        cut = float(np.mean(z))
        return cut, z - cut

    top = float(v[-1])
    grid = np.geomspace(0.3 / top, 60.0 / top, 61)
    for _ in range(3):
        cost = [float(np.sum(at(s)[1] ** 2)) for s in grid]
        k = int(np.argmin(cost))
        grid = np.geomspace(grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)], 41)
    scale = float(grid[int(np.argmin([float(np.sum(at(s)[1] ** 2)) for s in grid]))])
    cut, residual = at(scale)
    return _judged(law, scale, 0.0, cut, residual)


def log_sinh(x: Array) -> Array:
    """Natural logarithm of sinh x for x > 0, without overflow."""
    return np.asarray(x + np.log(-np.expm1(-2.0 * x)) - math.log(2.0))


def _judged(law: Law, slope: float, error: float, cut: float, residual: Array) -> LawFit:
    n = len(residual)
    free = law.parameters + 1  # and the noise
    mean = float(np.mean(residual**2))
    aicc = (
        n * math.log(max(mean, FLOOR**2))
        + 2.0 * free
        + 2.0 * free * (free + 1) / max(n - free - 1, 0.5)
    )
    return LawFit(law, slope, error, cut, aicc, math.sqrt(mean), neighbours(residual), residual)


def neighbours(residual: Array) -> float:
    """Correlation of neighbouring residuals.

    >>> round(neighbours(np.array([1.0, -1.0] * 20)), 1), neighbours(np.linspace(-1, 1, 50)) > 0.9
    (-1.0, True)
    """
    r = residual - float(np.mean(residual))
    power = float(np.sum(r**2))
    return 0.0 if power == 0.0 else float(np.sum(r[1:] * r[:-1]) / power)


def noise_of_log(y: Array) -> float:
    """Noise of ln I from third differences of neighbours: smooth curves have none.

    >>> x = np.linspace(0.1, 1.0, 200)
    >>> noise = 0.02 * np.random.default_rng(1).standard_normal(200)
    >>> bool(abs(noise_of_log(3 * np.log(x) + noise) - 0.02) < 0.006)
    True
    """
    if len(y) < 8:
        return 0.0
    third = np.diff(y, 3)[len(y) // 10 :] / math.sqrt(20.0)
    return float(1.4826 * np.median(np.abs(third)))


def fit_with_leak(law: Law, v: Array, i: Array) -> tuple[LawFit, float]:
    """Fit a law beside an ohmic path, I = G V + law; return the fit and the share of G at low V.

    The AICc counts the conductance as one more parameter. With the square law this is the
    textbook curve of space charge with thermal carriers.

    >>> v = np.geomspace(0.01, 3.0, 60)
    >>> fit, share = fit_with_leak(LAWS["sclc"], v, 1e-6 * v + 1e-5 * v**2)
    >>> bool(fit.rms < 0.01), bool(share > 0.85)
    (True, True)
    """
    least = float(np.min(i / v))
    best: tuple[LawFit, float] | None = None
    for share in (0.2, 0.4, 0.6, 0.75, 0.85, 0.92, 0.96, 0.98, 0.99):
        leak = share * least * v
        rest = i - leak
        if law.name in ("ohmic", "sclc"):
            power = 1.0 if law.name == "ohmic" else 2.0
            w = (rest / i) ** 2
            slope, cut = power, float(np.sum(w * (np.log(rest) - power * np.log(v))) / np.sum(w))
            model = leak + np.exp(cut + power * np.log(v))
        else:
            x, z = law.linearise(v, rest)
            slope, cut = (float(c) for c in np.polyfit(x, z, 1, w=rest / i))
            model = leak + rest * np.exp(cut + slope * x - z)
        fit = _judged(law, slope, 0.0, cut, np.log(i) - np.log(model))
        if best is None or fit.aicc < best[0].aicc:
            best = fit, share
    assert best is not None
    fit, share = best
    n, free = len(v), law.parameters + 1
    more = 2.0 * (free + 1) + 2.0 * (free + 1) * (free + 2) / max(n - free - 2, 0.5)
    less = 2.0 * free + 2.0 * free * (free + 1) / max(n - free - 1, 0.5)
    return replace(fit, aicc=fit.aicc + more - less), share


def permittivity_of(slope: float, thickness: float, temperature: float, *, emission: bool) -> float:
    """Relative permittivity that the slope against sqrt V [V^-1/2] stands for.

    `emission`: Schottky; else Poole-Frenkel, whose slope is twice as large.

    >>> b = slope_of(4.0, 100e-9, 300.0, emission=True)
    >>> round(permittivity_of(b, 100e-9, 300.0, emission=True), 9)
    4.0
    """
    if slope <= 0:
        return math.nan
    return (slope_of(1.0, thickness, temperature, emission=emission) / slope) ** 2


def slope_of(permittivity: float, thickness: float, temperature: float, *, emission: bool) -> float:
    """Slope of ln I (Schottky) or ln I/V (Poole-Frenkel) against sqrt V [V^-1/2].

    >>> s = slope_of(4.0, 1e-7, 300.0, emission=True)
    >>> round(s, 3), round(slope_of(4.0, 1e-7, 300.0, emission=False) / s, 9)
    (2.321, 2.0)
    """
    from scipy.constants import e, epsilon_0, k, pi

    part = 4.0 if emission else 1.0
    field = e**3 / (part * pi * epsilon_0 * permittivity * thickness)
    return math.sqrt(field) / (k * temperature)


def barrier_of(slope: float, thickness: float, mass: float = 1.0) -> float:
    """Barrier [eV] of Fowler-Nordheim tunnelling from the slope b [V] of ln I/V^2 against 1/V.

    >>> round(barrier_of(tunnel_slope(0.5, 5e-9), 5e-9), 9)
    0.5
    """
    if slope <= 0:
        return math.nan
    return float((slope / tunnel_slope(1.0, thickness, mass)) ** (2.0 / 3.0))


def tunnel_slope(barrier: float, thickness: float, mass: float = 1.0) -> float:
    """b = 8 pi sqrt(2 m) (q phi)^1.5 L / (3 q h) [V], for a barrier [eV]."""
    from scipy.constants import e, h, m_e, pi

    energy = (e * barrier) ** 1.5
    return float(8.0 * pi * math.sqrt(2.0 * mass * m_e) * energy * thickness / (3.0 * e * h))


def mobility_of(prefactor: float, thickness: float, area: float, permittivity: float) -> float:
    """Mobility [m2/Vs] of the Mott-Gurney law from I / V^2 [A/V^2].

    >>> from scipy.constants import epsilon_0
    >>> round(mobility_of(9 / 8 * epsilon_0 * 20 * 1e-8 * 1e-8 / 1e-21, 1e-7, 1e-8, 20.0), 12)
    1e-08
    """
    from scipy.constants import epsilon_0

    return 8.0 * prefactor * thickness**3 / (9.0 * epsilon_0 * permittivity * area)
