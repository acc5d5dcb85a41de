"""Intervals of accuracies hold as often as they say."""

import numpy as np
import pytest

from halodot import array
from halodot.array import ArraySpec
from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.figures.state import Figure, Figures
from halodot.task.classification import inference, intervals
from halodot.task.classification.spec import Digits


def held(groups, size, draw):
    """Share of next values inside the interval of the group before them."""
    inside = []
    for _ in range(groups):
        values = draw(size + 1)
        low, high = intervals.next_one(values[:-1])
        inside.append(low <= values[-1] <= high)
    return float(np.mean(inside))


@pytest.mark.parametrize("size", [3, 5, 8, 19, 40])
def test_the_next_normal_value_lies_inside_nine_times_of_ten(size):
    rng = np.random.default_rng(size)
    # 4000 groups: standard error 0.5 %
    assert held(4000, size, rng.standard_normal) == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("size", [19, 60])
def test_the_next_of_a_skewed_law_lies_inside_as_well(size):
    rng = np.random.default_rng(size)
    assert held(4000, size, rng.standard_exponential) == pytest.approx(0.9, abs=0.02)


def test_accuracies_on_new_images_and_new_cells_lie_inside():
    """Pools, test sets and cells drawn from known laws; the next uses a pool of its own."""
    rng = np.random.default_rng(7)
    pool_size, test_size, truth, spread = 1797, 500, 0.96, 0.005
    inside, without = [], []
    for _ in range(1500):
        easy = rng.random(pool_size)  # how hard each image is

        def measured(easy=easy):
            skill = truth + spread * rng.standard_normal()
            return float(np.mean(easy[rng.permutation(pool_size)[:test_size]] < skill))

        q = intervals.accuracy(np.array([measured() for _ in range(19)]), pool_size)
        next_one = measured(rng.random(pool_size))
        inside.append(q.low <= next_one <= q.high)
        without.append(next_one)
    assert np.mean(inside) == pytest.approx(0.9, abs=0.025)


def test_mean_interval_holds_the_mean():
    rng = np.random.default_rng(2)
    found = [intervals.mean(rng.standard_normal(7)) for _ in range(3000)]
    assert np.mean([q.low <= 0.0 <= q.high for q in found]) == pytest.approx(0.9, abs=0.02)


@pytest.mark.slow
def test_held_back_programmings_of_a_device_lie_inside():
    values = (("resistance_on", 1e4, "ohm"), ("resistance_off", 1e6, "ohm"))
    named = [Figure(n, Sourced(v, u), "t") for n, v, u in (*values, ("read_voltage", 0.1, "V"))]
    spec = build(ArraySpec, {"cycle_to_cycle": {"value": 0.05, "low": 0.02, "high": 0.15}})
    tile = array.build(Figures("iv", "t", tuple(named)), spec, 1)
    runs = [inference.repeat(tile, Digits(), k).array.accuracy for k in range(19 * 12)]
    accuracies, inside = np.array(runs), []
    for first in range(0, len(accuracies), 19):
        q = intervals.accuracy(accuracies[first : first + 19], 1797)
        others = np.delete(accuracies, np.arange(first, first + 19))
        inside.append(np.mean((q.low <= others) & (others <= q.high)))
    # splits of one pool: its own share of the interval makes it a little wide
    assert 0.87 < np.mean(inside) < 0.97
