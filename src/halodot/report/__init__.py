"""The report: one self-contained page per study, and the pictures on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model import ReportInput

__all__ = ["write"]


def write(result: ReportInput, path: str | Path) -> Path:
    """Write the page of `result` to `path` and return it (see `page.write`)."""
    from .page import write as write_page  # jinja2 and matplotlib load only when used

    return write_page(result, path)
