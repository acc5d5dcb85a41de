"""Lattice constants of every phase, mixed by Vegard's law.

A constant that the library does not list is scaled from the reference compound of its phase (the
same reduced shape, ``a_phase / a_alpha``), with an interval of 2 %; it is marked as assumed. The
delta phase is not scaled: its shape says nothing about other compounds. Cells: alpha Pm-3m, beta
P4/mbm (a = sqrt2 x pseudocubic), gamma Pbnm (a, b = sqrt2 x, c = 2 x), delta Pnma; double and
vacancy-ordered perovskites have the conventional face-centred cell, A4BX6 and A3B2X9 a hexagonal
one. Expected accuracy: 1 to 2 %; the temperatures at which the constants hold stand in the notes.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..core.sourced import Sourced
from ..library import Library
from .composition import Composition, parse

# Axes that have to be known, by phase.
AXES = {
    "alpha": ("a",),
    "beta": ("a", "c"),
    "gamma": ("a", "b", "c"),
    "delta": ("a", "b", "c"),
    "hexagonal": ("a", "c"),
}
PHASES_OF = {
    "ABX3": ("alpha", "beta", "gamma", "delta"),
    "A2BX6": ("alpha",),
    "A2BB'X6": ("alpha",),
    "A3B2X9": ("hexagonal",),
    "A4BX6": ("hexagonal",),
}
_SCALED_WIDTH = 0.02


def lattice_constants(composition: Composition, lib: Library) -> dict[str, Sourced]:
    """Return ``lattice_<axis>_<phase>`` [m] for every phase that the family has.

    Parameters
    ----------
    composition
        Parsed formula.
    lib
        The library.

    Examples
    --------
    >>> found = lattice_constants(parse("CsPbI3"), Library.builtin())
    >>> round(float(found["lattice_c_gamma"]) * 1e10, 3)
    12.501
    """
    found = {}
    for phase in PHASES_OF.get(composition.family, ()):
        for axis in AXES[phase]:
            name = f"lattice_{axis}_{phase}"
            members = composition.end_members
            parts = {m: _pure(m, axis, phase, lib) for m in members}
            found[name] = _vegard(members, parts)
    return found


def _pure(formula: str, axis: str, phase: str, lib: Library) -> Sourced:
    """One lattice constant of a pure compound: listed, or scaled from its cubic cell."""
    name = f"lattice_{axis}_{phase}"
    if formula not in lib.names("perovskite"):
        return Sourced.unknown("m", f"the library has no perovskite {formula}")
    entry = lib.entry("perovskite", formula)
    if entry.has(name):
        return entry.quantity(name)
    if phase == "alpha":
        return entry.quantity("lattice_constant")
    if phase not in ("beta", "gamma"):
        return Sourced.unknown("m", f"the library has no {phase} cell of {formula}")
    return _scaled(formula, axis, phase, lib)


def _reference(formula: str, phase: str) -> str:
    """Compound whose cell is listed and whose tilts should be nearest."""
    iodide = "I" in parse(formula).site("X")
    return "CsPbI3" if iodide or phase == "beta" else "CsPbBr3"


def _scaled(formula: str, axis: str, phase: str, lib: Library) -> Sourced:
    reference = _reference(formula, phase)
    model = lib.entry("perovskite", reference)
    own, theirs = (_pure(f, "a", "alpha", lib) for f in (formula, reference))
    if not own.is_known:
        return own
    known = model.quantity(f"lattice_{axis}_{phase}")
    if not (known.is_known and theirs.is_known):
        return Sourced.unknown("m", f"no {phase} cell to scale that of {formula} from")
    value = float(own) * float(known) / float(theirs)
    ends = (value / (1.0 + _SCALED_WIDTH), value * (1.0 + _SCALED_WIDTH))
    sources = tuple(dict.fromkeys((*own.sources, *known.sources)))
    note = f"cubic cell with the reduced shape of {phase} {reference}, should it take this phase"
    return Sourced(value, "m", *ends, "assumed", sources, note)


def _vegard(shares: Mapping[str, float], parts: Mapping[str, Sourced]) -> Sourced:
    """Mean of the end members; their errors taken as common."""
    for q in parts.values():
        if not q.is_known:
            return q
    if len(parts) == 1:
        return next(iter(parts.values()))
    value = low = high = 0.0
    for member, q in parts.items():
        share, v = shares[member], float(q)
        value += share * v
        low += share * (v if q.low is None else q.low)
        high += share * (v if q.high is None else q.high)
    sources = tuple(dict.fromkeys(s for q in parts.values() for s in q.sources))
    assumed = any(q.basis == "assumed" for q in parts.values())
    note = "linear in composition (Vegard)" + (", an end member is assumed" if assumed else "")
    return Sourced(value, "m", low, high, "assumed" if assumed else "computed", sources, note)
