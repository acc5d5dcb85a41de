"""Effective permittivity of cores in ligands.

Maxwell-Garnett treats the cores as inclusions in a matrix of ligands, Bruggeman treats both
alike. Dots in a film stay apart, so Maxwell-Garnett is the model; the distance to Bruggeman is
taken as its uncertainty. Both hold for dots much smaller than a wavelength (optical) and for a
film much thicker than a dot (static).

References: J. C. Maxwell Garnett, Phil. Trans. R. Soc. A 203, 385 (1904),
doi 10.1098/rsta.1904.0024; D. A. G. Bruggeman, Ann. Phys. 416, 636 (1935),
doi 10.1002/andp.19354160705.
"""

from __future__ import annotations

import math


def maxwell_garnett(core: float, matrix: float, fill: float) -> float:
    """Return the permittivity of spheres `core` at volume fraction `fill` in `matrix` [1].

    Examples
    --------
    >>> maxwell_garnett(20.0, 2.0, 0.0), round(maxwell_garnett(20.0, 2.0, 1.0), 9)
    (2.0, 20.0)
    """
    x = fill * (core - matrix) / (core + 2.0 * matrix)
    return matrix * (1.0 + 2.0 * x) / (1.0 - x)


def bruggeman(core: float, matrix: float, fill: float) -> float:
    """Return the symmetric effective-medium permittivity [1].

    Positive root of f (c - e)/(c + 2e) + (1 - f) (m - e)/(m + 2e) = 0.

    Examples
    --------
    >>> bruggeman(20.0, 2.0, 0.0), bruggeman(20.0, 2.0, 1.0)
    (2.0, 20.0)
    """
    b = (3.0 * fill - 1.0) * core + (2.0 - 3.0 * fill) * matrix
    return (b + math.sqrt(b**2 + 8.0 * core * matrix)) / 4.0


def film_permittivity(core: float, matrix: float, fill: float, towards_bruggeman: float) -> float:
    """Return the permittivity between Maxwell-Garnett (0) and Bruggeman (1), linearly [1]."""
    low = maxwell_garnett(core, matrix, fill)
    return low + towards_bruggeman * (bruggeman(core, matrix, fill) - low)
