"""Batches of cells: states that can be told apart, yield, and what the array is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from halodot.array.scatter import (
    Population,
    Pulses,
    cell_of,
    measure_cells,
    misread,
    working_cells,
    working_states,
)
from halodot.array.state import Compact, Drive, Response
from halodot.core.randomness import generator
from halodot.core.sourced import Sourced
from halodot.core.status import Status

PULSES = Pulses(1.0, 1e-3, -1.0, 1e-3, 0.1, 1e-4, 0.01)
UNKNOWN = Sourced.unknown("W/m2", "dark")


def switch(limit: float = 1e-3, factor: float = 1.0, noise: float = 0.0) -> Compact:
    """A cell that conducts limit / 1 V after a positive pulse, and 1 nS after a negative one."""

    def march(drive: Drive, start: np.ndarray | None, seed: int) -> Response:
        g = 1e-9 if start is None else float(start[0])
        rng = np.random.default_rng(abs(seed))
        current = []
        for t in drive.outputs:
            before = drive.voltage[drive.time <= t]
            written = before[np.abs(before) > 0.5]
            if len(written):
                z = rng.standard_normal() if seed >= 0 else 0.0
                g = limit * factor * np.exp(noise * z) if written[-1] > 0 else 1e-9
            current.append(g * float(np.interp(t, drive.time, drive.voltage)))
        found = np.array(current)
        return Response(found, found, {}, np.array([g]), Status.OK)

    def another(spread: float, seed: int) -> Compact:
        z = float(generator(seed, "another").standard_normal())
        return switch(limit, factor * (1.0 + spread * z), noise)

    return Compact(
        "test", "switch", march, another, lambda _: switch(limit, factor, noise),
        np.array([1e-9]), 2.0, UNKNOWN, Sourced(1e-8, "m2"),
        {"compliance": Sourced(limit, "A")}, None, (), lambda i: switch(i, factor, noise),
    )  # fmt: skip


def test_what_is_read_is_what_was_written() -> None:
    batch = measure_cells(switch(), PULSES, spread=0.0, cells=5, cycles=3, levels=4, seed=1)
    expected = np.broadcast_to((batch.limits / 1.0)[:, None, None], batch.on.shape)
    np.testing.assert_allclose(batch.on, expected, rtol=1e-12)
    np.testing.assert_allclose(batch.off, 1e-9, rtol=1e-12)
    assert batch.limits[-1] == pytest.approx(1e-3, rel=1e-12)
    assert working_states(batch) == 5
    assert working_cells(batch).all()


def test_the_misread_share_of_two_normal_states_is_that_of_the_threshold_between() -> None:
    rng = np.random.default_rng(2)
    low, high = rng.normal(0.0, 1.0, 400_000), rng.normal(3.0, 1.0, 400_000)
    assert misread(low, high) == pytest.approx(norm.cdf(-1.5), rel=0.02)
    assert misread(low, low) == pytest.approx(0.5, abs=0.002)
    assert misread(np.zeros(3), np.ones(3)) == 0.0


@pytest.mark.parametrize(("apart", "states"), [(3.0, 3), (5.5, 5), (12.0, 5)])
def test_states_are_counted_by_their_overlap(apart: float, states: int) -> None:
    # states at 0, d, 2d, ... of width 1: of 4 levels every one counts from 4.65 widths apart on
    # (1 % misread), every second one from 2.33 on
    rng = np.random.default_rng(3)
    on = np.stack([rng.normal(apart * (k + 1), 1.0, (500, 20)) for k in range(4)])
    off = rng.normal(0.0, 1.0, (4, 500, 20))
    assert working_states(Population(off, on, np.arange(4.0), Status.OK)) == states


def test_spread_between_cells_and_between_cycles_are_told_apart() -> None:
    batch = measure_cells(
        switch(noise=0.05), PULSES, spread=0.2, cells=300, cycles=8, levels=1, seed=4
    )
    cell = cell_of(batch, PULSES)
    assert float(cell.device_to_device) == pytest.approx(0.2, rel=0.15)
    assert float(cell.cycle_to_cycle) == pytest.approx(0.05, rel=0.1)
    assert float(cell.conductance_high) == pytest.approx(1e-3, rel=0.05)


def test_cells_that_do_not_switch_are_stuck() -> None:
    on, off = np.full((1, 10, 2), 1e-4), np.full((1, 10, 2), 1e-8)
    on[0, :2], off[0, 9] = 1e-8, 1e-4
    cell = cell_of(Population(off, on, np.ones(1), Status.OK), PULSES)
    assert float(cell.stuck_low) == pytest.approx(0.2)
    assert float(cell.stuck_high) == pytest.approx(0.1)
    assert working_cells(Population(off, on, np.ones(1), Status.OK)).sum() == 7


def test_nothing_written_is_unknown_and_says_why() -> None:
    flat = np.full((1, 6, 2), 1e-8)
    cell = cell_of(Population(flat, flat, np.ones(1), Status.OK), PULSES)
    assert not cell.is_known
    assert "times higher" in cell.conductance_high.note
    assert working_states(Population(flat, flat, np.ones(1), Status.OK)) == 1


def test_read_noise_hides_states() -> None:
    noisy = replace(PULSES, read_noise=0.3)
    quiet = measure_cells(switch(), PULSES, spread=0.0, cells=20, cycles=5, levels=20, seed=5)
    loud = measure_cells(switch(), noisy, spread=0.0, cells=20, cycles=5, levels=20, seed=5)
    assert working_states(quiet) == 21
    assert 2 <= working_states(loud) < 12
