"""Run folders: whole or not there, replaced safely, locked, resumed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from halodot.core import codec
from halodot.core.errors import InputError
from halodot.core.runfolder import MANIFEST, RunFolder, code_version, hash_of, is_run, manifest
from halodot.core.sourced import Sourced
from halodot.core.status import Status


def fill(target: Path, text: str = "one", identity: str = "a") -> Path:
    with RunFolder(target, identity) as folder:
        folder.write("data/x.csv", text)
        return folder.finish({"seconds": 1.0})


def stop(target: Path, identity: str, work: Callable[[RunFolder], object]) -> None:
    """Do `work` in the folder, then stop as Ctrl-C does."""

    def body() -> None:
        with RunFolder(target, identity) as folder:
            work(folder)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        body()


def test_a_finished_folder_holds_what_was_written_and_nothing_else(tmp_path: Path) -> None:
    done = fill(tmp_path / "run")
    names = sorted(p.relative_to(done).as_posix() for p in done.rglob("*") if p.is_file())
    assert names == ["data/x.csv", "run.json", "timings.json"]
    assert list(manifest(done)["files"]) == ["data/x.csv"]  # timings stand apart
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_an_older_run_is_replaced(tmp_path: Path) -> None:
    fill(tmp_path / "run")
    fill(tmp_path / "run", "two", "b")
    assert (tmp_path / "run/data/x.csv").read_text() == "two"
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_the_older_run_stays_while_the_new_one_fails(tmp_path: Path) -> None:
    fill(tmp_path / "run")
    stop(tmp_path / "run", "b", lambda f: f.write("data/x.csv", "half"))
    assert (tmp_path / "run/data/x.csv").read_text() == "one"


@pytest.mark.parametrize("name", ["notes.txt", "run.json"])
def test_a_folder_of_others_is_refused_and_untouched(tmp_path: Path, name: str) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / name).write_text("{}")
    with pytest.raises(InputError, match="output folder"):
        fill(tmp_path / "mine")
    assert (tmp_path / "mine" / name).read_text() == "{}"
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


def test_a_work_folder_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.partial").mkdir()
    (tmp_path / "run.partial/diary.txt").write_text("dear")
    with pytest.raises(InputError, match="partial"):
        fill(tmp_path / "run")
    assert (tmp_path / "run.partial/diary.txt").exists()


def test_a_file_a_missing_parent_and_a_hopeless_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for bad in ("file", "no/run", "file/run", "x" * 300, "a\0b"):
        with pytest.raises(InputError):
            fill(tmp_path / bad)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_the_parent_is_made_only_when_asked_for(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "runs/m1", "a", make_parent=True) as folder:
        folder.finish()
    assert is_run(tmp_path / "runs/m1")
    with pytest.raises(InputError), RunFolder(tmp_path / "new/m1", "a", make_parent=True):
        raise InputError("x", 1, "y")
    assert not (tmp_path / "new").exists()


def test_checkpoints_serve_the_same_run_only(tmp_path: Path) -> None:
    def interrupted(identity: str) -> bool:
        calls: list[int] = []
        work = lambda f: f.checkpoint("stage", lambda: calls.append(1) or 7.5)  # noqa: E731
        stop(tmp_path / "run", identity, work)
        return bool(calls)

    assert interrupted("a")
    assert not interrupted("a")
    assert interrupted("b")


def test_a_damaged_checkpoint_is_computed_again(tmp_path: Path) -> None:
    stop(tmp_path / "run", "a", lambda f: f.checkpoint("stage", lambda: 1.0))
    damaged = '{"!": "dataclass", "of": "os:x"}'
    (tmp_path / "run.partial/checkpoints/stage.json").write_text(damaged)
    with RunFolder(tmp_path / "run", "a") as folder:
        assert folder.checkpoint("stage", lambda: 2.0) == 2.0
        folder.finish()


def test_a_second_process_is_told_who_writes(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom halodot.core.runfolder import RunFolder\n"
        f"with RunFolder({str(tmp_path / 'run')!r}, 'a'):\n"
        "    print('in', flush=True)\n    sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "in\n"
    with pytest.raises(InputError, match=f"process {other.pid} is"):
        fill(tmp_path / "run")
    other.kill()  # SIGKILL: the lock goes with the process
    other.communicate()
    assert is_run(fill(tmp_path / "run"))


def test_a_run_killed_between_its_last_two_renames_is_mended(tmp_path: Path) -> None:
    fill(tmp_path / "run")
    os.rename(tmp_path / "run", tmp_path / "run.replaced")
    stop(tmp_path / "run", "a", lambda f: f.path)
    assert is_run(tmp_path / "run")
    fill(tmp_path / "run", "two", "b")
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_a_link_to_a_run_is_followed(tmp_path: Path) -> None:
    fill(tmp_path / "run")
    (tmp_path / "link").symlink_to(tmp_path / "run")
    fill(tmp_path / "link", "two")
    assert (tmp_path / "run/data/x.csv").read_text() == "two"
    assert (tmp_path / "link").is_symlink()


def test_manifest_refuses_what_is_no_run(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("[" * 5000)
    with pytest.raises(InputError):
        manifest(tmp_path)


def test_identity_depends_on_every_part() -> None:
    assert len({hash_of("a", "b"), hash_of("ab"), hash_of("b", "a"), code_version()}) == 4


def test_codec_is_lossless_and_refuses_foreign_classes() -> None:
    rng = np.random.default_rng(1)
    value = {
        "q": Sourced(0.1 + 0.2, "V", -1e-300, 5e-324, "assumed", ("ref1",), "µ"),
        "a": rng.random((3, 2)),
        "s": (Status.MAX_STEPS, None, True, [float("nan"), float("-inf")]),
        3: np.int64(4),
    }
    back = codec.loads(codec.dumps(value))
    assert back["q"] == value["q"]
    assert np.array_equal(back["a"], value["a"])
    assert back["s"][0] is Status.MAX_STEPS
    assert codec.dumps(back) == codec.dumps(value)
    for name in ("os:system", "halodot.core.runfolder:RunFolder", "halodot.core.codec:json.loads"):
        with pytest.raises(ValueError, match="not a"):
            codec.loads(json.dumps({"!": "dataclass", "of": name, "fields": {}}))
    with pytest.raises(TypeError):
        codec.dumps(object())
