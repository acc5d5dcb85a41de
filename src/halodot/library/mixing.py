"""Mixed compositions: linear in the end members, gap and its slope in temperature with bowing.

``q(x) = sum_i x_i q_i - sum_{i<j} b_ij x_i x_j`` with a bowing ``b`` for the gap and for its slope
in temperature only (Vegard's law for the lattice constant and everything else). A few guests on
the lead site whose pure compound is no perovskite at hand (Zn, Cd, Mn, Mg ...) count as host plus
a shift in proportion to their share. Range: solid solutions of one phase; a miscibility gap or a
change of phase is not seen (`remarks` names what is known). Expected accuracy: 0.01 eV per 0.05 eV
of bowing at equal parts. Reference: Vegard 1921, 10.1007/BF01349680.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations

from ..core.errors import InputError
from ..core.sourced import Sourced
from .loader import Library
from .schema import declared

# Quantity to the name of its bowing and half the interval where no bowing is at hand.
_BOWED = {"band_gap": ("gap_bowing", 0.5), "gap_temperature_slope": ("slope_bowing", 2e-4)}
_GUEST = {"band_gap": "gap_guest_shift", "lattice_constant": "lattice_guest_shift"}
HOST = "Pb"
GUEST_LIMIT = 0.1
TOLERANCE = 1e-3

Term = tuple[float, Sourced]


def mix(
    lib: Library,
    fractions: Mapping[str, float],
    quantity: str,
    of: Callable[[str], Sourced] | None = None,
) -> Sourced:
    """Return `quantity` of a mixture of perovskite end members.

    Parameters
    ----------
    lib
        The library.
    fractions
        Name of each end member to its mole fraction [1]; they add up to 1.
    quantity
        Name of a numeric quantity of the library.
    of
        Value of an end member by its name, where it is not to be taken as the library has it (a
        gap at another temperature).

    Returns
    -------
    Sourced
        The ends of the interval mix as the values do, that is the end members are taken as wrong
        in the same direction, and bowings independently of them; unknown where an end member with
        a share is unknown, unless it is a guest on the lead site with a share of at most 0.1.

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
    terms = _terms(lib, fractions, quantity, of)
    if isinstance(terms, Sourced):
        return terms
    members, others = terms
    if len(members) == 1 and not others:
        return members[0][1]
    return _weighted(members, others, declared(quantity).unit, quantity)


def difference(
    lib: Library,
    first: Mapping[str, float],
    second: Mapping[str, float],
    quantity: str,
    of: Callable[[str], Sourced] | None = None,
) -> Sourced:
    """Return `quantity` of the mixture `first` minus that of `second`; see `mix`.

    What both share cancels with its error; the errors of the rest are independent.

    Examples
    --------
    >>> lib = Library.builtin()
    >>> d = difference(lib, {"CsPbBr3": 0.9, "CsPbCl3": 0.1}, {"CsPbBr3": 1.0}, "band_gap")
    >>> round(d.value, 3), d.high - d.low < 0.1
    (0.068, True)
    """
    unit = declared(quantity).unit
    total: dict[Sourced, float] = {}
    for sign, fractions in ((1.0, first), (-1.0, second)):
        terms = _terms(lib, fractions, quantity, of)
        if isinstance(terms, Sourced):
            return Sourced.unknown(unit, terms.note)
        for weight, q in (*terms[0], *terms[1]):
            total[q] = total.get(q, 0.0) + sign * weight
    down = up = 0.0
    for q, weight in total.items():
        below, above = _sides(weight, q)
        down, up = math.hypot(down, below), math.hypot(up, above)
    value = sum(weight * float(q) for q, weight in total.items())
    sources = tuple(dict.fromkeys(s for q, weight in total.items() if weight for s in q.sources))
    return Sourced(value, unit, value - down, value + up, "computed", sources)


def bowing(lib: Library, fractions: Mapping[str, float], quantity: str) -> Sourced:
    """Return what bowing adds to the linear mixture of `quantity`: ``-sum x_i x_j b_ij``.

    Examples
    --------
    >>> bowing(Library.builtin(), {"CsPbBr3": 1.0}, "band_gap").value
    0.0
    """
    share, _ = hosted(lib, fractions)
    value = low = high = 0.0
    for a, b in combinations(share, 2):
        q, weight = _bowing(lib, a, b, quantity), share[a] * share[b]
        value -= weight * float(q)
        low -= weight * float(q if q.high is None else q.high)
        high -= weight * float(q if q.low is None else q.low)
    return Sourced(value, declared(quantity).unit, low, high, "computed")


def _terms(
    lib: Library,
    fractions: Mapping[str, float],
    quantity: str,
    of: Callable[[str], Sourced] | None,
) -> tuple[list[Term], list[Term]] | Sourced:
    """Terms that add up to `quantity`: of end members, of pairs and guests; or what is unknown."""
    unit = declared(quantity).unit
    share, guests = hosted(lib, fractions)
    members: list[Term] = []
    others: list[Term] = []
    for name, x in share.items():
        q = of(name) if of is not None else end_member(lib, name, quantity)
        if not q.is_known:
            return Sourced.unknown(unit, q.note)
        members.append((x, q))
    if sum(guests.values()) > GUEST_LIMIT:
        return Sourced.unknown(unit, _too_many(guests))
    if quantity in _BOWED:
        for a, b in combinations(share, 2):
            others.append((-share[a] * share[b], _bowing(lib, a, b, quantity)))
    if quantity in _GUEST:
        shift = _GUEST[quantity]
        others += [(x, lib.entry("alloy", f"{HOST}-{g}").require(shift)) for g, x in guests.items()]
    return members, others


