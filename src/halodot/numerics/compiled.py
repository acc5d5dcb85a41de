"""Compile hot kernels with numba, cached on disk and never stale.

numba's cache notices a change of the file a function stands in, but not of the functions it calls
from other files. The stamp of every cached kernel is therefore extended by a digest of all sources
it may have been built from: its own file and those that it imports from this project.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from numba import njit


@lru_cache(maxsize=64)
def _digest(source: Path) -> str:
    """Digest of a file and of all files that it imports relatively, directly or not."""
    total, seen, waiting = hashlib.sha256(), set(), [source]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        waiting += _imported(path)
    for path in sorted(seen):
        total.update(path.name.encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def _imported(path: Path) -> list[Path]:
    found = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            found += [folder.with_suffix(".py"), folder / "__init__.py"]
            found += [folder / f"{name.name}.py" for name in node.names]
    return found


def kernel(function: Callable[..., Any] | None = None, *, fastmath: Any = False) -> Any:
    """Compile `function` in numba's nopython mode, with NumPy's rules for division by zero.

    >>> @kernel
    ... def double(x):
    ...     return 2.0 * x
    >>> double(1.5)
    3.0
    """
    if function is None:
        return partial(kernel, fastmath=fastmath)
    source = Path(function.__code__.co_filename)
    if not source.is_file():
        return njit(error_model="numpy", fastmath=fastmath)(function)
    compiled = njit(cache=True, error_model="numpy", fastmath=fastmath)(function)
    index = compiled._cache._cache_file
    index._source_stamp = (index._source_stamp, _digest(source))
    return compiled
