"""What the review says of gates and of the gated transistor, asked of the shipped studies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from halodot import array, chain, circuits, study
from halodot.figures.state import Figures
from halodot.task import evaluate
from halodot.task.state import Score


def nominal(name: str) -> Score:
    """The task of a study on its nominal device."""
    file = study.load(study.find(name))
    model = circuits.models(file.study, file.library, chain.measure)
    tile = array.build(Figures("iv", "", ()), seed=file.study.study.seed, compact=model)
    one = replace(tile, figures=chain.measure(file.study, file.library).figures)
    assert file.study.task is not None
    return evaluate(one, file.study.task.model_copy(update={"draws": 0}))


@pytest.mark.slow
def test_the_photonic_memory_is_an_or_gate() -> None:
    """4.2: logic OR device with electric field and light as inputs; it needs its memory for it."""
    score = nominal("n8")
    assert score.value.value == 1.0
    assert score.value.value > score.baseline.value + 0.05
    assert score.others["direct_gain"].value < 1.0  # levels have to be restored


@pytest.mark.slow
def test_the_blend_makes_and_and_or_no_better_than_a_photoresistor() -> None:
    """4.2: AND and OR by the parameters of the inputs."""
    score = nominal("n8b")
    assert score.others["and_share"].value > 0.99
    assert score.others["or_share"].value > 0.99
    weak, strong = score.details["settings"].index("weak inputs"), 1
    assert score.details["chosen_settings"] == {"AND": weak, "OR": strong}
    assert score.others["advantage"].value == pytest.approx(0.0, abs=0.02)


@pytest.mark.slow
def test_a_transistor_gated_by_the_memristor_is_a_memory_that_light_writes() -> None:
    """4.2: an RRAM-gate FET analogous to a flash memory. It forgets within an hour, says m3."""
    score = nominal("n9")
    assert score.value.value > 0.99
    assert score.others["optical_write"].value > score.others["dark_write"].value + 0.5
    assert score.others["energy_read"].value < 0.1 * score.others["bare_energy_read"].value
    assert 1.0 < score.others["retention_s"].value < 3600.0
