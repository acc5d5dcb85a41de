"""Pictures of many dots side by side: peak against size, spectra, reported beside computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator

from ...core.sourced import Sourced
from ...dot.state import DotProperties
from ..compare import ends
from ..model import Comparison
from ..summary import seen
from ..text import number
from . import light
from . import style as st
from .scores import FAILS, HOLDS, MARKS, OPEN, verdict_colour

HC_EV_NM = 1239.841984
PHOTON = ("pl_energy", "optical_gap")
_REPORTED_MARKS = {"pl_energy": "o", "optical_gap": "^"}
_MOST_NAMES = 12  # in the CIE plane; more names would cover one another
_MOST_SPECTRA = 8  # with a name of their own; more are grey, but for these
_SHAPE_MARKS = {"cube": "s", "cuboid": "D", "platelet": "_", "wire": "|", "rod": "d"}
Dots = Sequence[tuple[str, DotProperties]]


def peak_against_size(dots: Dots, comparisons: Sequence[Comparison], name: str) -> str | None:
    """Draw the emission peak against size, one line for each material and shape.

    The colour is that of the material, dashes and marks of the line are those of the shape. Bands
    are 90 % intervals; open marks are what was reported (peaks of emission, and of absorption
    where they were given). None where fewer than two sizes of one kind are known.
    """
    groups = _groups(dots)
    if not any(len({float(d.size) for _, d in g}) > 1 for g in groups.values()):
        return None
    with st.style():
        figure = st.new_figure(8.4, 4.8)
        ax = figure.subplots()
        looks = _looks([members[0][1] for members in groups.values()])
        for k, (members, look) in enumerate(zip(groups.values(), looks, strict=True)):
            _one_curve(ax, members, k, look)
            _reported_points(ax, members, comparisons, k, look)
        st.label_axes(ax, "Size of the inorganic core [nm]", "Photon energy [eV]")
        st.log_axis(ax, "x")
        _plain_sizes(ax)
        _legend(figure, list(groups), looks, comparisons)
        text = "; ".join(f"{kind}: {len(members)} sizes" for kind, members in groups.items())
        return st.to_svg(figure, name, "Emission peak against size", text)


def _groups(dots: Dots) -> dict[str, list[tuple[str, DotProperties]]]:
    """Dots of known size and emission by material and shape, in order of size."""
    found: dict[str, list[tuple[str, DotProperties]]] = {}
    for label, d in dots:
        if d.size.is_known and d.pl_energy.is_known:
            found.setdefault(f"{d.formula} {d.shape}", []).append((label, d))
    return {k: sorted(v, key=lambda row: float(row[1].size)) for k, v in found.items()}


@dataclass(frozen=True)
class _Look:
    """How a line is drawn: colour of its material, dashes and mark of its shape."""

    colour: str
    dashes: Any
    mark: str


def _looks(dots: Sequence[DotProperties]) -> list[_Look]:
    materials = list(dict.fromkeys(d.formula for d in dots))
    shapes = list(dict.fromkeys(d.shape for d in dots))
    return [
        _Look(
            _material_colour(materials.index(d.formula), len(materials)),
            st.dashes(shapes.index(d.shape)),
            _SHAPE_MARKS.get(d.shape, "."),
        )
        for d in dots
    ]


def _material_colour(k: int, among: int) -> str:
    """Colour `k` of `among`, none twice: the palette, or a rainbow where that is too short."""
    if among <= len(st.PALETTE):
        return st.colour(k)
    return to_hex(colormaps["turbo"](0.05 + 0.9 * k / (among - 1)))


def _one_curve(ax: Any, members: Dots, k: int, look: _Look) -> None:
    size = np.array([1e9 * float(d.size) for _, d in members])
    peak = np.array([float(d.pl_energy) for _, d in members])
    low, high = np.array([ends(d.pl_energy) for _, d in members]).T
    if len(size) > 1:
        band = ax.fill_between(size, low, high, color=look.colour, alpha=st.BAND, linewidth=0)
        st.tag(band, k)
    else:
        bar = ax.plot([size[0]] * 2, [low[0], high[0]], color=look.colour, linewidth=3, alpha=0.4)
        st.tag(bar[0], k)
    shown: dict[str, Any] = {"color": look.colour, "linestyle": look.dashes}
    st.draw_line(ax, size, peak, k, marker=look.mark, markersize=5, **shown)


def _reported_points(
    ax: Any, members: Dots, comparisons: Sequence[Comparison], k: int, look: _Look
) -> None:
    sizes = {label: 1e9 * float(d.size) for label, d in members}
    for c in comparisons:
        energy = energy_of(c.reported) if _is_light(c) else None
        if energy is None or c.variant not in sizes:
            continue
        (mark,) = ax.plot(
            sizes[c.variant],
            float(energy),
            marker=_REPORTED_MARKS[c.name],
            markersize=6.5,
            markerfacecolor="white" if c.role == "predicted" else look.colour,
            markeredgecolor=look.colour,
            markeredgewidth=1.4,
            linestyle="",
            zorder=5,
        )
        st.tag(mark, k)


def energy_of(q: Sourced) -> Sourced | None:
    """Return a photon energy or a wavelength as energy [eV]; None where it is unknown.

    >>> round(float(energy_of(Sourced(500.0, "nm"))), 3)
    2.48
    """
    if q.value is None:
        return None
    if q.unit in ("eV", "meV"):
        return q.in_unit("eV")
    metres = q.in_unit("nm")
    low, high = ends(metres)
    return Sourced(HC_EV_NM / float(metres), "eV", HC_EV_NM / high, HC_EV_NM / low)


def _plain_sizes(ax: Any) -> None:
    ax.xaxis.set_major_locator(LogLocator(10, subs=(1.0, 2.0, 3.0, 5.0)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v)))
    ax.xaxis.set_minor_formatter(FuncFormatter(lambda *_: ""))


def _legend(
    figure: Any, kinds: Sequence[str], looks: Sequence[_Look], comparisons: Sequence[Comparison]
) -> None:
    handles = [
        Line2D([], [], color=look.colour, linestyle=look.dashes, marker=look.mark, markersize=5,
               lw=2.2, label=st.safe(kind))
        for kind, look in zip(kinds, looks, strict=True)
    ]  # fmt: skip
    words = {"pl_energy": "reported emission", "optical_gap": "reported absorption"}
    look: dict[str, Any] = {"color": st.MUTED, "linestyle": "", "markersize": 6.5}
    for key in PHOTON:
        roles = {c.role == "predicted" for c in comparisons if c.name == key}
        for predicted in sorted(roles, reverse=True):
            text = words[key] + ("" if predicted else ", calibrated (filled)")
            face = "white" if predicted else st.MUTED
            mark = _REPORTED_MARKS[key]
            handles.append(Line2D([], [], marker=mark, label=text, markerfacecolor=face, **look))
    st.legend_of(figure, handles)


def spectra(dots: Dots, name: str) -> str | None:
    """Draw the emission of many ensembles in the colour that the eye sees, with their names.

    Of more than eight, eight spread over the wavelengths have names and colours; the rest is grey.
    """
    known = [(label, d) for label, d in dots if d.emission_energy.size > 1]
    if len(known) < 2:
        return None
    known.sort(key=lambda row: float(row[1].emission_energy[row[1].emission_spectrum.argmax()]))
    with st.style():
        figure = st.new_figure(8.4, 4.0)
        ax = figure.subplots()
        spans = []
        named = _spread(len(known), _MOST_SPECTRA)
        for k, (_, d) in enumerate(known):
            nm = HC_EV_NM / d.emission_energy[::-1]
            light = d.emission_spectrum[::-1]
            spans.append(nm[light > 0.01 * light.max()])
            # the number of its entry in the legend, so that the page can toggle it
            series = named.index(k) if k in named else len(named)
            look = _spectrum_look(d, named, k)
            st.draw_line(ax, nm, light, series, among=len(known), **look)
        ax.set_xlim(min(s.min() for s in spans), max(s.max() for s in spans))
        ax.set_ylim(0, 1.08)
        st.label_axes(ax, "Wavelength [nm]", "Emission [relative to peak]")
        handles = [
            Line2D([], [], lw=2.2, label=st.safe(known[k][0] or known[k][1].formula),
                   **_look_of(known[k][1], i))
            for i, k in enumerate(named)
        ]  # fmt: skip
        if len(known) > len(named):
            rest = f"{len(known) - len(named)} others"
            handles.append(Line2D([], [], color=_OTHERS, lw=1.0, label=rest))
        st.legend_of(figure, handles)
        text = "; ".join(label for label, _ in known)
        return st.to_svg(figure, name, "Emission spectra", text)


_OTHERS = "#b4bac2"


def _spread(n: int, most: int) -> list[int]:
    """At most `most` of the numbers below `n`, both ends among them.

    >>> _spread(3, 8), _spread(29, 4)
    ([0, 1, 2], [0, 9, 19, 28])
    """
    return [round(x) for x in np.linspace(0, n - 1, min(n, most))]


def _spectrum_look(d: DotProperties, named: Sequence[int], k: int) -> dict[str, Any]:
    if k not in named:
        return {"color": _OTHERS, "linestyle": "solid", "linewidth": 0.8, "zorder": 1.5}
    return _look_of(d, named.index(k))


def _look_of(d: DotProperties, i: int) -> dict[str, Any]:
    """Colour of the light, and dashes that tell like colours apart."""
    return {"color": seen(d) or st.MUTED, "linestyle": st.DASHES[i % len(st.DASHES)]}


def gamut(dots: Dots, name: str) -> str | None:
    """Draw the colours of many dots in the CIE plane; where they are many, each formula once."""
    known = [(label, d) for label, d in dots if d.cie_x.is_known and d.pl_energy.is_known]
    if not known:
        return None
    known.sort(key=lambda row: float(row[1].pl_energy))
    known = _named_apart(known)
    with st.style():
        figure = st.new_figure(6.0, 6.0)
        light.draw_gamut(figure.subplots(), known)
        text = "; ".join(f"{d.formula} at {float(d.cie_x):.3f}, {float(d.cie_y):.3f}"
                         for _, d in known)  # fmt: skip
        return st.to_svg(figure, name, "Colours of the emission with sRGB and Rec. 2020", text)


def _named_apart(known: Dots) -> list[tuple[str, DotProperties]]:
    """The same dots, with names only where no named dot lies beside; formulas where many."""
    many = len(known) > _MOST_NAMES
    shown: list[tuple[str, DotProperties]] = []
    taken: list[tuple[float, float]] = []
    said: set[str] = set()
    for label, d in known:
        name, here = (d.formula if many else label or d.formula), (float(d.cie_x), float(d.cie_y))
        free = all(abs(here[1] - y) > 0.03 or abs(here[0] - x) > 0.25 for x, y in taken)
        free = free and not (many and name in said)
        if free:
            taken.append(here)
            said.add(name)
        shown.append((name if free else " ", d))
    return shown


def deviations(comparisons: Sequence[Comparison], name: str) -> str | None:
    """Draw computed minus reported photon energies [meV] with their 90 % intervals.

    On a scale of ratios energies lie within a few per cent and cannot be told apart.
    """
    rows = [c for c in comparisons if _is_photon(c)]
    if len(rows) < 2:
        return None
    with st.style():
        figure = st.new_figure(8.4, 1.6 + 0.26 * len(rows))
        ax = figure.subplots()
        ax.axvline(0.0, color=st.INK, linewidth=1.2)
        for k, c in enumerate(rows):
            _deviation(ax, c, len(rows) - 1 - k)
        ax.set_yticks(range(len(rows)), [_short(c) for c in reversed(rows)])
        ax.set_ylim(-0.7, len(rows) - 0.3)
        ax.tick_params(axis="y", length=0, labelsize=8.5)
        ax.grid(True, axis="x", color=st.GRID)
        ax.set_axisbelow(True)
        ax.set_xlabel("Computed minus reported [meV]")
        _verdicts(figure, rows)
        off = [1e3 * _difference(c)[0] for c in rows]
        text = f"{len(rows)} energies, mean size of the difference {np.mean(np.abs(off)):.0f} meV"
        return st.to_svg(figure, name, "Computed minus reported energies", text)


def _is_light(c: Comparison) -> bool:
    """Whether both values are photon energies, and no ratio, difference or question of them."""
    return c.name in PHOTON and c.kind == "number" and not c.relation


def _is_photon(c: Comparison) -> bool:
    return _is_light(c) and c.bound == "=" and c.reported.is_known and c.computed.is_known


def is_drawn_as_deviation(comparisons: Iterable[Comparison]) -> set[int]:
    """Return the ids of the comparisons that `deviations` draws."""
    rows = [c for c in comparisons if _is_photon(c)]
    return {id(c) for c in rows} if len(rows) > 1 else set()


def _difference(c: Comparison) -> tuple[float, float, float]:
    """Computed minus reported and its ends [eV]."""
    ours, theirs = energy_of(c.computed), energy_of(c.reported)
    reported = float(theirs or 0.0)
    low, high = ends(ours) if ours else (0.0, 0.0)
    return float(ours or 0.0) - reported, low - reported, high - reported


def _deviation(ax: Any, c: Comparison, y: int) -> None:
    off, low, high = (1e3 * e for e in _difference(c))
    shade = verdict_colour(c)
    ax.plot([low, high], [y, y], color=shade, linewidth=3.2, alpha=0.45, solid_capstyle="butt")
    marker, size, _ = MARKS[c.role]
    ax.plot(off, y, marker=marker, markersize=0.8 * size, color=shade, linestyle="", zorder=4)


def _short(c: Comparison) -> str:
    what = {"pl_energy": "PL", "optical_gap": "absorption"}[c.name]
    text = f"{c.variant}, {what}" if c.variant else what
    return st.safe(text if len(text) <= 44 else text[:43] + "…")


def _verdicts(figure: Any, rows: Sequence[Comparison]) -> None:
    handles = [
        Line2D(
            [], [], marker=MARKS[r][0], markersize=6, color=OPEN, linestyle="", label=MARKS[r][2]
        )
        for r in MARKS
        if any(c.role == r for c in rows)
    ]
    for verdict, shade, word in ((True, HOLDS, "holds"), (False, FAILS, "does not hold")):
        if any(c.within is verdict for c in rows):
            handles.append(Line2D([], [], color=shade, linewidth=4, label=word))
    figure.legend(handles=handles, loc="outside upper left", ncols=3, frameon=False)
