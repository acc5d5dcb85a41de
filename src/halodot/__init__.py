"""halodot: inorganic halide perovskite quantum dots from the flask to the circuit.

The functions here mirror the verbs of the command line; each loads what it needs when it is used.

Examples
--------
>>> import halodot
>>> halodot.new("memristor").count("[[device.layer]]")
1
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .atlas import atlas
    from .checking import check
    from .export.writing import export as export_to
    from .measured.device import characterise
    from .recipes import predict
    from .recipes.campaign import ask, tell
    from .recipes.inverse import design
    from .runs import run
    from .study import load
    from .sweeping import sweep
    from .template import template as new

__version__ = "0.1.0"
__all__ = [
    "ask",
    "atlas",
    "characterise",
    "check",
    "design",
    "export_to",
    "load",
    "new",
    "predict",
    "run",
    "sweep",
    "tell",
]

_HOMES = {
    "ask": ("recipes.campaign", "ask"),
    "atlas": ("atlas", "atlas"),
    "characterise": ("measured.device", "characterise"),
    "check": ("checking", "check"),
    "design": ("recipes.inverse", "design"),
    "export_to": ("export.writing", "export"),
    "load": ("study", "load"),
    "new": ("template", "template"),
    "predict": ("recipes", "predict"),
    "run": ("runs", "run"),
    "sweep": ("sweeping", "sweep"),
    "tell": ("recipes.campaign", "tell"),
}


def __getattr__(name: str) -> Any:
    """Load a verb when it is used first, so that start-up stays fast."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, function = _HOMES[name]
    return getattr(import_module(f".{module}", __name__), function)
