"""Optical constants n + ik of a material over wavelength."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError
from .table import read_columns

Array = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

REACH = 20e-9  # a table holds this far beyond its ends, with its last row [m]


@dataclass(frozen=True)
class OpticalConstants:
    """Complex refractive index n + ik, constant or as a table over wavelength.

    Attributes
    ----------
    wavelength
        Vacuum wavelengths of the table, rising [m]; a single one for a constant index.
    n, k
        Real and imaginary part of the index at these wavelengths [1].
    absorption
        Absorption coefficient that replaces k where it is positive, k = alpha lambda / 4 pi [1/m].
    longest
        Wavelength beyond which `absorption` is zero (the gap) [m].
    name
        For messages.

    Examples
    --------
    >>> glass = OpticalConstants.constant(1.5)
    >>> complex(glass.at(500e-9))
    (1.5+0j)
    """

    wavelength: Array
    n: Array
    k: Array
    absorption: float = 0.0
    longest: float = np.inf
    name: str = "material"

    @classmethod
    def constant(
        cls,
        n: float,
        k: float = 0.0,
        *,
        absorption: float = 0.0,
        longest: float = np.inf,
        name: str = "material",
    ) -> OpticalConstants:
        """Return an index that is the same at every wavelength.

        With `absorption` [1/m] k grows with the wavelength, up to `longest` [m].
        """
        one = np.ones(1)
        return cls(one, n * one, k * one, absorption, longest, name)

    @classmethod
    def from_csv(cls, path: str | Path, field: str = "optical_constants") -> OpticalConstants:
        """Read a table with the columns ``wavelength_nm,n,k``.

        Raises
        ------
        InputError
            If the file cannot be read, or holds an n that is not positive or a k below zero.
        """
        wavelength, n, k = read_columns(path, ("wavelength_nm", "n", "k"), field)
        if np.any(n <= 0.0) or np.any(k < 0.0):
            raise InputError(
                f"{field} ({Path(path).name})",
                "n <= 0 or k < 0",
                "n above 0 and k of at least 0 (no gain)",
                "write k as a positive number where the material absorbs",
            )
        return cls(wavelength * 1e-9, n, k, name=Path(path).name)

    def at(self, wavelength: ArrayLike) -> ComplexArray:
        """Complex index at `wavelength` [m], linear between rows.

        Raises
        ------
        InputError
            If the table does not reach there; it is not extended by more than 20 nm.
        """
        w = np.asarray(wavelength, float)
        if self.wavelength.size == 1:
            k = np.full(w.shape, self.k[0])
            if self.absorption > 0.0:
                k = np.where(w <= self.longest, self.absorption * w / (4.0 * np.pi), 0.0)
            return np.asarray(self.n[0] + 1j * k, np.complex128).reshape(w.shape)
        low, high = self.wavelength[0], self.wavelength[-1]
        if np.any(w < low - REACH) or np.any(w > high + REACH):
            raise InputError(
                f"optical constants of {self.name}",
                f"wavelengths of {1e9 * w.min():.0f} to {1e9 * w.max():.0f} nm",
                f"{1e9 * low:.0f} to {1e9 * high:.0f} nm, where the table has rows",
                "add rows, or take light of other wavelengths",
            )
        n, k = np.interp(w, self.wavelength, self.n), np.interp(w, self.wavelength, self.k)
        return np.asarray(n + 1j * k, np.complex128)

    def absorption_coefficient(self, wavelength: ArrayLike) -> Array:
        """alpha = 4 pi k / lambda [1/m].

        >>> film = OpticalConstants.constant(2.0, absorption=1e7, longest=540e-9)
        >>> [float(round(a)) for a in film.absorption_coefficient([500e-9, 600e-9])]
        [10000000.0, 0.0]
        """
        return np.asarray(4.0 * np.pi * self.at(wavelength).imag / np.asarray(wavelength, float))
