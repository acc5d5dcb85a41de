"""Pictures of what dots absorb and emit: spectra with decay, band edges, gamut.

Each function returns a matplotlib figure; save it with ``figure.savefig(path)``.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ...core.sourced import Sourced
from ...dot.state import DotProperties
from ..compare import ends
from ..text import value_text
from . import style as st
from .dots import HC_EV_NM, _horseshoe, _wavelength_axis

# ITU-R BT.2020: red, green and blue primaries
REC2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
Labelled = Sequence[tuple[str, DotProperties]]


def dot_figure(dots: DotProperties | Labelled) -> Figure:
    """Draw absorption and emission, the decay, and the swatch with what it stands for.

    Parameters
    ----------
    dots
        One ensemble, or several with their labels.

    Examples
    --------
    >>> from halodot.dot import characterise
    >>> from halodot.library import Library
    >>> from halodot.synthesis.state import DotPopulation
    >>> exact = Sourced(9e-9, "m", basis="given"), Sourced(0.1, "1", basis="given")
    >>> cube = DotPopulation("CsPbBr3", "cube", *exact, "OA")
    >>> dots = characterise(cube, Library.builtin(), 300.0)
    >>> len(dot_figure(dots).axes)
    2
    """
    several = _labelled(dots)
    with st.style():
        figure = st.new_figure(8.6, 3.9)
        spectra, decays = figure.subplots(1, 2, width_ratios=(1.7, 1.0))
        shown = [draw_spectra(spectra, several), draw_decays(decays, several)]
        for ax, is_drawn, why in zip((spectra, decays), shown, _reasons(several), strict=True):
            if not is_drawn:
                _say(ax, why)
        _swatches(figure, several)
        figure.draw_without_rendering()
    return figure


def _reasons(dots: Labelled) -> tuple[str, str]:
    """Why nothing is drawn of the spectra and of the decay."""
    if not dots:
        return "No dots", "No dots"
    first = dots[0][1]
    spectrum = first.pl_energy.note or first.optical_gap.note or "the emission is not known"
    decay = first.radiative_lifetime.note if not first.radiative_lifetime.is_known else ""
    return f"No spectrum: {spectrum}", f"No decay: {decay or 'the lifetime is not known'}"


def _say(ax: Any, why: str) -> None:
    """Write a reason in place of empty axes."""
    ax.set_axis_off()
    text = textwrap.fill(why, 44 if ax.get_subplotspec().colspan.start == 0 else 26)
    ax.text(0.5, 0.5, text, ha="center", va="center", color=st.MUTED, transform=ax.transAxes)


def _labelled(dots: DotProperties | Labelled) -> Labelled:
    return [("", dots)] if isinstance(dots, DotProperties) else dots


def draw_spectra(ax: Any, dots: Labelled) -> bool:
    """Draw absorption (mean cross-section over its mean at the peak) and emission; any drawn?"""
    known = [(k, d) for k, (_, d) in enumerate(dots) if d.emission_energy.size > 1]
    for k, d in known:
        keep = d.emission_spectrum > 2e-3
        energy, light = d.emission_energy[keep], d.emission_spectrum[keep]
        ax.fill_between(energy, 0, light, color=d.colour or st.MUTED, alpha=0.6, linewidth=0)
        ax.plot(energy, light, color=st.colour(k), linewidth=1.0)
        _absorption(ax, d, k)
    if known:
        seen = [d.emission_energy[d.emission_spectrum > 0.01] for _, d in known]
        gaps = [float(d.optical_gap) + 0.75 for _, d in known if d.optical_gap.is_known]
        ax.set_xlim(min(e[0] for e in seen) - 0.02, max([*gaps, *(e[-1] + 0.02 for e in seen)]))
        ax.set_ylim(0, None)
        _wavelength_axis(ax)
    st.label_axes(ax, "Photon energy [eV]", "Emission, absorption [at the first exciton: 1]")
    return bool(known)


def _absorption(ax: Any, d: DotProperties, k: int) -> None:
    energy = d.curves.get("absorption_energy")
    if energy is None or not d.optical_gap.is_known:
        return
    spectrum = d.curves["absorption_spectrum"]
    first = float(np.interp(float(d.optical_gap), energy, spectrum))
    ax.plot(energy, spectrum / first, color=st.colour(k), linestyle=st.dashes(k))


def draw_decays(ax: Any, dots: Labelled) -> bool:
    """Draw the emission after a weak pulse on a logarithmic axis; any drawn?"""
    known = [(k, d) for k, (_, d) in enumerate(dots) if "decay_time" in d.curves]
    st.label_axes(ax, "Time after a weak pulse [ns]", "Emission [at the start: 1]")
    for k, d in known:
        time, light = d.curves["decay_time"] * 1e9, d.curves["decay_emission"]
        ax.plot(time, light, color=st.colour(k), linestyle=st.dashes(k))
        pure = np.exp(-time * 1e-9 / float(d.radiative_lifetime))
        ax.plot(time, pure, color=st.colour(k), linewidth=0.8, linestyle=(0, (1, 2)))
    if known:
        ax.set_ylim(1e-3, 1.6)
        ax.set_xlim(0, max(6.0 * float(d.radiative_lifetime) * 1e9 for _, d in known))
        st.log_axis(ax)
        ax.text(0.97, 0.95, "dotted: light only", ha="right", va="top", transform=ax.transAxes)
    return bool(known)


def _swatches(figure: Figure, dots: Labelled) -> None:
    handles = []
    for k, (label, d) in enumerate(dots):
        words = [label or f"{d.formula}, {value_text(d.size)}"]
        if d.pl_energy.is_known:
            words.append(f"PL {HC_EV_NM / float(d.pl_energy):.0f} nm")
        if d.pl_fwhm.is_known:
            words.append(f"FWHM {1e3 * float(d.pl_fwhm):.0f} meV")
        if d.plqy.is_known:
            low, high = ends(d.plqy)
            words.append(f"PLQY {100 * float(d.plqy):.0f} % ({100 * low:.0f} to {100 * high:.0f})")
        look: dict[str, Any] = {
            "facecolor": d.colour or "none",
            "edgecolor": st.colour(k),
            "linewidth": 1.6,
        }
        handles.append(Patch(label=", ".join(words), **look))
    figure.legend(handles=handles, loc="outside upper left", frameon=False, ncols=1)


def band_edges(dots: Labelled) -> Figure:
    """Draw the band edges against vacuum: of the bulk (boxes) and of the dots, with intervals.

    Those without known edges are left out.
    """
    known = [
        (label, d)
        for label, d in dots
        if d.electron_affinity.is_known and d.ionization_energy.is_known
    ]
    with st.style():
        figure = st.new_figure(1.8 + 1.15 * max(len(known), 2), 4.2)
        draw_band_edges(figure.subplots(), known)
    return figure


def draw_band_edges(ax: Any, dots: Labelled) -> None:
    """Draw on `ax`: filled bands of the bulk, lines with intervals for the dots."""
    low, high = np.inf, -np.inf
    for k, (_, d) in enumerate(dots):
        bottom, top = -float(d.electron_affinity), -float(d.ionization_energy)
        bulk = bottom - float(d.confinement_electron), top + float(d.confinement_hole)
        colour = d.colour or st.MUTED
        ax.bar(k, 3.0, 0.7, bottom=bulk[0], color=colour, alpha=0.35, linewidth=0)
        ax.bar(k, -3.0, 0.7, bottom=bulk[1], color=colour, alpha=0.35, linewidth=0)
        for level, q in ((bottom, d.electron_affinity), (top, d.ionization_energy)):
            ax.plot([k - 0.35, k + 0.35], [level, level], color=st.INK)
            ax.errorbar(k, level, yerr=_flipped(q), color=st.INK, capsize=3, linewidth=1.0)
            above = level == bottom
            ax.text(
                k + 0.06, level + (0.07 if above else -0.07), f"{level:.2f}", fontsize=9,
                va="bottom" if above else "top",
            )  # fmt: skip
        low, high = min(low, bulk[1] - 0.8), max(high, bulk[0] + 0.9)
    ax.set_ylim(low, high)
    st.label_axes(ax, "", "Energy against vacuum [eV]")
    ax.grid(False, axis="x")
    ax.set_xticks(range(len(dots)), [label or d.formula for label, d in dots])


def _flipped(q: Sourced) -> Any:
    """Errors of the level ``-q``."""
    low, high = ends(q)
    return np.array([[max(high - float(q), 0.0)], [max(float(q) - low, 0.0)]])


def gamut(dots: Labelled) -> Figure:
    """Draw the colours of a series in the CIE 1931 plane with sRGB and Rec. 2020.

    The bars are the 90 % intervals of x and y.
    """
    with st.style():
        figure = st.new_figure(5.4, 5.4)
        draw_gamut(figure.subplots(), dots)
    return figure


def draw_gamut(ax: Any, dots: Labelled, tinted: bool = True) -> None:
    """Draw the plane on `ax`, with pale colours behind it where `tinted`."""
    _horseshoe(ax, tinted)
    ax.plot(*np.array([*REC2020, REC2020[0]]).T, color=st.MUTED, linewidth=1.0)
    ax.annotate(
        "Rec. 2020",
        (0.335, 0.642),
        xytext=(0.43, 0.71),
        fontsize=9.5,
        arrowprops={"arrowstyle": "-", "color": st.MUTED, "linewidth": 0.8},
    )
    known = [(label, d) for label, d in dots if d.cie_x.is_known and d.cie_y.is_known]
    points = np.array([(float(d.cie_x), float(d.cie_y)) for _, d in known]).reshape(-1, 2)
    ax.plot(*points.T, color=st.INK, linewidth=0.7, zorder=4)
    for (label, d), (x, y) in zip(known, points, strict=True):
        errors = [np.abs(np.array(ends(q))[:, None] - float(q)) for q in (d.cie_x, d.cie_y)]
        ax.errorbar(x, y, xerr=errors[0], yerr=errors[1], color=st.MUTED, linewidth=0.8, zorder=4)
        ax.plot(x, y, "o", color=d.colour, markeredgecolor=st.INK, markersize=8, zorder=5)
        ax.annotate(
            st.safe(label or d.formula), (x, y), (7, 4), textcoords="offset points", fontsize=8.5,
            zorder=6,
        )  # fmt: skip
    ax.set_xlim(-0.06, 0.82)
    ax.set_ylim(-0.05, 0.89)
    ax.set_aspect("equal")
    st.label_axes(ax, "CIE 1931 x [1]", "CIE 1931 y [1]")
    ax.grid(False)


def covered(points: Any, primaries: Any = REC2020) -> float:
    """Share of the triangle of `primaries` that the hull of the `points` in xy covers [1].

    >>> covered(REC2020, REC2020)
    1.0
    """
    from matplotlib.path import Path
    from scipy.spatial import ConvexHull

    inside = _triangle()
    corners = np.asarray(primaries, float)
    sample = inside @ corners
    xy = np.asarray(points, float)
    hull = xy[ConvexHull(xy).vertices]
    return float(np.mean(Path(hull).contains_points(sample)))


@lru_cache(maxsize=1)
def _triangle() -> Any:
    """Barycentric coordinates of points spread evenly over a triangle."""
    i, j = np.mgrid[0:100, 0:100]
    keep = i + j < 99
    a, b = (i[keep] + 1 / 3) / 100, (j[keep] + 1 / 3) / 100
    return np.stack([a, b, 1.0 - a - b], axis=-1)


def swatch_row(ax: Any, dots: Labelled) -> None:
    """Fill `ax` with the emitted colours side by side, the peak written below each."""
    for k, (label, d) in enumerate(dots):
        ax.bar(k, 1.0, 0.96, color=d.colour or "#ffffff", edgecolor=st.MUTED, linewidth=0.5)
        peak = f"{HC_EV_NM / float(d.pl_energy):.0f}" if d.pl_energy.is_known else "?"
        ax.text(k, -0.12, peak, ha="center", va="top", fontsize=8.5)
        if label:
            ax.text(k, 1.08, label, ha="center", va="bottom", fontsize=8.5)
    ax.set_axis_off()


__all__ = [
    "REC2020",
    "band_edges",
    "covered",
    "dot_figure",
    "draw_band_edges",
    "draw_decays",
    "draw_gamut",
    "draw_spectra",
    "gamut",
    "swatch_row",
]
