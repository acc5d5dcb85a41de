"""Pictures of a treatment: spectra, peak and phases against time or added amount."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray
from scipy import constants

from ...dot.state import DotProperties
from ...synthesis.state import DotPopulation, History
from ..model import Variant
from . import style as st

HC_EV_NM = constants.h * constants.c / constants.e * 1e9
MOST_LINES = 13  # spectra of one history
_UNITS = (("d", 86400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))


class Treated(NamedTuple):
    """Dots with a history, and their light."""

    label: str
    population: DotPopulation
    dots: DotProperties
    past: History

    @property
    def axis(self) -> tuple[str, str]:
        """Name and unit of what goes on."""
        return self.past.axis_name, self.past.axis_unit


def treated(variants: Sequence[Variant]) -> list[Treated]:
    """Return the variants whose dots have a history."""
    return [
        Treated(v.label, v.population, v.dots, v.population.history)
        for v in variants
        if v.population is not None and v.population.history is not None and v.dots is not None
    ]


def _axis(past: History) -> tuple[NDArray[np.float64], str]:
    """The axis in a unit that reads well, and its label."""
    title = past.axis_name[:1].upper() + past.axis_name[1:]
    if past.axis_unit != "s":
        return past.axis, f"{title} [{past.axis_unit}]"
    end = float(past.axis[-1])
    name, size = next(((n, s) for n, s in _UNITS if end >= 3.0 * s), _UNITS[-1])
    return past.axis / size, f"{title} [{name}]"


def _spans_decades(past: History) -> bool:
    """Whether the steps were taken evenly in the logarithm of time."""
    inside = past.axis[1:]
    if past.axis_unit != "s" or len(inside) < 3 or not inside[-1] > 100.0 * inside[0] > 0.0:
        return False
    return bool(np.all(np.diff(inside, 2) > 0.0))  # not where two histories were joined


def _show_axis(ax: Any, past: History, label_y: str) -> NDArray[np.float64]:
    """Label the axes; return the axis in its unit, without a zero where it is logarithmic."""
    at, label = _axis(past)
    st.label_axes(ax, label, label_y)
    if _spans_decades(past):
        ax.set_xlim(at[1], at[-1])
        st.log_axis(ax, "x")
    elif at[-1] > at[0]:
        ax.set_xlim(at[0], at[-1])
    return at


def spectra(one: Treated, name: str) -> str | None:
    """Draw the spectra of one history, as lines and as a map against time or amount.

    None where the light on the way is not known.
    """
    label, past, curves = one.label, one.past, one.dots.curves
    if "history_spectra" not in curves:
        return None
    energy, light = curves["history_energy"], curves["history_spectra"]
    with st.style():
        figure = st.new_figure(8.6, 4.0)
        lines, plane = figure.subplots(1, 2)
        _lines(lines, past, energy, light)
        _plane(plane, past, energy, light)
        said = f"{label} {past.formulas[0]} to {past.formulas[-1]}".strip()
        return st.to_svg(figure, name, "Emission along the treatment", said)


def _lines(ax: Any, past: History, energy: NDArray[np.float64], light: NDArray[np.float64]) -> None:
    at, label = _axis(past)
    kept = np.unique(np.linspace(0, len(at) - 1, MOST_LINES).round().astype(int))
    colours = colormaps["viridis"](np.linspace(0.0, 0.92, len(kept)))
    for k, (row, colour) in enumerate(zip(kept, colours, strict=True)):
        st.draw_line(
            ax, energy, light[row], k, among=len(kept), color=colour, linestyle="solid",
            linewidth=1.3,
        )  # fmt: skip
    st.label_axes(ax, "Photon energy [eV]", "Emission [at most: 1]")
    ax.set_ylim(0.0, 1.08)
    ax.set_xlim(*_bright(energy, light))
    unit = _unit_of(label)
    said = f"from {past.axis_name} {at[0]:.3g} (dark) to {at[-1]:.3g} {unit} (bright)"
    ax.set_title(" ".join(said.split()), fontsize=9.5)


def _unit_of(label: str) -> str:
    unit = label.split("[")[-1].rstrip("]")
    return "" if unit == "1" else unit


def _bright(energy: NDArray[np.float64], light: NDArray[np.float64]) -> tuple[float, float]:
    seen = energy[light.max(axis=0) > 3e-3]
    return float(seen[0]), float(seen[-1])


def _plane(ax: Any, past: History, energy: NDArray[np.float64], light: NDArray[np.float64]) -> None:
    at, label = _axis(past)
    rows = slice(1, None) if _spans_decades(past) else slice(None)
    low, high = _bright(energy, light)
    kept = np.flatnonzero((energy >= low) & (energy <= high))[::3]
    own = light[rows][:, kept]
    # each step at its own peak, so that faint steps are seen as well, where the peak moves at all
    tops = energy[kept][own[own.max(axis=1) > 1e-6].argmax(axis=1)]
    moves = tops.size > 0 and float(np.ptp(tops)) > 0.01
    shown = own / np.maximum(own.max(axis=1, keepdims=True), 1e-9) if moves else own
    grid = ax.contourf(
        at[rows], energy[kept], shown.T, levels=np.linspace(0.0, 1.0, 13), cmap="magma"
    )
    grid.set_rasterized(False)
    st.label_axes(ax, label, "Photon energy [eV]")
    ax.grid(False)
    if _spans_decades(past):
        ax.set_xlim(at[1], at[-1])
        st.log_axis(ax, "x")
    ax.set_title("emission, each step at its own peak" if moves else "emission", fontsize=9.5)


def peak(histories: Sequence[Treated], name: str) -> str | None:
    """Draw the peak of the emission along each history of one axis; the band is half the width."""
    known = [h for h in histories if "history_peak" in h.dots.curves]
    known = [h for h in known if _axis(h.past)[1] == _axis(known[0].past)[1]]
    if not known:
        return None
    with st.style():
        figure = st.new_figure(6.4, 4.0)
        ax = figure.subplots()
        for k, h in enumerate(known):
            at, centre = _axis(h.past)[0], h.dots.curves["history_peak"]
            half = 0.5 * h.dots.curves["history_fwhm"]
            if len(known) < 4:
                band = ax.fill_between(
                    at, centre - half, centre + half, color=st.colour(k), alpha=0.12, linewidth=0
                )
                st.tag(band, k)
            st.draw_line(ax, at, centre, k, marker="o", markersize=3)
        longest = max((h.past for h in known), key=lambda p: float(p.axis[-1]))
        _show_axis(ax, longest, "Peak of the emission [eV]")
        st.legend(figure, [h.label or h.dots.formula for h in known])
        text = "; ".join(f"{h.label} {h.dots.formula}".strip() for h in known)
        return st.to_svg(figure, name, "Peak of the emission along the treatment", text)


def shares(one: Treated, name: str) -> str | None:
    """Draw phase shares, and what was exchanged with its 90 % band, along one history."""
    past = one.past
    if len(past.axis) < 2:
        return None
    bands = [n for n in _banded(past) if _varies(past.curves[n])][:1]
    phases = {n: v for n, v in past.phases.items() if _varies(v)} if not bands else {}
    if not bands and not phases:
        return None
    with st.style():
        figure = st.new_figure(6.4, 3.8)
        ax = figure.subplots()
        at = _show_axis(ax, past, "Share of the halide or lead [1]")
        names = []
        for k, (word, values) in enumerate((*_shown(past, bands), *phases.items())):
            st.draw_line(ax, at, values, k, marker="o", markersize=3)
            low, high = (past.curves.get(f"{n}_{e}") for n, e in _ends(bands, k))
            if low is not None and high is not None:
                band = ax.fill_between(
                    at, low, high, color=st.colour(k), alpha=st.BAND, linewidth=0
                )
                st.tag(band, k)
            names.append(word)
        if phases:
            ax.set_ylabel("Share of the lead of the dots [1]")
        ax.set_ylim(0.0, max(1.02 * _highest(past, bands, phases), 1e-3))
        st.legend(figure, names)
        return st.to_svg(
            figure, name, "Shares along the treatment", f"{one.label} {one.population.formula}"
        )


def _banded(past: History) -> list[str]:
    """Shares of a metal or a halide that have a band."""
    return [
        n
        for n in past.curves
        if n == "metal_share" or (n.startswith("share_") and f"{n}_low" in past.curves)
    ]


def _shown(past: History, bands: Sequence[str]) -> list[tuple[str, NDArray[np.float64]]]:
    words = {"metal_share": "metal on the lead site"}
    return [
        (words.get(n, f"{n.removeprefix('share_')} in the dots"), past.curves[n]) for n in bands
    ]


def _ends(bands: Sequence[str], k: int) -> list[tuple[str, str]]:
    name = bands[k] if k < len(bands) else "none"
    return [(name, "low"), (name, "high")]


def _highest(past: History, bands: Sequence[str], phases: dict[str, Any]) -> float:
    found = [past.curves.get(f"{n}_high", past.curves[n]) for n in bands]
    return float(np.nanmax([np.nanmax(v) for v in (*found, *phases.values())]))


def _varies(values: NDArray[np.float64] | None) -> bool:
    return values is not None and bool(np.nanmax(values) - np.nanmin(values) > 1e-6)
