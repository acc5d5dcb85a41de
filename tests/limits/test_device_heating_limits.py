"""Joule heating against closed forms: a resistor, the runaway of an Arrhenius conductor, energy."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from halodot.core.constants import BOLTZMANN
from halodot.core.errors import InputError
from halodot.core.status import Status
from halodot.device.charge import heating
from halodot.device.charge.heating import Sink
from halodot.device.charge.layers import ChargeContact, ChargeLayer, Circuit, Stack
from halodot.device.charge.mobility import arrhenius
from halodot.device.charge.run import Program

Q = 1.602176634e-19  # C
DENSITY, LENGTH, MOBILITY, ACTIVATION = 1e23, 1e-7, 1e-6, 0.3
SINK = Sink(resistance=1e-4, capacity=1.0)
# The doped layer is an ohmic resistor up to thermally excited carriers (1e-5 of the doping) and the
# discretised contacts; 1e-4 of the temperature rise covers both.
OHMIC = 1e-4


def conductor(temperature: float, activation: float = ACTIVATION) -> Stack:
    """An n-doped layer between metals whose work function continues its Fermi level."""
    states = 1e25
    metal = ChargeContact(
        work_function=4.0 + BOLTZMANN * temperature * math.log(states / DENSITY),
        velocity_electron=1e9,
        velocity_hole=1e9,
    )
    layer = ChargeLayer(
        thickness=LENGTH,
        relative_permittivity=10.0,
        electron_affinity=4.0,
        band_gap=2.5,
        dos_conduction=states,
        dos_valence=states,
        electron_mobility=arrhenius(MOBILITY, activation, temperature),
        hole_mobility=1e-12,
        fixed_charge=DENSITY,
    )
    return Stack(layers=(layer,), left=metal, right=metal, temperature=temperature)


def plain(temperature: float) -> Stack:
    return conductor(temperature, 0.0)


def program(time: np.ndarray, voltage: np.ndarray, outputs: np.ndarray) -> Program:
    return Program(time, voltage, np.zeros(len(time)), outputs)


def power(temperature: float, voltage: float, activation: float = ACTIVATION) -> float:
    mobility = arrhenius(MOBILITY, activation, temperature)
    return Q * DENSITY * mobility * voltage**2 / LENGTH


def threshold() -> tuple[float, float]:
    """Temperature and voltage at which T - T_0 = R P(T) has a double root."""
    a = ACTIVATION / BOLTZMANN
    hot = 0.5 * (a - math.sqrt(a * a - 4.0 * a * SINK.ambient))
    volts = math.sqrt((hot - SINK.ambient) / (SINK.resistance * power(hot, 1.0)))
    return hot, volts


def test_a_resistor_warms_by_resistance_times_power():
    volts = np.array([0.0, 0.1, 0.3, -0.3])
    record = heating.steady(plain, volts, SINK)
    rise = SINK.resistance * np.array([power(300.0, v, 0.0) for v in volts])
    assert all(s.is_good for s in record.status)
    assert np.allclose(record.temperature - 300.0, rise, rtol=OHMIC, atol=1e-9)
    assert record.temperature[2] == pytest.approx(record.temperature[3], rel=1e-9, abs=0.0)


def test_a_resistor_warms_up_with_the_time_constant_of_its_sink():
    volts = 0.5
    time = np.array([0.0, 1e-4, 5.0]) * SINK.time
    outputs = np.linspace(0.25, 5.0, 20) * SINK.time
    record = heating.follow(plain, program(time, np.array([0.0, volts, volts]), outputs), SINK)
    rise = SINK.resistance * power(300.0, volts, 0.0)
    expected = 300.0 + rise * -np.expm1(-outputs / SINK.time)
    # the ramp of 1e-4 time constants heats a third of it less
    assert np.allclose(record.temperature - 300.0, expected - 300.0, rtol=2.0 * OHMIC, atol=0.0)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_an_arrhenius_conductor_rests_at_the_lower_root(share):
    hot, volts = threshold()
    low, high = SINK.ambient, hot
    for _ in range(60):  # bisection of T - T_0 - R P(T) below the double root
        middle = 0.5 * (low + high)
        below = middle - SINK.ambient < SINK.resistance * power(middle, share * volts)
        low, high = (middle, high) if below else (low, middle)
    record = heating.steady(conductor, np.array([share * volts]), SINK, tolerance=1e-3)
    # the root moves by 1/(1 - R P') times an error of the power, 10 at 0.99 of the threshold
    assert record.temperature[0] - 300.0 == pytest.approx(low - 300.0, rel=2e-3, abs=0.0)


def test_it_runs_away_above_its_threshold_and_not_below():
    _, volts = threshold()
    record = heating.steady(conductor, np.array([0.997, 1.003]) * volts, SINK)
    assert list(record.runaway) == [False, True]
    assert [s.is_good for s in record.status] == [True, False]
    assert np.isnan(record.current_density[1])
    assert "runaway" in record.reason


def test_runaway_in_time_follows_the_equation_and_says_when_it_is_lost():
    volts = 1.1 * threshold()[1]
    time = np.array([0.0, 1e-3, 8.0]) * SINK.time
    drive = np.array([0.0, volts, volts])
    outputs = np.linspace(0.25, 8.0, 32) * SINK.time
    record = heating.follow(conductor, program(time, drive, outputs), SINK)

    def slope(t: float, y: np.ndarray) -> list[float]:
        now = float(np.interp(t, time, drive))
        return [(power(y[0], now) - (y[0] - 300.0) / SINK.resistance) / SINK.capacity]

    calm = outputs[outputs < 5.0 * SINK.time]
    exact = solve_ivp(
        slope, (0.0, calm[-1]), [300.0], rtol=1e-9, t_eval=calm, max_step=0.1 * SINK.time
    )
    # pieces are right to 0.1 K each; their errors add up along a trajectory that runs apart
    assert np.allclose(record.temperature[: len(calm)], exact.y[0], rtol=0.0, atol=0.2)
    assert record.runaway[-1]
    assert not record.status[-1].is_good
    assert np.nanmax(record.temperature) < SINK.hottest
    assert "runaway" in record.reason


def test_heat_that_came_in_is_stored_or_gone():
    volts = 0.8 * threshold()[1]
    time = np.array([0.0, 1.0, 2.0, 4.0]) * SINK.time
    drive = np.array([0.0, volts, -volts, 0.0])
    outputs = np.linspace(0.01, 4.0, 400) * SINK.time
    record = heating.follow(conductor, program(time, drive, outputs), SINK)
    stored = SINK.capacity * (record.temperature - SINK.ambient)
    assert np.allclose(record.taken, stored + record.lost, rtol=1e-12, atol=0.0)
    # both integrals again, from the rows alone; trapezoids of 400 rows are right to 1e-3
    span = np.diff(outputs, prepend=0.0)

    def integral(values: np.ndarray) -> np.ndarray:
        before = np.concatenate([[0.0], values[:-1]])
        return np.cumsum(0.5 * span * (values + before))

    electric = integral(record.current_density * record.voltage)
    away = integral((record.temperature - SINK.ambient) / SINK.resistance)
    assert electric[-1] == pytest.approx(record.taken[-1], rel=2e-3, abs=0.0)
    assert away[-1] == pytest.approx(record.lost[-1], rel=2e-3, abs=0.0)


def test_a_tighter_tolerance_gives_a_smaller_error():
    volts = 0.95 * threshold()[1]
    time = np.array([0.0, 0.1, 3.0]) * SINK.time
    drive, outputs = np.array([0.0, volts, volts]), np.array([1.0, 3.0]) * SINK.time
    coarse, middle, fine = (
        heating.follow(conductor, program(time, drive, outputs), SINK, tolerance=t).temperature
        for t in (1.0, 0.25, 0.02)
    )
    assert np.max(np.abs(middle - fine)) < 0.5 * np.max(np.abs(coarse - fine))
    assert np.max(np.abs(middle - fine)) < 0.25


def test_a_slow_sweep_goes_back_along_the_branch_it_is_on():
    # below the threshold there is one branch within reach, and the way back is the way up
    volts = threshold()[1] * np.array([0.5, 0.95, 0.5])
    record = heating.steady(conductor, volts, SINK, tolerance=1e-4)
    assert record.temperature[0] == pytest.approx(record.temperature[2], rel=1e-5, abs=0.0)


def test_a_device_without_voltage_stays_at_ambient_and_light_warms_it():
    dark = heating.steady(conductor, np.array([0.0]), SINK)
    assert dark.temperature[0] == pytest.approx(300.0, rel=1e-12, abs=0.0)
    sink = Sink(resistance=1e-3, absorbed=700.0)
    lit = heating.steady(conductor, np.array([0.0]), sink, light=2.0)
    assert lit.temperature[0] - 300.0 == pytest.approx(1.4, rel=1e-9, abs=0.0)


def test_light_without_its_power_is_refused():
    with pytest.raises(InputError, match="absorbed"):
        heating.steady(conductor, np.array([0.1]), SINK, light=1.0)


def test_a_voltage_that_cannot_be_solved_says_so_and_the_sweep_goes_on(monkeypatch):
    true = heating.engine.steady

    def fails(stack: Stack, voltages: np.ndarray, **keys):
        record = true(stack, voltages, **keys)
        bad = (Status.STEP_TOO_SMALL,) if voltages[0] == 0.2 else record.status
        return dataclasses.replace(record, status=bad)

    monkeypatch.setattr(heating.engine, "steady", fails)
    record = heating.steady(plain, np.array([0.1, 0.2, 0.3]), SINK)
    assert record.status == (Status.OK, Status.STEP_TOO_SMALL, Status.OK)
    assert not record.runaway.any()
    assert record.reason == Status.STEP_TOO_SMALL.value


def test_a_resistor_in_series_heats_something_else():
    """At equal resistances half of the voltage and a quarter of the heat are the device's."""
    volts = 0.4
    own = volts / (Q * DENSITY * MOBILITY * volts / LENGTH)  # Ohm m2

    def behind(temperature: float) -> Stack:
        circuit = Circuit(series_resistance=own)
        return dataclasses.replace(plain(temperature), circuit=circuit)

    rise = 0.25 * SINK.resistance * power(300.0, volts, 0.0)
    still = heating.steady(behind, np.array([volts]), SINK)
    assert still.temperature[0] - 300.0 == pytest.approx(rise, rel=2 * OHMIC, abs=0.0)
    time = np.array([0.0, 1e-3, 12.0]) * SINK.time
    drive = program(time, np.array([0.0, volts, volts]), time[-1:])
    moving = heating.follow(behind, drive, SINK)
    assert moving.temperature[0] - 300.0 == pytest.approx(rise, rel=3 * OHMIC, abs=0.0)


