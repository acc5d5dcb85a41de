"""The axes in which each law of conduction is a straight line, side by side, for one loop."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...figures.mechanism import Report
from ...figures.mechanism_branches import TITLES, BranchReport
from ...figures.transport_laws import LAWS
from . import style as st

Array = NDArray[np.float64]
PANELS = (
    ("sclc_traps", "Voltage [V]", "|Current| [A]", "Ohmic (1), SCLC (2)"),
    ("schottky", "√Voltage [√V]", "ln(I / A)", "Schottky"),
    ("poole_frenkel", "√Voltage [√V]", "ln(I/V / S)", "Poole-Frenkel"),
    ("fowler_nordheim", "1/Voltage [1/V]", "ln(I/V² / A V⁻²)", "Fowler-Nordheim"),
)
SIGNS = {"supported": "supported", "possible": "possible", "contradicted": "contradicted"}


def linearised(report: Report, name: str) -> str | None:
    """Draw the branches of a report in four linearising axes, with the verdict on each law.

    Parameters
    ----------
    name
        Prefix of the ids of the picture.

    Returns
    -------
    str or None
        An SVG; None where the report has no branch.
    """
    branches = report.branches[:4]
    if not branches:
        return None
    with st.style():
        figure = st.new_figure(9.0, 6.4)
        cells: dict[str, Any] = figure.subplot_mosaic(
            [[p[0] for p in PANELS[:2]], [p[0] for p in PANELS[2:]]]
        )
        for law, x, y, title in PANELS:
            axes = cells[law]
            for k, b in enumerate(branches):
                _draw(axes, law, b, k, len(branches))
            st.label_axes(axes, x, y)
            axes.set_title(f"{title}: {_verdict(branches, law)}", fontsize="small")
            if law == "sclc_traps":
                st.log_axis(axes, "x")
                st.log_axis(axes)
        st.legend(figure, [_label(b) for b in branches])
        return st.to_svg(figure, name, "Laws of conduction", sentence(report))


def _draw(axes: Any, law: str, branch: BranchReport, k: int, among: int) -> None:
    v, i = branch.voltage, branch.current
    if law == "sclc_traps":
        st.draw_line(axes, v, i, k, among=among)
        return
    x, y = LAWS[law].linearise(v, i)
    order = np.argsort(x)
    st.draw_line(axes, x[order], y[order], k, among=among)


def _label(branch: BranchReport) -> str:
    side = "+" if branch.sign > 0 else "−"
    best = branch.best
    return f"{branch.state} {side}V: {TITLES[best.name]} ({SIGNS[best.verdict]})"


def _verdict(branches: tuple[BranchReport, ...], law: str) -> str:
    """Verdicts of the branches on the laws of a panel: the best of them."""
    laws = ("ohmic", "sclc", "sclc_traps") if law == "sclc_traps" else (law,)
    found = [c.verdict for b in branches for c in b.candidates if c.name in laws]
    return next((v for v in SIGNS if v in found), "not judged")


def sentence(report: Report) -> str:
    """Say the verdicts of the device in one sentence."""
    words = [f"{s.name.replace('_', ' ')} {s.verdict}" for s in report.device]
    return "Mechanisms of the device: " + ", ".join(words) + "."
