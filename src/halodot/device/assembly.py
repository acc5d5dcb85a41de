"""From resolved layers to the cell of the charge engine, with light and band profiles."""

from __future__ import annotations

import math
import re
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..core.constants import ELEMENTARY_CHARGE
from ..core.errors import InputError, nearest
from ..core.sourced import Sourced
from .charge import layers as engine
from .charge.build import Cell, discretise
from .charge.grid import initial
from .charge.ions import regions
from .charge.problem import BOLTZMANN_BAND, ELECTRON, HOLE, ION, PHI, Problem
from .charge.statistics import excess
from .charge.traps import distribution
from .illumination import Illumination, Rate, illuminate
from .spec import DeviceSpec, Exchange, Trap
from .stack import ION_LIMIT, ResolvedContact, ResolvedLayer, at_temperature

Array = NDArray[np.float64]
TUNNEL_MASS = 0.5  # electron masses, where none is given


def charge_layer(layer: ResolvedLayer, rates: tuple[Rate, ...]) -> engine.ChargeLayer:
    """Return the engine's form of a layer; `rates` are the pairs of each light source."""
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
        generation=rates[0],
        sources=rates if len(rates) > 1 else (),
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
        charge = abs(ion.charge) * ELEMENTARY_CHARGE * density
        velocity = float(exchange.current_density) / charge
    return engine.IonExchange(
        species=ion.name, velocity=velocity, density=density, transfer=exchange.transfer
    )


def stack_of(
    spec: DeviceSpec,
    layers: list[ResolvedLayer],
    left: ResolvedContact,
    right: ResolvedContact | None,
    lit: Illumination | None = None,
) -> engine.Stack:
    """Return the engine's form of a device: layers, contacts, interfaces and circuit.

    Parameters
    ----------
    lit
        Pairs that the light makes (`illumination.illuminate`); without, in the dark.

    Raises
    ------
    InputError
        If a contact exchanges ions that the layer beside it does not have, or ions of one name
        have different charges.
    """
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
    rates = illuminate(layers, None).rates if lit is None else lit.rates
    made = [charge_layer(a, r) for a, r in zip(layers, rates, strict=True)]
    try:
        regions(made)
    except ValueError as e:
        remedy = "give each species one charge, and at most four species to a layer"
        raise InputError("device.layer", str(e), "ions that go together", remedy) from None
    return engine.Stack(
        layers=tuple(made),
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
    """Build the engine's cell of a device, on a grid; a transistor is in the dark."""
    lit = illuminate(layers, spec.light, spec.optics) if right is not None else None
    return cell_on_grid(spec, stack_of(spec, layers, left, right, lit))


def cell_on_grid(spec: DeviceSpec, stack: engine.Stack) -> Cell:
    """Return a stack on the grid that the study asks for, or the initial one."""
    nodes = spec.nodes_per_layer
    return discretise(stack, initial(stack.layers, temperature=stack.temperature, nodes=nodes))


def profiles(cell: Cell, layers: list[ResolvedLayer], X: Array) -> dict[str, Array]:
    """Band edges and quasi-Fermi levels [eV, vacuum at the left contact's side], densities [m-3].

    Energies count from the Fermi level of the right contact (of the surface, in a transistor).
    """
    p, vt = cell.problem, cell.problem.thermal_voltage
    chi = np.array([a["electron_affinity"] for a in layers])[cell.layer]
    gap = np.array([a["band_gap"] for a in layers])[cell.layer]
    conduction = -X[PHI] * vt - chi
    with np.errstate(divide="ignore"):
        filled = [np.log(X[s]) - p.log_dos[s - 1] for s in (ELECTRON, HOLE)]
    fermi_n = conduction + vt * (filled[0] + _excess(p, filled[0], 0))
    fermi_p = conduction - gap - vt * (filled[1] + _excess(p, filled[1], 1))
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
        ions = np.where(p.active[1:], X[ION:], 0.0)
        result["ion_density"] = ions.sum(axis=0)
        found = regions(list(cell.stack.layers))
        names = list(dict.fromkeys(region.name for region in found))
        for name in names if len(names) > 1 else []:
            of_name = np.zeros(len(cell.layer))
            for region in (r for r in found if r.name == name):
                here = (cell.layer >= region.first) & (cell.layer <= region.last)
                of_name[here] = ions[region.row, here]
            result[f"ion_density_{re.sub('[^0-9A-Za-z]+', '_', name)}"] = of_name
    return result


def _excess(p: Problem, filled: Array, band: int) -> Array:
    """Excess chemical potential of a band at every node [kT]; `filled` is ln of its filling."""
    rows = p.statistics[band]
    empty = np.zeros(len(filled))
    for k in np.flatnonzero((rows != BOLTZMANN_BAND) & p.active[0]):
        empty[k] = excess(p.excess[rows[k]], filled[k])[0]
    return empty
