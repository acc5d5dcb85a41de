"""Picture of the theory page on light: spectra, gamut, band edges, widths of platelets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from halodot.core.sourced import Sourced
from halodot.dot import DotProperties, characterise
from halodot.library import Library
from halodot.report.plots import style as st
from halodot.report.plots.light import draw_band_edges, draw_gamut, draw_spectra
from halodot.synthesis.state import DotPopulation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SERIES = {
    "CsPbCl₃": "CsPbCl3",
    "Cl₀.₅Br₀.₅": "CsPb(Cl0.5Br0.5)3",
    "CsPbBr₃": "CsPbBr3",
    "Br₀.₅I₀.₅": "CsPb(Br0.5I0.5)3",
    "CsPbI₃": "CsPbI3",
}
# median widths [meV] by monolayers, github.com/leoluber/synthesizer
MEDIANS = {2: 74, 3: 95, 4: 126, 5: 127, 6: 110, 7: 97, 8: 109, 9: 88}
LAYER = 0.587e-9


def _dots(library: Library, formula: str, shape: str = "cube", size: float = 1e-8) -> DotProperties:
    given = Sourced(size, "m", basis="given")
    spread = Sourced(0.1, "1", 0.05, 0.2, "assumed")
    population = DotPopulation(formula, shape, given, spread, "OA+OAm")
    return characterise(population, library, 298.0)


def p4() -> Figure:
    """Return the picture."""
    library = Library.builtin()
    series = [(label, _dots(library, formula)) for label, formula in SERIES.items()]
    with st.style():
        figure = st.new_figure(9.2, 8.0)
        (spectra, gamut), (edges, widths) = figure.subplots(2, 2, height_ratios=(1.0, 0.95))
        draw_spectra(spectra, [s for s in series if s[1].formula in ("CsPbCl3", "CsPbBr3")])
        spectra.set_ylim(0, 3.0)
        _title(spectra, "a  Cubes of 10 nm: emission (filled), absorption")
        draw_gamut(gamut, series, tinted=False)
        _title(gamut, "b  Colours of cubes of 10 nm")
        draw_band_edges(edges, series)
        _title(edges, "c  Band edges, bulk (filled) and 10 nm (lines)")
        _widths(widths, library)
        _title(widths, "d  Emission width of CsPbBr₃ platelets")
        figure.draw_without_rendering()
    return figure


def _title(ax: Any, text: str) -> None:
    ax.set_title(text, loc="left")


def _widths(ax: Any, library: Library) -> None:
    count = np.array(list(MEDIANS))
    found = [_dots(library, "CsPbBr3", "platelet", n * LAYER).pl_fwhm for n in count]
    centre, low, high = (
        np.array([1e3 * float(v) for v in values])  # type: ignore[arg-type]
        for values in zip(*((q.value, q.low, q.high) for q in found), strict=True)
    )
    ax.fill_between(count, low, high, color=st.colour(0), alpha=st.BAND, linewidth=0)
    ax.plot(count, centre, "o-", color=st.colour(0), label="computed, 90 % interval")
    ax.plot(count, list(MEDIANS.values()), "s", color=st.colour(1), label="published medians")
    ax.axhspan(70, 120, color=st.MUTED, alpha=0.12, linewidth=0, label="single dots as made")
    ax.set_ylim(0, None)
    ax.legend(frameon=False, loc="lower right")
    st.label_axes(ax, "Monolayers [1]", "Full width at half maximum [meV]")
