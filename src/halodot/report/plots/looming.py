"""Pictures of the looming task: responses, peaks against l/v, controls, the eye, the map."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from ...task.state import Score
from ..text import display_scale, number
from . import style as st

Array = NDArray[Any]
SHOWN = 4  # approaches of one picture
CONTROLS = ("receding", "translating", "dimming", "empty")
WORDS = {"receding": "receding", "translating": "passing by", "dimming": "light alone",
         "empty": "empty scene"}  # fmt: skip


def _chosen(count: int) -> list[int]:
    return sorted({round(k) for k in np.linspace(0, count - 1, min(SHOWN, count))})


def responses(score: Score, name: str) -> str | None:
    """Draw angle, light and response against the time that is left, device over reference.

    Time is in units of l/v, in which the angle of all approaches is one curve.
    """
    d = score.details
    if "trace_tau" not in d:
        return None
    kept = _chosen(len(d["ratio"]))
    with st.style():
        figure = st.new_figure(7.4, 7.6)
        angle, light, device, perfect = figure.subplots(4, 1, sharex=True)
        top = max(float(np.max(d["trace_response"])), 1e-300)
        for k, i in enumerate(kept):
            ratio = float(d["ratio"][i])
            left = d["trace_tau"][i] / ratio
            st.draw_line(angle, left, np.degrees(d["trace_angle"][i]), k)
            st.draw_line(light, left, d["trace_light"][i], k)
            st.draw_line(device, left, d["trace_response"][i] / top, k)
            before = d["reference_tau"][i] > 0.0
            st.draw_line(perfect, d["reference_tau"][i][before] / ratio,
                         d["reference_response"][i][before], k)  # fmt: skip
            peak = float(d["calm_peak_time"][i]) / ratio
            if np.isfinite(peak):
                at = float(np.interp(-peak, -left, d["trace_response"][i] / top))
                device.plot(peak, at, "o", color=st.colour(k), markersize=5)
        words = ("Angle [°]", "Light [full: 1]", "Device [1]", "Reference [1]")
        for ax, text in zip((angle, light, device, perfect), words, strict=True):
            st.label_axes(ax, "", text)
        perfect.set_xlabel("Time before the collision over l/v [1]")
        last = float(np.min(d["trace_tau"][kept[0]])) / float(d["ratio"][kept[0]])
        first = max(float(d["trace_tau"][i][0] / d["ratio"][i]) for i in kept)
        perfect.set_xlim(first, last)
        st.log_axis(perfect, "x")
        perfect.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v)))
        perfect.set_xlim(first, last)
        st.legend(figure, [f"l/v = {_seconds(float(d['ratio'][i]))}" for i in kept])
        text = "nominal device without chance; the dots are its peaks"
        return st.to_svg(figure, name, "What the device sees and answers", text)


def _seconds(value: float) -> str:
    factor, unit = display_scale(value, "s")
    return f"{number(value * factor)} {unit}"


def peaks(score: Score, name: str) -> str | None:
    """Draw peak times against l/v: nominal device and draws, the fit, and the reference neuron."""
    d = score.details
    if "peak_time" not in d:
        return None
    nominal = d["draw"] < 0
    factor, unit = display_scale(float(np.max(d["ratio"])), "s")
    longest, prefixed = display_scale(
        max(st.biggest([d["peak_time"]]), float(np.max(d["ratio"])) * 1e-3), "s"
    )
    x = np.asarray(d["ratio"]) * factor
    with st.style():
        figure = st.new_figure(6.6, 4.4)
        ax = figure.subplots()
        st.label_axes(ax, f"l/v [{unit}]", f"Peak before the collision [{prefixed}]")
        for tau in np.asarray(d["peak_time"])[~nominal]:
            _dots(ax, x, tau * longest, st.MUTED, 3.5, 0.45)
        mine = np.asarray(d["peak_time"])[nominal]
        for tau in mine:
            _dots(ax, x, tau * longest, st.colour(0), 6.0, 0.9)
        span = np.array([0.0, 1.05 * x[-1]])
        alpha, delay = (np.asarray(d[k])[nominal] for k in ("alpha", "delay"))
        if np.isfinite(alpha).any():
            slope, lag = float(np.nanmedian(alpha)), float(np.nanmedian(delay))
            line = (slope * span / factor - lag) * longest
            ax.plot(span, line, color=st.colour(0), linewidth=1.6)
        others = score.others
        ref = (float(others["reference_alpha"]) * span / factor
               - float(others["reference_delay_s"])) * longest  # fmt: skip
        ax.plot(span, ref, color=st.colour(1), linewidth=1.4, linestyle=(0, (5, 2)))
        ax.set_xlim(0.0, span[1])
        found = np.asarray(d["peak_time"]) * longest
        finite = found[np.isfinite(found)]
        if finite.size:
            ax.set_ylim(min(0.0, 1.1 * float(finite.min())), 1.15 * max(float(finite.max()), 1e-9))
        handles = [
            Line2D([], [], marker="o", linestyle="-", color=st.colour(0), label="nominal device"),
            Line2D([], [], marker="o", linestyle="", color=st.MUTED, label="draws"),
            Line2D([], [], linestyle=(0, (5, 2)), color=st.colour(1), label="reference neuron"),
        ]
        st.legend_of(figure, handles)
        text = f"R2 {number(float(score.value))}" if score.value.is_known else "no peaks"
        return st.to_svg(figure, name, "Peak time against l/v", text)


def _dots(ax: Any, x: Array, y: Array, colour: str, size: float, alpha: float) -> None:
    ax.plot(x, y, "o", color=colour, markersize=size, alpha=alpha, markeredgewidth=0)


def controls(score: Score, name: str) -> str | None:
    """Draw the responses to the controls over that to looming, with intervals, device and eye."""
    rows = [
        (f"{WORDS[c]}{words}", score.others.get(f"{prefix}{c}_ratio"), k)
        for c in CONTROLS
        for k, (prefix, words) in enumerate((("", ""), ("eye_", ", eye")))
    ]
    kept = [(text, q, k) for text, q, k in rows if q is not None and q.is_known]
    if not kept:
        return None
    with st.style():
        figure = st.new_figure(7.0, 1.4 + 0.36 * len(kept))
        ax = figure.subplots()
        ax.axvline(1.0, color=st.INK, linewidth=1.2)
        for row, (_, q, k) in enumerate(reversed(kept)):
            value = float(q)
            low, high = (value if e is None else e for e in (q.low, q.high))
            ax.barh(row, value, height=0.7, color=st.colour(k), alpha=0.75)
            if high > low:
                ax.plot([low, high], [row, row], color=st.INK, linewidth=1.5)
        ax.set_yticks(range(len(kept)), [text for text, _, _ in reversed(kept)])
        ax.tick_params(axis="y", length=0)
        ax.set_xlim(0.0, 1.08 * max(1.0, *(float(q.high or q) for _, q, _ in kept)))
        st.label_axes(ax, "Largest response over that to a looming object [1]", "")
        ax.grid(False, axis="y")
        text = "; ".join(f"{t} {number(float(q))}" for t, q, _ in kept)
        return st.to_svg(
            figure, name, "Controls: a neuron that tells them apart stays below 1", text
        )


def eye(score: Score, name: str) -> str | None:
    """Draw what the cells of the eye answer at their peak, and which side they say."""
    d = score.details
    if "eye_current" not in d:
        return None
    with st.style():
        sides = "side_true" in d and len(d["side_true"]) > 0
        figure = st.new_figure(8.6 if sides else 4.6, 3.9)
        axes = figure.subplots(1, 2 if sides else 1, squeeze=False)[0]
        _cells(figure, axes[0], d)
        if sides:
            _sides(axes[1], d)
            handles = [
                Line2D([], [], marker="o", linestyle="", color=st.colour(0), label="devices"),
                Line2D([], [], marker="s", linestyle="", color=st.MUTED, label="light alone"),
            ]
            st.legend_of(figure, handles)
        return st.to_svg(figure, name, "The compound eye", "cells at the peak; directions told")


def _cells(figure: Any, ax: Any, d: dict[str, Any]) -> None:
    side = round(np.sqrt(len(d["eye_current"])))
    values = np.asarray(d["eye_current"]).reshape(side, side)
    factor, unit = display_scale(st.biggest([values]), "A")
    edges = np.degrees(np.linspace(-0.5 * np.pi, 0.5 * np.pi, side + 1))
    drawn = ax.pcolormesh(edges, edges, values * factor, cmap="viridis")
    st.label_axes(ax, "Azimuth [°]", "Elevation [°]")
    ax.grid(False)
    ax.set_aspect("equal")
    ax.set_xticks([-90, -45, 0, 45, 90])
    ax.set_yticks([-90, -45, 0, 45, 90])
    bar = figure.colorbar(drawn, ax=ax, shrink=0.85)
    bar.set_label(f"Current [{unit}]")
    bar.ax.set_gid("plain")


def _sides(ax: Any, d: dict[str, Any]) -> None:
    true = np.degrees(d["side_true"])
    for edge in (-30.0, 30.0):
        ax.axvline(edge, color=st.GRID, linewidth=1.4)
        ax.axhline(edge, color=st.GRID, linewidth=1.4)
    ax.plot([-90, 90], [-90, 90], color=st.MUTED, linewidth=0.9)
    ax.plot(true, np.degrees(d["side_light"]), "s", color=st.MUTED, markersize=5, alpha=0.7)
    ax.plot(true, np.degrees(d["side_device"]), "o", color=st.colour(0), markersize=6)
    st.label_axes(ax, "Comes from [°]", "Direction told [°]")
    ax.set_xlim(-95, 95)
    ax.set_ylim(-95, 95)
    ax.set_xticks([-90, -30, 30, 90])
    ax.set_yticks([-90, -30, 30, 90])
    ax.grid(False)


def mapped(score: Score, name: str) -> str | None:
    """Draw R2 over time scale and bias; marked where angle and peaks hold, and the false alarm."""
    d = score.details
    if "map_r2" not in d:
        return None
    r2 = np.asarray(d["map_r2"])
    with st.style():
        figure = st.new_figure(8.6, 1.8 + 0.5 * r2.shape[1])
        axes = figure.subplots(1, 2, sharey=True)
        shown: Any = None
        for chance, ax in enumerate(axes):
            shown = ax.imshow(r2[chance], cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto",
                              origin="lower")  # fmt: skip
            for i, j in np.ndindex(*r2[chance].shape):
                ax.text(j, i, _words(d, chance, i, j), ha="center", va="center", fontsize=8,
                        color="white" if r2[chance, i, j] > 0.55 else st.INK)  # fmt: skip
            ax.set_title("with one history of chance" if chance else "without chance")
            ax.set_xticks(range(r2.shape[2]), [number(float(s)) for s in d["map_share"]])
            ax.set_xlabel("Bias over the threshold [1]")
        shortest = float(d["shortest"])
        ticks = [_seconds(float(s) * shortest) for s in d["map_scale"]]
        axes[0].set_yticks(range(r2.shape[1]), ticks)
        axes[0].set_ylabel("Smallest l/v")
        bar = figure.colorbar(shown, ax=list(axes), shrink=0.9)
        bar.set_label("R2 [1]")
        bar.ax.set_gid("plain")
        return st.to_svg(figure, name, "Time scales and biases", "R2, spread of the angle, alarm")


def _words(d: dict[str, Any], chance: int, i: int, j: int) -> str:
    """Spread of the angle where there is a line; share of peaks; what an empty scene gives."""
    spread, share, empty = (
        float(np.asarray(d[f"map_{k}"])[chance, i, j]) for k in ("spread", "peaks", "empty")
    )
    if not np.isfinite(share):
        return "no bias"
    text = f"{100 * share:.0f} % peak"
    if np.isfinite(spread):
        text += f"\n± {number(round(spread, 1))}°"
    if np.isfinite(empty) and empty >= 0.5:
        text += "\nfalse alarm"
    return text


PICTURES = {
    "responses": responses, "peaks": peaks, "controls": controls, "eye": eye, "map": mapped,
}  # fmt: skip
