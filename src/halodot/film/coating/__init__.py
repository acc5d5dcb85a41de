"""Coating: how a film is laid down, how even it is, and what to dissolve the dots in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .evaluate import Coating, coat
    from .solvent_choice import Choice, choose_solvent
    from .spec import CoatingSpec

__all__ = ["Choice", "Coating", "CoatingSpec", "choose_solvent", "coat"]

_HOME = {
    "Coating": "evaluate",
    "coat": "evaluate",
    "CoatingSpec": "spec",
    "Choice": "solvent_choice",
    "choose_solvent": "solvent_choice",
}


def __getattr__(name: str) -> Any:
    """Import on first use, so that start-up stays fast."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOME[name]}", __name__), name)
