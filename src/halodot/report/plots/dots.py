"""Pictures of dots: sizes, emission spectrum, colour."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon
from numpy.typing import NDArray
from scipy import constants

from ...core.sourced import Sourced
from ...dot.state import DotProperties
from ...synthesis.state import DotPopulation
from ..compare import ends
from ..text import value_text
from . import style as st

HC_EV_NM = constants.h * constants.c / constants.e * 1e9
# IEC 61966-2-1: primaries and white point of sRGB
SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
D65 = (0.3127, 0.3290)


def log_normal(x: NDArray[Any], mean: float, deviation: float) -> NDArray[np.float64]:
    """Return the log-normal density with this mean and standard deviation.

    >>> x = np.linspace(1e-3, 40, 20001)
    >>> y = log_normal(x, 9.0, 1.0)
    >>> round(float(np.sum(y) * (x[1] - x[0])), 4), round(float(x[np.argmax(y)]), 1)
    (1.0, 8.8)
    """
    s2 = np.log1p((deviation / mean) ** 2)
    centre = np.log(mean) - s2 / 2
    return np.exp(-((np.log(x) - centre) ** 2) / (2 * s2)) / (x * np.sqrt(2 * np.pi * s2))


def size_distribution(populations: Sequence[tuple[str, DotPopulation]], name: str) -> str | None:
    """Draw the size distribution of each population with the band of what is not known.

    The band is the envelope of all curves whose mean and spread lie in their 90 % intervals.
    Populations without a known size are left out; None if nothing is left.
    """
    known = [(label, p) for label, p in populations if p.size.is_known]
    if not known:
        return None
    with st.style():
        figure = st.new_figure(6.4, 3.8)
        ax = figure.subplots()
        x = _size_axis([p for _, p in known])
        for k, (_, p) in enumerate(known):
            _one_distribution(ax, x, p, k)
        what = {"platelet": "Thickness", "sphere": "Diameter", "cube": "Edge length"}
        shapes = {p.shape for _, p in known}
        word = what.get(shapes.pop(), "Size") if len(shapes) == 1 else "Size"
        st.label_axes(ax, f"{word} of the inorganic core [nm]", "Dots per size [1/nm]")
        ax.set_ylim(bottom=0)
        ax.set_xlim(x[0], x[-1])
        st.legend(figure, [label or _size_label(p) for label, p in known])
        text = "; ".join(f"{label} {_size_label(p)}".strip() for label, p in known)
        return st.to_svg(figure, name, "Size distribution of the dots", text)


def _size_label(p: DotPopulation) -> str:
    return f"{p.formula}, {value_text(p.size)}"


def _size_axis(populations: Sequence[DotPopulation]) -> NDArray[np.float64]:
    low, high = np.inf, 0.0
    for p in populations:
        a, b = (x * 1e9 for x in ends(p.size))
        spread = ends(p.size_spread)[1] if p.size_spread.is_known else 0.05
        low, high = min(low, a * (1 - 3.2 * spread)), max(high, b * (1 + 3.6 * spread))
    return np.linspace(max(low, high * 1e-3), high, 400)


def _one_distribution(ax: Any, x: NDArray[Any], p: DotPopulation, k: int) -> None:
    mean = float(p.size) * 1e9
    if not p.size_spread.is_known or not float(p.size_spread):
        line = ax.axvline(mean, color=st.colour(k), linestyle=st.dashes(k))
        st.tag(line, k)
        a, b = (v * 1e9 for v in ends(p.size))
        st.tag(ax.axvspan(a, b, color=st.colour(k), alpha=st.BAND, linewidth=0), k)
        return
    curves = [
        log_normal(x, m * 1e9, m * 1e9 * max(s, 1e-3))
        for m in np.linspace(*ends(p.size), 61)
        for s in np.linspace(*ends(p.size_spread), 9)
    ]
    low, high = np.min(curves, axis=0), np.max(curves, axis=0)
    low, high = (np.where(c > 1e-4 * high.max(), c, 0.0) for c in (low, high))
    band = ax.fill_between(x, low, high, color=st.colour(k), alpha=st.BAND, linewidth=0)
    st.tag(band, k)
    st.draw_line(ax, x, log_normal(x, mean, mean * float(p.size_spread)), k)


def emission(dots: Sequence[tuple[str, DotProperties]], name: str) -> str | None:
    """Draw emission spectra over photon energy, filled with the colour that the eye sees."""
    known = [(label, d) for label, d in dots if d.emission_energy.size > 1]
    if not known:
        return None
    with st.style():
        figure = st.new_figure(6.4, 3.8)
        ax = figure.subplots()
        for k, (_, d) in enumerate(known):
            keep = st.thin(d.emission_energy, d.emission_spectrum, 500)
            energy, light = d.emission_energy[keep], d.emission_spectrum[keep]
            st.tag(ax.fill_between(energy, 0, light, color=d.colour, alpha=0.55, linewidth=0), k)
            st.draw_line(ax, energy, light, k)
        low, high = _lit(known)
        ax.set_xlim(low, high)
        ax.set_ylim(0, 1.12)
        st.label_axes(ax, "Photon energy [eV]", "Emission [relative to peak]")
        _wavelength_axis(ax)
        _swatch_legend(figure, known)
        text = "; ".join(f"{label} peak {value_text(d.pl_energy)}".strip() for label, d in known)
        return st.to_svg(figure, name, "Emission spectrum", text)


def _lit(known: Sequence[tuple[str, DotProperties]]) -> tuple[float, float]:
    low, high = np.inf, 0.0
    for _, d in known:
        lit = d.emission_energy[d.emission_spectrum > 0.004 * d.emission_spectrum.max()]
        low, high = min(low, float(lit.min())), max(high, float(lit.max()))
    margin = 0.35 * (high - low) + 0.02
    return max(low - margin, 0.2), high + margin


def _wavelength_axis(ax: Any) -> None:
    def flip(v: Any) -> Any:
        return HC_EV_NM / np.maximum(np.asarray(v, dtype=float), 1e-9)

    top = ax.secondary_xaxis("top", functions=(flip, flip))
    top.set_xlabel("Wavelength [nm]")
    a, b = ax.get_xlim()
    low, high = HC_EV_NM / b, HC_EV_NM / a
    step = next((s for s in (5, 10, 20, 25, 50, 100, 200) if (high - low) / s <= 9), 500)
    kept: list[float] = []
    for w in np.arange(np.ceil(low / step) * step, high, step):
        # equal steps in wavelength crowd at low energy: keep what has room
        if not kept or HC_EV_NM / kept[-1] - HC_EV_NM / w > 0.08 * (b - a):
            kept.append(float(w))
    top.set_xticks(kept)
    top.spines["top"].set_visible(True)


def _swatch_legend(figure: Any, known: Sequence[tuple[str, DotProperties]]) -> None:
    """A box of the emitted colour for each ensemble, with peak and width."""
    handles = []
    for k, (label, d) in enumerate(known):
        parts = [label or d.formula]
        if d.pl_energy.is_known:
            parts.append(f"{HC_EV_NM / float(d.pl_energy):.0f} nm")
            if d.pl_fwhm.is_known:
                parts.append(f"FWHM {_fwhm_nm(d):.0f} nm")
        text = st.safe(", ".join(parts))
        edge = st.colour(k)
        handles.append(Patch(label=text, facecolor=d.colour, edgecolor=edge, linewidth=1.6))
    st.legend_of(figure, handles)


def _fwhm_nm(d: DotProperties) -> float:
    half, peak = float(d.pl_fwhm) / 2, float(d.pl_energy)
    return HC_EV_NM / (peak - half) - HC_EV_NM / (peak + half)


@lru_cache(maxsize=1)
def spectral_locus() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return wavelengths [nm] and CIE 1931 xy of monochromatic light (2 degree observer)."""
    from coloraide.cmfs import CIE_1931_2DEG

    rows = [(float(w), xyz) for w, xyz in CIE_1931_2DEG.items() if 390 <= w <= 700]
    xyz = np.array([v for _, v in rows], dtype=float)
    return np.array([w for w, _ in rows]), xyz[:, :2] / xyz.sum(axis=1, keepdims=True)


