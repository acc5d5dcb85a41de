"""Records as CSV and side-car: the same figures come out, and a folder reader takes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from halodot.device.state import Trace
from halodot.export import of_study
from halodot.export.traces import as_measured, write
from halodot.figures import READABLE, extract
from halodot.figures.reader import read
from halodot.figures.state import Figures
from halodot.measured.folder import read_folder


def numbers(found: Figures) -> dict[str, object]:
    return {f.name: f.category or f.value.value for f in found.figures}


def told(trace: Trace, path: Path) -> dict[str, object]:
    return numbers(extract(read(path, trace.kind, parameters=trace.parameters).trace))


@pytest.mark.parametrize("study", ["m9", "m8", "t1"])
def test_the_file_gives_the_figures_of_the_record(study: str, tmp_path: Path) -> None:
    exported = of_study(study)
    files = [p for p in write(exported, tmp_path) if p.suffix == ".csv"]
    seen = 0
    for trace, path in zip(map(as_measured, exported.traces), files, strict=True):
        if trace.kind in READABLE:
            ours, theirs = numbers(extract(trace)), told(trace, path)
            assert list(theirs) == list(ours)
            for name, value in ours.items():
                alike = (
                    value
                    if isinstance(value, str | None)
                    else pytest.approx(value, rel=1e-9, abs=0.0)
                )
                assert theirs[name] == alike, (trace.label, name)
            seen += 1
    assert seen > 1


def test_a_wrong_unit_in_the_file_is_seen(tmp_path: Path) -> None:
    exported = of_study("m9")
    path = write(exported, tmp_path)[0]
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("current (A)", "current (mA)"), encoding="utf-8")
    trace = as_measured(exported.traces[0])
    ours, theirs = numbers(extract(trace)), told(trace, path)
    assert theirs["compliance"] == pytest.approx(1e-3 * float(str(ours["compliance"])))


def test_the_reader_of_measured_folders_takes_them(tmp_path: Path) -> None:
    exported = of_study("m9")
    write(exported, tmp_path)
    records = read_folder(tmp_path)
    assert not records.refused
    assert [r.kind for r in records.used] == ["iv", "retention", "endurance", "endurance"]


def test_a_side_car_says_what_the_file_cannot(tmp_path: Path) -> None:
    exported = of_study("m8")
    paths = write(exported, tmp_path)
    side = json.loads(paths[1].read_text(encoding="utf-8"))
    assert side["kind"] == "iv"
    assert side["compliance"] == "5e-07 A"
    assert side["wavelength"].endswith(" m")
    about = side["about"]
    assert about["columns"]["current"] == "A"
    assert about["irradiance_W_per_m2"] == [1000.0]
    assert about["identity"] == exported.file.identity
    assert about["protocol"]["kind"] == "sweep"
    assert about["references"] == ["ref194", "review"]
    flash = json.loads((tmp_path / "2_flash-dim.json").read_text(encoding="utf-8"))
    assert flash["ignore"] is True  # simulated alone
