"""The task `firing`: four firing patterns told apart by devices that the spikes drive."""

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
from .encode import Point, Train
from .nodes import Sense, energy, follow_trains, primed
from .readout import LEAKS, software
from .spec import Firing
from .spiking import PATTERNS, apart, counts, fire
from .spoken import segments

F = NDArray[np.float64]
ROOM = 1.2  # of a pulse, from one to the next
METERED = 8


def evaluate(array: Array, spec: Firing | None = None) -> Score:
    """Classify neurons by the states that their spikes leave in volatile devices.

    Every spike is a pulse on every device; the pulses differ from device to device, from the
    threshold to the largest. Devices are read at even times; means over parts of the train are the
    features. The linear read-out beside it takes the number of spikes in the same parts, or
    between all readings, whichever does better in training.
    """
    spec = Firing() if spec is None else spec
    reason = trial.missing(array)
    if reason:
        return trial.unknown(array, spec.name, "accuracy", reason)
    failed: list[str] = []
    outcomes: list[Outcome] = []
    try:
        for chip in trial.chips(array, spec, failed):
            outcomes.append(_run(array, chip, spec))
    except InputError as e:
        return trial.unknown(array, spec.name, "accuracy", f"{e.field}: {e.allowed}")
    if len(outcomes) < trial.FEWEST:
        return trial.unknown(array, spec.name, "accuracy", "; ".join(failed))
    return score(array, spec, outcomes, failed, [n.name for n in PATTERNS])


def _run(array: Array, chip: trial.Chip, spec: Firing) -> Outcome:
    rng = generator(chip.seed, "task.firing")
    window, scatter = float(spec.window), float(spec.scatter)
    if chip.number:
        window, scatter = float(spec.window.sample(rng)), abs(float(spec.scatter.sample(rng)))
    spikes = [s for n in PATTERNS for s in fire(n, spec.trains, window, scatter, rng)]
    labels = np.repeat(np.arange(len(PATTERNS), dtype=np.int64), spec.trains)
    order = np.concatenate([rng.permutation(spec.trains) for _ in PATTERNS])
    training = order < spec.trains // 2
    stretch = _stretch(spec, chip.point, [s for s, t in zip(spikes, training, strict=True) if t])
    given = [_pulses(s, stretch, window, chip) for s in spikes]
    reads = stretch * window * np.arange(1, spec.reads + 1) / spec.reads
    currents, status = follow_trains(
        chip.batch, given, reads, chip.point, spec.pulses.prime, chip.seed
    )
    sense = Sense.fitted([c for c, t in zip(currents, training, strict=True) if t], spec.nodes,
                         chip.point, chip.noise)  # fmt: skip
    states = sense(currents, rng)
    edges = np.linspace(0.0, window, spec.reads + 1)
    table = [counts(s, edges)[:, None] for s in spikes]
    network = software(len(chip.batch), 1, rng)

    def parts(records: list[F]) -> F:
        return np.stack([segments(r, spec.segments) for r in records])

    rivals = Rivals(
        parts(states),
        {
            "spikes in the same parts": parts(table),
            "spikes between all readings": np.stack([t[:, 0] for t in table]),
        },
        {f"leak {leak:g}": parts([network.states(t, leak) for t in table]) for leak in LEAKS},
    )
    found, confusion, taken, written = compare(
        array, rivals, labels, training, chip, rng, spec.on_array
    )
    return Outcome(
        found, confusion, _energy(chip, given[:: max(1, len(given) // METERED)], spec),
        stretch * window, worst(status, written), taken, chip.point,
    )  # fmt: skip


def _stretch(spec: Firing, point: Point, spikes: list[F]) -> float:
    """Seconds of the device for one of the neuron."""
    if spec.stretch is not None:
        return float(spec.stretch)
    intervals = np.concatenate([np.diff(s) for s in spikes])
    return point.period / float(intervals.mean())


def _pulses(spikes: F, stretch: float, window: float, chip: trial.Chip) -> list[Train]:
    """Return what each device gets for one train: all spikes, at a level of its own."""
    point, count = chip.point, len(chip.batch)
    times = apart(stretch * spikes, ROOM * point.width)
    until = stretch * window
    times = times[times + point.width < until]
    level = point.threshold + (point.high - point.threshold) * (np.arange(count) + 0.5) / count
    width = np.full(len(times), point.width)
    return [Train(times, width, np.full(len(times), one), until) for one in level]


def _energy(chip: trial.Chip, given: list[list[Train]], spec: Firing) -> tuple[float, float]:
    """Electrical and optical energy [J] of a train, all devices, mean over some."""
    both = np.zeros(2)
    for p, cell in enumerate(chip.batch):
        start = primed(cell, chip.point, -1) if spec.pulses.prime else None
        for each in given:
            both += energy(cell, each[p], chip.point, start)
    return float(both[0]) / len(given), float(both[1]) / len(given)
