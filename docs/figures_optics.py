"""Figures of the theory pages optics and emission."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from halodot.core.constants import HC
from halodot.core.sourced import Sourced
from halodot.device.emission import emitted_light, escape_share, outcoupling
from halodot.optics.constants import OpticalConstants
from halodot.optics.generation import Absorber, beer_lambert, generation_profile
from halodot.optics.spectrum import Spectrum, am15g, blackbody
from halodot.optics.transfer_matrix import Film, solve
from halodot.report.plots import style as st

_GAP = 2.3  # eV


def _stack() -> list[Absorber]:
    """A cell of round numbers: glass, ITO, oxide, dots, organic, metal."""
    of = OpticalConstants.constant
    dots = of(2.0, absorption=6e6, longest=HC / _GAP)
    return [
        Absorber(of(1.52), 1.1e-3, coherent=False),
        Absorber(of(1.9, 0.01), 150e-9),
        Absorber(of(1.95), 40e-9),
        Absorber(dots, 300e-9, _GAP),
        Absorber(of(1.7), 50e-9),
        Absorber(of(0.15, 3.0), 100e-9),
    ]


def optics() -> Figure:
    """Four panels: shares over wavelength, depth profiles, a coating, the sun."""
    with st.style():
        figure = st.new_figure(8.6, 6.6)
        (shares, depth), (coating, sun) = figure.subplots(2, 2)
        _shares(shares)
        _depth(depth)
        _coating(coating)
        _sun(sun)
        figure.draw_without_rendering()
    return figure


def _shares(ax: Axes) -> None:
    waves = np.linspace(350e-9, 700e-9, 176)
    made = generation_profile(_stack(), Spectrum(waves, np.ones(waves.size)))
    parts = {
        "dots": made.absorptance[3],
        "ITO": made.absorptance[1],
        "metal": made.absorptance[5] + made.transmittance,
        "reflected": made.reflectance,
    }
    colours = [st.colour(k) for k in (0, 2, 4)] + [st.GRID]
    ax.stackplot(1e9 * waves, list(parts.values()), labels=list(parts), colors=colours, alpha=0.85)
    ax.set(xlim=(350, 700), ylim=(0, 1))
    ax.legend(loc="lower left", framealpha=0.9)
    ax.set_title("a  Where light goes in a cell", loc="left")
    st.label_axes(ax, "Wavelength [nm]", "Share of the light [1]")


def _depth(ax: Axes) -> None:
    light = am15g().above(_GAP)
    traced = generation_profile(_stack(), light)
    plain = beer_lambert(_stack(), light)
    for k, (label, made) in enumerate(
        {"transfer matrix": traced, "Beer and Lambert": plain}.items()
    ):
        profile = made.profiles[3]
        assert profile is not None
        ax.plot(1e9 * profile[0], profile[1] / 1e27, color=st.colour(k), ls=st.dashes(k),
                label=f"{label}: {1.602e-20 * made.pairs[3]:.1f} mA/cm²")  # fmt: skip
    ax.set(xlim=(0, 300), ylim=(0, None))
    ax.legend(frameon=False)
    ax.set_title("b  Pairs in the dots under AM1.5G", loc="left")
    st.label_axes(ax, "Depth in the dot layer [nm]", "Generation [10²⁷ m⁻³ s⁻¹]")


def _coating(ax: Axes) -> None:
    wave, thick = 550e-9, np.linspace(0.0, 260e-9, 27)
    fine = np.linspace(0.0, 260e-9, 521)
    for k, n in enumerate((1.38, 1.5, 2.0)):
        first, second = (1 - n) / (1 + n), (n - 2.25) / (n + 2.25)
        turn = np.exp(4j * np.pi * n * fine / wave)
        airy = np.abs((first + second * turn) / (1 + first * second * turn)) ** 2
        found = [solve([wave], [Film(n, d)] if d else [], after=2.25).reflectance[0] for d in thick]
        ax.plot(1e9 * fine, airy, color=st.colour(k), ls=st.dashes(k), label=f"n = {n:g}")
        ax.plot(1e9 * thick, found, "o", ms=3.5, color=st.colour(k))
    ax.set(xlim=(0, 260), ylim=(0, 0.24))
    ax.legend(frameon=False, loc="upper right", ncols=3, columnspacing=1.0, handlelength=1.8)
    ax.set_title("c  Coatings on n = 2.25 (lines: Airy)", loc="left")
    st.label_axes(ax, "Thickness [nm]", "Reflectance at 550 nm [1]")


def _sun(ax: Axes) -> None:
    for k, (label, light) in enumerate(
        {"AM1.5G": am15g(), "5800 K, 1000 W/m²": blackbody(5800.0, 1000.0)}.items()
    ):
        width = np.gradient(light.wavelength)[1:-1]  # what a sample holds of the axis
        density = light.power[1:-1] / width / 1e9
        ax.plot(1e9 * light.wavelength[1:-1], density, color=st.colour(k), ls=st.dashes(k),
                lw=1.2, label=label)  # fmt: skip
    ax.axvline(1e9 * HC / _GAP, color=st.MUTED, lw=0.8)
    ax.text(1e9 * HC / _GAP + 15, 0.08, f"gap of {_GAP} eV", color=st.MUTED, fontsize=9)
    ax.set(xlim=(280, 2000), ylim=(0, None))
    ax.legend(frameon=False)
    ax.set_title("d  Light of the sun", loc="left")
    st.label_axes(ax, "Wavelength [nm]", "Irradiance [W m⁻² nm⁻¹]")


def emission() -> Figure:
    """Two panels: outcoupling against index, brightness against colour."""
    with st.style():
        figure = st.new_figure(8.6, 3.6)
        share, bright = figure.subplots(1, 2)
        _share(share)
        _bright(bright)
        figure.draw_without_rendering()
    return figure


def _share(ax: Axes) -> None:
    n = np.linspace(1.2, 3.0, 181)
    band = [outcoupling(Sourced(float(x), "1", basis="given")) for x in n]
    low, high = ([float(b.low or 0.0) for b in band], [float(b.high or 0.0) for b in band])
    ax.fill_between(n, low, high, color=st.colour(0), alpha=st.BAND, lw=0, label="90 % interval")
    ax.plot(n, escape_share(n), color=st.colour(0), label="isotropic")
    ax.plot(n, escape_share(n, 1.0), color=st.colour(1), ls=st.dashes(1), label="in the plane")
    ax.plot(n, 1 / (2 * n**2), color=st.MUTED, ls=st.dashes(2), label="1/(2n²)")
    points = np.array([1.4, 1.6, 1.8, 2.0, 2.4, 2.8])
    ax.plot(points, [_balance(x) for x in points], "o", ms=4.5, color=st.INK,
            label="from absorptance")  # fmt: skip
    ax.set(xlim=(1.2, 3.0), ylim=(0, 0.6))
    ax.legend(frameon=False)
    ax.set_title("a  Share of the photons that leaves", loc="left")
    st.label_axes(ax, "Refractive index of the film [1]", "Outcoupling [1]")


def _balance(index: float) -> float:
    """Absorptance of a faint thick film over the half space, in terms of what it emits."""
    wave, alpha, d = 5e-7, 1.0, 1e-4
    film = Film(index + 1j * alpha * wave / (4 * math.pi), d, coherent=False)
    nodes, weights = np.polynomial.legendre.leggauss(12)
    angles = np.arcsin(np.sqrt(0.5 * (nodes + 1.0)))
    taken = [float(solve([wave], [film], angle=float(a)).absorptance[0, 0]) for a in angles]
    return float(weights @ np.array(taken)) / (4.0 * index**2 * alpha * d)


def _bright(ax: Axes) -> None:
    peaks = np.linspace(430e-9, 720e-9, 117)
    share = outcoupling(Sourced(2.0, "1", basis="given"))
    middle, low, high = [], [], []
    for peak in peaks:
        e = HC / peak + np.linspace(-0.25, 0.25, 201)
        band = np.exp(-4 * math.log(2) * ((e - HC / peak) / 0.08) ** 2)
        lit = emitted_light([1 / 1.602176634e-19], [1.0], [3.0], e, band, share=share)
        value = float(lit.current_efficiency[0])
        middle.append(value)
        low.append(value * float(share.low or 0.0) / float(share))
        high.append(value * float(share.high or 0.0) / float(share))
    ax.fill_between(1e9 * peaks, low, high, color=st.colour(2), alpha=st.BAND, lw=0,
                    label="90 % interval")  # fmt: skip
    ax.plot(1e9 * peaks, middle, color=st.colour(2), label="n = 2, every pair emits")
    ax.set(xlim=(430, 720), ylim=(0, 165))
    ax.legend(frameon=False)
    ax.set_title("b  Brightness against colour", loc="left")
    st.label_axes(ax, "Peak of an 80 meV band [nm]", "Current efficiency [cd/A]")
