"""A device or an array in the words of other programs.

ngspice, Verilog-A, NIR, CrossSim, aihwkit, and plain records.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .source import Exported, of_study
    from .writing import TARGETS, export

__all__ = ["TARGETS", "Exported", "export", "of_study"]

_HOMES = {"Exported": "source", "of_study": "source", "export": "writing", "TARGETS": "writing"}


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is asked for, so that start-up stays fast."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(importlib.import_module(f".{_HOMES[name]}", __package__), name)
