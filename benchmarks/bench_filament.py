"""Filaments: kinetic Monte Carlo of ions on a lattice, potential from sweeps or from the network.

Problem: 40 x 40 x 40 sites of 0.42 nm, 3,000 vacancies that move along surfaces of dots and inside
(the electrode gives and takes more), one cycle of voltage that closes and opens the gap before the
rest of an older filament, about a million hops, a count that is made by slowing the film. The peer
solves the potential of the last filament as often as the engine did, by SciPy's conjugate
gradients, at a contrast of 1e4.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from halodot.core.spec import build
from halodot.device.filament import events
from halodot.device.filament.drive import Drive, ramp
from halodot.device.filament.network import Network, sparse
from halodot.device.filament.problem import Problem, problem_of
from halodot.device.filament.simulate import Cell
from halodot.device.filament.spec import FilamentSpec

from .filament_reduced import reduced_1000
from .measuring import peak_mb

SHAPE = (40, 40, 40)
IONS = 3000
VACANCY = {
    "name": "V_Br",
    "supplied": True,
    "density": "6.327e26 m-3",
    "formation_energy": "0.05 eV",
    "surface_energy": "0.15 J/m2",
    "redox_barrier": "0.3 eV",
    "adhesion": 0.1,
}
CONTRAST = 1e4
FASTEST = (7e10, 1e9, 6e8)  # hops, creep, redox steps a second: makes the count of hops
MARKS = {"poisson": 5.0, "network": 40.0}


def problem(route: str) -> Problem:
    """The film with its ions."""
    spec = build(FilamentSpec, {"species": [VACANCY], "contact_share": 0.2})
    found = problem_of(spec, SHAPE, route=route)
    return replace(found, contrast=CONTRAST, fastest=FASTEST, bump=(30, 3), patch=0.02)


def cycle() -> Drive:
    """Set and reset."""
    return ramp((2.0, -1.5), 4e5, 40, compliance=1e-6)


def peer_seconds(cell: Cell) -> float:
    """CPU seconds in which SciPy solves the potential of the present filament once."""
    from scipy.sparse.linalg import cg

    network = Network(SHAPE)
    kind = cell.board.kind.reshape(cell.problem.lattice.padded)
    network.fill(kind, CONTRAST, 1.0, cell.contact, CONTRAST, 0.0, 1.0)
    matrix, right = sparse(network)
    start = time.process_time()
    cg(matrix, right, rtol=1e-6, maxiter=2000)
    return time.process_time() - start


def row(route: str) -> dict[str, Any]:
    """One cycle by one route."""
    chosen, drive = problem(route), cycle()
    Cell(chosen, 1).play(Drive(np.array([1e-7]), np.array([0.1])))
    cell = Cell(chosen, 1)
    start = time.process_time()
    course = cell.play(drive)
    seconds = time.process_time() - start
    peer = cell.refreshes * peer_seconds(cell)
    joined = bool(course.is_joined.any())
    met = "met" if seconds < MARKS[route] else "MISSED"
    short = Drive(drive.time[:5], drive.volts[:5])
    return {
        "name": f"filament.cycle_40_{route}",
        "cpu_s": seconds,
        "peak_mb": peak_mb(lambda: Cell(chosen, 1).play(short)),
        "peer": "conjugate gradients of SciPy, as often",
        "peer_cpu_s": peer,
        "ratio": peer / seconds,
        "note": f"{course.hops[-1] / 1e6:.3g} million hops of {IONS} ions, {cell.refreshes} "
        f"potentials, set {joined}, reset {not course.is_joined[-1]}, "
        f"{int(cell.board.tally[events.REDUCED])} reduced, {course.status.name} ({course.note}); "
        f"mark {MARKS[route]:g} s: {met}",
    }


def run() -> list[dict[str, Any]]:
    """Return the rows of the group."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return [row("poisson"), row("network"), reduced_1000()]


if __name__ == "__main__":
    print(*run(), sep="\n")
