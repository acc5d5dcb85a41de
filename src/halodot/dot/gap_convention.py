"""One convention for gaps that were measured in many: the quasiparticle gap at one temperature.

A library gap is of a kind (quasiparticle, or optical: the exciton's binding energy is missing),
of a temperature and of a phase. ``E(T) = E_lib + [optical] E_b + shift(T_lib -> T)`` for every end
member, then mixed with the bowing of the gap (that at 300 K) and of its slope. What is not known
of the binding or of the slope is a prior that the note names.

Range: ABX3 with Wannier-Mott excitons; elsewhere E_b is no hydrogenic number, and only the kind
that was measured is known. A gap that the user gives without kind and temperature is taken as the
quasiparticle gap at the temperature asked for. A change of phase between the two temperatures is
left out. Expected accuracy: 0.03 eV on top of that of the bulk gap.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from ..core.sourced import Sourced, assumed
from ..crystal.composition import parse
from ..library import Library
from ..library.entry import Entry
from ..library.mixing import bowing, end_member, mix
from .gap_temperature import gap_shift

OPTICAL = "optical"
DIRECT, INDIRECT = "direct", "indirect"
# Binding energy over gap of lead halides: 0.9 % (CsPbI3) to 2.1 % (CsPbCl3).
_BINDING_SHARE = (0.012, 0.004, 0.03)
SLOPE = assumed(2e-4, "eV/K", -2e-4, 5e-4, "assumed: as in lead bromides and iodides")
PHONON = assumed(0.016, "eV", 0.008, 0.03, "assumed: range of lead halides")
ROOM = 300.0


def gap_at(
    library: Library,
    members: Mapping[str, float],
    temperature: float = ROOM,
    kind: str = "quasiparticle",
) -> Sourced:
    """Return the bulk gap of a mixture in one convention [eV], unknown with its reason.

    Parameters
    ----------
    library
        Where the gaps and their conventions come from.
    members
        End members with their shares, as `Composition.end_members` gives them.
    temperature
        Of the lattice [K].
    kind
        "quasiparticle", or "optical" for the energy of the bulk exciton.

    Examples
    --------
    >>> lib = Library.builtin()
    >>> gaps = [gap_at(lib, {"MAPbI3": 1.0}, 300.0, k) for k in ("optical", "quasiparticle")]
    >>> [round(float(g), 3) for g in gaps]
    [1.55, 1.566]
    """
    mixed = mix(
        library, members, "band_gap", of=lambda n: member_gap(library, n, temperature, kind)
    )
    extra = _bowed(library, members, temperature)
    return mixed if not (mixed.is_known and extra.value) else _joined(mixed, extra)


def _bowed(library: Library, members: Mapping[str, float], temperature: float) -> Sourced:
    """What the bowing of the slope adds to the gap away from room temperature [eV]."""
    phonon = mix(library, members, "phonon_energy")
    energy = float(phonon if phonon.is_known else PHONON)
    unit = float(gap_shift(1.0, energy, ROOM, temperature))
    return _times(unit, bowing(library, members, "gap_temperature_slope"))


def _times(factor: float, slope: Sourced) -> Sourced:
    ends = sorted(factor * float(slope if s is None else s) for s in (slope.low, slope.high))
    return replace(slope, value=factor * float(slope), unit="eV", low=ends[0], high=ends[1])


def _joined(mixed: Sourced, extra: Sourced) -> Sourced:
    joined = _summed([(1.0, mixed), (1.0, extra)], mixed)
    return replace(joined, note=mixed.note, sources=mixed.sources)


def member_gap(
    library: Library, name: str, temperature: float = ROOM, kind: str = "quasiparticle"
) -> Sourced:
    """Return the gap of one end member in one convention [eV]; see `gap_at`."""
    gap = end_member(library, name, "band_gap")
    if not gap.is_known:
        return gap
    entry = library.entry("perovskite", name)
    steps: list[tuple[float, Sourced]] = [(1.0, gap)]
    said = entry.text("band_gap_kind") if _is_stated(entry, "band_gap_kind") else ""
    if not said and _is_own(entry, "band_gap") and parse(name).family == "ABX3":
        said = "quasiparticle"  # what the schema says that a band gap is
    if said and (said == OPTICAL) != (kind == OPTICAL):
        if parse(name).family != "ABX3" or entry.text("exciton_character") == "localised":
            return Sourced.unknown("eV", _not_hydrogenic(name, gap, said))
        steps.append((1.0 if said == OPTICAL else -1.0, _binding(library, name, gap)))
    steps.append((1.0, _thermal(entry, temperature)))
    return _summed(steps, gap)


@lru_cache(maxsize=1)
def _shipped() -> frozenset[str]:
    """Where the rows stand that ship with the package."""
    return frozenset(row.where for row in Library.builtin().rows)


def _is_own(entry: Entry, name: str) -> bool:
    """Whether the user gave this value."""
    return any(row.where not in _shipped() for row in entry.rows[name])


def _is_stated(entry: Entry, name: str) -> bool:
    """Whether `name` speaks of the gap in use: that of the library does not of a user's gap."""
    return name in entry.rows and (_is_own(entry, name) or not _is_own(entry, "band_gap"))


