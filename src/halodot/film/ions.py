"""Mobile halide vacancies of the film: how many, how fast, and what ligands do to them.

Density: vacancies inside the cores plus those at places where a ligand is missing.
Barrier: E(theta) = E_bulk (1 - h (1 - theta)): a bare surface (theta = 0) takes away the share
h of the bulk barrier, a full shell restores it. Mobility of a vacancy on the halide
sublattice, hop length l = a/sqrt(2), to one of six sides:

    D = l^2 nu exp(-E/kT) / 6 x crossing,    mu = D / kT.

The linear law in coverage and the crossing factor are priors, see SurfaceSpec.
"""

from __future__ import annotations

import math

from ..core.constants import BOLTZMANN


def density(fill: float, bulk: float, dots: float, missing: float, share: float) -> float:
    """Return the mobile vacancies per volume of film [m-3].

    Parameters
    ----------
    fill, bulk
        Volume fraction of cores [1] and vacancies per volume inside them [m-3].
    dots, missing, share
        Dots per volume [m-3], missing ligands per dot, vacancies per missing ligand.

    Examples
    --------
    >>> density(0.5, 1e24, 5e23, 100.0, 0.01)
    1e+24
    """
    return fill * bulk + dots * missing * share


def activation(bulk: float, softening: float, coverage: float) -> float:
    """Return the barrier of vacancy migration [eV].

    Examples
    --------
    >>> activation(0.44, 0.5, 1.0), activation(0.44, 0.5, 0.0)
    (0.44, 0.22)
    """
    return bulk * (1.0 - softening * (1.0 - coverage))


def mobility(
    hop: float, attempt: float, barrier: float, crossing: float, temperature: float
) -> float:
    """Return the vacancy mobility [m2/Vs]; `hop` [m], `attempt` [1/s], `barrier` [eV]."""
    kT = BOLTZMANN * temperature
    return hop**2 * attempt * math.exp(-barrier / kT) * crossing / (6.0 * kT)
