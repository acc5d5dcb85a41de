"""From resolved layers to the cell of the charge engine, with light and band profiles."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import constants

from .charge.build import (
    Cell,
    ChargeContact,
    ChargeInterface,
    ChargeIon,
    ChargeLayer,
    build,
)
from .charge.kernel import ELECTRON, HOLE, ION, PHI
from .spec import DeviceSpec, Light
from .stack import ION_LIMIT, ResolvedContact, ResolvedLayer

Array = NDArray[np.float64]


def charge_layer(layer: ResolvedLayer, generation: float | tuple[Array, Array]) -> ChargeLayer:
    """Return the engine's form of a layer (floats only)."""
    ions: tuple[ChargeIon, ...] = ()
    fixed = layer["donor_density"]
    if layer["ion_density"] > 0:
        limit = float(layer.spec.ion_limit or ION_LIMIT)
        ions = (
            ChargeIon(
                name=f"{layer.material} {'cation' if layer.ion_charge > 0 else 'anion'}",
                density=layer["ion_density"],
                mobility=layer["ion_mobility"],
                charge=layer.ion_charge,
                limit=limit,
            ),
        )
        if layer.spec.ion_compensation:
            fixed -= layer.ion_charge * layer["ion_density"]
    return ChargeLayer(
        thickness=float(layer.thickness),
        relative_permittivity=layer["relative_permittivity"],
        electron_affinity=layer["electron_affinity"],
        band_gap=layer["band_gap"],
        dos_conduction=layer["effective_dos_conduction"],
        dos_valence=layer["effective_dos_valence"],
        electron_mobility=layer["electron_mobility"] if layer.carriers else 0.0,
        hole_mobility=layer["hole_mobility"] if layer.carriers else 0.0,
        carriers=layer.carriers,
        poole_frenkel=layer["poole_frenkel"],
        fixed_charge=fixed,
        radiative=layer["radiative_coefficient"],
        trap_density=layer["trap_density"] if layer.carriers else 0.0,
        trap_energy=layer["electron_affinity"] + layer["trap_depth"],
        trap_charge=layer.spec.trap_charge,
        capture_electron=layer["capture_electron"],
        capture_hole=layer["capture_hole"],
        ions=ions,
        transfer_velocity=float(layer.spec.transfer_velocity),
        generation=generation,
    )


def charge_contact(contact: ResolvedContact) -> ChargeContact:
    """Return the engine's form of a contact."""
    return ChargeContact(
        work_function=float(contact.work_function),
        velocity_electron=float(contact.spec.velocity_electron),
        velocity_hole=float(contact.spec.velocity_hole),
        image_force=contact.spec.image_force and contact.spec.kind == "schottky",
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


def cell_of(
    spec: DeviceSpec,
    layers: list[ResolvedLayer],
    left: ResolvedContact,
    right: ResolvedContact | None,
) -> Cell:
    """Build the engine's cell of a device."""
    rates = generation(layers, spec.light)
    faces = [
        ChargeInterface(
            after=f.after,
            trap_density=float(f.trap_density),
            trap_energy=float(f.trap_energy),
            trap_charge=f.trap_charge,
            capture_electron=float(f.capture_electron),
            capture_hole=float(f.capture_hole),
        )
        for f in spec.interface
    ]
    return build(
        [charge_layer(a, g) for a, g in zip(layers, rates, strict=True)],
        charge_contact(left),
        charge_contact(right) if right is not None else None,
        interfaces=faces,
        temperature=float(spec.temperature),
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
