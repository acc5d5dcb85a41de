"""Rows that no family claims: size from what is published of the method, light from the dots."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.constants import Z90
from ..core.errors import HalodotError
from ..core.sourced import Sourced
from ..crystal.composition import Composition
from ..dot import characterise
from ..library import Library
from ..synthesis import hot_injection, sizes
from ..synthesis.columns import Columns
from ..synthesis.competing_phases import COMPOUNDS, at_a_glance, formula_of, is_modelled
from ..synthesis.learned.residual import Mixture
from ..synthesis.shape import CELSIUS, SHAPES, Conditions, probabilities
from ..synthesis.speciation import Totals, donor_of
from ..synthesis.state import DotPopulation
from ..synthesis.usual import USUAL
from .columns import Read, sentence
from .light import Lights, default_lights

FloatArray = NDArray[np.float64]

_SIZES = np.linspace(-2.0, 2.0, 9)  # of the normal distribution of ln size
_OUTSIDE = 1.5
_THIN = 3.5  # nm: cold dots below are platelets
_COLD = 388.0  # K
_NO_WINDOW = (4.0, 40.0)  # nm, of a method whose sizes were never reported
_LARGEST_BULK = 60.0  # nm, of the light curves


def forecast(
    table: Read, which: NDArray[np.int64], lights: Lights
) -> tuple[dict[str, FloatArray], NDArray[np.bool_], Any, Any]:
    """Values by column, whether known, a note and a problem (empty or why not) for rows `which`."""
    rows = table.columns.rows(which)
    compositions = [table.compositions[i] for i in which]
    mean, sd, known, note, failed = _sizes(rows, compositions)
    values = {
        "size_nm": np.exp(mean),
        "size_nm_low": np.exp(mean - Z90 * sd),
        "size_nm_high": np.exp(mean + Z90 * sd),
    }
    mixture = _light(rows, compositions, mean, sd, lights)
    low, middle, high = mixture.quantiles((0.05, 0.5, 0.95)).T if len(rows) else np.empty((3, 0))
    values |= {"pl_peak_nm": middle, "pl_peak_nm_low": low, "pl_peak_nm_high": high}
    values["fwhm_meV"] = widths(rows, values["size_nm"], lights)
    problem = np.full(len(rows), "", dtype=object)
    for i in np.flatnonzero(np.isnan(middle)):
        problem[i] = f"the dot model has no levels of {compositions[i].host.formula}"
    for row, why in failed.items():
        problem[row] = why
    return values, known, note, problem


def _sizes(
    rows: Columns, compositions: list[Composition]
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_], Any, dict[int, str]]:
    """Mean and standard deviation of ln(size / nm), whether published, why, and what failed."""
    failed: dict[int, str] = {}
    mean, sd = np.empty(len(rows)), np.empty(len(rows))
    known, note = np.zeros(len(rows), dtype=bool), np.full(len(rows), "", dtype=object)
    for i, composition in enumerate(compositions):
        method = str(rows.method[i])
        if method == "hot_injection":
            mean[i], sd[i], problem = _injected(rows, i, composition)
            note[i] = "size regressed on 20 published hot injections"
        else:
            try:
                found = _reactor(rows, i, composition)
            except HalodotError as e:
                failed[i] = f"the reactor of {method} refuses {sentence(e)}"
                found = None
            mean[i], sd[i], problem = found or _window(method, composition)
            source = "the reactor model" if problem is _ALONE else "the window"
            note[i] = f"size from {source} of {method}: a prior alone"
        known[i] = method == "hot_injection" and not problem
        if problem:
            sd[i] *= _OUTSIDE
            note[i] += "; outside the published syntheses: " + problem
    return mean, sd, known, note, failed


def _injected(rows: Columns, i: int, composition: Composition) -> tuple[float, float, str]:
    usual = USUAL["hot_injection"]
    stated = rows.temperature[i]
    temperature = float(usual.temperature[0] + 273.15 if np.isnan(stated) else stated)
    lead = rows.lead[i]
    ratio = max(3.0, float(rows.halide_ratio[i])) if lead > 0.0 else None
    shares = dict(zip(("Cl", "Br", "I"), rows.halides[i], strict=True))
    x = hot_injection.regressors(temperature, shares, ratio, False)
    mean, sd = hot_injection.trained().predict(x, x[:2])
    if np.isnan(stated):  # the usual range of temperatures moves the size with the slope
        slope = hot_injection.trained().mean[1] / 50.0
        width = (usual.temperature[2] - usual.temperature[1]) / (2.0 * Z90)
        sd = float(np.hypot(sd, slope * width))
    return mean, sd, hot_injection.outside(composition, temperature)


def _reactor(rows: Columns, i: int, composition: Composition) -> tuple[float, float, str] | None:
    """Size of a mill, a glass or a vapour from its reactor; None for other methods."""
    method = str(rows.method[i])
    if method in sizes.WINDOWS or not is_modelled(composition):
        return None
    usual = USUAL[method]
    warm, time = rows.temperature[i], rows.time[i]
    found = sizes.of_reactor(
        method,
        composition.host.formula,
        float(usual.temperature[0] + CELSIUS if np.isnan(warm) else warm),
        float(usual.time[0] if np.isnan(time) else time),
        round(_conditions(rows, i).ligand_lead, 2),
    )
    if found is None or found.low is None or found.high is None:
        return None
    sd = np.log(found.high / found.low) / (2.0 * Z90)
    return float(np.log(1e9 * float(found))), float(sd / _OUTSIDE), _ALONE


_ALONE = "no sizes of this method are on record"


@lru_cache(maxsize=64)
def _span(method: str) -> tuple[float, float, bool]:
    window = sizes.WINDOWS.get(method)
    low, high = (window.low, window.high) if window else _NO_WINDOW
    return (
        0.5 * np.log(low * high),
        0.5 * np.log(high / low) / Z90,
        bool(window and window.published),
    )


def _window(method: str, composition: Composition) -> tuple[float, float, str]:
    mean, sd, published = _span(method)
    lead, caesium = composition.site("B").get("Pb", 0.0), composition.site("A").get("Cs", 0.0)
    if composition.family != "ABX3" or lead < 0.5 or caesium < 0.5:
        return mean, sd, f"no {method} of this family is on record"
    return mean, sd, "" if published else f"no sizes of {method} are on record"


def _light(
    rows: Columns, compositions: list[Composition], mean: FloatArray, sd: FloatArray, lights: Lights
) -> Mixture:
    """PL peak [nm] as a mixture over sizes."""
    count, weight = len(_SIZES), np.exp(-0.5 * _SIZES**2)
    row = np.repeat(np.arange(len(rows)), count)
    size = 1e-9 * np.minimum(
        np.exp(mean[row] + sd[row] * np.tile(_SIZES, len(rows))), _LARGEST_BULK
    )
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


def shapes_of(
    columns: Columns, compositions: list[Composition], size: FloatArray
) -> tuple[list[str], list[str | None]]:
    """Most probable shape, and the compound that holds most of the lead, by the mechanism."""
    shapes = []
    for i in range(len(columns)):
        shape = SHAPES[int(probabilities(_conditions(columns, i), draws=0)[0].argmax())]
        cold = not columns.temperature[i] > _COLD
        if shape == "cube" and size[i] < _THIN and cold and columns.method[i] != "hot_injection":
            shape = "platelet"
        shapes.append(shape)
    return shapes, _phases(columns, compositions)


def _phases(columns: Columns, compositions: list[Composition]) -> list[str | None]:
    """Compound that holds most of the crystallised lead; None where that is not modelled."""
    found: list[str | None] = [None] * len(columns)
    which = np.array([is_modelled(c) for c in compositions], dtype=bool)
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
    best = at_a_glance(totals, warm).argmax(axis=1)
    for i, k in zip(np.flatnonzero(which), best, strict=True):
        found[i] = formula_of(COMPOUNDS[k], compositions[i])
    return found


def _conditions(columns: Columns, i: int) -> Conditions:
    usual = USUAL[str(columns.method[i])]

    def stated(value: float, otherwise: float) -> float:
        return float(value) if value > 0.0 else otherwise

    lead = stated(columns.lead[i], usual.lead[0] * 1e-3)
    acid = stated(columns.acid[i], usual.acid[0] * lead)
    amine = stated(columns.amine[i], usual.amine[0] * lead)
    temperature = stated(columns.temperature[i], usual.temperature[0] + 273.15)
    return Conditions(
        temperature,
        usual.chain[0] if columns.amine[i] != columns.amine[i] else 18.0,
        amine / max(acid, 1e-12),
        (acid + amine) / lead,
        caesium_lead=stated(columns.caesium[i], usual.caesium[0] * lead) / lead,
    )
