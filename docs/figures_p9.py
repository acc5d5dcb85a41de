"""Figure of the theory page p9: what is known of lead-free dots, and what is not."""

from __future__ import annotations

from matplotlib.figure import Figure

from halodot.core.sourced import Sourced
from halodot.dot import DotProperties, characterise
from halodot.library import Library
from halodot.synthesis.state import DotPopulation

_LIB = Library.builtin()
_FORMULAS = (
    "CsSnI3", "CsSnBr3", "CsSnCl3", "CsGeI3", "CsGeBr3", "CsGeCl3",
    "Cs2AgBiBr6", "Cs2AgBiCl6", "Cs2AgSbBr6", "Cs2AgInCl6", "Cs2SnI6", "Cs2SnCl6", "Cs2TiBr6",
    "FA3Bi2Br9", "Cs3Bi2I9", "Cs3Bi2Br9", "Cs3Bi2Cl9", "Cs3Sb2Br9",
)  # fmt: skip
_MARKS = {
    "bulk edge (optical)": ("#5a8f29", "s", -0.22),
    "first absorption of the dot": ("#1b6ca8", "o", 0.0),
    "emission of the dot": ("#c1440e", "D", 0.22),
}


def _dot(formula: str) -> DotProperties:
    size, spread = Sourced(5e-9, "m", basis="given"), Sourced(0.1, "1", basis="given")
    return characterise(DotPopulation(formula, "cube", size, spread, "OA+OAm"), _LIB, 300.0)


def p9() -> Figure:
    """One row a compound: energies with their intervals, "unknown" where there is none."""
    figure = Figure(figsize=(7.5, 7.0), layout="constrained")
    axes = figure.subplots()
    for row, formula in enumerate(_FORMULAS):
        dot = _dot(formula)
        energies = (dot.extras["bulk_optical_gap"], dot.optical_gap, dot.pl_energy)
        for q, (colour, mark, step) in zip(energies, _MARKS.values(), strict=True):
            if q.value is None or q.low is None or q.high is None:
                continue
            error = [[q.value - q.low], [q.high - q.value]]
            axes.errorbar(q.value, row + step, xerr=error, fmt=mark, color=colour, ms=5, capsize=2)
        if not any(q.is_known for q in energies):
            axes.text(2.5, row, "unknown: nothing read", va="center", ha="center", color="0.5")
    for name, (colour, mark, _) in _MARKS.items():
        axes.plot([], [], mark, color=colour, label=name)
    axes.set_yticks(range(len(_FORMULAS)), _FORMULAS)
    axes.set_ylim(len(_FORMULAS) - 0.4, -0.6)
    axes.set_xlim(1.0, 5.0)
    axes.set_xlabel("energy (eV), bars: 90 % interval")
    axes.set_title("Lead-free dots of 5 nm at 300 K", fontsize=10)
    axes.grid(axis="x", color="0.9")
    axes.legend(fontsize=8, loc="lower right")
    return figure
