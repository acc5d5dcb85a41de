"""Every picture that docs/ draws is there, is a picture, is small, and stands on a page."""

from __future__ import annotations

from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
NAMES = sorted(f.stem.removeprefix("figures_") for f in DOCS.glob("figures_p*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_there_and_small(name: str) -> None:
    place = DOCS / f"theory/img/{name}.png"
    assert place.exists(), "run make docs"
    data = place.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert 5_000 < len(data) < 120_000
    pages = list((DOCS / "theory").glob(f"{name}_*.md"))
    assert any(f"img/{name}.png" in p.read_text(encoding="utf-8") for p in pages)


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_has_its_function(name: str) -> None:
    assert f"\ndef {name}()" in (DOCS / f"figures_{name}.py").read_text(encoding="utf-8")
