"""What is reported of crystals and no equation here gives: products and separation of halides."""

from __future__ import annotations

from typing import Any

from ..core.sourced import Sourced
from .composition import Composition

YES_NO = "yes_no"
MONOCLINIC = (
    "reported for CsPbX3 dots made at room temperature (LARP), unlike the conventional "
    "product of hot injection; whether it is an equilibrium phase is not known (no free energy)"
)
SEGREGATION = (
    "halides of bulk mixed compositions separate under light or field; the review (Sec. 4.1) "
    "calls dots free of it, its reference 59 reports it in dots; no rate or threshold is at hand"
)
LIGANDS = (
    "the surface energy of ligated dots, -3.0 to -5.1 eV/nm2, is common to the phases and enters "
    "no difference; bare-surface calculations are not mixed with it"
)


def monoclinic(composition: Composition) -> Sourced:
    """Whether a monoclinic room-temperature product is reported (1.0), or nothing is known."""
    is_lead = composition.family == "ABX3" and set(composition.site("B")) == {"Pb"}
    if is_lead and set(composition.site("A")) == {"Cs"}:
        return Sourced(1.0, YES_NO, None, None, "sourced", ("ref96", "review"), MONOCLINIC)
    reason = f"nothing is reported of a monoclinic {composition.host.formula}"
    return Sourced.unknown(YES_NO, reason)


def segregation(composition: Composition) -> Sourced:
    """Whether halides can separate: 0.0 for one halide, unknown with the reports for a mixture."""
    if len(composition.site("X")) == 1:
        return Sourced(0.0, YES_NO, None, None, "computed", (), "one halide only")
    return Sourced.unknown(YES_NO, SEGREGATION)


def category(value: str, basis: str, sources: tuple[str, ...], note: str = "") -> dict[str, Any]:
    """Return the JSON form of a category; an empty one is unknown and `note` says why."""
    if not value:
        return {"value": None, "basis": "unknown", "reason": note}
    body: dict[str, Any] = {"value": value, "basis": basis, "sources": list(sources)}
    return body | ({"note": note} if note else {})


def yes_no(q: Sourced) -> dict[str, Any]:
    """Return the JSON form of a yes or no."""
    if q.value is None:
        return {"value": None, "basis": "unknown", "reason": q.note}
    body = {"value": bool(q.value), "basis": q.basis, "sources": list(q.sources)}
    return body | ({"note": q.note} if q.note else {})
