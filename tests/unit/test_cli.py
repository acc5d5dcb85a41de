"""The verbs run, check, new and sweep as a user meets them."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from halodot.cli.main import main
from halodot.core import tomlfile
from halodot.study import load, resolve
from halodot.template import EXAMPLES, template

QUICK = 'title = "A film'
FAST = 'draws = 1\ntitle = "A film'


def study(folder: Path, kind: str = "memristor", more: str = "") -> Path:
    path = folder / "s.toml"
    path.write_text(template(kind).replace(QUICK, FAST, 1) + more)
    return path


def data_files(folder: Path) -> dict[str, bytes]:
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != "timings.json")
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def test_a_run_can_be_run_again_from_itself_to_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = (
        '\n[[variant]]\nlabel = "thin"\nset = {"device.layer[0].thickness" = "50 nm"}\n'
        '[[variant]]\nlabel = "as is"\n'
        '[[reported]]\nname = "maximum_window"\nvalue = 3\nrole = "predicted"\nvariant = "as is"\n'
        '[[reported]]\nname = "mobility_hole"\nvalue = 3\nunit = "cm2/Vs"\nrole = "input"\n'
    )
    assert main(["run", str(study(tmp_path, more=more)), "-o", str(tmp_path / "a")]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == str(tmp_path / "a/report.html")
    assert "nothing in this study computes" not in out
    assert main(["run", str(tmp_path / "a/study.toml"), "-o", str(tmp_path / "b")]) == 0
    assert data_files(tmp_path / "a") == data_files(tmp_path / "b")
    names = set(data_files(tmp_path / "a"))
    assert {"report.html", "figures.csv", "inputs.csv", "results.json", "sources.bib"} <= names
    assert {"traces/thin_0_iv.nc", "traces/as-is_0_iv.csv"} <= names
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b", "s.toml"]


def test_json_is_one_flat_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(study(tmp_path)), "-o", str(tmp_path / "a"), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["status"] == "ok"
    assert body["set_voltage_V"]["basis"] in ("unknown", "computed")
    assert main(["check", str(tmp_path / "s.toml"), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["values"][0]["basis"] == "assumed"  # assumptions first
    assert body["study"] == json.loads(json.dumps(resolve(load(tmp_path / "s.toml").study)))


@pytest.mark.parametrize("kind", EXAMPLES)
def test_new_writes_a_study_that_passes_check_and_never_overwrites(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "new.toml"
    assert main(["new", kind, "-o", str(path)]) == 0
    assert main(["check", str(path)]) == 0
    path.write_text("mine")
    assert main(["new", kind, "-o", str(path)]) == 2
    assert path.read_text() == "mine"
    assert main(["new", kind]) == 0
    assert capsys.readouterr().out.endswith(template(kind))


def test_every_commented_key_of_a_template_is_known(tmp_path: Path) -> None:
    text = template("memristor").replace('# packing = "random"', 'packing = "superlattice"')
    text = text.replace("# mobility_hole = ...", 'mobility_hole = "1e-3 cm2/Vs"')
    (tmp_path / "s.toml").write_text(text)
    film = load(tmp_path / "s.toml").study.film
    assert film is not None
    assert (film.packing, float(film.mobility_hole)) == ("superlattice", 1e-7)


def test_a_sweep_survives_bad_points_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["sweep", str(study(tmp_path)), "-o", str(tmp_path / "sw"), "--draws", "0"]
    vary = ["--vary", "device.layer[0].thickness=50 nm,-3 nm", "--vary", "film.ligand=OA,DDAB"]
    assert main([*command, *vary]) == 1
    table = list(csv.DictReader((tmp_path / "sw/table.csv").open()))
    assert [row["status"] for row in table] == ["ok", "ok", "refused", "refused"]
    assert "device.layer[0].thickness" in table[3]["reason"]
    assert (tmp_path / "sw/iv.svg").read_text().lstrip().startswith("<")
    before = data_files(tmp_path / "sw")
    times = {p: p.stat().st_mtime_ns for p in (tmp_path / "sw/points").rglob("*.nc")}
    assert main([*command, *vary, "--json"]) == 1
    assert data_files(tmp_path / "sw") == before
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "sw/points").rglob("*.nc")} == times
    assert len(json.loads(capsys.readouterr().out.split("table.csv\n")[-1])["points"]) == 4


@pytest.mark.parametrize(
    "vary", ["film.lignd=OA", "film.ligand", "=x", "film.ligand=", "device.layer[5].name=a"]
)
def test_a_sweep_that_cannot_be_is_refused(
    vary: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["sweep", str(study(tmp_path)), "-o", str(tmp_path / "sw"), "--vary", vary]
    assert main(command) == 2
    assert "allowed" in capsys.readouterr().err
    assert not (tmp_path / "sw").exists()


def test_a_folder_of_others_is_refused_by_run_and_sweep(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/diary.txt").write_text("dear")
    target = ["-o", str(tmp_path / "mine")]
    assert main(["run", str(study(tmp_path)), *target]) == 2
    assert main(["sweep", str(tmp_path / "s.toml"), *target, "--vary", "film.ligand=OA"]) == 2
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["diary.txt"]


def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    path = study(tmp_path)
    text = path.read_text().replace("draws = 1\n", "draws = 12\n")
    path.write_text(text)
    command = [sys.executable, "-m", "halodot.cli.main", "run", "s.toml", "-o"]
    subprocess.run([*command, "whole"], cwd=tmp_path, check=True, capture_output=True)
    killed = subprocess.Popen([*command, "run"], cwd=tmp_path, stdout=subprocess.DEVNULL)
    checkpoint = tmp_path / "run.partial/checkpoints/draw3.json"
    deadline = time.monotonic() + 120
    while not checkpoint.exists() and killed.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    assert not (tmp_path / "run").exists()  # it was killed in the middle
    assert checkpoint.exists()
    subprocess.run([*command, "run"], cwd=tmp_path, check=True, capture_output=True)
    assert data_files(tmp_path / "run") == data_files(tmp_path / "whole")
    assert json.loads((tmp_path / "run/timings.json").read_text())["resumed"] is True
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run", "s.toml", "whole"]


def test_workers_give_the_same_bytes_as_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = study(tmp_path)
    path.write_text(path.read_text().replace("draws = 1\n", "draws = 4\n"))
    assert main(["run", str(path), "-o", str(tmp_path / "one")]) == 0
    monkeypatch.setattr("halodot.ensemble._WORTH_A_POOL", 0.0)
    assert main(["run", str(path), "-o", str(tmp_path / "two")]) == 0
    assert data_files(tmp_path / "one") == data_files(tmp_path / "two")


def test_the_python_functions_mirror_the_verbs(tmp_path: Path) -> None:
    import halodot

    path = study(tmp_path)
    run = halodot.run(path, draws=0)
    assert run.folder is None
    assert run.status.is_good
    assert len(run.results[0][1].traces) == 1
    assert halodot.check(path)[0]["basis"] == "assumed"
    assert tomlfile.parse(halodot.new("transistor"))["study"]["id"] == "my_transistor"
    with pytest.raises(AttributeError):
        halodot.no_such_verb  # noqa: B018


def test_a_verb_runs_where_its_output_is_closed() -> None:
    command = f"exec {sys.executable} -m halodot.cli.main crystal CsPbBr3 >&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_run_is_replaced_by_the_same_study_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = '[study]\nid = "ID"\ntitle = "t"\n[crystal]\nformula = "CsPbBr3"\n'
    for name in ("p1", "other"):  # a folder with the name of a shipped study among them
        (tmp_path / f"{name}.toml").write_text(text.replace("ID", name), encoding="utf-8")
    assert main(["run", "p1.toml", "-o", "p1"]) == 0
    before = data_files(tmp_path / "p1")
    assert main(["run", "p1.toml", "-o", "p1"]) == 0
    capsys.readouterr()
    assert main(["run", "other.toml", "-o", "p1"]) == 2
    message = capsys.readouterr().err
    assert "output folder" in message
    assert "another, p1" in message
    assert data_files(tmp_path / "p1") == before
    assert not (tmp_path / "p1.partial").exists()
