"""Pictures of the atlas: the key ones of each system, and comparisons between devices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.lines import Line2D

from ..core.sourced import Sourced
from . import pictures
from .compare import ends
from .model import ReportInput
from .plots import style as st
from .text import pretty_name, pretty_unit

RECORDS = 3  # pictures of records on a card
LARGEST = 400_000  # characters of one picture on a card; larger ones stand in the report alone
REPORTED, COMPUTED = st.PALETTE[1], st.PALETTE[0]


@dataclass(frozen=True)
class Axis:
    """A quantity that is compared between devices: its unit, and whether its axis is linear."""

    name: str
    unit: str
    is_linear: bool = False


AXES = (
    Axis("on_off_ratio", "1"),
    Axis("retention_time", "s"),
    Axis("set_voltage", "V", is_linear=True),
    Axis("energy_per_event", "J"),
    Axis("mobility", "cm2/Vs"),
)
Across = Sequence[tuple[str, str, Sourced, Sourced]]  # system, quantity, reported, computed


def key_pictures(name: str, result: ReportInput) -> tuple[tuple[str, str], ...]:
    """Return (caption, SVG) of the stack, of the first records and of the comparison."""
    before, found = f"{name.lower()}-p", []
    for stage, most in (("device", 1), ("figures", RECORDS), ("comparison", 2)):
        found += pictures.draw_some(result, (stage,), most, before)
    return tuple((p.caption, p.svg) for p in found if len(p.svg) <= LARGEST)


def between_devices(across: Across) -> list[tuple[str, str]]:
    """Return (caption, SVG) of what can be compared across the field."""
    found = []
    for axis in AXES:
        rows = [(s, a, b) for s, q, a, b in across if q == axis.name and b.is_known]
        svg = _dumbbells(axis, rows)
        if svg is not None:
            found.append((f"{pretty_name(axis.name).capitalize()} of every device.", svg))
    svg = _against(across)
    if svg is not None:
        found.insert(0, ("Ratio of the two states against how long they last.", svg))
    return found


def _in(axis: Axis, q: Sourced) -> Sourced | None:
    """The value in the unit of the axis, None where it has no place on it."""
    if q.value is None:
        return None
    q = q.in_unit(axis.unit)
    if not math.isfinite(float(q)) or not (axis.is_linear or float(q) > 0):
        return None
    return q


def _dumbbells(axis: Axis, rows: Sequence[tuple[str, Sourced, Sourced]]) -> str | None:
    """Reported and computed of each system, one row a system."""
    shown = [(s, _in(axis, a), _in(axis, b)) for s, a, b in rows]
    shown = [(s, a, b) for s, a, b in shown if b is not None]
    if not shown:
        return None
    with st.style():
        figure = st.new_figure(6.4, 1.6 + 0.27 * len(shown))
        ax = figure.subplots()
        for k, (_, reported, computed) in enumerate(reversed(shown)):
            _one(ax, axis, k, reported, computed)
        ax.set_yticks(range(len(shown)), [s for s, *_ in reversed(shown)])
        ax.set_ylim(-0.7, len(shown) - 0.3)
        if not axis.is_linear:
            _log_limits(ax, [q for _, a, b in shown for q in (a, b) if q is not None])
        st.label_axes(ax, f"{pretty_name(axis.name)} [{pretty_unit(axis.unit) or '1'}]", "")
        _legend(figure)
        words = "; ".join(f"{s} {float(b):.3g}" for s, _, b in shown if b is not None)
        return st.to_svg(figure, f"across-{axis.name}", pretty_name(axis.name), words)


def _one(ax: Any, axis: Axis, y: int, reported: Sourced | None, computed: Sourced | None) -> None:
    if reported is not None and computed is not None:
        ax.plot([float(reported), float(computed)], [y, y], color=st.MUTED, linewidth=0.9)
    for q, colour, marker in ((reported, REPORTED, "D"), (computed, COMPUTED, "o")):
        if q is None:
            continue
        low, high = ends(q)
        low = low if axis.is_linear or low > 0 else float(q) * 1e-6
        if high > low:
            ax.plot([low, high], [y, y], color=colour, linewidth=3.0, alpha=0.35)
        face = "white" if marker == "D" else colour
        ax.plot(float(q), y, marker=marker, markersize=6, color=colour, markerfacecolor=face)


def _log_limits(ax: Any, values: Sequence[Sourced]) -> None:
    """A log axis over all values; ends of intervals may run off it, values may not."""
    centre = [float(q) for q in values]
    edges = [e for q in values for e in ends(q) if e > 0]
    low, high = max(min(edges), min(centre) * 1e-4), min(max(edges), max(centre) * 1e4)
    ax.set_xlim(low / 2, high * 2)
    st.log_axis(ax, "x")


def _against(across: Across) -> str | None:
    """On / off ratio against retention of the systems that have both."""
    x_axis, y_axis = AXES[1], AXES[0]
    points: list[tuple[str, str, float, float]] = []
    for which in ("reported", "computed"):
        for system in dict.fromkeys(row[0] for row in across):
            own_rows = [row for row in across if row[0] == system]
            of = {q: a if which == "reported" else b for _, q, a, b in own_rows}
            pair = [_in(a, of[a.name]) if a.name in of else None for a in (x_axis, y_axis)]
            if pair[0] is not None and pair[1] is not None:
                points.append((which, system, float(pair[0]), float(pair[1])))
    if not points:
        return None
    with st.style():
        figure = st.new_figure(6.4, 4.4)
        ax = figure.subplots()
        for system in dict.fromkeys(p[1] for p in points):
            own = [p for p in points if p[1] == system]
            ax.plot([p[2] for p in own], [p[3] for p in own], color=st.GRID, linewidth=1.2)
        for which, system, x, y in points:
            is_reported = which == "reported"
            colour, marker = (REPORTED, "D") if is_reported else (COMPUTED, "o")
            face = "white" if is_reported else colour
            ax.plot(x, y, marker=marker, markersize=7, color=colour, markerfacecolor=face)
            ax.annotate(system, (x, y), xytext=(6, 4), textcoords="offset points", fontsize=9)
        for which, values in (("x", [p[2] for p in points]), ("y", [p[3] for p in points])):
            limits = (min(values) / 5, max(values) * 5)
            (ax.set_xlim if which == "x" else ax.set_ylim)(*limits)
            st.log_axis(ax, which)
        st.label_axes(ax, "retention [s]", "on / off ratio [1]")
        _legend(figure)
        return st.to_svg(figure, "across-window", "On/off ratio against retention")


def _legend(figure: Any) -> None:
    looks = (("reported", REPORTED, "D", "white"), ("computed", COMPUTED, "o", COMPUTED))
    handles = [
        Line2D([], [], linestyle="", marker=m, color=c, markerfacecolor=f, label=word)
        for word, c, m, f in looks
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=2, frameon=False)
