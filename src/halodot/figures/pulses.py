"""Figures of a pulse record: responses, paired-pulse facilitation, weights, energy."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .edges import edge_figures
from .state import Figure, Figures
from .tools import OPTIONS, error_of, known_unless, spread, sweeps_of
from .weights import weight_figures

Array = NDArray[np.float64]
STIMULI = ("light", "light_power", "source_voltage", "voltage", "gate_voltage")
MEASURED = ("current", "drain_current", "conductance")
LIGHT = STIMULI[:2]


@dataclass(frozen=True)
class Pulse:
    """One pulse: rows [start, end), and the rows until the next one."""

    start: int
    end: int
    next: int
    height: float
    train: str = ""


def extract_pulses(trace: Trace) -> Figures:
    """Extract figures of a pulse record, or of a list of weights against pulse number.

    A list of weights (`conductance`, or `current` without `time`) gives the weight update. A
    record in time with its stimulus (`light`, `voltage` or `gate_voltage`) gives responses,
    paired-pulse index and energy, and the weight after each pulse.

    Raises
    ------
    InputError
        If the record in time has no stimulus column.

    Examples
    --------
    >>> from halodot.figures.limits import make_trace, neurosim_curve
    >>> g = 1e-6 * (1 + neurosim_curve(np.linspace(0, 1, 64), 0.5))
    >>> f = extract_pulses(make_trace("pulses", {"conductance": g}, {"conductance": "S"}))
    >>> round(f["nonlinearity_potentiation"].value.value, 2)
    2.4
    """
    if "time" in trace.columns and any(s in trace.columns for s in STIMULI):
        figures = _in_time(trace)
    elif "time" in trace.columns and "pulse" not in trace.columns:
        raise InputError(
            trace.label,
            "a record in time without stimulus",
            "a column of " + " or ".join(STIMULI),
            'name it: --columns "time=N,current=N,light=N" (column numbers)',
        )
    else:
        name = next((n for n in reversed(MEASURED) if n in trace.columns), "current")
        runs = [r for rows in sweeps_of(trace) for r in _runs(trace.columns[name][rows])]
        if not runs:
            raise InputError(trace.label, "no run of three weights", "weights against pulse", "")
        figures = weight_figures(runs, trace.units.get(name, "S"))
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, trace.notes)


def _runs(weight: Array) -> list[Array]:
    """Cut a list of weights where potentiation turns into depression and back."""
    from .sweeps import turning_points

    width = max(3, len(weight) // 20) | 1
    edge = np.pad(weight, width // 2, mode="edge")
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(edge, width), axis=1)
    span = float(np.ptp(smooth))
    turns = []
    for k in turning_points(np.round(smooth / (span or 1.0), 12)):
        near = slice(max(0, k - width), k + width + 1)
        peak = np.argmax(weight[near]) if smooth[k] > np.median(weight) else np.argmin(weight[near])
        turns.append(near.start + int(peak))
    edges = [0, *[t + 1 for t in turns], len(weight)]
    pieces = [weight[a:b] for a, b in itertools.pairwise(edges)]
    return [p for p in pieces if len(p) >= 3 and np.ptp(p) > 0.2 * span and p[-1] != p[0]]


def find_pulses(stimulus: Array) -> list[Pulse]:
    """Find the pulses of a stimulus as departures from its level at the start.

    >>> [(p.start, p.end) for p in find_pulses(np.array([0.0, 0, 1, 1, 0, 0, 1, 0, 0, 0]))]
    [(2, 4), (6, 7)]
    """
    height = stimulus - float(stimulus[0])
    top = float(np.max(np.abs(height)))
    if top == 0.0:
        return []
    level = np.where(height > 0.25 * top, 1, np.where(height < -0.25 * top, -1, 0))
    edges = np.flatnonzero(np.diff(level)) + 1
    starts = [int(e) for e in edges if level[e] != 0]
    found = []
    for k, start in enumerate(starts):
        end = int(next((e for e in edges if e > start), len(level)))
        following = starts[k + 1] if k + 1 < len(starts) else len(level)
        found.append(Pulse(start, end, following, float(np.median(height[start:end]))))
    return found


def _merged(trains: list[list[Pulse]], rows: int) -> list[Pulse]:
    """Pulses of all stimuli in order: light may potentiate what a voltage depresses."""
    pulses = sorted((p for train in trains for p in train), key=lambda p: p.start)
    following = [p.start for p in pulses[1:]] + [rows]
    return [replace(p, next=n) for p, n in zip(pulses, following, strict=True)]


def _share(part: float, whole: float) -> Sourced:
    if whole == 0.0:
        return Sourced.unknown("1", "the pulse changes nothing: no ratio")
    return computed(part / whole, "1")


def _in_time(trace: Trace) -> list[Figure]:
    names = [s for s in STIMULI if s in trace.columns and np.ptp(trace.columns[s]) > 0]
    if "source_voltage" in names and "voltage" in names:
        names.remove("voltage")  # the device answers; the source is what was done
    t = trace.columns["time"]
    measured = next(n for n in MEASURED if n in trace.columns)
    response, unit = trace.columns[measured], trace.units.get(measured, "A")
    pulses = _merged(
        [[replace(p, train=n) for p in find_pulses(trace.columns[n])] for n in names], len(t)
    )
    if not pulses:
        raise InputError(trace.label, "a constant stimulus", "pulses of the stimulus", "")
    first = pulses[0]
    before = response[: first.start] if first.start > 0 else response[:1]
    baseline = float(np.median(before))
    # the response to light or a gate pulse peaks at or after its end; look until the next one
    peaks = [_peak(response[p.start : p.next] - baseline) for p in pulses]
    floor = error_of(trace, measured)
    base = float(np.median(floor[: max(first.start, 1)]))  # that of the baseline
    tops = [p.start + _top(response[p.start : p.next] - baseline) for p in pulses]
    errors = [float(floor[k]) + base for k in tops]
    tangled = _tangled(pulses)
    lost = [tangled or _hidden(a, e) for a, e in zip(peaks, errors, strict=True)]
    rest = floor[pulses[-1].end : pulses[-1].next]
    # of a record without errors, nothing left is nothing left
    left = base + float(np.median(_last(rest))) if "error" in trace.columns and len(rest) else 0.0
    figures = [
        Figure(
            "pulses",
            computed(float(len(pulses)), "1"),
            f"Departures of {' and '.join(names)} from rest.",
        ),
        Figure("baseline", computed(baseline, unit), "Median current before the first pulse."),
        Figure(
            "response_first",
            known_unless(lost[0], computed(peaks[0], unit)),
            "A1: largest departure from the baseline, from the first pulse to the next.",
        ),
        *_ratios(t, pulses, peaks, lost, tangled),
        _retained(response, baseline, pulses, peaks, left, lost[-1]),
        *_energy(trace, pulses, names),
        *edge_figures(t, response, pulses, baseline),
    ]
    if len(pulses) >= 6:
        gaps = [response[p.end : p.next] for p in pulses]
        after = np.array([float(np.median(_last(gap))) for gap in gaps if len(gap)])
        runs = _runs(np.concatenate([[baseline], after]))
        figures += weight_figures(runs, unit) if runs else []
    return figures


def _top(departure: Array) -> int:
    return int(np.argmax(np.abs(departure))) if len(departure) else 0


def _peak(departure: Array) -> float:
    return float(departure[_top(departure)]) if len(departure) else 0.0


def _hidden(departure: float, error: float) -> str:
    """Why a departure is no response, empty where it stands above its numerical error."""
    if abs(departure) > error:
        return ""
    if error == 0.0:
        return "the pulse changes nothing: no ratio"
    return f"a response of {abs(departure):.2g} lies below its numerical error, {error:.2g}"


def _tangled(pulses: list[Pulse]) -> str:
    """Why no response belongs to one pulse, empty where each does."""
    for first, second in itertools.pairwise(pulses):
        if second.start < first.end:
            both = " and ".join(sorted({first.train, second.train}))
            return f"pulses of {both} overlap: no response belongs to one of them"
    trains = {p.train for p in pulses}
    if trains & set(LIGHT) and pulses[0].train not in LIGHT:
        return f"the first pulse is one of {pulses[0].train} in the dark, not of the light train"
    return ""


def _last(rows: Array) -> Array:
    """Last third of a gap: the weight after the transient."""
    return rows[-max(len(rows) // 3, 1) :]


def _ratios(
    t: Array, pulses: list[Pulse], peaks: list[float], lost: list[str], tangled: str
) -> list[Figure]:
    how = "over A1, both from the baseline before the train"
    none = "a single pulse"
    if len(pulses) < 2:
        return [Figure("ppf_index", Sourced.unknown("1", none), f"A2 {how}.")]
    gap = float(t[pulses[1].start] - t[min(pulses[0].end, len(t) - 1)])
    onset = float(t[pulses[1].start] - t[pulses[0].start])
    other = "" if pulses[0].train == pulses[1].train else "the first two pulses are of two trains"
    pair = lost[0] or lost[1] or other
    clash = tangled if gap < 0 else ""
    figures = [
        Figure(
            "ppf_index",
            known_unless(pair, _share(peaks[1], peaks[0])),
            f"A2 {how}; 1 is no facilitation.",
        ),
        Figure(
            "pulse_gap",
            known_unless(clash, computed(gap, "s")),
            "End of the first pulse to start of the second.",
        ),
        Figure("pulse_period", computed(onset, "s"), "Start of the first to start of the second."),
    ]
    if len(pulses) > 2:
        other = "" if pulses[0].train == pulses[-1].train else "first and last are of two trains"
        gain = known_unless(lost[0] or lost[-1] or other, _share(peaks[-1], peaks[0]))
        figures.append(Figure("train_gain", gain, f"A{len(pulses)} {how}."))
    return figures


def _retained(
    response: Array,
    baseline: float,
    pulses: list[Pulse],
    peaks: list[float],
    error: float,
    lost: str,
) -> Figure:
    text = "Departure in the last third after the last pulse over its peak departure."
    after = response[pulses[-1].end : pulses[-1].next]
    if not len(after):
        reason = "the record ends with the last pulse"
        return Figure("retained_share", Sourced.unknown("1", reason), text)
    end = float(np.median(_last(after))) - baseline
    share = known_unless(lost, _share(end, peaks[-1]))
    if share.is_known and error > 0.0 and abs(end) <= error:
        reason = f"what is left, {abs(end):.2g}, lies below its numerical error, {error:.2g}"
        share = Sourced.unknown("1", reason)
    return Figure("retained_share", share, text)


def _energy(trace: Trace, pulses: list[Pulse], stimuli: list[str]) -> list[Figure]:
    """Electrical energy per pulse; optical energy apart, since papers count one or the other."""
    t = trace.columns["time"]
    text = "Integral of |V I| dt over each pulse; optical energy is apart."
    bias = trace.columns.get("drain_voltage")
    if bias is None or not np.any(np.isfinite(bias)):
        bias = trace.columns.get("voltage")
    current = trace.columns.get("current", trace.columns.get("drain_current"))
    figures = []
    if bias is None or current is None:
        reason = "needs the voltage across the current path: " + OPTIONS["drain_voltage"]
        stated = trace.parameters.get("drain_voltage")
        bias = None if stated is None or not stated.is_known else np.full(len(t), float(stated))
        if bias is None or current is None:
            figures.append(Figure("energy_per_pulse", Sourced.unknown("J", reason), text))
    if bias is not None and current is not None:
        power = np.abs(bias * current)
        joules = [_integral(power, t, p) for p in pulses]
        figures.append(Figure("energy_per_pulse", spread(joules, "J", ""), text))
    if "light" in stimuli:
        doses = [_integral(np.abs(trace.columns["light"]), t, p) for p in pulses]
        doses = [d for d in doses if d > 0]
        words = "Integral of the irradiance over each pulse."
        figures.append(Figure("dose_per_pulse", spread(doses, "J/m2", ""), words))
    return figures


def _integral(y: Array, t: Array, pulse: Pulse) -> float:
    """Integral over a pulse sampled with its value held until the next row."""
    end = min(pulse.end, len(t) - 1)
    return float(np.sum(y[pulse.start : end] * np.diff(t[pulse.start : end + 1])))
