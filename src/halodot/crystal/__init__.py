"""Composition, radii and tolerance factors; phases and their free energies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..library import Library
    from .state import Crystal

__all__ = ["characterise", "describe"]


def characterise(formula: str, lib: Library | None = None) -> Crystal:
    """Return lattice and stability of `formula`; see `halodot.crystal.summary.characterise`."""
    from .summary import characterise as work

    return work(formula, lib)


def describe(formula: str, lib: Library | None = None) -> dict[str, Any]:
    """Return what is known of `formula` as a flat dictionary; see `halodot.crystal.summary`."""
    from .summary import describe as work

    return work(formula, lib)
