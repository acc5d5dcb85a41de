"""Order of the charge engine in space and time, and how far its estimate of the error holds."""

from __future__ import annotations

import numpy as np
import pytest

import peer_cells
from charge_cells import absorber, full_cell, transport
from halodot.device.charge.build import ChargeContact, build, discretise
from halodot.device.charge.currents import COLUMNS, TOTAL, write_row
from halodot.device.charge.ends import DRIVEN
from halodot.device.charge.grid import initial, refined
from halodot.device.charge.problem import PHI, new_state, new_workspace
from halodot.device.charge.run import Program, follow
from halodot.device.charge.simulate import Simulation
from halodot.device.charge.stepping import Tolerances, attempt, copy_state, step_coefficients

CONTACTS = (ChargeContact(work_function=4.2), ChargeContact(work_function=5.2))


def slope(sizes, errors):
    return np.polyfit(np.log(sizes), np.log(np.abs(errors)), 1)[0]


@pytest.mark.parametrize("ions", [False, True])
def test_second_order_in_space(ions):
    """Differences of successive halvings fall to a quarter."""
    changes = {} if ions else {"ions": ()}
    stack = build([absorber(**changes)], *CONTACTS).stack
    coarse = initial(stack.layers, nodes=41)
    currents = []
    for factor in (1, 2, 4, 8, 16):
        cell = discretise(stack, refined(stack.layers, coarse, factor))
        currents.append(Simulation(cell).steady(np.array([0.3]), light=1.0).current_density[0])
    steps = np.diff(currents)[1:]
    order = -slope(2.0 ** np.arange(len(steps)), steps)
    assert abs(order - 2.0) < 0.15


def fixed_steps(cell, count, span=2.0, volts=0.3):
    """Total current after `span` under a voltage that rises as t^3, in `count` equal steps."""
    s = Simulation(cell, Tolerances(newton=1e-10))
    assert s.settle(voltage=0.0, light=1.0).is_good
    p, W, light = cell.problem, new_workspace(cell.problem), np.ones(1)
    A, B, new = s.state, new_state(p), new_state(p)
    dt = span / count
    for k in range(count):
        t = (k + 1) / count
        left, right = s.potentials(volts * t**3)
        copy_state(new, A)
        if k == 0:
            copy_state(B, A)  # at rest before, where the drive and its slopes vanish
        used = attempt(p, new, A, B, dt, dt, 2, light, left, right, DRIVEN, W, s.tolerances)
        assert used > 0
        a0, c1, c2 = step_coefficients(dt, dt, 2)
        history = c1 * A.X[PHI] + c2 * B.X[PHI]
        copy_state(B, A)
        copy_state(A, new)
    row = np.empty(COLUMNS)
    write_row(p, new, a0, history, right, W, 0.0, row)
    return row[TOTAL]


def test_second_order_in_time():
    """Fixed steps of BDF2 with ions, charged traps and light, from rest."""
    cell = build([transport(thickness=3e-8), absorber()], *CONTACTS, nodes=21)
    counts = np.array([40, 80, 160, 320])
    currents = np.array([fixed_steps(cell, n) for n in counts])
    order = -slope(counts[:-1], np.diff(currents))
    assert order > 2.0 - 0.15


def test_tighter_steps_converge_to_one_loop():
    """BDF2 with local error control: the error falls at least like tolerance^(2/3)."""
    stack = [transport(thickness=3e-8), absorber()]

    def run(step):
        s = Simulation(build(stack, *CONTACTS, nodes=41), Tolerances(step=step))
        s.settle(voltage=0.0, light=1.0)
        t = np.array([0.0, 2.0, 4.0])
        return s.drive(t, np.array([0.0, 1.0, 0.0]), np.ones(3), np.linspace(0.5, 4.0, 8))

    finest = run(1e-6).current_density
    scale = np.max(np.abs(finest))
    steps = np.array([1e-2, 1e-3, 1e-4])
    errors = [np.max(np.abs(run(s).current_density - finest)) / scale for s in steps]
    assert slope(steps, errors) > 0.5
    assert errors[-1] < 1e-3


def loop(top):
    time = np.array([0.0, 1.0, 2.0])
    outputs = np.linspace(0.125, 2.0, 16)
    return Program(time, np.array([0.0, top, 0.0]), np.ones(3), outputs)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["peer", "full"])
def test_estimated_error_is_within_a_factor_of_two_of_the_true_one(name):
    """Against two more halvings of grid and steps, of which a sixteenth of the error is left."""
    stack = peer_cells.deck("default_simss").stack if name == "peer" else full_cell().stack
    rough = follow(stack, loop(0.8), start="settled")
    exact = follow(stack, loop(0.8), start="settled", refine=2)
    assert all(s.is_good for s in rough.status)
    true = np.abs(rough.current_density - exact.current_density)
    counts = np.maximum(true, rough.error) > 0.1 * np.max(rough.error)  # the rest is round-off
    ratio = rough.error[counts] / true[counts]
    assert 0.5 < np.median(ratio) < 2.0
    # a point at which the error changes sign has none of its own: the largest ones are compared
    assert 0.5 < np.max(rough.error) / np.max(true) < 2.0
