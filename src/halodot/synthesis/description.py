"""A population as flat keys that end in their unit: phases, shapes and what else the flask says."""

from __future__ import annotations

from typing import Any

from ..core.sourced import Sourced
from .state import DotPopulation

# SI unit to the unit that is shown and the end of the key.
_SHOWN = {
    "m": ("nm", "_nm"),
    "kg": ("mg", "_mg"),
    "mol": ("mmol", "_mmol"),
    "m2": ("nm2", "_nm2"),
    "m3": ("mL", "_mL"),
    "m-3": ("cm-3", "_per_cm3"),
    "1": ("1", ""),
    "yes_no": ("yes_no", ""),
}


def describe(population: DotPopulation) -> dict[str, Any]:
    """Return phases, shapes, coverage and extras of `population`, each in its JSON form.

    Examples
    --------
    >>> half = {"CsPbBr3": Sourced(0.5, "1", 0.3, 0.7)}
    >>> dots = DotPopulation("CsPbBr3", "cube", Sourced(9e-9, "m"), Sourced(0.1), "OA", phases=half)
    >>> describe(dots)["phase_share_CsPbBr3"]["high"]
    0.7
    """
    body: dict[str, Any] = {}
    for name, share in population.phases.items():
        body[f"phase_share_{name}"] = share.to_json()
    for name, probability in population.shapes.items():
        body[f"shape_probability_{name}"] = probability.to_json()
    if population.surface_coverage is not None:
        body["surface_coverage"] = population.surface_coverage.to_json()
    for name, q in population.extras.items():
        body[_key(name, q)] = _value(q)
    return body


def _key(name: str, q: Sourced) -> str:
    _, end = _SHOWN.get(q.unit, ("", "_" + q.unit.replace("/", "_per_").replace(" ", "_")))
    return name if name.endswith(end) else name + end


def _value(q: Sourced) -> dict[str, Any]:
    if q.unit == "yes_no" and q.is_known:
        note = {"note": q.note} if q.note else {}
        return {"value": bool(q.value), "basis": q.basis, "sources": list(q.sources), **note}
    return q.to_json(_SHOWN[q.unit][0] if q.unit in _SHOWN else None)
