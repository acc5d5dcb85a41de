"""The raw tables of materials data, as text, one dictionary a row."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

from ..core.errors import InputError, nearest


def _folder() -> Traversable:
    return resources.files(__package__).joinpath("data", "materials")


def names() -> tuple[str, ...]:
    """Return the names of the raw tables, sorted."""
    return tuple(sorted(f.name[:-4] for f in _folder().iterdir() if f.name.endswith(".csv")))


@lru_cache(maxsize=16)
def table(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of raw table `name`, values as text.

    Raises
    ------
    InputError
        If there is no such table.

    Examples
    --------
    >>> len(table("ionic_radii"))
    85
    """
    if name not in names():
        raise InputError("table", name, "one of " + ", ".join(names()), nearest(name, names()))
    text = _folder().joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(io.StringIO(text)))
