"""Score an array that reads weights of software, beside the same weights in software and chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...array.state import Array, CellModel
from ...core.errors import InputError
from ...core.sourced import Sourced, computed
from ...core.spec import read_quantity
from ...core.status import Status, worst
from ..state import Score
from . import data, intervals, network
from .spec import Digits, Mnist

I8 = NDArray[np.int64]
F = NDArray[np.float64]
NO_OHM = Sourced(0.0, "ohm", basis="given")
SHOWN = 256  # training images that the converters are set with
ASSUMPTIONS = (
    "weights were trained in software and written once; the array did not learn",
    "training and test images come from the same writers",
)


@dataclass(frozen=True)
class Reading:
    """The test set, read once by an array; matrices and their products, for estimates."""

    found: I8
    accuracy: float
    status: Status
    matrices: tuple[Any, ...] = field(repr=False, default=())
    products: tuple[Any, ...] = field(repr=False, default=())


@dataclass(frozen=True)
class Repetition:
    """One split, its training, and the array programmed with it.

    Attributes
    ----------
    software, ideal, quantised, nominal
        Accuracy of the same weights: in software; on cells and wires without any fault; with
        levels and converters as well; with wires as well, written without error [1].
    later
        On the array, `times` after programming [1].
    """

    labels: I8
    in_software: I8
    software: float
    ideal: float
    quantised: float
    nominal: float
    array: Reading
    later: tuple[float, ...]


def evaluate(array: Array, spec: Digits | Mnist | None = None) -> Score:
    """Program an array with weights of software, several times, and read it.

    Parameters
    ----------
    array
        From `array.build`, or put together by hand.
    spec
        Which images; the 8 x 8 digits where None.

    Raises
    ------
    InputError
        If `times` are given and nothing is known of how the cells forget.

    Notes
    -----
    The accuracy is the mean over repetitions, its interval what the next one leaves with 5 % on
    either side. Each repetition splits the images anew, trains, and programs cells of its own draw
    of write errors and of what is uncertain about the device and the wires. The parts stand apart:
    `accuracy_over_cells` (the loss against the same weights in software, image for image) and
    `accuracy_over_images` (that of software). An array of unknown cells gives an unknown accuracy,
    and a baseline.

    Examples
    --------
    >>> from halodot import array
    >>> from halodot.figures.state import Figures
    >>> evaluate(array.build(Figures("iv", "empty", ()))).value.is_known
    False
    """
    spec = Digits() if spec is None else spec
    if spec.times and array.cell.decay is None:
        raise InputError(
            "task.times", spec.times[0], "a device of which it is known how it forgets",
            "add a retention protocol, or leave times out",
        )  # fmt: skip
    if not array.cell.is_known:
        return _unknown(array, spec)
    runs = [repeat(array, spec, k) for k in range(spec.programmings)]
    pool = len(data.images(spec.name)[0])
    value = intervals.accuracy(_of(runs, lambda r: r.array.accuracy), pool, _note(len(runs)))
    baseline = intervals.accuracy(_of(runs, lambda r: r.software), pool, "same weights in software")
    lost = _of(runs, lambda r: r.software - r.array.accuracy)
    loss = intervals.paired(lost, "1", "of the next: software less array, same images")
    first = runs[0].array
    costs = array.estimate(first.matrices, first.products)
    return Score(
        spec.name,
        value,
        baseline,
        computed(1 / data.CLASSES, "1", note="one of ten classes at random"),
        costs.energy,
        costs.latency,
        verdict=verdict(lost, "the same weights in software"),
        others={
            **_ladder(runs, pool),
            "accuracy_loss": loss,
            **_apart(value, baseline, loss),
            **_later(spec, runs, pool),
            **{f"{name}_energy": q for name, q in costs.parts.items()},
        },
        details=_details(spec, runs, pool),
        status=worst(array.status, *(r.array.status for r in runs)),
        notes=(*array.notes, *ASSUMPTIONS, *costs.notes),
    )


def repeat(array: Array, spec: Digits | Mnist, k: int) -> Repetition:
    """Run repetition `k`: split, train, program with draw `k`, read."""
    seed = spec.training_seed + k
    images = data.split(spec.name, seed)
    weights = network.trained(images, spec.hidden, seed)
    in_software = network.classify(weights, images.test, network.exact)
    times = tuple(float(read_quantity(t, "s", field="times")) for t in spec.times)
    now, *later = read(array, weights, images, k, (None, *times))
    flawless = without_flaws(array)
    cell = replace(flawless.cell, levels=array.cell.levels)
    readout = replace(
        array.readout, cells="linear", source_resistance=NO_OHM, ground_resistance=NO_OHM
    )
    rounded = replace(
        flawless, cell=cell, adc_bits=array.adc_bits, readout=readout, writing=array.writing
    )
    return Repetition(
        images.test_labels,
        in_software,
        float((in_software == images.test_labels).mean()),
        read(flawless, weights, images, None)[0].accuracy,
        read(rounded, weights, images, None)[0].accuracy,
        read(array, weights, images, None)[0].accuracy,
        now if k == 0 else replace(now, matrices=(), products=()),
        tuple(r.accuracy for r in later),
    )


def read(
    array: Array,
    weights: network.Network,
    images: data.Split,
    draw: int | None,
    times: tuple[float | None, ...] = (None,),
) -> list[Reading]:
    """Program every layer and read the test set: at once (None), and times after it [s]."""
    written = [array.program(layer.weights, draw, k) for k, layer in enumerate(weights)]
    ready = _calibrated(weights, written, images)
    found = []
    for time in times:
        matrices = ready if time is None else [m.at(time) for m in ready]
        found.append(_read(weights, matrices, images))
    return found


def _calibrated(weights: network.Network, written: list[Any], images: data.Split) -> list[Any]:
    """Set the converters with training images, once: they do not follow cells that forget."""
    ready: list[Any] = []

    def show(index: int, _: network.Layer, inputs: F) -> F:
        ready.append(written[index].calibrated(inputs))
        return np.asarray(ready[-1].multiply(inputs).output)

    network.classify(weights, images.train[:SHOWN], show)
    return ready


def _read(weights: network.Network, matrices: list[Any], images: data.Split) -> Reading:
    products: list[Any] = []

    def multiply(index: int, _: network.Layer, inputs: F) -> F:
        products.append(matrices[index].multiply(inputs))
        return np.asarray(products[-1].output)

    found = network.classify(weights, images.test, multiply)
    return Reading(
        found,
        float((found == images.test_labels).mean()),
        worst(*(p.status for p in products)),
        tuple(matrices),
        tuple(products),
    )


def without_flaws(array: Array) -> Array:
    """Return the same range of conductance on cells, wires and converters without any fault."""
    c = array.cell
    low, high = (q.with_value(float(q)) for q in (c.conductance_low, c.conductance_high))
    cell = CellModel(low, high, c.read_voltage, Sourced(0.0, "1", basis="given"))
    return Array(cell, array.word_lines, array.bit_lines, NO_OHM, array.seed)


def _of(runs: list[Repetition], what: Callable[[Repetition], float]) -> F:
    return np.array([what(r) for r in runs])


def _note(count: int) -> str:
    how = "what the next one leaves" if count >= intervals.ENOUGH else "normal law of so few"
    return f"mean and 90 % interval of {count} repetitions ({how}), and of the pool of images"


def _ladder(runs: list[Repetition], pool: int) -> dict[str, Sourced]:
    """Accuracies from software down to the array, one cause after another."""
    words = {
        "ideal": "cells, wires and converters without fault",
        "quantised": "levels and converters, nothing else",
        "nominal": "wires as well, written without error",
    }
    found = {}
    for name, note in words.items():
        values = np.array([getattr(r, name) for r in runs])
        found[f"{name}_accuracy"] = intervals.accuracy(values, pool, note)
    return found


def _apart(value: Sourced, baseline: Sourced, loss: Sourced) -> dict[str, Sourced]:
    """The two parts of the interval of the accuracy: unseen cells, and unseen images."""
    mean = float(value)

    def part(down: float, up: float, note: str) -> Sourced:
        return computed(mean, "1", max(mean - down, 0.0), min(mean + up, 1.0), note=note)

    low, high = (intervals.end(loss, k) for k in ("low", "high"))
    down, up = (abs(float(baseline) - intervals.end(baseline, k)) for k in ("low", "high"))
    return {
        "accuracy_over_cells": part(
            high - float(loss), float(loss) - low, "interval of unseen cells and programmings alone"
        ),
        "accuracy_over_images": part(down, up, "interval of unseen images and trainings alone"),
    }


def _later(spec: Digits | Mnist, runs: list[Repetition], pool: int) -> dict[str, Sourced]:
    if not spec.times:
        return {}
    last = intervals.accuracy(_of(runs, lambda r: r.later[-1]), pool)
    return {"accuracy_after": replace(last, note=f"{spec.times[-1]} after programming")}


def verdict(lost: F, beside: str, who: str = "the array") -> str:
    """Say in one sentence what is lost on average, with its interval, and what the next may lose.

    >>> verdict(np.array([0.01, 0.012, 0.014]), "software")
    'the array loses 1.2 points [0.9, 1.5] against software; one of its kind 0.5 to 1.9'
    >>> verdict(np.array([-0.01, 0.0, 0.014]), "software")[:52]
    'no loss is certain: the array loses 0.1 points [-1.9'
    """
    average, (low, high) = intervals.mean(lost), intervals.next_one(lost)
    ends = (100 * intervals.end(average, k) for k in ("low", "high"))
    points = "{:.1f} points [{:.1f}, {:.1f}]".format(100 * float(average), *ends)
    doubt = "" if intervals.end(average, "low") > 0.0 else "no loss is certain: "
    said = f"{doubt}{who} loses {points} against {beside}"
    return f"{said}; one of its kind {100 * low:.1f} to {100 * high:.1f}"


def _details(spec: Digits | Mnist, runs: list[Repetition], pool: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "confusion": sum(network.confusion(r.labels, r.array.found) for r in runs),
        "baseline_confusion": sum(network.confusion(r.labels, r.in_software) for r in runs),
        "test_images": len(runs[0].labels),
        "pool": pool,
        "accuracy_per_programming": _of(runs, lambda r: r.array.accuracy),
        "software_per_programming": _of(runs, lambda r: r.software),
    }
    if spec.times:
        seconds = [float(read_quantity(t, "s", field="times")) for t in spec.times]
        later = np.array([r.later for r in runs]).T
        found |= {"times": np.array(seconds), "accuracy_per_time": later}
    return found


def _unknown(array: Array, spec: Digits | Mnist) -> Score:
    """The baseline alone, with the reason."""
    cell = array.cell
    named = (cell.conductance_low, cell.conductance_high, cell.read_voltage)
    reason = next(q.note for q in named if not q.is_known)
    found = []
    for seed in range(spec.training_seed, spec.training_seed + 5):
        images = data.split(spec.name, seed)
        weights = network.trained(images, spec.hidden, seed)
        given = network.classify(weights, images.test, network.exact)
        found.append(float((given == images.test_labels).mean()))
    pool = len(data.images(spec.name)[0])
    return Score(
        spec.name,
        Sourced.unknown("1", reason),
        intervals.accuracy(np.array(found), pool, "the same weights in software"),
        computed(1 / data.CLASSES, "1", note="one of ten classes at random"),
        Sourced.unknown("J", reason),
        verdict=f"nothing can be said of the array: {reason}",
        status=worst(array.status, Status.UNKNOWN),
        notes=array.notes,
    )
