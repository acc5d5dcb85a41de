"""A folder of measured files to a device of arrays: what each file is, and what all of them say."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .device import Device, characterise
    from .folder import read_folder
    from .records import Record, Records, Refused

__all__ = ["Device", "Record", "Records", "Refused", "characterise", "read_folder"]

_HOMES = {"Device": "device", "characterise": "device", "read_folder": "folder"}
_HOMES |= dict.fromkeys(("Record", "Records", "Refused"), "records")


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is asked for."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(importlib.import_module(f".{_HOMES[name]}", __package__), name)