def chromaticity(dots: Sequence[tuple[str, DotProperties]], name: str) -> str | None:
    """Draw the CIE 1931 xy diagram with the sRGB triangle and each ensemble's point."""
    known = [(label, d) for label, d in dots if d.cie_x.is_known and d.cie_y.is_known]
    if not known:
        return None
    with st.style():
        figure = st.new_figure(5.0, 5.0)
        ax = figure.subplots()
        _horseshoe(ax)
        for k, (_, d) in enumerate(known):
            _point(ax, d, k)
        ax.set_xlim(-0.06, 0.79)
        ax.set_ylim(-0.04, 0.89)
        ax.set_aspect("equal")
        st.label_axes(ax, "CIE 1931 x [1]", "CIE 1931 y [1]")
        ax.grid(False)
        names = [label or d.formula for label, d in known]
        handles = [
            Line2D([], [], marker="o", linestyle="", color=st.colour(k), label=st.safe(text))
            for k, text in enumerate(names)
        ]
        st.legend_of(figure, handles)
        text = "; ".join(
            f"{n} at {float(d.cie_x):.3f}, {float(d.cie_y):.3f}"
            for n, (_, d) in zip(names, known, strict=True)
        )
        return st.to_svg(figure, name, "Colour of the emission in the CIE 1931 diagram", text)


