"""Small-signal admittance against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.device.charge.admittance import admittance, capacitance_voltage
from halodot.device.charge.build import EPS0, KB_EV, Q, build
from halodot.device.charge.layers import (
    ChargeContact,
    ChargeInterface,
    ChargeIon,
    ChargeLayer,
    Circuit,
    Stack,
)
from halodot.device.charge.linear import linearise
from halodot.device.charge.simulate import Simulation

VT = KB_EV * 300.0


def semiconductor(**changes):
    values = {
        "thickness": 1e-6,
        "relative_permittivity": 11.7,
        "electron_affinity": 4.05,
        "band_gap": 1.12,
        "dos_conduction": 2.5e25,
        "dos_valence": 2.5e25,
        "electron_mobility": 1e-2,
        "hole_mobility": 1e-2,
    }
    return ChargeLayer(**(values | changes))


def insulator(**changes):
    values = {
        "thickness": 1e-8,
        "relative_permittivity": 3.9,
        "electron_affinity": 0.9,
        "band_gap": 9.0,
        "electron_mobility": 0.0,
        "hole_mobility": 0.0,
        "carriers": False,
    }
    return semiconductor(**(values | changes))


def metal(work_function):
    return ChargeContact(work_function=work_function, velocity_electron=1e9, velocity_hole=1e9)


def fermi_level(layer):
    """Work function of a neutral doped layer [eV]."""
    doping = layer.fixed_charge
    if doping > 0:
        return layer.electron_affinity + VT * np.log(layer.dos_conduction / doping)
    return layer.electron_affinity + layer.band_gap - VT * np.log(-layer.dos_valence / doping)


def at_rest(layers, left, right, *, voltage=0.0, light=0.0, **options):
    simulation = Simulation(build(layers, left, right, **options))
    assert simulation.settle(voltage=voltage, light=light).is_good
    return simulation


def test_insulators_are_capacitors_in_series():
    layers = [insulator(), insulator(thickness=3e-8, relative_permittivity=20.0)]
    seen = admittance(at_rest(layers, metal(4.5), metal(5.0)), np.logspace(-6, 12, 19))
    closed = EPS0 / (1e-8 / 3.9 + 3e-8 / 20.0)
    # 1e-3: the edge across the interface (0.2 nm) takes the harmonic mean of both permittivities
    assert seen.capacitance == pytest.approx(closed, rel=1e-3, abs=0.0)
    assert np.ptp(seen.capacitance) < 1e-12 * closed
    assert np.abs(seen.conductance / seen.omega).max() < 1e-12 * closed


def test_series_and_shunt_resistance_around_a_capacitor():
    glass = at_rest([insulator()], metal(4.5), metal(4.5))
    circuit = Circuit(series_resistance=2e-3, shunt_resistance=5.0)
    frequency = np.logspace(-2, 9, 23)
    seen = admittance(glass, frequency).behind(circuit)
    closed = 2e-3 + 1.0 / (1.0 / 5.0 + 2j * np.pi * frequency * 3.9 * EPS0 / 1e-8)
    assert np.abs(seen.impedance / closed - 1.0).max() < 1e-12


def test_uniform_semiconductor_is_its_resistance_beside_its_capacitance():
    layer = semiconductor(fixed_charge=1e22)
    w = fermi_level(layer)
    seen = admittance(at_rest([layer], metal(w), metal(w)), np.logspace(-2, 12, 15))
    closed = Q * 1e-2 * 1e22 / 1e-6 + 1j * seen.omega * EPS0 * 11.7 / 1e-6
    # 1e-5: the doping and the contact's Fermi level agree to the digits of the constants
    assert np.abs(seen.admittance / closed - 1.0).max() < 1e-5
    assert (seen.spread < 1e-10 * np.abs(seen.admittance)).all()


def test_mott_schottky_gives_doping_and_built_in_voltage():
    layer = semiconductor(fixed_charge=1e22, thickness=2e-6)
    w = fermi_level(layer)
    stack = Stack(layers=(layer,), left=metal(4.9), right=metal(w))
    voltages = np.linspace(-3.0, -0.6, 13)
    seen = capacitance_voltage(stack, voltages, 1e5)
    assert all(s.is_good for s in seen.status)
    slope, cut = np.polyfit(voltages, seen.mott_schottky, 1)
    # 1e-3: depletion approximation with its kT/q, second-order grid
    assert 2.0 / (Q * EPS0 * 11.7 * -slope) == pytest.approx(1e22, rel=1e-3)
    assert -cut / slope == pytest.approx(4.9 - w - VT, abs=1e-3)
    assert seen.doping(11.7)[1:-1] == pytest.approx(1e22, rel=2e-3)


def test_diffusion_admittance_of_a_long_diode():
    """Y = G_0 sqrt(1 + i w tau): Shockley's one-sided diode."""
    emitter = semiconductor(
        fixed_charge=-1e24, thickness=5e-7, transfer_velocity=1e5, electron_mobility=1e-7
    )
    base = semiconductor(fixed_charge=1e22, thickness=8e-5, radiative=1e-16, electron_mobility=10.0)
    diode = at_rest(
        [emitter, base],
        metal(fermi_level(emitter)),
        metal(fermi_level(base)),
        voltage=0.5,
        nodes=[100, 200],
        stretch=3.0,
    )
    tau = 1.0 / (1e-16 * 1e22)
    x = np.array([1e-3, 0.3, 1.0, 3.0, 10.0, 30.0])
    seen, closed = admittance(diode, x / (2 * np.pi * tau)), np.sqrt(1.0 + 1j * x)
    low = seen.conductance[0]
    # 2 %: recombination in the depleted region and its width, left out of the closed form
    assert (seen.conductance[1:] - low) / low == pytest.approx(closed.real[1:] - 1.0, rel=0.02)
    stored, ideal = seen.capacitance, low * tau * closed.imag / x
    assert stored[:-1] - stored[-1] == pytest.approx(ideal[:-1] - ideal[-1], rel=0.02, abs=0.0)


