"""From layers, contacts and interfaces (plain SI floats) to the arrays of the kernel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import constants

from ...numerics.grid import layered, stretch_for
from .kernel import CONTACT, SURFACE, Problem

Array = NDArray[np.float64]
TrapCharge = Literal["neutral", "donor", "acceptor"]

Q = constants.elementary_charge
EPS0 = constants.epsilon_0
KB_EV = constants.Boltzmann / constants.elementary_charge
RICHARDSON = 1.20173e6  # A m-2 K-2, free electron mass

# charge of an empty level, charge lost when it is filled
_TRAP_CHARGE: dict[str, tuple[float, float]] = {
    "neutral": (0.0, 0.0),
    "donor": (1.0, 1.0),
    "acceptor": (0.0, 1.0),
}


@dataclass(frozen=True, kw_only=True)
class ChargeIon:
    """A mobile ion species of one layer; equal names in neighbouring layers may cross.

    Mean density [m-3], mobility [m2/Vs], charge number, largest density (sites) [m-3].
    """

    name: str
    density: float
    mobility: float
    charge: int
    limit: float = 1e28


@dataclass(frozen=True, kw_only=True)
class ChargeLayer:
    """A layer as the engine sees it: SI floats, energies in eV below vacuum.

    `trap_energy` is counted below vacuum, `fixed_charge` is the immobile charge density in units of
    q (compensation of the ions included), `generation` a number or a profile given as (position
    from the left of the layer [m], rate [m-3 s-1]). Carriers cross to the next layer at
    `transfer_velocity` [m/s], of the order of the thermal velocity of emission.
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
    poole_frenkel: float = 0.0
    fixed_charge: float = 0.0
    radiative: float = 0.0
    trap_density: float = 0.0
    trap_energy: float = 0.0
    trap_charge: TrapCharge = "neutral"
    capture_electron: float = 0.0
    capture_hole: float = 0.0
    ions: tuple[ChargeIon, ...] = ()
    transfer_velocity: float = 1e4
    generation: float | tuple[Array, Array] = 0.0


@dataclass(frozen=True, kw_only=True)
class ChargeContact:
    """A metal: work function [eV], surface velocities [m/s], image-force lowering on or off."""

    work_function: float
    velocity_electron: float = 1e5
    velocity_hole: float = 1e5
    image_force: bool = False


@dataclass(frozen=True, kw_only=True)
class ChargeInterface:
    """Traps per area [m-2] between layer `after` and the next, level below vacuum [eV]."""

    after: int
    trap_density: float
    trap_energy: float
    trap_charge: TrapCharge = "neutral"
    capture_electron: float = 0.0
    capture_hole: float = 0.0


@dataclass(frozen=True)
class Cell:
    """A stack ready to be solved: the kernel's arrays, the grid and the contacts.

    Attributes
    ----------
    position
        Of the nodes [m].
    layer
        Index of the layer of each node.
    built_in
        Work functions of the left and right contact in kT/q, the right one 0 for a free surface.
    """

    problem: Problem
    position: Array
    layer: NDArray[np.int64]
    temperature: float
    built_in: tuple[float, float]
    ion_mean: Array


def nodes_of(layer: ChargeLayer, wanted: int, temperature: float = 300.0) -> int:
    """Number of nodes of a layer: `wanted`, or by thickness; 11 for a bare insulator.

    Fronts of mobile ions are about a Debye length wide and may stand anywhere in the layer, so a
    layer with ions gets a node for each, up to 300.
    """
    if wanted:
        return max(wanted, 5)
    if not layer.carriers and not layer.ions:
        return 11
    count = max(21, 24 * math.log2(1.0 + layer.thickness / 2e-9))
    if layer.ions:
        count = max(count, layer.thickness / debye_length(layer, KB_EV * temperature))
    return int(min(300, count))


def debye_length(layer: ChargeLayer, vt: float) -> float:
    """Screening length of the fixed charge or the mobile ions, whichever is denser [m]."""
    charge = max([abs(layer.fixed_charge), 1e21, *(ion.density for ion in layer.ions)])
    return math.sqrt(EPS0 * layer.relative_permittivity * vt / (Q * charge))


def _stretch(layer: ChargeLayer, count: int, vt: float) -> float:
    """Crowd the nodes so that a third of the Debye length is seen at the ends."""
    return stretch_for(debye_length(layer, vt) / 3.0, layer.thickness, count)


