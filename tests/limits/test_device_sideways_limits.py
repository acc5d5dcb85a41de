"""Supply along a channel and a gate beside a sheet, against what is known in closed form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from charge_cells import channel_cell
from halodot.core.constants import ELEMENTARY_CHARGE as Q
from halodot.device.charge.build import ChargeContact, ChargeLayer, Stack, discretise
from halodot.device.charge.grid import initial
from halodot.device.charge.layers import Gate
from halodot.device.charge.problem import ELECTRON, HOLE
from halodot.device.charge.simulate import Simulation

FILM = ChargeLayer(
    thickness=4e-8,
    relative_permittivity=5.0,
    electron_affinity=3.5,
    band_gap=2.4,
    dos_conduction=1e26,
    dos_valence=1e26,
    electron_mobility=1e-8,
    hole_mobility=1e-7,
    transfer_velocity=1e4,
)


def fed(stack, **rates):
    """The same stack whose last layer is supplied along the channel."""
    layers = (*stack.layers[:-1], replace(stack.layers[-1], **rates))
    return discretise(replace(stack, layers=layers), initial(layers, temperature=300.0, nodes=41))


def sheet_density(simulation, s):
    p = simulation.cell.problem
    return float((p.volume * simulation.state.X[s] * p.active[0]).sum())


@pytest.mark.parametrize("gate", [-8.0, 5.0])
def test_at_rest_a_channel_fed_along_it_holds_what_one_fed_from_its_surface_holds(gate):
    stack = channel_cell(41).stack
    quiet = replace(stack.layers[1], ions=(), generation=0.0)
    stack = replace(stack, layers=(stack.layers[0], quiet))
    above = Simulation(discretise(stack, initial(stack.layers, temperature=300.0, nodes=41)))
    along = Simulation(fed(stack, supply_electron=1e3, supply_hole=10.0))
    for one in (above, along):
        assert one.settle(voltage=gate).is_good
    s = ELECTRON if gate > 0 else HOLE
    assert sheet_density(along, s) == pytest.approx(sheet_density(above, s), rel=1e-6, abs=0.0)


def test_a_film_fills_at_the_rate_of_its_supply():
    """Light makes pairs g; electrons leave at k, so that n - n_0 = g/k, reached as exp(-k t)."""
    layer = replace(FILM, generation=1e22, band_gap=2.4)
    k = 1e4
    stack = Stack(
        layers=(replace(FILM, carriers=False, thickness=1e-6), layer),
        left=ChargeContact(work_function=4.7),
        right=None,
    )
    s = Simulation(fed(stack, supply_electron=k, supply_hole=k))
    assert s.settle(voltage=0.0).is_good
    before = s.state.X[:, -1].copy()
    time = np.array([0.0, 1e-9, 1e-3])
    record = s.drive(
        time,
        np.zeros(3),
        np.array([0.0, 1.0, 1.0]),
        np.array([0.2 / k, 1.0 / k, 8.0 / k]),
        snapshots=3,
    )
    assert all(one.is_good for one in record.status)  # the total current, sideways part included
    gained = record.states[:, ELECTRON, -1] - before[ELECTRON]
    expected = 1e22 / k * -np.expm1(-np.array([0.2, 1.0, 8.0]))
    assert gained == pytest.approx(expected, rel=3e-3, abs=0.0)


def sheet(voltage, length=2e-5):
    """An n-type accumulation channel along x, source and drain ohmic to electrons."""
    ohmic = ChargeContact(work_function=3.5, velocity_electron=np.inf, velocity_hole=np.inf)
    layer = replace(FILM, thickness=length, electron_mobility=1e-5)
    gate = Gate(capacitance=1.15e-4, thickness=4e-8, work_function=3.9, voltage=voltage)
    stack = Stack(layers=(layer,), left=ohmic, right=ohmic, gate=gate)
    return discretise(stack, initial((layer,), temperature=300.0, nodes=161))


def test_a_sheet_along_the_channel_obeys_the_square_law():
    """I t = mu C (V_G - V_T) V_D / L at small drain voltage; V_T from two gate voltages."""
    c, mu, length = 1.15e-4, 1e-5, 2e-5
    currents = []
    for v_g in (6.0, 10.0):
        record = Simulation(sheet(v_g)).steady(np.array([0.05]))
        assert record.status[0].is_good
        currents.append(float(record.current_density[0]) * 4e-8)  # A per metre of width
    slope = (currents[1] - currents[0]) / 4.0
    assert slope == pytest.approx(mu * c * 0.05 / length, rel=0.01, abs=0.0)


def test_a_sheet_saturates_at_pinch_off():
    """I_sat / I_linear-extrapolated is half: I_D = mu C/L ((V_G-V_T) V_D - V_D^2/2)."""
    s = Simulation(sheet(8.0))
    drain = np.array([0.05, 2.0, 4.0, 6.0, 7.5, 12.0, 16.0])
    record = s.steady(drain)
    assert all(one.is_good for one in record.status)
    current = record.current_density * 4e-8
    g0 = current[0] / 0.05
    c, mu, length = 1.15e-4, 1e-5, 2e-5
    overdrive = g0 * length / (mu * c)
    expected = (
        mu
        * c
        / length
        * np.where(drain < overdrive, overdrive * drain - 0.5 * drain**2, 0.5 * overdrive**2)
    )
    assert current[1:5] == pytest.approx(expected[1:5], rel=0.03, abs=0.0)
    assert current[-1] == pytest.approx(expected[-1], rel=0.06, abs=0.0)
    assert current[-1] / current[-2] < 1.05


def test_the_gate_voltage_of_a_cell_can_be_changed():
    cell = sheet(6.0)
    again = cell.with_gate(10.0)
    assert np.array_equal(again.problem.gate, sheet(10.0).problem.gate)
    assert cell.problem.gate[1, 0] < again.problem.gate[1, 0]
    with pytest.raises(ValueError, match="no gate"):
        channel_cell().with_gate(1.0)


def test_a_supplied_layer_needs_a_free_surface():
    stack = Stack(
        layers=(replace(FILM, supply_electron=1.0),),
        left=ChargeContact(work_function=4.0),
        right=ChargeContact(work_function=4.0),
    )
    with pytest.raises(ValueError, match="free surface"):
        discretise(stack)


def test_charge_that_faces_the_gate_is_that_of_a_plate():
    """Deep in accumulation the sheet holds C (V_G - V_fb - phi_s)."""
    record = Simulation(sheet(10.0))
    record.settle(voltage=0.0)
    p = record.cell.problem
    middle = len(p.volume) // 2
    held = (record.state.X[ELECTRON, middle] - record.state.X[HOLE, middle]) * 4e-8 * Q
    faced = 1.15e-4 * (p.gate[1, middle] - record.state.X[0, middle]) * p.thermal_voltage
    assert held == pytest.approx(faced, rel=1e-6, abs=0.0)
    assert held == pytest.approx(1.15e-4 * 9.6, rel=0.05, abs=0.0)
