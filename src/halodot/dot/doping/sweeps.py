"""Yield against dopant content and against excitation, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.errors import InputError, nearest
from ...library import Library
from ...synthesis.state import DotPopulation
from ..bulk import bulk
from ..spec import DotModel
from .content import ions
from .model import Doped, Yields, yields
from .part import ensemble

FloatArray = NDArray[np.float64]

_DRAWS = 100
_CLASSES = 10  # finer than for a single dot: steps of few ions would show


@dataclass(frozen=True)
class Sweep:
    """Yields along `at`: central values, and the 90 % interval of the total.

    Attributes
    ----------
    at
        Content [1] or excitation [1/s].
    total, low, high, host
        [1], as long as `at`.
    ions
        By symbol, as long as `at`.
    """

    at: FloatArray
    total: FloatArray
    low: FloatArray
    high: FloatArray
    host: FloatArray
    ions: dict[str, FloatArray]


def doped_dots(
    population: DotPopulation,
    library: Library,
    temperature: float,
    model: DotModel | None = None,
    draws: int = _DRAWS,
) -> Doped:
    """Return the doped ensemble of `population`, ready for sweeps.

    Raises
    ------
    InputError
        If the formula has no dopant with rates, or no host for it.
    """
    from dataclasses import replace

    from ..characterisation import characterise

    settings = model if model is not None else DotModel()
    formula = population.formula
    found = ions(formula, library, settings.dopant_content)
    plain = replace(population, formula=formula.partition(":")[0])
    dots = replace(characterise(plain, library, temperature, settings), formula=formula)
    lattice = bulk(formula, library)["lattice_constant"]
    doped = ensemble(dots, library, settings, lattice, found, draws)
    if isinstance(doped, str) or not doped.kinds:
        known = ", ".join(n for n in library.names("dopant") if ":" not in n)
        raise InputError("formula", formula, f"a host with a dopant of {known}")
    return doped


def against_content(
    doped: Doped, symbol: str, contents: ArrayLike, excitation: float = 1.0
) -> Sweep:
    """Return the yields against the content of one dopant.

    Raises
    ------
    InputError
        If `symbol` is no dopant of the ensemble.
    """
    names = [k.ion.symbol for k in doped.kinds]
    if symbol not in names:
        raise InputError("dopant", symbol, "one of " + ", ".join(names), nearest(symbol, names))
    at = np.asarray(contents, float)
    return _sweep(
        doped, at, [yields(doped.with_content(symbol, float(c)), excitation, _CLASSES) for c in at]
    )


def against_excitation(doped: Doped, excitations: ArrayLike) -> Sweep:
    """Return the yields against photons absorbed per dot and second."""
    at = np.asarray(excitations, float)
    return _sweep(doped, at, [yields(doped, float(g), _CLASSES) for g in at])


def _sweep(doped: Doped, at: FloatArray, found: list[Yields]) -> Sweep:
    totals = [f.total[f.converged] for f in found]
    low, high = np.array([np.percentile(t, (5.0, 95.0)) for t in totals]).T
    return Sweep(
        at,
        np.array([f.total[0] for f in found]),
        low,
        high,
        np.array([f.host[0] for f in found]),
        {k.ion.symbol: np.array([f.ions[0, i] for f in found])
         for i, k in enumerate(doped.emitters)},
    )  # fmt: skip
