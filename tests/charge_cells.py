"""Stacks that exercise every mechanism of the charge engine, shared by its tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from halodot.device.charge.build import (
    Cell,
    ChargeContact,
    ChargeInterface,
    ChargeIon,
    ChargeLayer,
    ChargeTrap,
    Circuit,
    IonExchange,
    Stack,
    build,
    discretise,
)
from halodot.device.charge.grid import initial
from halodot.device.charge.layers import Gate


def absorber(**changes: object) -> ChargeLayer:
    values: dict[str, object] = {
        "thickness": 4e-7,
        "relative_permittivity": 20.0,
        "electron_affinity": 3.9,
        "band_gap": 1.6,
        "dos_conduction": 2e24,
        "dos_valence": 3e24,
        "electron_mobility": 1e-4,
        "hole_mobility": 5e-5,
        "radiative": 1e-16,
        "trap_density": 1e21,
        "trap_energy": 4.6,
        "trap_charge": "acceptor",
        "capture_electron": 3e-14,
        "capture_hole": 1e-14,
        "generation": 2e27,
        "poole_frenkel": 1e-4,
        "ions": (
            ChargeIon(name="vacancy", density=1e23, mobility=1e-12, charge=1, limit=4e27),
            ChargeIon(name="anion", density=1e23, mobility=3e-13, charge=-1, limit=4e27),
        ),
    }
    return ChargeLayer(**(values | changes))  # type: ignore[arg-type]


def transport(**changes: object) -> ChargeLayer:
    values: dict[str, object] = {
        "thickness": 5e-8,
        "relative_permittivity": 5.0,
        "electron_affinity": 4.0,
        "band_gap": 2.4,
        "dos_conduction": 1e25,
        "dos_valence": 1e25,
        "electron_mobility": 1e-6,
        "hole_mobility": 1e-8,
        "fixed_charge": 1e23,
    }
    return ChargeLayer(**(values | changes))  # type: ignore[arg-type]


def full_cell(nodes: int = 21) -> Cell:
    """Three layers with two ion species, charged bulk and interface traps, light, image force."""
    return build(
        [
            transport(),
            absorber(),
            transport(electron_affinity=2.6, band_gap=2.9, fixed_charge=-1e23),
        ],
        ChargeContact(work_function=4.15, image_force=True),
        ChargeContact(work_function=5.3, velocity_electron=1e3, image_force=True),
        interfaces=[
            ChargeInterface(
                after=k,
                trap_density=1e14,
                trap_energy=4.7,
                trap_charge=charge,
                capture_electron=1e-14,
                capture_hole=2e-14,
            )
            for k, charge in enumerate(("donor", "acceptor"))
        ],
        temperature=300.0,
        nodes=nodes,
    )


def barrier(**changes: object) -> ChargeLayer:
    """A thin insulator to tunnel through."""
    values: dict[str, object] = {
        "thickness": 8e-10,
        "relative_permittivity": 4.0,
        "electron_affinity": 1.5,
        "band_gap": 7.0,
        "dos_conduction": 1e25,
        "dos_valence": 1e25,
        "electron_mobility": 0.0,
        "hole_mobility": 0.0,
        "carriers": False,
        "tunnelling": True,
        "tunnel_mass": 0.4,
    }
    return ChargeLayer(**(values | changes))  # type: ignore[arg-type]


def states_cell(nodes: int = 15) -> Cell:
    """Every density of states, several trap levels, Auger, dipole, hops at high field, crowding."""
    jumping = (
        ChargeIon(name="v", density=1e23, mobility=1e-12, charge=2, limit=2e26, jump=3e-9),
        ChargeIon(name="i", density=2e23, mobility=3e-13, charge=-1, limit=5e25, jump=1e-9),
    )
    levels = tuple(
        ChargeTrap(
            density=1e21 * (k + 1),
            energy=4.4 + 0.2 * k,
            charge=charge,
            capture_electron=1e-14,
            capture_hole=3e-14,
        )
        for k, charge in enumerate(("donor", "neutral", "acceptor"))
    )
    kinds: tuple[dict[str, object], ...] = (
        {"statistics_conduction": "blakemore", "statistics_valence": "fermi_dirac"},
        {
            "statistics_conduction": "gaussian",
            "statistics_valence": "gaussian",
            "width_conduction": 0.07,
            "width_valence": 0.1,
            "density_exponent": 1.0,
        },
        {"statistics_conduction": "fermi_dirac", "statistics_valence": "boltzmann"},
    )
    common: dict[str, object] = {
        "thickness": 5e-8,
        "dos_conduction": 2e24,
        "dos_valence": 3e23,
        "ions": jumping,
        "auger_electron": 2e-41,
        "auger_hole": 1e-41,
        "poole_frenkel_hole": 2e-4,
        "dipole": 0.05,
        "sources": (1e27, 3e26),
    }
    traps = ((), levels, levels[:1])
    return build(
        [absorber(**common, **kind, traps=t) for kind, t in zip(kinds, traps, strict=True)],
        ChargeContact(work_function=4.2, image_force=True, tunnel_mass=0.3),
        ChargeContact(work_function=4.9, image_force=True, tunnel_mass=0.2),
        interfaces=[
            ChargeInterface(
                after=k,
                trap_density=1e14,
                trap_energy=4.6,
                trap_charge="acceptor" if k else "neutral",
                capture_electron=1e-14,
                capture_hole=2e-14,
            )
            for k in range(2)
        ],
        nodes=nodes,
    )


def tunnel_cell(nodes: int = 12) -> Cell:
    """Tunnelling layers at a contact and between two layers."""
    return build(
        [barrier(), absorber(), barrier(electron_affinity=2.5), transport()],
        ChargeContact(work_function=4.6, image_force=True),
        ChargeContact(work_function=4.6),
        nodes=nodes,
    )


def electrode_cell(
    nodes: int = 15,
    compliance: float = 1e3,
    compact: float = 0.1,
    series: float = 1e-4,
    right: float = 4.8,
) -> Cell:
    """Ions that both electrodes exchange over compact layers; a circuit that clamps."""
    both = (
        IonExchange(species="vacancy", velocity=1e-9, density=3e23, transfer=0.3),
        IonExchange(species="anion", velocity=2e-9, density=1e23, transfer=0.6),
    )
    return build(
        [absorber(thickness=6e-8, fixed_charge=1e22)],
        ChargeContact(
            work_function=4.3, compact_capacitance=compact, exchange=both, image_force=True
        ),
        ChargeContact(work_function=right, compact_capacitance=compact, exchange=both[:1]),
        nodes=nodes,
        circuit=Circuit(series_resistance=series, shunt_resistance=0.3, compliance=compliance),
    )


def channel_cell(nodes: int = 15) -> Cell:
    """Gate, oxide, and a channel of degenerate electrons whose surface is free."""
    oxide = ChargeLayer(
        thickness=1e-7,
        relative_permittivity=3.9,
        electron_affinity=0.9,
        band_gap=9.0,
        dos_conduction=1e25,
        dos_valence=1e25,
        electron_mobility=0.0,
        hole_mobility=0.0,
        carriers=False,
    )
    channel = absorber(
        thickness=3e-8, statistics_conduction="fermi_dirac", statistics_valence="blakemore"
    )
    return build([oxide, channel], ChargeContact(work_function=4.2), None, nodes=nodes)


def fed_cell(nodes: int = 15) -> Cell:
    """The same channel with charged traps, supplied along its length; its surface is closed."""
    stack = channel_cell(nodes).stack
    oxide, channel = stack.layers
    fed = replace(channel, supply_electron=3e5, supply_hole=2e3)
    return discretise(
        replace(stack, layers=(oxide, fed)), initial(stack.layers, temperature=300.0, nodes=nodes)
    )


def sheet_cell(nodes: int = 21) -> Cell:
    """A sheet from source to drain with a gate beside it."""
    layers = (absorber(thickness=5e-6),)
    ends = ChargeContact(work_function=4.2), ChargeContact(work_function=5.1)
    gate = Gate(capacitance=1.15e-4, thickness=4e-8, work_function=4.3, voltage=3.0)
    stack = Stack(layers=layers, left=ends[0], right=ends[1], gate=gate)
    return discretise(stack, initial(layers, temperature=300.0, nodes=nodes))


def oxide_cell(nodes: int = 15) -> Cell:
    """Charged traps where an insulator meets a semiconductor, carriers on one side alone."""
    oxide = transport(electron_affinity=2.9, electron_mobility=0.0, hole_mobility=0.0)
    traps = ChargeInterface(
        after=0,
        trap_density=1e15,
        trap_energy=3.9,
        trap_charge="acceptor",
        capture_electron=1e-14,
        capture_hole=2e-14,
    )
    ends = ChargeContact(work_function=4.2), ChargeContact(work_function=4.5)
    return build(
        [replace(oxide, carriers=False), absorber()], *ends, interfaces=[traps], nodes=nodes
    )


def random_state(
    cell: Cell, rng: np.random.Generator, densities: tuple[float, float] = (1e18, 1e24)
) -> np.ndarray:
    """Potentials and densities with nothing special about them."""
    p = cell.problem
    m, n = 3 + len(p.ion_charge), len(p.volume)
    X = np.empty((m, n))
    X[0] = -160.0 + np.cumsum(rng.normal(0.0, 0.5, n))
    X[1:3] = np.exp(rng.uniform(*np.log(densities), (2, n)))
    X[3:] = np.where(
        p.active[1:], np.exp(rng.uniform(np.log(1e22), np.log(1e26), (m - 3, n))), 1e-80
    )
    return X
