"""What is said of a dot beyond its levels: each part takes the dots and hands them on, richer.

A part is a function of (dots, `Context`) that returns the dots with more `extras` and `curves`,
or with a field replaced that it knows better (a doped dot has another yield and spectrum). It
never raises for a formula that it does not know: what is unknown comes back with its reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..library import Library
from ..synthesis.state import DotPopulation
from .bulk import Bulk
from .sizing import Core
from .spec import DotModel
from .state import DotProperties


@dataclass(frozen=True)
class Context:
    """What a part may look at beside the dots; `core` where the level model holds."""

    population: DotPopulation
    material: Bulk
    library: Library
    temperature: float
    model: DotModel
    core: Core | None = None


Part = Callable[[DotProperties, Context], DotProperties]


def parts() -> tuple[Part, ...]:
    """Return all parts, in the order in which they act."""
    from .composition import compose
    from .doping.part import dope
    from .history import history
    from .recombination import recombine
    from .spectra import spectra
    from .spin import spin
    from .transport import transport

    return (recombine, spectra, dope, transport, spin, compose, history)


def complete(dots: DotProperties, context: Context) -> DotProperties:
    """Pass `dots` through every part."""
    for part in parts():
        dots = part(dots, context)
    return dots
