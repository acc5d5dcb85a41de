"""What is wrong or doubtful about rows before anything is predicted: missing sources, volumes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..crystal.composition import Composition
from ..synthesis.columns import Columns

_HALIDES = ("Cl", "Br", "I")
_MAIN = 0.5  # share of a site that the table's salts must be able to fill
_SOURCE = 0.05  # share of a halide in the formula that needs a source
_APART = 0.03  # shares of halide in the formula and in the salts that count as the same
_FULL = 1.05  # of the volume: molar volumes of liquids are known to some percent


def problems(columns: Columns, compositions: list[Composition]) -> NDArray[Any]:
    """Why a row cannot give its dots at all; empty where it can, or states no amounts."""
    why = np.full(len(columns), "", dtype=object)
    some = (columns.lead > 0.0) | (columns.caesium > 0.0)
    for i in np.flatnonzero(some):
        why[i] = _lacks(columns, int(i), compositions[i])
    full = columns.volume * _FULL < columns.antisolvent_volume  # False where it is not stated
    for i in np.flatnonzero(full & (why == "")):
        taken, volume = 1e6 * columns.antisolvent_volume[i], 1e6 * columns.volume[i]
        why[i] = (
            f"the antisolvent alone takes {taken:.3g} mL of volume_mL = {volume:.3g}, the total "
            "after every addition"
        )
    return why


def _lacks(columns: Columns, i: int, composition: Composition) -> str:
    site_a, site_b = composition.site("A"), composition.site("B")
    if site_a.get("Cs", 0.0) < _MAIN or site_b.get("Pb", 0.0) < _MAIN:
        formula = composition.host.formula
        return f"the columns hold salts of caesium and lead only: give {formula} as a recipe file"
    if not columns.lead[i] > 0.0:
        return "no lead salt has an amount: nothing can crystallise"
    if not columns.caesium[i] > 0.0:
        return "no caesium salt has an amount: nothing can crystallise"
    wanted = composition.site("X")
    for k, halide in enumerate(_HALIDES):
        if wanted.get(halide, 0.0) > _SOURCE and not columns.halides[i, k] > 0.0:
            return f"the composition holds {halide}, and no salt of the row brings it"
    return ""


def doubts(columns: Columns, compositions: list[Composition]) -> NDArray[Any]:
    """What a row says twice and differently; empty where nothing is."""
    note = np.full(len(columns), "", dtype=object)
    for i, composition in enumerate(compositions):
        wanted = composition.site("X")
        shares = [wanted.get(h, 0.0) for h in _HALIDES]
        if sum(shares) and np.abs(np.array(shares) - columns.halides[i]).max() > _APART:
            note[i] = "the salts bring other halides than the composition says: theirs are used; "
    return note


def as_salts(composition: Composition, halides: NDArray[np.float64]) -> str:
    """The formula with the halides of the salts, empty where they are those of the formula.

    >>> from halodot.crystal.composition import parse
    >>> as_salts(parse("CsPbBr3"), np.array([0.5, 0.5, 0.0]))
    'CsPb(Cl0.5000Br0.5000)3'
    """
    own = composition.site("X")
    shares = np.array([own.get(h, 0.0) for h in _HALIDES])
    same = shares.sum() == 0.0 or np.abs(shares - halides).max() < 1e-3
    if same or composition.family != "ABX3" or composition.host.formula.count("X"):
        return ""
    sites = [_site(composition.site(name)) for name in ("A", "B")]
    inner = [(h, x) for h, x in zip(_HALIDES, halides, strict=True) if x > 0.0]
    salt = inner[0][0] if len(inner) == 1 else f"({''.join(f'{h}{x:.4f}' for h, x in inner)})"
    return f"{sites[0]}{sites[1]}{salt}3"


def _site(site: dict[str, float]) -> str:
    if len(site) == 1:
        return next(iter(site))
    return "(" + "".join(f"{name}{share:.4g}" for name, share in site.items()) + ")"
