"""Syntheses: a recipe, or dots given directly, to a population of dots.

``make(recipe, library)`` and ``given(dots)`` give `state.DotPopulation`; ``treat(population,
treatment, library)`` does something to finished dots.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .state import DotPopulation

if TYPE_CHECKING:
    from .making import given, make
    from .spec import DotsSpec, RecipeSpec
    from .treatment.treating import treat

__all__ = ["DotPopulation", "DotsSpec", "RecipeSpec", "given", "make", "treat"]

_HOMES = {
    "make": "making",
    "given": "making",
    "DotsSpec": "spec",
    "RecipeSpec": "spec",
    "treat": "treatment.treating",
}


def __getattr__(name: str) -> Any:
    """Load a verb when it is used first, so that importing the stage stays cheap."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = found
    return found
