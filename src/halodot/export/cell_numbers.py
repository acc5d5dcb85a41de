"""Numbers of a cell that other programs ask for, and how they are written in Python files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import __version__
from ..array.state import CellModel, Steps
from ..core.errors import InputError
from ..core.sourced import Sourced
from .model import Origin, wrapped

ERRORS = ("cycle_to_cycle", "conductance_spread", "device_to_device", "read_noise", "stuck_low",
          "stuck_high")  # fmt: skip
NO_PULSES = (
    "no pulses were measured: add a file or a [[protocol]] of kind pulses or synapse, single equal"
    " pulses that take the device up and down"
)
ONE_WAY = (
    "pulses of one direction only were measured ({missing} is missing): add pulses of the other"
    " polarity, or of light, to the protocol"
)


@dataclass(frozen=True)
class Numbers:
    """Medians of a cell; what is not known counts as 0 and stands in `unknown` with its reason.

    Attributes
    ----------
    low, high
        Ends of the range [S].
    errors
        Each of `ERRORS` [1].
    """

    low: float
    high: float
    errors: Mapping[str, float]
    unknown: Mapping[str, str]

    @property
    def span(self) -> float:
        """High minus low [S]."""
        return self.high - self.low


def numbers(cell: CellModel) -> Numbers:
    """Return the medians of `cell`.

    Raises
    ------
    InputError
        If an end of the range is unknown, there is no range, or neither the error of writing nor
        what moves afterwards is known.

    Examples
    --------
    >>> S = Sourced
    >>> found = numbers(CellModel(S(1e-6, "S"), S(9e-6, "S"), S(0.1, "V"), S(0.02)))
    >>> found.low, found.errors["cycle_to_cycle"]
    (1e-06, 0.02)
    """
    for name in ("conductance_low", "conductance_high"):
        q = getattr(cell, name)
        if not q.is_known:
            raise InputError(
                f"array.cell.{name}", f"unknown ({q.note})", "a known conductance in S",
                "record an iv, transfer or pulses protocol that shows both ends of the range",
            )  # fmt: skip
    low, high = float(cell.conductance_low), float(cell.conductance_high)
    if not 0.0 <= low < high:
        raise InputError(
            "array.cell", f"{low:.3g} to {high:.3g} S",
            "a low end of the range of 0 or more, below the high end",
            "check which state is on, and the read voltage",
        )  # fmt: skip
    sources: dict[str, Sourced] = {name: getattr(cell, name) for name in ERRORS}
    if not sources["cycle_to_cycle"].is_known and not sources["conductance_spread"].is_known:
        raise InputError(
            "array.cell.cycle_to_cycle", f"unknown ({sources['cycle_to_cycle'].note})",
            "a known error of writing",
            "record pulses or endurance with repetitions, or set [array] cycle_to_cycle",
        )  # fmt: skip
    return Numbers(
        low, high,
        {name: float(q) if q.is_known else 0.0 for name, q in sources.items()},
        {name: q.note or "no reason given" for name, q in sources.items() if not q.is_known},
    )  # fmt: skip


def missing(cell: CellModel) -> str:
    """Return why the cell has no update in both directions, empty where it has.

    >>> S = Sourced
    >>> missing(CellModel(S(1e-6, "S"), S(9e-6, "S"), S(0.1, "V"), S(0.02)))[:23]
    'no pulses were measured'
    """
    update = cell.update
    if update is None or (update.potentiation is None and update.depression is None):
        return NO_PULSES
    if update.potentiation is None:
        return ONE_WAY.format(missing="potentiation")
    if update.depression is None:
        return ONE_WAY.format(missing="depression")
    return ""


def both(cell: CellModel) -> tuple[Steps, Steps]:
    """Return the pulses up and the pulses down; raise where one is `missing`."""
    reason = missing(cell)
    update = cell.update
    if reason or update is None or update.potentiation is None or update.depression is None:
        raise InputError("array.cell.update", "not measured", "pulses up and down", reason)
    return update.potentiation, update.depression


def pulse(steps: Steps) -> str:
    """Return what one pulse is, in words.

    >>> import numpy as np
    >>> of = np.zeros(1, np.int64)
    >>> pulse(Steps(np.ones(1), np.ones(1), of, of, amplitude=Sourced(1.5, "V")))
    'electrical, 1.5 V, length not known'
    """
    parts = [steps.drive]
    for q, name in ((steps.amplitude, "amplitude"), (steps.duration, "length")):
        parts.append(f"{float(q):g} {q.unit}" if q.is_known else f"{name} not known")
    return ", ".join(parts)


def camel(name: str) -> str:
    """Return a class name.

    >>> camel("halodot_m9_ogb"), camel("9 dots")
    ('HalodotM9Ogb', 'Device9Dots')
    """
    words = "".join(w[:1].upper() + w[1:] for w in re.split(r"[^0-9A-Za-z]+", name) if w)
    return words if words[:1].isalpha() else f"Device{words}"


def head(origin: Origin | None, what: str, mark: str, *paragraphs: str) -> list[str]:
    """Return lines of comment: what it is, from where, and more."""
    if origin is not None:
        return origin.head(what, mark, *paragraphs)
    said = [what, f"written by halodot {__version__}", *paragraphs]
    return [f"{mark} {line}".rstrip() for text in said for line in wrapped(text, len(mark) + 1)]


def unknown_notes(found: Numbers) -> list[str]:
    """Return a paragraph for what is not known and counts as 0."""
    said = "; ".join(f"{name} ({reason})" for name, reason in found.unknown.items())
    return [f"Not known, taken as 0: {said}."] if said else []


def as_json(cell: CellModel) -> dict[str, Any]:
    """Return the numbers of a cell with intervals, basis and sources."""
    names = ("conductance_low", "conductance_high", "read_voltage", *ERRORS)
    body: dict[str, Any] = {name: getattr(cell, name).to_json() for name in names}
    body["levels"] = cell.levels
    if cell.decay is not None:
        parts = ("time", "stretch", "kept", "measured")
        body["decay"] = {name: getattr(cell.decay, name).to_json() for name in parts}
    return body


def put(folder: Path, name: str, text: str) -> Path:
    """Write `text` to a file in `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def put_json(folder: Path, name: str, body: Mapping[str, Any]) -> Path:
    """Write `body` as JSON, without numbers that JSON does not know."""
    return put(folder, name, json.dumps(body, indent=2, allow_nan=False) + "\n")
