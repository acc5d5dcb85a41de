"""Figures of the theory pages on hopping and energy transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from halodot.core.randomness import generator
from halodot.film.transport import (
    disorder_exponent,
    hops,
    mobility_of,
    pack,
    steady,
    walk,
)
from halodot.film.transport import energy_transfer as transfer
from halodot.film.transport.percolation import conductivity

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KT, PITCH = 0.025, 10e-9
COLOURS = {"marcus": "#3b5bdb", "miller_abrahams": "#e8590c"}
NAMES = {"marcus": "Marcus, $\\lambda$ = 4 kT", "miller_abrahams": "Miller-Abrahams"}
FILM = {"size": 9e-9, "gap": 1.5e-9, "mass": 0.15, "temperature": 300.0, "spread": 0.08,
        "level_slope": -0.3, "static_disorder": 0.045, "count": 1000,
        "realisations": 3}  # fmt: skip


def hopping_transport() -> Figure:
    """Return the figure: exponent of disorder, walks beside master equation, missing dots."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 3.6), layout="constrained")
    slowed, driven, holes = figure.subplots(1, 3)
    ratios = np.array([0.5, 1.0, 2.0, 3.0, 4.0])
    for law, colour in COLOURS.items():
        c = np.array([disorder_exponent(law, r, count=4096, realisations=3)[0] for r in ratios])
        slowed.plot(ratios**2, np.exp(-c * ratios**2), "o-", color=colour, label=NAMES[law], ms=4)
    x = np.linspace(0.0, 16.0, 50)
    slowed.fill_between(x, np.exp(-0.50 * x), np.exp(-0.38 * x), color="0.85", label="C: 0.38-0.50")
    slowed.set(yscale="log", xlabel="$(\\sigma/kT)^2$", ylabel="D / D$_0$", title="disorder")
    slowed.legend(frameon=False, fontsize=8)
    dots = pack("cube", 1000, size=9e-9, gap=1e-9)
    for law, colour in COLOURS.items():
        hop = hops(dots, equal=1e9, kT=KT, static=2.0 * KT, law=law)
        works = np.geomspace(0.1, 8.0, 12)
        lines = [steady(hop, np.array([w * KT / PITCH, 0, 0])).mobility for w in works]
        driven.plot(works, np.array(lines) * 1e4, color=colour)
        for w in works[4::2]:
            done = walk(hop, np.array([w * KT / PITCH, 0, 0]), carriers=200, hops_each=4000.0)
            driven.errorbar(w, done.mobility * 1e4, done.mobility_error * 3e4, color=colour,
                            marker="o", ms=4, capsize=2)  # fmt: skip
    driven.set(xscale="log", xlabel="work of the field over one pitch (kT)")
    driven.set(ylabel="mobility (cm$^2$/Vs)", title="lines: master equation, dots: walks")
    shares = np.linspace(1.0, 0.1, 19)
    for shape, colour, at in (("cube", "#2b8a3e", 0.3116), ("sphere", "#862e9c", 0.1992)):
        found = np.mean([conductivity(pack(shape, 4096), shares, s)[0] for s in range(3)], axis=0)
        holes.plot(shares, found, "o-", color=colour, ms=3, label=f"{shape}s")
        holes.axvline(at, color=colour, linestyle=":", linewidth=1.0)
    holes.plot(shares, np.maximum(1.5 * shares - 0.5, 0.0), color="0.5", label="Bruggeman")
    holes.set(xlabel="share of dots left", ylabel="conductivity", title="missing dots")
    holes.legend(frameon=False, fontsize=8)
    return figure


def film_mobility() -> Figure:
    """Return the figure: mobility of a film against gap, temperature, filling, necks and order."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 3.4), layout="constrained")
    panels = figure.subplots(1, 4)
    ways = (
        ("gap", np.array([0.6e-9, 1.0e-9, 1.5e-9, 2.0e-9]), 1e9, "gap (nm)"),
        ("temperature", np.array([200.0, 250.0, 300.0, 350.0]), 1.0, "temperature (K)"),
        ("filling", np.array([1e-4, 1e-3, 1e-2, 1e-1]), 1.0, "carriers per dot"),
        ("necks", np.array([0.0, 0.1, 0.2, 0.3, 0.5]), 1.0, "share of necks"),
    )
    for panel, (name, values, scale, label) in zip(panels, ways, strict=True):
        for order, colour in ((0.0, "#c92a2a"), (1.0, "#3b5bdb")):
            found = [mobility_of(**(FILM | {name: float(v), "order": order})) for v in values]
            mu = np.array([1e4 * f.mobility for f in found])
            error = np.array([1e4 * f.standard_error for f in found])
            what = "random" if order == 0.0 else "superlattice"
            panel.errorbar(values * scale, mu, error, color=colour, marker="o", ms=4, label=what)
            closed = [1e4 * f.closed_form for f in found]
            panel.plot(values * scale, closed, ":", color=colour)
        panel.set(yscale="log", xlabel=label)
        if name == "filling":
            panel.set(xscale="log")
    panels[0].set_ylabel("mobility (cm$^2$/Vs)")
    panels[0].legend(frameon=False, fontsize=8)
    return figure


def energy_transfer() -> Figure:
    """Return the figure: decay amid random acceptors, and the red shift of a film."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 3.4), layout="constrained")
    decay, shift = figure.subplots(1, 2)
    t = np.linspace(0.0, 3.0, 100)
    for density, colour in ((0.0, "0.3"), (2e23, "#3b5bdb"), (1e24, "#c92a2a")):
        label = f"{density / 1e24:.1f} acceptors in (10 nm)$^3$"
        decay.plot(t, transfer.donor_decay(t, 1.0, density, 6e-9), color=colour, label=label)
    decay.set(yscale="log", ylim=(1e-3, 1.0), xlabel="time (lifetimes)", ylabel="donors excited")
    decay.legend(frameon=False, fontsize=8)
    dots = pack("cube", 1000)
    radii = np.linspace(2e-9, 20e-9, 10)
    for sigma, colour in ((0.02, "#2b8a3e"), (0.04, "#e8590c")):
        levels = sigma * generator(1, "figure").standard_normal(dots.count)
        found = [
            transfer.migration(transfer.exciton_hops(dots, levels, r, 5e-9, 0.04, KT), 5e-9)
            for r in radii
        ]
        shift.plot(radii * 1e9, [1e3 * m.red_shift for m in found], "o-", color=colour, ms=4,
                   label=f"levels spread by {sigma * 1e3:.0f} meV")  # fmt: skip
        shift.axhline(-1e3 * sigma**2 / KT, color=colour, linestyle=":")
    shift.set(xlabel="Foerster radius (nm)", ylabel="shift of the emission (meV)")
    shift.legend(frameon=False, fontsize=8)
    return figure
