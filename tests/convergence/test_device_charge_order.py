"""Order of the charge engine in space and time."""

from __future__ import annotations

import numpy as np

from charge_cells import absorber, transport
from halodot.device.charge.build import ChargeContact, build
from halodot.device.charge.march import Tolerances
from halodot.device.charge.simulate import Simulation

CONTACTS = (ChargeContact(work_function=4.2), ChargeContact(work_function=5.2))


def test_second_order_in_space():
    layer = absorber(ions=(), trap_density=0.0)

    def current(nodes):
        cell = build([layer], *CONTACTS, nodes=nodes)
        return Simulation(cell).steady(np.array([0.3]), light=1.0).current_density[0]

    counts = np.array([41, 81, 161])
    errors = [abs(current(n) - current(1281)) for n in counts]
    order = -np.polyfit(np.log(counts - 1), np.log(errors), 1)[0]
    assert abs(order - 2.0) < 0.25  # the reference grid is only eight times finer


def test_tighter_steps_converge_to_one_loop():
    """BDF2 with local error control: the error falls at least like tolerance^(2/3)."""
    stack = [transport(thickness=3e-8), absorber()]

    def run(step):
        s = Simulation(build(stack, *CONTACTS, nodes=41), Tolerances(step=step))
        s.settle(1e3 * s.ion_time(), voltage=0.0, light=1.0)
        t = np.array([0.0, 2.0, 4.0])
        return s.drive(t, np.array([0.0, 1.0, 0.0]), np.ones(3), np.linspace(0.5, 4.0, 8))

    finest = run(1e-7).current_density
    scale = np.max(np.abs(finest))
    steps = np.array([1e-3, 1e-4, 1e-5])
    errors = [np.max(np.abs(run(s).current_density - finest)) / scale for s in steps]
    slope = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert slope > 0.5
    assert errors[-1] < 1e-4
