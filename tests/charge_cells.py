"""Stacks that exercise every mechanism of the charge engine, shared by its tests."""

from __future__ import annotations

import numpy as np

from halodot.device.charge.build import (
    Cell,
    ChargeContact,
    ChargeInterface,
    ChargeIon,
    ChargeLayer,
    build,
)


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


def random_state(cell: Cell, rng: np.random.Generator) -> np.ndarray:
    """Potentials and densities with nothing special about them."""
    p = cell.problem
    m, n = 3 + len(p.ion_charge), len(p.volume)
    X = np.empty((m, n))
    X[0] = -160.0 + np.cumsum(rng.normal(0.0, 0.5, n))
    X[1:3] = np.exp(rng.uniform(np.log(1e18), np.log(1e24), (2, n)))
    X[3:] = np.where(
        p.active[1:], np.exp(rng.uniform(np.log(1e22), np.log(1e26), (m - 3, n))), 1e-80
    )
    return X