def test_what_charges_a_capacitance_comes_back_and_is_no_heat():
    layer = dataclasses.replace(plain(300.0).layers[0], carriers=False, fixed_charge=0.0)

    def capacitor(temperature: float) -> Stack:
        return dataclasses.replace(plain(temperature), layers=(layer,))

    sink = Sink(resistance=1.0, capacity=1e-3)  # loses 1e-5 of its heat in the time of the program
    time, drive = np.array([0.0, 5e-9, 1e-8]), np.array([0.0, 10.0, 0.0])
    record = heating.follow(capacitor, program(time, drive, time[1:]), sink, tolerance=1e-5)
    energy = 0.5 * 8.8541878e-12 * 10.0 / LENGTH * 10.0**2  # J/m2
    # displacement in a plate capacitor is linear in time: quadrature and steps see no error of it
    assert record.taken[0] == pytest.approx(energy, rel=1e-3, abs=0.0)
    assert abs(record.taken[1]) < 1e-3 * energy
    assert record.temperature[0] - 300.0 == pytest.approx(energy / 1e-3, rel=1e-3, abs=0.0)
    assert abs(record.temperature[1] - 300.0) < 1e-3 * energy / 1e-3


def test_open_terminals_are_refused():
    time = np.array([0.0, 1.0])
    opened = Program(time, np.zeros(2), np.zeros(2), time[1:], np.array([False]))
    with pytest.raises(InputError, match="closed"):
        heating.follow(plain, opened, SINK)
