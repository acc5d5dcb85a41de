"""What every small-signal spectrum obeys: causality, reciprocity, symmetry, the dc limit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from charge_cells import (
    absorber,
    barrier,
    channel_cell,
    electrode_cell,
    full_cell,
    states_cell,
    transport,
)
from halodot.core.status import Status
from halodot.device.charge.admittance import admittance, photocurrent, system
from halodot.device.charge.build import Q, build
from halodot.device.charge.layers import ChargeContact, ChargeInterface
from halodot.device.charge.response import mean_current, respond, scratch
from halodot.device.charge.simulate import Simulation

POINTS = ((0.0, 0.0), (0.8, 0.0), (0.5, 1.0), (1.0, 1.0))


def cell_without_field_dependence(nodes=30):
    """sqrt|E| has a cusp where ions screen the field away: no step is small beside it."""
    cell = full_cell(nodes)
    flat = np.zeros_like(cell.problem.field_exponent)
    return replace(cell, problem=cell.problem._replace(field_exponent=flat))


def at_rest(cell, voltage, light):
    simulation = Simulation(cell)
    assert simulation.settle(voltage=voltage, light=light).is_good
    return simulation


@pytest.mark.parametrize(("voltage", "light"), POINTS)
def test_dc_limit_is_the_slope_of_the_steady_curve(voltage, light):
    cell = cell_without_field_dependence()
    device = at_rest(cell, voltage, light)
    seen = admittance(device, np.array([1e-8]))
    d = 2e-3 * np.array([-2.0, -1.0, 1.0, 2.0])
    current = device.steady(voltage + d, light=light).current_density
    slope = (current @ np.array([1.0, -8.0, 8.0, -1.0])) / (12.0 * 2e-3)
    # 5e-5: (2 mV over kT/q)^4 / 30, and the digits of steady currents of 1e-9 A/m2
    assert seen.conductance[0] == pytest.approx(slope, rel=5e-5, abs=0.0)


def tunnel_stack():
    """A barrier between two layers and one at a contact."""
    return build(
        [barrier(), absorber(ions=()), barrier(electron_affinity=2.5), transport()],
        ChargeContact(work_function=4.6),
        ChargeContact(work_function=4.15),
        nodes=40,
    )


MECHANISMS = {
    "densities of states, levels, hops": (states_cell, 0.2, (0.5, 0.2)),
    "tunnelling layers": (tunnel_stack, -0.4, (0.5,)),
    "electrodes, compact layers, circuit": (electrode_cell, 0.05, (0.0,)),
}


@pytest.mark.parametrize("name", MECHANISMS)
def test_every_mechanism_has_its_dc_slope_and_one_current(name):
    make, voltage, light = MECHANISMS[name]
    cell = make()
    none = np.zeros_like(cell.problem.field_exponent)
    cell = replace(cell, problem=cell.problem._replace(field_exponent=none))
    device = at_rest(cell, voltage, np.array(light))
    seen = admittance(device, np.logspace(-8, 12, 41))
    assert all(s is Status.OK for s in seen.status)
    # 1e-9: round-off of the fluxes that cancel
    assert (seen.spread < 1e-9 * np.abs(seen.admittance)).all()
    whole = seen.behind(cell.stack.circuit)
    d = 2e-4 * np.array([-2.0, -1.0, 1.0, 2.0])
    current = device.steady(voltage + d, light=np.array(light)).current_density
    slope = (current @ np.array([1.0, -8.0, 8.0, -1.0])) / (12.0 * 2e-4)
    # 1e-5: digits of the steady currents over steps of 0.2 mV
    assert whole.conductance[0] == pytest.approx(slope, rel=1e-5, abs=0.0)


def test_low_frequency_capacitance_of_a_gate_is_the_slope_of_its_charge():
    cell = channel_cell(30)
    P, charge = cell.problem, []
    for voltage in (0.999, 1.001):
        X = at_rest(cell, voltage, 0.0).state.X
        charge.append(Q * P.permittivity[0] * P.thermal_voltage / P.h[0] * (X[0, 0] - X[0, 1]))
    seen = admittance(at_rest(cell, 1.0, 0.0), np.array([1e-6]))
    # 1e-4: (1 mV over kT/q)^2 / 6
    assert seen.capacitance[0] == pytest.approx((charge[1] - charge[0]) / 2e-3, rel=1e-4, abs=0.0)


def test_dc_photocurrent_is_the_slope_against_light():
    device = at_rest(cell_without_field_dependence(), 0.3, 0.5)
    seen = photocurrent(device, np.array([1e-8]))
    low, high = (device.steady(np.array([0.3]), light=g).current_density[0] for g in (0.49, 0.51))
    # 1e-3: second difference of a nearly linear curve
    assert seen.conductance[0] == pytest.approx((high - low) / 0.02, rel=1e-3)


@pytest.mark.parametrize(("voltage", "light"), POINTS)
def test_total_current_is_the_same_at_every_edge(voltage, light):
    seen = admittance(at_rest(full_cell(40), voltage, light), np.logspace(-6, 12, 37))
    assert all(s is Status.OK for s in seen.status)
    assert (seen.spread < 1e-9 * np.abs(seen.admittance)).all()


def test_both_contacts_drive_the_same_current_in_opposite_senses():
    device = at_rest(full_cell(30), 0.6, 1.0)
    linear, h = system(device), device.cell.problem.h
    room = scratch(*linear.storage.shape)
    for omega in np.logspace(-4, 10, 8):
        current = []
        for side in range(2):
            d = np.zeros(linear.storage.shape, complex)
            assert respond(linear, 1j * omega, linear.push[side], room, d)
            current.append(mean_current(linear, 1j * omega, d, h)[0])
        assert abs(current[0] + current[1]) < 1e-11 * abs(current[0])


def test_a_mirrored_device_has_the_same_admittance():
    layers = [transport(), absorber(), transport(electron_affinity=2.6, band_gap=2.9)]
    ends = (ChargeContact(work_function=4.15), ChargeContact(work_function=5.3))
    trap = {
        "trap_density": 1e14,
        "trap_energy": 4.7,
        "trap_charge": "donor",
        "capture_electron": 1e-14,
        "capture_hole": 2e-14,
    }
    forth = build(layers, *ends, interfaces=[ChargeInterface(after=0, **trap)], nodes=30)
    # a transfer velocity belongs to the layer on its left
    back = build(layers[::-1], *ends[::-1], interfaces=[ChargeInterface(after=1, **trap)], nodes=30)
    f = np.logspace(-4, 10, 15)
    a = admittance(at_rest(forth, 0.6, 1.0), f).admittance
    b = admittance(at_rest(back, -0.6, 1.0), f).admittance
    # 1e-6: both settle from different sides
    assert np.abs(a / b - 1.0).max() < 1e-6


@pytest.mark.parametrize("frequency", [1e-2, 1.0, 1e3, 1e6])
def test_kramers_kronig(frequency):
    """C(w) - C(inf) from the losses at all other frequencies: causality."""
    device = at_rest(full_cell(30), 0.5, 1.0)
    at, low, high = (admittance(device, np.array([f])) for f in (frequency, 1e-9, 1e16))
    du = 0.02
    u = du * (np.arange(2000) + 0.5)

    def loss(sign):
        seen = admittance(device, frequency * np.exp(sign * u))
        return (seen.conductance - low.conductance[0]) / seen.omega * np.exp(sign * u)

    integral = 2.0 / np.pi * np.sum((loss(1) - loss(-1)) / (2.0 * np.sinh(u))) * du
    found = at.capacitance[0] - high.capacitance[0]
    # 1e-6: midpoint rule over 80 decades of u
    assert integral == pytest.approx(found, rel=1e-6, abs=0.0)


@pytest.mark.parametrize("omega", [1e-3, 1e2, 1e6, 1e10])
@pytest.mark.parametrize("node", [45, 60, 75])
def test_reciprocity_of_collection_and_injection(node, omega):
    """At equilibrium a pair born at x is collected with the share by which a voltage splits x.

    Donolato 1985, at every frequency: an Onsager relation between two different experiments.
    """
    device = at_rest(full_cell(40), 0.0, 0.0)
    linear, h = system(device), device.cell.problem.h
    shape = linear.storage.shape
    room, forced, born = scratch(*shape), np.zeros(shape, complex), np.zeros(shape, complex)
    assert respond(linear, 1j * omega, linear.push[0], room, forced)
    splitting = forced[node, 1] + forced[node, 2]
    source = np.zeros(shape)
    source[node, 1] = source[node, 2] = -1.0
    assert respond(linear, 1j * omega, source, room, born)
    collected, spread = mean_current(linear, 1j * omega, born, h)
    # where next to nothing is collected, round-off stays of the size that the spread tells
    assert abs(collected + splitting) < 1e-7 * abs(splitting) + 10.0 * spread


def test_small_step_in_time_has_the_spectrum_as_its_transform():
    cell, f, dv = cell_without_field_dependence(40), 0.05, 2e-3
    ramp, end = 1e-6 / f, 40.0 / f
    t = np.concatenate([np.linspace(0.0, ramp, 21)[1:], ramp + np.geomspace(1e-7 / f, end, 600)])
    currents = []
    for sign in (1.0, -1.0):
        device = at_rest(cell, 0.5, 1.0)
        corners, level = np.array([0.0, ramp, t[-1]]), 0.5 + sign * dv
        record = device.drive(corners, np.array([0.5, level, level]), np.ones(3), t)
        assert all(s.is_good for s in record.status)
        currents.append(record.current_density)
    odd = np.concatenate([[0.0], 0.5 * (currents[0] - currents[1])])
    t, w = np.concatenate([[0.0], t]), 2.0 * np.pi * f

    def transform(x):  # of the time derivative of a piecewise linear signal
        wave = np.exp(-0.5j * w * (t[1:] + t[:-1])) * np.sinc(0.5 * w * np.diff(t) / np.pi)
        return np.sum(np.diff(x) * wave)

    found = transform(odd) / transform(dv * np.minimum(t / ramp, 1.0))
    closed = admittance(at_rest(cell, 0.5, 1.0), np.array([f])).admittance[0]
    # 5e-4: time steps of 1e-4, third order in 2 mV over kT/q
    assert abs(found - closed) < 5e-4 * abs(closed)


def test_ions_make_giant_capacitance_under_light_and_little_in_the_dark():
    f = np.array([1e-5, 1e8])
    lit = admittance(at_rest(full_cell(30), 0.5, 1.0), f).capacitance
    dark = admittance(at_rest(full_cell(30), 0.5, 0.0), f).capacitance
    assert lit[0] > 1e3 * lit[1]
    assert dark[0] < 10.0 * dark[1]


def test_ions_that_steer_recombination_make_a_negative_capacitance():
    """More current the longer one waits: an inductive loop at low frequency."""
    face = {"trap_energy": 4.7, "capture_electron": 1e-14, "capture_hole": 1e-14}
    layers = [
        transport(),
        absorber(poole_frenkel=0.0, trap_density=0.0),
        transport(electron_affinity=2.6, band_gap=2.9, fixed_charge=-1e23),
    ]
    seen = {}
    for density in (1e13, 1e15):
        faces = [ChargeInterface(after=k, trap_density=density, **face) for k in range(2)]
        ends = ChargeContact(work_function=4.15), ChargeContact(work_function=5.3)
        device = at_rest(build(layers, *ends, interfaces=faces), -1.1, 0.0)
        seen[density] = admittance(device, np.array([1e-3, 1e8]))
    assert (seen[1e13].capacitance > 0.0).all()
    assert seen[1e15].capacitance[0] < -1e3 * seen[1e15].capacitance[1] < 0.0


def test_what_is_not_at_rest_or_not_positive_is_refused():
    device = at_rest(full_cell(21), 0.0, 0.0)
    with pytest.raises(ValueError, match="positive"):
        admittance(device, np.array([0.0, 1.0]))
    device.status = Status.NOT_CONVERGED
    seen = admittance(device, np.array([1.0]))
    assert seen.status == (Status.NOT_CONVERGED,)
    assert np.isnan(seen.admittance).all()


def test_modulated_light_moves_the_current_by_what_it_generates():
    """Short circuit, fast carriers: nearly every pair is collected."""
    device = at_rest(full_cell(30), 0.0, 0.1)
    seen = photocurrent(device, np.array([1.0]))
    generated = Q * float((device.cell.problem.generation * device.cell.problem.volume).sum())
    assert 0.7 * generated < abs(seen.admittance[0]) < generated
    assert system(device).shine.any()
