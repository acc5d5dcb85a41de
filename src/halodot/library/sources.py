"""The bibliography: references of the review, the other sources, and BibTeX for any of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from ..core.errors import InputError, nearest, shorten
from .vocabulary import rows_of

_DOI = re.compile(r"\b10\.\d{4,9}/[^\s,;|\"'<>]+")
_ARXIV = re.compile(r"\barxiv[:\s]*(\d{4}\.\d{4,5})(?:v\d+)?", re.IGNORECASE)
_BARE_ARXIV = re.compile(r"^\d{4}\.\d{4,5}$")
_REFERENCE = re.compile(r"^(?:refs?\.?\s*)?\[?(\d{1,3})\]?$", re.IGNORECASE)
_REPOSITORY = re.compile(r"\bgithub\.com/[\w.-]+/[\w.-]+[\w-]", re.IGNORECASE)
_MATERIALS_PROJECT = re.compile(r"^mp-\d+$")


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of the bibliography; "" where something is not recorded.

    Parameters
    ----------
    key
        "review", "ref165", a DOI, "arXiv:...", a repository, or the user's own words.
    kind
        article | book | code | misc.
    authors
        As printed, separated by commas.
    title, journal, year, volume, issue, pages, doi, arxiv, url, licence
        As printed.
    note
        What was read of it, or a slip in the print.
    """

    key: str
    kind: str = "misc"
    authors: str = ""
    title: str = ""
    journal: str = ""
    year: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    arxiv: str = ""
    url: str = ""
    licence: str = ""
    note: str = ""

    @property
    def citation(self) -> str:
        """One line for people.

        >>> source("ref153").citation.split(",")[0]
        'A.N. Aleshin'
        """
        where = " ".join(p for p in (self.journal, self.volume) if p)
        where += f", {self.pages}" if self.pages else ""
        where += f" ({self.year})" if self.year else ""
        link = f"doi:{self.doi}" if self.doi else f"arXiv:{self.arxiv}" if self.arxiv else self.url
        parts = (self.authors, self.title or ("" if where else self.key), where.strip(), link)
        return ", ".join(p for p in parts if p)


@lru_cache(maxsize=1)
def references() -> Mapping[str, Source]:
    """Return the references of the review by key, "ref1" to "ref215".

    >>> references()["ref153"].year
    '2017'
    """
    found = {}
    for r in rows_of("references.csv"):
        row = {k: v for k, v in r.items() if k != "number"}
        kind = "article" if r["journal"] else "book"
        found[f"ref{r['number']}"] = Source(f"ref{r['number']}", kind, **row)
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def others() -> Mapping[str, Source]:
    """Return the review itself and every other source, by key.

    >>> others()["review"].licence
    'CC BY 4.0'
    """
    found = {}
    for r in rows_of("other_sources.csv"):
        is_code = "github.com" in r["url"] or r["key"].startswith("python:")
        kind = "code" if is_code else "article" if r["title"] and r["journal"] else "misc"
        found[r["key"]] = Source(kind=kind, **r)
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def _by_identifier() -> dict[str, Source]:
    """Sources by lower-case DOI, arXiv number, repository and key; references come first."""
    found: dict[str, Source] = {}
    for s in (*references().values(), *others().values()):
        repository = _REPOSITORY.search(s.url)
        for word in (s.key, s.doi, s.arxiv, repository[0] if repository else ""):
            if word:
                found.setdefault(word.casefold(), s)
    return found


def source(key: str) -> Source:
    """Return the source meant by `key`.

    Parameters
    ----------
    key
        "review"; a reference of the review ("ref165", "165", "[165]"); a DOI; an arXiv id; a
        repository; or free text of more than one word, which becomes an entry of its own.

    Raises
    ------
    InputError
        If a single word is not known; the nearest keys are given.

    Examples
    --------
    >>> source("188").doi
    '10.1007/s12274-016-1288-2'
    >>> source("our notebook, page 12").kind
    'misc'
    """
    text = " ".join(str(key).split())
    known = _by_identifier().get(text.casefold())
    if known is not None:
        return known
    number = _REFERENCE.match(text)
    if number and f"ref{int(number[1])}" in references():
        return references()[f"ref{int(number[1])}"]
    found = _identified(text)
    if found is not None:
        return found
    if " " in text and not number:
        return Source(text, title=text, note="as given by the user")
    keys = [*others(), *references()]
    allowed = "review, ref1 to ref215, a DOI, an arXiv id, a repository, or a description in words"
    raise InputError("source", key, allowed, nearest(text, keys) if len(text) > 2 else "")


