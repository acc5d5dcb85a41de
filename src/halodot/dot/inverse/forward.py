r"""The forward model on a grid of sizes: what `characterise` expects of a peak, with its interval.

For one measured peak E only the predictive density p(E | L) at every size L enters the posterior,
so the 90 % interval of `characterise` at each size is all that the way back needs: the two ends
and the central value as the two halves of a normal law. Between the sizes of the grid each of the
three is a cubic spline in ln L. The emission peak of an ensemble lies off the peak of the mean
size by a curvature term of the order ``s^2 d2E/d(ln L)2 / 2``; it is added from the sum over sizes
that `characterise` uses (`emission.ensemble`: normal in L, each size emits as it absorbs, L^3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.sourced import Sourced
from ...library import Library
from ...synthesis.state import DotPopulation
from ..bulk import bulk
from ..characterisation import characterise
from ..emission import ensemble
from ..spec import DotModel
from ..state import DotProperties

FloatArray = NDArray[np.float64]

Z90 = 1.6448536269514722
POINTS = 20  # of the grid; the cubic between them is good to 1 meV
CELLS_LEAST = 2.0  # smallest size, in lattice constants: the range of the level model
RADII_MOST = 12.0  # largest size, in Bohr radii: beyond, confinement is below 10 meV
LARGE = 10.0  # the bulk limit is read at this times the largest size
COUNTS = np.arange(1, 13)  # monolayers of platelets that are told apart


@dataclass(frozen=True)
class Question:
    """What is asked of the forward model, size apart."""

    formula: str
    shape: str
    measured: str
    temperature: float
    library: Library
    model: DotModel | None = None
    lateral: Sourced | None = None
    ligand: str = "OA+OAm"

    def dots(self, size: float, spread: float = 0.0) -> DotProperties:
        """Return what `characterise` says of dots of `size` [m]."""
        population = DotPopulation(
            self.formula,
            self.shape,
            Sourced(size, "m", basis="given"),
            Sourced(spread, "1", basis="given"),
            self.ligand,
            self.lateral if self.shape == "platelet" else None,
        )
        return characterise(population, self.library, self.temperature, self.model)

    def peak(self, dots: DotProperties) -> Sourced:
        """Return the peak that was measured [eV]."""
        return dots.pl_energy if self.measured == "pl" else dots.optical_gap


@dataclass(frozen=True)
class Forward:
    """Predicted peak against size.

    Attributes
    ----------
    sizes
        [m], rising.
    centre, low, high
        Central value and 90 % ends of the peak of dots of one size [eV].
    width
        Full width of a single dot [eV].
    bulk_limit, stokes_shift
        [eV]
    offset
        What an ensemble adds to `centre` [eV], by size.
    """

    sizes: FloatArray
    centre: FloatArray
    low: FloatArray
    high: FloatArray
    width: Sourced
    bulk_limit: Sourced
    stokes_shift: Sourced
    offset: FloatArray
    sources: tuple[str, ...] = ()

    def energy(self, size: ArrayLike) -> FloatArray:
        """Central peak of dots of one size [eV]."""
        return self._between(self.centre, size)

    def spread_of(self, size: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return ensemble peak, and the standard errors below and above it [eV]."""
        centre = self._between(self.centre + self.offset, size)
        below = self._between(self.centre - self.low, size) / Z90
        above = self._between(self.high - self.centre, size) / Z90
        return centre, below, above

    def slope(self, size: ArrayLike) -> FloatArray:
        """d(peak)/d(ln size) of the central curve [eV]."""
        x = np.asarray(size, float)
        up, down = x * np.exp(0.02), x * np.exp(-0.02)
        return np.asarray((self.energy(up) - self.energy(down)) / 0.04)

    def _between(self, values: FloatArray, size: ArrayLike) -> FloatArray:
        from scipy.interpolate import CubicSpline

        x, at = np.log(self.sizes), np.log(np.asarray(size, float))
        curve = CubicSpline(x, values)
        inside = np.clip(at, x[0], x[-1])
        slopes = curve.derivative()
        edge = np.where(at < x[0], slopes(x[0]), slopes(x[-1]))
        return np.asarray(curve(inside) + edge * (at - inside))


def predict(question: Question, sizes: FloatArray | None = None) -> Forward:
    """Tabulate the peak over sizes; `sizes` are the thicknesses of a platelet.

    Examples
    --------
    >>> table = predict(Question("CsPbBr3", "cube", "pl", 300.0, Library.builtin()))
    >>> bool(np.all(np.diff(table.centre) < 0.0)), bool(np.all(table.low < table.high))
    (True, True)
    """
    if sizes is None:
        sizes = np.geomspace(*prior_ends(question), POINTS)
    found = [question.dots(float(size)) for size in sizes]
    peaks = [question.peak(dots) for dots in found]
    large = question.dots(LARGE * float(sizes[-1]))
    last = found[-1]
    return Forward(
        np.asarray(sizes, float),
        np.array([float(p) for p in peaks]),
        np.array([_end(p, "low") for p in peaks]),
        np.array([_end(p, "high") for p in peaks]),
        width=last.pl_fwhm,
        bulk_limit=question.peak(large),
        stokes_shift=_stokes(question, last),
        offset=np.zeros(len(sizes)),
        sources=peaks[0].sources,
    )


def with_ensemble(table: Forward, spread: float) -> Forward:
    """Return `table` for the emission of dots with the relative standard deviation `spread`."""
    if spread <= 0.0:
        return table
    moved = [
        ensemble(table.energy, float(size), spread, float(table.width)).peak - centre
        for size, centre in zip(table.sizes, table.centre, strict=True)
    ]
    return replace(table, offset=np.array(moved))


def prior_ends(question: Question) -> tuple[float, float]:
    """Return the ends of the log-uniform prior [m]: two cells, and the weak-confinement limit."""
    lattice = float(bulk(question.formula, question.library)["lattice_constant"])
    low = CELLS_LEAST * lattice
    radius = question.dots(10.0 * lattice).bohr_radius
    return low, max(RADII_MOST * float(radius), 10.0 * low)


def thicknesses(question: Question) -> FloatArray:
    """Return the thickness of platelets of `COUNTS` monolayers [m]."""
    return np.asarray(COUNTS * float(bulk(question.formula, question.library)["lattice_constant"]))


def _end(q: Sourced, name: str) -> float:
    end: Any = getattr(q, name)
    return float(q) if end is None else float(end)


def _stokes(question: Question, dots: DotProperties) -> Sourced:
    """Stokes shift of the model: absorption minus emission of the largest dots of one size."""
    value = float(dots.optical_gap) - float(dots.pl_energy)
    settings = question.model if question.model is not None else DotModel()
    ends = settings.stokes_shift
    if ends.low is None or ends.high is None or not ends.low <= value <= ends.high:
        return Sourced(value, "eV", basis="computed")
    return Sourced(value, "eV", ends.low, ends.high, ends.basis, ends.sources, ends.note)
