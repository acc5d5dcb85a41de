"""Rates and conductances of filaments: plain functions that kernels and Python call alike.

Energies in eV, the rest in SI. Every rate that has a way back obeys detailed balance.

Sources: N. F. Mott and R. W. Gurney, Electronic Processes in Ionic Crystals (1940), hop in a field;
W. W. Mullins, J. Appl. Phys. 28, 333 (1957), doi 10.1063/1.1722742, and F. A. Nichols and
W. W. Mullins, Trans. Metall. Soc. AIME 233, 1840 (1965), break-up of a wire by surface diffusion;
K. Fuchs, Proc. Camb. Phil. Soc. 34, 100 (1938), and R. B. Dingle, Proc. R. Soc. A 201, 545 (1950),
doi 10.1098/rspa.1950.0077, resistance of thin wires.
"""

from __future__ import annotations

import math

from ...core.constants import BOLTZMANN, ELEMENTARY_CHARGE
from ...numerics.compiled import kernel

LORENZ = math.pi**2 / 3.0 * BOLTZMANN**2  # Wiedemann-Franz [V2/K2], BOLTZMANN in eV/K
LARGEST = 600.0  # exponents beyond it are cut


@kernel
def step_rate(barrier: float, gain: float, share: float, attempt: float, thermal: float) -> float:
    """Return the rate [1/s] of a step that raises the energy by `gain`.

    The barrier is ``max(barrier + share gain, gain, 0)``; the way back (minus the gain, one minus
    the share) then has a rate larger by exp(gain / kT), whatever the gain.

    Parameters
    ----------
    barrier
        At no gain [eV].
    gain
        Energy after less energy before [eV].
    share
        Part of the gain that stands at the top of the barrier.
    attempt
        Attempt frequency [Hz].
    thermal
        kT [eV].

    Examples
    --------
    >>> there, back = step_rate(0.4, 0.1, 0.3, 1e12, 0.025), step_rate(0.4, -0.1, 0.7, 1e12, 0.025)
    >>> round(back / there / math.exp(0.1 / 0.025), 12)
    1.0
    """
    top = barrier + share * gain
    if top < gain:
        top = gain
    if top < 0.0:
        top = 0.0
    return attempt * math.exp(-top / thermal)


@kernel
def hop_rate(
    barrier: float, charge: float, field: float, jump: float, attempt: float, temperature: float
) -> float:
    """Return the rate [1/s] of a hop of length `jump` [m] along a field [V/m] (negative: against).

    k = nu exp(-(E - z F a / 2) / kT), the barrier cut at zero along and at z F a against the field.

    >>> round(hop_rate(0.44, 1.0, 0.0, 4.2e-10, 1e12, 300.0), -2)
    40600.0
    """
    gain = -charge * field * jump
    return step_rate(barrier, gain, 0.5, attempt, BOLTZMANN * temperature)


@kernel
def butler_volmer(
    exchange: float, overpotential: float, transfer: float, charge: float, temperature: float
) -> float:
    """Return the net current density, in the unit of `exchange`, oxidation counted positive.

    j = j0 (exp(alpha z eta / kT) - exp(-(1 - alpha) z eta / kT)).

    >>> butler_volmer(1.0, 0.0, 0.5, 1.0, 300.0)
    0.0
    """
    x = charge * overpotential / (BOLTZMANN * temperature)
    there, back = min(transfer * x, LARGEST), min(-(1.0 - transfer) * x, LARGEST)
    return exchange * (math.exp(there) - math.exp(back))


@kernel
def exchange_current(
    barrier: float, charge: float, attempt: float, area: float, temperature: float
) -> float:
    """Return the exchange current density [A/m2] of sites of `area` [m2] with a redox barrier."""
    rate = attempt * math.exp(-barrier / (BOLTZMANN * temperature))
    return charge * ELEMENTARY_CHARGE * rate / area


@kernel
def gibbs_thomson(
    radius: float, surface_energy: float, atomic_volume: float, temperature: float
) -> float:
    """Return the factor by which atoms leave a wire more easily than a flat face.

    exp(gamma Omega / (r kT)), gamma in J/m2, Omega in m3, r in m.

    >>> round(gibbs_thomson(1e-9, 0.7, 1.706e-29, 300.0), 2)
    17.87
    """
    curved = surface_energy * atomic_volume / (radius * ELEMENTARY_CHARGE)
    return math.exp(min(curved / (BOLTZMANN * temperature), LARGEST))


