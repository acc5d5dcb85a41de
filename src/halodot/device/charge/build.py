"""From layers, contacts and interfaces (plain SI floats) to the arrays of the kernel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...core.constants import BOLTZMANN, ELEMENTARY_CHARGE, VACUUM_PERMITTIVITY
from .ends import BARRIER, BUILT_IN, COMPACT, KIND, LOWERING, TUNNEL_MASS
from .grid import GAP, Grid, initial, nodes_of
from .ions import IonArrays, Region, arrays, regions
from .layers import (
    Array,
    ChargeContact,
    ChargeInterface,
    ChargeIon,
    ChargeLayer,
    ChargeTrap,
    Circuit,
    IonExchange,
    Stack,
    TrapCharge,
)
from .mobility import NARROWEST, pasveer
from .problem import BOLTZMANN_BAND, CLOSED, CONTACT, SURFACE, Problem
from .statistics import TABLE_SIZE, excess_table

__all__ = [
    "Cell",
    "ChargeContact",
    "ChargeInterface",
    "ChargeIon",
    "ChargeLayer",
    "ChargeTrap",
    "Circuit",
    "IonExchange",
    "Stack",
    "TrapCharge",
    "build",
    "discretise",
    "nodes_of",
]
Q = ELEMENTARY_CHARGE
EPS0 = VACUUM_PERMITTIVITY
KB_EV = BOLTZMANN
ELECTRON_MASS = 9.1093837015e-31  # kg
RICHARDSON = 1.20173e6  # A m-2 K-2, free electron mass
SOURCE_RESISTANCE = 1e-12  # Ohm m2, of a source that can clamp
CONTINUOUS = 1e9  # m/s, stands for a velocity that is infinite
IDEAL = 1e10  # m/s, stands for the infinite surface velocity of an ohmic contact

# charge of an empty level, charge lost when it is filled
_TRAP_CHARGE: dict[str, tuple[float, float]] = {
    "neutral": (0.0, 0.0),
    "donor": (1.0, 1.0),
    "acceptor": (0.0, 1.0),
}


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

    stack: Stack
    grid: Grid
    problem: Problem
    built_in: tuple[float, float]
    ion_mean: Array

    @property
    def position(self) -> Array:
        """Position of the nodes [m]."""
        return self.grid.position

    @property
    def layer(self) -> NDArray[np.int64]:
        """Index of the layer of each node."""
        return self.grid.layer

    @property
    def temperature(self) -> float:
        """Lattice temperature [K]."""
        return self.stack.temperature

    def potentials(self, voltage: float) -> tuple[float, float]:
        """Potentials of both metals in kT/q when `voltage` [V] is applied to the left one."""
        left, right = self.built_in
        return voltage / self.problem.thermal_voltage - left, -right

    def with_gate(self, voltage: float) -> Cell:
        """Return the cell of a sheet along a channel with another gate voltage [V]."""
        gate = self.stack.gate
        if gate is None:
            raise ValueError("this stack has no gate beside it")
        stack = replace(self.stack, gate=replace(gate, voltage=voltage))
        rows = _gate(stack, len(self.position), self.problem.thermal_voltage)
        return replace(self, stack=stack, problem=self.problem._replace(gate=rows))


def build(
    layers: Sequence[ChargeLayer],
    left: ChargeContact,
    right: ChargeContact | None,
    *,
    interfaces: Sequence[ChargeInterface] | None = None,
    temperature: float = 300.0,
    nodes: int | Sequence[int] = 0,
    stretch: float = 0.0,
    gap: float = GAP,
    circuit: Circuit | None = None,
) -> Cell:
    """Discretise layers and contacts.

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

    Raises
    ------
    ValueError
        If the parts do not fit together; the message says which.
    """
    stack = Stack(
        layers=tuple(layers),
        left=left,
        right=right,
        interfaces=tuple(interfaces or ()),
        temperature=temperature,
        circuit=circuit or Circuit(),
    )
    grid = initial(layers, temperature=temperature, nodes=nodes, stretch=stretch, gap=gap)
    return discretise(stack, grid)


def discretise(stack: Stack, grid: Grid | None = None) -> Cell:
    """Put a stack on a grid (by default the initial one)."""
    layers, vt = stack.layers, KB_EV * stack.temperature
    if stack.right is not None and any(a.supply_electron or a.supply_hole for a in layers):
        raise ValueError("layers are supplied along the channel: the right end is a free surface")
    grid = grid or initial(layers, temperature=stack.temperature)
    layer, x = grid.layer, grid.position
    h = np.diff(x)
    solid = np.where(grid.tunnel < 0, h, 0.0)
    volume = 0.5 * (np.concatenate([[0.0], solid]) + np.concatenate([solid, [0.0]]))

    def per_node(name: str) -> Array:
        return np.array([float(getattr(a, name)) for a in layers])[layer]

    chi, gap_ev = per_node("electron_affinity"), per_node("band_gap")
    log_nc, log_nv = np.log(per_node("dos_conduction")), np.log(per_node("dos_valence"))
    known = regions(list(layers))
    ions = arrays(list(layers), layer, known)
    ions.mean[:, volume == 0.0] = 0.0  # a metal behind a tunnelling layer holds none
    ions.owner[:, volume == 0.0] = -1
    active = np.vstack([per_node("carriers") > 0, ions.mean > 0])
    statistics, tables = _statistics(layers, vt)
    spans = _spans(known, ions)
    problem = Problem(
        thermal_voltage=vt,
        h=h,
        volume=volume,
        active=active,
        band_n=chi / vt + log_nc,
        band_p=(chi + gap_ev) / vt - log_nv,
        log_dos=np.array([log_nc, log_nv]),
        ni2=np.exp(log_nc + log_nv - gap_ev / vt),
        statistics=statistics[:, layer].copy(),
        excess=tables,
        fixed=per_node("fixed_charge"),
        generation=_generation(layers, grid),
        supply=_supply(layers, layer),
        gate=_gate(stack, len(x), vt),
        pairs=np.array([per_node(k) for k in ("radiative", "auger_electron", "auger_hole")]),
        trap=_bulk_traps(layers, vt)[:, :, layer].copy(),
        permittivity=_permittivity(layers, grid, per_node("relative_permittivity")),
        dipole=_dipoles(layers, grid) / vt,
        mobility=_mobilities(layers, grid, ions, active, vt),
        field_exponent=np.where(np.diff(layer) == 0, _mean(_field_exponents(layers, layer)), 0.0),
        crowding=_crowding(layers, grid, vt),
        tunnel=np.where(grid.tunnel >= 0, np.cumsum(grid.tunnel >= 0) - 1, -1),
        barrier=_barriers(layers, grid, stack.temperature),
        ion_charge=ions.charge,
        ion_limit=ions.limit,
        ion_jump=_mean(ions.jump * np.abs(ions.charge)) / (2.0 * vt),
        region=spans,
        region_total=np.array(
            [(ions.mean[k, a : b + 1] * volume[a : b + 1]).sum() for k, a, b in spans]
        ),
        region_closed=_closed(stack, known),
        face=np.array([_face(grid, f.after) for f in stack.interfaces], dtype=np.int64),
        face_trap=_face_traps(stack.interfaces, layers, vt),
        contact=_contacts(stack, grid, vt),
        exchange=_exchange(stack, known, ions.charge.shape[0]),
        circuit=_circuit(stack.circuit),
    )
    return Cell(stack, grid, problem, _built_in(stack, grid, vt), ions.mean)


def _supply(layers: Sequence[ChargeLayer], layer: NDArray[np.int64]) -> Array:
    """Rate at which the ends of a channel supply electrons and holes; no columns without [1/s]."""
    rates = np.array([[a.supply_electron, a.supply_hole] for a in layers]).T
    return rates[:, layer].copy() if rates.any() else np.zeros((2, 0))


def _gate(stack: Stack, nodes: int, vt: float) -> Array:
    """Charge that a gate puts beside a sheet for each kT/q [m-3], and its potential [kT/q]."""
    gate = stack.gate
    if gate is None:
        return np.zeros((2, 0))
    per_volume = gate.capacitance * vt / (Q * gate.thickness)
    potential = (gate.voltage - gate.work_function) / vt
    return np.repeat([[per_volume], [potential]], nodes, axis=1)


def _mean(a: Array) -> Array:
    return np.asarray(0.5 * (a[..., :-1] + a[..., 1:]))


def _harmonic(a: Array) -> Array:
    return np.asarray(2.0 / (1.0 / a[..., :-1] + 1.0 / a[..., 1:]))


def _dipoles(layers: Sequence[ChargeLayer], grid: Grid) -> Array:
    """Step of the potential at every edge [V]: of the layer before it, and of one it crosses."""
    own = np.array([a.dipole for a in layers])
    step = np.where(np.diff(grid.layer) > 0, own[grid.layer[:-1]], 0.0)
    return np.asarray(step + np.where(grid.tunnel >= 0, own[grid.tunnel], 0.0))


def _statistics(layers: Sequence[ChargeLayer], vt: float) -> tuple[NDArray[np.int64], Array]:
    """Row of the excess table of both bands of every layer, and the tables."""
    rows: dict[tuple[str, float], int] = {}
    index = np.full((2, len(layers)), BOLTZMANN_BAND, dtype=np.int64)
    for k, a in enumerate(layers):
        kinds = (
            (a.statistics_conduction, a.width_conduction),
            (a.statistics_valence, a.width_valence),
        )
        for s, (kind, width) in enumerate(kinds):
            if kind != "boltzmann" and a.carriers:
                key = (kind, width / vt if kind == "gaussian" else 0.0)
                index[s, k] = rows.setdefault(key, len(rows))
    tables = np.zeros((len(rows), TABLE_SIZE))
    for (name, width), row in rows.items():
        tables[row] = excess_table(name, width)  # type: ignore[arg-type]
    return index, tables


def pinned(contact: ChargeContact, layer: ChargeLayer) -> float:
    """Work function in force [eV]: a metal beyond a band edge is pinned to that edge.

    Boltzmann statistics would put more carriers there than the band has states.
    """
    if not layer.carriers:
        return contact.work_function
    top, bottom = layer.electron_affinity, layer.electron_affinity + layer.band_gap
    low = top if layer.statistics_conduction == "boltzmann" else -math.inf
    high = bottom if layer.statistics_valence == "boltzmann" else math.inf
    return min(max(contact.work_function, low), high)


def _end_layers(stack: Stack, grid: Grid) -> tuple[ChargeLayer, ChargeLayer]:
    return stack.layers[grid.layer[0]], stack.layers[grid.layer[-1]]


def _built_in(stack: Stack, grid: Grid, vt: float) -> tuple[float, float]:
    first, last = _end_layers(stack, grid)
    right = pinned(stack.right, last) if stack.right is not None else 0.0
    return pinned(stack.left, first) / vt, right / vt


def _spans(known: Sequence[Region], ions: IonArrays) -> NDArray[np.int64]:
    found = []
    for number, region in enumerate(known):
        where = np.flatnonzero(ions.owner[region.row] == number)
        found.append((region.row, where[0], where[-1]))
    return np.array(found, dtype=np.int64).reshape(len(known), 3)


def _closed(stack: Stack, known: Sequence[Region]) -> NDArray[np.bool_]:
    """Whether a region keeps its ions: no electrode at its ends exchanges them."""
    last = len(stack.layers) - 1
    closed = []
    for region in known:
        ends = [(region.first == 0, stack.left), (region.last == last, stack.right)]
        closed.append(
            not any(
                touches
                and contact is not None
                and any(e.species == region.name for e in contact.exchange)
                for touches, contact in ends
            )
        )
    return np.array(closed, dtype=np.bool_)


def _exchange(stack: Stack, known: Sequence[Region], rows: int) -> Array:
    table = np.zeros((2, rows, 3))
    last = len(stack.layers) - 1
    for side, contact in enumerate((stack.left, stack.right)):
        if contact is None:
            continue
        for e in contact.exchange:
            fits = [
                r
                for r in known
                if r.name == e.species and (r.first == 0 if side == 0 else r.last == last)
            ]
            if not fits:
                raise ValueError(
                    f"no ion {e.species!r} in the layer at the electrode that exchanges it"
                )
            table[side, fits[0].row] = e.velocity, e.density, e.transfer
    return table


def _permittivity(layers: Sequence[ChargeLayer], grid: Grid, relative: Array) -> Array:
    edge = _harmonic(relative)
    own = np.array([a.relative_permittivity for a in layers])
    edge = np.where(grid.tunnel >= 0, own[grid.tunnel], edge)
    return np.asarray(EPS0 * edge / Q)


def _mobilities(
    layers: Sequence[ChargeLayer],
    grid: Grid,
    ions: IonArrays,
    active: NDArray[np.bool_],
    vt: float,
) -> Array:
    """Edge mobilities: harmonic means, zero where a species is missing on either side.

    Carriers cross an interface at a velocity (stored as a mobility), so that the result does not
    depend on the distance of the two nodes beside it.
    """
    h, layer = np.diff(grid.position), grid.layer
    rows = []
    across = np.diff(layer) > 0
    for s, name in enumerate(("electron", "hole")):
        mobility = np.array([max(getattr(a, f"{name}_mobility"), 1e-300) for a in layers])
        velocity = np.array([_transfer(a, s) for a in layers])
        edge = _harmonic(mobility[layer])
        edge = np.where(across, np.minimum(velocity, CONTINUOUS)[layer][:-1] * h / vt, edge)
        edge = np.where(grid.tunnel >= 0, 1.0, edge)
        rows.append(np.where(active[0, :-1] & active[0, 1:], edge, 0.0))
    for k in range(len(ions.charge)):
        edge = _harmonic(np.maximum(ions.mobility[k], 1e-300))
        same = (ions.owner[k, :-1] == ions.owner[k, 1:]) & (ions.owner[k, :-1] >= 0)
        rows.append(np.where(same & (grid.tunnel < 0), edge, 0.0))
    return np.array(rows)


def _transfer(layer: ChargeLayer, s: int) -> float:
    hole = layer.transfer_velocity_hole
    return layer.transfer_velocity if s == 0 or hole is None else hole


def _field_exponents(layers: Sequence[ChargeLayer], layer: NDArray[np.int64]) -> Array:
    """Poole-Frenkel exponents of both carriers at the nodes."""
    hole = [
        a.poole_frenkel if a.poole_frenkel_hole is None else a.poole_frenkel_hole for a in layers
    ]
    return np.array([np.array([a.poole_frenkel for a in layers])[layer], np.array(hole)[layer]])


def _crowding(layers: Sequence[ChargeLayer], grid: Grid, vt: float) -> Array:
    """Prefactor and exponent of the density dependence on every edge inside a layer."""
    table = np.zeros((2, 2, len(layers)))
    for k, a in enumerate(layers):
        for s, width in enumerate((a.width_conduction, a.width_valence)):
            if a.density_exponent > 0.0 and width / vt >= NARROWEST:
                c, exponent = pasveer(width / vt)
                table[s, :, k] = a.density_exponent * c, exponent
    inside = np.diff(grid.layer) == 0
    return np.where(inside & (grid.tunnel < 0), table[:, :, grid.layer[:-1]], 0.0)


def _barriers(layers: Sequence[ChargeLayer], grid: Grid, temperature: float) -> Array:
    """Rows of the tunnelling edges: barriers seen from both sides, length, mass, velocity."""
    rows = []
    for edge in np.flatnonzero(grid.tunnel >= 0):
        a = layers[grid.tunnel[edge]]
        left, right = layers[grid.layer[edge]], layers[grid.layer[edge + 1]]
        heights = [side.electron_affinity - a.electron_affinity for side in (left, right)]
        bottom = a.electron_affinity + a.band_gap
        heights += [bottom - side.electron_affinity - side.band_gap for side in (left, right)]
        speed = math.sqrt(KB_EV * temperature * Q / (2 * math.pi * a.tunnel_mass * ELECTRON_MASS))
        rows.append([*heights, a.thickness, a.tunnel_mass, speed])
    return np.array(rows).reshape(len(rows), 7)


def _generation(layers: Sequence[ChargeLayer], grid: Grid) -> Array:
    """Generation of every source averaged over the volume of each node [m-3 s-1]."""
    count = max([1, *(len(a.sources) for a in layers)])
    rate = np.zeros((count, len(grid.position)))
    start = np.concatenate([[0.0], np.cumsum([a.thickness for a in layers])])
    middle = 0.5 * (grid.position[1:] + grid.position[:-1])
    for k, a in enumerate(layers):
        here = np.flatnonzero(grid.layer == k)
        given = a.sources or (a.generation,)
        for c, profile in enumerate(given):
            if isinstance(profile, tuple):
                first = np.maximum(np.concatenate([[0.0], middle])[here] - start[k], 0.0)
                last = np.concatenate([middle, [start[-1]]])[here] - start[k]
                last = np.minimum(last, a.thickness)
                rate[c, here] = _average(profile, first, last)
            else:
                rate[c, here] = profile
    return rate


def _average(profile: tuple[Array, Array], first: Array, last: Array) -> Array:
    """Mean of a piecewise linear profile between `first` and `last`."""
    x, y = profile

    def integral(at: Array) -> Array:
        k = np.clip(np.searchsorted(x, at) - 1, 0, len(x) - 2)
        left = np.clip(at, x[0], x[-1]) - x[k]
        slope = (y[k + 1] - y[k]) / (x[k + 1] - x[k])
        inside = total[k] + left * (y[k] + 0.5 * slope * left)
        outside = np.where(at < x[0], (at - x[0]) * y[0], 0.0)
        return np.asarray(inside + outside + np.where(at > x[-1], (at - x[-1]) * y[-1], 0.0))

    total = np.concatenate([[0.0], np.cumsum(0.5 * np.diff(x) * (y[1:] + y[:-1]))])
    width = np.maximum(last - first, 1e-300)
    return np.asarray((integral(last) - integral(first)) / width)


def _levels(layer: ChargeLayer, energy: float, vt: float) -> tuple[float, float]:
    """n_1 and p_1 of a level `energy` below vacuum [m-3]."""
    n1 = layer.dos_conduction * math.exp((layer.electron_affinity - energy) / vt)
    edge = layer.electron_affinity + layer.band_gap
    return n1, layer.dos_valence * math.exp((energy - edge) / vt)


def _bulk_traps(layers: Sequence[ChargeLayer], vt: float) -> Array:
    """Trap levels [T, 7, layers]; layers with fewer levels have empty ones."""
    all_levels = [levels_of(a) if a.carriers else () for a in layers]
    table = np.zeros((max(len(levels) for levels in all_levels), 7, len(layers)))
    for k, (a, levels) in enumerate(zip(layers, all_levels, strict=True)):
        for t, trap in enumerate(levels):
            n1, p1 = _levels(a, trap.energy, vt)
            charges = _TRAP_CHARGE[trap.charge]
            captures = trap.capture_electron, trap.capture_hole
            table[t, :, k] = trap.density, *captures, n1, p1, *charges
    return table


def levels_of(layer: ChargeLayer) -> tuple[ChargeTrap, ...]:
    """All trap levels of a layer, the short form included."""
    short = ChargeTrap(
        density=layer.trap_density,
        energy=layer.trap_energy,
        charge=layer.trap_charge,
        capture_electron=layer.capture_electron,
        capture_hole=layer.capture_hole,
    )
    own = (short,) if layer.trap_density > 0 else ()
    return own + tuple(t for t in layer.traps if t.density > 0)


def _face(grid: Grid, after: int) -> int:
    where = np.flatnonzero((grid.layer[:-1] == after) & (grid.layer[1:] == after + 1))
    if not len(where):
        raise ValueError(f"traps at interface {after}: one of its layers is a tunnelling one")
    return int(where[0])


def _face_traps(
    interfaces: Sequence[ChargeInterface], layers: Sequence[ChargeLayer], vt: float
) -> Array:
    columns = []
    for f in interfaces:
        nl, pl = _levels(layers[f.after], f.trap_energy, vt)
        nr, pr = _levels(layers[f.after + 1], f.trap_energy, vt)
        empty, lost = _TRAP_CHARGE[f.trap_charge]
        columns.append(
            [f.trap_density, f.capture_electron, f.capture_hole, nl, pl, nr, pr, empty, lost]
        )
    return np.array(columns).T.copy() if columns else np.zeros((9, 0))


def _contacts(stack: Stack, grid: Grid, vt: float) -> Array:
    """Rows of both ends: velocities, n_0, p_0, and the columns that `ends.py` names."""
    rows = np.zeros((2, 11))
    ends = zip((stack.left, stack.right), _end_layers(stack, grid), (0, -1), strict=True)
    for side, (contact, layer, edge) in enumerate(ends):
        if contact is None:
            fed = any(a.supply_electron or a.supply_hole for a in stack.layers)
            rows[side, [KIND, COMPACT]] = CLOSED if fed else SURFACE, math.inf
            continue
        barrier_n = pinned(contact, layer) - layer.electron_affinity
        barrier_p = layer.band_gap - barrier_n
        rows[side, 0] = min(contact.velocity_electron, IDEAL)
        rows[side, 1] = min(contact.velocity_hole, IDEAL)
        rows[side, 2] = layer.dos_conduction * math.exp(-barrier_n / vt)
        rows[side, 3] = layer.dos_valence * math.exp(-barrier_p / vt)
        rows[side, KIND] = CONTACT
        rows[side, COMPACT] = contact.compact_capacitance / Q
        rows[side, BARRIER : BARRIER + 2] = max(barrier_n, 0.0), max(barrier_p, 0.0)
        if grid.tunnel[edge] >= 0:  # the metal's node stands behind the barrier
            rows[side, :2] = IDEAL
        else:
            lowering = math.sqrt(Q / (4 * math.pi * EPS0 * layer.relative_permittivity))
            free = layer.carriers and contact.compact_capacitance == math.inf
            rows[side, LOWERING] = lowering if contact.image_force and free else 0.0
            rows[side, TUNNEL_MASS] = contact.tunnel_mass if free else 0.0
    rows[0, BUILT_IN], rows[1, BUILT_IN] = _built_in(stack, grid, vt)
    return rows


def _circuit(circuit: Circuit) -> Array:
    """Conductance in series and parallel, largest current, all over q; no series one if plain."""
    series = 0.0
    if circuit.series_resistance > 0.0 or circuit.compliance < math.inf:
        # a source meter that clamps follows its voltage to within a microvolt of a resistor
        series = 1.0 / max(circuit.series_resistance, SOURCE_RESISTANCE)
    return np.array([series, 1.0 / circuit.shunt_resistance, circuit.compliance]) / np.array(
        [Q, Q, Q]
    )
