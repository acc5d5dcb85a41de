"""Nucleation, growth and ripening of dots in a flask, and the size that equilibrium sets."""

from .attachment import attach
from .course import Course, antisolvent, hot_injection, mixed
from .halide_equilibrium import equilibrium_size
from .run import Growth, grow, over_times, pooled
from .spec import Constants, KineticsSpec, constants, priors
from .supersaturation import monomer

__all__ = [
    "Constants",
    "Course",
    "Growth",
    "KineticsSpec",
    "antisolvent",
    "attach",
    "constants",
    "equilibrium_size",
    "grow",
    "hot_injection",
    "mixed",
    "monomer",
    "over_times",
    "pooled",
    "priors",
]
