"""What a synthesis hands over: a population of dots, and its history where something was done."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced
from ..core.status import Status

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """What became of a population while something was done to it; it starts with the start.

    Attributes
    ----------
    axis_name, axis_unit, axis
        What goes on: time [s], or added amount [1], shape [steps].
    formulas
        Compositions that dots take on the way, in order, evenly spaced in what is exchanged.
    weights
        Share of the emitting dots at each composition, shape [steps, formulas], rows sum to 1.
    size
        Mean size of the emitting dots [m], shape [steps].
    phases
        Share of the lead in each phase by name, each shape [steps].
    optical_density
        Of the flask at the first exciton over the path of the light out, for reabsorption.
    curves
        Anything else against the axis, by name, each shape [steps].
    """

    axis_name: str
    axis_unit: str
    axis: FloatArray
    formulas: tuple[str, ...]
    weights: FloatArray
    size: FloatArray
    phases: dict[str, FloatArray] = field(default_factory=dict)
    optical_density: float = 0.0
    curves: dict[str, FloatArray] = field(default_factory=dict)


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
        ``alpha``, ``beta``, ``gamma``, ``delta`` or ``unknown``: of the lattice of the dots.
    phases
        Share of the lead in each compound by formula (``CsPbBr3``, ``Cs4PbBr6``, ``CsPb2Br5``).
    shapes
        Probability of each shape by name.
    surface_coverage
        Share of the surface sites that are passivated as the dots leave the flask [1]; None
        where the synthesis does not know, and the dot model's own prior holds.
    partner, interface_area
        Compound of the second domain of a heterostructure, empty without one, and the area that
        the two share [m2].
    extras
        What else the models say, by name without unit; SI, energies in eV, yes or no as 1 or 0
        with the unit ``"yes_no"``.
    curves
        On their own axes, by name: ``growth_time`` beside ``growth_mean_size``.
    history
        What a treatment did, step by step; None without one.
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
    phases: dict[str, Sourced] = field(default_factory=dict)
    shapes: dict[str, Sourced] = field(default_factory=dict)
    surface_coverage: Sourced | None = None
    partner: str = ""
    interface_area: Sourced | None = None
    extras: dict[str, Sourced] = field(default_factory=dict)
    curves: dict[str, FloatArray] = field(default_factory=dict)
    history: History | None = None
