"""Figures of the theory pages on small signals and on sensitivities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from halodot.core.constants import ELEMENTARY_CHARGE, VACUUM_PERMITTIVITY
from halodot.device.charge.admittance import Spectrum, capacitance_voltage
from halodot.device.charge.admittance import admittance as spectrum
from halodot.device.charge.build import discretise
from halodot.device.charge.layers import (
    ChargeContact,
    ChargeInterface,
    ChargeIon,
    ChargeLayer,
    Stack,
)
from halodot.device.charge.run import Program
from halodot.device.charge.sensitivity import sensitivities
from halodot.device.charge.simulate import Simulation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#1971c2", "#e8590c", "#2b8a3e", "#862e9c", "#c92a2a")
IONS = tuple(
    ChargeIon(name=name, density=1e23, mobility=mobility, charge=z, limit=4e27)
    for name, mobility, z in (("vacancy", 1e-12, 1), ("anion", 3e-13, -1))
)


def _layer(**changes: object) -> ChargeLayer:
    values: dict[str, object] = {
        "thickness": 5e-8,
        "relative_permittivity": 5.0,
        "electron_affinity": 4.0,
        "band_gap": 2.4,
        "dos_conduction": 1e25,
        "dos_valence": 1e25,
        "electron_mobility": 1e-6,
        "hole_mobility": 1e-8,
    }
    return ChargeLayer(**(values | changes))  # type: ignore[arg-type]


def _cell(traps: float) -> Stack:
    """A perovskite cell between two transport layers, traps per area at both interfaces."""
    absorber = _layer(
        thickness=4e-7,
        relative_permittivity=20.0,
        electron_affinity=3.9,
        band_gap=1.6,
        dos_conduction=2e24,
        dos_valence=3e24,
        electron_mobility=1e-4,
        hole_mobility=5e-5,
        radiative=1e-16,
        generation=2e27,
        ions=IONS,
    )
    holes = _layer(electron_affinity=2.6, band_gap=2.9, fixed_charge=-1e23)
    return Stack(
        layers=(holes, absorber, _layer(fixed_charge=1e23)),
        left=ChargeContact(work_function=5.3),
        right=ChargeContact(work_function=4.15),
        interfaces=tuple(
            ChargeInterface(
                after=k,
                trap_density=traps,
                trap_energy=4.7,
                capture_electron=1e-14,
                capture_hole=1e-14,
            )
            for k in range(2)
        ),
    )


def _seen(traps: float, voltage: float, light: float, frequency: np.ndarray) -> Spectrum:
    simulation = Simulation(discretise(_cell(traps)))
    simulation.settle(voltage=voltage, light=light)
    return spectrum(simulation, frequency)


def _panels(count: int, width: float) -> tuple[Figure, list[Axes]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, 3.5), layout="constrained")
    axes = list(figure.subplots(1, count))
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(labelsize=8)
    return figure, axes


CASES = (
    (1e13, 0.5, 0.0, "dark, 0.5 V"),
    (1e13, 0.9, 1.0, "one sun, 0.9 V"),
    (1e15, 1.1, 0.0, "dark, 1.1 V, poor interfaces"),
)


def admittance() -> Figure:
    """Return capacitance against frequency, two Nyquist plots and a Mott-Schottky plot."""
    figure, (left, middle, right) = _panels(3, 10.0)
    _capacitances(left)
    _nyquist(middle)
    _mott_schottky(right)
    return figure


def _capacitances(axis: Axes) -> None:
    frequency = np.logspace(-4, 9, 131)
    for (traps, voltage, light, label), colour in zip(CASES, COLOURS, strict=False):
        c = 100.0 * _seen(traps, voltage, light, frequency).capacitance  # F/m2 to uF/cm2
        axis.loglog(frequency, np.where(c > 0, c, np.nan), color=colour, label=label)
        axis.loglog(frequency, np.where(c < 0, -c, np.nan), color=colour, linestyle="--")
    axis.set_xlabel("Frequency [Hz]")
    axis.set_ylabel("Capacitance [µF/cm²], dashed: negative")
    axis.set_title("Ions below 100 Hz", fontsize=9)
    axis.legend(fontsize=7, frameon=False, loc="center left", bbox_to_anchor=(0.0, 0.42))


def _nyquist(axis: Axes) -> None:
    frequency = np.logspace(-4, 8, 241)
    for (traps, voltage, light, label), colour in zip(CASES[1:], COLOURS[1:], strict=False):
        z = 1e4 * _seen(traps, voltage, light, frequency).impedance  # Ohm m2 to Ohm cm2
        axis.plot(z.real, -z.imag, color=colour, label=label)
        for f in (1e-2, 1e0, 1e2, 1e4, 1e6):
            k = int(np.argmin(np.abs(np.log(frequency / f))))
            axis.plot(z.real[k], -z.imag[k], "o", color=colour, markersize=3)
    axis.axhline(0.0, color="#868e96", linewidth=0.6)
    axis.set_ylim(-15.0, 65.0)
    axis.set_xlabel("Re Z [Ω cm²]")
    axis.set_ylabel("−Im Z [Ω cm²]")
    axis.set_title("Capacitive arcs, inductive loop", fontsize=9)
    axis.legend(fontsize=7, frameon=False)


def _mott_schottky(axis: Axes) -> None:
    volts = np.linspace(-3.0, 0.4, 35)
    for doping, colour in zip((5e21, 1e22), COLOURS, strict=False):
        layer = _layer(
            thickness=2e-6,
            relative_permittivity=11.7,
            electron_affinity=4.05,
            band_gap=1.12,
            electron_mobility=1e-2,
            hole_mobility=1e-2,
            fixed_charge=doping,
        )
        vt = 300.0 * 8.617333e-5
        w = 4.05 + vt * np.log(1e25 / doping)
        stack = Stack(
            layers=(layer,),
            left=ChargeContact(work_function=4.8),
            right=ChargeContact(work_function=w, velocity_electron=1e9),
        )
        seen = capacitance_voltage(stack, volts, 1e5)
        closed = 2.0 * (4.8 - w - vt - volts)
        closed /= ELEMENTARY_CHARGE * VACUUM_PERMITTIVITY * 11.7 * doping
        axis.plot(volts, 1e-8 * closed, color=colour, linewidth=0.8)
        label = f"{doping * 1e-6:.0e} cm⁻³".replace("e+", "e")
        axis.plot(volts, 1e-8 * seen.mott_schottky, "o", color=colour, markersize=3, label=label)
    axis.set_ylim(bottom=0.0)
    axis.set_xlabel("Voltage [V]")
    axis.set_ylabel("1/C² [m⁴/F² × 10⁸]")
    axis.set_title("Schottky diode; line: closed form", fontsize=9)
    axis.legend(fontsize=7, frameon=False)


PARAMETERS = (
    ("layers[1].ions[0].mobility", "ion mobility"),
    ("layers[1].ions[0].density", "ion density"),
    ("layers[1].electron_mobility", "electron mobility"),
    ("interfaces[1].trap_density", "interface traps"),
    ("layers[1].thickness", "thickness"),
)


def sensitivity() -> Figure:
    """Return a hysteresis loop and its derivatives to five parameters."""
    figure, (left, right) = _panels(2, 8.5)
    program = Program(
        np.array([0.0, 1.15, 2.3]),
        np.array([0.0, 1.15, 0.0]),
        np.ones(3),
        np.linspace(0.02, 2.3, 115),
    )
    names = [name for name, _ in PARAMETERS]
    # the second ion has the density of the first: both move, or the layer would be charged
    names.append("layers[1].ions[1].density")
    found = sensitivities(_cell(1e14), program, names, start="settled")
    v, up = found.voltage, found.time <= 1.15
    slopes = found.logarithmic.copy()
    slopes[:, 1] += slopes[:, 5]
    for here, style in ((up, "-"), (~up, "--")):
        left.plot(v[here], 0.1 * found.current_density[here], "k", linestyle=style)
        for k, ((_, label), colour) in enumerate(zip(PARAMETERS, COLOURS, strict=True)):
            right.plot(
                v[here],
                0.1 * slopes[here, k],
                style,
                color=colour,
                label=label if style == "-" else None,
            )
    left.set_ylabel("Current density [mA/cm²]")
    left.set_title("1 V/s, up and back (dashed)", fontsize=9)
    left.axhline(0.0, color="#868e96", linewidth=0.6)
    right.set_ylabel("dJ/d ln θ [mA/cm²]")
    right.set_title("What the loop tells about each number", fontsize=9)
    right.axhline(0.0, color="#868e96", linewidth=0.6)
    right.legend(fontsize=7, frameon=False)
    for axis in (left, right):
        axis.set_xlabel("Voltage [V]")
    return figure
