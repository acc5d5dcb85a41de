"""Learning on the array: how well pulses train it, beside ideal steps and beside software."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from . import data, intervals, network
from .bench import Bench, prepared, pulse_of
from .inference import verdict, without_flaws
from .pairs import Pairs, Tally
from .pulses import Steps, continuous, linear, means, tabulate
from .spec import Learning
from .training import Course, shapes, train

F = NDArray[np.float64]
I8 = NDArray[np.int64]
RATES = {"digits": (0.1, 0.1), "mnist": (0.02, 0.05)}  # without and with a hidden layer
ASSUMPTIONS = (
    "errors of the outputs, gradients and the number of pulses are worked out beside the array, "
    "without error; the converters stand in the reading of the test set, not in that of training",
    "cells of a word line are pulsed at once, word lines one after another; pulses do not disturb "
    "other cells",
    "which pairs are full is known without reading",
)


@dataclass(frozen=True)
class Taught:
    """One repetition: split, cells, order and noise of its own.

    Attributes
    ----------
    device, linear, exact
        Accuracy before and after each epoch: on the array; with straight, equal steps of the same
        mean size on the same cells; with changes as wanted on cells and wires without fault [1].
    software
        Accuracy of the network trained in software on the same images [1].
    full
        Share of the cells that ended at an end of their range [1].
    """

    device: list[float]
    linear: list[float]
    exact: list[float]
    software: float
    tallies: tuple[Tally, ...]
    labels: I8
    bench: Bench
    full: float
    held: float
    status: Status


def evaluate(array: Array, spec: Learning | None = None) -> Score:
    """Train an array by pulses and read it.

    Parameters
    ----------
    array
        With cells whose pulses were measured or simulated (`CellModel.update`), else by the law
        that `Array.writing` assumes.
    spec
        Images, rule and pairs; defaults where None.

    Raises
    ------
    InputError
        If no pulse moves the cells, or `pair` asks for a direction in which none does.

    Notes
    -----
    The last epoch counts, not the best. An array of unknown cells gives an unknown accuracy.

    Examples
    --------
    >>> from halodot import array
    >>> from halodot.figures.state import Figures
    >>> evaluate(array.build(Figures("iv", "empty", ()))).value.is_known
    False
    """
    spec = Learning() if spec is None else spec
    if not array.cell.is_known:
        return _unknown(array, spec)
    bench_array, notes = prepared(array)
    runs = [teach(bench_array, spec, k) for k in range(spec.seeds)]
    pool = len(data.images(spec.data)[0])
    note = f"mean and 90 % interval of {len(runs)} repetitions, and of the pool of images"
    lost = np.array([r.software - r.device[-1] for r in runs])
    last = runs[0].bench
    costs = array.estimate(last.matrices, last.products)
    return Score(
        spec.name,
        intervals.accuracy(_last(runs, "device"), pool, note),
        intervals.accuracy(np.array([r.software for r in runs]), pool, "trained in software"),
        computed(1 / data.CLASSES, "1", note="one of ten classes at random"),
        costs.energy,
        costs.latency,
        verdict=verdict(lost, "training in software", "learning on the array"),
        others=_others(runs, pool, lost) | _expense(bench_array, spec, runs, costs.energy),
        details=_details(runs),
        status=worst(array.status, *(r.status for r in runs)),
        notes=(*array.notes, *notes, *ASSUMPTIONS, *costs.notes),
    )


def teach(array: Array, spec: Learning, k: int) -> Taught:
    """Train repetition `k` on the array, with ideal steps, and in software."""
    seed = spec.training_seed + k
    images = data.split(spec.data, seed)
    weights = network.trained(images, spec.hidden, seed)
    found = network.classify(weights, images.test, network.exact)
    steps, mirrored = steps_of(array, k)
    kind = _kind(spec, steps)
    course = _course(spec, array)
    equal = "reference" if kind == "reference" else "both"

    def run(
        on: Array, draw: int | None, given: Steps, pair: str, turned: bool = False
    ) -> tuple[list[float], list[Pairs], Bench]:
        order = generator(seed, "task.learning.order", k)
        noise = generator(on.seed, "task.learning.pulses", k)
        bench = Bench(on, images, draw, shapes(images.train.shape[1], spec.hidden), spec)
        layers = bench.pairs(given, pair, noise, mirrored=turned)
        curve = train(layers, images, course, order, bench.look, bench.read_noise)
        return curve, layers, bench

    curve, layers, bench = run(array, k, steps, kind, mirrored)
    for pairs in layers:
        pairs.rest(float(array.writing.hold))
    held = bench.look(layers)[0] if layers[0].fading else curve[-1]
    return Taught(
        curve,
        run(array, k, linear(steps.size()), equal)[0],
        run(without_flaws(array), None, continuous(), equal)[0],
        float((found == images.test_labels).mean()),
        tuple(p.tally for p in layers),
        images.test_labels,
        bench,
        float(np.mean([np.mean((p.place <= 0.0) | (p.place >= 1.0)) for p in layers])),
        held,
        bench.status,
    )


def steps_of(array: Array, draw: int | None) -> tuple[Steps, bool]:
    """Return the tables of a pulse, and whether they were turned: pulses down alone are known.

    Raises
    ------
    InputError
        If no pulse moves the cells.
    """
    rng = generator(array.seed, "task.learning.steps")
    up, down = (None if w is None else tabulate(w.draw, rng) for w in array.ways(draw))
    if up is not None and means(up).mean() <= 0.0:
        up = None
    if down is not None and means(down).mean() >= 0.0:
        down = None
    if up is None and down is None:
        raise InputError(
            "array.cell.update", "no pulses that move the conductance",
            "pulses of at least one direction, measured or simulated",
            "add a pulses protocol with a train of them",
        )  # fmt: skip
    if up is None:
        assert down is not None  # one of them is known
        return Steps(np.ascontiguousarray(-down[::-1, ::-1]), None), True
    return Steps(up, down), False


def _kind(spec: Learning, steps: Steps) -> str:
    if spec.pair == "auto":
        return "one_way" if steps.one_way else "both"
    if steps.one_way and spec.pair != "one_way":
        raise InputError(
            "task.pair", spec.pair, "one_way: pulses are known in one direction only",
            "pair = 'auto'",
        )  # fmt: skip
    return spec.pair


def _course(spec: Learning, array: Array) -> Course:
    rate = spec.learning_rate
    if rate is None:
        rate = RATES[spec.data][spec.hidden > 0]
    time = float(array.read_time) if array.read_time.is_known else 0.0
    return Course(spec.rule, rate, spec.batch, spec.epochs, spec.most_pulses, read_time=time)


def _last(runs: Sequence[Taught], which: str) -> F:
    return np.array([getattr(r, which)[-1] for r in runs])


def _others(runs: Sequence[Taught], pool: int, lost: F) -> dict[str, Sourced]:
    device, equal, exact = (_last(runs, n) for n in ("device", "linear", "exact"))
    shown = {
        "ideal_update_accuracy": (exact, "changes as wanted, cells and wires without fault"),
        "linear_update_accuracy": (equal, "straight steps of the same mean size, same cells"),
        "untrained_accuracy": (np.array([r.device[0] for r in runs]), "before the first pulse"),
    }
    found = {n: intervals.accuracy(v, pool, note) for n, (v, note) in shown.items()}
    if runs[0].bench.fading is not None:
        held = np.array([r.held for r in runs])
        found["accuracy_after_hold"] = intervals.accuracy(held, pool, "after the hold time")
    found |= {
        "accuracy_loss": intervals.mean(lost, note="software less array, mean"),
        "loss_by_step_size": intervals.mean(exact - equal, note="ideal less linear steps, mean"),
        "loss_by_step_form": intervals.mean(
            equal - device, note="linear steps less the device: bend, asymmetry, scatter; mean"
        ),
        "cells_at_an_end": intervals.paired(np.array([r.full for r in runs]), "1"),
    }
    return found


def _expense(
    array: Array, spec: Learning, runs: Sequence[Taught], reading: Sourced
) -> dict[str, Sourced]:
    """Pulses, energy and time of an epoch."""
    up, down = (pulse_of(array, k) for k in (0, 1))

    def count(what: Callable[[Tally], float]) -> F:
        return np.array([sum(what(t) for t in r.tallies) for r in runs]) / spec.epochs

    counts = count(lambda t: t.up), count(lambda t: t.down)

    def spent(name: str, unit: str) -> Sourced:
        parts = zip((up, down), counts, strict=True)
        return _sum([(getattr(pulse, name), n) for pulse, n in parts if n.any()], unit)

    slots = [(up.duration, count(lambda t: t.slots_up)),
             (down.duration, count(lambda t: t.slots_down + t.slots_reset))]  # fmt: skip
    images = len(data.images(spec.data)[0]) - data.HELD_BACK[spec.data]
    reads = np.full(len(runs), float(images * (3 if spec.hidden else 1)))
    return {
        "pulses_per_epoch": intervals.paired(count(lambda t: t.up + t.down), "1"),
        "resets_per_epoch": intervals.paired(count(lambda t: t.resets), "1"),
        "update_energy_per_epoch": spent("energy", "J"),
        "update_light_energy_per_epoch": spent("light", "J"),
        "read_energy_per_epoch": _sum(
            [(reading, np.full(len(runs), float(images * (2 if spec.hidden else 1))))], "J"
        ),
        "time_per_epoch": _sum(
            [*((q, n) for q, n in slots if n.any()), (array.read_time, reads)], "s"
        ),
    }


def _sum(parts: Sequence[tuple[Sourced, F]], unit: str) -> Sourced:
    """Sum of quantities times counts; the ends of both together. Unknown if any part is."""
    for q, _ in parts:
        if not q.is_known:
            return Sourced.unknown(unit, q.note)
    if not parts:
        return computed(0.0, unit, note="no pulse was given")
    value = sum(float(q) * float(n.mean()) for q, n in parts)
    low = sum(intervals.end(q, "low") * float(n.min()) for q, n in parts)
    high = sum(intervals.end(q, "high") * float(n.max()) for q, n in parts)
    return computed(value, unit, min(low, value), max(high, value), note="estimate")


def _details(runs: Sequence[Taught]) -> dict[str, Any]:
    return {
        "accuracy_per_epoch": np.array([r.device for r in runs]),
        "linear_per_epoch": np.array([r.linear for r in runs]),
        "ideal_per_epoch": np.array([r.exact for r in runs]),
        "software_per_seed": np.array([r.software for r in runs]),
        "confusion": sum(network.confusion(r.labels, r.bench.found) for r in runs),
        "steps_in_range": 1.0 / runs[0].bench.steps.size(),
        "step_up": _curve(runs[0].bench.steps.up),
        "step_down": _curve(runs[0].bench.steps.down),
    }


def _curve(table: F | None) -> F:
    return np.empty(0) if table is None else means(table)


def _unknown(array: Array, spec: Learning) -> Score:
    cell = array.cell
    named = (cell.conductance_low, cell.conductance_high, cell.read_voltage)
    reason = next(q.note for q in named if not q.is_known)
    return Score(
        spec.name,
        Sourced.unknown("1", reason),
        Sourced.unknown("1", "not trained: the array is not known"),
        computed(1 / data.CLASSES, "1", note="one of ten classes at random"),
        Sourced.unknown("J", reason),
        verdict=f"nothing can be said of the array: {reason}",
        status=worst(array.status, Status.UNKNOWN),
        notes=array.notes,
    )
