"""What the review and the sources it cites state: tables, systems, claims and conflicts.

Huang et al., Nano-Micro Lett. 15, 16 (2023), https://doi.org/10.1007/s40820-022-00983-6.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from ..core.errors import InputError, nearest
from ..core.sourced import Sourced
from .claim import Claim, claim
from .conflicts import Conflict, find, refuted_claims
from .vocabulary import canonical_condition, rows_of, term, terms

TABLES = ("transistors", "memories", "synthesis_sizes")
Cell = float | str | None
_WORDS = {
    "composition", "treatment", "electrodes", "other_channel_material", "mechanism", "reference",
    "text_note", "material", "method", "precursor", "condition", "ligand", "power_bound",
    "on_off_bound",
}  # fmt: skip
REMEMBERED_FACTOR = 3.0  # a remembered value is shipped this wide on both sides


@dataclass(frozen=True, slots=True)
class System:
    """One system of the review: identifier, references and title."""

    id: str
    refs: tuple[str, ...]
    title: str

    @property
    def ref(self) -> str:
        """The first reference, "" where there is none."""
        return self.refs[0] if self.refs else ""


@lru_cache(maxsize=1)
def tables() -> Mapping[str, tuple[Mapping[str, Cell], ...]]:
    """Return the three tables of the review as printed: numbers as floats, "" as None.

    >>> [len(rows) for rows in tables().values()]
    [10, 10, 24]
    """
    read = {name: tuple(_typed(r) for r in rows_of(f"{name}.csv")) for name in TABLES}
    return MappingProxyType(read)


def _typed(row: Mapping[str, str]) -> Mapping[str, Cell]:
    cells = {k: None if v == "" else v if k in _WORDS else float(v) for k, v in row.items()}
    return MappingProxyType(cells)


@lru_cache(maxsize=1)
def systems() -> tuple[System, ...]:
    """Return every system of the review.

    >>> [s.title for s in systems() if s.id == "T12"]
    ['Ag-doped CsPbBr3']
    """
    rows = rows_of("systems.csv")
    return tuple(System(r["id"], tuple(r["refs"].split()), r["title"]) for r in rows)


@lru_cache(maxsize=1)
def _all() -> tuple[Claim, ...]:
    return tuple(claim(r) for r in rows_of("entries.csv"))


def subject_of(key: str) -> tuple[str | None, str | None]:
    """Return (subject, reference) meant by a system id, a reference (188, ref188) or a material.

    Raises
    ------
    InputError
        If nothing is known under `key`.

    Examples
    --------
    >>> subject_of("m9"), subject_of("ref188"), subject_of("cspbbr3")
    (('M9', None), (None, '188'), ('CsPbBr3', None))
    """
    subjects = {c.subject for c in _all()} | {s.id for s in systems()}
    subjects.discard("*")
    by_fold = {s.casefold(): s for s in subjects}
    word = key.strip()
    if word.casefold() in by_fold:
        return by_fold[word.casefold()], None
    number = word.casefold().removeprefix("ref").strip("[] .")
    if number in {r["number"] for r in rows_of("references.csv")}:
        return None, number
    allowed = "a system (P1 to M10), a reference (188) or a material with claims"
    raise InputError("literature", key, allowed, nearest(word, subjects))


def entries(subject: str | None = None, ref: str | int | None = None) -> tuple[Claim, ...]:
    """Return the claims about a subject (system, material or reference), a reference, or all.

    Raises
    ------
    InputError
        If nothing is known under `subject`.

    Examples
    --------
    >>> sorted({c.place for c in entries("M9") if c.quantity == "electrode_top"})
    ['secondary', 'table', 'text']
    """
    number = None if ref is None else str(ref).removeprefix("ref")
    found = _all()
    if subject is not None:
        name, named = subject_of(subject)
        found = tuple(c for c in found if name in (None, c.subject) and named in (None, c.ref))
    return tuple(c for c in found if number in (None, c.ref))


def conflicts(claims: Iterable[Claim] | None = None) -> tuple[Conflict, ...]:
    """Return every contradiction among `claims` (default: all that ship), found by comparing.

    >>> [c.used_text for c in conflicts() if c.quantity == "mobility_hole"]
    ['0.19 cm2/Vs to 0.24 cm2/Vs']
    """
    return _shipped_conflicts() if claims is None else find(claims)


@lru_cache(maxsize=1)
def _shipped_conflicts() -> tuple[Conflict, ...]:
    return find(_all())


def _about(subject: str, quantity: str, condition: str) -> tuple[Claim, ...]:
    term(quantity)
    wanted = canonical_condition(condition)
    stated = [c for c in entries(subject) if c.quantity == quantity]
    found = tuple(c for c in stated if c.condition == wanted)
    if stated and not found:
        known = sorted({c.condition or "(none)" for c in stated})
        allowed = "one of: " + " | ".join(known)
        raise InputError(
            f"{subject}.{quantity}.condition", condition, allowed, nearest(wanted, known)
        )
    return found


def _conflict_of(claims: Sequence[Claim]) -> Conflict | None:
    """The conflict among these very claims, None where they agree."""
    among = set(claims)
    kinds = ("value", "category", "trend", "order")
    return next(
        (c for c in conflicts() if c.kind in kinds and among & set(c.claims)),
        None,
    )


def reported(subject: str, quantity: str, condition: str = "") -> Sourced:
    """Return what is reported for a number, with an interval over what conflicts.

    Parameters
    ----------
    subject
        System, reference or material.
    quantity, condition
        Name from the vocabulary, and the condition under which it was stated.

    Returns
    -------
    Sourced
        In SI. Unknown where nothing is stated. Bounds and rules are named in the note.

    Raises
    ------
    InputError
        If the subject, the quantity or the condition is unknown, or the quantity is no number.

    Examples
    --------
    >>> q = reported("T1", "mobility_hole")
    >>> q.low, q.high
    (1.9e-05, 2.4e-05)
    >>> reported("M1", "anneal_time").basis
    'unknown'
    """
    quantity_term = term(quantity)
    if quantity_term.kind != "number":
        raise InputError("quantity", quantity, "a number", "use reported_text for words")
    claims = _about(subject, quantity, condition)
    if not claims:
        return Sourced.unknown(quantity_term.unit, f"no source read states it for {subject}")
    misnamed = _misnamed(claims)
    if misnamed is not None:
        others = " / ".join(n for n in misnamed.quantity.split(" / ") if n != quantity)
        reason = f"the number {claims[0].printed} also stands as {others}: {misnamed.why}"
        return Sourced.unknown(quantity_term.unit, reason)
    read = [c for c in claims if not c.is_remembered]
    if not read:
        return _remembered(claims[0])
    conflict = _conflict_of(read)
    used = list(conflict.used) if conflict and conflict.used else read
    notes = [conflict.why] if conflict else []
    notes += _warnings(used)
    refuted = [c for c in used if c in _refuted()]
    if refuted:
        notes.append("the printed sign contradicts the mechanism: only the magnitude is used")
    return _spanning(used, quantity_term.unit, notes, both_signs=bool(refuted))


def doubt(subject: str, quantity: str, condition: str = "") -> str:
    """Return what other places say against a reported number, "" where nothing does.

    >>> doubt("M1", "set_voltage") != "", doubt("M9", "set_voltage")
    (True, '')
    """
    if quantity not in terms() or term(quantity).kind != "number":
        return ""
    claims = _about(subject, quantity, condition)
    misnamed = _misnamed(claims) if claims else None
    if misnamed is not None:
        return f"the number also stands under another name: {misnamed.why}"
    read = [c for c in claims if not c.is_remembered]
    if claims and not read:
        return "unverified: remembered"
    conflict = _conflict_of(read) if read else None
    used = list(conflict.used) if conflict and conflict.used else read
    notes = [f"places disagree; used is {conflict.used_text}: {conflict.why}"] if conflict else []
    notes += _warnings(used) if used else []
    if any(c in _refuted() for c in used):
        notes.append("the printed sign contradicts the mechanism")
    return "; ".join(dict.fromkeys(notes))


def _misnamed(claims: Sequence[Claim]) -> Conflict | None:
    """The conflict in which these numbers bear another name that is right or remains open."""
    for c in conflicts():
        if c.kind == "name" and set(claims) & set(c.claims) and not set(claims) & set(c.used):
            return c
    return None


def _warnings(used: Sequence[Claim]) -> list[str]:
    """What other comparisons say against these numbers."""
    subjects, quantities = {c.subject for c in used}, {c.quantity for c in used}
    places = {(c.place, c.source) for c in used}
    found = []
    for conflict in conflicts():
        lost = [c for c in conflict.claims if c.parents and c not in conflict.used]
        lost = [c for c in lost if any(c.contradicts(k) for k in conflict.used)]
        hit = [c for c in lost if c.subject in subjects and quantities & set(c.parents)]
        if any((c.place, c.source) in places for c in hit):
            where = f" at {conflict.condition}" if conflict.condition else ""
            found.append(f"{conflict.quantity}{where} is {conflict.used_text}: {conflict.why}")
    return found


def _spanning(used: Sequence[Claim], unit: str, notes: list[str], *, both_signs: bool) -> Sourced:
    numbers = [float(c.value) for c in used]
    low = min(float(c.value) - c.spread for c in used)
    high = max(float(c.value) + c.spread for c in used)
    finest = min(used, key=lambda c: c.half_digit)
    value = float(finest.value) if not _span(used) else _middle(min(numbers), max(numbers))
    if both_signs:
        low, high = -abs(value), abs(value)
    bound = reported_bound_of(used)
    if bound != "=":
        notes.insert(0, f"bound: {bound} {finest.printed.removeprefix(bound).strip()}")
    notes += [c.note for c in used if c.note and c.note not in notes]
    sources = tuple(dict.fromkeys(c.source for c in used))
    spans = low < high and (_span(used) or both_signs or any(c.spread for c in used))
    ends = (low, high) if spans else (None, None)
    return Sourced(value, unit, ends[0], ends[1], "sourced", sources, "; ".join(notes))


def _span(used: Sequence[Claim]) -> bool:
    return any(a.contradicts(b) for a in used for b in used)


def _middle(low: float, high: float) -> float:
    return math.sqrt(low * high) if low > 0 else 0.5 * (low + high)


def _remembered(c: Claim) -> Sourced:
    value = float(c.value)
    ends = sorted((value / REMEMBERED_FACTOR, value * REMEMBERED_FACTOR))
    return Sourced(
        value, c.unit, ends[0], ends[1], "assumed", (c.source,), "unverified: remembered"
    )


@lru_cache(maxsize=1)
def _refuted() -> frozenset[Claim]:
    groups = [(c.kind, list(c.claims)) for c in conflicts()]
    return frozenset(refuted_claims(groups, _all()))


def reported_bound_of(claims: Iterable[Claim]) -> str:
    """Return "=" if any claim states a value, else the bound they state."""
    bounds = {c.bound for c in claims}
    return bounds.pop() if len(bounds) == 1 else "="


def reported_bound(subject: str, quantity: str, condition: str = "") -> str:
    """Return whether the reported number is a value ("=") or a bound (">" or "<").

    >>> reported_bound("M1", "on_off_ratio")
    '>'
    """
    claims = _about(subject, quantity, condition)
    conflict = _conflict_of(claims)
    return reported_bound_of(conflict.used if conflict and conflict.used else claims)


def reported_text(subject: str, quantity: str, condition: str = "") -> str | None:
    """Return the word in use for a category, trend or text; None if unknown or undecided.

    >>> reported_text("M5", "mechanism")
    'halide_vacancy_filament'
    """
    claims = _about(subject, quantity, condition)
    if not claims:
        return None
    conflict = _conflict_of(claims)
    used = conflict.used if conflict else claims
    return str(used[0].value) if used else None
