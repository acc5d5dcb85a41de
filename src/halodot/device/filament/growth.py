"""How fast a filament grows and thins: steps in a row, and creep (numba).

One coordinate w [m] says all of the shape: below zero -w is the gap between the tip and the active
electrode, above zero the filament touches it and is w thicker than its tip.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ...core.constants import BOLTZMANN
from ...numerics.compiled import kernel
from .rates import (
    LARGEST,
    light_lowering,
    step_rate,
    surface_barrier,
    surface_diffusion_lifetime,
    thermal_conductance,
    wire_conductance,
    wire_resistivity,
)

WARM = 300.0  # K, at which the wear of one passage counts as given
HOTTEST = 1230.0  # K, where silver melts: what is hotter loses its heat by melting


class Cell(NamedTuple):
    """Numbers of one device; SI, energies in eV."""

    length: float  # of the way from electrode to electrode
    tip: float  # radius of the tip
    hop: float
    atom: float  # edge of the cube of an atom
    volume: float  # of an atom
    charge: float
    attempt: float
    inside: float  # barriers of hops inside dots and along their bare surface
    bare: float
    restored: float
    coverage: float
    redox: float  # barrier without ligands
    redox_shift: float
    transfer: float
    formation: float
    tension: float  # surface energy [J/m2]
    creep: float
    resistivity: float
    path: float  # mean free path of electrons
    decay: float  # of the gap's conductance
    point: float  # conductance of one atom
    film_heat: float  # thermal conductivity
    temperature: float  # of the surroundings
    warming: float  # rise for each W/m2 of absorbed light [K m2/W]
    lowering: float
    half_light: float
    redox_share: float
    damage: float
    damage_hot: float
    damage_exponent: float
    adhesion: float  # added to the creep barrier where dots have lost their ligands
    interface: float  # share of the voltage near the active electrode that falls at its face
    series: float
    compliance: float
    compliance_reset: float  # while the active electrode is negative
    growth: float  # factors from the lattice model
    thinning: float


@kernel
def curvature(c: Cell, radius: float) -> float:
    """Return the energy [eV] that an atom of a wire has above one of a flat face."""
    return c.tension * c.volume / (radius * 1.602176634e-19)


@kernel
def flux(c: Cell, w: float, volts: float, near: float, thermal: float, eased: float,
         lost: float) -> float:  # fmt: skip
    """Return atoms per second that each lane brings to the filament (negative: takes from it).

    Steps in a row, ions few: J = (1 - exp(D/kT)) / sum_i exp(G_i/kT) / k_i, with G_i the energy
    before step i and D of the whole way, gamma Omega / r - z V. Oxidation at the active electrode
    has the overpotential `interface near V`; of the rest, half falls over the hops and half at the
    tip. A filament that touches has, in its middle, half of the voltage against the electrode.

    Parameters
    ----------
    near
        Share of the voltage that falls over the layer at the active electrode.
    eased
        Fall of hop barriers under light [eV].
    lost
        Share of the ligands that is lost.
    """
    covered = c.coverage * (1.0 - lost)
    redox = c.redox + c.redox_shift * covered - c.redox_share * eased
    hop = surface_barrier(c.inside, c.bare, covered, c.restored) - eased
    gap, radius = max(-w, 0.0), c.tip + max(w, 0.0)
    reached = near + (1.0 - near) * max(0.0, 1.0 - gap / c.length)
    work = c.charge * volts * (1.0 - 0.5 * min(max(w, 0.0) / c.tip, 1.0))
    first = c.formation - c.interface * reached * work
    sites = max(1.0, gap / c.hop)
    down = 0.5 * (1.0 - c.interface * reached) * work / sites
    last = first - (sites - 1.0) * down
    whole = curvature(c, radius) - work
    slow = 1.0 / step_rate(redox, first, c.transfer, c.attempt, thermal)
    if sites > 1.0:
        jump = step_rate(max(hop, 0.0), -down, 0.5, c.attempt, thermal)
        slow += _weight(first, thermal) * _row(down / thermal, sites - 1.0) / jump
    end = step_rate(redox, whole - last, 1.0 - c.transfer, c.attempt, thermal)
    slow += _weight(last, thermal) / end
    return (1.0 - _weight(whole, thermal)) / slow


@kernel
def _weight(energy: float, thermal: float) -> float:
    return math.exp(max(-LARGEST, min(energy / thermal, LARGEST)))


@kernel
def _row(fall: float, count: float) -> float:
    """Return 1 + e^-x + ... of so many terms, each lower by a factor exp(-fall)."""
    if abs(fall) * count < 1e-6:
        return count
    fall = max(fall, -LARGEST / count)
    return math.expm1(-fall * count) / math.expm1(-fall)


@kernel
def creep_speed(c: Cell, w: float, temperature: float, eased: float, lost: float) -> float:
    """Return how fast surface diffusion thins the neck, or draws back the tip [m/s].

    r / (4 tau), so that a wire lives for tau ~ r^4; gamma Omega / r is not small beside kT at a
    tip of few atoms, hence (e^x - 1) / x.
    """
    radius = c.tip + max(w, 0.0)
    rest = c.length + min(w, 0.0)
    barrier = max(c.creep + c.adhesion * lost - c.redox_share * eased, 0.0)
    life = surface_diffusion_lifetime(
        radius, rest, c.tension, c.volume, barrier, c.attempt, temperature
    )
    if not life < math.inf:
        return 0.0
    x = min(curvature(c, radius) / (BOLTZMANN * temperature), LARGEST)
    return 0.25 * radius / life * math.expm1(x) / x


@kernel
def conductance(c: Cell, w: float) -> float:
    """Return the conductance [S] of the filament with its gap."""
    radius, rest = c.tip + max(w, 0.0), max(c.length + min(w, 0.0), 0.0)
    wire = wire_conductance(radius, rest, c.resistivity, c.path, c.atom * c.atom, c.point)
    return wire * math.exp(c.decay * min(w, 0.0))


@kernel
def heated(c: Cell, w: float, power: float, light: float) -> float:
    """Return the temperature [K] of the filament."""
    radius = c.tip + max(w, 0.0)
    ambient = c.temperature + c.warming * light
    rho = wire_resistivity(radius, c.resistivity, c.path)
    hot = ambient
    for _ in range(4):  # metal conducts heat the better the warmer it is
        mean = 0.5 * (ambient + hot)
        out = thermal_conductance(radius, c.length, rho, c.film_heat, mean)
        hot = min(ambient + power / out, HOTTEST)
    return hot


@kernel
def speed(c: Cell, w: float, volts: float, near: float, light: float, lost: float,
          power: float, shift: float) -> tuple[float, float, float]:  # fmt: skip
    """Return dw/dt [m/s], the part of it that passes between the metals, and the temperature [K].

    Parameters
    ----------
    shift
        Of the barriers on the way that this filament has taken [eV].
    """
    temperature = heated(c, w, power, light)
    thermal = BOLTZMANN * temperature
    eased = light_lowering(light, c.lowering, c.half_light)
    passing = c.growth * c.atom * flux(c, w, volts, near, thermal, eased, lost)
    passing *= math.exp(-shift / thermal)
    drawn = c.thinning * creep_speed(c, w, temperature, eased, lost)
    if w <= -c.length and passing < drawn:
        return 0.0, 0.0, temperature
    return passing - drawn, passing, temperature


@kernel
def wear_rate(c: Cell, w: float, passing: float, temperature: float) -> float:
    """Return the share of the remaining ligands that is lost each second.

    An atom that passes knocks a ligand off with p exp(-E/kT), E from `damage` at 300 K and p =
    `damage_hot`; half a coming and going is a gap closed, the radius grown e-fold, or back.
    """
    if c.damage <= 0.0:
        return 0.0
    radius = c.tip + max(w, 0.0)
    size = radius if w > 0.0 else c.length
    most = max(c.damage_hot, c.damage)
    chance = most * (c.damage / most) ** (WARM / temperature)
    atoms = max(math.pi * radius * radius / (c.atom * c.atom), 1.0)
    return 0.5 * chance * atoms**c.damage_exponent * abs(passing) / size
