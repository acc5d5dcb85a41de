"""Benchmarks: one file a group, each with ``run() -> list of rows``."""

from __future__ import annotations

import importlib
from typing import Any


def run_group(group: str, alone: bool = False) -> list[dict[str, Any]]:
    """Return the rows of ``bench_GROUP.py``; `alone`: asked for by name, with all the time."""
    module = importlib.import_module(f"benchmarks.bench_{group}")
    work = getattr(module, "run_alone", module.run) if alone else module.run
    return list(work())
