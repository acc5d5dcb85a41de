"""Dots: confined levels, exciton, spectra, lifetime and colour of an ensemble.

``characterise(population, library, temperature)`` gives `state.DotProperties`; ``describe`` turns
them into flat keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .state import DotProperties

if TYPE_CHECKING:
    from .characterisation import characterise
    from .description import describe
    from .spec import DotModel

__all__ = ["DotModel", "DotProperties", "characterise", "describe"]

_HOMES = {"characterise": "characterisation", "describe": "description", "DotModel": "spec"}


def __getattr__(name: str) -> Any:
    """Load a verb when it is used first, so that importing the stage stays cheap."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = found
    return found
