"""What a check on the validation page is, and how its number is judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """A computed value as text, and whether it meets the mark (None: not judged)."""

    text: str
    holds: bool | None


@dataclass(frozen=True)
class Check:
    """One row."""

    what: str
    beside: str
    mark: str
    work: Callable[[], Found]
    why: str = ""


def below(value: float, mark: float, unit: str = "", scale: float = 1.0) -> Found:
    """Return `value` in `unit`, judged against an upper mark."""
    return Found(f"{value * scale:.2g} {unit}".strip(), bool(value < mark))


def above(value: float, mark: float) -> Found:
    """Return `value`, judged against a lower mark."""
    return Found(f"{value:.2g}", bool(value >= mark))


def near(value: float, mark: float, width: float) -> Found:
    """Return `value`, judged by its distance from `mark`."""
    return Found(f"{value:.2f}", bool(abs(value - mark) < width))
