"""Tables of a film file that may stand alone: coating, encapsulation, ageing, bending, cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..core.sourced import Sourced
    from ..film.tables import FilmTables
    from ..library import Library

STAGES = ("film", "recipe", "dots")
IN_UNIT = {"neutral_plane": "um", "critical_radius": "mm"}  # others in the usual unit of their kind


def inside_film(data: dict[str, Any]) -> dict[str, Any]:
    """Return the tables of a file with those of a film moved into ``[film]``.

    Raises
    ------
    InputError
        If a table stands both alone and in ``[film]``.
    """
    from ..core.errors import InputError
    from ..film.tables import NAMES

    moved = {name: data[name] for name in NAMES if name in data}
    film = data.get("film", {})
    if not moved or not isinstance(film, dict):
        return data
    for name in moved:
        if name in film:
            allowed = f"[{name}] or [film.{name}]"
            raise InputError(name, "given twice", allowed, "remove one of the two")
    rest = {k: v for k, v in data.items() if k not in moved}
    return rest | {"film": film | moved}


def alone(data: dict[str, Any], library: Library) -> dict[str, Any] | None:
    """Return the flat keys of a file that holds only such tables, None for any other file.

    A wet coating without a solvent is answered with all solvents of the library, ranked.
    """
    from ..core.errors import InputError, nearest
    from ..core.spec import build
    from ..film.tables import NAMES, FilmTables, evaluate
    from ..study import Study

    if any(stage in data for stage in STAGES) or not any(name in data for name in NAMES):
        return None
    known = sorted([*NAMES, *Study.model_fields])
    for key in data:
        if key not in known:
            raise InputError(key, data[key], "tables " + ", ".join(NAMES), nearest(key, known))
    spec = build(FilmTables, {k: data[k] for k in NAMES if k in data})
    body, rest = _ranked(spec, library)
    found = evaluate(rest, library)
    return flat(found.extras) | body | {"status": found.status.value, "notes": list(found.notes)}


def _ranked(spec: FilmTables, library: Library) -> tuple[dict[str, Any], FilmTables]:
    """The ranking, where no solvent is named, and the tables that are left."""
    coating = spec.coating
    if coating is None or coating.solvent or coating.blend or coating.method == "evaporation":
        return {}, spec
    from ..film.coating import choose_solvent

    ranked = choose_solvent(method=coating.method, library=library)
    body = {
        "solvents": [c.name for c in ranked],
        "solvent_scores": [round(c.score, 6) for c in ranked],
        "solvent_reasons": [f"{c.name}: {'; '.join(c.reasons)}" for c in ranked],
        "solvent_hazards": [f"{c.name}: {c.hazard}" for c in ranked if c.hazard],
    }
    return body, spec.model_copy(update={"coating": None})


def flat(extras: Mapping[str, Sourced]) -> dict[str, Any]:
    """Return the flat keys of what the tables say, each ending in its unit."""
    from ..film import cost
    from ..film.coating import evaluate
    from ..film.life import ageing, bending, encapsulation
    from ..report.tables import yes_or_no

    known = [n for m in (evaluate, encapsulation, ageing, bending, cost) for n in m.UNITS]
    body = dict(_keyed(name, extras[name]) for name in known if name in extras)
    if "film_cracks" in extras:
        body |= dict([yes_or_no("film_cracks", extras["film_cracks"])])
    if "coffee_ring" in extras:
        body |= _verdict(extras["coffee_ring"], extras["ring_confidence"], extras["ring_chance"])
    return body


def _keyed(name: str, q: Sourced) -> tuple[str, dict[str, Any]]:
    from ..report.tables import keyed

    if name in IN_UNIT:
        return f"{name}_{IN_UNIT[name]}", q.to_json(IN_UNIT[name])
    return keyed(name, q)


def _verdict(ring: Sourced, confidence: Sourced, chance: Sourced) -> dict[str, Any]:
    from ..film.coating.ring import verdict

    if chance.value is None:
        return {"coffee_ring": ring.to_json()}
    told = {
        "coffee_ring_verdict": verdict(chance.value),
        "coffee_ring_confidence": confidence.value,
        "coffee_ring_reason": confidence.note,
    }
    if ring.value is None:
        return {"coffee_ring": ring.to_json()} | told
    is_ring = bool(ring.value)
    ends = {"value": is_ring, "low": is_ring, "high": is_ring}
    shown = ends | {"basis": ring.basis, "sources": list(ring.sources)}
    return {"coffee_ring": shown} | told
