"""What the verbs print: flat JSON on standard output, or a small table for people."""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError
from ..core.sourced import Sourced

if TYPE_CHECKING:
    from ..core.status import Status


def _plain(value: Any) -> Any:
    if isinstance(value, Sourced):
        return _plain(value.to_json())
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def print_json(body: dict[str, Any]) -> None:
    """Print one JSON object and nothing else."""
    json.dump(_plain(body), sys.stdout, indent=1, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


def print_flat(body: dict[str, Any]) -> None:
    """Print the same object for people: one line per key, value with its interval and basis."""
    width = max((len(k) for k in body), default=0)
    for key, raw in body.items():
        value = _plain(raw)
        if isinstance(value, dict) and "basis" in value:
            if value["value"] is None:
                text = f"unknown: {value.get('reason', '')}"
            else:
                text = f"{value['value']:.5g}"
                if value["low"] != value["high"]:
                    text += f"  [{value['low']:.4g}, {value['high']:.4g}]"
                text += f"  {value['basis']}"
                if value["sources"]:
                    text += "  (" + "; ".join(value["sources"][:3]) + ")"
                text += _caveat(value.get("note") or "")
        elif isinstance(value, list):
            text = ", ".join(str(v) for v in value)
        else:
            text = str(value)
        sys.stdout.write(f"{key:<{width}}  {text}\n")


_CAVEATS = ("bound", "EXTRAPOLATED", "numerical floor", "it is cut", "less than can be")


def _caveat(note: str) -> str:
    """Return a note that changes what the number says, for people; other notes stay in the JSON."""
    return f"  ({note})" if any(word in note for word in _CAVEATS) else ""


def check_file(path: str | None, field: str) -> None:
    """Refuse a file that cannot be written, before the first of several is.

    Raises
    ------
    InputError
        If its folder is missing or closed, or a folder has its name.
    """
    if path is None:
        return
    try:
        target = Path(path)
        reason = _why_not(target)
    except (OSError, ValueError) as e:
        reason = str(e)
    if reason:
        raise InputError(field, path, "a file that can be written", reason)


def _why_not(target: Path) -> str:
    if target.is_dir():
        return "this is a folder: name a file in it"
    if not target.parent.is_dir():
        return f"make the folder {target.parent} first"
    there = target if target.exists() else target.parent
    return "" if os.access(there, os.W_OK) else f"{there} is closed to writing"


def exit_code(status: Status) -> int:
    """Return 0 where all is well or not known, 1 where something carries a bad status.

    A value outside the range where its model was checked is bad here: it was computed, and is
    still a guess, so that a script must not take it for granted.
    """
    return 0 if status.name in ("OK", "UNKNOWN") else 1
