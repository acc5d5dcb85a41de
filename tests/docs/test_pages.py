"""Every example of the pages runs, every link leads somewhere, every page has its parts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
THEORY = sorted(p for p in (ROOT / "docs/theory").glob("*.md") if p.name != "README.md")
PAGES = sorted((ROOT / "docs").rglob("*.md"))
PARTS = ("## Equations", "## Assumptions and range", "## Sources", "## Example")


def examples(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", [p for p in PAGES if examples(p)], ids=lambda p: p.stem)
def test_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shared: dict[str, object] = {}
    for text in examples(page):
        exec(compile(text, str(page), "exec"), shared)


@pytest.mark.parametrize("page", THEORY, ids=lambda p: p.stem)
def test_a_theory_page_has_its_parts_and_asserts_something(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    places = [text.index(part) for part in PARTS]
    assert places == sorted(places)
    assert any("assert " in e for e in examples(page))
    assert f"({page.name})" in (page.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_and_named_files_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (page.parent / target).exists(), target
    for name in re.findall(r"`((?:src|docs|tests|benchmarks)/[\w/.*]+)`", text):
        assert list(ROOT.glob(name)), name
