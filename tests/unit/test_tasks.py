"""The table of tasks: rows beside baselines, kept, isolated from one another, refused clearly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from halodot.cli.main import main
from halodot.core import codec
from halodot.core.errors import InputError
from halodot.tasks import known, tasks, with_task

SHORT = """[study]
id = "{id}"
title = "Digits, briefly"
base = "m9"
variant = "{variant}"
draws = 0
[[protocol]]
kind = "sweep"
label = "loop"
corners = ["0 V", "2 V", "0 V", "-2 V", "0 V"]
rate = "1 V/s"
step = "50 mV"
read_voltage = "0.1 V"
[array]
[task]
name = "digits"
programmings = 5
{more}
"""


def study(folder: Path, name: str, variant: str = "OGB, high compliance", more: str = "") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(SHORT.format(id=name, variant=variant, more=more), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("tasks")
    paths = {"a1": study(folder, "a1"), "a2": study(folder, "a2", more="hidden = 8")}
    return tasks((), folder / "out", studies=paths), paths


def test_each_row_stands_beside_its_baseline(table) -> None:
    found, _ = table
    assert [r.id for r in found.rows] == ["a1", "a2"]
    for row in found.rows:
        assert row.status == "ok", row.reason
        assert row.score is not None
        assert 0.5 < float(row.score.value) <= float(row.score.baseline) + 0.02
        assert row.device == "Ag / CsPbBr3 dots / polyTPD / PEDOT:PSS / ITO"
    assert found.is_whole


def test_the_folder_holds_numbers_page_and_reports(table) -> None:
    found, _ = table
    body = json.loads((found.folder / "tasks.json").read_text(encoding="utf-8"))["tasks"]
    assert [r["id"] for r in body] == ["a1", "a2"]
    assert body[0]["measure"] == "accuracy"
    assert body[0]["accuracy"] == body[0]["value"]
    page = found.page.read_text(encoding="utf-8")
    assert "a1/report.html" in page
    assert "<svg" in page
    assert (found.folder / "a1" / "report.html").is_file()


def test_what_is_finished_is_not_run_again(table) -> None:
    found, paths = table
    before = (found.folder / "a1" / "report.html").stat().st_mtime_ns
    again = tasks((), found.folder, studies=paths)
    assert codec.dumps(again.rows) == codec.dumps(found.rows)
    assert (found.folder / "a1" / "report.html").stat().st_mtime_ns == before


def test_one_that_fails_stops_no_other(tmp_path: Path) -> None:
    bad = study(tmp_path, "b1", more="").read_text(encoding="utf-8")
    bad = bad.replace('corners = ["0 V", "2 V"', 'corners = ["0 V", "1e9 V"')
    (tmp_path / "b1.toml").write_text(bad.replace("1e9 V", "900 V"), encoding="utf-8")
    paths = {"b1": tmp_path / "b1.toml", "b2": study(tmp_path, "b2")}
    found = tasks((), tmp_path / "out", studies=paths)
    assert found.rows[1].status == "ok"
    assert not found.is_whole or found.rows[0].status == "ok"


def test_what_is_not_a_task_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one of"):
        tasks(("n77",), tmp_path / "x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(InputError, match="empty folder"):
        tasks(("n1",), tmp_path / "full")


def test_shipped_tasks_are_studies_with_a_task() -> None:
    assert set(known()) >= {"n1", "n7"}
    assert not set(known()) & {"m1", "t11"}


def test_any_device_takes_a_task_by_name(tmp_path: Path) -> None:
    file = with_task(study(tmp_path, "c1"), "mnist", [("array.wire_resistance", "3 ohm")])
    assert file.study.task.name == "mnist"
    assert float(file.study.array.wire_resistance) == 3.0
    with pytest.raises(InputError, match="task"):
        with_task("m8", "")


@pytest.mark.parametrize(
    ("device", "task", "settings", "word"),
    [
        ("m9", "looming", [], "a device that light falls on"),
        ("m4", "looming", [], "device.filament"),
        ("m4", "logic", [], "protocol.. of kind logic"),
        ("m4", "logic", [("task.model", "compact")], "device.filament"),
        ("m9", "logic", [("task.model", "figures")], "protocol.. of kind logic"),
        ("n8b", "logic", [], "the voltage at which outputs were recorded"),
        ("n8b", "gated_memory", [], "halodot task n9"),
        ("m4", "reservoir", [], "halodot task n4"),
        ("n4", "vowels", [("task.pulses.drive", "light")], "a device that light falls on"),
    ],
)
def test_a_task_that_cannot_run_is_refused_before_anything_runs(
    device, task, settings, word
) -> None:
    with pytest.raises(InputError, match=word):
        with_task(device, task, settings)


def test_what_a_task_needs_is_there_in_all_that_are_shipped() -> None:
    for name in known():
        assert with_task(name, "").study.task is not None
    assert with_task("m9", "logic").study.task.name == "logic"
    assert with_task("m5", "looming").study.task.name == "looming"  # one variant has a filament
    assert with_task("m4", "learning").study.task.name == "learning"


@pytest.mark.parametrize(
    "words",
    [["task"], ["task", "m9", "--all"], ["task", "--all", "--task", "digits"],
     ["task", "m9", "--task", "digitz"], ["task", "m9", "--task", "digits", "--set", "x"]],
)  # fmt: skip
def test_the_verb_refuses_what_it_cannot_do(words, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert capsys.readouterr().err.startswith("halodot: ")
    assert list(tmp_path.iterdir()) == []


def test_the_verb_prints_the_score_and_the_report(capsys, tmp_path: Path) -> None:
    path = study(tmp_path, "d1")
    assert main(["task", str(path), "-o", str(tmp_path / "out"), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["task"] == "digits"
    assert body["value"]["low"] <= body["value"]["value"] <= body["value"]["high"]
    assert main(["task", str(path), "-o", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.strip().endswith("report.html")
