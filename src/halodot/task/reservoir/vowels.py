"""The task `vowels`: speakers told apart by devices that their speech drives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...array.state import Array
from ...core.errors import InputError
from ...core.randomness import generator
from ...core.status import worst
from ..state import Score
from . import trial
from .comparing import Outcome, Rivals, compare, score
from .encode import masks, shares, train
from .nodes import Sense, energy, follow, primed
from .readout import LEAKS, software
from .spec import Vowels
from .spoken import (
    CHANNELS,
    SPEAKERS,
    TRAINING,
    Utterances,
    averaged,
    division,
    resampled,
    segments,
    utterances,
)

F = NDArray[np.float64]
FRAMES = 12  # of an utterance, for the linear read-out of all of it
REACH = 2.5  # standard deviations that stand for the largest input
METERED = 12  # utterances whose energy is taken, evenly from all speakers and lengths


def evaluate(array: Array, spec: Vowels | None = None) -> Score:
    """Classify speakers by the states that their utterances leave in volatile devices.

    Each device hears one of the twelve cepstra (or a mixture of all) as pulses, frame by frame.
    Means of its readings over parts of the utterance are the features. The linear read-out beside
    it takes the means of the cepstra over the same parts, or twelve frames of each cepstrum,
    whichever does better in training.

    Notes
    -----
    The first run has the division of the data set, the others draw 30 utterances a speaker for
    training. Inputs are scaled by the training set.
    """
    spec = Vowels() if spec is None else spec
    reason = trial.missing(array)
    if reason:
        return trial.unknown(array, spec.name, "accuracy", reason)
    data, failed, outcomes = utterances(), [], []  # type: tuple[Utterances, list[str], list[Outcome]]
    try:
        for chip in trial.chips(array, spec, failed):
            outcomes.append(_run(array, data, chip, spec))
    except InputError as e:
        return trial.unknown(array, spec.name, "accuracy", f"{e.field}: {e.allowed}")
    if len(outcomes) < trial.FEWEST:
        return trial.unknown(array, spec.name, "accuracy", "; ".join(failed))
    names = [str(k + 1) for k in range(SPEAKERS)]
    overlap = len(data.speakers) / TRAINING - 1.0
    return score(array, spec, outcomes, failed, names, overlap)


def _run(array: Array, data: Utterances, chip: trial.Chip, spec: Vowels) -> Outcome:
    rng = generator(chip.seed, "task.vowels")
    training = division(data.speakers, chip.number, rng)
    known = np.concatenate([f for f, t in zip(data.frames, training, strict=True) if t])
    mean, reach = known.mean(axis=0), REACH * known.std(axis=0)
    scaled = [np.clip((f - mean) / reach, -1.0, 1.0) for f in data.frames]
    inputs = [averaged(f, spec.every) for f in scaled]
    weights, offsets = masks(spec.nodes, CHANNELS, rng)
    driven = [shares(x, weights, offsets) for x in inputs]
    currents, status = follow(chip.batch, driven, chip.point, spec.pulses, chip.seed)
    sense = Sense.fitted([c for c, t in zip(currents, training, strict=True) if t], spec.nodes,
                         chip.point, chip.noise)  # fmt: skip
    states = sense(currents, rng)
    network = software(states[0].shape[1], CHANNELS, rng)
    rivals = Rivals(
        np.stack([segments(s, spec.segments) for s in states]),
        {
            "means over the same parts": np.stack([segments(x, spec.segments) for x in inputs]),
            f"{FRAMES} frames of all": np.stack([resampled(x, FRAMES) for x in scaled]),
        },
        {
            f"leak {leak:g}": np.stack(
                [segments(network.states(x, leak), spec.segments) for x in inputs]
            )
            for leak in LEAKS
        },
    )
    found, confusion, taken, written = compare(
        array, rivals, data.speakers, training, chip, rng, spec.on_array
    )
    slots = float(np.mean([len(x) for x in inputs])) * spec.nodes.slots
    metered = driven[:: max(1, len(driven) // METERED)]
    return Outcome(
        found, confusion, _energy(chip, metered, spec), slots * chip.point.period,
        worst(status, written), taken, chip.point,
    )  # fmt: skip


def _energy(chip: trial.Chip, driven: list[F], spec: Vowels) -> tuple[float, float]:
    """Electrical and optical energy [J] of an utterance, all devices, mean over some."""
    both = np.zeros(2)
    for p, cell in enumerate(chip.batch):
        start = primed(cell, chip.point, -1) if spec.pulses.prime else None
        for share in driven:
            pulses = train(share[:, p].ravel(), chip.point, spec.pulses)
            both += energy(cell, pulses, chip.point, start)
    return float(both[0]) / len(driven), float(both[1]) / len(driven)
