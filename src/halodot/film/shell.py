"""How much of the ligand shell is left after washing and annealing.

A wash takes off the share r of what is there, so n washes leave (1 - r)^n. Heat desorbs with
the rate k = nu exp(-E_b / kT), leaving exp(-k t); nu = 1e13 1/s is the usual attempt rate of
first-order desorption and E_b the binding energy of the ligand (a prior of the library).
In a solution with c of free ligand the shell is in equilibrium (Langmuir),

    theta = K c / (1 + K c),   K = exp(dG / kT) / (1 mol/l),

dG being what a ligand gains from solution to surface, much less than E_b in vacuum.
"""

from __future__ import annotations

import math

from ..core.constants import BOLTZMANN

DESORPTION_ATTEMPT = 1e13


def after_wash(coverage: float, removal: float, cycles: int) -> float:
    """Return the coverage after `cycles` washes that each take off the share `removal`.

    Examples
    --------
    >>> after_wash(0.8, 0.5, 2)
    0.2
    """
    return coverage * (1.0 - removal) ** cycles


def after_anneal(coverage: float, binding: float, temperature: float, duration: float) -> float:
    """Return the coverage after `duration` [s] at `temperature` [K]; `binding` in eV.

    Examples
    --------
    >>> round(after_anneal(1.0, 3.0, 300.0, 3600.0), 6)
    1.0
    """
    rate = DESORPTION_ATTEMPT * math.exp(-binding / (BOLTZMANN * temperature))
    return coverage * math.exp(-rate * duration)


def adsorbed(concentration: float, gain: float, temperature: float) -> float:
    """Return the coverage in a solution with `concentration` [mol/m3]; `gain` in eV.

    Examples
    --------
    >>> round(adsorbed(1000.0, 0.0, 300.0), 6)
    0.5
    """
    bound = concentration / 1e3 * math.exp(gain / (BOLTZMANN * temperature))
    return bound / (1.0 + bound)
