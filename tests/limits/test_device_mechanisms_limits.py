"""Mechanisms of the charge engine in whole devices, through `charge.run`, beside closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import constants
from scipy.integrate import quad
from scipy.optimize import brentq

from halodot.device.charge.build import EPS0, KB_EV, Q
from halodot.device.charge.grid import initial
from halodot.device.charge.layers import (
    ChargeContact,
    ChargeInterface,
    ChargeIon,
    ChargeLayer,
    Circuit,
    IonExchange,
    Stack,
)
from halodot.device.charge.run import Program, follow, steady

VT = KB_EV * 300.0
DOS = 1e25


def layer(**changes) -> ChargeLayer:
    values = {
        "thickness": 2e-7,
        "relative_permittivity": 6.0,
        "electron_affinity": 4.0,
        "band_gap": 1.6,
        "dos_conduction": DOS,
        "dos_valence": DOS,
        "electron_mobility": 1e-4,
        "hole_mobility": 1e-4,
    }
    return ChargeLayer(**(values | changes))


def insulator(**changes) -> ChargeLayer:
    values = {"carriers": False, "electron_mobility": 0.0, "hole_mobility": 0.0}
    return layer(**(values | changes))


def metal(work_function: float, **changes) -> ChargeContact:
    values = {"work_function": work_function, "velocity_electron": 1e5, "velocity_hole": 1e5}
    return ChargeContact(**(values | changes))


def stack(*layers, left=None, right=None, **changes) -> Stack:
    ends = left or metal(4.2), right or left or metal(4.2)
    return Stack(layers=layers, left=ends[0], right=ends[1], **changes)


def held(voltage=0.0, light=0.0, duration=1.0, *, is_open=False) -> Program:
    """Everything constant; recorded at the end."""
    return Program(
        time=np.array([0.0, duration]),
        voltage=np.full(2, voltage),
        light=np.full(2, light),
        outputs=np.array([duration]),
        closed=np.array([not is_open]),
    )


def good(record) -> bool:
    return all(s.is_good for s in record.status)


# recombination


def minority_lifetime(doping: float, interfaces=(), **changes) -> float:
    """Minorities per generation rate [s] in a layer of two halves, read from their light."""
    k, generation = 1e-24, 1e22
    half = layer(thickness=1e-7, fixed_charge=doping, radiative=k, generation=generation, **changes)
    ohmic = metal(4.0 + VT * np.log(DOS / doping), velocity_hole=0.0)
    device = stack(half, half, left=ohmic, interfaces=interfaces)
    record = steady(device, np.array([0.0]), light=1.0, accuracy="single")
    assert good(record)
    return float(record.emission[0] / (k * doping * 2e-7) / generation)


def test_auger_lifetime_goes_with_the_square_of_the_doping():
    for doping in (1e22, 4e22):
        tau = minority_lifetime(doping, auger_electron=1e-40)
        assert tau == pytest.approx(1.0 / (1e-40 * doping**2), rel=5e-3)  # minorities: 1e-3


def test_deep_traps_give_the_minority_lifetime_of_shockley_read_hall():
    traps = {
        "trap_density": 1e20,
        "trap_energy": 4.8,
        "capture_electron": 1e-13,
        "capture_hole": 1e-14,
    }
    assert minority_lifetime(1e22, **traps) == pytest.approx(1e-6, rel=5e-3)


def test_traps_of_an_interface_take_carriers_from_both_of_its_sides():
    """Each side sees a surface velocity N c: a layer of length L loses at 2 N c / L."""
    traps = ChargeInterface(
        after=0, trap_density=1e14, trap_energy=4.8, capture_electron=1e-13, capture_hole=1e-15
    )
    tau = minority_lifetime(1e22, interfaces=(traps,))
    assert tau == pytest.approx(2e-7 / (2.0 * 0.1), rel=0.01)  # plus the way there: L^2/12 D


def test_voltage_at_open_circuit_is_kt_over_q_times_the_logarithm_of_the_pairs():
    """Contacts that pass one carrier each, only radiative losses: n p = n_i^2 + G/k everywhere."""
    k, generation = 1e-17, 1e27
    one = layer(radiative=k, generation=generation, electron_mobility=1e-2, hole_mobility=1e-2)
    left = metal(5.5, velocity_electron=0.0, velocity_hole=1e7)
    device = stack(one, left=left, right=metal(4.1, velocity_hole=0.0, velocity_electron=1e7))
    ni2 = DOS * DOS * np.exp(-1.6 / VT)
    for sun in (0.1, 1.0):
        program = held(light=sun, voltage=0.9, is_open=True)
        record = follow(device, program, start="settled", accuracy="single")
        assert good(record)
        assert record.emission[0] == pytest.approx(sun * generation * one.thickness, rel=1e-6)
        law = VT * np.log(1.0 + sun * generation / (k * ni2))
        assert record.voltage[0] == pytest.approx(law, abs=1e-4)  # V; moving pairs costs as much
        assert abs(record.current_density[0]) < 1e-6


# electrostatics


@pytest.mark.parametrize("dipole", [0.0, 0.3, -0.2])
def test_a_dipole_shifts_the_flat_band_voltage(dipole):
    """Two insulators between metals: the field vanishes where V makes up for both steps."""
    device = stack(insulator(dipole=dipole), insulator(), left=metal(4.9), right=metal(4.3))
    flat = 4.9 - 4.3 - dipole  # the potential rises by `dipole` on its way to the right
    for voltage in (flat, flat - 0.4):
        run = follow(device, held(voltage), start="settled", accuracy="single", states=1)
        phi = run.states[0][0] * VT
        fields = -np.diff(phi)[[0, -1]] / np.diff(nodes_of(device))[[0, -1]]
        assert fields == pytest.approx((voltage - flat) / 4e-7, rel=1e-9, abs=1e-3)  # V/m


def nodes_of(device: Stack) -> np.ndarray:
    """Nodes of a run that is not refined."""
    return initial(device.layers, temperature=device.temperature).position


def test_a_dipole_is_the_same_as_lowering_all_levels_behind_it():
    wide = {"thickness": 5e-8, "fixed_charge": 1e22}
    left, dipole = metal(4.2), 0.15
    with_step = stack(
        layer(dipole=dipole, **wide),
        layer(electron_affinity=3.9, **wide),
        left=left,
        right=metal(4.3),
    )
    without = stack(
        layer(**wide),
        layer(electron_affinity=3.9 + dipole, **wide),
        left=left,
        right=metal(4.3 + dipole),
    )
    voltages = np.array([-0.6, 0.3, 0.8])
    ours, theirs = (steady(s, voltages) for s in (with_step, without))
    assert good(ours)
    assert good(theirs)
    assert ours.current_density == pytest.approx(theirs.current_density, rel=1e-3)  # its target
    flat = steady(stack(layer(**wide), with_step.layers[1], left=left, right=metal(4.3)), voltages)
    assert np.abs(flat.current_density / ours.current_density - 1.0).max() > 0.1


def test_compact_layers_stand_in_series_with_the_film():
    film, compact = EPS0 * 6.0 / 2e-7, 2e-4
    left = metal(4.5, compact_capacitance=compact)
    device = stack(insulator(), left=left, right=metal(4.5))
    ramp = Program(np.array([0.0, 1e-3]), np.array([0.0, 1.0]), np.zeros(2), np.array([1e-3]))
    record = follow(device, ramp)
    assert good(record)
    series = 1.0 / (1.0 / film + 1.0 / compact)
    assert record.current_density[0] == pytest.approx(series * 1e3, rel=1e-6)  # linear


# tunnelling


def test_fowler_nordheim_slope_through_a_device():
    """Metal, insulator, semiconductor: slope of ln J over 1/F 4 sqrt(2 m) b^1.5/(3 q hbar)."""
    barrier, mass = 2.0, 0.4
    oxide = insulator(
        thickness=6e-9,
        relative_permittivity=4.0,
        electron_affinity=2.0,
        band_gap=8.0,
        tunnelling=True,
        tunnel_mass=mass,
    )
    film = layer(thickness=5e-8, fixed_charge=1e26, electron_mobility=1e-2, band_gap=3.0)
    device = stack(oxide, film, left=metal(4.0), right=metal(4.0))
    volts = np.linspace(-5.0, -8.0, 7)
    ramp = Program(
        np.array([0.0, 1.0, 2.0]), np.array([0.0, -5.0, -8.0]), np.zeros(3), 1 + (-5 - volts) / 3
    )
    ramp.outputs[0] = 1.0
    record = follow(device, ramp, accuracy="single", states=7)
    assert good(record)
    field = (record.states[:, 0, 1] - record.states[:, 0, 0]) * VT / 6e-9
    assert field.min() * 6e-9 > 1.5 * barrier  # a triangle: the barrier ends inside the oxide
    slope, _ = np.polyfit(1.0 / field, np.log(np.abs(record.current_density)), 1)
    law = (
        4.0
        * np.sqrt(2.0 * mass * constants.m_e)
        * (barrier * Q) ** 1.5
        / (3.0 * Q * constants.hbar)
    )
    assert -slope == pytest.approx(law, rel=0.01)  # the edge is rounded over 10 meV


# circuit


RESISTOR = {"fixed_charge": 1e23, "hole_mobility": 1e-12}
OHMIC = metal(4.0 + VT * np.log(DOS / 1e23))


def resistance() -> float:
    return 2e-7 / (Q * 1e23 * 1e-4)


def test_a_resistance_in_series_takes_its_share_of_the_voltage():
    own = resistance()
    device = stack(layer(**RESISTOR), left=OHMIC, circuit=Circuit(series_resistance=3.0 * own))
    record = steady(device, np.array([0.05]))
    assert good(record)
    assert record.voltage[0] == pytest.approx(0.05 / 4.0, rel=1e-3)  # contacts are not quite ohmic
    drop = record.current_density[0] * 3.0 * own
    assert record.source_voltage[0] - record.voltage[0] == pytest.approx(drop, rel=1e-9)


def test_a_resistance_in_parallel_leaks():
    plain = steady(stack(layer(**RESISTOR), left=OHMIC), np.array([0.05]))
    leaky = stack(layer(**RESISTOR), left=OHMIC, circuit=Circuit(shunt_resistance=1e-6))
    record = steady(leaky, np.array([0.05]))
    extra = record.current_density[0] - plain.current_density[0]
    assert extra == pytest.approx(0.05 / 1e-6, rel=1e-6)


def test_the_clamp_holds_the_current_at_its_compliance():
    limit = 1e4
    device = stack(layer(**RESISTOR), left=OHMIC, circuit=Circuit(compliance=limit))
    record = steady(device, np.array([1e-4, 0.2, 0.5]))
    assert good(record)
    free = 1e-4 / resistance()
    assert record.current_density[0] == pytest.approx(free, rel=5e-3)
    assert record.current_density[1:] == pytest.approx(limit, rel=1e-9)
    assert record.voltage[1:] == pytest.approx(limit * resistance(), rel=5e-3)


# ions


def ionic(**changes) -> ChargeLayer:
    ion = {"name": "silver", "density": 1e24, "mobility": 1e-12, "charge": 1} | changes
    return insulator(ions=(ChargeIon(**ion),), fixed_charge=-1e24)


def test_a_concentration_cell_has_the_voltage_of_nernst():
    """Electrodes in balance with a ratio of ten in density: 59.5 mV/z per decade, no current."""
    for charge in (1, 2):
        left = metal(4.5, exchange=(IonExchange(species="silver", velocity=1e-3, density=1e24),))
        right = metal(4.5, exchange=(IonExchange(species="silver", velocity=1e-3, density=1e25),))
        electrolyte = insulator(
            ions=(ChargeIon(name="silver", density=1e24, mobility=1e-12, charge=charge),),
            fixed_charge=-1e24 * charge,
        )
        closed = stack(electrolyte, left=left, right=right)
        activity = 10.0 * (1.0 - 1e24 / 1e28) / (1.0 - 1e25 / 1e28)  # some sites are taken
        law = VT / charge * np.log(activity)
        record = steady(closed, np.array([0.0, -law, law]))
        assert good(record)
        j = record.current_density
        assert j[0] < 0.0
        assert abs(j[2]) < 1e-9 * abs(j[1])


def test_hops_in_a_high_field_go_with_the_hyperbolic_sine():
    jump, velocity = 1e-9, 1e4
    ends = metal(4.5, exchange=(IonExchange(species="silver", velocity=velocity, density=1e24),))
    device = stack(ionic(jump=jump), left=ends, right=ends)
    voltages = np.array([0.02, 10.0, 20.0, 40.0])
    record = steady(device, voltages)
    assert good(record)
    field = voltages / 2e-7
    y = field * jump / (2.0 * VT)
    law = Q * 1e24 * 1e-12 * field * np.sinh(y) / y
    assert record.current_density == pytest.approx(law, rel=2e-3)


# statistics


@pytest.mark.parametrize("kind", ["boltzmann", "blakemore", "fermi_dirac", "gaussian"])
def test_level_of_a_doped_layer_follows_its_statistics(kind):
    """Deep in a neutral layer n is the doping; the level above the edge is F^-1(n/N_c)."""
    width, doping = 0.08, 0.3 * DOS

    def occupation(eta: float) -> float:
        if kind == "boltzmann":
            return float(np.exp(eta))
        if kind == "blakemore":
            return 1.0 / (np.exp(-eta) + 0.27)
        if kind == "fermi_dirac":
            f = quad(lambda e: np.sqrt(e) / (1.0 + np.exp(e - eta)), 0.0, 60.0, epsabs=1e-12)[0]
            return float(2.0 / np.sqrt(np.pi) * f)
        s = width / VT
        weight = quad(
            lambda u: np.exp(-0.5 * u * u) / (1.0 + np.exp(s * u - eta)), -9.0, 9.0, epsabs=1e-12
        )[0]
        return float(weight / np.sqrt(2.0 * np.pi))

    eta = brentq(lambda e: np.log(occupation(e) / 0.3), -12.0, 5.0)
    one = layer(fixed_charge=doping, statistics_conduction=kind, width_conduction=width)
    run = follow(stack(one, left=metal(4.1)), held(), start="settled", accuracy="single", states=1)
    X = run.states[0]
    middle = X.shape[1] // 2
    assert X[1, middle] == pytest.approx(doping, rel=1e-6)
    assert X[0, middle] + 4.0 / VT == pytest.approx(eta, abs=2e-4)  # tables of the excess
