"""From resolved layers to the cell of the charge engine, with light and band profiles."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import constants

from ..core.errors import InputError, nearest
from ..core.sourced import Sourced
from .charge import layers as engine
from .charge.build import Cell, build
from .charge.kernel import ELECTRON, HOLE, ION, PHI
from .charge.traps import distribution
from .spec import DeviceSpec, Exchange, Light, Trap
from .stack import ION_LIMIT, ResolvedContact, ResolvedLayer, at_temperature

Array = NDArray[np.float64]
TUNNEL_MASS = 0.5  # electron masses, where none is given


def charge_layer(
    layer: ResolvedLayer, generation: float | tuple[Array, Array]
) -> engine.ChargeLayer:
    """Return the engine's form of a layer (floats only)."""
    spec, ions = layer.spec, charge_ions(layer)
    fixed = layer["donor_density"]
    if spec.ion_compensation:
        fixed -= layer.ion_charge * layer["ion_density"]
    fixed -= sum(i.charge * float(i.density) for i in spec.ion if i.compensated)
    live = layer.carriers
    return engine.ChargeLayer(
        thickness=float(layer.thickness),
        relative_permittivity=layer["relative_permittivity"],
        electron_affinity=layer["electron_affinity"],
        band_gap=layer["band_gap"],
        dos_conduction=layer["effective_dos_conduction"],
        dos_valence=layer["effective_dos_valence"],
        electron_mobility=layer["electron_mobility"] if live else 0.0,
        hole_mobility=layer["hole_mobility"] if live else 0.0,
        carriers=live,
        tunnelling=spec.tunnelling,
        tunnel_mass=float(spec.tunnel_mass or TUNNEL_MASS),
        statistics_conduction=spec.statistics_conduction,
        statistics_valence=spec.statistics_valence,
        width_conduction=_or(layer.values.get("width_conduction"), 0.0),
        width_valence=_or(layer.values.get("width_valence"), 0.0),
        poole_frenkel=layer["poole_frenkel"],
        poole_frenkel_hole=_or(spec.poole_frenkel_hole, None),
        density_exponent=layer["density_exponent"],
        fixed_charge=fixed,
        radiative=layer["radiative_coefficient"],
        auger_electron=layer["auger_electron"],
        auger_hole=layer["auger_hole"],
        trap_density=layer["trap_density"] if live else 0.0,
        trap_energy=layer["electron_affinity"] + layer["trap_depth"],
        trap_charge=spec.trap_charge,
        capture_electron=layer["capture_electron"],
        capture_hole=layer["capture_hole"],
        traps=tuple(t for trap in spec.trap for t in charge_traps(trap, layer)) if live else (),
        ions=ions,
        transfer_velocity=float(spec.transfer_velocity),
        transfer_velocity_hole=_or(spec.transfer_velocity_hole, None),
        dipole=layer["dipole"],
        generation=generation,
    )


D = TypeVar("D", float, None)


def _or(value: Sourced | None, default: D) -> float | D:
    return default if value is None else float(value)


def charge_ions(layer: ResolvedLayer) -> tuple[engine.ChargeIon, ...]:
    """Return the mobile ions of a layer at its temperature."""
    ions = [
        engine.ChargeIon(
            name=ion.name,
            density=float(ion.density),
            mobility=float(
                at_temperature(ion.mobility, _or(ion.activation_energy, 0.0), layer.temperature)
            ),
            charge=ion.charge,
            limit=float(ion.limit or ION_LIMIT),
            jump=_or(ion.jump, 0.0),
        )
        for ion in layer.spec.ion
    ]
    if layer["ion_density"] > 0:
        own = engine.ChargeIon(
            name=layer.ion_name(),
            density=layer["ion_density"],
            mobility=layer["ion_mobility"],
            charge=layer.ion_charge,
            limit=float(layer.spec.ion_limit or ION_LIMIT),
            jump=layer["ion_jump"],
        )
        ions.insert(0, own)
    return tuple(ions)


def charge_traps(trap: Trap, layer: ResolvedLayer) -> tuple[engine.ChargeTrap, ...]:
    """Return the levels that stand for one table of traps."""
    energy = layer["electron_affinity"] + float(trap.depth)
    capture = (float(trap.capture_electron), float(trap.capture_hole))
    if trap.distribution == "level":
        return (
            engine.ChargeTrap(
                density=float(trap.density),
                energy=energy,
                charge=trap.charge,
                capture_electron=capture[0],
                capture_hole=capture[1],
            ),
        )
    return distribution(
        trap.distribution,
        float(trap.density),
        energy,
        _or(trap.width, 0.0),
        side="below" if trap.tail == "conduction" else "above",
        charge=trap.charge,
        capture_electron=capture[0],
        capture_hole=capture[1],
    )


def charge_contact(
    contact: ResolvedContact, beside: ResolvedLayer, field: str = "device.left"
) -> engine.ChargeContact:
    """Return the engine's form of a contact; `beside` is the layer that it touches.

    Raises
    ------
    InputError
        If ions are exchanged that the layer beside does not have.
    """
    spec = contact.spec
    return engine.ChargeContact(
        work_function=float(contact.work_function),
        velocity_electron=float(spec.velocity_electron),
        velocity_hole=float(spec.velocity_hole),
        image_force=spec.image_force and spec.kind == "schottky",
        tunnel_mass=_or(spec.tunnel_mass, 0.0) if spec.kind == "schottky" else 0.0,
        compact_capacitance=_or(spec.compact_capacitance, math.inf),
        exchange=tuple(
            _exchange(e, charge_ions(beside), f"{field}.exchange[{k}]")
            for k, e in enumerate(spec.exchange)
        ),
    )


