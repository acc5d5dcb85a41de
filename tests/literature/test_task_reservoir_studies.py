"""The volatile mode of the reconfigurable memristor as a reservoir: what its study says of it."""

import pytest

from halodot import chain, circuits, study
from halodot.core.spec import build
from halodot.task.reservoir import capacity
from halodot.task.reservoir.spec import Pulses, Reservoir

from reservoir_standin import tile  # isort: skip


@pytest.mark.slow
def test_a_volatile_filament_remembers_little_beyond_the_present():
    """Fading memory of its current over fractions of a second, of less than two inputs."""
    file = study.load("n4")
    models = circuits.models(file.study, file.library, chain.measure)
    pulses = Pulses.model_validate({"read_voltage": "0.1 V"})
    spec = build(Reservoir, {"runs": 3, "steps": 800, "draws": False, "rank_sequences": 12})
    s = capacity.evaluate(tile(models(None)), spec.model_copy(update={"pulses": pulses}))
    assert 1.0 < s.value.value < 2.0
    assert s.others["processing_capacity"].value > 1.5 * s.value.value  # non-linear for the most
    assert s.others["narma10_nrmse"].value > s.others["narma10_nrmse_software"].value
    assert 1e-3 < s.others["decay_time"].value < 10.0
