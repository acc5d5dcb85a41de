"""The record of a pulse train starts at rest, so that its figures are read the right way round."""

import math

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.sourced import Sourced, computed
from halodot.device.spec import Pulses
from halodot.device.waveforms import pulses
from halodot.figures import extract
from halodot.figures.limits import make_trace

RESISTANCE = 1e6


def train(amplitude=1.0, read=0.1, width=0.01, period=0.05, count=20):
    spec = {"amplitude": amplitude, "read_voltage": read}
    quantities = {k: Sourced(v, "V", basis="given") for k, v in spec.items()}
    quantities["width"] = Sourced(width, "s", basis="given")
    quantities["period"] = Sourced(period, "s", basis="given")
    return Pulses.model_construct(kind="pulses", count=count, **quantities)


@pytest.mark.parametrize("amplitude", [1.0, -2.0])
@pytest.mark.parametrize("period", [0.0105, 0.05, 10.0])
def test_pulses_of_a_resistor(amplitude, period):
    wave = pulses(train(amplitude=amplitude, period=period))
    voltage = np.interp(wave.outputs, wave.time, wave.voltage)
    assert voltage[0] == 0.1
    assert np.all(np.diff(wave.outputs) > 0)
    columns = {"time": wave.outputs, "voltage": voltage, "current": voltage / RESISTANCE}
    found = extract(make_trace("pulses", columns, {"current": "A"}))
    assert found["pulses"].value.value == 20
    assert found["baseline"].value.value == pytest.approx(0.1 / RESISTANCE)
    assert found["response_first"].value.value == pytest.approx((amplitude - 0.1) / RESISTANCE)
    assert found["ppf_index"].value.value == pytest.approx(1.0)
    assert found["pulse_period"].value.value == pytest.approx(period)
    assert found["energy_per_pulse"].value.value == pytest.approx(
        amplitude**2 / RESISTANCE * 0.01, rel=0.03
    )
    assert found["retained_share"].value.value == pytest.approx(0.0, abs=1e-12)


def test_pulses_without_height_are_refused():
    with pytest.raises(InputError, match="another voltage"):
        pulses(train(amplitude=0.1))


def test_record_that_ends_with_its_last_pulse_has_no_retained_share():
    voltage = np.array([0, 0, 1, 1, 0, 0, 1, 1.0])
    columns = {"time": np.arange(8.0), "voltage": voltage, "current": voltage * 1e-6}
    found = extract(make_trace("pulses", columns, {"current": "A"}))
    assert not found["retained_share"].value.is_known


def test_no_number_that_is_not_finite_reaches_json():
    assert computed(math.nan, "1").to_json()["value"] is None
    assert computed(1.0, "1", 0.0, math.inf).to_json()["high"] is None
