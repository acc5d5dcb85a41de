"""What the figures stage hands over: figures of merit with their definitions."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.sourced import Sourced
from ..core.status import Status


@dataclass(frozen=True)
class Figure:
    """One figure of merit.

    Attributes
    ----------
    name
        For example ``on_off_ratio``, ``set_voltage``, ``mobility_p``.
    value
        SI value with interval, or unknown with its reason. For a category: the share of
        sweeps that agree with it.
    definition
        One sentence: how it was read from the trace.
    category
        The word, where the figure is a category (``bipolar``) and not a number.
    draws
        What each draw of the study gave, in their order: a number in the unit of `value`, the
        word of a category, None where the draw failed or does not know it. Variants share
        their draws, so that ratios between them are taken draw by draw.
    """

    name: str
    value: Sourced
    definition: str
    category: str = ""
    draws: tuple[float | str | None, ...] = ()


@dataclass(frozen=True)
class Figures:
    """All figures of merit of one trace."""

    kind: str
    label: str
    figures: tuple[Figure, ...]
    status: Status = Status.OK
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Figure:
        for figure in self.figures:
            if figure.name == name:
                return figure
        raise KeyError(name)

    def __contains__(self, name: str) -> bool:
        return any(f.name == name for f in self.figures)
