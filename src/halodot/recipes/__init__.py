"""Recipes as tables: what many syntheses give at once, and which synthesis gives what is wanted.

Above both the synthesis and the dots: sizes and corrections come from the one, light from the
other. ``predict(rows)`` is the verb ``halodot recipe --table``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .making import corrected, make
    from .predictor import Predictor, learn, predict, trained

__all__ = ["Predictor", "corrected", "learn", "make", "predict", "trained"]

_HOMES = {
    "Predictor": "predictor",
    "corrected": "making",
    "learn": "predictor",
    "make": "making",
    "predict": "predictor",
    "trained": "predictor",
}


def __getattr__(name: str) -> Any:
    """Load a function when it is used first, so that importing stays cheap."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = found
    return found
