"""Figures of the theory pages on nucleation, growth and equilibrium of dots in a flask."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from halodot.core.constants import Z90
from halodot.report.plots import style as st
from halodot.synthesis.kinetics import Course, Growth, constants, grow, priors
from halodot.synthesis.kinetics import halide_equilibrium as equilibrium

_SECONDS = np.concatenate([[0.0], np.geomspace(0.03, 80.0, 120)])


def nucleation_growth() -> Figure:
    """Three panels: spread and mean size in time, distributions of the iodide."""
    found = {x: _injected(x) for x in ("Br", "I")}
    with st.style():
        figure = st.new_figure(9.6, 3.2)
        left, middle, right = figure.subplots(1, 3)
        for i, (halide, growth) in enumerate(found.items()):
            colour, label = st.PALETTE[i], f"CsPb{halide}3"
            left.plot(growth.time, growth.spread, color=colour, label=label)
            middle.plot(growth.time, 1e9 * growth.mean_size, color=colour, label=label)
        left.set(xscale="log", xlim=(0.3, 80.0), ylim=(0.0, 0.3), xlabel="time (s)")
        left.set_ylabel("sd of the edge over its mean")
        left.legend(loc="upper right")
        middle.set(xscale="log", xlim=(0.03, 80.0), xlabel="time (s)", ylabel="mean edge (nm)")
        left.set_xticks([1.0, 10.0], ["1", "10"])
        middle.set_xticks([0.1, 1.0, 10.0], ["0.1", "1", "10"])
        _distributions(right, found["I"])
        figure.draw_without_rendering()
    return figure


def _injected(halide: str) -> Growth:
    course = Course.of(monomer=8.0, temperature=443.15, time=[0.0, 80.0])
    return grow(course, constants(priors({halide: 1.0})), outputs=_SECONDS)


def _distributions(ax: Axes, found: Growth) -> None:
    middles = 1e9 * np.sqrt(found.edges[1:] * found.edges[:-1])
    for i, seconds in enumerate((3.0, 8.0, 20.0, 80.0)):
        row = int(np.argmin(np.abs(found.time - seconds)))
        density = found.density[row] / found.number[row] * 1e-9
        # cohorts are lines; the eye wants what a microscope with 0.3 nm would count
        width = 0.3
        kernel = np.exp(-0.5 * ((middles[:, None] - middles) / width) ** 2)
        smooth = kernel @ (density * 1e9 * np.diff(found.edges)) / (width * np.sqrt(2 * np.pi))
        ax.plot(middles, smooth, color=st.PALETTE[i], label=f"{seconds:g} s")
    ax.set(xlim=(0.0, 17.0), xlabel="edge of CsPbI3 (nm)", ylabel="share of dots (1/nm)")
    ax.legend(loc="upper right")


def halide_equilibrium() -> Figure:
    """Two panels: size against temperature, composition against size."""
    with st.style():
        figure = st.new_figure(7.4, 3.2)
        left, right = figure.subplots(1, 2)
        _against_temperature(left)
        _composition(right)
        figure.draw_without_rendering()
    return figure


def _against_temperature(ax: Axes) -> None:
    warm = np.linspace(350.0, 470.0, 80)
    for i, ratio in enumerate((6.0, 10.0, 25.0)):
        laws = [equilibrium.calibrated().log_size(t, ratio) for t in warm]
        mean, sd = np.array(laws).T
        ax.plot(warm - 273.15, np.exp(mean), color=st.PALETTE[i], label=f"Br/Pb = {ratio:g}")
        if ratio == 10.0:
            low, high = np.exp(mean - Z90 * sd), np.exp(mean + Z90 * sd)
            ax.fill_between(warm - 273.15, low, high, color=st.PALETTE[i], alpha=st.BAND, lw=0)
    rows = np.array(equilibrium.published())
    ax.plot(rows[:, 0] - 273.15, rows[:, 2], "o", color=st.PALETTE[6], label="ref 133, Br/Pb = 10")
    ax.set(ylim=(0.0, 16.0), xlabel="temperature (°C)", ylabel="edge (nm)")
    ax.legend(loc="upper left")


def _composition(ax: Axes) -> None:
    size = np.linspace(3.0, 11.0, 100)
    line = equilibrium.composition(size * 1e-9)
    ax.plot(size, line, color=st.PALETTE[0], label="3 + 3/n")
    rows = np.array(equilibrium.compositions())
    ax.plot(rows[:, 0], rows[:, 1], "o", color=st.PALETTE[6], label="ref 133, printed")
    ax.set(xlabel="edge (nm)", ylabel="Br/Pb of the dots", ylim=(2.4, 4.1))
    ax.legend(loc="upper right")
