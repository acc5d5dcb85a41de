"""Figure of the page on other codes: the IonMonger cell at three scan rates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from halodot.device.charge.exchange import cyclic, ionmonger
from halodot.report.plots import style as st

DATA = Path(__file__).parents[1] / "tests/data/peer_cases"


def ionmonger_loops() -> Figure:
    """One panel a rate: the loop at default accuracy, and points of that at high accuracy."""
    with st.style():
        figure = st.new_figure(7.4, 2.9)
        for axes, rate in zip(figure.subplots(1, 3, sharey=True), (0.1, 1.0, 10.0), strict=True):
            schedule = cyclic(0.0, 1.3, rate, light=1.0398, points=261)
            path = DATA / "ionmonger_default_parameters.csv"
            deck = ionmonger.read(path, absorption="uniform", schedule=schedule)
            plain, fine = deck.follow(), deck.follow("high")
            turn = int(np.argmax(plain.voltage))
            for leg, colour, name in (
                (slice(0, turn + 1), "C0", "up"),
                (slice(turn, None), "C1", "down"),
            ):
                axes.plot(plain.voltage[leg], plain.current[leg], color=colour, label=name)
                dots = slice(leg.start, leg.stop, 10)
                axes.plot(fine.voltage[dots], fine.current[dots], ".", color=colour, markersize=3.5)
            axes.axhline(0.0, color="0.7", linewidth=0.6)
            axes.set(xlabel="voltage (V)", title=f"{rate:g} V/s", ylim=(-5.0, 26.0))
            axes.set_xlim(0.0, 1.3)
        first = figure.axes[0]
        first.set_ylabel("current density (mA/cm2)")
        first.legend(
            title="line: default\ndots: high accuracy",
            loc="lower left",
            fontsize=7,
            title_fontsize=7,
        )
        figure.draw_without_rendering()
    return figure
