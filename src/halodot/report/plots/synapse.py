"""Pictures of synapse tests, one panel a test, and of gates, four bars and a threshold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...device.state import Trace
from ...device.synapse import MORSE
from ...figures.logic import BITS, Outputs, best_threshold, read_outputs
from ...figures.points import good_points
from ...figures.synapse_curves import Curve, Curves, curves
from ...figures.synapse_runs import measured_name, read_runs
from ..text import display_scale
from . import style as st

Array = NDArray[np.float64]
Panel = Callable[[Any, list["Shown"]], None]
MOST_BARS = 6  # gates in one picture
DOT: dict[str, Any] = {"marker": "o", "markersize": 4.5}


class Shown:
    """Curves of one record, and its place among the series."""

    def __init__(self, trace: Trace, series: int) -> None:
        self.trace, self.series = trace, series
        self.curves: Curves = curves(read_runs(trace))
        self.unit = trace.units.get(measured_name(trace), "A")


def synapse(traces: Sequence[Trace], name: str) -> str | None:
    """Draw every test that the records hold, a panel each, records overlaid."""
    shown = [s for s in (_shown(t, k) for k, t in enumerate(traces)) if s is not None]
    panels = [(draw, kept) for draw, has in PANELS if (kept := [s for s in shown if has(s.curves)])]
    if not panels:
        return None
    columns = min(len(panels), 3)
    rows = -(-len(panels) // columns)
    with st.style():
        figure = st.new_figure(2.95 * columns + 0.4, 2.75 * rows + 0.3)
        cells = figure.subplots(rows, columns, squeeze=False)
        for ax in cells.flat[len(panels) :]:
            ax.set_visible(False)
        for (draw, kept), ax in zip(panels, cells.flat, strict=False):
            draw(ax, kept)
        labels = [t.label for t in traces]
        st.legend(figure, labels)
        text = "; ".join(f"{s.trace.label or 'synapse'}: {len(s.trace)} points" for s in shown)
        return st.to_svg(figure, name, "Tests of a synapse", text)


def _shown(trace: Trace, k: int) -> Shown | None:
    try:
        return Shown(good_points(trace), k)
    except InputError:
        return None


def _response(ax: Any, shown: list[Shown]) -> None:
    """The response to the reference pulse against the time since it, in log time."""
    factor, unit = _scale([_after(s)[1] for s in shown], shown[0].unit)
    longest = max(float(_after(s)[0][-1]) for s in shown)
    time, seconds = display_scale(longest, "s")
    for s in shown:
        t, y = _after(s)
        st.draw_line(ax, t * time, y * factor, s.series, marker=".", markersize=3)
    st.label_axes(ax, f"After the start of the pulse [{seconds}]", f"Response [{unit}]")
    if all(np.all(_after(s)[0] > 0.0) for s in shown):
        st.log_axis(ax, "x")


def _after(s: Shown) -> tuple[Array, Array]:
    run = s.curves.single
    start = run.events[0].start
    rows = run.time > start
    return run.time[rows] - start, run.value[rows] - run.baseline


def _scale(values: Sequence[Array], unit: str) -> tuple[float, str]:
    return display_scale(st.biggest(values), unit)


def _from_zero(ax: Any) -> None:
    """Start at zero, with room above the highest mark."""
    top = max((float(np.nanmax(line.get_ydata())) for line in ax.lines), default=1.0)
    low = min((float(np.nanmin(line.get_ydata())) for line in ax.lines), default=0.0)
    ax.set_ylim(1.1 * min(low, 0.0), 1.1 * top if top > 0.0 else None)


def _around_one(ax: Any) -> None:
    """Mark no change, and keep a panel that hardly moves from blowing up its last digits."""
    ax.axhline(1.0, color=st.MUTED, linewidth=0.9)
    low, high = ax.get_ylim()
    ax.set_ylim(min(low, 0.95), max(high, 1.05))


def _points(ax: Any, shown: list[Shown], curve: Callable[[Curves], Curve], factor: float) -> None:
    for s in shown:
        x, y = (np.array(v) for v in zip(*curve(s.curves), strict=True))
        st.draw_line(ax, x * factor, y, s.series, **DOT)


def _pairs(ax: Any, shown: list[Shown]) -> None:
    factor, unit = display_scale(max(s.curves.ppf[-1][0] for s in shown), "s")
    _points(ax, shown, lambda c: c.ppf, factor)
    _around_one(ax)
    st.label_axes(ax, f"Gap between two pulses [{unit}]", "A2/A1 [1]")
    st.log_axis(ax, "x")


def _rates(ax: Any, shown: list[Shown]) -> None:
    count = shown[0].curves.rates_count
    _points(ax, shown, lambda c: c.rates, 1.0)
    _around_one(ax)
    st.label_axes(ax, "Pulse rate [Hz]", f"A{count}/A1 [1]")
    st.log_axis(ax, "x")


def _numbers(ax: Any, shown: list[Shown]) -> None:
    _points(ax, shown, lambda c: c.numbers, 1.0)
    _from_zero(ax)
    st.label_axes(ax, "Pulse number n [1]", "An/A1 [1]")


def _against(ax: Any, shown: list[Shown], which: str, label: str, unit: str) -> None:
    def curve(c: Curves) -> Curve:
        found: Curve = getattr(c, which)
        return found

    factor, prefixed = display_scale(max(curve(s.curves)[-1][0] for s in shown), unit)
    values = [np.array([y for _, y in curve(s.curves)]) for s in shown]
    scale, current = _scale(values, shown[0].unit)
    for s, y in zip(shown, values, strict=True):
        x = np.array([x for x, _ in curve(s.curves)])
        st.draw_line(ax, x * factor, np.abs(y) * scale, s.series, **DOT)
    st.label_axes(ax, f"{label} [{prefixed}]", f"|A1| [{current}]")
    st.log_axis(ax, "x")
    everything = np.abs(np.concatenate(values))
    if float(everything.max()) > 3.0 * float(everything.min()):
        st.log_axis(ax)
    else:
        _from_zero(ax)


def _durations(ax: Any, shown: list[Shown]) -> None:
    _against(ax, shown, "durations", "Pulse width", "s")


def _intensities(ax: Any, shown: list[Shown]) -> None:
    channel = shown[0].curves.single.events[0].heights[0][0]
    named = {"light": ("Irradiance", "W/m2"), "light_power": ("Power of the light", "W")}
    label, unit = named.get(channel, ("Step of the voltage", "V"))
    _against(ax, shown, "intensities", label, unit)


def _retained(ax: Any, shown: list[Shown]) -> None:
    _points(ax, shown, lambda c: tuple((x, 100.0 * y) for x, y in c.retained["number"]), 1.0)
    later, unit = display_scale(shown[0].curves.reference, "s")
    when = f"{shown[0].curves.reference * later:.3g} {unit}"
    _from_zero(ax)
    st.label_axes(ax, "Pulses [1]", f"Left after {when} [%]")
    st.log_axis(ax, "x")


def _learning(ax: Any, shown: list[Shown]) -> None:
    for s in shown:
        learned = s.curves.learning
        assert learned is not None  # only these are shown
        level = learned.first[-1] or 1.0
        first = np.arange(1, len(learned.first) + 1)
        second = len(first) + np.arange(1, len(learned.second) + 1)
        st.draw_line(ax, first, 100.0 * learned.first / level, s.series, **DOT)
        st.draw_line(
            ax, second, 100.0 * learned.second / level, s.series, markerfacecolor="white", **DOT
        )
        ax.axvline(len(first) + 0.5, color=st.MUTED, linewidth=0.9, linestyle=(0, (2, 2)))
    ax.axhline(100.0, color=st.MUTED, linewidth=0.9)
    _from_zero(ax)
    st.label_axes(ax, "Pulse (open: after the pause) [1]", "Level reached first [%]")


def _window(ax: Any, shown: list[Shown]) -> None:
    factor, unit = display_scale(max(abs(x) for s in shown for x, _ in s.curves.stdp), "s")
    for s in shown:
        x, y = (np.array(v) for v in zip(*s.curves.stdp, strict=True))
        for side in (x < 0.0, x > 0.0):
            st.draw_line(ax, x[side] * factor, 100.0 * y[side], s.series, **DOT)
    ax.axhline(0.0, color=st.MUTED, linewidth=0.9)
    ax.axvline(0.0, color=st.MUTED, linewidth=0.9)
    st.label_axes(ax, f"Post after pre [{unit}]", "Change of the weight [%]")


def _letters(ax: Any, shown: list[Shown]) -> None:
    codes = list(dict.fromkeys(c for s in shown for c, _, _ in s.curves.letters))
    values = [np.array([abs(p) for _, p, _ in s.curves.letters]) for s in shown]
    factor, unit = _scale(values, shown[0].unit)
    for s, y in zip(shown, values, strict=True):
        at = np.array([codes.index(c) for c, _, _ in s.curves.letters], float)
        st.draw_line(ax, at, y * factor, s.series, linestyle="none", **DOT)
    ax.set_xticks(range(len(codes)), [_read(code) for code in codes])
    ax.set_xlim(-0.5, len(codes) - 0.5)
    _from_zero(ax)
    st.label_axes(ax, "Letter", f"Largest |response| [{unit}]")


def _read(code: str) -> str:
    """A letter over its code."""
    letter = next((k for k, v in MORSE.items() if v == code), "")
    return letter + "\n" + code.replace(".", "\u2022").replace("-", "\u2013")


PANELS: tuple[tuple[Panel, Callable[[Curves], Any]], ...] = (
    (_response, lambda c: not c.hidden and c.single.test not in ("learning", "stdp", "morse")),
    (_pairs, lambda c: len(c.ppf) > 1),
    (_rates, lambda c: len(c.rates) > 1),
    (_numbers, lambda c: c.numbers),
    (_retained, lambda c: "number" in c.retained),
    (_durations, lambda c: c.durations),
    (_intensities, lambda c: c.intensities),
    (_learning, lambda c: c.learning is not None),
    (_window, lambda c: c.stdp),
    (_letters, lambda c: c.letters),
)


def logic(traces: Sequence[Trace], name: str) -> str | None:
    """Draw the outputs of the four combinations, their spread over repeats, and the threshold."""
    gates = [g for g in (_gate(t) for t in traces[:MOST_BARS]) if g is not None]
    if not gates:
        return None
    with st.style():
        figure = st.new_figure(max(4.4, 2.3 * len(gates) + 0.8), 3.6)
        axes = figure.subplots(1, len(gates), sharey=True, squeeze=False)
        medians = [o.medians for _, o, _ in gates]
        factor, unit = display_scale(st.biggest(medians), _unit(gates[0][0]))
        for ax, (trace, outputs, threshold) in zip(axes[0], gates, strict=True):
            _bars(ax, outputs, threshold, factor)
            st.label_axes(ax, "Inputs a b", "")
            ax.set_title(st.safe(trace.label))
        axes[0, 0].set_ylabel(f"Output [{unit}]")
        positive = min(float(m.min()) for m in medians)
        if positive > 0.0 and max(float(m.max()) for m in medians) > 30.0 * positive:
            st.log_axis(axes[0, 0])
        else:
            axes[0, 0].set_ylim(bottom=0.0)
        text = "; ".join(f"{t.label or 'gate'}: {o.medians * factor} {unit}" for t, o, _ in gates)
        return st.to_svg(figure, name, "Outputs of a gate", text)


def _gate(trace: Trace) -> tuple[Trace, Outputs, float] | None:
    try:
        kept = good_points(trace)
        stored, during = read_outputs(kept)
    except InputError:
        return None
    chosen = kept.parameters.get("output_during")
    at_once = chosen is not None and chosen.is_known and float(chosen) > 0.5
    outputs = during if at_once and during is not None else stored
    given = kept.parameters.get("threshold")
    threshold = best_threshold(outputs.medians)
    if given is not None and given.is_known:
        threshold = float(given)
    return kept, outputs, threshold


def _unit(trace: Trace) -> str:
    name = next(n for n in ("current", "drain_current", "conductance") if n in trace.columns)
    return trace.units.get(name, "A")


def _bars(ax: Any, outputs: Outputs, threshold: float, factor: float) -> None:
    for k, (bits, value) in enumerate(zip(BITS, outputs.medians, strict=True)):
        on = value > threshold
        shade = st.colour(0) if on else "white"
        ax.bar(k, value * factor, width=0.62, color=shade, edgecolor=st.colour(0), linewidth=1.3)
        many = outputs.values[bits] * factor
        if len(many) > 1:
            spots = k + 0.2 * np.linspace(-1.0, 1.0, len(many))
            ax.plot(spots, many, ".", color=st.INK, markersize=3.5)
    ax.axhline(threshold * factor, color=st.colour(1), linewidth=1.4, linestyle=(0, (5, 2)))
    ax.set_xticks(range(4), ["".join(map(str, b)) for b in BITS])


PICTURES = {"synapse": synapse, "logic": logic}
