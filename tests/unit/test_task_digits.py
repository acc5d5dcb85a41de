"""The digits task."""

from dataclasses import replace

import numpy as np
import pytest

from halodot import array, task
from halodot.array import ArraySpec
from halodot.array.state import Decay
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.core.status import Status
from halodot.figures.state import Figure, Figures
from halodot.task.classification import data
from halodot.task.classification.spec import Digits as TaskSpec

IDEAL = {"wire_resistance": "0 ohm", "cycle_to_cycle": 0.0, "conductance_spread": 0.0}


def device(on=1e4, off=1e6):
    values = (("resistance_on", on, "ohm"), ("resistance_off", off, "ohm"))
    named = [Figure(n, Sourced(v, u), "t") for n, v, u in (*values, ("read_voltage", 0.1, "V"))]
    return Figures("iv", "t", tuple(named))


def score(figures=None, hidden=0, seed=1, programmings=6, **table):
    spec = build(ArraySpec, table)
    given = TaskSpec(hidden=hidden, programmings=programmings)
    return task.evaluate(array.build(figures or device(), spec, seed), given)


@pytest.mark.parametrize("hidden", [0, 24])
def test_ideal_weights_match_software(hidden):
    s = score(hidden=hidden, **IDEAL)
    assert s.value.value == pytest.approx(s.baseline.value, abs=0.005)
    assert s.others["ideal_accuracy"].value == pytest.approx(s.baseline.value, abs=0.005)
    assert s.baseline.value > 0.94
    # cells alike: what is left is the interval of images
    cells = s.others["accuracy_over_cells"]
    assert cells.high - cells.low < 0.005
    assert s.value.low < s.value.value < s.value.high


def test_a_real_device_lies_between_chance_and_software():
    s = score(programmings=19)
    assert 0.9 < s.value.low <= s.value.value <= s.value.high <= 1.0
    assert s.status is Status.OK
    assert s.details["confusion"].sum() == 19 * s.details["test_images"]
    right = np.trace(s.details["confusion"]) / s.details["confusion"].sum()
    assert right == pytest.approx(s.value.value, abs=1e-12)
    assert len(s.details["accuracy_per_programming"]) == 19
    assert any("estimate" in n for n in s.notes)


@pytest.mark.parametrize(("off", "hidden"), [(1e4, 0), (1.0005e4, 16)])
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
    cells = [s.others["cells_energy"].value for s in (a, b)]
    assert cells[1] == pytest.approx(10 * cells[0], rel=1e-9)
    parts = [a.others[f"{n}_energy"].value for n in ("cells", "lines", "drivers", "converters")]
    assert a.energy.value == pytest.approx(sum(parts), rel=1e-9)
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
    images = data.split("digits", 0)
    assert len(images.test) == 500
    assert (images.test.min(), images.test.max()) == (0.0, 1.0)
    # Stratified: every digit has its share, of about 50.
    assert np.bincount(images.test_labels).min() >= 48
    whole = {row.tobytes() for row in images.train}
    assert sum(row.tobytes() in whole for row in images.test) == 0
    assert len(images.train) + len(images.test) == images.pool == 1797


@pytest.mark.parametrize(
    "table", [{"name": "digit"}, {"programmings": 3}, {"hidden": -1}, {"hiden": 3}]
)
def test_bad_specs_are_refused(table):
    with pytest.raises(InputError):
        build(TaskSpec, table, root="task")


def test_levels_and_converters_cost_accuracy_one_after_the_other():
    s = score(levels=4, adc_bits=4)
    ladder = [s.others[f"{n}_accuracy"].value for n in ("ideal", "quantised", "nominal")]
    assert ladder[0] > ladder[1] + 0.01
    assert ladder[1] > ladder[2] - 0.02
    assert "loses" in s.verdict
    assert s.others["accuracy_loss"].value == pytest.approx(
        s.baseline.value - s.value.value, abs=1e-12
    )


def test_parts_of_the_interval_stand_apart_and_make_up_the_whole():
    s = score(cycle_to_cycle=0.1)
    half = [s.others[f"accuracy_over_{n}"] for n in ("cells", "images")]
    widths = [q.high - q.low for q in half]
    whole = s.value.high - s.value.low
    assert max(widths) * 0.7 < whole < 1.4 * sum(widths)


def test_accuracy_falls_with_time_where_cells_forget():
    tile = array.build(device(), build(ArraySpec, IDEAL | {"adc_bits": 8}), 1)
    forgetful = Decay(Sourced(100.0, "s"), Sourced(1.0, "1"), Sourced(0.0, "1"), Sourced(1e3, "s"))
    tile = replace(tile, cell=replace(tile.cell, decay=forgetful))
    s = task.evaluate(tile, TaskSpec(programmings=5, times=("10 s", "3000 s")))
    soon, late = s.details["accuracy_per_time"].mean(axis=1)
    assert soon > s.value.value - 0.01  # all weights shrink alike: the largest stays the largest
    assert late < 0.5
    assert s.others["accuracy_after"].value == pytest.approx(late, abs=1e-12)


def test_converters_stay_as_they_were_set_at_writing():
    table = IDEAL | {"adc_bits": 6, "adc_range": "calibrated"}
    tile = array.build(device(), build(ArraySpec, table), 1)
    fades = Decay(Sourced(100.0, "s"), Sourced(1.0), Sourced(0.0), Sourced(1e3, "s"))
    tile = replace(tile, cell=replace(tile.cell, decay=fades))
    s = task.evaluate(tile, TaskSpec(programmings=5, times=("600 s",)))
    # 0.25 % of the weights is left: below a step of converters that do not follow
    assert s.others["accuracy_after"].value < 0.5 < s.value.value


def test_times_need_a_device_of_which_it_is_known_how_it_forgets():
    tile = array.build(device(), build(ArraySpec, {}), 1)
    with pytest.raises(InputError, match="retention"):
        task.evaluate(tile, TaskSpec(times=("1 day",)))


def test_shuffled_labels_are_at_chance(monkeypatch):
    images, labels = data.images("digits")
    mixed = np.random.default_rng(3).permutation(labels)
    monkeypatch.setattr(data, "images", lambda _: (images, mixed))
    s = task.evaluate(array.build(device(), build(ArraySpec, IDEAL), 1), TaskSpec(programmings=5))
    assert s.value.value == pytest.approx(s.chance.value, abs=0.04)
