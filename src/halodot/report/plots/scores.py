"""Pictures of verdicts: reported against computed, confusion matrix, accuracies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator
from numpy.typing import NDArray

from ...core.sourced import Sourced
from ...task.state import Score
from ..compare import ends
from ..model import Comparison
from ..text import number, pretty_name
from . import style as st

# role -> marker, size, words; the shape says it without colour
MARKS = {
    "predicted": ("o", 8.0, "predicted"),
    "calibrated": ("s", 7.0, "calibrated, not counted"),
    "input": ("D", 6.5, "put in, not counted"),
}
HOLDS, FAILS, OPEN = "#0072B2", "#D55E00", "#6e7781"
LARGEST_MATRIX = 30


def reported_against_computed(comparisons: Sequence[Comparison], name: str) -> str | None:
    """Draw computed over reported on a log axis, one row a figure, with 90 % intervals.

    Left out: yes/no figures, unknown values and pairs of different sign, which have no place on
    a log axis; the table beside the picture holds them.
    """
    rows = [c for c in comparisons if c.ratio is not None and 0 < c.ratio < np.inf]
    if not rows:
        return None
    with st.style():
        figure = st.new_figure(7.4, 1.5 + 0.36 * len(rows))
        ax = figure.subplots()
        ax.axvline(1.0, color=st.INK, linewidth=1.2)
        for k, c in enumerate(rows):
            _row(ax, c, len(rows) - 1 - k)
        ax.set_yticks(range(len(rows)), [_row_name(c) for c in reversed(rows)])
        ax.set_ylim(-0.7, len(rows) - 0.3)
        ax.tick_params(axis="y", length=0)
        _ratio_axis(ax, rows)
        ax.grid(True, axis="x", color=st.GRID)
        ax.set_axisbelow(True)
        _mark_legend(figure, rows)
        text = "; ".join(f"{c.name} {c.ratio:.3g} ({c.role})" for c in rows)
        return st.to_svg(figure, name, "Computed over reported", text)


def _row_name(c: Comparison) -> str:
    text = pretty_name(c.name) + (f", {c.variant}" if c.variant else "")
    text = st.safe(text if len(text) <= 44 else text[:43] + "…")
    return text if c.bound == "=" else f"{text}  {c.bound}"


def verdict_colour(c: Comparison) -> str:
    """Return the colour of a comparison: holds, fails, or not judged."""
    return OPEN if c.within is None else HOLDS if c.within else FAILS


def _row(ax: Any, c: Comparison, y: int) -> None:
    ratio, reported, shade = float(c.ratio or 1.0), float(c.reported), verdict_colour(c)
    low, high = sorted(end / reported for end in ends(c.computed))
    low = low if low > 0 else ratio * 1e-3  # an interval through zero runs off a log axis
    if high > low:
        ax.plot([low, high], [y, y], color=shade, linewidth=3.2, alpha=0.45, solid_capstyle="butt")
    if c.reported.low is not None and c.reported.high is not None:
        a, b = sorted(end / reported for end in ends(c.reported))
        ax.plot([max(a, 1e-9), b], [y - 0.24] * 2, color=st.INK, linewidth=1.3)
    if c.bound != "=":
        ahead = "->" if (c.bound == ">") == (reported > 0) else "<-"
        ax.annotate(
            "",
            (1.0, y),
            xytext=(26 if ahead == "->" else -26, 0),
            textcoords="offset points",
            arrowprops={"arrowstyle": "<-", "color": st.INK, "linewidth": 1.2},
        )
    marker, size, _ = MARKS[c.role]
    ax.plot(
        ratio,
        y,
        marker=marker,
        markersize=size,
        color=shade,
        markeredgecolor="white",
        markeredgewidth=0.8,
        linestyle="",
        zorder=4,
    )


def _ratio_axis(ax: Any, rows: Sequence[Comparison]) -> None:
    edges = [1.0]
    for c in rows:
        edges += [float(c.ratio or 1.0)]
        edges += [e / float(c.reported) for e in ends(c.computed) if e / float(c.reported) > 0]
    low, high = max(min(edges), 1e-6), min(max(edges), 1e6)
    low, high = min(low / 1.4, 0.5), max(high * 1.4, 2.0)
    ax.set_xlim(low, high)
    st.log_axis(ax, "x")
    if low > 1e-3 and high < 1e3:
        if high / low < 300:
            ax.xaxis.set_major_locator(LogLocator(10, subs=(1.0, 2.0, 5.0)))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v)))
    ax.set_xlabel("Computed over reported [1]")


def _mark_legend(figure: Any, rows: Sequence[Comparison]) -> None:
    roles = [r for r in MARKS if any(c.role == r for c in rows)]
    handles = [
        Line2D(
            [],
            [],
            marker=MARKS[r][0],
            markersize=MARKS[r][1],
            color=OPEN,
            linestyle="",
            label=MARKS[r][2],
        )
        for r in roles
    ]
    if any(c.within is True for c in rows):
        handles.append(Line2D([], [], color=HOLDS, linewidth=4, label="holds"))
    if any(c.within is False for c in rows):
        handles.append(Line2D([], [], color=FAILS, linewidth=4, label="does not hold"))
    if any(c.bound != "=" for c in rows):
        look: dict[str, Any] = {"marker": ">", "markersize": 6, "markevery": [1], "linewidth": 1.2}
        handles.append(Line2D([], [], color=st.INK, label="reported bound", **look))
    figure.legend(
        handles=handles, loc="outside upper left", ncols=min(len(handles), 3), frameon=False
    )


def confusion(score: Score, name: str) -> str | None:
    """Draw the confusion matrix of a task (`details["confusion"]`), counts in the cells."""
    matrix = _matrix(score.details.get("confusion"))
    if matrix is None:
        return None
    labels = [st.safe(str(x)) for x in score.details.get("classes", range(len(matrix)))]
    with st.style():
        side = min(3.2 + 0.28 * len(matrix), 6.5)
        figure = st.new_figure(side + 0.6, side)
        ax = figure.subplots()
        share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
        shown = ax.imshow(share, cmap="Blues", vmin=0, vmax=1)
        bar = figure.colorbar(shown, ax=ax, shrink=0.8)
        bar.set_label("Share of the true class [1]")
        bar.ax.set_gid("plain")
        _counts(ax, matrix, share)
        ax.set_xticks(range(len(labels)), labels, rotation=90 if _long(labels) else 0)
        ax.set_yticks(range(len(labels)), labels)
        ax.set_xlabel("Class given [count in cell]")
        ax.set_ylabel("True class [count in cell]")
        right = int(np.trace(matrix))
        text = f"{right} of {int(matrix.sum())} on the diagonal"
        return st.to_svg(figure, name, f"Confusion matrix of {score.task}", text)


def _matrix(raw: object) -> NDArray[np.float64] | None:
    if raw is None:
        return None
    matrix = np.asarray(raw, dtype=float)
    square = matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1] > 0
    return matrix if square and len(matrix) <= LARGEST_MATRIX else None


def _long(labels: Sequence[str]) -> bool:
    return max(len(x) for x in labels) > 3


def _counts(ax: Any, matrix: NDArray[Any], share: NDArray[Any]) -> None:
    if len(matrix) > 12:
        return
    for (i, j), n in np.ndenumerate(matrix):
        if n:
            ink = "white" if share[i, j] > 0.55 else st.INK
            ax.text(j, i, f"{n:g}", ha="center", va="center", color=ink, fontsize=9)


def accuracies(scores: Sequence[tuple[str, Score]], name: str) -> str | None:
    """Draw what tasks reached beside their baselines and chance; those of the first measure."""
    known = [(label, s) for label, s in scores if s.value.is_known]
    kept = [(label, s) for label, s in known if s.measure == known[0][1].measure]
    if not kept:
        return None
    scale = 100.0 if kept[0][1].measure == "accuracy" else 1.0
    with st.style():
        figure = st.new_figure(6.4, 1.6 + 0.9 * len(kept))
        ax = figure.subplots()
        parts = (("on the array", "value"), ("baseline", "baseline"), ("chance", "chance"))
        ticks, names = [], []
        for k, (label, score) in enumerate(kept):
            for j, (words, key) in enumerate(parts):
                q: Sourced = getattr(score, key)
                if q.is_known:
                    y = -(k * 3.6 + j)
                    _bar(ax, y, q, key, scale)
                    ticks.append(y)
                    names.append(f"{st.safe(label or score.task)}: {words}")
        ax.set_yticks(ticks, names)
        if scale == 100.0:
            ax.set_xlim(0, 105)
        ax.tick_params(axis="y", length=0)
        measure = kept[0][1].measure
        ax.set_xlabel(f"{measure[:1].upper()}{measure[1:]} [{'%' if scale == 100.0 else '1'}]")
        ax.grid(True, axis="x", color=st.GRID)
        ax.set_axisbelow(True)
        text = "; ".join(f"{n}" for n in names)
        return st.to_svg(
            figure, name, f"{measure[:1].upper()}{measure[1:]} beside its baselines", text
        )


def _bar(ax: Any, y: float, q: Sourced, key: str, scale: float) -> None:
    face = {"value": "#0072B2", "baseline": "#9fb8cc", "chance": "#d4d8de"}[key]
    value = scale * float(q)
    ax.barh(y, value, height=0.78, color=face)
    low, high = (scale * e for e in ends(q))
    if high > low:
        ax.plot([low, high], [y, y], color=st.INK, linewidth=1.6)
    room = max(high, value)
    full = 105.0 if scale == 100.0 else 1.15 * ax.get_xlim()[1]
    inside = room > 0.84 * full
    gap = 0.012 * full
    ax.text(
        min(low, value) - gap if inside else room + gap,
        y,
        f"{value:.1f}" if scale == 100.0 else f"{value:.3g}",
        va="center",
        ha="right" if inside else "left",
        fontsize=9.5,
        color="white" if inside and key == "value" else st.INK,
    )
