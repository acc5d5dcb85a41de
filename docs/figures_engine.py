"""Figures of the theory pages on the charge engine: each drawn from runs of the engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from halodot.device.charge import small
from halodot.device.charge.grid import initial
from halodot.device.charge.layers import (
    ChargeContact,
    ChargeIon,
    ChargeLayer,
    Circuit,
    IonExchange,
    Stack,
)
from halodot.device.charge.run import Program, follow, steady

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#1971c2", "#e8590c", "#2b8a3e", "#862e9c", "#c92a2a")
VT = 0.025852  # kT/q at 300 K


def _panels(count: int, height: float = 3.4) -> tuple[Figure, list[Axes]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, height), layout="constrained")
    axes = list(np.atleast_1d(figure.subplots(1, count)))
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(labelsize=8)
        axis.grid(color="0.93")
    return figure, axes


def _layer(**changes: object) -> ChargeLayer:
    values: dict[str, object] = {
        "thickness": 2e-7,
        "relative_permittivity": 6.0,
        "electron_affinity": 4.0,
        "band_gap": 1.6,
        "dos_conduction": 1e25,
        "dos_valence": 1e25,
        "electron_mobility": 1e-5,
        "hole_mobility": 1e-5,
    }
    return ChargeLayer(**(values | changes))  # type: ignore[arg-type]


def _cell(mobility: float = 1e-13) -> Stack:
    """A solar cell with one kind of vacancies in its absorber."""
    ion = ChargeIon(name="vacancy", density=2e23, mobility=mobility, charge=1, limit=1e27)
    absorber = _layer(
        thickness=4e-7,
        relative_permittivity=24.0,
        electron_mobility=1e-3,
        hole_mobility=1e-3,
        fixed_charge=-2e23,
        radiative=1e-17,
        trap_density=1e21,
        trap_energy=4.8,
        capture_electron=3e-14,
        capture_hole=3e-14,
        generation=3e27,
        ions=(ion,),
    )
    give = _layer(thickness=5e-8, fixed_charge=1e24, band_gap=2.4, electron_mobility=1e-6)
    take = replace(give, electron_affinity=3.3, band_gap=2.3, fixed_charge=-1e24)
    return Stack(
        layers=(take, absorber, give),
        left=ChargeContact(work_function=5.5),
        right=ChargeContact(work_function=4.1),
    )


def charge() -> Figure:
    """Draw bands and densities of a lit cell, its loop at three rates, order of the error."""
    figure, (bands, loop, error) = _panels(3)
    stack = _cell()
    hold = Program(np.array([0.0, 1.0]), np.full(2, 0.8), np.ones(2), np.array([1.0]))
    X = follow(stack, hold, start="settled", accuracy="single", states=1).states[0]
    x = initial(stack.layers).position * 1e9
    for row, name, colour in zip(X[1:], ("n", "p", "ions"), COLOURS, strict=False):
        bands.semilogy(x, np.where(row > 1e10, row, np.nan), color=colour, label=name)
    bands.set(xlabel="depth (nm)", ylabel="density (m$^{-3}$)", ylim=(1e15, 1e26))
    bands.set_title("lit, 0.8 V, at rest", fontsize=9)
    bands.legend(fontsize=8)
    for rate, colour in zip((100.0, 1.0, 0.01), COLOURS, strict=False):
        voltage = np.concatenate([np.linspace(1.2, 0.0, 41), np.linspace(0.0, 1.2, 41)[1:]])
        time = 2.4 / rate * np.linspace(0.0, 1.0, 81)
        corners = np.array([0.0, 1.2, 2.4]) / rate
        program = Program(corners, np.array([1.2, 0.0, 1.2]), np.ones(3), time[1:])
        record = follow(stack, program, start="settled", accuracy="single")
        loop.plot(voltage[1:], record.current_density / 10.0, color=colour, label=f"{rate:g} V/s")
    loop.set(xlabel="voltage (V)", ylabel="current density (mA/cm$^2$)", ylim=(-25, 10))
    loop.legend(fontsize=8)
    loop.set_title("one loop, three rates", fontsize=9)
    counts = np.array([17, 33, 65, 129, 257])
    values = [
        small.steady(small.discretise(stack, nodes=n), [0.9], light=1.0).current_density[0]
        for n in counts
    ]
    off = np.abs(np.array(values[:-1]) / values[-1] - 1.0)
    error.loglog(counts[:-1], off, "o-", color=COLOURS[0], label="small engine, tanh grid")
    error.loglog(counts[:-1], off[0] * (counts[0] / counts[:-1]) ** 2.0, "--", color="0.5")
    error.set(xlabel="nodes a layer", ylabel="relative error at 0.9 V")
    error.set_xticks(counts[:-1], [str(c) for c in counts[:-1]])
    error.minorticks_off()
    error.set_title("second order in the grid (dashed: slope 2)", fontsize=9)
    return figure


def tutorial_engine() -> Figure:
    """Draw the tutorial's cell: its bands, its J-V curve, ions after a step."""
    figure, (left, middle, right) = _panels(3)
    device = small.discretise(_cell(), nodes=41)
    x = device.x * 1e9
    for voltage, style in ((0.0, "-"), (1.0, "--")):
        U = small.steady(device, [voltage], light=1.0).U
        bottom = -(U[0] - device.band[0] * 0.0) * device.vt
        chi = -device.band[0] - np.log(1e25)
        gap = device.band[1] + np.log(1e25) - chi
        left.plot(x, bottom - chi * device.vt, style, color=COLOURS[0])
        left.plot(x, bottom - (chi + gap) * device.vt, style, color=COLOURS[1])
    left.set(xlabel="depth (nm)", ylabel="energy (eV)")
    left.set_title("band edges in light: 0 V (full), 1 V (dashed)", fontsize=9)
    volts = np.linspace(0.0, 1.15, 24)
    for light, colour in ((0.0, "0.4"), (1.0, COLOURS[0])):
        J = small.steady(device, volts, light=light).current_density
        middle.plot(volts, J / 10.0, color=colour, label="dark" if light == 0 else "light")
    middle.set(xlabel="voltage (V)", ylabel="current density (mA/cm$^2$)", ylim=(-25, 15))
    middle.legend(fontsize=8)
    U = small.steady(device, [0.0]).U
    for k, steps in enumerate((1, 10, 40, 200)):
        end = small.transient(device, U, 0.01, np.full(steps, 0.9), np.ones(steps)).U
        inside = device.active[2]
        right.semilogy(x[inside], end[3][inside], color=COLOURS[k], label=f"{steps * 0.01:g} s")
    right.set(xlabel="depth (nm)", ylabel="ions (m$^{-3}$)")
    right.set_title("vacancies after a step to 0.9 V", fontsize=9)
    right.legend(fontsize=8)
    return figure


