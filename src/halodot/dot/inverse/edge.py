r"""The first absorption maximum under the rise of the continuum.

.. math:: A(E) = a\, G(E - E_0; w) + c\, \Phi\left(\frac{E - E_0 - \Delta}{v}\right)
          + b_0 + b_1 E

around the lowest minimum of the second derivative: a Gaussian, a step of the higher transitions
that is broader and lies above, and a straight background (scattering). The first maximum of a
size distribution is often a shoulder, so the curvature and not the maximum starts the fit. The
interval of E_0 spans the two. The spread of the sizes is not read from it, as the width of the
first absorption line is not known of a single dot.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.sourced import Sourced
from ..emission import FWHM_OVER_SD
from .bands import LEAST_POINTS, SURE, checked, linear_fit, stands_out
from .forward import Question
from .given import Spectrum
from .sizing import answer
from .spectrum import remarks
from .state import SizeAnswer, SpectrumFit

FloatArray = NDArray[np.float64]

SMOOTH = 0.06  # of the second derivative [eV]
HALF = 0.22  # half the fitted window [eV]


def absorption_spectrum(question: Question, spectrum: Spectrum) -> SizeAnswer:
    """Return the size from the first maximum of an absorbance."""
    shown = first_maximum(spectrum)
    peak = shown.peak
    error = (float(peak.high or peak) - float(peak.low or peak)) / 3.29
    found = answer(question, peak, error)
    return replace(found, spectrum=shown, notes=(*found.notes, *remarks(shown)))


def first_maximum(spectrum: Spectrum) -> SpectrumFit:
    """Fit the first absorption maximum.

    Raises
    ------
    InputError
        If the spectrum shows none.

    Examples
    --------
    >>> e = np.linspace(2.0, 3.2, 301)
    >>> y = np.exp(-(((e - 2.5) / 0.05) ** 2)) + 0.8 * (np.tanh((e - 2.75) / 0.1) + 1.0)
    >>> found = first_maximum(Spectrum("absorption", "energy", e, y))
    >>> abs(found.peak.value - 2.5) < 0.005
    True
    """
    energy, y = checked(spectrum)
    grid = np.arange(energy[0], energy[-1], 0.004)
    if len(grid) < 4 * LEAST_POINTS // 2:
        raise _none(spectrum, "a record of less than 0.16 eV")
    data = np.interp(grid, energy, y)
    start = _curvature(spectrum, grid, data)
    keep = np.abs(grid - start) < HALF
    e, d = grid[keep], data[keep]
    height = float(np.ptp(d))
    d = (d - d.min()) / height
    q = _fit(e, d, start)
    parts = _columns(e, q)
    amounts, rest = linear_fit(parts, d)
    if amounts[0] < 0.02:
        raise _none(spectrum, "a rise without a maximum or a shoulder")
    clear = stands_out(float(amounts[0]), parts[:, 0] - parts[:, 0].mean(), rest)
    if clear < SURE:
        raise _none(spectrum, f"a maximum of {clear:.2g} standard errors above the noise")
    centre, width = float(q[0]), float(np.exp(q[1]))
    error = float(np.hypot(abs(centre - start), 0.004))
    misfit = float(np.sqrt(np.mean(rest**2)))
    return SpectrumFit(
        "absorption",
        e,
        d,
        d - rest,
        {"first exciton": amounts[0] * parts[:, 0], "continuum": parts[:, 1:] @ amounts[1:]},
        spectrum.axis,
        Sourced(centre, "eV", centre - 1.645 * error, centre + 1.645 * error, "fitted"),
        Sourced(width, "eV", 0.7 * width, 1.4 * width, "fitted", note="under the continuum"),
        misfit,
    )


def _curvature(spectrum: Spectrum, grid: FloatArray, data: FloatArray) -> float:
    """Energy of the lowest strong minimum of the second derivative."""
    from scipy.signal import savgol_filter

    points = max(int(SMOOTH / 0.004) | 1, 7)
    second = savgol_filter(data, points, 3, deriv=2, delta=0.004)
    inner = np.zeros(len(grid), bool)
    inner[points:-points] = True
    low = np.where(inner, second, 0.0)
    noise = 1.4826 * float(np.median(np.abs(second - np.median(second))))
    minima = [
        k
        for k in range(points, len(grid) - points)
        if low[k] < low[k - 1] and low[k] <= low[k + 1] and low[k] < -2.0 * noise
        and low[k] < 0.15 * low.min()
    ]  # fmt: skip
    if not minima:
        raise _none(spectrum, "no minimum of the second derivative")
    return float(grid[minima[0]])


def _columns(e: FloatArray, q: FloatArray) -> FloatArray:
    from scipy.special import ndtr

    peak = np.exp(-0.5 * ((e - q[0]) / (np.exp(q[1]) / FWHM_OVER_SD)) ** 2)
    step = ndtr((e - q[0] - np.exp(q[2])) / np.exp(q[3]))
    ramp = (e - e[0]) / (e[-1] - e[0])
    return np.column_stack([peak, step, np.ones(len(e)), ramp, 1.0 - ramp])


def _fit(e: FloatArray, d: FloatArray, start: float) -> FloatArray:
    from scipy.optimize import least_squares

    def residual(q: FloatArray) -> FloatArray:
        return linear_fit(_columns(e, q), d)[1]

    low = np.array([start - 0.06, np.log(0.03), np.log(0.03), np.log(0.015)])
    high = np.array([start + 0.06, np.log(0.25), np.log(0.5), np.log(0.2)])
    guess = np.array([start, np.log(0.1), np.log(0.15), np.log(0.06)])
    found = least_squares(residual, guess, bounds=(low, high), max_nfev=80)
    return np.asarray(found.x)


def _none(spectrum: Spectrum, found: str) -> InputError:
    allowed = "an absorbance that rises from zero through its first maximum"
    return InputError(spectrum.label, found, allowed, "check --columns and --of pl|absorption")
