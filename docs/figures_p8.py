"""Figure of the theory page p8: yields against content and excitation, bands and colours."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from halodot.core.sourced import Sourced
from halodot.dot import DotModel, characterise
from halodot.dot.doping import sweeps
from halodot.dot.doping.model import Doped
from halodot.library import Library
from halodot.report.plots import doping
from halodot.report.plots import style as st
from halodot.synthesis.state import DotPopulation

_LIB = Library.builtin()
_SIZE, _SPREAD = Sourced(1e-8, "m", basis="given"), Sourced(0.1, "1", basis="given")
_FEW = DotModel(
    traps_per_dot={"value": 0.1, "low": 0.03, "high": 0.3, "basis": "assumed", "note": "few"}
)


def p8() -> Figure:
    """Four panels: yield against content, against excitation, Mn in three hosts, Tb colours."""
    with st.style():
        figure = st.new_figure(7.4, 6.3)
        content, excitation, manganese, terbium = figure.subplots(2, 2).flat
        _content(content)
        _excitation(excitation)
        _manganese(manganese)
        _terbium(terbium)
        for ax in figure.axes:
            _shrink(ax)
        for ax in (manganese, terbium):
            ax.grid(False)
        figure.draw_without_rendering()
    return figure


def _shrink(ax: Axes) -> None:
    """Smaller letters, so that four panels stay readable side by side."""
    for text in (ax.title, ax.xaxis.label, ax.yaxis.label):
        text.set_fontsize(8.5)
    ax.tick_params(labelsize=8)
    for text in ax.texts:
        text.set_fontsize(7)


def _population(formula: str) -> DotPopulation:
    return DotPopulation(formula, "cube", _SIZE, _SPREAD, "OA")


@lru_cache(maxsize=8)
def _doped(formula: str) -> Doped:
    return sweeps.doped_dots(_population(formula), _LIB, 300.0, _FEW)


def _content(ax: Axes) -> None:
    at = np.geomspace(1e-4, 0.3, 18)
    hosts = ("CsPb(Cl0.7Br0.3)3", "CsPbBr3", "CsPbI3")
    found = [(h, sweeps.against_content(_doped(f"{h}:Yb(5%)"), "Yb", at)) for h in hosts]
    doping.draw_sweeps(ax, found, "Share of the B site that is Yb [1]")
    _limit(ax)
    ax.set_title("Cutting needs twice 1.25 eV")


def _limit(ax: Axes) -> None:
    ax.axhline(100.0, color=st.MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
    ax.set_ylim(0.0, 235.0)
    ax.legend(loc="upper left", frameon=False, fontsize=6.5, ncols=2)


def _excitation(ax: Axes) -> None:
    at = np.geomspace(1.0, 1e7, 15)
    base = _doped("CsPb(Cl0.7Br0.3)3:Yb(5%)")
    found = [
        (f"{100 * c:g} % Yb", sweeps.against_excitation(base.with_content("Yb", c), at))
        for c in (0.01, 0.05)
    ]
    manganese = sweeps.against_excitation(_doped("CsPbCl3:Mn(2%)"), at)
    doping.draw_sweeps(
        ax, [*found, ("2 % Mn, CsPbCl3", manganese)], "Photons absorbed per dot and second [1/s]"
    )
    _limit(ax)
    ax.set_title("Slow ions saturate")


def _manganese(ax: Axes) -> None:
    hosts = ("CsPbCl3", "CsPb(Cl0.5Br0.5)3", "CsPbBr3")
    dots = [
        (f"{h}:Mn(2%)", characterise(_population(f"{h}:Mn(2%)"), _LIB, 300.0, _FEW)) for h in hosts
    ]
    doping.draw_colours(ax, dots)
    ax.set_xlim(1.7, 4.3)
    for text in ax.texts:
        text.set_x(4.25)
    ax.set_title("Host and Mn bands, yield (90 %)")


def _terbium(ax: Axes) -> None:
    formulas = [f"Cs2{site}Cl6:Bi(1%)" for site in ("AgIn", "Ag(In0.95Tb0.05)", "Ag(In0.7Tb0.3)")]
    dots = [(f, characterise(_population(f), _LIB, 300.0)) for f in formulas]
    doping.draw_colours(ax, dots)
    ax.set_xlim(1.2, 4.9)
    for text in ax.texts:
        text.set_x(4.85)
    ax.set_title("Tb in Cs2AgInCl6:Bi, its colour")
