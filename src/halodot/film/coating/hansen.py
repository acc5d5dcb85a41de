"""How far a solvent is from the shell of the dots: Hansen's distance.

    Ra^2 = 4 (dD - dD')^2 + (dP - dP')^2 + (dH - dH')^2,      RED = Ra / R0

delta [MPa^0.5] are square roots of energies per volume; RED above one means that dots flocculate.
Alkanes have neither polar nor hydrogen-bonding part, so that their triplet is the computed
Hildebrand parameter. Triplets of other solvents are remembered (basis assumed) and are checked
against the computed Hildebrand parameter, delta^2 = dD^2 + dP^2 + dH^2. Where there is none, the
difference of Hildebrand parameters stands in, counted twice as the dispersive part is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...core.sourced import Sourced, assumed
from ...library.entry import Entry

SHELL = (
    assumed(16.3, "1", 15.5, 17.0, "alkyl chains; 16 to 17 MPa^0.5 in all, an assumption"),
    assumed(2.0, "1", 0.0, 4.0, "ammonium and carboxylate heads; not measured"),
    assumed(2.5, "1", 0.0, 5.0, "ammonium and carboxylate heads; not measured"),
)
RADIUS = assumed(6.0, "1", 4.5, 8.0, "toluene and chloroform disperse such dots, acetates do not")
MEGA = 1e6


@dataclass(frozen=True)
class Distance:
    """Hansen distance and what it stands on.

    Attributes
    ----------
    value
        Ra [MPa^0.5]; None where the library has neither triplet nor Hildebrand parameter.
    relative
        RED, over the radius of the shell [1].
    basis
        ``triplet``, ``alkane`` or ``hildebrand``.
    """

    value: float | None
    relative: float | None
    basis: str


def triplet(solvent: Entry) -> tuple[float, float, float] | None:
    """Hansen parameters (dispersion, polar, hydrogen bonding) [MPa^0.5], None where unknown.

    Examples
    --------
    >>> from halodot.library import Library
    >>> [round(d, 1) for d in triplet(Library.builtin().entry("solvent", "toluene"))]
    [18.0, 1.4, 2.0]
    """
    if solvent.text("solvent_class") == "alkane":
        whole = solvent.quantity("cohesive_energy_density")
        return (_root(whole), 0.0, 0.0) if whole.is_known else None
    names = ("dispersion", "polar", "hydrogen_bonding")
    found = [solvent.quantity(f"{n}_energy_density") for n in names]
    if not all(q.is_known for q in found):
        return None
    d, p, h = (_root(q) for q in found)
    return d, p, h


def _root(q: Sourced) -> float:
    return math.sqrt(float(q) / MEGA)


def distance(solvent: Entry) -> Distance:
    """Distance of a solvent from the shell of oleyl-capped dots."""
    shell = [float(q) for q in SHELL]
    found = triplet(solvent)
    if found is not None:
        d, p, h = (a - b for a, b in zip(found, shell, strict=True))
        ra = math.sqrt(4.0 * d * d + p * p + h * h)
        basis = "alkane" if solvent.text("solvent_class") == "alkane" else "triplet"
        return Distance(ra, ra / float(RADIUS), basis)
    whole = solvent.quantity("cohesive_energy_density")
    if not whole.is_known:
        return Distance(None, None, "unknown")
    ra = 2.0 * abs(_root(whole) - math.hypot(*shell))
    return Distance(ra, ra / float(RADIUS), "hildebrand")
