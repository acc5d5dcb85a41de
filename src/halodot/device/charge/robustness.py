"""Random stacks against the engine's own promises: ``python -m ...robustness N SEED``.

Each stack is drawn from wide ranges, put through a voltage loop and, where it converged, run again
with twice the nodes and a tenth of the time tolerance. A point is silently wrong if it was returned
as good but breaks conservation or continuity, or moves by more than 1 % of abs(J) (or 1e-6 of the
largest abs(J) of the run, whichever is larger) under that refinement.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.randomness import generator
from .build import (
    Cell,
    ChargeContact,
    ChargeInterface,
    ChargeIon,
    ChargeLayer,
    TrapCharge,
    build,
    nodes_of,
)
from .march import Tolerances
from .simulate import Record, Simulation

Array = NDArray[np.float64]
OUTPUTS = 40


@dataclass(frozen=True)
class Case:
    """A random stack and the loop it is put through: peak [V], sweep rate [V/s], light [1]."""

    layers: list[ChargeLayer]
    left: ChargeContact
    right: ChargeContact
    interfaces: list[ChargeInterface]
    temperature: float
    peak: float
    rate: float
    light: float


def draw(seed: int, index: int) -> Case:
    """Draw stack `index` of `seed`."""
    rng = generator(seed, "robustness", index)
    layers = [_layer(rng) for _ in range(int(rng.integers(1, 5)))]
    contacts = [
        ChargeContact(
            work_function=float(rng.uniform(3.6, 6.0)),
            velocity_electron=_log(rng, 1e1, 1e7),
            velocity_hole=_log(rng, 1e1, 1e7),
            image_force=bool(rng.random() < 0.5),
        )
        for _ in range(2)
    ]
    faces = [
        ChargeInterface(
            after=k,
            trap_density=_log(rng, 1e12, 1e16),
            trap_energy=a.electron_affinity + float(rng.uniform(0.2, 0.8)) * a.band_gap,
            trap_charge=_kind(rng),
            capture_electron=_log(rng, 1e-17, 1e-13),
            capture_hole=_log(rng, 1e-17, 1e-13),
        )
        for k, a in enumerate(layers[:-1])
        if rng.random() < 0.4
    ]
    return Case(
        layers,
        contacts[0],
        contacts[1],
        faces,
        float(rng.uniform(200.0, 400.0)),
        _log(rng, 0.2, 5.0) * (1.0 if rng.random() < 0.5 else -1.0),
        _log(rng, 1e-3, 1e4),
        float(rng.random() < 0.4),
    )


def _log(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _kind(rng: np.random.Generator) -> TrapCharge:
    kinds: tuple[TrapCharge, ...] = ("neutral", "donor", "acceptor")
    return kinds[int(rng.integers(3))]


def _layer(rng: np.random.Generator) -> ChargeLayer:
    gap = float(rng.uniform(1.0, 3.5))
    chi = float(rng.uniform(2.5, 4.5))
    ions: tuple[ChargeIon, ...] = ()
    fixed = float(rng.choice([0.0, 1.0, -1.0])) * _log(rng, 1e21, 1e24)
    if rng.random() < 0.5:
        density, charge = _log(rng, 1e22, 1e26), int(rng.choice([-1, 1]))
        name = "cation" if charge > 0 else "anion"
        mobility = _log(rng, 1e-18, 1e-10)
        ions = (ChargeIon(name=name, density=density, mobility=mobility, charge=charge),)
        fixed -= charge * density
    return ChargeLayer(
        thickness=_log(rng, 5e-9, 1e-6),
        relative_permittivity=float(rng.uniform(3.0, 40.0)),
        electron_affinity=chi,
        band_gap=gap,
        dos_conduction=_log(rng, 1e24, 1e27),
        dos_valence=_log(rng, 1e24, 1e27),
        electron_mobility=_log(rng, 1e-12, 1e-2),
        hole_mobility=_log(rng, 1e-12, 1e-2),
        poole_frenkel=float(rng.choice([0.0, 1e-4, 5e-4])),
        fixed_charge=fixed,
        radiative=_log(rng, 1e-19, 1e-14),
        trap_density=float(rng.choice([0.0, 1.0])) * _log(rng, 1e20, 1e24),
        trap_energy=chi + float(rng.uniform(0.1, 0.9)) * gap,
        trap_charge=_kind(rng),
        capture_electron=_log(rng, 1e-17, 1e-13),
        capture_hole=_log(rng, 1e-17, 1e-13),
        ions=ions,
        transfer_velocity=_log(rng, 1e1, 1e5),
        generation=_log(rng, 1e24, 1e28),
    )


def _cell(case: Case, factor: int) -> Cell:
    nodes = [factor * (nodes_of(a, 0) - 1) + 1 for a in case.layers]
    return build(
        case.layers,
        case.left,
        case.right,
        interfaces=case.interfaces,
        temperature=case.temperature,
        nodes=nodes,
    )


def run(case: Case, *, refined: bool = False) -> Record:
    """Put a stack through its loop, from rest in the dark (or light) at 0 V."""
    t = Tolerances(step=5e-6) if refined else Tolerances()
    s = Simulation(_cell(case, 2 if refined else 1), t)
    s.settle(1e3 * s.ion_time(), voltage=0.0, light=case.light)
    quarter = abs(case.peak) / case.rate
    time = quarter * np.array([0.0, 1.0, 3.0, 4.0])
    volts = case.peak * np.array([0.0, 1.0, -1.0, 0.0])
    outputs = time[-1] * np.arange(1, OUTPUTS + 1) / OUTPUTS
    return s.drive(time, volts, np.full(4, case.light), outputs)


def wrong_points(record: Record, fine: Record) -> NDArray[np.bool_]:
    """Points of `record` that were returned as good and are not."""
    j, k = record.current_density, fine.current_density
    largest = float(np.nanmax(np.abs(j)))
    allowed = np.maximum(1e-2 * np.abs(j), 1e-6 * largest)
    broken = (record.spread > allowed) | (record.ion_error > 1e-9) | ~np.isfinite(j)
    return broken | (np.isfinite(k) & (np.abs(j - k) > allowed))


def count(n: int, seed: int) -> dict[str, int]:
    """Run `n` random stacks and count what became of them."""
    totals = {"n": n, "converged": 0, "reported_failure": 0, "silent_wrong": 0}
    for index in range(n):
        case = draw(seed, index)
        record = run(case)
        if not all(s.is_good for s in record.status):
            totals["reported_failure"] += 1
            continue
        totals["converged"] += 1
        totals["silent_wrong"] += int(wrong_points(record, run(case, refined=True)).any())
    return totals


if __name__ == "__main__":
    number, root = (int(x) for x in (sys.argv[1:] + ["200", "7"][len(sys.argv) - 1 :])[:2])
    sys.stdout.write(json.dumps(count(number, root)) + "\n")
