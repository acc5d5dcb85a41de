"""Figures of the theory pages of coating and life: rings, thicknesses, water, strain, cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from halodot.core.spec import build
from halodot.film import cost
from halodot.film.coating import CoatingSpec, coat
from halodot.film.life import (
    AgeingSpec,
    BendingSpec,
    EncapsulationSpec,
    age,
    bend,
    encapsulate,
)
from halodot.library import Library

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INKS = (
    "n-hexane", "toluene", "n-octane", "n-nonane", "cis-decahydronaphthalene", "n-decane",
    "n-dodecane", "n-tridecane", "n-tetradecane", "n-hexadecane",
)  # fmt: skip
RING, EVEN, OPEN = "#c92a2a", "#2b8a3e", "#e67700"
DAY, GRAMS = 86400.0, 8.64e7


def _ink(**keys: object) -> Any:
    return coat(build(CoatingSpec, {"method": "inkjet", **keys}))


def _grid(n: int, width: float, height: float, **ratios: object) -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    panels: Any = figure.subplots(1, n, **ratios)
    return figure, panels


def coating() -> Figure:
    """Return the figure: Peclet number against boiling point, dried drops, speed of spinning."""
    figure, (screen, drops, spun) = _grid(3, 11.0, 3.7)
    library = Library.builtin()
    for name in INKS:
        found = _ink(solvent=name)
        pe = found.values["peclet"]
        at = float(library.entry("solvent", name).quantity("boiling_point")) - 273.15
        colour = {"ring": RING, "even": EVEN}.get(found.verdict, OPEN)
        screen.plot([at, at], [pe.low, pe.high], color=colour, alpha=0.35, linewidth=4)
        screen.plot(at, float(pe), "o", color=colour, markersize=5)
        short = name.removeprefix("n-").replace("cis-decahydronaphthalene", "decalin")
        screen.annotate(short, (at, float(pe)), (6, 2), textcoords="offset points", fontsize=7)
    screen.axhspan(1.0, 9.0, color="black", alpha=0.08, linewidth=0)
    screen.set(yscale="log", xlabel="boiling point (°C)", ylabel="Peclet number", xlim=(50, 360))
    screen.set_title("grey: critical number, a prior", fontsize=9)
    for name in ("n-octane", "n-tridecane", "n-tetradecane", "n-hexadecane"):
        curves = _ink(solvent=name).curves
        drops.plot(1e6 * curves["drop_position"], curves["drop_profile"], label=name)
    drops.set(xlabel="distance (µm)", ylabel="thickness over its mean", ylim=(0, 4))
    drops.legend(frameon=False, fontsize=7)
    drops.set_title("one dried drop", fontsize=9)
    _speeds(spun)
    return figure


def _speeds(axis: Any) -> None:
    speeds = np.geomspace(800, 6000, 8)
    for name in ("n-hexane", "toluene", "n-octane", "n-decane"):
        films = [
            _ink(method="spin", solvent=name, spin={"speed": f"{s} rpm"}).values["film_thickness"]
            for s in speeds
        ]
        axis.plot(speeds, [1e9 * float(q) for q in films], label=name)
        ends = [[1e9 * float(getattr(q, end)) for q in films] for end in ("low", "high")]
        if name == "toluene":
            axis.fill_between(speeds, *ends, alpha=0.12, linewidth=0)
    axis.set(xscale="log", yscale="log", xlabel="speed (rpm)", ylabel="thickness (nm)")
    axis.set_xticks([1000, 2000, 5000], ["1000", "2000", "5000"])
    axis.minorticks_off()
    axis.legend(frameon=False, fontsize=7)
    axis.set_title("spun from 20 mg/mL", fontsize=9)


def encapsulation() -> Figure:
    """Return the figure: water through barriers, and what is left of the film."""
    figure, (rate, left) = _grid(2, 9.0, 3.6)
    foil = {"material": "PET", "thickness": "100 um"}
    oxide = {"material": "ALD Al2O3", "thickness": "25 nm"}
    stacks = {
        "PET, 100 µm": [foil],
        "Al$_2$O$_3$, 25 nm": [oxide],
        "both": [foil, oxide],
        "oxide / PMMA 1 µm / oxide": [oxide, {"material": "PMMA", "thickness": "1 um"}, oxide],
    }
    for label, layers in stacks.items():
        sealed = encapsulate(build(EncapsulationSpec, {"layer": layers, "draws": 0}))
        c = sealed.curves
        (line,) = rate.plot(c["barrier_time"] / DAY, GRAMS * c["barrier_rate"], label=label)
        lag = float(c["barrier_lag"][0])
        at = np.interp(lag, c["barrier_time"], GRAMS * c["barrier_rate"])
        rate.plot(lag / DAY, at, "v", color=line.get_color())
    rate.set(xscale="log", yscale="log", xlabel="time (days)", ylabel="water (g/m$^2$ d)")
    rate.set_ylim(1e-10, 10)
    rate.legend(frameon=False, fontsize=7, loc="lower right")
    rate.set_title("marks: time lag", fontsize=9)
    barrier = encapsulate(build(EncapsulationSpec, {"layer": [oxide]})).values
    passed = {n: barrier[n] for n in ("wvtr", "water_budget")}
    for label, given, colour in (("bare", None, RING), ("behind the oxide", passed, EVEN)):
        c = age(AgeingSpec(), barrier=given).curves
        days = c["ageing_time"] / DAY
        left.plot(days, c["ageing_left"], color=colour, label=label)
        left.fill_between(
            days, c["ageing_left_low"], c["ageing_left_high"], color=colour, alpha=0.12,
            linewidth=0,
        )  # fmt: skip
    left.set(xlabel="time in air (days)", ylabel="share left", ylim=(0, 1.02))
    left.legend(frameon=False, fontsize=8, loc="lower left")
    return figure


def bending() -> Figure:
    """Return the figure: strain through a bent stack, and chance of cracks against the radius."""
    figure, (through, chance) = _grid(2, 9.0, 3.4)
    foil, film = {"material": "PET", "thickness": "25 um"}, {"material": "dot film"}
    dots = {**film, "thickness": "200 nm"}
    stacks = {"on a foil": [foil, dots], "between foils": [foil, dots, foil]}
    radii = np.geomspace(1e-4, 1e-2, 15)
    for label, layers in stacks.items():
        c = bend(build(BendingSpec, {"layer": layers, "radius": "1 mm"})).curves
        (line,) = through.plot(1e6 * c["bending_height"], 100 * c["bending_strain"], label=label)
        place = c["bending_film"].mean()
        at = np.interp(place, c["bending_height"], 100 * c["bending_strain"])
        through.plot(1e6 * place, at, "s", color=line.get_color())
        odds = [
            float(bend(build(BendingSpec, {"layer": layers, "radius": f"{r} m"}))
                  .values["crack_chance"])
            for r in radii
        ]  # fmt: skip
        chance.plot(1e3 * radii, odds, color=line.get_color(), label=label)
    through.set(xlabel="height in the stack (µm)", ylabel="strain at 1 mm (%)")
    through.legend(frameon=False, fontsize=8)
    chance.set(xscale="log", xlabel="radius (mm)", ylabel="chance of cracks", ylim=(-0.02, 1.02))
    return figure


def film_cost() -> Figure:
    """Return the figure: cost by part of laboratory and plant, and what it is sensitive to."""
    figure, (parts, bars) = _grid(2, 9.5, 3.6, width_ratios=(1.0, 1.2))
    colours = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8A6D00")
    for row, scale in enumerate(("laboratory", "scaled_up")):
        values = cost.price(cost.CostSpec(scale=scale)).values  # type: ignore[arg-type]
        start, total = 0.0, values["film_cost"]
        for part, colour in zip(cost.PARTS, colours, strict=True):
            share = float(values[f"cost_{part}"]) / float(total)
            label = part if row == 0 else None
            parts.barh(row, share, left=start, color=colour, label=label, height=0.5)
            start += share
        text = f"{float(total):.3g} USD/m$^2$ ({total.low:.1f} to {total.high:.0f})"
        parts.text(0.0, row + 0.3, text, fontsize=8)
    parts.set_yticks([0, 1], ["laboratory", "plant"])
    parts.set(xlabel="share of the cost", ylim=(-0.5, 2.2))
    parts.legend(frameon=False, fontsize=7, ncols=3, loc="upper center")
    done = cost.price(cost.CostSpec())
    total = float(done.values["film_cost"])
    for row, bar in enumerate(done.tornado[:8]):
        for end, colour in ((bar.low, colours[0]), (bar.high, colours[1])):
            bars.barh(-row, end - total, left=total, color=colour, height=0.6)
    bars.set_yticks([-k for k in range(8)], [b.name.replace("_", " ") for b in done.tornado[:8]])
    bars.tick_params(axis="y", labelsize=8)
    bars.set(xscale="log", xlabel="cost (USD/m$^2$), one input at its low or high end")
    bars.set_xticks([60, 100, 200, 400], ["60", "100", "200", "400"])
    bars.minorticks_off()
    bars.set_title("laboratory", fontsize=9)
    return figure
