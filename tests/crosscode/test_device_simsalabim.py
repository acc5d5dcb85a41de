"""The charge engine beside SIMsalabim 5.36: closed forms within its own marks, and curves."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.device.charge.march import Tolerances
from halodot.device.charge.simulate import Simulation
from peer_cells import cell, table


def log_rms(a, b):
    return float(np.sqrt(np.mean((np.log10(a) - np.log10(b)) ** 2)))


def voltage_distance(voltage, computed, reference):
    """Largest distance of two curves along the voltage axis [V]."""
    return float(np.max(np.abs((computed - reference) / np.gradient(reference, voltage))))


@pytest.mark.parametrize(
    ("test", "light", "column", "window", "mark"),
    [
        ("test1", 1.0, "J_SokelHughes_A_m-2", (0.0, 1e9), 1e-4),
        ("test2", 0.0, "J_Murgatroyd_A_m-2", (3.0, 1e9), 6e-2),
        ("test4", 0.0, "J_movingElectrode_A_m-2", (0.0, 0.2), 1.6e-2),
        ("test4", 0.0, "J_MottGurney_A_m-2", (4.0, 1e9), 6e-2),
    ],
)
def test_closed_forms_within_the_peers_marks(test, light, column, window, mark):
    reference = table(f"{test}_reference")
    voltage = reference["Vext_V"]
    record = Simulation(cell(test, 800)).steady(voltage, light=light)
    assert all(s.is_good for s in record.status)
    inside = (voltage > window[0]) & (voltage < window[1])
    assert log_rms(np.abs(record.current_density)[inside], reference[column][inside]) < mark


def test_steady_default_cell():
    reference = table("default_simss_jv_run")
    voltage, expected = reference["Vext_V"], reference["Jext_A_m-2"]
    simulation = Simulation(cell("default_simss", [100, 200, 60], illuminated=True))
    record = simulation.steady(-voltage, light=1.0)  # the peer's positive contact is the right one
    assert all(s.is_good for s in record.status)
    computed, low = -record.current_density, voltage < 1.0
    jsc = abs(np.interp(0.0, voltage, expected))
    # measured 4e-4 of Jsc and 1.1 mV; asked for 2 % and 5 mV; a fifth of that notices a slip
    assert np.max(np.abs(computed - expected)[low]) / jsc < 4e-3
    assert voltage_distance(voltage[~low], computed[~low], expected[~low]) < 2e-3
    assert np.max(record.ion_error) < 1e-9


def test_hysteresis_of_the_default_cell():
    reference = table("default_zimt_hysteresis_1Vps_dv20mV_run")
    time, voltage, expected = (reference[k] for k in ("t_s", "Vext_V", "Jext_A_m-2"))
    turn = int(np.argmax(voltage))
    simulation = Simulation(
        cell("default_zimt", [100, 200, 60], illuminated=True), Tolerances(step=1e-4)
    )
    assert simulation.settle(1e3 * simulation.ion_time(), voltage=-voltage[0], light=1.0).is_good
    corners = np.array([0, turn, len(time) - 1])
    record = simulation.drive(time[corners], -voltage[corners], np.ones(3), time[1:])
    assert all(s.is_good for s in record.status)
    computed, jsc = -record.current_density, abs(np.interp(0.0, voltage[:turn], expected[:turn]))
    for part in (slice(0, turn), slice(turn, None)):
        v, j, e = voltage[1:][part], computed[part], expected[1:][part]
        low = v < 1.0
        # measured 0.6 % of Jsc and 2.8 mV; the peer is first order in time with 20 mV steps
        assert np.max(np.abs(j - e)[low]) / jsc < 1e-2
        assert voltage_distance(v[~low], j[~low], e[~low]) < 4e-3
    assert np.max(record.ion_error) < 1e-9
    assert np.max(record.spread) < 1e-5 * jsc
