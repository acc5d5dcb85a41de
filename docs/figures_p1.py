"""Figure of the theory page p1: factors in every named set of radii beside the review."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from halodot.crystal import figures
from halodot.crystal.limits import BARTEL_LIMIT
from halodot.crystal.radii import SETS

LEAD = ("CsPbCl3", "CsPbBr3", "CsPbI3")
ALL = (
    "CsPbCl3", "CsPbBr3", "CsPbI3", "MAPbI3", "FAPbI3", "CsSnBr3", "CsSnI3", "Cs2AgBiBr6",
    "Cs2AgInCl6", "Cs2SnI6",
)  # fmt: skip
COLOURS = ("#0072B2", "#009E73", "#8A6D00")
MARKERS = ("o", "s", "^")
NAMES = ("A XII, B VI", "A VIII, B VI", "A VI, B VI")


def p1() -> Figure:
    """Left: Goldschmidt factor against the review; right: Bartel tau of ten compounds."""
    figure = Figure(figsize=(8.4, 3.9), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.0, 1.35))
    known = {f: figures(f) for f in dict.fromkeys((*LEAD, *ALL))}
    _goldschmidt(left, known)
    _tau(right, known)
    return figure


def _goldschmidt(ax: Axes, known: dict) -> None:
    for name, label, colour, marker in zip(SETS, NAMES, COLOURS, MARKERS, strict=True):
        values = [known[f][f"tolerance_factor_{name}"].value for f in LEAD]
        ax.plot(range(3), values, marker, color=colour, label=f"Shannon, {label}", ms=7)
    stated = [known[f]["tolerance_factor_printed"] for f in LEAD]
    for k, q in enumerate(stated):
        if q.is_known:
            ends = [[q.value - q.low], [q.high - q.value]]
            label = "printed in the review (2 digits)" if k == 1 else None
            ax.errorbar(k, q.value, ends, fmt="D", color="#D55E00", ms=7, capsize=4, label=label)
    ax.axhline(1.0, color="0.6", lw=0.8, ls=":")
    ax.text(2.45, 0.993, "closest packing", ha="right", va="top", fontsize=8, color="0.4")
    ax.set_xticks(range(3), LEAD)
    ax.set_xlim(-0.5, 2.5)
    ax.set_ylim(0.78, 1.12)
    ax.set_ylabel("Goldschmidt tolerance factor t")
    ax.legend(fontsize=8, frameon=False, loc="upper left")


def _tau(ax: Axes, known: dict) -> None:
    for name, label, colour, marker in zip(SETS, NAMES, COLOURS, MARKERS, strict=True):
        for k, f in enumerate(ALL):
            q = known[f][f"bartel_tau_{name}"]
            if not q.is_known:
                continue
            low, high = (q.value if x is None else x for x in (q.low, q.high))
            ends = [[q.value - low], [high - q.value]]
            own = f"Shannon, {label}" if k == 0 else None
            ax.errorbar(q.value, k, xerr=ends, fmt=marker, color=colour, ms=6, capsize=3, label=own)
    ax.axvspan(3.0, BARTEL_LIMIT, color="#009E73", alpha=0.08, lw=0)
    ax.axvline(BARTEL_LIMIT, color="0.3", lw=1.0)
    ax.text(BARTEL_LIMIT - 0.03, len(ALL) - 0.35, "perovskite", ha="right", fontsize=8.5)
    ax.text(BARTEL_LIMIT + 0.03, len(ALL) - 0.35, "no perovskite", fontsize=8.5)
    ax.set_yticks(range(len(ALL)), ALL)
    ax.set_xlim(3.3, 5.6)
    ax.set_ylim(len(ALL) + 0.2, -0.7)
    ax.set_xlabel("Bartel factor τ (limit 4.18, fitted with A XII radii)")
