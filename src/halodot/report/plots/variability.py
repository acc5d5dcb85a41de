"""From the flask to the accuracy in one picture: states, yield, accuracy against the spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..compare import ends
from . import style as st

if TYPE_CHECKING:
    from ...variability import Point, Variability

PANELS = (
    ("states", "Working states [1]", 1.0),
    ("yield", "Yield of cells [%]", 100.0),
    ("accuracy", "Accuracy on digits [%]", 100.0),
)
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def against_spread(found: Variability, name: str) -> str | None:
    """Draw the three measures side by side, a line for each variant, bars 90 % over draws."""
    if not found.points:
        return None
    labels = list(dict.fromkeys(p.variant for p in found.points))
    with st.style():
        figure = st.new_figure(10.2, 4.1)
        axes: Any = figure.subplots(1, len(PANELS))
        for ax, (key, words, scale) in zip(axes, PANELS, strict=True):
            for k, label in enumerate(labels):
                rows = [p for p in found.points if p.variant == label]
                _line(ax, rows, key, scale, k, len(labels))
            st.label_axes(ax, "Thickness spread of cells [%]", words)
            ax.set_ylim(bottom=0)
        axes[0].yaxis.get_major_locator().set_params(integer=True)
        baseline = found.baseline
        if baseline.is_known:
            axes[2].axhline(100 * float(baseline), color=st.INK, linewidth=1, linestyle="--")
            axes[2].annotate("in software", (0.98, 100 * float(baseline)), ha="right", va="bottom",
                             xycoords=("axes fraction", "data"), fontsize=9)  # fmt: skip
            axes[2].set_ylim(0, 105)
        axes[1].set_ylim(0, 105)
        handles, words_of = axes[0].get_legend_handles_labels()
        figure.legend(handles, words_of, loc="outside upper left", ncols=min(len(labels), 4),
                      frameon=False)  # fmt: skip
        text = "; ".join(x or "the device" for x in labels)
        return st.to_svg(figure, name, "States, yield and accuracy against the spread", text)


def _line(ax: Any, rows: list[Point], key: str, scale: float, k: int, count: int) -> None:
    shift = 1.0 + 0.035 * (k - 0.5 * (count - 1))
    x = [100 * max(p.spread, 1e-3) * shift for p in rows]
    values = [p.named()[key] for p in rows]
    y = [scale * float(q) for q in values]
    colour = COLOURS[k % len(COLOURS)]
    ax.plot(x, y, marker=MARKERS[k % len(MARKERS)], color=colour, markersize=5.5, linewidth=1.3,
            label=st.safe(rows[0].variant or "the device"))  # fmt: skip
    for at, q in zip(x, values, strict=True):
        low, high = (scale * e for e in ends(q))
        ax.plot([at, at], [low, high], color=colour, linewidth=1.1, alpha=0.7)
    ax.set_xscale("log")
    ticks = sorted({100 * max(p.spread, 1e-3) for p in rows})
    ax.set_xticks(ticks, [f"{t:g}" for t in ticks])
    ax.minorticks_off()
    ax.grid(True, axis="y", color=st.GRID)
