"""Runs of synapse tests: which pulses each holds, and what each pulse left in the current.

A run is what happens after one rest: one sweep of the record. A response is a departure from the
median before the first pulse (the baseline before the train), either its largest value from the
start of a pulse to the start of the next ("peak"), or its largest value between pulses only, from a
tenth of the width after the end of a pulse on ("after").
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..device.state import SYNAPSE_TESTS, Trace
from .pulses import MEASURED, STIMULI, Pulse, find_pulses
from .tools import error_of, sweeps_of

Array = NDArray[np.float64]
ALIKE = 0.03  # relative: widths, heights, periods closer than this are the same
SETTLED = 0.1  # of the width after the end of a pulse: where a response "after" starts
LONG = 3.0  # usual gaps: a pause between two trains is longer


@dataclass(frozen=True)
class Stimulus:
    """One event: its middle of rise and of fall [s], heights by channel, and its rows."""

    start: float
    end: float
    heights: tuple[tuple[str, float], ...]
    first: int
    last: int
    next: int

    @property
    def width(self) -> float:
        """Full width at half height [s]."""
        return self.end - self.start


@dataclass(frozen=True)
class Run:
    """One run from rest.

    Attributes
    ----------
    test
        As the record says; empty where it does not.
    condition
        As the record says, else NaN.
    responses
        A1, A2 ... of its events.
    errors
        Below which each is no response.
    after
        Whether responses are read between pulses only.
    """

    test: str
    condition: float
    rows: NDArray[np.int64]
    time: Array
    value: Array
    baseline: float
    events: tuple[Stimulus, ...]
    spikes: tuple[Stimulus, ...]
    responses: Array
    errors: Array
    after: bool

    @property
    def count(self) -> int:
        """Number of events."""
        return len(self.events)

    @property
    def period(self) -> float:
        """Mean time from start to start [s]; 0 of a single event."""
        if self.count < 2:
            return 0.0
        return (self.events[-1].start - self.events[0].start) / (self.count - 1)

    @property
    def gap(self) -> float:
        """From the end of the first event to the start of the second [s]."""
        return self.events[1].start - self.events[0].end

    def hidden(self, k: int) -> str:
        """Why response `k` is none; empty where it stands above its numerical error."""
        size, error = abs(float(self.responses[k])), float(self.errors[k])
        if size > error:
            return ""
        if error == 0.0:
            return "the pulse changes nothing"
        return f"a response of {size:.2g} lies below its numerical error, {error:.2g}"

    def departure(self, after: float) -> float:
        """Departure from the baseline at a time after the end of the last event."""
        t = self.time - self.events[-1].end
        late = t > 0.0
        return float(np.interp(after, t[late], self.value[late]) - self.baseline)

    def decay(self) -> tuple[Array, Array]:
        """Times and departures after the last event, from where a response is read."""
        e = self.events[-1]
        rows = np.arange(e.last, len(self.time))
        if self.after:
            rows = rows[self.time[rows] >= e.end + SETTLED * e.width]
        return self.time[rows], self.value[rows] - self.baseline

    @property
    def tail(self) -> float:
        """Length of the record after its last event [s]."""
        return float(self.time[-1] - self.events[-1].end)


def measured_name(trace: Trace) -> str:
    """Name of the column that answers.

    Raises
    ------
    InputError
        If the record holds none, or no time.
    """
    name = next((n for n in MEASURED if n in trace.columns), "")
    if not name or "time" not in trace.columns:
        found = ", ".join(trace.columns)
        raise InputError(trace.label, found, "columns time and current (or drain_current)", "")
    return name


def reads_after(trace: Trace, rows: NDArray[np.int64]) -> bool:
    """Whether responses are read between pulses only: voltage pulses across the current path."""
    given = trace.parameters.get("response_after")
    if given is not None and given.is_known:
        return float(given) > 0.5
    if "gate_voltage" in trace.columns:
        return False
    across = [n for n in ("source_voltage", "voltage") if n in trace.columns]
    return any(_moves(trace.columns[n][rows]) for n in across)


def _moves(x: Array) -> bool:
    """Whether a stimulus changes by more than the last digits of a source."""
    return float(np.ptp(x)) > 1e-6 * max(float(np.max(np.abs(x))), 1e-300)


def read_runs(trace: Trace) -> list[Run]:
    """Return every run that holds a pulse.

    Raises
    ------
    InputError
        If the record holds no stimulus, or a constant one.

    Examples
    --------
    >>> from halodot.figures.limits import make_trace
    >>> light = np.array([0, 0, 1, 1, 0, 0, 1, 1, 0, 0.0])
    >>> current = np.array([1, 1, 2, 3, 2, 2, 4, 5, 4, 3.0])
    >>> columns = {"time": np.arange(10.0), "light": light, "current": current}
    >>> run = read_runs(make_trace("synapse", columns, {}))[0]
    >>> run.responses.tolist(), run.period, run.gap
    ([2.0, 4.0], 4.0, 2.0)
    """
    name = measured_name(trace)
    channels = [s for s in STIMULI if s in trace.columns and _moves(trace.columns[s])]
    if "source_voltage" in channels and "voltage" in channels:
        channels.remove("voltage")  # the device answers; the source is what was done
    if not channels:
        allowed = "a column that pulses: " + " or ".join(STIMULI)
        raise InputError(trace.label, "no stimulus that changes", allowed, "name it with --columns")
    errors = error_of(trace, name)
    tops = {s: float(np.max(np.abs(trace.columns[s] - trace.columns[s][0]))) for s in channels}
    found = [_run(trace, rows, name, tops, errors) for rows in sweeps_of(trace)]
    kept = [run for run in found if run is not None]
    if not kept:
        raise InputError(trace.label, "no pulse", "a rest, then pulses, in every run", "")
    return kept


def _run(
    trace: Trace,
    rows: NDArray[np.int64],
    name: str,
    tops: dict[str, float],
    errors: Array,
) -> Run | None:
    t, y = trace.columns["time"][rows], trace.columns[name][rows]
    spikes: list[Stimulus] = []
    for channel, top in tops.items():
        x = trace.columns[channel][rows]
        if len(x) and float(np.max(np.abs(x - x[0]))) > 1e-6 * top:
            spikes += [_stimulus(p, t, channel) for p in find_pulses(x)]
    if not spikes:
        return None
    spikes.sort(key=lambda s: s.start)
    events = _joined(spikes, len(t))
    first = max(events[0].first, 1)
    baseline = float(np.median(y[:first]))
    floor, after = errors[rows], reads_after(trace, rows)
    at = [_top(t, y - baseline, e, after) for e in events]
    test, condition = _named(trace, int(rows[0]))
    return Run(
        test,
        condition,
        rows,
        t,
        y,
        baseline,
        tuple(events),
        tuple(spikes),
        np.array([y[k] - baseline for k in at]),
        np.array([floor[k] for k in at]) + float(np.median(floor[:first])),
        after,
    )


def _named(trace: Trace, row: int) -> tuple[str, float]:
    test, condition = (trace.columns.get(n) for n in ("test", "condition"))
    index = -1 if test is None or not np.isfinite(test[row]) else round(float(test[row]))
    name = SYNAPSE_TESTS[index] if 0 <= index < len(SYNAPSE_TESTS) else ""
    return name, float("nan") if condition is None else float(condition[row])


def _stimulus(p: Pulse, t: Array, channel: str) -> Stimulus:
    """Edges half way between the rows on either side of them."""
    start = 0.5 * float(t[max(p.start - 1, 0)] + t[p.start])
    end = 0.5 * float(t[p.end - 1] + t[min(p.end, len(t) - 1)])
    return Stimulus(start, end, ((channel, p.height),), p.start, p.end, p.next)


def _joined(spikes: Sequence[Stimulus], rows: int) -> list[Stimulus]:
    """Pulses of several channels that overlap are one event."""
    events: list[Stimulus] = []
    for s in spikes:
        if events and s.first < events[-1].last:
            e = events[-1]
            end, last = max(e.end, s.end), max(e.last, s.last)
            events[-1] = replace(e, end=end, last=last, heights=(*e.heights, *s.heights))
        else:
            events.append(s)
    following = [e.first for e in events[1:]] + [rows]
    return [replace(e, next=n) for e, n in zip(events, following, strict=True)]


def _top(t: Array, departure: Array, e: Stimulus, after: bool) -> int:
    """Row of the response to an event."""
    rows = np.arange(e.first, e.next)
    if after:
        between = np.arange(e.last, e.next)
        settled = between[t[between] >= e.end + SETTLED * e.width]
        rows = settled if len(settled) else between if len(between) else rows
    return int(rows[np.argmax(np.abs(departure[rows]))])


def alike(a: float, b: float) -> bool:
    """Return whether two widths, heights or periods are the same.

    >>> alike(1.0, 1.02), alike(1.0, 1.1)
    (True, False)
    """
    return abs(a - b) <= ALIKE * max(abs(a), abs(b))


def same_pulse(a: Stimulus, b: Stimulus) -> bool:
    """Return whether two events have the same width and heights."""
    if not alike(a.width, b.width) or len(a.heights) != len(b.heights):
        return False
    pairs = zip(sorted(a.heights), sorted(b.heights), strict=True)
    return all(x[0] == y[0] and alike(x[1], y[1]) for x, y in pairs)


def trains(run: Run) -> list[range]:
    """Cut the events of a run where a pause is much longer than the usual gap.

    The gap counts from end to start, so that letters of dots and dashes stay whole.
    """
    gaps = [b.start - a.end for a, b in itertools.pairwise(run.events)]
    if len(gaps) < 3:
        return [range(run.count)]
    usual = float(np.median(gaps))
    cuts = [0, *(k + 1 for k, g in enumerate(gaps) if g > LONG * usual), run.count]
    return [range(a, b) for a, b in itertools.pairwise(cuts)]