@kernel
def surface_diffusion_lifetime(
    radius: float, length: float, surface_energy: float, atomic_volume: float, creep_barrier: float,
    attempt: float, temperature: float,
) -> float:  # fmt: skip
    """Return the time [s] after which surface diffusion has broken a wire of `radius` and `length`.

    A wave of wave number k on it grows at B x2 (1 - x2) / r4, x = k r, B = D_s gamma Omega^(4/3) /
    kT, D_s = nu a2 exp(-E / kT) / 4, a3 = Omega. The fastest one that fits between the fixed ends
    breaks the wire when it has grown from half an atom to the radius; none fits where the wire is
    shorter than its girth, and the time is infinite.

    >>> surface_diffusion_lifetime(1e-9, 5e-9, 0.7, 1.7e-29, 0.5, 1e12, 300.0)
    inf
    """
    if length <= 2.0 * math.pi * radius:
        return math.inf
    thermal = BOLTZMANN * temperature
    atom = atomic_volume ** (1.0 / 3.0)
    diffusivity = 0.25 * attempt * atom * atom * math.exp(-creep_barrier / thermal)
    mobility = diffusivity * surface_energy * atom**4 / (thermal * ELEMENTARY_CHARGE)
    x = max(2.0 * math.pi * radius / length, math.sqrt(0.5))
    growth = mobility * x * x * (1.0 - x * x) / radius**4
    return math.log(1.0 + 2.0 * radius / atom) / growth


@kernel
def gap_conductance(gap: float, area: float, decay: float, atom_area: float, point: float) -> float:
    """Return the conductance [S] across a gap: one channel of `point` for each atom of the tip.

    >>> gap_conductance(0.0, 1e-19, 1e10, 1e-19, 7.748e-5)
    7.748e-05
    """
    return point * max(area / atom_area, 1.0) * math.exp(-decay * max(gap, 0.0))


@kernel
def wire_resistivity(radius: float, resistivity: float, mean_free_path: float) -> float:
    """Return the resistivity of a wire whose surface scatters diffusely: rho (1 + 3 l / 8 r)."""
    return resistivity * (1.0 + 0.375 * mean_free_path / radius)


@kernel
def wire_conductance(
    radius: float, length: float, resistivity: float, mean_free_path: float, atom_area: float,
    point: float,
) -> float:  # fmt: skip
    """Return the conductance [S] of a wire, with the contact resistance of its own cross-section.

    1/G = rho(r) L / (pi r2) + 1 / (G_point pi r2 / a2): the second part is what a wire of no length
    still has, one channel for each atom of its cross-section.
    """
    area = math.pi * radius * radius
    body = wire_resistivity(radius, resistivity, mean_free_path) * length / area
    return 1.0 / (body + 1.0 / (point * max(area / atom_area, 1.0)))


@kernel
def thermal_conductance(
    radius: float, length: float, resistivity: float, film: float, temperature: float
) -> float:
    """Return watts per kelvin that leave a filament along itself and through the film.

    Along: 8 kappa A / L (the middle of a wire heated evenly between cold ends), kappa from
    Wiedemann and Franz; across: 2 pi kappa_film L / ln(1 + L / 2r), electrodes near by.
    """
    area = math.pi * radius * radius
    along = 8.0 * LORENZ * temperature / resistivity * area / length
    across = 2.0 * math.pi * film * length / math.log(1.0 + 0.5 * length / radius)
    return along + across


@kernel
def joule_temperature(
    power: float, film: float, radius: float, length: float, resistivity: float, ambient: float
) -> float:
    """Return the temperature [K] of the middle of a filament that turns `power` [W] into heat.

    Parameters
    ----------
    power
        Heat set free in the filament [W].
    film
        Thermal conductivity of the film [W/m/K].
    radius, length
        Of the filament [m].
    resistivity
        Of the filament at its radius [ohm m], for the heat that runs along it.
    ambient
        Temperature of the electrodes [K].
    """
    return ambient + power / thermal_conductance(radius, length, resistivity, film, ambient)


@kernel
def light_lowering(light: float, largest: float, half: float) -> float:
    """Return the fall of a barrier [eV] under light [W/m2]: linear at first, then saturating.

    >>> light_lowering(100.0, 0.08, 100.0)
    0.04
    """
    return largest * light / (light + half) if light > 0.0 else 0.0


@kernel
def surface_barrier(inside: float, bare: float, coverage: float, restored: float) -> float:
    """Return the barrier [eV] along a surface that ligands cover."""
    return bare + (inside - bare) * restored * coverage
