"""Named sets of ionic radii, read from the materials tables; a radius not listed stays unknown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from ..core.sourced import Sourced
from ..library.schema import declared
from ..library.tables import table
from .composition import Composition

SHANNON = "10.1107/S0567739476001551"
# Coordination numbers of A, B and X. Twelve anions surround A in the ideal perovskite; in the
# tilted phases eight are near.
SETS: dict[str, tuple[str, str, str]] = {
    "shannon_xii_vi": ("XII", "VI", "VI"),
    "shannon_viii_vi": ("VIII", "VI", "VI"),
    "shannon_vi_vi": ("VI", "VI", "VI"),
}
REFERENCE_SET = "shannon_xii_vi"
_ANY = ("effective_radius", "ionic_radius_CN6_used")
_ANGSTROM = 1e-10
# The table states for Sn2+ that 1.10 to 1.18 Å are in use.
_IN_USE = re.compile(r"(\d\.\d+)-(\d\.\d+) A in use")


@dataclass(frozen=True, slots=True)
class Radii:
    """Mean radii of the three sites of a composition in one set [m]."""

    a: Sourced
    b: Sourced
    x: Sourced

    def corners(self) -> list[tuple[float, float, float]]:
        """All combinations of the ends of the three intervals."""
        return list(product(_ends(self.a), _ends(self.b), _ends(self.x)))


def _ends(q: Sourced) -> tuple[float, ...]:
    return tuple(v for v in (q.value, q.low, q.high) if v is not None)


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, int, str], Sourced]:
    """Radii by (species, charge, coordination); "" is any coordination."""
    found: dict[tuple[str, int, str], Sourced] = {}
    for row in table("ionic_radii"):
        quantity = row["quantity"]
        if not quantity.startswith(("shannon_radius", *_ANY)) or row["note"] == "Low Spin":
            continue  # halides are weak ligands: Mn stays high spin
        coordination = "" if quantity in _ANY else quantity.rsplit("_", 1)[1]
        key = (row["material"], int(row["shape"].split()[1]), coordination)
        found[key] = _radius(row)
    return found


def _radius(row: dict[str, str]) -> Sourced:
    value, source = float(row["value"]) * _ANGSTROM, (row["source_doi"].split(" ")[0],)
    used = _IN_USE.search(row["note"])
    if used:
        low, high = (float(x) * _ANGSTROM for x in used.groups())
        return Sourced(value, "m", low, high, "assumed", (), row["note"])
    if row["confidence"] == "remembered":
        width = 1.0 + declared("ionic_radius").width
        return Sourced(value, "m", value / width, value * width, "assumed", source, "unverified")
    return Sourced(value, "m", None, None, "sourced", source)


def ion_radius(symbol: str, charge: int, coordination: str) -> Sourced:
    """Return the radius of an ion [m], unknown where no table lists it.

    Parameters
    ----------
    symbol, charge
        Species and oxidation state.
    coordination
        Roman numeral; a radius listed without coordination serves any.

    Examples
    --------
    >>> round(float(ion_radius("Pb", 2, "VI")) * 1e10, 3)
    1.19
    """
    for key in ((symbol, charge, coordination), (symbol, charge, "")):
        if key in _table():
            return _table()[key]
    ion = f"{symbol}{abs(charge)}{'+' if charge > 0 else '-'}"
    return Sourced.unknown("m", f"no radius of {ion} with coordination {coordination} is listed")


def site_radius(composition: Composition, roles: tuple[str, ...], coordination: str) -> Sourced:
    """Return the radius of a site [m], the mean over its species; unknown if one is unknown."""
    states = dict(composition.oxidation)
    shares = [(s, x) for role in roles for s, x in composition.site(role).items()]
    total = sum(x for _, x in shares)
    parts = [(x / total, ion_radius(s, states[s], coordination)) for s, x in shares]
    for _, r in parts:
        if not r.is_known:
            return r
    value = sum(x * float(r) for x, r in parts)
    sources = tuple(dict.fromkeys(s for _, r in parts for s in r.sources))
    if all(r.low is None for _, r in parts):
        return Sourced(value, "m", None, None, "sourced", sources)
    low = sum(x * (float(r) if r.low is None else r.low) for x, r in parts)
    high = sum(x * (float(r) if r.high is None else r.high) for x, r in parts)
    notes = tuple(dict.fromkeys(r.note for _, r in parts if r.note))
    return Sourced(value, "m", low, high, "assumed", sources, "; ".join(notes))


def radii(composition: Composition, name: str = REFERENCE_SET) -> Radii:
    """Return the site radii of `composition` in the set `name` of `SETS`."""
    a, b, x = SETS[name]
    return Radii(
        site_radius(composition, ("A",), a),
        site_radius(composition, ("B", "B'"), b),
        site_radius(composition, ("X",), x),
    )
