"""The one loader: data files become a `Library` of typed, sourced values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from ..core.errors import InputError, nearest
from .entry import Entry, Row, unknown_name
from .reading import read_csv, read_file
from .schema import KINDS

_Key = tuple[str, str, str]


@dataclass(frozen=True)
class Library:
    """All materials known, built in or given by the user.

    Attributes
    ----------
    rows
        One value each.
    folder
        Where the files stand that a study names: spectra, optical constants.

    Examples
    --------
    >>> lib = Library.builtin()
    >>> round(float(lib.entry("perovskite", "CsPbBr3").quantity("band_gap")), 2)
    2.36
    >>> lib.entry("electrode", "indium tin oxide").name
    'ITO'
    """

    rows: tuple[Row, ...]
    folder: Path = Path()

    @classmethod
    def builtin(cls) -> Library:
        """Return the library that ships with the package (read once)."""
        return _builtin()

    def with_files(self, paths: Iterable[str | Path]) -> Library:
        """Return this library with the values of user's files; a later file wins value by value.

        Parameters
        ----------
        paths
            CSV (columns kind, name, quantity, value, low, high, unit, basis, source, place, note)
            or TOML files (tables ``[[material]]``).

        Raises
        ------
        InputError
            Names the file, the row and the column that cannot be used.
        """
        merged = dict(self._by_key)
        for path in paths:
            for key, rows in _grouped(read_file(path)).items():
                known = self._same_material(key)
                added = merged.get(known, ()) if key[2] == "alias" else ()
                merged[known] = (*added, *(replace(r, name=known[1]) for r in rows))
        return Library(tuple(r for rows in merged.values() for r in rows), self.folder)

    def entry(self, kind: str, name: str) -> Entry:
        """Return the material `name` of `kind`; aliases and other capitals are accepted.

        Raises
        ------
        InputError
            If `kind` or `name` is unknown; the nearest names are given.
        """
        entries = self._entries.get(kind)
        if entries is None:
            raise InputError("kind", kind, "one of " + ", ".join(KINDS), nearest(kind, KINDS))
        found = entries.get(name) or self._by_word[kind].get(_word(name))
        if found is None:
            known = [n for e in entries.values() for n in (e.name, *e.aliases)]
            raise unknown_name(kind, name, known)
        return found

    def names(self, kind: str) -> tuple[str, ...]:
        """Return the names of all materials of `kind`, sorted."""
        if kind not in KINDS:
            raise InputError("kind", kind, "one of " + ", ".join(KINDS), nearest(kind, KINDS))
        return tuple(sorted(self._entries[kind]))

    def find(self, name: str, kinds: Sequence[str] = KINDS) -> Entry:
        """Return the material `name` of the first of `kinds` that has it.

        Raises
        ------
        InputError
            If none has it.
        """
        for kind in kinds:
            found = self._entries[kind].get(name) or self._by_word[kind].get(_word(name))
            if found is not None:
                return found
        known = [n for k in kinds for e in self._entries[k].values() for n in (e.name, *e.aliases)]
        raise unknown_name(" or ".join(kinds), name, known)

    @cached_property
    def _by_key(self) -> dict[_Key, tuple[Row, ...]]:
        return _grouped(self.rows)

    @cached_property
    def _entries(self) -> dict[str, dict[str, Entry]]:
        tables: dict[str, dict[str, dict[str, tuple[Row, ...]]]] = {k: {} for k in KINDS}
        for (kind, name, quantity), rows in self._by_key.items():
            tables[kind].setdefault(name, {})[quantity] = rows
        return {k: {n: Entry(k, n, q) for n, q in t.items()} for k, t in tables.items()}

    @cached_property
    def _by_word(self) -> dict[str, dict[str, Entry]]:
        words: dict[str, dict[str, Entry]] = {}
        for kind, entries in self._entries.items():
            words[kind] = {_word(a): e for e in entries.values() for a in e.aliases}
            words[kind] |= {_word(e.name): e for e in entries.values()}
        return words

    def _same_material(self, key: _Key) -> _Key:
        """The key under the name that the library uses, where `key` names an alias."""
        kind, name, quantity = key
        found = self._by_word[kind].get(_word(name))
        return (kind, found.name if found is not None else name, quantity)


def _word(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


@lru_cache(maxsize=1)
def _builtin() -> Library:
    folder = resources.files(__package__).joinpath("data")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".csv")), key=lambda f: f.name)
    rows = [r for f in files for r in read_csv(f.read_text(encoding="utf-8"), f.name, "assumed")]
    return Library(tuple(r for group in _grouped(rows).values() for r in group))


def _grouped(rows: Iterable[Row]) -> dict[_Key, tuple[Row, ...]]:
    """Rows by (kind, name, quantity); the same source twice for one of them is an error."""
    groups: dict[_Key, dict[tuple[Any, ...], Row]] = {}
    for row in rows:
        group = groups.setdefault((row.kind, row.name, row.quantity), {})
        identity = (row.value.sources, row.place, row.text)
        if identity in group:
            raise InputError(
                row.where,
                f"{row.name} {row.quantity}",
                "one value for each source and place",
                f"it stands already at {group[identity].where}; remove one of the two",
            )
        group[identity] = row
    return {key: tuple(group.values()) for key, group in groups.items()}
