"""Mobility of carriers that hop from dot to dot, in closed form.

Coupling. Two wells of width L in contact form a band of width 4 J = hbar^2 pi^2 / (2 m L^2),
that of a free carrier of mass m in the first zone of period L; a gap s weakens it,

    J(s) = J_0 exp(-beta s / 2),   J_0 = hbar^2 pi^2 / (8 m L^2).

Rate. Marcus (non-adiabatic) rate, joined to its adiabatic limit at the phonon frequency,

    k_na = (2 pi / hbar) J^2 / sqrt(4 pi lambda kT) exp(-lambda / 4 kT)
    k_ad = (E_ph / h) exp(-lambda / 4 kT),        1/k = 1/k_na + 1/k_ad.

Diffusion and mobility on a lattice of pitch a with z neighbours, site energies spread by sigma:

    D = (z / 6) k a^2 exp(-C (sigma / kT)^2),     mu = D / kT   (kT in eV).

Range: one carrier at a time (low density), low field (e F a < kT), J < lambda / 4,
1 < sigma / kT < 5. Expected accuracy: a factor of ten, more where the gap is not measured.

References: R. A. Marcus, Rev. Mod. Phys. 65, 599 (1993), doi 10.1103/RevModPhys.65.599;
H. Baessler, Phys. Status Solidi B 175, 15 (1993), doi 10.1002/pssb.2221750102 (C = 4/9 and
the field exponent); W. F. Pasveer et al., Phys. Rev. Lett. 94, 206601 (2005),
doi 10.1103/PhysRevLett.94.206601 (0.42 on the lattice at vanishing density).
"""

from __future__ import annotations

import math

from ..core.constants import BOLTZMANN, HBAR, KINETIC, PLANCK

# Baessler's lattice had a = 0.6 nm; his exponent 2.9e-4 (cm/V)^0.5 scales with sqrt(a).
GDM_FIELD = 2.9e-5  # (m/V)^0.5
GDM_PITCH = 0.6e-9


def contact_coupling(size: float, mass: float) -> float:
    """Return the transfer integral of two cores without gap [eV].

    Parameters
    ----------
    size
        Width of the core along the hop [m].
    mass
        Carrier mass [electron masses].

    Examples
    --------
    >>> round(contact_coupling(10e-9, 0.22) * 1e3, 2)
    4.27
    """
    return (2.0 * KINETIC) * math.pi**2 / (8.0 * mass * size**2)


def sphere_overlap(size: float, decay: float) -> float:
    """Return the coupling of spheres relative to facing facets of the same width [1].

    The gap of two spheres of radius R grows as s + r^2/R off the axis, so the tunnelling
    amplitude exp(-decay s / 2) integrates to the area 2 pi R / decay; over the facet (2R)^2.

    Examples
    --------
    >>> round(sphere_overlap(10e-9, 9e9), 4)
    0.0349
    """
    return math.pi / (decay * size)


def hop_rate(
    coupling: float, gap: float, decay: float, reorganisation: float, phonon: float, kT: float
) -> float:
    """Return the rate of a hop to one neighbour of equal energy [1/s].

    Parameters
    ----------
    coupling
        Transfer integral at contact [eV].
    gap, decay
        Gap [m] and decay of the rate with it [1/m].
    reorganisation, phonon, kT
        Reorganisation energy, phonon energy and thermal energy [eV].

    Examples
    --------
    >>> near, far = (hop_rate(4e-3, s, 9e9, 0.1, 0.02, 0.02585) for s in (1e-9, 2e-9))
    >>> round(near / far / 8103.08, 2)
    1.0
    """
    activation = math.exp(-reorganisation / (4.0 * kT))
    j2 = coupling**2 * math.exp(-decay * gap)
    slow = 2.0 * math.pi / HBAR * j2 / math.sqrt(4.0 * math.pi * reorganisation * kT)
    fast = phonon / PLANCK
    return activation * slow * fast / (slow + fast)


def disorder(level_slope: float, size_spread: float, static: float) -> float:
    """Return the standard deviation of the site energies [eV].

    Examples
    --------
    >>> round(disorder(-0.3, 0.1, 0.04), 3)
    0.05
    """
    return math.hypot(level_slope * size_spread, static)


def disorder_factor(sigma: float, kT: float, exponent: float) -> float:
    """Return exp(-exponent (sigma/kT)^2), the slowing by site-energy disorder [1]."""
    return math.exp(-exponent * (sigma / kT) ** 2)


def bridged_rate(ordinary: float, bridged: float, share: float, neighbours: float = 6.0) -> float:
    """Return the effective rate of a lattice where `share` of the bonds have rate `bridged`.

    Effective medium of random bonds: sum of p_i (k_i - k) / (k_i + (z/2 - 1) k) = 0, the
    positive root of its quadratic. Bridges percolate at share 2/z. S. Kirkpatrick,
    Rev. Mod. Phys. 45, 574 (1973), doi 10.1103/RevModPhys.45.574.

    Examples
    --------
    >>> bridged_rate(1.0, 100.0, 0.0), bridged_rate(1.0, 100.0, 1.0)
    (1.0, 100.0)
    """
    if share <= 0.0:
        return ordinary
    if share >= 1.0:
        return bridged
    w = neighbours / 2.0 - 1.0
    half = 0.5 * (ordinary * (w - share * (w + 1.0)) + bridged * (share * (w + 1.0) - 1.0))
    root = math.sqrt(half**2 + w * ordinary * bridged)
    if half < 0.0:  # below the threshold the sum would cancel
        return ordinary * bridged / (root - half)
    return (half + root) / w


def diffusivity(rate: float, pitch: float, neighbours: float = 6.0) -> float:
    """Return D = (z/6) k a^2 [m2/s] of hops of rate `rate` to each of z neighbours."""
    return neighbours / 6.0 * rate * pitch**2


def einstein_mobility(diffusion: float, temperature: float) -> float:
    """Return mu = D / (kT/e) [m2/Vs].

    Examples
    --------
    >>> round(einstein_mobility(0.05e-4, 300.0) * 1e4, 2)
    1.93
    """
    return diffusion / (BOLTZMANN * temperature)


def void_factor(packing: float) -> float:
    """Return the mobility of a film with voids relative to a dense one [1].

    Bruggeman for a conductor with insulating voids: sigma / sigma_0 = (3 f - 1) / 2 with f the
    space filled; carriers per volume fall with f, which leaves (3 f - 1) / (2 f).

    Examples
    --------
    >>> void_factor(1.0)
    1.0
    """
    return (3.0 * packing - 1.0) / (2.0 * packing)


def field_exponent(sigma: float, kT: float, pitch: float) -> float:
    """Return gamma in mu = mu_0 exp(gamma sqrt(F)) [(m/V)^0.5], Gaussian disorder model.

    gamma = 2.9e-5 sqrt(a / 0.6 nm) ((sigma/kT)^2 - 2.25), for little disorder of position.
    Negative below sigma = 1.5 kT: there, a field takes carriers past the easy hops.

    Examples
    --------
    >>> f"{field_exponent(0.05, 0.025, 9.6e-9):.2e}"
    '2.03e-04'
    """
    return GDM_FIELD * math.sqrt(pitch / GDM_PITCH) * ((sigma / kT) ** 2 - 2.25)
