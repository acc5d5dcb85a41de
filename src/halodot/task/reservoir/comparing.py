"""Classifiers side by side: on states of devices, on their inputs, on states of software."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...array.state import Array
from ...core.sourced import Sourced, computed
from ...core.status import Status, worst
from ..state import Score
from . import trial
from .encode import Point
from .readout import best_of, classify, on_array, one_hot, regress
from .spec import Firing, Vowels
from .trial import Chip

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741


@dataclass(frozen=True)
class Rivals:
    """Features of the same samples, by who made them.

    Attributes
    ----------
    states
        Of the devices, [samples, features].
    inputs
        Name -> features of the inputs themselves; training decides which the baseline takes.
    software
        Name -> features of software reservoirs; training decides.
    """

    states: F
    inputs: dict[str, F]
    software: dict[str, F]


@dataclass(frozen=True)
class Outcome:
    """What one chip reached."""

    accuracies: dict[str, float]
    confusion: I
    energy: tuple[float, float]
    latency: float
    status: Status
    taken: str
    point: Point


def compare(
    array: Array, rivals: Rivals, labels: I, training: NDArray[np.bool_], chip: Chip,
    rng: np.random.Generator, write: bool,
) -> tuple[dict[str, float], I, str, Status]:  # fmt: skip
    """Train each on the same samples, and count right answers of the others.

    Returns
    -------
    accuracies by name, confusion [true, found] of the devices, name of the inputs taken, status
    """
    classes = int(labels.max()) + 1
    wanted, truth = one_hot(labels[training], classes), labels[~training]
    chosen = np.flatnonzero(training)
    taken = best_of(rivals.inputs, labels, chosen)
    which = best_of(rivals.software, labels, chosen)
    features = {
        "reservoir": rivals.states,
        "linear": rivals.inputs[taken],
        "software": rivals.software[which],
        "with_inputs": np.hstack([rivals.states, rivals.inputs[taken]]),
    }
    found: dict[str, float] = {}
    for name, feature in features.items():
        answer = classify(regress(feature[training], wanted), feature[~training])
        found[name] = float((answer == truth).mean())
    read_out = regress(rivals.states[training], wanted)
    answer = classify(read_out, rivals.states[~training])
    confusion = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(confusion, (truth, answer), 1)
    shuffled = rng.permutation(labels[training])
    blind = regress(rivals.states[training], one_hot(shuffled, classes))
    found["shuffled"] = float((classify(blind, rivals.states[~training]) == truth).mean())
    status = Status.OK
    if write and array.cell.is_known:
        written, _, status = on_array(array, read_out, rivals.states[~training], chip.number)
        found["array"] = float((written == truth).mean())
    return found, confusion, taken, status


def score(
    array: Array, spec: Vowels | Firing, outcomes: list[Outcome], failed: list[str],
    names: list[str], overlap: float = 0.0,
) -> Score:  # fmt: skip
    """Join what the chips reached."""
    columns = {
        name: [o.accuracies[name] for o in outcomes] for name in outcomes[0].accuracies
    }  # fmt: skip
    value, baseline, chance = (
        trial.over(columns[name]) for name in ("reservoir", "linear", "shuffled")
    )
    gap = trial.margin(np.subtract(columns["reservoir"], columns["linear"]), overlap)
    others = {f"accuracy_{n}": trial.over(columns[n]) for n in ("software", "with_inputs")}
    others["margin"] = gap
    others["margin_with_inputs"] = trial.margin(
        np.subtract(columns["with_inputs"], columns["linear"]), overlap
    )
    others |= trial.settings([o.point for o in outcomes])
    if "array" in columns:
        others["accuracy_array"] = trial.over(columns["array"])
    if any(o.energy[1] > 0.0 for o in outcomes):
        others["optical_energy"] = trial.over([o.energy[1] for o in outcomes], "J")
    notes = [trial.told(outcomes[0].point)]
    if spec.on_array and "array" not in columns:
        notes.append("the read-out was not written to the array: its cells are not known")
    decay = array.cell.decay
    if "array" in columns and decay is not None and decay.kept.is_known and float(decay.kept) < 0.5:
        notes.append("the cells that hold the read-out forget: it was read at once after writing")
    taken = sorted({o.taken for o in outcomes})
    notes.append("the linear read-out takes " + " or ".join(taken) + ", by its training error")
    classes = len(outcomes[0].confusion)
    return Score(
        spec.name, value, baseline,
        computed(float(chance), "1", chance.low, chance.high,
                 note=f"trained on shuffled labels; one of {classes} at random: {1 / classes:.3g}"),
        trial.over([o.energy[0] for o in outcomes], "J", "devices alone, for one sequence"),
        trial.over([o.latency for o in outcomes], "s", "mean length of a sequence"),
        verdict=f"{trial.said('accuracy', value, baseline, gap)}; {_added(others)}",
        others=others,
        details={
            "classes": names,
            "confusion": sum(o.confusion for o in outcomes),
            "accuracy_per_run": np.array(columns["reservoir"]),
            "baseline_per_run": np.array(columns["linear"]),
            "software_per_run": np.array(columns["software"]),
        },
        status=worst(trial.status_of(array), *(o.status for o in outcomes)),
        notes=(*array.notes, *notes, *failed, *trial.ASSUMPTIONS),
    )  # fmt: skip


def _added(others: dict[str, Sourced]) -> str:
    """Say what states and inputs together reach over the inputs alone."""
    more = others["margin_with_inputs"]
    assert more.low is not None
    assert more.high is not None
    size = f"{abs(float(more)):.2g}"
    said = (
        f"gain {size} on" if more.low > 0.0 else f"lose {size} to" if more.high < 0.0
        else "are not told apart from"
    )  # fmt: skip
    return (
        f"states and inputs in one read-out {said} the inputs alone "
        f"({more.low:.2g} to {more.high:.2g})"
    )
