"""Random stacks: what is returned as good conserves ions and carries one current."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.core.status import Status
from halodot.device.charge import robustness
from halodot.device.charge.simulate import _holds_together

QUICK = (2, 4, 5, 6, 7, 9, 10, 11)


@pytest.mark.parametrize("index", QUICK)
def test_random_stack_is_right_or_says_that_it_failed(index):
    case = robustness.draw(7, index)
    record = robustness.run(case)
    if not all(s.is_good for s in record.status):
        return
    assert not robustness.wrong_points(record, robustness.run(case, refined=True)).any()


def test_most_of_these_stacks_converge():
    records = [robustness.run(robustness.draw(7, k)) for k in QUICK]
    assert sum(all(s.is_good for s in r.status) for r in records) >= len(QUICK) - 1


def test_a_point_whose_current_differs_between_faces_is_not_good():
    rows = np.array(
        [
            [1.0, 1e-5, 0, 0, 0, 0.0, 0.0],
            [1.0, 1e-2, 0, 0, 0, 0.0, 0.0],
            [1.0, 0.0, 0, 0, 0, 0.0, 1e-6],
            [np.nan, 0.0, 0, 0, 0, 0.0, 0.0],
        ]
    )
    assert list(_holds_together(rows)) == [True, False, False, False]


def test_wrong_points_are_counted():
    record = robustness.run(robustness.draw(7, 6))
    assert record.status[0] is Status.OK
    moved = record.__class__(**{**record.__dict__, "current_density": record.current_density * 1.1})
    assert robustness.wrong_points(moved, record).all()


def test_a_failed_start_is_not_forgotten():
    simulation = robustness.Simulation(robustness._cell(robustness.draw(7, 6), 1))
    simulation.status = Status.NOT_CONVERGED
    assert not simulation.steady(np.array([0.0, 0.1])).status[1].is_good
    time = np.array([0.0, 1.0])
    assert not simulation.drive(time, np.zeros(2), np.zeros(2), time[1:]).status[0].is_good


def test_a_blocked_stack_at_rest_is_good_and_passes_nothing():
    mobile = robustness.ChargeIon(name="a", density=1e23, mobility=1e-12, charge=1)
    plain = {"electron_affinity": 4.0, "band_gap": 2.0, "dos_conduction": 1e25}
    plain |= {"dos_valence": 1e25, "electron_mobility": 1e-8, "hole_mobility": 1e-8}
    layers = [
        robustness.ChargeLayer(thickness=2e-8, relative_permittivity=4.0, carriers=False, **plain),
        robustness.ChargeLayer(
            thickness=2e-7, relative_permittivity=8.0, ions=(mobile,), fixed_charge=-1e23, **plain
        ),
    ]
    metal = robustness.ChargeContact(work_function=4.6)
    record = robustness.Simulation(robustness.build(layers, metal, metal)).steady(
        np.array([0.0, 0.5, 1.0])
    )
    assert all(s.is_good for s in record.status)
    assert np.max(np.abs(record.current_density)) < 1e-14


def test_an_insulator_with_ions_is_resolved():
    mobile = robustness.ChargeIon(name="a", density=1e25, mobility=1e-12, charge=1)
    case = robustness.draw(7, 6).layers[0]
    bare = robustness.ChargeLayer(**{**case.__dict__, "carriers": False, "ions": ()})
    ionic = robustness.ChargeLayer(**{**case.__dict__, "carriers": False, "ions": (mobile,)})
    assert robustness.nodes_of(bare, 0) == 11
    assert robustness.nodes_of(ionic, 0) > 20
