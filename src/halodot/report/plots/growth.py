"""Pictures of a synthesis: growth in time, shapes, phases in a mill, writing in a glass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ...synthesis.state import DotPopulation
from . import style as st

Made = Sequence[tuple[str, DotPopulation]]
MOST = 24
LINES = 8  # of a picture whose legend names each
_SHARES = "share_"


def plans(populations: Made) -> Iterator[tuple[str, str, bool, Any]]:
    """Yield stage, caption, width and drawing function of every picture."""
    yield (
        "dots",
        "Mean size in the mechanism; its constants are priors, so read it as a trend. Published"
        " syntheses say the size of the dots where there are any.",
        False,
        lambda name: growth(populations, name),
    )
    yield (
        "dots",
        "Probability of each shape.",
        False,
        lambda name: shapes(populations, name),
    )
    yield (
        "dots",
        "Share of the reacted lead in each compound while salts are milled.",
        False,
        lambda name: milling(populations, name),
    )
    yield (
        "dots",
        "Edge of dots in a glass: written, annealed, then erased and annealed back.",
        False,
        lambda name: glass(populations, name),
    )


def growth(populations: Made, name: str) -> str | None:
    """Draw mean size against time; None where no population grew."""
    grown = _some([(n, p.curves) for n, p in populations if "growth_monomer" in p.curves])
    if not grown:
        return None
    with st.style():
        figure = st.new_figure()
        ax = figure.subplots()
        for k, (_, curves) in enumerate(grown):
            time = np.maximum(curves["growth_time"], 1e-4)
            st.draw_line(ax, time, 1e9 * curves["growth_mean_size"], k)
        st.log_axis(ax, "x")
        st.label_axes(ax, "Time [s]", "Mean edge [nm]")
        st.legend(figure, [label or other for label, other in _named(grown)])
        return st.to_svg(figure, name, "Growth", "mean size in the mechanism against time")


def _some(grown: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """At most `LINES` recipes, spread over all of them."""
    if len(grown) <= LINES:
        return grown
    return [grown[int(k)] for k in np.linspace(0, len(grown) - 1, LINES)]


def _named(grown: Sequence[tuple[str, Any]]) -> list[tuple[str, str]]:
    return [(label, f"recipe {k + 1}") for k, (label, _) in enumerate(grown)]


def shapes(populations: Made, name: str) -> str | None:
    """Draw the probabilities of the shapes as stacked bars; None where nothing is to choose."""
    known = [(label, p.shapes) for label, p in populations if p.shapes][:MOST]
    if not any(len(found) > 1 for _, found in known):
        return None
    kinds = sorted({kind for _, found in known for kind in found}, key=_order)
    with st.style():
        figure = st.new_figure(6.4, 1.4 + 0.27 * len(known))
        ax = figure.subplots()
        left = np.zeros(len(known))
        place = np.arange(len(known))[::-1]
        for k, kind in enumerate(kinds):
            share = np.array([float(found[kind]) if kind in found else 0.0 for _, found in known])
            bars = ax.barh(place, share, left=left, color=st.colour(k), height=0.7)
            for bar in bars:
                st.tag(bar, k)
            left += share
        ax.set_yticks(place, [st.safe(label) or "recipe" for label, _ in known])
        ax.set_xlim(0.0, 1.0)
        st.label_axes(ax, "Probability", "")
        st.legend(figure, kinds)
        return st.to_svg(figure, name, "Shapes", "probability of each shape by recipe")


def _order(kind: str) -> tuple[int, str]:
    usual = ("cube", "sphere", "platelet", "rod", "wire")
    return (usual.index(kind) if kind in usual else len(usual), kind)


def milling(populations: Made, name: str) -> str | None:
    """Draw shares of compounds against time of the longest milling; None without one."""
    milled = [(label, p.curves) for label, p in populations if _SHARES + "CsPbX3" in p.curves]
    if not milled:
        return None
    label, curves = max(milled, key=lambda item: float(item[1]["growth_time"][-1]))
    names = [n for n in curves if n.startswith(_SHARES)]
    with st.style():
        figure = st.new_figure()
        ax = figure.subplots()
        for k, key in enumerate(names):
            st.draw_line(ax, curves["growth_time"] / 60.0, curves[key], k)
        st.log_axis(ax, "x")
        st.label_axes(ax, "Time of milling [min]", "Share of the reacted lead")
        st.legend(figure, [n.removeprefix(_SHARES) for n in names])
        return st.to_svg(figure, name, "Phases in the mill", f"shares against time, {label}")


def glass(populations: Made, name: str) -> str | None:
    """Draw the edge of dots in a glass step by step; None without a glass."""
    written = [(label, p.curves) for label, p in populations if "glass_step" in p.curves]
    written = _some(written)
    if not written:
        return None
    with st.style():
        figure = st.new_figure()
        ax = figure.subplots()
        for k, (_, curves) in enumerate(written):
            st.draw_line(ax, curves["glass_step"], 1e9 * curves["glass_mean_size"], k)
        longest = max((c["glass_step"] for _, c in written), key=len)
        words = ["written", "annealed", *(["erased", "annealed back"] * len(longest))]
        ax.set_xticks(longest, words[: len(longest)], rotation=30, ha="right")
        st.label_axes(ax, "", "Edge [nm]")
        st.legend(figure, [label or other for label, other in _named(written)])
        return st.to_svg(figure, name, "Dots in glass", "edge step by step")
