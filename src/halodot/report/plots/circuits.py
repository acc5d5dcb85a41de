"""Pictures of circuits with one device: gates, and a transistor gated by a memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ...task.state import Score
from . import style as st

INPUTS = ("00", "01", "10", "11")
GOOD = 0.99
FUNCTIONS = (("neither", "#e9ecef"), ("AND", "#0072B2"), ("OR", "#E69F00"))
WRITTEN, ERASED = "#D55E00", "#0072B2"
MOST_SETTINGS = 30


def gate_outputs(score: Score, name: str) -> str | None:
    """Draw every output of the gate that is scored, by its inputs, and the threshold; log axis."""
    d = score.details
    if score.task != "logic" or not len(d.get("outputs", ())):
        return None
    outputs, inputs = np.abs(np.asarray(d["outputs"])), np.asarray(d["inputs"])
    function = str(d["function"])
    threshold = float(d["chosen_thresholds"][function])
    ones = {"AND": (3,), "OR": (1, 2, 3)}[function]
    with st.style():
        figure = st.new_figure(6.4, 4.0)
        ax = figure.subplots()
        for k in range(4):
            y = outputs[inputs == k]
            # side by side in a fixed order, so that points do not hide one another
            x = k + np.linspace(-0.28, 0.28, len(y)) if len(y) > 1 else np.full(len(y), float(k))
            face = "#0072B2" if k in ones else "#9fb8cc"
            ax.plot(x, y, "o", markersize=3.2, color=face, markeredgewidth=0)
        ax.axhline(threshold, color=WRITTEN, linewidth=1.4, linestyle=(0, (5, 2)))
        ax.set_xticks(range(4), INPUTS)
        ax.tick_params(axis="x", length=0)
        st.label_axes(ax, "Inputs a b", "Output over the load [V]")
        st.log_axis(ax, "y")
        handles = [
            Line2D([], [], marker="o", linestyle="", color="#0072B2", label="1 is right"),
            Line2D([], [], marker="o", linestyle="", color="#9fb8cc", label="0 is right"),
            Line2D([], [], color=WRITTEN, linestyle=(0, (5, 2)), label="threshold"),
        ]
        st.legend_of(figure, handles)
        return st.to_svg(figure, name, f"Outputs of {function} by its inputs")


def gate_window(score: Score, name: str) -> str | None:
    """Draw which function the circuit is at each setting and threshold."""
    d = score.details
    settings = d.get("settings", ())
    if score.task != "logic" or not 0 < len(settings) <= MOST_SETTINGS:
        return None
    both = [np.asarray(d[f"{f}_shares"]) >= GOOD for f in ("and", "or")]
    code = np.where(both[0], 1, np.where(both[1], 2, 0))
    thresholds = np.asarray(d["thresholds"])
    with st.style():
        figure = st.new_figure(7.4, 1.7 + 0.34 * len(settings))
        ax = figure.subplots()
        edges = np.sqrt(thresholds[1:] * thresholds[:-1])
        ends = thresholds[0] ** 2 / edges[0], thresholds[-1] ** 2 / edges[-1]
        x = np.concatenate([[ends[0]], edges, [ends[1]]])
        colours = ListedColormap([c for _, c in FUNCTIONS])
        shown = ax.pcolormesh(
            x, np.arange(len(settings) + 1) - 0.5, code, cmap=colours, vmin=-0.5, vmax=2.5
        )
        shown.set_edgecolor("face")
        for k in range(1, len(settings)):
            ax.axhline(k - 0.5, color="white", linewidth=2.0)
        for key in ("AND", "OR"):
            row, at = int(d["chosen_settings"][key]), float(d["chosen_thresholds"][key])
            ax.plot([at], [row], "o", markersize=7, color="white", markeredgecolor=st.INK)
        ax.set_yticks(range(len(settings)), [st.safe(str(s)) for s in settings])
        ax.invert_yaxis()
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel("Threshold of the comparator [V]")
        st.log_axis(ax, "x")
        handles: list[Any] = [Patch(facecolor=c, label=n) for n, c in FUNCTIONS]
        handles.append(
            Line2D([], [], marker="o", linestyle="", color="white", markeredgecolor=st.INK,
                   label="chosen"))  # fmt: skip
        st.legend_of(figure, handles)
        text = f"Shares right of {100 * GOOD:.0f} % and more count"
        return st.to_svg(figure, name, "Which function at which threshold", text)


def gate_stream(score: Score, name: str) -> str | None:
    """Draw supply, light and output over the first operations of one cell."""
    trace = np.asarray(score.details.get("trace", np.zeros((4, 0))))
    if score.task != "logic" or trace.shape[1] < 2:
        return None
    time, supply, light, out = trace
    with st.style():
        figure = st.new_figure(7.4, 4.6)
        axes = figure.subplots(3, 1, sharex=True, height_ratios=[1, 0.7, 1.2])
        rows = ((supply, "Supply [V]"), (light, "Light [1]"), (np.abs(out), "Output [V]"))
        for k, (ax, (y, label)) in enumerate(zip(axes, rows, strict=True)):
            ax.plot(time, y, color=st.colour(k), linewidth=1.3)
            st.label_axes(ax, "", label)
        floor = max(float(np.abs(out).max()) * 1e-6, 1e-12)
        axes[2].set_ylim(floor, 3.0 * float(np.abs(out).max()) + 2.0 * floor)
        st.log_axis(axes[2], "y")
        gate = score.details["chosen_thresholds"][score.details["function"]]
        axes[2].axhline(float(gate), color=WRITTEN, linewidth=1.2, linestyle=(0, (5, 2)))
        axes[2].set_xlabel("Time [s]")
        figure.align_ylabels(axes)
        return st.to_svg(figure, name, "A stream of operations in one cell")


def gated_transfer(score: Score, name: str) -> str | None:
    """Draw the transfer curve of the transistor and where its two states stand on it."""
    d = score.details
    if score.task != "gated_memory" or "gate_axis" not in d:
        return None
    bits = np.asarray(d["bits"]).astype(bool)
    gate, drain = np.asarray(d["gate"]), np.asarray(d["drain"])
    with st.style():
        figure = st.new_figure(6.4, 4.0)
        ax = figure.subplots()
        ax.plot(d["gate_axis"], d["drain_curve"], color=st.MUTED, linewidth=1.6)
        for chosen, colour, marker in ((bits, WRITTEN, "o"), (~bits, ERASED, "s")):
            ax.plot(
                gate[chosen], drain[chosen], marker, markersize=5, color=colour, alpha=0.6,
                markeredgewidth=0,
            )  # fmt: skip
        ax.axhline(float(d["threshold"]), color=st.INK, linewidth=1.0, linestyle=(0, (5, 2)))
        st.label_axes(ax, "Gate voltage at a read [V]", "Drain current [A]")
        st.log_axis(ax, "y")
        handles = [
            Line2D([], [], color=st.MUTED, label="transistor"),
            Line2D([], [], marker="o", linestyle="", color=WRITTEN, label="written"),
            Line2D([], [], marker="s", linestyle="", color=ERASED, label="erased"),
            Line2D([], [], color=st.INK, linestyle=(0, (5, 2)), label="threshold"),
        ]
        st.legend_of(figure, handles)
        return st.to_svg(figure, name, "Where both states stand on the transistor")


def gated_retention(score: Score, name: str) -> str | None:
    """Draw the drain current of both states of every cell against the time since writing."""
    d = score.details
    if score.task != "gated_memory" or not len(d.get("retention_drain", ())):
        return None
    times, drains = np.asarray(d["retention_times"]), np.asarray(d["retention_drain"])
    with st.style():
        figure = st.new_figure(6.4, 4.0)
        ax = figure.subplots()
        for k, colour, dash in ((1, WRITTEN, "solid"), (0, ERASED, (0, (5, 2)))):
            for cell in drains[:, k]:
                ax.plot(times, cell, color=colour, linestyle=dash, linewidth=1.1, alpha=0.7)
        ax.axhline(float(d["threshold"]), color=st.INK, linewidth=1.0, linestyle=(0, (1.5, 1.5)))
        st.label_axes(ax, "Time at 0 V [s]", "Drain current at a read [A]")
        st.log_axis(ax, "x")
        st.log_axis(ax, "y")
        handles = [
            Line2D([], [], color=WRITTEN, label="written"),
            Line2D([], [], color=ERASED, linestyle=(0, (5, 2)), label="erased"),
            Line2D([], [], color=st.INK, linestyle=(0, (1.5, 1.5)), label="threshold"),
        ]
        st.legend_of(figure, handles)
        return st.to_svg(figure, name, "Retention of the gated memory")


PICTURES = (
    (gate_outputs, "Every output of the scored gate, by its inputs; cells that chose nothing."),
    (gate_window, "Which function the circuit is, by the threshold of its comparator."),
    (gate_stream, "Supply, light and output of one cell over its first operations."),
    (gated_transfer, "The transistor, and where the written and the erased state stand on it."),
    (gated_retention, "Both states of every cell after their writing; each line is a cell."),
)
