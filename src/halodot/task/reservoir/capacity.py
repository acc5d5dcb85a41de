"""The task `reservoir`: what volatile devices remember of a random input, and compute with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...array.state import Array
from ...core.errors import InputError
from ...core.randomness import generator
from ...core.sourced import Sourced, computed
from ...core.status import Status, worst
from ..state import Score
from . import memory, trial
from .encode import masks, shares, train
from .nodes import Sense, energy, follow, primed
from .readout import LEAKS, Software, regress, software
from .spec import Reservoir

F = NDArray[np.float64]
TAPS = 10  # past inputs of the delay line that NARMA is set against
WAVE = 20.0  # steps of a period of the sine that is to be transformed
TAIL = 8  # steps of a sequence for the ranks
SHARED = 4  # of them the same, for the generalisation rank
TRAINING = 2.0 / 3.0


@dataclass(frozen=True)
class _Run:
    """One chip."""

    numbers: dict[str, float]
    by_delay: dict[str, F]
    energy: tuple[float, float]
    status: Status


def evaluate(array: Array, spec: Reservoir | None = None) -> Score:
    """Measure memory capacity, NARMA, transformation of a sine, processing capacity and ranks.

    Every chip is driven by new random inputs; the linear read-out that stands beside it gets the
    same inputs at the same instants, and a software reservoir has as many nodes as the chip has
    readings of a step. The verdict names them, and the memory of the past (k >= 1).

    Notes
    -----
    The value is the memory capacity, mean over chips; `others["margin"]` its lead over the linear
    read-out. Lines of the delay line (`..._delay_line`) are a linear read-out of the last ten
    inputs: memory without any device.
    """
    spec = Reservoir() if spec is None else spec
    reason = trial.missing(array)
    if reason:
        return trial.unknown(array, spec.name, "memory capacity", reason)
    failed: list[str] = []
    runs, points = [], []
    try:
        for chip in trial.chips(array, spec, failed):
            runs.append(_run(chip, spec))
            points.append(chip.point)
    except InputError as e:
        return trial.unknown(array, spec.name, "memory capacity", f"{e.field}: {e.allowed}")
    if len(runs) < trial.FEWEST:
        return trial.unknown(array, spec.name, "memory capacity", "; ".join(failed))
    return _score(array, spec, runs, points, failed)


def _score(
    array: Array, spec: Reservoir, runs: list[_Run], points: list[Any],
    failed: list[str],
) -> Score:  # fmt: skip
    columns = {name: [r.numbers[name] for r in runs] for name in runs[0].numbers}
    others = {name: trial.over(values) for name, values in columns.items()}
    value, baseline, chance = (
        others.pop(f"memory_{name}") for name in ("reservoir", "linear", "shuffled")
    )
    gap = trial.margin(np.subtract(columns["memory_reservoir"], columns["memory_linear"]))
    others |= {"margin": gap, **trial.settings(points)}
    late = np.subtract(columns["narma10_nrmse_delay_line"], columns["narma10_nrmse"])
    others["narma10_margin_delay_line"] = trial.margin(late)
    light = sum(r.energy[1] for r in runs)
    if light > 0.0:
        others["optical_energy"] = trial.over([r.energy[1] for r in runs], "J")
    periods = np.array([spec.nodes.slots * p.period for p in points])
    details: dict[str, Any] = {
        f"by_delay_{name}": np.mean([r.by_delay[name] for r in runs], axis=0)
        for name in runs[0].by_delay
    }
    details |= {
        "memory_per_run": np.array(columns["memory_reservoir"]),
        "baseline_per_run": np.array(columns["memory_linear"]),
        "periods": np.array([p for p, _ in points[0].memory]),
        "memory_at_period": np.array([c for _, c in points[0].memory]),
        "threshold": memory.correlation_threshold(_test_steps(spec), spec.significance),
    }
    note = f"squared correlations below {details['threshold']:.2g} count as zero"
    return Score(
        spec.name,
        computed(float(value), "1", value.low, value.high, note=f"{value.note}; {note}"),
        baseline,
        chance,
        trial.over([r.energy[0] for r in runs], "J", "for one input step, all devices"),
        trial.over(periods, "s", "from one input to the next"),
        measure="memory capacity",
        verdict=f"{trial.said('memory capacity', value, baseline, gap)}; {_beside(others)}",
        others=others,
        details=details,
        status=worst(trial.status_of(array), *(r.status for r in runs)),
        notes=(*array.notes, trial.told(points[0]), *failed, *trial.ASSUMPTIONS),
    )


def _beside(others: dict[str, Sourced]) -> str:
    """Say what is memory of the past, and what has such memory without any device.

    The linear read-out of the memory task has the present, 1, and cannot have more.
    """
    gap = others["narma10_margin_delay_line"]
    assert gap.low is not None
    assert gap.high is not None
    word = (
        "below" if gap.low > 0.0 else "above" if gap.high < 0.0 else "not told apart from"
    )  # fmt: skip
    return (
        f"of that, memory of the past (k >= 1) is {float(others['memory_of_past']):.2g}, where the "
        f"read-out has none by construction and a software reservoir of as many nodes "
        f"{float(others['memory_of_past_software']):.2g}; the NARMA-10 error "
        f"{float(others['narma10_nrmse']):.2g} is {word} the "
        f"{float(others['narma10_nrmse_delay_line']):.2g} of a delay line of {TAPS} inputs"
    )


def _test_steps(spec: Reservoir) -> int:
    return spec.steps - int(TRAINING * spec.steps)


def _run(chip: trial.Chip, spec: Reservoir) -> _Run:
    rng = generator(chip.seed, "task.reservoir.inputs")
    inputs = rng.uniform(-1.0, 1.0, spec.steps)
    sine = np.sin(2.0 * np.pi * np.arange(spec.steps // 4) / WAVE)
    different = [rng.uniform(-1.0, 1.0, TAIL) for _ in range(spec.rank_sequences)]
    end = rng.uniform(-1.0, 1.0, SHARED)
    alike = [np.append(s[:-SHARED], end) for s in different]
    weights, offsets = masks(spec.nodes, 1, rng)
    sequences = [inputs, sine, *different, *alike]
    driven = [shares(s[:, None], weights, offsets) for s in sequences]
    currents, status = follow(chip.batch, driven, chip.point, spec.pulses, chip.seed)
    known = currents[0][: _parts(spec)[0].stop]
    sense = Sense.fitted([known], spec.nodes, chip.point, chip.noise)
    states, bent = sense(currents[:2], rng)
    last = np.stack([sense.clean(c[-1]) for c in currents[2:]])
    count = spec.rank_sequences
    network = software(states.shape[1], 1, rng)
    numbers, by_delay = _remembered(states, inputs, network, spec, rng)
    numbers |= _computed(states, inputs, network, spec)
    numbers |= _bent(bent, sine)
    numbers |= {
        "kernel_rank": float(memory.rank(last[:count], chip.noise)),
        "generalisation_rank": float(memory.rank(last[count:], chip.noise)),
    }
    return _Run(numbers, by_delay, _energy(chip, driven[0][:100], spec), status)


def _energy(chip: trial.Chip, share: F, spec: Reservoir) -> tuple[float, float]:
    """Electrical and optical energy [J] of one step, all devices, from the first hundred steps."""
    both = np.zeros(2)
    for p, cell in enumerate(chip.batch):
        start = primed(cell, chip.point, -1) if spec.pulses.prime else None
        pulses = train(share[:, p].ravel(), chip.point, spec.pulses)
        both += energy(cell, pulses, chip.point, start)
    return float(both[0]) / len(share), float(both[1]) / len(share)


def _parts(spec: Reservoir) -> tuple[slice, slice]:
    cut = int(TRAINING * spec.steps)
    return slice(spec.washout, cut), slice(cut, spec.steps)


def _fitted(features: F, targets: F, spec: Reservoir) -> F:
    """Train on the first two thirds; return what is found for the last."""
    train_part, test = _parts(spec)
    return regress(features[train_part], targets[train_part])(features[test])


def _remembered(
    states: F, inputs: F, network: Software, spec: Reservoir, rng: np.random.Generator
) -> tuple[dict[str, float], dict[str, F]]:
    """Memory capacity of chip, linear read-out, software reservoir, and of shuffled targets."""
    _, test = _parts(spec)
    threshold = memory.correlation_threshold(_test_steps(spec), spec.significance)
    targets = np.stack([memory.delayed(inputs, k) for k in range(spec.delays + 1)], axis=1)
    shuffled = rng.permuted(targets, axis=0)
    features = {"reservoir": states, "linear": inputs[:, None]}
    features["software"] = network.states(inputs[:, None], LEAKS[0])
    found, by_delay = {}, {}
    for name, feature in features.items():
        each = memory.squared_correlation(targets[test], _fitted(feature, targets, spec), threshold)
        found[f"memory_{name}"] = float(each.sum())
        by_delay[name] = each
    blind = memory.squared_correlation(
        shuffled[test], _fitted(states, shuffled, spec), threshold
    )  # fmt: skip
    found["memory_shuffled"] = float(blind.sum())
    found["memory_of_past"] = float(by_delay["reservoir"][1:].sum())
    found["memory_of_past_software"] = float(by_delay["software"][1:].sum())
    return found, by_delay


def _computed(states: F, inputs: F, network: Software, spec: Reservoir) -> dict[str, float]:
    """NARMA of order 2 and 10, and information processing capacity by degree."""
    _, test = _parts(spec)
    past = np.stack([memory.delayed(inputs, k) for k in range(TAPS)], axis=1)
    features = {"": states, "_linear": inputs[:, None], "_delay_line": past}
    features["_software"] = network.states(inputs[:, None], LEAKS[0])
    found = {}
    for order in (2, 10):
        wanted = memory.narma(0.25 * (inputs + 1.0), order)[:, None]
        for name, feature in features.items():
            error = memory.nrmse(wanted[test], _fitted(feature, wanted, spec))
            found[f"narma{order}_nrmse{name}"] = error
    by_degree = memory.processing(states, inputs, spec.washout, spec.significance)
    for degree, capacity in by_degree.items():
        found[f"processing_capacity_degree_{degree}"] = capacity
    found["processing_capacity"] = sum(by_degree.values())
    return found


def _bent(states: F, sine: F) -> dict[str, float]:
    """Errors of a square, a triangle and a doubled sine made of a sine."""
    half = len(sine) // 2
    turn = np.arange(len(sine)) / WAVE
    wanted = {
        "square": np.where(turn % 1.0 < 0.5, 1.0, -1.0),
        "triangle": 2.0 * np.abs(2.0 * ((turn + 0.25) % 1.0) - 1.0) - 1.0,
        "double": np.sin(4.0 * np.pi * turn),
    }
    found = {}
    for name, target in wanted.items():
        for text, feature in (("", states), ("_linear", sine[:, None])):
            fit = regress(feature[5:half], target[5:half, None])(feature[half:])[:, 0]
            found[f"transform_{name}_nrmse{text}"] = memory.nrmse(target[half:], fit)
    return found
