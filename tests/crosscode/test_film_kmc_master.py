"""Kinetic Monte Carlo beside the master equation, and compiled walks beside plain ones."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.film.transport import Hops, crowd, hops, level_rate, pack, steady, walk, weak_field
from halodot.film.transport.monte_carlo import roads
from halodot.film.transport.walk_kernel import crowds, walks
from halodot.film.transport.walk_reference import crowd_path, walk_path

KT, PITCH = 0.025, 10e-9


def lattice(static: float, law: str, seed: int = 1) -> Hops:
    dots = pack("cube", 512, size=9e-9, gap=1e-9)
    return hops(dots, equal=1e9, kT=KT, static=static, law=law, seed=seed)


def film(law: str = "marcus") -> Hops:
    dots = pack("cube", 343, size=9e-9, gap=1e-9, order=0.0, spread=0.05, density=0.75, seed=2)
    return hops(dots, equal=level_rate(dots), kT=KT, static=0.03, slope=-0.3, law=law, seed=2)


@pytest.mark.parametrize("law", ["marcus", "miller_abrahams"])
@pytest.mark.parametrize("static", [1.0 * KT, 2.0 * KT])
@pytest.mark.parametrize("work", [0.5 * KT, 3.0 * KT])
def test_a_carrier_alone_drifts_as_the_master_equation_says(
    law: str, static: float, work: float
) -> None:
    hop, force = lattice(static, law), np.array([work / PITCH, 0.0, 0.0])
    done, expected = walk(hop, force, carriers=400, hops_each=6000.0, seed=7), steady(hop, force)
    assert expected.status.is_good
    assert np.all(np.abs(done.velocity - expected.velocity) < 3.0 * done.velocity_error)
    assert done.mobility_error < 0.05 * expected.mobility
    energy = float(expected.occupation @ hop.energies)
    assert abs(done.energy[-1] - energy) < 3.0 * done.energy_error[-1]


@pytest.mark.parametrize("law", ["marcus", "miller_abrahams"])
def test_the_same_on_a_random_packing(law: str) -> None:
    hop, force = film(law), np.array([0.0, 2.0 * KT / PITCH, 0.0])
    done, expected = walk(hop, force, carriers=400, hops_each=10_000.0, seed=8), steady(hop, force)
    assert np.all(np.abs(done.velocity - expected.velocity) < 3.0 * done.velocity_error)
    assert done.mobility_error < 0.05 * expected.mobility


def test_carriers_that_exclude_one_another_drift_as_mean_field_on_equal_levels() -> None:
    """Equal levels in a weak and in a strong field: the product state is exact, v = v_1 (1 - n)."""
    hop = lattice(0.0, "marcus")
    for work in (0.5 * KT, 3.0 * KT):
        force = np.array([work / PITCH, 0.0, 0.0])
        alone = steady(hop, force)
        for filling in (0.25, 0.6):
            carriers = round(filling * hop.dots.count)
            done = crowd(hop, carriers, force, hops_each=3000.0, seed=4)
            # with N of M dots taken for sure, a neighbour is free with (M - N) / (M - 1)
            free = (hop.dots.count - carriers) / (hop.dots.count - 1)
            assert done.hops / done.attempts == pytest.approx(free, rel=0.01)
            expected = free * alone.mobility
            assert abs(done.mobility - expected) < 3.0 * done.mobility_error
            assert done.mobility_error < 0.03 * expected


def test_few_carriers_in_disorder_come_near_mean_field_and_differ_from_no_exclusion() -> None:
    hop, force = lattice(2.0 * KT, "marcus"), np.array([0.5 * KT / PITCH, 0.0, 0.0])
    done = crowd(hop, 51, force, hops_each=40_000.0, seed=4)
    mean_field = steady(hop, force, 51 / 512)
    assert mean_field.status.is_good
    assert mean_field.occupation.sum() == pytest.approx(51.0, rel=1e-9)
    # mean field forgets correlations: a few per cent at a tenth filled, 2 kT
    assert done.mobility == pytest.approx(mean_field.mobility, rel=0.10)
    assert done.mobility > 1.3 * steady(hop, force).mobility  # deep dots are full
    assert weak_field(hop, 51 / 512).mobility == pytest.approx(mean_field.mobility, rel=0.03)


def test_the_same_numbers_drawn_give_the_same_path() -> None:
    hop, force = film(), np.array([3e6, 0.0, 0.0])
    dots, rate, way = hop.dots, hop.rates(force), roads(hop, force)
    end = 100.0 / rate.mean()
    first, stream = np.array([1, 2, 3], np.int32), np.array([7, 8, 9], np.uint64)
    at, edges = np.zeros((3, 1), np.int32), np.zeros((3, 1, 3), np.int32)
    count, whole = walks(*way.arrays, first, stream, np.array([end]), 10**9, at, edges)
    plain = [walk_path(dots, rate, w + 1, 7 + w, end) for w in range(3)]
    assert whole
    assert count == sum(p[2] for p in plain)
    assert count > 100
    for w, (here, path, _) in enumerate(plain):
        assert at[w, 0] == here
        found = dots.positions[here] + dots.box * edges[w, 0] - dots.positions[first[w]]
        assert found == pytest.approx(path, rel=0.0, abs=1e-15)


def test_the_same_numbers_drawn_move_a_crowd_the_same_way() -> None:
    hop, force = film(), np.array([3e6, 0.0, 0.0])
    dots, rate, way = hop.dots, hop.rates(force), roads(hop, force)
    end, start = 3.0 / rate.mean(), np.arange(100, dtype=np.int32)
    at, edges = np.zeros((1, 100), np.int32), np.zeros((1, 100, 3), np.int32)
    stream = np.array([11], np.uint64)
    attempts, count = crowds(*way.arrays, start, stream, np.array([end]), 10**9, at, edges)
    sites, path, tried, moved = crowd_path(dots, rate, list(range(100)), 11, end)
    assert (attempts, count) == (tried, moved)
    assert attempts > 300
    assert list(at[0]) == sites
    assert len(set(sites)) == 100
    found = np.sum(dots.positions[at[0]] + dots.box * edges[0] - dots.positions[:100], axis=0)
    assert found == pytest.approx(path, rel=0.0, abs=1e-15)
