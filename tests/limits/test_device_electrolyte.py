"""An electrolyte between two blocking metals, solved by the engine, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from halodot.device.charge.build import build
from halodot.device.charge.layers import ChargeContact, ChargeIon, ChargeLayer
from halodot.device.charge.simulate import Simulation
from halodot.device.charge.stepping import Tolerances
from halodot.device.electrolyte import (
    charging_time,
    diffuse_capacitance,
    in_series,
    layer_capacitance,
    screening_length,
)

EPS, DENSITY, THICKNESS, MOBILITY = 10.0, 1e24, 1e-6, 1e-12


def electrolyte(limit: float = 1e28, mobility: float = MOBILITY) -> ChargeLayer:
    """A layer of both ions."""
    ions = tuple(
        ChargeIon(name=name, density=DENSITY, mobility=mobility, charge=z, limit=limit)
        for name, z in (("cation", 1), ("anion", -1))
    )
    return ChargeLayer(
        thickness=THICKNESS,
        relative_permittivity=EPS,
        electron_affinity=1.0,
        band_gap=8.0,
        dos_conduction=1e25,
        dos_valence=1e25,
        electron_mobility=0.0,
        hole_mobility=0.0,
        carriers=False,
        ions=ions,
    )


def capacitance(bias: float, compact: float = math.inf, limit: float = 1e28) -> float:
    """Charge that a slow step of 10 mV around a bias brings, per volt [F/m2]."""
    metal = ChargeContact(work_function=4.5, compact_capacitance=compact)
    cell = build([electrolyte(limit)], metal, metal, nodes=161)
    s = Simulation(cell, Tolerances(step=1e-4))
    s.settle()
    tau = charging_time(EPS, DENSITY, THICKNESS, MOBILITY)
    low, high = bias - 5e-3, bias + 5e-3
    if low > 0.0:
        s.drive(
            np.array([0.0, 100 * tau, 1000 * tau]),
            np.array([0.0, low, low]),
            np.zeros(3),
            np.array([1000 * tau]),
        )
    time = np.array([0.0, 400 * tau, 500 * tau])
    volts = np.array([s.voltage, high, high])
    outputs = np.linspace(tau, 500 * tau, 500)
    r = s.drive(time, volts, np.zeros(3), outputs)
    assert all(x.is_good for x in r.status)
    charge = np.trapezoid(
        np.concatenate([[0.0], r.current_density]), np.concatenate([[0.0], outputs])
    )
    return float(charge / (high - volts[0]))


def test_two_diffuse_layers_stand_in_series_at_rest() -> None:
    expected = 0.5 * diffuse_capacitance(EPS, DENSITY)
    assert capacitance(0.0) == pytest.approx(expected, rel=0.02)  # the ramp is not endless
    assert layer_capacitance(electrolyte()) == pytest.approx(expected, rel=1e-9)


def test_compact_layers_stand_in_series_with_them() -> None:
    compact = 0.02
    cloud = diffuse_capacitance(EPS, DENSITY)
    expected = in_series(compact, compact, cloud, cloud)
    assert capacitance(0.0, compact) == pytest.approx(expected, rel=0.02)


def test_capacitance_of_points_rises_with_voltage() -> None:
    expected = 0.5 * diffuse_capacitance(EPS, DENSITY, 0.05)
    # the cloud becomes thinner than the grid's third of the screening length soon after
    assert capacitance(0.1, limit=1e30) == pytest.approx(expected, rel=0.06)
    assert expected > 1.4 * 0.5 * diffuse_capacitance(EPS, DENSITY)


@pytest.mark.parametrize("bias", [0.2, 0.3])
def test_capacitance_falls_where_ions_crowd(bias: float) -> None:
    # each species has sites of its own in the engine; the closed form lets them share
    expected = 0.5 * diffuse_capacitance(EPS, DENSITY, 0.5 * bias, 1e25)
    assert capacitance(bias, limit=1e25) == pytest.approx(expected, rel=0.03)


def test_charging_takes_the_time_of_both_double_layers() -> None:
    metal = ChargeContact(work_function=4.5)
    cell = build([electrolyte()], metal, metal, nodes=161)
    s = Simulation(cell, Tolerances(step=1e-4))
    s.settle()
    tau = charging_time(EPS, DENSITY, THICKNESS, MOBILITY)
    outputs = tau * np.array([0.5, 1.0, 1.5])
    edge = 1e-3 * tau
    r = s.drive(np.array([0.0, edge, 10 * tau]), np.array([0.0, 5e-3, 5e-3]), np.zeros(3), outputs)
    rate = -np.diff(np.log(r.current_density)) / np.diff(outputs)
    # 1/tau up to the thickness of the double layers over that of the film
    share = 2.0 * screening_length(EPS, 2 * DENSITY) / THICKNESS
    assert rate * tau == pytest.approx(np.ones(2), rel=2 * share)


def test_an_insulator_without_ions_is_a_plain_capacitor() -> None:
    plain = ChargeLayer(**{**vars(electrolyte()), "ions": ()})
    assert layer_capacitance(plain) == pytest.approx(EPS * 8.8541878128e-12 / THICKNESS, rel=1e-9)
    assert layer_capacitance(plain, compact=1e-5) < layer_capacitance(plain)
