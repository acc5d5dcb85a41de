"""Crossbars of devices: exact read-out with resistive wires, and programming of weights."""

from .build import build
from .crossbar import Crossbar
from .ends import Ends
from .spec import ArraySpec
from .state import Array, CellModel, CrossbarSolution

__all__ = ["Array", "ArraySpec", "CellModel", "Crossbar", "CrossbarSolution", "Ends", "build"]
