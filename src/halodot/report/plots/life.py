"""Pictures of what films go through: water behind a barrier, ageing, bending, cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...film.state import FilmProperties
from ..text import pretty_name
from . import style as st

Films = Sequence[tuple[str, FilmProperties]]
MOST = 6
DAY = 86400.0
GRAMS = 8.64e7  # kg/m2 s in g/m2 d
MOST_BARS = 9
PARTS = ("precursors", "solvent", "labour", "equipment", "rejects")


def _with(films: Films, curve: str) -> Films:
    return [row for row in films if curve in row[1].curves][:MOST]


def barriers(films: Films, name: str) -> str | None:
    """Draw the rate of water through each barrier against time, with its time lag."""
    shown = _with(films, "barrier_rate")
    if not shown:
        return None
    with st.style():
        figure = st.new_figure(8.4, 4.4)
        ax = figure.subplots()
        st.label_axes(ax, "Time [days]", "Water vapour transmission [g/m² d]")
        top = max(GRAMS * float(f.curves["barrier_rate"][-1]) for _, f in shown)
        least = min(GRAMS * float(f.curves["barrier_rate"][-1]) for _, f in shown)
        for k, (_, film) in enumerate(shown):
            _one_barrier(ax, film.curves, k, least * 1e-3)
        ax.set_ylim(least * 1e-3, 30.0 * top)
        st.log_axis(ax)
        st.log_axis(ax, "x")
        st.legend(figure, [label for label, _ in shown])
        return st.to_svg(figure, name, "Water through the barrier against time")


def _one_barrier(ax: Any, curves: dict[str, Any], k: int, floor: float) -> None:
    time = curves["barrier_time"] / DAY
    if "barrier_rate_low" in curves:
        low, high = (
            np.maximum(GRAMS * curves[f"barrier_rate_{e}"], 0.1 * floor) for e in ("low", "high")
        )
        band = ax.fill_between(time, low, high, color=st.colour(k), alpha=0.12, linewidth=0)
        st.tag(band, k)
    rate = np.maximum(GRAMS * curves["barrier_rate"], 0.1 * floor)
    st.draw_line(ax, time, rate, k)
    lag = float(curves["barrier_lag"][0]) / DAY
    at = float(np.interp(lag, time, rate))
    (mark,) = ax.plot(lag, at, "v", color=st.colour(k), markersize=7)
    st.tag(mark, k)


def ageing(films: Films, name: str) -> str | None:
    """Draw what is left of each film against time, with 90 % bands."""
    shown = _with(films, "ageing_left")
    if not shown:
        return None
    with st.style():
        figure = st.new_figure(7.0, 4.2)
        ax = figure.subplots()
        st.label_axes(ax, "Time [days]", "Share left")
        for k, (_, film) in enumerate(shown):
            time = film.curves["ageing_time"] / DAY
            if "ageing_left_low" in film.curves:
                low, high = (film.curves[f"ageing_left_{e}"] for e in ("low", "high"))
                band = ax.fill_between(time, low, high, color=st.colour(k), alpha=0.1, linewidth=0)
                st.tag(band, k)
            st.draw_line(ax, time, film.curves["ageing_left"], k)
        ax.set_ylim(0.0, 1.02)
        ax.set_xlim(0.0, None)
        st.legend(figure, [label for label, _ in shown])
        return st.to_svg(figure, name, "Ageing of the film")


def bending(films: Films, name: str) -> str | None:
    """Draw the strain through each bent stack, equal ones once; squares are films of dots."""
    held = [row for row in films if "bending_strain" in row[1].curves]
    stacks = {row[1].curves["bending_strain"].tobytes(): row for row in reversed(held)}
    shown = list(reversed(stacks.values()))[:MOST]
    if not shown:
        return None
    with st.style():
        figure = st.new_figure(7.0, 4.2)
        ax = figure.subplots()
        st.label_axes(ax, "Height in the stack [µm]", "Strain [%]")
        ax.axhline(0.0, color=st.MUTED, linewidth=0.8)
        for k, (_, film) in enumerate(shown):
            c = film.curves
            height, strain = 1e6 * c["bending_height"], 100.0 * c["bending_strain"]
            st.draw_line(ax, height, strain, k)
            dots = 1e6 * c["bending_film"]
            inside = np.interp(dots, height, strain)
            (mark,) = ax.plot(dots.mean(), inside.mean(), "s", color=st.colour(k), markersize=8)
            st.tag(mark, k)
        onset = 100.0 * float(shown[0][1].curves["bending_onset"][0])
        ax.axhline(onset, color=st.PALETTE[1], linestyle=(0, (4, 3)), linewidth=1.0)
        ax.text(0.01, onset, " crack onset (prior)", va="bottom", fontsize=8.5,
                transform=ax.get_yaxis_transform(), color=st.PALETTE[1])  # fmt: skip
        st.legend(figure, [label if len(shown) > 1 else "" for label, _ in shown])
        return st.to_svg(figure, name, "Strain through the bent stack")


def costs(films: Films, name: str) -> str | None:
    """Draw what the film costs, by part, and what moves the cost of the last one most."""
    shown = [row for row in films if "film_cost" in row[1].extras][:MOST]
    if not shown:
        return None
    with st.style():
        figure = st.new_figure(9.2, 4.2)
        parts, bars = figure.subplots(1, 2, width_ratios=(1.0, 1.3))
        _parts(parts, shown)
        _tornado(bars, *shown[-1])
        return st.to_svg(figure, name, "Cost of a square metre of film")


def _parts(ax: Any, shown: Films) -> None:
    for row, (_, film) in enumerate(shown):
        start, total = 0.0, float(film.extras["film_cost"])
        for k, part in enumerate(PARTS):
            share = float(film.extras[f"cost_{part}"]) / total
            ax.barh(row, share, left=start, color=st.colour(k), height=0.55,
                    label=part if row == 0 else None)  # fmt: skip
            start += share
        ax.text(1.01, row, f"{total:.3g}", va="center", fontsize=9)
    ax.set_yticks(range(len(shown)), [st.safe(label) or "film" for label, _ in shown])
    ax.set_xlim(0.0, 1.0)
    ax.set_xlabel("Share of the cost; right: USD/m²")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.24), ncols=3, frameon=False, fontsize=8.5)
    ax.set_gid("plain")


def _tornado(ax: Any, label: str, film: FilmProperties) -> None:
    from ...film.cost import tornado_names

    c = film.curves
    names = tornado_names(c["cost_input"])[:MOST_BARS]
    total = float(film.extras["film_cost"])
    for row, (input_name, low, high) in enumerate(
        zip(names, c["cost_low"], c["cost_high"], strict=False)
    ):
        for end, k in ((low, 0), (high, 1)):
            ax.barh(-row, end - total, left=total, color=st.colour(k), height=0.6)
        place: dict[str, Any] = {"xytext": (5, 0), "textcoords": "offset points"}
        ax.annotate(
            pretty_name(input_name), (max(low, high), -row), va="center", fontsize=8.5, **place
        )
    ax.axvline(total, color=st.INK, linewidth=0.8)
    ax.set_yticks([])
    ax.set_xscale("log")
    low, high = ax.get_xlim()
    ax.set_xlim(low, high * (high / low) ** 0.45)
    st.log_axis(ax, "x")
    ax.set_xlabel(f"Cost, one input at a time [USD/m²] {st.safe(label)}")
    ax.set_gid("plain")
