"""Failure is a value: what a result says about itself."""

from __future__ import annotations

from enum import Enum


class Status(Enum):
    """State of a result; the value is the English sentence shown to the user."""

    OK = "Converged."
    UNKNOWN = "Not known: nothing in the library or the model gives this value."
    OUTSIDE_RANGE = "Computed outside the range where the model was checked; treat as a guess."
    NOT_CONVERGED = (
        "The solver did not converge. Try a finer grid, a slower sweep or a smaller voltage."
    )
    INACCURATE = (
        "Converged, but its estimated numerical error stays above 0.7 %. Try more nodes in the "
        "layer that bends most, or a shorter protocol."
    )
    STEP_TOO_SMALL = (
        "The time step fell below its floor. Try a slower ramp or check for extreme parameters."
    )
    MAX_STEPS = "The step budget was used up before the end. Shorten the protocol or raise it."
    REFUSED = "Refused: what was given cannot be used; the reason stands beside it."
    SKIPPED = "Not computed, because a point before it failed."

    @property
    def is_good(self) -> bool:
        """Whether the value may be used as a converged result."""
        return self in (Status.OK, Status.UNKNOWN, Status.OUTSIDE_RANGE)


_SEVERITY = [
    Status.OK,
    Status.UNKNOWN,
    Status.OUTSIDE_RANGE,
    Status.REFUSED,
    Status.SKIPPED,
    Status.INACCURATE,
    Status.MAX_STEPS,
    Status.STEP_TOO_SMALL,
    Status.NOT_CONVERGED,
]


def worst(*statuses: Status) -> Status:
    """Return the most severe of `statuses`, `Status.OK` for none.

    >>> worst(Status.OK, Status.MAX_STEPS).name
    'MAX_STEPS'
    """
    return max(statuses, key=_SEVERITY.index, default=Status.OK)
