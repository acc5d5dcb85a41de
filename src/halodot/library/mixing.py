"""Mixed compositions: linear in the end members, the gap with bowing.

``q(x) = sum_i x_i q_i - sum_{i<j} b_ij x_i x_j`` with the bowing ``b`` for the gap only (Vegard's
law for the lattice constant). Range: solid solutions of one phase; a miscibility gap or a change
of phase is not seen. Expected accuracy: 0.01 eV per 0.05 eV of bowing at equal parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from ..core.errors import InputError
from ..core.sourced import Sourced
from .loader import Library
from .schema import declared

_BOWED = "band_gap"
TOLERANCE = 1e-3


def mix(lib: Library, fractions: Mapping[str, float], quantity: str) -> Sourced:
    """Return `quantity` of a mixture of perovskite end members.

    Parameters
    ----------
    lib
        The library.
    fractions
        Name of each end member to its mole fraction [1]; they add up to 1.
    quantity
        Name of a numeric quantity of the library.

    Returns
    -------
    Sourced
        The ends of the interval mix as the values do, that is the end members are taken as wrong
        in the same direction; unknown where an end member with a share is unknown.

    Raises
    ------
    InputError
        If the fractions do not add up to 1 within 0.001 or one is negative.

    Examples
    --------
    >>> gap = mix(Library.builtin(), {"CsPbBr3": 0.5, "CsPbCl3": 0.5}, "band_gap")
    >>> round(gap.value, 3)
    2.7
    """
    total = sum(fractions.values())
    if any(x < 0.0 for x in fractions.values()) or abs(total - 1.0) > TOLERANCE:
        raise InputError("fractions", dict(fractions), "fractions >= 0 that add up to 1")
    unit = declared(quantity).unit
    share = {name: x / total for name, x in fractions.items() if x > 0.0}
    parts: dict[str, Sourced] = {}
    for name in share:
        parts[name] = _end_member(lib, name, quantity, unit)
        if not parts[name].is_known:
            return Sourced.unknown(unit, parts[name].note)
    if len(parts) == 1:
        return next(iter(parts.values()))
    terms = [(share[name], q) for name, q in parts.items()]
    if quantity == _BOWED:
        terms += [(-share[a] * share[b], _bowing(lib, a, b)) for a, b in combinations(share, 2)]
    return _weighted(terms, unit, quantity)


def _end_member(lib: Library, name: str, quantity: str, unit: str) -> Sourced:
    if name not in lib.names("perovskite"):
        return Sourced.unknown(unit, f"the library has no perovskite {name}")
    return lib.entry("perovskite", name).quantity(quantity)


def _bowing(lib: Library, first: str, second: str) -> Sourced:
    """Bowing of a pair; zero with a wide interval where the library has none."""
    name = "-".join(sorted((first, second)))
    if name in lib.names("alloy"):
        return lib.entry("alloy", name).require("gap_bowing")
    why = f"no bowing of {first} with {second} at hand"
    return Sourced(0.0, "eV", -0.5, 0.5, "assumed", (), why)


def _weighted(terms: list[tuple[float, Sourced]], unit: str, quantity: str) -> Sourced:
    value = low = high = 0.0
    for weight, q in terms:
        v = float(q)
        ends = (v if q.low is None else q.low, v if q.high is None else q.high)
        value += weight * v
        low += weight * (ends[0] if weight > 0.0 else ends[1])
        high += weight * (ends[1] if weight > 0.0 else ends[0])
    sources = tuple(dict.fromkeys(s for _, q in terms for s in q.sources))
    law = "linear in composition" + (" with bowing" if quantity == _BOWED else "")
    worst = ", an end member is assumed" if any(q.basis == "assumed" for _, q in terms) else ""
    bounds = declared(quantity)
    low, high = max(low, bounds.low), min(high, bounds.high)
    return Sourced(value, unit, low, high, "computed", sources, law + worst)
