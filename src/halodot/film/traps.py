"""Electronic traps at places without ligand, and what limits capture and recombination.

In a film where carriers hop slowly, finding the partner limits both: a trap or an opposite
carrier catches whatever diffuses into its Coulomb radius (Langevin), C = e mu / (eps eps_0).
An electron and a hole on the same dot recombine with the rate 1/tau, which caps the
bimolecular coefficient at 1 / (N_dot tau); the two resistances add,

    1/B = eps eps_0 / (e (mu_n + mu_p)) + N_dot tau.

Reference: P. Langevin, Ann. Chim. Phys. 28, 433 (1903).
"""

from __future__ import annotations

from ..core.constants import ELEMENTARY_CHARGE, VACUUM_PERMITTIVITY


def missing_ligands(surface: float, grafting: float, coverage: float) -> float:
    """Return the number of missing ligands per dot; `grafting` of a full shell [m-2]."""
    return surface * grafting * (1.0 - coverage)


def density(dots: float, missing: float, share: float) -> float:
    """Return the traps per volume [m-3]."""
    return dots * missing * share


def langevin(mobility: float, permittivity: float) -> float:
    """Return the Langevin coefficient [m3/s].

    Examples
    --------
    >>> f"{langevin(1e-4, 10.0):.2e}"
    '1.81e-13'
    """
    return ELEMENTARY_CHARGE * mobility / (VACUUM_PERMITTIVITY * permittivity)


def bimolecular(encounter: float, dots: float, lifetime: float) -> float:
    """Return the recombination coefficient [m3/s] from encounter rate and on-dot lifetime."""
    return encounter / (1.0 + encounter * dots * lifetime)
