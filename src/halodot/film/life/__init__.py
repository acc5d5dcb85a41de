"""What a film goes through: barriers against water, ageing in air, bending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .ageing import AgeingSpec, age
    from .bending import BendingSpec, bend
    from .encapsulation import EncapsulationSpec, encapsulate

__all__ = ["AgeingSpec", "BendingSpec", "EncapsulationSpec", "age", "bend", "encapsulate"]

_HOME = {
    "AgeingSpec": "ageing",
    "age": "ageing",
    "BendingSpec": "bending",
    "bend": "bending",
    "EncapsulationSpec": "encapsulation",
    "encapsulate": "encapsulation",
}


def __getattr__(name: str) -> Any:
    """Import on first use, so that start-up stays fast."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOME[name]}", __name__), name)
