"""What a task hands over: a score beside its baselines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..core.sourced import Sourced
from ..core.status import Status

NO_ENERGY = Sourced.unknown("J", "not estimated")
NO_TIME = Sourced.unknown("s", "not estimated")
NONE = Sourced.unknown("1", "this task has none")


@dataclass(frozen=True)
class Score:
    """Result of one task on one array.

    Attributes
    ----------
    task
        Name, for example ``digits``.
    measure
        What `value`, `baseline` and `chance` are: ``accuracy``, ``memory capacity``, ``NRMSE`` ...
    value
        On the array, with its 90 % interval over seeds (and draws) [1].
    baseline
        The same in software: same weights, or the linear read-out alone [1].
    chance
        What guessing gives: 1/classes, or shuffled targets [1].
    energy, latency
        Per inference, as an estimate with its assumptions [J], [s].
    verdict
        One sentence that answers the question of the task, whatever the answer is.
    better
        ``higher`` or ``lower``.
    others
        Further numbers and categories by name, each with interval: they can be reported figures.
    details
        What plots need: confusion matrix, accuracy per seed, ... arrays and numbers alone.
    """

    task: str
    value: Sourced
    baseline: Sourced
    chance: Sourced = NONE
    energy: Sourced = NO_ENERGY
    latency: Sourced = NO_TIME
    measure: str = "accuracy"
    verdict: str = ""
    better: str = "higher"
    others: dict[str, Sourced] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    status: Status = Status.OK
    notes: tuple[str, ...] = ()

    def named(self) -> dict[str, Sourced]:
        """Return all numbers by name, the value under its measure.

        >>> s = Score("x", Sourced(0.9), Sourced(0.95), measure="R2 of peak time")
        >>> list(s.named())[:2]
        ['r2_of_peak_time', 'baseline_r2_of_peak_time']
        """
        measure = "_".join("".join(c if c.isalnum() else " " for c in self.measure).lower().split())
        found = {measure: self.value, f"baseline_{measure}": self.baseline, "value": self.value}
        if self.chance.is_known:
            found[f"chance_{measure}"] = self.chance
        return found | {"energy": self.energy, "latency": self.latency} | self.others
