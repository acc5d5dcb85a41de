"""Speakers, firing patterns, read-outs and what they are set beside."""

from dataclasses import replace

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.spec import build
from halodot.core.status import Status
from halodot.task.reservoir import firing, readout, spoken, vowels
from halodot.task.reservoir.comparing import Rivals, compare
from halodot.task.reservoir.encode import Point
from halodot.task.reservoir.spec import Firing, Vowels
from halodot.task.reservoir.spiking import PATTERNS, apart, counts, fire
from halodot.task.reservoir.trial import Chip
from reservoir_standin import leaky, tile

NAMED = {n.name: n for n in PATTERNS}
CHIP = Chip(1, 0, [], Point(False, 0.1, 1.0, 0.1, 0.01, 0.1, 0.5, 0.1, 0.1, 0.0), 0.0)


def test_the_set_of_vowels_is_whole():
    data = spoken.utterances()
    lengths = [len(f) for f in data.frames]
    assert len(data.frames) == len(data.speakers) == 640
    assert (min(lengths), max(lengths)) == (7, 29)
    assert {f.shape[1] for f in data.frames} == {12}
    assert (np.bincount(data.speakers[:270]) == 30).all()
    # test set as counted in the repository
    assert np.bincount(data.speakers[270:]).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]


def test_every_division_trains_on_thirty_of_each_speaker():
    speakers = spoken.utterances().speakers
    first = spoken.division(speakers, 0, np.random.default_rng(0))
    assert first[:270].all()
    assert not first[270:].any()
    second, third = (spoken.division(speakers, k, np.random.default_rng(k)) for k in (1, 2))
    assert (np.bincount(speakers[second]) == 30).all()
    assert (second != third).any()


def test_parts_and_frames_of_an_utterance():
    ramp = np.linspace(0.0, 6.0, 7)[:, None]
    assert spoken.averaged(ramp, 3)[:, 0].tolist() == [1.0, 4.0, 6.0]
    assert spoken.segments(ramp, 1).tolist() == [3.0]
    assert spoken.resampled(ramp, 4).tolist() == [0.0, 2.0, 4.0, 6.0]
    with pytest.raises(InputError, match="shortest utterance"):
        build(Vowels, {"every": 3, "segments": 4})


def test_neurons_fire_alike_often_and_differently_in_time():
    rng = np.random.default_rng(0)
    trains = {n.name: fire(n, 60, 0.4, 0.1, rng) for n in PATTERNS}
    rate = {name: np.mean([len(t) for t in each]) for name, each in trains.items()}
    assert max(rate.values()) < 1.35 * min(rate.values())
    gaps = {name: np.concatenate([np.diff(t) for t in each]) for name, each in trains.items()}
    varied = {name: g.std() / g.mean() for name, g in gaps.items()}
    assert varied["bursting"] > 1.2 > varied["irregular"] > 0.7 > varied["tonic"]
    slower = [np.diff(t)[-1] / np.diff(t)[0] for t in trains["adaptation"] if len(t) > 4]
    assert np.median(slower) > 3.0


def test_a_tonic_neuron_keeps_the_interval_of_its_equations():
    """Against the same equations in steps of 0.01 ms, from rest."""
    n = NAMED["tonic"]
    times = fire(n, 1, 2.0, 0.0, np.random.default_rng(1))[0]
    v, u, found, step = -70.0, n.b * -70.0, [], 0.01
    for k in range(150_000):
        v += step * (0.04 * v * v + 5.0 * v + 140.0 - u + n.current)
        u += step * n.a * (n.b * v - u)
        if v >= 30.0:
            found.append(1e-5 * k)
            v, u = n.c, u + n.d
    exact = np.diff(found)[-5:].mean()
    assert np.diff(times)[-5:].mean() == pytest.approx(exact, rel=0.05)  # steps of 0.25 ms


def test_spikes_are_counted_and_kept_apart():
    t = np.array([0.0, 0.01, 0.02, 0.5])
    assert counts(t, np.linspace(0.0, 1.0, 3)).sum() == 4.0
    assert apart(t, 0.015).tolist() == [0.0, 0.02, 0.5]


def separable(seed=0, classes=3, each=40):
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(classes), each)
    good = readout.one_hot(labels, classes) + 0.1 * rng.standard_normal((classes * each, classes))
    return labels, good, rng.standard_normal((classes * each, 5)), rng.random(classes * each) < 0.5


def test_states_are_set_beside_inputs_noise_and_shuffled_labels():
    labels, good, noise, training = separable()
    rng = np.random.default_rng(1)
    array = tile(leaky())
    rivals = Rivals(good, {"noise": noise, "same": good}, {"network": noise})
    found, confusion, taken, status = compare(array, rivals, labels, training, CHIP, rng, True)
    assert status is Status.OK
    assert taken == "same"  # chosen by the training error alone
    assert found["reservoir"] == found["linear"] == found["with_inputs"] == 1.0
    assert found["shuffled"] < 0.7
    assert found["software"] < 0.6
    assert found["array"] == 1.0
    assert np.trace(confusion) == confusion.sum() == (~training).sum()


def test_the_test_set_decides_nothing():
    """Features that tell classes apart in the test set alone are not taken, poor ones are."""
    labels, good, noise, training = separable(2)
    trap = np.where(training[:, None], 0.1 * noise[:, :3], 10.0 * good)
    poor = good + 3.0 * np.random.default_rng(5).standard_normal(good.shape)
    rng = np.random.default_rng(1)
    rivals = Rivals(good, {"trap": trap, "poor": poor}, {"network": noise})
    assert compare(tile(None), rivals, labels, training, CHIP, rng, False)[2] == "poor"
    everyone = np.arange(len(labels))
    assert readout.best_of(rivals.inputs, labels, everyone) == "trap"  # it would tempt


