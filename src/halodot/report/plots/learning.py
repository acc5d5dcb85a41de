"""Pictures of classification: learning by epoch, steps of pulses, where accuracy goes."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ...core.sourced import Sourced
from ...task.state import Score
from ..compare import ends
from . import style as st

F = NDArray[np.float64]
CURVES = (
    ("ideal_per_epoch", "changes as wanted"),
    ("linear_per_epoch", "straight steps of that size"),
    ("accuracy_per_epoch", "pulses of the device"),
)
# rows of the ladder, from software down to the array
RUNGS = (
    ("baseline", "software"),
    ("ideal_accuracy", "cells without fault"),
    ("quantised_accuracy", "+ levels, converters"),
    ("nominal_accuracy", "+ wires"),
    ("value", "+ writing, cell to cell"),
)


def by_epoch(score: Score, name: str) -> str | None:
    """Draw the accuracy of the test set against epochs: device, ideal steps, software, chance.

    Lines are means over repetitions, bands their range.
    """
    curves = [(words, np.asarray(score.details[k])) for k, words in CURVES if k in score.details]
    if not curves:
        return None
    with st.style():
        figure = st.new_figure(6.4, 4.2)
        ax = figure.subplots()
        epochs = np.arange(curves[0][1].shape[1])
        for k, (_, values) in enumerate(curves):
            ax.fill_between(
                epochs, 100 * values.min(axis=0), 100 * values.max(axis=0), color=st.colour(k),
                alpha=st.BAND, linewidth=0,
            )  # fmt: skip
            st.draw_line(ax, epochs, 100 * values.mean(axis=0), k)
        levels = [
            ("trained in software", score.baseline, st.INK),
            ("chance", score.chance, st.MUTED),
        ]
        for n, (_, q, shade) in enumerate(levels):
            if q.is_known:
                line = ax.axhline(100 * float(q), color=shade, linewidth=1.1, linestyle=(0, (1, 2)))
                st.tag(line, len(curves) + n)
        st.label_axes(ax, "Epoch [1]", "Accuracy on the test set [%]")
        ax.set_ylim(0, 102)
        ax.set_xlim(0, epochs[-1])
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        looks = [{"color": st.colour(k), "linestyle": st.dashes(k)} for k in range(len(curves))]
        looks += [{"color": shade, "linestyle": (0, (1, 2))} for _, _, shade in levels]
        st.legend(figure, [w for w, _ in curves] + [w for w, _, _ in levels], looks)
        text = "; ".join(f"{w}: {100 * v[:, -1].mean():.1f} % at the end" for w, v in curves)
        return st.to_svg(figure, name, "Accuracy by epoch", text)


def steps(score: Score, name: str) -> str | None:
    """Draw the mean change of one pulse against the place of a cell in its range."""
    tables = [
        (words, np.asarray(score.details.get(key, ())))
        for key, words in (("step_up", "pulse up"), ("step_down", "pulse down"))
    ]
    tables = [(w, t) for w, t in tables if len(t)]
    if not tables:
        return None
    with st.style():
        figure = st.new_figure(6.4, 3.6)
        ax = figure.subplots()
        for k, (_, change) in enumerate(tables):
            places = np.linspace(0.0, 100.0, len(change))
            st.draw_line(ax, places, 100 * change, k)
        ax.axhline(0.0, color=st.INK, linewidth=0.8)
        st.label_axes(ax, "Place in the range [%]", "Change of a pulse [% of range]")
        ax.set_xlim(0, 100)
        st.legend(figure, [w for w, _ in tables])
        return st.to_svg(figure, name, "Steps of pulses", "mean step up and down over the range")


def ladder(score: Score, name: str) -> str | None:
    """Draw accuracies from software down to the array, one cause after another."""
    known = {"baseline": score.baseline, "value": score.value} | score.others
    rows = [(w, known[k]) for k, w in RUNGS if k in known and known[k].is_known]
    if len(rows) < 3:
        return None
    with st.style():
        figure = st.new_figure(6.4, 1.2 + 0.42 * len(rows))
        ax = figure.subplots()
        for k, (_, q) in enumerate(rows):
            _rung(ax, len(rows) - 1 - k, q)
        ax.set_yticks(range(len(rows)), [w for w, _ in reversed(rows)])
        ax.set_ylim(-0.6, len(rows) - 0.4)
        ax.tick_params(axis="y", length=0)
        low, high = ax.get_xlim()
        ax.set_xlim(max(low, 0.0), min(high, 100.5))
        ax.set_xlabel("Accuracy [%]: mean, and 90 % of the next repetition")
        ax.grid(True, axis="x", color=st.GRID)
        ax.set_axisbelow(True)
        text = "; ".join(f"{w}: {100 * float(q):.1f} %" for w, q in rows)
        return st.to_svg(figure, name, "Where accuracy goes", text)


def _rung(ax: Any, y: float, q: Sourced) -> None:
    low, high = (100 * e for e in ends(q))
    ax.plot([low, high], [y, y], color=st.colour(0), linewidth=4, alpha=0.3, solid_capstyle="butt")
    ax.plot(100 * float(q), y, "o", color=st.colour(0), markersize=7, markeredgecolor="white")
    ax.annotate(
        f"{100 * float(q):.1f}", (100 * float(q), y), xytext=(0, 8), textcoords="offset points",
        ha="center", fontsize=9,
    )  # fmt: skip


def over_time(score: Score, name: str) -> str | None:
    """Draw the accuracy against the time after programming."""
    if "times" not in score.details:
        return None
    times = np.asarray(score.details["times"])
    values = 100 * np.asarray(score.details["accuracy_per_time"])
    order = np.argsort(times)
    times, values = times[order], values[order]
    with st.style():
        figure = st.new_figure(6.4, 3.6)
        ax = figure.subplots()
        ax.fill_between(
            times, values.min(axis=1), values.max(axis=1), color=st.colour(0), alpha=st.BAND,
            linewidth=0,
        )  # fmt: skip
        st.draw_line(ax, times, values.mean(axis=1), 0, marker="o")
        if score.baseline.is_known:
            line = ax.axhline(
                100 * float(score.baseline), color=st.INK, linewidth=1.1, linestyle=(0, (1, 2))
            )
            st.tag(line, 1)
        st.label_axes(ax, "Time after programming [s]", "Accuracy [%]")
        if len(times) > 1 and times[0] > 0.0:
            st.log_axis(ax, "x")
        ax.set_ylim(0, 102)
        looks: list[dict[str, Any]] = [
            {"color": st.colour(0)},
            {"color": st.INK, "linestyle": (0, (1, 2))},
        ]
        st.legend(figure, ["mean and range of programmings", "in software"], looks)
        return st.to_svg(figure, name, "Accuracy after programming", f"{len(times)} times")
