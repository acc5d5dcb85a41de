"""Carriers that hop on packings of dots: kinetic Monte Carlo and the steady master equation.

Problems: 50,000 places of a simple cubic lattice, levels spread by 2 kT, Marcus rates, a field of
1e6 V/m; one carrier, and 2,000 that exclude one another; 100,000 places for the master equation at
the same disorder, in a vanishing field and in that one. The peer of the walks is their plain Python
version, of the master equation a direct sparse solve of few sites, scaled with their square.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from halodot.film.transport import Hops, crowd, hops, pack, steady, walk, weak_field
from halodot.film.transport.packing import matrix
from halodot.film.transport.walk_reference import walk_path

from .measuring import peak_mb, resident_mb

KT = 0.025
FIELD = np.array([1e6, 0.0, 0.0])
HOPS = 20_000_000
CARRIERS, ATTEMPTS = 2000, 8_000_000
DIRECT = 8000
HOPS_MARK, ATTEMPTS_MARK, SECONDS_MARK, MEMORY_MARK = 6e6, 2e6, 25.0, 2000.0


def lattice(places: int) -> Hops:
    """The problem on about that many places."""
    dots = pack("cube", places, size=9e-9, gap=1e-9)
    return hops(dots, equal=1e9, kT=KT, static=2.0 * KT)


def spent(work: Any) -> tuple[float, Any]:
    """CPU seconds of one call and what it returned."""
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def verdict(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


def alone(hop: Hops) -> dict[str, Any]:
    """One carrier after the other; two, so that there is a scatter."""
    walk(hop, FIELD, carriers=2, hops_each=100.0)
    seconds, found = spent(lambda: walk(hop, FIELD, carriers=2, hops_each=HOPS / 2))
    rate = hop.rates(FIELD)
    end = 3000.0 * hop.dots.count / float(rate.sum())
    plain, path = spent(lambda: walk_path(hop.dots, rate, 0, 1, end))
    speed = found.hops / seconds
    peer = found.hops * plain / max(path[2], 1)
    return {
        "name": "film.kmc_hops_per_s",
        "cpu_s": seconds,
        "peak_mb": peak_mb(lambda: walk(hop, FIELD, carriers=2, hops_each=1e5)),
        "peer": "plain Python walk, scaled",
        "peer_cpu_s": peer,
        "ratio": peer / seconds,
        "note": f"{speed / 1e6:.3g} million hops per second on {hop.dots.count} sites, "
        f"mark 6: {verdict(speed > HOPS_MARK)}",
    }


def together(hop: Hops) -> dict[str, Any]:
    """Two thousand carriers with exclusion."""
    crowd(hop, 10, FIELD, hops_each=10.0)
    seconds, found = spent(lambda: crowd(hop, CARRIERS, FIELD, hops_each=ATTEMPTS / CARRIERS))
    speed = found.attempts / seconds
    return {
        "name": "film.kmc_exclusion",
        "cpu_s": seconds,
        "peak_mb": peak_mb(lambda: crowd(hop, CARRIERS, FIELD, hops_each=50.0)),
        "note": f"{speed / 1e6:.3g} million attempts per second of {CARRIERS} carriers, "
        f"{found.hops / found.attempts:.2f} of them hops, mark 2: {verdict(speed > ATTEMPTS_MARK)}",
    }


def direct(hop: Hops) -> float:
    """CPU seconds of a sparse factorisation of the equation, one dot held."""
    from scipy.sparse import diags
    from scipy.sparse.linalg import splu

    rate = hop.rates(FIELD)
    matrix_of = diags(hop.dots.leaving(rate)) - matrix(hop.dots, rate[hop.dots.back])
    held = matrix_of.tocsc()[1:, 1:]
    return spent(lambda: splu(held))[0]


def master() -> dict[str, Any]:
    """The master equation, vanishing and finite field, one carrier and one dot in twenty filled."""
    hop = lattice(103_823)
    weak_s, weak = spent(lambda: weak_field(hop))
    field_s, strong = spent(lambda: steady(hop, FIELD))
    filled_s, filled = spent(lambda: steady(hop, FIELD, 0.05))
    memory = resident_mb()
    worst = max(weak_s, field_s, filled_s)
    good = all(s.status.is_good for s in (weak, strong, filled))
    largest = max(s.residual for s in (weak, strong, filled))
    peer = direct(lattice(DIRECT)) * (hop.dots.count / DIRECT) ** 2
    return {
        "name": "film.master_100000",
        "cpu_s": field_s,
        "peak_mb": peak_mb(lambda: steady(hop, FIELD)),
        "peer": f"direct solve of {DIRECT} sites, scaled",
        "peer_cpu_s": peer,
        "ratio": peer / field_s,
        "note": f"{hop.dots.count} sites, 2 kT: no field {weak_s:.3g} s, field {field_s:.3g} s, "
        f"field and 5 % filled {filled_s:.3g} s; residual {largest:.1e}, process {memory:.0f} MB; "
        f"mark 25 s, 2 GB: {verdict(good and worst < SECONDS_MARK and memory < MEMORY_MARK)}",
    }


def run() -> list[dict[str, Any]]:
    """Return the rows of the group."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        hop = lattice(50_000)
        return [alone(hop), together(hop), master()]


if __name__ == "__main__":
    print(run())
