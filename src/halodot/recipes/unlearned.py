"""Rows that no family claims: size from what is published of the method, light from the dots."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced
from ..crystal.composition import Composition
from ..dot import characterise
from ..library import Library
from ..synthesis.columns import Columns
from ..synthesis.competing_phases import COMPOUNDS, at_a_glance, formula_of, is_modelled
from ..synthesis.learned.residual import Mixture
from ..synthesis.mechanism import DRY
from ..synthesis.shape import CELSIUS, SHAPES, THICKEST, probabilities
from ..synthesis.speciation import Totals, donor_of
from ..synthesis.state import DotPopulation
from ..synthesis.usual import USUAL
from .columns import Read
from .light import Lights, default_lights
from .sizing import Sizes, conditions, of_rows

FloatArray = NDArray[np.float64]

_SIZES = np.linspace(-2.0, 2.0, 9)  # of the normal distribution of ln size
_THIN = 1e9 * THICKEST  # nm: cold dots below are platelets
_COLD = 388.0  # K
_LARGEST_BULK = 60.0  # nm, of the light curves


def forecast(
    table: Read, which: NDArray[np.int64], lights: Lights
) -> tuple[dict[str, FloatArray], Sizes]:
    """Values by column of rows `which`, and their sizes with what is known of them."""
    rows = table.columns.rows(which)
    compositions = [table.compositions[i] for i in which]
    found = of_rows(rows, compositions)
    mixture = _light(rows, compositions, found, lights)
    low, middle, high = mixture.quantiles((0.05, 0.5, 0.95)).T
    for i in np.flatnonzero(np.isnan(middle) & (found.problem == "")):
        found.problem[i] = f"the dot model has no levels of {compositions[i].host.formula}"
    values = {"size_nm": found.value, "size_nm_low": found.low, "size_nm_high": found.high}
    values |= {"pl_peak_nm": middle, "pl_peak_nm_low": low, "pl_peak_nm_high": high}
    values["fwhm_meV"] = widths(rows, found.value, lights)
    return values, found


def _light(rows: Columns, compositions: list[Composition], found: Sizes, lights: Lights) -> Mixture:
    """PL peak [nm] as a mixture over sizes."""
    count, weight = len(_SIZES), np.exp(-0.5 * _SIZES**2)
    row = np.repeat(np.arange(len(rows)), count)
    size = 1e-9 * np.minimum(found.at(_SIZES).ravel(), _LARGEST_BULK)
    plain = np.array([is_plain(c) for c in compositions], dtype=bool)
    halides = rows.halides[row]
    peak = lights.of(halides, "cube", "peak_of", size)
    spread = lights.of(halides, "cube", "spread_of", size)
    for i in range(len(rows)):
        own = slice(i * count, (i + 1) * count)
        if not plain[i] or np.isnan(peak[own]).any():
            curve = lights.curve(compositions[i].host.formula, "cube")
            peak[own] = np.nan if curve is None else curve.peak_of(size[own])
            spread[own] = np.nan if curve is None else curve.spread_of(size[own])
    return Mixture(row, np.tile(weight, len(rows)), 1e9 * peak, 1e9 * spread)


def is_plain(composition: Composition) -> bool:
    """Whether this is a caesium lead halide CsPbX3, whose light is on the grid."""
    lead, caesium = composition.site("B").get("Pb", 0.0), composition.site("A").get("Cs", 0.0)
    return composition.family == "ABX3" and lead > 0.999 and caesium > 0.999


_REFERENCE = 9e-9  # cubes whose yield and width stand for those of other sizes [m]


@lru_cache(maxsize=16)
def _reference(halide: str) -> tuple[float, float]:
    """Yield, and square of the width [eV2] beyond that of the light curve, of untreated cubes."""
    size, spread = Sourced(_REFERENCE, "m", basis="given"), Sourced(0.1, "1", basis="given")
    formula = f"CsPb{halide}3"
    dots = characterise(
        DotPopulation(formula, "cube", size, spread, "OA+OAm"), Library.builtin(), 298.0
    )
    curve = default_lights().curve(formula, "cube")
    own = 0.0 if curve is None else float(np.interp(_REFERENCE, curve.size, curve.fwhm))
    return float(dots.plqy.value or np.nan), float(dots.pl_fwhm) ** 2 - own**2


def _by_halide(rows: Columns, which: int) -> FloatArray:
    """Share-weighted sum of a value of `_reference`."""
    total = np.zeros(len(rows))
    for k, halide in enumerate(("Cl", "Br", "I")):
        there = rows.halides[:, k] > 0.0
        if there.any():
            total[there] += rows.halides[there, k] * _reference(halide)[which]
    return total


def yields(rows: Columns) -> FloatArray:
    """Yield expected of untreated dots of each composition: that of its halides by share."""
    return _by_halide(rows, 0)


def widths(rows: Columns, size: FloatArray, lights: Lights) -> FloatArray:
    """Full width [meV] of cubes of `size` [nm] by the dot model, sizes spread by a tenth."""
    curve = lights.curve("CsPbBr3", "cube")
    own = np.zeros(len(rows)) if curve is None else np.interp(1e-9 * size, curve.size, curve.fwhm)
    return np.asarray(1e3 * np.sqrt(np.maximum(own**2 + _by_halide(rows, 1), 1e-4)))


def shapes_of(columns: Columns, size: FloatArray, said: dict[int, str]) -> list[str]:
    """Most probable shape by the mechanism, or what the reactor said, by row in `said`."""
    shapes = []
    for i in range(len(columns)):
        odds = probabilities(conditions(columns, i), draws=0)[0]
        shape = said.get(i) or SHAPES[int(odds.argmax())]
        if shape in ("cube", "platelet") and i not in said:
            cold = not columns.temperature[i] > _COLD and columns.method[i] != "hot_injection"
            shape = "platelet" if size[i] < _THIN and cold else "cube"
        shapes.append(shape)
    return shapes


def phases_of(columns: Columns, compositions: list[Composition]) -> list[str | None]:
    """Compound that holds most of the crystallised lead; None where that is not modelled."""
    found: list[str | None] = [None] * len(columns)
    wet = ~np.isin(columns.method, DRY)
    which = wet & np.array([is_modelled(c) for c in compositions], dtype=bool)
    if not which.any():
        return found
    rows = columns.rows(which)
    usual = [USUAL[str(m)] for m in rows.method]

    def stated(values: FloatArray, otherwise: list[float], per: FloatArray) -> FloatArray:
        return np.where(values > 0.0, values, np.array(otherwise) * per)

    one = np.ones(len(rows))
    lead = stated(rows.lead, [1e-3 * u.lead[0] for u in usual], one)
    volume = stated(rows.volume, [1e-3 * u.volume[0] for u in usual], lead)
    amounts = (
        stated(rows.caesium, [u.caesium[0] for u in usual], lead),
        lead,
        stated(rows.halide, [u.halide[0] for u in usual], lead),
        stated(rows.acid, [u.acid[0] for u in usual], lead),
        stated(rows.amine, [u.amine[0] for u in usual], lead),
    )
    liquids = [str(s) or u.solvent for s, u in zip(rows.solvent, usual, strict=True)]
    donor = np.array([donor_of(s) for s in liquids])
    caesium, lead, halide, acid, amine = (n / volume for n in amounts)
    totals = Totals(caesium, lead, halide, acid, amine, donor)
    warm = stated(rows.temperature, [u.temperature[0] + CELSIUS for u in usual], one)
    shares = at_a_glance(totals, warm)
    for i, own in zip(np.flatnonzero(which), shares, strict=True):
        if np.isfinite(own).all():
            found[i] = formula_of(COMPOUNDS[int(own.argmax())], compositions[i])
    return found
