"""Figures of a two-terminal sweep: switching voltages, window, states, hysteresis, power."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .distributions import statistics_figures
from .gaps import Gaps, without_gaps
from .light_out import light_figures
from .loops import SMALLEST, Branch, Loop, at, branches_of, current_of, loops_of, voltage_of
from .mechanism import of_loops
from .photoresponse import photo_figures
from .solar import solar_figures
from .state import Figure, Figures
from .sweeps import split_directions
from .switching import LEAST_RATIO, Event, compliance_of, find_event, jump_of, window_of
from .tools import OPTIONS, spread, sweeps_of

READ_SHARE = 0.2
LEAST_CURRENT = 1e-18  # A: below it nothing is measured, electrons come minutes apart


@dataclass(frozen=True)
class _Cut:
    branches: list[Branch]
    loops: list[Loop]
    events: list[Event]
    switched: list[tuple[Loop, Event]]
    unit: str
    apart: int  # sweeps that share no voltages with their return


def extract_iv(trace: Trace, gaps: Gaps | None = None) -> Figures:
    """Extract the figures of merit of a two-terminal sweep.

    Every outward branch (|V| rising) is compared with the inward branch that follows it on the
    same polarity; see `switching.find_event`. "No switching" is an answer: `switching` is 0 and
    the voltages are unknown with that reason. The 90 % interval is the spread over cycles.

    Steady currents have no loop: they carry rectification and light only. Sweeps with points that
    did not converge (`gaps`) are left out; a figure that needs them is unknown.

    Raises
    ------
    InputError
        If the record has no sweep of at least four points on one polarity.

    Examples
    --------
    >>> import numpy as np
    >>> from halodot.figures.limits import ideal_switch
    >>> f = extract_iv(ideal_switch(set_voltage=1.0, reset_voltage=-0.8))
    >>> round(f["set_voltage"].value.value, 1), round(f["reset_voltage"].value.value, 1)
    (1.0, -0.8)
    """
    gaps = gaps or Gaps()
    if "steady" in trace.parameters:
        return Figures(
            trace.kind, trace.label, tuple(_steady(trace, gaps)), trace.status, trace.notes
        )
    whole, trace = trace, _of_dark(trace, gaps)
    cut = _cut(trace, gaps)
    notes = (*trace.notes, *_apart(cut))
    figures = without_gaps(_all(trace, cut), _lost(trace, cut, gaps), gaps.which)
    if whole is not trace:
        return Figures(
            trace.kind,
            trace.label,
            (*figures, *light_figures(whole), *photo_figures(whole)),
            trace.status,
            (*notes, f"loops are of the {len(trace)} rows in the dark"),
        )
    figures += [*solar_figures(trace, gaps), *light_figures(trace), *photo_figures(trace)]
    if "light_at_set_voltage" in trace.parameters:
        text = "Light in which the cell sets at the voltage that the protocol names."
        figures.append(
            Figure("light_at_set_voltage", trace.parameters["light_at_set_voltage"], text)
        )
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, notes)


def _of_dark(trace: Trace, gaps: Gaps) -> Trace:
    """Return the dark rows where whole sweeps are dark and others lit, else the trace itself."""
    light = trace.columns.get("light", trace.columns.get("light_power"))
    if light is None or gaps.which or not np.any(light == 0.0) or np.all(light == 0.0):
        return trace
    if any(len(np.unique(light[rows])) > 1 for rows in sweeps_of(trace)):
        return trace
    return _rows(trace, light == 0.0)


def _rows(trace: Trace, rows: NDArray[np.bool_]) -> Trace:
    columns = {k: v[rows] for k, v in trace.columns.items()}
    status = tuple(x for x, r in zip(trace.point_status, rows, strict=False) if r)
    return replace(trace, columns=columns, sweep=trace.sweep[rows], point_status=status)


def _all(trace: Trace, cut: _Cut) -> list[Figure]:
    return [
        *_switching(cut),
        *_voltages(cut),
        *_states(trace, cut),
        *_shape(cut),
        *_limits(cut),
        *_spreads(trace, cut),
        *(of_loops(trace) if cut.switched else []),
    ]


def _steady(trace: Trace, gaps: Gaps) -> list[Figure]:
    text = "|I(+V)| / |I(-V)| at the largest common |V|."
    current, _ = current_of(trace)
    branches = branches_of(voltage_of(trace), current)
    sides = {s: [b for b in branches if b.sign == s][:1] for s in (1, -1)}
    ratio = Figure("rectification_ratio", _ratio_of(sides[1], sides[-1]), text)
    ratios = without_gaps([ratio], {1, -1} if gaps.which else set(), gaps.which)
    return [*ratios, *solar_figures(trace, gaps), *light_figures(trace)]


def _lost(trace: Trace, cut: _Cut, gaps: Gaps) -> set[int]:
    """Polarities on which points failed and no whole sweep is left."""
    if not gaps.which:
        return set()
    voltage = voltage_of(trace)
    v = voltage[gaps.beside]
    left = {loop.sign for loop in cut.loops}
    if not split_directions(voltage[np.isfinite(voltage)]).any():
        left = {b.sign for b in cut.branches if b.whole}  # a sweep one way has no loop
    return {s for s in (1, -1) if np.any(v * s > 0) and s not in left}


def _cut(trace: Trace, gaps: Gaps) -> _Cut:
    current, unit = current_of(trace)
    voltage = voltage_of(trace)
    good = np.isfinite(voltage) & np.isfinite(current)
    branches: list[Branch] = []
    failed = gaps.beside if gaps.which else np.zeros(len(trace), bool)
    for piece in _pieces(voltage, good):
        branches += branches_of(voltage[piece], current[piece], failed[piece])
    if not branches:
        raise InputError(
            trace.label, "no sweep of four points", "voltage sweeps", "check --columns and --kind"
        )
    pairs = loops_of(branches)
    loops = [loop for loop in pairs if len(loop.grid()) > 1]
    branches = [b for b in branches if b.whole] or branches
    found = [(loop, find_event(loop)) for loop in loops]
    switched = [(loop, event) for loop, event in found if event is not None]
    paired = {id(loop.out) for loop in pairs}
    lone = [jump_of(b) for b in branches if b.outward and id(b) not in paired]
    events = [e for _, e in switched] + [e for e in lone if e is not None]
    return _Cut(branches, loops, events, switched, unit, len(pairs) - len(loops))


def _apart(cut: _Cut) -> tuple[str, ...]:
    if not cut.apart:
        return ()
    said = f"{cut.apart} sweeps share no voltages with their return and are no loops: the voltage "
    return (said + "does not rise and fall steadily; under compliance give that of the source",)


def _pieces(voltage: np.ndarray, good: np.ndarray) -> list[np.ndarray]:
    """Rows between jumps of the voltage: a new block does not continue the last sweep."""
    rows = np.flatnonzero(good)
    v = voltage[rows]
    step = np.abs(np.diff(v))
    if not len(step):
        return [rows]
    far = step > max(10.0 * float(np.median(step)), 0.2 * float(np.ptp(v)))
    return np.split(rows, np.flatnonzero(far) + 1)


def _volts(events: list[Event], name: str, text: str, none: str) -> Figure:
    events, other = _one_polarity(events)
    note = f"window falls within {np.median([e.width for e in events]):.3g} V" if events else ""
    note += f"; {other} more at the other polarity" if other else ""
    if len(events) == 1:
        v, half = events[0].voltage, 0.5 * events[0].width
        return Figure(name, computed(v, "V", v - half, v + half, note=f"one cycle; {note}"), text)
    return Figure(name, spread([e.voltage for e in events], "V", none, note), text)


def _one_polarity(events: list[Event]) -> tuple[list[Event], int]:
    """Events of the polarity with more of them, then with the larger window; count of others.

    A median over both polarities would be a voltage at which nothing happens.
    """
    sides = [[e for e in events if e.voltage * s > 0] for s in (1, -1)]
    best = max(sides, key=lambda side: (len(side), max((e.window for e in side), default=0.0)))
    return best, len(events) - len(best)


def _switching(cut: _Cut) -> list[Figure]:
    on = [e for e in cut.events if e.on and not e.volatile]
    off = [e for e in cut.events if not e.on]
    volatile = [e for e in cut.events if e.on and e.volatile]
    yes = bool(cut.events)
    words = "1 where a branch changes state, that is, where out and back differ by more than"
    figures = [
        Figure("switching", computed(float(yes), "1"), f"{words} a factor {LEAST_RATIO:g}."),
        Figure(
            "cycles",
            computed(float(max(len(on), len(off), len(volatile))), "1"),
            "Number of changes of state found, of the kind that occurs most often.",
        ),
    ]
    kind = _polarity(on, off, volatile)
    text = "Bipolar where set and reset have opposite signs, unipolar where they share one, "
    text += "volatile where the on state is lost before zero volts."
    figures.append(Figure("polarity", computed(1.0, "1"), text, kind))
    figures.append(_volatility(cut))
    if on or volatile:
        signs = Counter(int(np.sign(e.voltage)) for e in on + volatile)
        sign, votes = signs.most_common(1)[0]
        way = "counter-clockwise" if sign > 0 else "clockwise"
        share = computed(votes / len(on + volatile), "1")
        text = "Sense of the loop at positive voltage if the device sets there: "
        text += "counter-clockwise where the return branch carries more current."
        figures.append(Figure("loop_direction", share, text, way))
    return figures


def _volatile(cut: _Cut) -> bool:
    lost = sum(e.volatile for e in cut.events if e.on)
    return lost > sum(not e.volatile for e in cut.events if e.on)


def _volatility(cut: _Cut) -> Figure:
    text = "1 where most loops that turn on lose the on state by themselves before zero volts, 0 "
    text += "where they keep it."
    events = [e for e in cut.events if e.on]
    if not events:
        reason = "the record never turns on"
        return Figure("volatile", Sourced.unknown("1", reason), text)
    lost = sum(e.volatile for e in events)
    value = computed(float(_volatile(cut)), "1", note=f"{lost} of {len(events)} loops that turn on")
    return Figure("volatile", value, text, "volatile" if _volatile(cut) else "non-volatile")


def _polarity(on: list[Event], off: list[Event], volatile: list[Event]) -> str:
    if not on and not off and not volatile:
        return "no switching"
    if len(volatile) > len(on):
        return "volatile"
    if not off:
        return "set only"
    if not on:
        return "reset only"
    sign = [np.sign(np.median([e.voltage for e in events])) for events in (on, off)]
    return "unipolar" if sign[0] == sign[1] else "bipolar"


def _voltages(cut: _Cut) -> list[Figure]:
    on = [e for e in cut.events if e.on and not e.volatile]
    off = [e for e in cut.events if not e.on]
    volatile = [e for e in cut.events if e.on and e.volatile]
    none = "no switching: out and back agree, or no jump was found" if not cut.events else "none"
    lost = (
        "the on state is volatile: see threshold_voltage_switch and hold_voltage"
        if volatile
        else ""
    )
    how = "Voltage of the steepest fall of ln(I_back/I_out) with |V| on the outward branch"
    lone = "; in a sweep without return, the largest step of log|I|."
    return [
        _volts(
            on,
            "set_voltage",
            f"{how}, current rising{lone}",
            lost or (none if none != "none" else "no set in the record"),
        ),
        _volts(
            off,
            "reset_voltage",
            f"{how}, current falling{lone}",
            lost or (none if none != "none" else "no reset in the record"),
        ),
        _volts(
            volatile,
            "threshold_voltage_switch",
            f"{how}, on state lost before zero volts.",
            "no volatile switching in the record",
        ),
        Figure(
            "hold_voltage",
            spread([e.hold for e in volatile], "V", "no volatile switching in the record"),
            "Voltage on the return branch at which the on state is lost.",
        ),
    ]


def _read_voltage(trace: Trace, cut: _Cut) -> tuple[float, str]:
    given = trace.parameters.get("read_voltage")
    if given is not None and given.is_known:
        return float(given), "given"
    kept = [abs(e.voltage) for e in cut.events if not e.volatile]
    volatile = [e for e in cut.events if e.volatile]
    if volatile and not kept:
        middle = [0.5 * (e.voltage + e.hold) for e in volatile]
        return float(np.median(middle)), "middle of threshold and hold"
    sign = cut.loops[0].sign if cut.loops else 1
    signs = {loop.sign for loop, _ in cut.switched}
    sign = 1 if 1 in signs else (-1 if signs else sign)
    if kept:
        return sign * READ_SHARE * min(kept), f"{READ_SHARE:g} of the lowest switching voltage"
    top = float(np.median([b.v[-1] for b in cut.branches]))
    return sign * 0.5 * top, "half of the sweep"


def _read(cut: _Cut, v: float) -> tuple[list[float], list[float], list[float], int]:
    """Ratios, resistances on and off at `v` of the loops that switch, and how many at the noise."""
    ratios, on, off, floored = [], [], [], 0
    for loop, _ in cut.switched:
        if np.sign(v) != loop.sign or not loop.out.v[0] <= abs(v) <= loop.out.v[-1]:
            continue
        pair = sorted(float(at(b, abs(v))) for b in (loop.out, loop.back))
        ratios.append(pair[1] / pair[0])
        off.append(abs(v) / pair[0])
        on.append(abs(v) / pair[1])
        least = 2.0 * SMALLEST * max(float(np.max(loop.out.i)), float(np.max(loop.back.i)))
        floored += pair[0] <= max(1.5 * loop.out.floor, least)
    return ratios, on, off, floored


def _spreads(trace: Trace, cut: _Cut) -> list[Figure]:
    """Spread of voltages and resistances over cycles, and over devices where there are several."""
    column = trace.columns.get("device")
    cuts = [cut]
    if column is not None and len(np.unique(column)) > 1:
        cuts = [_cut(_rows(trace, column == k), Gaps()) for k in np.unique(column)]
    v, _ = _read_voltage(trace, cut)
    on = [_one_polarity([e for e in c.events if e.on])[0] for c in cuts]
    off = [_one_polarity([e for e in c.events if not e.on])[0] for c in cuts]
    kind = "threshold_voltage_switch" if _volatile(cut) else "set_voltage"
    groups: dict[str, list[list[float]]] = {
        kind: [[e.voltage for e in events] for events in on],
        "reset_voltage": [[e.voltage for e in events] for events in off],
    }
    if cut.unit == "A":
        pairs = [_read(c, v) for c in cuts]
        groups["resistance_on"] = [p[1] for p in pairs]
        groups["resistance_off"] = [p[2] for p in pairs]
    return [f for name, values in groups.items() for f in statistics_figures(name, values)]


def _states(trace: Trace, cut: _Cut) -> list[Figure]:
    v, why = _read_voltage(trace, cut)
    where = f"at {v:.4g} V ({why})"
    ratios, on, off, floored = _read(cut, v)
    none = "no switching" if not cut.events else f"no sweep out and back covers {v:.4g} V"
    note = (
        "off current at the noise or numerical floor: a lower bound"
        if floored * 2 > len(ratios)
        else ""
    )
    small = _too_small([abs(v) / r for r in off] if cut.unit == "A" else [])
    note = "; ".join(x for x in (note, small) if x)
    counted = [loop for loop, _ in cut.switched] or cut.loops
    tops = [float(np.exp(np.max(np.abs(window_of(loop)[1])))) for loop in counted]
    tops = tops or [e.window for e in cut.events]
    figures = [
        Figure("read_voltage", computed(v, "V", note=why), "Where the two states are compared."),
        Figure(
            "on_off_ratio",
            spread(ratios, "1", none, note),
            f"Ratio of the currents of the two branches of one loop {where}.",
        ),
        Figure(
            "maximum_window",
            spread(tops, "1", "no sweep with a return", _numerical(tops)),
            "Largest ratio of the two branches at any one voltage, over the loops that switch.",
        ),
    ]
    words = f"|V/I| {where}, median over the loops."
    if cut.unit != "A":
        need = f"needs area: give {OPTIONS['area']}"
        names = ("resistance_on", "resistance_off")
        return figures + [Figure(n, Sourced.unknown("ohm", need), words) for n in names]
    power = f"V^2 / R {where}, median over the loops."
    return [
        *figures,
        Figure("resistance_on", spread(on, "ohm", none), words),
        Figure("resistance_off", spread(off, "ohm", none, note), words),
        Figure("read_power_on", spread([v * v / r for r in on], "W", none), power),
        Figure("read_power_off", spread([v * v / r for r in off], "W", none, note), power),
    ]


def _too_small(currents: list[float]) -> str:
    """Say that an off current is no number that could be measured, empty where it could."""
    if not currents or (typical := float(np.median(currents))) >= LEAST_CURRENT:
        return ""
    return (
        f"off current {typical:.2g} A, less than can be measured: the ratio is of the model alone"
    )


def _numerical(windows: list[float]) -> str:
    """Say that the smaller current is the least number kept beside the larger one."""
    capped = bool(windows) and float(np.median(windows)) > 0.1 / SMALLEST
    return "the smaller current is at the numerical floor: no measured ratio" if capped else ""


def _shape(cut: _Cut) -> list[Figure]:
    areas, index = [], []
    for loop in cut.loops:
        v = loop.grid()
        out, back = at(loop.out, v), at(loop.back, v)
        areas.append(float(np.trapezoid(np.abs(back - out), v) / np.trapezoid(back + out, v)))
        k = int(np.argmin(np.abs(v - 0.5 * v[-1])))
        index.append(float((back[k] - out[k]) / max(back[k], out[k])))
    none = "no sweep with a return"
    return [
        Figure(
            "hysteresis_area",
            spread(areas, "1", none),
            "Integral of |I_back - I_out| over that of I_back + I_out, per polarity: 0 to 1.",
        ),
        Figure(
            "hysteresis_index",
            spread(index, "1", none),
            "(I_back - I_out) / max(I_back, I_out) at half of the largest voltage.",
        ),
        Figure(
            "rectification_ratio",
            _rectification(cut),
            "|I(+V)| / |I(-V)| on the outward branches at the largest common |V|.",
        ),
    ]


def _rectification(cut: _Cut) -> Sourced:
    sides = {s: [b for b in cut.branches if b.sign == s] for s in (1, -1)}
    # one run from negative to positive goes out on one side only
    sides = {s: [b for b in found if b.outward] or found for s, found in sides.items()}
    return _ratio_of(sides[1], sides[-1])


def _ratio_of(positive: list[Branch], negative: list[Branch]) -> Sourced:
    if not positive or not negative:
        return Sourced.unknown("1", "fewer than four points on one of the polarities")
    ratios = []
    limited = False
    for plus, minus in zip(positive, negative, strict=False):
        v = min(plus.v[-1], minus.v[-1])
        ratios.append(float(at(plus, v) / at(minus, v)))
        limited |= math.isfinite(compliance_of(plus)) or math.isfinite(compliance_of(minus))
    return spread(ratios, "1", "none", "limited by the compliance" if limited else "")


def _limits(cut: _Cut) -> list[Figure]:
    levels = [c for b in cut.branches if b.outward and math.isfinite(c := compliance_of(b))]
    density = cut.unit != "A"
    need = f"needs area: give {OPTIONS['area']}"
    rows = [
        (
            "on_current",
            "A",
            [float(np.max(loop.back.i)) for loop, e in cut.switched if e.on],
            "no branch turns on",
            "Largest |I| of the branches back of loops that turn on; the compliance limits it.",
        ),
        (
            "compliance",
            "A",
            levels,
            "no plateau of the current",
            "Level at which the current stays within 2 % while the voltage rises on.",
        ),
        (
            "set_power",
            "W",
            [e.power for e in cut.events if e.on],
            "no set in the record",
            "|V I| in the first three points after the set.",
        ),
        (
            "reset_power",
            "W",
            [e.power for e in cut.events if not e.on],
            "no reset in the record",
            "Largest |V I| before the reset.",
        ),
    ]
    return [
        Figure(name, Sourced.unknown(unit, need) if density else spread(values, unit, none), text)
        for name, unit, values, none, text in rows
    ]
