"""What every protocol holds: its label, the rest before it, the light on it."""

from __future__ import annotations

from pydantic import Field

from ..core.sourced import Sourced
from ..core.spec import Spec, quantity

MISSING = "nothing (it is missing)"
RISE_DOC = "time of an edge; by default a hundredth of the pulse"
LIGHT_DOC = "fraction of device.light"


class _Protocol(Spec):
    label: str = Field(default="", description="shown in legends")
    in_draws: bool = Field(
        default=True,
        description="repeat this record in every draw; false: its figures get no interval",
    )
    hold: Sourced = quantity(
        "s",
        "rest at the first voltage before the record starts",
        low=0,
        high=1e9,
        default="0 s",
        why="no rest unless asked for",
    )
    light: float = Field(
        default=0.0, ge=0, le=1, description="light during the record, fraction of device.light"
    )
    drain: Sourced | None = quantity(
        "V",
        "constant drain voltage of a transistor; the voltages of the record are then its gate's",
        low=-1e3,
        high=1e3,
        optional=True,
    )
