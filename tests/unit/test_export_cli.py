"""The verb export: files, their heads, refusals, and that a folder is never left half."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import halodot
from halodot.cli.export import TARGETS
from halodot.cli.main import main
from halodot.core.errors import InputError
from halodot.export import writing
from halodot.study import load


@pytest.mark.parametrize(("target", "ending"), [("spice", ".lib"), ("verilog-a", ".va")])
def test_files_are_listed_and_say_what_they_are(
    target: str, ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x"
    assert main(["export", "m9", "--to", target, "-o", str(out)]) == 0
    listed = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert listed
    assert all(path.is_file() for path in listed)
    text = next(p for p in listed if p.suffix == ending).read_text(encoding="ascii")
    for word in (halodot.__version__, "study m9", load("m9").identity, "fitted (ref142)", "Use:"):
        assert word in text
    assert "Assumptions" in text


def test_json_lists_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["export", "m9", "--to", "verilog-a", "-o", str(tmp_path / "x"), "--json"])
    body = json.loads(capsys.readouterr().out)
    assert body["target"] == "verilog-a"
    assert [Path(p).suffix for p in body["files"]] == [".va"]


def test_several_targets_share_a_folder_and_a_manifest(tmp_path: Path) -> None:
    out = tmp_path / "x"
    halodot.export_to("m9", "spice", out)
    halodot.export_to("m9", "verilog-a", out, "OGB, high compliance")
    files = writing.manifest(out)["files"]
    assert {f["target"] for f in files.values()} == {"spice", "verilog-a"}
    assert all((out / name).is_file() for name in files)
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_the_same_export_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        halodot.export_to("m9", "spice", tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_an_unknown_target_or_variant_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'spice'"):
        halodot.export_to("m9", "spise", tmp_path / "x")
    with pytest.raises(InputError, match="OGB, low compliance"):
        halodot.export_to("m9", "spice", tmp_path / "x", "OGB, low complianse")
    assert not list(tmp_path.iterdir())


def test_a_study_without_filament_is_told_what_it_can_export(tmp_path: Path) -> None:
    for target in ("spice", "verilog-a", "nir"):
        with pytest.raises(InputError, match="traces"):
            halodot.export_to("t1", target, tmp_path / "x")
    assert not list(tmp_path.iterdir())


def test_a_folder_of_other_things_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(InputError, match="nothing was touched"):
        halodot.export_to("m9", "spice", tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_failed_export_leaves_the_earlier_one_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "x"
    halodot.export_to("m9", "verilog-a", out)
    before = {p.name: p.read_bytes() for p in out.iterdir()}

    def fails(exported: object, folder: Path) -> list[Path]:
        (folder / "half.lib").write_text("half", encoding="utf-8")
        raise InputError("export", "half", "whole", "")

    monkeypatch.setitem(writing.TARGETS, "spice", fails)
    with pytest.raises(InputError):
        halodot.export_to("m9", "spice", out)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_the_verb_names_every_target() -> None:
    assert set(TARGETS) == set(writing.TARGETS)


def test_a_demo_bench_stands_beside_the_cell(tmp_path: Path) -> None:
    halodot.export_to("m8", "spice", tmp_path / "x")
    text = (tmp_path / "x/halodot_m8_demo.cir").read_text(encoding="ascii")
    assert ".include halodot_m8.lib" in text
    corners = [
        float(v)
        for line in text.splitlines()
        if line.startswith("+ ")
        for v in line[2:].rstrip(")").split()
    ]
    assert np.max(corners[1:16:2]) == pytest.approx(3.0)
