"""Pictures of crystals: the phase map with its bands, and the crossover against the unknown."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ...crystal.landscape import Landscape
from ...crystal.stability import StabilityMap, crossover_against, table_rows
from ...crystal.structure import replace_file
from .style import INK, PALETTE, label_axes, legend_of, log_axis, new_figure, style

COLOURS = {"alpha": PALETTE[1], "beta": PALETTE[2], "gamma": PALETTE[0], "delta": "#E0B400"}
STEPS = 8  # shades from even odds to certainty
BAND: Any = (0, (4, 2))
GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ"}
NAMES = {
    "alpha": "α cubic",
    "beta": "β tetragonal",
    "gamma": "γ orthorhombic",
    "delta": "δ non-perovskite",
}


def save_map(found: StabilityMap, path: Path) -> Path:
    """Write a phase map as .png, .svg or .csv, whole or not at all.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    if path.suffix.lower() == ".csv":
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(table_rows(found))
        return replace_file(path, lambda p: p.write_bytes(text.getvalue().encode()))
    kind = path.suffix.lower().lstrip(".")
    with style():
        figure = stability_figure(found)
        return replace_file(path, lambda p: figure.savefig(p, format=kind, dpi=150))


def stability_figure(found: StabilityMap) -> Figure:
    """Return the map: colour for the most probable phase, its strength for the probability.

    Lines are the medians of the boundaries, thin lines the ends of their 90 % bands. The boundary
    against delta is that of the perovskite phases together: where these share their probability,
    delta is the most probable single phase already below it.
    """
    figure = new_figure(6.4, 4.4)
    ax = figure.subplots()
    draw_map(ax, found)
    legend_of(figure, map_handles(found.phases))
    title = f"{found.formula}: most probable single phase of a cube (paler = less sure)"
    ax.set_title(title, loc="left")
    return figure


def map_handles(phases: tuple[str, ...]) -> list[Any]:
    """Return what a legend of a phase map shows: its phases and its two kinds of lines."""
    patches: list[Any] = [Patch(color=COLOURS[p], label=NAMES[p]) for p in phases]
    line = Line2D([], [], color=INK, linewidth=1.8, label="boundary (median)")
    band = Line2D([], [], color=INK, linewidth=1.0, linestyle=BAND, label="its 90 % band")
    return [*patches, line, band]


def draw_map(ax: Any, found: StabilityMap) -> None:
    """Draw a phase map on axes."""
    sizes = found.sizes * 1e9
    best = found.best
    sure = np.take_along_axis(found.probability, best[None], axis=0)[0]
    colours = np.array([to_rgb(COLOURS[p]) for p in found.phases])[best]
    # at even odds of all phases nearly white, at certainty the full colour
    floor = 1.0 / len(found.phases)
    certainty = np.clip((sure - floor) / (1.0 - floor), 0.0, 1.0)[..., None]
    weight = np.round(certainty * STEPS) / STEPS * 0.85 + 0.1
    ax.pcolormesh(sizes, found.temperatures, 1.0 - weight * (1.0 - colours), shading="nearest")
    if len(found.crossover):
        _boundary(ax, found.crossover.T * 1e9, found.temperatures, swap=True)
        _name_crossover(ax, found)
    else:
        for name, band in found.transition.items():
            _boundary(ax, band.T, sizes, swap=False)
            label = "–".join(GREEK[p] for p in name.split("_"))
            ax.annotate(label, (sizes[-1], band[-1, 1]), (4, -3), textcoords="offset points")
    ax.set_xscale("log")
    ax.set_xlim(sizes[0], sizes[-1])
    ax.set_ylim(found.temperatures[0], found.temperatures[-1])
    label_axes(ax, "edge of the cube (nm)", "temperature (K)")
    log_axis(ax, "x")
    ax.grid(False)


def _name_crossover(ax: Any, found: StabilityMap) -> None:
    """Write beside the median what lies on either side of it: perovskite phases, or delta."""
    row = len(found.temperatures) // 8
    edge = float(found.crossover[row, 1]) * 1e9
    if found.sizes[0] < edge * 1e-9 < found.sizes[-1]:
        ax.annotate("perovskite | δ", (edge, found.temperatures[row]), (0, 0),
                    textcoords="offset points", ha="center", va="center", fontsize=9,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})  # fmt: skip


def _boundary(ax: Any, band: NDArray[Any], axis: NDArray[Any], *, swap: bool) -> None:
    """Median and 90 % band of a boundary, dark on light so that it shows on any colour."""
    for values, wide in zip(band, (False, True, False), strict=True):
        good = np.isfinite(values)
        x, y = (values[good], axis[good]) if swap else (axis[good], values[good])
        ax.plot(x, y, color="white", linewidth=3.6 if wide else 2.2, solid_capstyle="butt")
        dash = "solid" if wide else BAND
        ax.plot(x, y, color=INK, linewidth=1.8 if wide else 1.0, linestyle=dash)


def crossover_figure(ground: Landscape, temperatures: tuple[float, ...] = (300.0, 450.0)) -> Figure:
    """Return the crossover size against the surface-energy difference, with its prior shaded."""
    figure = new_figure(6.4, 4.0)
    draw_crossover(figure.subplots(), ground, temperatures)
    return figure


def draw_crossover(ax: Any, ground: Landscape, temperatures: tuple[float, ...]) -> None:
    """Draw the crossover size against the surface-energy difference on axes."""
    difference = np.geomspace(0.01, 0.5, 41)
    prior = ground.priors["surface_energy_difference"]
    ax.axvspan(float(prior.low or 0.0), float(prior.high or 0.0), color="#000000", alpha=0.07,
               label="prior (90 %)", linewidth=0)  # fmt: skip
    for k, temperature in enumerate(temperatures):
        low, middle, high = crossover_against(ground, temperature, difference).T * 1e9
        shown = np.isfinite(high)
        top = np.where(shown, high, 1e4)
        ax.fill_between(difference, low, top, color=PALETTE[k], alpha=0.2, linewidth=0)
        ax.plot(difference, middle, color=PALETTE[k], label=f"{temperature:g} K")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(difference[0], difference[-1])
    ax.set_ylim(0.5, 300.0)
    label_axes(ax, "surface energy of δ above γ (J/m²)", "crossover edge (nm)")
    log_axis(ax, "x")
    log_axis(ax, "y")
    ax.legend(frameon=False, loc="upper left")
