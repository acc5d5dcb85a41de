"""Picture of a measured spectrum with the fit to it, the residual, and the sizes behind it."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ...dot.inverse.state import SizeAnswer, SpectrumFit
from . import style as st

_SEEN = {"pl": "emission per eV", "absorption": "absorbance"}


def draw(answer: SizeAnswer) -> Figure:
    """Return the figure: data and fit above the residual, the sizes beside.

    Raises
    ------
    ValueError
        If the answer holds no spectrum.
    """
    shown = answer.spectrum
    if shown is None:
        raise ValueError("the answer holds no spectrum")
    with mpl.rc_context(st.RC):
        figure = Figure(figsize=(9.0, 4.6), layout="constrained")
        FigureCanvasAgg(figure)
        axes: dict[str, Any] = figure.subplot_mosaic(
            [["fit", "sizes"], ["rest", "sizes"]], height_ratios=(3, 1), width_ratios=(1.7, 1)
        )
        _fit(axes["fit"], axes["rest"], shown)
        _sizes(axes["sizes"], answer)
        figure.suptitle(f"{answer.formula}, {answer.shape}: {answer.verdict}", fontsize=11)
    return figure


def save(answer: SizeAnswer, path: str) -> None:
    """Write the figure to a file; the ending says the format."""
    with mpl.rc_context(st.RC):
        draw(answer).savefig(path, dpi=130)


def _fit(top: Any, below: Any, shown: SpectrumFit) -> None:
    top.plot(shown.energy, shown.data, ".", ms=3, color=st.MUTED, label="data")
    top.plot(shown.energy, shown.fit, color=st.PALETTE[1], label="fit")
    for k, (name, part) in enumerate(shown.parts.items()):
        if len(shown.parts) > 1:
            dash = st.DASHES[(k + 1) % len(st.DASHES)]
            colour = st.PALETTE[(k + 2) % len(st.PALETTE)]
            top.plot(shown.energy, part, lw=1.1, ls=dash, color=colour, label=name)
    low, high = shown.peak.low, shown.peak.high
    if low is not None and high is not None:
        top.axvspan(low, high, color=st.PALETTE[0], alpha=st.BAND, lw=0, label="peak, 90 %")
    top.set_ylabel(f"{_SEEN[shown.kind]} (height = 1)")
    top.legend(frameon=False)
    top.tick_params(labelbottom=False)
    below.plot(shown.energy, shown.data - shown.fit, color=st.MUTED, lw=0.9)
    below.axhline(0.0, color=st.INK, lw=0.8)
    below.set_ylabel("residual")
    below.set_xlabel("photon energy (eV)")
    below.sharex(top)


def _sizes(ax: Any, answer: SizeAnswer) -> None:
    if answer.counts:
        counts = [n for n, p in answer.counts.items() if p > 1e-3]
        ax.bar(counts, [answer.counts[n] for n in counts], color=st.PALETTE[0], width=0.7)
        ax.set_xticks(range(min(counts), max(counts) + 1))
        ax.set_xlabel("thickness (monolayers)")
        emission = answer.spectrum is not None and answer.spectrum.kind == "pl"
        ax.set_ylabel("share of the light" if emission else "probability")
        return
    ax.plot(answer.grid * 1e9, answer.density / answer.density.max(), color=st.PALETTE[0],
            label="mean size, posterior")  # fmt: skip
    ax.fill_between(
        answer.grid * 1e9, answer.density / answer.density.max(), color=st.PALETTE[0], alpha=st.BAND
    )
    if answer.size.is_known and answer.size_spread.is_known:
        centre, spread = float(answer.size), max(float(answer.size_spread), 1e-3)
        sizes = centre * np.exp(spread * np.linspace(-3.0, 3.0, 121))
        chance = np.exp(-0.5 * np.linspace(-3.0, 3.0, 121) ** 2)
        ax.plot(sizes * 1e9, chance, ls="--", color=st.PALETTE[2], label="sizes of the ensemble")
    ax.set_xscale("log")
    ticks = [t for t in (1, 2, 3, 5, 10, 20, 30, 50, 100) if t <= answer.grid[-1] * 1e9]
    ax.set_xticks(ticks, [str(t) for t in ticks])
    ax.minorticks_off()
    ax.set_xlabel("size (nm)")
    ax.set_ylabel("density in ln(size), of its maximum")
    ax.set_ylim(0.0, 1.3)
    ax.legend(frameon=False, loc="upper right")
