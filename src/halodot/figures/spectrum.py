"""Figures of an emission spectrum: peak and full width at half maximum, in nm and in eV."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.randomness import generator
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from ..numerics.saturation import flat_top
from .state import Figure, Figures
from .tools import noise_of, sweeps_of

Array = NDArray[np.float64]
HC_EV_M = 1.23984198433e-6
DRAWS = 60


def extract_spectrum(trace: Trace) -> Figures:
    """Extract peak and width of the strongest band; others are not resolved.

    The baseline is the median of the outer 5 % on the lower side. The peak is the top of a
    cubic through the logarithms of the points above 80 %; the width is taken between the
    half-height crossings nearest to it, after a local parabola over a fifth of the width (bias
    below 0.1 % for a Gaussian). Energies with Jacobian are of I(E) = I(lambda) lambda^2/(h c).
    Intervals come from a bootstrap with the noise found in the record.

    Reference: J. Mooney, P. Kambhampati, J. Phys. Chem. Lett. 4, 3316 (2013),
    doi:10.1021/jz401508t.

    Raises
    ------
    InputError
        If no band stands out of its noise, or the detector clipped its top.

    Examples
    --------
    >>> from halodot.figures.limits import make_trace
    >>> x = np.linspace(450e-9, 580e-9, 521)
    >>> y = np.exp(-4 * np.log(2) * ((x - 515e-9) / 20e-9) ** 2)
    >>> f = extract_spectrum(make_trace("spectrum", {"wavelength": x, "intensity": y}, {}))
    >>> round(f["pl_peak"].value.value * 1e9, 2), round(f["fwhm"].value.value * 1e9, 1)
    (515.0, 20.0)
    """
    figures: list[Figure] = []
    rows = sweeps_of(trace)
    _refuse_clipped(trace.label, trace.columns["intensity"][rows[0]])
    x, y = _abscissa(trace, rows[0])
    nm, spreads = _with_bootstrap(trace.label, x, y)
    figures = [
        _figure(
            "pl_peak",
            "m",
            nm,
            spreads,
            0,
            "Wavelength of the top of a cubic through the logarithm of the points above 80 %.",
        ),
        _figure("fwhm", "m", nm, spreads, 1, "Full width between the half-height crossings."),
        _figure("peak_energy", "eV", nm, spreads, 2, "h c over the peak wavelength, no Jacobian."),
        _figure(
            "fwhm_energy",
            "eV",
            nm,
            spreads,
            3,
            "Energy between the same two half-height wavelengths, no Jacobian.",
        ),
        _figure(
            "peak_energy_jacobian",
            "eV",
            nm,
            spreads,
            4,
            "Peak of I(E) = I(lambda) lambda^2 / (h c).",
        ),
        _figure(
            "fwhm_energy_jacobian", "eV", nm, spreads, 5, "Full width at half maximum of I(E)."
        ),
    ]
    notes = trace.notes
    if len(rows) > 1:
        notes = (*notes, f"{len(rows)} spectra in the file: figures are of the first")
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, notes)


def _refuse_clipped(label: str, y: Array) -> None:
    count = flat_top(y)
    if count:
        found = f"{count} equal maxima in a row: the detector was saturated (clipped)"
        remedy = "measure with a shorter exposure, a narrower slit or a diluted sample"
        raise InputError(label, found, "a band whose top was recorded", remedy)


def _abscissa(trace: Trace, rows: NDArray[np.int64]) -> tuple[Array, Array]:
    """Wavelength [m] rising and intensity per wavelength."""
    y = trace.columns["intensity"][rows]
    if "wavelength" in trace.columns and np.any(np.isfinite(trace.columns["wavelength"][rows])):
        x = trace.columns["wavelength"][rows]
    else:
        energy = trace.columns["energy"][rows]
        x = HC_EV_M / energy
        y = y * energy**2 / HC_EV_M
    order = np.argsort(x)
    keep = np.concatenate([[True], np.diff(x[order]) > 0])
    return x[order][keep], y[order][keep]


def _figure(name: str, unit: str, found: Array, draws: Array, k: int, text: str) -> Figure:
    if not math.isfinite(found[k]):
        reason = "the record does not hold the band down to half height on both sides"
        return Figure(name, Sourced.unknown(unit, reason), text)
    good = draws[np.isfinite(draws[:, k]), k] if len(draws) else draws
    if len(good) < DRAWS // 2:
        return Figure(name, computed(float(found[k]), unit), text)
    # relative to the value, so that no width is negative
    low, high = np.percentile(good / np.median(good), [5, 95]) * found[k]
    return Figure(name, computed(float(found[k]), unit, float(low), float(high)), text)


def _with_bootstrap(label: str, x: Array, y: Array) -> tuple[Array, Array]:
    if len(x) < 10:
        raise InputError(label, f"{len(x)} points", "a spectrum of at least ten points", "")
    noise = noise_of(y)
    edge = max(len(y) // 20, 2)
    base = min(float(np.median(y[:edge])), float(np.median(y[-edge:])))
    y = y - base
    top = float(np.sort(y)[-max(3, len(y) // 200) :][0])
    if top <= 5.0 * noise or top <= 0.0:
        raise InputError(
            label,
            f"largest signal {top:.3g}, noise {noise:.3g}",
            "a band above five times noise",
            "check --columns",
        )
    found = _measure(x, y)
    if noise < 1e-4 * top:
        return found, np.empty((0, 6))
    rng = generator(0, "figures", "spectrum")
    smooth = _local_parabola(x, y, 0.2 * found[1] if math.isfinite(found[1]) else 0.0)
    draws = [_measure(x, smooth + noise * rng.standard_normal(len(y))) for _ in range(DRAWS)]
    return found, np.array(draws)


def _measure(x: Array, y: Array) -> Array:
    """Peak and width in wavelength, then in energy without and with the Jacobian."""
    peak, left, right = _band(x, y)
    energy = (HC_EV_M / x)[::-1]
    peak_e, low_e, high_e = _band(energy, (y * x**2)[::-1])
    plain = HC_EV_M / left - HC_EV_M / right
    return np.array([peak, right - left, HC_EV_M / peak, plain, peak_e, high_e - low_e])


def _band(x: Array, y: Array) -> tuple[float, float, float]:
    rough = np.convolve(y, np.ones(5) / 5, mode="same")
    _, left, right = _crossings(x, rough)
    width = right - left
    smooth = _local_parabola(x, y, 0.2 * width) if math.isfinite(width) else rough
    peak, left, right = _crossings(x, smooth)
    return peak, left, right


def _crossings(x: Array, y: Array) -> tuple[float, float, float]:
    k = int(np.argmax(y))
    if k in (0, len(y) - 1):
        return math.nan, math.nan, math.nan
    peak, top = _top(x, y, k)
    half = 0.5 * top
    lower = np.flatnonzero(y[:k] < half)
    upper = np.flatnonzero(y[k:] < half)
    left = _cross(x, y, int(lower[-1]), half) if len(lower) else math.nan
    right = _cross(x, y, k + int(upper[0]) - 1, half) if len(upper) else math.nan
    return peak, left, right


def _top(x: Array, y: Array, k: int) -> tuple[float, float]:
    low = high = k
    while low > 0 and y[low - 1] > 0.8 * y[k]:
        low -= 1
    while high < len(y) - 1 and y[high + 1] > 0.8 * y[k]:
        high += 1
    if high - low < 3:
        return float(x[k]), float(y[k])
    # the logarithm of a band is closer to a low polynomial than the band itself; the third
    # order carries the skew that a band even in energy has in wavelength
    scale = x[high] - x[low]
    fit = np.polyfit((x[low : high + 1] - x[k]) / scale, np.log(y[low : high + 1]), 3)
    a, b, c = 3 * fit[0], 2 * fit[1], fit[2]
    inside = b**2 - 4 * a * c
    if inside < 0 or b >= 0:
        return float(x[k]), float(y[k])
    at = 2 * c / (-b + math.sqrt(inside))
    if abs(at) > 0.5:
        return float(x[k]), float(y[k])
    return float(x[k] + at * scale), float(np.exp(np.polyval(fit, at)))


def _cross(x: Array, y: Array, k: int, level: float) -> float:
    return float(x[k] + (x[k + 1] - x[k]) * (level - y[k]) / (y[k + 1] - y[k]))


def _local_parabola(x: Array, y: Array, width: float) -> Array:
    from scipy.signal import savgol_filter

    points = int(width / float(np.median(np.abs(np.diff(x))))) | 1
    if points < 5 or points >= len(y):
        return y
    return np.asarray(savgol_filter(y, points, 2))
