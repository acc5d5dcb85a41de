"""The digits task."""

import numpy as np
import pytest

from halodot import array, task
from halodot.array import ArraySpec
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.core.status import Status
from halodot.figures.state import Figure, Figures
from halodot.task.classification import digits
from halodot.task.classification.spec import Digits as TaskSpec

IDEAL = {"wire_resistance": "0 ohm", "cycle_to_cycle": 0.0, "conductance_spread": 0.0}


def device(on=1e4, off=1e6):
    values = (("resistance_on", on, "ohm"), ("resistance_off", off, "ohm"))
    named = [Figure(n, Sourced(v, u), "t") for n, v, u in (*values, ("read_voltage", 0.1, "V"))]
    return Figures("iv", "t", tuple(named))


def score(figures=None, hidden=0, seed=1, **table):
    spec = build(ArraySpec, table)
    return task.evaluate(array.build(figures or device(), spec, seed), TaskSpec(hidden=hidden))


@pytest.mark.parametrize("hidden", [0, 24])
def test_ideal_weights_match_software(hidden):
    s = score(hidden=hidden, **IDEAL)
    assert s.value.value == pytest.approx(s.baseline.value, abs=0.005)
    assert s.baseline.value > 0.94
    assert s.value.low == s.value.value == s.value.high


def test_a_real_device_lies_between_chance_and_software():
    s = score()
    assert 0.9 < s.value.low <= s.value.value <= s.value.high <= 1.0
    assert s.status is Status.OK
    assert s.details["confusion"].sum() == 8 * s.details["test_images"]
    right = np.trace(s.details["confusion"]) / s.details["confusion"].sum()
    assert right == pytest.approx(s.value.value, abs=1e-12)
    assert len(s.details["accuracy_per_programming"]) == 8
    assert any("energy" in n for n in s.notes)


@pytest.mark.parametrize("off", [1e4, 1.0005e4])
@pytest.mark.parametrize("hidden", [0, 16])
def test_a_device_that_hardly_switches_is_near_chance(off, hidden):
    s = score(device(off=off), hidden=hidden)
    assert s.value.value < 0.25
    assert s.chance.value == 0.1


def test_wires_and_spread_cost_accuracy():
    good = score(**IDEAL)
    bad_wires = score(device(1e3, 1e5), **(IDEAL | {"wire_resistance": "30 ohm"}))
    bad_cells = score(**(IDEAL | {"cycle_to_cycle": 0.4}))
    assert bad_wires.value.value < good.value.value - 0.1
    assert bad_cells.value.value < good.value.value - 0.05
    assert bad_cells.value.low < bad_cells.value.high


def test_energy_scales_with_conductance_and_latency_with_layers():
    a, b = score(**IDEAL), score(device(1e3, 1e5), **IDEAL)
    read = {"adc_energy": "0 J"}
    cells = [score(device(r, 100 * r), **IDEAL, **read).energy.value for r in (1e4, 1e3)]
    assert cells[1] == pytest.approx(10 * cells[0], rel=1e-9)
    assert b.energy.value > a.energy.value
    assert score(hidden=16).latency.value == 2 * a.latency.value
    assert a.latency.low < a.latency.value < a.latency.high


def test_same_seed_same_score_and_another_seed_another():
    a, b, c = score(seed=1), score(seed=1), score(seed=2)
    assert (a.details["confusion"] == b.details["confusion"]).all()
    assert (a.details["confusion"] != c.details["confusion"]).any()


def test_an_unknown_device_gives_an_unknown_score_beside_the_baseline():
    s = score(Figures("iv", "t", ()))
    assert not s.value.is_known
    assert s.value.note
    assert s.baseline.value > 0.9
    assert s.status is Status.UNKNOWN


def test_training_and_test_images_are_apart():
    network = digits.trained(0, 0)
    assert len(network.images) == 500
    assert network.images.min() == 0.0
    assert network.images.max() == 1.0
    # Stratified: every digit has its share, of about 50.
    assert np.bincount(network.labels).min() >= 48


@pytest.mark.parametrize(
    "table", [{"name": "digit"}, {"programmings": 3}, {"hidden": -1}, {"hiden": 3}]
)
def test_bad_specs_are_refused(table):
    with pytest.raises(InputError):
        build(TaskSpec, table, root="task")


def test_interval_of_few_programmings_is_their_range_and_says_so():
    s = score()
    found = s.details["accuracy_per_programming"]
    assert (s.value.low, s.value.high) == (found.min(), found.max())
    assert "less than 90 %" in s.value.note
