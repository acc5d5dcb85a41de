"""Figure of the theory page on arrays: writing, converters, and what an inference costs."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from halodot.array import Array, CellModel
from halodot.array.estimates import conversion_energy
from halodot.array.state import Layout, Readout, Writing
from halodot.core.sourced import Sourced, assumed

S = Sourced
BLUE, RED, GREEN, GREY = "#1b6ca8", "#c1440e", "#5a8f29", "#777777"
WEIGHTS = np.random.default_rng(1).normal(size=(64, 32))
INPUTS = np.random.default_rng(2).uniform(-1, 1, (400, 64))
NONE = S(0.0, "1", basis="given")


def _array(spread: float = 0.0, **fields: Any) -> Array:
    cell = CellModel(S(1e-6, "S"), S(1e-4, "S"), S(0.1, "V"), S(spread, "1"))
    time = assumed(1e-7, "s", 1e-8, 1e-5, "")
    return Array(cell, 256, 256, S(0.0, "ohm"), seed=1, read_time=time, **fields)


def _writing(axes: Any) -> None:
    targets = np.random.default_rng(3).uniform(0.1, 0.9, (250, 127))
    edges = np.linspace(-0.1, 0.1, 161)
    for mode, colour in (("open loop", BLUE), ("verify", RED)):
        setting = Writing(mapping="reference", mode=mode, pulses=200, nonlinearity_up=NONE,
                          nonlinearity_down=NONE, tolerance=0.02)  # fmt: skip
        written = _array(0.002, writing=setting).program(2 * targets - 1, 0).written
        assert written is not None
        share, _ = np.histogram(written.error[:, :-1], edges, density=True)
        axes.stairs(share, edges, color=colour, label=mode)
    axes.axvspan(-0.02, 0.02, color=GREY, alpha=0.15, lw=0)
    axes.set(xlabel="error over the range", ylabel="density", title="writing by pulses")
    axes.set_xlim(-0.08, 0.08)
    axes.legend(frameon=False, loc="upper right")


def _converters(axes: Any) -> None:
    bits = np.arange(3, 13)
    for mode, colour in (("worst case", BLUE), ("calibrated", RED)):
        exact = _array().program(WEIGHTS).multiply(INPUTS).output
        found, law = [], []
        for b in bits:
            made = _array(adc_bits=int(b), readout=Readout(adc_range=mode))
            matrix = made.program(WEIGHTS).calibrated(INPUTS)
            found.append(np.std(matrix.multiply(INPUTS).output - exact))
            low, high = matrix.tiles[0].ends or _worst(matrix)
            step = (high - low) / (2.0**b - 1)
            law.append(np.sqrt(2 / 12) * step * np.abs(WEIGHTS).max() / (0.1 * 99e-6))
        axes.semilogy(bits, found, "o", color=colour, ms=4, label=mode)
        axes.semilogy(bits, law, color=colour, lw=1)
    axes.set(xlabel="bits", ylabel="error of an output", title="converters")
    axes.legend(frameon=False)


def _worst(matrix: Any) -> tuple[float, float]:
    full = 0.1 * float(matrix.fresh.sum(axis=0).max())
    return -full, full


def _costs(axes: Any) -> None:
    layout = Layout(
        assumed(1e-15, "F", 2e-16, 2e-14, ""), assumed(4e-12, "m2", 4e-14, 1e-9, ""),
        assumed(1e-13, "J", 1e-14, 1e-12, ""),
    )  # fmt: skip
    made = _array(layout=layout, adc_bits=8, adc_energy=conversion_energy(8))
    matrix = made.program(WEIGHTS)
    parts = made.estimate([matrix], [matrix.multiply(INPUTS)]).parts
    for row, (name, q) in enumerate(parts.items()):
        value = float(q)
        low, high = (value if e is None else e for e in (q.low, q.high))
        axes.errorbar(value, row, xerr=[[value - low], [high - value]], fmt="o", color=GREEN, ms=5)
        axes.text(value, row + 0.2, name, ha="center", fontsize=8)
    axes.set(xscale="log", xlabel="energy of one product 64 x 32 [J]", title="costs, 8 bit")
    axes.xaxis.set_major_locator(LogLocator(numticks=5))
    axes.set_yticks([])
    axes.set_ylim(-0.5, len(parts) - 0.3)


def array() -> Figure:
    """Errors of written cells, of converters beside the law, and energies with intervals."""
    figure = Figure(figsize=(9.0, 3.0), layout="constrained")
    for axes, draw in zip(figure.subplots(1, 3), (_writing, _converters, _costs), strict=True):
        draw(axes)
    return figure
