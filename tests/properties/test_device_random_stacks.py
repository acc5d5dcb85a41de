"""The generator of random stacks keeps its ranges, repeats itself and reaches every mechanism."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from device_strategies import by_index, composed
from hypothesis import find, given, settings

from halodot.core import codec
from halodot.device.charge import random_stacks
from halodot.device.charge.layers import ChargeInterface, ChargeLayer, Stack
from halodot.device.charge.random_stacks import Case, Dice, compose, draw

ROUND_OFF = 1 + 1e-9  # of products and sums of a few numbers
MANY = [draw(7, k) for k in range(1500)]


def within(value: float, low: float, high: float) -> bool:
    return low / ROUND_OFF <= value <= high * ROUND_OFF


def bottom(layer: ChargeLayer) -> float:
    return layer.electron_affinity + layer.band_gap


def levels(layer: ChargeLayer) -> list[tuple[float, float]]:
    """Density and energy of all trap levels of a layer."""
    one = [(layer.trap_density, layer.trap_energy)] if layer.trap_density > 0 else []
    return one + [(t.density, t.energy) for t in layer.traps]


def check_layers(stack: Stack) -> None:
    assert 1 <= len(stack.layers) <= 6
    assert within(stack.temperature, 200.0, 400.0)
    for a in stack.layers:
        assert within(a.thickness, 5e-9, 1e-6)
        assert within(a.relative_permittivity, 2.0, 100.0)
        assert within(a.electron_mobility, 1e-12, 1e-1)
        assert within(a.hole_mobility, 1e-12, 1e-1)
        assert a.band_gap >= 0.3 / ROUND_OFF
        fewest = min(a.dos_conduction, a.dos_valence)
        for density, energy in levels(a):
            assert density < fewest
            assert a.electron_affinity < energy < bottom(a)
        ionic = sum(ion.charge * ion.density for ion in a.ions)
        size = sum(abs(ion.charge) * ion.density for ion in a.ions)
        if a.carriers:  # what the ions leave is doping, round-off of their sum apart
            assert abs(a.fixed_charge + ionic) < 0.11 * fewest + 1e-12 * size
        for ion in a.ions:
            assert ion.density <= 1e27 * ROUND_OFF
            assert within(ion.mobility, 1e-20, 1e-8)
            assert within(ion.limit, 2.0 * ion.density, 1e28)


def check_steps(stack: Stack) -> None:
    for a, b in pairwise(stack.layers):
        assert abs(a.electron_affinity - b.electron_affinity) <= ROUND_OFF
        assert abs(bottom(a) - bottom(b)) <= ROUND_OFF
    for k, a in enumerate(stack.layers):
        if a.tunnelling:
            neighbours = (stack.layers[k - 1], stack.layers[k + 1])
            assert all(b.carriers for b in neighbours)
            assert all(a.electron_affinity <= b.electron_affinity + 1e-12 for b in neighbours)
            assert all(bottom(a) >= bottom(b) - 1e-12 for b in neighbours)
    for f in stack.interfaces:
        for a in stack.layers[f.after : f.after + 2]:
            assert a.carriers
            assert a.electron_affinity < f.trap_energy < bottom(a)


def check_names(stack: Stack) -> None:
    """A species has one charge, and a layer has it once."""
    charge: dict[str, int] = {}
    for a in stack.layers:
        names = [ion.name for ion in a.ions]
        assert len(set(names)) == len(names)
        for ion in a.ions:
            assert charge.setdefault(ion.name, ion.charge) == ion.charge


def check_loop(case: Case) -> None:
    stack, peak = case.stack, float(np.max(np.abs(case.voltage)))
    assert within(peak, 0.05, 20.0)
    for contact, layer in ((stack.left, stack.layers[0]), (stack.right, stack.layers[-1])):
        assert contact is not None
        top = layer.electron_affinity
        assert top - 0.1 - 1e-12 <= contact.work_function <= bottom(layer) + 0.1 + 1e-12
    assert stack.right is not None
    built_in = abs(stack.left.work_function - stack.right.work_function)
    built_in += sum(abs(a.dipole) for a in stack.layers[:-1])
    total = sum(a.thickness for a in stack.layers)
    assert (peak + built_in) / total <= 5e8 * ROUND_OFF
    assert case.voltage[0] == 0.0 == case.voltage[-1]
    assert np.allclose(case.voltage[1:3], [case.voltage[1], -case.voltage[1]], rtol=1e-12, atol=0.0)
    assert within(peak / case.time[1], 1e-5, 1e6)
    light = float(case.light.max())
    assert light == 0.0 or within(light, 1e-2, 1e4)
    assert len(case.outputs) == 40
    assert case.outputs[-1] == case.time[-1]
    assert np.all(np.diff(case.outputs) > 0)


def check(case: Case) -> None:
    check_layers(case.stack)
    check_steps(case.stack)
    check_names(case.stack)
    check_loop(case)


def test_many_draws_keep_their_ranges():
    for case in MANY:
        check(case)


@given(by_index)
@settings(deadline=None, max_examples=50)
def test_any_index_keeps_its_ranges(case):
    check(case)


@given(composed())
@settings(deadline=None, max_examples=50)
def test_any_stream_of_numbers_keeps_its_ranges(case):
    check(case)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0 - 2**-53])
def test_constant_streams_keep_their_ranges(share):
    check(compose(Dice(lambda: share)))


def test_a_draw_depends_on_seed_and_index_alone():
    assert codec.dumps(draw(7, 3)) == codec.dumps(draw(7, 3))
    assert codec.dumps(draw(7, 3)) != codec.dumps(draw(7, 4))
    assert codec.dumps(draw(7, 3)) != codec.dumps(draw(8, 3))


def test_shrinking_leaves_a_bare_dark_layer():
    case = find(composed(), lambda case: case.stack.temperature > 250.0)
    layer = case.stack.layers[0]
    assert len(case.stack.layers) == 1
    assert (layer.ions, layer.traps, layer.fixed_charge, layer.trap_density) == ((), (), 0.0, 0.0)
    assert case.light.max() == 0.0


FEATURES = {
    "ions": lambda a: bool(a.ions),
    "two species": lambda a: len(a.ions) == 2,
    "double charge": lambda a: any(abs(ion.charge) == 2 for ion in a.ions),
    "hop jump": lambda a: any(ion.jump > 0 for ion in a.ions),
    "insulator": lambda a: not (a.carriers or a.tunnelling),
    "tunnel layer": lambda a: a.tunnelling,
    "electrolyte": lambda a: not a.carriers and bool(a.ions),
    "several levels": lambda a: len(a.traps) > 2,
    "donor traps": lambda a: a.trap_charge == "donor",
    "acceptor traps": lambda a: a.trap_charge == "acceptor",
    "blakemore": lambda a: a.statistics_conduction == "blakemore",
    "fermi_dirac": lambda a: a.statistics_valence == "fermi_dirac",
    "gaussian": lambda a: a.statistics_valence == "gaussian",
    "density exponent": lambda a: a.density_exponent > 0,
    "poole-frenkel": lambda a: a.poole_frenkel > 0,
    "auger": lambda a: a.auger_electron > 0,
    "doping": lambda a: not a.ions and a.fixed_charge != 0,
    "dipole": lambda a: a.dipole != 0,
    "continuous levels": lambda a: a.transfer_velocity == np.inf,
    "profile of light": lambda a: isinstance(a.generation, tuple),
}


@pytest.mark.parametrize("feature", FEATURES)
def test_every_mechanism_of_a_layer_appears(feature):
    share = np.mean([any(FEATURES[feature](a) for a in c.stack.layers) for c in MANY])
    assert share > 0.02  # 40 of the 2000 stacks of the large run


def test_every_mechanism_of_a_stack_appears():
    stacks = [c.stack for c in MANY]
    shared = [
        any({i.name for i in a.ions} & {i.name for i in b.ions} for a, b in pairwise(s.layers))
        for s in stacks
    ]
    assert np.mean(shared) > 0.02
    assert np.mean([bool(s.left.exchange) for s in stacks]) > 0.02
    assert np.mean([s.left.image_force for s in stacks]) > 0.02
    assert np.mean([s.left.tunnel_mass > 0 for s in stacks]) > 0.02
    assert np.mean([s.left.compact_capacitance < np.inf for s in stacks]) > 0.02
    assert np.mean([s.circuit.series_resistance > 0 for s in stacks]) > 0.02
    assert np.mean([s.circuit.compliance < np.inf for s in stacks]) > 0.02
    charges = {f.trap_charge for s in stacks for f in s.interfaces}
    assert charges == {"neutral", "donor", "acceptor"}
    assert {len(s.layers) for s in stacks} == {1, 2, 3, 4, 5, 6}
    assert {c.start for c in MANY} == {"rest", "settled"}
    assert 0.3 < np.mean([c.light.max() > 0 for c in MANY]) < 0.9


def test_every_field_of_the_input_is_used_somewhere():
    """A field added to the engine is drawn as well, or named here with the reason."""
    left_out = {"sources"}  # several lights are one generation each time the drive is read
    left_out |= {"supply_electron", "supply_hole"}  # of a channel, which ends in a free surface
    for kind, objects in {
        ChargeLayer: [a for c in MANY for a in c.stack.layers],
        ChargeInterface: [f for c in MANY for f in c.stack.interfaces],
    }.items():
        for field in dataclasses.fields(kind):
            values = {repr(getattr(x, field.name)) for x in objects}
            assert len(values) > 1 or field.name in left_out, field.name
    assert random_stacks.OUTPUTS == 40
