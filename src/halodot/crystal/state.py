"""What the crystal stage hands over: one composition with what is known of its lattice."""

from __future__ import annotations

from collections.abc import Mapping
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
    lattice
        ``lattice_<axis>_<phase>`` [m].
    phase, phase_reason, phase_sources
        Phase of the bulk at 300 K, empty with a reason where unknown.
    size, temperature
        Edge of the cube, infinite for the bulk [m], and temperature [K] of what follows.
    probability
        Of every phase whose free energy is known [1].
    stable_phase, stability_reason
        Single phase of highest probability, empty with a reason where a phase that might win is
        missing.
    crossover_size
        Cube edge below which a perovskite phase beats the delta phase [m].
    transitions
        Temperatures where two phases cost the same [K].
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
    size: float = float("inf")
    temperature: float = 300.0
    phase_sources: tuple[str, ...] = ()
    lattice: Mapping[str, Sourced] = field(default_factory=dict)
    probability: Mapping[str, Sourced] = field(default_factory=dict)
    stable_phase: str = ""
    stability_reason: str = ""
    free_energy: Sourced = field(default_factory=lambda: Sourced.unknown("eV", "not computed"))
    transitions: Mapping[str, Sourced] = field(default_factory=dict)
    by_set: dict[str, dict[str, Sourced]] = field(default_factory=dict)
    nearest_set: str = ""
    nearest_difference: float | None = None
    status: Status = Status.OK
    notes: tuple[str, ...] = ()
