"""Optional tables of a film: how it is coated, sealed, aged, bent, and what it costs.

Each table adds its figures to the film's `extras` by name, and the arrays behind them to `curves`.
A later table takes from the ones before what it does not name itself: the thickness as coated, the
transmission of the barrier. Barrier and ageing share one room.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.spec import Spec
from ..core.status import Status, worst
from .coating.spec import CoatingSpec
from .cost import CostSpec
from .life.ageing import AgeingSpec
from .life.bending import BendingSpec
from .life.encapsulation import EncapsulationSpec
from .stated import stated

if TYPE_CHECKING:
    from ..library import Library
    from .state import FilmProperties

F = NDArray[np.float64]
NAMES = ("coating", "encapsulation", "ageing", "bending", "cost")


class FilmTables(Spec):
    """Tables that stand inside ``[film]``, or alone in a file for ``halodot film``."""

    coating: CoatingSpec | None = Field(default=None, description="how the film is laid down")
    encapsulation: EncapsulationSpec | None = Field(
        default=None, description="barrier against water"
    )
    ageing: AgeingSpec | None = Field(default=None, description="what air, light and heat do")
    bending: BendingSpec | None = Field(default=None, description="the stack and its bend")
    cost: CostSpec | None = Field(default=None, description="prices and yields")


@dataclass
class Found:
    """Figures, arrays and notes of all tables; it grows from table to table."""

    extras: dict[str, Sourced] = field(default_factory=dict)
    curves: dict[str, F] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    status: Status = Status.OK

    def add(self, values: dict[str, Sourced], curves: dict[str, F], notes: tuple[str, ...]) -> None:
        """Take the figures of one table."""
        self.extras |= values
        self.curves |= curves
        self.notes += tuple(n for n in notes if n not in self.notes)


def evaluate(
    spec: FilmTables,
    library: Library,
    dot_size: Sourced | None = None,
    coverage: Sourced | None = None,
) -> Found:
    """Return what all tables of `spec` say.

    Parameters
    ----------
    dot_size, coverage
        Core size [m] and share of a full ligand shell of the film, where they are known.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> from halodot.library import Library
    >>> spec = build(FilmTables, {"coating": {"solvent": "toluene"}, "cost": {}})
    >>> sorted(evaluate(spec, Library.builtin()).extras)[:2]
    ['coffee_ring', 'cost_equipment']
    """
    found = Found()
    spec = one_room(spec)
    if spec.coating:
        from .coating.evaluate import coat, named

        done = coat(spec.coating, library, dot_size)
        found.add(named(done), done.curves, done.notes)
        found.status = done.status
    thickness = found.extras.get("film_thickness")
    if spec.encapsulation:
        from .life.encapsulation import encapsulate

        sealed = encapsulate(spec.encapsulation, library, thickness)
        found.add(sealed.values, sealed.curves, sealed.notes)
        if not all(q.is_known for q in sealed.values.values()):
            found.status = worst(found.status, Status.UNKNOWN)
    if spec.ageing:
        from .life.ageing import age

        names = ("wvtr", "water_budget")
        passed: dict[str, Sourced] = {n: found.extras[n] for n in names if n in found.extras}
        aged = age(spec.ageing, coverage, passed or None)
        found.add(aged.values, aged.curves, aged.notes)
    if spec.bending:
        from .life.bending import bend

        bent = bend(spec.bending, library)
        found.add(bent.values, bent.curves, bent.notes)
    if spec.cost:
        from .cost import price

        is_dry = spec.coating is not None and spec.coating.method == "evaporation"
        priced = price(spec.cost, thickness, is_dry=is_dry)
        found.add(priced.values, priced.curves, priced.notes)
    return found


def one_room(spec: FilmTables) -> FilmTables:
    """Return `spec` with barrier and ageing in the same surroundings.

    What is written for one of the two holds for the other.

    Raises
    ------
    InputError
        If both are written and differ.
    """
    seal, ageing = spec.encapsulation, spec.ageing
    if seal is None or ageing is None:
        return spec
    for name in ("temperature", "humidity"):
        outside, inside = getattr(seal, name), getattr(ageing, name)
        both = name in stated(seal), name in stated(ageing)
        if all(both) and (outside.value, outside.low, outside.high) != (
            inside.value, inside.low, inside.high,
        ):  # fmt: skip
            allowed = f"the {name} of [encapsulation], {float(outside):g}, as both share a room"
            raise InputError(f"ageing.{name}", float(inside), allowed, "write it once")
        if both[0]:
            ageing = ageing.model_copy(update={name: outside})
        elif both[1]:
            seal = seal.model_copy(update={name: inside})
    return spec.model_copy(update={"encapsulation": seal, "ageing": ageing})


def with_tables(film: FilmProperties, spec: FilmTables, library: Library) -> FilmProperties:
    """Return `film` with what its optional tables say.

    Its status stays that of the film as a semiconductor; what is beyond the range of a table stands
    in the notes.
    """
    if all(getattr(spec, name) is None for name in NAMES):
        return film
    found = evaluate(spec, library, film.dot_size, film.extras.get("ligand_coverage"))
    return replace(
        film,
        extras=film.extras | found.extras,
        curves=film.curves | found.curves,
        notes=film.notes + found.notes,
    )