def recombination() -> Figure:
    """Draw lifetime against doping, ideality of J-V, decay of a pulse through filling traps."""
    figure, (life, diode, pulse) = _panels(3)
    dopings = np.geomspace(1e20, 1e25, 16)
    for name, changes, colour in (
        ("radiative, k = 1e-16", {"radiative": 1e-16}, COLOURS[0]),
        (
            "traps, 1e20 m$^{-3}$",
            {
                "trap_density": 1e20,
                "trap_energy": 4.8,
                "capture_electron": 1e-13,
                "capture_hole": 1e-14,
            },
            COLOURS[1],
        ),
        ("Auger, 1e-40", {"auger_electron": 1e-40}, COLOURS[2]),
    ):
        found = [_lifetime(d, changes) for d in dopings]
        life.loglog(dopings, found, "o", ms=3.5, color=colour, label=name)
    life.loglog(dopings, 1.0 / (1e-16 * dopings), color=COLOURS[0], lw=0.8)
    life.loglog(dopings, np.full(16, 1e-6), color=COLOURS[1], lw=0.8)
    life.loglog(dopings, 1.0 / (1e-40 * dopings**2), color=COLOURS[2], lw=0.8)
    life.set(xlabel="electrons from doping (m$^{-3}$)", ylabel="lifetime of holes (s)")
    life.set_ylim(1e-10, 1e2)
    life.legend(fontsize=7)
    volts = np.linspace(0.3, 1.0, 15)
    for name, changes, colour in (
        ("radiative", {"radiative": 1e-16}, COLOURS[0]),
        (
            "traps in the middle",
            {
                "trap_density": 1e21,
                "trap_energy": 4.8,
                "capture_electron": 1e-14,
                "capture_hole": 1e-14,
            },
            COLOURS[1],
        ),
    ):
        J = steady(_diode(changes), volts, accuracy="single").current_density
        slope = np.gradient(np.log(J), volts)
        diode.plot(volts, 1.0 / (VT * slope), "o-", ms=3, color=colour, label=name)
    diode.set(xlabel="voltage (V)", ylabel="ideality (d ln J/dV)$^{-1}$ q/kT", ylim=(0.8, 2.4))
    diode.legend(fontsize=8)
    shut = ChargeContact(work_function=4.8, velocity_electron=1e-6, velocity_hole=1e-6)
    for density, colour in zip((1e20, 1e21, 1e22), COLOURS, strict=False):
        film = _layer(
            trap_density=density,
            trap_energy=4.4,
            trap_charge="acceptor",
            capture_electron=1e-14,
            capture_hole=1e-17,
            radiative=1e-17,
            generation=1e29,
        )
        time = np.geomspace(1e-9, 1e-3, 40)
        corners = np.array([0.0, 1e-10, 1e-8, 1.01e-8, 1.1e-3])
        shine = np.array([0.0, 1.0, 1.0, 0.0, 0.0])
        program = Program(corners, np.zeros(5), shine, 1.01e-8 + time)
        record = follow(Stack(layers=(film,), left=shut, right=shut), program, accuracy="single")
        pulse.loglog(time, record.emission / record.emission[0], color=colour, label=f"{density:g}")
    pulse.set(xlabel="time after a pulse of light (s)", ylabel="emission, of the first")
    pulse.set_ylim(1e-8, 2.0)
    pulse.legend(fontsize=8, title="traps (m$^{-3}$), 1e21 pairs", title_fontsize=8)
    return figure


