"""The chain from the film's spread to accuracy: what comes out, is kept, and is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from halodot.cli.main import main
from halodot.core.errors import InputError
from halodot.variability import Settings, variability

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


def test_a_device_without_circuit_model_is_refused() -> None:
    with pytest.raises(InputError, match="filament"):
        variability("m4")


def test_the_verb_refuses_words_for_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["variability", "m9", "--spread", "much"]) == 2
    assert "--spread" in capsys.readouterr().err
