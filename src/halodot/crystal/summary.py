"""Everything that is known of a formula: as a hand-over object and as flat JSON."""

from __future__ import annotations

from typing import Any

from ..core.sourced import Sourced
from ..core.status import Status
from ..library import Entry, Library
from ..library.mixing import mix
from .composition import Composition, parse
from .limits import BARTEL_LIMIT
from .phases import Phase, crossover_size, phase_at
from .radii import REFERENCE_SET, SETS
from .state import Crystal
from .tolerance import (
    FACTORS,
    NETWORKS,
    PRINTED,
    factor,
    factor_over_sets,
    nearest_set,
    printed,
    sets_that_give_printed,
)

ROOM = 300.0
SEGREGATION = (
    "halides of bulk mixed compositions can separate under field or light; the review (Sec. 4.1) "
    "calls dots free of it, its reference 59 reports it in dots; no rate is at hand"
)


def characterise(formula: str, lib: Library | None = None) -> Crystal:
    """Return lattice and stability of `formula`.

    Parameters
    ----------
    formula
        For example ``CsPb(Br0.7Cl0.3)3``.
    lib
        Library; the built-in one if None.

    Raises
    ------
    InputError
        If the formula cannot be read.

    Examples
    --------
    >>> round(float(characterise("CsPbBr3").tolerance_factor), 3)
    0.862
    """
    lib = Library.builtin() if lib is None else lib
    composition = parse(formula)
    near = nearest_set(lib, composition)
    phase = _phase(lib, composition)
    over = {name: factor_over_sets(composition, name) for name in FACTORS}
    return Crystal(
        composition=composition,
        tolerance_factor=over["tolerance_factor"],
        octahedral_factor=over["octahedral_factor"],
        bartel_tau=over["bartel_tau"],
        printed=printed(lib, composition),
        lattice_constant=mix(lib, composition.end_members, "lattice_constant"),
        phase=phase.name,
        phase_reason=phase.reason,
        phase_sources=phase.sources,
        crossover_size=_crossover(lib, composition),
        by_set={n: {s: factor(composition, n, s) for s in SETS} for n in FACTORS},
        nearest_set=near[0] if near else "",
        nearest_difference=near[1] if near else None,
        status=Status.OK if composition.charge == 0.0 else Status.OUTSIDE_RANGE,
        notes=_notes(lib, composition),
    )


def _entry(lib: Library, composition: Composition) -> Entry | None:
    name = composition.host.formula
    return lib.entry("perovskite", name) if name in lib.names("perovskite") else None


def _phase(lib: Library, composition: Composition) -> Phase:
    """Phase of the bulk at 300 K."""
    if composition.is_mixed:
        return Phase("", "the phase of a mixed composition at 300 K is not in the library")
    entry = _entry(lib, composition)
    if entry is None:
        return Phase("", f"the library has no perovskite {composition.host.formula}")
    return phase_at(entry, ROOM)


def _crossover(lib: Library, composition: Composition) -> Sourced:
    """Cube edge at 300 K below which the perovskite beats the delta phase."""
    entry = _entry(lib, composition)
    if entry is None:
        reason = f"no free energies of the phases of {composition.host.formula} at hand"
        return Sourced.unknown("m", reason)
    return crossover_size(entry, ROOM)


def _notes(lib: Library, composition: Composition) -> tuple[str, ...]:
    notes = []
    if composition.charge != 0.0:
        notes.append(f"not neutral: {composition.charge:+.3g} charges a formula unit")
    if composition.family not in NETWORKS:
        notes.append("tolerance factors are formal for this family (no corner-sharing network)")
    if printed(lib, composition).is_known:
        agreeing = sets_that_give_printed(lib)
        pair = " and ".join(PRINTED)
        notes.append(
            f"the printed tolerance factors of {pair} follow from {', '.join(agreeing)}"
            if agreeing
            else f"no named set of radii gives the printed tolerance factors of {pair}"
        )
    if len(composition.site("X")) > 1:
        notes.append(SEGREGATION)
    if composition.dopants:
        notes.append("dopants do not enter the factors, the lattice constant and the molar mass")
    return tuple(notes)


def describe(formula: str, lib: Library | None = None) -> dict[str, Any]:
    """Return what is known of `formula` as one flat dictionary for JSON.

    Parameters
    ----------
    formula, lib
        As for `characterise`.

    Raises
    ------
    InputError
        If the formula cannot be read.

    Examples
    --------
    >>> describe("Cs2AgBiBr6")["family"]
    "A2BB'X6"
    """
    c = characterise(formula, lib)
    body: dict[str, Any] = {
        "formula": c.composition.formula,
        "family": c.composition.family,
        "sites": {role: dict(site) for role, site in c.composition.sites},
        "dopants": {d.symbol: d.fraction for d in c.composition.dopants},
        "oxidation_states": dict(c.composition.oxidation),
        "charge_balanced": c.composition.charge == 0.0,
        "tolerance_factor": c.tolerance_factor.to_json(),
        "octahedral_factor": c.octahedral_factor.to_json(),
        "bartel_tau": c.bartel_tau.to_json(),
        "bartel_perovskite": _verdict(c.by_set["bartel_tau"][REFERENCE_SET]),
    }
    for name, sets in c.by_set.items():
        body |= {f"{name}_{s}": q.to_json() for s, q in sets.items()}
    body["tolerance_factor_printed"] = c.printed.to_json()
    body["tolerance_factor_nearest_set"] = c.nearest_set or None
    body["tolerance_factor_nearest_difference"] = c.nearest_difference
    body["lattice_constant_nm"] = c.lattice_constant.to_json("nm")
    body["molar_mass_g_per_mol"] = round(c.composition.molar_mass * 1e3, 6)
    body["phase_300_K"] = _category(c)
    body["perovskite_below_nm"] = c.crossover_size.to_json("nm")
    body["status"] = c.status.value
    body["notes"] = list(c.notes)
    return body


def _verdict(tau: Sourced) -> bool | None:
    """Whether tau lies below the limit, None where its interval holds the limit.

    Only the reference set counts: the limit was fitted with its radii.
    """
    if tau.value is None:
        return None
    low, high = (tau.value if x is None else x for x in (tau.low, tau.high))
    return None if low < BARTEL_LIMIT <= high else high < BARTEL_LIMIT


def _category(c: Crystal) -> dict[str, Any]:
    if not c.phase:
        return {"value": None, "basis": "unknown", "reason": c.phase_reason}
    return {"value": c.phase, "basis": "assumed", "sources": list(c.phase_sources)}
