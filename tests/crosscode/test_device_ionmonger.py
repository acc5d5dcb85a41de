"""The published IonMonger cell at three scan rates: converged in grid and time, and its physics."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.device.charge.exchange import cyclic, ionmonger
from peer_cells import DATA

SET = DATA / "ionmonger_default_parameters.csv"


def run(rate, accuracy="default"):
    schedule = cyclic(0.0, 1.3, rate, light=1.0398, points=261)
    deck = ionmonger.read(SET, absorption="uniform", schedule=schedule)
    curve = deck.follow(accuracy)
    assert all(s.is_good for s in curve.record.status)
    return curve


def crossings(curve):
    """Where the current changes its sign, on the way up and down [V]."""
    k = np.flatnonzero(np.sign(curve.current[:-1]) != np.sign(curve.current[1:]))
    v, j = curve.voltage, curve.current
    found = v[k] - j[k] * (v[k + 1] - v[k]) / (j[k + 1] - j[k])
    return found[0], found[-1]


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.1, 1.0, 10.0])
def test_loops_are_converged_in_grid_and_time(rate):
    coarse, fine = run(rate), run(rate, "high")
    jsc = fine.current[0]
    inside = fine.current > -jsc
    assert np.max(np.abs(coarse.current - fine.current)[inside]) < 1e-3 * jsc
    assert crossings(coarse) == pytest.approx(crossings(fine), abs=1e-4)


def test_every_photon_is_collected_at_short_circuit():
    """23.19 mA/cm2 of pairs; the cell starts at rest, where its ions screen the built-in field."""
    curve = run(1.0)
    pairs = 1.0398 * 1.4e21 * -np.expm1(-1.3e7 * 4e-7) * 1.602176634e-19 / 10.0
    assert 0.98 < curve.current[0] / pairs < 1.0
    assert np.max(curve.record.ion_error) < 1e-9


def test_the_faster_the_scan_the_more_the_ions_stay_behind():
    """Ions left where they were at 0 V cost voltage on both ways; slow scans let them follow."""
    slow, fast = run(0.1), run(10.0)
    (slow_up, slow_down), (fast_up, fast_down) = crossings(slow), crossings(fast)
    assert slow_up > fast_up + 0.3
    assert slow_down - slow_up > 0.03
    assert fast_down - fast_up < 0.1
