"""Pictures of coated films: chance of a ring, dried drops, maps of thickness, set voltages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...film.coating.ring import verdict
from ...film.state import FilmProperties
from . import style as st

Films = Sequence[tuple[str, FilmProperties]]
MOST_PROFILES = 7
MOST_MAPS = 3
LEVELS = 12
LARGEST_SPREAD = 0.499  # of set voltages; one half is the edge beyond which a film has holes


def _known(films: Films, *names: str) -> Films:
    return [
        (label, f)
        for label, f in films
        if all(n in f.extras and f.extras[n].is_known for n in names)
    ]


def ring_chances(films: Films, name: str) -> str | None:
    """Draw the Peclet number of each film with its verdict, beside the critical one."""
    shown = _known(films, "peclet", "ring_chance")
    if len(shown) < 2:
        return None
    order = sorted(shown, key=lambda row: float(row[1].extras["peclet"]))
    with st.style():
        figure = st.new_figure(8.4, 1.5 + 0.33 * len(order))
        ax = figure.subplots()
        st.label_axes(ax, "Peclet number of a drying drop", "")
        ax.set_xscale("log")
        if "critical_peclet" in order[0][1].curves:
            low, middle, high = order[0][1].curves["critical_peclet"]
            ax.axvspan(low, high, color=st.MUTED, alpha=0.12, linewidth=0)
            ax.axvline(middle, color=st.MUTED, linewidth=1.0, linestyle=(0, (4, 3)))
        for row, (_, film) in enumerate(order):
            _verdict(ax, row, film)
        ax.set_yticks(range(len(order)), [st.safe(label) for label, _ in order])
        ax.set_ylim(-0.7, len(order) - 0.3)
        ax.set_xlim(None, 5.0 * ax.get_xlim()[1])  # room for the words beside the last point
        st.log_axis(ax, "x")
        text = "; ".join(f"{label}: {float(f.extras['ring_chance']):.2f}" for label, f in order)
        return st.to_svg(figure, name, "Peclet number and coffee ring", text)


def _verdict(ax: Any, row: int, film: FilmProperties) -> None:
    pe, chance = film.extras["peclet"], float(film.extras["ring_chance"])
    x = float(pe)
    low, high = (x if end is None else end for end in (pe.low, pe.high))
    word = verdict(chance)
    colour = {"ring": st.PALETTE[1], "even": st.PALETTE[0]}.get(word, st.MUTED)
    bar = ax.plot([low, high], [row, row], color=colour, linewidth=5, alpha=0.3)
    st.tag(bar[0], row)
    (dot,) = ax.plot(x, row, "o", color=colour, markersize=6)
    st.tag(dot, row)
    text = f"{word}, {100.0 * max(chance, 1.0 - chance):.0f} %"
    if word == "undecided":
        text = f"{word}, ring {100.0 * chance:.0f} %"
    place: dict[str, Any] = {"xytext": (6, 0), "textcoords": "offset points"}
    ax.annotate(text, (high, row), va="center", fontsize=8.5, color=colour, **place)


def drops(films: Films, name: str) -> str | None:
    """Draw the profile of one dried drop of each ink, over its mean."""
    shown = [row for row in films if "drop_profile" in row[1].curves]
    if not shown:
        return None
    if len(shown) > MOST_PROFILES:  # the whole range, evenly
        picks = np.linspace(0, len(shown) - 1, MOST_PROFILES).round().astype(int)
        shown = [shown[k] for k in picks]
    with st.style():
        figure = st.new_figure(7.0, 4.0)
        ax = figure.subplots()
        st.label_axes(ax, "Distance from the middle [µm]", "Thickness over its mean")
        for k, (_, film) in enumerate(shown):
            position = 1e6 * film.curves["drop_position"]
            st.draw_line(ax, position, film.curves["drop_profile"], k)
        ax.set_ylim(0.0, None)
        st.legend(figure, [label for label, _ in shown])
        return st.to_svg(figure, name, "One dried drop of each ink")


def maps(films: Films, name: str) -> str | None:
    """Draw the thickness over a patch of printed or sprayed films."""
    shown = [row for row in films if "film_map" in row[1].curves]
    if not shown:
        return None
    if len(shown) > MOST_MAPS:
        picks = np.linspace(0, len(shown) - 1, MOST_MAPS).round().astype(int)
        shown = [shown[k] for k in picks]
    with st.style():
        figure = st.new_figure(3.6 * len(shown) + 0.6, 3.5)
        panels = np.atleast_1d(figure.subplots(1, len(shown)))
        for ax, (label, film) in zip(panels, shown, strict=True):
            _map(figure, ax, label, film)
        return st.to_svg(figure, name, "Thickness of the film over a patch")


def _map(figure: Any, ax: Any, label: str, film: FilmProperties) -> None:
    values = 1e9 * film.curves["film_map"]
    width = 1e6 * float(film.curves["film_map_width"][0])
    axis = (np.arange(values.shape[0]) + 0.5) / values.shape[0] * width
    low, high = float(values.min()), float(values.max())
    middle = float(values.mean())
    if high - low < 0.02 * middle:
        low, high = 0.99 * middle, 1.01 * middle
    drawn = ax.contourf(axis, axis, values, np.linspace(low, high, LEVELS), cmap="viridis")
    ax.set_aspect("equal")
    ax.set_xlabel("[µm]")
    ax.set_title(st.safe(label), fontsize=9.5)
    ax.set_gid("plain")
    bar = figure.colorbar(drawn, ax=ax, shrink=0.85, format="%.3g")
    bar.set_label("thickness [nm]")
    bar.ax.set_gid("plain")


def set_voltages(films: Films, name: str) -> str | None:
    """Draw how set voltages spread from the thickness alone, each over its mean.

    Films with holes are left out: their spread is a bound.
    """
    known = _known(films, "set_voltage", "set_voltage_spread")
    whole = [row for row in known if float(row[1].extras["set_voltage_spread"]) < LARGEST_SPREAD]
    shown = whole[:MOST_PROFILES]
    if not shown:
        return None
    with st.style():
        figure = st.new_figure(7.0, 3.8)
        ax = figure.subplots()
        st.label_axes(ax, "Set voltage over its mean", "Share of cells below")
        x = np.linspace(0.0, 2.5, 401)
        for k, (_, film) in enumerate(shown):
            _one_spread(ax, x, film, k)
        ax.set_ylim(0.0, 1.0)
        st.legend(figure, [label for label, _ in shown])
        return st.to_svg(figure, name, "Spread of the set voltage that follows from the thickness")


def _one_spread(ax: Any, x: Any, film: FilmProperties, k: int) -> None:
    from scipy.special import ndtr

    q = film.extras["set_voltage_spread"]
    low, high = (float(q) if end is None else end for end in (q.low, q.high))
    curves = [ndtr((x - 1.0) / max(s, 1e-6)) for s in (float(q), low, high)]
    band = ax.fill_between(
        x, np.min(curves, axis=0), np.max(curves, axis=0), color=st.colour(k), alpha=0.1,
        linewidth=0,
    )  # fmt: skip
    st.tag(band, k)
    st.draw_line(ax, x, curves[0], k)
