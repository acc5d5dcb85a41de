"""Tolerance factors of Goldschmidt and Bartel and the octahedral factor.

``t = (r_A + r_X) / (sqrt(2) (r_B + r_X))``, ``mu = r_B / r_X``,
``tau = r_X / r_B - n_A (n_A - (r_A / r_B) / ln(r_A / r_B))``.

Range: three-dimensional corner-sharing networks (ABX3, A2BB'X6, and A2BX6 with every second B
absent). For A3B2X9, A4BX6 and AB2X5 the numbers are formal: they describe the ABX3 of the same
ions. Expected accuracy: which set of radii is meant moves t by 0.03 to 0.06; tau below 4.18 marked
perovskites in 92 % of 576 compounds.

References: Goldschmidt 1926, 10.1007/BF01507527; Bartel et al. 2019, 10.1126/sciadv.aav0693.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ..core.sourced import Sourced, computed
from ..library import Library
from .composition import Composition, parse
from .radii import REFERENCE_SET, SETS, radii

Factor = Callable[[float, float, float], float]
NETWORKS = ("ABX3", "A2BX6", "A2BB'X6")
PRINTED = ("CsPbBr3", "CsPbI3")


def goldschmidt(a: float, b: float, x: float) -> float:
    """Return the tolerance factor [1] of radii `a`, `b`, `x` (one unit for all).

    >>> round(goldschmidt(1.88, 1.19, 1.96), 3)
    0.862
    """
    return (a + x) / (math.sqrt(2.0) * (b + x))


def octahedral(a: float, b: float, x: float) -> float:  # noqa: ARG001 - one form for all factors
    """Return the octahedral factor r_B / r_X [1].

    >>> round(octahedral(1.88, 1.19, 1.96), 3)
    0.607
    """
    return b / x


def bartel(a: float, b: float, x: float, charge: int = 1) -> float:
    """Return Bartel's tau [1]; infinite where r_A equals r_B.

    Parameters
    ----------
    a, b, x
        Radii, one unit for all.
    charge
        Oxidation state n_A of the A cation.

    Examples
    --------
    >>> round(bartel(1.88, 1.19, 1.96), 2)
    4.1
    """
    ratio = a / b
    if ratio == 1.0:
        return math.inf
    return x / b - charge * (charge - ratio / math.log(ratio))


FACTORS: dict[str, Factor] = {
    "tolerance_factor": goldschmidt,
    "octahedral_factor": octahedral,
    "bartel_tau": bartel,
}


def factor(composition: Composition, name: str, radius_set: str = REFERENCE_SET) -> Sourced:
    """Return one factor in one set of radii, unknown where a radius is not listed.

    Parameters
    ----------
    composition
        Parsed formula.
    name
        "tolerance_factor", "octahedral_factor" or "bartel_tau".
    radius_set
        Name in `halodot.crystal.radii.SETS`.

    Examples
    --------
    >>> round(float(factor(parse("CsPbI3"), "tolerance_factor")), 3)
    0.851
    """
    r = radii(composition, radius_set)
    for q in (r.a, r.b, r.x):
        if not q.is_known:
            return Sourced.unknown("1", q.note)
    compute = FACTORS[name]
    value = compute(float(r.a), float(r.b), float(r.x))
    if not math.isfinite(value):
        return Sourced.unknown("1", "not defined where the A and B radii are equal")
    ends = [compute(*corner) for corner in r.corners()]
    low, high = (min(ends), max(ends)) if len(ends) > 1 else (None, None)
    sources = tuple(dict.fromkeys(s for q in (r.a, r.b, r.x) for s in q.sources))
    notes = tuple(dict.fromkeys(q.note for q in (r.a, r.b, r.x) if q.note))
    return computed(value, "1", low, high, sources, "; ".join(notes))


def factor_over_sets(composition: Composition, name: str) -> Sourced:
    """Return one factor in the reference set with an interval that spans all named sets."""
    by_set = {s: factor(composition, name, s) for s in SETS}
    known = [q for q in by_set.values() if q.is_known]
    if not known:
        return by_set[REFERENCE_SET]
    value = by_set[REFERENCE_SET] if by_set[REFERENCE_SET].is_known else known[0]
    ends = [x for q in known for x in (q.value, q.low, q.high) if x is not None]
    note = "interval spans the named sets of radii"
    if composition.family not in NETWORKS:
        note += "; formal, the octahedra of this family do not share all corners"
    return computed(float(value), "1", min(ends), max(ends), value.sources, note)


def printed(lib: Library, composition: Composition) -> Sourced:
    """Return the tolerance factor that the review prints, unknown for most formulas."""
    name = composition.host.formula
    entry = lib.entry("perovskite", name) if name in lib.names("perovskite") else None
    if entry is None or not entry.has("tolerance_factor_printed"):
        return Sourced.unknown("1", f"the review prints none for {name}")
    return entry.quantity("tolerance_factor_printed")


def nearest_set(lib: Library, composition: Composition) -> tuple[str, float] | None:
    """Return the set nearest to the printed factor and computed minus printed, None if none."""
    stated = printed(lib, composition)
    if not stated.is_known:
        return None
    distance = {
        s: float(q) - float(stated)
        for s in SETS
        if (q := factor(composition, "tolerance_factor", s)).is_known
    }
    if not distance:
        return None
    best = min(distance, key=lambda s: abs(distance[s]))
    return best, distance[best]


def sets_that_give_printed(lib: Library) -> tuple[str, ...]:
    """Return the sets that give every printed factor to the digits printed; none at present.

    >>> sets_that_give_printed(Library.builtin())
    ()
    """
    return tuple(s for s in SETS if all(_agrees(lib, parse(f), s) for f in PRINTED))


def _agrees(lib: Library, composition: Composition, radius_set: str) -> bool:
    stated, q = printed(lib, composition), factor(composition, "tolerance_factor", radius_set)
    if stated.low is None or stated.high is None or not q.is_known:
        return False
    return stated.low <= float(q) <= stated.high
