"""Figures of a gate of two inputs: which function it is, its margin, how often it fails."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .pulses import MEASURED, STIMULI, find_pulses
from .state import Figure, Figures
from .tools import sweeps_of

Array = NDArray[np.float64]
Bits = tuple[int, int]
BITS: tuple[Bits, ...] = ((0, 0), (0, 1), (1, 0), (1, 1))
NO_RATIO = 1.02  # outputs that differ by less hold no bit
NAMES = {
    (0, 0, 0, 1): "AND", (0, 1, 1, 1): "OR", (1, 1, 1, 0): "NAND", (1, 0, 0, 0): "NOR",
    (0, 1, 1, 0): "XOR", (1, 0, 0, 1): "XNOR", (0, 0, 1, 1): "A", (0, 1, 0, 1): "B",
    (1, 1, 0, 0): "NOT A", (1, 0, 1, 0): "NOT B", (0, 0, 1, 0): "A AND NOT B",
    (0, 1, 0, 0): "B AND NOT A", (1, 1, 0, 1): "A IMPLIES B", (1, 0, 1, 1): "B IMPLIES A",
}  # fmt: skip
MARGIN = "(smallest 1 - largest 0) over their mean"


@dataclass(frozen=True)
class Outputs:
    """Sizes of the output for each combination of the inputs, one a repeat."""

    values: dict[Bits, Array]

    @property
    def medians(self) -> Array:
        """Median of each combination, none to both."""
        return np.array([float(np.median(self.values[b])) for b in BITS])


def extract_logic(trace: Trace) -> Figures:
    """Extract the function of a gate from its outputs for 00, 01, 10 and 11.

    The record is one in time, a sweep for each combination from rest, or a table with the columns
    ``input_a``, ``input_b`` and a current. Inputs are 1 above half of their largest value; without
    such columns they are the two stimuli that pulse. An output is |current|.

    Raises
    ------
    InputError
        If a combination is missing, or the inputs cannot be told.

    Examples
    --------
    >>> from halodot.figures.limits import make_trace
    >>> a, b = np.array([0.0, 0, 1, 1]), np.array([0.0, 1, 0, 1])
    >>> columns = {"input_a": a, "input_b": b, "current": np.array([1.0, 2.0, 2.0, 10.0])}
    >>> f = extract_logic(make_trace("logic", columns, {"current": "A"}))
    >>> f["logic_function"].category, round(f["noise_margin"].value.value, 3)
    ('AND', 1.333)
    """
    stored, during = read_outputs(trace)
    chosen = trace.parameters.get("output_during")
    main = stored
    if during is not None and chosen is not None and chosen.is_known and float(chosen) > 0.5:
        main = during
    name = next(n for n in MEASURED if n in trace.columns)
    figures = _main(trace, main, trace.units.get(name, "A"))
    for word, outputs in (("stored", stored), ("during", during)):
        if outputs is not None and during is not None:
            figures += _beside(trace, outputs, word)
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, trace.notes)


def read_outputs(trace: Trace) -> tuple[Outputs, Outputs | None]:
    """Return the stored outputs, and those at the end of the pulses; None for a table.

    Raises
    ------
    InputError
        As `extract_logic`.
    """
    name = next((n for n in MEASURED if n in trace.columns), "")
    if not name:
        raise InputError(trace.label, ", ".join(trace.columns), "a column of current", "")
    size = np.abs(trace.columns[name])
    named = {"input_a", "input_b"} <= set(trace.columns)
    if "time" not in trace.columns:
        if not named:
            raise _untold(trace)
        bits = list(zip(_bits(trace, "input_a"), _bits(trace, "input_b"), strict=True))
        return _complete(trace, zip(bits, size, strict=True)), None
    runs = [rows for rows in sweeps_of(trace) if len(rows)]
    bits = _named_bits(trace, runs) if named else _pulsed_bits(trace, runs)
    ends = [_reads(trace, rows) for rows in runs]
    stored = _complete(trace, ((b, size[k]) for b, (_, k) in zip(bits, ends, strict=True)))
    during = _complete(trace, ((b, size[k]) for b, (k, _) in zip(bits, ends, strict=True)))
    return stored, during


def _bits(trace: Trace, name: str) -> list[int]:
    x = np.abs(trace.columns[name])
    return [int(v) for v in x > 0.5 * float(np.max(x, initial=0.0))]


def _named_bits(trace: Trace, runs: list[NDArray[np.int64]]) -> list[Bits]:
    a, b = _bits(trace, "input_a"), _bits(trace, "input_b")
    return [(max(a[k] for k in rows), max(b[k] for k in rows)) for rows in runs]


def _pulsed_bits(trace: Trace, runs: list[NDArray[np.int64]]) -> list[Bits]:
    """Input a is the first stimulus that pulses, in the order light, voltage, gate voltage."""
    moving = [s for s in STIMULI if s in trace.columns and np.ptp(trace.columns[s]) > 0.0]
    if "source_voltage" in moving and "voltage" in moving:
        moving.remove("voltage")
    if len(moving) != 2:
        raise _untold(trace)
    one, other = (trace.columns[s] for s in moving)
    tops = [float(np.max(np.abs(x - x[0]))) for x in (one, other)]

    def on(x: Array, top: float) -> int:
        return int(float(np.max(np.abs(x - x[0]))) > 0.5 * top)

    return [(on(one[rows], tops[0]), on(other[rows], tops[1])) for rows in runs]


def _untold(trace: Trace) -> InputError:
    return InputError(
        trace.label,
        "inputs that cannot be told from the stimuli",
        "columns input_a and input_b of 0 and 1, or two stimuli that pulse",
        'name them: --columns "input_a=1,input_b=2,current=3"',
    )


def _reads(trace: Trace, rows: NDArray[np.int64]) -> tuple[int, int]:
    """Rows of the read at the end of the pulses, and of the stored one."""
    mark = trace.columns.get("read")
    if mark is not None:
        found = [rows[mark[rows] == k] for k in (1.0, 2.0)]
        if all(len(f) for f in found):
            return int(found[0][-1]), int(found[1][-1])
    ends = [
        p.end - 1
        for s in STIMULI
        if s in trace.columns
        for p in find_pulses(trace.columns[s][rows])
    ]
    last = int(rows[-1])
    return (int(rows[max(ends)]) if ends else last), last


def _complete(trace: Trace, pairs: Iterator[tuple[Bits, float]]) -> Outputs:
    found: dict[Bits, list[float]] = {}
    for bits, value in pairs:
        found.setdefault(bits, []).append(float(value))
    lacking = ["".join(map(str, b)) for b in BITS if b not in found]
    if lacking:
        raise InputError(
            trace.label,
            f"no record of the inputs {', '.join(lacking)}",
            "a record of each combination 00, 01, 10 and 11",
            "name the inputs: --columns input_a=...,input_b=...",
        )
    return Outputs({b: np.array(found[b]) for b in BITS})


def best_threshold(medians: Array) -> float:
    """Return the threshold in the middle of the widest ratio between neighbouring outputs.

    >>> best_threshold(np.array([1.0, 2.0, 2.0, 50.0]))
    10.0
    """
    values = np.sort(medians)
    ratios = [b / max(a, 1e-300) for a, b in itertools.pairwise(values)]
    k = int(np.argmax(ratios))
    low, high = float(values[k]), float(values[k + 1])
    return math.sqrt(low * high) if low > 0.0 else 0.5 * high


def function_of(medians: Array, threshold: float) -> str:
    """Name the function of the outputs above a threshold; none where all are alike.

    >>> function_of(np.array([1.0, 3.0, 3.0, 4.0]), 2.0)
    'OR'
    """
    one, two, three, four = (int(x) for x in medians > threshold)
    return NAMES.get((one, two, three, four), "none")


def margin(low: float, high: float) -> float:
    """Return (high - low) over the mean of the two; 2 is the most, below 0 there is none.

    >>> margin(1.0, 3.0)
    1.0
    """
    mean = 0.5 * (high + low)
    return (high - low) / mean if mean > 0.0 else 0.0


def _threshold(trace: Trace, medians: Array) -> tuple[float, str]:
    given = trace.parameters.get("threshold")
    if given is not None and given.is_known:
        return float(given), "stated threshold"
    return best_threshold(medians), "the threshold that parts the outputs by the widest ratio"


def _parted(medians: Array, threshold: float) -> tuple[float, float] | None:
    """Largest 0 and smallest 1; None where all outputs are on one side."""
    ones = medians > threshold
    if ones.all() or not ones.any():
        return None
    return float(medians[~ones].max()), float(medians[ones].min())


def _function(medians: Array, threshold: float, stated: bool) -> str:
    parted = _parted(medians, threshold)
    if parted is None or (not stated and parted[1] < NO_RATIO * parted[0]):
        return "none"
    return function_of(medians, threshold)


def _margin(medians: Array, threshold: float) -> Sourced:
    parted = _parted(medians, threshold)
    if parted is None:
        return Sourced.unknown("1", f"all outputs on one side of {threshold:.3g}")
    return computed(margin(*parted), "1")


def _main(trace: Trace, outputs: Outputs, unit: str) -> list[Figure]:
    m = outputs.medians
    threshold, how = _threshold(trace, m)
    name = _function(m, threshold, how.startswith("stated"))
    parted = _parted(m, threshold)
    ratio = Sourced.unknown("1", "all outputs on one side of the threshold")
    if parted is not None:
        lowest = max(parted[0], 1e-300)
        ratio = computed(parted[1] / lowest, "1")
    words = f"Outputs above {how} are 1"
    figures = [
        Figure("logic_function", computed(1.0, "1"), f"{words}; none: all are alike.", name),
        Figure("is_and", computed(float(name == "AND"), "1"), f"1 where it is AND. {words}."),
        Figure("is_or", computed(float(name == "OR"), "1"), f"1 where it is OR. {words}."),
        Figure("logic_threshold", computed(threshold, unit), f"{how.capitalize()}."),
        Figure("noise_margin", _margin(m, threshold), f"{MARGIN}, of medians of repeats."),
        Figure("logic_ratio", ratio, "Smallest 1 over largest 0, of medians of repeats."),
        Figure(
            "and_margin",
            computed(margin(float(m[:3].max()), float(m[3])), "1"),
            f"{MARGIN} if 11 alone were 1: above 0 some threshold makes it AND.",
        ),
        Figure(
            "or_margin",
            computed(margin(float(m[0]), float(m[1:].min())), "1"),
            f"{MARGIN} if 00 alone were 0: above 0 some threshold makes it OR.",
        ),
        _failure(trace, outputs, threshold, name),
    ]
    for bits, value in zip(BITS, m, strict=True):
        code = "".join(map(str, bits))
        text = f"Output for a = {bits[0]}, b = {bits[1]}; median of repeats."
        figures.append(Figure(f"output_{code}", computed(float(value), unit), text))
    return figures


def _beside(trace: Trace, outputs: Outputs, word: str) -> list[Figure]:
    when = "at the last row, after the pulses" if word == "stored" else "at the end of the pulses"
    m = outputs.medians
    threshold, how = _threshold(trace, m)
    name = _function(m, threshold, how.startswith("stated"))
    text = f"Function of the output {when}; outputs above {how} are 1."
    return [
        Figure(f"logic_function_{word}", computed(1.0, "1"), text, name),
        Figure(f"noise_margin_{word}", _margin(m, threshold), f"{MARGIN}, output {when}."),
    ]


def _failure(trace: Trace, outputs: Outputs, threshold: float, name: str) -> Figure:
    """How often an output lies on the wrong side, counted over repeats or from a given spread."""
    medians = outputs.medians
    text = "Share of outputs on the other side of the threshold than the median of their inputs"
    if name == "none":
        return Figure("failure_probability", Sourced.unknown("1", "it is no gate"), f"{text}.")
    counts = [len(v) for v in outputs.values.values()]
    if min(counts) > 1:
        wrong = sum(
            int(np.sum((outputs.values[b] > threshold) != (m > threshold)))
            for b, m in zip(BITS, medians, strict=True)
        )
        value = _binomial(wrong, sum(counts))
        return Figure("failure_probability", value, f"{text}, of all repeats; interval exact.")
    given = trace.parameters.get("spread")
    if given is None or not given.is_known or float(given) <= 0.0:
        reason = "one record of each combination, and no spread from cycle to cycle is stated"
        return Figure("failure_probability", Sourced.unknown("1", reason), f"{text}.")
    sigma = math.sqrt(math.log1p(float(given) ** 2))
    away = [abs(math.log(max(m, 1e-300) / threshold)) / sigma for m in medians]
    chance = float(np.mean([0.5 * math.erfc(x / math.sqrt(2.0)) for x in away]))
    text += f", for a log-normal spread of {float(given):.3g} from cycle to cycle, as stated."
    return Figure("failure_probability", computed(chance, "1"), text)


def _binomial(wrong: int, total: int) -> Sourced:
    """Share with its exact 90 % interval (Clopper and Pearson)."""
    from scipy.stats import beta

    low = float(beta.ppf(0.05, wrong, total - wrong + 1)) if wrong else 0.0
    high = float(beta.ppf(0.95, wrong + 1, total - wrong)) if wrong < total else 1.0
    return computed(wrong / total, "1", low, high, note=f"{wrong} of {total}")
