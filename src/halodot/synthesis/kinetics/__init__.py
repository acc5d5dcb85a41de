"""Nucleation, growth and ripening of dots in a flask, and the size that equilibrium sets."""

from .course import Course
from .run import Growth, grow
from .spec import Constants, KineticsSpec, constants, priors

__all__ = ["Constants", "Course", "Growth", "KineticsSpec", "constants", "grow", "priors"]
