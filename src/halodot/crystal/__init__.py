"""Composition, radii and tolerance factors; lattices, phases, their free energies, structures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..core.sourced import Sourced
    from ..library import Library
    from .state import Crystal

__all__ = ["characterise", "describe", "figures"]


def characterise(
    formula: str,
    lib: Library | None = None,
    size: float | None = None,
    temperature: float = 300.0,
) -> Crystal:
    """Return lattice and stability of `formula`; see `halodot.crystal.summary.characterise`."""
    from .summary import characterise as work

    return work(formula, lib, size, temperature)


def describe(
    formula: str,
    lib: Library | None = None,
    size: float | None = None,
    temperature: float = 300.0,
) -> dict[str, Any]:
    """Return what is known of `formula` as a flat dictionary; see `halodot.crystal.description`."""
    from .description import describe as work

    return work(formula, lib, size, temperature)


def figures(
    formula: str,
    library: Library | None = None,
    size: float | None = None,
    temperature: float = 300.0,
) -> dict[str, Sourced]:
    """Return every number known of `formula` by name; see `halodot.crystal.known`."""
    from .known import figures as work

    return work(formula, library, size, temperature)
