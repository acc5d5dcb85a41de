"""What the device hands to the engine, against closed forms: light, traps, contacts, interfaces."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import constants

from charge_cells import transport
from halodot.core.spec import build
from halodot.device import measure, resolve
from halodot.device.assembly import cell_of
from halodot.device.charge.build import ChargeContact, Q
from halodot.device.charge.build import build as build_cell
from halodot.device.charge.simulate import Simulation
from halodot.device.spec import DeviceSpec, Retention, Transfer
from halodot.device.transistor import injection_current
from halodot.device.waveforms import retention
from halodot.library import Library

LIBRARY = Library.builtin()


def layer(**changes):
    keys = {"name": "slab", "thickness": "100 nm", "carriers": True}
    keys |= {"relative_permittivity": "6", "electron_affinity": "4 eV", "band_gap": "2 eV"}
    keys |= {"effective_dos_conduction": "1e26 m-3", "effective_dos_valence": "1e26 m-3"}
    keys |= {"electron_mobility": "1e-7 m2/Vs", "hole_mobility": "1e-7 m2/Vs"}
    return keys | changes


def resolved(layers, **changes):
    sides = {k: {"work_function": "5 eV"} for k in ("left", "right")}
    table = {"kind": "two_terminal", "area": "1 mm2", "layer": layers, **sides} | changes
    spec = build(DeviceSpec, table)
    return spec, *resolve(spec, None, LIBRARY)


@pytest.mark.parametrize("depth", [0.1, 1.0, 10.0, 100.0])
def test_two_layers_absorb_the_photons_that_enter(depth):
    """Each layer takes the share 1 - exp(-alpha L) of the photons that reach it."""
    alpha = f"{depth / 1e-7:.17g} 1/m"
    light = {"intensity": "100 W/m2", "wavelength": "450 nm"}
    spec, layers, contacts = resolved([layer(absorption=alpha)] * 2, light=light)
    cell = cell_of(spec, layers, contacts["left"], contacts["right"])
    flux = 100.0 / (constants.h * constants.c / 450e-9)
    share = 1.0 - np.exp(-depth)
    for k, expected in enumerate((flux * share, flux * (1.0 - share) * share)):
        here = cell.layer == k
        found = (cell.problem.volume * cell.problem.generation[0])[here].sum()
        # control volumes sample the profile at their nodes; half a volume at the interface
        assert found == pytest.approx(expected, rel=0.01, abs=1e-6 * flux)


def test_a_trap_lies_its_depth_below_the_conduction_edge():
    """n_1 = N_c exp(-depth / kT), p_1 = n_i^2 / n_1."""
    trap = {"trap_density": "1e20 m-3", "trap_depth": "0.5 eV"}
    trap |= {"capture_electron": "1e-14 m3/s", "capture_hole": "1e-14 m3/s"}
    spec, layers, contacts = resolved([layer(**trap)])
    p = cell_of(spec, layers, contacts["left"], contacts["right"]).problem
    n1, p1 = p.trap[0, 3, 0], p.trap[0, 4, 0]
    assert n1 == pytest.approx(1e26 * np.exp(-0.5 / p.thermal_voltage), rel=1e-9, abs=0.0)
    assert n1 * p1 == pytest.approx(p.ni2[0], rel=1e-9, abs=0.0)


def test_density_of_states_from_a_mass_follows_the_temperature_of_the_device():
    """A perovskite of the library has masses; N = 2 (2 pi m kT / h^2)^1.5."""
    slab = {"name": "slab", "material": "CsPbBr3", "thickness": "100 nm"}
    slab |= {f"{who}_mobility": "1e-7 m2/Vs" for who in ("electron", "hole", "ion")}
    cold, warm = (resolved([slab], temperature=f"{t} K")[1][0] for t in (100, 400))
    for name in ("effective_dos_conduction", "effective_dos_valence"):
        assert warm[name] / cold[name] == pytest.approx(8.0, rel=1e-9)


def test_small_transfer_velocity_is_an_interface_resistance():
    """Between like layers of density n, J = q n v V / (kT/q): the linear law of emission."""
    velocity = 1e-4
    layers = [transport(fixed_charge=1e24, transfer_velocity=velocity, electron_mobility=1e-2)] * 2
    vt = constants.Boltzmann * 300.0 / Q
    metal = ChargeContact(work_function=4.0 + vt * np.log(1e25 / 1e24), velocity_electron=1e9)
    cell = build_cell(layers, metal, metal, nodes=40)
    bias = 1e-3
    record = Simulation(cell).steady(np.array([bias]))
    law = Q * 1e24 * velocity * bias / vt
    # V is 4 % of kT/q: sinh-like terms and the bulk in series stay below 1 %
    assert record.current_density[0] == pytest.approx(law, rel=0.01, abs=0.0)


def transistor(kind="schottky", temperature="300 K", **changes):
    oxide = {"name": "oxide", "thickness": "100 nm", "carriers": False}
    oxide |= {"relative_permittivity": 3.9, "electron_affinity": "0.9 eV", "band_gap": "9 eV"}
    channel = layer(name="channel", thickness="30 nm", **changes)
    table = {"kind": "transistor", "layer": [oxide, channel], "left": {"work_function": "5 eV"}}
    table |= {"source": {"work_function": "5 eV", "kind": kind}, "temperature": temperature}
    return build(DeviceSpec, table | {"channel_width": "1 mm", "channel_length": "50 um"})


@pytest.mark.parametrize("temperature", [200.0, 350.0])
def test_a_source_emits_by_the_law_of_richardson(temperature):
    spec = transistor(temperature=f"{temperature} K")
    layers, contacts = resolve(spec, None, LIBRARY)
    electron, hole = injection_current(spec, layers[-1], contacts["source"])
    a = 4 * np.pi * constants.m_e * constants.k**2 * Q / constants.h**3
    law = 1e-3 * 30e-9 * a * temperature**2 * np.exp(-Q / (constants.k * temperature))
    assert electron == pytest.approx(law, rel=1e-4, abs=0.0)  # digits of the constant
    assert hole == pytest.approx(law, rel=1e-4, abs=0.0)  # mid-gap: both barriers are 1 eV


def test_each_carrier_of_a_channel_has_its_own_mobility_and_the_floor_is_read():
    """A gate pulls in electrons or holes; on currents stand as the mobilities."""
    currents = []
    for kind, gate in (("ohmic_electron", "20 V"), ("ohmic_hole", "-20 V")):
        spec = transistor(kind, hole_mobility="1e-9 m2/Vs")
        table = {"kind": "transfer", "gate": ["0 V", gate], "drain": ["0.1 V"], "points": 21}
        trace = measure(None, spec, build(Transfer, table | {"current_floor": "1 nA"}), LIBRARY)
        currents.append(trace.columns["drain_current"][[0, 20]])
    floor, on = np.array(currents).T
    assert floor == pytest.approx(1e-9, rel=1e-6, abs=0.0)
    # symmetric stack, thresholds alike; the floor is part of what is read
    assert (on[0] - 1e-9) / (on[1] - 1e-9) == pytest.approx(100.0, rel=0.02, abs=0.0)


def test_retention_writes_at_the_write_voltage_for_the_write_time():
    table = {"kind": "retention", "write_voltage": "3 V", "write_time": "1 s"}
    wave = retention(build(Retention, table | {"read_voltage": "0.1 V", "duration": "100 s"}))
    held = np.interp(np.linspace(0.02, 1.0, 50), wave.time, wave.voltage)
    assert held == pytest.approx(3.0, rel=1e-12)
    assert np.interp(wave.outputs, wave.time, wave.voltage) == pytest.approx(0.1, rel=1e-9)
