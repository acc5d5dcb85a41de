"""What a study will use, before anything is run: every value with its basis and source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import device
from .answers import check_names
from .chain import Result, matter
from .core.sourced import Sourced
from .core.units import engineering
from .film.state import FilmProperties
from .library import Library
from .study import Study, StudyFile, load, quantities

_ORDER = ("assumed", "unknown", "fitted", "computed", "sourced", "given")


def check(path: str | Path | StudyFile) -> list[dict[str, Any]]:
    """Return a row per value of the resolved study; assumed ones come first.

    Every name is looked up and every formula read, in all variants, so that a study that passes
    can be run.

    Raises
    ------
    InputError
        Names the field, the value, what is allowed and what to try.
    """
    file = path if isinstance(path, StudyFile) else load(path)
    rows: dict[str, Sourced] = {}
    found = []
    for label, study in file.variants:
        before = f"{label}: " if label and rows else ""
        result = matter(study, file.library)
        found.append(result)
        for key, q in values(study, file.library, result):
            if rows.get(key) != q:
                rows[before + key if key in rows else key] = q
    check_names(file.study, found)
    ranked = sorted(rows.items(), key=lambda item: _ORDER.index(item[1].basis))
    return [row(key, q) for key, q in ranked]


def values(study: Study, library: Library, result: Result) -> Iterator[tuple[str, Sourced]]:
    """Yield every value that the study sets, and those that its stages take from the library."""
    yield from quantities(study)
    if study.recipe and result.population:
        yield "population.size", result.population.size
    yield from _device(study, result.film, library)


def _device(
    study: Study, solid: FilmProperties | None, library: Library
) -> Iterator[tuple[str, Sourced]]:
    if study.device is None:
        return
    given = dict(quantities(study.device, "device"))
    for key, q in device.resolved_values(study.device, solid, library).items():
        if key not in given:
            yield key, q
    for protocol in study.protocol:
        device.check_protocol(study.device, protocol)


def row(key: str, q: Sourced) -> dict[str, Any]:
    """Return one row of the table: the value in a customary unit, basis, sources, note."""
    text = ["", "", ""]
    for k, x in enumerate((q.value, q.low, q.high)):
        text[k] = "" if x is None else engineering(x, q.unit)
    return {
        "key": key,
        "value": text[0] or "unknown",
        "interval": f"{text[1]} to {text[2]}" if text[1] else "",
        "basis": q.basis,
        "sources": list(q.sources),
        "note": q.note,
    }
