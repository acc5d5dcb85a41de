"""The learning task, from an array to a score."""

from dataclasses import replace

import numpy as np
import pytest
from test_task_digits import device

from halodot import array, task
from halodot.array import ArraySpec
from halodot.array.state import Decay, Steps, Update
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.core.status import Status
from halodot.figures.state import Figures
from halodot.task.classification import data
from halodot.task.classification.bench import Bench
from halodot.task.classification.learning import steps_of
from halodot.task.classification.pulses import linear, means
from halodot.task.classification.spec import Learning

FINE = {
    "pulses": 400,
    "nonlinearity_up": 0.0,
    "nonlinearity_down": 0.0,
    "cycle_to_cycle": 0.0,
    "conductance_spread": 0.0,
    "wire_resistance": "0 ohm",
}
SHORT = {"epochs": 4, "seeds": 3}


def tile(**table):
    return array.build(device(), build(ArraySpec, table), 1)


def train(given, **how):
    return task.evaluate(given, Learning(**(SHORT | how)))


def recorded(drive="optical", low=1e-6, high=9e-5, pulses=60, runs=4, seed=0):
    """Runs of equal pulses from one end to the other, with scatter, as an instrument writes."""
    rng = np.random.default_rng(seed)
    before, change, cycle = [], [], []
    for run in range(runs):
        g = np.linspace(low, high, pulses + 1) + 2e-7 * rng.standard_normal(pulses + 1)
        before, change = [*before, *g[:-1]], [*change, *np.diff(g)]
        cycle += [run] * pulses
    rows = np.array(before), np.array(change)
    return Steps(
        *rows, np.zeros(len(rows[0]), np.int64), np.array(cycle), drive,
        duration=Sourced(0.1, "s"), energy=Sourced(1e-12, "J"),
        optical_energy=Sourced(3e-9, "J") if drive == "optical" else Sourced.unknown("J", "none"),
    )  # fmt: skip


def test_fine_straight_steps_reach_software_and_details_are_whole():
    s = train(tile(**FINE), epochs=10)
    assert s.value.value == pytest.approx(s.baseline.value, abs=0.012)
    assert s.others["ideal_update_accuracy"].value == pytest.approx(s.baseline.value, abs=0.01)
    assert s.others["untrained_accuracy"].value < 0.25
    curve = s.details["accuracy_per_epoch"]
    assert curve.shape == (3, 11)
    assert s.value.value == pytest.approx(curve[:, -1].mean(), abs=1e-12)
    assert s.details["confusion"].sum() == 3 * 500
    assert s.details["steps_in_range"] == pytest.approx(400, rel=1e-6)
    assert s.value.low < s.value.value < s.value.high
    assert "training in software" in s.verdict
    assert any("NeuroSim" in n for n in s.notes)


def test_bent_scattered_steps_cost_accuracy_and_the_parts_add_up():
    s = train(tile(pulses=30, nonlinearity_up=5.0, nonlinearity_down=-5.0, cycle_to_cycle=0.05))
    assert s.value.value < s.baseline.value - 0.02
    parts = [s.others[n].value for n in ("loss_by_step_size", "loss_by_step_form")]
    ideal = s.others["ideal_update_accuracy"].value
    assert sum(parts) == pytest.approx(ideal - s.value.value, abs=1e-9)


def test_light_up_and_reset_learns_and_counts_both_energies():
    light = recorded(high=5e-5)
    given = tile()
    given = replace(given, cell=replace(given.cell, update=Update(light, None)))
    s = train(given)
    assert s.value.value > 0.8
    assert s.others["resets_per_epoch"].value > 0
    pulses = s.others["pulses_per_epoch"].value
    assert s.others["update_light_energy_per_epoch"].value == pytest.approx(3e-9 * pulses, rel=1e-9)
    assert s.others["update_energy_per_epoch"].value == pytest.approx(1e-12 * pulses, rel=1e-9)
    assert any("range of learning" in n for n in s.notes)


def test_pulses_that_only_lower_the_conductance_learn_as_well():
    g = recorded("electrical")
    down = replace(g, before=g.before + g.change, change=-g.change)
    given = tile(**FINE)
    up_only, down_only = (
        replace(given, cell=replace(given.cell, update=u))
        for u in (Update(g, None), Update(None, down))
    )
    found = [train(a).value.value for a in (up_only, down_only)]
    assert found[0] == pytest.approx(found[1], abs=0.04)
    assert min(found) > 0.85


def test_tables_of_pulses_down_are_turned_in_place_and_in_chance():
    g = np.linspace(1e-6, 1e-4, 400)
    rng = np.random.default_rng(0)
    change = -0.05 * (g - 0.9e-6) * (1.0 + 0.2 * rng.standard_exponential(400))
    none = np.zeros(400, np.int64)
    given = tile()
    update = Update(None, Steps(g, change, none, none))
    steps, mirrored = steps_of(replace(given, cell=replace(given.cell, update=update)), None)
    assert mirrored
    assert steps.down is None
    # large steps at the high end, where pulses down start; every row rises with chance
    assert means(steps.up)[0] > 5 * means(steps.up)[-1] > 0.0
    assert (np.diff(steps.up, axis=1) >= -1e-12).all()


def test_stuck_cells_do_not_move():
    given = tile(**(FINE | {"stuck_low": 0.2, "stuck_high": 0.1}))
    images = data.split("digits", 0)
    spec = Learning(**SHORT)
    bench = Bench(given, images, 0, ((65, 10),), spec)
    layer = bench.pairs(linear(0.01), "both", np.random.default_rng(0))[0]
    stuck = bench.blank[0].cells.stuck
    assert (stuck != 0).mean() == pytest.approx(0.3, abs=0.05)
    layer.pulse(np.full((65, 10), 7, dtype=np.int32))
    assert (layer.place[stuck < 0] == 0.0).all()
    assert (layer.place[stuck > 0] == 1.0).all()
    assert layer.place[stuck == 0].min() > 0.3


def test_a_hidden_layer_learns():
    s = train(tile(**FINE), hidden=12, epochs=8)
    assert s.value.value > 0.9


def test_cells_that_forget_learn_worse():
    given = tile(**FINE)
    fades = Decay(Sourced(0.5, "s"), Sourced(1.0), Sourced(0.02), Sourced(10.0, "s"))
    lost = train(replace(given, cell=replace(given.cell, decay=fades)))
    assert lost.value.value < train(given).value.value - 0.05
    assert lost.others["accuracy_after_hold"].is_known


def test_stuck_cells_and_wires_are_learned_around():
    hurt = tile(**(FINE | {"stuck_low": 0.03, "stuck_high": 0.03, "wire_resistance": "20 ohm"}))
    written = task.evaluate(hurt)  # the same cells, written with weights of software
    learned = train(hurt, epochs=8)
    assert learned.value.value > written.value.value + 0.02


def test_no_pulses_are_refused_and_a_missing_direction_is_named():
    given = tile()
    none = replace(given, cell=replace(given.cell, update=Update(None, None)))
    with pytest.raises(InputError, match="pulses"):
        train(none)
    one = replace(given, cell=replace(given.cell, update=Update(recorded(), None)))
    with pytest.raises(InputError, match="one_way"):
        train(one, pair="both")


def test_an_unknown_device_gives_an_unknown_score():
    s = task.evaluate(array.build(Figures("iv", "t", ())), Learning())
    assert not s.value.is_known
    assert s.status is Status.UNKNOWN


def test_the_same_seed_gives_the_same_score():
    a, b = (train(tile()).details["accuracy_per_epoch"] for _ in range(2))
    assert (a == b).all()
