"""Figure of the theory page p5: gap against composition and temperature, with its 90 % bands."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from halodot.dot.gap_convention import gap_at
from halodot.library import Library
from halodot.library.mixing import mix

_LIB = Library.builtin()
_SHARES = np.linspace(0.0, 1.0, 41)
_CATIONS = ("FA", "MA", "Cs")
_COLOURS = ("#1b6ca8", "#c1440e", "#5a8f29", "#7b4ea3")


def p5() -> Figure:
    """Four panels: halide, B site, A site, and gap against temperature."""
    figure = Figure(figsize=(6.6, 5.4), layout="constrained")
    halide, b_site, a_site, warm = figure.subplots(2, 2).flat
    _halide(halide)
    pairs = [("MAPbI3", "MASnI3"), ("MAPbBr3", "MASnBr3"), ("CsPbI3", "CsSnI3")]
    for pair, colour in zip(pairs, _COLOURS, strict=False):
        _line(b_site, *pair, colour)
    _finish(b_site, "B site: tin for lead", "share of tin on the B site")
    _a_site(a_site)
    _temperature(warm)
    return figure


def _members(first: str, second: str, x: float) -> dict[str, float]:
    return {name: s for name, s in ((first, 1.0 - x), (second, x)) if s > 0.0}


def _line(axes: Axes, first: str, second: str, colour: str) -> None:
    found = [gap_at(_LIB, _members(first, second, x)) for x in _SHARES]
    low, high = ([getattr(q, end) for q in found] for end in ("low", "high"))
    axes.fill_between(_SHARES, low, high, color=colour, alpha=0.15, lw=0.0)
    axes.plot(_SHARES, [q.value for q in found], color=colour, label=f"{first} to {second}")


def _finish(axes: Axes, title: str, label: str) -> None:
    axes.set_title(title, fontsize=10)
    axes.set_xlabel(label)
    axes.set_ylabel("bulk gap at 300 K (eV)")
    axes.set_xlim(0.0, 1.0)
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom, top + 0.25 * (top - bottom))
    axes.legend(fontsize=8, loc="upper right", frameon=False)


def _halide(axes: Axes) -> None:
    for pair, colour in zip(
        (("CsPbI3", "CsPbBr3"), ("CsPbBr3", "CsPbCl3")), _COLOURS, strict=False
    ):
        _line(axes, *pair, colour)
    found = [gap_at(_LIB, _members("CsPbI3", "CsPbCl3", x)).value for x in _SHARES]
    axes.plot(_SHARES, found, color="0.5", ls=":", label="CsPbI3 to CsPbCl3 (hardly mixes)")
    _finish(axes, "Halide", "share of the second halide")
    axes.set_ylim(1.6, 3.9)
    axes.legend(fontsize=8, loc="upper left", frameon=False)


def _a_site(axes: Axes) -> None:
    for rest, colour, step in zip(
        ("PbBr3", "PbI3", "SnBr3"), _COLOURS, (-0.06, 0.0, 0.06), strict=False
    ):
        found = [gap_at(_LIB, {cation + rest: 1.0}) for cation in _CATIONS]
        known = [(i + step, q) for i, q in enumerate(found) if q.is_known]
        error = np.abs([[q.low - q.value, q.high - q.value] for _, q in known]).T
        style = {"fmt": "o-", "color": colour, "capsize": 3, "label": f"A{rest}"}
        axes.errorbar([x for x, _ in known], [q.value for _, q in known], yerr=error, **style)
    axes.set_xticks(range(len(_CATIONS)), _CATIONS)
    axes.set_title("A site", fontsize=10)
    axes.set_xlabel("cation on the A site")
    axes.set_ylabel("bulk gap at 300 K (eV)")
    axes.set_ylim(1.35, 2.9)
    axes.legend(fontsize=8, ncols=3, columnspacing=0.8, handlelength=1.2, frameon=False)


def _temperature(axes: Axes) -> None:
    temperatures = np.linspace(20.0, 400.0, 60)
    for x, colour in zip((0.0, 0.3, 0.5, 1.0), _COLOURS, strict=True):
        members = _members("CsPbBr3", "CsPbCl3", x)
        start = gap_at(_LIB, members, 300.0).value
        shift = np.array([gap_at(_LIB, members, t).value for t in temperatures]) - start
        label = f"{100 * x:.0f} % Cl"
        axes.plot(temperatures, 1e3 * shift, color=colour, label=label)
        slope = mix(_LIB, members, "gap_temperature_slope")
        unit = shift / slope.value
        ends = [1e3 * unit * end for end in (slope.low, slope.high)]
        if x in (0.0, 1.0):
            axes.fill_between(temperatures, *ends, color=colour, alpha=0.15, lw=0.0)
    axes.axhline(0.0, color="0.7", lw=0.8)
    axes.set_title("CsPb(Br,Cl)3 against temperature", fontsize=10)
    axes.set_xlabel("temperature (K)")
    axes.set_ylabel("gap less that at 300 K (meV)")
    axes.set_xlim(20.0, 400.0)
    axes.set_ylim(-125.0, 95.0)
    style = {"fontsize": 8, "frameon": False, "title_fontsize": 8, "loc": "lower right"}
    axes.legend(ncols=2, title="bands: bromide, chloride", **style)