def _identified(text: str) -> Source | None:
    """The source whose DOI, arXiv id or repository stands in `text`."""
    doi, arxiv, repository = _DOI.search(text), _ARXIV.search(text), _REPOSITORY.search(text)
    if doi:
        name = _trimmed(doi[0])
        return _by_identifier().get(name.casefold()) or Source(name, doi=name)
    if arxiv or _BARE_ARXIV.match(text):
        name = arxiv[1] if arxiv else text
        known = _by_identifier().get(name)
        return known or Source(f"arXiv:{name}", journal="arXiv", arxiv=name)
    if repository:
        name = repository[0]
        known = _by_identifier().get(name.casefold())
        return known or Source(name, kind="code", url=f"https://{name}")
    if _MATERIALS_PROJECT.match(text):
        url = f"https://materialsproject.org/materials/{text}"
        title = f"Materials Project, entry {text}"
        return Source(text, title=title, url=url, licence="CC BY 4.0")
    return None


def _trimmed(doi: str) -> str:
    """A DOI found in running text, without the punctuation that follows it."""
    doi = doi.rstrip(".?")
    while doi.endswith(")") and doi.count(")") > doi.count("("):
        doi = doi[:-1].rstrip(".?")
    return doi


_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$",
    "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def escape(text: str) -> str:
    """Return `text` with the characters that TeX reserves escaped.

    >>> print(escape("50% of A&B_2"))
    50\\% of A\\&B\\_2
    """
    plain = "".join(c if c.isprintable() else " " for c in text)
    return "".join(_ESCAPES.get(c, c) for c in plain)


def _authors(text: str) -> str:
    names = re.sub(r",?\s*et al\.?$", " and others", text.strip())
    return escape(re.sub(r",\s+", " and ", names))


def _fields(s: Source) -> dict[str, str]:
    publisher = s.note.removeprefix("book; ") if s.kind == "book" else ""
    linked = s.url and not (s.doi and s.doi in s.url)
    note = "; ".join(p for p in (s.licence, "" if publisher else s.note) if p)
    title = s.title or shorten(s.key, 200)
    return {
        "author": _authors(s.authors),
        "title": "{" + escape(title) + "}",
        "journal": escape(s.journal) if s.kind == "article" else "",
        "howpublished": escape(s.journal) if s.kind not in ("article", "book") else "",
        "publisher": escape(publisher),
        "year": escape(s.year),
        "volume": escape(s.volume),
        "number": escape(s.issue),
        "pages": escape(s.pages.replace("–", "--")),
        "doi": escape(s.doi),
        "eprint": escape(s.arxiv),
        "archiveprefix": "arXiv" if s.arxiv else "",
        "url": escape(s.url) if linked else "",
        "note": escape(note),
    }


def resolve(keys: Iterable[str]) -> tuple[Source, ...]:
    """Return the sources of `keys`, each once; one key may name several, separated by ";".

    >>> [s.key for s in resolve(["188", "ref188", "review; ref190"])]
    ['ref188', 'review', 'ref190']
    """
    return tuple({s.key: s for key in keys for s in _several(str(key))}.values())


def _several(key: str) -> list[Source]:
    parts = [p.strip() for p in key.split(";") if p.strip()]
    if len(parts) > 1 and all(" " not in p for p in parts):
        return [source(p) for p in parts]
    return [source(key)]


def bibtex(keys: Iterable[str]) -> str:
    """Return BibTeX for `keys`: one entry for each source, with unique entry keys.

    Raises
    ------
    InputError
        If a key is not known.

    Examples
    --------
    >>> bibtex(["188"]).splitlines()[0]
    '@article{ref188,'
    """
    entries: dict[str, str] = {}
    for s in resolve(keys):
        kind = s.kind if s.kind in ("article", "book") else "misc"
        stem = re.sub(r"[^A-Za-z0-9]+", "_", s.key)[:60].strip("_") or "source"
        name, count = stem, 1
        while name in entries:
            count += 1
            name = f"{stem}_{count}"
        body = [f"  {field} = {{{value}}}" for field, value in _fields(s).items() if value]
        entries[name] = f"@{kind}{{{name},\n" + ",\n".join(body) + "\n}\n"
    return "\n".join(entries.values())
