"""Bands of a measured spectrum: the window, Gaussian bands of one width, the first absorption."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...numerics.saturation import flat_top
from ..emission import FWHM_OVER_SD
from .given import Spectrum

FloatArray = NDArray[np.float64]

LEAST_POINTS = 20
MOST_POINTS = 400  # of a fit; denser spectra are averaged
REACH = 2.2  # half the window around a band, in full widths
MOST_BANDS = 4
LEAST_SHARE = 0.04  # of the area, below which a band may be a tail
CLEARLY = 10.0  # by which AICc has to fall for one more band
SURE = 6.0  # amplitude over its standard error; the highest of 1000 noisy places reaches 4


@dataclass(frozen=True)
class Window:
    """The part of a spectrum that is fitted: energies [eV], data over the height of the band.

    `flat` is the shape of a constant signal of the detector: even in the axis of the file.
    """

    energy: FloatArray
    data: FloatArray
    flat: FloatArray
    peak: float
    fwhm: float
    noise: float


@dataclass(frozen=True)
class Bands:
    """Gaussian bands of one width: centres and width [eV], areas, background, misfit."""

    centres: FloatArray
    width: float
    areas: FloatArray
    curves: FloatArray
    background: FloatArray
    misfit: float
    independent: float


def emission_window(spectrum: Spectrum, reach: float = REACH, narrowest: float = 0.0) -> Window:
    """Return the window of the strongest emission band.

    Raises
    ------
    InputError
        If the spectrum is too short, has no band above its noise, is cut off within it, was
        clipped by the detector, or if the band is narrower than `narrowest` [eV].
    """
    energy, y = checked(spectrum)
    _refuse_clipped(spectrum)
    edge = max(len(y) // 20, 2)
    turned = spectrum.axis == "wavelength"
    flat = (np.median(energy) / energy) ** 2 if turned else np.ones(len(y))
    level = y / flat
    y = y - flat * min(float(np.median(level[:edge])), float(np.median(level[-edge:])))
    smooth = _smoothed(y, max(len(y) // 60, 3))
    noise = float(np.median(np.abs(np.diff(y))) / 0.954)
    top = int(np.argmax(smooth))
    if smooth[top] <= 5.0 * noise / np.sqrt(max(len(y) // 60, 3)) or smooth[top] <= 0.0:
        raise InputError(spectrum.label, "no band above the noise", "an emission band", "")
    above = smooth > 0.5 * smooth[top]
    left = top - int(np.argmin(above[top::-1])) if not above[: top + 1].all() else -1
    right = top + int(np.argmin(above[top:])) if not above[top:].all() else len(y)
    if left < 0 or right >= len(y):
        allowed = "a spectrum that holds the band down to half its height on both sides"
        raise InputError(spectrum.label, "a band cut off by the end of the record", allowed, "")
    fwhm = float(energy[right] - energy[left])
    _refuse_line(spectrum.label, float(energy[top]), fwhm, narrowest)
    keep = np.abs(energy - energy[top]) <= reach * fwhm
    e, d = _thinned(energy[keep], y[keep] / smooth[top])
    if len(e) < LEAST_POINTS:
        found = f"{len(e)} points across the band"
        raise InputError(spectrum.label, found, f"{LEAST_POINTS} or more", "record finer steps")
    even = (energy[top] / e) ** 2 if turned else np.ones(len(e))
    return Window(e, d, even, float(energy[top]), fwhm, noise / float(smooth[top]))


def _refuse_line(label: str, centre: float, fwhm: float, narrowest: float) -> None:
    if fwhm >= narrowest:
        return
    found = f"the strongest band, at {centre:.4g} eV, is {fwhm * 1e3:.3g} meV wide: no band of dots"
    allowed = f"a band of {narrowest * 1e3:.3g} meV or more, as wide as a single dot"
    remedy = "cut a laser line, scattered light or spikes out of the file, or check --temperature"
    raise InputError(label, found, allowed, remedy)


def _refuse_clipped(spectrum: Spectrum) -> None:
    y = np.asarray(spectrum.intensity, float)[np.argsort(spectrum.x, kind="stable")]
    count = flat_top(y)
    if count:
        found = f"{count} equal maxima in a row: the detector was saturated (clipped)"
        remedy = "measure with a shorter exposure, a narrower slit or a diluted sample"
        raise InputError(spectrum.label, found, "a band whose top was recorded", remedy)


def stands_out(amount: float, shape: FloatArray, residual: FloatArray) -> float:
    """Return the amplitude of `shape` over its standard error, from what a fit leaves.

    >>> noise = np.where(np.arange(100) % 2, 1.0, -1.0)
    >>> round(stands_out(2.0, np.ones(100), noise))
    20
    """
    n = len(residual)
    scatter = float(np.sqrt(np.mean(residual**2)))
    worth = min(independent_points(residual) / n, 1.0)
    return amount * float(np.sqrt(np.sum(shape**2) * worth)) / max(scatter, 1e-12)


def checked(spectrum: Spectrum) -> tuple[FloatArray, FloatArray]:
    """Return energies and data per energy of a spectrum that can be fitted.

    Raises
    ------
    InputError
        If it has fewer than 20 points, or photon energies that are none.
    """
    energy, y = spectrum.per_energy()
    if len(energy) < LEAST_POINTS:
        found = f"{len(energy)} points"
        raise InputError(spectrum.label, found, f"at least {LEAST_POINTS}", "check --columns")
    if energy[0] < 0.1 or energy[-1] > 13.0:
        found = f"photon energies from {energy[0]:.3g} to {energy[-1]:.3g} eV"
        raise InputError(spectrum.label, found, "0.1 to 13 eV (95 nm to 12 um)", "check the unit")
    return energy, y


def independent_points(residual: FloatArray) -> float:
    """Return how many independent points a residual is worth, ``n (1 - r) / (1 + r)``.

    r is the correlation of neighbours; a smooth misfit of the model counts a few times, not once
    a pixel.
    """
    n = len(residual)
    scale = float(np.sum(residual**2))
    if scale <= 0.0:
        return float(n)
    r = float(np.clip(np.sum(residual[1:] * residual[:-1]) / scale, 0.0, 0.98))
    return max(n * (1.0 - r) / (1.0 + r), 5.0)


def linear_fit(columns: FloatArray, data: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Non-negative least squares; returns coefficients and residual."""
    from scipy.optimize import nnls

    found, _ = nnls(columns, data)
    return np.asarray(found), np.asarray(data - columns @ found)


