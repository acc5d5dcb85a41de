"""Benchmarks: one file a group, each with ``run() -> list of rows``."""

from __future__ import annotations

import importlib
from typing import Any


def run_group(group: str) -> list[dict[str, Any]]:
    """Return the rows of ``bench_GROUP.py``."""
    return list(importlib.import_module(f"benchmarks.bench_{group}").run())
