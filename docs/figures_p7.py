"""Figure of the theory page p7: spin lifetime against size, by channel, and against temperature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from halodot.core.sourced import Sourced
from halodot.dot import characterise
from halodot.library import Library
from halodot.synthesis.state import DotPopulation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZES = np.geomspace(3e-9, 40e-9, 16)
TEMPERATURES = np.geomspace(4.0, 320.0, 13)
CHANNELS = {
    "elliott_yafet": ("Elliott-Yafet", "#c92a2a"),
    "surface": ("surface", "#e67700"),
    "exchange": ("exchange", "#1864ab"),
    "dangling_bonds": ("dangling bonds", "#868e96"),
}
# (K, ps, 10.1021/acs.nanolett.1c03292 or arXiv:2409.01065, what it was used for)
READ = ((5.0, 600.0, "predicted"), (5.0, 1000.0, "predicted"), (300.0, 50.0, "calibrated"))


def _extras(formula: str, size: float, temperature: float = 300.0) -> dict[str, Sourced]:
    exact = Sourced(size, "m", basis="given"), Sourced(0.1, "1", basis="given")
    population = DotPopulation(formula, "cube", *exact, "OA/OAm")
    return characterise(population, Library.builtin(), temperature).extras


def _ends(values: list[Sourced], factor: float) -> tuple[np.ndarray, ...]:
    return tuple(
        np.array([getattr(q, end) * factor for q in values]) for end in ("value", "low", "high")
    )


def _against_size(axis: object, formula: str) -> None:
    found = [_extras(formula, s) for s in SIZES.tolist()]
    plot, fill = getattr(axis, "plot"), getattr(axis, "fill_between")  # noqa: B009
    span = getattr(axis, "axhspan")  # noqa: B009
    for name, (label, colour) in CHANNELS.items():
        rate = np.array([e[f"spin_rate_{name}"].value for e in found])
        plot(SIZES * 1e9, 1e12 / rate, color=colour, linestyle="--", linewidth=1.0, label=label)
    value, low, high = _ends([e["spin_lifetime"] for e in found], 1e12)
    plot(SIZES * 1e9, value, color="black", label="all together")
    fill(SIZES * 1e9, low, high, color="black", alpha=0.15, linewidth=0.0)
    bulk = found[0]["spin_lifetime_bulk"]
    span(1e12 * float(bulk.low or 0.0), 1e12 * float(bulk.high or 0.0), color="#f59f00", alpha=0.12)
    plot(SIZES[[0, -1]] * 1e9, [1e12 * float(bulk)] * 2, color="#f59f00", label="bulk")


def p7() -> Figure:
    """Return the figure: two materials against size at 300 K, and a hole against temperature."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 3.9), layout="constrained")
    axes = figure.subplots(1, 3)
    for axis, formula in zip(axes, ("CsPbI3", "CsPbBr3"), strict=False):
        _against_size(axis, formula)
        axis.set(xscale="log", yscale="log", ylim=(0.01, 3e5), xlabel="edge of the dot (nm)")
        axis.set_title(f"{formula}, 300 K")
        axis.set_xticks([3, 5, 10, 20, 40], ["3", "5", "10", "20", "40"])
        axis.minorticks_off()
    axes[0].set_ylabel("spin lifetime of the exciton (ps)")
    axes[1].legend(frameon=False, fontsize=8, ncols=2, loc="lower right")
    holes = [_extras("CsPbBr3", 9e-9, t)["spin_dephasing_hole"] for t in TEMPERATURES.tolist()]
    value, low, high = _ends(holes, 1e12)
    axes[2].plot(TEMPERATURES, value, color="black", label="model, 9 nm")
    axes[2].fill_between(TEMPERATURES, low, high, color="black", alpha=0.15, linewidth=0.0)
    for word, marker in (("predicted", "o"), ("calibrated", "s")):
        points = np.array([(t, y) for t, y, used in READ if used == word])
        axes[2].plot(*points.T, marker, color="#2b8a3e", label=f"read, {word}")
    axes[2].set(xscale="log", yscale="log", ylim=(5.0, 3e3), xlabel="temperature (K)")
    axes[2].set(title="holes in CsPbBr$_3$", ylabel="ensemble dephasing (ps)")
    axes[2].set_xticks([5, 20, 100, 300], ["5", "20", "100", "300"])
    axes[2].minorticks_off()
    axes[2].legend(frameon=False, fontsize=8, loc="lower left")
    return figure
