"""What the way back hands over: a size with its interval, and how it was found."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...core.sourced import Sourced
from ...core.status import Status

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class SpectrumFit:
    """A measured spectrum and the fit to it, per photon energy.

    Attributes
    ----------
    kind
        ``pl`` or ``absorption``.
    energy, data, fit
        Photon energies [eV] of the fitted window, data and fit over the height of the band.
    parts
        Name of a part of the fit (``4 monolayers``, ``background``) to its curve.
    axis
        ``wavelength`` or ``energy``: the axis of the file.
    peak, fwhm
        Of the fitted band [eV].
    misfit
        Root mean square of the residual over the height of the band [1].
    """

    kind: str
    energy: FloatArray
    data: FloatArray
    fit: FloatArray
    parts: dict[str, FloatArray]
    axis: str
    peak: Sourced
    fwhm: Sourced
    misfit: float


@dataclass(frozen=True)
class SizeAnswer:
    """Size of the dots behind a measured peak. Energies in eV, the rest in SI.

    Attributes
    ----------
    measured
        ``pl`` or ``absorption``: which peak.
    peak
        [eV]
    verdict
        ``determined within a factor 2.4`` (platelets: ``determined, probability 87 %``),
        ``upper end from the prior``, ``lower bound only``, ``upper bound only``, ``ambiguous``, or
        that the width is not that of one band of dots (``wider than any ...``, ``narrower ...``).
    size
        Mean size [m], unknown where the peak leaves it open.
    size_of_model_peak
        Size whose central model peak is the measured one [m]: the round trip of the verb ``dot``.
        The median `size` lies off it, as the error of the model is skewed and the prior even in
        the logarithm.
    size_at_least, size_at_most
        One-sided 95 % bounds where only they can be given [m].
    size_spread
        Standard deviation over the mean [1].
    monolayers
        Most probable count of a platelet [1].
    counts
        Monolayer count to its probability, or to its share of the light in a mixture.
    bulk_limit
        The same peak in the limit of large dots [eV].
    prior
        Ends of the log-uniform prior of the size [m].
    grid, density
        Posterior density of ln(size) on sizes [m].
    stokes_shift
        First absorption maximum minus emission peak, as the model has it [eV].
    """

    formula: str
    shape: str
    temperature: float
    measured: str
    peak: Sourced
    verdict: str
    size: Sourced
    size_at_least: Sourced
    size_at_most: Sourced
    size_spread: Sourced
    bulk_limit: Sourced
    stokes_shift: Sourced
    prior: tuple[float, float] = (0.0, 0.0)
    monolayers: Sourced | None = None
    counts: dict[int, float] = field(default_factory=dict)
    lateral: Sourced | None = None
    grid: FloatArray = field(default_factory=lambda: np.empty(0))
    density: FloatArray = field(default_factory=lambda: np.empty(0))
    spectrum: SpectrumFit | None = None
    size_of_model_peak: Sourced = field(
        default_factory=lambda: Sourced.unknown("m", "thickness comes in whole monolayers")
    )
    status: Status = Status.OK
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Concentration:
    """How many dots a solution holds.

    Attributes
    ----------
    dots, formula_units, lead
        Of the solution before dilution [mol/m3].
    cross_section
        Of one dot at `photon_energy` [m2].
    units_per_dot
        Formula units in one dot [1].
    """

    dots: Sourced
    formula_units: Sourced
    lead: Sourced
    cross_section: Sourced
    units_per_dot: Sourced
    photon_energy: float
    notes: tuple[str, ...] = ()
