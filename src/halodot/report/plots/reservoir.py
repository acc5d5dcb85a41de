"""Pictures of reservoirs: what they remember by delay, and run by run beside the read-out alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...task.state import Score
from . import style as st

Array = NDArray[np.float64]
LOOKS = {
    "reservoir": ("#0072B2", "o", "devices"),
    "software": ("#009E73", "^", "software reservoir"),
    "linear": ("#7d8a96", "s", "linear read-out alone"),
    "shuffled": ("#c9cfd6", "x", "shuffled targets"),
}


def memory_by_delay(score: Score, name: str) -> str | None:
    """Draw the squared correlation with the input so many steps ago."""
    kept = {k: np.asarray(score.details[f"by_delay_{k}"]) for k in LOOKS
            if f"by_delay_{k}" in score.details}  # fmt: skip
    if not kept:
        return None
    with st.style():
        figure = st.new_figure(6.8, 3.9)
        ax = figure.subplots()
        for key, values in kept.items():
            colour, mark, words = LOOKS[key]
            ax.plot(np.arange(len(values)), values, marker=mark, color=colour, markersize=5,
                    linewidth=1.3, label=words)  # fmt: skip
        st.label_axes(ax, "Delay [steps]", "Squared correlation [1]")
        ax.set_ylim(-0.03, 1.05)
        figure.legend(loc="outside upper left", ncols=2, frameon=False)
        return st.to_svg(figure, name, "Memory by delay", "; ".join(kept))


def over_period(score: Score, name: str) -> str | None:
    """Draw how the memory was found: capacity against the period of the input."""
    x = np.asarray(score.details.get("period_over_decay_time", ()))
    y = np.asarray(score.details.get("memory_at_period", ()))
    if len(x) < 2:
        return None
    with st.style():
        figure = st.new_figure(6.0, 3.4)
        ax = figure.subplots()
        ax.plot(x, y, "o-", color="#0072B2", markersize=5)
        ax.set_xscale("log")
        st.label_axes(ax, "Period over the device's decay time [1]", "Memory capacity [1]")
        ax.set_ylim(bottom=0)
        return st.to_svg(figure, name, "Memory against the period", "")


def run_by_run(score: Score, name: str) -> str | None:
    """Draw each run beside the linear read-out of the same run: a line up is a win."""
    d: dict[str, Any] = score.details
    mine = d.get("accuracy_per_run", d.get("memory_per_run"))
    other = d.get("baseline_per_run")
    if mine is None or other is None:
        return None
    scale = 100.0 if score.measure == "accuracy" else 1.0
    with st.style():
        figure = st.new_figure(4.6, 3.8)
        ax = figure.subplots()
        for a, b in zip(scale * np.asarray(other), scale * np.asarray(mine), strict=True):
            ax.plot([0, 1], [a, b], "-o", color="#0072B2" if b > a else "#D55E00", markersize=4)
        ax.set_xticks([0, 1], ["linear read-out\nalone", "devices"])
        ax.set_xlim(-0.3, 1.3)
        unit = "%" if scale == 100.0 else "1"
        ax.set_ylabel(f"{score.measure[:1].upper()}{score.measure[1:]} [{unit}]")
        ax.grid(True, axis="y", color=st.GRID)
        return st.to_svg(figure, name, "Run by run beside the linear read-out", "")
