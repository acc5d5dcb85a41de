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
