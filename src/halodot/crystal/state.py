"""What the crystal stage hands over: one composition with what is known of its lattice."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..core.sourced import Sourced
from ..core.status import Status
from .composition import Composition


@dataclass(frozen=True)
class Crystal:
    """Lattice and stability of one composition.

    Attributes
    ----------
    composition
        Parsed formula.
    tolerance_factor, octahedral_factor, bartel_tau
        In the reference set of radii, intervals over all sets [1].
    by_set
        ``by_set[factor][set]`` [1].
    printed
        Tolerance factor that the review prints [1].
    nearest_set, nearest_difference
        Set nearest to the printed value and computed minus printed [1].
    lattice_constant
        Cubic or pseudocubic, Vegard's law between end members [m].
    phase, phase_reason
        Phase of the bulk at 300 K, empty with a reason where unknown.
    crossover_size
        Cube edge below which the perovskite beats the delta phase at 300 K [m].
    """

    composition: Composition
    tolerance_factor: Sourced
    octahedral_factor: Sourced
    bartel_tau: Sourced
    printed: Sourced
    lattice_constant: Sourced
    phase: str
    phase_reason: str
    crossover_size: Sourced
    phase_sources: tuple[str, ...] = ()
    by_set: dict[str, dict[str, Sourced]] = field(default_factory=dict)
    nearest_set: str = ""
    nearest_difference: float | None = None
    status: Status = Status.OK
    notes: tuple[str, ...] = ()
