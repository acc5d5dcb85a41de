r"""Spread of the sizes behind a measured full width.

.. math:: F^2 = \Gamma^2 + W^2(L, s)

F is measured, Gamma the width of a single dot with its interval, W what sizes of relative standard
deviation s add (`emission.ensemble`). The prior p(s) is the half of a normal law of width 0.15
(assumed: published dots run from 5 to 25 %), and

.. math:: p(s | F, L) \propto p(s) \, p_\Gamma(\sqrt{F^2 - W^2}) \, F / \sqrt{F^2 - W^2},

averaged over the posterior of L, which the width is not allowed to change: that would need the
width to have no other cause. p_Gamma is normal in Gamma above the centre and in ln(Gamma) below it:
a law with the heavy tail of ln(Gamma) above would blame the single dot for every wide line, and s
would fall as F grows. Range: no other broadening (strain, energy transfer, mixed compositions):
where there is some, s is an upper limit. A width beyond what Gamma and W reach together, or below
any Gamma, is not of one band of dots, and `width_verdict` says so.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.sourced import Sourced
from ..emission import ensemble
from .forward import Z90, Forward

FloatArray = NDArray[np.float64]

MOST = 0.5
STEPS = 501
PRIOR = 0.15  # width of the half-normal prior of the spread
FAR = 3.0  # standard deviations off the single-dot width that are no single dot


def added_width(table: Forward, size: float) -> tuple[FloatArray, FloatArray]:
    """Return spreads from 0 to `MOST` and the full width that each adds [eV]."""
    coarse = np.array([0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5])
    gamma = float(table.width)
    total = [ensemble(table.energy, size, s, gamma).fwhm for s in coarse]
    added = np.sqrt(np.maximum(np.square(total) - total[0] ** 2, 0.0))
    fine = np.linspace(0.0, MOST, STEPS)
    return fine, np.interp(fine, coarse, np.maximum.accumulate(added))


def spread_from(table: Forward, sizes: FloatArray, fwhm: float, error: float = 0.0) -> Sourced:
    """Return the spread with its interval.

    Parameters
    ----------
    table
        The forward model.
    sizes
        Equally probable sizes [m].
    fwhm, error
        Measured full width and its standard error [eV].
    """
    spreads = np.linspace(0.0, MOST, STEPS)
    added = [added_width(table, float(size))[1] for size in sizes]
    total = np.zeros(STEPS)
    for width in added:
        log = _log_density(fwhm, width, table.width, error) - 0.5 * (spreads / PRIOR) ** 2
        density = np.exp(log - log.max())
        total += density / density.sum()
    steps = np.cumsum(total / total.sum())
    low, middle, high = (float(np.interp(q, steps, spreads)) for q in (0.05, 0.5, 0.95))
    note = f"width of one dot {float(table.width) * 1e3:.3g} meV, {_interval(table.width)}"
    if total[0] > 0.5 * total.max():
        note, low = "the width is that of a single dot: no spread is needed; " + note, 0.0
    off = _judged(table, fwhm, _reach(table, added))
    if off:
        return Sourced.unknown("1", off)
    return Sourced(middle, "1", low, high, "computed", table.sources, note)


def narrowest(width: Sourced) -> float:
    """Return the full width [eV] below which a line is not that of a dot.

    >>> round(narrowest(Sourced(0.05, "eV", 0.035, 0.065)), 4)
    0.0261
    """
    low = width.low if width.low is not None else 0.98 * float(width)
    low = min(low, 0.98 * float(width))
    return float(width) * float((low / float(width)) ** (FAR / Z90))


def width_verdict(table: Forward, sizes: FloatArray, fwhm: float) -> str:
    """Say that a width [eV] is not that of one band of dots; empty where it may be.

    `sizes` [m] are equally probable. Wider: more than a single dot three standard deviations
    above its centre and what the widest spread adds at 19 of 20 of the sizes. Narrower:
    `narrowest`.
    """
    added = [added_width(table, float(size))[1] for size in sizes]
    return _judged(table, fwhm, _reach(table, added))


def _reach(table: Forward, added: list[FloatArray]) -> float:
    centre = float(table.width)
    high = max(table.width.high if table.width.high is not None else centre, 1.02 * centre)
    single = centre + FAR / Z90 * (high - centre)
    return float(np.hypot(single, np.quantile([width[-1] for width in added], 0.95)))


def _judged(table: Forward, fwhm: float, reach: float) -> str:
    single = f"one dot {float(table.width) * 1e3:.3g} meV, {_interval(table.width)}"
    if fwhm > reach:
        return (
            f"wider than any size spread explains: {fwhm * 1e3:.3g} meV, where dots of this peak "
            f"reach {reach * 1e3:.3g} meV ({single}): a mixture or another band"
        )
    if fwhm < narrowest(table.width):
        return (
            f"narrower than a single dot: {fwhm * 1e3:.3g} meV ({single}): a laser or scattered "
            "light, another emitter, or another temperature"
        )
    return ""


def _log_density(fwhm: float, added: FloatArray, width: Sourced, error: float) -> FloatArray:
    """Logarithm of p(F | L, s) up to a constant that is the same for every size."""
    left = fwhm**2 - added**2
    gamma = np.sqrt(np.maximum(left, 1e-12))
    # an error of the measured width widens the law of the single width
    z = gamma_deviation(width, gamma, error / float(width))
    log = -0.5 * z**2 + 2.0 * np.log(fwhm / gamma)
    log[left <= 0.0] = -np.inf
    return np.asarray(log)


def gamma_deviation(width: Sourced, gamma: ArrayLike, more: float = 0.0) -> FloatArray:
    """Standard deviations by which `gamma` [eV] is off the width of a single dot.

    Above it in Gamma, below it in ln(Gamma), so that the law ends at zero.

    >>> round(float(gamma_deviation(Sourced(0.05, "eV", 0.035, 0.065), 0.065)), 3)
    1.645
    """
    centre = float(width)
    # a width without interval is known to 2 %
    low = min(width.low if width.low is not None else centre, centre * 0.98)
    high = max(width.high if width.high is not None else centre, centre * 1.02)
    relative = np.asarray(gamma, float) / centre
    ratio = np.where(relative > 1.0, relative - 1.0, np.log(relative))
    up, down = high / centre - 1.0, float(np.log(centre / low))
    end = np.where(ratio > 0.0, up, down) / Z90
    return np.asarray(ratio / np.hypot(end, more))


def _interval(q: Sourced) -> str:
    if q.low is None or q.high is None:
        return "taken as exact"
    return f"90 % interval {q.low * 1e3:.3g} to {q.high * 1e3:.3g} meV"
