"""Learning by pulses: gradients, books of every change, limits of fine and of bent steps."""

from itertools import pairwise

import numpy as np
import pytest

from halodot.task.classification import data, network, training
from halodot.task.classification.pairs import Pairs
from halodot.task.classification.pulses import (
    PLACES,
    Steps,
    continuous,
    linear,
    means,
    tabulate,
)
from halodot.task.classification.training import Course

LOW, HIGH = 1e-6, 1e-4


def pairs(shape, steps, kind="both", *, start=None, largest=2.0, seed=0, **more):
    cells = (shape[0], 2 * shape[1])
    place = np.full(cells, 0.0 if kind == "one_way" else 0.5) if start is None else start.copy()
    ends = np.full(cells, LOW), np.full(cells, HIGH)
    rng = np.random.default_rng(seed)
    held = more.pop("held", np.zeros(cells, dtype=bool))
    return Pairs(*ends, held, place, steps, kind, HIGH - LOW, largest, rng, **more)


def bent(pulses, curvature, noise=0.0, asymmetry=0.0):
    """NeuroSim's curve in both directions, as tables; `asymmetry` makes steps down smaller."""
    c = curvature

    def up(g, rng):
        if abs(c) < 1e-9:
            step = np.full_like(g, 1.0 / pulses)
        else:
            step = (1.0 / -np.expm1(-c) - g) * -np.expm1(-c / pulses)
        return step + noise * rng.standard_normal(g.shape)

    def down(g, rng):
        return -(1.0 - asymmetry) * up(1.0 - g, rng)

    rng = np.random.default_rng(1)
    return Steps(tabulate(up, rng), tabulate(down, rng))


def taught(
    steps, kind="both", *, seed=0, epochs=6, rule="proportional", rate=0.1, batch=10, **more
):
    images = data.split("digits", seed)
    layer = pairs((65, 10), steps, kind, seed=seed, **more)

    def look(layers):
        _, z = training.forward(images.test, [p.weights() for p in layers])
        return float((z.argmax(1) == images.test_labels).mean()), [np.ones_like(layer.place)]

    course = Course(rule, rate, batch, epochs, 31)
    return training.train([layer], images, course, np.random.default_rng(seed), look), layer


