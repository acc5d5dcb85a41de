"""What the user gives to the way back, read and checked: peaks and widths in nm or in eV."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.constants import HC
from ...core.errors import InputError, OutOfRangeError, nearest
from ...core.units import is_unit, parse
from ..confinement import SHAPES

FloatArray = NDArray[np.float64]

LEAST, MOST = 0.3, 6.2  # photon energies that are believed [eV]: 200 nm to 4.1 um
_NUMBER = "0123456789+-.,eE \t"
ONE_SIZE = ("cube", "sphere", "platelet", "wire")


@dataclass(frozen=True)
class Spectrum:
    """A measured spectrum on the axis on which it was written.

    Attributes
    ----------
    kind
        ``pl`` or ``absorption``.
    axis
        ``wavelength`` (x in m, intensity per wavelength) or ``energy`` (eV, per energy).
    x, intensity
        In any order; absorption is an absorbance, not a transmission.
    label
        Such as the name of the file.
    """

    kind: str
    axis: str
    x: FloatArray
    intensity: FloatArray
    label: str = "spectrum"

    def per_energy(self) -> tuple[FloatArray, FloatArray]:
        """Return rising photon energies [eV] and what was measured, per energy.

        Emission per wavelength becomes ``I(E) = I(lambda) lambda^2 / (h c)``; an absorbance is
        no density and is only moved.

        >>> s = Spectrum("pl", "wavelength", np.array([4e-7, 5e-7]), np.array([1.0, 1.0]))
        >>> e, y = s.per_energy()
        >>> round(float(y[0] / y[1]), 4)
        1.5625
        """
        x, y = np.asarray(self.x, float), np.asarray(self.intensity, float)
        keep = np.isfinite(x) & np.isfinite(y) & (x > 0.0)
        x, y = x[keep], y[keep]
        if self.axis == "wavelength":
            y = y * (x / np.median(x)) ** 2 if self.kind == "pl" else y
            x = HC / x
        order = np.argsort(x)
        x, y = x[order], y[order]
        new = np.concatenate([[True], np.diff(x) > 0.0]) if len(x) else np.empty(0, bool)
        return x[new], y[new]


def photon_energy(text: object, field: str) -> float:
    """Read a peak as a photon energy [eV].

    Raises
    ------
    InputError
        If it is neither a wavelength nor an energy, or not between 0.3 and 6.2 eV.

    Examples
    --------
    >>> round(photon_energy("500 nm", "pl_peak"), 4), photon_energy("2.4 eV", "pl_peak")
    (2.4797, 2.4)
    """
    allowed = "a wavelength or a photon energy with its unit"
    remedy = "for example '503 nm' or '2.46 eV'"
    number, unit = _split(text)
    if not unit or not (is_unit(unit, "m") or is_unit(unit, "eV")):
        raise InputError(field, text, allowed, remedy)
    if is_unit(unit, "m"):
        length = parse(number + " " + unit, "m", field=field)
        energy = HC / length if length > 0.0 else 0.0
    else:
        energy = parse(number + " " + unit, "eV", field=field)
    if not LEAST <= energy <= MOST:
        raise OutOfRangeError(field, text, "200 nm to 4100 nm, 0.3 to 6.2 eV", "check the unit")
    return energy


def energy_width(text: object, field: str, peak: float) -> float:
    """Read a full width (or an error) at a peak [eV] as an energy [eV].

    Raises
    ------
    InputError
        If it has no unit, or is not below half the peak.

    Examples
    --------
    >>> round(energy_width("20 nm", "fwhm", 2.4), 4), energy_width("90 meV", "fwhm", 2.4)
    (0.0929, 0.09)
    """
    number, unit = _split(text)
    if not unit or not (is_unit(unit, "m") or is_unit(unit, "eV")):
        raise InputError(field, text, "a width with its unit", "for example '20 nm' or '90 meV'")
    if is_unit(unit, "m"):
        half = 0.5 * parse(number + " " + unit, "m", field=field)
        centre = HC / peak
        width = HC / (centre - half) - HC / (centre + half) if 0.0 < half < 0.5 * centre else -1.0
    else:
        width = parse(number + " " + unit, "eV", field=field)
    if not 0.0 < width < 0.5 * peak:
        raise OutOfRangeError(field, text, "above 0 and below half the peak", "check the unit")
    return width


def one_size_shape(shape: str) -> str:
    """Return `shape` if one size describes it.

    Raises
    ------
    InputError
        For a word that is no shape, and for shapes of several sizes, which one peak cannot give.
    """
    known = [s for s in ONE_SIZE if s in SHAPES]
    allowed = "one of " + ", ".join(known)
    if shape in known:
        return shape
    if shape in SHAPES:
        remedy = f"a {shape} has several sizes, which one peak cannot tell apart; try cube"
        raise InputError("shape", shape, allowed, remedy)
    raise InputError("shape", shape, allowed, nearest(shape, known))


def _split(text: object) -> tuple[str, str]:
    """Number and unit of a text; a bare number has no unit."""
    raw = text if isinstance(text, str) else ""
    unit = raw.strip().lstrip(_NUMBER)
    if raw.strip().lower().endswith("ev") and unit.lower() == "v":
        unit = "eV"  # the e of a unit without space is no exponent
    number = raw.strip()[: len(raw.strip()) - len(unit)]
    return number.strip(), unit.strip() if number.strip() else ""
