"""Backwards: from a measured peak, spectrum or absorbance to the dots that gave it.

``size_from(formula, pl_peak="503 nm")`` gives `state.SizeAnswer`; ``concentration_from`` counts
dots in a solution; ``tell`` turns an answer into flat keys.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .state import Concentration, SizeAnswer, SpectrumFit

if TYPE_CHECKING:
    from .concentration import concentration_from
    from .description import tell
    from .sizing import size_from

__all__ = [
    "Concentration",
    "SizeAnswer",
    "SpectrumFit",
    "concentration_from",
    "size_from",
    "tell",
]

_HOMES = {"size_from": "sizing", "concentration_from": "concentration", "tell": "description"}


def __getattr__(name: str) -> Any:
    """Load a function when it is used first, so that importing stays cheap."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = found
    return found
