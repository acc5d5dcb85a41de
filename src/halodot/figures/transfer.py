"""Figures of a transfer curve: mobility, threshold, on/off, swing, hysteresis, leakage."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .along_channel import along_figures
from .contacts import contact_figures
from .gate_sweep import LEAK, Fit, Sweep, at_largest, fit_of, leak_share
from .photoresponse import dark_rows, photo_figures, state_figures
from .state import Figure, Figures
from .tools import (
    Z90,
    missing,
    noise_of,
    runs_of,
    spread,
    straight_line,
    with_error,
)

Array = NDArray[np.float64]
GEOMETRY = ("channel_width", "channel_length", "gate_capacitance")


def extract_transfer(trace: Trace) -> Figures:
    """Extract the figures of merit of a transfer curve.

    mu_lin = L/(W C |Vd|) d|Id|/dVg where the overdrive exceeds |Vd|; mu_sat =
    2L/(W C) (d sqrt|Id|/dVg)^2 where |Vd| exceeds the overdrive. Each is a straight-line fit over
    its window; the largest local slope is given beside it, since a fit hides a kink and a local
    slope overstates the mobility of a contact-limited device.

    Raises
    ------
    InputError
        If no gate sweep has ten points.

    Reference: IEEE Std 1620-2008, test methods for organic transistors.

    Examples
    --------
    >>> import numpy as np
    >>> from halodot.figures.limits import make_trace, square_law
    >>> vg = np.linspace(20.0, -60.0, 161)
    >>> columns = {"gate_voltage": vg, "drain_current": square_law(vg, -80.0)}
    >>> trace = make_trace("transfer", columns, {}, drain_voltage=-80.0, channel_width=1e-3,
    ...                    channel_length=5e-5, gate_capacitance=1e-4)
    >>> f = extract_transfer(trace)
    >>> round(f["mobility_p"].value.value / 1e-5, 6), round(f["threshold_voltage"].value.value, 3)
    (1.0, -5.0)
    """
    whole, trace = trace, at_rest(trace)
    sign, share = _carrier(trace)
    sweeps = _sweeps(trace, sign)
    if not sweeps:
        raise InputError(
            trace.label,
            "no gate sweep of ten points",
            "a sweep of the gate voltage",
            "check --columns and --kind",
        )
    letter = "p" if sign < 0 else "n"
    text = "p where the current grows toward negative gate voltage, n where toward positive."
    figures = [Figure("polarity", computed(share, "1"), text, letter)]
    figures += _mobility(trace, sweeps, sign, letter)
    figures += _on_off(sweeps)
    figures += _swing(sweeps)
    figures.append(_hysteresis(sweeps, sign))
    figures += _leakage(sweeps)
    figures += along_figures(trace)
    figures += contact_figures(trace, sweeps, letter)
    figures += [*state_figures(whole), *photo_figures(whole)]
    said = (_leak(sweeps), _both_ways(sweeps, letter), _clipped(sweeps, sign))
    notes = (*trace.notes, *(text for text in said if text))
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, notes)


def _leak(sweeps: list[Sweep]) -> str:
    """Say that the drain current is that of the gate, empty where it is not."""
    shares = [leak_share(s) for s in sweeps]
    if not shares or min(shares) <= LEAK:
        return ""
    return (
        f"gate leakage: |Ig| is {100 * float(np.median(shares)):.2g} % of |Id| where the device is "
        "on, so that the drain current is not that of the channel"
    )


def _both_ways(sweeps: list[Sweep], letter: str) -> str:
    """Say that the current rises toward both ends, empty where it does not."""
    both = 0
    for s in sweeps:
        ends = [float(np.median(s.current[:3])), float(np.median(s.current[-3:]))]
        low = max(float(np.percentile(s.current, 2)), 1e-30)
        both += min(ends) > 100.0 * low and min(ends) > 1e-3 * max(ends)
    if 2 * both <= len(sweeps):
        return ""
    other = "n" if letter == "p" else "p"
    return (
        f"ambipolar: the current rises toward both ends of the gate sweep; the figures are of the "
        f"{letter} branch, that of {other} needs its own rows as a file"
    )


def _clipped(sweeps: list[Sweep], sign: int) -> str:
    """Say that the current stays put at the end of the sweep, empty where it does not."""
    starts = []
    for s in sweeps:
        top = float(np.median(s.current[-3:]))
        flat = np.abs(s.current - top) < 1e-3 * top
        run = len(flat) if flat.all() else int(np.argmin(flat[::-1]))
        if max(5, len(flat) // 20) <= run < len(flat) - 5:
            starts.append((float(s.over[-run]), top))
    if not starts or 2 * len(starts) <= len(sweeps):
        return ""
    gate, top = (float(np.median(x)) for x in zip(*starts, strict=True))
    return (
        f"the current stays at {top:.3g} A beyond a gate voltage of {sign * gate:.3g} V, as under "
        "a compliance: on_current and on_off_ratio are lower bounds, fits need rows below it"
    )


def at_rest(trace: Trace) -> Trace:
    """Return the rows in the dark, of the erased or initial state: those of the transistor itself.

    All rows of a record that says nothing of light and state.
    """
    rows = dark_rows(trace)
    state = trace.columns.get("state")
    if state is not None and np.any(state[rows] == state[rows]):
        held = {float(x) for x in state[rows] if x == x}
        first = next(x for x in (0.0, 2.0, 1.0) if x in held)
        rows = rows & (state == first)
    if rows.all():
        return trace
    columns = {k: v[rows] for k, v in trace.columns.items()}
    status = tuple(x for x, r in zip(trace.point_status, rows, strict=False) if r)
    note = f"figures of the transistor are of the {int(rows.sum())} rows in the dark, at rest"
    return replace(
        trace,
        columns=columns,
        sweep=trace.sweep[rows],
        point_status=status,
        notes=(*trace.notes, note),
    )


def _carrier(trace: Trace) -> tuple[int, float]:
    """Side on which the current is larger, and how many sweeps agree."""
    votes = []
    for rows in runs_of(trace, "gate_voltage"):
        vg, i = trace.columns["gate_voltage"][rows], np.abs(trace.columns["drain_current"][rows])
        if len(rows) >= 5:
            order = np.argsort(vg)
            k = max(len(rows) // 10, 1)
            votes.append(1 if np.median(i[order[-k:]]) >= np.median(i[order[:k]]) else -1)
    sign = 1 if sum(votes) >= 0 else -1
    return sign, votes.count(sign) / max(len(votes), 1)


def _sweeps(trace: Trace, sign: int) -> list[Sweep]:
    found = []
    stated = trace.parameters.get("drain_voltage")
    for rows in runs_of(trace, "gate_voltage"):
        vg, i = trace.columns["gate_voltage"][rows], trace.columns["drain_current"][rows]
        if len(rows) < 10 or np.ptp(vg) == 0.0:
            continue
        drain = math.nan if stated is None or not stated.is_known else abs(float(stated))
        column = trace.columns.get("drain_voltage")
        if column is not None and np.any(np.isfinite(column[rows])):
            drain = abs(float(np.nanmedian(column[rows])))
        order = np.argsort(sign * vg, kind="stable")
        gate = trace.columns.get("gate_current")
        forward = bool(sign * (vg[-1] - vg[0]) > 0)
        found.append(
            Sweep(
                (sign * vg)[order],
                np.abs(i)[order],
                drain,
                forward,
                None if gate is None else np.abs(gate[rows])[order],
                i[order],
            )
        )
    return found


def _mobility(trace: Trace, sweeps: list[Sweep], sign: int, letter: str) -> list[Figure]:
    lack_drain = not any(math.isfinite(s.drain) for s in sweeps)
    lack = missing(trace, *GEOMETRY, *(["drain_voltage"] if lack_drain else []))
    figures: list[Figure] = []
    best: Figure | None = None
    thresholds: Figure | None = None
    for name, linear in (("saturation", False), ("linear", True)):
        fits = [(s, f) for s in sweeps if (f := fit_of(s, linear=linear)) is not None]
        none = _leak(sweeps) or f"no sweep reaches the {name} regime"
        mobility, largest = _pair(trace, fits, lack, name, letter, linear, none)
        threshold = _threshold(fits, sign, lack_drain, name, none)
        figures += [mobility, largest, threshold]
        if mobility.value.is_known and best is None:
            best = mobility
        if threshold.value.is_known and thresholds is None:
            thresholds = threshold
    best, thresholds = best or figures[0], thresholds or figures[2]
    return [
        Figure(f"mobility_{letter}", best.value, best.definition),
        Figure("threshold_voltage", thresholds.value, thresholds.definition),
        *figures,
    ]


def _pair(
    trace: Trace,
    fits: list[tuple[Sweep, Fit]],
    lack: str,
    name: str,
    letter: str,
    linear: bool,
    none: str,
) -> tuple[Figure, Figure]:
    how = "L/(W C |Vd|) d|Id|/dVg" if linear else "2 L/(W C) (d sqrt|Id|/dVg)^2"
    where = "overdrive above |Vd|" if linear else "overdrive between 25 % of its reach and |Vd|"
    fitted = f"{how}, straight-line fit, {where}; spread over sweeps and directions."
    local = f"{how}, steepest third of the same window."
    names = (f"mobility_{letter}_{name}", f"mobility_{letter}_{name}_max")
    if lack or not fits:
        reason = lack or (f"{none} over enough of its gate range" if "reaches" in none else none)
        unknown = Sourced.unknown("m2/Vs", reason)
        return Figure(names[0], unknown, fitted), Figure(names[1], unknown, local)
    scale = _scale(trace)

    def mobility(slope: float, drain: float) -> float:
        return scale * slope / drain if linear else 2.0 * scale * slope**2

    values = [mobility(f.slope, s.drain) for s, f in fits]
    power = 1.0 if linear else 2.0
    errors = [v * power * f.slope_error / f.slope for v, (_, f) in zip(values, fits, strict=True)]
    tops = [mobility(f.steepest, s.drain) for s, f in fits]
    return (
        Figure(names[0], _combine(values, errors, "m2/Vs"), fitted),
        Figure(names[1], spread(tops, "m2/Vs", ""), local),
    )


def _scale(trace: Trace) -> float:
    width, length, capacitance = (float(trace.parameters[n]) for n in GEOMETRY)
    return length / (width * capacitance)


def _combine(values: list[float], errors: list[float], unit: str) -> Sourced:
    """One sweep: fit error; several: spread of the sweeps or the fit errors, the wider."""
    if len(values) == 1:
        return with_error(values[0], errors[0], unit, "interval of the fit")
    s, error = spread(values, unit, ""), float(np.median(errors)) * Z90
    mid = float(s)
    low, high = min(s.low or mid, mid - error), max(s.high or mid, mid + error)
    return computed(mid, unit, low, high, note=f"spread over {len(values)} sweeps")


def _threshold(
    fits: list[tuple[Sweep, Fit]], sign: int, lack_drain: bool, name: str, none: str
) -> Figure:
    line = "|Id|, less |Vd|/2" if name == "linear" else "sqrt|Id|"
    text = f"Gate voltage at which the straight line through {line} in the {name} regime is zero."
    key = f"threshold_voltage_{name}"
    if not fits:
        reason = 'needs drain voltage: give --drain-voltage "-60 V"'
        reason = reason if lack_drain else none
        return Figure(key, Sourced.unknown("V", reason), text)
    values = [sign * f.threshold for _, f in fits]
    return Figure(key, _combine(values, [f.threshold_error for _, f in fits], "V"), text)


def _on_off(sweeps: list[Sweep]) -> list[Figure]:
    every, sweeps = sweeps, at_largest(sweeps)
    where = f"at |Vd| = {sweeps[0].drain:.3g} V" if len(sweeps) < len(every) else ""
    ratios, on, off, floored = [], [], [], 0
    for s in sweeps:
        k = max(len(s.current) // 20, 1)
        top, bottom = np.sort(s.current)[-k:], np.sort(s.current)[:k]
        on.append(float(np.median(top)))
        low, floor = float(np.median(bottom)), _floor(s)
        floored += low <= floor
        off.append(max(low, floor))
        ratios.append(on[-1] / off[-1] if off[-1] > 0 else math.inf)
    none = "the off current is exactly zero: no ratio"
    bound = "off current at the noise: a lower bound" if 2 * floored > len(sweeps) else ""
    note = "; ".join(x for x in (where, bound) if x)
    return [
        Figure(
            "on_off_ratio",
            spread(ratios, "1", none, note),
            "Median of the highest 5 % of |Id| over that of the lowest 5 %, per sweep; the latter "
            "not below the noise; of the largest drain voltage where there are several.",
        ),
        Figure("off_current", spread(off, "A", "", note), "Median of the lowest 5 % of |Id|."),
        Figure("on_current", spread(on, "A", "", where), "Median of the highest 5 % of |Id|."),
        Figure(
            "drain_voltage",
            _drain([s.drain for s in every]),
            "Magnitude of the drain bias of the sweeps.",
        ),
    ]


def _floor(sweep: Sweep) -> float:
    """Noise of the readings around the off current: signs change there, so |Id| says too little."""
    quiet = sweep.current < 10.0 * float(np.percentile(sweep.current, 20)) + 1e-30
    signed = sweep.signed[quiet]
    if np.sum(quiet) < 8 or np.ptp(np.sign(signed)) < 2:
        return 0.0
    return noise_of(signed)


def _drain(values: list[float]) -> Sourced:
    known = sorted({v for v in values if math.isfinite(v)})
    if len(known) == 1:
        return Sourced(known[0], "V", basis="given")
    reason = "the sweeps have several drain voltages" if known else "the record holds none"
    return Sourced.unknown("V", reason)


def _swing(sweeps: list[Sweep]) -> list[Figure]:
    found = [best for s in sweeps if math.isfinite((best := _best_swing(s))[0])]
    text = "Smallest dVg/dlog10|Id| over runs of one decade or more above the noise (300 K floor: "
    text += "0.0595 V per decade)."
    none = "the current never rises by a decade above its noise"
    q = spread([v for v, _ in found], "V/dec", none)
    steps = [step for _, step in found if step > 0.0]
    if len(steps) > len(found) / 2:
        note = f"not resolved: one step of {float(np.median(steps)):.3g} V takes more than a third "
        note += "of a decade's rise; an upper bound"
        q = computed(float(q), "V/dec", 0.0, max(v for v, _ in found), note=note)
    return [Figure("subthreshold_swing", q, text)]


def _best_swing(sweep: Sweep) -> tuple[float, float]:
    """Smallest swing and, where fewer than four points stand in a decade, the step of the gate.

    Then the swing is that of the steepest two neighbours: no part of the curve is bound to be
    flatter than they are.
    """
    quiet = np.sort(sweep.current)[: max(len(sweep.current) // 10, 3)]
    floor = 3.0 * noise_of(sweep.current[sweep.current <= np.median(quiet) * 3.0])
    good = sweep.current > max(floor, 2.0 * float(np.median(quiet)), 1e-30)
    start = len(good) - int(np.argmin(good[::-1])) if not good.all() else 0
    v, y = sweep.over[start:], np.log10(np.maximum(sweep.current[start:], 1e-30))
    rise = np.maximum.accumulate(y)
    slopes, coarse = [], []
    for k in range(len(v)):
        end = int(np.searchsorted(rise, y[k] + 1.0))
        if end >= len(v):
            continue
        if end - k >= 3:
            slopes.append(straight_line(v[k : end + 1], y[k : end + 1])[0])
        else:  # the decade is jumped
            each = np.diff(y[k : end + 1]) / np.diff(v[k : end + 1])
            coarse.append((float(each.max()), float(np.min(np.diff(v[k : end + 1])))))
    if start > 0 and len(v) > 1 and y[0] > math.log10(max(sweep.current[start - 1], 1e-30)) + 0.5:
        below = math.log10(max(float(sweep.current[start - 1]), floor, 1e-30))
        step = float(v[0] - sweep.over[start - 1])
        coarse.append((float(y[0] - below) / step, step))
    fine = max(slopes, default=0.0)
    steepest, step = max(coarse, default=(0.0, 0.0))
    if steepest > fine:
        return 1.0 / steepest, step
    return (1.0 / fine if fine > 0 else math.nan), 0.0


def _hysteresis(sweeps: list[Sweep], sign: int) -> Figure:
    """Shift at constant current between each pair of a forward and a backward sweep."""
    shifts, pairs = [], 0
    for a, b in itertools.pairwise(sweeps):
        same = a.drain == b.drain or math.isnan(a.drain)
        if a.forward != b.forward and same:
            pairs += 1
            first, second = (a, b) if a.forward else (b, a)
            top = min(a.current.max(), b.current.max())
            low = max(np.percentile(a.current, 5), np.percentile(b.current, 5))
            level = math.sqrt(top * max(low, 1e-6 * top))
            shifts.append(sign * (_gate_at(second, level) - _gate_at(first, level)))
    text = "Gate voltage of the sweep toward off less that of the sweep toward on, at the current "
    text += "midway (in decades) between off and on."
    none = "both directions are there, but they never cross the same current: the hysteresis is "
    none = none + "wider than the sweep" if pairs else "one direction only"
    return Figure("hysteresis_voltage", spread(shifts, "V", none), text)


def _gate_at(sweep: Sweep, level: float) -> float:
    """Median gate voltage of the crossings of `level`."""
    above = sweep.current >= level
    k = np.flatnonzero(above[1:] & ~above[:-1])
    if not len(k):
        return math.nan
    x0, x1 = sweep.over[k], sweep.over[k + 1]
    y0 = np.log(np.maximum(sweep.current[k], 1e-30))
    y1 = np.log(sweep.current[k + 1])
    return float(np.median(x0 + (x1 - x0) * (math.log(level) - y0) / (y1 - y0)))


def _leakage(sweeps: list[Sweep]) -> list[Figure]:
    tops = [
        float(np.nanmax(s.gate_current))
        for s in sweeps
        if s.gate_current is not None and np.any(np.isfinite(s.gate_current))
    ]
    none = "the record holds no gate current"
    return [Figure("gate_leakage", spread(tops, "A", none), "Largest |Ig| of each sweep.")]