def build(
    layers: list[ChargeLayer],
    left: ChargeContact,
    right: ChargeContact | None,
    *,
    interfaces: list[ChargeInterface] | None = None,
    temperature: float = 300.0,
    nodes: int | list[int] = 0,
    stretch: float = 0.0,
    gap: float = 2e-10,
) -> Cell:
    """Discretise a stack.

    Parameters
    ----------
    layers
        From left to right.
    left, right
        Contacts; `right` None makes the right end a free surface at which the carriers keep a
        given quasi-Fermi level (the channel of a transistor).
    temperature
        [K]
    nodes
        Nodes of each layer, one number for all, or 0 to choose by thickness.
    stretch
        Crowding of the nodes toward the ends of each layer; 0 resolves its Debye length.
    gap
        Distance of the two nodes on either side of an interface [m].

    Returns
    -------
    Cell
    """
    counts = nodes if isinstance(nodes, list) else [nodes_of(a, nodes, temperature) for a in layers]
    vt = KB_EV * temperature
    bends = [stretch or _stretch(a, n, vt) for a, n in zip(layers, counts, strict=True)]
    x, layer = layered([a.thickness for a in layers], counts, stretch=bends, gap=gap)

    def per_node(name: str) -> Array:
        return np.array([float(getattr(a, name)) for a in layers])[layer]

    chi, gap_ev = per_node("electron_affinity"), per_node("band_gap")
    log_nc, log_nv = np.log(per_node("dos_conduction")), np.log(per_node("dos_valence"))
    h = np.diff(x)
    volume = np.zeros(len(x))
    volume[:-1] += h / 2
    volume[1:] += h / 2
    ions = _ions(layers, layer)
    active = np.vstack([per_node("carriers") > 0, ions.mean > 0])
    problem = Problem(
        thermal_voltage=vt,
        h=h,
        volume=volume,
        active=active,
        band_n=chi / vt + log_nc,
        band_p=(chi + gap_ev) / vt - log_nv,
        ni2=np.exp(log_nc + log_nv - gap_ev / vt),
        fixed=per_node("fixed_charge"),
        generation=_generation(layers, layer, x),
        radiative=per_node("radiative"),
        trap=_bulk_traps(layers, vt)[:, layer].copy(),
        permittivity=_harmonic(EPS0 * per_node("relative_permittivity") / Q),
        mobility=_mobilities(
            [per_node("electron_mobility"), per_node("hole_mobility"), *ions.mobility],
            active,
            np.where(np.diff(layer) > 0, per_node("transfer_velocity")[:-1] * h / vt, 0.0),
        ),
        field_exponent=0.5 * (per_node("poole_frenkel")[:-1] + per_node("poole_frenkel")[1:]),
        ion_charge=ions.charge,
        ion_limit=ions.limit,
        ion_total=(ions.mean * volume).sum(axis=1),
        face=_faces(interfaces or [], layer),
        face_trap=_face_traps(interfaces or [], layers, vt),
        contact=_contacts(layers, left, right, vt),
    )
    ends = (pinned(left, layers[0]), pinned(right, layers[-1]) if right is not None else 0.0)
    return Cell(problem, x, layer, temperature, (ends[0] / vt, ends[1] / vt), ions.mean)


def pinned(contact: ChargeContact, layer: ChargeLayer) -> float:
    """Work function in force [eV]: a metal beyond a band edge is pinned to that edge.

    Boltzmann statistics would put more carriers there than the band has states.
    """
    if not layer.carriers:
        return contact.work_function
    top, bottom = layer.electron_affinity, layer.electron_affinity + layer.band_gap
    return min(max(contact.work_function, top), bottom)


@dataclass(frozen=True)
class _IonArrays:
    """Per species and node: charge [K], mean density, mobility and site limit [K, N]."""

    charge: Array
    mean: Array
    mobility: Array
    limit: Array


def _ions(layers: list[ChargeLayer], layer: NDArray[np.int64]) -> _IonArrays:
    names = sorted({ion.name for a in layers for ion in a.ions if ion.density > 0})
    shape = (len(names), len(layer))
    charge = np.zeros(len(names))
    mean, mobility, limit = np.zeros(shape), np.zeros(shape), np.full(shape, 1e28)
    for k, name in enumerate(names):
        for j, a in enumerate(layers):
            for ion in a.ions:
                if ion.name == name and ion.density > 0:
                    if charge[k] not in (0.0, float(ion.charge)):
                        raise ValueError(f"ion {name!r} has two charges in one stack")
                    charge[k] = ion.charge
                    here = layer == j
                    mean[k, here], mobility[k, here] = ion.density, ion.mobility
                    limit[k, here] = ion.limit
    return _IonArrays(charge, mean, mobility, limit)


