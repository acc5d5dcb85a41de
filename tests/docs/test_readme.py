"""Every console and python block of the README runs, in order, in one empty folder."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from halodot.cli.main import main

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(console|python|toml)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_readme_has_examples_and_its_links_exist() -> None:
    assert {kind for kind, _ in BLOCKS} == {"console", "python", "toml"}
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (Path(__file__).parents[2] / target).exists(), target


def test_every_example_of_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for k, (kind, text) in enumerate(BLOCKS):
        if text.startswith("[recipe]"):
            (tmp_path / "my_recipe.toml").write_text(text, encoding="utf-8")
            continue
        if kind == "toml":
            (tmp_path / "snippet.toml").write_text(text, encoding="utf-8")
            assert main(["check", "snippet.toml"]) == 0
            assert main(["run", "snippet.toml", "-o", f"snippet_{k}"]) == 0
            continue
        if kind == "python":
            exec(compile(text, "README.md", "exec"), {})
            continue
        for line in text.splitlines():
            if line.startswith("$ "):
                command = shlex.split(line[2:])
                assert command[0] == "halodot"
                assert main(command[1:]) == 0, line
    assert (tmp_path / "my_run/report.html").is_file()
    assert (tmp_path / "my_sweep/table.csv").is_file()
    assert "reported" not in capsys.readouterr().err
