"""The bibliography of one report: every source that a shown value names, and for what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..library.sources import source
from .gather import quantities, states
from .model import ReportInput, SourceNote


def with_sources(result: ReportInput) -> ReportInput:
    """Return the result with a `SourceNote` for every source that any of its values names.

    Notes that the result already holds come first and stay as they are.
    """
    used: dict[str, dict[str, None]] = {}
    for name, q in _values(result):
        for key in q.sources:
            used.setdefault(key, {})[name] = None
    given = {s.key for s in result.sources}
    new = (note_of(key, tuple(names)) for key, names in sorted(used.items()) if key not in given)
    return replace(result, sources=(*result.sources, *new))


def note_of(key: str, used_for: tuple[str, ...] = ()) -> SourceNote:
    """Return the citation of one source; a key outside the bibliography stands as it is.

    >>> note_of("ref153").doi.startswith("10.")
    True
    """
    try:
        found = source(key)
    except InputError:
        return SourceNote(key, "as named by the user; not in the bibliography", "", used_for)
    link = f"doi:{found.doi}" if found.doi else ""
    text = found.citation.removesuffix(link).rstrip(", ") if link else found.citation
    return SourceNote(key, "" if text == key else text, found.doi, used_for)


def _values(result: ReportInput) -> Iterator[tuple[str, Sourced]]:
    """Every value that the page shows, with the name it carries there."""
    yield from result.inputs
    for variant in result.variants:
        for stage, state in states(variant):
            yield from ((f"{stage}.{key}", q) for key, q in quantities(state).items())
        for group in variant.figures:
            yield from ((f"figures.{f.name}", f.value) for f in group.figures)
    for c in result.comparisons:
        yield f"reported.{c.name}", c.reported
        yield f"computed.{c.name}", c.computed
