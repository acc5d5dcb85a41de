"""The estimated error of a record is that of its currents, after corners too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from halodot.core.constants import VACUUM_PERMITTIVITY
from halodot.core.status import Status
from halodot.device.charge.layers import ChargeContact, ChargeLayer, Circuit, Stack
from halodot.device.charge.run import Program, _judged, follow

GLASS = ChargeLayer(
    thickness=1e-7,
    relative_permittivity=4.0,
    electron_affinity=1.0,
    band_gap=8.0,
    dos_conduction=1e25,
    dos_valence=1e25,
    electron_mobility=0.0,
    hole_mobility=0.0,
    carriers=False,
)
METAL = ChargeContact(work_function=4.5)
CAPACITANCE = VACUUM_PERMITTIVITY * 4.0 / 1e-7


def ramped(delay: float, accuracy: str = "default"):
    """A capacitor behind a resistor, ramped from 0 to 1 V in 1 s; exact currents beside."""
    circuit = Circuit(series_resistance=delay / CAPACITANCE)
    stack = Stack(layers=(GLASS,), left=METAL, right=METAL, circuit=circuit)
    times = np.array([0.2, 0.4, 1.0, 2.0, 4.0]) * delay
    program = Program(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.zeros(2), times)
    record = follow(stack, program, accuracy=accuracy)
    return record, CAPACITANCE * (1.0 - np.exp(-times / delay))


@pytest.mark.parametrize("delay", [5e-3, 5e-4])
@pytest.mark.parametrize("accuracy", ["default", "high"])
def test_the_error_after_a_corner_is_small_and_seen(delay, accuracy):
    record, exact = ramped(delay, accuracy)
    true = np.abs(record.current_density - exact)
    assert np.all(true < 2e-3 * exact)
    # within a factor of 2 where it matters; elsewhere both are small
    large = true > 0.2 * true.max()
    assert np.all(record.error[large] > 0.5 * true[large])
    assert np.all(record.error[large] < 2.0 * true[large])


def test_points_beyond_the_limit_are_not_good():
    record, exact = ramped(5e-3)
    error = np.where(np.arange(len(exact)) == 2, 0.02, 1e-4) * exact
    found = _judged(record, error).status
    assert [s is Status.INACCURATE for s in found] == [False, False, True, False, False]
    failed = replace(record, status=(Status.NOT_CONVERGED, *record.status[1:]))
    assert _judged(failed, 1e-4 * exact).status[0] is Status.NOT_CONVERGED
