"""What the engine is told of a stack: plain SI floats, energies in eV below vacuum.

These objects are frozen and know nothing of grids; `build.build` discretises them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
TrapCharge = Literal["neutral", "donor", "acceptor"]
Statistics = Literal["boltzmann", "blakemore", "fermi_dirac", "gaussian"]


@dataclass(frozen=True, kw_only=True)
class ChargeIon:
    """A mobile ion species of one layer; equal names in neighbouring layers may cross.

    Attributes
    ----------
    density
        Mean density [m-3]; it is conserved unless a contact injects the species.
    mobility
        At the temperature of the stack [m2/Vs].
    charge
        Charge number.
    limit
        Largest density (sites) [m-3].
    jump
        Distance of one hop [m]: high fields lower the barrier, mobility x sinh(y)/y with
        y = |z| q E jump / 2kT; 0 leaves the mobility alone.
    """

    name: str
    density: float
    mobility: float
    charge: int
    limit: float = 1e28
    jump: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ChargeTrap:
    """A trap level of a layer: density [m-3], energy below vacuum [eV], capture [m3/s].

    A distribution of levels is a tuple of these (`traps.distribution`).
    """

    density: float
    energy: float
    charge: TrapCharge = "neutral"
    capture_electron: float = 0.0
    capture_hole: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ChargeLayer:
    """A layer as the engine sees it: SI floats, energies in eV below vacuum.

    Attributes
    ----------
    carriers
        Whether electrons and holes enter. A layer without carriers and ions is an insulator.
    tunnelling
        An insulator through which carriers tunnel from neighbour to neighbour (direct and
        Fowler-Nordheim): it becomes a single edge of the grid, with the band edges given here as
        barrier and `tunnel_mass` [electron masses].
    statistics_conduction, statistics_valence
        Occupation of the bands; `width_conduction`, `width_valence` [eV] is the standard deviation
        of a gaussian density of states, whose edge (affinity) is then the centre of the gaussian.
    poole_frenkel, poole_frenkel_hole
        Field exponent of the electron and hole mobility [(m/V)^0.5]; the second is None if it
        equals the first.
    density_exponent
        Strength of the carrier-density dependence of both mobilities in gaussian disorder: 1 is the
        law of `mobility.pasveer` at the widths given, 0 none.
    fixed_charge
        Immobile charge density in units of q [m-3] (doping, compensation of the ions).
    radiative
        Bimolecular coefficient [m3/s]; `auger_electron`, `auger_hole` [m6/s].
    trap_density, trap_energy, trap_charge, capture_electron, capture_hole
        One trap level, for short; `traps` are further ones.
    transfer_velocity
        Velocity at which carriers cross to the next layer [m/s]; inf keeps their quasi-Fermi
        levels continuous. `transfer_velocity_hole` is None if it equals that of electrons.
    dipole
        Step of the electrostatic potential on the way to the next layer [V].
    supply_electron, supply_hole
        Rate at which the carriers of the layer follow the quasi-Fermi level of a free surface at
        the right [1/s]: the channel of a transistor is fed along its length, not from above.
    generation
        At full light: a number or a profile (position from the left of the layer [m], rate
        [m-3 s-1]); a tuple of such for several light sources stands in `sources`.
    """

    thickness: float
    relative_permittivity: float
    electron_affinity: float
    band_gap: float
    dos_conduction: float
    dos_valence: float
    electron_mobility: float
    hole_mobility: float
    carriers: bool = True
    tunnelling: bool = False
    tunnel_mass: float = 0.5
    statistics_conduction: Statistics = "boltzmann"
    statistics_valence: Statistics = "boltzmann"
    width_conduction: float = 0.0
    width_valence: float = 0.0
    poole_frenkel: float = 0.0
    poole_frenkel_hole: float | None = None
    density_exponent: float = 0.0
    fixed_charge: float = 0.0
    radiative: float = 0.0
    auger_electron: float = 0.0
    auger_hole: float = 0.0
    trap_density: float = 0.0
    trap_energy: float = 0.0
    trap_charge: TrapCharge = "neutral"
    capture_electron: float = 0.0
    capture_hole: float = 0.0
    traps: tuple[ChargeTrap, ...] = ()
    ions: tuple[ChargeIon, ...] = ()
    transfer_velocity: float = 1e4
    transfer_velocity_hole: float | None = None
    dipole: float = 0.0
    supply_electron: float = 0.0
    supply_hole: float = 0.0
    generation: float | tuple[Array, Array] = 0.0
    sources: tuple[float | tuple[Array, Array], ...] = ()


@dataclass(frozen=True, kw_only=True)
class IonExchange:
    """An electrode that a species can enter and leave: Butler-Volmer kinetics.

    Attributes
    ----------
    species
        Name of the ion.
    velocity
        Exchange velocity at equilibrium [m/s]: flux = velocity (n_eq e^(a z eta) - n e^(-(1-a) z
        eta)), eta the overpotential over the compact layer in kT/q.
    density
        Density in the layer at which the reaction is balanced without overpotential [m-3].
    transfer
        Symmetry factor a between 0 and 1.
    """

    species: str
    velocity: float
    density: float
    transfer: float = 0.5


@dataclass(frozen=True, kw_only=True)
class ChargeContact:
    """A metal at one end of the stack.

    Attributes
    ----------
    work_function
        [eV]
    velocity_electron, velocity_hole
        Surface velocities [m/s]; inf holds the equilibrium density.
    image_force
        Whether the image force lowers the barrier of injection.
    tunnel_mass
        Effective mass of tunnelling through the barrier of injection [electron masses]; 0: none.
    compact_capacitance
        Of a compact (Helmholtz) layer in series [F/m2]; inf for none.
    exchange
        Ions that the electrode gives and takes.
    """

    work_function: float
    velocity_electron: float = 1e5
    velocity_hole: float = 1e5
    image_force: bool = False
    tunnel_mass: float = 0.0
    compact_capacitance: float = float("inf")
    exchange: tuple[IonExchange, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChargeInterface:
    """Traps per area [m-2] between layer `after` and the next, level below vacuum [eV]."""

    after: int
    trap_density: float
    trap_energy: float
    trap_charge: TrapCharge = "neutral"
    capture_electron: float = 0.0
    capture_hole: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Circuit:
    """What stands between the source and the device, per device area.

    Attributes
    ----------
    series_resistance, shunt_resistance
        [Ohm m2]
    compliance
        Largest current density the source gives [A/m2]; it then clamps like a source meter.
    """

    series_resistance: float = 0.0
    shunt_resistance: float = float("inf")
    compliance: float = float("inf")


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A gate beside a sheet whose x runs along the channel, from source to drain.

    Every node of the sheet faces the gate through the insulator, as by a plate capacitor.

    Attributes
    ----------
    capacitance
        Of the insulator [F/m2].
    thickness
        Of the sheet [m].
    work_function
        Of the gate metal [eV].
    voltage
        Gate voltage against the right contact [V].
    """

    capacitance: float
    thickness: float
    work_function: float
    voltage: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A device: layers from the left contact to the right one, and its circuit.

    `right` None makes the right end a free surface at which the carriers keep a given quasi-Fermi
    level (the channel of a transistor). Voltage is applied to the left contact. Where layers say
    how fast they are supplied along the channel, that surface is closed. With `gate`, the stack
    lies along the channel of a transistor, from one contact to the other.
    """

    layers: tuple[ChargeLayer, ...]
    left: ChargeContact
    right: ChargeContact | None
    interfaces: tuple[ChargeInterface, ...] = ()
    temperature: float = 300.0
    circuit: Circuit = Circuit()
    gate: Gate | None = None
