r"""Sizes from a whole emission spectrum: a distribution of sizes fitted by its line shape.

.. math:: I(E) = A \sum_L p(L; \bar L, s)\, L^3 \, G(E - E_0 - [E(L) - E(\bar L)]; \Gamma) + b

with G a Gaussian of full width Gamma (prior: the width of a single dot of the level model with its
interval) and E(L) the central curve of `characterise`. E_0, Gamma, A and b are fitted at every
spread s, and the profile times the prior of s (`spread`) is its posterior, averaged over the
posterior of L, which follows from the fitted peak as from any other (`posterior`). A spectrum over
wavelength is turned to energy by ``I(E) = I(lambda) lambda^2 / (h c)`` first; the misfit counts
``n (1 - r)/(1 + r)`` independent points, r the correlation of neighbouring residuals.

The sizes are normally distributed about the mean, and each emits as it absorbs, with its volume
(`emission.continuous`), as in the forward model: the mean is that of the dots counted, not of the
light. Range: one composition, no
re-absorption, no transfer between dots.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.sourced import Sourced
from ..emission import FWHM_OVER_SD, continuous
from .bands import SURE, Window, emission_window, independent_points, linear_fit, stands_out
from .forward import Forward, Question, predict, with_ensemble
from .given import Spectrum
from .posterior import over_sizes, quantile
from .sizing import SPREAD, judged, worded
from .spread import MOST, PRIOR, gamma_deviation, narrowest
from .state import SizeAnswer, SpectrumFit

FloatArray = NDArray[np.float64]

SPREADS = np.concatenate([np.linspace(0.0, 0.2, 11), np.linspace(0.24, MOST, 8)])
SIZES = 3  # sizes of the posterior at which the line shape is fitted


def size_of_spectrum(question: Question, spectrum: Spectrum) -> SizeAnswer:
    """Return size, spread and fit of a measured spectrum.

    Raises
    ------
    InputError
        If the spectrum holds no band that can be fitted.
    """
    if question.shape == "platelet" and spectrum.kind == "pl":
        from .platelets import platelet_spectrum

        return platelet_spectrum(question, spectrum)
    if spectrum.kind == "absorption":
        from .edge import absorption_spectrum

        return absorption_spectrum(question, spectrum)
    table = predict(question)
    window = emission_window(spectrum, narrowest=narrowest(table.width))
    first = with_ensemble(table, SPREAD)
    sizes, density = over_sizes(first, window.peak)
    middle = quantile(sizes, density, (np.arange(SIZES) + 0.5) / SIZES)
    chances, fits = _profiles(table, middle, window)
    spread = _spread(chances, table)
    fit = fits[SIZES // 2]
    shown = _shown(table, float(middle[SIZES // 2]), fit, window, spectrum)
    table = with_ensemble(table, float(spread))
    peak = shown.peak
    error = (float(peak.high or peak) - float(peak.low or peak)) / 3.29
    sizes, density = over_sizes(table, float(peak), error)
    answer = worded(question, table, peak, sizes, density, spread)
    answer = judged(answer, table, float(shown.fwhm))
    return replace(answer, spectrum=shown, notes=(*answer.notes, *remarks(shown)))


def line(
    energy: FloatArray, table: Forward, size: float, centre: float, spread: float, gamma: float
) -> FloatArray:
    """Emission of sizes around the mean `size`, whose own line stands at `centre` [eV].

    Height 1 where the spread vanishes.
    """
    sizes, weight = continuous(size, spread)
    offset = table.energy(sizes) - table.energy(size)
    sd = gamma / FWHM_OVER_SD
    lines = np.exp(-0.5 * ((energy[:, None] - centre - offset) / sd) ** 2)
    return np.asarray(lines @ (weight / weight.sum()))


def remarks(shown: SpectrumFit) -> tuple[str, ...]:
    """Say on which axis the file was and how far the fit is from the data."""
    if shown.axis == "wavelength" and shown.kind == "pl":
        moved = "the intensity per wavelength was turned to per energy, I(E) = I(lambda) lambda2/hc"
    elif shown.axis == "wavelength":
        moved = "wavelengths were turned to energies; an absorbance needs no factor"
    else:
        moved = "the intensity was taken as per energy"
    return (moved, f"root mean square misfit {shown.misfit:.1%} of the height of the band")


def _profiles(
    table: Forward, sizes: FloatArray, window: Window
) -> tuple[FloatArray, list[tuple[float, float, float]]]:
    """Density of the spread averaged over sizes, and (spread, centre, gamma) of each best fit."""
    total, fits = np.zeros(len(SPREADS)), []
    for size in sizes:
        runs = [_fit(table, float(size), s, window) for s in SPREADS]
        misfit = np.array([run[2] for run in runs])
        best = int(np.argmin(misfit))
        n = runs[best][3]
        penalty = np.array([gamma_deviation(table.width, run[1]) ** 2 for run in runs])
        log = -0.5 * n * (misfit / misfit[best]) ** 2 - 0.5 * penalty
        log -= 0.5 * (SPREADS / PRIOR) ** 2
        density = np.exp(log - log.max())
        total += density / np.trapezoid(density, SPREADS)
        most = int(np.argmax(log))
        fits.append((float(SPREADS[most]), runs[most][0], runs[most][1]))
    return total, fits


def _fit(
    table: Forward, size: float, spread: float, window: Window
) -> tuple[float, float, float, float]:
    """Best (centre, gamma, misfit, independent points) at one size and spread."""
    from scipy.optimize import least_squares

    e, d = window.energy, window.data
    # the prior of the single width enters as one more residual, in units of the noise
    unit = max(window.noise, 0.01) * np.sqrt(len(e) / 20.0)

    def rest(q: FloatArray) -> FloatArray:
        shape = line(e, table, size, q[0], spread, float(np.exp(q[1])))
        return linear_fit(np.column_stack([shape, window.flat]), d)[1]

    def residual(q: FloatArray) -> FloatArray:
        pull = unit * float(gamma_deviation(table.width, float(np.exp(q[1]))))
        return np.append(rest(q), pull)

    start = np.array([window.peak, np.log(min(float(table.width), window.fwhm))])
    ends = np.array([e[0], np.log(0.1 * float(table.width))])
    tops = np.array([e[-1], np.log(4.0 * window.fwhm)])
    found = least_squares(residual, np.clip(start, ends, tops), bounds=(ends, tops), max_nfev=30)
    left = rest(found.x)
    misfit = max(float(np.sqrt(np.mean(left**2))), 1e-6)
    return float(found.x[0]), float(np.exp(found.x[1])), misfit, independent_points(left)


def _spread(density: FloatArray, table: Forward) -> Sourced:
    fine = np.linspace(0.0, SPREADS[-1], 1001)
    chance = np.interp(fine, SPREADS, density)
    steps = np.cumsum(chance) / np.sum(chance)
    low, middle, high = (float(np.interp(q, steps, fine)) for q in (0.05, 0.5, 0.95))
    note = "from the line shape and the width of a single dot"
    if density[0] > 0.5 * density.max():
        low, note = 0.0, note + "; no spread is needed"
    return Sourced(middle, "1", low, high, "fitted", table.sources, note)


def _shown(
    table: Forward,
    size: float,
    fit: tuple[float, float, float],
    window: Window,
    spectrum: Spectrum,
) -> SpectrumFit:
    spread, centre, gamma = fit
    e = window.energy
    shape = line(e, table, size, centre, spread, gamma)
    amounts, rest = linear_fit(np.column_stack([shape, window.flat]), window.data)
    clear = stands_out(float(amounts[0]), shape - shape.mean(), rest)
    if clear < SURE:
        found = f"no band above the noise: it stands {clear:.2g} standard errors out of the rest"
        allowed = f"an emission band of {SURE:g} or more"
        raise InputError(spectrum.label, found, allowed, "measure longer, or check --columns")
    fine = np.linspace(e[0], e[-1], 4001)
    curve = line(fine, table, size, centre, spread, gamma)
    peak = float(fine[np.argmax(curve)])
    above = fine[curve >= 0.5 * curve.max()]
    # peak of the data beside peak of the fit: what the shape of the line leaves open
    near = np.abs(e - peak) < 0.35 * window.fwhm
    a, b, _ = np.polyfit(e[near] - peak, window.data[near], 2)
    apart = abs(b / (2.0 * a)) if a < 0.0 else 0.1 * window.fwhm
    error = 1.645 * float(np.hypot(min(apart, 0.2 * window.fwhm), 0.5 * float(e[1] - e[0])))
    width = float(above[-1] - above[0])
    misfit = float(np.sqrt(np.mean(rest**2)))
    return SpectrumFit(
        "pl",
        e,
        window.data,
        window.data - rest,
        {"ensemble": amounts[0] * shape, "background": amounts[1] * window.flat},
        spectrum.axis,
        Sourced(peak, "eV", peak - error, peak + error, "fitted"),
        # a factor, so that no width is negative
        Sourced(width, "eV", width * np.exp(-2 * misfit), width * np.exp(2 * misfit), "fitted"),
        misfit,
    )
