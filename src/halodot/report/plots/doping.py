"""Pictures of doped dots: bands of host and ions, yield against content and excitation.

`doping_figure` returns a matplotlib figure; the ``draw_`` functions fill axes that exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ...dot.doping.sweeps import Sweep
from ...dot.state import DotProperties
from ..compare import ends
from . import style as st

Labelled = Sequence[tuple[str, DotProperties]]


def doping_figure(dots: DotProperties) -> Figure:
    """Draw the bands of a doped ensemble, and how host and ions decay after a weak pulse.

    Examples
    --------
    >>> from halodot.core.sourced import Sourced
    >>> from halodot.dot import characterise
    >>> from halodot.library import Library
    >>> from halodot.synthesis.state import DotPopulation
    >>> exact = Sourced(9e-9, "m", basis="given"), Sourced(0.1, "1", basis="given")
    >>> population = DotPopulation("CsPbCl3:Mn(2%)", "cube", *exact, "OA")
    >>> dots = characterise(population, Library.builtin(), 300)
    >>> len(doping_figure(dots).axes)
    2
    """
    with st.style():
        figure = st.new_figure(8.6, 3.9)
        spectra, decays = figure.subplots(1, 2, width_ratios=(1.5, 1.0))
        names = draw_bands(spectra, dots)
        _decays(decays, dots)
        st.legend(figure, names)
        figure.draw_without_rendering()
    return figure


def _ions(dots: DotProperties) -> list[str]:
    kept = ("band_energy", "band_host")
    names = [k for k in dots.curves if k.startswith("band_") and k not in kept]
    return [k.removeprefix("band_") for k in names]


def draw_bands(ax: Any, dots: DotProperties) -> list[str]:
    """Draw the bands of host and ions in photons per absorbed photon and eV; return their names."""
    st.label_axes(ax, "Photon energy [eV]", "Photons per absorbed photon and eV")
    if "band_energy" not in dots.curves:
        ax.text(0.5, 0.5, "no bands of dopants", ha="center", transform=ax.transAxes)
        return []
    energy, names = dots.curves["band_energy"], ["host"]
    for k, name in enumerate(("host", *_ions(dots))):
        band = dots.curves[f"band_{name}"]
        ax.fill_between(energy, 0.0, band, color=st.colour(k), alpha=st.BAND, linewidth=0)
        st.draw_line(ax, energy, band, k)
        names += [name.capitalize()] if k else []
    ax.set_xlim(energy[0], energy[-1])
    ax.set_ylim(0.0, None)
    return names


def _decays(ax: Any, dots: DotProperties) -> None:
    st.label_axes(ax, "Time after a weak pulse [s]", "Excited [at most: 1]")
    if "doping_time" not in dots.curves:
        return
    time = dots.curves["doping_time"]
    for k, name in enumerate(("host", *_ions(dots))):
        st.draw_line(ax, time[1:], dots.curves[f"decay_{name}"][1:], k)
    ax.set_ylim(1e-3, 2.0)
    st.log_axis(ax)
    ax.set_xlim(time[1], time[-1])
    st.log_axis(ax, "x")


def draw_sweeps(ax: Any, sweeps: Sequence[tuple[str, Sweep]], what: str) -> None:
    """Draw total yields with their 90 % bands.

    Parameters
    ----------
    sweeps
        Label and sweep; points at zero are left out, as the axis is logarithmic.
    what
        Label of the axis of what was varied.
    """
    st.label_axes(ax, what, "Quantum yield [%]")
    for k, (label, s) in enumerate(sweeps):
        kept = s.at > 0.0
        low, high = 100.0 * s.low[kept], 100.0 * s.high[kept]
        ax.fill_between(s.at[kept], low, high, color=st.colour(k), alpha=0.2, linewidth=0)
        st.draw_line(ax, s.at[kept], 100.0 * s.total[kept], k, label=label)
    kept = np.concatenate([s.at[s.at > 0.0] for _, s in sweeps])
    ax.set_xlim(kept.min(), kept.max())
    ax.set_ylim(0.0, None)
    st.log_axis(ax, "x")


def draw_colours(ax: Any, dots: Labelled) -> None:
    """Draw whole spectra one above the other, filled with the colour of their light."""
    st.label_axes(ax, "Photon energy [eV]", "Emission [at its peak: 1], shifted")
    for k, (label, d) in enumerate(dots):
        energy, light = d.emission_energy, d.emission_spectrum
        lift = 1.1 * k
        fill = d.colour or st.MUTED
        ax.fill_between(energy, lift, lift + light, color=fill, linewidth=0)
        ax.plot(energy, lift + light, color=st.INK, linewidth=0.8)
        text = label
        if d.plqy.is_known:
            low, high = ends(d.plqy)
            text += f"\n{100 * float(d.plqy):.0f} % ({100 * low:.0f} to {100 * high:.0f})"
        ax.text(energy[-1], lift + 0.5, text, ha="right", va="center", fontsize=8)
    ax.set_yticks([])
    ax.set_ylim(0.0, 1.1 * len(dots) + 0.1)
