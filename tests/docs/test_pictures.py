"""Every picture that docs/ draws is there, is a picture, is small, and stands on a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
DRAWING = re.compile(r"^def ([a-z]\w*)\(\) -> Figure:", re.MULTILINE)
FILES = sorted(DOCS.glob("figures_*.py"))
NAMES = [n for f in FILES for n in DRAWING.findall(f.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_there_and_small(name: str) -> None:
    place = DOCS / f"theory/img/{name}.png"
    assert place.exists(), "run make docs"
    data = place.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert 5_000 < len(data) < 120_000
    shown = [p for p in DOCS.rglob("*.md") if f"img/{name}.png" in p.read_text(encoding="utf-8")]
    assert shown


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_file_of_drawings_draws(file: Path) -> None:
    assert DRAWING.findall(file.read_text(encoding="utf-8"))


def test_no_two_pictures_have_one_name() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_every_picture_of_a_page_has_a_drawing() -> None:
    places = [p for p in (DOCS / "theory/img").glob("*.png") if p.stem not in NAMES]
    assert not places
