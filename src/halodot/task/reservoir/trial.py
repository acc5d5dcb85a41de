"""What all reservoir tasks share: repetitions, intervals, and what may be said of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...array.state import Array, Compact
from ...core.errors import InputError
from ...core.randomness import generator
from ...core.sourced import Sourced, computed
from ...core.status import Status, worst
from ..state import Score
from .encode import Point
from .nodes import cells, tune
from .spec import Firing, Reservoir, Vowels

F = NDArray[np.float64]
ENOUGH = 19  # values whose range holds 90 % of the next
READ_VOLTAGE = 0.1  # V, where the array's cells have none
FEWEST = 3  # runs that make a spread
ASSUMPTIONS = (
    "each input starts from devices at rest (written once where pulses.prime is set); wear from "
    "one input to the next is left out",
    "energy is that of the devices alone: voltage times current of the cells, all reads included; "
    "drivers, converters and the read-out are not in it",
)


@dataclass(frozen=True)
class Chip:
    """One repetition: devices, where they work, and the seed of its masks, inputs and chance."""

    number: int
    seed: int
    batch: list[Compact]
    point: Point
    noise: float


def chips(array: Array, spec: Reservoir | Vowels | Firing, failed: list[str]) -> Iterator[Chip]:
    """Yield one chip a run; draws of the device that cannot be used are named in `failed`."""
    assert array.compact is not None  # the caller has looked
    base = array.cell.read_voltage
    volts = float(base) if base.is_known else READ_VOLTAGE
    for run in range(spec.runs):
        rng = generator(spec.seed, "task.reservoir", array.seed, run)
        seed = int(rng.integers(2**31 - 1))
        spread, noise = spec.nodes.spread, spec.nodes.read_noise
        if run:
            spread, noise = spread.sample(rng), noise.sample(rng)
        nodes = spec.nodes.model_copy(update={"spread": spread, "read_noise": noise})
        try:
            device = array.compact(run - 1 if run and spec.draws else None)
            point = tune(device, spec.pulses, nodes, volts, seed)
        except InputError as e:
            if run == 0:
                raise
            failed.append(f"run {run} left out, its draw of the device cannot be used: {e.field}")
            continue
        batch = cells(device, nodes, max(float(spread), 0.0), seed)
        yield Chip(run, seed, batch, point, max(float(noise), 0.0))


def over(values: list[float] | F, unit: str = "1", note: str = "") -> Sourced:
    """Return the mean of values and the 90 % interval of the next one.

    >>> over([1.0, 2.0, 3.0]).value
    2.0
    """
    given = np.asarray(values, dtype=float)
    low, high = np.quantile(given, [0.05, 0.95], method="weibull")
    mean = float(given.mean())
    text = f"mean and 90 % interval of the next of {len(given)} values"
    if len(given) < ENOUGH:
        text = f"mean and range of {len(given)} values, which holds less than 90 % of the next"
    text = f"{text}; {note}" if note else text
    return computed(mean, unit, min(float(low), mean), max(float(high), mean), note=text)


def margin(differences: list[float] | F, overlap: float = 0.0) -> Sourced:
    r"""Return the mean of paired differences with its 90 % confidence interval.

    Student's t on J differences, with the standard error :math:`s \sqrt{1/J + \rho}`; `overlap`
    :math:`\rho` is test over training samples where all pairs share one data set (C. Nadeau and
    Y. Bengio, Mach. Learn. 52, 239 (2003), doi:10.1023/A:1024068626366), zero where data are new
    each time.

    Examples
    --------
    >>> m = margin([1.0, 1.1, 0.9, 1.0])
    >>> m.low > 0.0
    True
    """
    from scipy.stats import t

    given = np.asarray(differences, dtype=float)
    count = len(given)
    error = float(given.std(ddof=1)) * np.sqrt(1.0 / count + overlap)
    half = float(t.ppf(0.95, count - 1) * error)
    mean = float(given.mean())
    note = f"mean of {count} paired differences and its 90 % confidence interval"
    return computed(mean, "1", mean - half, mean + half, note=note)


def said(measure: str, value: Sourced, beside: Sourced, gap: Sourced) -> str:
    """Return the verdict: beats, is worse than, or cannot be told from its linear read-out.

    Examples
    --------
    >>> one = computed(1.0, "1")
    >>> said("accuracy", one, one, computed(0.0, "1", -0.1, 0.1))[:58]
    'The reservoir does not beat its linear read-out outside th'
    """
    assert gap.low is not None
    assert gap.high is not None
    numbers = (
        f"{measure} {float(value):.3g} against {float(beside):.3g}, margin {float(gap):.2g} "
        f"({gap.low:.2g} to {gap.high:.2g} at 90 %)"
    )
    if gap.low > 0.0:
        text = "beats its linear read-out by a margin outside the error bars"
    elif gap.high < 0.0:
        text = "is worse than its linear read-out, by a margin outside the error bars"
    else:
        text = "does not beat its linear read-out outside the error bars"
    return f"The reservoir {text}: {numbers}"


def status_of(array: Array) -> Status:
    """Return the status of the array; that its cells as weights are unknown does not matter."""
    return Status.OK if array.status is Status.UNKNOWN else array.status


def told(point: Point) -> str:
    """Return where the device of the first run works."""
    unit = "of full light" if point.light else "V"
    return (
        f"decay time {point.decay_time:.2g} s, half written by a pulse of {point.threshold:.3g} "
        f"{unit}; inputs are {point.low:.3g} to {point.high:.3g} {unit} for {point.width:.2g} s "
        f"every {point.period:.2g} s, read by a "
        f"{'logarithmic' if point.logarithmic else 'linear'} amplifier"
    )


def settings(points: list[Point]) -> dict[str, Sourced]:
    """Return where the devices work, over the runs."""
    names = {"decay_time": "s", "period": "s", "pulse_width": "s"}
    columns = (
        [p.decay_time for p in points],
        [p.period for p in points],
        [p.width for p in points],
    )
    return {
        name: over(values, unit)
        for (name, unit), values in zip(names.items(), columns, strict=True)
        if np.isfinite(values).all()
    }


def unknown(array: Array, task: str, measure: str, reason: str) -> Score:
    """Return the score of a device that cannot be a reservoir."""
    none = Sourced.unknown("1", reason)
    return Score(
        task, none, Sourced.unknown("1", reason), measure=measure,
        verdict=f"No score: {reason}.", status=worst(array.status, Status.UNKNOWN),
        notes=array.notes,
    )  # fmt: skip


def missing(array: Array) -> str:
    """Return why an array has no dynamics; empty where it has."""
    if array.compact is None:
        return "the device has no model of its dynamics that a circuit could drive"
    return ""
