"""Random stacks seen from the other side, and with electrons and holes exchanged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from halodot.device.charge.layers import ChargeContact, ChargeLayer, Circuit, Stack
from halodot.device.charge.random_stacks import draw
from halodot.device.charge.run import steady
from halodot.device.charge.simulate import NOTHING

OPPOSITE = {"neutral": "neutral", "donor": "acceptor", "acceptor": "donor"}
LEVEL = 9.0  # eV, about which energies are reflected
CASES = (0, 1, 2, 3, 6, 7, 9, 12, 38)


def turned(rate, thickness):
    """A generation profile seen from the other side."""
    if isinstance(rate, tuple):
        return thickness - np.asarray(rate[0])[::-1], np.asarray(rate[1])[::-1]
    return rate


def mirrored(stack: Stack) -> Stack:
    layers = []
    for k in range(len(stack.layers) - 1, -1, -1):
        a = stack.layers[k]
        layer = replace(
            a,
            generation=turned(a.generation, a.thickness),
            sources=tuple(turned(g, a.thickness) for g in a.sources),
        )
        if k > 0:  # what belongs to an interface stands in the layer on its left
            b = stack.layers[k - 1]
            layer = replace(
                layer,
                dipole=-b.dipole,
                transfer_velocity=b.transfer_velocity,
                transfer_velocity_hole=b.transfer_velocity_hole,
            )
        layers.append(layer)
    last = len(layers) - 2
    faces = tuple(replace(f, after=last - f.after) for f in stack.interfaces)
    return replace(
        stack, layers=tuple(layers), left=stack.right, right=stack.left, interfaces=faces
    )


def other_trap(trap):
    prefix = "trap_" if hasattr(trap, "trap_energy") else ""
    return replace(
        trap,
        **{
            f"{prefix}energy": LEVEL - getattr(trap, f"{prefix}energy"),
            f"{prefix}charge": OPPOSITE[getattr(trap, f"{prefix}charge")],
        },
        capture_electron=trap.capture_hole,
        capture_hole=trap.capture_electron,
    )


def other_layer(a: ChargeLayer) -> ChargeLayer:
    def of_holes(name):
        value = getattr(a, f"{name}_hole")
        return getattr(a, name) if value is None else value

    return replace(
        other_trap(a),
        electron_affinity=LEVEL - a.electron_affinity - a.band_gap,
        dos_conduction=a.dos_valence,
        dos_valence=a.dos_conduction,
        electron_mobility=a.hole_mobility,
        hole_mobility=a.electron_mobility,
        statistics_conduction=a.statistics_valence,
        statistics_valence=a.statistics_conduction,
        width_conduction=a.width_valence,
        width_valence=a.width_conduction,
        poole_frenkel=of_holes("poole_frenkel"),
        poole_frenkel_hole=a.poole_frenkel,
        transfer_velocity=of_holes("transfer_velocity"),
        transfer_velocity_hole=a.transfer_velocity,
        auger_electron=a.auger_hole,
        auger_hole=a.auger_electron,
        fixed_charge=-a.fixed_charge,
        dipole=-a.dipole,
        traps=tuple(other_trap(t) for t in a.traps),
        ions=tuple(replace(i, charge=-i.charge) for i in a.ions),
    )


def conjugated(stack: Stack) -> Stack:
    def metal(c):
        return replace(
            c,
            work_function=LEVEL - c.work_function,
            velocity_electron=c.velocity_hole,
            velocity_hole=c.velocity_electron,
        )

    return replace(
        stack,
        layers=tuple(other_layer(a) for a in stack.layers),
        left=metal(stack.left),
        right=metal(stack.right),
        interfaces=tuple(other_trap(f) for f in stack.interfaces),
    )


@pytest.mark.parametrize("index", CASES)
@pytest.mark.parametrize("change", [mirrored, conjugated])
def test_currents_change_their_sign_alone(index, change):
    case = draw(4242, index)
    stack = replace(case.stack, circuit=Circuit())
    volts = np.array([0.3, -0.3]) * min(1.0, np.max(np.abs(case.voltage)) / 0.3)
    light = float(np.max(case.light))
    one = steady(stack, volts, light=light, accuracy="single")
    two = steady(change(stack), -volts, light=light, accuracy="single")
    good = [a.is_good and b.is_good for a, b in zip(one.status, two.status, strict=True)]
    assert all(good)
    size = np.abs(one.current_density)
    # 1e-3: nodes of a layer are the same from both sides but for round-off of its ends, and
    # Newton's method ends elsewhere; currents that the digits do not resolve count as none
    lost = np.maximum(np.maximum(one.resolution, two.resolution), NOTHING)
    allowed = 1e-3 * size + lost + 1e-6 * size.max()
    assert np.all(np.abs(one.current_density + two.current_density) <= allowed)


def test_a_steep_step_keeps_equilibrium_from_both_sides():
    """Down a step of 0.95 eV the small side of the Bernoulli function has lost all its digits."""
    plain = ChargeLayer(
        thickness=5e-8,
        relative_permittivity=5.0,
        electron_affinity=4.8,
        band_gap=2.0,
        dos_conduction=1e25,
        dos_valence=1e25,
        electron_mobility=1e-5,
        hole_mobility=1e-5,
    )
    step = replace(plain, electron_affinity=3.85)
    metal = ChargeContact(work_function=4.8)
    stack = Stack(layers=(plain, step), left=metal, right=metal)
    volts = np.array([0.0, 0.05, -0.05])
    one = steady(stack, volts).current_density
    two = steady(mirrored(stack), -volts).current_density
    assert abs(one[0]) < 1e-9 * abs(one[1])
    assert one[1:] == pytest.approx(-two[1:], rel=1e-6, abs=0.0)
