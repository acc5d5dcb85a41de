"""What a synthesis hands over: a population of dots."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.sourced import Sourced
from ..core.status import Status


@dataclass(frozen=True)
class DotPopulation:
    """An ensemble of dots of one composition and shape.

    Attributes
    ----------
    formula
        Composition, for example ``CsPbBr3`` or ``CsPb(Br0.7Cl0.3)3``.
    shape
        ``cube``, ``cuboid``, ``platelet``, ``wire``, ``rod`` or ``sphere``.
    size
        Mean size of the inorganic core [m]: edge of a cube, diameter of a sphere, thickness of
        a platelet, width of a wire or rod, first edge of a cuboid. The interval is what is not
        known of the mean.
    size_spread
        Standard deviation of the size within the ensemble over the mean [1].
    ligand
        Name of the ligand shell as it leaves the flask.
    lateral
        Lateral size of a platelet, second edge of a cuboid [m], None for other shapes.
    length
        Of a rod, third edge of a cuboid [m], None for other shapes.
    phase
        ``alpha``, ``beta``, ``gamma``, ``delta`` or ``unknown``.
    """

    formula: str
    shape: str
    size: Sourced
    size_spread: Sourced
    ligand: str
    lateral: Sourced | None = None
    phase: str = "unknown"
    status: Status = Status.OK
    notes: tuple[str, ...] = ()
    length: Sourced | None = None