def _not_hydrogenic(name: str, gap: Sourced, kind: str) -> str:
    return (
        f"only the {kind} gap of bulk {name} is known ({float(gap):.3g} eV); its exciton is no "
        "Wannier-Mott exciton of known binding energy, so the other kind does not follow from it"
    )


def _binding(library: Library, name: str, gap: Sourced) -> Sourced:
    known = end_member(library, name, "exciton_binding_energy")
    if known.is_known:
        return known
    value, low, high = (share * float(gap) for share in _BINDING_SHARE)
    why = f"binding energy of {name} assumed: 0.4 to 3 % of the gap, as in lead halides"
    return assumed(value, "eV", low, high, why)


def _thermal(entry: Entry, temperature: float) -> Sourced:
    """Shift of the gap from the temperature at which it is known [eV]."""
    if _is_own(entry, "band_gap") and not _is_stated(entry, "band_gap_temperature"):
        return Sourced(0.0, "eV", 0.0, 0.0, "given")
    if not entry.has("band_gap_temperature"):
        why = f"temperature of the gap of {entry.name} not stated"
        return assumed(0.0, "eV", -0.05, 0.05, why)
    start = entry.quantity("band_gap_temperature")
    slope, phonon = entry.quantity("gap_temperature_slope"), entry.quantity("phonon_energy")
    slope = slope if slope.is_known else SLOPE
    phonon = phonon if phonon.is_known else PHONON
    starts = [float(start), *(t for t in (start.low, start.high) if t is not None)]
    units = [float(gap_shift(1.0, float(phonon), t, temperature)) for t in starts]
    shifts = [_times(unit, slope) for unit in units]
    ends = [float(e if e is not None else s) for s in shifts for e in (s.low, s.high)]
    return replace(shifts[0], low=min(ends), high=max(ends))


def _summed(steps: list[tuple[float, Sourced]], gap: Sourced) -> Sourced:
    """Sum of the steps, the sides of their intervals added in squares."""
    value = sum(sign * float(q) for sign, q in steps)
    down = up = 0.0
    for sign, q in steps:
        low = float(q) if q.low is None else q.low
        high = float(q) if q.high is None else q.high
        sides = (float(q) - low, high - float(q))
        down, up = (math.hypot(a, b) for a, b in zip((down, up), sides[:: int(sign)], strict=True))
    moved = [q for _, q in steps[1:] if float(q) or q.low]
    if not moved:
        return gap
    notes = "; ".join(dict.fromkeys(q.note for q in moved if q.note))
    sources = tuple(dict.fromkeys(s for _, q in steps for s in q.sources))
    note = "brought to one convention" + (f" ({notes})" if notes else "")
    return Sourced(value, "eV", value - down, value + up, "computed", sources, note)


def transition(library: Library, members: Mapping[str, float]) -> str:
    """Return "direct", "indirect" or "" where it is not known of every end member.

    Examples
    --------
    >>> transition(Library.builtin(), {"Cs2AgBiBr6": 1.0})
    'indirect'
    """
    known = library.names("perovskite")
    kinds = {
        library.entry("perovskite", n).text("band_gap_transition") if n in known else ""
        for n in members
    }
    return kinds.pop() if len(kinds) == 1 else ""
