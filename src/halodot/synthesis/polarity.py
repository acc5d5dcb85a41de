"""Polarity of the liquid in which dots grow, 0 (alkane) to 1 (water)."""

from __future__ import annotations

import math

from ..library import Library
from .flask import Flask

_WATER = 45.2  # sqrt(polar^2 + hydrogen bonding^2) of Hansen's triplet of water [MPa^0.5]
_SCALE = 1.35  # brings acetone and 1-butanol to their relative polarity
_USUAL_VOLUME = 1e-4  # [m3/mol]


def of_solvent(name: str, library: Library) -> float:
    """Return the relative polarity of a solvent, from Hansen's parameters where it is not listed.

    >>> 0.5 < of_solvent("1-butanol", Library.builtin()) < 0.7
    True
    """
    if not name or name not in library.names("solvent"):
        return 0.0
    entry = library.entry("solvent", name)
    if entry.has("relative_polarity"):
        return float(entry.quantity("relative_polarity"))
    parts = ("polar_energy_density", "hydrogen_bonding_energy_density")
    if not all(entry.has(p) for p in parts):
        return 0.0
    density = sum(float(entry.quantity(p)) for p in parts) * 1e-6  # [MPa]
    return min(1.0, _SCALE * math.sqrt(max(density, 0.0)) / _WATER)


def antisolvent_share(flask: Flask, library: Library) -> float:
    """Share of the volume that is antisolvent [1]."""
    name = flask.antisolvent
    if not name or name not in library.names("solvent"):
        return 0.0
    entry = library.entry("solvent", name)
    molar = float(entry.quantity("molar_volume")) if entry.has("molar_volume") else _USUAL_VOLUME
    return min(1.0, float(flask.antisolvent_amount) * molar / float(flask.volume))


def of_flask(flask: Flask, library: Library) -> float:
    """Return the polarity of solvent and antisolvent by their shares of the volume."""
    share = antisolvent_share(flask, library)
    anti = of_solvent(flask.antisolvent, library)
    return share * anti + (1.0 - share) * of_solvent(flask.solvent, library)
