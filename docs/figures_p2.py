"""Figure of the theory page p2: free energies, phase maps with bands, crossover."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from halodot.core.randomness import generator
from halodot.crystal.composition import parse
from halodot.crystal.landscape import bulk_energies, central, draw, landscape
from halodot.crystal.stability import stability_map
from halodot.library import Library
from halodot.report.plots.crystal import (
    COLOURS,
    GREEK,
    draw_crossover,
    draw_map,
    map_handles,
)

_TABLE_ENDS = (150.0, 600.0)


def p2() -> Figure:
    """Four panels for CsPbI3 and CsPbBr3."""
    lib = Library.builtin()
    iodide, bromide = (landscape(parse(f), lib) for f in ("CsPbI3", "CsPbBr3"))
    figure = Figure(figsize=(8.6, 6.4), layout="constrained")
    axes = figure.subplots(2, 2)
    _energies(axes[0, 0], iodide)
    draw_crossover(axes[0, 1], iodide, (300.0, 450.0))
    axes[0, 1].set_title("b  CsPbI3: below the line perovskite beats δ", loc="left", fontsize=10)
    for ax, ground, mark in ((axes[1, 0], iodide, "c"), (axes[1, 1], bromide, "d")):
        draw_map(ax, stability_map(ground))
        title = f"{mark}  {ground.formula}: most probable phase (paler: less sure)"
        ax.set_title(title, loc="left", fontsize=10)
    handles = map_handles(iodide.phases)
    figure.legend(handles=handles, loc="outside lower center", ncols=6, frameon=False, fontsize=8,
                  handlelength=1.4, columnspacing=1.0)  # fmt: skip
    return figure


def _energies(ax: Axes, ground) -> None:
    """Bulk free energies above delta, 90 % bands over all priors."""
    heat = np.linspace(100.0, 700.0, 61)
    draws = draw(ground, generator(1, "figure p2"), 1000)
    for phase in ("gamma", "beta", "alpha"):
        rows, mid = [], []
        for t in heat:
            g, c = bulk_energies(draws, float(t)), bulk_energies(central(ground), float(t))
            rows.append(np.quantile(1e3 * (g[phase] - g["delta"]), (0.05, 0.95)))
            mid.append(1e3 * float(c[phase][0] - c["delta"][0]))
        low, high = np.array(rows).T
        colour = COLOURS[phase]
        if phase != "beta":  # it lies between the other two
            ax.fill_between(heat, low, high, color=colour, alpha=0.15, lw=0)
        ax.plot(heat, mid, color=colour, label=f"{GREEK[phase]} above δ")
    ax.axhline(0.0, color="0.3", lw=0.8)
    for end in _TABLE_ENDS:
        ax.axvline(end, color="0.6", lw=0.8, ls=":")
    ax.text(480, -98, "integration: 150–600 K", ha="center", fontsize=8)
    ax.axvspan(560, 645, color="k", alpha=0.08, lw=0)
    ax.text(602, 92, "δ → α seen\non heating", fontsize=8, ha="center")
    ax.set_xlim(100, 700)
    ax.set_ylim(-110, 150)
    ax.set_xlabel("temperature (K)")
    ax.set_ylabel("free energy (meV per formula unit)")
    ax.set_title("a  CsPbI3, bulk", loc="left", fontsize=10)
    ax.legend(frameon=False, fontsize=9, loc="lower left")