def _horseshoe(ax: Any, tinted: bool = True) -> None:
    wavelength, xy = spectral_locus()
    if tinted:
        _tint(ax, xy)
    ax.plot(*xy.T, color=st.INK, linewidth=1.1)
    ax.plot(*xy[[0, -1]].T, color=st.MUTED, linewidth=0.9, linestyle=(0, (3, 2)))
    ax.plot(*np.array([*SRGB, SRGB[0]]).T, color=st.INK, linewidth=1.0, linestyle=(0, (4, 2)))
    ax.annotate(
        "sRGB",
        (0.47, 0.475),
        xytext=(0.56, 0.56),
        fontsize=9.5,
        arrowprops={"arrowstyle": "-", "color": st.MUTED, "linewidth": 0.8},
    )
    ax.plot(*D65, marker="+", color=st.INK, markersize=7)
    ax.text(D65[0] + 0.015, D65[1] - 0.006, "white (D65)", fontsize=9, va="top")
    for w in (460, 480, 490, 500, 520, 540, 560, 580, 600, 620):
        _tick(ax, xy[np.searchsorted(wavelength, w)], f"{w}")


def _tint(ax: Any, xy: NDArray[np.float64]) -> None:
    inside = Polygon(xy, closed=True, facecolor="none", edgecolor="none", transform=ax.transData)
    ax.add_patch(inside)
    picture = ax.imshow(
        _tints(),
        origin="lower",
        extent=(0.0, 0.75, 0.0, 0.85),
        interpolation="bilinear",
        aspect="equal",
        zorder=0.5,
    )
    picture.set_clip_path(inside)


def _tick(ax: Any, place: NDArray[np.float64], text: str) -> None:
    outward = place - np.array(D65)
    outward = outward / np.hypot(*outward)
    ax.plot(*zip(place, place + 0.01 * outward, strict=True), color=st.INK, lw=0.8)
    spot = place + 0.033 * outward
    ax.text(*spot, text, fontsize=8.5, ha="center", va="center", color=st.MUTED)


@lru_cache(maxsize=1)
def _tints(n: int = 96) -> NDArray[np.uint8]:
    """Pale sRGB colours of the xy plane, brightest colour of each chromaticity, then lightened."""
    x, y = np.meshgrid(np.linspace(0, 0.75, n), np.linspace(1e-3, 0.85, n))
    xyz = np.stack([x / y, np.ones_like(x), (1 - x - y) / y], axis=-1)
    corners = np.array([[px / py, 1.0, (1 - px - py) / py] for px, py in SRGB]).T
    white = np.array([D65[0] / D65[1], 1.0, (1 - sum(D65)) / D65[1]])
    matrix = corners * np.linalg.solve(corners, white)
    rgb = np.clip(xyz @ np.linalg.inv(matrix).T, 0, None)
    rgb /= np.maximum(rgb.max(axis=-1, keepdims=True), 1e-12)
    encoded = np.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * rgb ** (1 / 2.4) - 0.055)
    return (255 * (0.45 + 0.55 * encoded)).round().astype(np.uint8)


def _point(ax: Any, d: DotProperties, k: int) -> None:
    x, y = float(d.cie_x), float(d.cie_y)
    bars: dict[str, Any] = {"ecolor": st.INK, "elinewidth": 1.1, "capsize": 2}
    st_errors = [_error(q) for q in (d.cie_x, d.cie_y)]
    ax.errorbar(x, y, xerr=st_errors[0], yerr=st_errors[1], fmt="none", zorder=4, **bars)
    (dot,) = ax.plot(
        x,
        y,
        marker="o",
        linestyle="",
        markersize=9,
        markerfacecolor=d.colour,
        markeredgecolor=st.colour(k),
        markeredgewidth=2,
        zorder=5,
    )
    st.tag(dot, k)


def _error(q: Sourced) -> NDArray[np.float64] | None:
    low, high = ends(q)
    if low == high:
        return None
    return np.array([[max(float(q) - low, 0.0)], [max(high - float(q), 0.0)]])
