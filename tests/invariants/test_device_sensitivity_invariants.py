"""Derivatives of whole runs: against differences of replays, the reference residual, symmetry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from charge_cells import absorber, states_cell, transport
from halodot.device.charge import reference
from halodot.device.charge.build import discretise
from halodot.device.charge.ends import DRIVEN
from halodot.device.charge.kernel import assemble, blocks
from halodot.device.charge.layers import ChargeContact, ChargeInterface, Circuit, Stack
from halodot.device.charge.parameters import changed, step_of, value
from halodot.device.charge.problem import new_workspace
from halodot.device.charge.run import Program
from halodot.device.charge.sensitivity import (
    along,
    devices,
    moved,
    rest_tangents,
    sensitivities,
    steady_sensitivities,
)
from halodot.device.charge.simulate import Simulation
from halodot.device.charge.stepping import Tolerances, step_coefficients
from halodot.device.charge.trajectory import replay, run

FACE = {
    "trap_density": 1e14,
    "trap_energy": 4.7,
    "capture_electron": 1e-14,
    "capture_hole": 2e-14,
}
STACK = Stack(
    layers=(
        transport(),
        absorber(),
        transport(electron_affinity=2.6, band_gap=2.9, fixed_charge=-1e23),
    ),
    left=ChargeContact(work_function=4.15, image_force=True),
    right=ChargeContact(work_function=5.2, velocity_electron=1e3, image_force=True),
    interfaces=(
        ChargeInterface(after=0, trap_charge="donor", **FACE),
        ChargeInterface(after=1, trap_charge="acceptor", **FACE),
    ),
)
LOOP = Program(
    np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.1, 0.0]), np.ones(3), np.linspace(0.1, 2.0, 20)
)
NAMES = (
    "layers[1].electron_mobility",
    "layers[1].thickness",
    "layers[0].fixed_charge",
    "layers[1].band_gap",
    "layers[1].relative_permittivity",
    "layers[1].ions[0].density",
    "layers[1].ions[0].mobility",
    "layers[1].trap_density",
    "layers[1].trap_energy",
    "layers[1].capture_hole",
    "layers[1].poole_frenkel",
    "interfaces[0].trap_density",
    "left.work_function",
    "temperature",
    "drive.voltage",
    "drive.light",
)
NODES = 25


def at_rest(cell, **tolerances):
    simulation = Simulation(cell, Tolerances(**tolerances))
    assert simulation.settle(voltage=0.0, light=0.0).is_good
    return simulation


def neighbour(cell, name, sign, factor=1.0):
    """The device with a number changed, on the same grid, and the factors on its drive."""
    if name.startswith("drive."):
        d = 3e-4
        factors = (1.0 + sign * d, 1.0) if name.endswith("voltage") else (1.0, 1.0 + sign * d)
        return cell, d, factors
    d = factor * step_of(STACK, name)
    other = changed(STACK, name, value(STACK, name) + sign * d)
    return discretise(other, moved(cell.grid, STACK, other)), d, (1.0, 1.0)


def test_derivatives_of_a_loop_are_the_differences_of_whole_replays():
    found = sensitivities(STACK, LOOP, NAMES, nodes=NODES)
    assert all(s.is_good for s in found.status)
    cell, _ = devices(STACK, [], NODES)
    simulation = at_rest(cell, step=1e-4)
    taken = run(simulation, LOOP, ramp=1e-3)
    at = taken.steps.output >= 0
    for k, name in enumerate(NAMES):
        ends = {}
        for times in (-2.0, -1.0, 1.0, 2.0):
            other, d, factors = neighbour(cell, name, times, 1.0)
            rested = at_rest(other, newton=1e-10)
            current, _ = replay(other, rested.state, taken, voltage=factors[0], light=factors[1])
            ends[times] = current[at]
        difference = 8.0 * (ends[1.0] - ends[-1.0]) - (ends[2.0] - ends[-2.0])
        difference /= 12.0 * d
        # 1e-5 component by component: round-off of the differences
        scale = np.abs(difference) + 1e-3 * np.abs(difference).max()
        assert (np.abs(found.derivative[:, k] - difference) < 1e-5 * scale).all(), name


def test_derivatives_to_statistics_levels_dipoles_and_tunnelling():
    stack = states_cell().stack
    light = np.array([0.5, 0.2])
    program = Program(
        np.array([0.0, 1.0]), np.array([0.0, 0.3]), np.array([light, light]), np.array([0.2, 1.0])
    )
    names = [
        "layers[1].traps[0].density",
        "layers[1].traps[2].energy",
        "layers[0].dipole",
        "layers[1].width_conduction",
        "layers[0].ions[0].density",
        "layers[1].density_exponent",
        "left.tunnel_mass",
        "interfaces[1].capture_electron",
    ]
    found = sensitivities(stack, program, names, start="settled", nodes=15)
    cell, _ = devices(stack, [], 15)
    simulation = at_rest(cell, step=1e-4)
    assert simulation.settle(voltage=0.0, light=light).is_good
    taken = run(simulation, program)
    at = taken.steps.output >= 0
    for k, name in enumerate(names):
        ends = []
        for sign in (-1.0, 1.0):
            d = 2.0 * step_of(stack, name)
            other = discretise(changed(stack, name, value(stack, name) + sign * d), cell.grid)
            rested = at_rest(other, newton=1e-10)
            assert rested.settle(voltage=0.0, light=light).is_good
            ends.append(replay(other, rested.state, taken)[0][at])
        difference = (ends[1] - ends[0]) / (2.0 * d)
        # 3e-5: round-off of the differences where little depends on a number; a dipole acts through
        # its exponential, and (d/kT)^2/6 of the difference is truncation; the field at the
        # metal is a small difference
        mark = 3e-5 if name.startswith("interfaces") else 5e-4
        assert found.derivative[:, k] == pytest.approx(difference, rel=mark, abs=0.0), name


def test_derivatives_behind_a_circuit_with_open_terminals_and_a_clamp():
    """A loop into the compliance of the source, then open terminals, against replays."""
    circuit = Circuit(series_resistance=2e-4, shunt_resistance=0.1, compliance=60.0)
    stack = replace(STACK, circuit=circuit)
    program = Program(
        np.array([0.0, 0.5, 1.0, 1.5]),
        np.array([0.0, -1.4, 0.0, 0.0]),
        np.ones(4),
        np.array([0.1, 0.3, 0.45, 0.5, 0.7, 1.0, 1.01, 1.5]),
        np.array([True, True, False]),
    )
    names = [
        "circuit.series_resistance",
        "circuit.shunt_resistance",
        "circuit.compliance",
        "layers[1].trap_density",
    ]
    found = sensitivities(stack, program, names, start="settled", nodes=NODES)
    assert all(s.is_good for s in found.status)
    cell, _ = devices(stack, [], NODES)
    simulation = at_rest(cell, step=1e-4)
    assert simulation.settle(voltage=0.0, light=1.0).is_good
    taken = run(simulation, program)
    at = taken.steps.output >= 0
    size = np.abs(found.current_density).max()
    assert size == pytest.approx(60.0, rel=1e-9)
    assert np.abs(found.current_density[-2:]).max() < 1e-9 * size
    for k, name in enumerate(names):
        ends = []
        for sign in (-1.0, 1.0):
            d = 1e-4 * value(stack, name)
            other = discretise(changed(stack, name, value(stack, name) + sign * d), cell.grid)
            rested = at_rest(other, newton=1e-10)
            assert rested.settle(voltage=0.0, light=1.0).is_good
            ends.append(replay(other, rested.state, taken)[0][at])
        difference = (ends[1] - ends[0]) / (2.0 * d)
        error = np.abs(found.derivative[:, k] - difference) * value(stack, name)
        assert (error < 1e-6 * size).all(), name


def test_derivatives_of_a_steady_curve_are_its_differences():
    volts = np.array([0.3, 0.9, 1.1])
    names = [n for n in NAMES if n not in ("layers[1].ions[0].mobility", "layers[1].trap_energy")]
    found = steady_sensitivities(STACK, volts, names, light=1.0, nodes=NODES)
    cell, _ = devices(STACK, [], NODES)
    for k, name in enumerate(names):
        ends = []
        for sign in (-1.0, 1.0):
            other, d, (v, g) = neighbour(cell, name, sign)
            other = Simulation(other, Tolerances(newton=1e-10))
            ends.append(other.steady(volts * v, light=g).current_density)
        difference = (ends[1] - ends[0]) / (2.0 * d)
        assert found.derivative[:, k] == pytest.approx(difference, rel=1e-5, abs=0.0), name


def test_ion_mobility_does_not_matter_at_rest():
    name = "layers[1].ions[0].mobility"
    found = steady_sensitivities(STACK, np.array([0.9]), [name], light=1.0, nodes=NODES)
    # 1e-9: round-off of the ionic currents, which vanish
    assert abs(found.logarithmic[0, 0]) < 1e-9 * abs(found.current_density[0])


def test_nothing_depends_on_where_vacuum_is():
    """All energies below vacuum moved by the same: the derivatives add up to zero."""
    names = [f"layers[{k}].electron_affinity" for k in range(3)]
    names += ["layers[1].trap_energy", *(f"interfaces[{k}].trap_energy" for k in range(2))]
    names += ["left.work_function", "right.work_function"]
    found = sensitivities(STACK, LOOP, names, nodes=NODES).derivative
    # 1e-7: differences of 1e-4 kT
    assert (np.abs(found.sum(axis=1)) < 1e-7 * np.abs(found).max(axis=1)).all()


@pytest.mark.parametrize("name", ["layers[1].thickness", "layers[1].trap_energy", "temperature"])
def test_derivatives_of_states_obey_the_reference_equations(name):
    """A complex step along state and history through the plain residual, plus its change with
    the parameter, is nothing."""
    cell, (pair,) = devices(STACK, [name], NODES)
    simulation = at_rest(cell, step=1e-4)
    start = rest_tangents(simulation, [pair])
    taken = run(simulation, LOOP, ramp=1e-3)
    kept = []
    keep_tangents(cell, taken, pair, start, kept)
    for k in (5, 100, len(kept) - 1):
        s, S, t = taken.steps, taken.states[k + 1], kept[k]
        a0, c1, c2 = step_coefficients(s.length[k], s.before[k], int(s.order[k]))
        A, B = taken.states[k], taken.states[max(k - 1, 0)]
        tA = kept[k - 1]
        tB = kept[k - 2]
        past = [c1 * a + c2 * b for a, b in zip(A, B, strict=True)]
        rate = [c1 * a + c2 * b for a, b in zip(tA, tB, strict=True)]
        h = 1e-30
        history = [p + 1j * h * r for p, r in zip(past, rate, strict=True)]
        drive = (s.light[k], *cell.potentials(s.voltage[k]))
        X = S.X + 1j * h * t.X
        implicit = reference.residual(cell.problem, X, a0, *history, *drive).imag / h
        ends = []
        for other in (pair.low, pair.high):
            drive = (s.light[k], *other.potentials(s.voltage[k]))
            ends.append(reference.residual(other.problem, S.X, a0, *past, *drive))
        explicit = (ends[1] - ends[0]) / (2.0 * pair.step)
        size = np.abs(explicit) + gross_terms(cell.problem, S, t, a0, past, drive)
        off = np.where(S.X > 1.0, np.abs(implicit + explicit), 0.0)  # 1 m-3: no current to speak of
        off[0] = np.abs(implicit + explicit)[0]
        # 1e-6 of what cancels in a row: differences in the parameter, and where it hardly acts
        # the round-off of the solution
        assert (off <= 1e-6 * size).all()


def gross_terms(P, S, t, a0, past, drive):
    """Sizes of what cancels in each row of J dX."""
    W = new_workspace(P)
    W.history[:], W.trap_history[:], W.face_history[:] = past
    assemble(P, S.X, a0, *drive, DRIVEN, W)
    d = t.X.copy()
    d[1:] /= S.X[1:]
    lower, diagonal, upper = np.abs(blocks(W)[:3])
    size = np.einsum("irc,ci->ri", diagonal, np.abs(d))
    size[:, 1:] += np.einsum("irc,ci->ri", lower[1:], np.abs(d[:, :-1]))
    size[:, :-1] += np.einsum("irc,ci->ri", upper[:-1], np.abs(d[:, 1:]))
    return size


def keep_tangents(cell, taken, pair, start, kept):
    """Derivatives of every state of a run: `along` with its levels watched."""
    from halodot.device.charge import sensitivity

    inner = sensitivity._tangents

    def watched(*given, **options):
        found = inner(*given, **options)
        kept.append(found[0])
        return found

    sensitivity._tangents = watched
    try:
        along(cell, taken, [pair], start)
    finally:
        sensitivity._tangents = inner
