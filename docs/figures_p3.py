"""Figure of the theory page p3: size to energy, beside measurements and atomistic levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from halodot.core.sourced import Sourced
from halodot.dot import DotProperties, calibration, characterise
from halodot.library import Library
from halodot.library.tables import table
from halodot.synthesis.state import DotPopulation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SERIES = (
    ("CsPbBr3", "platelet", "nanoplatelet", "#2b8a3e", "CsPbBr3 platelets"),
    ("CsPbBr3", "cube", "cube", "#1864ab", "CsPbBr3 cubes, gap"),
    ("MAPbBr3", "sphere", "spheroid", "#e8590c", "MAPbBr3 spheroids"),
)
SIZES = {
    "platelet": np.arange(2, 11) * 0.587e-9,
    "cube": np.geomspace(3e-9, 14e-9, 9),
    "sphere": np.geomspace(2.5e-9, 28e-9, 10),
}
HALIDES = (("CsPbCl3", "#7048e8"), ("CsPbBr3", "#2b8a3e"), ("CsPbI3", "#c92a2a"))


def _dot(formula: str, shape: str, size: float, temperature: float = 298.0) -> DotProperties:
    exact = Sourced(size, "m", basis="given"), Sourced(0.05, "1", basis="given")
    population = DotPopulation(formula, shape, *exact, "OA+OAm")
    return characterise(population, Library.builtin(), temperature)


def _band(axis: Axes, x: np.ndarray, values: list[Sourced], colour: str, label: str) -> None:
    middle, low, high = (
        np.array([getattr(q, end) for q in values]) for end in ("value", "low", "high")
    )
    axis.plot(x, middle, color=colour, label=label)
    axis.fill_between(x, low, high, color=colour, alpha=0.13, linewidth=0.0)


def p3() -> Figure:
    """Return the figure: calibrated series, three halides, atomistic cubes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 3.9), layout="constrained")
    seen, said, theory = figure.subplots(1, 3)
    _measured(seen)
    sizes = np.geomspace(3.5e-9, 15e-9, 9)
    for formula, colour in HALIDES:
        peaks = [_dot(formula, "cube", s, 300.0).pl_energy for s in sizes.tolist()]
        _band(said, sizes * 1e9, peaks, colour, formula)
    said.set(xlabel="edge of a cube (nm)", ylabel="emission peak (eV)", title="cubes, 300 K")
    said.legend(frameon=False, fontsize=8)
    _atomistic(theory)
    return figure


def _measured(axis: Axes) -> None:
    rows = [r for r in calibration.rows() if not r.repeated]
    for formula, shape, kind, colour, label in SERIES:
        name = "optical_gap" if shape == "cube" else "pl_energy"
        sizes = SIZES[shape]
        values = [getattr(_dot(formula, shape, s), name) for s in sizes.tolist()]
        _band(axis, sizes * 1e9, values, colour, label)
        found = [(r.size * 1e9, r.measured) for r in rows if r.kind == kind]
        axis.plot(*zip(*found, strict=True), "o", color=colour, markersize=4)
    axis.set(xscale="log", xlabel="size of the core (nm)", ylabel="peak (eV)")
    axis.set_title("rows of the fit; 90 % of a new source", fontsize=10)
    axis.set_xticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
    axis.minorticks_off()
    axis.legend(frameon=False, fontsize=8)


def _atomistic(axis: Axes) -> None:
    largest = 6.9
    sizes = np.linspace(2.5, largest, 9)
    ours = np.array([float(_dot("CsPbI3", "cube", s * 1e-9, 4.0).optical_gap) for s in sizes])
    axis.plot(sizes, (ours - ours[-1]) * 1e3, color="#c92a2a", label="here, nothing set with it")
    for structure, mark in (("cubic", "s"), ("orthorhombic", "^")):
        found = {
            float(r["size_nm"]): float(r["value"])
            for r in table("theory_size_levels")
            if r["quantity"] == "theory_exciton_energy_first_bright"
            and r["note"].startswith(structure)
        }
        x = np.array(sorted(s for s in found if s >= sizes[0]))
        y = np.array([found[s] - found[largest] for s in x]) * 1e3
        axis.plot(x, y, mark, color="#495057", mfc="none", label=f"atomistic, {structure}")
    axis.set(xlabel="edge of a CsPbI3 cube (nm)", ylabel="E(L) - E(6.9 nm) (meV)")
    axis.set_title("first bright exciton")
    axis.legend(frameon=False, fontsize=8)
