"""What a task hands over: a score beside its baselines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..core.sourced import Sourced
from ..core.status import Status


@dataclass(frozen=True)
class Score:
    """Result of one task on one array.

    Attributes
    ----------
    task
        Name, for example ``digits``.
    accuracy
        On the array, with its 90 % interval over seeds [1].
    baseline
        The same weights in software [1].
    chance
        Accuracy with shuffled labels or 1/classes [1].
    energy
        Per inference, as an estimate with its assumptions [J]; latency [s].
    details
        What plots need: confusion matrix, accuracy per seed, ...
    """

    task: str
    accuracy: Sourced
    baseline: Sourced
    chance: Sourced
    energy: Sourced
    latency: Sourced
    details: dict[str, Any] = field(default_factory=dict)
    status: Status = Status.OK
    notes: tuple[str, ...] = ()
