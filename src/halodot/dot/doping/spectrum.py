"""Emission of a doped ensemble: the host band and the lines of the ions, each with its yield."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.sourced import Sourced
from ...optics.photometry import matching
from ..colour import chromaticity, swatch
from ..emission import FWHM_OVER_SD
from .model import Doped, Yields

FloatArray = NDArray[np.float64]

_POINTS = 2401
_DAYLIGHT = (0.31271, 0.32902)  # D65
_COLOURS = 40  # draws whose colour is computed


@dataclass(frozen=True)
class Bands:
    """Spectra over photon `energy` [eV], in photons per absorbed photon and eV.

    Attributes
    ----------
    host
        Of the host.
    ions
        Of each emitting ion, in their order.
    """

    energy: FloatArray
    host: FloatArray
    ions: tuple[FloatArray, ...]

    @property
    def total(self) -> FloatArray:
        """Sum of all bands."""
        return np.asarray(self.host + sum(self.ions, np.zeros_like(self.energy)))


def grid(doped: Doped) -> FloatArray:
    """Return photon energies [eV] that hold every band."""
    centres = [float(doped.host.peak[0])]
    widths = [float(doped.host.width[0])]
    for k in doped.emitters:
        centres += [float(line.peaks[0]) for line in k.lines]
        widths += [float(line.widths[0]) for line in k.lines]
    low = min(c - 2.0 * w for c, w in zip(centres, widths, strict=True)) - 0.1
    high = max(c + 2.0 * w for c, w in zip(centres, widths, strict=True)) + 0.1
    return np.linspace(max(low, 0.05), high, _POINTS)


def bands(doped: Doped, found: Yields, energy: FloatArray, draw: int = 0) -> Bands:
    """Return the bands of one draw, each with the area of its yield.

    A share of a line outside `energy` is lost, so that the area never exceeds the yield.
    """
    host = float(found.host[draw]) * _host_shape(doped, energy, draw)
    ions = []
    for i, k in enumerate(doped.emitters):
        total = sum(float(line.shares[draw]) for line in k.lines)
        shape = np.zeros_like(energy)
        for line in k.lines:
            share = float(line.shares[draw]) / total
            shape += share * _gauss(energy, float(line.peaks[draw]), float(line.widths[draw]))
        ions.append(float(found.ions[draw, i]) * shape)
    return Bands(energy, host, tuple(ions))


def _gauss(energy: FloatArray, centre: float, fwhm: float) -> FloatArray:
    sd = fwhm / FWHM_OVER_SD
    norm = 1.0 / (sd * np.sqrt(2.0 * np.pi))
    return np.asarray(norm * np.exp(-0.5 * ((energy - centre) / sd) ** 2))


def _host_shape(doped: Doped, energy: FloatArray, draw: int) -> FloatArray:
    h = doped.host
    if not h.energy.size:
        return _gauss(energy, float(h.peak[draw]), float(h.width[draw]))
    area = np.trapezoid(h.spectrum, h.energy)
    moved = h.energy + float(h.peak[draw] - h.peak[0])
    return np.asarray(np.interp(energy, moved, h.spectrum, left=0.0, right=0.0) / area)


def dominant_wavelength(x: float, y: float) -> float:
    """Return the wavelength [m] of the pure colour of the hue of `x`, `y` against daylight (D65).

    NaN for purples, which have none, and where nothing is visible.

    >>> round(dominant_wavelength(0.49802, 0.50101) * 1e9)
    578
    """
    grid, functions = matching()
    seen = (grid > 410e-9) & (grid < 690e-9)
    xyz = functions[seen] / functions[seen].sum(axis=1, keepdims=True)
    angles = np.unwrap(np.arctan2(xyz[:, 1] - _DAYLIGHT[1], xyz[:, 0] - _DAYLIGHT[0]))
    angle = np.arctan2(y - _DAYLIGHT[1], x - _DAYLIGHT[0])
    # the locus turns clockwise from violet to red
    turned = angles[0] - (angles[0] - angle) % (2.0 * np.pi)
    if not turned > angles[-1]:
        return float("nan")
    return float(np.interp(-turned, -angles, grid[seen]))


@dataclass(frozen=True)
class Colour:
    """CIE 1931 x and y, dominant wavelength [m] and sRGB swatch of all bands together."""

    x: Sourced
    y: Sourced
    dominant: Sourced
    swatch: str


def colours(doped: Doped, found: Yields, energy: FloatArray) -> Colour:
    """Return the colour of all bands with its 90 % intervals."""
    points = [
        chromaticity(energy, bands(doped, found, energy, d).total)
        for d in range(min(_COLOURS, doped.draws))
    ]
    if np.isnan(points[0][0]):
        x, y, hue = (Sourced.unknown(u, "the emission is not visible") for u in ("1", "1", "m"))
        return Colour(x, y, hue, "")
    seen = [p for p in points if not np.isnan(p[0])]
    values = np.array([(*p, dominant_wavelength(*p)) for p in seen])
    note = "CIE 1931, 2 degree observer, all bands"
    x, y = (_interval(v, "1", note) for v in values.T[:2])
    hue = _interval(values[:, 2], "m", "hue of all bands together against daylight (D65)")
    return Colour(x, y, hue, swatch(*points[0]))


def _interval(values: FloatArray, unit: str, note: str) -> Sourced:
    if np.isnan(values[0]):
        return Sourced.unknown(unit, "purple: no pure colour has this hue")
    low, high = np.nanpercentile(values, (5.0, 95.0))
    v = float(values[0])
    return Sourced(v, unit, min(float(low), v), max(float(high), v), "computed", (), note)


def strongest(doped: Doped, found: Yields) -> tuple[str, Sourced, Sourced]:
    """Return name, peak and width of the band with the most photons in the central draw."""
    best = float(found.host[0]), "host", *doped.host.band
    for i, k in enumerate(doped.emitters):
        total = sum(float(line.shares[0]) for line in k.lines)
        for line in k.lines:
            photons = float(found.ions[0, i]) * float(line.shares[0]) / total
            if photons > best[0]:
                best = photons, line.name, line.energy, line.width
    return best[1:]
