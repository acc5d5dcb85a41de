"""Which phase a structure is built in where the user names none: the one called stable."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.errors import InputError
from ..library import Library
from .cells import unit_cell
from .composition import Composition
from .state import Crystal


@dataclass(frozen=True)
class Choice:
    """A phase whose structure can be built.

    Parameters
    ----------
    phase
        As `halodot.crystal.cells.unit_cell` reads it; None for the only or first of the family.
    is_stable
        Whether it is the phase called stable; None where that is not known.
    reason
        Why it was taken.
    """

    phase: str | None
    is_stable: bool | None
    reason: str


def choose_phase(crystal: Crystal, lib: Library) -> Choice:
    """Return the stable phase of a crystal, or the likeliest one whose structure can be built.

    Parameters
    ----------
    crystal
        From `halodot.crystal.characterise`, at the size and temperature asked for.
    lib
        Library with the lattice constants.

    Examples
    --------
    >>> from .summary import characterise
    >>> lib = Library.builtin()
    >>> choose_phase(characterise("CsPbBr3", lib), lib).phase
    'gamma'
    >>> choose_phase(characterise("CsPbBr3", lib, temperature=450.0), lib).phase
    'alpha'
    """
    stable, odds = crystal.stable_phase, crystal.probability
    order = sorted(odds, key=lambda p: -float(odds[p]))
    found = next((p for p in order if _can_be_built(crystal.composition, p, lib)), None)
    if stable and found == stable:
        return Choice(found, True, "the stable phase at this size and temperature")
    if stable and found:
        reason = f"no structure of the stable phase, {stable}, can be built; {found} is next"
        return Choice(found, False, reason)
    unknown = f"the stable phase is not known ({crystal.stability_reason})"
    if found:
        return Choice(found, None, f"{unknown}; {found} is the likeliest of those that are")
    return Choice(None, None, f"{unknown}; the only or the first structure of the family")


def _can_be_built(composition: Composition, phase: str, lib: Library) -> bool:
    try:
        unit_cell(composition, lib, phase)
    except InputError:
        return False
    return True
