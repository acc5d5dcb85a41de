"""Picture of the page on learned recipes: predictions of left-out syntheses, and the two drives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from halodot.recipes import scoring, training
from halodot.recipes.light import default_lights
from halodot.recipes.predictor import by_cells, oleate_rows, shipped, trained
from halodot.report.plots import style as st
from halodot.synthesis.drives import log_drives

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SOLVENTS = ("methanol", "ethanol", "1-butanol", "cyclopentanone", "")
NAMES = {"": "no antisolvent"}


def learned_recipes() -> Figure:
    """Return the picture."""
    with st.style():
        figure = st.new_figure(9.2, 4.0)
        drives, left = figure.subplots(1, 2)
        _drives(drives)
        _left_out(left)
    return figure


def _drives(axes: Any) -> None:
    model = trained()
    columns, solvents, peaks = oleate_rows(training.antisolvent(), model.library)
    strip, feed = log_drives(columns, solvents.density, model.oleate.drives)
    total = np.logaddexp(strip, feed)
    for k, name in enumerate(SOLVENTS):
        own = columns.antisolvent == name
        axes.plot(np.exp(total[own]), peaks[own], "o", ms=3.5, label=NAMES.get(name, name),
                  color=f"C{k}")  # fmt: skip
    x = np.geomspace(0.03, 60.0, 200)
    light = by_cells(default_lights())
    v = model.oleate.drives.values
    axes.plot(x, light(np.exp(v["thinnest"]) + x) + v["offset"], "k-", lw=1)
    axes.set(xscale="log", xlim=(0.03, 60.0), xlabel="both drives, unit cells beyond the thinnest",
             ylabel="PL peak (nm)", title="Mechanism: 215 syntheses")  # fmt: skip
    axes.legend(fontsize=7, loc="lower right")


def _left_out(axes: Any) -> None:
    parts = scoring.antisolvents_left_out(shipped()["widen"]["oleate"])
    for k, name in enumerate(s for s in SOLVENTS if s):
        p = parts[name]
        ends = np.abs(np.array([p.low, p.high]) - p.middle)
        axes.errorbar(p.measured, p.middle, ends, fmt="o", ms=3.5, lw=0.4, color=f"C{k}")
    axes.plot([425.0, 525.0], [425.0, 525.0], "k-", lw=1)
    axes.set(xlabel="measured PL peak (nm)", ylabel="predicted PL peak (nm)",
             title="Each antisolvent left out, 90 % intervals")  # fmt: skip