def _exchange(
    exchange: Exchange, ions: tuple[engine.ChargeIon, ...], field: str
) -> engine.IonExchange:
    names = [ion.name for ion in ions]
    if exchange.ion not in names:
        raise InputError(
            f"{field}.ion",
            exchange.ion,
            "an ion of the layer at this contact: " + (", ".join(names) or "it has none"),
            nearest(exchange.ion, names) if names else "add [[device.layer.ion]] to that layer",
        )
    ion = ions[names.index(exchange.ion)]
    density = _or(exchange.density, ion.density)
    velocity = _or(exchange.velocity, 0.0)
    if exchange.current_density is not None:
        charge = abs(ion.charge) * constants.elementary_charge * density
        velocity = float(exchange.current_density) / charge
    return engine.IonExchange(
        species=ion.name, velocity=velocity, density=density, transfer=exchange.transfer
    )


def photon_energy(wavelength: float) -> float:
    """Energy of a photon [eV] of `wavelength` [m].

    >>> round(photon_energy(517e-9), 3)
    2.398
    """
    return float(constants.h * constants.c / wavelength / constants.elementary_charge)


def generation(
    layers: list[ResolvedLayer], light: Light | None
) -> list[float | tuple[Array, Array]]:
    """Generation in every layer at full light [m-3 s-1], Beer-Lambert from the left contact.

    A layer absorbs with its `absorption` where the photon energy reaches its gap; reflection and
    interference are left out. A layer's own uniform `generation` is added.
    """
    rates: list[float | tuple[Array, Array]] = []
    flux = 0.0
    if light is not None:
        energy = photon_energy(float(light.wavelength)) * constants.elementary_charge
        flux = float(light.intensity) / energy
    for layer in layers:
        own = layer["generation"]
        alpha = layer["absorption"] if layer.carriers else 0.0
        absorbs = light is not None and photon_energy(float(light.wavelength)) >= layer["band_gap"]
        if not absorbs or alpha == 0.0:
            rates.append(own)
            continue
        # crowded where light enters: the engine interpolates linearly, which overshoots exp()
        depth = float(layer.thickness) * np.linspace(0.0, 1.0, 401) ** 2
        rates.append((depth, own + alpha * flux * np.exp(-alpha * depth)))
        flux *= math.exp(-alpha * float(layer.thickness))
    return rates


def stack_of(
    spec: DeviceSpec,
    layers: list[ResolvedLayer],
    left: ResolvedContact,
    right: ResolvedContact | None,
) -> engine.Stack:
    """Return the engine's form of a device: layers, contacts, interfaces and circuit.

    Raises
    ------
    InputError
        If a contact exchanges ions that the layer beside it does not have.
    """
    rates = generation(layers, spec.light)
    faces = tuple(
        engine.ChargeInterface(
            after=f.after,
            trap_density=float(f.trap_density),
            trap_energy=float(f.trap_energy),
            trap_charge=f.trap_charge,
            capture_electron=float(f.capture_electron),
            capture_hole=float(f.capture_hole),
        )
        for f in spec.interface
    )
    return engine.Stack(
        layers=tuple(charge_layer(a, g) for a, g in zip(layers, rates, strict=True)),
        left=charge_contact(left, layers[0], "device.left"),
        right=charge_contact(right, layers[-1], "device.right") if right is not None else None,
        interfaces=faces,
        temperature=float(spec.temperature),
        circuit=circuit_of(spec),
    )


def circuit_of(spec: DeviceSpec) -> engine.Circuit:
    """Return the circuit per area of a device; the one of a transistor is empty."""
    if spec.area is None:
        return engine.Circuit()
    area, c = float(spec.area), spec.circuit
    return engine.Circuit(
        series_resistance=float(c.series_resistance) * area,
        shunt_resistance=_or(c.shunt_resistance, math.inf) * area,
        compliance=_or(c.compliance, math.inf) / area,
    )


def cell_of(
    spec: DeviceSpec,
    layers: list[ResolvedLayer],
    left: ResolvedContact,
    right: ResolvedContact | None,
) -> Cell:
    """Build the engine's cell of a device, on a grid."""
    stack = stack_of(spec, layers, left, right)
    return build(
        list(stack.layers),
        stack.left,
        stack.right,
        interfaces=list(stack.interfaces),
        temperature=stack.temperature,
        nodes=spec.nodes_per_layer,
    )


def profiles(cell: Cell, layers: list[ResolvedLayer], X: Array) -> dict[str, Array]:
    """Band edges and quasi-Fermi levels [eV, vacuum at the left contact's side], densities [m-3].

    Energies count from the Fermi level of the right contact (of the surface, in a transistor).
    """
    p, vt = cell.problem, cell.problem.thermal_voltage
    chi = np.array([a["electron_affinity"] for a in layers])[cell.layer]
    gap = np.array([a["band_gap"] for a in layers])[cell.layer]
    conduction = -X[PHI] * vt - chi
    with np.errstate(divide="ignore"):
        fermi_n = conduction + vt * (np.log(X[ELECTRON]) - p.band_n + chi / vt)
        fermi_p = conduction - gap - vt * (np.log(X[HOLE]) + p.band_p - (chi + gap) / vt)
    active = p.active[0]
    result = {
        "position": cell.position,
        "layer": cell.layer.astype(float),
        "conduction_edge": conduction,
        "valence_edge": conduction - gap,
        "fermi_electron": np.where(active, fermi_n, np.nan),
        "fermi_hole": np.where(active, fermi_p, np.nan),
        "electron_density": np.where(active, X[ELECTRON], 0.0),
        "hole_density": np.where(active, X[HOLE], 0.0),
    }
    if X.shape[0] > ION:
        result["ion_density"] = np.where(p.active[1], X[ION], 0.0)
    return result
