"""Films of dots: ligand shell, spacing, hopping, permittivity, ions, traps, band edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .assembly import assemble
    from .spec import FilmSpec
    from .state import FilmProperties

__all__ = ["FilmProperties", "FilmSpec", "assemble"]

_HOME = {"assemble": "assembly", "FilmSpec": "spec", "FilmProperties": "state"}


def __getattr__(name: str) -> Any:
    """Import the verb and the specs only when they are used, so that start-up stays fast."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value
