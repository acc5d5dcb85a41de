"""The chain from the film's spread to accuracy: what comes out, is kept, and is refused."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from halodot.array.scatter import Population
from halodot.cli.main import main
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.status import Status
from halodot.study import load
from halodot.task.state import Score
from halodot.variability import Settings, variability

variability_of = importlib.import_module("halodot.variability")
FEW = Settings(cells=5, cycles=1, levels=3, draws=2)
LABEL = "OGB, high compliance"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("v") / "out"
    return variability("m9", folder, spreads=(0.03, 0.3), variants=(LABEL,), settings=FEW)


def test_each_batch_has_states_yield_and_accuracy(found) -> None:
    assert [(p.variant, p.spread) for p in found.points] == [(LABEL, 0.03), (LABEL, 0.3)]
    for p in found.points:
        assert 1 <= float(p.states) <= 4
        assert 0.0 <= float(p.working) <= 1.0
        assert 0.05 <= float(p.accuracy) <= float(found.baseline) + 0.02
        assert "less than 90 %" in p.states.note


def test_the_folder_holds_table_numbers_and_page(found) -> None:
    body = json.loads((found.folder / "variability.json").read_text(encoding="utf-8"))
    assert len(body["points"]) == 2
    assert "<svg" in (found.folder / "report.html").read_text(encoding="utf-8")
    rows = (found.folder / "variability.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + 2 * 3


def test_the_same_study_gives_the_same_bytes(found, tmp_path: Path) -> None:
    again = variability("m9", tmp_path / "x", spreads=(0.03, 0.3), variants=(LABEL,), settings=FEW)
    for name in ("variability.json", "variability.csv", "report.html"):
        assert (again.folder / name).read_bytes() == (found.folder / name).read_bytes()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"spreads": (1.5,)}, "spread"),
        ({"variants": ("OGB",)}, "variant"),
        ({"settings": Settings(cells=1)}, "cells"),
        ({"settings": Settings(protocol="loop")}, "protocol"),
    ],
)
def test_what_cannot_be_done_is_refused(change, field) -> None:
    with pytest.raises(InputError) as e:
        variability("m9", **change)
    assert e.value.field == field


def drawn(value: float, note: str = "", status: Status = Status.OK) -> dict:
    return {"states": value, "yield": 0.5, "accuracy": 0.5, "status": status, "note": note}


def test_the_interval_counts_the_draws_that_are_left() -> None:
    alive = [drawn(float(k)) for k in range(10)]
    dead = [drawn(1.0, "never", Status.NOT_CONVERGED) for _ in range(9)]
    point = variability_of._joined("x", 0.1, alive + dead)
    assert point.states.note == "range of 10 draws holds less than 90 %"
    assert point.notes[0].startswith("9 of 19 draws are never written, which are left out")
    assert point.status is Status.NOT_CONVERGED
    assert variability_of._joined("x", 0.1, [drawn(float(k)) for k in range(19)]).states.note == ""


def test_statuses_of_score_and_of_the_voltages_that_were_tried_are_kept(monkeypatch) -> None:
    """The score's, and that of a voltage below the chosen one."""
    study = next(s for label, s in load("m9").variants if label == LABEL)
    pulses = variability_of.pulses_of(study, FEW)
    tried = []

    def measured(model, given, *, cells, cycles, levels, **_):
        tried.append(given.program_voltage)
        low = np.full((levels, cells, cycles), 1e-9)
        status = Status.MAX_STEPS if len(tried) == 1 else Status.OK
        high = 1e-9 if given.program_voltage < 1.0 else 1e-6
        return Population(low, np.full_like(low, high), np.ones(levels), status)

    monkeypatch.setattr(variability_of, "measure_cells", measured)
    model = SimpleNamespace(largest_voltage=2.0)
    assert variability_of.tuned(model, pulses, FEW)[2] is Status.MAX_STEPS
    assert len(tried) > 1
    assert variability_of.tuned(model, pulses, FEW)[2] is Status.OK

    def evaluate(tile, spec):
        return Score("digits", Sourced(0.9), Sourced(0.9), status=Status.INACCURATE)

    monkeypatch.setattr(variability_of.task, "evaluate", evaluate)
    found = variability_of._draw(study, lambda _: model, (0.03,), FEW, 0)
    assert [d["status"] for d in found] == [Status.INACCURATE]
    tried.clear()  # of MAX_STEPS and INACCURATE the first is the more severe
    found = variability_of._draw(study, lambda _: model, (0.03,), FEW, 0)
    assert [d["status"] for d in found] == [Status.MAX_STEPS]


def test_a_device_without_circuit_model_is_refused() -> None:
    with pytest.raises(InputError, match="filament"):
        variability("m4")


def test_the_verb_refuses_words_for_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["variability", "m9", "--spread", "much"]) == 2
    assert "--spread" in capsys.readouterr().err
