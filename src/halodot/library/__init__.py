"""Curated knowledge: a source per value, one typed loader."""

from __future__ import annotations

from .entry import Entry
from .loader import Library

__all__ = ["Entry", "Library"]
