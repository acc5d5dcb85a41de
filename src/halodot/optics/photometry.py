"""The eye: CIE 1931 colour matching, chromaticity and luminous efficacy, through coloraide."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..core.constants import HC

Array = NDArray[np.float64]

EFFICACY = 683.002  # lm/W at the peak of V(lambda), from 683 lm/W at 540 THz


@lru_cache(maxsize=1)
def matching() -> tuple[Array, Array]:
    """Wavelengths [m] and the three colour matching functions of the 2 degree observer.

    The second of them is the photopic luminous efficiency V(lambda).
    """
    from coloraide import cmfs

    rows = sorted(cmfs.CIE_1931_2DEG.items())
    return np.array([w for w, _ in rows]) * 1e-9, np.array([list(v) for _, v in rows])


def sensitivity(wavelength: Array) -> Array:
    """V(lambda): how bright light of a wavelength [m] is beside that of 555 nm [1].

    >>> float(sensitivity(np.array([555e-9]))[0])
    1.0
    """
    grid, functions = matching()
    return np.interp(wavelength, grid, functions[:, 1], left=0.0, right=0.0)


def chromaticity(energy: Array, spectrum: Array) -> tuple[float, float]:
    """CIE 1931 x, y of photons per energy `spectrum` over photon `energy` [eV].

    Returns NaN, NaN where no light is visible. A spectrum of power over wavelength is integrated:
    photons per energy times E times |dE/d lambda| = E^2 / hc.

    Examples
    --------
    >>> e = np.linspace(2.3, 2.5, 201)
    >>> x, y = chromaticity(e, np.exp(-((e - 2.4) / 0.02) ** 2))
    >>> x < 0.1 and y > 0.7
    True
    """
    grid, functions = matching()
    photon = HC / grid
    power = np.interp(photon, energy, spectrum, left=0.0, right=0.0) * photon**3
    xyz = np.asarray([np.trapezoid(power * functions[:, i], grid) for i in range(3)])
    total = float(xyz.sum())
    if total <= 0.0:
        return float("nan"), float("nan")
    return float(xyz[0] / total), float(xyz[1] / total)


def luminous_efficacy(energy: Array, spectrum: Array) -> float:
    """Luminous flux over radiant flux of photons per energy `spectrum` [lm/W].

    683.002 lm/W times the mean of V(lambda) over the power E x spectrum.

    >>> e = np.linspace(2.233, 2.235, 11)  # 555 nm
    >>> f"{luminous_efficacy(e, np.ones(11)):.1f}"
    '683.0'
    """
    power = energy * spectrum
    bright = np.trapezoid(power * sensitivity(HC / energy), energy)
    return float(EFFICACY * bright / np.trapezoid(power, energy))