def _lifetime(doping: float, changes: dict[str, object]) -> float:
    """Lifetime of minorities: their number from faint light over the rate of pairs."""
    k = float(changes.get("radiative", 1e-24))  # type: ignore[arg-type]
    one = _layer(fixed_charge=doping, generation=1e16, **(changes | {"radiative": k}))
    metal = ChargeContact(work_function=4.0 + VT * np.log(1e25 / doping), velocity_hole=0.0)
    stack = Stack(layers=(one,), left=metal, right=metal)
    record = steady(stack, np.array([0.0]), light=1.0, accuracy="single")
    return float(record.emission[0] / (k * doping * one.thickness) / 1e16)


def _diode(changes: dict[str, object]) -> Stack:
    """A film between a contact for holes and one for electrons."""
    left = ChargeContact(work_function=5.5, velocity_electron=0.0)
    right = ChargeContact(work_function=4.1, velocity_hole=0.0)
    return Stack(layers=(_layer(**changes),), left=left, right=right)


def ions() -> Figure:
    """Draw piled-up ions with and without exclusion, hops in a field, a concentration cell."""
    figure, (pile, hop, cell) = _panels(3)
    metal = ChargeContact(work_function=4.5)

    def electrolyte(**changes: object) -> ChargeLayer:
        ion = {"name": "a", "density": 1e25, "mobility": 1e-12, "charge": 1} | changes
        only = ChargeIon(**ion)  # type: ignore[arg-type]
        return _layer(
            carriers=False, electron_mobility=0.0, hole_mobility=0.0,
            fixed_charge=-only.density * only.charge, ions=(only,),
        )  # fmt: skip

    hold = Program(np.array([0.0, 1.0]), np.full(2, 0.6), np.zeros(2), np.array([1.0]))
    for limit, colour in zip((1e28, 1e26, 2e25), COLOURS, strict=False):
        stack = Stack(layers=(electrolyte(limit=limit),), left=metal, right=metal)
        X = follow(stack, hold, start="settled", accuracy="single", states=1).states[0]
        x = 200.0 - initial(stack.layers).position * 1e9
        pile.semilogy(x, X[3], color=colour, label=f"{limit:g}")
    pile.set(xlabel="distance from the contact (nm)", ylabel="ions (m$^{-3}$)")
    pile.set(xlim=(0.0, 6.0), ylim=(8e24, 4e26))
    pile.legend(fontsize=8, title="sites (m$^{-3}$)", title_fontsize=8)
    volts = np.geomspace(0.3, 60.0, 14)
    for jump, colour in zip((0.0, 0.5e-9, 1e-9), COLOURS, strict=False):
        ends = ChargeContact(
            work_function=4.5, exchange=(IonExchange(species="a", velocity=1e4, density=1e25),)
        )
        stack = Stack(layers=(electrolyte(jump=jump),), left=ends, right=ends)
        J = steady(stack, volts, accuracy="single").current_density
        hop.loglog(volts / 2e-7, J, "o", ms=3.5, color=colour, label=f"{jump * 1e9:g} nm")
        field, y = volts / 2e-7, np.maximum(volts / 2e-7 * jump / (2 * VT), 1e-9)
        hop.loglog(field, 1.602e-19 * 1e25 * 1e-12 * field * np.sinh(y) / y, color=colour, lw=0.8)
    hop.set(xlabel="field (V/m)", ylabel="ionic current density (A/m$^2$)")
    hop.legend(fontsize=8, title="hop", title_fontsize=8)
    ratios = np.geomspace(0.1, 1000.0, 9)
    for charge, colour in zip((1, 2), COLOURS, strict=False):
        found = []
        for ratio in ratios:
            left, right = (
                ChargeContact(
                    work_function=4.5,
                    exchange=(IonExchange(species="a", velocity=1e-3, density=d),),
                )
                for d in (1e23, 1e23 * ratio)
            )
            only = electrolyte(density=1e23, charge=charge, limit=1e30)
            stack = Stack(layers=(only,), left=left, right=right)
            open_ = Program(
                np.array([0.0, 1.0]), np.zeros(2), np.zeros(2), np.ones(1), np.array([False])
            )
            found.append(follow(stack, open_, start="settled", accuracy="single").voltage[0])
        cell.semilogx(ratios, np.array(found) * 1e3, "o", color=colour, ms=4, label=f"z = {charge}")
        cell.semilogx(ratios, VT / charge * np.log(ratios) * 1e3, color=colour, lw=0.8)
    cell.set(xlabel="ratio of the balanced densities", ylabel="open-circuit voltage (mV)")
    cell.legend(fontsize=8)
    return figure


