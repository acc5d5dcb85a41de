"""Score an array on a task, beside the same weights in software and beside chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...array.state import Array
from ...core.sourced import Sourced, computed
from ...core.status import Status, worst
from ..state import Score
from . import digits
from .spec import Digits

ENOUGH = 19  # programmings whose range holds 90 % of the next
ASSUMPTIONS = (
    "weights were trained in software and written once; the array did not learn",
    "tiles are as large as the weights on them need: unused lines are left unconnected",
    "energy per inference is the drive voltage times the current of ideal wires through all cells "
    "for one read time, plus the conversions; drivers, digital logic and programming not included",
    "latency is one read time for each layer: the tiles of a layer are read at once",
)


@dataclass(frozen=True)
class _Run:
    """One programming of the array."""

    found: NDArray[np.int64]
    accuracy: float
    cell_energy: float
    conversions: int
    status: Status


def evaluate(array: Array, spec: Digits | None = None) -> Score:
    """Run a task on an array, programmed several times.

    Parameters
    ----------
    array
        From `array.build`, or put together by hand.
    spec
        Which task; the 8 x 8 digits where None.

    Notes
    -----
    The accuracy is the mean over programmings, its interval what the next one leaves with 5 % on
    either side; that is the range of 19, and fewer hold less. Each
    programming draws new write errors, and new values of what is uncertain about the device and
    the wires. An array of unknown cells gives an unknown accuracy, and a baseline.

    Examples
    --------
    >>> from halodot import array
    >>> from halodot.figures.state import Figures
    >>> evaluate(array.build(Figures("iv", "empty", ()))).value.is_known
    False
    """
    spec = Digits() if spec is None else spec
    network = digits.trained(spec.hidden, spec.training_seed)
    software = digits.classify(network, digits.exact)
    baseline = float((software == network.labels).mean())
    chance = computed(1 / digits.CLASSES, "1", note="one of ten classes at random")
    details: dict[str, Any] = {
        "baseline_confusion": digits.confusion(network.labels, software),
        "test_images": len(network.labels),
    }
    if not array.cell.is_known:
        return _unknown(array, spec, computed(baseline, "1"), chance, details)
    runs = [_run(array, network, draw) for draw in range(spec.programmings)]
    accuracies = np.array([r.accuracy for r in runs])
    details |= {
        "confusion": sum(digits.confusion(network.labels, r.found) for r in runs),
        "accuracy_per_programming": accuracies,
        "standard_error": float(accuracies.std(ddof=1) / np.sqrt(len(runs))),
        "ideal_cells_accuracy": _run(array, network, None).accuracy,
        "test_standard_error": float(np.sqrt(baseline * (1 - baseline) / len(software))),
    }
    return Score(
        spec.name,
        _interval(accuracies, "1", _range_note(len(runs))),
        computed(baseline, "1", note="the same weights in software"),
        chance,
        _energy(array, runs),
        _latency(array, len(network.layers)),
        details=details,
        status=worst(array.status, *(r.status for r in runs)),
        notes=(*array.notes, *ASSUMPTIONS),
    )


def _run(array: Array, network: digits.Trained, draw: int | None) -> _Run:
    """Program every layer and read the test set."""
    readings = []

    def multiply(index: int, layer: digits.Layer, inputs: NDArray[np.float64]) -> Any:
        readings.append(array.program(layer.weights, draw, index).multiply(inputs))
        return readings[-1].output

    found = digits.classify(network, multiply)
    return _Run(
        found,
        float((found == network.labels).mean()),
        sum(r.cell_energy for r in readings),
        sum(r.conversions for r in readings),
        worst(*(r.status for r in readings)),
    )


def _range_note(count: int) -> str:
    """What the interval of `count` programmings holds: their range, below 19, less than 90 %."""
    if count < ENOUGH:
        return f"mean and range of {count} programmings, which holds less than 90 % of the next"
    return f"mean and 90 % interval of {count} programmings"


def _interval(values: NDArray[np.float64], unit: str, note: str) -> Sourced:
    low, high = np.quantile(values, [0.05, 0.95], method="weibull")
    mean = float(values.mean())
    return computed(mean, unit, min(float(low), mean), max(float(high), mean), note=note)


def _energy(array: Array, runs: list[_Run]) -> Sourced:
    """Cells plus conversions; read time and conversion energy at the ends of their intervals."""
    time, one = array.read_time, array.adc_energy
    for q in (time, one):
        if not q.is_known:
            return Sourced.unknown("J", q.note)
    cells = np.array([r.cell_energy for r in runs])
    lines = runs[0].conversions
    low, high = (_end(time, k) / float(time) for k in ("low", "high"))
    return computed(
        float(cells.mean()) + lines * float(one),
        "J",
        float(cells.min()) * low + lines * _end(one, "low"),
        float(cells.max()) * high + lines * _end(one, "high"),
        note=f"estimate: cells {cells.mean():.3g} J, {lines} conversions of {float(one):.3g} J",
    )


def _latency(array: Array, layers: int) -> Sourced:
    time = array.read_time
    if not time.is_known:
        return Sourced.unknown("s", time.note)
    low, high = (layers * _end(time, k) for k in ("low", "high"))
    return computed(layers * float(time), "s", low, high, note="estimate: read time times layers")


def _end(q: Sourced, which: str) -> float:
    end = getattr(q, which)
    return float(q) if end is None else float(end)


def _unknown(
    array: Array, spec: Digits, baseline: Sourced, chance: Sourced, details: dict[str, Any]
) -> Score:
    cell = array.cell
    named = (cell.conductance_low, cell.conductance_high, cell.read_voltage)
    reason = next(q.note for q in named if not q.is_known)
    accuracy, energy = Sourced.unknown("1", reason), Sourced.unknown("J", reason)
    latency = _latency(array, 1 + (spec.hidden > 0))
    status = worst(array.status, Status.UNKNOWN)
    return Score(
        spec.name, accuracy, baseline, chance, energy, latency, details=details, status=status,
        notes=array.notes,
    )  # fmt: skip
