"""Levels and light of 10,000 sizes by the fast route, beside the eigenstates of a grid.

Problem: CsPbBr3-like cubes of 3 to 13 nm, no uncertainty: both levels, images, attraction, first
bright exciton, radiative lifetime, and the emission of the ensemble. The peer is our own reference
route, which solves the four coupled bands of one dot at a time on the lattice, without light and
attraction; some sizes of the same range are timed and counted for 10,000.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from halodot.dot import confinement, sizing
from halodot.dot.absorption import local_field
from halodot.dot.emission import ensemble
from halodot.dot.lifetime import enhancement, radiative_lifetime
from halodot.dot.reference import Bands, Levels, levels

from .measuring import cpu_seconds, peak_mb

DOTS = 10_000
CELL = 5.87e-10
GAP, KANE, REMOTE, WALL = 2.44, 13.6, 4.5, 6.0
CELLS = (5, 8, 11, 14)  # edges of the reference dots, in lattice constants
STOKES, WIDTH, SPREAD, KELVIN, OPTICAL, OUTSIDE = 0.03, 0.08, 0.1, 300.0, 4.8, 2.1


def core() -> sizing.Core:
    """The material of the benchmark, that of CsPbBr3."""
    return sizing.Core(GAP, KANE, REMOTE, 0.033, CELL, WALL)


def fast(count: int = DOTS) -> np.ndarray:
    """Energies and light of `count` sizes; returns their lifetimes [s]."""
    sizes, dots = np.linspace(3e-9, 13e-9, count), core()
    at = sizing.energies(sizes, "cube", dots)
    peak = at.optical_gap - STOKES
    ensemble(lambda s: sizing.energies(s, "cube", dots).optical_gap - STOKES, 8e-9, SPREAD, WIDTH)
    total = at.electron_mass + at.hole_mass
    coherence = enhancement(at.spread, at.axes, total, KELVIN)
    field = local_field(OPTICAL, OUTSIDE)
    return radiative_lifetime(peak, KANE, coherence, KELVIN, field, OUTSIDE)


def reference(cells: int) -> Levels:
    """Both levels of a cube of that many cells, of a lattice that simply ends."""
    bands = Bands(GAP, KANE, REMOTE / 2, REMOTE / 2)
    return levels("cube", cells * CELL, bands, CELL, lattice=True)


def shift_apart(cells: int, found: Levels) -> float:
    """Fast (with its wall) minus reference of the confinement of the pair [eV]."""
    size = np.array([cells * CELL])
    bands = core().bands
    k = confinement.wave_number(size, bands)
    sums = confinement.hops(k, CELL)
    pair = confinement.pair_energy(3.0 * sums[0], 3.0 * sums[1], bands)
    return float(pair[0] - found.electron_energies[0] - found.hole_energies[0])


def row() -> dict[str, Any]:
    """The only row."""
    fast(100)  # tables that are computed once
    ours = cpu_seconds(fast, 5)
    found = [reference(n) for n in CELLS]
    each = [cpu_seconds(lambda n=n: reference(n), 1) for n in CELLS]
    theirs = sum(each) / len(each) * DOTS
    apart = [1e3 * shift_apart(n, f) for n, f in zip(CELLS, found, strict=True)]
    largest = max(f.cost.memory for f in found)
    edge = CELLS[-1] * CELL * 1e9
    note = (
        f"{DOTS / ours:.3g} dots per second, reference {DOTS / theirs:.2g}; pair of levels "
        f"{apart[0]:+.2g} meV ({CELLS[0]} cells) to {apart[-1]:+.2g} meV from it; "
        f"largest reference dot, {edge:.1f} nm: {largest / 1e6:.3g} MB"
    )
    return {
        "name": f"dot.ensemble_{DOTS}",
        "cpu_s": ours,
        "peak_mb": peak_mb(fast),
        "peer": f"grid eigenstates of {len(CELLS)} sizes, scaled",
        "peer_cpu_s": theirs,
        "ratio": theirs / ours,
        "note": note,
    }


def run() -> list[dict[str, Any]]:
    """Return the rows of the group."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return [row()]


if __name__ == "__main__":
    print(run())