def heterojunctions() -> Figure:
    """Draw bands at an offset, current over it against the velocity, a dipole's shift."""
    figure, (bands, velocity, dipole) = _panels(3)

    def stack(step: float, *, cross: float = 1e4, extra: float = 0.0) -> Stack:
        common = {"thickness": 5e-8, "fixed_charge": 1e23, "hole_mobility": 1e-12, "band_gap": 2.4}
        first = _layer(transfer_velocity=cross, dipole=extra, **common)
        second = _layer(electron_affinity=4.0 - step, **common)
        n = 4.0 + VT * np.log(1e25 / 1e23)
        return Stack(
            layers=(first, second),
            left=ChargeContact(work_function=n),
            right=ChargeContact(work_function=n - step - extra),
        )

    for extra, style in ((0.0, "-"), (0.15, "--")):
        one = stack(0.3, extra=extra)
        hold = Program(np.array([0.0, 1.0]), np.zeros(2), np.zeros(2), np.ones(1))
        X = follow(one, hold, start="settled", accuracy="single", states=1).states[0]
        x = initial(one.layers).position * 1e9
        edge = -X[0] * VT - np.where(x < 50.0, 4.0, 3.7)
        bands.plot(x, edge, style, color=COLOURS[0])
    bands.axhline(0.0, color="0.4", lw=0.8)
    bands.set(xlabel="depth (nm)", ylabel="energy over the Fermi level (eV)")
    bands.set_title("edge with a step of 0.3 eV; dashed: and a dipole of 0.15 V", fontsize=8)
    speeds = np.geomspace(1e-2, 1e9, 12)
    for step, colour in zip((0.0, 0.2, 0.4), COLOURS, strict=False):
        J = [steady(stack(step, cross=s), np.array([-0.3]), accuracy="single") for s in speeds]
        values = [abs(j.current_density[0]) for j in J]
        velocity.loglog(speeds, values, "o-", ms=3, color=colour, label=f"{step:g} eV")
    velocity.set(xlabel="transfer velocity (m/s)", ylabel="current density at -0.3 V (A/m$^2$)")
    velocity.legend(fontsize=8, title="step", title_fontsize=8)
    volts = np.linspace(-0.6, 0.6, 25)
    for extra, colour in zip((-0.1, 0.0, 0.1), COLOURS, strict=False):
        J = steady(stack(0.3, extra=extra), volts, accuracy="single").current_density
        dipole.semilogy(volts, np.abs(J) + 1e-9, color=colour, label=f"{extra:+g} V")
    dipole.set(xlabel="voltage (V)", ylabel="|current density| (A/m$^2$)", ylim=(1e-1, None))
    dipole.legend(fontsize=8, title="dipole", title_fontsize=8)
    return figure


