"""Mobile halide vacancies of the film: how many, how fast, and what ligands do to them.

Density: vacancies inside the cores plus those at places where a ligand is missing.
Two ways through a dot, side by side: its core, with the barrier of the bulk, and its surface,

    E_core = E_bulk,    E_surface(theta) = E_bulk (1 - h (1 - theta));

a bare surface (theta = 0) takes away the share h of the bulk barrier, a full shell restores it.
Mobility of a vacancy on the halide sublattice, hop length l = a/sqrt(2), to one of six sides,
and of all vacancies n_k on both ways:

    D_k = l^2 nu exp(-E_k/kT) / 6,    mu = crossing (n_core D_core + n_surf D_surf) / (n kT).

`crossing` slows both where they pass from dot to dot, in series with the way through the dot.
The activation energy is the mean of the barriers, weighted by what each way carries.

Ions that gather at a gate over the Debye length l_D of a film of thickness d need the time

    tau = (eps eps_0 / sigma_ion) (d / l_D),    sigma_ion = e n mu,  l_D^2 = eps eps_0 kT / (e n).

The linear law in coverage and the crossing factor are priors, see SurfaceSpec.

Reference for tau: M. Z. Bazant et al., Phys. Rev. E 70, 021506 (2004), remembered, unverified.
"""

from __future__ import annotations

import math

from ..core.constants import BOLTZMANN, ELEMENTARY_CHARGE, VACUUM_PERMITTIVITY


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
    """Return the barrier of vacancy migration on a surface [eV].

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


def side_by_side(
    inside: float, core: float, outside: float, surface: float, temperature: float
) -> tuple[float, float]:
    """Return the mean of exp(-E/kT) over two ways, and the activation energy [eV] of that mean.

    Parameters
    ----------
    inside, outside
        Vacancies on each way [m-3].
    core, surface
        Their barriers [eV].

    Examples
    --------
    >>> _, e = side_by_side(1.0, 0.44, 1.0, 0.33, 300.0)
    >>> round(e, 3)
    0.332
    """
    kT = BOLTZMANN * temperature
    lowest = min(core, surface)
    carried = (
        inside * math.exp((lowest - core) / kT),
        outside * math.exp((lowest - surface) / kT),
    )
    both = carried[0] + carried[1]
    if both <= 0.0:
        return math.exp(-core / kT), core
    mean = both / (inside + outside) * math.exp(-lowest / kT)
    return mean, (carried[0] * core + carried[1] * surface) / both


def conductivity(ions: float, mobility: float) -> float:
    """Return the ionic conductivity [S/m]."""
    return ELEMENTARY_CHARGE * ions * mobility


def debye_length(ions: float, permittivity: float, temperature: float) -> float:
    """Return the Debye length of the ions [m].

    Examples
    --------
    >>> round(debye_length(1e24, 6.0, 300.0) * 1e9, 1)
    2.9
    """
    volts = BOLTZMANN * temperature
    return math.sqrt(VACUUM_PERMITTIVITY * permittivity * volts / (ELEMENTARY_CHARGE * ions))


def following_time(
    ions: float, mobility: float, permittivity: float, thickness: float, temperature: float
) -> float:
    """Return the time that ions need to answer to a gate [s]; infinite without ions.

    Examples
    --------
    >>> fast = following_time(1e24, 1e-13, 6.0, 40e-9, 300.0)
    >>> round(following_time(1e24, 1e-14, 6.0, 40e-9, 300.0) / fast, 6)
    10.0
    """
    if ions <= 0.0 or mobility <= 0.0:
        return math.inf
    relaxation = VACUUM_PERMITTIVITY * permittivity / conductivity(ions, mobility)
    return relaxation * thickness / debye_length(ions, permittivity, temperature)
