r"""Concentration of dots from an absorbance, by the cross-section of one dot.

.. math:: c = \frac{A \ln 10}{\sigma(E)\, N_A\, l}\, D, \qquad
          c_{unit} = c\, \frac{V_{dot}}{a^3}

A is the decadic absorbance above the baseline, l the path, D the dilution, a the pseudocubic
lattice constant. sigma goes with the volume of the dot, so that the concentration of dots carries
three times the error of the size, and that of formula units hardly any of it. Range: A below 2,
no scattering, a photon energy well above the gap.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...core.constants import AVOGADRO
from ...core.errors import InputError
from ...core.randomness import generator
from ...core.sourced import Sourced
from ...core.spec import read_quantity
from ...crystal.composition import parse
from ...library import Library
from ..absorption import cross_section, volume
from ..bulk import bulk
from ..draws import drawer
from ..spec import DotModel
from .given import photon_energy
from .posterior import quantile
from .state import Concentration, SizeAnswer

FloatArray = NDArray[np.float64]

SIZES = 15  # equally probable sizes of the posterior
DRAWS = 200  # of the cross-section at each
HIGH = 2.0  # absorbance above which few spectrometers are linear


def concentration_from(
    answer: SizeAnswer | None = None,
    *,
    absorbance: object,
    at: object,
    path: object = "1 cm",
    dilution: object = 1.0,
    library: Library | None = None,
    model: DotModel | None = None,
    formula: str | None = None,
    shape: str = "cube",
    size: Sourced | None = None,
    lateral: Sourced | None = None,
    temperature: float = 300.0,
) -> Concentration:
    """Return the concentration of dots, of formula units and of lead.

    Parameters
    ----------
    answer
        Dots sized by `size_from`; or give `formula`, `shape` and `size` [m].
    absorbance
        Decadic, above the baseline.
    at
        Wavelength or photon energy of it.
    path, dilution
        Length of the cuvette; how many times the solution was diluted before.

    Raises
    ------
    InputError
        If a value cannot be read, or neither an answer nor a size is given.

    Examples
    --------
    >>> nine = Sourced(9e-9, "m", basis="given")
    >>> c = concentration_from(formula="CsPbBr3", size=nine, absorbance=0.42, at="400 nm")
    >>> 1e-6 < c.dots.value < 1e-3
    True
    """
    library = library if library is not None else Library.builtin()
    number = _pure(absorbance, "absorbance", 1e-6, 10.0)
    times = _pure(dilution, "dilution", 1.0, 1e9)
    energy = photon_energy(at, "at")
    length = float(read_quantity(path, "m", field="path", doc="of the light in the cuvette"))
    if not 1e-6 <= length <= 10.0:
        raise InputError("path", path, "1 um to 10 m", "check the unit")
    if answer is not None:
        sizes, formula, shape = _of_answer(answer), answer.formula, answer.shape
        lateral, temperature = answer.lateral, answer.temperature
    elif formula is not None and size is not None:
        known = drawer(generator(0, "size"), SIZES)(size)
        sizes = known if size.low is not None else known[:1]
    else:
        raise InputError("size", "nothing", "a size, or an answer of size_from", 'size = "9 nm"')
    if shape == "platelet" and lateral is None:
        lateral = (model if model is not None else DotModel()).lateral_default
    scale = number * math.log(10.0) / (AVOGADRO * length) * times
    sigma, dots, units = _draws(
        formula, shape, np.asarray(sizes), energy, library, lateral, temperature, model
    )
    if not sigma.is_known:
        none = Sourced.unknown("mol/m3", sigma.note)
        missing = Sourced.unknown("1", sigma.note)
        return Concentration(none, none, none, sigma, missing, energy, (sigma.note,))
    together = _interval(scale / dots * units, "mol/m3", sigma)
    share = parse(formula).host.site("B").get("Pb", 0.0)
    return Concentration(
        _interval(scale / dots, "mol/m3", sigma),
        together,
        _times(together, share),
        _interval(dots, "m2", sigma),
        _interval(units, "1", sigma),
        energy,
        _notes(number, length, times, answer),
    )


def _draws(
    formula: str,
    shape: str,
    sizes: FloatArray,
    energy: float,
    library: Library,
    lateral: Sourced | None,
    temperature: float,
    model: DotModel | None,
) -> tuple[Sourced, FloatArray, FloatArray]:
    """Cross-section as it stands, its draws, and formula units per dot of the same draws."""
    cell = bulk(formula, library)["lattice_constant"]
    rng = generator(0, "concentration")
    sigmas, units = [], []
    sigma = Sourced.unknown("m2", "no size")
    for size in sizes:
        exact = Sourced(float(size), "m", basis="given")
        # the lateral size cancels in formula units: held here, drawn once below
        fixed = None if lateral is None else lateral.with_value(float(lateral))
        sigma = cross_section(
            formula, shape, exact, energy, library, fixed, temperature=temperature, model=model
        )
        if not sigma.is_known:
            return sigma, np.empty(0), np.empty(0)
        draw = drawer(rng, DRAWS)
        stretch = np.ones(DRAWS) if lateral is None else (draw(lateral) / float(lateral)) ** 2
        other = None if lateral is None else float(lateral)
        body = float(volume(shape, float(size), other))
        sigmas.append(draw(sigma) * stretch)
        units.append(body * stretch / draw(cell) ** 3)
    return sigma, np.concatenate(sigmas), np.concatenate(units)


def _of_answer(answer: SizeAnswer) -> FloatArray:
    if not answer.size.is_known:
        why = f"{answer.verdict}: {answer.size.note}"
        raise InputError("size", why, "a size that the peak determines", "give --size '9 nm'")
    shares = (np.arange(SIZES) + 0.5) / SIZES
    if answer.counts:
        return np.asarray(answer.grid[np.searchsorted(np.cumsum(answer.density), shares)])
    return quantile(answer.grid, answer.density, shares)


def _interval(draws: FloatArray, unit: str, sigma: Sourced) -> Sourced:
    low, middle, high = (float(q) for q in np.percentile(draws, (5.0, 50.0, 95.0)))
    return Sourced(middle, unit, low, high, "computed", sigma.sources, sigma.note)


def _times(q: Sourced, factor: float) -> Sourced:
    low, high = (None if e is None else e * factor for e in (q.low, q.high))
    return replace(q, value=float(q) * factor, low=low, high=high)


def _pure(raw: object, field: str, low: float, high: float) -> float:
    value = float(read_quantity(raw, "1", field=field))
    if not low <= value <= high:
        raise InputError(field, raw, f"{low:g} to {high:g}", "a pure number")
    return value


def _notes(
    absorbance: float, length: float, times: float, answer: SizeAnswer | None
) -> tuple[str, ...]:
    notes = [f"path {length * 1e2:.3g} cm, dilution {times:g}: of the solution before dilution"]
    if absorbance > HIGH:
        notes.append(f"an absorbance of {absorbance:.3g} is above {HIGH:g}: dilute and read again")
    if answer is not None and answer.verdict != "determined":
        notes.append(f"the size behind the cross-section is {answer.verdict}")
    return tuple(notes)
