"""Derivatives of currents against closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from halodot.device.charge.build import KB_EV, Q
from halodot.device.charge.layers import ChargeContact, ChargeLayer, Circuit, Stack
from halodot.device.charge.run import Program
from halodot.device.charge.sensitivity import sensitivities, steady_sensitivities


def layer(**changes):
    values = {
        "thickness": 2e-7,
        "relative_permittivity": 6.0,
        "electron_affinity": 4.0,
        "band_gap": 2.4,
        "dos_conduction": 1e26,
        "dos_valence": 1e26,
        "electron_mobility": 1e-8,
        "hole_mobility": 1e-8,
    }
    return ChargeLayer(**(values | changes))


def metal(work_function):
    return ChargeContact(work_function=work_function, velocity_electron=1e9, velocity_hole=1e9)


def test_mott_gurney_exponents():
    """J = 9/8 eps mu V^2 / L^3."""
    stack = Stack(layers=(layer(),), left=metal(4.0), right=metal(4.0))
    names = ["electron_mobility", "relative_permittivity", "thickness", "radiative"]
    named = [f"layers[0].{n}" for n in names[:3]]
    found = steady_sensitivities(stack, np.array([200.0]), [*named, "drive.voltage"], nodes=300)
    exponents = found.logarithmic[0] / found.current_density[0]
    # 1 %: diffusion, kT/q over 200 V with the logarithm of the injected density
    assert exponents == pytest.approx([1.0, 1.0, -3.0, 2.0], rel=0.01)
    # scaling: mu alone is exact; L, eps and V hang together through the dimensionless equations
    assert exponents[0] == pytest.approx(1.0, rel=1e-6)


def test_charging_a_capacitor():
    """J = eps eps0 / L dV/dt."""
    glass = layer(carriers=False, electron_mobility=0.0, hole_mobility=0.0)
    stack = Stack(layers=(glass,), left=metal(4.5), right=metal(4.5))
    program = Program(np.array([0.0, 1.0]), np.array([0.0, 2.0]), np.zeros(2), np.array([0.3, 1.0]))
    names = ["layers[0].relative_permittivity", "layers[0].thickness", "drive.voltage"]
    found = sensitivities(stack, program, names)
    exponents = found.logarithmic / found.current_density[:, None]
    # 1e-7: differences of 1e-4 in the thickness
    assert np.allclose(exponents, [1.0, -1.0, 1.0], rtol=1e-7, atol=0.0)


def test_resistor_behind_a_resistance_and_beside_a_shunt():
    """J = V / (R + 1 / (1/r + 1/s))."""
    doped = layer(fixed_charge=1e24, electron_mobility=1e-4, hole_mobility=1e-12)
    w = 4.0 + KB_EV * 300.0 * np.log(1e26 / 1e24)
    r, series, shunt = 2e-7 / (Q * 1e24 * 1e-4), 1e-8, 4e-8
    circuit = Circuit(series_resistance=series, shunt_resistance=shunt)
    stack = Stack(layers=(doped,), left=metal(w), right=metal(w), circuit=circuit)
    names = [
        "circuit.series_resistance",
        "circuit.shunt_resistance",
        "layers[0].electron_mobility",
        "drive.voltage",
    ]
    found = steady_sensitivities(stack, np.array([0.01]), names)
    beside = 1.0 / (1.0 / r + 1.0 / shunt)
    J = 0.01 / (series + beside)
    closed = J * np.array(
        [
            -series / (series + beside),
            -(beside**2 / shunt) / (series + beside),
            (beside**2 / r) / (series + beside),
            1.0,
        ]
    )
    # 1e-3: what carriers need to cross the contacts
    assert found.current_density[0] == pytest.approx(J, rel=1e-3)
    assert found.logarithmic[0] == pytest.approx(closed, rel=1e-3)


def test_errors_name_what_is_wrong():
    stack = Stack(layers=(layer(),), left=metal(4.0), right=metal(4.0))
    for name, words in (
        ("layers[0].mobility", "electron_mobility"),
        ("layers[3].thickness", "no layers"),
        ("layers[0].ions", "not a number"),
        ("left work", "no name"),
        ("layers[0].radiative", "is 0"),
    ):
        with pytest.raises(ValueError, match=words):
            steady_sensitivities(stack, np.array([1.0]), [name])


def test_a_clamped_source_does_not_feel_the_device():
    doped = layer(fixed_charge=1e24, electron_mobility=1e-4)
    stack = Stack(layers=(doped,), left=metal(4.1), right=metal(4.1))
    clamp = Circuit(series_resistance=1e-8, compliance=1e3)
    found = steady_sensitivities(
        replace(stack, circuit=clamp), np.array([1.0]), ["layers[0].electron_mobility"]
    )
    assert found.current_density[0] == pytest.approx(1e3, rel=1e-6)
    assert abs(found.logarithmic[0, 0]) < 1e-6 * found.current_density[0]