@pytest.mark.parametrize(("nodes", "allowed"), [(100, 1.2e-3), (200, 3e-4)])
def test_ions_between_blocking_electrodes(nodes, allowed):
    """Poisson-Nernst-Planck for two mobile ions: Barbero and Alexe-Ionescu 2005; second order."""
    diffusivity, length, density, permittivity = 1e-12, 1e-7, 1e24, 20.0 * EPS0
    ions = tuple(
        ChargeIon(name=n, density=density, mobility=diffusivity / VT, charge=z, limit=1e35)
        for n, z in (("cation", 1), ("anion", -1))
    )
    layer = insulator(thickness=length, relative_permittivity=20.0, ions=ions)
    seen = admittance(
        at_rest([layer], metal(4.5), metal(4.5), nodes=nodes), np.logspace(-4, 10, 29)
    )
    iw, screening = 1j * seen.omega, permittivity * VT / (2.0 * Q * density)
    beta = np.sqrt((1.0 + iw * screening / diffusivity) / screening)
    closed = (
        2.0
        / (iw * permittivity * beta**2)
        * (np.tanh(0.5 * beta * length) / (screening * beta) + iw * length / (2.0 * diffusivity))
    )
    assert np.abs(seen.impedance / closed - 1.0).max() < allowed
    assert seen.capacitance[0] == pytest.approx(
        0.5 * permittivity / np.sqrt(screening), rel=2e-3, abs=0.0
    )


