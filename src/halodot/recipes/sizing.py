"""Sizes of rows that no family claims, by the rules of `synthesis.sizes` of single recipes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.constants import Z90
from ..crystal.composition import Composition
from ..synthesis import hot_injection, sizes
from ..synthesis.columns import Columns
from ..synthesis.competing_phases import is_modelled
from ..synthesis.shape import CELSIUS, Conditions
from ..synthesis.usual import USUAL

FloatArray = NDArray[np.float64]

_OUTSIDE = 1.5  # on the deviation of ln size where nothing was published
_HALIDES = ("Cl", "Br", "I")


@dataclass
class Sizes:
    """Sizes of rows.

    Attributes
    ----------
    value, low, high
        [nm], each shape [rows]; NaN where there is a `problem`.
    known
        Whether published syntheses of this kind stand behind it.
    note, problem
        Texts; a problem is why there is no size.
    shape
        By row, where the reactor says it.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    known: NDArray[np.bool_]
    note: NDArray[Any]
    problem: NDArray[Any]
    shape: dict[int, str] = field(default_factory=dict)

    def at(self, z: FloatArray) -> FloatArray:
        """Sizes [nm] at `z` of a normal distribution of ln size, shape [rows, z]."""
        up, down = (np.log(e / self.value) / Z90 for e in (self.high, self.low))
        side = np.where(z > 0.0, up[:, None], -down[:, None])
        return np.asarray(self.value[:, None] * np.exp(side * z))


def of_rows(rows: Columns, compositions: list[Composition]) -> Sizes:
    """Return the size of every row."""
    count = len(rows)
    value, low, high = np.full((3, count), np.nan)
    known = np.zeros(count, dtype=bool)
    note, problem = (np.full(count, "", dtype=object) for _ in range(2))
    found = Sizes(value, low, high, known, note, problem)
    for i, composition in enumerate(compositions):
        if str(rows.method[i]) == "hot_injection":
            _injected(found, rows, i, composition)
        elif not _reactor(found, rows, i, composition):
            _window(found, rows, i, composition)
    return found


def _put(found: Sizes, i: int, mean: float, sd: float, outside: str) -> None:
    wide = _OUTSIDE * sd if outside else sd
    found.value[i], found.low[i], found.high[i] = sizes.bounded(mean, wide)
    found.note[i] += f"; outside the published syntheses: {outside}; " if outside else "; "


def _injected(found: Sizes, rows: Columns, i: int, composition: Composition) -> None:
    usual, warm = USUAL["hot_injection"].temperature, rows.temperature[i]
    unstated = bool(np.isnan(warm))
    temperature = float(usual[0] + CELSIUS if unstated else warm)
    width = (usual[2] - usual[1]) / (2.0 * Z90) if unstated else 0.0
    ratio = float(rows.halide_ratio[i]) if rows.lead[i] > 0.0 else None
    shares = dict(zip(_HALIDES, rows.halides[i], strict=True))
    mean, sd = sizes.injected(temperature, shares, ratio, temperature_sd=width)
    stay = 0.0 if np.isnan(rows.time[i]) else float(rows.time[i])
    outside = hot_injection.outside(composition, temperature, stay)
    found.note[i] = f"size regressed on {len(hot_injection.published())} published hot injections"
    found.known[i] = not outside
    _put(found, i, mean, sd, outside)


def _reactor(found: Sizes, rows: Columns, i: int, composition: Composition) -> bool:
    """Put in the size of a mill, a glass or a vapour; whether the method is one of them."""
    method = str(rows.method[i])
    if method in sizes.WINDOWS or not is_modelled(composition):
        return False
    usual, warm, time = USUAL[method], rows.temperature[i], rows.time[i]
    answer = sizes.of_reactor(
        method,
        composition.host.formula,
        float(usual.temperature[0] + CELSIUS if np.isnan(warm) else warm),
        float(usual.time[0] if np.isnan(time) else time),
        round(conditions(rows, i).ligand_lead, 2),
    )
    if answer is None:
        return False
    size = answer.size
    if size is None or size.low is None or size.high is None or not size.low > 0.0:
        found.problem[i] = answer.reason or f"the reactor of {method} gives no dots"
        return True
    found.value[i], found.low[i], found.high[i] = (
        1e9 * float(x) for x in (size, size.low, size.high)
    )
    found.shape[i] = answer.shape
    found.note[i] = f"size from the reactor of {method}: a prior alone; "
    return True


def _window(found: Sizes, rows: Columns, i: int, composition: Composition) -> None:
    method = str(rows.method[i])
    window = sizes.window(method)
    mean = 0.5 * np.log(window.low * window.high)
    sd = 0.5 * np.log(window.high / window.low) / Z90
    lead, caesium = composition.site("B").get("Pb", 0.0), composition.site("A").get("Cs", 0.0)
    outside = "" if window.published else f"no sizes of {method} are on record"
    if composition.family != "ABX3" or lead < 0.5 or caesium < 0.5:
        outside = f"no {method} of this family is on record"
    found.note[i] = f"size from the window reported for {method}: a prior alone"
    _put(found, i, float(mean), float(sd), outside)


def conditions(columns: Columns, i: int) -> Conditions:
    """What decides on the shape of row `i`, with what is usual for what it does not state."""
    usual = USUAL[str(columns.method[i])]

    def stated(value: float, otherwise: float) -> float:
        return float(value) if value > 0.0 else otherwise

    lead = stated(columns.lead[i], usual.lead[0] * 1e-3)
    acid = stated(columns.acid[i], usual.acid[0] * lead)
    amine = stated(columns.amine[i], usual.amine[0] * lead)
    return Conditions(
        stated(columns.temperature[i], usual.temperature[0] + CELSIUS),
        18.0 if columns.amine[i] > 0.0 else usual.chain[0],
        amine / max(acid, 1e-12),
        (acid + amine) / lead,
        caesium_lead=stated(columns.caesium[i], usual.caesium[0] * lead) / lead,
    )