def gaussian_bands(window: Window) -> Bands:
    """Return as few Gaussian bands of one common width as AICc asks for, highest energy first."""
    best = None
    for k in range(1, MOST_BANDS + 1):
        found = _bands(window, k, best[1] if best else None)
        n = found.independent if best is None else min(found.independent, best[1].independent)
        if n < 3 * k + 6:
            n = 3.0 * k + 6.0
        parameters = 2 * k + 3
        cost = 2.0 * n * np.log(max(found.misfit, 1e-6)) + 2.0 * parameters
        small = np.min(found.areas) < LEAST_SHARE * np.sum(found.areas)
        close = k > 1 and np.min(np.abs(np.diff(found.centres))) < 0.3 * found.width
        if best is not None and (cost > best[0] - CLEARLY or small or close):
            break
        best = (cost, found)
    assert best is not None  # one band is always fitted
    return best[1]


def _bands(window: Window, k: int, before: Bands | None) -> Bands:
    from scipy.optimize import least_squares

    e, d = window.energy, window.data
    centres = np.array([window.peak])
    if before is not None:
        fit = before.curves.sum(axis=0) + before.background
        centres = np.append(before.centres, e[np.argmax(_smoothed(d - fit, 9))])

    def columns(q: FloatArray) -> FloatArray:
        sd = np.exp(q[-1]) / FWHM_OVER_SD
        lines = np.exp(-0.5 * ((e[:, None] - q[:-1]) / sd) ** 2)
        return np.column_stack([lines, window.flat])

    def residual(q: FloatArray) -> FloatArray:
        return linear_fit(columns(q), d)[1]

    start = np.append(centres, np.log(window.fwhm if before is None else 0.8 * before.width))
    ends = np.append(np.full(k, e[0]), np.log(0.15 * window.fwhm))
    tops = np.append(np.full(k, e[-1]), np.log(2.0 * window.fwhm))
    found = least_squares(residual, np.clip(start, ends, tops), bounds=(ends, tops), max_nfev=60)
    parts = columns(found.x)
    amounts, rest = linear_fit(parts, d)
    order = np.argsort(-found.x[:-1])
    width = float(np.exp(found.x[-1]))
    return Bands(
        found.x[:-1][order],
        width,
        amounts[:-1][order],
        (parts[:, :-1] * amounts[:-1]).T[order],
        parts[:, -1] * amounts[-1],
        float(np.sqrt(np.mean(rest**2))),
        independent_points(rest),
    )


def _smoothed(y: FloatArray, points: int) -> FloatArray:
    points |= 1
    padded = np.pad(y, points // 2, mode="edge")
    return np.asarray(np.convolve(padded, np.ones(points) / points, mode="valid"))


def _thinned(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Average neighbours until at most `MOST_POINTS` are left."""
    step = -(-len(x) // MOST_POINTS)
    if step < 2:
        return x, y
    n = len(x) // step * step
    return x[:n].reshape(-1, step).mean(axis=1), y[:n].reshape(-1, step).mean(axis=1)
