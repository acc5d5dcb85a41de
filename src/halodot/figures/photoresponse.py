"""Figures of a phototransistor or photodetector from curves in the dark and in light.

Every lit curve is compared with a dark one of the same direction and bias at the same swept
voltage. The optical power is the irradiance times the illuminated area, or the power as written.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .state import Figure
from .tools import OPTIONS, noise_of, runs_of, spread, straight_line, with_error

Array = NDArray[np.float64]
JONES = "m (Hz)^0.5/W"
SWEPT = {"transfer": ("gate_voltage", "drain_current"), "iv": ("voltage", "current")}
RESOLVED = 3.0  # times the noise
LEAST_CHANGE = 0.01  # of the dark current: two sweeps do not agree more closely


@dataclass(frozen=True)
class Curve:
    """One sweep: voltage rising, |current|; `light` [W/m2] or [W]; NaN where not known."""

    v: Array
    i: Array
    light: float
    forward: bool
    bias: float
    signed: Array | None = None


@dataclass(frozen=True)
class Pair:
    """A lit curve and the dark current at its voltages; `change` is what light adds.

    For `iv`, where a photodiode in forward bias carries less in light, it is the magnitude of the
    change. `responsivity` [A/W] is NaN where it is not resolved.
    """

    v: Array
    lit: Array
    dark: Array
    level: float
    power: float
    responsivity: Array
    change: Array


def has_light(trace: Trace) -> bool:
    """Return whether the record says of its rows which were lit."""
    found = _light_of(trace)
    return found is not None and bool(np.any(~(found == 0.0)))


def dark_rows(trace: Trace) -> NDArray[np.bool_]:
    """Rows in the dark; those of the weakest light where none is dark; all without light."""
    light = _light_of(trace)
    if light is None or np.all(np.isnan(light)):
        return np.ones(len(trace), bool)
    return np.asarray(light == np.nanmin(light))


def _light_of(trace: Trace) -> Array | None:
    for name in ("light", "light_power"):
        if name in trace.columns:
            return trace.columns[name]
    return None


def photo_figures(trace: Trace) -> list[Figure]:
    """Return the figures of the response to light; none where a record has no lit rows.

    - responsivity R = (I_lit - I_dark) / P at each swept voltage and level;
    - specific detectivity D* = R sqrt(A) / sqrt(2 q I_dark), limited by shot noise of the dark
      current alone: an upper bound, since 1/f noise is not in it;
    - external quantum efficiency R h c / (q lambda); photoconductive gain = that over the
      absorbed share.

    Range: steady currents. A current that still drifts when read gives its value at that time.

    Reference: X. Gong et al., Science 325, 1665 (2009), doi:10.1126/science.1176706 (detectivity).

    >>> from halodot.figures.limits import make_trace
    >>> v = np.tile(np.linspace(0.0, 1.0, 21), 2)
    >>> lit = np.repeat([0.0, 10.0], 21)
    >>> i = 1e-9 * v * (1.0 + 5.0 * lit)
    >>> columns = {"voltage": v, "current": i, "light": lit}
    >>> t = make_trace("iv", columns, {}, area=1e-8)
    >>> found = {f.name: f.value.value for f in photo_figures(t)}
    >>> round(found["responsivity"], 6), round(found["photo_to_dark_ratio"], 6)
    (0.5, 51.0)
    """
    if trace.kind not in SWEPT or not has_light(trace):
        return []
    pairs, why = _pairs(trace)
    lost = _lack_power(trace, pairs, why)
    best = _best(pairs) if not lost else None
    figures = [_responsivity(pairs, best, lost), _where(best, lost)]
    figures += _efficiencies(trace, best, lost)
    figures += [
        _detectivity(trace, pairs, lost),
        _ratio(pairs, why),
        _current(pairs, why),
        *_exponents(pairs, best, lost),
        *([_shift(trace, why)] if trace.kind == "transfer" else []),
    ]
    return figures


def _curves(trace: Trace) -> list[Curve]:
    x, y = SWEPT[trace.kind]
    if y not in trace.columns:
        return []
    light, bias = _light_of(trace), trace.columns.get("drain_voltage")
    found = []
    for rows in runs_of(trace, x):
        v, i = trace.columns[x][rows], trace.columns[y][rows]
        levels = np.unique(light[rows]) if light is not None else np.zeros(1)
        if len(rows) < 5 or np.ptp(v) == 0.0 or len(levels) > 1:
            continue
        order = np.argsort(v, kind="stable")
        beside = math.nan if bias is None else float(np.nanmedian(bias[rows]))
        found.append(
            Curve(
                v[order], np.abs(i)[order], float(levels[0]), bool(v[-1] > v[0]), beside, i[order]
            )
        )
    return found


def _pairs(trace: Trace) -> tuple[list[Pair], str]:
    """Pair each lit curve with a dark one; else the reason why there is none."""
    curves = _curves(trace)
    power = _power_of(trace)
    dark = [c for c in curves if c.light == 0.0]
    lit = [c for c in curves if c.light != 0.0]
    if not dark:
        return [], 'no curve in the dark: give it as a further file, or --light "0; 1 mW/cm2"'
    if not lit:
        return [], "no whole curve in light"
    found = []
    for curve in lit:
        same = [d for d in dark if d.bias == curve.bias or math.isnan(d.bias)]
        same = [d for d in same if d.forward == curve.forward] or same
        if not same:
            continue
        inside = (curve.v >= same[0].v[0]) & (curve.v <= same[0].v[-1])
        if np.sum(inside) < 3:
            continue
        v, i = curve.v[inside], curve.i[inside]
        below = np.median([np.interp(v, d.v, d.i) for d in same], axis=0)
        noise = _noise(same[0].i)
        change = i - below
        if trace.kind == "iv" and curve.signed is not None and same[0].signed is not None:
            # a photodiode in forward bias carries less with light: the change counts, not its side
            change = np.abs(curve.signed[inside] - np.interp(v, same[0].v, same[0].signed))
        least = np.maximum(RESOLVED * noise, LEAST_CHANGE * np.abs(below))
        gain = np.where(np.abs(change) > least, change, np.nan)
        watts = curve.light * power
        found.append(
            Pair(v, i, below, curve.light, watts, gain / watts if watts else gain * np.nan, change)
        )
    return found, "" if found else "no dark curve at the drain voltage of a lit one"


def _power_of(trace: Trace) -> float:
    """Power [W] per unit of the light column; NaN where the illuminated area is not known."""
    if "light" not in trace.columns and "light_power" in trace.columns:
        return 1.0
    return area_of(trace)


def area_of(trace: Trace) -> float:
    """Illuminated area [m2]: as given, else that of the channel or of the electrode; or NaN."""
    channel = ("channel_width", "channel_length")
    own = (("area",), channel) if trace.kind == "iv" else (channel, ("area",))
    for names in (("illuminated_area",), *own):
        held = [trace.parameters.get(n) for n in names]
        if all(q is not None and q.is_known for q in held):
            return math.prod(float(q) for q in held if q is not None)
    return math.nan


def _lack_power(trace: Trace, pairs: list[Pair], why: str) -> str:
    if why:
        return why
    if all(math.isnan(p.level) for p in pairs):
        return 'needs the irradiance of the light: give --light "0; 1 mW/cm2", one per curve'
    if math.isnan(_power_of(trace)):
        return f"needs the illuminated area: give {OPTIONS['illuminated_area']}"
    resolved = any(np.any(np.isfinite(p.responsivity) & (p.responsivity > 0)) for p in pairs)
    return "" if resolved else "light changes the current by less than its noise"


def _best(pairs: list[Pair]) -> tuple[Pair, int]:
    """Pair and row of the largest responsivity."""
    tops = [np.nanmax(np.where(p.responsivity > 0, p.responsivity, 0.0)) for p in pairs]
    pair = pairs[int(np.nanargmax(tops))]
    return pair, int(np.nanargmax(pair.responsivity))


def _levels(pairs: Iterable[Pair]) -> list[float]:
    return sorted({p.level for p in pairs if p.level == p.level})


def _responsivity(pairs: list[Pair], best: tuple[Pair, int] | None, lost: str) -> Figure:
    text = "(I_lit - I_dark) / optical power, largest over the swept voltage and the levels, where "
    text += "light changes the current by more than its noise and 1 %."
    if best is None:
        return Figure("responsivity", Sourced.unknown("A/W", lost), text)
    pair = best[0]
    every = [float(np.nanmax(p.responsivity)) for p in pairs if p.level == pair.level
             and np.any(p.responsivity > 0)]  # fmt: skip
    said = []
    for level in _levels(pairs):
        tops = [float(np.nanmax(p.responsivity)) for p in pairs if p.level == level
                and np.any(p.responsivity > 0)]  # fmt: skip
        said.append(f"{np.median(tops):.3g} A/W at {_said(level, pair)}" if tops else "")
    note = "; ".join(s for s in said if s)
    low, high = min(every), max(every)
    return Figure("responsivity", computed(max(every), "A/W", low, high, note=note), text)


def _said(level: float, pair: Pair) -> str:
    return f"{level:.3g} W" if pair.power == pair.level else f"{0.1 * level:.3g} mW/cm2"


def _where(best: tuple[Pair, int] | None, lost: str) -> Figure:
    text = "Swept voltage at which the responsivity is largest."
    value = Sourced.unknown("V", lost) if best is None else computed(float(best[0].v[best[1]]), "V")
    return Figure("responsivity_voltage", value, text)


def _efficiencies(trace: Trace, best: tuple[Pair, int] | None, lost: str) -> list[Figure]:
    from scipy import constants

    length = trace.parameters.get("wavelength")
    column = trace.columns.get("wavelength")
    nm = math.nan if length is None or not length.is_known else float(length)
    if math.isnan(nm) and column is not None and np.any(np.isfinite(column)):
        nm = float(np.nanmedian(column))
    text = "Largest responsivity times h c / (q wavelength): carriers per photon that falls in."
    gain = "External quantum efficiency over the absorbed share of the light"
    lost = lost or ("" if nm == nm else f"needs the wavelength: give {OPTIONS['wavelength']}")
    share = trace.parameters.get("absorbed_share")
    known = share is not None and share.is_known
    gain += "." if known else "; all of it is taken as absorbed, so a lower bound."
    names = ("external_quantum_efficiency", "photoconductive_gain")
    if lost or best is None:
        return [
            Figure(n, Sourced.unknown("1", lost), w)
            for n, w in zip(names, (text, gain), strict=True)
        ]
    pair, k = best
    eqe = float(pair.responsivity[k]) * constants.h * constants.c / (constants.e * nm)
    part = float(share) if known and share is not None else 1.0
    note = "" if known else "absorbed share taken as 1"
    return [
        Figure(names[0], computed(eqe, "1"), text),
        Figure(names[1], computed(eqe / part, "1", note=note), gain),
    ]


def _detectivity(trace: Trace, pairs: list[Pair], lost: str) -> Figure:
    from scipy.constants import e

    text = "R sqrt(A) / sqrt(2 q I_dark), largest over voltage and level: shot noise of the dark "
    text += "current alone, so an upper bound."
    area = area_of(trace)
    lost = lost or (
        "" if area == area else f"needs the illuminated area: {OPTIONS['illuminated_area']}"
    )
    if lost:
        return Figure("detectivity", Sourced.unknown(JONES, lost), text)
    tops, where = [], []
    for p in pairs:
        floor = RESOLVED * _noise(p.dark)
        dark = np.maximum(_smooth(p.dark), max(floor, 1e-30))
        d = (
            np.where(p.responsivity > 0, p.responsivity, np.nan)
            * math.sqrt(area)
            / np.sqrt(2 * e * dark)
        )
        if np.any(np.isfinite(d)):
            tops.append(float(np.nanmax(d)))
            where.append(float(p.v[int(np.nanargmax(d))]))
    k = int(np.argmax(tops))
    return Figure("detectivity", computed(tops[k], JONES, note=f"at {where[k]:.4g} V"), text)


def _noise(i: Array) -> float:
    """Noise of the lowest currents; that of high ones grows with them."""
    return noise_of(i[i < 10.0 * float(np.percentile(i, 20)) + 1e-30])


def _smooth(y: Array) -> Array:
    """Median over five neighbours: one low reading is no low dark current."""
    if len(y) < 5:
        return y
    edge = np.pad(y, 2, mode="edge")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(edge, 5), axis=1))


def _ratio(pairs: list[Pair], why: str) -> Figure:
    text = "Largest I_lit / I_dark over the swept voltage, at the strongest light; (I_lit - I_dark)"
    text += " / I_dark is one less."
    if why:
        return Figure("photo_to_dark_ratio", Sourced.unknown("1", why), text)
    strong = _strongest(pairs)
    tops, where = [], []
    for p in strong:
        dark = np.maximum(_smooth(p.dark), 1e-30)
        ratio = _smooth(p.lit) / dark
        tops.append(float(np.max(ratio)))
        where.append(float(p.v[int(np.argmax(ratio))]))
    return Figure("photo_to_dark_ratio", spread(tops, "1", "", f"at {where[0]:.4g} V"), text)


def _strongest(pairs: list[Pair]) -> list[Pair]:
    levels = _levels(pairs)
    return [p for p in pairs if p.level == levels[-1]] if levels else list(pairs)


def _current(pairs: list[Pair], why: str) -> Figure:
    text = "Largest I_lit - I_dark over the swept voltage, at the strongest light."
    if why:
        return Figure("photocurrent", Sourced.unknown("A", why), text)
    tops = [float(np.max(p.change)) for p in _strongest(pairs)]
    return Figure("photocurrent", spread(tops, "A", ""), text)


def _exponents(pairs: list[Pair], best: tuple[Pair, int] | None, lost: str) -> list[Figure]:
    """Slope of log R and of log photocurrent against log power, at one voltage."""
    texts = {
        "responsivity_exponent": "Slope of log R against log power at the voltage of largest R: "
        "0 is a linear detector, negative one that saturates.",
        "photocurrent_exponent": "Slope of log(I_lit - I_dark) against log power at that voltage.",
    }
    reason = lost
    if best is not None:
        v = float(best[0].v[best[1]])
        rows: dict[float, list[float]] = {}
        for p in pairs:
            near = float(np.interp(v, p.v, p.change))
            if near > 0 and p.power > 0:
                rows.setdefault(p.power, []).append(near)
        reason = "" if len(rows) > 1 else "needs two levels of light: further curves or files"
        if not reason:
            x = np.log(np.array(sorted(rows)))
            y = np.log([np.median(rows[k]) for k in sorted(rows)])
            slope, _, cov = straight_line(x, y)
            error = math.sqrt(max(cov[0, 0], 0.0))
            note = f"{len(rows)} levels at {v:.4g} V"
            values = (slope - 1.0, slope)
            if len(rows) == 2:
                return [Figure(n, computed(z, "1", note=note), texts[n])
                        for n, z in zip(texts, values, strict=True)]  # fmt: skip
            return [Figure(n, with_error(z, error, "1", note), texts[n])
                    for n, z in zip(texts, values, strict=True)]  # fmt: skip
    return [Figure(n, Sourced.unknown("1", reason), t) for n, t in texts.items()]


def _shift(trace: Trace, why: str) -> Figure:
    """Shift of the gate voltage at constant current between dark and strongest light."""
    text = "Gate voltage of the lit curve less that of the dark one at one current: midway (in "
    text += "decades) between the higher off and the lower on current; strongest light."
    if why:
        return Figure("threshold_shift", Sourced.unknown("V", why), text)
    curves = _curves(trace)
    levels = sorted({c.light for c in curves if c.light > 0})
    lit = [c for c in curves if c.light != 0.0 and (not levels or c.light == levels[-1])]
    shifts = []
    for c in lit:
        same = [d for d in curves if d.light == 0.0 and d.forward == c.forward]
        same = [d for d in same if d.bias == c.bias or math.isnan(d.bias)]
        if same:
            shifts.append(constant_current_shift(same[0], c))
    none = "the lit curve does not pass the currents of the dark one"
    return Figure("threshold_shift", spread(shifts, "V", none), text)


def constant_current_shift(first: Curve, second: Curve) -> float:
    """Swept voltage of `second` less that of `first` at one current; NaN where none is shared.

    >>> v = np.linspace(0.0, 10.0, 101)
    >>> a, b = (Curve(v, 10.0 ** (-12 + np.clip(v - s, 0, 6)), 0.0, True, 1.0) for s in (3.0, 1.0))
    >>> round(constant_current_shift(a, b), 6)
    -2.0
    """
    ends = [(float(np.percentile(c.i, 5)), float(np.max(c.i))) for c in (first, second)]
    low, high = max(e[0] for e in ends), min(e[1] for e in ends)
    if high < 10.0 * low or low <= 0.0:
        return math.nan
    level = math.sqrt(high * low)
    return _crossing(second, level) - _crossing(first, level)


def _crossing(curve: Curve, level: float) -> float:
    above = _smooth(curve.i) >= level
    k = np.flatnonzero(above[1:] != above[:-1])
    if not len(k):
        return math.nan
    x0, x1 = curve.v[k], curve.v[k + 1]
    y0, y1 = (np.log(np.maximum(curve.i[j], 1e-30)) for j in (k, k + 1))
    steep = np.where(y1 == y0, 1.0, y1 - y0)
    return float(np.median(x0 + (x1 - x0) * np.clip((math.log(level) - y0) / steep, 0.0, 1.0)))


def state_figures(trace: Trace) -> list[Figure]:
    """Return the memory window between programmed and erased transfer curves, if both are there.

    Curves whose header or file name says ``program``, ``erase`` or ``initial`` carry a state.
    """
    state = trace.columns.get("state")
    if state is None or trace.kind != "transfer":
        return []
    groups: dict[float, list[Curve]] = {}
    for rows in runs_of(trace, "gate_voltage"):
        v, i = trace.columns["gate_voltage"][rows], trace.columns["drain_current"][rows]
        if len(rows) >= 5 and np.ptp(v) > 0 and state[rows[0]] == state[rows[0]]:
            order = np.argsort(v, kind="stable")
            curve = Curve(v[order], np.abs(i)[order], 0.0, bool(v[-1] > v[0]), math.nan)
            groups.setdefault(float(state[rows[0]]), []).append(curve)
    first = groups.get(2.0) or groups.get(0.0)
    second = groups.get(1.0)
    text = "|Gate voltage of the programmed curve less that of the erased (or initial) one| at one "
    text += "current, midway in decades."
    if not first or not second:
        reason = "needs curves of two states: write program and erase in headers or file names"
        return [Figure("memory_window", Sourced.unknown("V", reason), text)]
    shifts = _shifts(first, second)
    return [Figure("memory_window", spread(shifts, "V", "no shared current"), text)]


def _shifts(first: Sequence[Curve], second: Sequence[Curve]) -> list[float]:
    found = []
    for a in first:
        same = [b for b in second if b.forward == a.forward] or list(second)
        found.append(abs(constant_current_shift(a, same[0])))
    return found
