"""What time and heat do to the dots of a film: necks, and growth of large dots from small ones.

Necks. Two bare facets in contact grow together with the rate k = nu exp(-E_n/kT); both must
be bare, so that of all contacts

    neck = (1 - theta)^2 (1 - exp(-k t)).

Ripening. Ions leave small dots for large ones, in a film or its solvent. The mean size grows by
a factor g, confinement falls as 1/size^2, and the surface that is laid down anew, close to
equilibrium with dissolved halide, keeps only the share r of the traps and vacancies that bare
surface would leave. g and r are what a user says of the treatment (or stated priors); the
spread of sizes tends to what ripening leaves behind and is left as it came.

References: W. Ostwald, Z. Phys. Chem. 34, 495 (1900), for the process. The laws here are
bookkeeping, not kinetics; kinetics of ripening stand in `synthesis`.
"""

from __future__ import annotations

import math

from ..core.constants import BOLTZMANN

ATTEMPT = 1e13  # 1/s, of a lattice


def necks(coverage: float, barrier: float, temperature: float, duration: float) -> float:
    """Return the share of contacts that grow together [1]; `barrier` [eV], [K], [s].

    Examples
    --------
    >>> necks(1.0, 1.1, 400.0, 3600.0), necks(0.0, 1.1, 500.0, 3600.0)
    (0.0, 1.0)
    """
    rate = ATTEMPT * math.exp(-barrier / (BOLTZMANN * temperature))
    return (1.0 - coverage) ** 2 * -math.expm1(-rate * duration)


def either(one: float, other: float) -> float:
    """Return the share of contacts grown together by one of two independent ways [1].

    Examples
    --------
    >>> either(0.5, 0.5)
    0.75
    """
    return one + other - one * other


def shift(slope: float, growth: float) -> float:
    """Return by how much the level of a dot sinks as it grows [eV].

    The level stands dE = -slope/2 above its edge, `slope` = d(level)/d(ln size), and falls as
    1/size^2: dE (1 - 1/g^2).

    Examples
    --------
    >>> shift(-0.2, 1.0), round(shift(-0.2, 2.0), 3)
    (0.0, 0.075)
    """
    return -0.5 * slope * (1.0 - 1.0 / growth**2)
