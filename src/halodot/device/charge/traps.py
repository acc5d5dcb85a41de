"""Distributions of trap levels as a handful of levels that keep their moments."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from ...core.errors import InputError
from .layers import ChargeTrap, TrapCharge

Shape = Literal["gaussian", "exponential", "uniform"]
Side = Literal["below", "above"]


def distribution(
    kind: Shape,
    total: float,
    energy: float,
    width: float,
    *,
    levels: int = 7,
    side: Side = "below",
    charge: TrapCharge = "neutral",
    capture_electron: float = 0.0,
    capture_hole: float = 0.0,
) -> tuple[ChargeTrap, ...]:
    """Return `levels` trap levels that stand for a distribution of them.

    Parameters
    ----------
    kind
        gaussian: centre `energy`, standard deviation `width`; exponential: edge `energy`, decay
        `width`, towards `side` of the edge; uniform: centre `energy`, full width `width`.
    total
        Density of all levels [m-3].
    energy, width
        [eV], energy below vacuum.
    side
        Of an exponential: "below" the edge (tail of a conduction band), "above" it (valence band).
    charge, capture_electron, capture_hole
        Of every level, see `ChargeTrap`.

    Notes
    -----
    Rules of Gauss (Hermite, Laguerre, Legendre): total and all moments up to 2 levels - 1 are
    exact. Filling against the Fermi level is smooth once neighbours stand within 3 kT; accuracy
    against `levels` is in docs/theory/traps.md.

    >>> tail = distribution("exponential", 1e22, 4.0, 0.05, levels=3)
    >>> [round(t.energy, 4) for t in tail]
    [4.0208, 4.1147, 4.3145]
    >>> print(f"{sum(t.density for t in tail):.6g}")
    1e+22
    """
    if kind not in get_args(Shape):
        raise InputError("distribution", kind, f"one of {', '.join(get_args(Shape))}", "choose one")
    if not (levels >= 1 and width >= 0.0 and total >= 0.0):
        raise InputError(
            "levels, width, density", f"{levels}, {width}, {total}", "positive", "correct it"
        )
    depth, share = _rule(kind, levels)
    if kind == "exponential" and side == "above":
        depth = -depth
    return tuple(
        ChargeTrap(
            density=total * float(w),
            energy=energy + width * float(d),
            charge=charge,
            capture_electron=capture_electron,
            capture_hole=capture_hole,
        )
        for d, w in zip(depth, share, strict=True)
    )


def _rule(kind: Shape, levels: int) -> tuple[np.ndarray, np.ndarray]:
    """Depths in units of the width and shares of the total."""
    if kind == "gaussian":
        depth, share = np.polynomial.hermite_e.hermegauss(levels)
    elif kind == "exponential":
        depth, share = np.polynomial.laguerre.laggauss(levels)
    else:
        depth, share = np.polynomial.legendre.leggauss(levels)
        depth = 0.5 * depth
    return depth, share / share.sum()
