"""Figures of a retention record: how long the states last, measured and extrapolated."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .state import Figure, Figures
from .tools import Z90, error_of, straight_line, sweeps_of

Array = NDArray[np.float64]
RATIO_THRESHOLD = 10.0
TEN_YEARS = 10 * 365.25 * 86400.0


def extract_retention(trace: Trace) -> Figures:
    """Extract retention figures of one or two states against time.

    Two records (on and off) give the window; one gives the decay of its state. The line
    log10(value) = a + b log10(t) is fitted over the last half of the decades measured.
    Extrapolated times say so and are cut at ten years: nothing was measured there.

    Raises
    ------
    InputError
        If no record has five points after time zero.

    Examples
    --------
    >>> from halodot.figures.limits import make_trace
    >>> t = np.logspace(0, 4, 41)
    >>> columns = {"time": t, "current": 1e-3 * t**-0.1}
    >>> f = extract_retention(make_trace("retention", columns, {"current": "A"}))
    >>> round(f["drift_exponent"].value.value, 6), f["measured_span"].value.value
    (-0.1, 10000.0)
    """
    states = _states(trace)
    if not states:
        raise InputError(trace.label, "no record of five points", "a state against time", "")
    states = sorted(states, key=lambda s: -float(np.median(s[1])))
    figures = [_span(states)]
    if len(states) > 1:
        hidden = states[1].hidden or states[0].hidden
        figures += _resolved(_window(*states[0][:2], *states[1][:2]), hidden)
    figures += _resolved(_decay(*states[0][:2]), states[0].hidden)
    notes = trace.notes
    if len(states) > 2:
        notes = (*notes, f"{len(states)} records: highest and second highest were compared")
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, notes)


class _State(NamedTuple):
    """Time, conduction, and why part of it is no signal: from a time [s] on, or none."""

    time: Array
    conduction: Array
    hidden: tuple[float, str] | None


def _resolved(figures: list[Figure], hidden: tuple[float, str] | None) -> list[Figure]:
    """Unknown what uses readings below their error; a time measured before them stands."""
    if hidden is None:
        return figures
    since, reason = hidden
    kept = []
    for f in figures:
        timed = f.value.unit == "s" and f.value.is_known and "EXTRAPOLATED" not in f.value.note
        early = timed and float(f.value) < since
        kept.append(f if early else replace(f, value=Sourced.unknown(f.value.unit, reason)))
    return kept


def _hidden(t: Array, y: Array, error: Array) -> tuple[float, str] | None:
    below = np.flatnonzero(y <= error)
    if not len(below):
        return None
    k = int(below[0])
    reason = f"from {t[k]:.3g} s on the state, {y[k]:.2g}, lies below its numerical error, "
    return float(t[k]), f"{reason}{error[k]:.2g}"


def _states(trace: Trace) -> list[_State]:
    """Return time and conduction of each record; resistances are turned over."""
    names = ("current", "drain_current", "conductance", "resistance", "current_density")
    name = next(n for n in names if n in trace.columns)
    found = []
    floor = error_of(trace, name) if "error" in trace.columns else np.zeros(len(trace))
    for rows in sweeps_of(trace):
        t, y = trace.columns["time"][rows], np.abs(trace.columns[name][rows])
        good = (t > 0) & (y > 0) & np.isfinite(y)
        if np.sum(good) >= 5:
            order = np.argsort(t[good], kind="stable")
            y = 1.0 / y[good] if name == "resistance" else y[good]
            t, error = t[good][order], floor[rows][good][order]
            found.append(_State(t, y[order], _hidden(t, y[order], error)))
    return found


def _span(states: list[_State]) -> Figure:
    span = min(float(t[-1]) for t, _, _ in states)
    return Figure("measured_span", computed(span, "s"), "Last time at which every state was read.")


def _tail(t: Array) -> NDArray[np.bool_]:
    middle = math.sqrt(float(t[0]) * float(t[-1]))
    late = t >= middle
    return late if np.sum(late) >= 5 else np.ones(len(t), bool)


def _drift(t: Array, y: Array) -> tuple[float, float, float]:
    """Slope and intercept of log10 y against log10 t over the last half of the decades."""
    rows = _tail(t)
    slope, cut, cov = straight_line(np.log10(t[rows]), np.log10(y[rows]))
    return slope, cut, float(np.sqrt(cov[0, 0]))


def _window(t_on: Array, on: Array, t_off: Array, off: Array) -> list[Figure]:
    grid = np.unique(np.concatenate([t_on, t_off]))
    grid = grid[(grid >= max(t_on[0], t_off[0])) & (grid <= min(t_on[-1], t_off[-1]))]
    log = np.interp(np.log(grid), np.log(t_on), np.log(on))
    ratio = np.exp(log - np.interp(np.log(grid), np.log(t_off), np.log(off)))
    k = max(len(ratio) // 10, 1)
    spans = [float(np.median(ratio[:k])), float(np.median(ratio[-k:]))]
    text = f"Time at which the on/off ratio falls to {RATIO_THRESHOLD:g}"
    return [
        Figure("on_off_ratio_start", computed(spans[0], "1"), "Ratio in the first tenth."),
        Figure("on_off_ratio_end", computed(spans[1], "1"), "Ratio in the last tenth."),
        *_time_to(grid, ratio, RATIO_THRESHOLD, "retention_time", text),
    ]


def _decay(t: Array, y: Array) -> list[Figure]:
    slope, _, error = _drift(t, y)
    k = max(len(y) // 10, 1)
    start, end = float(np.median(y[:3])), float(np.median(y[-k:]))
    text = "Slope of log10(on state) against log10(t) over the last half of the decades."
    drift = computed(slope, "1", slope - Z90 * error, slope + Z90 * error)
    return [
        Figure("drift_exponent", drift, text),
        Figure(
            "retained_share",
            computed(end / start, "1"),
            "On state in the last tenth of the points over the median of the first three.",
        ),
        *_time_to(
            t,
            y / start,
            0.5,
            "half_life",
            "Time at which the on state falls to one half of its first three readings",
        ),
    ]


def _time_to(t: Array, y: Array, level: float, name: str, text: str) -> list[Figure]:
    """Measured crossing, or the extrapolated one, which is marked and cut at ten years."""
    width = max(len(y) // 20, 1)
    smooth = np.convolve(np.log(y), np.ones(width) / width, mode="valid")
    below = np.flatnonzero(smooth < math.log(level))
    if len(below):
        k = int(below[0])
        value = computed(float(t[k + width // 2]), "s", note="measured")
        return [Figure(name, value, f"{text}, measured.")]
    slope, cut, error = _drift(t, y)
    reason = f"not reached within the measured {t[-1]:.3g} s"
    words = f"{text}; extrapolated along the line log-log, at most ten years."
    known = Sourced.unknown("s", reason)
    figures = [Figure(name, known, f"{text}, measured.")]
    key = f"{name}_extrapolated"
    if slope + Z90 * error >= 0:
        figures.append(Figure(key, Sourced.unknown("s", f"{reason}; no drift resolved"), words))
        return figures

    def cross(b: float) -> float:
        """Time of the line through the middle of the tail with slope b."""
        middle = float(np.mean(np.log10(t[_tail(t)])))
        here = cut + slope * middle
        exponent = middle + (math.log10(level) - here) / b
        return min(10.0**exponent if exponent < 300 else math.inf, TEN_YEARS)

    ends = sorted([cross(slope - Z90 * error), cross(slope + Z90 * error)])
    note = f"EXTRAPOLATED beyond the measured {t[-1]:.3g} s"
    if cross(slope) == TEN_YEARS:
        note += "; the line stays above for more than ten years, where it is cut"
    value = computed(cross(slope), "s", ends[0], ends[1], note=note)
    return [*figures, Figure(key, value, words)]
