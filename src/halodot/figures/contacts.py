"""Whether the mobility of a transfer curve can be trusted: contacts, kinks, reliability factor."""

from __future__ import annotations

import math

import numpy as np

from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .gate_sweep import Sweep, at_largest, fit_of
from .state import Figure
from .tools import spread, straight_line

BELOW = 0.5  # linear over saturation mobility, or conductance at low over high drain voltage
BEND = 0.7  # slope of the last third over the steepest third


def contact_figures(trace: Trace, sweeps: list[Sweep], letter: str) -> list[Figure]:
    """Return the reliability factors and a hint whether contacts limit the current.

    The reliability factor compares the fitted slope with that of an ideal transistor of threshold
    zero that reaches the same current at the same gate voltage: 1 is ideal, a kink at low gate
    voltage that overstates the mobility gives less.

    Reference: H. H. Choi et al., Nat. Mater. 17, 2 (2018), doi:10.1038/nmat5035.
    """
    del trace, letter
    figures = [_reliability(sweeps, linear=linear) for linear in (False, True)]
    return [*figures, _steepest(sweeps), _hint(sweeps)]


def _reliability(sweeps: list[Sweep], *, linear: bool) -> Figure:
    name = "linear" if linear else "saturation"
    what = "(|Id|max - |Id|0) / |Vg|max" if linear else "((sqrt|Id|max - sqrt|Id|0) / |Vg|max)^2"
    text = f"{what} over the fitted slope{'' if linear else ' squared'}, {name} regime; |Id|0 at "
    text += "zero gate voltage (or the nearest)."
    values = []
    for s in sweeps:
        fit = fit_of(s, linear=linear)
        if fit is None or s.over[-1] <= 0:
            continue
        y = s.current if linear else np.sqrt(s.current)
        start = float(np.interp(0.0, s.over, y))
        mean = (float(y[-1]) - start) / float(s.over[-1])
        values.append(mean / fit.slope if linear else (mean / fit.slope) ** 2)
    none = f"no sweep reaches the {name} regime"
    return Figure(f"reliability_factor_{name}", spread(values, "1", none), text)


def _steepest(sweeps: list[Sweep]) -> Figure:
    text = "Largest d|Id|/dVg over runs of five points, of the largest drain voltage."
    tops = []
    for s in at_largest(sweeps):
        slopes = [
            straight_line(s.over[k : k + 5], s.current[k : k + 5])[0]
            for k in range(len(s.over) - 4)
            if np.ptp(s.over[k : k + 5]) > 0
        ]
        tops.append(max(slopes))
    return Figure("transconductance", spread(tops, "S", ""), text)


def _hint(sweeps: list[Sweep]) -> Figure:
    text = "1 where something says that contacts limit the current: the linear mobility is below "
    text += "half of the saturation mobility, the slope falls by 30 % within its window, or the "
    text += "conductance at the smallest drain voltage is below half of that at a larger one."
    tests, signs = [], []
    bends = [_bend(s, linear) for s in sweeps for linear in (False, True)]
    bends = [b for b in bends if b == b]
    if bends:
        tests.append("bend")
        if np.median(bends) < BEND:
            signs.append(f"the slope falls to {100 * np.median(bends):.0f} % within its window")
    ratio = _mobilities(sweeps)
    if ratio == ratio:
        tests.append("mobilities")
        if ratio < BELOW:
            signs.append(f"the linear mobility is {ratio:.2g} of the saturation mobility")
    start = _conductances(sweeps)
    if start == start:
        tests.append("start")
        if start < BELOW:
            signs.append(f"at low drain voltage the conductance is {start:.2g} of that beyond")
    if not tests:
        reason = "no regime is reached and there is one drain voltage: an output curve tells"
        return Figure("contact_limited", Sourced.unknown("1", reason), text)
    note = "; ".join(signs) or "no sign of it in this record"
    return Figure("contact_limited", computed(float(bool(signs)), "1", note=note), text)


def _bend(sweep: Sweep, linear: bool) -> float:
    """Slope of the last third over the steepest third of the fit's window."""
    fit = fit_of(sweep, linear=linear)
    if fit is None or fit.points < 9:
        return math.nan
    rows = fit.rows
    x = sweep.over[rows]
    y = sweep.current[rows] if linear else np.sqrt(sweep.current[rows])
    third = max(3, len(x) // 3)
    return straight_line(x[-third:], y[-third:])[0] / fit.steepest


def _mobilities(sweeps: list[Sweep]) -> float:
    """Linear over saturation mobility; the geometry cancels."""
    fits = [(s, fit_of(s, linear=True), fit_of(s, linear=False)) for s in sweeps]
    linear = [f.slope / s.drain for s, f, _ in fits if f is not None]
    saturated = [2.0 * f.slope**2 for _, _, f in fits if f is not None]
    if not linear or not saturated:
        return math.nan
    return float(np.median(linear) / np.median(saturated))


def _conductances(sweeps: list[Sweep]) -> float:
    """Conductance per drain volt at the smallest drain voltage over the largest of the others.

    Both at the gate voltage of the end of the sweeps, where an ideal device gives at least 1.
    """
    known = sorted(
        (s for s in sweeps if math.isfinite(s.drain) and s.drain > 0), key=lambda s: s.drain
    )
    if len(known) < 2 or known[0].drain > 0.8 * known[-1].drain:
        return math.nan
    each = [float(np.median(s.current[-3:])) / s.drain for s in known]
    return each[0] / max(each[1:])