def circuit() -> Figure:
    """Draw a clamped sweep, a diode behind resistances, the photovoltage of an open cell."""
    figure, (clamp, resistors, opened) = _panels(3)
    film = _layer(fixed_charge=1e23, hole_mobility=1e-12)
    metal = ChargeContact(work_function=4.0 + VT * np.log(100.0))
    volts = np.linspace(0.0, 0.5, 41)
    for limit, colour in zip((1e5, 2e5, np.inf), COLOURS, strict=False):
        stack = Stack(layers=(film,), left=metal, right=metal, circuit=Circuit(compliance=limit))
        record = steady(stack, volts, accuracy="single")
        name = "none" if np.isinf(limit) else f"{limit:.0e} A/m$^2$"
        clamp.plot(volts, record.current_density / 1e5, color=colour, label=name)
        clamp.plot(record.voltage, record.current_density / 1e5, ".", ms=3, color=colour)
    clamp.set(
        xlabel="voltage (V); lines: source, dots: device", ylabel="current density (10$^5$ A/m$^2$)"
    )
    clamp.legend(fontsize=8, title="compliance", title_fontsize=8)
    traps = {"radiative": 1e-16, "generation": 1e27}
    volts = np.linspace(-0.3, 1.3, 41)
    for name, made, colour in (
        ("bare", Circuit(), COLOURS[0]),
        ("series, 2 $\\Omega$ cm$^2$", Circuit(series_resistance=2e-4), COLOURS[1]),
        ("shunt, 100 $\\Omega$ cm$^2$", Circuit(shunt_resistance=1e-2), COLOURS[2]),
    ):
        stack = replace(_diode(traps), circuit=made)
        J = steady(stack, volts, light=1.0, accuracy="single").current_density
        resistors.plot(volts, J / 10.0, color=colour, label=name)
    resistors.set(xlabel="voltage (V)", ylabel="current density (mA/cm$^2$)", ylim=(-9, 20))
    resistors.legend(fontsize=8)
    k, ni2, suns = 1e-16, 1e50 * np.exp(-1.6 / VT), np.geomspace(1e-4, 10.0, 9)
    found = []
    for sun in suns:
        program = Program(
            np.array([0.0, 1.0]), np.full(2, 0.9), np.full(2, sun), np.ones(1), np.array([False])
        )
        found.append(follow(_diode(traps), program, start="settled", accuracy="single").voltage[0])
    opened.semilogx(suns, found, "o", color=COLOURS[0], label="open terminals")
    opened.semilogx(
        suns, VT * np.log(suns * 1e27 / (k * ni2)), color="0.4", label="kT/q ln(G/k n$_i^2$)"
    )
    opened.set(xlabel="light", ylabel="voltage (V)")
    opened.legend(fontsize=8)
    return figure