def test_an_interface_trap_answers_at_its_own_rate():
    """One level beside a semiconductor: C_it / (1 + i w tau), peak of G/w at 1/(2 pi tau)."""
    layer, level, density, capture = semiconductor(fixed_charge=1e22), 4.35, 1e14, 1e-16
    w = fermi_level(layer)
    face = ChargeInterface(
        after=0,
        trap_density=density,
        trap_energy=level,
        trap_charge="acceptor",
        capture_electron=capture,
    )
    gate = at_rest([insulator(), layer], metal(w), metal(w), voltage=-0.2, interfaces=[face])
    X, i = gate.state.X, gate.cell.problem.face[0]
    n1 = layer.dos_conduction * np.exp((layer.electron_affinity - level) / VT)
    n1 /= np.exp(0.5 * (X[0, i] - X[0, i + 1]))  # the level stands midway between two nodes
    n = X[1, i + 1]
    rate, filled = capture * (n + n1), n / (n + n1)
    at = rate / (2 * np.pi) * np.array([1e-4, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0])
    seen = admittance(gate, at)
    oxide = 1j * seen.omega * 3.9 * EPS0 / 1e-8
    behind = seen.admittance * oxide / (oxide - seen.admittance)
    traps = Q * density * filled * (1.0 - filled) / VT
    x = seen.omega / rate
    # 1 %: the two nodes beside the interface share the trapped charge
    assert behind.real / seen.omega == pytest.approx(
        traps * x / (1 + x**2), rel=0.01, abs=3e-3 * traps
    )
    assert (behind.imag / seen.omega)[0] - (behind.imag / seen.omega)[-1] == pytest.approx(
        traps, rel=0.01, abs=0.0
    )


def test_few_bulk_traps_in_a_depleted_region_answer_at_their_emission_rate():
    """Where the Fermi level crosses them: ln(1 + i x) / (i x), x = w / e_n (Nicollian)."""
    capture, depth = 1e-18, 0.35
    layer = semiconductor(
        fixed_charge=1e22,
        thickness=2e-6,
        trap_density=1e19,
        trap_energy=4.05 + depth,
        trap_charge="donor",
        capture_electron=capture,
    )
    diode = at_rest([layer], metal(4.9), metal(fermi_level(layer)), voltage=-1.0, nodes=400)
    emission = capture * layer.dos_conduction * np.exp(-depth / VT)
    x = np.array([1e-4, 0.1, 0.3, 1.0, 1.98, 5.0, 20.0, 1e4])
    seen = admittance(diode, x * emission / (2 * np.pi))
    answer = (seen.capacitance - seen.capacitance[-1]) / np.ptp(seen.capacitance)
    closed = (np.log(1.0 + 1j * x) / (1j * x)).real
    # 0.06: the traps that stay filled next to the crossing, of the order kT over the band bending
    assert answer == pytest.approx(closed, abs=0.06)


def test_rates_of_the_levels_are_those_of_capture_and_emission():
    layer = semiconductor(
        fixed_charge=1e22,
        trap_density=1e20,
        trap_energy=4.5,
        trap_charge="acceptor",
        capture_electron=1e-15,
        capture_hole=2e-15,
    )
    w = fermi_level(layer)
    device = at_rest([layer], metal(w), metal(w))
    linear = linearise(device.cell.problem, device.state.X, np.zeros(1), *device.potentials(0.0))
    n, p = device.state.X[1], device.state.X[2]
    n1 = 2.5e25 * np.exp(-0.45 / VT)
    p1 = 2.5e25 * np.exp(-(1.12 - 0.45) / VT)
    closed = 1e-15 * (n + n1) + 2e-15 * (p + p1)
    assert linear.rate == pytest.approx(closed, rel=1e-9)


def test_held_ions_are_fixed_charge():
    """At 0 V, far above the ions' frequency, both are one; at a bias only free ions screen it."""
    ions = (ChargeIon(name="vacancy", density=1e23, mobility=1e-13, charge=1, limit=1e27),)
    film = semiconductor(
        thickness=3e-7, relative_permittivity=20.0, fixed_charge=-1e23, ions=ions, band_gap=1.6
    )
    stack = Stack(layers=(film,), left=metal(4.3), right=metal(4.8))
    volts = np.array([0.0, -0.8])
    free, held = (
        capacitance_voltage(stack, volts, 1e7, nodes=80, ions=how) for how in ("settled", "held")
    )
    assert all(s.is_good for s in free.status + held.status)
    # 1e-5: ions between the frequency and their own
    assert held.capacitance[0] == pytest.approx(free.capacitance[0], rel=1e-5, abs=0.0)
    assert abs(held.capacitance[1] / free.capacitance[1] - 1.0) > 1e-3
    slow = capacitance_voltage(stack, volts[:1], 1e-3, nodes=80)
    assert slow.capacitance[0] > 2.0 * free.capacitance[0]
