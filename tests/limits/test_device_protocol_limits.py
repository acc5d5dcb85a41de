"""Protocols through the engine against closed forms: a capacitor, a resistor, a lit diode."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.core.constants import BOLTZMANN, ELEMENTARY_CHARGE, VACUUM_PERMITTIVITY
from halodot.core.spec import Spec, build
from halodot.device import measure
from halodot.device.protocols import Protocol
from halodot.device.spec import DeviceSpec
from halodot.figures import extract
from halodot.library import Library

LIBRARY = Library.builtin()
AREA, THICKNESS = 1e-6, 1e-7
CAPACITANCE = 4.0 * VACUUM_PERMITTIVITY * AREA / THICKNESS


class Holder(Spec):
    protocol: Protocol


def record(device, **protocol):
    trace = measure(None, device, build(Holder, {"protocol": protocol}).protocol, LIBRARY)
    assert trace.status.is_good
    return trace


def device(layer, left="4.5 eV", right="4.5 eV", **changes):
    sides = {"left": {"work_function": left}, "right": {"work_function": right}}
    table = {"kind": "two_terminal", "area": "1 mm2", "layer": [layer]} | sides | changes
    return build(DeviceSpec, table)


def glass(**changes):
    keys = {"name": "glass", "thickness": "100 nm", "carriers": False, "band_gap": "9 eV"}
    keys |= {"relative_permittivity": 4, "electron_affinity": "1 eV"}
    return device(keys, **changes)


def slab(**changes):
    keys = {"name": "slab", "thickness": "100 nm", "relative_permittivity": 6}
    keys |= {"electron_affinity": "4 eV", "band_gap": "2 eV"}
    keys |= {f"effective_dos_{band}": "1e26 m-3" for band in ("conduction", "valence")}
    keys |= {f"{carrier}_mobility": "1e-7 m2/Vs" for carrier in ("electron", "hole")}
    return keys | changes


def test_the_impedance_of_a_capacitor_behind_a_resistor():
    spec = glass(circuit={"series_resistance": "1 kohm", "shunt_resistance": "1 Gohm"})
    trace = record(spec, kind="impedance", lowest="1 Hz", highest="1 GHz", points=10)
    omega = 2 * np.pi * trace.columns["frequency"]
    z = 1e3 + 1 / (1e-9 + 1j * omega * CAPACITANCE)
    assert trace.columns["resistance"] == pytest.approx(z.real, rel=1e-9)
    assert trace.columns["reactance"] == pytest.approx(z.imag, rel=1e-9)
    found = extract(trace)
    assert found["resistance_high_frequency"].value.value == pytest.approx(1e3, rel=1e-6)


def test_the_capacitance_of_a_capacitor_does_not_ask_for_the_bias():
    trace = record(
        glass(), kind="capacitance", voltage=["-1 V", "1 V"], frequency="1 kHz", points=3
    )
    assert trace.columns["capacitance"] == pytest.approx(CAPACITANCE, rel=1e-9, abs=0.0)
    assert extract(trace)["tuning_ratio"].value.value == pytest.approx(1.0)


def test_a_capacitor_with_open_terminals_keeps_its_voltage():
    step = [{"voltage": "1 V", "duration": "1 ms"}, {"duration": "1 s"}]
    trace = record(glass(), kind="steps", step=step, points=4)
    assert trace.columns["voltage"] == pytest.approx(1.0, rel=1e-6)
    assert np.isnan(trace.columns["source_voltage"][4:]).all()
    # what flows while it is open is nothing beside what charged it
    assert np.abs(trace.columns["current"][4:]).max() < 1e-9 * CAPACITANCE / 1e-3


def test_a_compliance_charges_a_capacitor_at_its_current():
    """Against a step of 1 V the source gives its largest current: V = I t / C."""
    spec = glass(circuit={"compliance": "1 nA"})
    span = 0.5 * CAPACITANCE / 1e-9
    step = [{"voltage": "0 V", "duration": "1 ms"}, {"voltage": "1 V", "duration": f"{span} s"}]
    trace = record(spec, kind="steps", step=step, points=5, rise="1 us")
    assert trace.columns["current"][-1] == pytest.approx(1e-9, rel=1e-3, abs=0.0)
    assert trace.columns["voltage"][-1] == pytest.approx(0.5, rel=0.01)
    assert trace.columns["source_voltage"][-1] == pytest.approx(1.0)


def test_light_pulses_of_a_blocked_diode_collect_every_pair():
    """Without recombination J = q G L (coth(u/2) - 2/u), u = q (V + V_bi) / kT."""
    spec = device(
        slab(generation="1e26 m-3 s-1", electron_mobility="1e-4 m2/Vs", hole_mobility="1e-4 m2/Vs"),
        "4.2 eV", "5.8 eV", light={"intensity": "10 W/m2", "wavelength": "2 um"},
    )  # fmt: skip
    optical = [{"width": "1 ms", "period": "2 ms", "count": 2, "light": 0.5}]
    trace = record(spec, kind="pulses", read_voltage="1 V", optical=optical)
    lit = trace.columns["light"] == 5.0
    assert lit.sum() >= 4
    u = (1.0 + 1.6) / (BOLTZMANN * 300.0)
    share = 1.0 / np.tanh(0.5 * u) - 2.0 / u
    expected = ELEMENTARY_CHARGE * 0.5 * 1e26 * THICKNESS * AREA * share
    # Sokel and Hughes, doi:10.1063/1.330111; finite surface velocities leave 1e-3
    assert np.median(trace.columns["current"][lit]) == pytest.approx(expected, rel=3e-3, abs=0.0)
    assert extract(trace)["pulses"].value.value == 2


def test_every_pair_of_a_perfect_emitter_is_light():
    """All that flows into a diode without other losses recombines with light: q R = J."""
    spec = device(
        slab(radiative_coefficient="1e-14 m3/s", refractive_index=2, emission_energy="2.2 eV",
             emission_width="80 meV"),
        "5.9 eV", "4.1 eV", outcoupling=0.25,
    )  # fmt: skip
    spec_left = spec.left.model_copy(update={"image_force": False})
    spec = spec.model_copy(update={"left": spec_left})
    trace = record(spec, kind="steady", voltage=["1.7 V", "1.9 V"], points=3)
    share = trace.columns["external_quantum_efficiency"]
    # contacts collect minority carriers that cross: a few per cent at these biases
    assert np.all((share <= 0.25 * (1 + 1e-6)) & (share > 0))
    pairs = trace.columns["emission"] * 0.25
    assert trace.columns["photon_flux"] == pytest.approx(pairs, rel=1e-9)
    assert share == pytest.approx(
        ELEMENTARY_CHARGE * pairs / trace.columns["current_density"], rel=1e-9
    )
    assert trace.units["luminance"] == "cd/m2"


def test_a_photovoltage_builds_up_and_its_numerical_error_is_in_volts():
    spec = device(
        slab(generation="1e26 m-3 s-1"), "4.2 eV", "5.8 eV",
        light={"intensity": "10 W/m2", "wavelength": "2 um"},
    )  # fmt: skip
    trace = record(spec, kind="open_circuit", light_time="1 s", decay_time="10 ms", points=8)
    lit = trace.columns["light"] > 0
    top = trace.columns["voltage"][lit][-1]
    assert -1.6 < top < -0.8  # the left contact takes the electrons; at most the difference
    assert np.nanmax(trace.columns["voltage_error"]) < 2e-3
    assert extract(trace)["open_circuit_voltage"].value.value == pytest.approx(top)


def test_a_resistor_warms_up_by_its_power():
    """T = T_0 + R_th V I, with an ohmic current that the lattice hardly changes."""
    heat = {"thermal_resistance": "1000 K/W"}
    spec = device(slab(donor_density="1e18 cm-3"), "4.1 eV", "4.1 eV", heating=heat)
    trace = record(spec, kind="steady", voltage=["0.05 V", "0.1 V"], points=2)
    c = trace.columns
    assert c["temperature"] - 300.0 == pytest.approx(1000.0 * c["voltage"] * c["current"], rel=1e-2)
    assert (c["temperature"] > 300.1).all()