def protocols() -> Figure:
    """Draw three records of one memory cell: loops, pulses with reads, retention."""
    figure, (loops, pulses, keeps) = _panels(3)
    ion = ChargeIon(name="vacancy", density=1e25, mobility=1e-15, charge=1, limit=1e27)
    film = _layer(
        band_gap=2.3, electron_affinity=3.6, hole_mobility=1e-12, fixed_charge=-1e25, ions=(ion,)
    )
    stack = Stack(
        layers=(film,),
        left=ChargeContact(work_function=4.1),
        right=ChargeContact(work_function=4.1),
    )
    for rate, colour in zip((10.0, 1.0, 0.1), COLOURS, strict=False):
        corners = np.array([0.0, 1.0, 3.0, 4.0]) / rate
        time = np.linspace(0.0, 4.0 / rate, 161)[1:]
        volts = np.array([0.0, 1.0, -1.0, 0.0])
        J = follow(stack, Program(corners, volts, np.zeros(4), time), accuracy="single")
        loops.semilogy(
            J.voltage, np.abs(J.current_density) + 1e-6, color=colour, label=f"{rate:g} V/s"
        )
    loops.set(xlabel="voltage (V)", ylabel="|current density| (A/m$^2$)")
    loops.legend(fontsize=8)
    loops.set_title("sweep", fontsize=9)
    corners, volts, reads = [0.0], [0.1], []
    for k in range(20):
        start = 0.1 * k + 0.01
        height = 0.8 if k < 10 else -0.8
        corners += [start, start + 1e-3, start + 0.02, start + 0.021]
        volts += [0.1, height, height, 0.1]
        reads.append(start + 0.085)
    program = Program(
        np.array([*corners, 2.1]),
        np.array([*volts, 0.1]),
        np.zeros(len(volts) + 1),
        np.array(reads),
    )
    J = follow(stack, program, start="settled", accuracy="single").current_density
    pulses.plot(np.arange(1, 21), J, "o-", color=COLOURS[0], ms=4)
    pulses.set(
        xlabel="pulse, of 20 ms: ten of 0.8 V, ten of -0.8 V",
        ylabel="current density at 0.1 V (A/m$^2$)",
    )
    pulses.set_title("pulses", fontsize=9)
    for width, colour in zip((0.1, 1.0, 10.0), COLOURS, strict=False):
        time = np.geomspace(1e-2, 1e4, 40)
        corners = np.array([0.0, 1e-3, width, width + 1e-3, width + 1.1e4])
        volts = np.array([0.1, 0.8, 0.8, 0.1, 0.1])
        program = Program(corners, volts, np.zeros(5), width + 1e-3 + time)
        J = follow(stack, program, start="settled", accuracy="single").current_density
        keeps.semilogx(time, J, color=colour, label=f"{width:g} s")
    keeps.set(xlabel="time after the write (s)", ylabel="current density at 0.1 V (A/m$^2$)")
    keeps.legend(fontsize=8, title="write, 0.8 V", title_fontsize=8)
    keeps.set_title("retention", fontsize=9)
    return figure
