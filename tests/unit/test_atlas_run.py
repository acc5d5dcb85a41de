"""The atlas on two tiny systems: isolation, going on, its files, its exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import halodot
from halodot import atlas as module
from halodot.atlas import Progress, atlas, chosen
from halodot.cli.main import main
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.report.compare import compare

KEYS = {"name", "unit", "kind", "bound", "reported", "computed", "low", "high", "ratio", "role",
        "within", "note"}  # fmt: skip
LATTICE = """
[study]
id = "{id}"
title = "lattice"
description = "Nothing was set with anything."
[crystal]
formula = "CsPbBr3"
[[reported]]
name = "tolerance_factor"
value = 0.5
bound = ">"
role = "predicted"
[[reported]]
name = "bartel_perovskite"
value = true
role = "predicted"
"""


@pytest.fixture
def studies(tmp_path: Path) -> dict[str, Path]:
    paths = {name: tmp_path / f"{name}.toml" for name in ("T12", "M9")}
    for name, path in paths.items():
        path.write_text(LATTICE.format(id=name.lower()), encoding="utf-8")
    return paths


def crashing(name: str, how: Callable[[], Any]) -> Callable[..., Any]:
    """The run of a study, which goes wrong for one system."""
    run = module.runs.run

    def crash(file: Any, *args: Any, **kwargs: Any) -> Any:
        if file.study.study.id == name:
            how()
        return run(file, *args, **kwargs)

    return crash


def test_two_systems(studies: dict[str, Path], tmp_path: Path) -> None:
    seen: list[Progress] = []
    found = atlas(("T12", "M9"), tmp_path / "a", studies=studies, jobs=2, watch=seen.append)
    assert [e.id for e in found.entries] == ["T12", "M9"]
    assert [(e.status, e.reason) for e in found.entries] == [("ok", "")] * 2
    assert found.is_whole
    assert (found.tally.numbers_within, found.tally.yes_no_within) == (2, 2)
    assert found["m9"].mechanism == "metal and halide vacancy filament"
    assert found["T12"].year == 2019
    assert {p.last.id for p in seen if p.last} == {"T12", "M9"}
    assert seen[-1].finished == seen[-1].systems == 2

    body = json.loads((tmp_path / "a" / "atlas.json").read_text(encoding="utf-8"))
    assert [s["id"] for s in body["systems"]] == ["T12", "M9"]
    for system in body["systems"]:
        assert {"id", "title", "status", "figures"} <= set(system)
        assert all(set(f) == KEYS for f in system["figures"])
    assert body["summary"]["predicted_numbers"] == 2
    lines = (tmp_path / "a" / "atlas.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 4
    page = found.page.read_text(encoding="utf-8")
    assert 'href="M9/report.html"' in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert (tmp_path / "a" / "M9" / "report.html").is_file()


@pytest.mark.parametrize(
    ("how", "word"),
    [
        (lambda: 1 / 0, "division by zero"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "signal 9"),
        (lambda: os._exit(3), "ended with 3"),
    ],
)
def test_a_system_that_crashes_stops_no_other(
    how: Callable[[], Any],
    word: str,
    studies: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as m:
        m.setattr(module.runs, "run", crashing("t12", how))
        found = atlas(("T12", "M9"), tmp_path / "a", studies=studies)
    assert (found["T12"].status, found["M9"].status) == ("failed", "ok")
    assert word in found["T12"].reason
    assert not found.is_whole
    mended = atlas(("T12", "M9"), tmp_path / "a", studies=studies)
    assert mended.is_whole


def test_bad_studies_are_failed_systems(studies: dict[str, Path], tmp_path: Path) -> None:
    studies["T12"].write_text("[study]\nid = ", encoding="utf-8")
    found = atlas(("T12", "T3", "M9"), tmp_path / "a", studies=studies)
    assert [e.status for e in found.entries] == ["failed", "failed", "ok"]
    assert "has none" in found["T3"].reason
    studies["T12"].write_text(LATTICE.format(id="t13"), encoding="utf-8")
    assert atlas(("T12",), tmp_path / "a", studies=studies)["T12"].status == "failed"


def test_a_finished_system_is_not_run_again(
    studies: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = atlas(("T12", "M9"), tmp_path / "a", studies=studies)
    pages = [(tmp_path / "a" / n).read_bytes() for n in ("atlas.html", "atlas.json", "atlas.csv")]
    monkeypatch.setattr(module.runs, "run", crashing("t12", lambda: os._exit(1)))
    again = atlas(("T12", "M9"), tmp_path / "a", studies=studies)
    assert again.entries == first.entries
    names = ("atlas.html", "atlas.json", "atlas.csv")
    assert [(tmp_path / "a" / n).read_bytes() for n in names] == pages
    changed = atlas(("T12", "M9"), tmp_path / "a", studies=studies, draws=5)  # another run
    assert [e.status for e in changed.entries] == ["failed", "ok"]


def test_an_atlas_that_was_killed_goes_on(studies: dict[str, Path], tmp_path: Path) -> None:
    named = {k: str(v) for k, v in studies.items()}
    code = (
        "import time\nfrom halodot import atlas as module\n"
        "run = module.runs.run\n"
        "def slow(file, *a, **k):\n"
        "    time.sleep(600 if file.study.study.id == 'm9' else 0)\n"
        "    return run(file, *a, **k)\n"
        "module.runs.run = slow\n"
        f"module.atlas(('T12', 'M9'), 'a', studies={named!r})\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path)
    card = tmp_path / "a" / "cards" / "T12.json"
    for _ in range(600):
        if card.is_file():
            break
        time.sleep(0.1)
    process.kill()
    process.wait()
    stamp = card.stat().st_mtime_ns
    found = atlas(("T12", "M9"), tmp_path / "a", studies=studies)
    assert found.is_whole
    assert card.stat().st_mtime_ns == stamp


def test_what_is_neither_computed_nor_unknown_with_a_reason_is_incomplete(
    studies: dict[str, Path], tmp_path: Path
) -> None:
    done = module.runs.run(studies["M9"])
    unsaid = compare("x", Sourced(1.0), Sourced(None, "1", basis="unknown"))
    said = compare("x", Sourced(1.0), Sourced.unknown("1", "no record that long"))
    for row, status in ((unsaid, "incomplete"), (said, "ok")):
        run = module.Run(done.file, done.results, (row,))
        assert module.entry_of("M9", run).status == status


def test_folder_and_names_are_checked(studies: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "notes.txt").write_text("mine", encoding="utf-8")
    for only, where, more in (
        (("M9",), "own", {}),
        (("M99",), "a", {}),
        (("M9",), "a/b/c", {}),
        (("M9",), "a", {"jobs": 0}),
        (("M9",), "a", {"draws": -1}),
    ):
        with pytest.raises(InputError):
            atlas(only, tmp_path / where, studies=studies, **more)
    assert [p.name for p in (tmp_path / "own").iterdir()] == ["notes.txt"]


def test_order_is_that_of_the_review() -> None:
    assert chosen(("M9", "t3")) == ("T3", "M9")
    assert len(chosen(())) == 25
    assert chosen(())[0] == "T1"
    assert chosen(())[-1] == "M10"


def test_the_verb(
    studies: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(module, "shipped", lambda: {k.lower(): v for k, v in studies.items()})
    folder = str(tmp_path / "a")
    assert main(["atlas", "--only", "M9,T12", "-o", folder, "--json"]) == 0
    out, err = capfd.readouterr()
    assert len(json.loads(out)["systems"]) == 2
    assert "[2/2" in err
    assert main(["atlas", "--only", "M9 T3", "-o", folder]) == 1
    out, _ = capfd.readouterr()
    assert "T3   failed" in out
    assert out.splitlines()[-1].endswith("atlas.html")
    assert main(["atlas", "--only", "M0", "-o", folder]) == 2


def test_the_function_is_the_verb(studies: dict[str, Path], tmp_path: Path) -> None:
    found = halodot.atlas(("M9",), tmp_path / "a", studies=studies)  # type: ignore[operator]
    assert found["M9"].status == "ok"


def test_what_runs_ends_with_an_atlas_that_is_stopped(
    studies: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.runs, "run", crashing("m9", lambda: time.sleep(30)))

    def stop(p: Progress) -> None:
        if p.running:
            raise KeyboardInterrupt

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        atlas(("M9",), tmp_path / "a", studies=studies, watch=stop)
    assert time.monotonic() - start < 25  # it slept for less than its 30 s