@pytest.mark.parametrize("sizes", [((5, 10),), ((5, 6), (7, 10))])
def test_gradients_equal_finite_differences(sizes):
    rng = np.random.default_rng(1)
    x, labels = rng.random((4, 4)), np.array([1, 7, 3, 1])
    weights = [rng.normal(0.3, 0.5, s) for s in sizes]
    inputs, z = training.forward(x, weights)
    back = training.errors(inputs, z, labels, weights)
    for layer, matrix in enumerate(weights):
        gradient = inputs[layer].T @ back[layer]
        for where in ((0, 0), (2, 3), (matrix.shape[0] - 1, 5)):
            costs = []
            for h in (1e-6, -1e-6):
                moved = [w.copy() for w in weights]
                moved[layer][where] += h
                costs.append(training.cross_entropy(training.forward(x, moved)[1], labels))
            slope = (costs[0] - costs[1]) / 2e-6
            assert gradient[where] == pytest.approx(slope, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("kind", ["both", "reference", "one_way"])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_wanted_change_is_made_on_average(kind, mirrored):
    rng = np.random.default_rng(4)
    wanted = 0.3 * rng.uniform(-1.0, 1.0, (20, 10))
    layer = pairs((20, 10), linear(1e-3), kind, mirrored=mirrored)
    before = layer.weights()
    layer.change(wanted, "proportional", 10_000)
    # rounded by chance to one pulse
    assert np.abs(layer.weights() - before - wanted).max() < 1.01 * layer.gain
    assert (layer.weights() - before).sum() == pytest.approx(wanted.sum(), abs=20 * layer.gain)


@pytest.mark.parametrize("kind", ["both", "reference"])
def test_sum_of_the_changes_is_the_change_of_the_conductances(kind):
    layer = pairs((12, 6), bent(40, 3.0, noise=0.01), kind)
    rng = np.random.default_rng(5)
    before, moved = layer.conductance().sum(), 0.0
    for _ in range(30):
        moved += layer.pulse(rng.integers(-5, 6, (12, 6)).astype(np.int32))
    after = layer.conductance().sum()
    assert (HIGH - LOW) * moved == pytest.approx(after - before, rel=1e-9, abs=1e-18)


def test_equal_pulses_up_and_down_cancel_where_steps_are_straight_and_not_where_they_bend():
    for steps, back in ((linear(0.01), True), (bent(100, 4.0), False)):
        start = np.full((10, 20), 0.3)
        layer = pairs((10, 10), steps, "reference", start=start)
        for side in (20, -20):
            layer.pulse(np.full((10, 10), side, dtype=np.int32))
        moved = np.abs(layer.place - start)[:, 0::2].max()
        assert bool(moved < 1e-12) is back


@pytest.mark.parametrize("kind", ["both", "reference", "one_way"])
def test_the_largest_weight_is_that_of_cells_at_their_ends(kind):
    rest = 0.5 if kind == "reference" else 0.0
    layer = pairs((1, 1), linear(0.01), kind, start=np.array([[1.0, rest]]), largest=3.0)
    assert layer.weights()[0, 0] == pytest.approx(3.0, rel=1e-12)


def test_cells_stop_at_the_ends_and_held_cells_stay():
    held = np.zeros((3, 4), dtype=bool)
    held[0, 0] = True
    layer = pairs((3, 2), linear(0.1), held=held)
    layer.pulse(np.full((3, 2), 50, dtype=np.int32))
    assert layer.place[0, 0] == 0.5
    assert (layer.place[1:, 0::2] == 1.0).all()
    assert (layer.place[1:, 1::2] == 0.0).all()


def test_a_curve_of_pulses_is_that_of_the_law():
    steps = bent(50, 2.0)
    layer = pairs((1, 1), steps, "reference", start=np.zeros((1, 2)))
    seen = [0.0]
    for _ in range(50):
        layer.pulse(np.ones((1, 1), dtype=np.int32))
        seen.append(float(layer.place[0, 0]))
    law = -np.expm1(-2.0 * np.arange(51) / 50) / -np.expm1(-2.0)
    # straight lines between 65 places of an affine law are exact
    assert np.abs(np.array(seen) - law).max() < 1e-9


def test_tables_keep_mean_and_scatter():
    rng = np.random.default_rng(0)
    table = tabulate(lambda g, r: 0.02 * (1 - g) + 0.01 * r.standard_normal(g.shape), rng)
    places = np.linspace(0.0, 1.0, PLACES)
    # means of 1024 draws
    assert np.abs(means(table) - 0.02 * (1 - places)).max() < 5 * 0.01 / np.sqrt(1024)
    layer = pairs((200, 100), Steps(table, -table), "reference", start=np.full((200, 200), 0.5))
    layer.pulse(np.ones((200, 100), dtype=np.int32))
    changes = layer.place[:, 0::2] - 0.5
    assert changes.std() == pytest.approx(0.01, rel=0.05)


def test_coincidences_give_the_outer_product_on_average():
    layer = pairs((8, 5), linear(1e-4), largest=2.0)
    rng = np.random.default_rng(2)
    x, d = rng.random(8), rng.uniform(-1.0, 1.0, 5)
    before = layer.weights()
    rounds, rate = 2000, 1e-3
    for _ in range(rounds):
        layer.coincide(x, d, rate, 31)
    found = (layer.weights() - before) / (rounds * rate)
    assert found == pytest.approx(-np.outer(x, d), abs=0.05)
    assert layer.tally.slots_up == rounds * 31


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_full_pair_is_written_again_with_its_difference(mirrored):
    start = np.tile([0.92, 0.4], (4, 3))
    layer = pairs((4, 3), Steps(linear(0.01).up, None), "one_way", start=start, mirrored=mirrored)
    before = layer.weights()
    layer.refresh()
    assert np.abs(layer.weights() - before).max() <= 0.5 * layer.gain + 1e-12
    assert layer.place.max() < 0.6
    assert layer.tally.resets == 24


def test_what_passes_of_a_change_passes_and_the_rest_stays():
    layer = pairs((2, 2), linear(0.1), "reference", fading=(0.25, 10.0))
    layer.pulse(np.full((2, 2), 2, dtype=np.int32))
    layer.rest(10.0)
    left = 0.25 + 0.75 * np.exp(-1.0)
    assert layer.place[:, 0::2] == pytest.approx(0.5 + 0.2 * left, abs=1e-12)
    layer.rest(1e6)
    assert layer.place[:, 0::2] == pytest.approx(0.5 + 0.2 * 0.25, abs=1e-12)
    assert (layer.place[:, 1::2] == 0.5).all()


@pytest.mark.parametrize("steps", [continuous(), linear(1e-3)], ids=["continuous", "fine"])
def test_ideal_updates_reach_the_software_within_a_point(steps):
    software, found = [], []
    for seed in range(3):
        images = data.split("digits", seed)
        weights = network.trained(images, 0, seed)
        given = network.classify(weights, images.test, network.exact)
        software.append((given == images.test_labels).mean())
        found.append(taught(steps, seed=seed, epochs=10)[0][-1])
    assert np.mean(found) == pytest.approx(np.mean(software), abs=0.01)


def test_no_update_stays_at_chance():
    held = np.ones((65, 20), dtype=bool)
    found = [taught(linear(0.01), seed=s, epochs=1, held=held)[0][-1] for s in range(3)]
    assert np.mean(found) == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("rule", ["proportional", "sign", "coincidence"])
def test_every_rule_learns(rule):
    batch = 50 if rule == "sign" else 10
    assert taught(bent(100, 1.0), rule=rule, batch=batch, epochs=3)[0][-1] > 0.8


def averaged(steps, kind="both"):
    return float(np.mean([np.mean(taught(steps, kind, seed=s)[0][-3:]) for s in range(3)]))


def test_accuracy_falls_with_the_bend_of_the_steps():
    found = [averaged(bent(50, c), "reference") for c in (0.0, 2.0, 5.0, 12.0)]
    assert all(a > b for a, b in pairwise(found)), found


def test_accuracy_falls_with_asymmetry_and_with_coarse_steps():
    uneven = [averaged(bent(100, 0.0, asymmetry=a)) for a in (0.0, 0.5, 0.75, 0.9)]
    assert all(a > b for a, b in pairwise(uneven)), uneven
    coarse = [averaged(linear(1.0 / n)) for n in (400, 40, 4)]
    assert all(a > b for a, b in pairwise(coarse)), coarse
