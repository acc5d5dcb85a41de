"""The one vocabulary of what the literature states: names, kinds, units, places, confidences."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from ..core.errors import InputError, nearest

KINDS = ("number", "category", "trend", "label", "set", "text")
COMPARED = ("number", "category", "trend", "label")
TRENDS = ("rises", "falls", "none")
BOUNDS = ("=", ">", "<")

PLACES = {
    "text": "running text of the review",
    "table": "a table of the review",
    "figure": "a figure or its caption in the review",
    "abstract": "abstract of the cited source itself",
    "secondary": "another text about the cited source",
    "bibliography": "reference list of the review",
    "reference": "what is known independently of the review and the cited source",
}

CONFIDENCES = {
    "T": "read in the text or data of the source itself",
    "A": "read in the abstract of the source",
    "S": "second-hand",
    "F": "machine-written description of a figure: order of magnitude only",
    "R": "review only",
    "D": "derived by arithmetic from other rows",
    "C": "computed from tabulated data",
    "K": "textbook knowledge: an order or a sign, never a number",
    "M": "remembered, not read: never a target of a comparison",
}


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the vocabulary.

    Parameters
    ----------
    name
        Name of the quantity.
    kind
        number | category | trend | label | set | text; the last two are never compared.
    unit
        SI unit of a number (eV for energies, "1" for a pure number), else "text".
    family
        Quantities of one family must not carry the same number for the same device.
    allowed
        Canonical values of a category.
    doc
        What it means.
    """

    name: str
    kind: str
    unit: str
    family: str
    allowed: tuple[str, ...]
    doc: str

    def canonical(self, text: str) -> str:
        """Return the canonical form of a value that is not a number.

        Raises
        ------
        InputError
            If a category or a trend has no such value.
        """
        allowed = TRENDS if self.kind == "trend" else self.allowed
        if self.kind == "set":
            words = text.split()
            return " ".join(sorted(self._known(w, allowed) for w in words))
        if self.kind in ("category", "trend"):
            return self._known(text.strip(), allowed)
        return text.strip()

    def _known(self, word: str, allowed: tuple[str, ...]) -> str:
        if word not in allowed:
            raise InputError(
                self.name, word, "one of " + ", ".join(allowed), nearest(word, allowed)
            )
        return word


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of one data file of the review, as text.

    >>> len(rows_of("references.csv"))
    215
    """
    path = resources.files(__package__) / "data" / "review" / name
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


@lru_cache(maxsize=1)
def terms() -> Mapping[str, Term]:
    """Return every term of the vocabulary by its name.

    >>> terms()["set_voltage"].unit
    'V'
    """
    found = {}
    for r in rows_of("vocabulary.csv"):
        unit = r["unit"] or "text"
        allowed = tuple(r["allowed"].split())
        found[r["name"]] = Term(r["name"], r["kind"], unit, r["family"], allowed, r["doc"])
    return MappingProxyType(found)


def term(name: str) -> Term:
    """Return the term `name`.

    Raises
    ------
    InputError
        If there is none; the nearest names are given.

    Examples
    --------
    >>> term("mobility_hole").kind
    'number'
    """
    if name not in terms():
        raise InputError("quantity", name, "a quantity of the literature", nearest(name, terms()))
    return terms()[name]


def canonical_condition(text: str) -> str:
    """Return a condition with its parts sorted, so that equal conditions are equal text.

    >>> canonical_condition("mode=volatile;ligand=OGB")
    'ligand=OGB; mode=volatile'
    """
    return "; ".join(sorted(" ".join(p.split()) for p in text.split(";") if p.strip()))


def parts_of(condition: str) -> dict[str, str]:
    """Return the parts of a condition by their name.

    >>> parts_of("ligand=OGB; mode=volatile")["mode"]
    'volatile'
    """
    pairs = (p.partition("=") for p in condition.split("; ") if p)
    return {name.strip(): value.strip() for name, _, value in pairs}
