"""Generated pages are those that the code gives now; of computed numbers, their digits may move."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
ROUND_OFF = 1e-8  # what is smaller is round-off and may be anything smaller


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs_{name}", ROOT / f"docs/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def rows(page: str) -> list[list[str]]:
    """Cells of every row of every table, heads and rules left out."""
    lines = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    return [cells for cells in lines if cells[0] != "what"]


def test_the_page_of_study_keys_is_up_to_date() -> None:
    generate = load("generate")
    assert generate.PAGE.read_text(encoding="utf-8") == generate.page(), "run make docs"


def test_the_validation_page_has_the_checks_that_the_code_has() -> None:
    validation = load("validation")
    page = validation.PAGE.read_text(encoding="utf-8")
    assert page.startswith(validation.HEAD), "run make docs"
    wanted = [[what, beside, mark] for _, what, beside, mark in validation.skeleton()]
    assert [cells[:3] for cells in rows(page)] == wanted, "run make docs"
    assert re.findall(r"^## (.*)$", page, re.MULTILINE)[:-1] == [s[0] for s in validation.SECTIONS]


def test_every_miss_on_the_validation_page_has_its_reason() -> None:
    page = (ROOT / "docs/validation.md").read_text(encoding="utf-8")
    missed = [cells[0] for cells in rows(page) if cells[4] == "**no**"]
    explained = page.split("## What misses")[1]
    assert missed
    assert all(f"- {name} (" in explained for name in missed)
    assert "not known." not in explained
    total = len([c for c in rows(page) if c[4] != "not judged"])
    assert f"{total - len(missed)} of {total} checks hold." in page


@pytest.mark.slow
def test_the_validation_page_has_the_numbers_that_the_code_gives() -> None:
    validation = load("validation")
    committed = rows(validation.PAGE.read_text(encoding="utf-8"))
    for then, now in zip(committed, rows(validation.page()), strict=True):
        assert then[4] == now[4], now
        a, b = (list(map(float, NUMBER.findall(cells[3]))) for cells in (then, now))
        assert len(a) == len(b), now
        for x, y in zip(a, b, strict=True):
            # two digits are printed, so one unit of the second is up to 10 %
            assert max(abs(x), abs(y)) < ROUND_OFF or y == pytest.approx(x, rel=0.15), now
