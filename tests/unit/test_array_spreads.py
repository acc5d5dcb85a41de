"""Spread between devices and between cycles are told apart, and their intervals cover."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.array.spreads import joined, one_way


@pytest.mark.parametrize(("devices", "cycles"), [(5, 4), (10, 2), (20, 8)])
def test_planted_spreads_are_covered(devices: int, cycles: int) -> None:
    hits = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        groups = [3.0 + 0.2 * rng.standard_normal() + 0.1 * rng.standard_normal(cycles)
                  for _ in range(devices)]  # fmt: skip
        found = one_way(groups, "1")
        hits.append([found.mean.low <= 3.0 <= found.mean.high,
                     found.between.low <= 0.2 <= found.between.high,
                     found.within.low <= 0.1 <= found.within.high])  # fmt: skip
    shares = np.mean(hits, axis=0)
    assert np.all(shares >= 0.83)
    assert np.all(shares <= 0.97)


def test_cycles_alone_are_no_spread_between_devices() -> None:
    rng = np.random.default_rng(1)
    found = one_way([rng.standard_normal(20) for _ in range(10)], "1")
    pooled = float(np.std(list(rng.standard_normal((10, 20)))))
    assert found.between.low == 0.0
    assert found.between.value < 0.25 * pooled


def test_unequal_numbers_of_cycles() -> None:
    hits = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        groups = [0.3 * rng.standard_normal() + 0.3 * rng.standard_normal(n)
                  for n in (2, 3, 5, 8, 12, 4)]  # fmt: skip
        found = one_way(groups, "1")
        hits.append(found.between.low <= 0.3 <= found.between.high)
    assert float(np.mean(hits)) >= 0.83


def test_too_few_say_so() -> None:
    assert not one_way([np.arange(5.0)], "S").between.is_known
    assert not one_way([np.arange(5.0), np.arange(4.0)], "S").between.is_known
    once = one_way([np.array([x]) for x in (1.0, 1.2, 0.9, 1.1)], "S")
    assert not once.within.is_known
    assert once.between.low == 0.0
    assert "cycles is part of it" in once.between.note
    assert not one_way([], "S").mean.is_known


def test_one_device_keeps_its_own_error() -> None:
    mean, spread = joined(np.array([2.0]), np.array([0.1]), "1", "labels")
    assert mean.low == pytest.approx(2.0 - 0.16449, abs=1e-4)
    assert not spread.is_known


def test_joined_means_cover() -> None:
    hits = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        errors = rng.uniform(0.05, 0.2, 6)
        values = 1.0 + 0.15 * rng.standard_normal(6) + errors * rng.standard_normal(6)
        mean, _ = joined(values, errors, "1", "x")
        hits.append(mean.low <= 1.0 <= mean.high)
    assert 0.84 <= float(np.mean(hits)) <= 0.97
