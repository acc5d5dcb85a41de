"""All tasks in one picture: where each stands between chance or baseline and its best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..compare import ends
from . import style as st

if TYPE_CHECKING:
    from ...tasks import Row

FACES = {"value": "#0072B2", "baseline": "#7d8a96", "chance": "#c9cfd6"}
WORDS = {"value": "on the array", "baseline": "baseline", "chance": "chance"}


def table_picture(rows: Sequence[Row], name: str) -> str | None:
    """Draw a line for each task: array, baseline and chance on the scale of its own measure."""
    kept = [r for r in rows if r.score is not None and r.score.value.is_known]
    if not kept:
        return None
    with st.style():
        figure = st.new_figure(7.6, 0.9 + 0.62 * len(kept))
        panels: Any = figure.subplots(len(kept), 1, squeeze=False)
        for ax, row in zip(panels[:, 0], kept, strict=True):
            _line(ax, row)
        handles = [panels[0, 0].plot([], [], "o", color=FACES[k], label=WORDS[k])[0] for k in FACES]
        figure.legend(handles=handles, loc="outside upper left", ncols=3, frameon=False)
        text = "; ".join(f"{r.id}: {r.score.measure}" for r in kept if r.score)
        return st.to_svg(figure, name, "Tasks beside their baselines", text)


def _line(ax: Any, row: Row) -> None:
    s = row.score
    assert s is not None
    scale = 100.0 if s.measure == "accuracy" else 1.0
    for key in ("chance", "baseline", "value"):
        q = getattr(s, key)
        if q.is_known:
            low, high = (scale * e for e in ends(q))
            ax.plot([low, high], [0, 0], color=FACES[key], linewidth=2.4, zorder=2)
            ax.plot([scale * float(q)], [0], "o", color=FACES[key], markersize=7, zorder=3)
    unit = "%" if scale == 100.0 else "1"
    ax.set_yticks([0], [st.safe(row.id)])
    ax.set_ylim(-1, 1)
    ax.set_xlabel(st.safe(f"{s.task.replace('_', ' ')}: {s.measure} [{unit}]"), labelpad=1)
    ax.grid(True, axis="x", color=st.GRID)
    for side in ("left", "top", "right"):
        ax.spines[side].set_visible(False)
    ax.tick_params(axis="y", length=0)