def test_a_feature_that_never_moved_in_training_has_no_say():
    x = np.random.default_rng(0).standard_normal((50, 2))
    x[:, 1] = 3.0
    fitted = readout.regress(x, x[:, :1])
    assert fitted(np.array([[0.5, 1e9]]))[0, 0] == pytest.approx(0.5, abs=1e-3)


def test_a_software_reservoir_forgets_its_start():
    network = readout.software(30, 1, np.random.default_rng(0))
    assert np.abs(np.linalg.eigvals(network.within)).max() == pytest.approx(0.9)
    rng = np.random.default_rng(1)
    same = rng.uniform(-1.0, 1.0, (200, 1))
    a, b = (network.states(np.vstack([rng.uniform(-1, 1, (20, 1)), same]), 1.0) for _ in "ab")
    assert np.abs(a[-1] - b[-1]).max() < 1e-3 < np.abs(a[25] - b[25]).max()


def test_read_out_on_ideal_cells_is_that_of_software():
    labels, good, _, training = separable(3)
    fitted = readout.regress(good[training], readout.one_hot(labels[training], 3))
    found, energy, status = readout.on_array(tile(leaky()), fitted, good[~training], None)
    assert (found == readout.classify(fitted, good[~training])).all()
    assert energy > 0.0
    assert status is Status.OK


def test_leaks_tell_firing_patterns_apart_better_than_chance():
    spec = build(Firing, {"runs": 3, "trains": 30, "nodes": {"devices": 6}, "on_array": True})
    s = firing.evaluate(tile(leaky(0.1)), spec)
    assert s.chance.value < 0.4
    assert s.value.value > s.chance.value + 0.15
    assert s.details["confusion"].sum() == 3 * 4 * 15
    assert s.details["classes"] == [n.name for n in PATTERNS]
    assert s.others["accuracy_array"].value == pytest.approx(s.value.value, abs=0.05)
    assert s.energy.value > 0.0
    assert "states and inputs in one read-out" in s.verdict


def test_leaks_hear_speakers_and_the_linear_read_out_stands_beside():
    spec = build(Vowels, {"runs": 3, "every": 3, "nodes": {"devices": 4, "hears": "all"}})
    s = vowels.evaluate(tile(leaky(0.1)), spec)
    assert s.baseline.value > 0.95  # linear read-outs of this set are known to reach that
    assert s.value.value > 0.5
    assert s.chance.value < 0.25
    assert s.others["margin"].low <= s.others["margin"].value <= s.others["margin"].high
    assert s.details["confusion"].sum() == 3 * 370
    assert s.details["accuracy_per_run"].mean() == pytest.approx(s.value.value)


def test_energy_of_an_utterance_is_that_of_all_voices(monkeypatch):
    """Those that are metered are as long as the set, of every speaker."""
    data, metered = spoken.utterances(), []

    def look(chip, driven, spec):
        metered.extend(driven)
        return 0.0, 0.0

    monkeypatch.setattr(vowels, "_energy", look)
    spec = build(Vowels, {"runs": 3, "every": 3, "nodes": {"devices": 2}})
    monkeypatch.setattr(vowels, "compare", lambda *_: ({}, None, "", Status.OUTSIDE_RANGE))
    chip = replace(CHIP, batch=[leaky(), leaky()], number=0)
    outcome = vowels._run(tile(leaky()), data, chip, spec)
    steps = np.array([len(x) for x in metered])
    every = np.array([-(-len(f) // 3) for f in data.frames])
    assert steps.mean() == pytest.approx(every.mean(), rel=0.03)
    taken = data.speakers[:: len(data.speakers) // vowels.METERED]
    assert len(taken) == len(steps)
    assert set(taken) == set(data.speakers)
    assert outcome.status is Status.OUTSIDE_RANGE  # that of the written read-out, also a good one


def test_the_status_of_a_written_read_out_is_not_lost(monkeypatch):
    spec = build(Firing, {"runs": 3, "trains": 8, "nodes": {"devices": 2}})
    monkeypatch.setattr(firing, "compare", lambda *_: ({}, None, "", Status.OUTSIDE_RANGE))
    chip = replace(CHIP, batch=[leaky(), leaky()])
    assert firing._run(tile(leaky()), chip, spec).status is Status.OUTSIDE_RANGE


@pytest.mark.parametrize(("module", "spec"), [(firing, Firing), (vowels, Vowels)])
def test_a_device_without_dynamics_has_no_score(module, spec):
    s = module.evaluate(tile(None), spec())
    assert not s.value.is_known
    assert s.status is Status.UNKNOWN


def test_offsets_and_weights_reach_the_array_in_proportion():
    """Outputs 0.2 and -0.2 of a feature of 1; a third of the weights would turn the answer."""
    fitted = readout.ReadOut(
        np.zeros(1), np.ones(1), np.array([[1.0, -1.0]]), np.array([-0.8, 0.8]), 0.0
    )
    features = np.array([[1.0], [0.5], [-1.0]])
    found, _, _ = readout.on_array(tile(leaky()), fitted, features, None)
    assert found.tolist() == readout.classify(fitted, features).tolist() == [0, 1, 1]
