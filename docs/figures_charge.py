"""Figures of the theory pages on carriers, traps and barriers of the charge engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from halodot.core.constants import COULOMB
from halodot.device.charge.mobility import (
    arrhenius,
    density_factor,
    gaussian_disorder,
    hop_boost,
    pasveer,
    poole_frenkel,
)
from halodot.device.charge.statistics import Kind, density, excess, excess_table
from halodot.device.charge.traps import Shape, distribution
from halodot.device.charge.tunnelling import contact_boost, tunnel_edge

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#1971c2", "#e8590c", "#2b8a3e", "#862e9c", "#c92a2a")
VT = 0.025852  # kT/q at 300 K
BANDS: tuple[tuple[Kind, float, str], ...] = (
    ("blakemore", 0.0, "Blakemore"),
    ("fermi_dirac", 0.0, "Fermi-Dirac"),
    ("gaussian", 2.0, "gaussian, 2 kT"),
    ("gaussian", 4.0, "gaussian, 4 kT"),
    ("gaussian", 6.0, "gaussian, 6 kT"),
)


def _panels(widths: tuple[float, ...] = (1.0, 1.0, 1.0)) -> tuple[Figure, list[Axes]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 3.5), layout="constrained")
    axes = figure.subplots(1, len(widths), width_ratios=widths)
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(labelsize=8)
    return figure, list(axes)


def statistics() -> Figure:
    """Return excess chemical potential, Einstein ratio and error of the tables."""
    figure, (left, middle, right) = _panels()
    for (kind, width, label), colour in zip(BANDS, COLOURS, strict=True):
        table = excess_table(kind, width)
        end = {"blakemore": 3.6, "fermi_dirac": 30.0}.get(kind, 0.98)
        x = np.geomspace(1e-12, end, 400)
        gamma, slope = np.array([excess(table, v) for v in np.log(x)]).T
        left.plot(x, gamma, color=colour, label=label)
        middle.plot(x, 1.0 + slope, color=colour)
        top = {"blakemore": 8.0, "fermi_dirac": 200.0}.get(kind, 5.0 + 2.0 * width)
        eta = np.linspace(-40.0, top, 240)
        ln_x = np.log(density(eta, kind, width))
        error = np.abs([excess(table, v)[0] for v in ln_x] + ln_x - eta)
        right.plot(ln_x, np.maximum(error, 1e-15), ".", ms=2.5, color=colour)
    left.set(xscale="log", ylim=(-20.0, 8.0), title="what a real band adds to Boltzmann")
    left.set(xlabel="filling n/Nc", ylabel="excess potential (kT)")
    left.legend(fontsize=7, frameon=False)
    middle.set(xscale="log", yscale="log", ylim=(0.9, 100.0), title="diffusion over mobility")
    middle.set(xlabel="filling n/Nc", ylabel="qD / (mobility kT)")
    right.axhline(1e-9, color="0.4", lw=0.8, ls="--")
    right.text(-39.0, 1.4e-9, "stated accuracy", fontsize=7, color="0.3")
    right.set(yscale="log", ylim=(1e-15, 1e-7), title="table against the integral")
    right.set(xlabel="ln n/Nc", ylabel="error of the excess potential (kT)")
    return figure


def mobility() -> Figure:
    """Return mobility against filling, temperature and field."""
    figure, (filling, cold, field) = _panels()
    x = np.geomspace(1e-9, 1.0, 300)
    for s, colour in zip((2.5, 3.5, 4.5, 5.5), COLOURS, strict=False):
        ln = [density_factor(*pasveer(s), v)[0] for v in np.log(x)]
        filling.plot(x, np.exp(ln), color=colour, label=f"{s:g} kT wide")
    filling.axvline(0.1, color="0.6", lw=0.8, ls=":")
    filling.set(xscale="log", yscale="log", title="gaussian disorder, filling")
    filling.set(xlabel="carriers per site", ylabel="mobility over that of few carriers")
    filling.legend(fontsize=7, frameon=False)
    kelvin = np.linspace(150.0, 400.0, 200)
    for sigma, colour in zip((0.04, 0.06, 0.08), COLOURS, strict=False):
        mu = np.array([gaussian_disorder(1.0, sigma, t) for t in kelvin])
        cold.plot(1000.0 / kelvin, mu / gaussian_disorder(1.0, sigma, 300.0), color=colour,
                  label=f"disorder {1e3 * sigma:.0f} meV")  # fmt: skip
    cold.plot(1000.0 / kelvin, [arrhenius(1.0, 0.11, t) for t in kelvin], color="0.2", ls="--",
              label="activated, 110 meV")  # fmt: skip
    cold.set(yscale="log", xlabel="1000 K / temperature", title="temperature")
    cold.set_ylabel("mobility over that at 300 K")
    cold.legend(fontsize=7, frameon=False)
    strength = np.linspace(0.0, 3e8, 300)
    for jump, colour in zip((0.5e-9, 1e-9), COLOURS, strict=False):
        ln = [hop_boost(0.5 * e * jump / VT)[0] for e in strength]
        field.plot(strength, np.exp(ln), color=colour, label=f"hops of {1e9 * jump:g} nm")
    for exponent, colour in zip((1e-4, 3e-4), COLOURS[2:], strict=False):
        ln = [poole_frenkel(exponent, e)[0] for e in strength]
        label = f"Poole-Frenkel {exponent:g} (m/V)$^{{1/2}}$"
        field.plot(strength, np.exp(ln), color=colour, label=label)
    field.set(yscale="log", ylim=(0.9, 3000.0), xlabel="field (V/m)", title="field")
    field.set_ylabel("mobility over that without field")
    field.legend(fontsize=7, frameon=False)
    return figure


SHAPES: tuple[tuple[Shape, float, str], ...] = (
    ("gaussian", 2.0, "gaussian, 2 kT"),
    ("gaussian", 4.0, "gaussian, 4 kT"),
    ("exponential", 2.0, "tail, 2 kT"),
    ("exponential", 4.0, "tail, 4 kT"),
    ("uniform", 10.0, "uniform, 10 kT"),
)


def _filled(kind: Shape, width: float, levels: int, fermi: np.ndarray) -> np.ndarray:
    traps = distribution(kind, 1.0, 0.0, width, levels=levels)
    energy, share = np.array([(t.energy, t.density) for t in traps]).T
    return 1.0 / (1.0 + np.exp(fermi[:, None] - energy)) @ share


def traps() -> Figure:
    """Return levels of a gaussian, filling of few levels, error against their number."""
    figure, (levels, filling, error) = _panels()
    e = np.linspace(-16.0, 16.0, 300)
    for n, colour in zip((3, 7), COLOURS, strict=False):
        traps = distribution("gaussian", 1.0, 0.0, 4.0, levels=n)
        places = [t.energy for t in traps]
        levels.stem(places, [t.density for t in traps], linefmt=colour, markerfmt="o",
                    basefmt=" ", label=f"{n} levels")  # fmt: skip
    bell = np.exp(-0.5 * (e / 4.0) ** 2) / (4.0 * np.sqrt(2.0 * np.pi))
    levels.plot(e, bell, color="0.4", label="density of states (per kT)")
    levels.set(xlim=(-17.0, 17.0), ylim=(0.0, 1.0), title="a gaussian of 4 kT")
    levels.set(xlabel="energy below the centre (kT)", ylabel="share of the levels")
    levels.legend(fontsize=7, frameon=False)
    fermi = np.linspace(-18.0, 18.0, 300)
    filling.plot(fermi, _filled("gaussian", 4.0, 150, fermi), color="0.4", label="integral")
    for n, colour in zip((1, 3, 7), (COLOURS[3], *COLOURS), strict=False):
        label = f"{n} level" + "s" * (n > 1)
        filling.plot(fermi, _filled("gaussian", 4.0, n, fermi), "--", color=colour, label=label)
    filling.set(xlabel="Fermi level below the centre (kT)", ylabel="filled share")
    filling.set_title("filling")
    filling.legend(fontsize=7, frameon=False)
    number = np.array([1, 2, 3, 5, 7, 9, 13, 21])
    for (kind, width, label), colour in zip(SHAPES, COLOURS, strict=True):
        fermi = np.linspace(-10.0 - 4.0 * width, 10.0 + 12.0 * width, 400)
        sure = _filled(kind, width, 150, fermi)
        worst = [np.max(np.abs(_filled(kind, width, n, fermi) - sure)) for n in number]
        error.plot(number, worst, "o-", ms=3, color=colour, label=label)
    error.set(xscale="log", yscale="log", ylim=(1e-6, 1.0), title="largest error of the filling")
    error.set_xticks(number, [str(n) for n in number])
    error.minorticks_off()
    error.set(xlabel="levels", ylabel="error, share of all levels")
    error.legend(fontsize=7, frameon=False)
    return figure


def _barrier(axis: Axes) -> None:
    """Draw the edge of an insulator between two films at three drops."""
    x = np.array([0.0, 0.0, 4.0, 4.0])
    for drop, colour in zip((0.0, 1.5, 4.5), COLOURS, strict=False):
        axis.plot(x, [0.0, 3.0, 3.0 - drop, -drop], color=colour, label=f"drop {drop:g} eV")
        axis.plot([4.0, 5.0], [-drop, -drop], color=colour)
    axis.plot([-1.0, 0.0], [0.0, 0.0], color="0.2")
    axis.annotate("", (4.0, 0.0), (-0.6, 0.0), arrowprops={"arrowstyle": "->", "color": "0.2"})
    axis.set(xlabel="position (nm)", ylabel="energy (eV)", title="direct and Fowler-Nordheim")
    axis.legend(fontsize=7, frameon=False, loc="lower left")


def tunnelling() -> Figure:
    """Return the barrier, the transparency against the drop and the Fowler-Nordheim plot."""
    figure, (sketch, through, plot) = _panels()
    _barrier(sketch)
    drops = np.linspace(-6.0, 6.0, 400)
    for (left, right), colour in zip(((3.0, 3.0), (3.0, 2.0)), COLOURS, strict=False):
        for thickness, line in ((2e-9, "-"), (4e-9, "--")):
            ln = [tunnel_edge(left, right, d, thickness, 0.4)[0] for d in drops]
            label = f"{left:g} | {right:g} eV, {1e9 * thickness:g} nm"
            through.plot(drops, np.array(ln) / np.log(10.0), line, color=colour, label=label)
    through.set(xlabel="drop (eV)", ylabel="log$_{10}$ of the transparency", ylim=(-21.0, 3.5))
    through.set_title("transparency, 0.4 m$_0$")
    through.legend(fontsize=7, frameon=False, ncols=2, loc="upper center")
    fields = np.geomspace(2.5e8, 2e9, 200)
    for barrier, colour in zip((2.0, 3.0), COLOURS, strict=False):
        ln = np.array([tunnel_edge(barrier, barrier, f * 6e-9, 6e-9, 0.4)[0] for f in fields])
        triangle = -6.8309e9 * np.sqrt(0.4) * barrier**1.5 / fields
        plot.plot(1e9 / fields, ln, color=colour, label=f"{barrier:g} eV, 6 nm")
        plot.plot(1e9 / fields, triangle, ":", color="0.3")
        plot.axvline(1e9 * 6e-9 / barrier, color=colour, lw=0.7, ls="--")
    plot.plot([], [], ":", color="0.3", label="Fowler-Nordheim")
    plot.set(xlabel="1 / field (nm/V)", ylabel="ln of the transparency", ylim=(-75.0, 0.0))
    plot.set_title("triangle left of the dashed lines", fontsize=10)
    plot.legend(fontsize=7, frameon=False)
    return figure


def _exact(field: float, permittivity: float, barrier: float, mass: float) -> float:
    """ln of emission through F x and image charge by the full WKB integral, with reflection."""
    image = COULOMB / (4.0 * permittivity)
    top = barrier - 2.0 * np.sqrt(field * image)
    below = np.linspace(-1.0, top, 1500)[:-1]
    gap = barrier - below
    root = np.sqrt(gap**2 - 4.0 * field * image)
    angle = (np.arange(200) + 0.5) / 200 * np.pi
    x = (gap[:, None] - root[:, None] * np.cos(angle)) / (2.0 * field)
    dx = root[:, None] * np.sin(angle) / (2.0 * field) * np.pi / 200
    u = np.maximum(gap[:, None] - field * x - image / x, 0.0)
    kappa = 2.0 * np.sqrt(mass / 3.80998211e-20)
    action = kappa * (np.sqrt(u) * dx).sum(axis=1)
    above = np.linspace(top, top + 15.0 * VT, 400)
    bend = 2.0 * image / (image / field) ** 1.5  # curvature of the top
    over = -np.pi * (above - top) * kappa / np.sqrt(2.0 * bend)
    energy, exponent = np.concatenate([below, above]), np.concatenate([action, over])
    supply = np.logaddexp(0.0, -energy / VT)
    share = supply / (1.0 + np.exp(np.minimum(exponent, 600.0)))
    return float(np.log(np.trapezoid(share, energy) / VT) + barrier / VT)


def injection() -> Figure:
    """Return the gain in emission against field, beside the full integral, and temperature."""
    figure, (parts, check, warm) = _panels()
    fields = np.geomspace(1e6, 1e9, 150)
    image = np.sqrt(COULOMB / 6.0)
    for (lowering, mass, label), colour in zip(
        ((image, 0.0, "image force"), (0.0, 0.3, "tunnelling"), (image, 0.3, "both")),
        COLOURS, strict=False,
    ):  # fmt: skip
        ln = [contact_boost(f, lowering, 0.8, mass, VT)[0] for f in fields]
        parts.plot(fields, np.array(ln) / np.log(10.0), color=colour, label=label)
    parts.axhline(0.8 / VT / np.log(10.0), color="0.5", lw=0.8, ls=":", label="no barrier")
    parts.set(xscale="log", xlabel="field (V/m)", ylabel="log$_{10}$ of the gain")
    parts.set_title("0.8 eV, 0.3 m$_0$, $\\epsilon$ = 6, 300 K", fontsize=10)
    parts.legend(fontsize=7, frameon=False)
    few = np.geomspace(1e6, 1e9, 13)
    for (barrier, mass), colour in zip(((0.6, 0.1), (0.8, 0.3), (1.2, 0.3), (1.2, 1.0)),
                                       COLOURS, strict=False):  # fmt: skip
        ours = [contact_boost(f, image, barrier, mass, VT)[0] for f in few]
        sure = [_exact(f, 6.0, barrier, mass) for f in few]
        label = f"{barrier:g} eV, {mass:g} m$_0$"
        check.plot(few, np.array(ours) - sure, "o-", ms=3, color=colour, label=label)
    check.axhline(0.0, color="0.5", lw=0.8)
    check.set(xscale="log", xlabel="field (V/m)", ylabel="ln of gain, model minus integral")
    check.set(ylim=(-0.2, 0.6), title="against WKB with reflection")
    check.legend(fontsize=7, frameon=False)
    kelvin = np.linspace(150.0, 400.0, 80)
    for field, colour in zip((3e7, 1e8, 3e8), COLOURS, strict=False):
        vt = VT * kelvin / 300.0
        ln = [contact_boost(field, image, 0.8, 0.3, v)[0] - 0.8 / v for v in vt]
        warm.plot(1000.0 / kelvin, np.array(ln) / np.log(10.0), color=colour,
                  label=f"{field:.0e} V/m")  # fmt: skip
    warm.plot(1000.0 / kelvin, -0.8 / (VT * kelvin / 300.0) / np.log(10.0), ":", color="0.3",
              label="no field")  # fmt: skip
    warm.set(xlabel="1000 K / temperature", ylabel="log$_{10}$ of n/Nc at the contact")
    warm.set(ylim=(-18.0, 0.0), title="field emission freezes out last")
    warm.legend(fontsize=7, frameon=False)
    return figure