def remarks(lib: Library, fractions: Mapping[str, float]) -> tuple[str, ...]:
    """Return what a mixture of `fractions` rests on and what is known against it.

    Examples
    --------
    >>> remarks(Library.builtin(), {"CsPbCl3": 0.5, "CsPbI3": 0.5})[0].split(":")[0]
    'CsPbCl3 and CsPbI3 hardly mix'
    """
    share, guests = hosted(lib, fractions)
    notes: list[str] = []
    for a, b in combinations(sorted(share), 2):
        if _alloy_text(lib, a, b, "miscibility") == "poor":
            notes.append(f"{a} and {b} hardly mix: the values hold for a solid solution, if any")
        bowing = _bowing(lib, a, b, "band_gap")
        if min(share[a], share[b]) > 0.0 and bowing.basis == "assumed":
            notes.append(f"bowing of {a} with {b} is assumed: {bowing.note}")
    for guest, x in guests.items():
        shift = lib.entry("alloy", f"{HOST}-{guest}").quantity("gap_guest_shift")
        notes.append(f"{x:.3g} {guest} on the {HOST} site as a shift of the host: {shift.note}")
    return tuple(notes)


def _shares(fractions: Mapping[str, float]) -> dict[str, float]:
    total = sum(fractions.values())
    if any(x < 0.0 for x in fractions.values()) or abs(total - 1.0) > TOLERANCE:
        raise InputError("fractions", dict(fractions), "fractions >= 0 that add up to 1")
    return {name: x / total for name, x in fractions.items() if x > 0.0}


def hosted(
    lib: Library, fractions: Mapping[str, float]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the shares with guests counted as their host, and the guests by symbol.

    Examples
    --------
    >>> hosted(Library.builtin(), {"CsPbBr3": 0.75, "CsZnBr3": 0.25})
    ({'CsPbBr3': 1.0}, {'Zn': 0.25})
    """
    share = _shares(fractions)
    hosts: dict[str, float] = {}
    guests: dict[str, float] = {}
    known = lib.names("perovskite")
    for name, x in share.items():
        found = None if name in known else next(_guests(lib, name), None)
        host = name
        if found is not None:
            guest, host = found
            guests[guest] = guests.get(guest, 0.0) + x
        hosts[host] = hosts.get(host, 0.0) + x
    return hosts, guests


def _guests(lib: Library, name: str) -> Iterator[tuple[str, str]]:
    """Guest and host of the end member `name`, where the library knows both."""
    for alloy in lib.names("alloy"):
        host, _, guest = alloy.partition("-")
        if host == HOST and guest in name and name.replace(guest, HOST) in lib.names("perovskite"):
            yield guest, name.replace(guest, HOST)


def _too_many(guests: Mapping[str, float]) -> str:
    total, names = sum(guests.values()), ", ".join(guests)
    return (
        f"{total:.3g} of the {HOST} site is {names}: the pure compound is not in the library and a "
        f"shift in proportion holds for at most {GUEST_LIMIT:g}"
    )


def end_member(lib: Library, name: str, quantity: str) -> Sourced:
    """Return `quantity` of the perovskite `name`, unknown where the library has no such one."""
    if name not in lib.names("perovskite"):
        unit = declared(quantity).unit
        return Sourced.unknown(unit, f"the library has no perovskite {name}")
    return lib.entry("perovskite", name).quantity(quantity)


def _alloy_text(lib: Library, first: str, second: str, name: str) -> str:
    alloy = "-".join(sorted((first, second)))
    return lib.entry("alloy", alloy).text(name) if alloy in lib.names("alloy") else ""


def _bowing(lib: Library, first: str, second: str, quantity: str) -> Sourced:
    """Bowing of a pair; zero with a wide interval where the library has none."""
    bowing, half = _BOWED[quantity]
    name = "-".join(sorted((first, second)))
    if name in lib.names("alloy") and lib.entry("alloy", name).has(bowing):
        return lib.entry("alloy", name).require(bowing)
    why = f"no bowing of {first} with {second} at hand"
    return Sourced(0.0, declared(bowing).unit, -half, half, "assumed", (), why)


def _weighted(members: list[Term], others: list[Term], unit: str, quantity: str) -> Sourced:
    """Sum of the terms; end members err together, bowings and guests on their own."""
    terms = members + others
    value = sum(weight * float(q) for weight, q in terms)
    sides = [_sides(weight, q) for weight, q in members]
    down, up = (sum(side[i] for side in sides) for i in (0, 1))
    for term in others:
        down, up = (math.hypot(a, b) for a, b in zip((down, up), _sides(*term), strict=True))
    sources = tuple(dict.fromkeys(s for _, q in terms for s in q.sources))
    law = "linear in composition" + (" with bowing" if quantity in _BOWED else "")
    worst = ", an end member is assumed" if any(q.basis == "assumed" for _, q in terms) else ""
    bounds = declared(quantity)
    low, high = max(value - down, bounds.low), min(value + up, bounds.high)
    return Sourced(value, unit, low, high, "computed", sources, law + worst)


def _sides(weight: float, q: Sourced) -> tuple[float, float]:
    """How far a term may lie below and above its value."""
    low, high = (float(q) if end is None else end for end in (q.low, q.high))
    below, above = sorted((weight * (low - float(q)), weight * (high - float(q))))
    return -below, above
