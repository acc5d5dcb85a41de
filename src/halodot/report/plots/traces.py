"""Pictures of records: current against voltage, time courses, transistor curves.

Points that carry a bad status are not drawn; the legend says how many were left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.units import convert
from ...device.state import Trace
from ..text import display_scale, number, pretty_unit
from . import style as st

Array = NDArray[np.float64]
MOST_ARROWS = 4
DECADES_SHOWN = 12


def overlay(traces: Sequence[Trace], kind: str, name: str) -> str | None:
    """Draw all traces of one kind in one picture; None if there is nothing to draw.

    Parameters
    ----------
    kind
        ``iv``, ``transfer``, ``output``, ``pulses`` or ``retention``; another kind is drawn
        against time where the record holds it.
    """
    chosen = [t for t in traces if t.kind == kind and len(t)]
    from . import records, synapse

    drawn = PICTURES | records.PICTURES | synapse.PICTURES
    draw = drawn.get(kind, time_course)
    return draw(chosen, name) if chosen else None


def current_voltage(traces: Sequence[Trace], name: str) -> str | None:
    """Draw current against voltage, linear and as log |I|, with arrows along the sweeps."""
    key = _current_key(traces)
    kept = [t for t in traces if key in t.columns and "voltage" in t.columns]
    if not kept:
        return None
    with st.style():
        figure = st.new_figure(8.6, 4.0)
        linear, logarithmic = figure.subplots(1, 2)
        factor, unit = scale_of(kept, key)
        symbol = _symbol(key)
        log_factor, log_unit = _log_scale(kept, key)
        for k, t in enumerate(kept):
            x, y = volts(t), good(t, key)
            st.draw_line(linear, x, y * factor, k, among=len(kept))
            st.draw_line(logarithmic, x, nonzero(np.abs(y)) * log_factor, k, among=len(kept))
        of_source = all("source_voltage" in t.columns for t in kept)
        across = "Voltage of the source [V]" if of_source else "Voltage [V]"
        st.label_axes(linear, across, f"{symbol} [{unit}]")
        st.label_axes(logarithmic, across, f"|{symbol}| [{log_unit}]")
        _decades(logarithmic)
        for k, t in enumerate(kept[:2]):
            y = good(t, key)
            _arrows(linear, volts(t), y * factor, t.sweep, k)
            y = nonzero(np.abs(y)) * log_factor
            _arrows(logarithmic, volts(t), y, t.sweep, k)
        st.legend(figure, legend_labels(kept))
        return st.to_svg(figure, name, "Current against voltage", sentence(kept))


def volts(t: Trace) -> Array:
    """Return the voltage of the source where it is known, else that of the device."""
    return t.columns.get("source_voltage", t.columns["voltage"])


def transfer(traces: Sequence[Trace], name: str) -> str | None:
    """Draw drain current against gate voltage as log and as square root."""
    kept = [t for t in traces if {"drain_current", "gate_voltage"} <= set(t.columns)]
    if not kept:
        return None
    with st.style():
        figure = st.new_figure(8.6, 4.0)
        logarithmic, root = figure.subplots(1, 2)
        factor, unit = scale_of(kept, "drain_current")
        log_factor, log_unit = _log_scale(kept, "drain_current")
        for k, t in enumerate(kept):
            x, y = t.columns["gate_voltage"], np.abs(good(t, "drain_current"))
            st.draw_line(logarithmic, x, nonzero(y) * log_factor, k, among=len(kept))
            st.draw_line(root, x, np.sqrt(y * factor), k, among=len(kept))
        st.label_axes(logarithmic, "Gate voltage [V]", f"|Drain current| [{log_unit}]")
        st.label_axes(root, "Gate voltage [V]", f"√|drain current| [√{unit}]")
        _decades(logarithmic)
        for k, t in enumerate(kept[:2]):
            x, y = t.columns["gate_voltage"], np.abs(good(t, "drain_current")) * log_factor
            _arrows(logarithmic, x, nonzero(y), t.sweep, k)
        st.legend(figure, legend_labels(kept))
        return st.to_svg(figure, name, "Transfer curves", sentence(kept))


def output(traces: Sequence[Trace], name: str) -> str | None:
    """Draw drain current against drain voltage, one series for each gate voltage."""
    kept = [t for t in traces if {"drain_current", "drain_voltage"} <= set(t.columns)]
    if not kept:
        return None
    with st.style():
        figure = st.new_figure(6.4, 4.2)
        ax = figure.subplots()
        factor, unit = scale_of(kept, "drain_current")
        labels: list[str] = []
        looks: list[dict[str, Any]] = []
        for number_of_trace, t in enumerate(kept):
            for step, (gate, rows) in enumerate(_by_gate(t)):
                x, y = t.columns["drain_voltage"][rows], good(t, "drain_current")[rows]
                # several records: colour tells the record and line style the gate voltage
                hue = number_of_trace if len(kept) > 1 else step
                dash = st.DASHES[step % len(st.DASHES)] if len(kept) > 1 else st.dashes(step)
                looks.append({"color": st.colour(hue), "linestyle": dash})
                st.draw_line(ax, x, y * factor, len(labels), **looks[-1])
                at = "" if gate is None else f"gate {number(gate)} V"
                labels.append(", ".join(part for part in (t.label, at) if part))
        st.label_axes(ax, "Drain voltage [V]", f"Drain current [{unit}]")
        st.legend(figure, labels, looks)
        return st.to_svg(figure, name, "Output curves", sentence(kept))


def _by_gate(t: Trace) -> list[tuple[float | None, NDArray[np.bool_]]]:
    if "gate_voltage" not in t.columns:
        return [(None, np.ones(len(t), dtype=bool))]
    gate = np.round(t.columns["gate_voltage"], 6)
    return [(float(g), gate == g) for g in np.unique(gate)]


TIME_PANELS = (
    ("current", "Current", 2.0),
    ("current_density", "Current density", 2.0),
    ("drain_current", "Drain current", 2.0),
    ("voltage", "Voltage", 1.0),
    ("source_voltage", "Source\nvoltage", 1.0),
    ("gate_voltage", "Gate voltage", 1.0),
    ("drain_voltage", "Drain voltage", 1.0),
    ("light", "Light", 1.0),
    ("luminance", "Luminance", 1.0),
)


def time_course(traces: Sequence[Trace], name: str) -> str | None:
    """Draw what flowed and what was applied against time, one panel each."""
    kept = [t for t in traces if "time" in t.columns and not bad_points(t).all()]
    panels = [p for p in TIME_PANELS if any(_moves(t, p[0]) for t in kept)]
    if kept and all("current" in t.columns for t in kept):
        panels = [p for p in panels if p[0] != "current_density"]  # the same line twice
    if not panels:
        return None
    with st.style():
        weights = [p[2] for p in panels]
        figure = st.new_figure(7.0, 1.2 + 1.1 * sum(weights))
        axes = figure.subplots(len(panels), 1, sharex=True, height_ratios=weights, squeeze=False)
        logarithmic = all(t.kind == "retention" for t in kept)
        time_factor, time_unit = (1.0, "s") if logarithmic else scale_of(kept, "time")
        for (key, label, _), ax in zip(panels, axes[:, 0], strict=True):
            factor, unit = scale_of(kept, key)
            for k, t in enumerate(kept):
                if key in t.columns:
                    time = t.columns["time"] * time_factor
                    st.draw_line(
                        ax, nonzero(time) if logarithmic else time, good(t, key) * factor, k
                    )
            st.label_axes(ax, "", f"{label}\n[{unit}]")
            _show_zero(ax)
            if logarithmic:
                st.log_axis(ax, "x")
        axes[-1, 0].set_xlabel(f"Time [{time_unit}]")
        figure.align_ylabels(axes[:, 0])
        st.legend(figure, legend_labels(kept))
        return st.to_svg(figure, name, "Record against time", sentence(kept))


def _show_zero(ax: Any) -> None:
    """Keep a panel that hardly moves from blowing up its last digits."""
    low, high = ax.get_ylim()
    if high - low < 0.3 * max(abs(low), abs(high)):
        margin = 0.1 * max(abs(low), abs(high))
        ax.set_ylim(min(low, 0.0) - margin, max(high, 0.0) + margin)


def _moves(t: Trace, key: str) -> bool:
    """Whether a column is there and, for what is applied, ever differs from zero."""
    if key == "luminance":
        return key in t.columns and bool(np.nanmax(np.abs(t.columns[key]), initial=0.0) > 1e-3)
    return key in t.columns and ("current" in key or bool(np.any(t.columns[key] != 0)))


PICTURES: dict[str, Callable[[Sequence[Trace], str], str | None]] = {
    "iv": current_voltage,
    "transfer": transfer,
    "output": output,
    "pulses": time_course,
    "retention": time_course,
}


def good(t: Trace, key: str) -> Array:
    """Return a column with the points that carry a bad status replaced by NaN."""
    values = np.array(t.columns[key], dtype=float)
    bad = bad_points(t)
    if bad.any():
        values[bad] = np.nan
    return values


def bad_points(t: Trace) -> NDArray[np.bool_]:
    """Return which rows carry a bad status; none where the record has no status a row."""
    if len(t.point_status) != len(t):
        return np.zeros(len(t), dtype=bool)
    return np.array([not s.is_good for s in t.point_status], dtype=bool)


def legend_labels(traces: Sequence[Trace]) -> list[str]:
    """Return the label of each trace, with the number of points that were left out."""
    labels = []
    for t in traces:
        n = int(bad_points(t).sum())
        left_out = f"{n} points not converged, not drawn" if n else ""
        labels.append(" · ".join(part for part in (t.label, left_out) if part))
    return labels


def sentence(traces: Sequence[Trace]) -> str:
    """Return what a picture holds, in words."""
    return "; ".join(f"{t.label or t.kind}: {len(t)} points" for t in traces)


def _current_key(traces: Sequence[Trace]) -> str:
    everywhere = all("current" in t.columns for t in traces)
    return "current" if everywhere else "current_density"


def _symbol(key: str) -> str:
    return {"current": "Current", "current_density": "Current density"}[key]


def scale_of(traces: Sequence[Trace], key: str) -> tuple[float, str]:
    """Return factor and unit of a column: prefixes for A, V, s; mA/cm2 or A/cm2 for densities."""
    kept = [t for t in traces if key in t.columns]
    largest = st.biggest(good(t, key) for t in kept)
    if "voltage" in key:
        return 1.0, "V"
    unit = kept[0].units.get(key, "1")
    if unit == "A/m2":
        small = "mA/cm2" if largest < 1e4 else "A/cm2"
        small = "µA/cm2" if largest < 1e-2 else small
        return convert(1.0, "A/m2", small), small.replace("2", "²")
    return display_scale(largest, unit)


def _log_scale(traces: Sequence[Trace], key: str) -> tuple[float, str]:
    """Factor and unit of a log axis: no prefixes, the powers of ten are on the axis."""
    unit = next(t.units.get(key, "1") for t in traces if key in t.columns)
    return (1e-4, "A/cm²") if unit == "A/m2" else (1.0, pretty_unit(unit))


def nonzero(y: Array) -> Array:
    """Return `y` with NaN where it is not positive, for log axes."""
    return np.where(y > 0, y, np.nan)


def _decades(ax: Any) -> None:
    """Limit a log axis to what can be read, then label it in powers of ten."""
    values = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in ax.lines])
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size:
        return
    top = float(values.max())
    # the zero crossing of a sweep is one point far below the rest: it must not set the scale
    bottom = max(float(np.quantile(values, 0.005)), top * 10.0**-DECADES_SHOWN)
    ax.set_ylim(bottom / 2, top * 2)
    st.log_axis(ax)


def _arrows(ax: Any, x: Array, y: Array, sweep: NDArray[Any], series: int) -> None:
    """Put an arrow on each of the first sweeps, half way along it as drawn."""
    to_unit = ax.transScale + ax.transLimits
    for index in np.unique(sweep)[:MOST_ARROWS]:
        rows = (sweep == index) & np.isfinite(y) & np.isfinite(x)
        if rows.sum() < 5:
            continue
        points = to_unit.transform(np.column_stack([x[rows], y[rows]]))
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
        rise = np.ptp(points[:, 1])
        if not np.isfinite(along[-1]) or along[-1] < 0.12 or rise < 0.04:
            continue  # too short or too flat for an arrow that tells anything
        # off the middle, so that the arrows of two sweeps along one line do not meet
        share = 0.42 if index % 2 == 0 else 0.36
        ends = [
            [np.interp(s * along[-1], along, points[:, c]) for c in (0, 1)]
            for s in (share, share + max(0.03 / along[-1], 0.02))
        ]
        tail, head = to_unit.inverted().transform(ends)
        arrow = ax.annotate(
            "",
            head,
            xytext=tail,
            arrowprops={"arrowstyle": "-|>", "color": st.colour(series), "mutation_scale": 15},
        )
        st.tag(arrow.arrow_patch, series)
