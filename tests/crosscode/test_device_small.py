"""The engine on one page (`charge/small.py`) equals the compiled one at every node and step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.device.charge import small
from halodot.device.charge.build import discretise
from halodot.device.charge.currents import COLUMNS, TOTAL, write_row
from halodot.device.charge.ends import DRIVEN
from halodot.device.charge.grid import initial
from halodot.device.charge.layers import (
    ChargeContact,
    ChargeInterface,
    ChargeIon,
    ChargeLayer,
    ChargeTrap,
    Circuit,
    Stack,
)
from halodot.device.charge.simulate import Simulation
from halodot.device.charge.stepping import Tolerances, attempt, copy_state, step_coefficients

NODES = 31


def layer(**changes) -> ChargeLayer:
    values = {
        "thickness": 5e-8,
        "relative_permittivity": 5.0,
        "electron_affinity": 4.0,
        "band_gap": 2.4,
        "dos_conduction": 1e25,
        "dos_valence": 1e25,
        "electron_mobility": 1e-6,
        "hole_mobility": 1e-8,
        "fixed_charge": 1e23,
    }
    return ChargeLayer(**(values | changes))


def cell(trap_charge: str = "acceptor", **changes) -> Stack:
    """Two transport layers and an absorber with an ion, a trap level, light and offsets."""
    absorber = layer(
        thickness=4e-7,
        relative_permittivity=20.0,
        electron_affinity=3.9,
        band_gap=1.6,
        dos_conduction=2e24,
        dos_valence=3e24,
        electron_mobility=1e-4,
        hole_mobility=5e-5,
        fixed_charge=-1e23,
        radiative=1e-16,
        trap_density=1e21,
        trap_energy=4.6,
        trap_charge=trap_charge,
        capture_electron=3e-14,
        capture_hole=1e-14,
        generation=2e27,
        ions=(ChargeIon(name="vacancy", density=1e23, mobility=1e-12, charge=1, limit=1e25),),
    )
    right = layer(electron_affinity=2.6, band_gap=2.9, fixed_charge=-1e23)
    return Stack(
        layers=(layer(), replace(absorber, **changes), right),
        left=ChargeContact(work_function=4.15),
        right=ChargeContact(work_function=5.3, velocity_electron=1e3),
    )


def compiled(stack: Stack) -> Simulation:
    """The compiled engine, told to go on to round-off."""
    grid = initial(stack.layers, temperature=stack.temperature, nodes=NODES)
    return Simulation(discretise(stack, grid), Tolerances(newton=1e-11))


@pytest.mark.parametrize("trap_charge", ["neutral", "donor", "acceptor"])
@pytest.mark.parametrize("light", [0.0, 1.0])
def test_steady_currents_are_equal(trap_charge, light):
    stack = cell(trap_charge)
    voltages = np.array([-0.5, 0.4, 1.0, 1.3])
    engine = compiled(stack)
    record = engine.steady(voltages, light=light)
    trace = small.steady(small.discretise(stack, engine.cell.position), voltages, light=light)
    # both stop at round-off; in reverse and the dark only 1e-10 of the fluxes is left of it
    floor = 1e-9 * (1.0 if light else 1e-3)
    assert trace.current_density == pytest.approx(record.current_density, rel=1e-8, abs=floor)
    assert trace.U[small.PHI] == pytest.approx(engine.state.X[0], abs=1e-7)
    assert trace.U[small.A] == pytest.approx(engine.state.X[3], rel=1e-7, abs=1e-70)


def follow_compiled(engine: Simulation, dt: float, voltages, lights):
    """Fixed steps of the compiled engine: its own step function without its step control."""
    new, A, B, _ = engine._states
    P, work, T = engine.cell.problem, engine._work, engine.tolerances
    rows = []
    for k, (voltage, light) in enumerate(zip(voltages, lights, strict=True)):
        copy_state(B, A)
        copy_state(A, new)
        order = 2 if k else 1
        a0, c1, c2 = step_coefficients(dt, dt, order)
        left, right = engine.potentials(voltage)
        g = np.array([light])
        assert attempt(P, new, A, B, dt, dt, order, g, left, right, DRIVEN, work, T) > 0
        row = np.zeros(COLUMNS)
        write_row(P, new, a0, c1 * A.X[0] + c2 * B.X[0], right, work, 0.0, row)
        rows.append(row[TOTAL])
    return np.array(rows)


@pytest.mark.parametrize("dt", [1e-9, 1e-5, 1e-2])
def test_transients_are_equal_at_the_same_steps(dt):
    """Ramp and light switched on: from carriers at work (ns) to ions at work (10 ms)."""
    stack = cell()
    engine = compiled(stack)
    assert engine.settle(voltage=0.0).is_good
    device = small.discretise(stack, engine.cell.position)
    start = small.steady(device, [0.0]).U
    voltages, lights = np.linspace(0.0, 0.9, 13)[1:], np.repeat([0.0, 1.0], 6)
    ours = small.transient(device, start, dt, voltages, lights)
    theirs = follow_compiled(engine, dt, voltages, lights)
    assert ours.current_density == pytest.approx(theirs, rel=1e-8, abs=1e-8)
    assert ours.U[small.F] == pytest.approx(engine.state.trap[0, 0], rel=1e-7, abs=1e-12)
    content = (device.volume * ours.U[small.A]).sum()
    assert content == pytest.approx(1e23 * 4e-7, rel=1e-10)


def test_it_refuses_what_it_does_not_have():
    stack = cell()
    absorber = stack.layers[1]

    def with_layer(**changes) -> Stack:
        return replace(stack, layers=(replace(absorber, **changes),))

    ion = absorber.ions[0]
    for bad, named in (
        (replace(stack, right=None), "right"),
        (replace(stack, circuit=Circuit(series_resistance=1e-3)), "circuit"),
        (
            replace(stack, interfaces=(ChargeInterface(after=0, trap_density=1, trap_energy=4),)),
            "interfaces",
        ),
        (replace(stack, left=replace(stack.left, image_force=True)), "image_force"),
        (with_layer(auger_electron=1e-40), "auger_electron"),
        (with_layer(statistics_conduction="gaussian"), "statistics_conduction"),
        (with_layer(ions=(ion, ion)), "ions"),
        (with_layer(ions=(replace(ion, jump=1e-9),)), "jump"),
        (with_layer(traps=(ChargeTrap(density=1e20, energy=4.5),)), "traps"),
    ):
        with pytest.raises(InputError) as caught:
            small.discretise(bad)
        assert named in caught.value.field


def test_blakemore_statistics_fill_the_band_as_the_closed_form():
    """A degenerate layer between contacts of its own work function: n = Nc / (exp(-eta) + 0.27)."""
    eta = 1.0
    doped = 1e25 / (np.exp(-eta) + 0.27)
    one = layer(statistics_conduction="blakemore", fixed_charge=doped)
    device = small.discretise(
        Stack(
            layers=(replace(one, electron_affinity=4.2),),
            left=ChargeContact(work_function=4.2 - eta * 0.025851999786435522),
            right=ChargeContact(work_function=4.2),
        )
    )
    middle = small.steady(device, [0.0]).U[:, len(device.x) // 2]
    assert middle[small.N] == pytest.approx(doped, rel=1e-9)  # neutral in the middle
    assert middle[small.PHI] + 4.2 / device.vt == pytest.approx(eta, abs=1e-6)


def test_equilibrium_carries_nothing_and_levels_are_flat():
    """Also where both bands are degenerate: traps, pairs and contacts must know of it."""
    few = {
        "dos_conduction": 2e22,
        "dos_valence": 3e22,
        "statistics_conduction": "blakemore",
        "statistics_valence": "blakemore",
        "radiative": 1e-12,
        "trap_density": 1e21,
        "trap_energy": 5.2,
        "trap_charge": "acceptor",
        "capture_electron": 1e-12,
        "capture_hole": 1e-12,
    }
    stack = cell(**few)
    first, absorber, last = stack.layers
    first = replace(first, **few, fixed_charge=4e22)
    last = replace(last, **few, fixed_charge=-4e22)
    ends = ChargeContact(work_function=4.0), ChargeContact(work_function=5.5)
    device = small.discretise(Stack(layers=(first, absorber, last), left=ends[0], right=ends[1]))
    trace = small.steady(device, [0.0])
    U = trace.U
    w = device.z * U[0] + device.band - np.log1p(-U[1:4] / device.limit)
    levels = np.log(U[1:4]) + w
    assert (U[1:3] / device.limit[:2]).max() > 0.2
    assert np.abs(levels[:2]).max() < 1e-4  # kT; minorities of 1e-8 m-3 stand in round-off
    assert np.ptp(levels[2][device.active[2]]) < 1e-6
    assert np.abs(trace.current_density).max() < 1e-9
