"""Figure of the theory page p6: mobility of three crystals, in a dot, and beside measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from halodot.core.sourced import Sourced
from halodot.dot import DotProperties, characterise
from halodot.library import Library
from halodot.synthesis.state import DotPopulation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HALIDES = {"CsPbCl3": "#3b5bdb", "CsPbBr3": "#2b8a3e", "CsPbI3": "#c92a2a"}
TEMPERATURES = np.geomspace(80.0, 450.0, 9)
SIZES = np.geomspace(3e-9, 60e-9, 10)
# cm2/Vs, of `dynamics_transport_spin.csv`; none of them was used for the model
MEASURED = (
    ("crystal, Hall and THz", "CsPbBr3", 30.0),
    ("dots, PL microscopy", "CsPbBr3", 19.45),
    ("dots, THz (2016)", "CsPbBr3", 4500.0),
    ("dots, review ref 84", "CsPbBr3", 2.1),
    ("dots, review ref 83", "CsPbI3", 20.0),
)


def _dot(formula: str, size: float, temperature: float) -> DotProperties:
    exact = Sourced(size, "m", basis="given"), Sourced(0.1, "1", basis="given")
    population = DotPopulation(formula, "cube", *exact, "OA/OAm")
    return characterise(population, Library.builtin(), temperature)


def _band(axis: object, x: np.ndarray, values: list[Sourced], colour: str, label: str) -> None:
    draw = getattr(axis, "plot"), getattr(axis, "fill_between")  # noqa: B009
    middle, low, high = (
        np.array([getattr(q, end) * 1e4 for q in values]) for end in ("value", "low", "high")
    )
    draw[0](x, middle, color=colour, label=label)
    draw[1](x, low, high, color=colour, alpha=0.15, linewidth=0.0)


def p6() -> Figure:
    """Return the figure: mobility against temperature, against size, beside what was read."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 3.7), layout="constrained")
    hot, small, beside = figure.subplots(1, 3, width_ratios=(1.0, 1.0, 1.15))
    for formula, colour in HALIDES.items():
        crystals = [
            _dot(formula, 9e-9, t).extras["mobility_crystal_n"] for t in TEMPERATURES.tolist()
        ]
        _band(hot, TEMPERATURES, crystals, colour, formula)
        dots = [_dot(formula, s, 300.0).extras["mobility_dot_n"] for s in SIZES.tolist()]
        _band(small, SIZES * 1e9, dots, colour, formula)
    hot.set(xscale="log", yscale="log", xlabel="temperature (K)", title="crystal, polar phonons")
    hot.set_xticks([100, 200, 300, 400], ["100", "200", "300", "400"])
    hot.minorticks_off()
    hot.set_ylabel("electron mobility (cm$^2$/Vs)")
    hot.legend(frameon=False, fontsize=8)
    small.set(
        xscale="log", yscale="log", xlabel="edge of the dot (nm)", title="inside a dot, 300 K"
    )
    small.set_xticks([3, 10, 30], ["3", "10", "30"])
    small.minorticks_off()
    for row, (what, formula, value) in enumerate(MEASURED):
        name = "mobility_crystal_n" if what.startswith("crystal") else "mobility_dot_n"
        q = _dot(formula, 11e-9, 300.0).extras[name]
        low, middle, high = (1e4 * float(x or 0.0) for x in (q.low, q.value, q.high))
        beside.plot([low, high], [row, row], color=HALIDES[formula], alpha=0.3, linewidth=7)
        beside.plot(middle, row, "|", color=HALIDES[formula], markersize=12)
        beside.plot(value, row, "o", color="black", markersize=5)
    beside.set_yticks(range(len(MEASURED)), [f"{f}\n{w}" for w, f, _ in MEASURED], fontsize=8)
    beside.set(xscale="log", xlim=(1.0, 1e4), ylim=(-0.6, len(MEASURED) - 0.4))
    beside.set(xlabel="mobility (cm$^2$/Vs)", title="bar: model, dot: read")
    return figure
