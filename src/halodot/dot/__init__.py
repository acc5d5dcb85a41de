"""Dots: confined levels, exciton, spectra, lifetime and colour of an ensemble.

``characterise(population, library, temperature)`` gives `state.DotProperties`; ``describe`` turns
them into flat keys. Backwards, ``size_from`` gives the size behind a peak (`inverse`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .state import DotProperties

if TYPE_CHECKING:
    from .characterisation import characterise
    from .description import describe
    from .inverse import concentration_from, size_from
    from .spec import DotModel

__all__ = [
    "DotModel",
    "DotProperties",
    "characterise",
    "concentration_from",
    "describe",
    "size_from",
]

_HOMES = {
    "characterise": "characterisation",
    "concentration_from": "inverse",
    "describe": "description",
    "DotModel": "spec",
    "size_from": "inverse",
}


def __getattr__(name: str) -> Any:
    """Load a verb when it is used first, so that importing the stage stays cheap."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = found
    return found