def _harmonic(a: Array) -> Array:
    return 2.0 / (1.0 / a[:-1] + 1.0 / a[1:])


def _mobilities(values: list[Array], active: NDArray[np.bool_], crossing: Array) -> Array:
    """Edge mobilities: harmonic means, zero where a species is missing on either side.

    Carriers cross an interface at a velocity (`crossing` is that velocity as a mobility), so that
    the result does not depend on the distance of the two nodes beside it.
    """
    rows = []
    for s, value in enumerate(values):
        mask = active[max(0, s - 1)]
        both = mask[:-1] & mask[1:]
        edge = _harmonic(np.maximum(value, 1e-300))
        if s < 2:
            edge = np.where(crossing > 0, crossing, edge)
        rows.append(np.where(both, edge, 0.0))
    return np.array(rows)


def _generation(layers: list[ChargeLayer], layer: NDArray[np.int64], x: Array) -> Array:
    rate = np.zeros(len(x))
    start = np.concatenate([[0.0], np.cumsum([a.thickness for a in layers])])
    for k, a in enumerate(layers):
        here = layer == k
        if isinstance(a.generation, tuple):
            rate[here] = np.interp(x[here] - start[k], a.generation[0], a.generation[1])
        else:
            rate[here] = a.generation
    return rate


def _levels(layer: ChargeLayer, energy: float, vt: float) -> tuple[float, float]:
    """n_1 and p_1 of a level `energy` below vacuum [m-3]."""
    n1 = layer.dos_conduction * math.exp((layer.electron_affinity - energy) / vt)
    edge = layer.electron_affinity + layer.band_gap
    return n1, layer.dos_valence * math.exp((energy - edge) / vt)


def _bulk_traps(layers: list[ChargeLayer], vt: float) -> Array:
    columns = []
    for a in layers:
        n1, p1 = _levels(a, a.trap_energy, vt) if a.trap_density > 0 else (0.0, 0.0)
        empty, lost = _TRAP_CHARGE[a.trap_charge]
        columns.append([a.trap_density, a.capture_electron, a.capture_hole, n1, p1, empty, lost])
    return np.array(columns).T.copy()


def _faces(interfaces: list[ChargeInterface], layer: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.array([int(np.flatnonzero(layer == f.after)[-1]) for f in interfaces], dtype=np.int64)


def _face_traps(interfaces: list[ChargeInterface], layers: list[ChargeLayer], vt: float) -> Array:
    columns = []
    for f in interfaces:
        nl, pl = _levels(layers[f.after], f.trap_energy, vt)
        nr, pr = _levels(layers[f.after + 1], f.trap_energy, vt)
        empty, lost = _TRAP_CHARGE[f.trap_charge]
        columns.append(
            [f.trap_density, f.capture_electron, f.capture_hole, nl, pl, nr, pr, empty, lost]
        )
    return np.array(columns).T.copy() if columns else np.zeros((9, 0))


def _contacts(
    layers: list[ChargeLayer], left: ChargeContact, right: ChargeContact | None, vt: float
) -> Array:
    """Rows: surface velocities, equilibrium densities, image-force factor, kind of end."""
    rows = []
    for contact, layer in ((left, layers[0]), (right, layers[-1])):
        if contact is None:
            rows.append([0.0, 0.0, 0.0, 0.0, 0.0, float(SURFACE)])
            continue
        barrier_n = pinned(contact, layer) - layer.electron_affinity
        barrier_p = layer.band_gap - barrier_n
        n_eq = layer.dos_conduction * math.exp(-barrier_n / vt)
        p_eq = layer.dos_valence * math.exp(-barrier_p / vt)
        lowering = math.sqrt(Q / (4 * math.pi * EPS0 * layer.relative_permittivity)) / vt
        rows.append(
            [
                contact.velocity_electron,
                contact.velocity_hole,
                n_eq,
                p_eq,
                lowering if contact.image_force else 0.0,
                float(CONTACT),
            ]
        )
    return np.array(rows)
