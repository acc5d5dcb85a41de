"""How a layer takes light at every wavelength, and how many of the pairs come apart.

For a film of dots the course of its extinction over wavelength is that of the film stage, scaled to
the absorption at the first exciton, which carries the uncertainty.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.constants import HC
from ..film.state import FilmProperties
from ..optics.constants import OpticalConstants

Array = NDArray[np.float64]
SHORTEST, LONGEST = 5e-8, 3e-5  # m, to which tables are carried on
EXCITON = 0.15  # eV above the emission within which the first absorption maximum is looked for


@dataclass(frozen=True)
class Absorbing:
    """Absorption [1/m] over wavelength [m] (rising), and the share of pairs that come apart.

    Without absorption the layer's own number holds at every wavelength.
    """

    wavelength: Array
    absorption: Array
    separated: Array

    @property
    def gap(self) -> float:
        """Least photon energy that is absorbed [eV]."""
        lit = self.wavelength[self.absorption > 0.0]
        return HC / float(lit.max()) if lit.size else math.inf

    def constants(self, index: float, name: str) -> OpticalConstants:
        """Return it as optical constants with a real index that is the same everywhere."""
        k = self.absorption * self.wavelength / (4.0 * np.pi)
        return OpticalConstants(self.wavelength, np.full(k.size, index), k, name=name)

    def yield_of(self, wavelength: Array, weight: Array) -> float:
        """Share of the absorbed photons whose pair comes apart, over a spectrum."""
        alpha = np.interp(wavelength, self.wavelength, self.absorption)
        apart = np.interp(wavelength, self.wavelength, self.separated)
        total = float(weight @ alpha)
        return float(weight @ (alpha * apart)) / total if total > 0.0 else 1.0


def of_film(film: FilmProperties, scale: float = 1.0) -> Absorbing | None:
    """Absorption of a film of dots times `scale`; None where its course is not known."""
    if "film_k" not in film.curves or not film.absorption.is_known:
        return None
    wavelength, k = film.curves["film_wavelength"], film.curves["film_k"]
    course = k / wavelength
    first = course
    if film.emission_energy.is_known:
        energy = HC / wavelength
        light = float(film.emission_energy)
        near = (energy >= light) & (energy <= light + EXCITON)
        first = course[near] if near.any() else course
    alpha = float(film.absorption) * scale * course / max(float(first.max()), 1e-300)
    wavelength = np.concatenate([[SHORTEST], wavelength, [wavelength[-1] * 1.001, LONGEST]])
    alpha = np.concatenate([alpha[:1], alpha, [0.0, 0.0]])
    return Absorbing(wavelength, alpha, np.ones(alpha.size))


def together(parts: list[tuple[Absorbing, float]]) -> Absorbing:
    """Sum of absorbers, each with its share of pairs that come apart."""
    grid = np.unique(np.concatenate([a.wavelength for a, _ in parts]))
    each = [np.interp(grid, a.wavelength, a.absorption) for a, _ in parts]
    total = np.sum(each, axis=0)
    apart = np.sum([e * share for e, (_, share) in zip(each, parts, strict=True)], axis=0)
    return Absorbing(grid, total, np.where(total > 0.0, apart / np.maximum(total, 1e-300), 1.0))


def even(absorption: float, gap: float) -> Absorbing:
    """Return an absorber of one number up to its gap [eV]."""
    edge = HC / gap
    grid = np.array([SHORTEST, edge, edge * (1.0 + 1e-6), LONGEST])
    return Absorbing(grid, absorption * np.array([1.0, 1.0, 0.0, 0.0]), np.ones(4))
