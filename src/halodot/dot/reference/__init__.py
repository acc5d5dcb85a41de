"""Reference route of the levels: a four-component envelope on a grid, solved without shortcuts.

``levels(shape, edges, bands, spacing)`` gives `Levels`; the fast route is tested against it.
"""

from __future__ import annotations

from .bands import Bands
from .coulomb import coulomb_first_order
from .levels import Levels, levels

__all__ = ["Bands", "Levels", "coulomb_first_order", "levels"]
